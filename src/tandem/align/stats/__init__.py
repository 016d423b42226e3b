"""Two published shares against each other: pure statistics, numpy and scipy only.

Answers: interval and p-value of a difference of two shares, p-values adjusted for a block of questions.
Writes nothing, reads nothing. Must never import another part of Tandem: it could be published alone.
"""

from tandem.align.stats.adjust import benjamini_hochberg, holm
from tandem.align.stats.columns import (
    Estimates,
    Sums,
    estimate,
    letters,
    logit_intervals,
    mean_intervals,
    pair_tests,
)
from tandem.align.stats.shares import Difference, difference
from tandem.align.stats.suppression import Hidden, hide
from tandem.align.stats.weights import effective_n, kish_design_effect

__all__ = [
    "Difference",
    "Estimates",
    "Hidden",
    "Sums",
    "benjamini_hochberg",
    "difference",
    "effective_n",
    "estimate",
    "hide",
    "holm",
    "kish_design_effect",
    "letters",
    "logit_intervals",
    "mean_intervals",
    "pair_tests",
]
