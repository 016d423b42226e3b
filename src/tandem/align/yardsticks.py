"""What a figure of telemetry is held against, as data: from where on it is good, from where on poor, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from tandem.align.happened import DAY, Measure, Unit
from tandem.kernel import numbers

SLACK = 1.5
"""A median time up to so many times the agreed one is near it, beyond that it is poor."""


class State(StrEnum):
    """How a figure stands."""

    ON_TRACK = "on track"
    AT_RISK = "at risk"
    OFF_TRACK = "off track"
    NOT_KNOWN = "not known"


ORDER = (State.OFF_TRACK, State.AT_RISK, State.ON_TRACK)
"""The worst first."""


@dataclass(frozen=True)
class Yardstick:
    """Good up to (or from) `good`, poor beyond `poor`, near between; in the measure's unit. `most`: less is better.

    `least`: on so many records a figure has to rest before it is judged. `level`: the service level of agenda.yml
    that says what is good, in days; without one of that name nobody can say whether a time is good.
    """

    measure: str
    most: bool
    good: float | None = None
    poor: float | None = None
    least: int = 3
    level: str = ""


YARDSTICKS: Mapping[str, Yardstick] = {
    one.measure: one
    for one in (
        Yardstick("lead_time", most=True, level="brief_delivered"),
        Yardstick("access_time", most=True, level="access_answered"),
        Yardstick("approval_time", most=True, level="approval_given"),
        Yardstick("changed", most=True, good=0.2, poor=0.4),
        Yardstick("kept", most=False, good=0.8, poor=0.6),
        Yardstick("sent_back", most=True, good=0.1, poor=0.25),
        Yardstick("promised", most=True, good=0.1, poor=0.25),
        Yardstick("complete", most=False, good=0.9, poor=0.7),
        Yardstick("refusals", most=True, good=0.1, poor=0.25),
        Yardstick("self_service", most=False, good=0.6, poor=0.3),
        Yardstick("violations", most=True, good=0.01, poor=0.05, least=100),
        Yardstick("outside", most=True, good=0.0, poor=0.25, least=1),
        Yardstick("measured", most=False, good=0.8, poor=0.5, least=1),
        Yardstick("fresh", most=False, good=0.9, poor=0.7, least=1),
        Yardstick("experience_known", most=False, good=0.75, poor=0.5, least=1),
        Yardstick("skills_filled", most=False, good=0.8, poor=0.6, least=1),
        Yardstick("priorities_close", most=False, good=0.75, poor=0.5, least=3),
    )
}


@dataclass(frozen=True)
class Judged:
    """A figure held against its yardstick. `rule` says the yardstick, `why` what came of it, in sentences."""

    state: State
    rule: str
    why: str


def judge(found: Measure, levels: Mapping[str, timedelta]) -> Judged:
    """How a figure stands; `levels` are the service levels agreed, by name."""
    rule = YARDSTICKS[found.id]
    good, poor, said = _bounds(rule, found.unit, levels)
    if found.not_known is not None or found.value is None:
        return Judged(State.NOT_KNOWN, said, found.not_known.reason if found.not_known else "")
    if good is None or poor is None:
        why = f"It is {written(found.value, found.unit)}; whether that is good was not agreed."
        return Judged(State.NOT_KNOWN, said, why)
    if found.n < rule.least:
        rests = f"It rests on {found.n} ({found.of}), and is judged from {rule.least} on."
        return Judged(State.NOT_KNOWN, said, rests)
    return Judged(_state(rule, found.value, good, poor), said, f"It is {written(found.value, found.unit)}.")


def written(value: float, unit: Unit) -> str:
    """'4.5 days', '31 %', '12'."""
    match unit:
        case Unit.DAYS:
            return numbers.lasting(value * DAY.total_seconds()) if value < 1 else f"{value:.1f} days"
        case Unit.SHARE if 0 < value < 0.001:
            return "under 0.1 %"
        case Unit.SHARE:
            return numbers.percent(value, 1 if 0 < value < 0.1 else 0)
        case Unit.COUNT:
            return numbers.count(round(value))


def _bounds(
    rule: Yardstick, unit: Unit, levels: Mapping[str, timedelta]
) -> tuple[float | None, float | None, str]:
    """Good, poor, and the rule as a sentence."""
    if rule.level:
        level = levels.get(rule.level)
        if level is None:
            said = f"No service level `{rule.level}` is agreed in agenda.yml, so nobody can say what is good."
            return None, None, said
        good = level / DAY
        said = f"Good up to the agreed {numbers.span(level)}, poor beyond {written(good * SLACK, unit)}."
        return good, good * SLACK, said
    if rule.good is None or rule.poor is None:
        raise ValueError(f"{rule.measure}: a yardstick has two edges or a service level")
    edges = written(rule.good, unit), written(rule.poor, unit)
    words = ("Good up to {}, poor beyond {}.", "Good from {}, poor below {}.")[not rule.most]
    said = words.format(*edges)
    return rule.good, rule.poor, said


def _state(rule: Yardstick, value: float, good: float, poor: float) -> State:
    if (value <= good) if rule.most else (value >= good):
        return State.ON_TRACK
    if (value > poor) if rule.most else (value < poor):
        return State.OFF_TRACK
    return State.AT_RISK
