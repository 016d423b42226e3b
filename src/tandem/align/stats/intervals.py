"""Intervals of a share that stay between 0 and 1."""

from math import log, sqrt

import scipy
from scipy import special

from tandem.align.stats.design import Estimate


def logit_interval(share: Estimate, confidence: float = 0.95) -> tuple[float, float]:
    """On the logit scale with t quantiles, Korn and Graubard (1999), Analysis of Health Surveys, section 3.2.

    Raises ValueError for a share of 0 or 1, which has no logit, and without degrees of freedom.
    """
    p = _checked(share)
    if not 0 < p < 1:
        raise ValueError("a share of 0 or 1 has no logit; take the beta or the Wilson interval")
    reach = float(scipy.stats.t.ppf((1 + confidence) / 2, share.df)) * share.se / (p * (1 - p))
    middle = log(p / (1 - p))
    return float(special.expit(middle - reach)), float(special.expit(middle + reach))


def beta_interval(share: Estimate, confidence: float = 0.95) -> tuple[float, float]:
    """Clopper and Pearson's on the effective n, Korn and Graubard (1998), Survey Methodology 24.

    The effective n, p (1 - p) / se^2, is made smaller by the squared ratio of the t quantiles with n - 1 and `df`
    degrees of freedom, and where the share is 0 or 1 it is n itself so made smaller.
    """
    p = _checked(share)
    tail = (1 - confidence) / 2
    n = p * (1 - p) / share.se**2 if 0 < p < 1 and share.se > 0 else float(share.n)
    n *= float(scipy.stats.t.ppf(tail, max(share.n - 1, 1)) / scipy.stats.t.ppf(tail, share.df)) ** 2
    low = float(scipy.stats.beta.ppf(tail, n * p, n * (1 - p) + 1)) if p > 0 else 0.0
    high = float(scipy.stats.beta.ppf(1 - tail, n * p + 1, n * (1 - p))) if p < 1 else 1.0
    return low, high


def wilson_interval(p: float, effective: float, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson (1927) with an effective n above 0, which need not be whole: the quick view, also at 0 and 1."""
    if not (0 <= p <= 1 and effective > 0):
        raise ValueError(f"a share lies in 0..1 and has a base above 0: {p}, {effective}")
    z2 = float(special.ndtri((1 + confidence) / 2)) ** 2
    middle = (2 * effective * p + z2) / (2 * (effective + z2))
    half = sqrt(z2 * (z2 + 4 * effective * p * (1 - p))) / (2 * (effective + z2))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def _checked(share: Estimate) -> float:
    if not (-1e-12 <= share.value <= 1 + 1e-12 and share.df > 0):
        raise ValueError(f"a share in 0..1 with degrees of freedom is needed: {share}")
    return min(max(share.value, 0.0), 1.0)
