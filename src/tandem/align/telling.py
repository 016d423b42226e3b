"""Findings as sentences: what the statistics carry, and nothing beyond it."""

import math
from collections.abc import Sequence

from tandem.align.codebook import Kind
from tandem.align.items import Item
from tandem.align.names import NAMES
from tandem.align.result import SHARES, Measure, Relation, Side
from tandem.align.sides import Gap


def percent(share: float) -> str:
    """0.77 → '77 %'; what is not quite 0 or 100 is not written so."""
    if 0 < share < 0.005:
        return "under 1 %"
    if 0.995 <= share < 1:
        return "over 99 %"
    return f"{_half_up(share)} %"


def apart(gap: float) -> str:
    """0.21 → '21 points'; under half a point '0 points'."""
    whole = _half_up(abs(gap))
    return f"{whole} point" if whole == 1 else f"{whole} points"


def amount(value: float) -> str:
    """A mean: '12.3'."""
    return f"{value:,.1f}"


def sentence(
    relation: Relation, items: Sequence[Item], sides: Sequence[Side], gap: Gap | None, clear: bool | None
) -> str:
    """The finding in plain English; `items` and `sides` go in pairs, and differ where each tells of the other."""
    item = items[0]
    hidden = next((side for side in sides if side.value is None), None)
    if hidden is not None:
        return f"Not shown: {hidden.hidden.rstrip('.')} ({_quoted(item.label)})."
    if relation is Relation.GUESS:
        return _guessed(items[1], sides, gap, clear)
    if item.measure not in SHARES:
        return _means(item, sides, gap, clear)
    if len(sides) == 1:
        one = sides[0]
        return f"{_share(one)} of {one.name} {_say(item)} ({_between(one)})."
    return _both(items, sides, gap, clear)


def _both(items: Sequence[Item], sides: Sequence[Side], gap: Gap | None, clear: bool | None) -> str:
    pairs = sorted(zip(sides, items, strict=True), key=lambda pair: pair[0].value or 0.0, reverse=True)
    (high, first), (low, second) = pairs
    word = "against" if clear else "and"
    if first.variable.label == second.variable.label:
        said = f"{_share(high)} of {high.name} {word} {_share(low)} of {low.name} {_say(first)}"
    else:
        said = f"{_share(high)} of {high.name} {_say(first)}, {_share(low)} of {low.name} {_say(second)}"
    if gap is None or gap.low is None or gap.high is None:
        return f"{said}."
    near, far = (gap.low, gap.high) if gap.gap >= 0 else (-gap.high, -gap.low)
    if clear:
        return f"{said}: {apart(gap.gap)} apart ({_range(near, far)})."
    return f"{said}: {_unclear(near, 'difference')} ({apart(gap.gap)} apart, {_range(near, far)})."


def _guessed(item: Item, sides: Sequence[Side], gap: Gap | None, clear: bool | None) -> str:
    guess, truth = sides
    if item.measure not in SHARES:
        return _means(item, sides, gap, clear)
    of = NAMES.get(truth.group, truth.group)
    by = NAMES.get(guess.group, guess.group)
    said = f"{_share(guess)} of {by} think that {of} would {_say(item)}; {_share(truth)} of {of} do"
    if gap is None or gap.low is None or gap.high is None:
        return f"{said}."
    near, far = (gap.low, gap.high) if gap.gap >= 0 else (-gap.high, -gap.low)
    if not clear:
        return f"{said}: {_unclear(near, 'misjudgement')} ({apart(gap.gap)}, {_range(near, far)})."
    way = "too many" if gap.gap > 0 else "too few"
    return f"{said}: {apart(gap.gap)} {way} ({_range(near, far)})."


def _unclear(near: float, what: str) -> str:
    """An interval that leaves 0 out may still be chance, where the question has many items."""
    return f"no clear {what}" if near <= 0 else f"no clear {what} among so many items"


def _means(item: Item, sides: Sequence[Side], gap: Gap | None, clear: bool | None) -> str:
    names = " and ".join(f"{side.name} {amount(side.value or 0.0)}" for side in sides)
    said = f"On average: {names}, for {_quoted(item.label)}"
    if gap is None or gap.low is None or gap.high is None:
        return f"{said}."
    near, far = (gap.low, gap.high) if gap.gap >= 0 else (-gap.high, -gap.low)
    word = "apart" if clear else "apart, which is no clear difference"
    return f"{said}: {amount(abs(gap.gap))} {word} ({amount(near)} to {amount(far)})."


def _say(item: Item) -> str:
    """What those counted do: 'say “Yes” to “…”', 'name “…”', 'choose 4 or 5 of five for “…”'."""
    wording = _quoted(item.variable.label)
    match item.measure:
        case Measure.TOP_TWO:
            return f"choose the top two of five for {wording}"
        case Measure.FIRST_THREE:
            return f"put {_quoted(item.label)} among the first three"
    if item.variable.kind is Kind.MULTIPLE:
        return f"name {_quoted(item.label)} when asked {wording}"
    return f"say {_quoted(item.label)} to {wording}"


def _quoted(text: str) -> str:
    return f"“{text.strip().rstrip('.')}”"


def _share(side: Side) -> str:
    return percent(side.value or 0.0)


def _between(side: Side) -> str:
    return _range(side.low or 0.0, side.high or 0.0)


def _range(near: float, far: float) -> str:
    """'14 to 28'; an end below nought carries a true minus."""
    return f"{_whole(near)} to {_whole(far)}"


def _whole(share: float) -> str:
    number = _half_up(share)
    return f"−{abs(number)}" if number < 0 else str(number)


def _half_up(share: float) -> int:
    """In whole points, halves upwards in size, as spreadsheets and slides round; 0.525 may be 0.52499999 inside."""
    size = math.floor(abs(share) * 100 + 0.5 + 1e-9)
    return -size if share < 0 else size
