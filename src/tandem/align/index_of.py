"""The alignment index of a pulse: its components, their weighted mean, and how far it can be trusted."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tandem.align.feeding import GAP, LEVEL, RECIPES, Columns, Recipe, by_side, columns_of, component
from tandem.align.names import IT, MARKETING
from tandem.align.problems import BAD_WEIGHT
from tandem.align.responses import Responses
from tandem.align.stats.index import Sensitivity, combined, leave_one_out, normalised, weight_sensitivity
from tandem.align.stats.ranks import bootstrap_means, percentiles, weighted_means
from tandem.charter.definitions import Instrument
from tandem.kernel import Problem, numbers

Numbers: TypeAlias = NDArray[np.float64]
REPLICATES = 1000
WEIGHTS: Mapping[str, float] = MappingProxyType({one.name: 1.0 for one in RECIPES})
"""The published weights: every component counts the same."""


def weights_of(instrument: Instrument) -> Mapping[str, float]:
    """Component → its weight, as the instrument says; one that it does not name has its published weight."""
    return {**WEIGHTS, **{one.part: float(one.weight) for one in instrument.index}}


def weight_problems(instrument: Instrument) -> tuple[Problem, ...]:
    """Weights of components that there are not, and weights that leave nothing to count."""
    unknown = [one for one in instrument.index if one.part not in WEIGHTS]
    if unknown or any(weights_of(instrument).values()):
        return tuple(
            BAD_WEIGHT(
                f"the index has no part `{one.part}`",
                place=one.at("part"),
                found=one.part,
                alternatives=tuple(WEIGHTS),
            )
            for one in unknown
        )
    place, expected = instrument.at("index"), "one weight above 0 at least"
    return (BAD_WEIGHT("no part of the index counts", place=place, found="0", expected=expected),)


@dataclass(frozen=True)
class Between:
    """A value 0..1 with the ends of its 95 % bootstrap interval.

    `alike`: what two sides that think exactly alike would come to with as many people, by chance alone; None where the
    value says nothing of a distance. With few people it is well under 1, so a value is to be read against it.
    """

    value: float
    low: float
    high: float
    alike: float | None = None


@dataclass(frozen=True)
class Component:
    """One component, 0 (worst) to 1 (best), with its 95 % interval.

    `says`: `gap` (how close the sides are) or `level` (how good it is); `how` in words. `weight`: its share of the
    index. `sides`: what marketing and IT come to where that is one number a side (for guesses: how well this side
    knows the other). `people`: who answered on each side, the fewest of any item. `questions`: what fed it.
    `without`: the index without it; None if there is no other.
    """

    name: str
    title: str
    says: str
    how: str
    weight: float
    found: Between
    sides: Mapping[str, float]
    people: Mapping[str, int]
    questions: tuple[str, ...]
    without: float | None


@dataclass(frozen=True)
class Unknown:
    """A component that cannot be computed, and why. It takes no part in the index."""

    name: str
    title: str
    why: str


@dataclass(frozen=True)
class AlignmentIndex:
    """The weighted mean of the components that are known, 0..1; None where none is.

    `closeness` is the mean of those that say how near the sides are, `level` of those that say how good it is: two
    sides that agree that all is bad are close and low. `sensitivity`: the index under other weights. Intervals:
    percentiles over `replicates` draws of the people of each side, their weights kept, moved so that their mean is the
    value (a draw from a sample has the chance of both in it). They say where other people of the same number would
    come out on average. Chance makes sides look farther apart than they are, more so where few answer: `alike` says how
    far, and waves of very different size are compared by their distance from it.
    """

    overall: Between | None
    closeness: Between | None
    level: Between | None
    components: tuple[Component, ...]
    unknown: tuple[Unknown, ...]
    sensitivity: Sensitivity | None
    people: Mapping[str, int]
    replicates: int

    @property
    def sentence(self) -> str:
        """What it says, in a sentence or two."""
        if self.overall is None:
            which = "no component that counts is known" if self.components else "no component of it is known"
            return f"The alignment index cannot be told: {which}."
        parts = [("closeness", self.closeness), ("level", self.level)]
        told = ", ".join(f"{name} {_hundredths(one)}" for name, one in parts if one is not None)
        missing = ", ".join(one.title.lower() for one in self.unknown)
        said = f"Alignment stands at {_hundredths(self.overall)} of 100: {told}."
        if self.overall.alike is not None:
            said += f" Two sides that think alike would stand at {100 * self.overall.alike:.0f} with as many people."
        return f"{said} Not known: {missing}." if missing else said

    @property
    def weighting(self) -> str:
        """How much each component that is known counts."""
        counted = [one for one in self.components if one.weight > 0]
        left = ", ".join(one.title.lower() for one in self.components if not one.weight)
        if len({round(one.weight, 9) for one in counted}) > 1:
            shares = ", ".join(f"{one.title.lower()} {numbers.percent(one.weight)}" for one in counted)
            said = f"Weighted as the survey says: {shares}."
        else:
            said = "Every part that is known counts the same."
        return f"{said} It leaves out: {left}." if left else said

    def to_dict(self) -> dict[str, object]:
        """As plain JSON values; what is not known is null."""
        return {
            "sentence": self.sentence,
            "weighting": self.weighting,
            "overall": _plain(self.overall),
            "closeness": _plain(self.closeness),
            "level": _plain(self.level),
            "components": [
                {name: getattr(one, name) for name in ("name", "title", "says", "how", "weight", "without")}
                | {"found": _plain(one.found), "sides": dict(one.sides), "people": dict(one.people)}
                | {"questions": list(one.questions)}
                for one in self.components
            ],
            "unknown": [_plain(one) for one in self.unknown],
            "sensitivity": _plain(self.sensitivity),
            "people": dict(self.people),
            "replicates": self.replicates,
        }


@dataclass(frozen=True)
class _Drawn:
    """A component at the answers as they are, over the draws (replicates,), and over draws as if both thought alike."""

    recipe: Recipe
    columns: Columns
    value: float
    draws: Numbers
    alike: Numbers
    sides: Mapping[str, float]


def alignment_index(
    responses: Responses,
    rng: np.random.Generator,
    *,
    smallest: int,
    weights: Mapping[str, float] = WEIGHTS,
    replicates: int = REPLICATES,
    recipes: tuple[Recipe, ...] = RECIPES,
) -> AlignmentIndex:
    """The index of one wave. A component of which fewer than `smallest` people of a side know is not known.

    `weights`: component → weight ≥ 0; one that is left out or 0 is shown and counts nothing. Raises ValueError for
    weights below 0 or that sum to 0, and if the codebook tells no sides.
    """
    normalised(weights)
    sides = {side: responses.of(side) for side in (MARKETING, IT)} if responses.codebook.group else {}
    if not sides:
        raise ValueError("no variable tells the side")
    fed: dict[Recipe, Columns] = {}
    unknown = []
    for recipe in recipes:
        columns = columns_of(recipe, responses.codebook, sides, smallest)
        if isinstance(columns, Columns):
            fed[recipe] = columns
        else:
            unknown.append(Unknown(recipe.name, recipe.title, columns))
    people = {side: len(rows) for side, rows in sides.items()}
    drawn = _drawn(fed, sides, rng, replicates)
    for one in [one for one in drawn if np.isnan(one.value)]:
        drawn.remove(one)
        why = "one side puts all items level, so there is no order"
        unknown.append(Unknown(one.recipe.name, one.recipe.title, why))
    return _put_together(drawn, tuple(unknown), weights, people, rng, replicates)


def _drawn(
    fed: Mapping[Recipe, Columns], sides: Mapping[str, Responses], rng: np.random.Generator, replicates: int
) -> list[_Drawn]:
    """Every component over the same draws: each side's columns lie side by side and people are drawn once."""
    if not fed:
        return []
    means, draws = {}, {}
    for side, rows in sides.items():
        table = np.hstack(
            [columns.marketing if side == MARKETING else columns.it for columns in fed.values()]
        )
        means[side] = weighted_means(table, rows.weight)
        draws[side] = bootstrap_means(table, rows.weight, rng, replicates)
    found = []
    start = 0
    for recipe, columns in fed.items():
        span = slice(start, start + columns.marketing.shape[1])
        start = span.stop
        at = [means[side][span] for side in (MARKETING, IT)]
        over = [draws[side][:, span] for side in (MARKETING, IT)]
        people = [len(side) for side in (columns.marketing, columns.it)]
        common = (at[0] * people[0] + at[1] * people[1]) / sum(people)
        moved = [drawn - told + common for drawn, told in zip(over, at, strict=True)]
        value = component(recipe, columns, at[0], at[1])
        drawn = component(recipe, columns, over[0], over[1])
        alike = (
            component(recipe, columns, moved[0], moved[1])
            if recipe.says == GAP
            else np.full(replicates, value)
        )
        found.append(_Drawn(recipe, columns, float(value), drawn, alike, by_side(recipe, columns, *at)))
    return found


def _put_together(
    drawn: list[_Drawn],
    unknown: tuple[Unknown, ...],
    weights: Mapping[str, float],
    people: Mapping[str, int],
    rng: np.random.Generator,
    replicates: int,
) -> AlignmentIndex:
    values = {one.recipe.name: one.value for one in drawn}
    counting = {name: weights[name] for name in values if weights.get(name, 0.0) > 0}
    shares = normalised(counting) if counting else {}
    without = leave_one_out(values, weights)
    components = tuple(
        Component(
            name=one.recipe.name,
            title=one.recipe.title,
            says=one.recipe.says,
            how=one.recipe.how,
            weight=shares.get(one.recipe.name, 0.0),
            found=_between(one.value, one.draws, one.alike if one.recipe.says == GAP else None),
            sides=one.sides,
            people=dict(zip((MARKETING, IT), one.columns.people, strict=True)),
            questions=one.columns.questions,
            without=without.get(one.recipe.name),
        )
        for one in drawn
    )
    return AlignmentIndex(
        overall=_mean_of(drawn, weights),
        closeness=_mean_of([one for one in drawn if one.recipe.says == GAP], weights),
        level=_mean_of([one for one in drawn if one.recipe.says == LEVEL], weights),
        components=components,
        unknown=unknown,
        sensitivity=weight_sensitivity(values, weights, rng) if counting else None,
        people=people,
        replicates=replicates,
    )


def _mean_of(drawn: list[_Drawn], weights: Mapping[str, float]) -> Between | None:
    kept = [one for one in drawn if weights.get(one.recipe.name, 0.0) > 0]
    if not kept:
        return None
    value = combined({one.recipe.name: np.asarray(one.value) for one in kept}, weights)
    draws = combined({one.recipe.name: one.draws for one in kept}, weights)
    alike = combined({one.recipe.name: one.alike for one in kept}, weights)
    return _between(float(value), draws, alike if any(one.recipe.says == GAP for one in kept) else None)


def _between(value: float, draws: Numbers, alike: Numbers | None) -> Between:
    low, high = (float(end) for end in percentiles(draws - np.nanmean(draws) + value))
    return Between(value, max(0.0, low), min(1.0, high), None if alike is None else float(np.nanmean(alike)))


def _plain(shape: Between | Sensitivity | Unknown | None) -> dict[str, object] | None:
    return None if shape is None else {name: getattr(shape, name) for name in shape.__dataclass_fields__}


def _hundredths(one: Between) -> str:
    return f"{100 * one.value:.0f} ({100 * one.low:.0f} to {100 * one.high:.0f})"
