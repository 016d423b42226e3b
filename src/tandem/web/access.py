"""What a signed-in person may do here, by role. What data a role may see is policy's decision, not this table's."""

from enum import StrEnum

from tandem.kernel.values import WorkspaceRole as Role
from tandem.usecases.sides import BRIEFS, COMMITS, FIELDS, RANKS


class Action(StrEnum):
    """What a route lets one do; each route names exactly one."""

    LOOK = "look"
    SEE_CUSTOMERS = "see customers"
    EDIT_AUDIENCES = "edit audiences"
    EDIT_CAMPAIGNS = "edit campaigns"
    EDIT_SOURCES = "edit sources"
    REPAIR = "repair quarantine"
    DISCARD = "discard edits"
    APPLY = "apply a charter"
    APPROVE = "approve a plan"
    ASK = "ask for access"
    RUN = "run the loop"
    FIELD_PULSES = "open pulses and invite to them"
    RIGHTS = "act on people's rights"
    SEE_AUDIT = "read the audit log"
    SEE_AUDIT_OF_PEOPLE = "read who saw a person"
    BRIEF = "make and change briefs"
    COMMIT = "commit IT to a brief"
    RANK = "rank priorities"


_ALL = frozenset(Role)

ALLOWED: dict[Action, frozenset[Role]] = {
    Action.LOOK: _ALL,
    Action.SEE_CUSTOMERS: frozenset({Role.MARKETER, Role.ENGINEER, Role.PRIVACY, Role.ANALYST}),
    Action.EDIT_AUDIENCES: frozenset({Role.MARKETER, Role.ANALYST, Role.ADMIN}),
    Action.EDIT_CAMPAIGNS: frozenset({Role.MARKETER, Role.ADMIN}),
    Action.EDIT_SOURCES: frozenset({Role.ENGINEER, Role.ADMIN}),
    Action.REPAIR: frozenset({Role.ENGINEER, Role.ADMIN}),
    Action.DISCARD: _ALL - {Role.EXECUTIVE},
    Action.APPLY: frozenset({Role.MARKETER, Role.ENGINEER, Role.PRIVACY, Role.ADMIN}),
    Action.APPROVE: _ALL - {Role.EXECUTIVE},
    Action.ASK: _ALL,
    Action.RUN: frozenset({Role.MARKETER, Role.ENGINEER, Role.ADMIN}),
    Action.FIELD_PULSES: FIELDS,
    # An engineer has to find out what happened, but not who was interested in whom.
    Action.SEE_AUDIT: frozenset({Role.PRIVACY, Role.ADMIN, Role.ENGINEER}),
    Action.RIGHTS: frozenset({Role.PRIVACY, Role.ADMIN}),
    Action.SEE_AUDIT_OF_PEOPLE: frozenset({Role.PRIVACY, Role.ADMIN}),
    Action.BRIEF: BRIEFS,
    Action.COMMIT: COMMITS,
    Action.RANK: RANKS,
}


def may(role: Role, action: Action) -> bool:
    """Whether a role may do this."""
    return role in ALLOWED[action]


def who_may(action: Action) -> str:
    """'marketers and admins': who may, in words."""
    names = [
        f"{role}s" if role is not Role.PRIVACY else "the privacy office" for role in Role if may(role, action)
    ]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
