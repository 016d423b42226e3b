"""Asking about one person: by value to the person, and from the person to every proof.

Shows identifier values, so the caller asks policy before it calls (destination `explain`).
"""

from sqlglot import exp

from tandem.charter.definitions.identity import IdentityRules
from tandem.engine import Engine
from tandem.identity.facts import EvidenceFact, IdentifierFact, MapChange, PersonExplanation
from tandem.identity.problems import UNKNOWN_PERSON
from tandem.identity.search import keys_of
from tandem.kernel import Problems

MINE = "identity_mine"
ABOUT = "identity_about"
LIMIT = 200


def find_person(engine: Engine, rules: IdentityRules, text: str) -> list[int]:
    """People that a value leads to under any declared kind, normalised as each kind is; mostly one.

    Empty if the value was never seen, or is blocked.
    """
    keys = keys_of(rules, text).values()
    found = (
        exp.select("person_id")
        .distinct()
        .from_(engine.ref("person_map"))
        .where(exp.column("identifier_key").isin(*keys))
    )
    return sorted(int(person) for (person,) in engine.rows(found))


def explain_person(engine: Engine, person_id: int, *, limit: int = LIMIT) -> PersonExplanation:
    """Identifiers, evidence, held evidence and changes of a person, lists cut at `limit`, with totals.

    A person who was merged into another is explained by its changes, and by whom it became. Raises Problems
    if there was never such a person.
    """
    try:
        engine.stage(MINE, _mine(engine, person_id))
        engine.stage(ABOUT, _about(engine))
        changes, changes_total = _changes(engine, person_id, limit)
        if not changes_total:
            raise Problems(UNKNOWN_PERSON(f"no person was ever {person_id}", found=str(person_id)))
        identifiers, identifiers_total = _identifiers(engine, limit)
        evidence, evidence_total = _evidence(engine, limit, used=True)
        held, held_total = _evidence(engine, limit, used=False)
        return PersonExplanation(
            person_id=person_id,
            identifiers=tuple(identifiers),
            evidence=tuple(evidence),
            held=tuple(held),
            changes=tuple(changes),
            became=_became(engine, person_id),
            identifiers_total=identifiers_total,
            evidence_total=evidence_total,
            held_total=held_total,
            changes_total=changes_total,
        )
    finally:
        engine.drop_stage(MINE)
        engine.drop_stage(ABOUT)


def _mine(engine: Engine, person_id: int) -> exp.Select:
    return (
        exp.select("m.identifier_key", "m.since_version")
        .from_(_as(engine.ref("person_map"), "m"))
        .where(exp.column("person_id", "m").eq(person_id))
    )


def _about(engine: Engine) -> exp.Select:
    """Evidence with an identifier of the person at either end, and why it is not used, if it is not."""
    touching = exp.union(
        *(
            exp.select("e.evidence_id")
            .from_(_as(engine.ref("evidence"), "e"))
            .join(f"{MINE} AS m", on=f"m.identifier_key = e.{side}")
            for side in ("left_key", "right_key")
        )
    )
    unmapped = exp.column("person_id", "l").is_(exp.null()).or_(exp.column("person_id", "r").is_(exp.null()))
    reason = exp.Case().when(unmapped, exp.Literal.string("not_in_map"))
    said = exp.Case().when(
        unmapped.copy(),
        exp.Literal.string("one of the two has no person: it is blocked, or came after the last run"),
    )
    return (
        exp.select(
            "e.evidence_id",
            "e.left_key",
            "e.right_key",
            "e.left_kind",
            "e.right_kind",
            "e.source",
            "e.rule",
            "e.observed_at",
            "e.event_id",
            exp.Coalesce(this=exp.column("reason", "h"), expressions=[reason]).as_("held"),
            exp.Coalesce(this=exp.column("detail", "h"), expressions=[said]).as_("detail"),
        )
        .from_(_as(engine.ref("evidence"), "e"))
        .join(touching.subquery("t"), on="t.evidence_id = e.evidence_id")
        .join(_as(engine.ref("evidence_held"), "h"), on="h.evidence_id = e.evidence_id", join_type="left")
        .join(_as(engine.ref("person_map"), "l"), on="l.identifier_key = e.left_key", join_type="left")
        .join(_as(engine.ref("person_map"), "r"), on="r.identifier_key = e.right_key", join_type="left")
    )


def _identifiers(engine: Engine, limit: int) -> tuple[list[IdentifierFact], int]:
    query = (
        exp.select("i.identifier_key", "i.kind", "i.value", "i.first_seen_at", "i.source", "m.since_version")
        .from_(_as(engine.ref("identifiers"), "i"))
        .join(f"{MINE} AS m", on="m.identifier_key = i.identifier_key")
    )
    listed = query.order_by("i.first_seen_at", "i.kind", "i.value").limit(limit)
    return [IdentifierFact(*row) for row in engine.rows(listed)], engine.count(query)


def _evidence(engine: Engine, limit: int, *, used: bool) -> tuple[list[EvidenceFact], int]:
    query = (
        exp.select(
            "a.evidence_id",
            "a.left_kind",
            "l.value AS left_value",
            "a.right_kind",
            "r.value AS right_value",
            "a.source",
            "a.rule",
            "a.observed_at",
            "a.event_id",
            "a.held",
            "a.detail",
        )
        .from_(f"{ABOUT} AS a")
        .join(_as(engine.ref("identifiers"), "l"), on="l.identifier_key = a.left_key", join_type="left")
        .join(_as(engine.ref("identifiers"), "r"), on="r.identifier_key = a.right_key", join_type="left")
        .where("a.held IS NULL" if used else "a.held IS NOT NULL")
    )
    listed = query.order_by("a.observed_at", "a.evidence_id").limit(limit)
    return [EvidenceFact(*row) for row in engine.rows(listed)], engine.count(query)


def _changes(engine: Engine, person_id: int, limit: int) -> tuple[list[MapChange], int]:
    """Moves to and from the person, and what its identifiers did before they came."""
    query = (
        exp.select("c.version", "c.changed_at", "i.kind", "i.value", "c.from_person_id", "c.to_person_id")
        .from_(_as(engine.ref("person_changes"), "c"))
        .join(f"{MINE} AS m", on="m.identifier_key = c.identifier_key", join_type="left")
        .join(_as(engine.ref("identifiers"), "i"), on="i.identifier_key = c.identifier_key", join_type="left")
        .where(
            exp.or_(
                exp.column("to_person_id", "c").eq(person_id),
                exp.column("from_person_id", "c").eq(person_id),
                exp.column("identifier_key", "m").is_(exp.null()).not_(),
            )
        )
    )
    listed = query.order_by("c.version", "i.kind", "i.value").limit(limit)
    return [MapChange(*row) for row in engine.rows(listed)], engine.count(query)


def _became(engine: Engine, person_id: int) -> tuple[int, ...]:
    """Where the identifiers lead that were once the person's, other than to the person."""
    query = (
        exp.select("m.person_id")
        .distinct()
        .from_(_as(engine.ref("person_changes"), "c"))
        .join(_as(engine.ref("person_map"), "m"), on="m.identifier_key = c.identifier_key")
        .where(exp.column("from_person_id", "c").eq(person_id))
        .where(exp.column("person_id", "m").neq(person_id))
    )
    return tuple(sorted(int(person) for (person,) in engine.rows(query)))


def _as(table: exp.Table, alias: str) -> exp.Expr:
    return exp.alias_(table, alias, table=True)
