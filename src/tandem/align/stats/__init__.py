"""Statistics of surveys, numpy and scipy only: weights, designs, scales, lists, and columns side by side.

Answers: what a weighted sample says and how sure that is, whether two groups differ, what a table may show.
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
from tandem.align.stats.contrasts import Contrast, TableTest, compare_groups, rao_scott
from tandem.align.stats.design import (
    Design,
    Estimate,
    Lonely,
    LonelyStratumError,
    category_shares,
    mean,
    ratio,
    total,
)
from tandem.align.stats.intervals import beta_interval, logit_interval, wilson_interval
from tandem.align.stats.raking import Fault, Margin, Raked, RakeProblem, rake
from tandem.align.stats.replicates import jackknife
from tandem.align.stats.scales import Boxes, boxes, cohen_h, superiority
from tandem.align.stats.shares import Difference, difference, exact, few_expected
from tandem.align.stats.suppression import Hidden, hide
from tandem.align.stats.weights import effective_n, kish_design_effect

__all__ = [
    "Boxes",
    "Contrast",
    "Design",
    "Difference",
    "Estimate",
    "Estimates",
    "Fault",
    "Hidden",
    "Lonely",
    "LonelyStratumError",
    "Margin",
    "RakeProblem",
    "Raked",
    "Sums",
    "TableTest",
    "benjamini_hochberg",
    "beta_interval",
    "boxes",
    "category_shares",
    "cohen_h",
    "compare_groups",
    "difference",
    "effective_n",
    "estimate",
    "exact",
    "few_expected",
    "hide",
    "holm",
    "jackknife",
    "kish_design_effect",
    "letters",
    "logit_interval",
    "logit_intervals",
    "mean",
    "mean_intervals",
    "pair_tests",
    "rake",
    "rao_scott",
    "ratio",
    "superiority",
    "total",
    "wilson_interval",
]
