"""The answers of one survey as columns: one row per respondent, nobody's name."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tandem.align.codebook import CODED, SPREAD, Codebook, Kind, Variable

Column: TypeAlias = NDArray[Any]
Numbers: TypeAlias = NDArray[np.float64]
Mask: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Responses:
    """One row per respondent; `columns` holds exactly the columns of the codebook, all of one length.

    SINGLE, FIVE and NUMERIC: float64, the code or number; NaN: not asked or not answered. MULTIPLE:
    NAME__CODE, 1.0 ticked and 0.0 not; NaN in all items of a row where the question was not asked or not
    answered at all. RANK: NAME__CODE, the place 1, 2 ... up to the number of items, ties allowed; NaN not
    ranked. OPEN: objects, text or None. `weight`: float64, finite, 0 or more; 1.0 where unweighted.
    Raises ValueError for anything else: a column too many or missing, a code that the codebook does not know.
    """

    codebook: Codebook
    columns: Mapping[str, Column]
    weight: Numbers

    def __post_init__(self) -> None:
        wanted, found = set(self.codebook.columns), set(self.columns)
        if wanted != found:
            raise ValueError(f"columns missing {sorted(wanted - found)}, or unknown {sorted(found - wanted)}")
        _check_weight(self.weight)
        for name, column in self.columns.items():
            if column.shape != self.weight.shape:
                raise ValueError(f"{name} has {column.shape} rows, the weight {self.weight.shape}")
        for variable in self.codebook.variables:
            _check(variable, [self.columns[name] for name in variable.columns])

    def __len__(self) -> int:
        """The number of respondents."""
        return int(self.weight.shape[0])

    def column(self, name: str, code: int | None = None) -> Column:
        """The column of a variable, or of one item of a MULTIPLE or RANK. Raises KeyError if there is none."""
        found: Column = self.columns[name if code is None else f"{name}__{code}"]
        return found

    def side(self, group: str) -> Mask:
        """True for the rows of one group, by its name (`marketing`). Raises KeyError for a name unknown."""
        mask: Mask = self.columns[self.codebook.group] == self.codebook.groups[group]
        return mask

    def of(self, group: str) -> "Responses":
        """The rows of one group, by its name (`marketing`). Raises KeyError for a name that is unknown."""
        return self.rows(self.side(group))

    def rows(self, which: Mask | NDArray[np.intp]) -> "Responses":
        """The rows that a mask or an array of places picks, in that order."""
        return replace(
            self,
            columns={name: column[which] for name, column in self.columns.items()},
            weight=self.weight[which],
        )

    def asked(self, variable: str) -> Mask:
        """True for the rows whose group the variable is asked of; filters within a group are not known here."""
        groups = self.codebook[variable].asked_of
        mask: Mask = np.ones(len(self), dtype=bool)
        if groups and self.codebook.group:
            mask = np.isin(self.columns[self.codebook.group], [self.codebook.groups[name] for name in groups])
        return mask

    def base(self, variable: str) -> Mask:
        """True for those who were asked and answered, with no missing choice: what a percentage stands on.

        MULTIPLE: answered (ticking nothing is an answer) and no missing item ticked. RANK: some item that is
        not missing has a place. OPEN: text that is not blank.
        """
        about = self.codebook[variable]
        mask = self.asked(variable)
        if about.kind is Kind.OPEN:
            mask &= np.fromiter((_text(value) for value in self.columns[variable]), bool, len(self))
            return mask
        if about.kind is Kind.RANK:
            placed: Mask = np.zeros(len(self), dtype=bool)
            for code in about.valid:
                placed |= ~np.isnan(self.column(variable, code))
            return mask & placed
        if about.kind is Kind.MULTIPLE:
            mask &= ~np.isnan(self.column(variable, about.codes[0]))
            for code in about.missing:
                mask &= self.column(variable, code) != 1.0
            return mask
        answer = self.columns[variable]
        mask &= ~np.isnan(answer)
        for code in about.missing:
            mask &= answer != code
        return mask

    def with_weight(self, weight: Numbers) -> "Responses":
        """The same answers with another weight, float64, one for each row."""
        return replace(self, weight=weight)


def from_answers(
    codebook: Codebook,
    answers: Sequence[Mapping[str, object]],
    weight: Numbers | None = None,
) -> Responses:
    """Answers as stored (variable -> answer) to columns. A key that is absent, or null, is no answer.

    SINGLE and FIVE: code; MULTIPLE: list of codes, empty: nothing ticked; RANK: {code: place}, the code as
    number or text; NUMERIC: number; OPEN: text. Raises ValueError for a variable, code or type that the
    codebook does not allow, and names row (from 1) and variable.
    """
    columns = {
        name: np.full(len(answers), None if variable.kind is Kind.OPEN else np.nan)
        for variable in codebook.variables
        for name in variable.columns
    }
    for row, given in enumerate(answers):
        for name, answer in given.items():
            if name not in codebook:
                raise ValueError(f"answer {row + 1}: there is no variable {name}")
            if answer is None:
                continue
            try:
                for column, value in _cells(codebook[name], answer).items():
                    columns[column][row] = value
            except (TypeError, ValueError, KeyError) as error:
                raise ValueError(f"answer {row + 1}, {name}: {answer!r} does not fit ({error})") from None
    ones = np.ones(len(answers)) if weight is None else weight
    return Responses(codebook, columns, ones)


def to_answers(responses: Responses) -> list[dict[str, object]]:
    """The answers as they are stored, one mapping a row, without what was not answered; weights are not in it.

    `from_answers` of it gives the same columns.
    """
    answers: list[dict[str, object]] = [{} for _ in range(len(responses))]
    for variable in responses.codebook.variables:
        cells = [responses.columns[name].tolist() for name in variable.columns]
        for row, values in enumerate(zip(*cells, strict=True)):
            answer = _answer(variable, values)
            if answer is not None:
                answers[row][variable.name] = answer
    return answers


def _cells(variable: Variable, answer: object) -> dict[str, object]:
    """The cells of one answer. Raises ValueError or TypeError where it does not fit."""
    if variable.kind is Kind.MULTIPLE:
        if not isinstance(answer, list | tuple):
            raise TypeError("a list of codes is needed")
        ticked = {_code(variable, code) for code in answer}
        return {f"{variable.name}__{code}": float(code in ticked) for code in variable.codes}
    if variable.kind is Kind.RANK:
        if not isinstance(answer, Mapping):
            raise TypeError("places by code are needed")
        return {f"{variable.name}__{_code(variable, code)}": _number(at) for code, at in answer.items()}
    if variable.kind is Kind.OPEN:
        if not isinstance(answer, str):
            raise TypeError("text is needed")
        return {variable.name: answer}
    return {variable.name: float(_code(variable, answer)) if variable.kind in CODED else _number(answer)}


def _code(variable: Variable, code: object) -> int:
    """The code as a number, if the variable knows it."""
    if isinstance(code, bool) or not isinstance(code, int | str):
        raise TypeError("a code is a whole number")
    return variable.choice(int(code)).code


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError("a number is needed")
    return float(value)


def _answer(variable: Variable, values: Sequence[Any]) -> object:
    """The cells of one row back to an answer; None if there is none."""
    if variable.kind is Kind.OPEN:
        return values[0]
    if all(math.isnan(value) for value in values):
        return None
    if variable.kind is Kind.MULTIPLE:
        return [code for code, value in zip(variable.codes, values, strict=True) if value == 1.0]
    if variable.kind is Kind.RANK:
        return {
            str(code): int(value)
            for code, value in zip(variable.codes, values, strict=True)
            if not math.isnan(value)
        }
    if variable.kind in CODED or values[0] == int(values[0]):
        return int(values[0])
    return values[0]


def _text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _check_weight(weight: Numbers) -> None:
    if weight.ndim != 1 or weight.dtype != np.float64:
        raise ValueError("the weight is one float64 for each row")
    if not np.isfinite(weight).all() or (weight < 0).any():
        raise ValueError("a weight is a finite number, 0 or more")


def _check(variable: Variable, columns: Sequence[Column]) -> None:
    """The values of one variable. Raises ValueError for what the codebook does not allow."""
    if variable.kind is Kind.OPEN:
        if not all(value is None or isinstance(value, str) for value in columns[0]):
            raise ValueError(f"{variable.name}: text or None is needed")
        return
    if any(column.dtype != np.float64 for column in columns):
        raise ValueError(f"{variable.name}: the column is float64")
    if variable.kind is Kind.NUMERIC and np.isinf(columns[0]).any():
        raise ValueError(f"{variable.name}: a number is finite")
    if variable.kind in CODED:
        _check_values(variable, columns[0], variable.codes)
    if variable.kind is Kind.MULTIPLE:
        for column in columns:
            _check_values(variable, column, (0, 1))
            if (np.isnan(column) != np.isnan(columns[0])).any():
                raise ValueError(f"{variable.name}: a row has all items or none")
    if variable.kind in SPREAD - {Kind.MULTIPLE}:
        for column in columns:
            _check_values(variable, column, range(1, len(columns) + 1))


def _check_values(variable: Variable, column: Column, allowed: Sequence[int]) -> None:
    known: Mask = np.isnan(column)
    for value in allowed:
        known |= column == value
    if not known.all():
        strange = column[~known][0]
        raise ValueError(f"{variable.name}: {strange:g} is none of {', '.join(map(str, allowed))}")
