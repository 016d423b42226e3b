"""From checked rows to the tables of the lake: what is new lands, each table in one marked commit."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlglot import exp

from tandem.charter.definitions.identity import IdentityRules
from tandem.collect.reading import Reading
from tandem.engine import Append, Engine, Mark
from tandem.engine import functions as f
from tandem.engine.files import Listed
from tandem.kernel.values import Type
from tandem.policy.erased import ErasureKey

ROWS, ENTRIES, DUPLICATES, PEOPLE = "collect_rows", "collect_entries", "collect_duplicates", "collect_people"
FILES, CHECKS = "collect_files", "collect_checks"
STAGES = (ROWS, ENTRIES, DUPLICATES, PEOPLE, FILES, CHECKS)
FILE_COLUMNS = (
    ("number", Type.INTEGER),
    ("name", Type.TEXT),
    ("fingerprint", Type.TEXT),
    ("at", Type.TIMESTAMP),
)


@dataclass(frozen=True)
class BatchFile:
    """A file of a batch by its number; `at` is the time of its records if they have none of their own."""

    number: int
    name: str
    fingerprint: str
    at: datetime


@dataclass(frozen=True)
class KeptOut:
    """By what rows of erased people are known: the key of their hashes, and how identifiers look."""

    key: ErasureKey
    rules: IdentityRules


@dataclass(frozen=True)
class Work:
    """One batch under way: where it lands, under which id, at which time (that of its planning).

    `kept_out` is there if anybody was ever erased; `erased` are the rows that were left out for it, by file number.
    """

    engine: Engine
    reading: Reading
    batch: int
    now: datetime
    files: tuple[BatchFile, ...]
    again: bool = False
    refused: list[int] = field(default_factory=list)
    kept_out: KeptOut | None = None
    erased: dict[int, int] = field(default_factory=dict)

    @property
    def source(self) -> str:
        return self.reading.contract.source.source

    @property
    def key(self) -> bool:
        """Whether rows have a key of their own."""
        return bool(self.reading.contract.source.key)

    @property
    def records(self) -> bool:
        """Whether the source is a table snapshot."""
        return self.reading.contract.source.record is not None

    def adding(self, table: str, query: exp.Query) -> Append:
        """Rows for a table, under this batch's mark."""
        return Append(table, query, Mark(f"collect:{self.source}:{table}", self.batch))

    def append(self, table: str, query: exp.Query) -> int:
        """Add rows to a table under this batch's mark."""
        added = self.adding(table, query)
        return self.engine.append(added.table, added.query, added.mark)

    def landed(self) -> list[exp.Expr]:
        """The columns that every landed row carries."""
        return [
            f.instant(self.now).as_("received_at"),
            exp.Literal.string(self.source).as_("source"),
            exp.Literal.number(self.batch).as_("batch_id"),
        ]

    def before(self, alias: str) -> exp.Expr:
        """Only rows of earlier batches: what this very batch landed before a crash is not an earlier arrival."""
        return exp.column("batch_id", alias).neq(self.batch)


def table(name: str, alias: str) -> exp.Expr:
    """A stage under an alias."""
    return exp.alias_(exp.to_table(name), alias, table=True)


def base(work: Work, name: str, alias: str) -> exp.Expr:
    """A base table under an alias."""
    return exp.alias_(work.engine.ref(name), alias, table=True)


def null(value: exp.Expr) -> exp.Expr:
    """IS NULL."""
    return exp.Is(this=value, expression=exp.null())


def known(value: exp.Expr) -> exp.Expr:
    """IS NOT NULL."""
    return exp.not_(null(value))


def good(alias: str = "r") -> exp.Expr:
    """The row keeps its contract and is of a known kind."""
    return exp.and_(null(exp.column("bad", alias)), known(exp.column("kind", alias)))


def unplanned(alias: str = "r") -> exp.Expr:
    """The row can be read and is of no kind."""
    return exp.and_(null(exp.column("bad", alias)), null(exp.column("kind", alias)))


def broken(alias: str = "r") -> exp.Expr:
    """The row breaks its contract. Line 0 stands for a whole file."""
    return exp.and_(known(exp.column("bad", alias)), exp.column("_line", alias) > 0)


def union(queries: Sequence[exp.Query]) -> exp.Query:
    """UNION ALL of one or more queries."""
    first, *rest = queries
    for query in rest:
        first = exp.union(first, query, distinct=False, copy=False)
    return first


def stage_files(work: Work) -> None:
    """The batch's files and the contract's checks as small stages."""
    rows = [(one.number, one.name, one.fingerprint, one.at) for one in work.files]
    work.engine.stage_files(FILES, Listed(FILE_COLUMNS, rows))
    columns = (("number", Type.INTEGER), ("code", Type.TEXT), ("path", Type.TEXT), ("expected", Type.TEXT))
    checks = [(n, one.code.code, one.path, one.expected) for n, one in enumerate(work.reading.checks)]
    work.engine.stage_files(CHECKS, Listed(columns, checks))


def stage_entries(work: Work) -> None:
    """Ids of rows that wait, lose a value or are unplanned: the content of the row and its occurrence in the file."""
    columns = [exp.column(name, "r") for name in ("_row", "_file", "_line", "content")]
    wanted = exp.or_(broken(), unplanned(), exp.column("dropped", "r"))
    if work.again:
        query = (
            exp.select(*columns, exp.column("_id", "r").as_("entry_id")).from_(table(ROWS, "r")).where(wanted)
        )
        work.engine.stage(ENTRIES, query)
        return
    if work.key:
        order = exp.Order(expressions=[exp.column("_line", "r")])
        parts = [exp.column("_file", "r"), exp.column("content", "r")]
        nth: exp.Expr = exp.Window(this=exp.RowNumber(), partition_by=parts, order=order)
    else:
        nth = exp.column("nth", "r")
    inner = exp.select(*columns, nth.as_("nth")).from_(table(ROWS, "r")).where(wanted)
    entry = f.digest60(exp.Literal.string(work.source), exp.column("content", "q"), exp.column("nth", "q"))
    work.engine.stage(
        ENTRIES, exp.select(exp.column("_row", "q"), entry.as_("entry_id")).from_(inner.subquery("q"))
    )


def stage_duplicates(work: Work, unplanned_too: bool) -> int:
    """`_row` of every good or unplanned row that is in the lake already, or came earlier in this batch; how many."""
    queries = _record_duplicates(work) if work.records else [_repeated(), *_known_events(work)]
    if unplanned_too:
        queries += [_known_unplanned(work), _repeated_unplanned()]
    found = work.engine.stage(DUPLICATES, exp.select("_row").distinct().from_(union(queries).subquery("d")))
    return work.engine.count(exp.select("_row").from_(found))


def _known_unplanned(work: Work) -> exp.Query:
    on = exp.column("entry_id", "e").eq(exp.column("event_id", "u"))
    row = exp.column("_row", "e")
    old = base(work, "events_unplanned", "u")
    return exp.select(row).from_(table(ENTRIES, "e")).join(old, on=on).where(work.before("u"))


def _repeated_unplanned() -> exp.Query:
    first = _firsts(ENTRIES, "entry_id", None)
    on = exp.column("entry_id", "r").eq(exp.column("id", "f"))
    later = exp.column("_row", "r") > exp.column("first", "f")
    unplanned_rows = exp.select(exp.column("_row", "r")).from_(table(ENTRIES, "r"))
    mine = exp.column("_row", "r").eq(exp.column("_row", "s"))
    return unplanned_rows.join(first, on=on).join(table(ROWS, "s"), on=mine).where(later, unplanned("s"))


def _firsts(stage: str, key: str, where: exp.Expr | None) -> exp.Subquery:
    inner = exp.select(exp.column(key, "g").as_("id"), exp.Min(this=exp.column("_row", "g")).as_("first"))
    inner = inner.from_(table(stage, "g")).group_by(exp.column(key, "g"))
    inner = inner.having(exp.Count(this=exp.Star()) > 1)
    return (inner.where(where) if where is not None else inner).subquery("f")


def _repeated() -> exp.Query:
    on = exp.column("event_id", "r").eq(exp.column("id", "f"))
    later = exp.column("_row", "r") > exp.column("first", "f")
    first = _firsts(ROWS, "event_id", good("g"))
    return exp.select(exp.column("_row", "r")).from_(table(ROWS, "r")).join(first, on=on).where(later, good())


def _known_events(work: Work) -> list[exp.Query]:
    found: list[exp.Query] = []
    for kind in work.reading.contract.kinds:
        if work.engine.version(kind.table) < 0:
            continue
        on = exp.column("event_id", "r").eq(exp.column("event_id", "e"))
        mine = exp.and_(good(), exp.column("kind", "r").eq(kind.number))
        query = exp.select(exp.column("_row", "r")).from_(table(ROWS, "r"))
        found.append(query.join(base(work, kind.table, "e"), on=on).where(mine, work.before("e")))
    return found


def _record_duplicates(work: Work) -> list[exp.Query]:
    """Rows that say of a record what is known: with a time, any version of the same; without, the latest."""
    if work.reading.contract.source.time is not None:
        return [_same_version(work), _repeated_version()]
    return [_same_as_before(work)]


def _same_version(work: Work) -> exp.Query:
    (kind,) = work.reading.contract.kinds
    on = exp.and_(
        exp.column("event_id", "r").eq(exp.column("record_id", "e")),
        exp.column("version", "r").eq(exp.column("content", "e")),
    )
    query = exp.select(exp.column("_row", "r")).from_(table(ROWS, "r"))
    return query.join(base(work, kind.table, "e"), on=on).where(good(), work.before("e"))


def _repeated_version() -> exp.Query:
    order = exp.Order(expressions=[exp.column("_row", "r")])
    parts = [exp.column("event_id", "r"), exp.column("version", "r")]
    nth = exp.Window(this=exp.RowNumber(), partition_by=parts, order=order)
    inner = exp.select(exp.column("_row", "r"), nth.as_("nth")).from_(table(ROWS, "r")).where(good())
    return exp.select(exp.column("_row", "q")).from_(inner.subquery("q")).where(exp.column("nth", "q") > 1)


def _same_as_before(work: Work) -> exp.Query:
    (kind,) = work.reading.contract.kinds
    order = exp.Order(expressions=[exp.column("_row", "r")])
    lag = exp.Lag(this=exp.column("version", "r"))
    before = exp.Window(this=lag, partition_by=[exp.column("event_id", "r")], order=order)
    columns = [exp.column(name, "r") for name in ("_row", "event_id", "version")]
    inner = exp.select(*columns, before.as_("previous")).from_(table(ROWS, "r")).where(good())
    on = exp.column("event_id", "q").eq(exp.column("record_id", "l"))
    last = exp.Coalesce(this=exp.column("previous", "q"), expressions=[exp.column("content", "l")])
    query = exp.select(exp.column("_row", "q")).from_(inner.subquery("q"))
    query = query.join(_latest(work, kind.table), on=on, join_type="left")
    return query.where(exp.column("version", "q").eq(last))


def _latest(work: Work, name: str) -> exp.Subquery:
    """Per record the content of its latest version from earlier batches."""
    parts = [exp.Ordered(this=exp.column(n, "e"), desc=True) for n in ("event_at", "received_at", "batch_id")]
    order = exp.Order(expressions=parts)
    nth = exp.Window(this=exp.RowNumber(), partition_by=[exp.column("record_id", "e")], order=order)
    columns = [exp.column("record_id", "e"), exp.column("content", "e"), nth.as_("nth")]
    inner = exp.select(*columns).from_(base(work, name, "e")).where(work.before("e"))
    outer = exp.select(exp.column("record_id", "v"), exp.column("content", "v")).from_(inner.subquery("v"))
    return outer.where(exp.column("nth", "v").eq(1)).subquery("l")


def new_rows(work: Work, unplanned_too: bool) -> list[Append]:
    """New rows for their typed tables, and those of no kind for events_unplanned."""
    added: list[Append] = []
    for kind in work.reading.contract.kinds:
        fields = [exp.column(one.column, "r").as_(one.spec.name) for one in kind.fields]
        extras = [exp.column(f"e{n}", "r").as_(x.column) for n, x in enumerate(work.reading.contract.extras)]
        record = [exp.column("version", "r").as_("content")] if work.records else []
        rows = _arrived(work, "record_id" if work.records else "event_id")
        own = rows.select(*fields, *extras, *record).where(exp.column("kind", "p").eq(kind.number))
        added.append(work.adding(kind.table, own))
    if unplanned_too:
        columns = [exp.column("called", "r").as_("kind"), exp.column("payload", "r")]
        rows = _arrived(work, "event_id").select(*columns).where(null(exp.column("kind", "p")))
        added.append(work.adding("events_unplanned", rows))
    return added


def _arrived(work: Work, key: str) -> exp.Select:
    columns = [
        exp.column("event_id", "p").as_(key),
        exp.column("at", "p").as_("event_at"),
        exp.column("subject_key", "p"),
        *work.landed(),
    ]
    on = exp.column("_row", "r").eq(exp.column("_row", "p"))
    return exp.select(*columns).from_(table(ROWS, "r")).join(table(PEOPLE, "p"), on=on)
