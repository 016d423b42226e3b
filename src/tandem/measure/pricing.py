"""What a person who is reached is worth, by campaigns with held-out people; and what people kept out cost. Pure.

The measured lift is per person assigned, reached or not. Its effect came about by those who were reached, so per
reached person it is the lift over the share that was reached (Bloom 1984, Evaluation Review 8, 225-246: nobody who
was held out is reached). Several campaigns are pooled by the inverse of their variances (fixed effect).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from scipy import special


@dataclass(frozen=True)
class Lift:
    """A campaign's difference of value per assigned person with its interval, and the share of the treated reached."""

    campaign: str
    difference: float
    low: float
    high: float
    confidence: float
    reached: float


@dataclass(frozen=True)
class Worth:
    """Value of reaching one person, with its interval at `confidence`, from the named campaigns; in `unit`."""

    value: float
    low: float
    high: float
    confidence: float
    campaigns: tuple[str, ...]
    unit: str

    @property
    def clear(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low > 0 or self.high < 0

    def times(self, people: int) -> "Worth":
        """What so many people are worth: everything times their number, which is known."""
        value, low, high = (people * each for each in (self.value, self.low, self.high))
        return Worth(value, low, high, self.confidence, self.campaigns, self.unit)


def worth(lifts: Sequence[Lift], unit: str) -> Worth | None:
    """The value of reaching one person; None if no campaign measured it.

    One campaign: its own interval, over the share reached, which is taken as known. Several: their weighted mean
    with a normal interval; each one's error is half of its interval in normal quantiles.
    """
    told = [one for one in lifts if one.reached > 0]
    if not told:
        return None
    names = tuple(one.campaign for one in told)
    if len(told) == 1:
        (one,) = told
        value, low, high = (each / one.reached for each in (one.difference, one.low, one.high))
        return Worth(value, low, high, one.confidence, names, unit)
    confidence = told[0].confidence
    errors = [(one.high - one.low) / (2 * _critical(one.confidence)) / one.reached for one in told]
    weights = [1 / error**2 for error in errors]
    value = sum(w * one.difference / one.reached for w, one in zip(weights, told, strict=True)) / sum(weights)
    half = _critical(confidence) / sqrt(sum(weights))
    return Worth(value, value - half, value + half, confidence, names, unit)


def _critical(confidence: float) -> float:
    return float(-special.ndtri((1 - confidence) / 2))
