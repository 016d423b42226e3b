"""The scorecard: five imperatives, each with its state, its evidence, its trend and what to do next."""

from dataclasses import dataclass

from tandem.align.scorecard import Card, Line, Trend
from tandem.align.yardsticks import State
from tandem.kernel import numbers
from tandem.web.asking import Ask
from tandem.web.page import PageContext, doc
from tandem.web.values import Table
from tandem.web.views.agreement import TONES, agreement, evidence_link, spanned, window

TREND_TONES = {Trend.BETTER: "good", Trend.WORSE: "bad", Trend.SAME: "", Trend.NOT_KNOWN: ""}
BOTH = {"both": "both functions", "it": "IT", "marketing": "marketing"}


@dataclass(frozen=True)
class Evident:
    """One line, written. `link` leads to the figure or the pulse, "" where the role may not see it."""

    title: str
    value: str
    rests_on: str
    state: str
    tone: str
    trend: str
    trend_tone: str
    rule: str
    why: str
    link: str


@dataclass(frozen=True)
class Told:
    """One imperative, written; `action` "" where all is on track."""

    name: str
    title: str
    says: str
    state: str
    tone: str
    why: str
    trend: str
    trend_tone: str
    lines: tuple[Evident, ...]
    action: str
    who: str
    because: str


@dataclass(frozen=True, kw_only=True)
class ScorecardPage(PageContext):
    """Five imperatives: one experience owner, IT as a partner, agreed levers, the mix of skills, trust."""

    lead: str = doc("How many imperatives are on track, in a sentence.")
    span: str = doc("The window in words.")
    ready: bool = doc("Whether the scorecard is worked out.")
    rule: str = doc("How the state of an imperative follows from its lines.")
    cards: tuple[Told, ...] = doc("The five, in their order.")
    scorecard: tuple[Card, ...] = doc("The same as data.")
    pulse: str | None = doc("The survey it reads; absent before the first.")
    table: Table | None = doc("Every line of every imperative as a table.")


def view(ask: Ask) -> PageContext:
    """The page; cards come when they are worked out."""
    asked, wrong = window(ask)
    found = agreement(ask, asked)
    cards = found.scorecard.cards if found else ()
    return ScorecardPage(
        title="Five imperatives",
        problems=wrong.problems if wrong else (),
        lead=lead(cards),
        span=spanned(asked),
        ready=found is not None,
        rule=found.scorecard.rule if found else "",
        cards=tuple(told(ask, one) for one in cards),
        scorecard=cards,
        pulse=found.scorecard.pulse if found else None,
        table=_table(cards, spanned(asked)) if found else None,
    )


def lead(cards: tuple[Card, ...]) -> str:
    """'1 of 5 is on track, 2 are off track; of 1 nobody can say yet.' Nothing while nothing is known."""
    if not cards:
        return ""
    counts = {state: sum(one.state is state for one in cards) for state in State}
    on, risk, off, unknown = (
        counts[one] for one in (State.ON_TRACK, State.AT_RISK, State.OFF_TRACK, State.NOT_KNOWN)
    )
    parts = [f"{numbers.count(on)} of {len(cards)} {'is' if on == 1 else 'are'} on track"]
    parts += [f"{risk} at risk"] if risk else []
    parts += [f"{off} off track"] if off else []
    said = ", ".join(parts)
    return f"{said}; of {unknown} nobody can say yet." if unknown else f"{said}."


def told(ask: Ask, one: Card) -> Told:
    """One card, written."""
    return Told(
        name=one.name,
        title=one.title,
        says=one.says,
        state=str(one.state),
        tone=TONES[one.state],
        why=one.why,
        trend=_trend(one.trend),
        trend_tone=TREND_TONES[one.trend],
        lines=tuple(_line(ask, line) for line in one.lines),
        action=one.next.action if one.next else "",
        who=BOTH.get(one.next.who, one.next.who) if one.next else "",
        because=one.next.because if one.next else "",
    )


def _line(ask: Ask, line: Line) -> Evident:
    before = f", {line.before} before" if line.before else ""
    return Evident(
        title=line.title,
        value=f"{line.value or numbers.UNKNOWN}{before}",
        rests_on=line.rests_on,
        state=str(line.state),
        tone=TONES[line.state],
        trend=_trend(line.trend),
        trend_tone=TREND_TONES[line.trend],
        rule=line.rule,
        why=line.why,
        link=evidence_link(ask, line.evidence),
    )


def _trend(trend: Trend) -> str:
    return "trend not known" if trend is Trend.NOT_KNOWN else str(trend)


def _table(cards: tuple[Card, ...], span: str) -> Table:
    rows = tuple(
        (
            card.title,
            line.title,
            line.value or numbers.UNKNOWN,
            str(line.state),
            str(line.trend),
            line.rests_on,
        )
        for card in cards
        for line in card.lines
    )
    return Table(
        name="scorecard",
        title="Every line",
        columns=("Imperative", "Line", "Value", "State", "Trend", "Rests on"),
        rows=rows,
        as_of=span,
    )
