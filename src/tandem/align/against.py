"""Own results beside the published figures that the instrument links: tested only where a base is published."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from tandem.align.codebook import Kind
from tandem.align.compare import Comparison, compare
from tandem.align.items import Item, values
from tandem.align.names import IT, MARKETING
from tandem.align.published import Published, Statistic
from tandem.align.responses import Responses
from tandem.align.result import Benchmark, Measure
from tandem.align.sides import Told, told
from tandem.align.stats.waves import Verdict, share_against_published
from tandem.align.telling import percent

Numbers = NDArray[np.float64]
SAID = {
    Verdict.HIGHER: "higher",
    Verdict.LOWER: "lower",
    Verdict.NOT_CLEAR: "no clear difference",
    Verdict.DEPENDS: "not clear: it depends on what is assumed of the published study",
    Verdict.UNTESTED: "not tested, as the number of people asked is not published",
}


@dataclass(frozen=True)
class Link:
    """A published figure that an item is held against. `codes`: answers that count for it; empty: the item itself."""

    wave: str
    question: str
    item: str
    codes: tuple[int, ...] = ()


Links = Mapping[str, tuple[Link, ...]]
"""Item id (NEED-1, PREPARED) → its published figures."""


def benchmark(
    sides: Mapping[str, Responses],
    item: Item,
    link: Link,
    smallest: int,
    places: tuple[float, float] | None = None,
) -> Benchmark | None:
    """The published figures beside the own ones; None where nothing comparable of that name is published.

    A share is held against a share, a place in a list (`places`: marketing, IT) against a place. The share among the
    first three is held against nothing: no study printed it.
    """
    row = _row(link)
    if row is None:
        return None
    shares: tuple[float | None, float | None] = None, None
    if row.statistic is Statistic.RANK:
        said = _of_places(row, places)
    elif item.measure is Measure.FIRST_THREE:
        return None
    else:
        said = [
            _side(_own(sides[group], item, link, group, smallest), published)
            for group, published in _published(row).items()
            if not item.variable.asked_of or group in item.variable.asked_of
        ]
        shares = _share(row.cmo), _share(row.cio)
    if not said:
        return None
    source = next(figure.source for figure in (row.cmo, row.cio) if figure is not None)
    sentence = f"Published {link.wave}, “{link.item}”: {'; '.join(said)}."
    other = list(dict.fromkeys(filter(None, (_conflict(row, one.figure) for one in row.conflicts))))
    if other:
        sentence += f" Published figures conflict: {'; '.join(other)}."
    return Benchmark(link.wave, source, shares[0], shares[1], sentence)


def _published(row: Comparison) -> dict[str, Published]:
    return {group: one for group, one in ((MARKETING, row.cmo), (IT, row.cio)) if one is not None}


def _share(figure: Published | None) -> float | None:
    return None if figure is None else figure.value / 100


def _conflict(row: Comparison, other: Published) -> str:
    """What another source prints, "" where it prints the same."""
    same = {one.value for one in (row.cmo, row.cio, row.both) if one is not None and one.group is other.group}
    return "" if other.value in same else f"another source prints {other.value:g} % for {other.group}"


def _of_places(row: Comparison, places: tuple[float, float] | None) -> list[str]:
    if places is None:
        return []
    own = dict(zip((MARKETING, IT), places, strict=True))
    return [
        f"{figure.group} leaders at place {figure.value:g}, yours at {own[group]:g}"
        for group, figure in _published(row).items()
    ]


@cache
def _rows(wave: str) -> tuple[Comparison, ...]:
    return tuple(compare(wave))


def _row(link: Link) -> Comparison | None:
    rows = [row for row in _rows(link.wave) if row.question_id == link.question]
    exact = [row for row in rows if row.item == link.item]
    if not exact:
        exact = [row for row in rows if link.item in {one.item for one in (row.cmo, row.cio) if one}]
    return next(iter(sorted(exact, key=lambda row: row.statistic is Statistic.RANK)), None)


def _own(side: Responses, item: Item, link: Link, group: str, smallest: int) -> Told:
    numbers = values(side, item)
    if link.codes and item.variable.kind in (Kind.SINGLE, Kind.FIVE):
        answer = side.columns[item.variable.name]
        numbers = np.where(np.isnan(numbers), np.nan, np.isin(answer, link.codes).astype(float))
    return told(numbers, side.weight, Measure.SHARE, group, smallest)


def _side(own: Told, published: Published) -> str:
    said = f"{published.group} leaders {published.value:g} %"
    if published.n is not None:
        said += f" of {published.n:,}"
    value, base = own.side.value, own.side.base
    if value is None or base is None:
        return f"{said}, yours is not shown"
    if published.rounding is None:
        return f"{said} or more, yours {percent(value)}: not tested, as the published figure is a bound"
    found = share_against_published(
        value, base.effective, published.value / 100, published.n, rounding=published.rounding / 100
    )
    return f"{said}, yours {percent(value)}: {SAID[found.verdict]}"
