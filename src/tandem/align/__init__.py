"""How far apart are the two functions? What two-sided surveys published.

Answers: what marketing and IT said to the same question, the gap, and whether it is more than chance.
Writes no table; reads published figures from its own data file.
Must never test a figure whose base is not known, nor choose silently between two published values.
"""

from tandem.align.compare import Comparison, Conflict, Kind, compare
from tandem.align.published import Flag, Group, Published, load, waves

__all__ = ["Comparison", "Conflict", "Flag", "Group", "Kind", "Published", "compare", "load", "waves"]
