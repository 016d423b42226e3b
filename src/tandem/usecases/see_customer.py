"""One customer at a glance: traits, audiences, consents with proof, sources, campaigns; each with its why."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tandem.audience import bind, trait_sentence
from tandem.charter.definitions import Purpose, Trait
from tandem.kernel.values import Basis
from tandem.policy import OBJECTIONS
from tandem.policy.reasons import SENTENCES, objection
from tandem.usecases.explaining import equals
from tandem.usecases.meanings import HIDDEN_CAMPAIGN, Meanings, Withheld
from tandem.usecases.see_timeline import source_title, tally
from tandem.usecases.seeing import (
    Hidden,
    Known,
    Sight,
    called,
    joined,
    titled,
    written,
)
from tandem.usecases.workspace import Workspace

MOST_STATEMENTS = 1000
"""Statements of consent that are looked through for the one that decides."""


@dataclass(frozen=True)
class TraitNow:
    """A trait as it is now. `text` is None where the role may not see it; `how` says how it is worked out."""

    name: str
    title: str
    text: str | None
    how: str
    label: str


@dataclass(frozen=True)
class In:
    """An audience that the person is in. `purposes` are those it was evaluated for; `how` is its definition."""

    audience: str
    title: str
    purposes: tuple[str, ...]
    since: datetime
    how: str


@dataclass(frozen=True)
class Statement:
    """What the person said about a purpose, and the event or record that proves it."""

    purpose: str
    state: str
    at: datetime
    source: str
    source_title: str
    event: str
    wording: str


@dataclass(frozen=True)
class Consent:
    """What holds for a purpose now. `state` is "" where nothing was ever said; `allowed` is what follows from it."""

    purpose: str
    title: str
    basis: Basis
    state: str
    allowed: bool
    why: str
    since: datetime | None
    proof: Statement | None


@dataclass(frozen=True)
class Suppression:
    """That an identifier of the person must not be contacted, and why."""

    reason: str
    at: datetime
    source_title: str


@dataclass(frozen=True)
class KnownBy:
    """A source that knows the person: how many events and records, the first and the last."""

    source: str
    title: str
    entries: int
    first_at: datetime | None
    last_at: datetime | None


@dataclass(frozen=True)
class Part:
    """The person's part in a campaign: arm, and what the latest receipt says. Absent parts are None.

    `campaign` is "" where the role may not see what its audience reads; then no sentence is told either.
    """

    campaign: str
    title: str
    arm: str | None
    assigned_at: datetime | None
    outcome: str | None
    sentence: str | None
    at: datetime | None


@dataclass(frozen=True)
class Customer:
    """Everything that is known of a person now and that the acting role may see."""

    person: str
    name: str | None
    identifiers: int
    traits: tuple[TraitNow, ...]
    audiences: tuple[In, ...]
    audiences_hidden: int
    consents: tuple[Consent, ...]
    statements: tuple[Statement, ...]
    suppressions: tuple[Suppression, ...]
    sources: tuple[KnownBy, ...]
    campaigns: tuple[Part, ...]
    hidden: tuple[Hidden | Withheld, ...]

    @property
    def entries(self) -> int:
        """Events and records of all sources."""
        return sum(one.entries for one in self.sources)


def see_customer(work: Workspace, person: str) -> Customer:
    """The customer of that person id. Raises RUN-002 for an id that is not in the map, Refused or Missing by policy."""
    sight = Sight(work)
    who = sight.known(person)
    traits, name = _traits(sight, who)
    statements = _statements(sight, who)
    meanings = Meanings(sight)
    audiences, audiences_hidden = _audiences(sight, who, meanings)
    campaigns = _campaigns(sight, who, meanings)
    return Customer(
        person=str(who.person),
        name=name,
        identifiers=len(who.keys),
        traits=traits,
        audiences=audiences,
        audiences_hidden=audiences_hidden,
        consents=_consents(sight, who, statements),
        statements=statements,
        suppressions=_suppressions(sight, who),
        sources=_sources(sight, who),
        campaigns=campaigns,
        hidden=(*sight.hidden, *meanings.withheld),
    )


def _traits(sight: Sight, who: Known) -> tuple[tuple[TraitNow, ...], str | None]:
    charter = sight.work.charter
    columns = {column.name: column for column in sight.work.engine.catalogue["profile"].columns}
    declared = [trait for trait in charter.traits if trait.trait in columns]
    seen = [one.trait for one in declared if sight.may("profile", one.trait, one.title)]
    row = sight.profile(who, seen)

    def now(trait: Trait) -> TraitNow:
        column = columns[trait.trait]
        text = (
            written(row.get(trait.trait), column, charter.project.currency) if trait.trait in seen else None
        )
        how = f"{trait.description.rstrip('.')}. " if trait.description else ""
        title = trait.title or titled(trait.trait)
        return TraitNow(trait.trait, title, text, how + trait_sentence(trait, charter), column.labelled)

    return tuple(now(one) for one in declared), joined(row, called(sight.work))


def _audiences(sight: Sight, who: Known, meanings: Meanings) -> tuple[tuple[In, ...], int]:
    """Those that the role may know the meaning of, and how many others there are."""
    columns = ("audience", "purpose", "person_id", "since")
    by_name: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in sight.rows("memberships", columns, equals("person_id", who.person, "t"), newest="since"):
        by_name[str(row["audience"])].append(row)
    charter, catalogue = sight.work.charter, sight.work.engine.catalogue
    declared = {one.audience: one for one in charter.audiences}
    titles = {one.purpose: one.title or titled(one.purpose) for one in charter.purposes.purposes}

    def one(name: str, rows: list[dict[str, Any]]) -> In:
        how = f"People {bind(declared[name], charter, catalogue).sentence()}." if name in declared else ""
        title = declared[name].title if name in declared else ""
        purposes = tuple(titles.get(row["purpose"], row["purpose"]) for row in rows)
        return In(name, title or titled(name), purposes, min(row["since"] for row in rows), how)

    told = tuple(one(name, rows) for name, rows in by_name.items() if meanings.audience(name))
    return told, len(by_name) - len(told)


def _statements(sight: Sight, who: Known) -> tuple[Statement, ...]:
    columns = ("consent_id", "subject_key", "purpose", "state", "at", "source", "proof_event_id", "wording")
    said = sight.mine("subject_key", "t", who)
    rows = sight.rows("consents", columns, said, newest="at", most=MOST_STATEMENTS)
    return tuple(
        Statement(
            purpose=row["purpose"],
            state=row["state"],
            at=row["at"],
            source=row["source"],
            source_title=source_title(sight.work.charter, row["source"]),
            event=str(row["proof_event_id"]),
            wording=row["wording"] or "",
        )
        for row in rows
    )


def _consents(sight: Sight, who: Known, statements: tuple[Statement, ...]) -> tuple[Consent, ...]:
    columns = ("person_id", "purpose", "state", "since", "proof_event_id")
    rows = sight.rows("person_consents", columns, equals("person_id", who.person, "t"))
    now = {row["purpose"]: row for row in rows}
    proofs = {(one.purpose, one.event): one for one in statements}

    def one(purpose: Purpose) -> Consent:
        row = now.get(purpose.purpose, {})
        state = str(row.get("state") or "")
        proof = proofs.get((purpose.purpose, str(row.get("proof_event_id"))))
        allowed, why = _follows(purpose.basis, state)
        title = purpose.title or titled(purpose.purpose)
        return Consent(purpose.purpose, title, purpose.basis, state, allowed, why, row.get("since"), proof)

    return tuple(one(purpose) for purpose in sight.work.charter.purposes.purposes)


def _follows(basis: Basis, state: str) -> tuple[bool, str]:
    """Whether the purpose may be served, and why; the same words as on receipts."""
    if basis is Basis.CONSENT:
        if state == "granted":
            return True, "Said yes to this purpose."
        return False, _sentence(SENTENCES.get(f"consent_{state or 'missing'}", state)) or ""
    rests = f"It rests on {basis.replace('_', ' ')}"
    if state in OBJECTIONS:
        return False, f"{rests}, and this person {SENTENCES[objection(state)]}."
    return True, f"{rests}, and no objection is recorded."


def _suppressions(sight: Sight, who: Known) -> tuple[Suppression, ...]:
    columns = ("suppression_id", "identifier_key", "reason", "at", "source")
    rows = sight.rows("suppressions", columns, sight.mine("identifier_key", "t", who), newest="at")
    charter = sight.work.charter
    return tuple(
        Suppression(row["reason"] or "no reason given", row["at"], source_title(charter, row["source"]))
        for row in rows
    )


def _sources(sight: Sight, who: Known) -> tuple[KnownBy, ...]:
    """As the last run counted them; of a person it did not count (who objected to counting), counted now."""
    columns = ("person_id", "source", "events", "first_at", "last_at")
    known: list[tuple[str, int, datetime | None, datetime | None]] = []
    if "person_sources" in sight.work.engine.catalogue:
        rows = sight.rows("person_sources", columns, equals("person_id", who.person, "t"))
        known = [(row["source"], row["events"], row["first_at"], row["last_at"]) for row in rows]
    if not known:
        declared = {one.source for one in sight.work.charter.sources}
        by_source: dict[str, list[Any]] = defaultdict(list)
        for one in tally(sight.work, str(who.person)):
            if one.source in declared:
                by_source[one.source].append(one)
        for name, all_ in by_source.items():
            first = min((one.first_at for one in all_ if one.first_at), default=None)
            last = max((one.last_at for one in all_ if one.last_at), default=None)
            known.append((name, sum(one.entries for one in all_), first, last))
    charter = sight.work.charter
    told = [KnownBy(name, source_title(charter, name), int(n), first, last) for name, n, first, last in known]
    return tuple(sorted(told, key=lambda one: (-one.entries, one.source)))


def _campaigns(sight: Sight, who: Known, meanings: Meanings) -> tuple[Part, ...]:
    mine = equals("person_id", who.person, "t")
    arms = ("campaign", "person_id", "arm", "assigned_at")
    said = ("receipt_id", "campaign", "person_id", "outcome", "sentence", "at")
    assigned = {row["campaign"]: row for row in sight.rows("assignments", arms, mine, newest="assigned_at")}
    latest: dict[str, dict[str, Any]] = {}
    for row in sight.rows("receipts", said, mine.copy(), newest="at"):
        kept = latest.get(row["campaign"])
        # At one instant what was sent stands above what was not: a retry may have succeeded.
        if kept is None or (kept["at"] == row["at"] and row["outcome"] != "not_contacted"):
            latest[row["campaign"]] = row
    titles = {one.campaign: one.title for one in sight.work.charter.campaigns}
    parts = [
        Part(
            campaign=name if meanings.campaign(name) else "",
            title=(titles.get(name) or titled(name)) if meanings.campaign(name) else HIDDEN_CAMPAIGN,
            arm=assigned.get(name, {}).get("arm"),
            assigned_at=assigned.get(name, {}).get("assigned_at"),
            outcome=latest.get(name, {}).get("outcome"),
            sentence=_sentence(latest.get(name, {}).get("sentence")) if meanings.campaign(name) else None,
            at=latest.get(name, {}).get("at"),
        )
        for name in {**assigned, **latest}
    ]
    return tuple(sorted(parts, key=lambda one: str(one.at or one.assigned_at or ""), reverse=True))


def _sentence(text: str | None) -> str | None:
    return None if not text else f"{text[:1].upper()}{text[1:].rstrip('.')}."
