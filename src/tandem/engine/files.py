"""Source files to rows, one reader for both engines, so that a file means the same whichever of them runs.

`FileRead.into` fills one DuckDB table; the Spark engine writes that table to Parquet and goes on from there.
Values arrive as text, one column per wanted path; `layers` of expressions (DuckDB's meaning) are computed over
them in the same pass, so that what a file says is read once and kept once.

What cannot be read is a row too, with `_trouble` set and its text in `_raw`: a torn row has its `_line`, and a
file that fails as a whole gives exactly one row, of line 0.
"""

import tempfile
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from sqlglot import exp

from tandem.engine.functions import lower
from tandem.engine.lists import arrow_list
from tandem.engine.opened import LONGEST_LINE, NOTHING, json_lines, parquet_query, text_of
from tandem.kernel.values import Type

WHOLE, RAW = exp.column("_whole"), exp.column("_raw")
# In this order because a CASE computes only what it comes to: nearly every line begins with its brace.
NO_OBJECT = """CASE WHEN v IS NULL THEN 'no JSON object' WHEN starts_with(_raw, '{') THEN NULL
    WHEN NOT starts_with(ltrim(_raw), '{') THEN 'no JSON object' END AS _trouble"""
UNCLOSED = "UNQUOTED VALUE"
TORN = {
    "MISSING COLUMNS": "fewer columns than the header",
    "TOO MANY COLUMNS": "more columns than the header",
    UNCLOSED: "a quote that is not closed, or text behind a closed one",
    "LINE SIZE OVER MAXIMUM": "a line that is too long",
}
"""What is wrong with a row of a CSV file, by the reader's word for it."""
SEGMENTS = (("start", Type.INTEGER), ("file", Type.INTEGER), ("line", Type.INTEGER))
TROUBLES = (("f", Type.INTEGER), ("l", Type.INTEGER), ("t", Type.TEXT), ("r", Type.TEXT))
Layer = Mapping[str, exp.Expr]


class FileRead(ABC):
    """Something that fills one table of a DuckDB connection."""

    @abstractmethod
    def into(self, database: Any, name: str) -> None:
        """Create the table `name` in the database."""


@dataclass(frozen=True)
class Shape:
    """What is wanted of each row: `p0`, `p1`, … by path, then the layers over them, of which `keep` stay.

    A layer may use `_file`, `_line`, `_raw`, `_trouble`, the columns before it, and `_whole`: the row as JSON
    text, computed only where an expression asks for it.
    """

    paths: tuple[str, ...]
    layers: tuple[Layer, ...]
    keep: tuple[str, ...]
    null_values: tuple[str, ...] = ("",)

    def query(self, source: str, raw: Sequence[str], whole: exp.Expr) -> str:
        """The rows of `source` (a FROM clause that yields the marks and raw columns) as one SELECT.

        A layer that names a column again replaces it.
        """
        picked = "".join(f", {text} AS p{number}" for number, text in enumerate(raw))
        sql = f"SELECT *{picked} FROM {source}"
        known: set[str] = set()
        for layer in self.layers:
            parts = {name: f"{_printed(part, whole)} AS {quoted(name)}" for name, part in layer.items()}
            again = ", ".join(text for name, text in parts.items() if name in known)
            new = "".join(f", {text}" for name, text in parts.items() if name not in known)
            sql = f"SELECT *{f' REPLACE ({again})' if again else ''}{new} FROM ({sql})"
            known |= set(parts)
        return f"SELECT {', '.join(quoted(name) for name in self.keep)} FROM ({sql})"

    def nulled(self, text: str) -> str:
        """The text expression with this source's words for "no value" as NULL."""
        if not self.null_values:
            return text
        listed = ", ".join(literal(word) for word in self.null_values)
        return f"CASE WHEN {text} NOT IN ({listed}) THEN {text} END"


@dataclass(frozen=True)
class Reject:
    """A row that is not as its header says: its line (the header is line 1), what is wrong, and its text."""

    line: int
    kind: str
    text: str


@dataclass(frozen=True)
class SourceFiles(FileRead):
    """Files of one format and one header, by their number in the batch. `header` is empty for NDJSON."""

    files: tuple[tuple[int, Path], ...]
    format: str
    shape: Shape
    header: tuple[str, ...] = ()
    delimiter: str = ","
    encoding: str = "utf-8"

    def into(self, database: Any, name: str) -> None:
        with tempfile.TemporaryDirectory(prefix="tandem-") as folder:
            Landing(self, database, name, Path(folder)).run()


@dataclass(frozen=True)
class Payloads(FileRead):
    """Rows that were read before and kept as JSON. `rows` has columns file, line, payload and id (Arrow)."""

    rows: Any
    flat: bool
    shape: Shape

    def into(self, database: Any, name: str) -> None:
        database.register("incoming_payloads", self.rows)
        try:
            values = extracted("payload", self.shape.paths, flat=self.flat)
            marks = "file AS _file, line AS _line, payload AS _raw, id AS _id"
            parsed = f"SELECT {marks}, {values} AS v FROM incoming_payloads"
            source = f"(SELECT *, {NO_OBJECT} FROM ({parsed}))"
            raw = [self.shape.nulled(f"v[{number}]") for number in range(1, len(self.shape.paths) + 1)]
            database.execute(f"CREATE TABLE {quoted(name)} AS {self.shape.query(source, raw, RAW)}")
        finally:
            database.unregister("incoming_payloads")


@dataclass(frozen=True)
class Listed(FileRead):
    """A list that comes from outside the lake: columns with their types, and rows of Python values."""

    columns: tuple[tuple[str, Type], ...]
    rows: Sequence[Sequence[object]]

    def into(self, database: Any, name: str) -> None:
        database.register("incoming_list", self.table())
        try:
            database.execute(f"CREATE TABLE {quoted(name)} AS SELECT * FROM incoming_list")
        finally:
            database.unregister("incoming_list")

    def table(self) -> Any:
        """The list as an Arrow table."""
        return arrow_list(self.columns, self.rows)


@dataclass(frozen=True)
class Together(FileRead):
    """Several reads of the same shape as one table, in order."""

    reads: tuple[FileRead, ...]

    def into(self, database: Any, name: str) -> None:
        first, *rest = self.reads
        first.into(database, name)
        for read in rest:
            read.into(database, f"{name}_more")
            database.execute(f"INSERT INTO {quoted(name)} SELECT * FROM {quoted(name + '_more')}")
            database.execute(f"DROP TABLE {quoted(name + '_more')}")


class Landing:
    """One read under way: raw rows in file order, so that a row's position gives its line."""

    def __init__(self, read: SourceFiles, database: Any, name: str, folder: Path) -> None:
        self.read, self.db, self.name, self.folder = read, database, name, folder
        self.raw = quoted(f"{name}_raw")
        self.troubles: list[tuple[int, int, str, str]] = []
        # (start, file, line): raw rows from `start` on are of that file, beginning at that line
        self.segments: list[tuple[int, int, int]] = []
        self.rows = 0

    def run(self) -> None:
        """Fill the table. The raw rows go, whatever happens."""
        try:
            self.db.execute(f"CREATE TABLE {self.raw} ({', '.join(self._raw_columns())})")
            for number, path in self.read.files:
                self._take(number, path)
            self._finish()
        finally:
            self.db.execute(f"DROP TABLE IF EXISTS {self.raw}")

    def _raw_columns(self) -> list[str]:
        width = len(self.read.header) if self.read.header else 1
        return [f"_c{number} VARCHAR" for number in range(width)]

    def _take(self, number: int, path: Path) -> None:
        """One file, wholly or not at all: what was read of a file that fails is taken back."""
        self.db.execute("BEGIN")
        try:
            rejects = self._insert(path)
            self.db.execute("COMMIT")
        except UnicodeError as error:
            self._fail(number, "encoding", str(error))
        except (duckdb.Error, OSError, EOFError) as error:
            if _is_ours(error):
                self.db.execute("ROLLBACK")
                raise
            self._fail(number, "unreadable", str(error).splitlines()[0])
        else:
            self._note(number, rejects, 2 if self.read.format == "csv" else 1)

    def _fail(self, number: int, trouble: str, text: str) -> None:
        self.db.execute("ROLLBACK")
        self.troubles.append((number, 0, trouble, text))

    def _insert(self, path: Path) -> list[Reject]:
        if self.read.format == "parquet":
            self.db.execute(f"INSERT INTO {self.raw} {parquet_query(path)}")
            return []
        return self._insert_text(text_of(path, self.read.encoding, self.folder))

    def _insert_text(self, path: Path) -> list[Reject]:
        self.db.execute(f"INSERT INTO {self.raw} SELECT * FROM {self._text_reader(path)}")
        found = self.db.execute("SELECT line, error_type::VARCHAR, csv_line FROM reject_errors ORDER BY line")
        rejects = {
            int(line): Reject(int(line), str(kind), str(text)) for line, kind, text in found.fetchall()
        }
        self.db.execute("DROP TABLE reject_errors; DROP TABLE reject_scans")
        for one in rejects.values():
            if one.kind == "INVALID ENCODING":
                raise UnicodeError(one.text)
        return list(rejects.values())

    def _text_reader(self, path: Path) -> str:
        if self.read.format == "ndjson":
            return json_lines(path)
        columns = ", ".join(f"'_c{number}': 'VARCHAR'" for number in range(len(self._raw_columns())))
        options = {
            "columns": f"{{{columns}}}",
            "auto_detect": "false",
            "store_rejects": "true",
            "max_line_size": str(LONGEST_LINE),
            "header": "true",
            "delim": literal(self.read.delimiter),
            "quote": "'\"'",
            "escape": "'\"'",
            "nullstr": f"[{', '.join(literal(word) for word in self.read.shape.null_values or (NOTHING,))}]",
        }
        listed = ", ".join(f"{key} = {value}" for key, value in options.items())
        return f"read_csv({literal(str(path))}, {listed})"

    def _note(self, number: int, rejects: Sequence[Reject], first: int) -> None:
        """Where the newest rows of this file lie, of which the first is line `first`.

        Rejected rows are not among them, so lines jump after each. A quote that is never closed takes all that
        follows into one rejected row: what follows its first line is read again.
        """
        header = 2 if self.read.format == "csv" else 1
        self.segments.append((self.rows, number, first))
        swallowed: list[tuple[int, str]] = []
        hidden = 0
        for seen, one in enumerate(rejects):
            line = one.line - header + first + hidden
            torn, _, rest = one.text.strip("\n").partition("\n")
            text = torn if one.kind == UNCLOSED else one.text
            self.troubles.append((number, line, TORN.get(one.kind, one.kind.lower()), text))
            if one.kind == UNCLOSED and rest.strip():
                swallowed.append((line + 1, rest))
                hidden += rest.count("\n") + 1
            self.segments.append(
                (self.rows + one.line - header - seen, number, one.line - header + first + hidden + 1)
            )
        self.rows = int(self.db.execute(f"SELECT count(*) FROM {self.raw}").fetchall()[0][0])
        for line, rest in swallowed:
            path = self.folder / f"rest-{number}-{line}.csv"
            path.write_text(self.read.delimiter * (len(self.read.header) - 1) + "\n" + rest, encoding="utf-8")
            self._note(number, self._insert_text(path), line)

    def _finish(self) -> None:
        if self.read.format == "ndjson":
            # Here and not as a filter of the query below: there it would make every line be parsed twice.
            self.db.execute(
                f"DELETE FROM {self.raw} WHERE strlen(_c0) < 1000 AND regexp_full_match(_c0, '\\s*')"
            )
        shape = self.read.shape
        self.db.register("incoming_troubles", arrow_list(TROUBLES, self.troubles))
        starts = list({segment[0]: segment for segment in self.segments}.values())
        self.db.register("incoming_segments", arrow_list(SEGMENTS, starts))
        try:
            query = shape.query(self._located(starts), self._raw_texts(), self._whole())
            self.db.execute(f"CREATE TABLE {quoted(self.name)} AS {query}")
            if self.troubles:
                marks = "f AS _file, l AS _line, t AS _trouble, r AS _raw, NULL::BIGINT AS _id"
                source = f"(SELECT {marks} FROM incoming_troubles)"
                torn_rows = shape.query(source, ["NULL::VARCHAR"] * len(shape.paths), RAW)
                self.db.execute(f"INSERT INTO {quoted(self.name)} {torn_rows}")
        finally:
            self.db.unregister("incoming_troubles")
            self.db.unregister("incoming_segments")

    def _located(self, starts: Sequence[tuple[int, int, int]]) -> str:
        """FROM clause: raw rows with `_file`, `_line`, `_trouble`, `_raw` and `_id`."""
        if len(starts) <= 1:
            start, file, line = starts[0] if starts else (0, 0, 1)
            source = f"{self.raw} AS raw"
            marks = f"{file}::BIGINT AS _file, raw.rowid - {start - line} AS _line"
        else:
            source = f"{self.raw} AS raw ASOF JOIN incoming_segments AS s ON raw.rowid >= s.start"
            marks = "s.file AS _file, raw.rowid - s.start + s.line AS _line"
        if self.read.format != "ndjson":
            nothing = "NULL::VARCHAR AS _trouble, NULL::VARCHAR AS _raw, NULL::BIGINT AS _id"
            return f"(SELECT {marks}, {nothing}, raw.* FROM {source})"
        values = extracted("raw._c0", self.read.shape.paths, flat=False)
        parsed = f"SELECT {marks}, raw._c0 AS _raw, NULL::BIGINT AS _id, {values} AS v FROM {source}"
        return f"(SELECT *, {NO_OBJECT} FROM ({parsed}))"

    def _raw_texts(self) -> list[str]:
        if self.read.format == "ndjson":
            return [self.read.shape.nulled(f"v[{n}]") for n in range(1, len(self.read.shape.paths) + 1)]
        texts = {name: f"_c{number}" for number, name in reversed(list(enumerate(self.read.header)))}
        given = [texts.get(path, "NULL::VARCHAR") for path in self.read.shape.paths]
        return given if self.read.format == "csv" else [self.read.shape.nulled(text) for text in given]

    def _whole(self) -> exp.Expr:
        if self.read.format == "ndjson":
            return RAW
        pairs = [(exp.Literal.string(name), exp.column(f"_c{n}")) for n, name in enumerate(self.read.header)]
        flat: list[exp.Expr] = [part for pair in pairs for part in pair]
        return exp.cast(exp.Anonymous(this="json_object", expressions=flat), "text")


def extracted(text: str, paths: Sequence[str], *, flat: bool) -> str:
    """The values at the paths of a JSON text, as one list of texts from one parse; NULL if it is no JSON."""
    dotted = [(path,) if flat else tuple(path.split(".")) for path in paths] or [()]
    listed = ", ".join(literal("$" + "".join(f".{_key(part)}" for part in parts)) for parts in dotted)
    return f"TRY(json_extract_string({text}, [{listed}]))"


def literal(text: str) -> str:
    """A text as a DuckDB literal."""
    return exp.Literal.string(text).sql("duckdb")


def quoted(name: str) -> str:
    """A name as a DuckDB identifier."""
    return exp.to_identifier(name, quoted=True).sql("duckdb")


def _key(part: str) -> str:
    return '"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _printed(part: exp.Expr, whole: exp.Expr) -> str:
    def swap(node: exp.Expr) -> exp.Expr:
        return whole.copy() if node == WHOLE else node

    filled = part.copy().transform(swap)
    return str(lower(exp.select(filled), "duckdb").expressions[0].sql("duckdb", copy=False))


def _is_ours(error: Exception) -> bool:
    """Not the file's fault: the disk is full, or memory ran out."""
    text = str(error)
    return isinstance(error, duckdb.OutOfMemoryException) or "No space left" in text or "Errno 28" in text
