"""The answers to one question summed for every column of a banner at once, without a loop over people."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tandem.align.codebook import CODED, Kind, Variable
from tandem.align.responses import Responses
from tandem.align.stats import Sums

Floats = NDArray[np.float64]
Index = NDArray[np.intp]


class RowKind(StrEnum):
    """What a row says: the share of a choice or item, of several together, or a mean.

    NET: top two less bottom two. FIRST: share who put the item first, FIRST_THREE: among the first three places;
    PLACE: its mean place, where items without one share the places left over evenly.
    """

    CHOICE = "choice"
    TOP_2 = "top 2"
    BOTTOM_2 = "bottom 2"
    BOTTOM_3 = "bottom 3"
    NET = "net"
    MEAN = "mean"
    FIRST = "first"
    FIRST_THREE = "first three"
    PLACE = "place"


NO_SHARE = frozenset({RowKind.NET, RowKind.MEAN, RowKind.PLACE})
PLACES = (RowKind.FIRST, RowKind.FIRST_THREE, RowKind.PLACE)
BOXES = (
    (RowKind.TOP_2, {4: 1, 5: 1}),
    (RowKind.BOTTOM_2, {1: 1, 2: 1}),
    (RowKind.BOTTOM_3, {1: 1, 2: 1, 3: 1}),
    (RowKind.NET, {1: -1, 2: -1, 4: 1, 5: 1}),
    (RowKind.MEAN, {1: 1, 2: 2, 3: 3, 4: 4, 5: 5}),
)


@dataclass(frozen=True)
class Line:
    """One row of a table before it has numbers: `code` is the choice or item it is about, if one."""

    kind: RowKind
    code: int | None
    label: str


@dataclass(frozen=True)
class Tally:
    """One question, summed. `people` (cells,): who answered, by cell of the banner; `offset` (R,) was taken off."""

    lines: tuple[Line, ...]
    sums: Sums
    people: NDArray[np.int64]
    offset: Floats


@dataclass(frozen=True, eq=False)
class Cells:
    """People put into cells: those who stand in the same columns of the banner share one.

    `cell` (people,): the cell of each; `members` (columns, cells): which cells a column is made of.
    """

    cell: Index
    members: NDArray[np.bool_]
    weight: Floats

    @property
    def number(self) -> int:
        """How many cells there are."""
        return int(self.members.shape[1])

    @cached_property
    def _into_columns(self) -> Floats:
        return self.members.astype(np.float64)

    @cached_property
    def _squares(self) -> Floats:
        return self.weight**2

    def tally(self, responses: Responses, variable: Variable) -> Tally:
        """The sums of one variable. Raises ValueError for an open question, which has none."""
        if variable.kind in CODED:
            return self._coded(responses, variable)
        if variable.kind is Kind.MULTIPLE:
            return self._multiple(responses, variable)
        if variable.kind is Kind.RANK:
            return self._ranked(responses, variable)
        if variable.kind is Kind.NUMERIC:
            return self._number(responses, variable)
        raise ValueError(f"{variable.name} is open: text has no table")

    def _by_code(self, codes: Index, number: int) -> list[Floats]:
        """Count, sum of w and sum of w^2 by cell and code (cells, `number`); a code of `number` is left out."""
        at = self.cell * (number + 1) + codes
        size = self.number * (number + 1)
        found = (np.bincount(at, each, size) for each in (None, self.weight, self._squares))
        return [each.astype(float).reshape(self.number, number + 1)[:, :number] for each in found]

    def _scored(self, lines: Sequence[Line], by_code: Sequence[Floats], scores: Floats) -> Tally:
        """Rows as scores (R, codes) of the codes."""
        n, w, w2 = (self._into_columns @ each for each in by_code)
        sums = Sums(
            n.sum(axis=1), w.sum(axis=1), w2.sum(axis=1), w @ scores.T, w2 @ scores.T, w2 @ (scores**2).T
        )
        people = by_code[0].sum(axis=1).astype(np.int64)
        return Tally(tuple(lines), sums, people, np.zeros(len(lines)))

    def _coded(self, responses: Responses, variable: Variable) -> Tally:
        valid = [choice for choice in variable.choices if not choice.missing]
        codes = _places(responses.column(variable.name), variable, [choice.code for choice in valid])
        if variable.asked_of:
            codes[~responses.asked(variable.name)] = len(valid)
        lines = [Line(RowKind.CHOICE, choice.code, choice.label) for choice in valid]
        scores = list(np.eye(len(valid)))
        if variable.kind is Kind.FIVE:
            for kind, score in BOXES:
                lines.append(Line(kind, None, str(kind)))
                scores.append(np.array([score.get(choice.code, 0) for choice in valid], dtype=float))
        return self._scored(
            lines, self._by_code(codes, len(valid)), np.array(scores).reshape(len(lines), len(valid))
        )

    def _multiple(self, responses: Responses, variable: Variable) -> Tally:
        base = responses.base(variable.name)
        n, w, w2 = (each[:, 0] for each in self._by_code(np.where(base, 0, 1), 1))
        items = [choice for choice in variable.choices if not choice.missing]
        ticked = []
        for item in items:
            rows = np.flatnonzero(base & (responses.column(variable.name, item.code) == 1.0))
            cell = self.cell[rows]
            ticked.append(
                [np.bincount(cell, each[rows], self.number) for each in (self.weight, self._squares)]
            )
        into = self._into_columns
        wy, w2y = (
            into @ np.array([each[i] for each in ticked]).reshape(len(items), self.number).T for i in (0, 1)
        )
        lines = tuple(Line(RowKind.CHOICE, item.code, item.label) for item in items)
        sums = Sums(into @ n, into @ w, into @ w2, wy, w2y, w2y)
        return Tally(lines, sums, n.astype(np.int64), np.zeros(len(lines)))

    def _ranked(self, responses: Responses, variable: Variable) -> Tally:
        """Places as codes: 1, 1.5, 2 ... given, then the same as the mean of the places left over."""
        base = responses.base(variable.name)
        items = [choice for choice in variable.choices if not choice.missing]
        steps = 2 * len(variable.choices) - 1
        value = np.tile(1 + np.arange(steps) / 2, 2)
        given = np.arange(2 * steps) < steps
        scores = np.array([given & (value == 1), given & (value <= 3), value], dtype=float)
        columns = [responses.column(variable.name, item.code) for item in items]
        placed = np.zeros(len(responses))
        for column in columns:
            placed += ~np.isnan(column)
        tallies = []
        for item, column in zip(items, columns, strict=True):
            empty = np.isnan(column)
            place = np.where(empty, (placed + 1 + len(items)) / 2, column)
            codes = np.where(base, 2 * place - 2 + steps * empty, 2 * steps).astype(np.intp)
            lines = [Line(kind, item.code, item.label) for kind in PLACES]
            tallies.append(self._scored(lines, self._by_code(codes, 2 * steps), scores))
        return _beside(tallies)

    def _number(self, responses: Responses, variable: Variable) -> Tally:
        base = responses.base(variable.name)
        rows = np.flatnonzero(base)
        y, cell = responses.column(variable.name)[rows], self.cell[rows]
        offset = float(y.mean()) if y.size else 0.0
        y = y - offset
        w, w2 = self.weight[rows], self._squares[rows]
        n = np.bincount(cell, minlength=self.number)
        into = self._into_columns
        by_cell = (np.bincount(cell, each, self.number) for each in (w, w2, w * y, w2 * y, w2 * y * y))
        sw, sw2, wy, w2y, w2yy = (into @ each for each in by_cell)
        sums = Sums(into @ n, sw, sw2, wy[:, None], w2y[:, None], w2yy[:, None])
        return Tally((Line(RowKind.MEAN, None, "mean"),), sums, n.astype(np.int64), np.array([offset]))


def _places(column: Floats, variable: Variable, valid: Sequence[int]) -> Index:
    """The place of each answer among the valid codes; one beyond the last for a missing choice or no answer."""
    low, high = min(variable.codes), max(variable.codes)
    if high - low > 10_000:
        order = np.argsort(valid, kind="stable")
        at = np.searchsorted(np.asarray(valid, dtype=float)[order], column).clip(max=len(valid) - 1)
        return np.where(np.asarray(valid)[order][at] == column, order[at], len(valid)).astype(np.intp)
    table = np.full(high - low + 2, len(valid), dtype=np.intp)
    table[np.asarray(valid, dtype=np.intp) - low] = np.arange(len(valid))
    return table[np.where(np.isnan(column), high + 1, column).astype(np.intp) - low]


def _beside(tallies: Sequence[Tally]) -> Tally:
    """Items of one question as one tally: they share the base."""
    first = tallies[0].sums
    wy, w2y, w2yy = (
        np.hstack([getattr(each.sums, name) for each in tallies]) for name in ("wy", "w2y", "w2yy")
    )
    lines = tuple(line for each in tallies for line in each.lines)
    return Tally(
        lines, Sums(first.n, first.w, first.w2, wy, w2y, w2yy), tallies[0].people, np.zeros(len(lines))
    )
