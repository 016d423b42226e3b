"""Who may use which data, for what, and where to: pure decisions with reasons, and tables that obey them.

Answers: is this use permitted, which rows and columns does the permit show, why is a person not reachable.
Writes `person_consents`.
Must never hand out a base table without a permit, turn a hidden column into NULL, or take silence for a yes.
"""

from tandem.policy.consents import refresh_consents
from tandem.policy.counts import AtLeast, Count, Shown, TooSmall, shown, shown_parts
from tandem.policy.decisions import Decision, Gap, Permit, Refusal, decide
from tandem.policy.guard import PERSON, guarded, kept, people
from tandem.policy.reasons import Reason, unreachable, unreachable_query

__all__ = [
    "PERSON",
    "AtLeast",
    "Count",
    "Decision",
    "Gap",
    "Permit",
    "Reason",
    "Refusal",
    "Shown",
    "TooSmall",
    "decide",
    "guarded",
    "kept",
    "people",
    "refresh_consents",
    "shown",
    "shown_parts",
    "unreachable",
    "unreachable_query",
]
