"""Who may use which data, for what, and where to: pure decisions with reasons, and tables that obey them.

Answers: is this use permitted, which rows and columns does the permit show, why is a person not reachable.
Writes `person_consents`.
Must never hand out a base table without a permit, turn a hidden column into NULL, or take silence for a yes.
"""

from tandem.policy.clauses import Clause, clauses, standing
from tandem.policy.consents import refresh_consents
from tandem.policy.counts import AtLeast, Count, Shown, TooSmall, shown, shown_parts, shown_within
from tandem.policy.decisions import decide, granted_labels
from tandem.policy.guard import OBJECTIONS, PERSON, guarded, kept, limited, people, told, within_rows
from tandem.policy.history import Held, Said, consent_as_of, spoken, statements_of
from tandem.policy.outcomes import Decision, Gap, Permit, Refusal
from tandem.policy.reasons import Reason, unreachable, unreachable_query

__all__ = [
    "OBJECTIONS",
    "PERSON",
    "AtLeast",
    "Clause",
    "Count",
    "Decision",
    "Gap",
    "Held",
    "Permit",
    "Reason",
    "Refusal",
    "Said",
    "Shown",
    "TooSmall",
    "clauses",
    "consent_as_of",
    "decide",
    "granted_labels",
    "guarded",
    "kept",
    "limited",
    "people",
    "refresh_consents",
    "shown",
    "shown_parts",
    "shown_within",
    "spoken",
    "standing",
    "statements_of",
    "told",
    "unreachable",
    "unreachable_query",
    "within_rows",
]
