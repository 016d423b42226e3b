"""Facts about people, and sets of people by definition: one tree that reads as English and lowers to SQL.

Answers: who is in an audience now and why, what a definition reads, what is known of each person.
Writes `profile`, `memberships`, `membership_changes`.
Must never read a base table without a permit, or count an unknown value as a no.
"""

from tandem.audience.binding import bind
from tandem.audience.membership import MembershipChange, dissolve, evaluate, members_now
from tandem.audience.node import Node
from tandem.audience.people import people
from tandem.audience.preview import Listed, Preview, Reach, list_audiences, preview
from tandem.audience.profile import compute_traits, profile_query, trait_columns, trait_footprint

__all__ = [
    "Listed",
    "MembershipChange",
    "Node",
    "Preview",
    "Reach",
    "bind",
    "compute_traits",
    "dissolve",
    "evaluate",
    "list_audiences",
    "members_now",
    "people",
    "preview",
    "profile_query",
    "trait_columns",
    "trait_footprint",
]
