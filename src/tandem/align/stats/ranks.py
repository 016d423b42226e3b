"""Places of items in a list, and how sure they are: ties averaged, respondents drawn again."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import scipy

Floats: TypeAlias = np.ndarray
TIES = "Ties share the mean of their places."
DRAWN_AT_ONCE = 4_000_000
REPLICATES = 1000


@dataclass(frozen=True)
class Ranks:
    """Arrays (items,): place (1 is the top), its interval, and the chance 0..1 of being first.

    The chance is the share of draws in which the item came first; a tie for the top is split evenly.
    """

    rank: Floats
    low: Floats
    high: Floats
    first: Floats


@dataclass(frozen=True)
class RankGaps:
    """Arrays (items,): first side's place minus the second's (negative: the first side ranks it higher), interval."""

    gap: Floats
    low: Floats
    high: Floats


def ranks_by_share(shares: Floats) -> Floats:
    """Places over the last axis by share, the largest 1; ties share the mean of their places. NaN has none."""
    return np.asarray(scipy.stats.rankdata(-np.asarray(shares, dtype=float), axis=-1, nan_policy="omit"))


def ranks_by_mean_rank(means: Floats) -> Floats:
    """Places over the last axis by mean rank given, the smallest 1; ties share the mean of their places."""
    return np.asarray(scipy.stats.rankdata(np.asarray(means, dtype=float), axis=-1, nan_policy="omit"))


def bootstrap_means(
    values: Floats, weight: Floats, rng: np.random.Generator, replicates: int = REPLICATES
) -> Floats:
    """(replicates, columns): weighted means of (people, columns) over people drawn again with replacement.

    NaN in `values` is outside the base of its column; a column without base in a draw is NaN. A draw is how
    often each person is in it, one row of a matrix product. Raises ValueError for no people.
    """
    table = np.asarray(values, dtype=float)
    people = len(table)
    if not people:
        raise ValueError("nobody answered: there is nobody to draw")
    counted = ~np.isnan(table)
    both = np.concatenate([np.where(counted, table, 0.0), counted], axis=1) * np.asarray(weight)[:, None]
    rows = max(1, DRAWN_AT_ONCE // people)
    sums = np.concatenate(
        [_counts(people, min(rows, replicates - start), rng) @ both for start in range(0, replicates, rows)]
    )
    columns = table.shape[1]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(sums[:, :columns] / sums[:, columns:])


def _counts(people: int, draws: int, rng: np.random.Generator) -> Floats:
    """(draws, people): how often each is drawn when as many as there are are drawn with replacement."""
    drawn = rng.integers(0, people, (draws, people)) + people * np.arange(draws)[:, None]
    return np.bincount(drawn.ravel(), minlength=draws * people).reshape(draws, people).astype(float)


def weighted_means(values: Floats, weight: Floats) -> Floats:
    """(columns,): weighted means of (people, columns); NaN is outside the base, a column without base is NaN."""
    table = np.asarray(values, dtype=float)
    counted = ~np.isnan(table)
    weights = np.asarray(weight, dtype=float)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(weights @ np.where(counted, table, 0.0) / (weights @ counted))


def rank_intervals(
    values: Floats,
    weight: Floats,
    rng: np.random.Generator,
    *,
    by_mean_rank: bool = False,
    replicates: int = REPLICATES,
    confidence: float = 0.95,
) -> Ranks:
    """Places of the columns of (people, items): 1/0 of a multiple choice, or with `by_mean_rank` places given.

    Interval: percentiles of the places over draws of the respondents; wide where neighbours are close, which is
    the point. Raises ValueError for no people.
    """
    order = ranks_by_mean_rank if by_mean_rank else ranks_by_share
    drawn = order(bootstrap_means(values, weight, rng, replicates))
    return ranks_over(order(weighted_means(values, weight)), drawn, confidence)


def ranks_over(told: Floats, drawn: Floats, confidence: float = 0.95) -> Ranks:
    """Places (items,) with what places (draws, items) over draws of the respondents say of them."""
    top = drawn == np.nanmin(drawn, axis=1, keepdims=True)
    low, high = percentiles(drawn, confidence)
    return Ranks(told, low, high, (top / top.sum(axis=1, keepdims=True)).mean(axis=0))


def rank_gaps(
    first: tuple[Floats, Floats],
    second: tuple[Floats, Floats],
    rng: np.random.Generator,
    *,
    by_mean_rank: bool = False,
    replicates: int = REPLICATES,
    confidence: float = 0.95,
) -> RankGaps:
    """Rank gap of each item between two sides, each (values, weight) as `rank_intervals` takes them.

    Both sides are drawn on their own. Interval: percentiles of the gap.
    """
    order = ranks_by_mean_rank if by_mean_rank else ranks_by_share
    told = order(weighted_means(*first)) - order(weighted_means(*second))
    drawn = [order(bootstrap_means(*side, rng, replicates)) for side in (first, second)]
    low, high = percentiles(drawn[0] - drawn[1], confidence)
    return RankGaps(told, low, high)


def percentiles(drawn: Floats, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Lower and upper end over the first axis; NaN draws are left out, and a column of only NaN stays NaN."""
    tail = (1 - confidence) / 2
    told = ~np.isnan(drawn).all(axis=0)
    ends = np.full((2, *drawn.shape[1:]), np.nan)
    if drawn.ndim == 1:
        return tuple(np.nanquantile(drawn, [tail, 1 - tail])) if told else (ends[0], ends[1])
    ends[:, told] = np.nanquantile(drawn[:, told], [tail, 1 - tail], axis=0)
    return ends[0], ends[1]
