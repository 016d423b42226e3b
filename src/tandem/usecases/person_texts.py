"""Identifiers of people inside text: in payloads that nobody has typed, and in fields of rows about somebody else."""

from collections.abc import Iterator

from sqlglot import exp

from tandem.charter import Charter
from tandem.engine import Column, Engine, Table
from tandem.engine import functions as f
from tandem.engine.catalogue import By
from tandem.engine.words import ADDRESS_LIKE, Words
from tandem.identity import key_identifiers
from tandem.kernel.values import Label, Type
from tandem.policy.erased import candidates
from tandem.usecases.workspace import Workspace

PART = 500_000
"""Texts that are taken apart at once."""
KEYS = "rights_keys"
"""The stage of the people's identifiers: identifier_key, kind, value."""
WORDS, SAID, NAMED, FIELD, HIT = "texts_words", "texts_said", "texts_named", "texts_field", "texts_hit"
STAGES = (WORDS, SAID, f"{SAID}_keyed", FIELD, f"{FIELD}_keyed", HIT)
PHONE_LIKE = "[0-9][0-9 ().-]{5,}[0-9]"
SAID_OF_PEOPLE = (Label.PERSONAL, Label.SENSITIVE)


def ids_stage(table: Table) -> str:
    """Name of the stage of a table's rows in whose text the people stand."""
    return f"{NAMED}_{table.name}"


def stage_named(work: Workspace, table: Table) -> str | None:
    """Stage the keys (`id`) of rows in whose text columns an identifier of the staged people stands; its name.

    None if the table has no such columns. The caller drops the stage.
    """
    columns = [lead.column for lead in table.people if lead.by is By.TEXT]
    if not columns:
        return None
    key = exp.column(table.key[0], "t")
    hits: list[tuple[int]] = []
    for column in columns:
        text = exp.column(column, "t")
        texts = exp.select(key.as_("id"), text.as_("text")).from_(_base(work.engine, table))
        hits += _ids(work, texts.where(text.copy().is_(exp.null()).not_()))
    name = ids_stage(table)
    work.engine.stage_rows(name, [("id", Type.KEY)], [{"id": one} for (one,) in set(hits)])
    return name


def stray_values(work: Workspace, table: Table) -> Iterator[tuple[str, str]]:
    """(column, stage) for each text column of a table that is not its key and has values with an identifier of the
    staged people in them: `value` of the stage has those values. One stage at a time; it is dropped at the next."""
    kinds = identifier_fields(work.charter, table.name)
    # Of a payload the whole row goes, not the value.
    left_out = {*table.key, *(lead.column for lead in table.people if lead.by is By.TEXT)}
    columns = [one for one in table.columns if one.type is Type.TEXT and one.name not in left_out]
    said = _speaking(work.engine, table, columns)
    for column in columns:
        values = _of_field(work, table, column.name, kinds[column.name]) if column.name in kinds else []
        values += _in_words(work, table, column) if column.name in said else []
        if values:
            rows = [{"value": one} for one in sorted(set(values))]
            yield column.name, work.engine.stage_rows(HIT, [("value", Type.TEXT)], rows).name
            work.engine.drop_stage(HIT)


def _speaking(engine: Engine, table: Table, columns: list[Column]) -> set[str]:
    """Those of the text columns that have any value in which an address or number may stand; in one look."""
    if not columns:
        return set()
    counts = [f.count_if(_likely(column)).as_(f"n{number}") for number, column in enumerate(columns)]
    found = engine.one(exp.select(*counts).from_(_base(engine, table)))
    return {column.name for column, count in zip(columns, found, strict=True) if count}


def _likely(column: Column) -> exp.Expr:
    """An address may stand in the column, or, where it is about people, a number."""
    text = exp.column(column.name, "t")
    address: exp.Expr = exp.RegexpLike(this=text.copy(), expression=exp.Literal.string(ADDRESS_LIKE))
    if column.label not in SAID_OF_PEOPLE:
        return address
    return exp.or_(address, exp.RegexpLike(this=text.copy(), expression=exp.Literal.string(PHONE_LIKE)))


def identifier_fields(charter: Charter, table: str) -> dict[str, list[str]]:
    """Column → kinds, for the fields of a landed table that contracts read from where they read an identifier."""
    found: dict[str, list[str]] = {}
    for source in charter.sources:
        specs = [(f"event_{one.kind}", one.fields) for one in source.events]
        specs += [(f"record_{source.source}", source.record.fields)] if source.record else []
        for name, fields in specs:
            for spec in fields if name == table else ():
                kinds = [one.kind for one in source.identifiers if one.field == spec.read_from]
                if kinds:
                    found.setdefault(spec.name, []).extend(kinds)
    return found


def _of_field(work: Workspace, table: Table, column: str, kinds: list[str]) -> list[str]:
    """Values of an identifier field that lead to the staged people."""
    value = exp.column(column, "t")
    known = exp.select(value.as_("raw")).distinct().from_(_base(work.engine, table))
    known = known.where(value.copy().is_(exp.null()).not_())
    every: exp.Query | None = None
    for kind in sorted(set(kinds)):
        one = exp.select(exp.Literal.string(kind).as_("kind"), "raw").from_(known.copy().subquery("v"))
        every = one if every is None else exp.union(every, one, distinct=False)
    assert every is not None
    keyed = key_identifiers(work.charter.identity)(work.engine, work.engine.stage(FIELD, every))
    return [str(raw) for (raw,) in work.engine.rows(_mine(keyed))]


def _in_words(work: Workspace, table: Table, column: Column) -> list[str]:
    """Values of a text column in which an address or number of theirs stands."""
    text = exp.column(column.name, "t").as_("text")
    distinct = exp.select(text).distinct().from_(_base(work.engine, table)).where(_likely(column))
    texts = exp.select(f.digest60(exp.column("text", "v")).as_("id"), exp.column("text", "v"))
    texts = texts.from_(distinct.subquery("v"))
    ids = {one for (one,) in _ids(work, texts)}
    return [str(text) for id_, text in work.engine.rows(texts) if id_ in ids] if ids else []


def _ids(work: Workspace, texts: exp.Select) -> list[tuple[int]]:
    """Ids of those texts (id, text) in which an identifier of the staged people stands."""
    engine, found = work.engine, []
    total = engine.count(texts)
    parts = -(-total // PART)
    for part in range(parts):
        rest = exp.Mod(this=exp.column("id", "p"), expression=exp.Literal.number(parts)).eq(part)
        picked = exp.select("id", "text").from_(texts.copy().subquery("p")).where(rest)
        words = engine.stage_files(WORDS, Words(engine.arrow(picked)))
        said = engine.stage(SAID, candidates(exp.select("word").from_(words), work.charter.identity))
        keyed = key_identifiers(work.charter.identity)(engine, said)
        on = exp.column("word", "w").eq(exp.column("raw", "m"))
        query = exp.select(exp.column("id", "w")).distinct().from_(_as(exp.to_table(WORDS), "w"))
        found += engine.rows(query.join(_mine(keyed).subquery("m"), on=on))
    return found


def _mine(keyed: exp.Table) -> exp.Select:
    """Raw texts that are identifiers of the staged people."""
    on = exp.column("identifier_key", "q").eq(exp.column("identifier_key", "k"))
    query = exp.select(exp.column("raw", "q")).distinct().from_(_as(keyed, "q"))
    return query.join(_as(exp.to_table(KEYS), "k"), on=on)


def _base(engine: Engine, table: Table) -> exp.Expr:
    return _as(engine.ref(table.name), "t")


def _as(table: exp.Expr, alias: str) -> exp.Expr:
    return exp.alias_(table.copy(), alias, table=True)
