"""Lift from a few sums: pure statistics, numpy and scipy only.

Answers: difference, relative lift, interval and p-value of two arms, whether the arms have their planned
sizes, and how wide an interval to expect. What cannot be computed is a `Refusal`, never a placeholder.
Writes nothing, reads nothing. Must never import another part of Tandem: it could be published alone.
"""

from tandem.measure.stats.adjust import holm
from tandem.measure.stats.answer import Estimate, Refusal, Relative
from tandem.measure.stats.conversion import conversion, newcombe
from tandem.measure.stats.lift import ArmsReport, LiftReport, lift, lift_arms
from tandem.measure.stats.moments import Moments
from tandem.measure.stats.power import detectable_difference, expected_half_width, people_needed
from tandem.measure.stats.ratio import RatioCheck, sample_ratio
from tandem.measure.stats.value import value

__all__ = [
    "ArmsReport",
    "Estimate",
    "LiftReport",
    "Moments",
    "RatioCheck",
    "Refusal",
    "Relative",
    "conversion",
    "detectable_difference",
    "expected_half_width",
    "holm",
    "lift",
    "lift_arms",
    "newcombe",
    "people_needed",
    "sample_ratio",
    "value",
]
