"""Agree: where the two functions plan together, and how far apart they are by what they say and by what happened."""

from dataclasses import dataclass

from tandem.align.beside import Verdict
from tandem.align.names import TITLED
from tandem.align.yardsticks import State
from tandem.kernel import numbers
from tandem.usecases.briefs_wait import brief_waits
from tandem.usecases.see_alignment import AlignmentFigure
from tandem.usecases.see_scorecard import Agreement
from tandem.web.asking import Ask
from tandem.web.charts import Caption, Chart, bars
from tandem.web.page import PageContext, doc
from tandem.web.views.agreement import agreement, alignment, hundredths, window
from tandem.web.views.scorecard import Told, told
from tandem.web.views.trust import Link

WORKED_OUT = "It is being worked out."


@dataclass(frozen=True)
class Headline:
    """One of the figures at the top: its name, what else to know, and where to ask why."""

    value: str
    label: str
    note: str
    href: str


@dataclass(frozen=True)
class Wait:
    """One thing that waits on the agenda: for whom, what, where, and whether it hurts."""

    who: str
    sentence: str
    href: str
    hurts: bool


@dataclass(frozen=True, kw_only=True)
class AgreePage(PageContext):
    """How far apart marketing and IT are, how the five imperatives stand, what waits, and the way to the rest."""

    lead: str = doc("The most important thing in a sentence.")
    ready: bool = doc("Whether everything is worked out.")
    headlines: tuple[Headline, ...] = doc(
        "The alignment figure, the imperatives, belief against records, what waits."
    )
    alignment: AlignmentFigure | None = doc("The alignment index of the last pulse; absent before the first.")
    components: Chart | None = doc("The parts of the index; absent without one.")
    cards: tuple[Told, ...] = doc("The five imperatives; empty while they are worked out.")
    waits: tuple[Wait, ...] = doc("What waits: briefs, commitments, promises.")
    links: tuple[Link, ...] = doc("The pages that your role may open.")


def view(ask: Ask, links: tuple[Link, ...]) -> PageContext:
    """The front page of the area."""
    asked, _ = window(ask)
    found = agreement(ask, asked)
    figure, working = alignment(ask)
    waits = _waits(ask)
    cards = found.scorecard.cards if found else ()
    return AgreePage(
        title="Agree",
        lead=_lead(figure, working=working),
        ready=found is not None and not working,
        headlines=(
            _index(figure, working=working),
            _imperatives(found),
            _parted(found),
            Headline(
                numbers.count(len(waits)),
                "waits on the agenda" if len(waits) == 1 else "wait on the agenda",
                "Briefs, commitments and promises.",
                "/agree/briefs",
            ),
        ),
        alignment=figure,
        components=_components(figure),
        cards=tuple(told(ask, one) for one in cards),
        waits=waits,
        links=links,
    )


def _lead(figure: AlignmentFigure | None, *, working: bool) -> str:
    if working:
        return "How far apart marketing and IT are is being worked out."
    if figure is None:
        return "How far apart marketing and IT are has not been measured yet: that takes a survey of both."
    return figure.index.sentence if figure.index else figure.why_not


def _index(figure: AlignmentFigure | None, *, working: bool) -> Headline:
    label = "alignment, of 100"
    if working:
        return Headline("…", label, WORKED_OUT, "/agree/pulses")
    if figure is None:
        return Headline(numbers.UNKNOWN, label, "No pulse is over yet.", "/agree/pulses")
    where = f"/agree/results/{figure.pulse}"
    if figure.index is None:
        return Headline(numbers.UNKNOWN, label, figure.why_not, where)
    low, high = hundredths(figure.index.low), hundredths(figure.index.high)
    note = f"95 % interval {low} to {high}; {figure.pulse}, {numbers.day(figure.ended)}."
    return Headline(hundredths(figure.index.value), label, note, where)


def _imperatives(found: Agreement | None) -> Headline:
    label, where = "imperatives on track", "/agree/scorecard"
    if found is None:
        return Headline("…", label, WORKED_OUT, where)
    cards = found.scorecard.cards
    on = sum(one.state is State.ON_TRACK for one in cards)
    counts = [
        (sum(one.state is state for one in cards), state) for state in State if state is not State.ON_TRACK
    ]
    rest = ", ".join(f"{n} {state}" for n, state in counts if n)
    return Headline(f"{on} of {len(cards)}", label, f"{rest[:1].upper()}{rest[1:]}." if rest else "", where)


def _parted(found: Agreement | None) -> Headline:
    label, where = "statements where belief and records part", "/agree/telemetry"
    if found is None:
        return Headline("…", label, WORKED_OUT, where)
    every = [one.verdict for figure in found.telemetry.figures for one in figure.beside]
    judged = [one for one in every if one is not Verdict.OPEN]
    if not judged:
        return Headline(numbers.UNKNOWN, label, "Of none of them can it be said yet.", where)
    apart = judged.count(Verdict.PART)
    return Headline(
        numbers.count(apart), label, f"Of {len(judged)} that can be judged, of {len(every)} in all.", where
    )


def _components(figure: AlignmentFigure | None) -> Chart | None:
    if figure is None or figure.index is None:
        return None
    least = min(figure.index.parts, key=lambda one: one.value)
    caption = Caption(
        name="components",
        title=f"{least.name} is the weakest part of the alignment index",
        unit="0 is the worst that can be, 100 the best",
        as_of=f"pulse {figure.pulse}",
    )
    rows = [(one.name, one.value) for one in figure.index.parts]
    return bars(
        caption, rows, columns=("Part", "Of 100"), write=hundredths, highlight=frozenset({least.name})
    )


def _waits(ask: Ask) -> tuple[Wait, ...]:
    found = brief_waits(ask.ledger, ask.work.charter, ask.now)
    return tuple(
        Wait(
            TITLED[one.who],
            one.sentence,
            f"/agree/briefs/{one.about}" if one.about else "/agree/briefs",
            one.hurts,
        )
        for one in sorted(found, key=lambda one: not one.hurts)
    )
