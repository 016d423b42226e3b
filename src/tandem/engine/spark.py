"""Spark, for what outgrew one machine. Same expressions, same rows; Parquet files are committed to Delta by us.

Spark's own Delta reader needs jars that do not come with pyspark, so tables are read as the file lists of their
current snapshot, and written as Parquet files below the table's folder that one Delta commit then adds.
"""

import json
import os
import shutil
import sys
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
from deltalake.transaction import AddAction
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import Column, DataFrame, SparkSession, functions
from pyspark.sql import types as t
from sqlglot import exp

from tandem.engine import problems
from tandem.engine.base import Engine
from tandem.engine.catalogue.model import Catalogue, Table
from tandem.engine.files import FileRead
from tandem.engine.lake import Lake, Mark, translate
from tandem.engine.spill import Spill
from tandem.kernel.problems import Problems
from tandem.kernel.values import Type

SPARK: dict[Type, Any] = {
    Type.KEY: t.LongType(),
    Type.INTEGER: t.LongType(),
    Type.NUMBER: t.DoubleType(),
    Type.MONEY: t.DecimalType(18, 4),
    Type.TEXT: t.StringType(),
    Type.BOOLEAN: t.BooleanType(),
    Type.TIMESTAMP: t.TimestampNTZType(),
    Type.DATE: t.DateType(),
}
FAILURES = (PySparkException, Py4JError)
SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.caseSensitive": "true",
    "spark.log.level": "ERROR",
    # With it, checkpointing a union of stages can fail (Spark 4.3: "key not found" in UnionBase.rewriteConstraints).
    "spark.sql.constraintPropagation.enabled": "false",
}


def session(threads: int | None = None, memory: str | None = None) -> SparkSession:
    """The Spark session of this process: the running one, a cluster's by SPARK_MASTER, or a local one."""
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    cores = threads or os.cpu_count() or 1
    builder = SparkSession.builder.master(os.environ.get("SPARK_MASTER", f"local[{cores}]")).appName("tandem")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    builder = builder.config("spark.sql.shuffle.partitions", str(cores))
    if memory:
        builder = builder.config("spark.driver.memory", memory.lower().removesuffix("b"))
    try:
        return builder.getOrCreate()
    except Exception as error:
        raise Problems(problems.NO_SPARK("Spark does not start", found=str(error).splitlines()[0])) from error


class SparkEngine(Engine):
    """One Spark session of its own within the process's Spark; stages are checkpointed temporary views."""

    name = "spark"
    dialect = "spark"

    def __init__(
        self, lake: Lake, catalogue: Catalogue, *, memory: str | None = None, threads: int | None = None
    ) -> None:
        super().__init__(lake, catalogue)
        if not lake.is_local:
            raise Problems(
                problems.NO_SPARK(
                    "Spark over an object store is not supported yet",
                    found=lake.root,
                    expected="a lake in a folder that every worker sees",
                    fix='Put the lake in a shared folder, or set engine = "duckdb".',
                )
            )
        self._spill = Spill()
        self._temp = self._spill.folder
        self._spark = session(threads, memory).newSession()
        for name in (
            "spark.sql.session.timeZone",
            "spark.sql.ansi.enabled",
            "spark.sql.timestampType",
            "spark.sql.caseSensitive",
            "spark.sql.constraintPropagation.enabled",
        ):
            self._spark.conf.set(name, SETTINGS[name])

    def arrow(self, query: exp.Query) -> Any:
        return self._frame(self.prepare(query)).toArrow()

    def batches(self, query: exp.Query, size: int = 10_000) -> Iterator[list[dict[str, Any]]]:
        held: list[dict[str, Any]] = []
        try:
            for row in self._frame(self.prepare(query)).toLocalIterator():
                held.append(row.asDict())
                if len(held) == size:
                    yield held
                    held = []
        except FAILURES as error:
            raise translate(error) from error
        if held:
            yield held

    def close(self) -> None:
        self.drop_stages()
        self._spill.close()

    def _frame(self, sql: str) -> DataFrame:
        try:
            return self._spark.sql(sql)
        except FAILURES as error:
            raise translate(error) from error

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        try:
            return [tuple(row) for row in self._frame(sql).collect()]
        except FAILURES as error:
            raise translate(error) from error

    def _stage(self, name: str, sql: str) -> tuple[str, ...]:
        try:
            frame = self._frame(sql).localCheckpoint(eager=True)
        except FAILURES as error:
            raise translate(error) from error
        frame.createOrReplaceTempView(name)
        return tuple(frame.columns)

    def _stage_files(self, name: str, read: FileRead) -> tuple[str, ...]:
        target = self._temp / f"{name}-{uuid.uuid4().hex}.parquet"
        scratch = duckdb.connect(":memory:")
        try:
            read.into(scratch, "landing")
            scratch.execute(
                f"COPY landing TO {exp.Literal.string(str(target)).sql('duckdb')} (FORMAT parquet)"
            )
        except (duckdb.Error, OSError) as error:
            raise translate(error) from error
        finally:
            scratch.close()
        return self._view_of(name, str(target))

    def _stage_arrow(self, name: str, table: Any) -> tuple[str, ...]:
        target = self._temp / f"{name}-{uuid.uuid4().hex}.parquet"
        pq.write_table(table, target)
        return self._view_of(name, str(target))

    def _view_of(self, name: str, path: str) -> tuple[str, ...]:
        frame = self._spark.read.parquet(path)
        frame.createOrReplaceTempView(name)
        return tuple(frame.columns)

    def _drop(self, name: str) -> None:
        self._spark.catalog.dropTempView(name)

    def _view(self, table: Table, files: Sequence[str], columns: Sequence[str]) -> None:
        schema = t.StructType([t.StructField(c.name, SPARK[c.type]) for c in table.columns])
        # An empty createDataFrame starts Python workers and is joined like a full one; this the optimiser removes.
        frame = (
            self._spark.read.schema(schema).parquet(*files)
            if files
            else self._spark.sql("SELECT 1").where("false").select(*(_nothing(field) for field in schema))
        )
        frame.select(*table.names).createOrReplaceTempView(table.name)

    def _write(self, table: Table, query: exp.Query, *, overwrite: bool, mark: Mark | None) -> int:
        folder = f"part-{uuid.uuid4().hex}"
        target = Path(self.lake.path(table.name)) / folder
        try:
            written = self._written(query, target)
            rows = int(sum(count for _, count in written))
            if rows or overwrite:
                # Whatever this raises, the files stay: it may come after the commit that names them.
                actions = [_added(folder, file, count) for file, count in written if count]
                self.lake.add_files(table, actions, overwrite=overwrite, mark=mark)
        except Problems:
            raise
        except Exception as error:
            raise translate(error) from error
        if not rows:
            shutil.rmtree(target, ignore_errors=True)
        return rows

    def _written(self, query: exp.Query, target: Path) -> list[tuple[Path, int]]:
        """The files below `target` that the rows were written to, with their rows; none are left if it fails."""
        try:
            self._frame(self.prepare(query)).write.option("compression", "zstd").parquet(str(target))
            return [(file, pq.read_metadata(file).num_rows) for file in sorted(target.glob("*.parquet"))]
        except BaseException:
            shutil.rmtree(target, ignore_errors=True)
            raise


def _nothing(field: t.StructField) -> Column:
    return functions.lit(None).cast(field.dataType).alias(field.name)


def _added(folder: str, file: Path, rows: int) -> AddAction:
    facts = file.stat()
    stats = json.dumps({"numRecords": rows})
    return AddAction(f"{folder}/{file.name}", facts.st_size, {}, int(facts.st_mtime * 1000), True, stats)
