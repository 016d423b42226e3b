"""What an engine promises, whichever it is: the same expressions, the same rows, one commit per write."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sqlglot import exp

from tandem.engine import functions as f
from tandem.engine import problems
from tandem.engine.catalogue.model import Catalogue, Table
from tandem.engine.files import FileRead
from tandem.engine.forgetting import blank, blank_older, forget_history, remove_by, remove_older
from tandem.engine.lake import Lake, Mark, arrow_rows
from tandem.engine.meaning import readable, resolve, stamp
from tandem.kernel.problems import Problems
from tandem.kernel.values import Type

INTERNAL = "internal"


@dataclass(frozen=True)
class Change:
    """How many rows a write brought in and how many it changed."""

    inserted: int = 0
    updated: int = 0

    def __bool__(self) -> bool:
        return bool(self.inserted or self.updated)


@dataclass(frozen=True)
class Append:
    """Rows for a table, in one commit under a mark."""

    table: str
    query: exp.Query
    mark: Mark


class Engine(ABC):
    """Runs sqlglot expressions over the lake. DuckDB and Spark give the same rows.

    Stages are temporary results of this engine, seen by no other; base tables are read at their newest version.
    """

    name: str
    dialect: str

    def __init__(self, lake: Lake, catalogue: Catalogue) -> None:
        self.lake = lake
        self.catalogue = catalogue
        self._stages: dict[str, tuple[str, ...]] = {}
        self._seen: dict[str, tuple[int, tuple[str, ...]]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- naming -------------------------------------------------------------------------------------------

    def ref(self, table: str, by: str = INTERNAL) -> exp.Table:
        """A base table, for the rooms that keep it (collect, identity, policy). Everybody else asks the guard."""
        self.catalogue[table]
        return stamp(table, by)

    def ensure(self, tables: Iterable[Table]) -> None:
        """Know these tables too. Refuses a column that changed its type; stored rows are never rewritten."""
        for table in tables:
            self._check_types(table)
            self.catalogue = self.catalogue.with_tables([table])
            self._seen.pop(table.name, None)

    # -- reading ------------------------------------------------------------------------------------------

    def sql(self, query: exp.Query) -> str:
        """The query in this engine's SQL, for a reader. Same text as is executed, but for line breaks and secrets."""
        resolved, _ = resolve(query, self.catalogue, self._stages, self.dialect)
        return readable(resolved).sql(self.dialect, pretty=True)

    def rows(self, query: exp.Query) -> list[tuple[Any, ...]]:
        """All rows. For results that fit a screen or a report."""
        return self._rows(self.prepare(query))

    def one(self, query: exp.Query) -> tuple[Any, ...]:
        """The only row of a query that has exactly one."""
        found = self.rows(query)
        if len(found) != 1:
            raise ValueError(f"expected one row, got {len(found)}")
        return found[0]

    def dicts(self, query: exp.Query) -> list[dict[str, Any]]:
        """All rows as mappings, in the query's column order."""
        return list(self.arrow(query).to_pylist())

    @abstractmethod
    def arrow(self, query: exp.Query) -> Any:
        """All rows as a pyarrow Table."""

    @abstractmethod
    def batches(self, query: exp.Query, size: int = 10_000) -> Iterator[list[dict[str, Any]]]:
        """Rows in lists of at most `size` mappings. For adapters that talk to the world row by row."""

    def columns(self, query: exp.Query) -> list[str]:
        """Names of the columns that a query yields, stars expanded."""
        if not any(name == "*" for name in query.named_selects):
            return query.named_selects
        return resolve(query, self.catalogue, self._stages, self.dialect)[0].named_selects

    def count(self, query: exp.Query) -> int:
        """How many rows a query has."""
        return int(self.one(exp.select(exp.Count(this=exp.Star())).from_(query.subquery("q")))[0])

    # -- stages -------------------------------------------------------------------------------------------

    def stage(self, name: str, query: exp.Query) -> exp.Table:
        """Compute a query now and keep the result under a name for later queries of this engine."""
        self._check_stage(name)
        sql = self.prepare(query)
        self.drop_stage(name)
        self._stages[name] = self._stage(name, sql)
        return exp.to_table(name)

    def stage_files(self, name: str, read: FileRead) -> exp.Table:
        """Read source files into a stage of text columns, one row per row of the files."""
        self._check_stage(name)
        self.drop_stage(name)
        self._stages[name] = self._stage_files(name, read)
        return exp.to_table(name)

    def stage_arrow(self, name: str, table: Any) -> exp.Table:
        """Keep an Arrow table as a stage. For small lists that come from outside the lake."""
        self._check_stage(name)
        self.drop_stage(name)
        self._stages[name] = self._stage_arrow(name, table)
        return exp.to_table(name)

    def stage_rows(
        self, name: str, columns: Sequence[tuple[str, Type]], rows: Iterable[Mapping[str, object]]
    ) -> exp.Table:
        """Keep rows that come from outside the lake (the ledger, a channel) as a stage of these columns."""
        return self.stage_arrow(name, arrow_rows(columns, rows))

    def drop_stage(self, name: str) -> None:
        """Forget a stage; nothing happens if there is none."""
        if self._stages.pop(name, None) is not None:
            self._drop(name)

    def drop_stages(self) -> None:
        """Forget all stages."""
        for name in list(self._stages):
            self.drop_stage(name)

    # -- writing ------------------------------------------------------------------------------------------

    def append(self, table: str, query: exp.Query, mark: Mark | None = None) -> int:
        """Add rows in one commit; how many. Nothing happens if the mark was committed before, or without rows."""
        if mark is not None and self._committed(table, mark):
            return 0
        return self._write(self.catalogue[table], self.conform(table, query), overwrite=False, mark=mark)

    def append_all(self, appends: Sequence[Append]) -> dict[str, int]:
        """Add rows to several tables, one commit each, in no order that is promised; how many, by table.

        If one fails others may have been committed: the marks let the same call again complete it.
        """
        return {one.table: self.append(one.table, one.query, one.mark) for one in appends}

    def replace(self, table: str, query: exp.Query) -> int:
        """Make the table these rows, in one commit; how many. No commit if it has just these rows already."""
        new = self.stage("replace_new", self.conform(table, query))
        try:
            size = self.count(exp.select("*").from_(new))
            if size == self.count(self._all(table)) and not self._any_new(new, table):
                return size
            return self._write(self.catalogue[table], exp.select("*").from_(new), overwrite=True, mark=None)
        finally:
            self.drop_stage("replace_new")

    def upsert(self, table: str, query: exp.Query, mark: Mark | None = None) -> Change:
        """Insert rows, or change those of the same key that differ; equal rows are left, nothing new is no commit."""
        described = self.catalogue[table]
        changed = self.stage("upsert_changed", self._changed(described, self.conform(table, query)))
        try:
            total, updated = self.one(
                exp.select(exp.Count(this=exp.Star()), f.count_if(exp.column("known"))).from_(changed)
            )
            rows = exp.select(*(exp.column(name) for name in described.names)).from_(changed)
            if not total:
                return Change()
            if not updated:
                self._write(described, rows, overwrite=False, mark=mark)
            else:
                self.lake.merge(described, self.arrow(rows), mark)
            return Change(inserted=total - updated, updated=updated)
        finally:
            self.drop_stage("upsert_changed")

    def delete(self, table: str, keys: exp.Query) -> int:
        """Remove the rows whose key the query yields; how many."""
        described = self.catalogue[table]
        if self.lake.table(table) is None or not self.count(keys):
            return 0
        return self.lake.remove(described, self.arrow(keys))

    def remove_by(self, table: str, columns: Sequence[str], keys: exp.Query) -> int:
        """Remove the rows whose columns are among the keys (a query of as many); how many. Nothing is no commit."""
        return self._forgetting(table, keys, lambda found: remove_by(self.lake, table, columns, found))

    def remove_older(self, table: str, source: str, column: str, before: datetime) -> int:
        """Remove the rows of a source of before a time; how many. Nothing is no commit."""
        return remove_older(self.lake, table, source, column, before)

    def blank_older(self, table: str, source: str, column: str, before: datetime, blanked: str) -> int:
        """Put NULL into a column of the rows of a source of before a time; how many had a value."""
        return blank_older(self.lake, table, source, column, before, blanked)

    def blank(self, table: str, column: str, values: exp.Query) -> int:
        """Put NULL where the column has one of the values (a query of one column); how many rows changed."""
        return self._forgetting(table, values, lambda found: blank(self.lake, table, column, found))

    def forget_history(self, table: str) -> int:
        """Keep of a table its newest version and nothing else; how many files went. Nobody may write meanwhile."""
        self._seen.pop(table, None)
        return forget_history(self.lake, table)

    def _committed(self, table: str, mark: Mark) -> bool:
        return (self.lake.mark(table, mark.app) or -1) >= mark.version

    def _forgetting(self, table: str, query: exp.Query, act: Callable[[Any], int]) -> int:
        if self.lake.table(table) is None:
            return 0
        found = self.arrow(query)
        return act(found) if found.num_rows else 0

    def mark(self, table: str, app: str) -> int | None:
        """The last version of the app that was committed to the table."""
        return self.lake.mark(table, app)

    def version(self, table: str) -> int:
        """The table's newest version; -1 if nothing was ever committed to it."""
        return self.lake.version(table)

    def conform(self, table: str, query: exp.Query) -> exp.Query:
        """The query's columns as the table's: by name, in its order and types; NULL where the query has none."""
        given = set(self.columns(query))
        columns = [
            (f.cast(exp.column(c.name, "q"), c.type) if c.name in given else f.null_of(c.type)).as_(c.name)
            for c in self.catalogue[table].columns
        ]
        unknown = sorted(given - set(self.catalogue[table].names))
        if unknown:
            raise Problems(
                problems.UNKNOWN_COLUMN(
                    f"the table `{table}` has no column `{unknown[0]}`",
                    found=unknown[0],
                    alternatives=self.catalogue[table].names,
                )
            )
        return exp.select(*columns).from_(query.subquery("q"))

    @abstractmethod
    def close(self) -> None:
        """Let go of memory and temporary files."""

    # -- what each engine does its own way ---------------------------------------------------------------------

    def prepare(self, query: exp.Query) -> str:
        """Check and print a query, and bring the tables it reads up to their newest version."""
        resolved, read = resolve(query, self.catalogue, self._stages, self.dialect)
        for name in sorted(read):
            self._refresh(name)
        return resolved.sql(self.dialect, copy=False)

    def _refresh(self, name: str) -> None:
        table = self.catalogue[name]
        state = (self.lake.version(name), table.names)
        if self._seen.get(name) != state:
            self._view(table, self.lake.files(name), self.lake.columns(name))
            self._seen[name] = state

    def _check_types(self, table: Table) -> None:
        if table.name not in self.catalogue:
            return
        old = {column.name: column for column in self.catalogue[table.name].columns}
        for column in table.columns:
            if column.name in old and old[column.name].type != column.type:
                raise Problems(
                    problems.TYPE_CHANGED(
                        f"the column `{table.name}.{column.name}` would change its type",
                        found=str(column.type),
                        expected=str(old[column.name].type),
                    )
                )

    def _check_stage(self, name: str) -> None:
        if name in self.catalogue:
            raise Problems(problems.SHADOWED(f"a stage has the name of the base table `{name}`", found=name))

    def _all(self, table: str) -> exp.Select:
        columns = [exp.column(name) for name in self.catalogue[table].names]
        return exp.select(*columns).from_(self.ref(table))

    def _any_new(self, new: exp.Table, table: str) -> bool:
        names = self.catalogue[table].names
        ours = exp.select(*(exp.column(name) for name in names)).from_(new.copy())
        return self.count(exp.except_(ours, self._all(table), distinct=False)) > 0

    def _changed(self, table: Table, query: exp.Query) -> exp.Query:
        old = exp.alias_(self.ref(table.name), "old", table=True)
        on = exp.and_(*(exp.column(k, "new").eq(exp.column(k, "old")) for k in table.key))
        known = exp.column(table.key[0], "old").is_(exp.null()).not_()
        rest = [n for n in table.names if n not in table.key]
        moved = [f.differs(exp.column(n, "new"), exp.column(n, "old")) for n in rest]
        keep = exp.or_(known.copy().not_(), *moved)
        columns = [exp.column(name, "new").as_(name) for name in table.names]
        return (
            exp.select(*columns, known.as_("known"))
            .from_(query.subquery("new"))
            .join(old, on=on, join_type="left")
            .where(keep)
        )

    @abstractmethod
    def _rows(self, sql: str) -> list[tuple[Any, ...]]: ...

    @abstractmethod
    def _stage(self, name: str, sql: str) -> tuple[str, ...]: ...

    @abstractmethod
    def _stage_files(self, name: str, read: FileRead) -> tuple[str, ...]: ...

    @abstractmethod
    def _stage_arrow(self, name: str, table: Any) -> tuple[str, ...]: ...

    @abstractmethod
    def _drop(self, name: str) -> None: ...

    @abstractmethod
    def _view(self, table: Table, files: Sequence[str], columns: Sequence[str]) -> None: ...

    @abstractmethod
    def _write(self, table: Table, query: exp.Query, *, overwrite: bool, mark: Mark | None) -> int: ...
