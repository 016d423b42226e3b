"""How well one side knows the other: what it guesses against what the other side says of itself."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from tandem.align.stats.lists import spearman

Floats: TypeAlias = np.ndarray


@dataclass(frozen=True)
class Accuracy:
    """One direction: the guesser about the other side. Arrays (items,) in the unit of what was passed in.

    `actual_gap` = own − other's own; `perceived_gap` = own − guess; `error` = guess − other's own. `bias` is the
    mean of the errors (below 0: the other side is taken for lower than it is), `mae` the mean of their sizes, which
    chance alone makes larger than 0. `rank_correlation` is Spearman's over the items: NaN under three items, or
    where one side puts all items level.
    """

    actual_gap: Floats
    perceived_gap: Floats
    error: Floats
    bias: float
    mae: float
    rank_correlation: float


def accuracy(own: Floats, other: Floats, guess: Floats) -> Accuracy:
    """What a side says of itself, what the other says of itself, what the side guesses of the other: (items,) each.

    Items with a NaN in `other` or `guess` count in no mean. Raises ValueError for arrays of different length or if
    no item can be compared.
    """
    ours, theirs, guessed = (np.asarray(side, dtype=float) for side in (own, other, guess))
    if not ours.shape == theirs.shape == guessed.shape or ours.ndim != 1:
        raise ValueError("three lists over the same items are needed")
    error = guessed - theirs
    told = ~np.isnan(error)
    if not told.any():
        raise ValueError("no item has both a guess and an answer")
    ordered = spearman(guessed[told], theirs[told]) if told.sum() >= 3 else np.nan
    return Accuracy(
        actual_gap=ours - theirs,
        perceived_gap=ours - guessed,
        error=error,
        bias=float(error[told].mean()),
        mae=float(np.abs(error[told]).mean()),
        rank_correlation=float(ordered),
    )


def both_directions(
    own_first: Floats, own_second: Floats, guess_by_first: Floats, guess_by_second: Floats
) -> tuple[Accuracy, Accuracy]:
    """The first side about the second, and the second about the first. They are never put into one number."""
    return accuracy(own_first, own_second, guess_by_first), accuracy(own_second, own_first, guess_by_second)
