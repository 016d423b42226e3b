"""What a source file says of itself before its rows are read: is it there, is it empty, which columns has it.

Also hands the reader a path that DuckDB reads as UTF-8: other encodings are rewritten to a temporary file.
"""

import codecs
import csv
import gzip
import hashlib
import os
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import IO, Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp

from tandem.engine.lists import arrow_list
from tandem.kernel.values import Type

CHUNK = 1 << 20
# Text packs by 5 to 20 times, rows of one sort by 100. What grows more than this is no feed of events.
MOST_GROWTH, HARMLESS = 500, 1 << 28
LONGEST_LINE = 16_000_000
NOTHING = "\x02"
PATTERN_MARKS = set("*?[]{}")


@dataclass(frozen=True)
class Opened:
    """A file that can be read: its column names in order (none for NDJSON), or what keeps it from being read.

    `trouble` is one of unreadable, encoding, empty, header; `detail` says it in words. `open_end`: its last line does
    not end, so nobody knows whether it is whole.
    """

    header: tuple[str, ...] = ()
    trouble: str | None = None
    detail: str = ""
    open_end: bool = False


def fingerprint(path: Path) -> str:
    """SHA-256 of the file's bytes, as hex. Raises OSError, also for what is no file: a device has no end."""
    if not path.is_file():
        raise OSError("it is no file")
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def look(path: Path, file_format: str, delimiter: str, encoding: str) -> Opened:
    """Open a file just far enough to know its columns. Reads the first lines, or Parquet's footer."""
    try:
        if file_format == "parquet":
            return _parquet(path)
        if path.name.endswith(".gz"):
            _no_bomb(path)
        with open_text(path, encoding) as text:
            if file_format != "csv":
                return _ndjson(text)
            return replace(_csv(text, delimiter), open_end=_ends_open(path))
    except UnicodeError as error:
        return Opened(trouble="encoding", detail=str(error))
    except csv.Error as error:
        return Opened(trouble="header", detail=str(error))
    except (OSError, EOFError, zlib.error, pa.ArrowInvalid) as error:
        return Opened(trouble="unreadable", detail=str(error).splitlines()[0] if str(error) else repr(error))


def _lines(text: IO[str]) -> Iterator[str]:
    """Line by line; one that does not end is not read to its end. Raises OSError for it."""
    while line := text.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE:
            raise OSError(f"a line of it is longer than {LONGEST_LINE:,} characters")
        yield line


def _no_bomb(path: Path) -> None:
    """Refuse a packed file that is made to fill the disk. Raises OSError; unpacks no more than the limit.

    Files that are small when unpacked are let through whatever they grow by. Costs one pass over the packed bytes.
    """
    most = max(HARMLESS, MOST_GROWTH * path.stat().st_size)
    size = 0
    with gzip.open(path, "rb") as stream:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > most:
                raise OSError(f"it would unpack to more than {MOST_GROWTH} times its size")


def _ends_open(path: Path) -> bool:
    """Whether the last line has no end. A packed file says by itself whether it is whole."""
    if path.name.endswith(".gz"):
        return False
    with path.open("rb") as stream:
        stream.seek(-min(2, path.stat().st_size), os.SEEK_END)
        return not stream.read().strip(b"\0").endswith((b"\n", b"\r"))


def _csv(text: IO[str], delimiter: str) -> Opened:
    header = next(csv.reader(_lines(text), delimiter=delimiter, strict=True), None)
    if header is None:
        return Opened(trouble="empty", detail="it has not even a line with the names of its columns")
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        return Opened(trouble="header", detail=f"the column `{twice[0]}` stands there twice")
    return Opened(header=tuple(header))


def _ndjson(text: IO[str]) -> Opened:
    if not text.read(1):
        return Opened(trouble="empty", detail="it has no lines")
    return Opened()


def _parquet(path: Path) -> Opened:
    if path.stat().st_size == 0:
        return Opened(trouble="empty", detail="it has no bytes")
    return Opened(header=tuple(name for name, _ in parquet_columns(path)))


def parquet_columns(path: Path) -> tuple[tuple[str, exp.Expr], ...]:
    """Leaf columns by dotted path, each with its value as text in DuckDB."""
    found = [
        part for field in pq.read_schema(path) for part in _leaves(field, exp.column(field.name, quoted=True))
    ]
    return tuple({name: (name, text) for name, text in reversed(found)}.values())[::-1]


def parquet_query(path: Path) -> str:
    """All leaf columns as text, in the order of `parquet_columns`."""
    reader = exp.Anonymous(this="read_parquet", expressions=[exp.Literal.string(_escaped(path))])
    return exp.select(*(text for _, text in parquet_columns(path))).from_(reader).sql("duckdb")


def _leaves(field: Any, value: exp.Expr) -> Iterator[tuple[str, exp.Expr]]:
    if not pa.types.is_struct(field.type):
        yield field.name, _as_text(field.type, value)
        return
    for part in field.type:
        inner = exp.Anonymous(
            this="struct_extract", expressions=[value.copy(), exp.Literal.string(part.name)]
        )
        for name, text in _leaves(part, inner):
            yield f"{field.name}.{name}", text


def _as_text(type_: Any, value: exp.Expr) -> exp.Expr:
    """Whole floats without '.0', because a column of integers with a gap is written as floats by many tools."""
    text = exp.cast(value.copy(), "text")
    if pa.types.is_floating(type_):
        whole = exp.cast(exp.TryCast(this=value.copy(), to=exp.DataType.build("bigint")), "text")
        is_whole = exp.and_(
            exp.Anonymous(this="trunc", expressions=[value.copy()]).eq(value.copy()),
            exp.Abs(this=value.copy()) < exp.Literal.number(10**15),
        )
        return exp.Case().when(is_whole, whole).else_(text)
    if pa.types.is_timestamp(type_) and type_.tz is not None:
        utc = exp.Anonymous(this="timezone", expressions=[exp.Literal.string("UTC"), value.copy()])
        return exp.DPipe(this=exp.cast(utc, "text"), expression=exp.Literal.string("Z"))
    if pa.types.is_nested(type_):
        return exp.cast(exp.Anonymous(this="to_json", expressions=[value.copy()]), "text")
    return text


def json_paths(path: Path, encoding: str, objects: Sequence[str], limit: int | None) -> tuple[str, ...]:
    """Keys that stand in the first `limit` lines (None: in all): at the top, and in these objects by dotted path.

    Lines that are no JSON have none. A file that cannot be read has none either: reading it will tell.
    """
    database = duckdb.connect(":memory:")
    try:
        with tempfile.TemporaryDirectory(prefix="tandem-") as folder:
            _some_lines(database, path, encoding, limit, Path(folder))
        found: list[str] = []
        for prefix in ("", *objects):
            at = exp.Literal.string("$" + "".join(f'."{part}"' for part in prefix.split(".") if part)).sql(
                "duckdb"
            )
            query = f"SELECT DISTINCT unnest(TRY(json_keys(_c0, {at}))) FROM lines ORDER BY 1"
            found += [f"{prefix}.{key}".lstrip(".") for (key,) in database.execute(query).fetchall()]
        return tuple(found)
    except (duckdb.Error, OSError, UnicodeError, EOFError, zlib.error):
        return ()
    finally:
        database.close()


def _some_lines(database: Any, path: Path, encoding: str, limit: int | None, folder: Path) -> None:
    """The table `lines`. The first few are read here: DuckDB's reader fills a large buffer before the first."""
    if limit is None:
        database.execute(f"CREATE TABLE lines AS SELECT * FROM {json_lines(text_of(path, encoding, folder))}")
        return
    with open_text(path, encoding) as text:
        lines = [(line,) for line in islice(_lines(text), limit)]
        database.register("given", arrow_list((("_c0", Type.TEXT),), lines))
    database.execute("CREATE TABLE lines AS SELECT * FROM given")


def json_lines(path: Path) -> str:
    """FROM item: the lines of a file as column _c0, broken ones rejected."""
    options = {
        "columns": "{'_c0': 'VARCHAR'}",
        "auto_detect": "false",
        "store_rejects": "true",
        "max_line_size": str(LONGEST_LINE),
        "header": "false",
        "delim": exp.Literal.string("\x01").sql("duckdb"),
        "quote": "''",
        "escape": "''",
        "nullstr": exp.Literal.string(NOTHING).sql("duckdb"),
        "strict_mode": "false",
    }
    listed = ", ".join(f"{key} = {value}" for key, value in options.items())
    return f"read_csv({exp.Literal.string(str(path)).sql('duckdb')}, {listed})"


def text_of(path: Path, encoding: str, folder: Path) -> Path:
    """A path that DuckDB reads as UTF-8: the file itself, or a rewritten one in `folder`. Raises UnicodeError."""
    if codecs.lookup(encoding).name in ("utf-8", "ascii", "utf-8-sig"):
        return path if not PATTERN_MARKS & set(str(path)) else _linked(path, folder)
    target = folder / f"utf8-{len(list(folder.iterdir()))}.txt"
    with open_text(path, encoding) as source, target.open("w", encoding="utf-8", newline="") as out:
        while chunk := source.read(CHUNK):
            out.write(chunk)
    return target


def _linked(path: Path, folder: Path) -> Path:
    """DuckDB would take marks such as [ in a name as a pattern."""
    link = folder / f"link-{len(list(folder.iterdir()))}{''.join(path.suffixes[-2:])}"
    link.symlink_to(path.resolve())
    return link


def _escaped(path: Path) -> str:
    return "".join(f"[{mark}]" if mark in "*?[" else mark for mark in str(path))


def open_text(path: Path, encoding: str) -> IO[str]:
    """The text of a file, unpacked if its name ends in .gz; a byte order mark of UTF-8 is left out."""
    name = "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding
    if path.name.endswith(".gz"):
        return gzip.open(path, "rt", encoding=name, newline="")
    return path.open("r", encoding=name, newline="")
