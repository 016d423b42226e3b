"""From statements of consent to what holds for a person and purpose now; only changes are worked out."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlglot import exp

from tandem.charter.definitions import Purpose
from tandem.engine import Change, Engine, Mark
from tandem.engine import functions as f

APP = "policy:consents"
MAP_BITS = 31
LATE = timedelta(days=7)
"""Statements dated in the future count when their time has come; so the last days are looked at again, and more if
the last refresh is longer ago."""

RANK = {"outdated": 0, "expired": 1, "granted": 2, "unreadable": 3, "contradictory": 4, "denied": 5}
ROOM = "policy"


def refresh_consents(
    engine: Engine,
    now: datetime,
    purposes: Iterable[Purpose] = (),
    *,
    since: datetime | None = None,
    since_batch: int | None = None,
    everything: bool = False,
) -> Change:
    """Bring `person_consents` up to the newest statements and the newest person map.

    For each identifier and purpose the latest statement wins; a yes and a no at the same instant contradict
    each other. A yes that by the rules of `purposes` is too old or was given to a wording that does not count
    any more is as if it had not been said: what was said before it holds, and if that was nothing the state is
    `expired` or `outdated`. Over the identifiers of a person the most restrictive wins: denied, contradictory,
    unreadable, granted. A yes dated after `now` does not count yet; a no does. A person is worked out again
    when a load brought a statement, when the person map moved an identifier to or from the person, or when a
    yes came to its end; how far it came is a mark in `person_consents` itself, so a crash loses nothing.
    `since` is the time of the last refresh, if it is known: what was dated later may have come due since then.
    `since_batch` goes back to loads after that one; `everything` looks at all people, which is needed when
    the wordings that count have changed. Running again changes nothing.
    """
    rules = tuple(purposes)
    batch, version = _newest(engine)
    known = None if everything else engine.mark("person_consents", APP)
    affected = None
    if known is not None:
        from_batch = min(known >> MAP_BITS, since_batch if since_batch is not None else known >> MAP_BITS)
        from_version = known & ((1 << MAP_BITS) - 1)
        due = now - LATE if since is None else min(since, now - LATE)
        affected = engine.stage(
            "policy_affected", _affected(engine, from_batch, from_version, due, now, rules)
        )
    try:
        states = engine.stage("policy_states", states_at(engine, affected, now, rules))
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


def _affected(
    engine: Engine, batch: int, version: int, since: datetime, now: datetime, rules: tuple[Purpose, ...]
) -> exp.Query:
    """People with new statements or such as came due since then, people to or from whom the map moved an
    identifier, and ended answers."""
    on = exp.column("identifier_key", "m").eq(exp.column("subject_key", "c"))
    stated = exp.select(exp.column("person_id", "m").as_("person_id")).from_(_ref(engine, "consents", "c"))
    new = exp.column("batch_id", "c") > batch
    due = (exp.column("at", "c") > f.instant(since)).and_(exp.column("at", "c") <= f.instant(now))
    stated = stated.join(_ref(engine, "person_map", "m"), on=on).where(exp.or_(new, due))
    moved_to = exp.select("person_id").from_(_ref(engine, "person_map", "m"))
    moved_to = moved_to.where(exp.column("since_version", "m") > version)
    moved_from = exp.select(exp.column("from_person_id", "h").as_("person_id"))
    moved_from = moved_from.from_(_ref(engine, "person_changes", "h"))
    moved_from = moved_from.where(
        exp.column("version", "h") > version, exp.column("from_person_id", "h").is_(exp.null()).not_()
    )
    found = exp.union(exp.union(stated, moved_to), moved_from)
    ended = _ended(engine, now, rules)
    return found if ended is None else exp.union(found, ended)


def _ended(engine: Engine, now: datetime, rules: tuple[Purpose, ...]) -> exp.Select | None:
    """People whose state says otherwise than the age of their yes; also after `expires_after` was changed.

    Exact without knowing when the last run was: `since` of a yes is its latest, the last one to end.
    """
    said, since = exp.column("state", "o"), exp.column("since", "o")
    tests = []
    for purpose in rules:
        mine = exp.column("purpose", "o").eq(f.value(purpose.purpose))
        if purpose.expires_after is None:
            tests.append(exp.and_(mine, said.eq(f.value("expired"))))
            continue
        over = since <= f.instant(now - purpose.expires_after)
        ended = exp.and_(said.eq(f.value("granted")), over)
        back = exp.and_(said.eq(f.value("expired")), exp.not_(exp.paren(over.copy())))
        tests.append(exp.and_(mine, exp.or_(ended, back)))
    if not tests:
        return None
    query = exp.select(exp.column("person_id", "o").as_("person_id"))
    return query.from_(_ref(engine, "person_consents", "o")).where(exp.or_(*tests))


def states_at(
    engine: Engine,
    affected: exp.Table | None,
    now: datetime,
    rules: tuple[Purpose, ...],
    only: exp.Expr | None = None,
) -> exp.Select:
    """One row per person and purpose: state, and the latest of the statements that decide it.

    Of those in the stage `affected` (column `person_id`), or of everybody; `only` of some statements, `c`.
    """
    columns = {name: exp.column(name, "l") for name in ("purpose", "rank", "at", "proof_event_id")}
    person = exp.column("person_id", "m")
    on = exp.column("identifier_key", "m").eq(exp.column("subject_key", "l"))
    query = exp.select(person.as_("person_id"), *(column.as_(name) for name, column in columns.items()))
    query = query.from_(_per_identifier(engine, now, rules, only).subquery("l"))
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


def _per_identifier(
    engine: Engine, now: datetime, rules: tuple[Purpose, ...], only: exp.Expr | None
) -> exp.Select:
    """One row per identifier and purpose: the rank of what its latest instant says, when, and its proof."""
    names = ("subject_key", "purpose", "at", "proof_event_id")
    said = exp.column("state", "c")
    exists = exp.or_(exp.column("at", "c") <= f.instant(now), said.neq(f.value("granted")))
    worth = exp.select(*(exp.column(name, "c").as_(name) for name in names), _worth(now, rules).as_("state"))
    worth = worth.from_(_ref(engine, "consents", "c")).where(exists, *([] if only is None else [only]))
    partition = [exp.column("subject_key", "v"), exp.column("purpose", "v")]
    void = exp.column("state", "v").isin(f.value("expired"), f.value("outdated"))
    order = exp.Order(
        expressions=[exp.Ordered(this=_flag(void)), exp.Ordered(this=exp.column("at", "v"), desc=True)]
    )
    rank = exp.Window(this=exp.Anonymous(this="RANK"), partition_by=partition, order=order)
    ranked = exp.select(*(exp.column(name, "v").as_(name) for name in (*names, "state")), rank.as_("n"))
    ranked = ranked.from_(worth.subquery("v"))
    subject, purpose = (exp.column(name, "r") for name in ("subject_key", "purpose"))
    proof = exp.Max(this=exp.column("proof_event_id", "r")).as_("proof_event_id")
    last = exp.Max(this=exp.column("at", "r")).as_("at")
    query = exp.select(
        subject.as_("subject_key"), purpose.as_("purpose"), _verdict().as_("rank"), last, proof
    )
    query = query.from_(ranked.subquery("r")).where(exp.column("n", "r").eq(1))
    return query.group_by(subject.copy(), purpose.copy())


def _worth(now: datetime, rules: tuple[Purpose, ...]) -> exp.Expr:
    """What a statement is worth by the rules of its purpose: its own state, `expired` or `outdated`."""
    said = exp.column("state", "c")
    found = exp.Case()
    for purpose in rules:
        yes = exp.and_(exp.column("purpose", "c").eq(f.value(purpose.purpose)), said.eq(f.value("granted")))
        wording = purpose.wording
        if wording is not None and wording.accepts is not None:
            counts = [f.value(version) for version in (wording.version, *wording.accepts)]
            old = exp.not_(
                exp.Coalesce(this=exp.column("wording", "c"), expressions=[f.value("")]).isin(*counts)
            )
            found = found.when(exp.and_(yes, old), f.value("outdated"))
        if purpose.expires_after is not None:
            over = exp.column("at", "c") <= f.instant(now - purpose.expires_after)
            found = found.when(exp.and_(yes.copy(), over), f.value("expired"))
    return found.else_(said) if found.args.get("ifs") else said


def _verdict() -> exp.Expr:
    """The rank of statements of one instant: a yes and a no contradict, one unreadable makes all unreadable."""
    state = exp.column("state", "r")

    def any_(*words: str) -> exp.Expr:
        return exp.Max(this=_flag(state.isin(*(f.value(word) for word in words)))).eq(1)

    clear = exp.Min(this=_flag(state.isin(f.value("granted"), f.value("expired"), f.value("outdated")))).eq(1)
    return (
        exp.Case()
        .when(exp.and_(any_("granted"), any_("denied")), _rank("contradictory"))
        .when(any_("denied"), _rank("denied"))
        .when(exp.not_(clear), _rank("unreadable"))
        .when(any_("outdated"), _rank("outdated"))
        .when(any_("expired"), _rank("expired"))
        .else_(_rank("granted"))
    )


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
