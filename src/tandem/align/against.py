"""Own results beside the published figures that the instrument links: tested only where a base is published."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tandem.align.codebook import Kind
from tandem.align.compare import Comparison, compare
from tandem.align.items import Item, values
from tandem.align.published import Published, Statistic
from tandem.align.responses import Responses
from tandem.align.result import IT, MARKETING, Benchmark, Measure
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


def benchmark(responses: Responses, item: Item, link: Link, smallest: int) -> Benchmark | None:
    """The published figures beside the own ones; None where nothing of that name is published as a percentage."""
    row = _row(link)
    if row is None or row.statistic is not Statistic.PERCENT:
        return None
    pairs = ((MARKETING, row.cmo), (IT, row.cio))
    told_of = [
        _side(_own(responses, item, link, group, smallest), published)
        for group, published in pairs
        if published is not None
    ]
    if not told_of:
        return None
    source = next(figure.source for _, figure in pairs if figure is not None)
    other = [f"another source prints {one.figure.value:g} % for {one.figure.group}" for one in row.conflicts]
    said = f"Published {link.wave}, “{link.item}”: {'; '.join(told_of)}."
    if other:
        said += f" Published figures conflict: {'; '.join(dict.fromkeys(other))}."
    shares = [None if figure is None else figure.value / 100 for _, figure in pairs]
    return Benchmark(link.wave, source, shares[0], shares[1], said)


def _row(link: Link) -> Comparison | None:
    rows = [row for row in compare(link.wave) if row.question_id == link.question]
    exact = [row for row in rows if row.item == link.item]
    if not exact:
        exact = [row for row in rows if link.item in {one.item for one in (row.cmo, row.cio) if one}]
    percents = [row for row in exact if row.statistic is Statistic.PERCENT]
    return next(iter(percents), None)


def _own(responses: Responses, item: Item, link: Link, group: str, smallest: int) -> Told:
    side = responses.of(group)
    numbers = values(side, item)
    variable = item.variable
    if link.codes and variable.kind in (Kind.SINGLE, Kind.FIVE):
        answer = side.columns[variable.name]
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
