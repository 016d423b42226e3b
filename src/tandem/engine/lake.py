"""The lake: Delta tables under one folder or URL. Atomic commits, time travel, readable by any other tool.

Each write is one commit. A `Mark` makes a load idempotent: a commit carries (app, version), and a second
attempt with the same or a smaller version is left out, whatever crashed in between.
"""

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
from deltalake import (
    CommitProperties,
    DeltaTable,
    Schema,
    Transaction,
    WriterProperties,
    write_deltalake,
)
from deltalake.exceptions import CommitFailedError, DeltaError

from tandem.engine import problems
from tandem.engine.catalogue.model import Table
from tandem.engine.lists import arrow_list
from tandem.kernel.problems import Problems
from tandem.kernel.values import Type

FORMAT = 1
FORMAT_FILE = "tandem-lake.json"
FEATURES = {"timestampNtz"}
ATTEMPTS = 8
ROW_GROUP = 122_880
"""Rows that a reader takes or leaves as a whole by their least and largest values: as many as DuckDB writes."""

ARROW: dict[Type, Any] = {
    Type.KEY: pa.int64(),
    Type.INTEGER: pa.int64(),
    Type.NUMBER: pa.float64(),
    Type.MONEY: pa.decimal128(18, 4),
    Type.TEXT: pa.string(),
    Type.BOOLEAN: pa.bool_(),
    Type.TIMESTAMP: pa.timestamp("us"),
    Type.DATE: pa.date32(),
}

T = TypeVar("T")


@dataclass(frozen=True)
class Mark:
    """What a commit is the result of: an application's name and its own rising version number."""

    app: str
    version: int


def arrow_schema(table: Table) -> Any:
    """The Arrow schema of a catalogue table, in catalogue order, every column nullable."""
    return pa.schema([pa.field(column.name, ARROW[column.type]) for column in table.columns])


def arrow_rows(columns: Sequence[tuple[str, Type]], rows: Iterable[Mapping[str, object]]) -> Any:
    """Rows as an Arrow table of these columns; a key that a row has not is NULL."""
    return arrow_list(columns, [[row.get(name) for name, _ in columns] for row in rows])


class Lake:
    """Delta tables under one root. Creates a table at its first commit, adds columns as contracts grow."""

    def __init__(self, root: str) -> None:
        self.root = root.rstrip("/")
        self._open: dict[str, DeltaTable] = {}
        if self.is_local:
            self._check_format()

    @property
    def is_local(self) -> bool:
        return "://" not in self.root

    def path(self, name: str) -> str:
        """Where a table lies."""
        return f"{self.root}/{name}"

    def table(self, name: str) -> DeltaTable | None:
        """The table at its newest version, or None if nothing was ever committed to it."""
        held = self._open.get(name)
        if held is not None:
            try:
                held.update_incremental()
            except (DeltaError, OSError):
                # Its log was cleaned after an erasure: what this handle remembers is not there any more.
                self.reopen(name)
            else:
                return held
        try:
            if not DeltaTable.is_deltatable(self.path(name)):
                return None
            opened = DeltaTable(self.path(name))
        except (DeltaError, OSError) as error:
            raise translate(error) from error
        _check_features(name, opened)
        self._open[name] = opened
        return opened

    def version(self, name: str) -> int:
        """The newest version of a table; -1 if nothing was ever committed."""
        table = self.table(name)
        return -1 if table is None else table.version()

    def columns(self, name: str) -> tuple[str, ...]:
        """Columns that the table has on disk; a contract may have more."""
        table = self.table(name)
        return () if table is None else tuple(field.name for field in table.schema().fields)

    def files(self, name: str) -> list[str]:
        """Parquet files of the newest version, in no order that means anything."""
        table = self.table(name)
        return [] if table is None else sorted(uri.removeprefix("file://") for uri in table.file_uris())

    def mark(self, name: str, app: str) -> int | None:
        """The last version that this app committed to the table, or None."""
        table = self.table(name)
        if table is None:
            return None
        try:
            return table.transaction_version(app)
        except DeltaError:
            self.reopen(name)
            return DeltaTable(self.path(name)).transaction_version(app)

    def reopen(self, name: str) -> None:
        """Forget what is known of a table; the next look reads its log anew."""
        self._open.pop(name, None)

    def commit(self, table: Table, reader: Any, *, overwrite: bool = False, mark: Mark | None = None) -> None:
        """Write Arrow batches in one commit, creating the table or adding columns first where needed."""
        self._prepare(table)
        write_deltalake(
            self.path(table.name),
            reader,
            mode="overwrite" if overwrite else "append",
            # A table may have columns that no contract names any more: they are NULL in new rows.
            schema_mode=None if overwrite else "merge",
            commit_properties=_properties(mark),
            writer_properties=WriterProperties(compression="SNAPPY", max_row_group_size=ROW_GROUP),
        )

    def merge(self, table: Table, rows: Any, mark: Mark | None = None) -> None:
        """Insert rows or overwrite those of the same key, in one commit; retried if another writer came first."""

        def once() -> None:
            target = self._prepare(table)
            on = " AND ".join(f't."{name}" = s."{name}"' for name in table.key)
            (
                target.merge(
                    rows, on, source_alias="s", target_alias="t", commit_properties=_properties(mark)
                )
                .when_matched_update_all()
                .when_not_matched_insert_all()
                .execute()
            )

        retried(table.name, once)

    def remove(self, table: Table, keys: Any) -> int:
        """Delete the rows whose key is among these; how many went."""

        def once() -> int:
            target = self._prepare(table)
            on = " AND ".join(f't."{name}" = s."{name}"' for name in table.key)
            done = target.merge(keys, on, source_alias="s", target_alias="t").when_matched_delete().execute()
            return int(done["num_target_rows_deleted"])

        return retried(table.name, once)

    def add_files(self, table: Table, actions: list[Any], *, overwrite: bool, mark: Mark | None) -> None:
        """Commit Parquet files that an engine wrote below the table's folder by itself."""
        target = self._prepare(table)
        target.create_write_transaction(
            actions,
            "overwrite" if overwrite else "append",
            target.schema(),
            commit_properties=_properties(mark),
        )

    def _prepare(self, table: Table) -> DeltaTable:
        target = self.table(table.name)
        if target is None:
            return self._create(table)
        present = {field.name for field in target.schema().fields}
        new = [field for field in Schema.from_arrow(arrow_schema(table)).fields if field.name not in present]
        if new:
            target.alter.add_columns(new)
        return target

    def _create(self, table: Table) -> DeltaTable:
        stats = {"delta.dataSkippingStatsColumns": ",".join(table.stats)}
        target = DeltaTable.create(
            self.path(table.name),
            schema=Schema.from_arrow(arrow_schema(table)),
            mode="ignore",
            configuration=stats if table.stats else {"delta.dataSkippingNumIndexedCols": "0"},
        )
        self._open[table.name] = target
        return target

    def _check_format(self) -> None:
        root = Path(self.root)
        try:
            root.mkdir(parents=True, exist_ok=True)
            note = root / FORMAT_FILE
            if not note.exists():
                note.write_text(json.dumps({"format": FORMAT}) + "\n")
                return
            found = json.loads(note.read_text()).get("format")
        except (OSError, ValueError) as error:
            raise Problems(
                problems.NOT_READABLE(f"the lake cannot be opened: {error}", found=self.root)
            ) from error
        if not isinstance(found, int) or found > FORMAT:
            raise Problems(
                problems.NEWER_LAKE(
                    "this lake was written by a newer Tandem",
                    found=f"lake format {found}",
                    expected=f"lake format {FORMAT} or older",
                )
            )


def _check_features(name: str, table: DeltaTable) -> None:
    features = set(table.protocol().reader_features or ())
    if features - FEATURES:
        raise Problems(
            problems.FOREIGN_FEATURE(
                f"the table `{name}` uses {', '.join(sorted(features - FEATURES))}",
                found=", ".join(sorted(features)),
                expected="no reader feature beyond timestampNtz",
            )
        )


def _properties(mark: Mark | None) -> CommitProperties | None:
    if mark is None:
        return None
    return CommitProperties(app_transactions=[Transaction(app_id=mark.app, version=mark.version)])


def retried(name: str, once: Callable[[], T]) -> T:
    """What `once` gives, tried again while another writer comes first."""
    for attempt in range(ATTEMPTS):
        try:
            return once()
        except CommitFailedError:
            time.sleep(0.05 * 2**attempt)
    raise Problems(problems.CONFLICT(f"the table `{name}` could not be written in {ATTEMPTS} attempts"))


def translate(error: Exception) -> Problems:
    """The problem that a failed read or write of the lake means to an operator."""
    text = str(error)
    if (
        "No space left" in text
        or "os error 28" in text
        or "Errno 28" in text
        or "disk is full" in text.lower()
    ):
        return Problems(problems.NO_SPACE("there is no space left where the lake or its temporary files lie"))
    if isinstance(error, OSError | DeltaError):
        return Problems(problems.NOT_READABLE(f"the lake answered: {text.splitlines()[0]}"))
    return Problems(
        problems.QUERY_FAILED(f"the engine answered: {text.splitlines()[0] if text else error!r}")
    )
