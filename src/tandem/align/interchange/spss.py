"""SPSS .sav files, read by pyreadstat in a process of its own: labels, missing values, dates, sets, the weight."""

import json
import struct
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tandem.align.codebook import Choice
from tandem.align.interchange.book import Book
from tandem.align.interchange.deriving import ITEM, by_account
from tandem.align.interchange.problems import KEPT_OUT, UNREADABLE
from tandem.align.interchange.sav import weight_of
from tandem.align.interchange.sheet import Cell, Field, Imported, Many, Sheet
from tandem.kernel import Place, Problem, Problems

EPOCH = datetime(1582, 10, 14)
DAYS = ("DATE", "ADATE", "EDATE", "JDATE", "SDATE", "QYR", "MOYR", "WKYR")
MOMENTS = ("DATETIME", "YMDHMS")
SPANS = ("TIME", "DTIME", "MTIME")
MAGIC = (b"$FL2", b"$FL3")
LONGEST = 300
CASES = 80
"""Where the header says how many rows follow."""


def read_sav(path: Path, book: Book | None = None, weight: str = "") -> Imported:
    """The answers of a .sav file, by a codebook or by its own account. Raises Problems for what cannot be read.

    Dates, moments and times become text as ISO 8601 writes them. The weight is the one that the file was
    saved with, unless `weight` or the codebook names another.
    """
    return by_account(read_sheet(path, weight or (book.weight if book else "")), book)


def read_sheet(path: Path, weight: str = "") -> Sheet:
    """The fields and sets of a .sav file. Raises ALN-301 if it is broken off or no .sav file."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise Problems(UNREADABLE(f"`{path}` cannot be opened: {error.strerror}", found=str(path))) from None
    told: dict[str, Any] = in_a_child(path) if raw[:4] in MAGIC else {"error": "it does not begin like one"}
    if "error" in told:
        sentence = f"`{path.name}` is no whole .sav file: {told['error']}"
        raise Problems(UNREADABLE(sentence, place=Place(path.name)))
    rows = len(told["fields"][0]["cells"]) if told["fields"] else 0
    _whole(path, raw, rows)
    work = _Reading(path.name, told["fields"])
    many = tuple(one for how in told["sets"] if (one := work.set_of(how)))
    fields = tuple(work.field(name) for name in work.told if name not in work.in_sets)
    return Sheet(
        path.name,
        told["title"] or path.stem,
        rows,
        fields,
        many,
        weight=weight or weight_of(raw),
        notices=tuple(work.notices),
    )


def in_a_child(path: Path) -> dict[str, Any]:
    """What `sav_child` says of a file, from a process that may end on it without ending this one."""
    child = Path(__file__).with_name("sav_child.py")
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(child), str(path.resolve())],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=LONGEST,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"error": f"it could not be read within {LONGEST} seconds"}
    try:
        found: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        return {"error": "the reader of such files stopped over it"}
    return found


def _whole(path: Path, raw: bytes, rows: int) -> None:
    """Refuse a file with fewer rows than its header promises."""
    order = "<" if raw[64:68] in (b"\2\0\0\0", b"\3\0\0\0") else ">"
    (promised,) = struct.unpack_from(f"{order}i", raw, CASES)
    if promised >= 0 and promised != rows:
        raise Problems(
            UNREADABLE(
                f"`{path.name}` is broken off",
                place=Place(path.name),
                found=f"{rows} rows",
                expected=f"{promised} rows",
            )
        )


class _Reading:
    """One file; notices gather here."""

    def __init__(self, file: str, fields: Sequence[Mapping[str, Any]]) -> None:
        self.file = file
        self.told = {one["name"]: one for one in fields}
        self.order = {name: place for place, name in enumerate(self.told)}
        self.in_sets: set[str] = set()
        self.notices: list[Problem] = []

    def field(self, name: str) -> Field:
        """One variable of the file."""
        told = self.told[name]
        labels = {float(value) if isinstance(value, int) else value: text for value, text in told["labels"]}
        cells: list[Cell] = [None if cell == "" else cell for cell in told["cells"]]
        ranges, absent = self.missing(name)
        if absent:
            cells = [None if cell in absent else cell for cell in cells]
        shape = told["format"].rstrip("0123456789.")
        if shape in (*DAYS, *MOMENTS, *SPANS):
            cells = [_moment(cell, shape) if isinstance(cell, float) else cell for cell in cells]
        scale = told["measure"] == "scale"
        return Field(name, told["label"] or name, cells, labels, ranges, scale, order=self.order[name])

    def missing(self, name: str) -> tuple[tuple[tuple[float, float], ...], frozenset[str]]:
        """Ranges of numbers, and texts, that the file says are no answer; a text of that kind becomes empty."""
        pairs = self.told[name]["missing"]
        texts = frozenset(str(low) for low, _ in pairs if isinstance(low, str))
        number = sum(cell in texts for cell in self.told[name]["cells"])
        if number:
            self.note(
                f"{name}: {number} texts that the file calls missing ({', '.join(sorted(texts))}) are empty"
            )
        return tuple((float(low), float(high)) for low, high in pairs if not isinstance(low, str)), texts

    def set_of(self, how: Mapping[str, Any]) -> Many | None:
        """A multiple-response set; None, with a notice, if its variables cannot be items."""
        name = str(how["name"])
        fields = [self.field(member) for member in how["members"] if member in self.told]
        if not fields:
            return None
        many = (_categories if how["counted"] is None else _dichotomies)(name, how, fields)
        if many is None:
            self.note(
                f"the set {name} has values that cannot be codes of items; its variables are read one by one"
            )
            return None
        self.in_sets |= {field.name for field in fields}
        return many

    def note(self, sentence: str) -> None:
        self.notices.append(KEPT_OUT(sentence, place=Place(self.file)))


def _dichotomies(name: str, how: Mapping[str, Any], fields: Sequence[Field]) -> Many | None:
    """One variable an item. Codes are those of NAME__CODE if all are called so, else 1, 2 ..."""
    matches = [ITEM.fullmatch(field.name) for field in fields]
    codes = [int(match[2]) for match in matches if match]
    if len(set(codes)) < len(fields):
        codes = list(range(1, len(fields) + 1))
    counted = str(how["counted"]).strip()
    ticks = {
        code: [_counted(cell, counted, field) for cell in field.cells]
        for code, field in zip(codes, fields, strict=True)
    }
    choices = tuple(Choice(code, field.label) for code, field in zip(codes, fields, strict=True))
    return Many(name, how["label"] or name, choices, ticks, order=fields[0].order)


def _counted(cell: Cell, counted: str, field: Field) -> float | None:
    if cell is None or (isinstance(cell, float) and field.is_missing(cell)):
        return None
    if isinstance(cell, float):
        return float(counted.lstrip("-").isdigit() and cell == float(counted))
    return float(cell.strip() == counted)


def _categories(name: str, how: Mapping[str, Any], fields: Sequence[Field]) -> Many | None:
    """The answers given, whichever variable holds them. Texts get the codes 1, 2 ... in the order of their labels."""
    labels: dict[float | str, str] = {}
    for field in fields:
        labels |= field.labels
    seen = {cell for field in fields for cell in field.cells if cell is not None}
    values: list[float | str] = [*labels, *sorted(seen - set(labels), key=str)]
    absent = {value for value in values if isinstance(value, float) and fields[0].is_missing(value)}
    if all(isinstance(value, float) and value.is_integer() and value >= 0 for value in values):
        codes = {value: int(value) for value in values}
    elif all(isinstance(value, str) for value in values):
        codes = {value: place for place, value in enumerate(values, start=1)}
    else:
        return None
    given = [
        {cell for cell in row if cell is not None}
        for row in zip(*(field.cells for field in fields), strict=True)
    ]
    ticks: dict[int, list[float | None]] = {
        code: [float(value in row) if row else None for row in given] for value, code in codes.items()
    }
    choices = tuple(
        Choice(code, labels.get(value, str(value)), missing=value in absent) for value, code in codes.items()
    )
    return Many(name, how["label"] or name, choices, ticks, order=fields[0].order)


def _moment(seconds: float, shape: str) -> str:
    """What a date, moment or time of SPSS says, as ISO 8601; a number that is none stays a number."""
    if shape in SPANS:
        sign, left = ("-", -seconds) if seconds < 0 else ("", seconds)
        hours, rest = divmod(left, 3600)
        return f"{sign}{int(hours):02d}:{int(rest // 60):02d}:{_seconds(rest % 60)}"
    try:
        at = EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return repr(seconds)
    return at.date().isoformat() if shape in DAYS else at.isoformat()


def _seconds(value: float) -> str:
    return f"{int(value):02d}" if value.is_integer() else f"{value:06.3f}"
