"""Who is who: from append-only evidence to a versioned map of identifiers to people.

Answers: which identifiers are one person, since when, by which proof, and what was not joined and why.
Writes person_map, person_changes and evidence_held. Must never change evidence or join what a limit forbids,
and must never give a person another id without a version that says so.
"""

from tandem.identity.explain import explain_person, find_person
from tandem.identity.facts import PersonExplanation
from tandem.identity.keys import KeyIdentifiers, key_identifiers
from tandem.identity.resolve import Resolution, resolve
from tandem.identity.search import SHORTEST, beginnings, end_of, keys_of, values_of

__all__ = [
    "SHORTEST",
    "KeyIdentifiers",
    "PersonExplanation",
    "Resolution",
    "beginnings",
    "end_of",
    "explain_person",
    "find_person",
    "key_identifiers",
    "keys_of",
    "resolve",
    "values_of",
]
