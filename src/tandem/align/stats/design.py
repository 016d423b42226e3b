"""Means, shares, totals and their standard errors under the design of a sample: weights, strata, clusters."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Index = NDArray[np.intp]


class Lonely(StrEnum):
    """What becomes of a stratum with one cluster, whose variance cannot be known from itself.

    REFUSE: raise. CERTAINTY: it adds nothing (it was sure to be in). ADJUST: its distance from the mean of all
    clusters stands in, on the safe side. AVERAGE: it gets the mean variance of the other strata.
    """

    REFUSE = "refuse"
    CERTAINTY = "certainty"
    ADJUST = "adjust"
    AVERAGE = "average"


class LonelyStratumError(ValueError):
    """A stratum has one cluster only, and nobody said what that means; `strata` names them."""

    def __init__(self, strata: tuple[Any, ...]) -> None:
        super().__init__(f"one cluster only in: {', '.join(map(str, strata))}")
        self.strata = strata


@dataclass(frozen=True)
class Estimate:
    """One number under the design: `se` linearised, `df` clusters less strata, `n` people with weight in it.

    `deff`: its variance over that of a simple random sample of the same size, None where there is no such.
    """

    value: float
    se: float
    df: int
    n: int
    deff: float | None = None

    def interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """value -+ t * se; for shares take one of `intervals` instead. NaN without degrees of freedom."""
        reach = (
            float(scipy.stats.t.ppf((1 + confidence) / 2, self.df)) * self.se if self.df > 0 else float("nan")
        )
        return self.value - reach, self.value + reach


@dataclass(frozen=True, eq=False)
class Design:
    """How people came into the sample; every array is (n,).

    `weight`: 0 or more. `strata`, `cluster`: any labels, None: one stratum, each person a cluster; clusters are
    those of their stratum, the same label elsewhere is another one. `population`: clusters of the population in
    the person's stratum (finite population correction), None: with replacement. `margins`: (n, k) columns
    whose totals the weights were brought to, with `start` the weights before (n,): what the margins explain is
    then no part of the standard errors. (R's `calibrate` does the same; its `rake` regresses with equal weights.)
    Raises ValueError for shapes or numbers that do not fit, and `LonelyStratumError`.
    """

    weight: Floats
    strata: NDArray[Any] | None = None
    cluster: NDArray[Any] | None = None
    population: Floats | None = None
    lonely: Lonely = Lonely.REFUSE
    margins: Floats | None = None
    start: Floats | None = None

    def __post_init__(self) -> None:
        w = np.asarray(self.weight, dtype=np.float64)
        if w.ndim != 1 or not np.isfinite(w).all() or (w < 0).any() or not w.any():
            raise ValueError("weights are finite numbers of 0 or more, one for each person, not all 0")
        object.__setattr__(self, "weight", w)
        for part in (self.strata, self.cluster, self.population, self.start):
            if part is not None and part.shape != w.shape:
                raise ValueError("each part of the design has one value for each person")
        if (self.margins is None) != (self.start is None):
            raise ValueError("margins and the weights before them go together")
        if self.margins is not None and self.margins.shape[:1] != w.shape:
            raise ValueError("margins have one row for each person")
        alone = self._clusters_in == 1
        if self.lonely is Lonely.REFUSE and alone.any():
            raise LonelyStratumError(tuple(self._stratum_names[alone].tolist()))
        if (self._sampled > 1).any():
            raise ValueError("a stratum has more clusters in the sample than in the population")

    @cached_property
    def _stratum(self) -> Index:
        return _codes(self.strata, self.weight.size, 0)

    @cached_property
    def _stratum_names(self) -> NDArray[Any]:
        names: NDArray[Any] = np.array(["the sample"]) if self.strata is None else np.unique(self.strata)
        return names

    @cached_property
    def _psu(self) -> Index:
        own = _codes(self.cluster, self.weight.size, None)
        together = self._stratum * (int(own.max()) + 1) + own
        return _codes(together, self.weight.size, None)

    @cached_property
    def _stratum_of_psu(self) -> Index:
        at: Index = np.zeros(int(self._psu.max()) + 1, dtype=np.intp)
        at[self._psu] = self._stratum
        return at

    @cached_property
    def _clusters_in(self) -> NDArray[np.int64]:
        return np.bincount(self._stratum_of_psu).astype(np.int64)

    @cached_property
    def _sampled(self) -> Floats:
        """The share of each stratum's clusters that is in the sample; 0 without a finite population."""
        if self.population is None:
            return np.zeros(len(self._clusters_in))
        known = np.zeros(len(self._clusters_in))
        known[self._stratum] = self.population
        if (known[self._stratum] != self.population).any():
            raise ValueError("the population of a stratum is one number")
        return self._clusters_in / known

    def clusters(self) -> tuple[Index, Index, Floats]:
        """Cluster of each person (n,); stratum of each cluster; share of each stratum's clusters in the sample."""
        return self._psu, self._stratum_of_psu, self._sampled

    def df(self, domain: Bools | None = None) -> int:
        """Clusters less strata, counting those with people in the domain."""
        inside = self.weight > 0 if domain is None else (self.weight > 0) & domain
        return len(np.unique(self._psu[inside])) - len(np.unique(self._stratum[inside]))

    def covariance(self, scores: Floats) -> Floats:
        """Covariance (r, r) of the sums of weight * scores, `scores` (n, r), between clusters within strata.

        Särndal, Swensson and Wretman (1992), sections 2.9 and 4.3; with margins of the residuals of the scores
        on them, weighted by `start` (Deville and Särndal 1992, section 3).
        """
        if self.margins is not None and self.start is not None:
            root = np.sqrt(self.start)[:, None]
            slopes, *_ = np.linalg.lstsq(self.margins * root, scores * root, rcond=None)
            scores = scores - self.margins @ slopes
        z = scores * self.weight[:, None]
        number = len(self._stratum_of_psu)
        sums = np.column_stack([np.bincount(self._psu, column, number) for column in z.T])
        of = self._stratum_of_psu
        n = self._clusters_in.astype(float)
        centre = np.column_stack([np.bincount(of, column, len(n)) for column in sums.T]) / n[:, None]
        apart = sums - centre[of]
        alone = n == 1
        if self.lonely is Lonely.ADJUST:
            apart[alone[of]] = sums[alone[of]] - sums.mean(axis=0)
        factor = (1 - self._sampled) * np.where(alone, 1.0, n / np.maximum(n - 1, 1))
        found: Floats = (apart * factor[of][:, None]).T @ apart
        if self.lonely is Lonely.AVERAGE and alone.any():
            found = found * (len(n) / (~alone).sum() if (~alone).any() else np.nan)
        return found


def mean(design: Design, y: Floats, domain: Bools | None = None) -> Estimate:
    """Weighted mean of `y` (n,) in the domain; for a share give 0 and 1. NaN of `y` is no part of the domain.

    Linearised as a ratio (Taylor). The design effect compares with simple random sampling without replacement
    where the design has a finite population, else with replacement. Raises ValueError if nobody is in it.
    """
    return ratio(design, y, np.ones(design.weight.size), domain)


def ratio(design: Design, y: Floats, x: Floats, domain: Bools | None = None) -> Estimate:
    """Sum of weight * y over sum of weight * x in the domain; see `mean`. No design effect unless x is 1."""
    y, inside = _inside(design, y, domain)
    w = design.weight * inside
    below = float(w @ x)
    if not below > 0:
        raise ValueError("nobody with a weight is in the domain")
    value = float(w @ y) / below
    variance = float(design.covariance((inside * (y - value * x) / below)[:, None])[0, 0])
    n = int((inside & (design.weight > 0)).sum())
    deff = None
    if n > 1 and bool((x == 1).all()):
        spread = float(w @ (y - value) ** 2) / below * n / (n - 1)
        left = 1 - n / below if design.population is not None else 1.0
        deff = variance / (spread * left / n) if spread * left > 0 else None
    return Estimate(value, float(np.sqrt(max(variance, 0.0))), design.df(inside), n, deff)


def total(design: Design, y: Floats, domain: Bools | None = None) -> Estimate:
    """Weighted total of `y` (n,) in the domain; NaN of `y` counts as not in it."""
    y, inside = _inside(design, y, domain)
    variance = float(design.covariance((inside * y)[:, None])[0, 0])
    n = int((inside & (design.weight > 0)).sum())
    return Estimate(
        float((design.weight * inside) @ y), float(np.sqrt(max(variance, 0.0))), design.df(inside), n
    )


def category_shares(design: Design, codes: Index, number: int) -> tuple[Floats, Floats]:
    """Shares (k,) of the categories 0..k-1 = `number` - 1 and their covariance (k, k); code -1 is not in the base."""
    inside = codes >= 0
    w = design.weight * inside
    if not w.any():
        raise ValueError("nobody with a weight is in the base")
    value = np.bincount(codes[inside], w[inside], number) / w.sum()
    indicator = (codes[:, None] == np.arange(number)).astype(float)
    return value, design.covariance(inside[:, None] * (indicator - value) / w.sum())


def _inside(design: Design, y: Floats, domain: Bools | None) -> tuple[Floats, Bools]:
    """`y` with 0 where it is not known, and who is in the domain."""
    known = ~np.isnan(np.asarray(y, dtype=np.float64))
    inside = known if domain is None else known & domain
    return np.where(known, y, 0.0), inside


def _codes(labels: NDArray[Any] | None, size: int, alone: int | None) -> Index:
    """Labels as 0..k-1; without labels all `alone`, or each a code of its own."""
    if labels is not None:
        return np.unique(labels, return_inverse=True)[1].astype(np.intp)
    return np.zeros(size, dtype=np.intp) if alone is not None else np.arange(size, dtype=np.intp)
