"""Two people of one company, one of each side: paired tests and how often they say the same."""

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from typing import TypeAlias

import numpy as np
import scipy
from scipy import special

Floats: TypeAlias = np.ndarray


class Level(StrEnum):
    """What distances between answers mean."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"


class Weights(StrEnum):
    """How much a disagreement counts in kappa by the number of steps between the two answers."""

    NONE = "none"
    LINEAR = "linear"
    QUADRATIC = "quadratic"


@dataclass(frozen=True)
class PairedShares:
    """A yes-or-no answer of pairs: counts, difference of shares (first − second, -1..1), exact p (McNemar)."""

    both: int
    only_first: int
    only_second: int
    neither: int
    difference: float
    low: float
    high: float
    p: float

    @property
    def pairs(self) -> int:
        """Pairs in which both answered."""
        return self.both + self.only_first + self.only_second + self.neither


@dataclass(frozen=True)
class PairedMeans:
    """A number or five-point answer of pairs: mean difference (first − second), its interval, t with df, p."""

    pairs: int
    difference: float
    se: float
    low: float
    high: float
    t: float
    df: int
    p: float


@dataclass(frozen=True)
class Kappa:
    """Agreement beyond chance (1 all, 0 as by chance) with its large-sample standard error and interval."""

    value: float
    se: float
    low: float
    high: float


def paired_shares(first: Floats, second: Floats, confidence: float = 0.95) -> PairedShares:
    """1/0/NaN of the first and the second person of each pair (pairs,); pairs with a NaN are left out.

    p: McNemar's exact two-sided binomial test on the pairs that differ (1 if none does). Interval: Bonett and
    Price (2012), adjusted Wald with one pair added to each cell that differs. Raises ValueError for no whole pair.
    """
    one, two = _whole_pairs(first, second)
    n = len(one)
    only_first, only_second = int(np.sum(one > two)), int(np.sum(two > one))
    differing = only_first + only_second
    p = float(scipy.stats.binomtest(only_first, differing).pvalue) if differing else 1.0
    ups, downs = (only_first + 1) / (n + 2), (only_second + 1) / (n + 2)
    z = float(-special.ndtri((1 - confidence) / 2))
    half = z * sqrt((ups + downs - (ups - downs) ** 2) / (n + 2))
    return PairedShares(
        both=int(np.sum((one == 1) & (two == 1))),
        only_first=only_first,
        only_second=only_second,
        neither=int(np.sum((one == 0) & (two == 0))),
        difference=(only_first - only_second) / n,
        low=max(-1.0, ups - downs - half),
        high=min(1.0, ups - downs + half),
        p=p,
    )


def paired_means(first: Floats, second: Floats, confidence: float = 0.95) -> PairedMeans:
    """Student's paired t over (pairs,) numbers; pairs with a NaN are left out.

    Raises ValueError under two whole pairs, and if all differences are the same: there is no spread to test against.
    """
    one, two = _whole_pairs(first, second)
    gaps = one - two
    if len(gaps) < 2 or np.ptp(gaps) == 0:
        raise ValueError("at least two pairs that do not all differ by the same are needed")
    df = len(gaps) - 1
    mean, se = float(gaps.mean()), float(gaps.std(ddof=1) / sqrt(len(gaps)))
    half = float(scipy.stats.t.ppf(1 - (1 - confidence) / 2, df)) * se
    p = float(2 * scipy.stats.t.sf(abs(mean / se), df))
    return PairedMeans(len(gaps), mean, se, mean - half, mean + half, mean / se, df, p)


def same_answer(first: Floats, second: Floats) -> float:
    """The share 0..1 of whole pairs that gave the same answer. Raises ValueError for no whole pair."""
    one, two = _whole_pairs(first, second)
    return float(np.mean(one == two))


def weighted_kappa(
    first: Floats,
    second: Floats,
    categories: tuple[float, ...],
    weights: Weights = Weights.LINEAR,
    confidence: float = 0.95,
) -> Kappa:
    """Cohen's (1968) weighted kappa over (pairs,) answers among `categories`, given bottom to top.

    Standard error: Fleiss, Cohen and Everitt (1969), large sample. NaN everywhere if chance alone would make
    them agree (all in one category). Raises ValueError for no whole pair or an answer outside the categories.
    """
    one, two = _whole_pairs(first, second)
    size = len(categories)
    places = {value: place for place, value in enumerate(categories)}
    if not {*one.tolist(), *two.tolist()} <= set(places):
        raise ValueError("an answer is none of the categories")
    table = np.zeros((size, size))
    np.add.at(table, ([places[v] for v in one.tolist()], [places[v] for v in two.tolist()]), 1 / len(one))
    steps = np.abs(np.subtract.outer(np.arange(size), np.arange(size))) / max(size - 1, 1)
    off = {Weights.NONE: (steps > 0) * 1.0, Weights.LINEAR: steps, Weights.QUADRATIC: steps**2}[weights]
    agree = 1 - off
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    seen, chance = float((agree * table).sum()), float(rows @ agree @ columns)
    if chance >= 1:
        return Kappa(np.nan, np.nan, np.nan, np.nan)
    kappa = (seen - chance) / (1 - chance)
    means = (agree @ columns)[:, None] + (rows @ agree)[None, :]
    inner = float((table * (agree - means * (1 - kappa)) ** 2).sum()) - (kappa - chance * (1 - kappa)) ** 2
    se = sqrt(max(inner, 0.0) / len(one)) / (1 - chance)
    z = float(-special.ndtri((1 - confidence) / 2))
    return Kappa(kappa, se, max(-1.0, kappa - z * se), min(1.0, kappa + z * se))


def krippendorff_alpha(ratings: Floats, level: Level = Level.ORDINAL) -> float:
    """Krippendorff's (2004) alpha over (raters, units), NaN where a rater gave none: 1 all agree, 0 as by chance.

    Units with fewer than two ratings say nothing and are left out. NaN if every rating is the same: then nothing
    varies that could be agreed on. Raises ValueError if no unit has two ratings.
    """
    table = np.asarray(ratings, dtype=float)
    paired = table[:, (~np.isnan(table)).sum(axis=0) >= 2]
    if not paired.size:
        raise ValueError("no unit has two ratings")
    values = np.unique(paired[~np.isnan(paired)])
    held = np.stack([(paired == value).sum(axis=0) for value in values])
    per_unit = held.sum(axis=0)
    coincidence = (held / (per_unit - 1)) @ held.T - np.diag((held / (per_unit - 1)).sum(axis=1))
    totals = coincidence.sum(axis=1)
    n = totals.sum()
    distance = _distances(totals, level)
    expected = float((np.outer(totals, totals) * distance).sum() / (n - 1))
    return 1 - float((coincidence * distance).sum()) / expected if expected else float("nan")


def _distances(totals: Floats, level: Level) -> Floats:
    """Squared distances between the values in order: 0/1, or by the ratings that lie between them."""
    size = len(totals)
    if level is Level.NOMINAL:
        return 1.0 - np.eye(size)
    reach = np.concatenate([[0.0], np.cumsum(totals)])
    middle = (reach[:-1] + reach[1:]) / 2
    return np.asarray(np.subtract.outer(middle, middle) ** 2)


def _whole_pairs(first: Floats, second: Floats) -> tuple[Floats, Floats]:
    one, two = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    if one.shape != two.shape or one.ndim != 1:
        raise ValueError("one answer of each person of a pair is needed")
    whole = ~(np.isnan(one) | np.isnan(two))
    if not whole.any():
        raise ValueError("no pair in which both answered")
    return one[whole], two[whole]
