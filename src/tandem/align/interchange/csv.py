"""CSV with a codebook beside it: one line a respondent, a header, codes or labels in the cells.

Written: UTF-8, CRLF, codes. Columns are NAME, or NAME__CODE for each item of MULTIPLE (1 or 0) and RANK (place);
an empty cell is no answer. Text that a spreadsheet would run as a formula gets an apostrophe in front, which
reading takes away again.
"""

import csv
import io
import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from tandem.align.codebook import Kind
from tandem.align.interchange.book import Book
from tandem.align.interchange.fitting import MOST, doubled, fit
from tandem.align.interchange.problems import UNREADABLE
from tandem.align.interchange.sheet import Cell, Field, Imported, Sheet
from tandem.align.responses import Responses
from tandem.kernel import Place, Problem, Problems

WEIGHT = "WEIGHT"
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
MARKS = (",", ";", "\t")


def read_csv(path: Path, book: Book) -> Imported:
    """The answers of a CSV file by its codebook. Raises Problems with file:line:cell for each cell that is wrong.

    UTF-8, with or without a mark; the header's line tells whether comma, semicolon or tab parts the cells.
    """
    return fit(read_sheet(path), book.codebook, book.headers, book.weight)


def read_sheet(path: Path) -> Sheet:
    """The cells of a CSV file as texts. Raises Problems if it is no UTF-8, no CSV, or its lines differ in length."""
    text = decoded(path, "utf-8-sig")
    rows = list(lines_of(path, text))
    if not rows:
        raise Problems(
            UNREADABLE(f"`{path.name}` is empty", place=Place(path.name, 1), expected="a header line")
        )
    _, header = rows[0]
    if doubled(header):
        sentence = f"two columns are called `{doubled(header)[0]}`"
        raise Problems(UNREADABLE(sentence, place=Place(path.name, 1), fix="Give each column its own name."))
    columns: list[Sequence[str]] = list(zip(*(cells for _, cells in rows[1:]), strict=True)) or [()] * len(
        header
    )
    fields = tuple(
        Field(name, name, [bare(cell) for cell in column], at=place)
        for place, (name, column) in enumerate(zip(header, columns, strict=True), start=1)
    )
    return Sheet(path.name, path.stem, len(rows) - 1, fields, lines=[line for line, _ in rows[1:]])


def decoded(path: Path, encoding: str) -> str:
    """The text of a file. Raises Problems with the line where it is not of that encoding, or if it is not there."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise Problems(UNREADABLE(f"`{path}` cannot be opened: {error.strerror}", found=str(path))) from None
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        raise Problems(
            UNREADABLE(
                f"`{path.name}` is not written in {encoding.removesuffix('-sig')}",
                place=Place(path.name, line, column),
                found=f"byte {raw[error.start]:#04x}",
                fix="Save it again as UTF-8 (a spreadsheet calls it CSV UTF-8).",
            )
        ) from None
    except LookupError:
        raise Problems(
            UNREADABLE(
                f"`{path.name}` says it is written in `{encoding}`, which is not known", found=encoding
            )
        ) from None


def lines_of(path: Path, text: str, mark: str = "") -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of each line of a CSV text that is not blank. Raises Problems for lines that cannot be parted.

    `mark` parts the cells; left out, the first line tells.
    """
    first = text.partition("\n")[0]
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=mark or max(MARKS, key=first.count), strict=True
    )
    problems: list[Problem] = []
    width, start = 0, 1
    try:
        for cells in reader:
            at, start = start, reader.line_num + 1
            width = width or len(cells)
            if not cells:
                continue
            if len(cells) != width and len(problems) < MOST:
                problems.append(
                    UNREADABLE(
                        f"line {at} has {len(cells)} cells, the first line {width}",
                        place=Place(path.name, at, min(len(cells), width) + 1),
                        found=f"{len(cells)} cells",
                        expected=f"{width} cells",
                        fix="Correct the line; text with a comma or a line break stands in double quotes.",
                    )
                )
            yield at, cells
    except csv.Error as error:
        problems.append(UNREADABLE(f"the line cannot be parted: {error}", place=Place(path.name, start)))
    if problems:
        raise Problems(problems)


def write_csv(responses: Responses, path: Path, weighted: str = WEIGHT) -> tuple[Problem, ...]:
    """Write the answers as codes, with a column of weights called `weighted`. Nothing is lost but "" as an answer."""
    columns = [
        _cells(responses, name, variable.kind)
        for variable in responses.codebook.variables
        for name in variable.columns
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*responses.codebook.columns, weighted])
        weights = [number(value) for value in responses.weight.tolist()]
        writer.writerows(zip(*columns, weights, strict=True))
    return ()


def _cells(responses: Responses, name: str, kind: Kind) -> list[str]:
    column = responses.columns[name].tolist()
    if kind is Kind.OPEN:
        return ["" if value is None else safe(value) for value in column]
    return [number(value) for value in column]


def number(value: float) -> str:
    """A number so that reading gives the same one; NaN is an empty cell, 3.0 is 3."""
    if math.isnan(value):
        return ""
    return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)


def safe(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if _formula(text) else text


def bare(text: str) -> Cell:
    """The text without the apostrophe that `safe` puts in front."""
    return text[1:] if text.startswith("'") and _formula(text[1:]) else text


def _formula(text: str) -> bool:
    """Whether a spreadsheet could run it, also under apostrophes that stood there before."""
    return text.lstrip(" '").startswith(FORMULA) and not NUMBER.fullmatch(text)
