"""Conversion: what share of the assigned people reached the goal, treated against control."""

from math import expm1, log, sqrt

from scipy import special

from tandem.measure.stats.answer import (
    NO_CONVERSIONS,
    NO_RELATIVE,
    NO_SPREAD,
    Estimate,
    Refusal,
    Relative,
    check_confidence,
)
from tandem.measure.stats.moments import Moments

METHOD = "difference: Newcombe hybrid score interval; p: pooled two-proportion z test"
RELATIVE_METHOD = "log ratio, delta method (Katz 1978)"
FEW_EXPECTED = 5


def conversion(treated: Moments, control: Moments, confidence: float = 0.95) -> Estimate | Refusal:
    """Rates, difference with interval, relative lift with interval, p-value.

    Difference: Newcombe (1998) hybrid score interval, method 10; it keeps its level down to small counts.
    p-value: two-proportion z test with pooled variance, two-sided, no continuity correction. It is the
    chi-square test of the 2 x 2 table. Where an arm expects fewer than 5 conversions (or fewer than 5
    others) it finds a difference that is not there up to about twice as often as promised (9 % at the 5 %
    level with 400 against 100 people); a note says so then.
    Test and interval are two methods: near the edge one may exclude zero and the other not.
    Refuses when nobody converted in either arm, or everybody in both. Each arm needs a person (ValueError).
    """
    check_confidence(confidence)
    if treated.conversions + control.conversions == 0:
        return Refusal(
            NO_CONVERSIONS,
            "Nobody reached the goal in either arm, so there is nothing to compare yet.",
            found=f"0 of {treated.n:,} treated, 0 of {control.n:,} control",
            expected="at least one conversion",
        )
    if treated.conversions == treated.n and control.conversions == control.n:
        return Refusal(
            NO_SPREAD,
            "Everybody reached the goal in both arms, so this goal cannot tell them apart.",
            found=f"{treated.n:,} of {treated.n:,} treated, {control.n:,} of {control.n:,} control",
            expected="somebody who did not convert",
        )
    low, high = newcombe(treated.conversions, treated.n, control.conversions, control.n, confidence)
    return Estimate(
        treated=treated.rate,
        control=control.rate,
        difference=treated.rate - control.rate,
        low=low,
        high=high,
        p_value=_pooled_z_p(treated, control),
        relative=_log_ratio(treated, control, confidence),
        confidence=confidence,
        method=METHOD,
        notes=_notes(treated, control),
    )


def newcombe(x1: int, n1: int, x2: int, n2: int, confidence: float = 0.95) -> tuple[float, float]:
    """Interval of x1/n1 - x2/n2: the hybrid score method without continuity correction.

    Newcombe (1998), Statistics in Medicine 17, 873-890, method 10: the Wilson limits l, u of each share give
    d - sqrt((p1 - l1)^2 + (u2 - p2)^2) and d + sqrt((u1 - p1)^2 + (p2 - l2)^2). Stays within [-1, 1].
    """
    p1, p2 = x1 / n1, x2 / n2
    l1, u1 = _wilson(x1, n1, confidence)
    l2, u2 = _wilson(x2, n2, confidence)
    low = p1 - p2 - sqrt((p1 - l1) ** 2 + (u2 - p2) ** 2)
    high = p1 - p2 + sqrt((u1 - p1) ** 2 + (p2 - l2) ** 2)
    return max(-1.0, low), min(1.0, high)


def _wilson(x: int, n: int, confidence: float) -> tuple[float, float]:
    """Wilson (1927) score limits of x/n, in [0, 1]."""
    z = float(-special.ndtri((1 - confidence) / 2))
    p = x / n
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return (0.0 if x == 0 else centre - half), (1.0 if x == n else centre + half)


def _pooled_z_p(treated: Moments, control: Moments) -> float:
    pooled = (treated.conversions + control.conversions) / (treated.n + control.n)
    error = sqrt(pooled * (1 - pooled) * (1 / treated.n + 1 / control.n))
    return float(2 * special.ndtr(-abs(treated.rate - control.rate) / error))


def _log_ratio(treated: Moments, control: Moments, confidence: float) -> Relative | Refusal:
    """Katz et al. (1978), Biometrics 34: log(p1/p0) -+ z sqrt((1 - p1)/x1 + (1 - p0)/x0), then exp - 1."""
    if treated.conversions == 0 or control.conversions == 0:
        return Refusal(
            NO_RELATIVE,
            "A relative lift needs conversions in both arms; the difference is given without it.",
            found=f"{treated.conversions:,} treated and {control.conversions:,} control conversions",
            expected="at least one in each arm",
        )
    centre = log(treated.rate) - log(control.rate)
    half = float(-special.ndtri((1 - confidence) / 2)) * sqrt(
        (1 - treated.rate) / treated.conversions + (1 - control.rate) / control.conversions
    )
    return Relative(expm1(centre), expm1(centre - half), expm1(centre + half), RELATIVE_METHOD)


def _notes(treated: Moments, control: Moments) -> tuple[str, ...]:
    pooled = (treated.conversions + control.conversions) / (treated.n + control.n)
    fewest = min(treated.n, control.n) * min(pooled, 1 - pooled)
    if fewest >= FEW_EXPECTED:
        return ()
    return (f"The smaller arm expects only {fewest:.1f} conversions: the p-value is rough.",)
