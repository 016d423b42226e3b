"""Five imperatives as a scorecard: lines of evidence by rules that are data, a trend, and what to do next. Pure.

A line reads a figure of what happened or was agreed, or what both sides say in the last pulse. Each says its rule and
what came of it, so that it can be asked why; a line that nobody can know takes no part in the state.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from tandem.align.happened import Evidence, Measure, Unit
from tandem.align.imperatives import IMPERATIVES, Imperative, Kind, Look
from tandem.align.names import NAMES
from tandem.align.result import Side
from tandem.align.stats import difference
from tandem.align.yardsticks import ORDER, YARDSTICKS, Judged, State, written

LEAST = 2
HIGH, HALF, LOW = 0.6, 0.5, 0.4
NEAR, FAR = 0.1, 0.25
STEADY_SHARE, STEADY_TIME = 0.02, 0.1
Z = 1.96
RULE = (
    f"Known if at least half of its lines are, and {LEAST} of them. Off track if half of the lines known are off "
    "track or more; on track if all lines known are; at risk otherwise."
)
BELIEF_RULE = (
    f"Good if on each side at least {HIGH * 100:.0f} % say so (top two of five) and the 95 % interval lies above one "
    f"half; poor if on a side fewer than {LOW * 100:.0f} % do and the interval lies below one half."
)
APART_RULE = (
    f"Good if the sides are at most {NEAR * 100:.0f} points apart and the 95 % interval of the distance stays under "
    f"{FAR * 100:.0f}; poor if they are more than {FAR * 100:.0f} apart and it stays above {NEAR * 100:.0f}; "
    "whatever they say."
)


class Trend(StrEnum):
    """Against the window or the pulse before."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "no change"
    NOT_KNOWN = "not known"


@dataclass(frozen=True)
class Read:
    """A figure now and over the window before (None: there is none to compare with), each with how it stands."""

    measure: Measure
    judged: Judged
    before: Measure | None = None


@dataclass(frozen=True)
class Line:
    """One line of evidence. `value` and `before` in words; `rule` and `why` say how it came to its state.

    `evidence` says where the rows stand, None for the pulse; `figure` is the id of the figure or variable.
    """

    title: str
    figure: str
    kind: Kind
    state: State
    value: str
    before: str
    rests_on: str
    rule: str
    why: str
    trend: Trend
    action: str
    who: str
    evidence: Evidence | None


@dataclass(frozen=True)
class Next:
    """The next best action: what, who, and the line it is for."""

    action: str
    who: str
    because: str


@dataclass(frozen=True)
class Card:
    """One imperative: its state by the rule, its lines, its trend, and what to do next (None: keep on)."""

    name: str
    title: str
    says: str
    state: State
    why: str
    trend: Trend
    lines: tuple[Line, ...]
    next: Next | None


Beliefs = Mapping[str, Mapping[str, Side]]
"""Variable → side → share that agrees."""


def scorecard(
    figures: Mapping[str, Read], beliefs: Beliefs | None, earlier: Beliefs, pulse: str | None
) -> tuple[Card, ...]:
    """The five cards. `beliefs` None: no pulse is over; `earlier`: the pulse before, comparable variables only."""
    return tuple(_card(one, figures, beliefs, earlier, pulse) for one in IMPERATIVES)


def _card(
    one: Imperative,
    figures: Mapping[str, Read],
    beliefs: Beliefs | None,
    earlier: Beliefs,
    pulse: str | None,
) -> Card:
    lines = tuple(
        _figure(look, figures[look.of])
        if look.kind is Kind.FIGURE
        else _belief(look, beliefs, earlier.get(look.of, {}), pulse)
        for look in one.looks
    )
    state, why = state_of([line.state for line in lines])
    return Card(
        one.name,
        one.title,
        one.says,
        state,
        why,
        trend_of([line.trend for line in lines]),
        lines,
        _next(lines),
    )


def state_of(states: Sequence[State]) -> tuple[State, str]:
    """The state of an imperative from those of its lines, and why, by RULE."""
    known = [one for one in states if one is not State.NOT_KNOWN]
    counts = ", ".join(f"{known.count(state)} {state}" for state in ORDER if state in known)
    verb = "is" if len(known) == 1 else "are"
    told = f"{len(known)} of {len(states)} lines {verb} known" + (f": {counts}." if counts else ".")
    if len(known) < LEAST or 2 * len(known) < len(states):
        return State.NOT_KNOWN, told
    if 2 * known.count(State.OFF_TRACK) >= len(known):
        return State.OFF_TRACK, told
    return (State.ON_TRACK if set(known) == {State.ON_TRACK} else State.AT_RISK), told


def trend_of(trends: Sequence[Trend]) -> Trend:
    """Better or worse if more lines are; no change if as many, of those that can be compared."""
    known = [one for one in trends if one is not Trend.NOT_KNOWN]
    if not known:
        return Trend.NOT_KNOWN
    gain = known.count(Trend.BETTER) - known.count(Trend.WORSE)
    return Trend.BETTER if gain > 0 else Trend.WORSE if gain < 0 else Trend.SAME


def figure_trend(now: Measure, before: Measure | None) -> Trend:
    """A figure against the window before. Both have to rest on as many records as a judgement needs.

    No change: within 2 points, or within a tenth of the time before; and a share whose difference has zero in its 95 %
    interval (Newcombe). All records are counted, but with few of them one more or less is chance.
    """
    rule = YARDSTICKS[now.id]
    if before is None or now.value is None or before.value is None or min(now.n, before.n) < rule.least:
        return Trend.NOT_KNOWN
    change = now.value - before.value
    steady = before.value * STEADY_TIME if now.unit is Unit.DAYS else STEADY_SHARE
    if abs(change) <= steady:
        return Trend.SAME
    if now.unit is Unit.SHARE and not _beyond_chance(now.value, now.n, before.value, before.n):
        return Trend.SAME
    return Trend.BETTER if (change < 0) == rule.most else Trend.WORSE


def belief_trend(now: Mapping[str, Side], before: Mapping[str, Side]) -> Trend:
    """The sides against the pulse before: clear where the 95 % interval of a difference leaves zero out (Newcombe).

    Better if a side is clearly higher and none clearly lower; no change if none is clear, or they go apart.
    """
    moves = [_moved(now[side], before[side]) for side in now if side in before]
    known = [one for one in moves if one is not None]
    if not known:
        return Trend.NOT_KNOWN
    up, down = 1 in known, -1 in known
    return Trend.SAME if up == down else Trend.BETTER if up else Trend.WORSE


def _beyond_chance(now: float, n: float, before: float, m: float) -> bool:
    """Whether two shares that differ have a difference whose 95 % interval leaves zero out."""
    found = difference(now, n, before, m)
    return found.low > 0 or found.high < 0


def _moved(now: Side, before: Side) -> int | None:
    if now.value is None or before.value is None or now.base is None or before.base is None:
        return None
    if now.value == before.value:
        return 0
    found = difference(now.value, now.base.effective, before.value, before.base.effective)
    return 1 if found.low > 0 else -1 if found.high < 0 else 0


def _figure(look: Look, read: Read) -> Line:
    now, before = read.measure, read.before
    return Line(
        title=now.title,
        figure=now.id,
        kind=look.kind,
        state=read.judged.state,
        value="" if now.value is None else written(now.value, now.unit),
        before="" if before is None or before.value is None else written(before.value, before.unit),
        rests_on=f"{now.of}: {now.n:,}" if now.n else "",
        rule=read.judged.rule,
        why=read.judged.why,
        trend=figure_trend(now, before),
        action=now.not_known.how if now.not_known else look.action,
        who=now.not_known.who if now.not_known else look.who,
        evidence=now.evidence,
    )


def _belief(look: Look, beliefs: Beliefs | None, earlier: Mapping[str, Side], pulse: str | None) -> Line:
    sides = (beliefs or {}).get(look.of, {})
    state, why = _stands(look, sides) if sides else (State.NOT_KNOWN, _unasked(pulse))
    known = state is not State.NOT_KNOWN
    apart = look.kind is Kind.APART
    return Line(
        title=look.title,
        figure=look.of,
        kind=look.kind,
        state=state,
        value=_shares(sides) if known else "",
        before=_shares(earlier) if earlier and all(one.value is not None for one in earlier.values()) else "",
        rests_on=_people(sides, pulse) if known else "",
        rule=APART_RULE if apart else BELIEF_RULE,
        why=why,
        trend=_closer(sides, earlier) if apart else belief_trend(sides, earlier),
        action=look.action if known else "Run a pulse: open it, invite both sides, and close it.",
        who=look.who if known else "both",
        evidence=None,
    )


def _stands(look: Look, sides: Mapping[str, Side]) -> tuple[State, str]:
    hidden = [one for one in sides.values() if one.value is None]
    if hidden or len(sides) < (2 if look.kind is Kind.APART else 1):
        return State.NOT_KNOWN, f"Not shown: {hidden[0].hidden}." if hidden else "Only one side was asked."
    told = f"{_shares(sides)} say so."
    if look.kind is Kind.APART:
        gap, low, high = _apart(*sides.values())
        near, far = gap <= NEAR and high < FAR, gap > FAR and low > NEAR
        state = State.ON_TRACK if near else State.OFF_TRACK if far else State.AT_RISK
        points = f"{gap * 100:.0f} points apart (95 % interval {low * 100:.0f} to {high * 100:.0f})"
        return state, f"{told} That is {points}."
    each = [_share_stands(one) for one in sides.values()]
    worst = next(state for state in ORDER if state in each)
    return worst, told


def _share_stands(one: Side) -> State:
    """By BELIEF_RULE for one side."""
    if one.value is None or one.low is None or one.high is None:
        return State.AT_RISK
    if one.value >= HIGH and one.low > HALF:
        return State.ON_TRACK
    return State.OFF_TRACK if one.value < LOW and one.high < HALF else State.AT_RISK


def _apart(first: Side, second: Side) -> tuple[float, float, float]:
    """How far apart two sides are, as a share, with its 95 % interval: Newcombe's of the difference, without sign."""
    p, q = first.value or 0.0, second.value or 0.0
    n, m = (one.base.effective if one.base else 1.0 for one in (first, second))
    if p == q and p in (0, 1):
        return 0.0, 0.0, max(_reach(n), _reach(m))
    found = difference(p, n, q, m)
    ends = sorted((abs(found.low), abs(found.high)))
    return abs(p - q), 0.0 if found.low <= 0 <= found.high else ends[0], ends[1]


def _reach(n: float) -> float:
    """How far Wilson's 95 % interval goes from a share of 0 or 1 on n people."""
    return Z**2 / (n + Z**2)


def _unasked(pulse: str | None) -> str:
    return f"The pulse `{pulse}` did not ask it." if pulse else "No pulse is over yet."


def _closer(now: Mapping[str, Side], before: Mapping[str, Side]) -> Trend:
    """Whether the sides came closer: the change of their distance against 1.96 of its standard error.

    All four shares are of independent samples; the variance of each is p (1 - p) over its effective base, after two
    answers of each kind are added (Agresti and Caffo, 2000), so that one at 0 or 1 is not taken for certain.
    """
    found = [_distance(sides) for sides in (now, before)]
    if found[0] is None or found[1] is None:
        return Trend.NOT_KNOWN
    (apart, error), (apart_before, error_before) = found[0], found[1]
    change, limit = apart - apart_before, Z * sqrt(error + error_before)
    if abs(change) <= limit:
        return Trend.SAME
    return Trend.BETTER if change < 0 else Trend.WORSE


def _distance(sides: Mapping[str, Side]) -> tuple[float, float] | None:
    """How far apart two sides are, as a share, and its variance; None unless both are known."""
    known = [(one.value, one.base.effective) for one in sides.values() if one.value is not None and one.base]
    if len(known) < 2:
        return None
    (first, n), (second, m) = known
    return abs(first - second), _variance(first, n) + _variance(second, m)


def _variance(share: float, n: float) -> float:
    added = (share * n + 2) / (n + 4)
    return added * (1 - added) / (n + 4)


def _shares(sides: Mapping[str, Side]) -> str:
    """'62 % of marketing and 71 % of IT'."""
    return " and ".join(
        f"{one.value * 100:.0f} % of {NAMES[name]}" for name, one in sides.items() if one.value is not None
    )


def _people(sides: Mapping[str, Side], pulse: str | None) -> str:
    n = sum(one.base.unweighted for one in sides.values() if one.base is not None)
    return f"{n:,} people in pulse {pulse}"


def _next(lines: Sequence[Line]) -> Next | None:
    """What to do about the worst line; about the first that is not known, if the rest is on track."""
    for state in (State.OFF_TRACK, State.AT_RISK, State.NOT_KNOWN):
        for line in lines:
            if line.state is state:
                return Next(line.action, line.who, line.title)
    return None
