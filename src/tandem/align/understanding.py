"""How well each side knows the other, and how alike the two order the same things, in one wave."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tandem.align.codebook import Codebook, Kind
from tandem.align.findings import Pair, pairs_of, profile
from tandem.align.index_of import Between
from tandem.align.items import values
from tandem.align.names import NAMES, SIDES
from tandem.align.responses import Responses
from tandem.align.result import SHARES, Relation
from tandem.align.stats.lists import kendall_tau_b, overlap_at, rank_biased_overlap, ranking, spearman
from tandem.align.stats.perception import accuracy
from tandem.align.stats.ranks import (
    bootstrap_means,
    percentiles,
    ranks_by_share,
    ranks_over,
    weighted_means,
)

Numbers: TypeAlias = NDArray[np.float64]
SHORTEST_LIST = 5
TOP = 5
PATIENCE = 0.9
REPLICATES = 1000
SUMMED = frozenset({Kind.SINGLE, Kind.RANK})


@dataclass(frozen=True)
class Place:
    """An item's place in one side's list (1 is the top, ties averaged), its interval, the chance of being first."""

    rank: float
    low: float
    high: float
    first: float


@dataclass(frozen=True)
class PlacedItem:
    """An item in both lists; `gap` is marketing's place less IT's: below 0, marketing ranks it higher."""

    item: str
    marketing: Place
    it: Place
    gap: Between


@dataclass(frozen=True)
class ListOrder:
    """How alike the two sides order the items of one question. `people`: the fewest in any base, by side.

    `overlap`: rank-biased, p 0.9, over every order of the tied; `top`: share of the first `top_of` that both have.
    Intervals: draws of the people of each side; that of tau-b stands around the value, which chance makes lower.
    """

    question: str
    people: Mapping[str, int]
    tau_b: Between
    spearman: float
    overlap: float
    top: float
    top_of: int
    items: tuple[PlacedItem, ...]

    @property
    def sentence(self) -> str:
        """The order in words, with the item that stands farthest apart."""
        widest = self.items[0]
        tau_b = f"tau-b {self.tau_b.value:.2f} ({self.tau_b.low:.2f} to {self.tau_b.high:.2f})"
        said = f"{tau_b}, Spearman {self.spearman:.2f}, rank-biased overlap {self.overlap:.2f}"
        places = f"place {widest.marketing.rank:g} for marketing, {widest.it.rank:g} for IT"
        return f"{said}. Farthest apart: {widest.item}: {places}."


@dataclass(frozen=True)
class Guessed:
    """One item: what the guessing side says the other would answer, and what it answers; shares 0..1."""

    item: str
    guess: float
    truth: float
    own: float | None

    @property
    def error(self) -> float:
        """Guess less truth."""
        return self.guess - self.truth


@dataclass(frozen=True)
class Knowing:
    """How well one side knows the answers of the other to one question; the two directions are never put together.

    `bias`: mean error (below 0: takes the other for lower than it says), None where the shares of all answers sum to
    the same and it can only be 0; `mae`: mean size of the errors, which chance
    makes larger than 0. `rank_correlation`: Spearman over the items; None under three items or without an order.
    """

    question: str
    guesser: str
    other: str
    people: Mapping[str, int]
    bias: Between | None
    mae: Between
    rank_correlation: float | None
    items: tuple[Guessed, ...]

    @property
    def sentence(self) -> str:
        """What it says, with the item that is most wrong."""
        worst = self.items[0]
        who = NAMES[self.guesser][:1].upper() + NAMES[self.guesser][1:]
        said = f"{who} is off by {100 * self.mae.value:.0f} points on average about {NAMES[self.other]}"
        most = f"it thinks {100 * worst.guess:.0f} %, and {100 * worst.truth:.0f} % say so"
        return f"{said}; most on “{worst.item}”: {most}."


def list_orders(
    responses: Responses, rng: np.random.Generator, *, smallest: int, replicates: int = REPLICATES
) -> tuple[ListOrder, ...]:
    """Every question that both sides answered with five items or more, in the order of the codebook.

    An item with fewer than `smallest` people of a side in its base is left out, and a list with fewer than five items.
    """
    found = []
    sides = {group: responses.of(group) for group in SIDES}
    for question, pairs in _by_question(responses.codebook):
        kept = [pair for pair in pairs if pair.relation in (Relation.OWN, Relation.SWAP)]
        if any(pair.items[0].variable.kind is Kind.SINGLE for pair in kept):
            continue
        kept, tables = _tables(kept, sides, smallest)
        if len(kept) >= SHORTEST_LIST:
            found.append(_order(question, kept, tables, rng, replicates))
    return tuple(one for one in found if not np.isnan(one.tau_b.value))


def knowledge(
    responses: Responses, rng: np.random.Generator, *, smallest: int, replicates: int = REPLICATES
) -> tuple[Knowing, ...]:
    """Every question in which a side guesses what the other answers, each direction apart.

    Items with fewer than `smallest` people of a side in the base of guess or answer are left out.
    """
    found = []
    sides = {group: responses.of(group) for group in SIDES}
    for question, pairs in _by_question(responses.codebook):
        for guesser in SIDES:
            kept = [pair for pair in pairs if pair.guess and pair.groups[0] == guesser]
            kept, tables = _tables(kept, sides, smallest)
            if kept:
                found.append(_knowing(question, kept, tables, sides, rng, replicates))
    return tuple(found)


def _by_question(codebook: Codebook) -> Iterator[tuple[str, list[Pair]]]:
    names = dict.fromkeys(one.question for one in codebook.variables if not profile(codebook, one))
    for name in names:
        pairs = [pair for one in codebook.question(name) for pair in pairs_of(codebook, one)]
        yield name, [pair for pair in pairs if len(pair.groups) == 2 and pair.items[0].measure in SHARES]


def _tables(
    pairs: Sequence[Pair], sides: Mapping[str, Responses], smallest: int
) -> tuple[list[Pair], list[tuple[Numbers, Numbers]]]:
    """The pairs that enough people stand behind, and for each of their two sides (people, items) and weights."""
    kept, columns = [], []
    for pair in pairs:
        told = [values(sides[group], item) for group, item in zip(pair.groups, pair.items, strict=True)]
        if all((~np.isnan(one)).sum() >= max(smallest, 1) for one in told):
            kept.append(pair)
            columns.append(told)
    if not kept:
        return [], []
    stacked = [np.column_stack(side) for side in zip(*columns, strict=True)]
    return kept, [(side, sides[group].weight) for side, group in zip(stacked, kept[0].groups, strict=True)]


def _order(
    question: str,
    pairs: Sequence[Pair],
    tables: Sequence[tuple[Numbers, Numbers]],
    rng: np.random.Generator,
    replicates: int,
) -> ListOrder:
    labels = [_label(pair, pairs) for pair in pairs]
    shares = [weighted_means(*table) for table in tables]
    draws = [bootstrap_means(*table, rng, replicates) for table in tables]
    drawn = [ranks_by_share(side) for side in draws]
    ranks = [ranks_over(ranks_by_share(told), over) for told, over in zip(shares, drawn, strict=True)]
    gaps = ranks[0].rank - ranks[1].rank
    lows, highs = percentiles(drawn[0] - drawn[1])
    lists = [ranking(range(len(labels)), side.tolist()) for side in shares]
    top = min(TOP, len(labels) - 1)
    places = [
        [
            Place(*(float(part[i]) for part in (side.rank, side.low, side.high, side.first)))
            for i in range(len(labels))
        ]
        for side in ranks
    ]
    items = [
        PlacedItem(
            label,
            places[0][i],
            places[1][i],
            Between(float(gaps[i]), float(lows[i]), float(highs[i])),
        )
        for i, label in enumerate(labels)
    ]
    return ListOrder(
        question=question,
        people=_people(pairs[0].groups, tables),
        tau_b=_around(float(kendall_tau_b(shares[0], shares[1])), kendall_tau_b(draws[0], draws[1]), -1.0),
        spearman=float(spearman(shares[0], shares[1])),
        overlap=rank_biased_overlap(lists[0], lists[1], PATIENCE),
        top=overlap_at(lists[0], lists[1], top),
        top_of=top,
        items=tuple(sorted(items, key=lambda one: -abs(one.gap.value))),
    )


def _knowing(
    question: str,
    pairs: Sequence[Pair],
    tables: Sequence[tuple[Numbers, Numbers]],
    sides: Mapping[str, Responses],
    rng: np.random.Generator,
    replicates: int,
) -> Knowing:
    guesser, other = pairs[0].groups
    guess, truth = (weighted_means(*table) for table in tables)
    draws = [bootstrap_means(*table, rng, replicates) for table in tables]
    errors = draws[0] - draws[1]
    own = np.array([_own(pair, sides) for pair in pairs])
    told = accuracy(own, truth, guess)
    items = [
        Guessed(
            _label(pair, pairs),
            float(guess[i]),
            float(truth[i]),
            None if np.isnan(own[i]) else float(own[i]),
        )
        for i, pair in enumerate(pairs)
    ]
    low, high = percentiles(errors.mean(axis=1))
    return Knowing(
        question=question,
        guesser=guesser,
        other=other,
        people=_people(pairs[0].groups, tables),
        bias=None
        if pairs[0].items[0].variable.kind in SUMMED
        else Between(told.bias, float(low), float(high)),
        mae=_around(told.mae, np.abs(errors).mean(axis=1), 0.0),
        rank_correlation=None if np.isnan(told.rank_correlation) else told.rank_correlation,
        items=tuple(sorted(items, key=lambda one: -abs(one.error))),
    )


def _label(pair: Pair, pairs: Sequence[Pair]) -> str:
    """The item in words; with the row it stands in, where a matrix has answers to each of several rows."""
    item = pair.items[-1]
    several = len({one.items[-1].variable.name for one in pairs}) > 1
    return f"{item.variable.label}: {item.label}" if several and item.code is not None else item.label


def _own(pair: Pair, sides: Mapping[str, Responses]) -> float:
    """What the guessing side says of itself to the same item, if it was asked."""
    truth = pair.items[1]
    if truth.variable.asked_of and pair.groups[0] not in truth.variable.asked_of:
        return float("nan")
    rows = sides[pair.groups[0]]
    return float(weighted_means(values(rows, truth)[:, None], rows.weight)[0])


def _people(groups: Sequence[str], tables: Sequence[tuple[Numbers, Numbers]]) -> dict[str, int]:
    fewest = [int((~np.isnan(table)).sum(axis=0).min()) for table, _ in tables]
    return dict(zip(groups, fewest, strict=True))


def _around(value: float, draws: Numbers, least: float) -> Between:
    """The percentiles of the draws, moved so that their mean is the value, within `least`..1."""
    low, high = (float(end) for end in percentiles(draws - np.nanmean(draws) + value))
    return Between(value, max(least, low), min(1.0, high))
