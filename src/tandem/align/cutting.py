"""The banner of a pulse: the two sides, and each side by every profile question, in one book."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tandem.align.codebook import Choice, Kind, Variable
from tandem.align.names import NAMES, SIDES
from tandem.align.responses import Responses
from tandem.align.tables import Adjust, Book, Rules, banner_book

WIDEST = 6
MOST_PROFILES = 4
BANNER = "SIDES"
"""The banner variable of the book that tells the sides: marketing and IT, and nobody else."""


def profiles(responses: Responses, smallest: int, prefix: str = "S_") -> tuple[Variable, ...]:
    """The profile questions to cut by, at most four, in order.

    Exclusive answers, at most six of them, and some side has two answers that `smallest` people gave.
    """
    codebook = responses.codebook
    found = [
        one
        for one in codebook.variables
        if one.name.startswith(prefix)
        and one.name != codebook.group
        and one.kind is Kind.SINGLE
        and 2 <= len(one.valid) <= WIDEST
        and any(_tells(responses.of(group), one, smallest) for group in SIDES)
    ]
    return tuple(found[:MOST_PROFILES])


def _tells(side: Responses, profile: Variable, smallest: int) -> bool:
    answer = side.columns[profile.name]
    return sum(int((answer == code).sum()) >= smallest for code in profile.valid) >= 2


def crossed_name(group: str, profile: str) -> str:
    """The name of the variable that holds a profile answer of one side only."""
    return f"{group.upper()}_{profile}"


def book_of(responses: Responses, by: Sequence[Variable], smallest: int) -> Book:
    """All questions by the sides and, within each side, by profile answer; small groups hidden over all columns.

    One book, because two that hide apart could give a group back together. Letters compare answers of one side to
    one profile question, Holm within the question.
    """
    codebook = responses.codebook
    pairs = [(group, profile) for profile in by for group in SIDES]
    crossed = [_crossed(group, profile) for group, profile in pairs]
    columns = {BANNER: _sides(responses)} | {
        one.name: _column(responses, group, profile)
        for one, (group, profile) in zip(crossed, pairs, strict=True)
    }
    wide = Responses(
        replace(codebook, variables=(*codebook.variables, _both(), *crossed)),
        {**responses.columns, **columns},
        responses.weight,
    )
    asked = [one.name for one in codebook.variables if one.name != codebook.group]
    rules = Rules(smallest=smallest, adjust=Adjust.HOLM)
    return banner_book(wide, (BANNER, *(one.name for one in crossed)), asked, rules)


def _both() -> Variable:
    choices = tuple(Choice(code, NAMES[group]) for code, group in enumerate(SIDES, start=1))
    return Variable(BANNER, BANNER, Kind.SINGLE, "Side", choices)


def _sides(responses: Responses) -> np.ndarray:
    told = [responses.side(group) for group in SIDES]
    return np.select(told, [1.0, 2.0], default=np.nan)


def _crossed(group: str, profile: Variable) -> Variable:
    name = crossed_name(group, profile.name)
    choices = tuple(one for one in profile.choices if not one.missing)
    return Variable(name, name, Kind.SINGLE, f"{NAMES.get(group, group)}: {profile.label}", choices)


def _column(responses: Responses, group: str, profile: Variable) -> np.ndarray:
    told = responses.base(profile.name) & responses.side(group)
    return np.where(told, responses.columns[profile.name], np.nan)
