"""From statements of consent to what holds for a person and purpose now; only changes are worked out."""

from datetime import datetime, timedelta

from sqlglot import exp

from tandem.engine import Change, Engine, Mark
from tandem.engine import functions as f

APP = "policy:consents"
MAP_BITS = 31
LATE = timedelta(days=7)
"""Statements dated in the future count when their time has come; so the last days are looked at again."""

RANK = {"granted": 0, "unreadable": 1, "contradictory": 2, "denied": 3}
ROOM = "policy"


def refresh_consents(
    engine: Engine, now: datetime, *, since_batch: int | None = None, everything: bool = False
) -> Change:
    """Bring `person_consents` up to the newest statements and the newest person map.

    For each identifier and purpose the latest statement wins; a yes and a no at the same instant contradict
    each other. Over the identifiers of a person the most restrictive wins: denied, contradictory, unreadable,
    granted. A yes dated after `now` does not count yet; a no does. A person is worked out again when a load
    brought a statement, or when the person map moved an identifier to or from the person; how far it came is
    a mark in `person_consents` itself, so a crash loses nothing. `since_batch` goes back to loads after that
    one; `everything` looks at all people. Running again changes nothing.
    """
    batch, version = _newest(engine)
    known = None if everything else engine.mark("person_consents", APP)
    affected = None
    if known is not None:
        from_batch = min(known >> MAP_BITS, since_batch if since_batch is not None else known >> MAP_BITS)
        from_version = known & ((1 << MAP_BITS) - 1)
        affected = engine.stage("policy_affected", _affected(engine, from_batch, from_version, now))
    try:
        states = engine.stage("policy_states", _states(engine, affected, now))
        gone = engine.delete("person_consents", _stale(engine, states, affected))
        mark = Mark(APP, batch << MAP_BITS | version)
        change = engine.upsert("person_consents", exp.select("*").from_(states), mark)
        return Change(inserted=change.inserted, updated=change.updated + gone)
    finally:
        engine.drop_stage("policy_states")
        engine.drop_stage("policy_affected")


def _newest(engine: Engine) -> tuple[int, int]:
    batch = exp.select(exp.Max(this=exp.column("batch_id"))).from_(engine.ref("consents", ROOM))
    version = exp.select(exp.Max(this=exp.column("since_version"))).from_(engine.ref("person_map", ROOM))
    return int(engine.one(batch)[0] or 0), int(engine.one(version)[0] or 0)


def _affected(engine: Engine, batch: int, version: int, now: datetime) -> exp.Query:
    """People with new statements, and people to or from whom the map moved an identifier."""
    on = exp.column("identifier_key", "m").eq(exp.column("subject_key", "c"))
    stated = exp.select(exp.column("person_id", "m").as_("person_id")).from_(_ref(engine, "consents", "c"))
    new = exp.column("batch_id", "c") > batch
    due = (exp.column("at", "c") > f.instant(now - LATE)).and_(exp.column("at", "c") <= f.instant(now))
    stated = stated.join(_ref(engine, "person_map", "m"), on=on).where(exp.or_(new, due))
    moved_to = exp.select("person_id").from_(_ref(engine, "person_map", "m"))
    moved_to = moved_to.where(exp.column("since_version", "m") > version)
    moved_from = exp.select(exp.column("from_person_id", "h").as_("person_id"))
    moved_from = moved_from.from_(_ref(engine, "person_changes", "h"))
    moved_from = moved_from.where(
        exp.column("version", "h") > version, exp.column("from_person_id", "h").is_(exp.null()).not_()
    )
    return exp.union(exp.union(stated, moved_to), moved_from)


def _states(engine: Engine, affected: exp.Table | None, now: datetime) -> exp.Select:
    """One row per person and purpose: state, and the latest of the statements that decide it."""
    columns = {name: exp.column(name, "l") for name in ("purpose", "rank", "at", "proof_event_id")}
    person = exp.column("person_id", "m")
    on = exp.column("identifier_key", "m").eq(exp.column("subject_key", "l"))
    query = exp.select(person.as_("person_id"), *(column.as_(name) for name, column in columns.items()))
    query = query.from_(_per_identifier(engine, now).subquery("l"))
    query = query.join(_ref(engine, "person_map", "m"), on=on)
    if affected is not None:
        query = query.where(exp.In(this=person, query=exp.select("person_id").from_(affected).subquery()))
    order = [exp.Ordered(this=exp.column(name, "a"), desc=True) for name in ("rank", "at", "proof_event_id")]
    number = exp.Window(
        this=exp.RowNumber(),
        partition_by=[exp.column("person_id", "a"), exp.column("purpose", "a")],
        order=exp.Order(expressions=order),
    )
    names = ("person_id", *columns)
    ranked = exp.select(*(exp.column(name, "a").as_(name) for name in names), number.as_("n"))
    first = ranked.from_(query.subquery("a")).subquery("d")
    state = exp.Case()
    for word, rank in RANK.items():
        state = state.when(exp.column("rank", "d").eq(rank), f.value(word))
    picked = {"since": "at", "proof_event_id": "proof_event_id"}
    return (
        exp.select(
            *(exp.column(name, "d").as_(name) for name in ("person_id", "purpose")),
            state.as_("state"),
            *(exp.column(column, "d").as_(name) for name, column in picked.items()),
        )
        .from_(first)
        .where(exp.column("n", "d").eq(1))
    )


def _per_identifier(engine: Engine, now: datetime) -> exp.Select:
    """One row per identifier and purpose: the rank of what its latest instant says, when, and its proof."""
    names = ("subject_key", "purpose", "state", "at", "proof_event_id")
    partition = [exp.column("subject_key", "c"), exp.column("purpose", "c")]
    order = exp.Order(expressions=[exp.Ordered(this=exp.column("at", "c"), desc=True)])
    rank = exp.Window(this=exp.Anonymous(this="RANK"), partition_by=partition, order=order)
    no = exp.column("state", "c").neq(f.value("granted"))
    counts = exp.or_(exp.column("at", "c") <= f.instant(now), no)
    ranked = exp.select(*(exp.column(name, "c").as_(name) for name in names), rank.as_("n"))
    ranked = ranked.from_(_ref(engine, "consents", "c")).where(counts)
    subject, purpose, state = (exp.column(name, "r") for name in ("subject_key", "purpose", "state"))
    said = {word: exp.Max(this=_flag(state.eq(f.value(word)))).eq(1) for word in ("granted", "denied")}
    clear = exp.Min(this=_flag(state.isin(f.value("granted"), f.value("denied")))).eq(1)
    verdict = (
        exp.Case()
        .when(exp.and_(said["granted"], said["denied"]), _rank("contradictory"))
        .when(said["denied"].copy(), _rank("denied"))
        .when(exp.and_(said["granted"].copy(), clear), _rank("granted"))
        .else_(_rank("unreadable"))
    )
    proof = exp.Max(this=exp.column("proof_event_id", "r")).as_("proof_event_id")
    last = exp.Max(this=exp.column("at", "r")).as_("at")
    query = exp.select(subject.as_("subject_key"), purpose.as_("purpose"), verdict.as_("rank"), last, proof)
    query = query.from_(ranked.subquery("r")).where(exp.column("n", "r").eq(1))
    return query.group_by(subject.copy(), purpose.copy())


def _stale(engine: Engine, states: exp.Table, affected: exp.Table | None) -> exp.Select:
    """Keys of rows that no statement bears any more: the person is gone or lost the identifier that spoke."""
    person, purpose = exp.column("person_id", "o"), exp.column("purpose", "o")
    query = exp.select(person.as_("person_id"), purpose.as_("purpose"))
    query = query.from_(_ref(engine, "person_consents", "o"))
    new = exp.alias_(states.copy(), "s", table=True)
    same = exp.and_(exp.column("person_id", "s").eq(person), exp.column("purpose", "s").eq(purpose))
    unborne = exp.Exists(this=exp.select("1").from_(new).where(same)).not_()
    if affected is None:
        return query.where(unborne)
    touched = exp.In(this=person.copy(), query=exp.select("person_id").from_(affected.copy()).subquery())
    return query.where(unborne, touched)


def _ref(engine: Engine, table: str, alias: str) -> exp.Expr:
    return exp.alias_(engine.ref(table, ROOM), alias, table=True)


def _flag(condition: exp.Expr) -> exp.Case:
    return exp.Case().when(condition, exp.Literal.number(1)).else_(exp.Literal.number(0))


def _rank(word: str) -> exp.Expr:
    return f.value(RANK[word])
