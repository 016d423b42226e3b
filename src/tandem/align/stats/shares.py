"""The difference of two shares known as published: a percentage and a base, not a count."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
import scipy
from scipy import special

FEWEST_EXPECTED = 5.0
"""Under this expected count in any of the four cells z is too ready to find a difference."""


@dataclass(frozen=True)
class Difference:
    """first - second as shares (0.1 = 10 points), with its interval [low, high], z and two-sided p."""

    difference: float
    low: float
    high: float
    z: float
    p: float


def difference(p1: float, n1: float, p2: float, n2: float, confidence: float = 0.95) -> Difference:
    """Shares p1, p2 in 0..1 of independent simple random samples of n1, n2 > 0 (effective) people.

    Interval: Newcombe (1998), Statistics in Medicine 17, method 10 (hybrid score). z: pooled variance, no
    continuity correction. The counts are taken as p * n, which need not be whole: printed percentages are
    rounded. Raises ValueError outside the bounds, and if both shares are 0 or both 1: there is no z then.
    """
    if not (0 <= p1 <= 1 and 0 <= p2 <= 1 and n1 > 0 and n2 > 0):
        raise ValueError(f"shares must lie in 0..1 and bases above 0: {p1}, {n1}, {p2}, {n2}")
    if p1 == p2 and p1 in (0, 1):
        raise ValueError("two shares that are both 0 or both 1 have no spread to test against")
    gap = p1 - p2
    low1, high1 = _wilson(p1, n1, confidence)
    low2, high2 = _wilson(p2, n2, confidence)
    pooled = (p1 * n1 + p2 * n2) / (n1 + n2)
    z = gap / sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2))
    return Difference(
        difference=gap,
        low=max(-1.0, gap - sqrt((p1 - low1) ** 2 + (high2 - p2) ** 2)),
        high=min(1.0, gap + sqrt((high1 - p1) ** 2 + (p2 - low2) ** 2)),
        z=z,
        p=float(2 * special.ndtr(-abs(z))),
    )


def few_expected(count1: float, n1: float, count2: float, n2: float) -> bool:
    """Whether a cell of the two by two table is expected to hold fewer than five, were both shares the same."""
    yes = (count1 + count2) / (n1 + n2)
    return min(n1, n2) * min(yes, 1 - yes) < FEWEST_EXPECTED


def exact(count1: int, n1: int, count2: int, n2: int) -> float:
    """Two-sided p of Fisher's exact test: counts 0..n of n1, n2 > 0 people who each count once.

    The sum of the hypergeometric chances of all tables with these margins that are no likelier than this one.
    Raises ValueError outside the bounds.
    """
    if not (0 <= count1 <= n1 and 0 <= count2 <= n2 and n1 > 0 and n2 > 0):
        raise ValueError(f"counts must lie in 0..n and bases above 0: {count1}, {n1}, {count2}, {n2}")
    table = np.array([[count1, n1 - count1], [count2, n2 - count2]])
    return float(scipy.stats.fisher_exact(table).pvalue)


def _wilson(p: float, n: float, confidence: float) -> tuple[float, float]:
    """Wilson (1927): the roots in q of (p - q)^2 = z^2 q (1 - q) / n."""
    z2 = float(-special.ndtri((1 - confidence) / 2)) ** 2
    root = sqrt(z2 * (z2 + 4 * n * p * (1 - p)))
    return (2 * n * p + z2 - root) / (2 * (n + z2)), (2 * n * p + z2 + root) / (2 * (n + z2))
