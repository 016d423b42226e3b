"""Value per assigned person: what the treated arm brought more than control, per head."""

from math import sqrt

from scipy import special

from tandem.measure.stats.answer import (
    NO_RELATIVE,
    NO_SPREAD,
    NO_VALUE,
    TOO_FEW,
    Estimate,
    Refusal,
    Relative,
    check_confidence,
)
from tandem.measure.stats.moments import Moments

METHOD = "Welch t interval and test"
RELATIVE_METHOD = "Fieller interval of the ratio of means, Welch degrees of freedom"
FEW_CONVERSIONS = 30


def value(treated: Moments, control: Moments, confidence: float = 0.95) -> Estimate | Refusal:
    """Mean value per assigned person, difference with interval, relative lift with interval, p-value.

    Difference and p-value: Welch (1947) t with Satterthwaite degrees of freedom, no equal variances assumed.
    Relative lift: Fieller (1954) with the same critical value, so it excludes 0 exactly when the difference
    does; the delta method would be symmetric around a skewed ratio and would give a finite interval even
    where control could be zero (Franz 2007, arXiv:0710.2024). Means are taken as normal: with heavy-tailed
    spend that needs many buyers, and a note says when there are under 30 in an arm.
    Refuses without a value, with under two people in an arm, or if an arm has no spread at all.
    """
    check_confidence(confidence)
    refusal = _missing(treated, control)
    if refusal:
        return refusal
    error1, error0 = treated.variance / treated.n, control.variance / control.n
    freedom = (error1 + error0) ** 2 / (error1**2 / (treated.n - 1) + error0**2 / (control.n - 1))
    critical = float(-special.stdtrit(freedom, (1 - confidence) / 2))
    error = sqrt(error1 + error0)
    difference = treated.mean - control.mean
    return Estimate(
        treated=treated.mean,
        control=control.mean,
        difference=difference,
        low=difference - critical * error,
        high=difference + critical * error,
        p_value=float(2 * special.stdtr(freedom, -abs(difference) / error)),
        relative=_fieller(treated.mean, error1, control.mean, error0, critical),
        confidence=confidence,
        method=METHOD,
        notes=_notes(treated, control),
    )


def _missing(treated: Moments, control: Moments) -> Refusal | None:
    if not (treated.has_value and control.has_value):
        return Refusal(
            NO_VALUE,
            "The goal has no value, so value per person is not known.",
            found="no value measured",
            expected="a value field in the goal of the campaign",
        )
    for name, arm in (("treated", treated), ("control", control)):
        if arm.n < 2:
            sentence = f"The {name} arm has too few people to know how much their value varies."
            return Refusal(TOO_FEW, sentence, found=f"{arm.n}", expected="at least 2")
        if arm.variance == 0:
            return Refusal(
                NO_SPREAD,
                f"Everybody in the {name} arm has the same value, so how much it varies is not known.",
                found=f"{arm.n:,} people with {arm.mean:g} each",
                expected="at least two different values in each arm",
            )
    return None


def _fieller(mean1: float, error1: float, mean0: float, error0: float, critical: float) -> Relative | Refusal:
    """All ratios r with (mean1 - r mean0)^2 <= critical^2 (error1 + r^2 error0), minus 1; errors are squared.

    Fieller (1954), JRSS B 16, 175-185; the two estimates are independent. Bounded only if the control mean is
    clear of zero at this confidence.
    """
    lead = mean0**2 - critical**2 * error0
    if mean0 <= 0 or lead <= 0:
        return Refusal(
            NO_RELATIVE,
            "The value of control is not clearly above zero, so a ratio to it has no bounds; the difference "
            "is given without it.",
            found=f"control mean {mean0:.4g} with standard error {sqrt(error0):.2g}",
            expected=f"a control mean above {critical:.2f} standard errors",
        )
    ratio = mean1 / mean0
    spread = critical * sqrt(max(0.0, error1 * lead + error0 * mean1**2)) / lead
    centre = mean1 * mean0 / lead
    return Relative(ratio - 1, centre - spread - 1, centre + spread - 1, RELATIVE_METHOD)


def _notes(treated: Moments, control: Moments) -> tuple[str, ...]:
    fewest = min(treated.conversions, control.conversions)
    if fewest >= FEW_CONVERSIONS:
        return ()
    return (f"Only {fewest} people of one arm reached the goal: a few large values may decide the mean.",)
