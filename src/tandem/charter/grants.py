"""What a changed charter grants that the one before did not: by role, purpose, label and destination.

Grants are compared by what they come to. One that is split, moved to another policy or written twice grants nothing
new; one that covers a single further combination does.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tandem.charter.definitions import Charter, Grant, Policy
from tandem.charter.wider import Wider, covers
from tandem.kernel import Place

DIMENSIONS = ("purposes", "labels", "destinations")
Combination = tuple[str, str, str, str]
"""Role, purpose, label, destination."""


@dataclass(frozen=True)
class _New:
    """What one grant adds for a role at one purpose."""

    role: str
    purpose: str
    place: Place
    wholly: bool
    eased: bool


def wider_grants(old: Charter, new: Charter) -> tuple[Wider, ...]:
    """The combinations that are granted now and were not, or under conditions that are weaker now."""
    before = _combinations(old)
    reached = {(role, purpose, destination) for role, purpose, _, destination in before}
    found: dict[_New, dict[str, list[str]]] = {}
    for combination, grants in _combinations(new).items():
        role, purpose, label, destination = combination
        known = before.get(combination, [])
        for grant in grants:
            if not any(covers(_bare(one), _bare(grant), DIMENSIONS) for one in known):
                wholly = (role, purpose, destination) not in reached
                key = _New(role, purpose, grant.place, wholly, bool(known))
                found.setdefault(key, {}).setdefault(destination, []).append(label)
    return tuple(
        _told(one, labels, destinations)
        for one, at in found.items()
        for labels, destinations in _alike(at).items()
    )


def _alike(at: Mapping[str, list[str]]) -> Mapping[tuple[str, ...], list[str]]:
    """Destinations with the same labels, together."""
    found: dict[tuple[str, ...], list[str]] = {}
    for destination, labels in at.items():
        found.setdefault(tuple(labels), []).append(destination)
    return found


def wider_counts(old: Charter, new: Charter) -> tuple[Wider, ...]:
    """Roles for which smaller groups are counted than before: of several policies the largest number holds."""
    before, after = _smallest(old), _smallest(new)
    found: dict[tuple[str, int, int], list[str]] = {}
    for role, (policy, size) in after.items():
        if role in before and size < before[role][1]:
            found.setdefault((policy.policy, size, before[role][1]), []).append(role)
    places = {one.policy: one.at("smallest_group") for one in new.policies}
    return tuple(
        Wider(
            "policies",
            "smallest_group",
            f"groups of {size} and more are counted for {_roles(roles)}; they were from {was} on",
            places[policy],
        )
        for (policy, size, was), roles in found.items()
    )


def _combinations(charter: Charter) -> Mapping[Combination, list[Grant]]:
    found: dict[Combination, list[Grant]] = {}
    for policy in charter.policies:
        for role in policy.roles:
            for grant in role.may:
                for combination in _of(role.role, grant):
                    found.setdefault(combination, []).append(grant)
    return found


def _of(role: str, grant: Grant) -> Iterator[Combination]:
    for purpose in grant.purposes:
        for label in grant.labels:
            for destination in grant.destinations:
                yield role, purpose, str(label), str(destination)


def _bare(grant: Grant) -> Any:
    """The grant without its words: only its conditions are left to compare."""
    return replace(grant, purposes=(), labels=(), destinations=())


def _smallest(charter: Charter) -> Mapping[str, tuple[Policy, int]]:
    found: dict[str, tuple[Policy, int]] = {}
    for policy in charter.policies:
        for role in policy.roles:
            if role.role not in found or policy.smallest_group > found[role.role][1]:
                found[role.role] = (policy, policy.smallest_group)
    return found


def _told(one: _New, labels: Sequence[str], destinations: Sequence[str]) -> Wider:
    at = _and([f"`{destination}`" for destination in destinations])
    use = f"the role `{one.role}` may use {_and(labels)} fields for `{one.purpose}` at {at}"
    if one.eased:
        return Wider("policies", "grant", f"{use} longer or under weaker conditions", one.place, one.purpose)
    if one.wholly:
        sentence = f"{use}, where it could use nothing"
        return Wider("policies", "destination", sentence, one.place, one.purpose)
    return Wider("policies", "grant", f"{use}, which it could not", one.place, one.purpose)


def _and(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0]


def _roles(roles: list[str]) -> str:
    return ", ".join(f"`{one}`" for one in roles)
