"""The decision: actor, purpose, destination and footprint against the charter. Pure; final."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from tandem.charter.definitions import Charter, Grant, Policy, Purpose
from tandem.engine import Catalogue
from tandem.kernel import Problem, Problems
from tandem.kernel.ids import SEPARATOR
from tandem.kernel.values import Actor, Basis, Destination, FieldRef, Label
from tandem.policy import problems

CHANNELS = (Destination.EMAIL, Destination.FILE)


@dataclass(frozen=True)
class Permit:
    """Yes: this actor may use these columns for this purpose at this destination.

    The guard adds what the basis asks for: a recorded yes for consent, no objection for any other basis, and
    at a channel (email, file) nobody who is suppressed. `notes` say that in sentences.
    """

    actor: Actor
    purpose: str
    destination: Destination
    footprint: frozenset[FieldRef]
    basis: Basis
    smallest_group: int
    policies: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def contacts(self) -> bool:
        """Does the destination reach people, so that suppressed ones are left out?"""
        return self.destination in CHANNELS

    @cached_property
    def fingerprint(self) -> str:
        """16 hex digits of SHA-256 over everything that was decided on; part of receipts and assignments."""
        parts = [
            *(self.actor.name, self.actor.role, self.purpose, self.destination, self.basis),
            str(self.smallest_group),
            *self.policies,
            *sorted(str(ref) for ref in self.footprint),
        ]
        return hashlib.sha256(SEPARATOR.join(parts).encode()).hexdigest()[:16]

    def columns(self, table: str) -> frozenset[str]:
        """The columns of a table that may be read."""
        return frozenset(ref.column for ref in self.footprint if ref.table == table)


@dataclass(frozen=True)
class Refusal:
    """No: somebody could grant it and has not."""

    reasons: tuple[Problem, ...]

    def raised(self) -> Problems:
        """The reasons as an exception, for a caller that cannot go on."""
        return Problems(self.reasons)


@dataclass(frozen=True)
class Gap:
    """Nobody has said: something is not configured. Stops the action as a refusal does."""

    missing: tuple[Problem, ...]

    def raised(self) -> Problems:
        """What is missing as an exception, for a caller that cannot go on."""
        return Problems(self.missing)


Decision = Permit | Refusal | Gap


def decide(
    actor: Actor,
    purpose: str,
    destination: Destination,
    footprint: frozenset[FieldRef],
    charter: Charter,
    catalogue: Catalogue,
) -> Decision:
    """May the actor use these columns for the purpose at the destination?

    Every column's label must stand in a grant of the actor's role for that purpose and destination; grants of
    several policies add up, and the largest smallest group of the policies that know the role holds.
    """
    declared = charter.purposes.purpose(purpose)
    missing = _missing(actor, purpose, footprint, charter, catalogue)
    if missing or declared is None:
        return Gap(missing)
    reasons = _reasons(actor, declared, destination, footprint, charter, catalogue)
    if reasons:
        return Refusal(reasons)
    known = [policy for policy in charter.policies if _grants(actor, [policy]) is not None]
    return Permit(
        actor=actor,
        purpose=purpose,
        destination=destination,
        footprint=footprint,
        basis=declared.basis,
        smallest_group=max(policy.smallest_group for policy in known),
        policies=tuple(sorted(policy.policy for policy in known)),
        notes=_notes(declared, destination),
    )


def _missing(
    actor: Actor, purpose: str, footprint: frozenset[FieldRef], charter: Charter, catalogue: Catalogue
) -> tuple[Problem, ...]:
    found: list[Problem] = []
    if charter.purposes.purpose(purpose) is None:
        names = [one.purpose for one in charter.purposes.purposes]
        sentence, who = f"the purpose `{purpose}` is not declared", charter.project.owners.purposes
        found.append(problems.NO_PURPOSE(sentence, found=purpose, alternatives=names, who=who))
    owner = charter.project.owners.policies
    if not charter.policies:
        sentence = "no policy is configured, so nobody may use anything"
        found.append(problems.NO_POLICY(sentence, who=owner))
    elif _grants(actor, charter.policies) is None:
        names = sorted({role.role for policy in charter.policies for role in policy.roles})
        sentence = f"no policy speaks of the role `{actor.role}`"
        found.append(problems.NO_ROLE(sentence, found=actor.role, alternatives=names, who=owner))
    for ref in sorted(footprint):
        if _label(ref, catalogue) is None:
            options = catalogue[ref.table].names if ref.table in catalogue else ()
            sentence = f"no table has the field `{ref}`"
            found.append(problems.NO_FIELD(sentence, found=ref.column, alternatives=options))
    return tuple(found)


def _reasons(
    actor: Actor,
    purpose: Purpose,
    destination: Destination,
    footprint: frozenset[FieldRef],
    charter: Charter,
    catalogue: Catalogue,
) -> tuple[Problem, ...]:
    use = f"for purpose `{purpose.purpose}` at destination `{destination}`"
    owner = charter.project.owners.policies
    if destination in CHANNELS and destination.value not in {channel.value for channel in purpose.channels}:
        sentence = f"the purpose `{purpose.purpose}` does not allow the channel `{destination}`"
        expected = ", ".join(purpose.channels) or "no channel at all"
        return (problems.CHANNEL(sentence, found=destination, expected=expected, place=purpose.place),)
    grants = [
        grant
        for grant in _grants(actor, charter.policies) or ()
        if purpose.purpose in grant.purposes and destination in grant.destinations
    ]
    if not grants:
        able = _roles_that_may(purpose.purpose, destination, charter.policies)
        expected = f"a role that may: {', '.join(able)}" if able else "a role that may; there is none yet"
        sentence = f"the role `{actor.role}` may not use data {use}"
        return (problems.USE(sentence, found=actor.role, expected=expected, who=owner),)
    allowed = {label for grant in grants for label in grant.labels}
    return tuple(
        problems.LABEL(
            f"the role `{actor.role}` may not use `{ref}`, which is {label}, {use}",
            found=f"{ref} ({label})",
            expected=f"fields that are {' or '.join(one for one in Label if one in allowed)}",
            who=owner,
        )
        for ref in sorted(footprint)
        if (label := _label(ref, catalogue)) not in allowed
    )


def _grants(actor: Actor, policies: Iterable[Policy]) -> tuple[Grant, ...] | None:
    """What the role may do by these policies; None if none of them knows it."""
    roles = [role for policy in policies for role in policy.roles if role.role == actor.role]
    return tuple(grant for role in roles for grant in role.may) if roles else None


def _roles_that_may(purpose: str, destination: Destination, policies: Iterable[Policy]) -> list[str]:
    """Roles with a grant for the purpose at the destination, by name."""
    roles = [role for policy in policies for role in policy.roles]
    may = (
        one.role
        for one in roles
        if any(purpose in g.purposes and destination in g.destinations for g in one.may)
    )
    return sorted(set(may))


def _label(ref: FieldRef, catalogue: Catalogue) -> Label | None:
    if ref.table not in catalogue or ref.column not in catalogue[ref.table].names:
        return None
    return catalogue[ref.table].column(ref.column).label


def _notes(purpose: Purpose, destination: Destination) -> tuple[str, ...]:
    title = purpose.title or purpose.purpose
    notes = [
        f"only people with a recorded yes to “{title}”"
        if purpose.basis is Basis.CONSENT
        else f"nobody who said no to “{title}”"
    ]
    if destination in CHANNELS:
        notes.append("nobody on the suppression list")
    return tuple(notes)
