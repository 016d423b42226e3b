"""Before a campaign: how narrow an answer can this many people give?"""

from math import ceil, sqrt

from scipy import special

from tandem.measure.stats.answer import check_confidence


def expected_half_width(n: int, holdout: float, base_rate: float, confidence: float = 0.95) -> float:
    """Half width of the interval of the conversion difference to expect, as a share (0.02 = 2 points).

    `n` people in all, the share `holdout` (0..1, both ends excluded) of them held out, both arms converting
    at `base_rate`. Normal approximation z sqrt(p (1 - p) (1/n1 + 1/n0)). ValueError outside these bounds.
    """
    check_confidence(confidence)
    return float(-special.ndtri((1 - confidence) / 2)) * _error(n, holdout, base_rate)


def detectable_difference(
    n: int, holdout: float, base_rate: float, alpha: float = 0.05, power: float = 0.8
) -> float:
    """The true difference of conversion found with probability `power` by a two-sided test at `alpha`.

    (z(1 - alpha/2) + z(power)) standard errors at `base_rate` in both arms; a share, as above.
    """
    check_confidence(1 - alpha)
    check_confidence(power)
    return float(-special.ndtri(alpha / 2) + special.ndtri(power)) * _error(n, holdout, base_rate)


def people_needed(half_width: float, holdout: float, base_rate: float, confidence: float = 0.95) -> int:
    """The fewest people in all for which `expected_half_width` is at most `half_width` (a share > 0)."""
    if half_width <= 0:
        raise ValueError(f"half_width must be above 0, not {half_width}")
    return ceil((expected_half_width(1, holdout, base_rate, confidence) / half_width) ** 2)


def _error(n: int, holdout: float, base_rate: float) -> float:
    """Standard error of the difference: p (1 - p) / n over holdout (1 - holdout)."""
    if n < 1 or not 0 < holdout < 1 or not 0 < base_rate < 1:
        raise ValueError(f"need n >= 1, holdout and base rate between 0 and 1: {n}, {holdout}, {base_rate}")
    return sqrt(base_rate * (1 - base_rate) / n * (1 / (1 - holdout) + 1 / holdout))
