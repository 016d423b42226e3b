"""The conditions of an audience that look at data, one file each.

Answers: how a single condition reads, what it touches, whether it fits, how it lowers.
Writes no table. Must never combine conditions (that is `combinators`), or name a base table.
"""

from tandem.audience.leaves.answer import InAnswer
from tandem.audience.leaves.did import DidEvent
from tandem.audience.leaves.member import InAudience
from tandem.audience.leaves.trait import TraitCompared

__all__ = ["DidEvent", "InAnswer", "InAudience", "TraitCompared"]
