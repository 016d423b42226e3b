"""What happened between marketing and IT, by Tandem's own records, beside what each of them believes.

Briefs, data and campaigns live in the company's time; requests, approvals and the audit log are kept by the clock of
the wall, for people wait in real time. In a company that lives in simulated time the window of those is the one of the
same length that lies as far before the real now as the window asked for lies before the simulated one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tandem import align
from tandem.align.beside import Answered, Beside, beside
from tandem.align.briefs import TITLES, Weight, ask_of, remarks
from tandem.align.happened import Measure, NotKnown, Window
from tandem.align.telemetry import (
    access_time,
    applied,
    approval_time,
    changed,
    kept,
    lead_time,
    promised,
    refusals,
    self_service,
    sent_back,
)
from tandem.align.telemetry_data import (
    AskFact,
    complete,
    fresh,
    measured_share,
    outside,
    violations,
)
from tandem.align.telemetry_problems import BAD_WINDOW
from tandem.align.yardsticks import Judged, judge
from tandem.charter.definitions.policies import SYSTEM_ROLE
from tandem.kernel import Problems, iso
from tandem.kernel.problems import REGISTRY
from tandem.ledger import Ledger
from tandem.usecases.api_keys import API_ROLE
from tandem.usecases.approving import plan_of
from tandem.usecases.lake_facts import campaign_facts, fresh_facts, load_facts, use_facts
from tandem.usecases.pulse_beliefs import Believed, last_pulses
from tandem.usecases.sides import function_of
from tandem.usecases.workspace import Workspace

USUAL = timedelta(days=90)
QUARTER = timedelta(minutes=15)
EARLIEST = datetime(2000, 1, 1)
LOOK_BACK = timedelta(days=90)
"""How long before an approval its edit is looked for."""
IN_FORCE = frozenset({"outside"})
NO_PEOPLE = frozenset({SYSTEM_ROLE, API_ROLE})
BY_THE_WALL = "Counted by the real clock, not the simulated one: people wait in real time."


@dataclass(frozen=True)
class Figure:
    """A figure, the same one over the window before, how it stands, and what is believed of it.

    `before` None: only what is in force now can be read, so there is nothing to compare it with.
    """

    measure: Measure
    before: Measure | None
    judged: Judged
    beside: tuple[Beside, ...]


@dataclass(frozen=True)
class Telemetry:
    """All figures of a window in the company's time; beliefs are from the last pulse that is over, if there is one."""

    window: Window
    figures: tuple[Figure, ...]
    believed: Believed | None
    believed_before: Believed | None

    def figure(self, name: str) -> Figure:
        """The figure of this id. Raises KeyError."""
        for one in self.figures:
            if one.measure.id == name:
                return one
        raise KeyError(name)


def window_of(since: datetime | None, until: datetime | None, now: datetime) -> Window:
    """The window asked for; by default the 90 days up to and with the quarter of an hour that goes on.

    What is done now has to be in it, and a window that moved with each minute would be worked out anew for each page.
    Raises ALN-501 if the window is empty, ends after that, or begins before there was anything to record.
    """
    latest = EARLIEST + ((now - EARLIEST) // QUARTER + 1) * QUARTER
    end = until or latest
    start = since or end - USUAL
    if start >= end or end > latest or start < EARLIEST:
        found = f"{iso(start)} to {iso(end)}"
        expected = f"{iso(EARLIEST)} to {iso(now)}"
        raise Problems(BAD_WINDOW("there is nothing in that time", found=found, expected=expected))
    return Window(start, end)


def see_telemetry(work: Workspace, window: Window, now: datetime, wall: datetime) -> Telemetry:
    """Every figure for the acting person. What a role may not count is not known to it, and says so."""
    simulated = work.ledger.simulated_now() is not None
    shift = wall - now if simulated else timedelta()
    here = _measures(work, window, window.moved(shift))
    before = _measures(work, window.before(), window.before().moved(shift))
    pulses = last_pulses(work.ledger, now)
    believed = pulses[0] if pulses else None
    levels = _levels(work)
    published = tuple(align.load())
    figures = tuple(
        Figure(
            measure=replace(one, notes=(*one.notes, BY_THE_WALL))
            if simulated and one.window != window
            else one,
            before=None if one.id in IN_FORCE else earlier,
            judged=judge(one, levels),
            beside=beside(one, _answered(believed), levels, published, believed.names if believed else None),
        )
        for one, earlier in zip(here, before, strict=True)
    )
    return Telemetry(window, figures, believed, pulses[1] if len(pulses) > 1 else None)


def _answered(believed: Believed | None) -> Answered | None:
    return believed.answered if believed else None


def _levels(work: Workspace) -> Mapping[str, timedelta]:
    agenda = work.charter.agenda
    return {str(one.service): one.within for one in agenda.service_levels} if agenda else {}


def _measures(work: Workspace, window: Window, real: Window) -> tuple[Measure, ...]:
    """The figures in the order in which they are shown. `real`: the window by the clock of the wall."""
    ledger = work.ledger
    held = ledger.commitment_facts(window.until)
    return (
        lead_time(ledger.brief_facts(window.until), window),
        kept(held, window),
        sent_back(ledger.answer_facts(window.since, window.until), window),
        changed(held, ledger.change_facts(window.since, window.until), window),
        promised(held, ledger.promise_facts(window.since, window.until), window),
        complete(_asks(ledger, window), window),
        access_time(ledger.request_facts(real.since, real.until), real),
        *_approvals(ledger, real),
        _refusals(ledger, real),
        outside(use_facts(work, str(work.charter.project.owners.campaigns)), window),
        *_of_the_lake(work, window),
    )


def _asks(ledger: Ledger, window: Window) -> list[AskFact]:
    """Briefs of the window as they were handed in first, by their words alone."""
    first = [one for one in ledger.brief_versions() if one.version == 1 and window.holds(one.at)]
    return [
        AskFact(
            one.brief,
            one.at,
            tuple(
                TITLES[remark.part]
                for remark in remarks(ask_of(one.content), one.at.date())
                if remark.weight is Weight.MISSING
            ),
        )
        for one in first
    ]


def _approvals(ledger: Ledger, real: Window) -> tuple[Measure, Measure]:
    """The time to an approval, and what needed none."""
    approvals = ledger.approval_facts(real.since, real.until)
    edits = ledger.edit_facts(real.since - LOOK_BACK, real.until)
    plans = {
        after: None if before is None else plan_of(before, after)
        for after, before in ledger.charters_before().items()
    }
    facts = applied(edits, approvals, plans, _side_of, real)
    return approval_time(approvals, edits, real), self_service(facts, real)


def _refusals(ledger: Ledger, real: Window) -> Measure:
    facts = [one for one in ledger.decision_facts(real.since, real.until) if one.role not in NO_PEOPLE]
    return refusals(facts, _side_of, {name: one.title for name, one in REGISTRY.items()}, real)


def _side_of(role: str) -> str:
    return function_of(role) or ""


def _of_the_lake(work: Workspace, window: Window) -> tuple[Measure, ...]:
    """What is counted in the lake, each for itself: a role may be allowed one and not the other."""
    return (
        _allowed(lambda: violations(load_facts(work, window), window), violations((), window)),
        _allowed(lambda: fresh(fresh_facts(work, window), window), fresh((), window)),
        _allowed(lambda: measured_share(campaign_facts(work, window), window), measured_share((), window)),
    )


def _allowed(count: Callable[[], Measure], bare: Measure) -> Measure:
    """The figure, or the same without a value, with the reason of the refusal."""
    try:
        return count()
    except Problems as refused:
        first = refused.problems[0]
        reason = f"Your role may not count this: {first.sentence.rstrip('.')}."
        return replace(bare, not_known=NotKnown(reason, first.fix, first.who))
