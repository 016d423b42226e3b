"""Which answers feed which component of the alignment index, as columns of people by scores 0..1."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tandem.align.codebook import CODED, Codebook, Variable
from tandem.align.findings import Pair, pairs_of
from tandem.align.items import values
from tandem.align.names import IT, MARKETING
from tandem.align.responses import Responses
from tandem.align.result import SHARES, Relation
from tandem.align.stats.index import closeness, guessing, level, list_agreement

Numbers: TypeAlias = NDArray[np.float64]
GAP, LEVEL = "gap", "level"
SHORTEST_LIST = 3
BOTH = (Relation.OWN, Relation.SWAP)


@dataclass(frozen=True)
class Recipe:
    """One component: its name and title, and whether it `says` how close the sides are or how good it is.

    `feeds` names how the answers are read: shares, list, guesses or ladder. Of `questions` the first one that both
    sides answered is taken; guesses come from every question that has them.
    """

    name: str
    title: str
    says: str
    feeds: str
    questions: tuple[str, ...]
    how: str


RECIPES = (
    Recipe(
        "need",
        "Need for each other",
        GAP,
        "shares",
        ("NEED",),
        "1 less the distance between the shares of yes",
    ),
    Recipe(
        "priorities",
        "Order of priorities",
        GAP,
        "list",
        ("PRIORITIES", "DRIVERS"),
        "(tau-b + 1) / 2 of the lists of the two sides",
    ),
    Recipe(
        "perception",
        "Knowing the other side",
        GAP,
        "guesses",
        (),
        "1 less the mean absolute error of what a side thinks that the other answers, mean of both directions",
    ),
    Recipe(
        "relationship",
        "Trust in each other",
        LEVEL,
        "ladder",
        ("TRUST",),
        "mean point of the scale, 0 at its bottom and 1 at its top, mean of both sides",
    ),
    Recipe(
        "obstacles",
        "Seeing the same obstacles",
        GAP,
        "shares",
        ("OBSTACLES",),
        "1 less the mean distance between the shares that name each obstacle",
    ),
    Recipe(
        "data",
        "Customer data joined up",
        LEVEL,
        "ladder",
        ("DATA_INTEGRATION",),
        "mean stage, 0 at the first and 1 at the last, mean of both sides",
    ),
)


@dataclass(frozen=True)
class Columns:
    """Marketing's (people, scores) and IT's, column by column about the same; NaN outside a base.

    `guessed`: spans of columns, one for each question, in which this side guesses and the other one answers.
    """

    marketing: Numbers
    it: Numbers
    questions: tuple[str, ...]
    guessed: Mapping[str, tuple[tuple[int, int], ...]] | None = None

    @property
    def people(self) -> tuple[int, int]:
        """The fewest people in the base of any column: marketing, IT."""
        fewest = [int((~np.isnan(side)).sum(axis=0).min()) for side in (self.marketing, self.it)]
        return fewest[0], fewest[1]


def columns_of(
    recipe: Recipe, codebook: Codebook, sides: Mapping[str, Responses], smallest: int
) -> Columns | str:
    """The columns of one component; or in words why there are none. No column has fewer than `smallest` people."""
    if recipe.feeds == "guesses":
        return _guesses(codebook, sides, smallest)
    tried = [name for name in recipe.questions if codebook.question(name)]
    for name in tried:
        pairs = [
            pair
            for one in codebook.question(name)
            for pair in pairs_of(codebook, one)
            if pair.relation in BOTH
        ]
        made = _ladders(pairs, sides) if recipe.feeds == "ladder" else _shares(pairs, sides)
        kept = [pair for pair in made if _enough(pair, smallest)]
        if len(kept) >= (SHORTEST_LIST if recipe.feeds == "list" else 1):
            return Columns(*_stacked(kept), (name,))
    if not tried:
        return f"the survey does not ask {' or '.join(recipe.questions)}"
    return f"fewer than {smallest} people of a side answered {' or '.join(tried)}"


def component(recipe: Recipe, columns: Columns, marketing: Numbers, it: Numbers) -> Numbers:
    """The component from means (..., columns) of both sides: shape (...,), 0..1."""
    match recipe.feeds:
        case "list":
            return list_agreement(marketing, it)
        case "ladder":
            return level(marketing, it)
        case "guesses":
            return np.asarray(np.mean(list(_directions(columns, marketing, it).values()), axis=0))
        case _:
            return closeness(marketing, it)


def by_side(recipe: Recipe, columns: Columns, marketing: Numbers, it: Numbers) -> Mapping[str, float]:
    """What each side comes to where that is one number: a share, a level, how well it knows the other side."""
    if recipe.feeds == "guesses":
        return {side: float(value) for side, value in _directions(columns, marketing, it).items()}
    if recipe.feeds == "ladder" or len(marketing) == 1:
        return {MARKETING: float(marketing.mean()), IT: float(it.mean())}
    return {}


def _directions(columns: Columns, marketing: Numbers, it: Numbers) -> dict[str, Numbers]:
    """How well each side that guesses knows the other, every question counting the same."""
    return {
        side: np.mean(
            [guessing(marketing[..., start:end], it[..., start:end]) for start, end in spans], axis=0
        )
        for side, spans in (columns.guessed or {}).items()
    }


def _guesses(codebook: Codebook, sides: Mapping[str, Responses], smallest: int) -> Columns | str:
    """Guesses beside the other side's answers, one span of columns for each question and direction."""
    spans: dict[tuple[str, str], list[tuple[Numbers, Numbers]]] = {}
    asked = False
    for variable in codebook.variables:
        for pair in pairs_of(codebook, variable):
            if pair.relation is not Relation.GUESS or pair.items[0].measure not in SHARES:
                continue
            asked = True
            guess, truth = (
                values(sides[side], item) for side, item in zip(pair.groups, pair.items, strict=True)
            )
            if _enough((guess, truth), smallest):
                ordered = (guess, truth) if pair.groups[0] == MARKETING else (truth, guess)
                spans.setdefault((pair.groups[0], variable.question), []).append(ordered)
    if not spans:
        return (
            f"fewer than {smallest} people of a side guessed or answered"
            if asked
            else "the survey does not ask what the other side would say"
        )
    return _laid_out(spans)


def _laid_out(spans: Mapping[tuple[str, str], Sequence[tuple[Numbers, Numbers]]]) -> Columns:
    guessed: dict[str, tuple[tuple[int, int], ...]] = {}
    start = 0
    for (side, _), held in spans.items():
        guessed[side] = (*guessed.get(side, ()), (start, start + len(held)))
        start += len(held)
    every = [pair for held in spans.values() for pair in held]
    return Columns(*_stacked(every), tuple(dict.fromkeys(question for _, question in spans)), guessed)


def _stacked(pairs: Sequence[tuple[Numbers, Numbers]]) -> tuple[Numbers, Numbers]:
    """One column for each pair, of the first side and of the second."""
    return np.column_stack([one for one, _ in pairs]), np.column_stack([other for _, other in pairs])


def _shares(pairs: Sequence[Pair], sides: Mapping[str, Responses]) -> Iterator[tuple[Numbers, Numbers]]:
    for pair in pairs:
        if pair.items[0].measure in SHARES:
            yield values(sides[MARKETING], pair.items[0]), values(sides[IT], pair.items[1])


def _ladders(pairs: Sequence[Pair], sides: Mapping[str, Responses]) -> Iterator[tuple[Numbers, Numbers]]:
    """One column for each variable, whatever the number of its items."""
    held = {tuple(item.variable.name for item in pair.items): pair.items for pair in pairs}
    for first, second in held.values():
        if first.variable.kind in CODED:
            yield ladder(sides[MARKETING], first.variable), ladder(sides[IT], second.variable)


def ladder(responses: Responses, variable: Variable) -> Numbers:
    """(people,): the place of the answer among the valid ones in their order, 0 first, 1 last; NaN outside the base."""
    codes = np.array(variable.valid, dtype=float)
    answer = responses.columns[variable.name]
    place = (answer[:, None] == codes).argmax(axis=1) / max(len(codes) - 1, 1)
    return np.where(responses.base(variable.name), place, np.nan)


def _enough(pair: tuple[Numbers, Numbers], smallest: int) -> bool:
    return all((~np.isnan(side)).sum() >= max(smallest, 1) for side in pair)


__all__ = ["GAP", "LEVEL", "RECIPES", "Columns", "Recipe", "by_side", "columns_of", "component", "ladder"]
