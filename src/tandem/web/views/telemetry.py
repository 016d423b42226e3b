"""Telemetry: what happened between the two functions, figure by figure, beside what each of them believes."""

from dataclasses import dataclass

from tandem.align.beside import Beside, Elsewhere, Said, Verdict
from tandem.align.happened import Measure, Part, Unit
from tandem.align.names import TITLED
from tandem.align.yardsticks import State, written
from tandem.kernel import numbers
from tandem.usecases.see_scorecard import Agreement
from tandem.usecases.see_telemetry import Figure
from tandem.web.asking import Ask
from tandem.web.charts import Caption, Chart, Opposed, bars, two_sides
from tandem.web.page import PageContext, doc
from tandem.web.values import Table
from tandem.web.views.agreement import TONES, agreement, evidence_link, spanned, typed, window

MOST_PARTS = 8
VERDICT_TONES = {Verdict.PART: "bad", Verdict.MEET: "good", Verdict.OPEN: ""}


@dataclass(frozen=True)
class Spoken:
    """A statement beside the figure: what each side says, what was published elsewhere, whether they part.

    `unasked` says why where no side said anything; then the sides are not told one by one.
    """

    statement: str
    verdict: str
    tone: str
    said: tuple[Said, ...]
    unasked: str
    elsewhere: tuple[str, ...]


@dataclass(frozen=True)
class Shown:
    """One figure, written. `value` is `not known` where it is; then `reason`, `how` and `who` say why and what helps.

    `link` leads to the rows behind it; "" where the role may not see them.
    """

    id: str
    title: str
    says: str
    value: str
    state: str
    tone: str
    rule: str
    why: str
    facts: tuple[tuple[str, str], ...]
    sides: tuple[tuple[str, str], ...]
    parts: Table | None
    notes: tuple[str, ...]
    reason: str
    how: str
    who: str
    link: str
    spoken: tuple[Spoken, ...]


@dataclass(frozen=True, kw_only=True)
class TelemetryPage(PageContext):
    """What happened between marketing and IT in a window of time, by Tandem's own records."""

    lead: str = doc("Where belief and records part, in a sentence or two.")
    since: str = doc("First day of the window.")
    until: str = doc("The window ends before this day or instant.")
    span: str = doc("The window in words.")
    ready: bool = doc("Whether the figures are worked out.")
    figures: tuple[Shown, ...] = doc(
        "Every figure with its base, yardstick, parts, and what is believed of it."
    )
    measures: tuple[Measure, ...] = doc("The same as numbers.")
    pulse: str | None = doc("The survey that beliefs are from; absent before the first.")
    beliefs: Chart | None = doc("Who agrees with which statement, by side; absent before the first survey.")
    times: Chart | None = doc("Median times; absent where none is known.")
    table: Table | None = doc("Every figure as a table.")


def view(ask: Ask) -> PageContext:
    """The page; figures come when they are worked out."""
    asked, wrong = window(ask)
    found = agreement(ask, asked)
    figures = found.telemetry.figures if found else ()
    believed = found.telemetry.believed if found else None
    return TelemetryPage(
        title="What happened, and what is believed",
        problems=wrong.problems if wrong else (),
        lead=_lead(found) if found else "",
        since=typed(asked.since),
        until=ask.text("until") if not wrong else "",
        span=spanned(asked),
        ready=found is not None,
        figures=tuple(_shown(ask, one) for one in figures),
        measures=tuple(one.measure for one in figures),
        pulse=believed.pulse if believed else None,
        beliefs=_beliefs(figures, believed.pulse) if believed else None,
        times=_times(figures, spanned(asked)),
        table=_table(ask, figures, spanned(asked)) if found else None,
    )


def _lead(found: Agreement) -> str:
    figures = found.telemetry.figures
    known = [one for one in figures if one.measure.value is not None]
    told = f"{len(known)} of {len(figures)} figures are known for this time."
    statements = [one for figure in figures for one in figure.beside]
    if found.telemetry.believed is None:
        return f"{told} What the two functions believe is not known yet: no pulse is over."
    apart = [one for one in statements if one.verdict is Verdict.PART]
    judged = [one for one in statements if one.verdict is not Verdict.OPEN]
    if not judged:
        return f"{told} Of no statement can it be said yet whether belief and records part."
    return (
        f"{told} Belief and records part in {len(apart)} of the {len(judged)} statements that can be judged."
    )


def _shown(ask: Ask, one: Figure) -> Shown:
    found, why = one.measure, one.measure.not_known
    return Shown(
        id=found.id.replace("_", "-"),
        title=found.title,
        says=found.says,
        value=_known(found.value, found.unit),
        state="" if found.value is None else str(one.judged.state),
        tone=TONES[one.judged.state],
        rule=one.judged.rule,
        why=one.judged.why if one.judged.state is State.NOT_KNOWN and why is None else "",
        facts=_facts(one),
        sides=tuple((f"{TITLED[part.side]} ({part.name})", _part(part, found.unit)) for part in found.sides),
        parts=_parts(found),
        notes=found.notes,
        reason=why.reason if why else "",
        how=why.how if why else "",
        who=("IT" if why.who == "it" else why.who) if why else "",
        link=evidence_link(ask, found.evidence),
        spoken=tuple(_spoken(beside) for beside in one.beside),
    )


def _facts(one: Figure) -> tuple[tuple[str, str], ...]:
    found, before = one.measure, one.before
    said = [(found.of, numbers.count(found.n))] if found.n else []
    if found.p90 is not None and found.longest is not None:
        said.append(("nine tenths within", written(found.p90, found.unit)))
        said.append(("the longest", written(found.longest, found.unit)))
    if found.waiting:
        longest = written(found.waiting.longest, Unit.DAYS)
        said.append(("still waiting", f"{numbers.count(found.waiting.n)}, the longest for {longest}"))
    if before is not None:
        of = "" if before.value is None else f" of {numbers.count(before.n)}"
        said.append(("the time before", f"{_known(before.value, before.unit)}{of}"))
    return tuple(said)


def _part(part: Part, unit: Unit) -> str:
    of = "" if part.value is None else f" of {numbers.count(part.n)}"
    return f"{_known(part.value, unit)}{of}"


def _known(value: float | None, unit: Unit) -> str:
    return numbers.UNKNOWN if value is None else written(value, unit)


def _parts(found: Measure) -> Table | None:
    if not found.parts:
        return None
    rows = tuple(
        (part.name, TITLED.get(part.side, ""), _known(part.value, found.unit), numbers.count(part.n))
        for part in found.parts[:MOST_PARTS]
    )
    left = len(found.parts) - len(rows)
    return Table(
        name=f"parts-{found.id.replace('_', '-')}",
        title=found.title,
        columns=(
            found.parts_of or "Part",
            "Side",
            {"days": "Median", "share": "Share", "count": "Number"}[found.unit],
            "n",
        ),
        rows=rows,
        numeric=(False, False, True, True),
        n=f"{left} more" if left else "",
    )


def _spoken(one: Beside) -> Spoken:
    return Spoken(
        statement=one.item.statement,
        verdict=one.label,
        tone=VERDICT_TONES[one.verdict],
        said=() if _unasked(one) else one.said,
        unasked=_unasked(one),
        elsewhere=tuple(_elsewhere(published) for published in one.elsewhere),
    )


def _unasked(one: Beside) -> str:
    """Why no side said anything, if it is the same for all."""
    reasons = {said.why for said in one.said if said.value is None}
    alone = len(reasons) == 1 and all(said.value is None for said in one.said)
    return f"What is believed is not known: {reasons.pop()}." if alone else ""


def _elsewhere(one: Elsewhere) -> str:
    n = f"n = {numbers.count(one.n)}" if one.n else "n not published"
    leaders = "marketing" if one.side == "marketing" else "IT"
    return f"{one.wave}: {one.value:.0f} % of {leaders} leaders ({n}; {one.source})"


def _beliefs(figures: tuple[Figure, ...], pulse: str) -> Chart | None:
    rows = []
    for beside in (one for figure in figures for one in figure.beside):
        told = {one.side: one.value for one in beside.said}
        if any(value is not None for value in told.values()):
            rows.append(Opposed(beside.item.statement, told.get("marketing"), told.get("it")))
    if not rows:
        return None
    caption = Caption(
        name="beliefs",
        title="Who agrees with what the records speak to",
        unit="Share that agrees (top two of five); a side that was not asked has no dot",
        as_of=f"pulse {pulse}",
    )
    return two_sides(caption, ("Marketing", "IT"), rows, column="Statement", most=1.0)


def _times(figures: tuple[Figure, ...], span: str) -> Chart | None:
    known = [
        one.measure for one in figures if one.measure.unit is Unit.DAYS and one.measure.value is not None
    ]
    if not known:
        return None
    longest = max(known, key=lambda one: one.value or 0.0)
    caption = Caption(
        name="times",
        title=f"{longest.title} takes longest: half within {written(longest.value or 0.0, Unit.DAYS)}",
        unit="Median of those that came to their end",
        as_of=span,
    )
    return bars(
        caption,
        [(one.title, one.value) for one in known],
        columns=("Figure", "Median"),
        write=lambda days: written(days, Unit.DAYS),
    )


def _table(ask: Ask, figures: tuple[Figure, ...], span: str) -> Table:
    rows = tuple(
        (
            one.measure.title,
            _known(one.measure.value, one.measure.unit),
            str(one.judged.state),
            f"{one.measure.of}: {numbers.count(one.measure.n)}" if one.measure.n else "",
            _known(one.before.value, one.before.unit) if one.before else "",
        )
        for one in figures
    )
    return Table(
        name="telemetry",
        title="Every figure",
        columns=("Figure", "Value", "State", "Rests on", "The time before"),
        rows=rows,
        numeric=(False, True, False, False, True),
        as_of=span,
        links=tuple(f"#{one.measure.id.replace('_', '-')}" for one in figures),
    )
