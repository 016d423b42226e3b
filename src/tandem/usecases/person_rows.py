"""Finding people by whatever names them, and every row of the lake about them. Set-based: one person or a million.

The catalogue says how each table names people; nothing here names a table that could as well be another.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlglot import exp

from tandem.engine import Engine, Table
from tandem.engine import functions as f
from tandem.engine.catalogue import By, Lead
from tandem.engine.forgetting import described, stored
from tandem.identity import key_identifiers
from tandem.kernel.values import Type
from tandem.policy.erased import KEY_STAGE, TABLE, with_hash
from tandem.usecases.kept_out import hash_key
from tandem.usecases.person_texts import KEYS, stage_named
from tandem.usecases.workspace import Workspace

ASKED, RAW, FOUND = "rights_asked", "rights_raw", "rights_found"
PEOPLE, EVIDENCE, WAITING = "rights_people", "rights_evidence", "rights_waiting"
EVER = "rights_people_ever"
"""The staged people under every id that is theirs: today's, and those that they had and nobody has now."""
STAGES = (ASKED, RAW, f"{RAW}_keyed", FOUND, KEYS, PEOPLE, EVER, EVIDENCE, WAITING)
BY_STAGE = {
    By.PERSON: (EVER, "person_id"),
    By.IDENTIFIER: (KEYS, "identifier_key"),
    By.EVIDENCE: (EVIDENCE, "evidence_id"),
    By.QUARANTINE: (WAITING, "quarantine_id"),
}


def drop_stages(engine: Engine) -> None:
    """Forget what was staged about people."""
    for name in STAGES:
        engine.drop_stage(name)


def stage_asked(work: Workspace, texts: Sequence[str]) -> list[str]:
    """Stage the people that these texts lead to (identifiers of any kind, else person ids) with all their identifiers.

    Returns the texts that lead to nobody.
    """
    engine, rules = work.engine, work.charter.identity
    wanted = list(dict.fromkeys(text.strip() for text in texts if text.strip()))
    engine.stage_rows(ASKED, [("raw", Type.TEXT)], [{"raw": text} for text in wanted])
    kinds = [
        exp.select(exp.Literal.string(rule.kind).as_("kind"), "raw").from_(ASKED) for rule in rules.kinds
    ]
    keyed = key_identifiers(rules)(engine, engine.stage(RAW, _union(kinds)))
    m = _as(engine.ref("person_map"), "m")
    same = exp.column("identifier_key", "k").eq(exp.column("identifier_key", "m"))
    known = exp.select(exp.column("raw", "k"), exp.column("person_id", "m")).distinct()
    known = known.from_(exp.alias_(keyed, "k", table=True)).join(m, on=same)
    person = exp.cast(exp.column("person_id", "p"), "text")
    by_id = exp.select(exp.column("raw", "a"), exp.column("person_id", "p")).distinct()
    by_id = by_id.from_(_as(exp.to_table(ASKED), "a"))
    by_id = by_id.join(_as(engine.ref("person_map"), "p"), on=person.eq(exp.column("raw", "a")))
    engine.stage(FOUND, exp.union(known, by_id, distinct=True))
    engine.stage(PEOPLE, exp.select("person_id").distinct().from_(FOUND))
    _stage_keys_of_people(engine)
    found = {text for (text,) in engine.rows(exp.select("raw").distinct().from_(FOUND))}
    return [text for text in wanted if text not in found]


def stage_marked(work: Workspace, request: str) -> None:
    """Stage the people who were marked as erased under a request, as far as the lake still knows them."""
    engine = work.engine
    i = _as(engine.ref("identifiers"), "i")
    every = exp.select(*(exp.column(name, "i") for name in ("identifier_key", "kind", "value"))).from_(i)
    try:
        hashed = with_hash(engine, hash_key(work), every)
        e = _as(engine.ref(TABLE), "e")
        on = exp.column("hash", "h").eq(exp.column("hash", "e"))
        columns = [exp.column(name, "h") for name in ("identifier_key", "kind", "value")]
        query = exp.select(*columns).distinct().from_(hashed.subquery("h")).join(e, on=on)
        engine.stage(KEYS, query.where(exp.column("request", "e").eq(exp.Literal.string(request))))
    finally:
        engine.drop_stage(KEY_STAGE)
    on = exp.column("identifier_key", "m").eq(exp.column("identifier_key", "k"))
    people = exp.select(exp.column("person_id", "m")).distinct().from_(_as(engine.ref("person_map"), "m"))
    engine.stage(PEOPLE, people.join(_as(exp.to_table(KEYS), "k"), on=on))


def stage_subjects(work: Workspace, subjects: Sequence[Mapping[str, Any]]) -> None:
    """Stage the people whom the subjects of a request lead to: keyed hashes of values, or of digests of values."""
    engine, key = work.engine, hash_key(work)
    columns = [(name, Type.TEXT) for name in ("kind", "format", "hash")]
    engine.stage_rows(ASKED, columns, subjects)
    formats = sorted({str(one["format"]) for one in subjects})
    i = _as(engine.ref("identifiers"), "i")
    found: list[exp.Query] = []
    try:
        for number, format_ in enumerate(formats):
            value, kind = exp.column("value", "i"), exp.column("kind", "i")
            told = value if format_ == "raw" else f.hexed(value, format_)
            of = kind if format_ == "raw" else f.concat(kind, exp.Literal.string(f"/{format_}"))
            rows = exp.select(exp.column("identifier_key", "i"), of.as_("kind"), told.as_("value")).from_(
                i.copy()
            )
            on = exp.column("hash", "h").eq(exp.column("hash", "a"))
            hits = exp.select(exp.column("identifier_key", "h")).from_(
                with_hash(engine, key, rows).subquery("h")
            )
            stage = engine.stage(f"{FOUND}_{number}", hits.join(_as(exp.to_table(ASKED), "a"), on=on))
            found.append(exp.select("identifier_key").from_(stage))
        same = exp.column("identifier_key", "m").eq(exp.column("identifier_key", "f"))
        people = exp.select(exp.column("person_id", "m")).distinct().from_(_as(engine.ref("person_map"), "m"))
        none = exp.select(f.null_of(Type.KEY).as_("identifier_key")).where(exp.false())
        engine.stage(PEOPLE, people.join(_union([*found, none]).subquery("f"), on=same))
        _stage_keys_of_people(engine)
    finally:
        engine.drop_stage(KEY_STAGE)
        for number in range(len(formats)):
            engine.drop_stage(f"{FOUND}_{number}")


def stage_leads(work: Workspace) -> None:
    """Stage what else leads to the staged people: ids they had before they were merged, evidence about them, and
    quarantine entries that name them."""
    _stage_former(work.engine)
    _stage_evidence(work.engine)
    ids = stage_named(work, work.engine.catalogue["quarantine"])
    work.engine.stage(WAITING, exp.select("id AS quarantine_id").from_(str(ids)))


def _stage_former(engine: Engine) -> None:
    """Who was contacted stands as the id of that time. An id that lives is somebody else's; one that two people had
    before they were parted, and that ended, goes with either."""
    ids: list[exp.Query] = [exp.select("person_id").from_(PEOPLE)]
    for end in ("from_person_id", "to_person_id"):
        before = exp.select(exp.column(end, "c").as_("person_id")).from_(
            _as(engine.ref("person_changes"), "c")
        )
        same = exp.column("identifier_key", "c").eq(exp.column("identifier_key", "k"))
        before = before.join(_as(exp.to_table(KEYS), "k"), on=same)
        lives = exp.column("person_id", "m").eq(exp.column(end, "c"))
        before = before.join(_as(engine.ref("person_map"), "m"), on=lives, join_type="left")
        ended = exp.column("person_id", "m").is_(exp.null())
        ids.append(before.where(ended, exp.column(end, "c").is_(exp.null()).not_()))
    engine.stage(EVER, exp.select("person_id").distinct().from_(_union(ids).subquery("i")))


def _stage_evidence(engine: Engine) -> None:
    ends = [
        exp.select(exp.column("evidence_id", "e"))
        .from_(_as(engine.ref("evidence"), "e"))
        .join(_as(exp.to_table(KEYS), "k"), on=exp.column(end, "e").eq(exp.column("identifier_key", "k")))
        for end in ("left_key", "right_key")
    ]
    engine.stage(EVIDENCE, exp.union(*ends, distinct=True))


def tables(engine: Engine) -> list[Table]:
    """Every table that was ever written and names people, also those that no charter names any more."""
    known = [table for table in engine.catalogue if engine.version(table.name) >= 0 and not table.nobody]
    names = {table.name for table in engine.catalogue}
    left = [described(engine.lake, name) for name in stored(engine.lake) if name not in names]
    engine.ensure(left)
    return [*known, *left]


def leads(table: Table) -> tuple[Lead, ...]:
    """The columns of a table that name people by a key; of a table without a description, by their names."""
    if table.people:
        return tuple(lead for lead in table.people if lead.by in BY_STAGE)
    guessed = {"person_id": By.PERSON, "subject_key": By.IDENTIFIER, "identifier_key": By.IDENTIFIER}
    return tuple(Lead(name, by) for name, by in guessed.items() if name in table.names)


def among(lead: Lead) -> exp.Select:
    """The staged keys that a lead leads to."""
    stage, column = BY_STAGE[lead.by]
    return exp.select(exp.column(column, "s")).from_(_as(exp.to_table(stage), "s"))


def rows_about(engine: Engine, table: Table, *, ids: str | None = None) -> exp.Select | None:
    """All rows of a table about the staged people; `ids`: a stage of keys (`id`) of rows in whose text they stand.

    None if the table has no way to them.
    """
    found = [exp.In(this=exp.column(lead.column, "t"), query=among(lead).subquery()) for lead in leads(table)]
    if ids is not None:
        named = exp.select(exp.column("id", "n")).from_(_as(exp.to_table(ids), "n"))
        found.append(exp.In(this=exp.column(table.key[0], "t"), query=named.subquery()))
    if not found:
        return None
    columns = [exp.column(name, "t") for name in table.names]
    return exp.select(*columns).from_(_as(engine.ref(table.name), "t")).where(exp.or_(*found))


def identifiers_of_people() -> exp.Select:
    """The identifiers of the staged people: kind and value."""
    return exp.select("kind", "value").distinct().from_(KEYS)


def identifiers_with_people(engine: Engine) -> exp.Select:
    """The identifiers of the staged people with whose they are: kind, value, person_id."""
    columns = [exp.column("kind", "k"), exp.column("value", "k"), exp.column("person_id", "m")]
    query = exp.select(*columns).from_(_as(exp.to_table(KEYS), "k"))
    same = exp.column("identifier_key", "k").eq(exp.column("identifier_key", "m"))
    return query.join(_as(engine.ref("person_map"), "m"), on=same)


def _stage_keys_of_people(engine: Engine) -> None:
    m, i = _as(engine.ref("person_map"), "m"), _as(engine.ref("identifiers"), "i")
    columns = [exp.column(name, "i") for name in ("identifier_key", "kind", "value")]
    query = exp.select(*columns).from_(i)
    query = query.join(m, on=exp.column("identifier_key", "m").eq(exp.column("identifier_key", "i")))
    mine = exp.column("person_id", "p").eq(exp.column("person_id", "m"))
    engine.stage(KEYS, query.join(_as(exp.to_table(PEOPLE), "p"), on=mine))


def _union(queries: Sequence[exp.Query]) -> exp.Query:
    first, *rest = queries
    for query in rest:
        first = exp.union(first, query, distinct=False, copy=False)
    return first


def _as(table: exp.Expr, alias: str) -> exp.Expr:
    return exp.alias_(table, alias, table=True)
