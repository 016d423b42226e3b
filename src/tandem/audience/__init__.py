"""Facts about people, and sets of people by definition: one tree that reads as English and lowers to SQL.

Answers: who is in an audience now and why, what a definition reads, what is known of each person and by whom.
Writes `profile`, `person_sources`, `memberships`, `membership_changes`.
Must never read a base table without a permit, or count an unknown value as a no.
"""

from tandem.audience.binding import bind
from tandem.audience.describing import trait_sentence
from tandem.audience.membership import MembershipChange, dissolve, evaluate, members_now
from tandem.audience.node import Node
from tandem.audience.people import people
from tandem.audience.preview import Listed, Preview, Reach, list_audiences, preview
from tandem.audience.profile import compute_traits, profile_query, trait_columns, trait_footprint
from tandem.audience.sources import compute_sources, sources_footprint
from tandem.audience.statements import audience_statement, trait_statement, traits_named

__all__ = [
    "Listed",
    "MembershipChange",
    "Node",
    "Preview",
    "Reach",
    "audience_statement",
    "bind",
    "compute_sources",
    "compute_traits",
    "dissolve",
    "evaluate",
    "list_audiences",
    "members_now",
    "people",
    "preview",
    "profile_query",
    "sources_footprint",
    "trait_columns",
    "trait_footprint",
    "trait_sentence",
    "trait_statement",
    "traits_named",
]
