"""DuckDB in process, spilling to disk: the engine of one machine."""

import json
import shutil
import uuid
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from deltalake.transaction import AddAction
from sqlglot import exp

from tandem.engine.base import Append, Engine
from tandem.engine.catalogue.model import Catalogue, Table
from tandem.engine.files import FileRead
from tandem.engine.lake import ROW_GROUP, Lake, Mark, arrow_schema, translate
from tandem.engine.spill import Spill
from tandem.kernel.problems import Problems
from tandem.kernel.values import Type

FAILURES = (duckdb.Error, OSError)
WRITERS = 2
PARQUET = (
    f"FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE {ROW_GROUP}, FILE_SIZE_BYTES '256MB', RETURN_STATS"
)


class DuckEngine(Engine):
    """One in-memory DuckDB; stages are its tables, base tables are views over the lake's current files."""

    name = "duckdb"
    dialect = "duckdb"

    def __init__(
        self, lake: Lake, catalogue: Catalogue, *, memory: str | None = None, threads: int | None = None
    ) -> None:
        super().__init__(lake, catalogue)
        self._spill = Spill()
        config: dict[str, Any] = {"temp_directory": str(self._spill.folder)}
        if memory:
            config["memory_limit"] = memory
        if threads:
            config["threads"] = threads
        self._db = duckdb.connect(":memory:", config=config)
        self._db.execute("SET TimeZone = 'UTC'")
        # Under `python -m` DuckDB thinks that somebody looks on, and draws on the output, into the JSON.
        self._db.execute("SET enable_progress_bar = false")

    def arrow(self, query: exp.Query) -> Any:
        sql = self.prepare(query)
        try:
            return self._db.sql(sql).to_arrow_table()
        except FAILURES as error:
            raise translate(error) from error

    def batches(self, query: exp.Query, size: int = 10_000) -> Iterator[list[dict[str, Any]]]:
        cursor = self._db.cursor()
        try:
            for batch in cursor.sql(self.prepare(query)).to_arrow_reader(size):
                yield batch.to_pylist()
        except FAILURES as error:
            raise translate(error) from error
        finally:
            cursor.close()

    def close(self) -> None:
        self._db.close()
        self._spill.close()

    def _run(self, sql: str) -> Any:
        try:
            return self._db.execute(sql)
        except FAILURES as error:
            raise translate(error) from error

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        return list(self._run(sql).fetchall())

    def _stage(self, name: str, sql: str) -> tuple[str, ...]:
        self._run(f"CREATE OR REPLACE TABLE {_quoted(name)} AS {sql}")
        return self._columns(name)

    def _stage_files(self, name: str, read: FileRead) -> tuple[str, ...]:
        try:
            read.into(self._db, name)
        except FAILURES as error:
            raise translate(error) from error
        return self._columns(name)

    def _stage_arrow(self, name: str, table: Any) -> tuple[str, ...]:
        self._db.register("incoming_arrow", table)
        try:
            return self._stage(name, "SELECT * FROM incoming_arrow")
        finally:
            self._db.unregister("incoming_arrow")

    def _columns(self, name: str) -> tuple[str, ...]:
        return tuple(str(row[0]) for row in self._run(f"DESCRIBE {_quoted(name)}").fetchall())

    def _drop(self, name: str) -> None:
        self._run(f"DROP TABLE IF EXISTS {_quoted(name)}")

    def _view(self, table: Table, files: Sequence[str], columns: Sequence[str]) -> None:
        picked = [
            (
                _quoted(c.name)
                if c.name in columns and files
                else f"CAST(NULL AS {c.sql_type.sql(self.dialect)})"
            )
            + f" AS {_quoted(c.name)}"
            for c in table.columns
        ]
        listed = ", ".join(exp.Literal.string(file).sql(self.dialect) for file in files)
        source = f"FROM read_parquet([{listed}], union_by_name = true)" if files else "WHERE FALSE"
        self._run(f"CREATE OR REPLACE VIEW {_quoted(table.name)} AS SELECT {', '.join(picked)} {source}")

    def append_all(self, appends: Sequence[Append]) -> dict[str, int]:
        """As `Engine.append_all`; two at a time, for the end of a small write leaves a core idle."""
        # All is prepared here and in order: views are brought up to date, which no two threads may do at once.
        ready = [
            (one, self.prepare(self.conform(one.table, one.query)))
            for one in appends
            if not self._committed(one.table, one.mark)
        ]
        with ThreadPoolExecutor(WRITERS) as pool:
            writing = [
                pool.submit(self._write_sql, self.catalogue[one.table], sql, overwrite=False, mark=one.mark)
                for one, sql in ready
            ]
        written = {one.table: done.result() for (one, _), done in zip(ready, writing, strict=True)}
        return {one.table: written.get(one.table, 0) for one in appends}

    def _write(self, table: Table, query: exp.Query, *, overwrite: bool, mark: Mark | None) -> int:
        return self._write_sql(table, self.prepare(query), overwrite=overwrite, mark=mark)

    def _write_sql(self, table: Table, sql: str, *, overwrite: bool, mark: Mark | None) -> int:
        write = self._write_files if self.lake.is_local else self._write_stream
        cursor = self._db.cursor()
        try:
            return write(cursor, table, sql, overwrite, mark)
        except Problems:
            raise
        except duckdb.IOException as error:
            raise translate(OSError(str(error))) from error
        except Exception as error:
            raise translate(error) from error
        finally:
            cursor.close()

    def _write_files(self, cursor: Any, table: Table, sql: str, overwrite: bool, mark: Mark | None) -> int:
        """DuckDB writes the files with all its threads, where a stream of Arrow batches is written by one."""
        folder = f"part-{uuid.uuid4().hex}"
        target = Path(self.lake.path(table.name)) / folder
        written = _copied(cursor, sql, target)
        rows = sum(one.rows for one in written)
        if rows or overwrite:
            # Whatever this raises, the files stay: it may come after the commit that names them.
            actions = [one.action(folder, table) for one in written if one.rows]
            self.lake.add_files(table, actions, overwrite=overwrite, mark=mark)
        if not rows:
            shutil.rmtree(target, ignore_errors=True)
        return rows

    def _write_stream(self, cursor: Any, table: Table, sql: str, overwrite: bool, mark: Mark | None) -> int:
        counted = _Counted()
        reader = cursor.sql(sql).to_arrow_reader(100_000)
        first = counted.next_full(reader)
        if first is None and not overwrite:
            return 0
        stream = counted.stream(first, reader)
        batches = pa.RecordBatchReader.from_batches(arrow_schema(table), stream)
        self.lake.commit(table, batches, overwrite=overwrite, mark=mark)
        return counted.rows


@dataclass(frozen=True)
class Written:
    """A Parquet file as DuckDB tells of it. `facts`: by quoted column, least and largest value as text, and NULLs."""

    file: str
    rows: int
    size: int
    facts: Mapping[str, Mapping[str, str]]

    def action(self, folder: str, table: Table) -> AddAction:
        """The file as an entry of the table's log, with the ranges of the columns that other readers skip by."""
        told = {name: self.facts.get(_quoted(name), {}) for name in table.stats}
        types = {column.name: column.type for column in table.columns}
        stats = {
            "numRecords": self.rows,
            **{
                word: {name: _logged(fact[key], types[name]) for name, fact in told.items() if key in fact}
                for word, key in (("minValues", "min"), ("maxValues", "max"))
            },
            "nullCount": {
                name: int(fact["null_count"]) for name, fact in told.items() if "null_count" in fact
            },
        }
        file = Path(self.file)
        at = int(file.stat().st_mtime * 1000)
        return AddAction(f"{folder}/{file.name}", self.size, {}, at, True, json.dumps(stats))


def _copied(cursor: Any, sql: str, target: Path) -> list[Written]:
    """The files below `target` that the rows were written to; none are left if it fails."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        cursor.execute(f"COPY ({sql}) TO {exp.Literal.string(str(target)).sql('duckdb')} ({PARQUET})")
        return [Written(row[0], row[1], row[2], row[4]) for row in cursor.fetchall()]
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise


def _logged(text: str, type_: Type) -> object:
    """A value of DuckDB's statistics as a Delta log has it."""
    match type_:
        case Type.KEY | Type.INTEGER:
            return int(text)
        case Type.TIMESTAMP:
            return text.replace(" ", "T")
        case _:
            return text


class _Counted:
    """Counts the rows that pass by, and tells an empty stream before a commit is begun."""

    def __init__(self) -> None:
        self.rows = 0

    def next_full(self, reader: Any) -> Any:
        return next((batch for batch in reader if batch.num_rows), None)

    def stream(self, first: Any, rest: Any) -> Iterator[Any]:
        if first is not None:
            self.rows += first.num_rows
            yield first
        for batch in rest:
            self.rows += batch.num_rows
            yield batch


def _quoted(name: str) -> str:
    return exp.to_identifier(name, quoted=True).sql("duckdb")
