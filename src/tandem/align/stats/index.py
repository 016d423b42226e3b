"""An index of alignment from its components, each in 0..1; how sure it is, and what it owes to its weights."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from tandem.align.stats.lists import kendall_tau_b
from tandem.align.stats.ranks import percentiles

Floats: TypeAlias = np.ndarray
DRAWS = 4000
# How closely drawn weights keep to those published: the sum of the Dirichlet's parameters.
CONCENTRATION = 12.0


@dataclass(frozen=True)
class Sensitivity:
    """Where the index lies when weights are drawn: the middle, and the ends of 95 % of the draws."""

    low: float
    middle: float
    high: float


def closeness(first: Floats, second: Floats) -> Floats:
    """1 − mean |difference| over the last axis of shares 0..1: (..., items) → (...,). Items with a NaN are left out.

    Chance alone makes a difference larger than 0, so closeness is told a little too low, more so in small groups.
    """
    apart = np.abs(np.asarray(first, dtype=float) - np.asarray(second, dtype=float))
    return np.asarray(1.0 - _mean(apart))


def list_agreement(first: Floats, second: Floats) -> Floats:
    """(tau-b + 1) / 2 over the last axis: 1 one order, 0.5 unrelated, 0 the reverse; (..., items) → (...,)."""
    return np.asarray((kendall_tau_b(first, second) + 1.0) / 2.0)


def guessing(guess: Floats, other: Floats) -> Floats:
    """1 − mean absolute error of guesses (..., items) against what the other side said, shares 0..1 → (...,)."""
    return closeness(guess, other)


def level(first: Floats, second: Floats) -> Floats:
    """Mean of the two sides' own levels, each the mean over the last axis of scores 0..1; both sides count the same.

    A level says how good it is, not how close: two low but equal sides give a low level.
    """
    return np.asarray((_mean(np.asarray(first, dtype=float)) + _mean(np.asarray(second, dtype=float))) / 2.0)


def combined(components: Mapping[str, Floats], weights: Mapping[str, float]) -> Floats:
    """Weighted mean of components (...,) over those named in both; weights ≥ 0 are made to sum to 1.

    Raises ValueError if no component has a weight above 0.
    """
    names = [name for name in components if weights.get(name, 0.0) > 0]
    if not names:
        raise ValueError("no component has a weight above 0")
    shares = normalised({name: weights[name] for name in names})
    return np.asarray(sum(shares[name] * np.asarray(components[name], dtype=float) for name in names))


def normalised(weights: Mapping[str, float]) -> dict[str, float]:
    """The weights as shares of their sum. Raises ValueError for one below 0 or not finite, or a sum of 0."""
    total = sum(weights.values())
    if any(not (0 <= weight < np.inf) for weight in weights.values()) or total <= 0:
        raise ValueError(f"weights are 0 or more and one of them above 0: {dict(weights)}")
    return {name: weight / total for name, weight in weights.items()}


def leave_one_out(components: Mapping[str, float], weights: Mapping[str, float]) -> dict[str, float]:
    """The index without each component in turn; a component that is the only one has no entry."""
    found = {}
    for name in components:
        rest = {other: np.asarray(value) for other, value in components.items() if other != name}
        if any(weights.get(other, 0.0) > 0 for other in rest):
            found[name] = float(combined(rest, weights))
    return found


def weight_sensitivity(
    components: Mapping[str, float],
    weights: Mapping[str, float],
    rng: np.random.Generator,
    *,
    draws: int = DRAWS,
    concentration: float = CONCENTRATION,
) -> Sensitivity:
    """The index under weights drawn from a Dirichlet whose mean is the published weights.

    With six equal weights and the usual concentration a drawn weight lies between 2 % and 41 % in 95 of 100 draws.
    Raises ValueError if no component has a weight above 0.
    """
    names = [name for name in components if weights.get(name, 0.0) > 0]
    if not names:
        raise ValueError("no component has a weight above 0")
    shares = normalised({name: weights[name] for name in names})
    drawn = rng.dirichlet([concentration * shares[name] for name in names], size=draws)
    found = drawn @ np.array([components[name] for name in names])
    low, high = percentiles(found)
    return Sensitivity(float(low), float(np.median(found)), float(high))


def _mean(values: Floats) -> Floats:
    """Mean over the last axis of what is there; NaN where nothing is."""
    there = ~np.isnan(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(there, values, 0.0).sum(axis=-1) / there.sum(axis=-1))
