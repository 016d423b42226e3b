"""The decision: actor, purpose, destination and footprint against the charter. Pure; final."""

from dataclasses import dataclass, replace
from datetime import datetime

from tandem.charter.definitions import Charter, Grant, Policy, Purpose
from tandem.charter.definitions.policies import SYSTEM_ROLE, How
from tandem.engine import Catalogue, Column
from tandem.kernel import Place, Problem, numbers
from tandem.kernel.values import Actor, Basis, Destination, FieldRef, Label
from tandem.policy import problems
from tandem.policy.clauses import Clause, grants_of, knows, masks_of, purpose_clause, rows_of, smallest_clause
from tandem.policy.masks import Masked, strongest
from tandem.policy.outcomes import CHANNELS, HARMLESS, Decision, Gap, Permit, Refusal
from tandem.policy.rows import column_of, row

NOTHING: frozenset[FieldRef] = frozenset()
GRANTABLE = ("POL-101", "POL-102", "POL-104")
"""Refusals that a grant would lift."""


Reasons = list[tuple[Problem, tuple[Clause, ...]]]
Grants = tuple[tuple[Clause, Grant], ...]


@dataclass(frozen=True)
class _Question:
    """What is asked, with what the charter says of it."""

    actor: Actor
    purpose: Purpose
    destination: Destination
    columns: dict[FieldRef, Column]
    charter: Charter
    now: datetime | None

    @property
    def use(self) -> str:
        return f"for purpose `{self.purpose.purpose}` at destination `{self.destination}`"

    @property
    def owner(self) -> str:
        return str(self.charter.project.owners.policies)

    def grants(self) -> tuple[Grants, Grants]:
        """The grants that speak of this use: those that hold, and those that have ended. Without a time a grant
        that ends does not hold."""
        speaking = [
            (clause, grant)
            for clause, grant in grants_of(self.actor.role, self.charter.policies)
            if self.purpose.purpose in grant.purposes and self.destination in grant.destinations
        ]
        held = tuple(one for one in speaking if one[0].holds(self.now))
        return held, tuple(one for one in speaking if one not in held)

    def masks(self) -> dict[FieldRef, Masked]:
        """The mask of each column that has one. What the run works out is shown to nobody, so it reads all."""
        if self.actor.role == SYSTEM_ROLE and self.destination is Destination.PREVIEW:
            return {}
        masks = masks_of(self.actor, self.destination, self.charter.policies)
        found = ((ref, strongest(ref, column, masks, self.charter)) for ref, column in self.columns.items())
        return {ref: mask for ref, mask in found if mask is not None}


def decide(
    actor: Actor,
    purpose: str,
    destination: Destination,
    footprint: frozenset[FieldRef],
    charter: Charter,
    catalogue: Catalogue,
    *,
    now: datetime | None = None,
    shown: frozenset[FieldRef] = NOTHING,
    key: bytes = b"",
) -> Decision:
    """May the actor use these columns for the purpose at the destination?

    Every label of a column must stand in a grant of the actor's role for that purpose and destination that has not
    ended at `now` (without a time, none that ends holds). Of several policies grants add up; row rules all hold,
    the strongest mask counts, and so does the largest smallest group of the policies that know the role. `shown`
    are columns that are given out and used for nothing else: only these may be masked; any other use of a masked
    column is refused, for it would tell what the mask hides. `key` is what digests are made with.
    """
    declared = charter.purposes.purpose(purpose)
    missing = _missing(actor, purpose, footprint, charter, catalogue, now)
    if missing or declared is None:
        return Gap(missing)
    columns = {ref: catalogue[ref.table].column(ref.column) for ref in footprint}
    question = _Question(actor, declared, destination, columns, charter, now)
    held, ended = question.grants()
    masks = question.masks()
    reasons = _reasons(question, held, ended) or [
        *_misused(question, masks, shown),
        *_unlimited(question, catalogue),
    ]
    if reasons:
        asks = _asks(question, held)
        told = tuple(replace(one, asks=asks) if one.code in GRANTABLE else one for one, _ in reasons)
        return Refusal(told, tuple(clauses for _, clauses in reasons))
    if not key and any(mask.how is How.HASH for mask in masks.values()):
        return Gap((problems.NO_KEY("a digest of a masked field needs a key, and none was given"),))
    return _permit(question, held, tuple(masks[ref] for ref in sorted(masks)), catalogue, key)


def granted_labels(
    role: str, purpose: str, destination: Destination, charter: Charter, now: datetime | None
) -> frozenset[str]:
    """The labels that a role may use for a purpose at a destination now."""
    return frozenset(
        str(label)
        for clause, grant in grants_of(role, charter.policies)
        if purpose in grant.purposes and destination in grant.destinations and clause.holds(now)
        for label in grant.labels
    )


def _permit(
    question: _Question, held: Grants, masks: tuple[Masked, ...], catalogue: Catalogue, key: bytes
) -> Permit:
    actor, purpose, policies = question.actor, question.purpose, question.charter.policies
    known = [policy for policy in policies if knows(policy, actor.role)]
    labels = {label for column in question.columns.values() for label in column.labels}
    used = tuple(one for one in held if not labels or labels & set(one[1].labels))
    found = (row(clause, rule, catalogue) for clause, rule in rows_of(actor.role, policies))
    rows = tuple(one for one in found if one is not None)
    limits = (*(one.clause for one in rows), *(one.clause for one in masks))
    largest = max(known, key=lambda policy: policy.smallest_group)
    return Permit(
        actor=actor,
        purpose=purpose.purpose,
        destination=question.destination,
        footprint=frozenset(question.columns),
        basis=purpose.basis,
        smallest_group=largest.smallest_group,
        policies=tuple(sorted(policy.policy for policy in known)),
        notes=(*_notes(purpose, question.destination), *dict.fromkeys(one.sentence for one in limits)),
        rows=rows,
        masks=masks,
        until=_until(labels, held),
        clauses=(
            purpose_clause(purpose),
            smallest_clause(largest),
            *(clause for clause, _ in used),
            *dict.fromkeys(limits),
        ),
        now=question.now,
        key=key if any(mask.how is How.HASH for mask in masks) else b"",
    )


def _until(labels: set[str], held: Grants) -> datetime | None:
    """When the first of the labels is not granted any more; None if all are granted for good."""
    ends = []
    for label in labels or {""}:
        untils = [grant.until for _, grant in held if not label or label in grant.labels]
        if untils and None not in untils:
            ends.append(max(until for until in untils if until))
    return min(ends, default=None)


def _asks(question: _Question, held: Grants) -> tuple[tuple[str, str], ...]:
    """What a request for access has to name so that a grant of it would let this be done."""
    allowed = {label for _, grant in held for label in grant.labels}
    lacking = {ref: column.labels - allowed for ref, column in sorted(question.columns.items())}
    labels = {label for several in lacking.values() for label in several}
    return (
        ("role", question.actor.role),
        ("purpose", question.purpose.purpose),
        ("destination", str(question.destination)),
        *(("label", str(label)) for label in _in_order(labels)),
        *(("field", str(ref)) for ref, several in lacking.items() if several),
    )


def _missing(
    actor: Actor,
    purpose: str,
    footprint: frozenset[FieldRef],
    charter: Charter,
    catalogue: Catalogue,
    now: datetime | None,
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
    elif not any(knows(policy, actor.role) for policy in charter.policies):
        names = sorted({role.role for policy in charter.policies for role in policy.roles})
        sentence = f"no policy speaks of the role `{actor.role}`"
        found.append(problems.NO_ROLE(sentence, found=actor.role, alternatives=names, who=owner))
    found += [one for ref in sorted(footprint) if (one := _unknown(ref, catalogue, None)) is not None]
    for clause, rule in rows_of(actor.role, charter.policies):
        lacking = _unknown(column_of(rule), catalogue, clause.place)
        judged = row(clause, rule, catalogue)
        if lacking is not None:
            found.append(lacking)
        elif judged is not None and judged.timed and now is None:
            sentence = f"{clause} looks back from now, and nobody said what time it is"
            found.append(problems.NO_TIME(sentence, place=clause.place))
    return tuple(found)


def _unknown(ref: FieldRef, catalogue: Catalogue, place: Place | None) -> Problem | None:
    if ref.table in catalogue and ref.column in catalogue[ref.table].names:
        return None
    options = catalogue[ref.table].names if ref.table in catalogue else ()
    sentence = f"no table has the field `{ref}`"
    return problems.NO_FIELD(sentence, place=place, found=ref.column, alternatives=options)


def _reasons(question: _Question, held: Grants, ended: Grants) -> Reasons:
    purpose, destination = question.purpose, question.destination
    role, use, owner = question.actor.role, question.use, question.owner
    if destination in CHANNELS and destination.value not in {channel.value for channel in purpose.channels}:
        sentence = f"the purpose `{purpose.purpose}` does not allow the channel `{destination}`"
        expected = ", ".join(purpose.channels) or "no channel at all"
        told = problems.CHANNEL(sentence, found=destination, expected=expected, place=purpose.place)
        return [(told, (purpose_clause(purpose),))]
    if not held and ended:
        return [(_ended(question, ended[0][0], f"use data {use}"), tuple(clause for clause, _ in ended))]
    if not held:
        able = _roles_that_may(purpose.purpose, destination, question.charter.policies)
        expected = f"a role that may: {', '.join(able)}" if able else "a role that may; there is none yet"
        sentence = f"the role `{role}` may not use data {use}"
        looked = tuple(clause for clause, _ in grants_of(role, question.charter.policies))
        place = looked[0].place if looked else None
        return [(problems.USE(sentence, place=place, found=role, expected=expected, who=owner), looked)]
    allowed = {label for _, grant in held for label in grant.labels}
    reasons: Reasons = []
    for ref, column in sorted(question.columns.items()):
        lacking = column.labels - allowed
        late = tuple(clause for clause, grant in ended if lacking & set(grant.labels))
        if late:
            reasons.append(
                (_ended(question, late[0], f"use `{ref}`, which is {column.labelled}, {use}"), late)
            )
        elif lacking:
            told = problems.LABEL(
                f"the role `{role}` may not use `{ref}`, which is {column.labelled}, {use}",
                place=held[0][0].place,
                found=f"{ref} ({column.labelled})",
                expected=f"fields that are {' or '.join(_in_order(allowed))}",
                who=owner,
            )
            reasons.append((told, tuple(clause for clause, _ in held)))
    return reasons


def _ended(question: _Question, clause: Clause, what: str) -> Problem:
    assert clause.until is not None
    when = numbers.moment(clause.until)
    ended = f"ended at {when}" if question.now else f"ends at {when}, and nobody said what time it is"
    sentence = f"the role `{question.actor.role}` may not {what}: its grant {ended}"
    return problems.ENDED(sentence, place=clause.place, found=when, who=question.owner)


def _misused(question: _Question, masks: dict[FieldRef, Masked], shown: frozenset[FieldRef]) -> Reasons:
    """Masked columns that are used for more than being shown."""
    return [
        (
            problems.MASKED(
                f"`{ref}` is shown to the role `{question.actor.role}` only in part, so it cannot choose, join "
                f"or order people {question.use}",
                place=masks[ref].clause.place,
                found=str(ref),
                expected="a field that is not masked",
                who=question.owner,
            ),
            (masks[ref].clause,),
        )
        for ref in sorted(masks)
        if ref not in shown
    ]


def _unlimited(question: _Question, catalogue: Catalogue) -> Reasons:
    """Rows that lead to nobody cannot be kept to some people; what is harmless of them may be read by all."""
    rules = rows_of(question.actor.role, question.charter.policies)
    if not rules:
        return []
    clauses = tuple(clause for clause, _ in rules)
    return [
        (
            problems.ROWS(
                f"the role `{question.actor.role}` may see only some people, and `{ref.table}` is not kept by person",
                place=clauses[0].place,
                found=str(ref),
                who=question.owner,
            ),
            clauses,
        )
        for ref, column in sorted(question.columns.items())
        if catalogue[ref.table].person is None and column.label not in HARMLESS
    ]


def _in_order(labels: set[str]) -> list[str]:
    """The four labels by strictness, then the company's own."""
    return [*(one for one in Label if one in labels), *sorted(labels - set(Label))]


def _roles_that_may(purpose: str, destination: Destination, policies: tuple[Policy, ...]) -> list[str]:
    """Roles with a grant for the purpose at the destination, by name."""
    roles = [role for policy in policies for role in policy.roles]
    may = (
        one.role
        for one in roles
        if any(purpose in g.purposes and destination in g.destinations for g in one.may)
    )
    return sorted(set(may))


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
