"""Weights that bring a sample to known margins: iterative proportional fitting, with bounds, telling what fails."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from tandem.align.stats.weights import kish_design_effect

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Margin:
    """What is known of one variable. `codes` (n,): the category of each person 0..k-1, -1 where not known.

    `targets` (k,): shares or counts of 0 or more, used as proportions. Raises ValueError otherwise.
    """

    name: str
    codes: NDArray[np.intp]
    targets: Floats

    def __post_init__(self) -> None:
        targets, codes = np.asarray(self.targets, dtype=np.float64), np.asarray(self.codes, dtype=np.intp)
        if targets.ndim != 1 or not np.isfinite(targets).all() or (targets < 0).any() or targets.sum() <= 0:
            raise ValueError(f"{self.name}: targets are numbers of 0 or more, not all 0")
        if codes.ndim != 1 or (codes.size and not (codes.min() >= -1 and codes.max() < targets.size)):
            raise ValueError(f"{self.name}: codes lie between -1 and {targets.size - 1}")
        object.__setattr__(self, "targets", targets / targets.sum())
        object.__setattr__(self, "codes", codes)


class Fault(StrEnum):
    """What keeps the weights from the targets, or what they do that one would want to know."""

    EMPTY = "wanted, but nobody is there"
    UNWANTED = "people are there, but the target is 0: their weight is 0"
    UNKNOWN = "people whose category is not known, left at their share"
    MARGINS = "the margins were not reached together"
    BOUNDS = "the bounds and the margins were not reached together"


@dataclass(frozen=True)
class RakeProblem:
    """One fault. `category`: the code it is about, None for a whole margin or all of them (`margin` empty then).

    `amount`: the target share (EMPTY), people (UNWANTED, UNKNOWN), or the largest difference of a share
    (MARGINS) or of a weight from its bound, in mean weights (BOUNDS).
    """

    fault: Fault
    margin: str
    category: int | None
    amount: float


@dataclass(frozen=True, eq=False)
class Raked:
    """Weights (n,) and how they came about. `achieved`: the shares of each margin, in the order given.

    `converged`: every reachable target within the tolerance, and every weight within the bounds. `cycles` over
    all margins; `trimmed`: people whose weight was set to a bound on the way; `design_effect`: Kish's.
    """

    weight: Floats
    achieved: tuple[Floats, ...]
    converged: bool
    cycles: int
    trimmed: int
    design_effect: float
    problems: tuple[RakeProblem, ...]


def rake(
    weight: Floats,
    margins: Sequence[Margin],
    *,
    total: float | None = None,
    bounds: tuple[float, float] | None = None,
    tolerance: float = 1e-8,
    cycles: int = 1000,
) -> Raked:
    """Start weights (n,) of 0 or more to all margins; one group at a time, as each has its own margins.

    Deming and Stephan (1940), Annals of Mathematical Statistics 11. `total`: what the weights sum to, None: as
    before. `bounds`: least and greatest weight in units of the mean weight (0.3, 3); weights beyond are set to
    the bound and the margins raked anew, over and over; where both cannot be had, the margins hold. A target
    where nobody is cannot be reached: the others of its margin keep their proportions. `tolerance`: of a share.
    Nothing is raised for what cannot be reached: `problems` say it. Raises ValueError for no margin, no weight
    above 0, bounds without 1 between them, or a margin that wants only categories where nobody is.
    """
    w = np.array(weight, dtype=np.float64)
    if not margins or w.ndim != 1 or not np.isfinite(w).all() or (w < 0).any() or not w.any():
        raise ValueError("one margin and one weight above 0 are needed, and none below 0")
    if any(margin.codes.shape != w.shape for margin in margins):
        raise ValueError("a margin has one code for each weight")
    if bounds and not 0 <= bounds[0] <= 1 <= bounds[1]:
        raise ValueError(f"1 lies between the bounds, {bounds}")
    if total is not None and not (np.isfinite(total) and total > 0):
        raise ValueError(f"weights sum to more than 0, not to {total}")
    wanted, problems = _reachable(w, margins)
    w /= w.sum()
    beyond, used, error, trimmed = 0.0, 0, np.inf, np.zeros(w.size, dtype=bool)
    while True:
        w, error, done = _fit(w, margins, wanted, tolerance, cycles - used)
        used += done
        beyond = _beyond(w, bounds)
        if beyond <= tolerance or error > tolerance or used >= cycles:
            break
        w, cut = _trim(w, bounds)
        trimmed |= cut
    if error > tolerance:
        problems.append(RakeProblem(Fault.MARGINS, "", None, error))
    if beyond > tolerance:
        problems.append(RakeProblem(Fault.BOUNDS, "", None, beyond))
    return Raked(
        weight=w * (float(np.sum(weight)) if total is None else total),
        achieved=tuple(_shares(w, margin) for margin in margins),
        converged=error <= tolerance and beyond <= tolerance,
        cycles=used,
        trimmed=int(trimmed.sum()),
        design_effect=kish_design_effect(w[w > 0]),
        problems=tuple(problems),
    )


def _reachable(w: Floats, margins: Sequence[Margin]) -> tuple[list[Floats], list[RakeProblem]]:
    """The targets of each margin where somebody is, and what had to be left out."""
    wanted, problems = [], []
    for margin in margins:
        there = _sums(w, margin) > 0
        people = np.bincount(margin.codes[margin.codes >= 0], minlength=margin.targets.size)
        for code, target in enumerate(margin.targets):
            if target > 0 and not there[code]:
                problems.append(RakeProblem(Fault.EMPTY, margin.name, code, float(target)))
            if target == 0 and people[code]:
                problems.append(RakeProblem(Fault.UNWANTED, margin.name, code, float(people[code])))
        if unknown := int((margin.codes < 0).sum()):
            problems.append(RakeProblem(Fault.UNKNOWN, margin.name, None, float(unknown)))
        targets = np.where(there, margin.targets, 0.0)
        if not targets.any():
            raise ValueError(f"{margin.name}: nobody stands in any category that is wanted")
        wanted.append(targets / targets.sum())
    return wanted, problems


def _fit(
    w: Floats, margins: Sequence[Margin], wanted: Sequence[Floats], tolerance: float, cycles: int
) -> tuple[Floats, float, int]:
    """Weights that sum to 1, raked; the largest difference of a share from its target; cycles used."""
    error = np.inf
    for cycle in range(1, max(cycles, 1) + 1):
        for margin, targets in zip(margins, wanted, strict=True):
            sums = _sums(w, margin)
            factor = np.divide(targets * sums.sum(), sums, out=np.zeros_like(sums), where=sums > 0)
            w = w * np.append(factor, 1.0)[margin.codes]
        total = w.sum()
        if not total > 0:
            return w, np.inf, cycle
        w /= total
        error = max(float(np.abs(_shares(w, m) - t).max()) for m, t in zip(margins, wanted, strict=True))
        if error <= tolerance / 10:
            break
    return w, error, cycle


def _sums(w: Floats, margin: Margin) -> Floats:
    """Sum of the weights by category, those who are not known left out."""
    sums: Floats = np.bincount(margin.codes + 1, w, margin.targets.size + 1)[1:].astype(np.float64)
    return sums


def _shares(w: Floats, margin: Margin) -> Floats:
    sums = _sums(w, margin)
    return sums / sums.sum() if sums.any() else sums


def _beyond(w: Floats, bounds: tuple[float, float] | None) -> float:
    """How far the worst weight lies outside the bounds, in mean weights; weights of 0 are meant to be 0."""
    if not bounds:
        return 0.0
    relative = w[w > 0] / w[w > 0].mean()
    return max(float(bounds[0] - relative.min()), float(relative.max() - bounds[1]), 0.0)


def _trim(w: Floats, bounds: tuple[float, float] | None) -> tuple[Floats, NDArray[np.bool_]]:
    """Weights set to the bounds they lie beyond, and whose they are."""
    low, high = bounds or (0.0, np.inf)
    mean = w[w > 0].mean()
    trimmed: Floats = np.where(w > 0, np.clip(w, low * mean, high * mean), 0.0)
    return trimmed / trimmed.sum(), trimmed != w
