"""Columns of a banner side by side: what each one estimates, and which ones differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import scipy
from numpy.typing import NDArray
from scipy import special

from tandem.align.stats.adjust import benjamini_hochberg, holm

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
NEAR = 1e-12


@dataclass(frozen=True)
class Sums:
    """What a question leaves of its people: sums by column (C,) and by column and row (C, R), of weight w, score y.

    `n`: people who answered; `w`: sum of w; `w2`: of w^2; `wy`: of w y; `w2y`: of w^2 y; `w2yy`: of w^2 y^2.
    A share is the mean of a score of 0 or 1, a net one of -1, 0 or 1.
    """

    n: Floats
    w: Floats
    w2: Floats
    wy: Floats
    w2y: Floats
    w2yy: Floats


@dataclass(frozen=True)
class Estimates:
    """By column and row (C, R); NaN where nobody answered. `effective`: (C,), Kish's effective n."""

    value: Floats
    se: Floats
    effective: Floats


def estimate(sums: Sums, people: int) -> Estimates:
    """Weighted means of the rows and their linearised standard errors.

    Each column is a domain of one sample of `people`: variance n / (n - 1) * sum w^2 (y - mean)^2 / (sum w)^2
    (Särndal, Swensson and Wretman 1992, section 5.8, with replacement), which is what R's `survey` gives for
    `svyby(~y, ~column, svydesign(ids = ~1, weights = ~w), svymean)`. NaN under two people.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        w = np.where(sums.w > 0, sums.w, np.nan)[:, None]
        value = sums.wy / w
        spread = sums.w2yy - 2 * value * sums.w2y + value**2 * sums.w2[:, None]
        factor = people / (people - 1) if people > 1 else np.nan
        se = np.sqrt(np.maximum(spread, 0.0) * factor) / w
        effective = np.where(sums.w2 > 0, sums.w**2 / sums.w2, 0.0)
    return Estimates(value, np.where(sums.n[:, None] > 1, se, np.nan), effective)


def logit_intervals(
    value: Floats, se: Floats, effective: Floats, df: Floats, confidence: float
) -> tuple[Floats, Floats]:
    """Intervals of shares (C, R) on the logit scale, t quantile with `df` (C,); Wilson on `effective` (C,) at 0 and 1.

    As `svyciprop(method = "logit")` in R's `survey`; the logit has no interval where the share is 0 or 1, so
    there the score interval of Wilson (1927) with the effective n stands.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        odds = np.log(value) - np.log1p(-value)
        reach = _quantiles(df, confidence) * se / (value * (1 - value))
        low, high = special.expit(odds - reach), special.expit(odds + reach)
        z2 = float(special.ndtri((1 + confidence) / 2)) ** 2
        n = effective[:, None]
        middle = (value * n + z2 / 2) / (n + z2)
        half = np.sqrt(z2 * (value * (1 - value) * n + z2 / 4)) / (n + z2)
    edge = (value < NEAR) | (value > 1 - NEAR)
    return (
        np.where(edge, np.maximum(middle - half, 0.0), low),
        np.where(edge, np.minimum(middle + half, 1.0), high),
    )


def mean_intervals(value: Floats, se: Floats, df: Floats, confidence: float) -> tuple[Floats, Floats]:
    """value -+ t * se with the t quantile of `df` (C,); NaN where the standard error is, or without df above 0."""
    reach = _quantiles(df, confidence) * se
    return value - reach, value + reach


def _quantiles(df: Floats, confidence: float) -> Floats:
    """t quantiles (C, 1); NaN where df is not above 0."""
    found = scipy.stats.t.ppf((1 + confidence) / 2, np.where(df > 0, df, np.nan))
    return np.asarray(found, dtype=np.float64)[:, None]


def pair_tests(
    estimates: Estimates, shares: Bools, columns: Sequence[int], tested: Bools, adjust: str = "none"
) -> tuple[Floats, Floats]:
    """Differences and two-sided p of every pair of `columns`, row by row: two arrays of shape (R, k, k).

    Row i, column j of a slice: value of the i-th column minus the j-th; the differences are antisymmetric, the p
    symmetric, 1 on the diagonal. Shares (`shares`, (R,)): z with pooled variance on effective bases, as in
    `difference`; other rows: difference by its linearised standard error, t with Satterthwaite's degrees of
    freedom on the effective bases. NaN where a column is not `tested` (C,) or there is no spread.
    `adjust`: none | holm | benjamini-hochberg, over all pairs and rows given.
    """
    index = np.asarray(columns, dtype=np.intp)
    value, se, n = estimates.value[index].T, estimates.se[index].T, estimates.effective[index]
    gap = value[:, :, None] - value[:, None, :]
    with np.errstate(invalid="ignore", divide="ignore"):
        pooled = (value * n)[:, :, None] + (value * n)[:, None, :]
        pooled = pooled / (n[:, None] + n[None, :])
        z = gap / np.sqrt(pooled * (1 - pooled) * (1 / n[:, None] + 1 / n[None, :]))
        square = se**2
        total = square[:, :, None] + square[:, None, :]
        parts = square**2 / np.maximum(n - 1, 1e-9)
        df = total**2 / (parts[:, :, None] + parts[:, None, :])
        p = np.where(
            shares[:, None, None],
            2 * special.ndtr(-np.abs(z)),
            2 * scipy.stats.t.sf(np.abs(gap / np.sqrt(total)), df),
        )
    both = tested[index][:, None] & tested[index][None, :]
    p = np.where(both[None], p, np.nan)
    k = len(index)
    p[:, np.arange(k), np.arange(k)] = 1.0
    return gap, _adjusted(p, adjust)


def _adjusted(p: Floats, adjust: str) -> Floats:
    """The p-values of all pairs above the diagonal that have one, adjusted together and mirrored below it."""
    if adjust == "none":
        return p
    if adjust not in ("holm", "benjamini-hochberg"):
        raise ValueError(f"adjust is none, holm or benjamini-hochberg, not {adjust}")
    row, i, j = np.nonzero(np.triu(np.ones(p.shape[1:]), 1)[None] * np.isfinite(p))
    if not row.size:
        return p
    done = p.copy()
    done[row, i, j] = (holm if adjust == "holm" else benjamini_hochberg)(p[row, i, j].tolist())
    done[row, j, i] = done[row, i, j]
    return done


def letters(
    gap: Floats, p: Floats, names: Sequence[str], sure: float = 0.95, likely: float = 0.90
) -> list[list[str]]:
    """Row by row, column by column: the names of the columns that this one lies above.

    A capital letter where p < 1 - `sure`, a small one where only p < 1 - `likely`. Of two columns at most one
    names the other.
    """
    rows = []
    with np.errstate(invalid="ignore"):
        level = np.where(gap > 0, (p < 1 - sure).astype(int) + (p < 1 - likely), 0)
    for row in level:
        told = [""] * len(names)
        if row.any():
            for i, j in combinations(range(len(names)), 2):
                for above, below in ((i, j), (j, i)):
                    if row[above, below]:
                        name = names[below]
                        told[above] += name.upper() if row[above, below] == 2 else name.lower()
        rows.append(told)
    return rows
