"""Triple-S: a definition in XML (.sss) and the answers beside it, fixed width or CSV. Versions 1.1 to 3.0, one record.

The definition is parsed without entities and without anything from outside; the data file is looked for beside the
definition only, whatever folder the definition names.
"""

import re
from collections.abc import Sequence
from datetime import date, time
from pathlib import Path, PureWindowsPath

from tandem.align.codebook import Choice
from tandem.align.interchange.book import Book
from tandem.align.interchange.csv import bare, decoded, lines_of
from tandem.align.interchange.definitions import Defined, Definition, read_definition
from tandem.align.interchange.deriving import by_account
from tandem.align.interchange.fitting import MOST, doubled
from tandem.align.interchange.problems import BAD_CELL, BAD_DEFINITION, KEPT_OUT, UNREADABLE
from tandem.align.interchange.sheet import Cell, Field, Imported, Many, Sheet
from tandem.kernel import Place, Problem, Problems

ENDINGS = (".asc", ".csv", ".dat", ".txt")
ANSWER: dict[float | str, str] = {1.0: "Yes", 0.0: "No"}
END_OF_FILE = "\x1a"


def read_triples(path: Path, book: Book | None = None, weight: str = "") -> Imported:
    """The answers of a Triple-S survey, by a codebook or by its own account. `path` is the definition (.sss).

    Dates and times become text as ISO 8601 writes them. The weight is the variable that is marked as one, unless
    `weight` or the codebook names another. A serial number is left out: it could tell who somebody is.
    """
    return by_account(read_sheet(path, weight or (book.weight if book else "")), book)


def read_sheet(path: Path, weight: str = "") -> Sheet:
    """The fields of a Triple-S survey. Raises Problems for a definition or a line that cannot be read."""
    definition = read_definition(path)
    names = [one.name for one in definition.variables]
    if doubled(names):
        sentence = f"two variables are called `{doubled(names)[0]}`"
        raise Problems(BAD_DEFINITION(sentence, place=Place(path.name)))
    data = _data_file(path, definition)
    text = decoded(data, definition.encoding).removesuffix(END_OF_FILE)
    work = _Reading(data, definition, *(_cells(data, text, definition)))
    fields = [work.field(place, one) for place, one in enumerate(definition.variables)]
    work.stop()
    return Sheet(
        data.name,
        definition.title or path.stem,
        len(work.lines),
        tuple(one for one in fields if isinstance(one, Field)),
        tuple(one for one in fields if isinstance(one, Many)),
        weight=weight or next((one.name for one in definition.variables if one.use == "weight"), ""),
        lines=work.lines,
        notices=tuple(work.notices),
    )


def _data_file(path: Path, definition: Definition) -> Path:
    """The file of the answers, beside the definition: as the definition calls it, else of the same name."""
    called = PureWindowsPath(definition.href).name
    names = [
        called,
        *(path.stem + ending for ending in ENDINGS),
        *(path.stem + ending.upper() for ending in ENDINGS),
    ]
    for name in names:
        if name and (path.parent / name).is_file() and name != path.name:
            return path.parent / name
    raise Problems(
        UNREADABLE(
            f"the answers of `{path.name}` are not beside it",
            place=Place(path.name),
            expected=called or f"{path.stem}.asc or {path.stem}.csv",
            fix="Put the data file into the same folder.",
        )
    )


def _cells(data: Path, text: str, definition: Definition) -> tuple[list[int], list[list[str]]]:
    """(line of each row, for each row the text of each variable, or of each of its cells joined by a line break)."""
    if definition.csv:
        rows = list(lines_of(data, text, ","))[definition.skip :]
        last = max((one.finish for one in definition.variables), default=0)
        short = [(line, len(cells)) for line, cells in rows if len(cells) < last]
        _refuse(data, [(line, f"{size} cells", f"at least {last} cells") for line, size in short])
        return [line for line, _ in rows], [
            ["\n".join(cells[one.start - 1 : one.finish]) for one in definition.variables]
            for _, cells in rows
        ]
    lines = [(place, line) for place, line in enumerate(re.split("\r\n|\r|\n", text), start=1)][
        definition.skip :
    ]
    kept = [(place, line) for place, line in lines if line.strip()]
    last = max((one.finish for one in definition.variables), default=0)
    wrong = [(place, line) for place, line in kept if len(line) < last or line[last:].strip()]
    _refuse(data, [(place, f"{len(line)} characters", f"{last} characters") for place, line in wrong])
    return [place for place, _ in kept], [
        [line[one.start - 1 : one.finish] for one in definition.variables] for _, line in kept
    ]


def _refuse(data: Path, wrong: Sequence[tuple[int, str, str]]) -> None:
    if wrong:
        raise Problems(
            UNREADABLE(
                f"line {line} does not have the width of the definition",
                place=Place(data.name, line),
                found=found,
                expected=expected,
            )
            for line, found, expected in wrong[:MOST]
        )


class _Reading:
    """The answers of one survey; problems and notices gather here."""

    def __init__(self, data: Path, definition: Definition, lines: list[int], rows: list[list[str]]) -> None:
        self.data, self.definition, self.lines, self.rows = data, definition, lines, rows
        self.problems: list[Problem] = []
        self.notices: list[Problem] = []
        self.more = 0

    def field(self, place: int, one: Defined) -> Field | Many | None:
        """What one variable says in each row."""
        texts = [row[place] for row in self.rows]
        if one.use == "serial":
            self.note(
                f"{one.name} numbers the interviews; it is left out, since it could tell who somebody is"
            )
            return None
        if one.filter:
            self.note(
                f"{one.name} was asked only where {one.filter}; who that was is told by the empty answers"
            )
        if one.type == "multiple":
            return self.many(place, one, texts)
        return Field(
            one.name,
            one.label,
            [self.cell(row, one, text) for row, text in enumerate(texts)],
            labels=self.labels(one),
            scale=one.type == "quantity",
            at=one.start,
            order=place,
        )

    def labels(self, one: Defined) -> dict[float | str, str]:
        if one.type == "logical":
            return ANSWER
        if one.type == "quantity" and one.values:
            told = ", ".join(f"{code} {label}" for code, label in list(one.values.items())[:5])
            self.note(
                f"{one.name} gives labels to single numbers ({told}) without saying whether they are answers; they "
                "stay numbers, until a codebook calls some of them missing"
            )
        if one.type != "single":
            return {}
        if one.literal:
            return {code: label for code, label in one.values.items()}  # noqa: C416 - keys of a wider type
        return {float(code): label or f"{float(code):g}" for code, label in one.values.items()}

    def cell(self, row: int, one: Defined, text: str) -> Cell:
        """One answer; None where there is none."""
        if one.type == "character":
            kept = bare(text) if self.definition.csv else text.rstrip(" ")
            return kept or None
        stripped = text.strip()
        if not stripped:
            return None
        if one.type == "date":
            return self.parted(row, one, stripped, r"(\d{4})(\d\d)(\d\d)", "-", "a date as YYYYMMDD")
        if one.type == "time":
            return self.parted(row, one, stripped, r"(\d\d)(\d\d)(\d\d)", ":", "a time as HHMMSS")
        if one.literal:
            return self.known(row, one, stripped, stripped in one.values)
        try:
            number = float(stripped)
        except ValueError:
            self.bad(row, one, stripped, "a number")
            return None
        if one.type == "logical":
            return self.known(row, one, number, number in ANSWER)
        codes = {float(code) for code in one.values}
        ranged = any(low <= number <= high for low, high in one.ranges)
        return self.known(row, one, number, one.type != "single" or number in codes or ranged)

    def known(self, row: int, one: Defined, cell: Cell, fine: bool) -> Cell:
        if fine:
            return cell
        found = f"{cell:g}" if isinstance(cell, float) else str(cell)
        codes = ", ".join(one.values) or "1, 0"
        self.bad(row, one, found, f"one of {codes}")
        return None

    def parted(self, row: int, one: Defined, text: str, shape: str, mark: str, expected: str) -> Cell:
        match = re.fullmatch(shape, text)
        written = mark.join(match.groups()) if match else ""
        try:
            date.fromisoformat(written) if one.type == "date" else time.fromisoformat(written)
        except ValueError:
            self.bad(row, one, text, expected)
            return None
        return written

    def many(self, place: int, one: Defined, texts: Sequence[str]) -> Many:
        """A question with several answers, whichever way they are written."""
        codes = [int(float(code)) for code in one.values]
        ticks: dict[int, list[float | None]] = {code: [] for code in codes}
        for row, text in enumerate(texts):
            given = self.spread(row, one, text) if one.subfields else self.bits(row, one, text)
            for code in sorted((given or set()) - set(codes)):
                self.bad(row, one, str(code), f"some of {', '.join(map(str, codes))}")
            for code in codes:
                ticks[code].append(None if given is None else float(code in given))
        choices = tuple(Choice(int(float(code)), label or code) for code, label in one.values.items())
        return Many(one.name, one.label, choices, ticks, at=one.start, order=place)

    def bits(self, row: int, one: Defined, text: str) -> set[int] | None:
        """A row of 1 and 0, the first for code 1. Blank altogether: no answer."""
        if not text.strip():
            return None
        if set(text) - set("01 "):
            self.bad(row, one, text, "1 and 0 only")
        return {code for code, mark in enumerate(text, start=1) if mark == "1"}

    def spread(self, row: int, one: Defined, text: str) -> set[int] | None:
        """Codes one after another; 0 and blanks stand for nothing. Blank altogether: no answer."""
        if not text.strip():
            return None
        parts = text.split("\n")
        if len(parts) == 1:
            parts = [text[at : at + one.width] for at in range(0, one.width * one.subfields, one.width)]
        codes = {part.strip() for part in parts} - {""}
        wrong = [part for part in codes if not (part.isascii() and part.isdigit())]
        if wrong:
            self.bad(row, one, wrong[0], "codes one after another")
        return {int(part) for part in codes if part not in wrong} - {0}

    def bad(self, row: int, one: Defined, found: str, expected: str) -> None:
        if len(self.problems) >= MOST:
            self.more += 1
            return
        place = Place(self.data.name, self.lines[row], one.start)
        self.problems.append(
            BAD_CELL(f"{one.name} cannot be `{found}`", place=place, found=found, expected=expected)
        )

    def note(self, sentence: str) -> None:
        self.notices.append(KEPT_OUT(sentence, place=Place(self.data.name)))

    def stop(self) -> None:
        """Raise what was found."""
        if self.more:
            self.problems.append(BAD_CELL(f"{self.more} more values do not fit", place=Place(self.data.name)))
        if self.problems:
            raise Problems(self.problems)
