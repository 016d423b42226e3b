"""One wave against another, and an own result against a published one."""

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from scipy import special

from tandem.align.stats.shares import Difference, difference

DESIGN_EFFECTS = (1.0, 1.3, 1.5)


class Verdict(StrEnum):
    """What can be said of an own share against a published one."""

    HIGHER = "higher"
    LOWER = "lower"
    NOT_CLEAR = "no clear difference"
    DEPENDS = "depends on what is assumed"
    UNTESTED = "not tested"


@dataclass(frozen=True)
class Estimate:
    """A value with the standard error and the effective number of people that its own design gives it."""

    value: float
    se: float
    effective_n: float

    def __post_init__(self) -> None:
        if not (self.se >= 0 and self.effective_n > 0):
            raise ValueError(f"a standard error is 0 or more, a base above 0: {self.se}, {self.effective_n}")


@dataclass(frozen=True)
class AtDesignEffect:
    """The test with one assumed design effect of the published study.

    `test` is at the figure as printed, `verdicts` are at the lower end, the print and the upper end of its rounding.
    """

    design_effect: float
    test: Difference
    verdicts: tuple[Verdict, Verdict, Verdict]


@dataclass(frozen=True)
class AgainstPublished:
    """Own − published as a share (0.1 = 10 points); `low`..`high` is where rounding alone may put it.

    `tests` is empty where the published base is not known: then there is no p-value. `verdict` is a direction only
    if every design effect and both ends of the rounding agree on it.
    """

    difference: float
    low: float
    high: float
    tests: tuple[AtDesignEffect, ...]
    verdict: Verdict


def wave_against_wave(now: Estimate, before: Estimate, confidence: float = 0.95) -> Difference:
    """now − before of two independent samples, each with the standard error of its own design.

    z = difference / sqrt(se1² + se2²), two-sided normal p. Means and shares alike; whether the two questions were the
    same is for the caller to know. Raises ValueError if neither has an error: there is nothing to test against.
    """
    se = sqrt(now.se**2 + before.se**2)
    if se == 0:
        raise ValueError("two values without error have no spread to test against")
    gap = now.value - before.value
    half = float(-special.ndtri((1 - confidence) / 2)) * se
    return Difference(gap, gap - half, gap + half, gap / se, float(2 * special.ndtr(-abs(gap / se))))


def share_against_published(
    own: float,
    effective_n: float,
    published: float,
    published_n: float | None,
    *,
    rounding: float = 0.005,
    alpha: float = 0.05,
    design_effects: tuple[float, ...] = DESIGN_EFFECTS,
) -> AgainstPublished:
    """An own share against a printed one, both in 0..1, the print right to `rounding` each way.

    Two-sample z with pooled variance and Newcombe interval at p(1 − p) deff / n, for each assumed design effect of the
    published study. `published_n` None: the difference only. Raises ValueError outside the bounds.
    """
    if not (0 <= own <= 1 and 0 <= published <= 1 and effective_n > 0 and rounding >= 0):
        raise ValueError(f"shares lie in 0..1, a base above 0: {own}, {published}, {effective_n}")
    gap = own - published
    ends = (max(0.0, published - rounding), published, min(1.0, published + rounding))
    tests: tuple[AtDesignEffect, ...] = ()
    if published_n is not None and not any(own == end and own in (0, 1) for end in ends):
        tests = tuple(
            _at(own, effective_n, ends, published_n / effect, effect, alpha) for effect in design_effects
        )
    said = {verdict for test in tests for verdict in test.verdicts}
    verdict = said.pop() if len(said) == 1 else Verdict.DEPENDS if said else Verdict.UNTESTED
    return AgainstPublished(gap, own - ends[2], own - ends[0], tests, verdict)


def _at(
    own: float, n: float, ends: tuple[float, float, float], base: float, effect: float, alpha: float
) -> AtDesignEffect:
    found = [difference(own, n, end, base) for end in ends]
    low, middle, high = (_verdict(test, alpha) for test in found)
    return AtDesignEffect(effect, found[1], (low, middle, high))


def _verdict(test: Difference, alpha: float) -> Verdict:
    if test.p >= alpha:
        return Verdict.NOT_CLEAR
    return Verdict.HIGHER if test.difference > 0 else Verdict.LOWER
