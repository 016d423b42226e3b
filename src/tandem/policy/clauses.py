"""The clauses of a charter: each rule by policy, role and number, where it stands, and in a sentence."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from tandem.charter.definitions import Charter, Grant, How, Mask, Policy, Purpose, RowRule, Wording
from tandem.kernel import Place, numbers
from tandem.kernel.ids import SEPARATOR
from tandem.kernel.values import Actor, Basis, Destination
from tandem.policy.wording import listed, said

EVERY = "every role"
BASES = {
    Basis.CONSENT: "only with a recorded yes",
    Basis.LEGITIMATE_INTEREST: "on legitimate interest: of everybody who did not say no",
    Basis.CONTRACT: "under a contract: of everybody who did not say no",
    Basis.LEGAL_DUTY: "by legal duty: of everybody who did not say no",
}
HOW = {
    How.HASH: "as a keyed digest",
    How.PARTIAL: "as a first letter or the domain of an e-mail address",
    How.GENERALISE: "as a year or a band",
}


@dataclass(frozen=True)
class Clause:
    """One rule: what kind, of which policy and role, its number there (from 1), and what it says.

    `kind`: grant, rows, mask, smallest_group, label, purpose or keep. Where it stands takes no part in equality: a rule
    that moved to another line is the same rule.
    """

    kind: str
    policy: str
    role: str
    number: int
    sentence: str
    place: Place = field(compare=False)
    until: datetime | None = None

    def __str__(self) -> str:
        whose = f" of role `{self.role}`" if self.role and self.role != EVERY else ""
        return f"{self.kind.replace('_', ' ')} {self.number}{whose} in {self.place}"

    @property
    def identity(self) -> str:
        """All of it that means something, for fingerprints."""
        return "|".join((self.kind, self.policy, self.role, str(self.number), self.sentence))

    def holds(self, now: datetime | None) -> bool:
        """Has it not ended? Without a time nothing that ends holds."""
        return self.until is None or (now is not None and now < self.until)

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        until = self.until.isoformat() + "Z" if self.until else None
        return {
            "kind": self.kind,
            "policy": self.policy,
            "role": self.role,
            "number": self.number,
            "sentence": self.sentence,
            "file": self.place.file,
            "line": self.place.line,
            "until": until,
        }


def knows(policy: Policy, role: str) -> bool:
    """Does the policy speak of the role?"""
    return any(one.role == role for one in policy.roles)


def grants_of(role: str, policies: Iterable[Policy]) -> tuple[tuple[Clause, Grant], ...]:
    """Every grant of the role in every policy, also those that have ended."""
    return tuple(
        (_grant(policy, role, number, grant), grant)
        for policy in policies
        for one in policy.roles
        if one.role == role
        for number, grant in enumerate(one.may, start=1)
    )


def rows_of(role: str, policies: Iterable[Policy]) -> tuple[tuple[Clause, RowRule], ...]:
    """Every row rule of the role in every policy; all of them hold."""
    return tuple(
        (_rows(policy, role, number, rule), rule)
        for policy in policies
        for one in policy.roles
        if one.role == role
        for number, rule in enumerate(one.rows, start=1)
    )


def masks_of(
    actor: Actor, destination: Destination, policies: Iterable[Policy]
) -> tuple[tuple[Clause, Mask], ...]:
    """Every mask that holds for the role at the destination, also of policies that do not speak of the role."""
    return tuple(
        (_mask(policy, number, mask), mask)
        for policy in policies
        for number, mask in enumerate(policy.masks, start=1)
        if (not mask.roles or actor.role in mask.roles)
        and (not mask.destinations or destination in mask.destinations)
    )


def purpose_clause(purpose: Purpose) -> Clause:
    """What the basis of a purpose asks for, how long a yes counts and to which words, and how it reaches people."""
    channels = listed(purpose.channels, "and") if purpose.channels else "no channel"
    title = purpose.title or purpose.purpose
    age = f", no older than {numbers.span(purpose.expires_after)}" if purpose.expires_after else ""
    gpc = "; a Global Privacy Control signal is a no" if purpose.gpc else ""
    basis = f"{BASES[purpose.basis]}{age}{_worded(purpose.wording)}{gpc}"
    sentence = f"“{title}” uses data {basis}; it reaches people by {channels}."
    return Clause("purpose", "", EVERY, 1, sentence, purpose.place)


def smallest_clause(policy: Policy) -> Clause:
    """The smallest group of a policy."""
    k = policy.smallest_group
    sentence = f"Counts of fewer than {k} people are not told, nor what would give them away."
    return Clause("smallest_group", policy.policy, EVERY, 1, sentence, policy.at("smallest_group"))


def clauses(charter: Charter) -> Iterator[Clause]:
    """Every rule of the charter, in the order in which somebody would read them."""
    yield from (purpose_clause(purpose) for purpose in charter.purposes.purposes)
    for policy in charter.policies:
        yield smallest_clause(policy)
        for number, own in enumerate(policy.labels, start=1):
            told = f"“{own.title or own.label}” (`{own.label}`) is a label of our own, at least as strict as {own.base}"
            yield Clause(
                "label", policy.policy, EVERY, number, f"{told}; it must be granted by name.", own.place
            )
        yield from (_mask(policy, number, mask) for number, mask in enumerate(policy.masks, start=1))
        for role in policy.roles:
            yield from (_grant(policy, role.role, n, grant) for n, grant in enumerate(role.may, start=1))
            yield from (_rows(policy, role.role, n, rule) for n, rule in enumerate(role.rows, start=1))
            if not role.may:
                nothing = f"The role {role.role} may use nothing."
                yield Clause("grant", policy.policy, role.role, 0, nothing, role.place)
    yield from _kept(charter)


def standing(role: str, charter: Charter, now: datetime | None) -> str:
    """16 hex digits over every clause that can bear on a permit of the role now: equal ones, equal permits.

    For keys of caches, beside the role and what was asked: no answer outlives the grant that it was given under.
    """
    known = [policy for policy in charter.policies if knows(policy, role)]
    held = [
        *(purpose_clause(purpose) for purpose in charter.purposes.purposes),
        *(smallest_clause(policy) for policy in known),
        *(clause for clause, _ in grants_of(role, known) if clause.holds(now)),
        *(clause for clause, _ in rows_of(role, known)),
        *(clause for clause in clauses(charter) if clause.kind in ("mask", "label")),
    ]
    return hashlib.sha256(SEPARATOR.join(one.identity for one in held).encode()).hexdigest()[:16]


def _worded(wording: Wording | None) -> str:
    if wording is None or wording.accepts is None:
        return ""
    return f", given to the wording {listed([wording.version, *wording.accepts], 'or')}"


def _kept(charter: Charter) -> Iterator[Clause]:
    for source in charter.sources:
        if source.keep:
            told = f"Rows of {source.title or source.source} are removed after {numbers.span(source.keep)}."
            yield Clause("keep", "", EVERY, 1, told, source.at("keep"))
    for policy in charter.policies:
        for number, one in enumerate(policy.keep, start=1):
            told = f"Values that are {one.label} are emptied after {numbers.span(one.period)}."
            yield Clause("keep", policy.policy, EVERY, number, told, one.place)
    if charter.policies:
        first = min(charter.policies, key=lambda one: one.old_files_days)
        days = numbers.plural(first.old_files_days, "day")
        told = f"Files of the lake that no table needs any more are removed after {days}."
        yield Clause("keep", first.policy, EVERY, len(first.keep) + 1, told, first.at("old_files_days"))


def _grant(policy: Policy, role: str, number: int, grant: Grant) -> Clause:
    title = next((one.title for one in policy.roles if one.role == role), "")
    who = f"{role} ({title})" if title else role
    sentence = (
        f"The role {who} may use fields that are {listed(grant.labels, 'or')} "
        f"for {listed(grant.purposes, 'or')}, at {listed(grant.destinations, 'or')}"
    )
    tail = f", until {numbers.moment(grant.until)}." if grant.until else "."
    return Clause("grant", policy.policy, role, number, sentence + tail, grant.place, grant.until)


def _rows(policy: Policy, role: str, number: int, rule: RowRule) -> Clause:
    sentence = (
        f"The role {role} sees and uses only people whose {rule.subject.replace('_', ' ')} {said(rule)}."
    )
    return Clause("rows", policy.policy, role, number, sentence, rule.place)


def _mask(policy: Policy, number: int, mask: Mask) -> Clause:
    what = (
        f"Fields that are {mask.label} or stricter are"
        if mask.label
        else f"{listed(mask.fields, 'and')} {'is' if len(mask.fields) == 1 else 'are'}"
    )
    how = f"in bands of {mask.band}" if mask.band else HOW[mask.how]
    roles = f" to {listed(mask.roles, 'and')}" if mask.roles else ""
    where = f" at {listed(mask.destinations, 'and')}" if mask.destinations else ""
    sentence = f"{what} shown only {how}{roles}{where}, and used for nothing else."
    return Clause("mask", policy.policy, EVERY, number, sentence, mask.place)
