"""What the columns of a survey mean: variables, their choices, who was asked, and which one tells the side."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TypeVar

Some = TypeVar("Some")

NAME = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")
MIRRORS = ("own", "swap", "meta")
POINTS = frozenset(range(1, 6))


class Kind(StrEnum):
    """How a variable is answered. A matrix is one FIVE or SINGLE variable for each of its rows."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    FIVE = "five"
    RANK = "rank"
    NUMERIC = "numeric"
    OPEN = "open"


CODED = frozenset({Kind.SINGLE, Kind.FIVE})
SPREAD = frozenset({Kind.MULTIPLE, Kind.RANK})


@dataclass(frozen=True)
class Choice:
    """One answer or item. `missing`: "don't know" or "does not apply": kept as an answer, never in a base."""

    code: int
    label: str
    missing: bool = False


@dataclass(frozen=True)
class Variable:
    """One variable. Raises ValueError if it contradicts itself.

    `name` is capitals, digits and single underscores. `choices`: the answers of SINGLE and FIVE (1..5, bottom
    to top, and missing ones), the items of MULTIPLE and RANK (codes 0 or more); NUMERIC may have missing ones
    only, numbers that stand for no answer; OPEN has none. `asked_of`: group names, empty: all. `about`: the
    variable that a guess (`meta`) is about, or the twin of a `swap`. `fingerprint`: of wording, choices and
    base; waves compare only what has the same.
    """

    name: str
    question: str
    kind: Kind
    label: str
    choices: tuple[Choice, ...] = ()
    asked_of: tuple[str, ...] = ()
    mirror: str = "own"
    about: str = ""
    block: str = ""
    fingerprint: str = ""

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise ValueError(f"`{self.name}` is no variable name: capitals, digits and single underscores")
        if self.mirror not in MIRRORS:
            raise ValueError(f"{self.name}: the mirror is {', '.join(MIRRORS)}, not `{self.mirror}`")
        double = _twice(choice.code for choice in self.choices)
        if double:
            raise ValueError(f"{self.name}: the code {double[0]} is there twice")
        self._check_choices()

    def _check_choices(self) -> None:
        valid = set(self.valid)
        if self.kind is Kind.OPEN and self.choices:
            raise ValueError(f"{self.name}: an open question has no choices")
        if self.kind is Kind.NUMERIC and valid:
            raise ValueError(f"{self.name}: the choices of a number are missing ones only")
        if self.kind in CODED | SPREAD and not self.choices:
            raise ValueError(f"{self.name}: it has no choices")
        if self.kind is Kind.FIVE and not valid <= POINTS:
            raise ValueError(f"{self.name}: five points have the codes 1 to 5, not {sorted(valid - POINTS)}")
        if self.kind in SPREAD and min(choice.code for choice in self.choices) < 0:
            raise ValueError(f"{self.name}: the code of an item is 0 or more")

    @property
    def codes(self) -> tuple[int, ...]:
        """All codes in order, missing ones too."""
        return tuple(choice.code for choice in self.choices)

    @property
    def valid(self) -> tuple[int, ...]:
        """The codes that count in a base."""
        return tuple(choice.code for choice in self.choices if not choice.missing)

    @property
    def missing(self) -> tuple[int, ...]:
        """The codes that are answers but never in a base."""
        return tuple(choice.code for choice in self.choices if choice.missing)

    @property
    def columns(self) -> tuple[str, ...]:
        """Its columns in `Responses`: the name, or for MULTIPLE and RANK NAME__CODE for each item."""
        return tuple(f"{self.name}__{code}" for code in self.codes) if self.kind in SPREAD else (self.name,)

    def choice(self, code: int) -> Choice:
        """The choice with this code. Raises KeyError if there is none."""
        for choice in self.choices:
            if choice.code == code:
                return choice
        raise KeyError(f"{self.name} has no code {code}")


@dataclass(frozen=True)
class Codebook:
    """The variables of one survey, names unique. `group`: name of the SINGLE variable that tells the side.

    The labels of the group variable's choices, in lower case, are the names of the groups: `Marketing` and
    `IT` give `marketing` and `it`. Raises ValueError if names repeat, or `about`, `group` or `asked_of` point
    at nothing.
    """

    name: str
    title: str
    variables: tuple[Variable, ...]
    group: str = ""

    def __post_init__(self) -> None:
        double = _twice(variable.name for variable in self.variables)
        if double:
            raise ValueError(f"the variable {double[0]} is there twice")
        if self.group and self.group not in self:
            raise ValueError(f"the group is told by {self.group}, which is no variable here")
        if self.group and self[self.group].kind is not Kind.SINGLE:
            raise ValueError(f"the group is told by {self.group}, which is no single choice")
        folded = _twice(choice.label.casefold() for choice in self[self.group].choices) if self.group else []
        if folded:
            raise ValueError(f"{self.group}: two groups are called `{folded[0]}`")
        for variable in self.variables:
            self._check_pointers(variable)

    def _check_pointers(self, variable: Variable) -> None:
        if variable.about and (variable.about not in self or variable.about == variable.name):
            raise ValueError(f"{variable.name} is about {variable.about}, which is no other variable here")
        strange = sorted(set(variable.asked_of) - set(self.groups))
        if strange and self.group:
            raise ValueError(f"{variable.name} is asked of `{strange[0]}`, which is no group of {self.group}")

    @cached_property
    def _by_name(self) -> Mapping[str, Variable]:
        return {variable.name: variable for variable in self.variables}

    def __getitem__(self, name: str) -> Variable:
        return self._by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    @cached_property
    def groups(self) -> Mapping[str, int]:
        """Name of each group (its label in lower case) and its code; empty if no variable tells the side."""
        if not self.group:
            return {}
        return {
            choice.label.casefold(): choice.code for choice in self[self.group].choices if not choice.missing
        }

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns of `Responses`, in the order of the variables."""
        return tuple(column for variable in self.variables for column in variable.columns)

    def question(self, name: str) -> tuple[Variable, ...]:
        """The variables of one question, such as the rows of a matrix, in order."""
        return tuple(variable for variable in self.variables if variable.question == name)


def _twice(values: Iterable[Some]) -> list[Some]:
    """The values that occur more than once."""
    return [value for value, number in Counter(values).items() if number > 1]
