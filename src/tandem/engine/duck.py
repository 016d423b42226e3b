"""DuckDB in process, spilling to disk: the engine of one machine."""

from collections.abc import Iterator, Sequence
from typing import Any

import duckdb
import pyarrow as pa
from sqlglot import exp

from tandem.engine.base import Engine
from tandem.engine.catalogue.model import Catalogue, Table
from tandem.engine.files import FileRead
from tandem.engine.lake import Lake, Mark, arrow_schema, translate
from tandem.engine.spill import Spill
from tandem.kernel.problems import Problems

FAILURES = (duckdb.Error, OSError)


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

    def _write(self, table: Table, query: exp.Query, *, overwrite: bool, mark: Mark | None) -> int:
        cursor = self._db.cursor()
        counted = _Counted()
        try:
            reader = cursor.sql(self.prepare(query)).to_arrow_reader(100_000)
            first = counted.next_full(reader)
            if first is None and not overwrite:
                return 0
            stream = counted.stream(first, reader)
            self.lake.commit(
                table,
                pa.RecordBatchReader.from_batches(arrow_schema(table), stream),
                overwrite=overwrite,
                mark=mark,
            )
            return counted.rows
        except Problems:
            raise
        except Exception as error:
            raise translate(error) from error
        finally:
            cursor.close()


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
