"""The first rows of a source file, read as landing would read them, to say what its columns hold. Nothing is kept."""

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp

from tandem.engine.files import Shape, SourceFiles
from tandem.engine.opened import Opened, look, open_text

DEEPEST = 3
MOST_TEXT = 8_000_000
"""Characters that are read at most: lines can be long."""
Checks = Callable[[exp.Column], Mapping[str, exp.Expr]]


@dataclass(frozen=True)
class Sampled:
    """The first rows of a file as texts, None where there is none, in the order of `paths`.

    `held`: path → check → in how many of these rows it holds. `torn`: rows that could not be read.
    """

    paths: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    held: Mapping[str, Mapping[str, int]]
    torn: int


def sample(
    path: Path, file_format: str, delimiter: str, encoding: str, checks: Checks, limit: int
) -> Sampled | Opened:
    """At most `limit` rows, or what keeps the file from being read. `checks` gives conditions on a column's text.

    Reads no more of the file than these rows, except of Parquet, of which whole row groups are read.
    """
    opened = look(path, file_format, delimiter, encoding)
    if opened.trouble is not None:
        return opened
    database = duckdb.connect(":memory:")
    try:
        with tempfile.TemporaryDirectory(prefix="tandem-") as folder:
            head = _head(path, file_format, encoding, limit, Path(folder))
            found = opened.header or _paths(head)
            shape = _shape(found, checks)
            read = SourceFiles(((0, head),), file_format, shape, opened.header, delimiter)
            read.into(database, "sample")
        return _counted(database, found, checks)
    except (UnicodeError, OSError, EOFError, pa.ArrowInvalid, duckdb.Error) as error:
        trouble = "encoding" if isinstance(error, UnicodeError) else "unreadable"
        return Opened(trouble=trouble, detail=str(error).splitlines()[0] if str(error) else repr(error))
    finally:
        database.close()


def _head(path: Path, file_format: str, encoding: str, limit: int, folder: Path) -> Path:
    """The first rows as a file of their own, in UTF-8."""
    head = folder / f"head.{file_format}"
    if file_format == "parquet":
        batches = pq.ParquetFile(path).iter_batches(batch_size=limit)
        pq.write_table(pa.Table.from_batches([*islice(batches, 1)], pq.read_schema(path)), head)
        return head
    with open_text(path, encoding) as text, head.open("w", encoding="utf-8", newline="") as out:
        size = 0
        for line in islice(text, limit + 1):
            size += out.write(line)
            if size > MOST_TEXT:
                break
    return head


def _paths(head: Path) -> tuple[str, ...]:
    """Dotted paths to the values of JSON lines, in the order of their first mention; objects are gone into."""
    found: dict[str, None] = {}
    for line in head.read_text(encoding="utf-8").splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if isinstance(row, dict):
            found |= dict.fromkeys(_leaves(row, ""))
    return tuple(found)


def _leaves(row: Mapping[str, object], prefix: str) -> Iterator[str]:
    for key, value in row.items():
        if not key.strip() or "." in key or "\n" in key:
            continue
        if isinstance(value, dict) and prefix.count(".") < DEEPEST:
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"


def _shape(paths: tuple[str, ...], checks: Checks) -> Shape:
    tests = {
        f"p{number}_{name}": condition
        for number, _ in enumerate(paths)
        for name, condition in checks(exp.column(f"p{number}")).items()
    }
    keep = ("_line", "_trouble", *(f"p{number}" for number, _ in enumerate(paths)), *tests)
    return Shape(paths, (tests,) if tests else (), keep)


def _counted(database: Any, paths: tuple[str, ...], checks: Checks) -> Sampled:
    names = [*checks(exp.column("p0"))]
    sums = [f"count(*) FILTER (WHERE p{number}_{name})" for number, _ in enumerate(paths) for name in names]
    read = "_trouble IS NULL"
    texts = ", ".join(f"p{number}" for number, _ in enumerate(paths)) or "NULL"
    rows = database.execute(f"SELECT {texts} FROM sample WHERE {read} ORDER BY _line").fetchall()
    torn = database.execute(f"SELECT count(*) FROM sample WHERE NOT ({read})").fetchall()[0][0]
    told = ", ".join(sums) or "count(*)"
    counts = database.execute(f"SELECT {told} FROM sample WHERE {read}").fetchall()[0]
    held = {
        path: dict(zip(names, counts[number * len(names) :], strict=False))
        for number, path in enumerate(paths)
    }
    return Sampled(paths, tuple(rows if paths else ()), held, int(torn))
