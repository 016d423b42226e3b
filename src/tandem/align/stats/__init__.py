"""Two published shares against each other: pure statistics, numpy and scipy only.

Answers: interval and p-value of a difference of two shares, p-values adjusted for a block of questions.
Writes nothing, reads nothing. Must never import another part of Tandem: it could be published alone.
"""

from tandem.align.stats.adjust import benjamini_hochberg, holm
from tandem.align.stats.shares import Difference, difference

__all__ = ["Difference", "benjamini_hochberg", "difference", "holm"]
