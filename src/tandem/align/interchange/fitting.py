"""Cells of a file -> the columns of a codebook. Every cell is used, or a problem or notice says why not."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeAlias

import numpy as np

from tandem.align.codebook import CODED, Codebook, Kind, Variable
from tandem.align.interchange.problems import BAD_CELL, KEPT_OUT, NO_COLUMN
from tandem.align.interchange.sheet import Cell, Field, Imported, Many, Sheet
from tandem.align.responses import Column, Responses
from tandem.kernel import Place, Problem, Problems, numbers

MOST = 50
TICKED = frozenset({"1", "x", "true", "yes", "selected", "checked", "ticked"})
EMPTY = frozenset({"0", "false", "no", "not selected", "unchecked", "not ticked"})
SHOWN = 80


Read: TypeAlias = Callable[[Cell, Field], float | None]


class _Unfit(Exception):  # noqa: N818 - caught where problems are collected
    """What was expected of a cell."""


def fit(sheet: Sheet, codebook: Codebook, headers: Mapping[str, str], weight: str = "") -> Imported:
    """The sheet as responses to the codebook; `headers`: column of `Responses` -> field, where they differ.

    A coded cell may hold the code or the label. `weight` names the field of the weights. Raises Problems with
    every cell that does not fit (the first 50 of them) and every column that is not there.
    """
    work = _Fitting(sheet, codebook, headers, weight)
    columns: dict[str, Column] = {}
    for variable in codebook.variables:
        columns.update(work.columns(variable))
    weights = work.weights()
    work.stop()
    left = work.left()
    return Imported(Responses(codebook, columns, weights), (*sheet.notices, *work.notices, *left))


class _Fitting:
    """One sheet and one codebook; problems gather here."""

    def __init__(self, sheet: Sheet, codebook: Codebook, headers: Mapping[str, str], weight: str) -> None:
        self.sheet, self.codebook, self.headers = sheet, codebook, headers
        self.weight = weight or sheet.weight
        self.fields = {one.name.casefold(): one for one in sheet.fields}
        self.many = {one.name.casefold(): one for one in sheet.many}
        self.used: set[str] = set()
        self.problems: list[Problem] = []
        self.notices: list[Problem] = []
        self.more = 0

    def columns(self, variable: Variable) -> dict[str, Column]:
        """The columns of one variable, or nothing after noting problems."""
        whole = self.many.get(self.headers.get(variable.name, variable.name).casefold())
        if variable.kind is Kind.MULTIPLE and whole and not set(variable.columns) & set(self.headers):
            return self.set_of(variable, whole)
        found = {column: self.field(column) for column in variable.columns}
        fields = {column: one for column, one in found.items() if one is not None}
        if len(fields) < len(found):
            return {}
        if variable.kind is Kind.MULTIPLE:
            ticks = {
                code: self.cells(fields[column], variable, partial(_tick, variable=variable, code=code))
                for column, code in zip(variable.columns, variable.codes, strict=True)
            }
            return self.ticked(variable, ticks)
        return {column: self.column(one, variable) for column, one in fields.items()}

    def field(self, column: str) -> Field | None:
        """The field of a column, or None after noting that there is none."""
        wanted = self.headers.get(column, column)
        found = self.fields.get(wanted.casefold())
        if found is None:
            self.note(
                NO_COLUMN(
                    f"`{self.sheet.file}` has no column `{wanted}`",
                    place=Place(self.sheet.file, 1) if self.sheet.lines else Place(self.sheet.file),
                    found=wanted,
                    alternatives=[one.name for one in self.sheet.fields],
                )
            )
            return None
        self.used.add(found.name)
        return found

    def column(self, one: Field, variable: Variable) -> Column:
        """One column of a variable that is not MULTIPLE."""
        if variable.kind is Kind.OPEN:
            column = np.full(self.sheet.rows, None, dtype=object)
            column[:] = [_text(cell) for cell in one.cells]
            return column
        if variable.kind is Kind.NUMERIC:
            self.odd_missing(one, variable)
        read = _coded if variable.kind in CODED else _place if variable.kind is Kind.RANK else _number
        cells = self.cells(one, variable, partial(read, variable=variable))
        return np.array([math.nan if cell is None else cell for cell in cells], dtype=np.float64)

    def cells(self, one: Field, variable: Variable, read: Read) -> list[float | None]:
        """Each cell by `read`; those that it refuses become problems. What repeats is read once."""
        known: dict[Cell, float | _Unfit | None] = {}
        values: list[float | None] = []
        for row, cell in enumerate(one.cells):
            if cell not in known:
                try:
                    known[cell] = None if cell is None or cell == "" else read(cell, one)
                except _Unfit as unfit:
                    known[cell] = unfit
            value = known[cell]
            if isinstance(value, _Unfit):
                self.bad(row, one.at, cell, variable.name, str(value))
                value = None
            values.append(value)
        return values

    def set_of(self, variable: Variable, whole: Many) -> dict[str, Column]:
        """A set that the file itself declares."""
        self.used.add(whole.name)
        empty: list[float | None] = [None] * self.sheet.rows
        for code in sorted(set(whole.ticks) - set(variable.codes)):
            for row, value in enumerate(whole.ticks[code]):
                if value:
                    expected = ", ".join(map(str, variable.codes))
                    self.bad(row, whole.at, float(code), variable.name, f"one of {expected}")
        return self.ticked(variable, {code: whole.ticks.get(code, empty) for code in variable.codes})

    def ticked(self, variable: Variable, ticks: Mapping[int, Sequence[float | None]]) -> dict[str, Column]:
        """Ticks as columns: an item left empty beside others that are answered counts as not ticked."""
        grid = np.array(
            [[math.nan if cell is None else cell for cell in ticks[code]] for code in variable.codes]
        )
        grid = grid.reshape(len(variable.codes), self.sheet.rows)
        answered = ~np.isnan(grid).all(axis=0)
        holes = np.isnan(grid) & answered
        if holes.any() and (grid == 0).any():
            rows = numbers.plural(int(holes.any(axis=0).sum()), "row")
            self.kept_out(
                f"{variable.name}: in {rows} some items are empty beside others that are answered; "
                "they count as not ticked"
            )
        elif (grid == 1).any() and not (grid == 0).any() and not answered.all():
            rows = numbers.plural(int((~answered).sum()), "row")
            self.kept_out(
                f"{variable.name}: the file marks what is ticked and nothing else; {rows} without a tick taken as "
                "not answered, though nothing may have been ticked"
            )
        grid[holes] = 0.0
        return {column: grid[place] for place, column in enumerate(variable.columns)}

    def odd_missing(self, one: Field, variable: Variable) -> None:
        """Say how many missing values are no whole number: those have no code and become empty."""
        odd = sum(
            isinstance(cell, float) and one.is_missing(cell) and cell not in variable.codes
            for cell in one.cells
        )
        if odd:
            values = numbers.plural(odd, "value")
            self.kept_out(
                f"{variable.name}: the file calls {values} missing that no code stands for; empty here"
            )

    def weights(self) -> Column:
        """The weight of each row, 1.0 where none is named."""
        if not self.weight:
            return np.ones(self.sheet.rows)
        one = self.field(self.weight)
        if one is None:
            return np.ones(self.sheet.rows)
        weights = np.ones(self.sheet.rows)
        for row, cell in enumerate(one.cells):
            try:
                value = _plain_number(cell)
                if value < 0:
                    raise _Unfit("0 or more")
                weights[row] = value
            except _Unfit:
                self.bad(row, one.at, cell, "the weight", "a number, 0 or more")
        return weights

    def bad(self, row: int, at: int | None, cell: Cell, name: str, expected: str) -> None:
        found = f"{cell:g}" if isinstance(cell, float) else str(cell)[:SHOWN]
        where = "" if self.sheet.lines else f" in row {row + 1}"
        self.note(
            BAD_CELL(
                f"{name}{where} cannot be `{found}`",
                place=self.sheet.place(row, at),
                found=found,
                expected=expected[: 4 * SHOWN],
            )
        )

    def note(self, problem: Problem) -> None:
        if len(self.problems) < MOST:
            self.problems.append(problem)
        else:
            self.more += 1

    def kept_out(self, sentence: str) -> None:
        self.notices.append(KEPT_OUT(sentence, place=Place(self.sheet.file)))

    def stop(self) -> None:
        """Raise what was found."""
        if self.more:
            sentence = f"{self.more} more values or columns do not fit either"
            self.problems.append(BAD_CELL(sentence, place=Place(self.sheet.file)))
        if self.problems:
            raise Problems(self.problems)

    def left(self) -> tuple[Problem, ...]:
        """What the file has and the codebook does not name."""
        there = [one.name for one in self.sheet.fields] + [one.name for one in self.sheet.many]
        names = [name for name in there if name not in self.used]
        if not names:
            return ()
        some = ", ".join(names[:20]) + (" …" if len(names) > 20 else "")
        columns = numbers.plural(len(names), "column")
        sentence = f"left out, since the codebook does not name {columns} of the file: {some}"
        return (KEPT_OUT(sentence, place=Place(self.sheet.file)),)


def _coded(cell: Cell, one: Field, variable: Variable) -> float:
    """The code of a cell that holds a code or a label."""
    if isinstance(cell, float):
        if cell in variable.codes:
            return cell
        raise _Unfit(_codes(variable))
    text = str(cell).strip()
    number = _whole(text)
    if number is not None and number in variable.codes:
        return float(number)
    wanted = {_folded(text), _folded(one.labels.get(str(cell), text))}
    for choice in variable.choices:
        if _folded(choice.label) in wanted:
            return float(choice.code)
    raise _Unfit(_codes(variable))


def _tick(cell: Cell, one: Field, variable: Variable, code: int) -> float:
    """Whether the item is ticked: 1 or 0, a word for it, or the item's own label."""
    if isinstance(cell, float):
        if cell in (0.0, 1.0):
            return cell
        raise _Unfit("1 or 0")
    text = _folded(str(cell))
    label = variable.choice(code).label
    if text in TICKED or text == _folded(label):
        return 1.0
    if text in EMPTY:
        return 0.0
    raise _Unfit(f"1, 0, or `{label}`")


def _place(cell: Cell, one: Field, variable: Variable) -> float:
    number = cell if isinstance(cell, float) else _whole(str(cell).strip())
    if number is None or number not in range(1, len(variable.choices) + 1):
        raise _Unfit(f"a place from 1 to {len(variable.choices)}")
    return float(number)


def _number(cell: Cell, one: Field, variable: Variable) -> float | None:
    if isinstance(cell, float) and one.is_missing(cell) and cell not in variable.codes:
        return None
    if isinstance(cell, str):
        for choice in variable.choices:
            if _folded(choice.label) == _folded(cell) and _whole(cell.strip()) is None:
                return float(choice.code)
    return _plain_number(cell)


def _plain_number(cell: Cell) -> float:
    try:
        value = float(cell) if cell is not None and "_" not in str(cell) else math.nan
    except ValueError:
        raise _Unfit("a number, with a point before decimals") from None
    if not math.isfinite(value):
        raise _Unfit("a number, with a point before decimals")
    return value


def _text(cell: Cell) -> str | None:
    if cell is None or cell == "":
        return None
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    return cell


def _whole(text: str) -> int | None:
    """The whole number that the text is, 3 or 3.0."""
    try:
        value = float(text)
    except ValueError:
        return None
    return int(value) if math.isfinite(value) and value == int(value) else None


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _codes(variable: Variable) -> str:
    return ", ".join(f"{choice.code} {choice.label}" for choice in variable.choices)


def doubled(names: Sequence[str]) -> list[str]:
    """Names that stand for two fields, whether in capitals or not."""
    return [name for name, number in Counter(name.casefold() for name in names).items() if number > 1]
