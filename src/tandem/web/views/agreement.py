"""What the pages of Agree have in common: the window that was asked for, and what is worked out beside the request."""

from datetime import datetime

from tandem.align.happened import Evidence, Window
from tandem.align.yardsticks import State
from tandem.kernel import Problems, numbers, parse_instant
from tandem.usecases.see_alignment import AlignmentFigure, ended_pulses, see_alignment
from tandem.usecases.see_scorecard import Agreement, told_agreement
from tandem.usecases.see_telemetry import window_of
from tandem.web.access import Action, may
from tandem.web.asking import Ask
from tandem.web.memo import lake_version

PATIENCE = 0.5
"""Seconds that a request waits; then the page comes without it and looks again."""
TONES = {State.ON_TRACK: "good", State.AT_RISK: "warn", State.OFF_TRACK: "bad", State.NOT_KNOWN: ""}
ADDRESSES = {
    Evidence.BRIEFS: ("/agree/briefs", Action.LOOK),
    Evidence.REQUESTS: ("/trust/requests", Action.LOOK),
    Evidence.APPROVALS: ("/trust/approvals", Action.LOOK),
    Evidence.AUDIT: ("/trust/audit?kind=decision", Action.SEE_AUDIT),
    Evidence.QUARANTINE: ("/data/quarantine", Action.LOOK),
    Evidence.REGISTER: ("/agree/agenda", Action.LOOK),
    Evidence.CAMPAIGNS: ("/campaigns", Action.LOOK),
    Evidence.DATA: ("/data", Action.LOOK),
    Evidence.PLAN: ("/plan", Action.LOOK),
    Evidence.AGENDA: ("/agree/agenda", Action.LOOK),
}
"""Where the rows behind a figure stand, and who may look."""


def window(ask: Ask) -> tuple[Window, Problems | None]:
    """The window of the address, or the usual one with what was wrong about the address."""
    try:
        return window_of(_time(ask, "since"), _time(ask, "until"), ask.now), None
    except Problems as wrong:
        return window_of(None, None, ask.now), wrong


def agreement(ask: Ask, asked: Window) -> Agreement | None:
    """Telemetry and scorecard for the acting person, None while they are worked out.

    Worked out anew when a record that they rest on is new, or a pulse is over; not for the minute that went by.
    """
    question = (
        "agreement",
        ask.ledger.applied_fingerprint(),
        ask.actor.role,
        asked,
        lake_version(ask.work),
        ask.ledger.agenda_mark(),
        tuple((one.name, one.closed_at) for one in ended_pulses(ask.ledger, ask.now)),
    )
    root, actor, now, wall = ask.root, ask.actor, ask.now, ask.wall
    found: Agreement | None = ask.later.look(
        question, lambda: told_agreement(root, actor, asked, now, wall), PATIENCE
    )
    return found


def alignment(ask: Ask) -> tuple[AlignmentFigure | None, bool]:
    """The alignment figure of the last pulse that is over, and whether it is still worked out."""
    ended = ended_pulses(ask.ledger, ask.now)
    if not ended:
        return None, False
    root, ledger, now = ask.root, ask.ledger, ask.now
    question = ("alignment", tuple((one.name, one.closed_at) for one in ended))
    found: tuple[AlignmentFigure | None] | None = ask.later.look(
        question, lambda: (see_alignment(root, ledger, ended, now),), PATIENCE
    )
    return (None, True) if found is None else (found[0], False)


def hundredths(value: float) -> str:
    """An index from 0 to 1 as '63'."""
    return f"{value * 100:.0f}"


def evidence_link(ask: Ask, evidence: Evidence | None) -> str:
    """Where the rows stand, "" where the role may not look; the pulses for what people said."""
    if evidence is None:
        return "/agree/pulses"
    address, action = ADDRESSES[evidence]
    return address if ask.user is not None and may(ask.user.role, action) else ""


def spanned(asked: Window) -> str:
    """'3 May 2026 to 1 August 2026'."""
    return f"{numbers.day(asked.since)} to {numbers.day(asked.until)}"


def typed(at: datetime) -> str:
    """As a field of a form has it: the day."""
    return f"{at:%Y-%m-%d}"


def _time(ask: Ask, name: str) -> datetime | None:
    text = ask.text(name)
    try:
        return parse_instant(text) if text else None
    except (ValueError, OverflowError):
        return None
