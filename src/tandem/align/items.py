"""What is measured in a variable: one number for each answer or item, or one for the whole scale."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tandem.align.codebook import Kind, Variable
from tandem.align.responses import Responses
from tandem.align.result import Measure

Numbers = NDArray[np.float64]
TOP = (4, 5)
FIRST = 3


@dataclass(frozen=True)
class Item:
    """One thing that has a number on each side. `code` None: the whole variable."""

    variable: Variable
    code: int | None
    measure: Measure

    @property
    def id(self) -> str:
        """NEED-1, PREPARED: what links it on pages and in books."""
        return self.variable.name if self.code is None else f"{self.variable.name}-{self.code}"

    @property
    def label(self) -> str:
        """The answer, item or statement in words."""
        return self.variable.label if self.code is None else self.variable.choice(self.code).label


def items_of(variable: Variable) -> tuple[Item, ...]:
    """The items of a variable; none for an open question. Of two answers that exclude each other only the first."""
    match variable.kind:
        case Kind.FIVE:
            return (Item(variable, None, Measure.TOP_TWO),)
        case Kind.NUMERIC:
            return (Item(variable, None, Measure.MEAN),)
        case Kind.OPEN:
            return ()
        case Kind.RANK:
            return tuple(Item(variable, code, Measure.FIRST_THREE) for code in variable.valid)
        case _:
            single = variable.kind is Kind.SINGLE and len(variable.valid) == 2
            codes = variable.valid[:1] if single else variable.valid
            return tuple(Item(variable, code, Measure.SHARE) for code in codes)


def values(responses: Responses, item: Item) -> Numbers:
    """(people,): 1 or 0 for a share, the number for a mean; NaN for whoever is in no base of the variable."""
    variable, name = item.variable, item.variable.name
    base = responses.base(name)
    match variable.kind:
        case Kind.MULTIPLE:
            told = responses.column(name, item.code)
        case Kind.RANK:
            told = (responses.column(name, item.code) <= FIRST).astype(float)
        case Kind.FIVE:
            told = np.isin(responses.columns[name], TOP).astype(float)
        case Kind.NUMERIC:
            told = responses.columns[name]
        case _:
            told = (responses.columns[name] == item.code).astype(float)
    found: Numbers = np.where(base, told, np.nan)
    return found
