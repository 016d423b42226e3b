"""Customers: finding one, and what is known of them: profile, timeline, contacts, events; each with its why."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from tandem.kernel import Problems, numbers
from tandem.usecases.explain_event import explain_event
from tandem.usecases.explaining import Station
from tandem.usecases.problems import UNKNOWN_THING
from tandem.usecases.search_customers import Hit, anybody, search_customers
from tandem.usecases.see_contacts import InCampaign, see_contacts
from tandem.usecases.see_customer import Customer, see_customer
from tandem.usecases.see_timeline import (
    Tally,
    Timeline,
    Wanted,
    kind_title,
    see_timeline,
    source_title,
)
from tandem.usecases.seeing import number
from tandem.web.asking import Ask
from tandem.web.page import Go, PageContext, doc

TABS = (
    ("", "Profile"),
    ("/timeline", "Timeline"),
    ("/identifiers", "Identifiers"),
    ("/contacts", "Contacts"),
)


@dataclass(frozen=True, kw_only=True)
class CustomersPage(PageContext):
    """The search, and what it found if not just one person."""

    anybody: bool = doc("Whether there is any person yet.")
    q: str = doc("What was looked for; it stands in no address.", default="")
    found: tuple[Hit, ...] | None = doc("Identifiers that were found; absent before a search.", default=None)
    says: str = doc("In a sentence, how the search went.", default="")
    hidden: tuple[str, ...] = doc("What your role does not see of them, and who can grant it.", default=())


@dataclass(frozen=True, kw_only=True)
class OneCustomerPage(PageContext):
    """What all pages of one customer have."""

    person: str = doc("The person's id.")
    heading: str = doc("What the person is called, or the beginning of the id.")
    tabs: tuple[tuple[str, str, bool], ...] = doc(
        "The person's pages: address, label, whether it is this one."
    )
    hidden: tuple[str, ...] = doc("What your role does not see here, and who can grant it.")


@dataclass(frozen=True, kw_only=True)
class CustomerPage(OneCustomerPage):
    """The profile: what is known of the person now."""

    customer: Customer = doc("Traits, audiences, consents with proof, sources, campaigns.")
    lead: str = doc("The person in a sentence.")


@dataclass(frozen=True)
class Filter:
    """A source or kind to look at alone: its name, what it is called, how many entries, whether it is chosen."""

    name: str
    title: str
    entries: int
    chosen: bool


@dataclass(frozen=True, kw_only=True)
class CustomerTimelinePage(OneCustomerPage):
    """What happened, newest first, 50 entries a page."""

    timeline: Timeline = doc("The entries of this page, and where the next one begins.")
    sources: tuple[Filter, ...] = doc("Sources with entries under the chosen kind.")
    kinds: tuple[Filter, ...] = doc("Kinds of entries under the chosen source.")
    total: int = doc("How many entries there are under these filters.")
    first: bool = doc("Whether this is the newest page.")


@dataclass(frozen=True, kw_only=True)
class CustomerContactsPage(OneCustomerPage):
    """What was decided about contacting the person, and why."""

    campaigns: tuple[InCampaign, ...] = doc("Each campaign: arm, contacts, receipts, newest first.")


@dataclass(frozen=True, kw_only=True)
class CustomerEventPage(OneCustomerPage):
    """How one event or record came in, and what it proves."""

    event: str = doc("The id of the event or record.")
    stations: tuple[Station, ...] = doc("The way it went, station by station.")


def search(ask: Ask) -> PageContext:
    """The empty search."""
    return CustomersPage(title="Customers", anybody=anybody(ask.work))


def find(ask: Ask) -> PageContext | Go:
    """Whom a value leads to: straight to the person if it is one, else the list. The value stands in no address."""
    text = ask.text("q")
    page = CustomersPage(title="Customers", anybody=anybody(ask.work), q=text)
    if not text:
        return replace(page, says="Type an identifier, or at least how it begins.")
    found = search_customers(ask.work, text)
    if found.only:
        return Go(f"/customers/{found.only}")
    people = numbers.plural(len({hit.person for hit in found.hits if hit.person}), "person", "people")
    if not found.hits:
        says = "Nobody is known by that."
        if not found.looked_for_beginnings:
            says = "Nobody is known by exactly that. Your role may not look for how values begin."
    elif found.exact:
        says = f"This leads to {people}."
    else:
        says = f"{'The first ' if found.more else ''}{numbers.plural(len(found.hits), 'identifier')} that begin so."
    ask.saw("search", *(hit.person for hit in found.hits if hit.person))
    hidden = tuple(one.sentence() for one in found.hidden)
    return replace(page, found=found.hits, says=says, hidden=hidden)


def profile(ask: Ask) -> PageContext:
    """One customer at a glance."""
    person = ask.path["id"]
    found: Customer = ask.memo.answer(
        ask.work, ask.now, ("customer", person), lambda: see_customer(ask.work, person)
    )
    ask.saw("profile", found.person)
    heading = called(found.person, found.name)
    hidden = tuple(one.sentence() for one in found.hidden)
    return CustomerPage(**shared(found.person, heading, "", hidden), customer=found, lead=_about(found))


def timeline(ask: Ask) -> PageContext:
    """What happened. The tallies are the same for every page and filter, so they are kept by themselves."""
    person, work = ask.path["id"], ask.work
    wanted = Wanted(ask.text("source"), ask.text("kind"), ask.text("before"))

    def kept(count: Callable[[], tuple[Tally, ...]]) -> tuple[Tally, ...]:
        return ask.memo.answer(work, ask.now, ("tally", person), count)

    found: Timeline = ask.memo.answer(
        work, ask.now, ("timeline", person, wanted), lambda: see_timeline(work, person, wanted, kept)
    )
    ask.saw("timeline", person)
    counted = found.tallies
    under = [one for one in counted if wanted.kind in ("", one.kind)]
    within = [one for one in counted if wanted.source in ("", one.source)]
    charter = work.charter
    hidden = tuple(one.sentence() for one in found.hidden)
    return CustomerTimelinePage(
        **shared(person, called(person, found.name), "/timeline", hidden),
        timeline=found,
        sources=_filters(under, "source", wanted.source, lambda name: source_title(charter, name)),
        kinds=_filters(within, "kind", wanted.kind, lambda name: kind_title(charter, name)),
        total=sum(one.entries for one in within if wanted.kind in ("", one.kind)),
        first=not wanted.before,
    )


def contacts(ask: Ask) -> PageContext:
    """What was decided about contacting the person."""
    person = ask.path["id"]
    found = ask.memo.answer(ask.work, ask.now, ("contacts", person), lambda: see_contacts(ask.work, person))
    ask.saw("contacts", found.person)
    hidden = tuple(one.sentence() for one in found.hidden)
    return CustomerContactsPage(
        **shared(found.person, called(found.person, found.name), "/contacts", hidden),
        campaigns=found.campaigns,
    )


def event(ask: Ask) -> PageContext:
    """How one event or record came in."""
    person, id_ = ask.path["id"], number(ask.path["event"])
    if id_ is None:
        raise Problems(UNKNOWN_THING("no event and no record has that id", found=ask.path["event"]))
    found = ask.memo.answer(
        ask.work, ask.now, ("event", person, id_), lambda: explain_event(ask.work, id_, person)
    )
    ask.saw("event", person)
    hidden = tuple(f"{name} is hidden from your role." for name in found.hidden)
    return CustomerEventPage(
        **shared(person, f"Event {id_}", "/events", hidden),
        event=str(id_),
        stations=tuple(Station(one.name, one.sentences) for one in found.stations),
    )


def shared(person: str, heading: str, tab: str, hidden: tuple[str, ...]) -> dict[str, Any]:
    """The fields that all pages of one customer have. The title has no name in it: browsers keep titles."""
    return {
        "title": called(person, None),
        "person": person,
        "heading": heading,
        "tabs": tuple((f"/customers/{person}{path}", label, path == tab) for path, label in TABS),
        "hidden": hidden,
    }


def called(person: str, name: str | None) -> str:
    """The person's name, or the beginning of the id."""
    return name or f"Person {person[:4]}…"


def _about(found: Customer) -> str:
    """'Known by 5 sources through 7 identifiers, first on 19 June 2024 and last on 1 June 2026.'"""
    through = numbers.plural(found.identifiers, "identifier")
    if not found.sources:
        return f"Known through {through}; nothing else came in yet."
    first = min((one.first_at for one in found.sources if one.first_at), default=None)
    last = max((one.last_at for one in found.sources if one.last_at), default=None)
    when = f", first on {numbers.day(first)} and last on {numbers.day(last)}" if first and last else ""
    return f"Known by {numbers.plural(len(found.sources), 'source')} through {through}{when}."


def _filters(tallies: list[Tally], word: str, chosen: str, title: Callable[[str], str]) -> tuple[Filter, ...]:
    """One filter per source or kind, most entries first, and first of all the one that takes everything."""
    counts: Counter[str] = Counter()
    for one in tallies:
        counts[getattr(one, word)] += one.entries
    every = Filter("", f"All {word}s", counts.total(), not chosen)
    return (every, *(Filter(name, title(name), n, name == chosen) for name, n in counts.most_common()))
