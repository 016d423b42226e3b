"""Two people of one company, one of each side: where the pairs differ, and how often they say the same."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tandem.align.codebook import Kind, Variable
from tandem.align.findings import profile
from tandem.align.items import Item, items_of, values
from tandem.align.names import IT, MARKETING
from tandem.align.responses import Responses
from tandem.align.result import ALPHA
from tandem.align.stats import holm
from tandem.align.stats.dyads import (
    Level,
    krippendorff_alpha,
    paired_means,
    paired_shares,
    same_answer,
    weighted_kappa,
)

Numbers: TypeAlias = NDArray[np.float64]
KEY = "S_PAIR"
"""The variable by which the two people of one company are found."""


@dataclass(frozen=True)
class Paired:
    """One item over the pairs in which both answered it.

    `difference`: marketing less IT, in shares or points of the scale, with its 95 % interval; p by McNemar's exact test
    (shares) or Student's paired t (points), `p_holm` adjusted within the question. `same`: share of pairs that gave the
    same answer. `kappa` (linear weights) and `alpha` (Krippendorff, ordinal): of five points only, None elsewhere or
    where nothing varies.
    """

    id: str
    question: str
    item: str
    pairs: int
    difference: float
    low: float
    high: float
    p: float
    same: float
    kappa: float | None
    alpha: float | None
    p_holm: float = 1.0
    clear: bool = False


def pairs_of_companies(responses: Responses, *, smallest: int, key: str = KEY) -> tuple[Paired, ...]:
    """Every item that both sides were asked, over companies with exactly one person of each side.

    Pairs are told only from `smallest` pairs on. Anonymity is not what it is elsewhere: who knows what one person of a
    pair said learns something of the other, so `same` is never told of a single company. Weights are not used.
    """
    rows = _rows(responses, key)
    if len(rows) < smallest:
        return ()
    sides = [responses.rows(rows[:, side]) for side in (0, 1)]
    found = []
    for variable in responses.codebook.variables:
        if profile(responses.codebook, variable) or variable.asked_of or variable.mirror == "meta":
            continue
        for item in items_of(variable):
            one = _paired(variable, item, sides, smallest)
            if one is not None:
                found.append(one)
    return _adjusted(found)


def _rows(responses: Responses, key: str) -> NDArray[np.intp]:
    """(companies, 2): the rows of marketing and of IT of every company that has exactly one of each."""
    if key not in responses.codebook:
        return np.empty((0, 2), dtype=np.intp)
    keys = [str(value).strip().casefold() if value else "" for value in responses.columns[key]]
    held: list[dict[str, int]] = []
    for group in (MARKETING, IT):
        rows = np.flatnonzero(responses.side(group)).tolist()
        often = Counter(keys[row] for row in rows)
        held.append({keys[row]: row for row in rows if keys[row] and often[keys[row]] == 1})
    both = sorted(set(held[0]) & set(held[1]))
    return np.array([[held[0][one], held[1][one]] for one in both], dtype=np.intp).reshape(-1, 2)


def _paired(variable: Variable, item: Item, sides: Sequence[Responses], smallest: int) -> Paired | None:
    """One item over the whole pairs; None where there are too few, or nothing differs that could be tested."""
    five = variable.kind is Kind.FIVE
    first, second = (_points(side, variable) if five else values(side, item) for side in sides)
    whole = ~(np.isnan(first) | np.isnan(second))
    if whole.sum() < max(smallest, 2):
        return None
    names = (item.id, variable.question, item.label, int(whole.sum()))
    same = same_answer(first, second)
    if not five:
        if variable.kind not in (Kind.SINGLE, Kind.MULTIPLE):
            return None
        shares = paired_shares(first, second)
        return Paired(*names, shares.difference, shares.low, shares.high, shares.p, same, None, None)
    try:
        means = paired_means(first, second)
    except ValueError:
        return None
    kappa = weighted_kappa(first, second, (1.0, 2.0, 3.0, 4.0, 5.0)).value
    alpha = krippendorff_alpha(np.stack([first, second]), Level.ORDINAL)
    told = [None if np.isnan(value) else value for value in (kappa, alpha)]
    return Paired(*names, means.difference, means.low, means.high, means.p, same, told[0], told[1])


def _points(responses: Responses, variable: Variable) -> Numbers:
    """(people,): the point of the scale, NaN outside the base."""
    return np.where(responses.base(variable.name), responses.columns[variable.name], np.nan)


def _adjusted(found: Sequence[Paired]) -> tuple[Paired, ...]:
    done = list(found)
    for question in dict.fromkeys(one.question for one in found):
        places = [i for i, one in enumerate(found) if one.question == question]
        for i, strict in zip(places, holm([found[i].p for i in places]), strict=True):
            done[i] = replace(found[i], p_holm=strict, clear=strict < ALPHA)
    return tuple(done)
