"""Answers weighted to what is known of each side: every side raked to its own margins, never both together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np

from tandem.align.codebook import CODED
from tandem.align.problems import UNUSABLE_TARGET
from tandem.align.responses import Mask, Responses
from tandem.align.stats import Fault, Margin, Raked, RakeProblem, rake
from tandem.charter.definitions import Instrument
from tandem.kernel import Problem, Problems

BOUNDS = (0.3, 3.0)


@dataclass(frozen=True)
class Target:
    """What is known of one side (`marketing`; "" if the survey has no sides): shares or counts of a variable's codes.

    `shares`: code -> number of 0 or more, used as proportions; every valid code of the variable that is not
    named is wanted 0 times.
    """

    group: str
    variable: str
    shares: Mapping[int, float]


@dataclass(frozen=True)
class Reached:
    """One category: the share wanted, the share before and after weighting, of those whose category is known."""

    variable: str
    code: int
    label: str
    wanted: float
    before: float
    after: float


@dataclass(frozen=True)
class GroupWeights:
    """How one side was weighted. `sentences`: what could not be had, in words; empty if all went well.

    `lowest`, `highest`: weights over their mean; `effective`: Kish's effective n of `people`.
    """

    group: str
    people: int
    effective: float
    design_effect: float
    lowest: float
    highest: float
    trimmed: int
    cycles: int
    converged: bool
    reached: tuple[Reached, ...]
    sentences: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Weighted:
    """The answers with their new weights, which have mean 1 on each side, and how each side came to them."""

    responses: Responses
    groups: tuple[GroupWeights, ...]

    @property
    def sentence(self) -> str:
        """All of it for a methodology note."""
        return " ".join(
            f"{one.group or 'all'}: raked to {', '.join(dict.fromkeys(each.variable for each in one.reached))}, "
            f"weights {one.lowest:.2f} to {one.highest:.2f}, design effect {one.design_effect:.2f}."
            + "".join(f" {sentence}" for sentence in one.sentences)
            for one in self.groups
        )


def targets_of(instrument: Instrument) -> tuple[Target, ...]:
    """The targets of an instrument, one for each side and question, in the order of its file."""
    parts: dict[tuple[str, str], dict[int, float]] = {}
    for one in instrument.targets:
        parts.setdefault((str(one.group), one.question), {})[one.code] = float(one.percent)
    return tuple(Target(group, name, shares) for (group, name), shares in parts.items())


def weigh(
    responses: Responses, targets: Sequence[Target], bounds: tuple[float, float] | None = BOUNDS
) -> Weighted:
    """Rake each side that has targets from weights of 1; a side without targets keeps weights of 1.

    `bounds`: least and greatest weight over the mean of the side. Raises Problems (ALN-005), all at once, for
    targets of an unknown side, variable or code, of answers that do not exclude each other, or that nobody meets.
    """
    found = [problem for target in targets if (problem := _problem(responses, target))]
    if found:
        raise Problems(found)
    weight = np.ones(len(responses))
    groups = []
    for group in dict.fromkeys(target.group for target in targets):
        side = _side(responses, group)
        own = [target for target in targets if target.group == group]
        margins = [_margin(responses, target, side) for target in own]
        start = np.ones(int(side.sum()))
        raked = rake(start, margins, bounds=bounds)
        weight[side] = raked.weight
        groups.append(_told(responses, group, own, margins, raked))
    return Weighted(responses.with_weight(weight), tuple(groups))


def _problem(responses: Responses, target: Target) -> Problem | None:
    """What is wrong with a target, the first thing only."""
    book = responses.codebook
    if target.group and target.group not in book.groups:
        sentence = f"there is no side `{target.group}`"
        return UNUSABLE_TARGET(sentence, found=target.group, alternatives=tuple(book.groups))
    usable = [variable.name for variable in book.variables if variable.kind in CODED]
    if target.variable not in usable:
        sentence = f"`{target.variable}` is no question with one answer each"
        return UNUSABLE_TARGET(sentence, found=target.variable, alternatives=usable)
    valid = book[target.variable].valid
    if strange := sorted(set(target.shares) - set(valid)):
        sentence = f"{target.variable} has no answer {strange[0]} that counts"
        return UNUSABLE_TARGET(sentence, found=str(strange[0]), alternatives=[str(code) for code in valid])
    if not all(isfinite(share) and share >= 0 for share in target.shares.values()):
        return UNUSABLE_TARGET(f"{target.variable}: a share or count is a number of 0 or more")
    wanted = [code for code, share in target.shares.items() if share > 0]
    if not (np.isin(responses.column(target.variable), wanted) & _side(responses, target.group)).any():
        who = f" of {target.group}" if target.group else ""
        return UNUSABLE_TARGET(f"nobody{who} gave an answer to {target.variable} that is wanted")
    return None


def _side(responses: Responses, group: str) -> Mask:
    return responses.side(group) if group else np.ones(len(responses), dtype=bool)


def _margin(responses: Responses, target: Target, side: Mask) -> Margin:
    """The codes of one side as places among the valid ones; -1 for a missing choice or no answer."""
    valid = responses.codebook[target.variable].valid
    answer = responses.column(target.variable)[side]
    places = np.full(answer.size, -1, dtype=np.intp)
    for at, code in enumerate(valid):
        places[answer == code] = at
    return Margin(target.variable, places, np.array([float(target.shares.get(code, 0.0)) for code in valid]))


def _told(
    responses: Responses, group: str, targets: Sequence[Target], margins: Sequence[Margin], raked: Raked
) -> GroupWeights:
    reached = []
    for margin, after in zip(margins, raked.achieved, strict=True):
        known = margin.codes[margin.codes >= 0]
        before = np.bincount(known, minlength=after.size) / max(known.size, 1)
        for at, code in enumerate(responses.codebook[margin.name].valid):
            label = responses.codebook[margin.name].choice(code).label
            wanted = float(margin.targets[at])
            reached.append(Reached(margin.name, code, label, wanted, float(before[at]), float(after[at])))
    weight = raked.weight
    return GroupWeights(
        group=group,
        people=weight.size,
        effective=float(weight.sum() ** 2 / (weight @ weight)),
        design_effect=raked.design_effect,
        lowest=float(weight.min() / weight.mean()),
        highest=float(weight.max() / weight.mean()),
        trimmed=raked.trimmed,
        cycles=raked.cycles,
        converged=raked.converged,
        reached=tuple(reached),
        sentences=tuple(_sentence(responses, problem) for problem in raked.problems),
    )


def _sentence(responses: Responses, problem: RakeProblem) -> str:
    """A fault of raking in words."""
    what = problem.margin
    if problem.category is not None:
        variable = responses.codebook[problem.margin]
        what = f"{problem.margin} `{variable.choice(variable.valid[problem.category]).label}`"
    return {
        Fault.EMPTY: f"Nobody answered {what}, wanted {problem.amount:.1%}; the others keep their proportions.",
        Fault.UNWANTED: f"{what} is wanted 0 times: who gave it counts for nothing.",
        Fault.UNKNOWN: f"Who gave no answer to {what} keeps their share.",
        Fault.MARGINS: f"The margins cannot be had together: a share is {problem.amount:.1%} off.",
        Fault.BOUNDS: f"The bounds cannot be had with the margins: a weight lies {problem.amount:.2f} beyond.",
    }[problem.fault]
