"""Making the lake forget: rows and values go, and then every older version of them and what the log said of them.

A Delta table keeps what was deleted until it is vacuumed, and its log can repeat values of predicates. So nothing
is deleted by a predicate with values in it, and a table that has to forget ends with one version: its newest files,
one checkpoint, and the commit of the vacuum. Whatever crashes in between, the same call again completes it.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from tandem.engine.catalogue.model import Column, Table
from tandem.engine.lake import ARROW, Lake, retried, translate

VERSION_DIGITS = 20
VALUE = "value"


def remove_by(lake: Lake, table: str, columns: Sequence[str], keys: Any) -> int:
    """Delete the rows whose columns are one of the keys (an Arrow table of as many columns); how many went."""
    pairs = zip(columns, keys.column_names, strict=True)
    on = " AND ".join(f't."{column}" = s."{key}"' for column, key in pairs)

    def once(target: DeltaTable) -> int:
        merging = target.merge(keys, on, source_alias="s", target_alias="t")
        return int(merging.when_matched_delete().execute()["num_target_rows_deleted"])

    return _on(lake, table, once)


def blank(lake: Lake, table: str, column: str, values: Any) -> int:
    """Put NULL where the column has one of the values (an Arrow table of one column); how many rows changed."""
    (value,) = values.column_names

    def once(target: DeltaTable) -> int:
        merging = target.merge(values, f't."{column}" = s."{value}"', source_alias="s", target_alias="t")
        done = merging.when_matched_update({f'"{column}"': "NULL"}).execute()
        return int(done["num_target_rows_updated"])

    return _on(lake, table, once)


def remove_older(lake: Lake, table: str, source: str, column: str, before: datetime) -> int:
    """Delete the rows of a source of before a time; how many went. The log may say the time: it is nobody's."""
    where = _older(source, column, before)
    return _on(lake, table, lambda target: int(target.delete(where)["num_deleted_rows"] or 0))


def blank_older(lake: Lake, table: str, source: str, column: str, before: datetime, blanked: str) -> int:
    """Put NULL into a column of the rows of a source of before a time; how many rows had a value."""
    where = f'{_older(source, column, before)} AND "{blanked}" IS NOT NULL'
    return _on(
        lake,
        table,
        lambda target: int(target.update({f'"{blanked}"': "NULL"}, predicate=where)["num_updated_rows"]),
    )


def _older(source: str, column: str, before: datetime) -> str:
    named = source.replace("'", "''")
    return f"\"source\" = '{named}' AND \"{column}\" < '{before:%Y-%m-%d %H:%M:%S.%f}'"


def forget_history(lake: Lake, table: str) -> int:
    """Remove all files but those of the newest version, and all of the log but what that version needs.

    Nobody may be writing the table meanwhile: files of a commit under way would be taken for left-overs. Returns how
    many data files went.
    """
    try:
        if lake.table(table) is None:
            return 0
        target = DeltaTable(lake.path(table))
        gone = target.vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False, full=True)
        target = DeltaTable(lake.path(table))
        target.create_checkpoint()
        if lake.is_local:
            _trim(Path(lake.path(table)) / "_delta_log", target.version())
            _prune(Path(lake.path(table)))
        else:
            _expire(target)
    except (DeltaError, OSError) as error:
        raise translate(error) from error
    finally:
        lake.reopen(table)
    return len(gone)


def vacuum(lake: Lake, table: str, older: timedelta) -> int:
    """Remove data files that no version of that long ago or since needs, and what killed writes left; how many went.

    Younger ones stay: a write that is under way may be about to name them, and somebody may be reading them. Where
    nothing is that old nothing is committed.
    """
    try:
        target = lake.table(table)
        if target is None or not (old := _old_files(lake, table, target, older)):
            return 0
        _vacuum(DeltaTable(lake.path(table)), older)
        if lake.is_local:
            for folder in {Path(lake.path(table), name).parent for name in old}:
                _clear(folder)
    except (DeltaError, OSError) as error:
        raise translate(error) from error
    finally:
        lake.reopen(table)
    return len(old)


def _old_files(lake: Lake, table: str, target: DeltaTable, older: timedelta) -> list[str]:
    """Delta lists what its log has as replaced, also where the file went long ago; a folder can be asked."""
    named = _vacuum(target, older, dry=True)
    return [name for name in named if not lake.is_local or Path(lake.path(table), name).exists()]


def _vacuum(target: DeltaTable, older: timedelta, *, dry: bool = False) -> list[str]:
    hours = int(older / timedelta(hours=1))
    return target.vacuum(retention_hours=hours, enforce_retention_duration=False, dry_run=dry, full=True)


def stored(lake: Lake) -> list[str]:
    """Names of the tables that lie in a local lake, also of those that no charter names any more."""
    if not lake.is_local:
        return []
    return sorted(log.parent.name for log in Path(lake.root).glob("*/_delta_log"))


def described(lake: Lake, name: str) -> Table:
    """A table that no charter names any more, as its own schema tells it. Columns of other tools are left out."""
    types = {str(arrow): type_ for type_, arrow in reversed(list(ARROW.items()))}
    target = lake.table(name)
    fields = pa.schema(target.schema().to_arrow()) if target is not None else pa.schema([])
    known = [Column(field.name, types[str(field.type)], "") for field in fields if str(field.type) in types]
    return Table(name=name, row="row", columns=tuple(known), writer="nobody")


def _on(lake: Lake, table: str, once: Callable[[DeltaTable], int]) -> int:
    def again() -> int:
        target = lake.table(table)
        return 0 if target is None else once(target)

    try:
        return retried(table, again)
    except (DeltaError, OSError) as error:
        raise translate(error) from error


def _trim(log: Path, version: int) -> None:
    """The log without commits and checkpoints before the version: its own commit is asked for by later writers."""
    for file in log.iterdir():
        number = file.name[:VERSION_DIGITS]
        if file.is_file() and len(number) == VERSION_DIGITS and number.isdigit() and int(number) < version:
            file.unlink()


def _prune(folder: Path) -> None:
    """Folders that the vacuum left empty, and what Spark puts beside its files."""
    for inner in folder.iterdir():
        _clear(inner)


def _clear(folder: Path) -> None:
    """A folder that one write put its files into, if it was one and none of them is left."""
    if folder.is_dir() and folder.name.startswith("part-"):
        for file in folder.iterdir():
            if file.suffix != ".parquet":
                file.unlink()
        if not any(folder.iterdir()):
            folder.rmdir()


def _expire(target: DeltaTable) -> None:
    """Where no file can be removed by name, the log is told that it keeps nothing, cleaned, and told as before."""
    kept = target.metadata().configuration.get("delta.logRetentionDuration")
    target.alter.set_table_properties({"delta.logRetentionDuration": "interval 0 days"})
    target.create_checkpoint()
    target.cleanup_metadata()
    target.alter.set_table_properties({"delta.logRetentionDuration": kept or "interval 30 days"})
