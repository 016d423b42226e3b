"""Customers: why these identifiers are one person, drawn and in tables."""

from collections import Counter
from dataclasses import dataclass

from tandem.kernel import numbers
from tandem.usecases.see_identifiers import Fact, Identifier, Identity, Move, see_identifiers
from tandem.web.asking import Ask
from tandem.web.charts import Caption, Drawing, Edge, Node, graph
from tandem.web.page import PageContext, doc
from tandem.web.values import Table
from tandem.web.views.customers import OneCustomerPage, called, shared

BLANK = "–"
DRAWN = 40
"""Identifiers in one drawing; more would be no picture any more."""


@dataclass(frozen=True, kw_only=True)
class CustomerIdentifiersPage(OneCustomerPage):
    """Who is who here: identifiers, evidence, what is held back, what moved."""

    lead: str = doc("The identity in a sentence.")
    drawing: Drawing | None = doc("Identifiers and the evidence between them; absent without evidence.")
    identifiers: Table = doc("Every identifier that leads here, and those at the other end of evidence.")
    facts: Table | None = doc("Every fact of evidence; absent if there is none.")
    held: Table | None = doc("Evidence that joins nobody, and why; absent if there is none.")
    moves: Table | None = doc("What came to the person and left, newest first.")


def identifiers(ask: Ask) -> PageContext:
    """Why these identifiers are one person."""
    person = ask.path["id"]
    found: Identity = ask.memo.answer(
        ask.work, ask.now, ("identifiers", person), lambda: see_identifiers(ask.work, person)
    )
    others = (one.person for one in found.identifiers if one.person)
    ask.saw("identifiers", person, *others)
    names = _names(found)
    used = [one for one in found.facts if not one.held]
    held = [one for one in found.facts if one.held]
    hidden = tuple(one.sentence() for one in found.hidden)
    return CustomerIdentifiersPage(
        **shared(found.person, called(found.person, found.name), "/identifiers", hidden),
        lead=_joined_by(found),
        drawing=_drawing(found, names) if found.facts else None,
        identifiers=_identifier_table(found, names),
        facts=_fact_table(found, "evidence", "Evidence that joins them", used, names) if used else None,
        held=_fact_table(found, "held", "Evidence that is held back", held, names) if held else None,
        moves=_move_table(found.moves, names) if found.moves else None,
    )


def _joined_by(found: Identity) -> str:
    """'7 identifiers lead here, joined by 13 facts of evidence. 2 facts are held back.'"""
    mine = sum(one.mine for one in found.identifiers)
    held = sum(bool(one.held) for one in found.facts)
    used = len(found.facts) - held
    told = f"{numbers.plural(mine, 'identifier')} {'leads' if mine == 1 else 'lead'} here"
    told += (
        f", joined by {numbers.plural(used, 'fact')} of evidence."
        if used
        else "; no evidence joins it to others."
    )
    if held:
        told += f" {numbers.plural(held, 'fact')} {'is' if held == 1 else 'are'} held back."
    if found.facts_total > len(found.facts):
        told += f" Shown are the first {len(found.facts)} of {numbers.count(found.facts_total)} facts."
    return told


def _names(found: Identity) -> dict[str, str]:
    """What each identifier is called here: kind and value, or kind and a number where the value is hidden."""
    counts: Counter[str] = Counter()
    names = {}
    for one in found.identifiers:
        counts[one.kind] += 1
        shown = one.value or (f"no. {counts[one.kind]}" if found.values_hidden else "(erased)")
        names[one.key] = f"{one.kind.replace('_', ' ')} {shown}"
    return names


def _drawing(found: Identity, names: dict[str, str]) -> Drawing:
    """Identifiers as boxes, evidence between two of them as one curve: dashed if all of it is held back."""
    ends = {key for one in found.facts for key in (one.left, one.right)}
    drawn = [one for one in found.identifiers if one.mine or one.key in ends][:DRAWN]
    keys = {one.key for one in drawn}
    pairs: dict[tuple[str, str], list[Fact]] = {}
    for one in found.facts:
        if one.left in keys and one.right in keys:
            pairs.setdefault((one.left, one.right), []).append(one)
    mine = frozenset(one.key for one in drawn if one.mine)
    used = any(not one.held for one in found.facts)
    dashed = "; dashed lines are held back and join nobody" if any(one.held for one in found.facts) else ""
    caption = Caption(
        name="identity",
        title="What holds these identifiers together"
        if used
        else "What does not join this identifier to others",
        unit=f"Lines are evidence{dashed}",
        n=f"{numbers.count(len(keys))} of {numbers.plural(len(ends | mine), 'identifier')}"
        if len(ends | mine) > DRAWN
        else "",
    )
    nodes = [Node(one.key, _value(one, names), _kind(one), _elsewhere(one)) for one in drawn]
    edges = [Edge(*pair, _evidence(facts), all(one.held for one in facts)) for pair, facts in pairs.items()]
    return graph(caption, nodes, edges, root=drawn[0].key if drawn else None, highlight=mine)


def _evidence(facts: list[Fact]) -> str:
    """'Web shop and Customer records, first on 18 August 2024', or why it is held back."""
    held = next((one.reason for one in facts if one.held), "") if all(one.held for one in facts) else ""
    if held:
        return f"held back: {held}"
    sources = list(dict.fromkeys(one.source for one in facts if not one.held))
    first = min((one.observed_at for one in facts if one.observed_at and not one.held), default=None)
    return " and ".join(sources) + (f", {numbers.day(first)}" if first else "")


def _value(one: Identifier, names: dict[str, str]) -> str:
    return names[one.key].removeprefix(one.kind.replace("_", " ")).strip()


def _kind(one: Identifier) -> str:
    kind = one.kind.replace("_", " ")
    if one.mine:
        return kind
    return f"{kind} of person {one.person[:4]}…" if one.person else f"{kind}, blocked"


def _elsewhere(one: Identifier) -> str:
    return f"/customers/{one.person}/identifiers" if one.person and not one.mine else ""


def _leads_to(one: Identifier) -> str:
    if one.mine:
        return "here"
    return f"person {one.person}" if one.person else "nobody"


def _identifier_table(found: Identity, names: dict[str, str]) -> Table:
    elsewhere = {key for one in found.facts for key in (one.left, one.right)}
    shown = [one for one in found.identifiers if one.mine or one.key in elsewhere]
    blocked = any(one.blocked for one in shown)
    return Table(
        name="identifiers",
        title="Identifiers",
        columns=("Identifier", "Leads to", "First seen", "By", *(("Why to nobody",) if blocked else ())),
        rows=tuple(
            (
                names[one.key],
                _leads_to(one),
                numbers.day(one.first_seen_at) if one.first_seen_at else numbers.UNKNOWN,
                one.source_title or numbers.UNKNOWN,
                *((one.blocked or BLANK,) if blocked else ()),
            )
            for one in shown
        ),
        links=tuple(None if one.mine or not one.person else f"/customers/{one.person}" for one in shown),
    )


def _fact_table(found: Identity, name: str, title: str, facts: list[Fact], names: dict[str, str]) -> Table:
    told = ("Why it is held back",) if name == "held" else ()
    return Table(
        name=name,
        title=title,
        columns=("First proof", "What belongs together", "By", *told),
        rows=tuple(
            (
                numbers.moment(one.observed_at) if one.observed_at else numbers.UNKNOWN,
                f"{names.get(one.left, numbers.UNKNOWN)} and {names.get(one.right, numbers.UNKNOWN)} {one.rule}",
                one.source_title,
                *((one.held,) if told else ()),
            )
            for one in facts
        ),
        links=tuple(f"/customers/{found.person}/events/{one.event}" if one.event else None for one in facts),
    )


def _move_table(moves: tuple[Move, ...], names: dict[str, str]) -> Table:
    return Table(
        name="moves",
        title="What moved",
        columns=("When", "Identifier", "From person", "To person", "Version"),
        rows=tuple(
            (
                numbers.moment(one.at),
                names.get(one.identifier, numbers.UNKNOWN),
                one.from_person or BLANK,
                one.to_person or "nobody, it is blocked",
                numbers.count(one.version),
            )
            for one in moves
        ),
        numeric=(False, False, False, False, True),
    )
