"""Did it work? Campaigns measured on everyone who was assigned, against people who did not get it.

Answers: what the treated arm did more than the held-out arm, how sure that is, or why nobody can say.
Writes no table; reads assignments and events through guarded tables and hands `stats` a few sums.
Must never show a number that is not known, and never leave an assigned person out of the count.
"""

# Nothing is gathered here: `tandem.measure.stats` has to load without an engine. Ask `report`, `moments`,
# `outside` or `describing` by name.
__all__: list[str] = []
