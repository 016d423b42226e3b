"""One wave against the one before: what changed on each side, whether the distance grew, what cannot be compared."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt

from tandem.align.findings import pairs_of, profile
from tandem.align.items import Item, items_of, values
from tandem.align.names import IT, MARKETING, SIDES
from tandem.align.responses import Responses
from tandem.align.result import ALPHA, Measure, Relation
from tandem.align.sides import Told, held, told
from tandem.align.stats import holm
from tandem.align.stats.waves import Estimate, wave_against_wave


@dataclass(frozen=True)
class Change:
    """One number now and before: of one side, or (`side` empty) of the gap between them, marketing less IT.

    Shares in 0..1, means in their unit. `change` is now less before with its 95 % interval. `p_holm` is adjusted within
    question and side; `clear`: p_holm under 0.05. None where there was no spread to test.
    """

    id: str
    question: str
    item: str
    side: str
    measure: Measure
    now: float
    before: float
    change: float
    low: float | None
    high: float | None
    p: float | None
    p_holm: float | None = None
    clear: bool | None = None


@dataclass(frozen=True)
class Apart:
    """A variable that cannot be compared, and why."""

    variable: str
    label: str
    why: str


@dataclass(frozen=True)
class Waves:
    """Everything that two waves say of each other, in the order of the codebook."""

    changes: tuple[Change, ...]
    gaps: tuple[Change, ...]
    apart: tuple[Apart, ...]


def across(now: Responses, before: Responses, *, smallest: int) -> Waves:
    """Two waves of independent people. Only variables with one fingerprint are compared: same wording, answers, base.

    No number stands on fewer than `smallest` people of a side, nor beside one that would. Each wave keeps its own
    weights: where the two have other people in other proportions, weigh both to one standard first.
    """
    changes: list[Change] = []
    gaps: list[Change] = []
    apart = []
    rows = {group: (now.of(group), before.of(group)) for group in SIDES}
    for variable in now.codebook.variables:
        if profile(now.codebook, variable) or not items_of(variable):
            continue
        why = _why_not(now, before, variable.name)
        if why:
            apart.append(Apart(variable.name, variable.label, why))
            continue
        for item in items_of(variable):
            sides = {
                group: pair
                for group in SIDES
                if (pair := _told(rows[group], item, group, smallest)) is not None
            }
            if len(sides) < len(item.variable.asked_of or SIDES):
                continue
            changes += [one for group, pair in sides.items() if (one := _change(item, group, *pair))]
            own = any(
                pair.relation in (Relation.OWN, Relation.SWAP) for pair in pairs_of(now.codebook, variable)
            )
            if own and len(sides) == len(SIDES):
                gaps += [one] if (one := _gap(item, sides[MARKETING], sides[IT])) else []
    return Waves(_adjusted(changes), _adjusted(gaps), tuple(apart))


def _why_not(now: Responses, before: Responses, name: str) -> str:
    """Why the two waves cannot be compared on this variable; empty if they can."""
    if not now.base(name).any():
        return "nobody answered it now"
    if name not in before.codebook:
        return "not asked before"
    prints = now.codebook[name].fingerprint, before.codebook[name].fingerprint
    if not all(prints):
        return "nothing says whether wording, answers and base are the same"
    if prints[0] != prints[1]:
        return "wording, answers or base have changed"
    return "" if before.base(name).any() else "nobody answered it before"


def _told(
    rows: tuple[Responses, Responses], item: Item, group: str, smallest: int
) -> tuple[Told, Told] | None:
    """The number of one side now and before; None where either may not be shown."""
    if item.variable.asked_of and group not in item.variable.asked_of:
        return None
    first, second = (told(values(one, item), one.weight, item.measure, group, smallest) for one in rows)
    return (first, second) if first.shown and second.shown else None


def _change(item: Item, group: str, now: Told, before: Told) -> Change | None:
    gap = held(now, before, item.measure)
    if gap is None or now.side.value is None or before.side.value is None:
        return None
    numbers = (now.side.value, before.side.value, gap.gap, gap.low, gap.high, gap.p)
    return Change(f"{item.id}-{group}", item.variable.question, item.label, group, item.measure, *numbers)


def _gap(item: Item, marketing: tuple[Told, Told], it: tuple[Told, Told]) -> Change | None:
    """The gap now against the gap before: linearised errors of all four numbers."""
    gaps = []
    for first, second in zip(marketing, it, strict=True):
        if first.side.value is None or second.side.value is None:
            return None
        gaps.append((first.side.value - second.side.value, sqrt(first.se**2 + second.se**2)))
    estimates = [Estimate(value, se, 1.0) for value, se in gaps]
    try:
        found = wave_against_wave(estimates[0], estimates[1])
    except ValueError:
        return None
    numbers = (gaps[0][0], gaps[1][0], found.difference, found.low, found.high, found.p)
    return Change(f"{item.id}-gap", item.variable.question, item.label, "", item.measure, *numbers)


def _adjusted(found: Sequence[Change]) -> tuple[Change, ...]:
    """Adjusted within question and side."""
    done = list(found)
    for block in dict.fromkeys((one.question, one.side) for one in found):
        places = [i for i, one in enumerate(found) if (one.question, one.side) == block and one.p is not None]
        raw = [found[i].p or 0.0 for i in places]
        for i, strict in zip(places, holm(raw) if raw else (), strict=True):
            done[i] = replace(found[i], p_holm=strict, clear=strict < ALPHA)
    return tuple(done)
