"""A closed pulse looked at closer: what each side knows of the other, how alike their lists are, what has changed."""

from dataclasses import dataclass
from functools import partial

from tandem.align.names import TITLED
from tandem.kernel import numbers
from tandem.usecases.understand_pulse import (
    Apart,
    Change,
    Knowing,
    ListOrder,
    Paired,
    Understanding,
    Waves,
    closed_pulses,
    understand_pulse,
)
from tandem.web.asking import Ask
from tandem.web.charts import Caption, Chart, Opposed, two_sides
from tandem.web.page import PageContext, doc
from tandem.web.values import Table

MOST = 6
"""Items of a question in a picture, the most wrong first."""


@dataclass(frozen=True)
class Direction:
    """One side about the other, in one question: the sentence that says most, and every item."""

    sentence: str
    chart: Chart


@dataclass(frozen=True)
class Order:
    """One question as two lists."""

    question: str
    sentence: str
    table: Table


@dataclass(frozen=True, kw_only=True)
class UnderstandingPage(PageContext):
    """What a pulse says beyond its gaps."""

    wave: str = doc("Name of the pulse; empty where none has closed.")
    pulses: tuple[tuple[str, str, bool], ...] = doc(
        "Pulses that have closed: address, name, whether it is this one."
    )
    ready: bool = doc("Whether it has been worked out; until then the page looks again.")
    knowledge: tuple[Direction, ...] = doc("What each side thinks that the other says, and what it says.")
    orders: tuple[Order, ...] = doc("Questions as lists: places of the items on each side.")
    pairs: Table | None = doc(
        "The two people of one company against each other, where companies can be told."
    )
    before: str = doc("The earlier pulse it is held against; empty for none.")
    changes: Table | None = doc("What changed since then, clear changes first.")
    gaps: Table | None = doc("Whether the distance between the sides grew or shrank, clear changes first.")
    changed: str = doc("How many distances and shares changed beyond chance, in a sentence.")
    apart: tuple[Apart, ...] = doc("What cannot be compared, and why.")


def view(ask: Ask) -> PageContext:
    """The pulse of the address, or the last one that has closed."""
    closed = closed_pulses(ask.ledger, ask.now)
    wave = ask.text("wave") or (closed[0] if closed else "")
    before = ask.text("before") or None
    found = None
    if wave:
        answered = frozenset(ask.ledger.answer_counts(wave))
        work_out = partial(understand_pulse, ask.ledger, wave, ask.now, before)
        found = ask.later.look(("understanding", wave, before, answered, closed), work_out)
    waves = found.waves if found else None
    return UnderstandingPage(
        title="What the sides know of each other",
        wave=wave,
        pulses=tuple((f"/agree/understanding?wave={one}", one, one == wave) for one in closed),
        ready=found is not None or not wave,
        knowledge=tuple(_direction(one) for one in found.knowledge) if found else (),
        orders=tuple(_order(one) for one in found.lists) if found else (),
        pairs=_pairs(found) if found and found.pairs else None,
        before=found.before if found else "",
        changes=_changes("changes", "What changed on each side", waves.changes) if waves else None,
        gaps=_changes("gaps", "Marketing less IT", waves.gaps) if waves else None,
        changed=_changed(waves) if waves else "",
        apart=waves.apart if waves else (),
    )


def _changed(waves: Waves) -> str:
    gaps, changes = (sum(bool(one.clear) for one in told) for told in (waves.gaps, waves.changes))
    told = f"{gaps} of {numbers.plural(len(waves.gaps), 'distance')} between the sides changed beyond chance"
    return f"{told}, and {changes} of {numbers.plural(len(waves.changes), 'number')} of one side."


def _direction(one: Knowing) -> Direction:
    guesser, other = TITLED[one.guesser], TITLED[one.other]
    caption = Caption(
        name=f"{one.question}-by-{one.guesser}".lower().replace("_", "-"),
        title=one.sentence.removesuffix("."),
        unit=f"percent of people, {one.question.removesuffix('_RANK').removesuffix('_META').replace('_', ' ').lower()}",
        n=f"{one.people[one.guesser]} guessed, {one.people[one.other]} answered, or more",
    )
    rows = [Opposed(item.item, item.guess, item.truth) for item in one.items[:MOST]]
    return Direction(_told(one), two_sides(caption, (f"what {guesser} thinks", f"what {other} says"), rows))


def _told(one: Knowing) -> str:
    size = (
        f"Mean error {100 * one.mae.value:.0f} points ({100 * one.mae.low:.0f} to {100 * one.mae.high:.0f})"
    )
    if one.bias is not None:
        low, high = (numbers.points(end, 0) for end in (one.bias.low, one.bias.high))
        size += f"; on average {numbers.points(one.bias.value, 0)} off ({low} to {high})"
    order = (
        ""
        if one.rank_correlation is None
        else f"; order of the items alike by {one.rank_correlation:.2f} (Spearman)"
    )
    return f"{size}{order}."


def _order(one: ListOrder) -> Order:
    rows = tuple(
        (
            item.item,
            f"{item.marketing.rank:g} ({item.marketing.low:g} to {item.marketing.high:g})",
            f"{item.it.rank:g} ({item.it.low:g} to {item.it.high:g})",
            f"{item.gap.value:+g} ({item.gap.low:+g} to {item.gap.high:+g})",
            numbers.percent(item.marketing.first, 0),
            numbers.percent(item.it.first, 0),
        )
        for item in one.items
    )
    table = Table(
        name=f"{one.question}-order".lower().replace("_", "-"),
        title=f"Places in {one.question.replace('_', ' ').lower()}",
        columns=("item", "place, marketing", "place, IT", "gap", "first for marketing", "first for IT"),
        rows=rows,
        numeric=(False, *(True,) * 5),
        unit="places with 95 % interval, ties share the mean of theirs; first: chance of being first",
        n=f"{one.people['marketing']} of marketing, {one.people['it']} of IT, or more",
    )
    return Order(one.question, one.sentence, table)


def _changes(name: str, title: str, found: tuple[Change, ...]) -> Table:
    ordered = sorted(found, key=lambda one: (not one.clear, one.p_holm if one.p_holm is not None else 2.0))
    rows = tuple(
        (
            one.item,
            TITLED.get(one.side, "the gap"),
            one.question,
            f"{one.before:.2f}",
            f"{one.now:.2f}",
            f"{one.change:+.2f}",
            "" if one.low is None else f"{one.low:+.2f} to {one.high:+.2f}",
            "" if one.p_holm is None else numbers.probability(one.p_holm),
        )
        for one in ordered
    )
    columns = ("item", "of", "question", "before", "now", "change", "95 % interval", "p (Holm)")
    unit = "shares from 0 to 1, means in their unit; p adjusted within question and side"
    return Table(name, title, columns, rows, (False, False, False, *(True,) * 5), unit)


def _pairs(found: Understanding) -> Table:
    rows = tuple(_pair(one) for one in found.pairs)
    columns = (
        "item",
        "pairs",
        "marketing less IT",
        "95 % interval",
        "p (Holm)",
        "same answer",
        "kappa",
        "alpha",
    )
    unit = "pairs of one company; shares from 0 to 1, or points of the scale"
    return Table("pairs", "Two people of one company", columns, rows, (False, *(True,) * 7), unit)


def _pair(one: Paired) -> tuple[str, ...]:
    agreed = ("" if value is None else f"{value:.2f}" for value in (one.kappa, one.alpha))
    interval = f"{one.low:+.2f} to {one.high:+.2f}"
    p = numbers.probability(one.p_holm)
    same = numbers.percent(one.same, 0)
    return (one.item, str(one.pairs), f"{one.difference:+.2f}", interval, p, same, *agreed)
