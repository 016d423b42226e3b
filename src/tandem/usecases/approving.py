"""Who speaks for which of the two functions, and what a plan needs from whom."""

import hashlib
from collections.abc import Collection, Mapping

from tandem.kernel.ids import SEPARATOR
from tandem.kernel.values import WorkspaceRole as Role

FUNCTIONS: Mapping[Role, frozenset[str]] = {
    Role.MARKETER: frozenset({"marketing"}),
    Role.ANALYST: frozenset({"marketing"}),
    Role.ENGINEER: frozenset({"it"}),
    Role.PRIVACY: frozenset({"it"}),
    Role.EXECUTIVE: frozenset(),
    Role.ADMIN: frozenset({"marketing", "it"}),
}
"""Functions as tandem.toml names owners."""


def approves(role: str, owner: str) -> bool:
    """Whether a role speaks for the function that owns a part; a role of policies alone speaks for none."""
    return role in [*Role] and owner in FUNCTIONS[Role(role)]


def lacking(
    role: str, approvals: Mapping[str, tuple[str, ...]], given: Collection[str] = ()
) -> dict[str, tuple[str, ...]]:
    """Of the functions that own edited parts, those for which the role does not speak and that have not approved."""
    return {
        owner: parts for owner, parts in approvals.items() if not approves(role, owner) and owner not in given
    }


def plan_of(before: str | None, after: str) -> str:
    """The fingerprint of a plan: the files in force and the files that would be. Either changed, it is another plan."""
    return hashlib.sha256(SEPARATOR.join(("plan", before or "", after)).encode()).hexdigest()


def in_words(owners: Collection[str]) -> str:
    """'IT and marketing'."""
    return " and ".join("IT" if one == "it" else one for one in owners)
