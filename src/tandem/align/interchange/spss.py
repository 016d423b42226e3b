"""SPSS .sav files, read through pyreadstat: labels, missing values, dates, multiple-response sets, the weight."""

import importlib
import struct
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tandem.align.codebook import Choice
from tandem.align.interchange.book import Book
from tandem.align.interchange.deriving import ITEM, derive
from tandem.align.interchange.fitting import fit
from tandem.align.interchange.problems import KEPT_OUT, UNREADABLE
from tandem.align.interchange.sav import weight_of
from tandem.align.interchange.sheet import Cell, Field, Imported, Many, Sheet
from tandem.kernel import Place, Problem, Problems

EPOCH = datetime(1582, 10, 14)
DAYS = ("DATE", "ADATE", "EDATE", "JDATE", "SDATE", "QYR", "MOYR", "WKYR")
MOMENTS = ("DATETIME", "YMDHMS")
SPANS = ("TIME", "DTIME", "MTIME")
CASES = 80
"""Where the header says how many rows follow."""


def read_sav(path: Path, book: Book | None = None, weight: str = "") -> Imported:
    """The answers of a .sav file, by a codebook or by its own account. Raises Problems for what cannot be read.

    Dates, moments and times become text as ISO 8601 writes them. The weight is the one that the file was
    saved with, unless `weight` or the codebook names another.
    """
    sheet = read_sheet(path, weight or (book.weight if book else ""))
    notices: tuple[Problem, ...] = ()
    if book is None:
        book, notices = derive(sheet)
    read = fit(sheet, book.codebook, book.headers, sheet.weight)
    return Imported(read.responses, (*notices, *read.notices))


def read_sheet(path: Path, weight: str = "") -> Sheet:
    """The fields and sets of a .sav file. Raises ALN-301 if it is broken off or no .sav file."""
    pyreadstat = importlib.import_module("pyreadstat")
    try:
        raw = path.read_bytes()
        columns, about = pyreadstat.read_sav(
            str(path), output_format="dict", user_missing=True, disable_datetime_conversion=True
        )
    except OSError as error:
        raise Problems(UNREADABLE(f"`{path}` cannot be opened: {error.strerror}", found=str(path))) from None
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError, MemoryError) as error:
        said = str(error).strip() or "its end is missing"
        raise Problems(
            UNREADABLE(f"`{path.name}` is no whole .sav file: {said}", place=Place(path.name))
        ) from None
    rows = len(next(iter(columns.values()), ()))
    _whole(path, raw, rows)
    work = _Reading(path.name, about, columns)
    many = tuple(one for name, how in about.mr_sets.items() if (one := work.set_of(name, how)))
    fields = tuple(work.field(name) for name in columns if name not in work.in_sets)
    return Sheet(
        path.name,
        about.file_label or path.stem,
        rows,
        fields,
        many,
        weight=weight or weight_of(raw),
        notices=tuple(work.notices),
    )


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

    def __init__(self, file: str, about: Any, columns: Mapping[str, Sequence[Cell]]) -> None:
        self.file, self.about, self.columns = file, about, columns
        self.in_sets: set[str] = set()
        self.notices: list[Problem] = []

    def field(self, name: str) -> Field:
        """One variable of the file."""
        label = self.about.column_names_to_labels.get(name) or name
        labels = {
            float(value) if isinstance(value, int | float) else value: text
            for value, text in self.about.variable_value_labels.get(name, {}).items()
        }
        cells: list[Cell] = [None if cell == "" else cell for cell in self.columns[name]]
        ranges, absent = self.missing(name)
        if absent:
            cells = [None if cell in absent else cell for cell in cells]
        shape = self.about.original_variable_types.get(name, "").rstrip("0123456789.")
        if shape in (*DAYS, *MOMENTS, *SPANS):
            cells = [_moment(cell, shape) if isinstance(cell, float) else cell for cell in cells]
        scale = self.about.variable_measure.get(name) == "scale"
        return Field(name, label, cells, labels, ranges, scale, order=list(self.columns).index(name))

    def missing(self, name: str) -> tuple[tuple[tuple[float, float], ...], frozenset[str]]:
        """Ranges of numbers, and texts, that the file says are no answer; a text of that kind becomes empty."""
        found = self.about.missing_ranges.get(name, [])
        pairs = [(one["lo"], one["hi"]) if isinstance(one, dict) else (one, one) for one in found]
        texts = frozenset(str(low) for low, _ in pairs if isinstance(low, str))
        number = sum(cell in texts for cell in self.columns[name])
        if number:
            self.note(
                f"{name}: {number} texts that the file calls missing ({', '.join(sorted(texts))}) are empty"
            )
        return tuple((float(low), float(high)) for low, high in pairs if not isinstance(low, str)), texts

    def set_of(self, name: str, how: Mapping[str, Any]) -> Many | None:
        """A multiple-response set; None, with a notice, if its variables cannot be items."""
        fields = [self.field(member) for member in how["variable_list"] if member in self.columns]
        if not fields:
            return None
        many = (_dichotomies if how["is_dichotomy"] else _categories)(name, how, fields)
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
    counted = how["counted_value"]
    ticks = {
        code: [_counted(cell, counted, field) for cell in field.cells]
        for code, field in zip(codes, fields, strict=True)
    }
    choices = tuple(Choice(code, field.label) for code, field in zip(codes, fields, strict=True))
    return Many(name, how["label"] or name, choices, ticks, order=fields[0].order)


def _counted(cell: Cell, counted: object, field: Field) -> float | None:
    if cell is None or (isinstance(cell, float) and field.is_missing(cell)):
        return None
    if isinstance(cell, float):
        return float(str(counted).strip().lstrip("-").isdigit() and cell == float(str(counted)))
    return float(cell.strip() == str(counted).strip())


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
