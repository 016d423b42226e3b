"""Why a person is who they are: identifiers, the evidence that joins them, what is held back and why, what moved."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlglot import exp

from tandem.kernel.values import Type
from tandem.usecases.search_customers import BLOCKED, NOT_YET
from tandem.usecases.see_timeline import source_title
from tandem.usecases.seeing import Hidden, Known, Sight, named, newest_first, of, select, staged, titled
from tandem.usecases.workspace import Workspace

MOST = 200
"""Facts and moves that are shown at most."""

ENDS = "customer_ends"
RULES = {"same_row": "stood on one row"}
UNMAPPED = "one of the two leads to nobody: it is blocked, or came in after the last run"
HELD = {"shared_identifier": "shared by several people", "too_many": "too many of a kind"}


@dataclass(frozen=True)
class Identifier:
    """One identifier. `value` is None where the role may not see it or it was erased; `rank` 0 is the strongest kind.

    `person` is whom it leads to now (None for nobody), `mine` whether that is the person who was asked about;
    `blocked` says in words why it identifies nobody, "" if it does.
    """

    key: str
    kind: str
    rank: int
    value: str | None
    first_seen_at: datetime | None
    source_title: str
    person: str | None
    mine: bool
    blocked: str
    since_version: int | None


@dataclass(frozen=True)
class Fact:
    """That two identifiers belong together, by whom and when it was first proved; `held` says why it joins nobody."""

    left: str
    right: str
    source: str
    source_title: str
    rule: str
    observed_at: datetime | None
    event: str
    held: str
    reason: str


@dataclass(frozen=True)
class Move:
    """That an identifier came to the person or left, in which version of the map."""

    version: int
    at: datetime
    identifier: str
    from_person: str | None
    to_person: str | None


@dataclass(frozen=True)
class Identity:
    """A person's identifiers, strongest kind first, and those at the other end of evidence, which are not mine."""

    person: str
    name: str | None
    identifiers: tuple[Identifier, ...]
    facts: tuple[Fact, ...]
    facts_total: int
    moves: tuple[Move, ...]
    values_hidden: bool
    hidden: tuple[Hidden, ...]


def see_identifiers(work: Workspace, person: str) -> Identity:
    """The identity of that person. Raises RUN-002 for an id that is not in the map, Refused or Missing by policy."""
    sight = Sight(work)
    who = sight.known(person)
    values = sight.may("identifiers", "value", "Value of an identifier")
    evidence, total = _evidence(sight, who)
    moves = _moves(sight, who)
    ends = {*who.keys, *(key for row in evidence for key in row[:2]), *(int(one.identifier) for one in moves)}
    identifiers = _identifiers(sight, who, ends, values)
    mapped = {one.key for one in identifiers if one.person is not None}
    facts = tuple(_fact(sight, row, mapped) for row in evidence)
    return Identity(
        person=str(who.person),
        name=sight.name(who),
        identifiers=identifiers,
        facts=facts,
        facts_total=total,
        moves=moves,
        values_hidden=not values,
        hidden=sight.hidden,
    )


Evidence = tuple[int, int, str, str, datetime | None, int | None, str | None, str | None, int]


def _evidence(sight: Sight, who: Known) -> tuple[list[Evidence], int]:
    """left, right, source, rule, when, event, why held in a code and in words; first proof first. And how many."""
    if not sight.there("evidence"):
        return [], 0
    columns = ("evidence_id", "left_key", "right_key", "source", "rule", "observed_at", "event_id")
    left, right = (
        select(of("e", *columns), sight.read("evidence", "e", *columns)).where(
            sight.mine(side, "e", who), copy=False
        )
        for side in ("left_key", "right_key")
    )
    touching = exp.union(left, right, distinct=True, copy=False).subquery("e", copy=False)
    held = sight.read("evidence_held", "h", "evidence_id", "reason", "detail")
    on = exp.column("evidence_id", "h").eq(exp.column("evidence_id", "e"))
    total = named(exp.Window(this=exp.Count(this=exp.Star())), "total")
    query = select([*of("e", *columns[1:]), *of("h", "reason", "detail"), total], touching)
    query = query.join(held, on=on, join_type="left", copy=False)
    query = query.order_by(*of("e", "observed_at", "evidence_id"), copy=False).limit(MOST, copy=False)
    rows = sight.work.engine.rows(query)
    return list(rows), int(rows[0][-1]) if rows else 0


def _identifiers(sight: Sight, who: Known, keys: Iterable[int], values: bool) -> tuple[Identifier, ...]:
    engine = sight.work.engine
    engine.stage_rows(
        ENDS, (("identifier_key", Type.KEY),), ({"identifier_key": key} for key in sorted(keys))
    )
    columns = (
        "identifier_key",
        "kind",
        "first_seen_at",
        "source",
        "blocked",
        *(("value",) if values else ()),
    )
    query = select(of("i", *columns), sight.read("identifiers", "i", *columns))
    rows = engine.rows(query.where(staged("identifier_key", "i", ENDS), copy=False))
    places = ("identifier_key", "person_id", "since_version")
    mapped = select(of("m", *places), sight.read("person_map", "m", *places))
    mapped = mapped.where(staged("identifier_key", "m", ENDS), copy=False)
    people = {key: (person, version) for key, person, version in engine.rows(mapped)}
    ranks = {rule.kind: rank for rank, rule in enumerate(sight.work.charter.identity.kinds)}
    found = []
    for row in rows:
        person, version = people.get(row[0], (None, None))
        told = {**dict(zip(columns, row, strict=True)), "person_id": person, "since_version": version}
        found.append(_identifier(sight, who, told, ranks))
    return tuple(sorted(found, key=lambda one: (not one.mine, one.rank, one.kind, one.value or "", one.key)))


def _identifier(sight: Sight, who: Known, row: dict[str, object], ranks: dict[str, int]) -> Identifier:
    person, seen, source = row["person_id"], row["first_seen_at"], row["source"]
    blocked = str(row["blocked"]) if row["blocked"] is not None else ""
    told = BLOCKED.get(blocked, blocked.replace("_", " "))
    version = row["since_version"]
    return Identifier(
        key=str(row["identifier_key"]),
        kind=str(row["kind"]),
        rank=ranks.get(str(row["kind"]), len(ranks)),
        value=str(row["value"]) if row.get("value") is not None else None,
        first_seen_at=seen if isinstance(seen, datetime) else None,
        source_title=source_title(sight.work.charter, str(source)) if source else "",
        person=None if person is None else str(person),
        mine=person == who.person,
        blocked=told or (NOT_YET if person is None else ""),
        since_version=int(version) if isinstance(version, int) else None,
    )


def _fact(sight: Sight, row: Evidence, mapped: set[str]) -> Fact:
    left, right, source, rule, at, event, reason, detail, _ = row
    both = str(left) in mapped and str(right) in mapped
    held = detail or ("" if both else UNMAPPED)
    code = reason or ("" if both else "not_in_map")
    return Fact(
        left=str(left),
        right=str(right),
        source=source,
        source_title=source_title(sight.work.charter, source),
        rule=RULES.get(rule, titled(rule).lower()),
        observed_at=at,
        event="" if event is None else str(event),
        held=f"{held[:1].upper()}{held[1:].rstrip('.')}." if held else "",
        reason=HELD.get(code, code.replace("_", " ")),
    )


def _moves(sight: Sight, who: Known) -> tuple[Move, ...]:
    """What came to the person or left, and what its identifiers did before; newest first."""
    if not sight.there("person_changes"):
        return ()
    columns = ("version", "changed_at", "identifier_key", "from_person_id", "to_person_id")
    query = select(of("c", *columns), sight.read("person_changes", "c", *columns))
    to, back = (exp.column(name, "c").eq(who.person) for name in ("to_person_id", "from_person_id"))
    query = query.where(exp.or_(to, back, sight.mine("identifier_key", "c", who)), copy=False)
    order = newest_first(*of("c", "version")) + of("c", "identifier_key")
    rows = sight.work.engine.rows(query.order_by(*order, copy=False).limit(MOST, copy=False))
    return tuple(
        Move(
            version=int(version),
            at=at,
            identifier=str(key),
            from_person=None if before is None else str(before),
            to_person=None if after is None else str(after),
        )
        for version, at, key, before, after in rows
    )
