"""A pulse read as a whole: index, findings, book and method of one wave."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from tandem.align.across import across
from tandem.align.against import Links
from tandem.align.cutting import book_of, profiles
from tandem.align.findings import most_important, questions
from tandem.align.index_of import WEIGHTS, AlignmentIndex, Between, alignment_index
from tandem.align.method import Fielded, method
from tandem.align.names import SIDES
from tandem.align.responses import Responses
from tandem.align.result import IndexTold, Measure, Part, PulseResult, Side, Since, Within
from tandem.align.sides import told
from tandem.align.since import since

SMALLEST = 5


@dataclass(frozen=True)
class About:
    """What a result says of itself. `smallest`: fewest people a number may stand on, 3 or more.

    `wordings`: question → its wording; `links`: item → published figures; `weights`: of the parts of the index.
    """

    wave: str
    title: str
    company: str = ""
    smallest: int = SMALLEST
    wordings: Mapping[str, str] = field(default_factory=dict)
    links: Links = field(default_factory=dict)
    fielded: Fielded = field(default_factory=Fielded)
    weights: Mapping[str, float] = field(default_factory=lambda: WEIGHTS)

    def __post_init__(self) -> None:
        if self.smallest < 3:
            raise ValueError(f"the smallest group is 3 or more, not {self.smallest}")


@dataclass(frozen=True, eq=False)
class Before:
    """The wave before: its name, its answers, and the fewest people a number of it may stand on."""

    wave: str
    responses: Responses
    smallest: int


def read_pulse(responses: Responses, about: About, before: Before | None = None) -> PulseResult:
    """The result of a wave. The same answers and seed give the same result. Raises ValueError if no sides are told."""
    by = profiles(responses, about.smallest)
    book = book_of(responses, by, about.smallest)
    rng = np.random.default_rng(about.fielded.seed)
    found = questions(responses, rng, book=book, wordings=about.wordings, links=about.links)
    sides = _sides(responses, about.smallest)
    index = alignment_index(
        responses,
        np.random.default_rng(about.fielded.seed),
        smallest=about.smallest,
        weights=about.weights,
    )
    weighting = index.weighting if index.overall else ""
    return PulseResult(
        wave=about.wave,
        title=about.title,
        company=about.company,
        people=sides,
        smallest=about.smallest,
        questions=found,
        most=most_important(found),
        book=book,
        profiles=tuple((one.name, one.label) for one in by),
        method=method(responses, sides, found, about.smallest, about.fielded, weighting),
        index=_index(index),
        index_missing="" if index.overall else index.sentence,
        since=None if before is None else _since(responses, about, before),
    )


def _since(responses: Responses, about: About, before: Before) -> Since:
    smallest = max(about.smallest, before.smallest)
    return since(before.wave, across(responses, before.responses, smallest=smallest))


def _sides(responses: Responses, smallest: int) -> tuple[Side, ...]:
    """The sides as a whole; both hidden where one of them is small."""
    ones = [responses.of(group) for group in SIDES]
    found = [
        told(np.ones(len(one)), one.weight, Measure.MEAN, group, smallest).side
        for one, group in zip(ones, SIDES, strict=True)
    ]
    small = any(one.hidden and len(rows) for one, rows in zip(found, ones, strict=True))
    beside = f"with it, fewer than {smallest} of the other side could be told"
    return tuple(
        Side(one.group, one.name, None if small else one.base, hidden=one.hidden or (beside if small else ""))
        for one in found
    )


def _index(index: AlignmentIndex) -> IndexTold | None:
    whole = index.overall
    if whole is None:
        return None
    parts = tuple(
        Part(one.title, one.found.value, one.found.low, one.found.high, one.weight, one.how, one.without)
        for one in index.components
    )
    drawn = index.sensitivity
    return IndexTold(
        whole.value,
        whole.low,
        whole.high,
        parts,
        index.sentence,
        weighting=index.weighting,
        closeness=_within(index.closeness),
        level=_within(index.level),
        reweighted=None if drawn is None else Within(drawn.middle, drawn.low, drawn.high),
    )


def _within(one: Between | None) -> Within | None:
    return None if one is None else Within(one.value, one.low, one.high)
