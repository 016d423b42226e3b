"""The banner of a pulse: the two sides, and each side by every profile question, in one book."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tandem.align.codebook import Codebook, Kind, Variable
from tandem.align.responses import Responses
from tandem.align.result import NAMES
from tandem.align.tables import Adjust, Book, Rules, banner_book

WIDEST = 6
MOST_PROFILES = 4


def profiles(codebook: Codebook, prefix: str = "S_") -> tuple[Variable, ...]:
    """The profile questions to cut by: exclusive answers, two to six of them, at most four questions, in order."""
    found = [
        one
        for one in codebook.variables
        if one.name.startswith(prefix)
        and one.name != codebook.group
        and one.kind is Kind.SINGLE
        and 2 <= len(one.valid) <= WIDEST
    ]
    return tuple(found[:MOST_PROFILES])


def crossed_name(group: str, profile: str) -> str:
    """The name of the variable that holds a profile answer of one side only."""
    return f"{group.upper()}_{profile}"


def book_of(responses: Responses, by: Sequence[Variable], smallest: int) -> Book:
    """All questions by the sides and, within each side, by profile answer; small groups hidden over all columns.

    One book, because two that hide apart could give a group back together. Letters compare answers of one side to
    one profile question, Holm within the question.
    """
    codebook = responses.codebook
    pairs = [(group, profile) for profile in by for group in codebook.groups]
    crossed = [_crossed(group, profile) for group, profile in pairs]
    columns = {
        one.name: _column(responses, group, profile)
        for one, (group, profile) in zip(crossed, pairs, strict=True)
    }
    wide = Responses(
        replace(codebook, variables=(*codebook.variables, *crossed)),
        {**responses.columns, **columns},
        responses.weight,
    )
    asked = [one.name for one in codebook.variables if one.name != codebook.group]
    rules = Rules(smallest=smallest, adjust=Adjust.HOLM)
    return banner_book(wide, (codebook.group, *(one.name for one in crossed)), asked, rules)


def _crossed(group: str, profile: Variable) -> Variable:
    name = crossed_name(group, profile.name)
    choices = tuple(one for one in profile.choices if not one.missing)
    return Variable(name, name, Kind.SINGLE, f"{NAMES.get(group, group)}: {profile.label}", choices)


def _column(responses: Responses, group: str, profile: Variable) -> np.ndarray:
    told = responses.base(profile.name) & responses.side(group)
    return np.where(told, responses.columns[profile.name], np.nan)
