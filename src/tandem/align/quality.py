"""Which answers to look at twice: too fast, all the same down a matrix, or past the attention item.

A flag is a reason to look and no verdict: who removes an answer does so by hand, and the methodology says how many.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from statistics import median

from tandem.align.questions import variable_names
from tandem.charter.definitions.instruments import DONT_KNOW, Instrument, QuestionType

FASTEST = 1 / 3
"""Share of the median time under which somebody is a speeder."""
LONG_ENOUGH = 5
"""Rows that somebody answered in a matrix before the same answer in all of them means anything."""


class Flag(StrEnum):
    """What is odd about the answers of one person."""

    SPEEDER = "speeder"
    STRAIGHT_LINE = "straight line"
    ATTENTION = "attention"


def quality_flags(
    instrument: Instrument,
    answers: Sequence[Mapping[str, object]],
    seconds: Sequence[float | None] = (),
) -> tuple[frozenset[Flag], ...]:
    """The flags of each person, in order. `seconds`: how long each took, None where it is not known.

    Give people of one form at a time, for a median is only fair among those who were asked the same. Speeder: under
    a third of the median, where three times or more are known. Straight line: in more than half of the matrices in
    which the person answered five rows or more, every answer is the same point; `don't know` is no point.
    """
    known = [one for one in seconds if one is not None]
    fastest = median(known) * FASTEST if len(known) >= 3 else 0.0
    times = [*seconds, *[None] * (len(answers) - len(seconds))]
    return tuple(
        _flags(instrument, given, time is not None and time < fastest)
        for given, time in zip(answers, times, strict=True)
    )


def _flags(instrument: Instrument, given: Mapping[str, object], fast: bool) -> frozenset[Flag]:
    found = {Flag.SPEEDER} if fast else set[Flag]()
    matrices = [one for one in instrument.questions if one.type is QuestionType.MATRIX and one.scale]
    points = [[given[name] for name in variable_names(one) if given.get(name)] for one in matrices]
    rated = [[point for point in row if point != DONT_KNOW] for row in points]
    long = [row for row in rated if len(row) >= LONG_ENOUGH]
    if sum(len(set(row)) == 1 for row in long) * 2 > len(long):
        found.add(Flag.STRAIGHT_LINE)
    for one in instrument.questions:
        answer = given.get(one.question)
        if one.attention is not None and answer is not None and answer != one.attention:
            found.add(Flag.ATTENTION)
    return frozenset(found)
