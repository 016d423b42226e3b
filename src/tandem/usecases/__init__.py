"""The verbs of the product, one file each: every door (command line, pages) comes through here.

Answers: what happens, in which order, when somebody asks for it. Wires the rooms together through tables.
Writes no table itself: the rooms do, and the ledger keeps what was asked.
Must never hold a rule of its own: rules live in the rooms, and no room imports another.
"""

__all__: list[str] = []
