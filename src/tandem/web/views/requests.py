"""Requests for access: ask from a refusal, see how long requests wait, answer them for a time or with a reason."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tandem.charter import load
from tandem.kernel import Problems, numbers
from tandem.kernel.values import Destination
from tandem.ledger import AccessRequest, AccessState
from tandem.usecases import ask_access
from tandem.usecases.approve_plan import speakers
from tandem.usecases.approving import approves
from tandem.usecases.ask_access import (
    Clock,
    Wants,
    clock_of_requests,
    labels_of,
    owner_of_policies,
    wants_of,
)
from tandem.usecases.lasting import lasting
from tandem.web.asking import Ask
from tandem.web.page import Go, PageContext, doc
from tandem.web.values import Table

LATEST = 500


@dataclass(frozen=True)
class Open:
    """A request that waits: what is wanted, for how long it has waited, and what you may do about it. `id` is text."""

    id: str
    sentence: str
    why: str
    by: str
    owner: str
    asked_at: datetime
    waited: str
    answerable: bool
    yours: bool


@dataclass(frozen=True, kw_only=True)
class RequestsPage(PageContext):
    """Who asked for access to what, how long they waited, and what was answered."""

    open: tuple[Open, ...] = doc("Requests that nobody has answered, oldest first.")
    clock: Clock = doc("How long requests wait: those answered and those open.")
    told: tuple[str, ...] = doc("The same in words.")
    who: tuple[str, ...] = doc("Accounts that may answer.")
    table: Table = doc("Every request, newest first, with how long it waited.")


@dataclass(frozen=True, kw_only=True)
class RequestPage(PageContext):
    """Ask for access: filled in from the refusal that led here."""

    purpose: str = doc("The purpose that is asked for.")
    destination: str = doc("Where the data would go.")
    labels: tuple[str, ...] = doc("Labels of fields that are asked for.")
    fields: tuple[str, ...] = doc("Fields that led here.")
    why: str = doc("The reason, as typed.")
    purposes: tuple[str, ...] = doc("All purposes.")
    destinations: tuple[str, ...] = doc("All destinations.")
    all_labels: tuple[str, ...] = doc("All labels.")


def every(ask: Ask) -> PageContext:
    """All requests."""
    now = ask.wall()
    found = ask.ledger.requests(LATEST)
    owner = owner_of_policies(ask.root, ask.ledger)
    clock = clock_of_requests(found, now)
    return RequestsPage(
        title="Requests for access",
        open=tuple(_open(ask, one, owner, now) for one in reversed(found) if one.state is AccessState.OPEN),
        clock=clock,
        told=_told(clock),
        who=speakers(ask.ledger, owner),
        table=_table(found, now),
    )


def form(ask: Ask) -> PageContext:
    """The form, filled in from the address."""
    charter = load(ask.root)
    return RequestPage(
        title="Ask for access",
        purpose=ask.text("purpose") or charter.purposes.counting,
        destination=ask.text("destination") or str(Destination.PREVIEW),
        labels=_several(ask, "label"),
        fields=_several(ask, "field"),
        why=ask.text("why"),
        purposes=tuple(one.purpose for one in charter.purposes.purposes),
        destinations=tuple(str(one) for one in Destination),
        all_labels=tuple(labels_of(charter)),
    )


def send(ask: Ask) -> PageContext | Go:
    """Ask."""
    try:
        done = ask_access.ask(
            ask.root,
            ask.ledger,
            ask.actor,
            ask.text("purpose"),
            ask.text("destination"),
            _several(ask, "label"),
            _several(ask, "field"),
            ask.text("why"),
            ask.wall(),
        )
    except Problems as stopped:
        return replace(form(ask), problems=stopped.problems)
    return Go("/trust/requests", notice=f"Asked, as number {done.id}. You will see the answer here.")


def answer(ask: Ask) -> Go:
    """Grant for a time, or refuse with a reason."""
    number = numbers.whole(ask.path["id"]) or 0
    if ask.text("do") != "grant":
        ask_access.refuse(ask.root, ask.ledger, ask.actor, number, ask.text("reason"), ask.wall())
        return Go("/trust/requests", notice=f"Request {number} is refused.")
    length = lasting(ask.text("lasts"))
    done = ask_access.grant(
        ask.root, ask.ledger, ask.actor, number, ask.text("reason"), length, ask.wall(), ask.now
    )
    rest = (
        "approved with it, and waits to be applied" if done.approved else "waits to be approved and applied"
    )
    return Go("/plan", notice=f"Request {number} is granted: the edit of {done.file} is {rest}.")


def take_back(ask: Ask) -> Go:
    """Withdraw one's own request."""
    number = numbers.whole(ask.path["id"]) or 0
    ask_access.withdraw_request(ask.root, ask.ledger, ask.actor, number, ask.wall())
    return Go("/trust/requests", notice=f"Request {number} is withdrawn.")


def _several(ask: Ask, name: str) -> tuple[str, ...]:
    held = ask.form.getlist(name) if name in ask.form else ask.query.getlist(name)
    return tuple(dict.fromkeys(one.strip() for one in held if isinstance(one, str) and one.strip()))


def _open(ask: Ask, one: AccessRequest, owner: str, now: datetime) -> Open:
    return Open(
        id=str(one.id),
        sentence=wants_of(one).sentence(),
        why=one.why,
        by=one.actor.name,
        owner=owner,
        asked_at=one.asked_at,
        waited=_length(one.waited(now)),
        answerable=approves(ask.actor.role, owner),
        yours=one.actor.name == ask.actor.name,
    )


def _told(clock: Clock) -> tuple[str, ...]:
    said = []
    if clock.longest_open is not None:
        waits = f"{numbers.plural(clock.open, 'request')} {'waits' if clock.open == 1 else 'wait'}"
        said.append(f"{waits}, the longest for {_length(clock.longest_open)}.")
    if clock.median is not None and clock.longest is not None:
        answered = f"{numbers.plural(clock.answered, 'request')} answered"
        said.append(
            f"{answered}: half within {_length(clock.median)}, the longest after {_length(clock.longest)}."
        )
    return tuple(said)


def _length(length: timedelta) -> str:
    days = length / timedelta(days=1)
    return f"{days:.1f} days" if days >= 2 else numbers.lasting(length.total_seconds())


def _table(found: list[AccessRequest], now: datetime) -> Table:
    rows = []
    for one in found:
        wants: Wants = wants_of(one)
        rows.append(
            (
                str(one.id),
                one.actor.name,
                wants.sentence().replace("`", ""),
                numbers.moment(one.asked_at),
                str(one.state),
                _length(one.waited(now)),
                one.answered_by or "",
                one.answer or "",
                numbers.moment(one.expires_at) if one.expires_at else "",
            )
        )
    return Table(
        name="requests",
        title="Requests for access",
        columns=(
            "number",
            "by",
            "wants",
            "asked (UTC)",
            "state",
            "waited",
            "answered by",
            "answer",
            "until (UTC)",
        ),
        rows=tuple(rows),
        numeric=(True, *(False,) * 8),
    )
