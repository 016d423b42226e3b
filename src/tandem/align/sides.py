"""One number of one side with its interval, and two of them held against each other."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tandem.align.names import NAMES
from tandem.align.result import SHARES, Base, Measure, Side
from tandem.align.stats import difference, exact, few_expected
from tandem.align.stats.columns import Sums, estimate, logit_intervals, mean_intervals
from tandem.align.stats.waves import Estimate, wave_against_wave

Numbers = NDArray[np.float64]
LEVEL = 0.95
UNWEIGHTED = 1e-9
NOBODY = "Nobody answered this."


@dataclass(frozen=True)
class Gap:
    """First less second with its 95 % interval, and the two-sided raw p; None where there is no spread to test."""

    gap: float
    low: float | None = None
    high: float | None = None
    p: float | None = None


@dataclass(frozen=True)
class Told:
    """A side and what its design knows of it."""

    side: Side
    se: float = float("nan")

    @property
    def shown(self) -> bool:
        """Whether there is a number."""
        return self.side.value is not None


def told(values: Numbers, weight: Numbers, measure: Measure, group: str, smallest: int) -> Told:
    """The weighted mean of (people,) values, NaN outside the base; hidden under `smallest` people.

    Shares carry the logit interval, means that of t, both from the linearised standard error.
    """
    name = NAMES.get(group, group)
    inside = ~np.isnan(values) & (weight > 0)
    people = int(inside.sum())
    if people < smallest:
        why = f"fewer than {smallest} of {name} answered" if people else NOBODY
        return Told(Side(group, name, None, hidden=why))
    w, y = weight[inside], values[inside]
    sums = Sums(
        n=np.array([float(people)]),
        w=np.array([w.sum()]),
        w2=np.array([w @ w]),
        wy=np.array([[w @ y]]),
        w2y=np.array([[(w * w) @ y]]),
        w2yy=np.array([[(w * w) @ (y * y)]]),
    )
    found = estimate(sums, people)
    value, se, effective = float(found.value[0, 0]), float(found.se[0, 0]), float(found.effective[0])
    df = np.array([people - 1.0])
    if measure in SHARES:
        value = min(max(value, 0.0), 1.0)
        ends = logit_intervals(np.array([[value]]), found.se, found.effective, df, LEVEL)
    else:
        ends = mean_intervals(found.value, found.se, df, LEVEL)
    low, high = (float(end[0, 0]) for end in ends)
    return Told(Side(group, name, Base(people, float(w.sum()), effective), value, low, high), se)


def held(first: Told, second: Told, measure: Measure) -> Gap | None:
    """Two numbers of independent samples against each other; None where one of them is hidden.

    Shares: Newcombe's interval and z on effective bases (`difference`), Fisher's exact test in place of z where people
    count once each and a cell is expected to hold fewer than five; means: by their linearised errors.
    """
    one, two = first.side, second.side
    if one.value is None or two.value is None or one.base is None or two.base is None:
        return None
    gap = one.value - two.value
    try:
        if measure in SHARES:
            found = difference(one.value, one.base.effective, two.value, two.base.effective)
        else:
            found = wave_against_wave(
                Estimate(one.value, first.se, one.base.effective),
                Estimate(two.value, second.se, two.base.effective),
            )
    except ValueError:
        return Gap(gap)
    p = _exact(one, two) if measure in SHARES else None
    return Gap(found.difference, found.low, found.high, found.p if p is None else p)


def _exact(one: Side, two: Side) -> float | None:
    """Fisher's p where z would not hold; None where it does, or where weights leave no whole counts."""
    counts, people = [], []
    for side in (one, two):
        assert side.base is not None
        assert side.value is not None
        n = side.base.unweighted
        if abs(side.base.effective - n) > UNWEIGHTED * n:
            return None
        counts.append(round(side.value * n))
        people.append(n)
    if not few_expected(counts[0], people[0], counts[1], people[1]):
        return None
    return exact(counts[0], people[0], counts[1], people[1])
