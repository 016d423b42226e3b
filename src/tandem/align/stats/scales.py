"""A five-point scale in a few numbers, and how large a difference is."""

from dataclasses import dataclass
from math import asin, sqrt

import numpy as np

from tandem.align.stats.design import Bools, Design, Estimate, Floats, mean


@dataclass(frozen=True)
class Boxes:
    """Five points, 1 at the bottom: shares of 4-5, 1-2, 1-3 (the midpoint too), net top 2 less bottom 2, mean."""

    top_2: Estimate
    bottom_2: Estimate
    bottom_3: Estimate
    net: Estimate
    mean: Estimate


def boxes(design: Design, y: Floats, domain: Bools | None = None) -> Boxes:
    """Answers `y` (n,) of 1..5, NaN not in the base. Raises ValueError for other numbers, or an empty base."""
    known = ~np.isnan(y)
    if not np.isin(y[known], (1, 2, 3, 4, 5)).all():
        raise ValueError("five points are 1, 2, 3, 4 and 5")

    def share(low: int, high: int) -> Floats:
        return np.where(known, (y >= low) & (y <= high), np.nan)

    return Boxes(
        top_2=mean(design, share(4, 5), domain),
        bottom_2=mean(design, share(1, 2), domain),
        bottom_3=mean(design, share(1, 3), domain),
        net=mean(design, share(4, 5) - share(1, 2), domain),
        mean=mean(design, y, domain),
    )


def cohen_h(first: float, second: float) -> float:
    """2 asin sqrt(first) - 2 asin sqrt(second) of shares 0..1; Cohen (1988), chapter 6: 0.2 small, 0.5, 0.8 large."""
    if not (0 <= first <= 1 and 0 <= second <= 1):
        raise ValueError(f"shares lie in 0..1: {first}, {second}")
    return 2 * asin(sqrt(first)) - 2 * asin(sqrt(second))


def superiority(design: Design, y: Floats, first: Bools, second: Bools) -> Estimate:
    """Chance that one of the first group answers above one of the second, ties counted half; 0.5: no difference.

    Vargha and Delaney's (2000) A, weighted; standard error linearised in both groups (the weighted form of
    DeLong, DeLong and Clarke-Pearson 1988). NaN is left out. Raises ValueError for a person in both groups or
    an empty group.
    """
    known = ~np.isnan(y)
    one, two = first & known & (design.weight > 0), second & known & (design.weight > 0)
    if (one & two).any() or not one.any() or not two.any():
        raise ValueError("two groups with people are needed, and nobody in both")
    score = np.zeros(len(y))
    above = _middle_share(y[one], y[two], design.weight[two])
    value = float(np.average(above, weights=design.weight[one]))
    score[one] = (above - value) / float(design.weight[one].sum())
    below = 1 - _middle_share(y[two], y[one], design.weight[one])
    score[two] = (below - value) / float(design.weight[two].sum())
    variance = float(design.covariance(score[:, None])[0, 0])
    return Estimate(value, sqrt(max(variance, 0.0)), design.df(one | two), int((one | two).sum()))


def _middle_share(at: Floats, of: Floats, weight: Floats) -> Floats:
    """For each of `at`: the weighted share of `of` below it, plus half of that equal to it."""
    order = np.argsort(of, kind="stable")
    added = np.concatenate([[0.0], np.cumsum(weight[order])])
    left, right = (np.searchsorted(of[order], at, side) for side in ("left", "right"))
    share: Floats = (added[left] + added[right]) / (2 * added[-1])
    return share
