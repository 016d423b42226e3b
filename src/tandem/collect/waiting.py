"""The quarantine: what broke a contract waits there with code, path, found and expected, and nothing is lost."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from tandem.collect.landing import (
    CHECKS,
    ENTRIES,
    FILES,
    PEOPLE,
    ROWS,
    Work,
    base,
    broken,
    null,
    table,
    union,
)
from tandem.collect.results import Entry, Waiting
from tandem.engine import Engine
from tandem.engine import functions as f
from tandem.engine.files import Listed
from tandem.kernel import Problem, digest60, iso
from tandem.kernel.values import Type

REFUSED, WAITING, IDS = "collect_refused", "collect_waiting", "collect_ids"
STAGES = (REFUSED, WAITING)
COLUMNS = (
    "quarantine_id", "source", "kind", "level", "code", "path", "found", "expected", "payload", "file", "line",
    "at", "batch_id",
)  # fmt: skip


@dataclass(frozen=True)
class Refused:
    """A file of which nothing was taken, and the problem that says why."""

    file: str
    fingerprint: str
    problem: Problem


def land_waiting(work: Work, refused: Sequence[Refused]) -> list[Waiting]:
    """Rows, values and files that wait, each once however often it comes; what came to wait, by reason."""
    queries = [_rows(work), *_values(work)]
    if refused:
        work.engine.stage_files(REFUSED, _listed(work, refused))
        queries.append(exp.select(*(exp.column(name, "q") for name in COLUMNS)).from_(table(REFUSED, "q")))
    every = work.engine.stage(WAITING, union(queries))
    counted = _counted(work.engine, every)
    work.append("quarantine", _first_time(work, every))
    return counted


def land_outcomes(work: Work, refused: set[str]) -> int:
    """Entries that this batch dealt with: rows of a replay that came through, files that now could be read."""
    query = _settled_rows() if work.again else _settled_files(work, refused)
    if query is None or work.engine.version("quarantine") < 0:
        return 0
    outcome = exp.Literal.string("replayed").as_("outcome")
    return work.append("quarantine_outcomes", query.select(outcome, f.instant(work.now).as_("at")))


def _settled_rows() -> exp.Select:
    there = exp.Literal.string("it is in the lake already")
    detail = exp.Case().when(null(exp.column("_row", "p")), there).else_(exp.Literal.string("it landed"))
    query = exp.select(exp.column("_id", "r").as_("quarantine_id"), detail.as_("detail")).from_(
        table(ROWS, "r")
    )
    on = exp.column("_row", "r").eq(exp.column("_row", "p"))
    return query.join(table(PEOPLE, "p"), on=on, join_type="left").where(null(exp.column("bad", "r")))


def _settled_files(work: Work, refused: set[str]) -> exp.Select | None:
    names = [exp.Literal.string(one.name) for one in work.files if one.name not in refused]
    if not names:
        return None
    waits = still_waiting(work.engine).where(
        exp.column("level", "q").eq(exp.Literal.string("file")),
        exp.column("source", "q").eq(exp.Literal.string(work.source)),
    )
    detail = exp.Literal.string("the file was read").as_("detail")
    read = exp.In(this=exp.column("file", "w"), expressions=names)
    return exp.select(exp.column("quarantine_id", "w"), detail).from_(waits.subquery("w")).where(read)


def _rows(work: Work) -> exp.Query:
    columns = [
        exp.column("entry_id", "e").as_("quarantine_id"),
        _kind(work).as_("kind"),
        exp.Literal.string("row").as_("level"),
        *(exp.column(name, "c") for name in ("code", "path")),
        exp.column("found", "r"),
        exp.column("expected", "c"),
    ]
    on = exp.column("bad", "r").eq(exp.column("number", "c"))
    return _entries(work, columns).join(table(CHECKS, "c"), on=on).where(broken())


def _values(work: Work) -> list[exp.Query]:
    queries: list[exp.Query] = []
    for kind, one, check in work.reading.dropped:
        text = check.found if check.found is not None else exp.null()
        path = exp.Literal.string(one.spec.read_from)
        key = f.digest60(exp.column("entry_id", "e"), path, exp.Literal.string("value"))
        columns = [
            key.as_("quarantine_id"),
            exp.Literal.string(kind.name).as_("kind"),
            exp.Literal.string("value").as_("level"),
            exp.Literal.string(check.code.code).as_("code"),
            path.copy().as_("path"),
            _of("r", text).as_("found"),
            exp.Literal.string(check.expected or "").as_("expected"),
        ]
        landed = exp.column("_row", "r").eq(exp.column("_row", "p"))
        query = _entries(work, columns).join(table(PEOPLE, "p"), on=landed)
        queries.append(query.where(exp.column("dropped", "r"), _of("r", check.broken)))
    return queries


def _entries(work: Work, columns: list[exp.Expr]) -> exp.Select:
    more = [
        exp.column("payload", "r"),
        exp.column("name", "f").as_("file"),
        exp.column("_line", "r").as_("line"),
        f.instant(work.now).as_("at"),
        exp.Literal.number(work.batch).as_("batch_id"),
    ]
    source = exp.Literal.string(work.source).as_("source")
    query = exp.select(columns[0], source, *columns[1:], *more).from_(table(ROWS, "r"))
    query = query.join(table(ENTRIES, "e"), on=exp.column("_row", "r").eq(exp.column("_row", "e")))
    return query.join(table(FILES, "f"), on=exp.column("_file", "r").eq(exp.column("number", "f")))


def _kind(work: Work) -> exp.Expr:
    kinds = exp.Case()
    for kind in work.reading.contract.kinds:
        kinds = kinds.when(exp.column("kind", "r").eq(kind.number), exp.Literal.string(kind.name))
    return exp.cast(kinds, "text")


def _of(alias: str, condition: exp.Expr) -> exp.Expr:
    """The condition with its columns said to be those of `alias`."""

    def name(node: exp.Expr) -> exp.Expr:
        return exp.column(node.name, alias) if isinstance(node, exp.Column) else node

    return condition.copy().transform(name)


def _listed(work: Work, refused: Sequence[Refused]) -> Listed:
    kinds = {"quarantine_id": Type.KEY, "line": Type.INTEGER, "at": Type.TIMESTAMP, "batch_id": Type.INTEGER}
    rows = [
        (
            digest60("file", work.source, one.file, one.fingerprint, one.problem.code),
            work.source, None, "file", one.problem.code,
            one.problem.alternatives[0] if one.problem.alternatives else None,
            one.problem.found, one.problem.expected, None, one.file, None, work.now, work.batch,
        )
        for one in refused
    ]  # fmt: skip
    return Listed(tuple((name, kinds.get(name, Type.TEXT)) for name in COLUMNS), rows)


def _counted(engine: Engine, every: exp.Table) -> list[Waiting]:
    names = ("level", "code", "path")
    columns = [exp.column(name, "q") for name in names]
    grouped = exp.select(*columns, exp.Count(this=exp.Star())).from_(table(every.name, "q"))
    rows = engine.rows(
        grouped.group_by(*(column.copy() for column in columns)).order_by(*(c.copy() for c in columns))
    )
    return [Waiting(*row) for row in rows]


def _first_time(work: Work, every: exp.Table) -> exp.Query:
    """One row per entry that no earlier batch has: the same content may come in two files of one batch."""
    order = exp.Order(expressions=[exp.column("file", "a"), exp.column("line", "a")])
    nth = exp.Window(this=exp.RowNumber(), partition_by=[exp.column("quarantine_id", "a")], order=order)
    ranked = exp.select(*(exp.column(name, "a") for name in COLUMNS), nth.as_("nth"))
    ranked = ranked.from_(table(every.name, "a"))
    outer = exp.select(*(exp.column(name, "q") for name in COLUMNS)).from_(ranked.subquery("q"))
    outer = outer.where(exp.column("nth", "q").eq(1))
    if work.engine.version("quarantine") < 0:
        return outer
    stored = exp.select(exp.column("quarantine_id", "s").as_("there")).from_(base(work, "quarantine", "s"))
    on = exp.column("quarantine_id", "q").eq(exp.column("there", "o"))
    joined = outer.join(stored.where(work.before("s")).subquery("o"), on=on, join_type="left")
    return joined.where(null(exp.column("there", "o")))


def list_quarantine(
    engine: Engine,
    sources: Sequence[str] | None = None,
    code: str | None = None,
    *,
    limit: int | None = None,
) -> list[Entry]:
    """The entries that wait and were not dealt with, oldest first (then by file and line); None: of all sources."""
    if sources is not None and not sources:
        return []
    query = still_waiting(engine)
    if sources is not None:
        query = query.where(exp.column("source", "q").isin(*(exp.Literal.string(one) for one in sources)))
    if code is not None:
        query = query.where(exp.column("code", "q").eq(exp.Literal.string(code)))
    query = query.order_by(*(exp.column(name, "q") for name in ("at", "file", "line", "quarantine_id")))
    rows = engine.dicts(query.limit(limit) if limit is not None else query)
    return [Entry(**{**row, "at": iso(row["at"])}) for row in rows]


@dataclass(frozen=True)
class Broken:
    """Entries of one source that wait for one reason. `level`: row, value or file."""

    source: str
    level: str
    code: str
    path: str | None
    expected: str | None
    entries: int


def count_waiting(engine: Engine) -> list[Broken]:
    """What waits, by source and reason, most first. The engine counts: there may be millions of entries."""
    columns = [exp.column(name, "w") for name in ("source", "level", "code", "path", "expected")]
    query = exp.select(*columns, exp.Count(this=exp.Star())).from_(still_waiting(engine).subquery("w"))
    found = [Broken(*row) for row in engine.rows(query.group_by(*(column.copy() for column in columns)))]
    return sorted(
        found, key=lambda one: (-one.entries, one.source, one.code, one.path or "", one.expected or "")
    )


@dataclass(frozen=True)
class Chosen:
    """An entry that waits, as far as a replay has to know it."""

    quarantine_id: int
    source: str
    level: str
    file: str


def chosen(engine: Engine, ids: Sequence[int] | None) -> list[Chosen]:
    """The entries of these ids that still wait, or all (`ids` None)."""
    names = ("quarantine_id", "source", "level", "file")
    try:
        query = still_waiting(engine) if ids is None else among(engine, ids)
        columns = [exp.column(name, "w") for name in names]
        rows = engine.rows(exp.select(*columns).from_(query.subquery("w")).order_by(columns[0].copy()))
    finally:
        engine.drop_stage(IDS)
    return [Chosen(*row) for row in rows]


def among(engine: Engine, ids: Sequence[int]) -> exp.Select:
    """`still_waiting`, but only these ids; they are staged as collect_ids, which the caller drops."""
    engine.stage_files(IDS, Listed((("id", Type.KEY),), [(one,) for one in ids]))
    on = exp.column("quarantine_id", "q").eq(exp.column("id", "i"))
    return still_waiting(engine).join(table(IDS, "i"), on=on)


def still_waiting(engine: Engine) -> exp.Select:
    """All entries without an outcome, as `q`."""
    outcome = exp.alias_(engine.ref("quarantine_outcomes"), "o", table=True)
    entries = exp.alias_(engine.ref("quarantine"), "q", table=True)
    on = exp.column("quarantine_id", "q").eq(exp.column("quarantine_id", "o"))
    columns = [exp.column(name, "q") for name in COLUMNS]
    query = exp.select(*columns).from_(entries).join(outcome, on=on, join_type="left")
    return query.where(null(exp.column("quarantine_id", "o")))
