"""The banner book: every question by every column of a banner, weighted, tested, small groups hidden."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from string import ascii_uppercase

import numpy as np
from numpy.typing import NDArray

from tandem.align.codebook import CODED, Kind, Variable
from tandem.align.problems import UNKNOWN_BANNER
from tandem.align.responses import Responses
from tandem.align.stats import (
    Estimates,
    Hidden,
    estimate,
    hide,
    letters,
    logit_intervals,
    mean_intervals,
    pair_tests,
)
from tandem.align.tally import NO_SHARE, Cells, Line, RowKind, Tally
from tandem.kernel import Problems

Floats = NDArray[np.float64]
TOTAL = -1

__all__ = [
    "Adjust",
    "Base",
    "Book",
    "Cell",
    "Column",
    "Hidden",
    "Row",
    "RowKind",
    "Rules",
    "Table",
    "banner_book",
]


class Adjust(StrEnum):
    """How the p-values of one question and one banner variable are adjusted for testing them all."""

    NONE = "none"
    HOLM = "holm"
    BENJAMINI_HOCHBERG = "benjamini-hochberg"


@dataclass(frozen=True)
class Rules:
    """How a book is made. Bases are people, unweighted.

    A column under `smallest` shows nothing; one under `doubtful` is flagged; one under `tested_from` gets no
    letters. `sure` and `likely`: the two levels of the letters, 0.5 < likely <= sure < 1. `confidence`: of the
    intervals. Raises ValueError outside the bounds.
    """

    smallest: int = 5
    doubtful: int = 30
    tested_from: int = 10
    sure: float = 0.95
    likely: float = 0.90
    adjust: Adjust = Adjust.NONE
    confidence: float = 0.95

    def __post_init__(self) -> None:
        if not (0.5 < self.likely <= self.sure < 1 and 0 < self.confidence < 1 and self.smallest >= 1):
            raise ValueError("0.5 < likely <= sure < 1, 0 < confidence < 1, smallest 1 or more")


@dataclass(frozen=True)
class Column:
    """One column of the banner: a choice of a banner variable, or the total (no letter, variable or code)."""

    letter: str
    variable: str
    head: str
    code: int | None
    label: str


@dataclass(frozen=True)
class Base:
    """Who a column of a table stands on: people, sum of weights, Kish's effective n; all None where hidden."""

    people: int | None
    weighted: float | None
    effective: float | None
    hidden: Hidden | None
    doubtful: bool


@dataclass(frozen=True)
class Cell:
    """One number. `value`: a share 0..1, a net -1..1 or a mean; None where hidden or nobody answered.

    `se`: linearised standard error; `low`, `high`: interval; None also where it cannot be known (one person).
    `letters`: columns of the same banner variable that this one lies above, capital at the sure level, small at
    the likely one.
    """

    value: float | None = None
    se: float | None = None
    low: float | None = None
    high: float | None = None
    letters: str = ""


@dataclass(frozen=True)
class Row:
    """One row: `code` is the choice or item it is about, if one; one cell for each column of the book."""

    kind: RowKind
    code: int | None
    label: str
    cells: tuple[Cell, ...]

    @property
    def is_share(self) -> bool:
        """Whether the values are shares 0..1 of people."""
        return self.kind not in NO_SHARE


@dataclass(frozen=True)
class Table:
    """One variable across the banner: one base for each column of the book, then the rows."""

    variable: Variable
    bases: tuple[Base, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Book:
    """All tables. `people`: rows of the data; `weighted`: whether the weights differ; `left_out`: open questions."""

    columns: tuple[Column, ...]
    tables: tuple[Table, ...]
    rules: Rules
    people: int
    weighted: bool
    left_out: tuple[str, ...]

    def __getitem__(self, variable: str) -> Table:
        """The table of a variable by its name. Raises KeyError."""
        for table in self.tables:
            if table.variable.name == variable:
                return table
        raise KeyError(variable)


def banner_book(
    responses: Responses,
    banner: Sequence[str] = (),
    variables: Sequence[str] | None = None,
    rules: Rules | None = None,
) -> Book:
    """Tables of `variables` (None: all of the codebook) by the total and each choice of the `banner` variables.

    Banner variables are SINGLE or FIVE; their missing choices get no column. Respondents are taken as
    independent draws with unequal weights; for strata and clusters see `align.stats`. Shares are tested with
    pooled variance on effective bases, means and nets by their standard errors; only columns of one banner
    variable are tested against each other, never against the total that holds them. A column is hidden question
    by question, as its base is, with those that would give it away. Raises Problems (ALN-004) for a banner variable
    that is unknown or has no exclusive choices, KeyError for an unknown name in `variables`.
    """
    rules = rules or Rules()
    columns = _columns(responses, banner)
    cells, parts = _cells(responses, columns, banner)
    book = responses.codebook
    wanted = [book[name] for name in variables] if variables is not None else list(book.variables)
    tables = [
        _table(cells.tally(responses, variable), variable, cells, parts, columns, rules)
        for variable in wanted
        if variable.kind is not Kind.OPEN
    ]
    weight = responses.weight
    return Book(
        columns=columns,
        tables=tuple(tables),
        rules=rules,
        people=len(responses),
        weighted=bool(weight.size and (weight != weight[0]).any()),
        left_out=tuple(variable.name for variable in wanted if variable.kind is Kind.OPEN),
    )


def _columns(responses: Responses, banner: Sequence[str]) -> tuple[Column, ...]:
    book = responses.codebook
    usable = tuple(variable.name for variable in book.variables if variable.kind in CODED)
    columns = [Column("", "", "", None, "Total")]
    for name in banner:
        if name not in usable or banner.count(name) > 1:
            sentence = f"`{name}` cannot stand across: a banner variable has choices that exclude each other"
            raise Problems(UNKNOWN_BANNER(sentence, found=name, alternatives=usable))
        for choice in book[name].choices:
            if not choice.missing:
                letter = _letter(len(columns) - 1)
                columns.append(Column(letter, name, book[name].label, choice.code, choice.label))
    return tuple(columns)


def _letter(place: int) -> str:
    """A to Z, then A2 to Z2 and so on, so that letters put together can be read apart."""
    turn, at = divmod(place, len(ascii_uppercase))
    return ascii_uppercase[at] + (str(turn + 1) if turn else "")


def _cells(
    responses: Responses, columns: Sequence[Column], banner: Sequence[str]
) -> tuple[Cells, NDArray[np.int64]]:
    """Everybody in the cell of their answers to all banner variables, and the part of each column."""
    key = np.zeros(len(responses), dtype=np.int64)
    of_cell: list[NDArray[np.int64]] = []
    for name in banner:
        own = [column.code for column in columns if column.variable == name]
        place = np.full(len(responses), len(own), dtype=np.int64)
        for at, code in enumerate(own):
            place[responses.column(name) == code] = at
        together = key * (len(own) + 1) + place
        counts = np.bincount(together) if len(responses) else np.zeros(0, dtype=np.int64)
        seen = np.flatnonzero(counts)
        key = (np.cumsum(counts > 0) - 1)[together]
        before, here = np.divmod(seen, len(own) + 1)
        of_cell = [*(each[before] for each in of_cell), here]
    number = len(of_cell[0]) if of_cell else 1
    members = [np.ones(number, dtype=bool)]
    parts = [TOTAL]
    for part, (name, here) in enumerate(zip(banner, of_cell, strict=True)):
        for at in range(sum(column.variable == name for column in columns)):
            members.append(here == at)
            parts.append(part)
    return Cells(key.astype(np.intp), np.array(members), responses.weight), np.array(parts, dtype=np.int64)


def _table(
    tally: Tally,
    variable: Variable,
    cells: Cells,
    parts: NDArray[np.int64],
    columns: Sequence[Column],
    rules: Rules,
) -> Table:
    found = estimate(tally.sums, len(cells.cell))
    shares = np.array([line.kind not in NO_SHARE for line in tally.lines], dtype=bool)
    hidden = hide(cells.members, tally.people, parts, rules.smallest)
    n = tally.sums.n
    tested = (n >= max(rules.tested_from, 2)) & np.array([each is None for each in hidden])
    marks = _marks(found, shares, parts, tested, [column.letter for column in columns], rules)
    low, high = _intervals(found, shares, n, rules.confidence)
    values = [each + tally.offset for each in (found.value, low, high)]
    bases = [
        Base(None, None, None, why, doubtful=True)
        if why
        else Base(
            int(n[c]), float(tally.sums.w[c]), float(found.effective[c]), None, bool(n[c] < rules.doubtful)
        )
        for c, why in enumerate(hidden)
    ]
    return Table(variable, tuple(bases), _rows(tally.lines, values, found.se, marks, hidden))


def _rows(
    lines: Sequence[Line],
    values: Sequence[Floats],
    se: Floats,
    marks: Sequence[Sequence[str]],
    hidden: Sequence[Hidden | None],
) -> tuple[Row, ...]:
    value, low, high = (each.T.tolist() for each in values)
    error = se.T.tolist()
    rows = []
    for r, line in enumerate(lines):
        numbers = zip(value[r], error[r], low[r], high[r], marks[r], hidden, strict=True)
        cells = (
            Cell() if why else Cell(_known(v), _known(s), _known(a), _known(b), mark)
            for v, s, a, b, mark, why in numbers
        )
        rows.append(Row(line.kind, line.code, line.label, tuple(cells)))
    return tuple(rows)


def _known(number: float) -> float | None:
    return number if number == number else None


def _intervals(
    found: Estimates, shares: NDArray[np.bool_], n: Floats, confidence: float
) -> tuple[Floats, Floats]:
    """Logit intervals of shares, t intervals of the rest; degrees of freedom: the column's people less one."""
    low, high = logit_intervals(found.value, found.se, found.effective, n - 1, confidence)
    lower, upper = mean_intervals(found.value, found.se, n - 1, confidence)
    return np.where(shares, low, lower), np.where(shares, high, upper)


def _marks(
    found: Estimates,
    shares: NDArray[np.bool_],
    parts: NDArray[np.int64],
    tested: NDArray[np.bool_],
    names: Sequence[str],
    rules: Rules,
) -> list[list[str]]:
    """The letters, row by row and column by column; the total has none."""
    marks = [[""] * len(parts) for _ in shares]
    for part in np.unique(parts[parts != TOTAL]):
        index: list[int] = np.flatnonzero(parts == part).tolist()
        gap, p = pair_tests(found, shares, index, tested, str(rules.adjust))
        told = letters(gap, p, [names[i] for i in index], rules.sure, rules.likely)
        for row, own in zip(marks, told, strict=True):
            for i, mark in zip(index, own, strict=True):
                row[i] = mark
    return marks
