"""The five imperatives: what happened, what was agreed and what both sides say, in one scorecard."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tandem.align.agreed import SkillFact, experience_known, priorities_close, skills_filled
from tandem.align.happened import Measure, Window
from tandem.align.priorities import Ranked, standings
from tandem.align.scorecard import RULE, Card, Read, scorecard
from tandem.align.yardsticks import judge
from tandem.charter.definitions import Agenda
from tandem.kernel.values import Actor
from tandem.usecases.see_telemetry import Telemetry, see_telemetry
from tandem.usecases.workspace import Workspace, open_workspace


@dataclass(frozen=True)
class Scorecard:
    """The cards of a window. `pulse` and `pulse_before` name the surveys they read, None for none."""

    window: Window
    cards: tuple[Card, ...]
    rule: str
    pulse: str | None
    pulse_before: str | None


@dataclass(frozen=True)
class Agreement:
    """Telemetry and the scorecard that reads it, of one window."""

    telemetry: Telemetry
    scorecard: Scorecard


def told_agreement(
    root: Path, actor: Actor, window: Window, now: datetime, wall: Callable[[], datetime]
) -> Agreement:
    """Both in a workspace of its own, for work beside a request."""
    with open_workspace(root, actor, wall) as work:
        return see_agreement(work, window, now, wall())


def see_agreement(work: Workspace, window: Window, now: datetime, wall: datetime) -> Agreement:
    """Both for the acting person."""
    telemetry = see_telemetry(work, window, now, wall)
    return Agreement(telemetry, see_scorecard(work, telemetry))


def see_scorecard(work: Workspace, told: Telemetry) -> Scorecard:
    """The scorecard over the telemetry of the same window. What was agreed is read as it is in force now."""
    figures = {one.measure.id: Read(one.measure, one.judged, one.before) for one in told.figures}
    for one in _agreed(work, told.window):
        figures[one.id] = Read(one, judge(one, {}))
    last, before = told.believed, told.believed_before
    earlier = last.comparable(before) if last and before else {}
    pulse = last.pulse if last else None
    cards = scorecard(figures, last.answered if last else None, earlier, pulse)
    return Scorecard(told.window, cards, RULE, pulse, before.pulse if before else None)


def _agreed(work: Workspace, window: Window) -> Sequence[Measure]:
    agenda = work.charter.agenda or Agenda()
    rankings = [
        Ranked(one.function, one.about, one.places) for one in work.ledger.rankings() if one.at < window.until
    ]
    titles = [one.title for one in agenda.priorities]
    return (
        experience_known(
            [(one.title or one.measure, one.event is not None) for one in agenda.experience], window
        ),
        skills_filled(
            [
                SkillFact(one.title or one.skill, str(one.function), one.people, one.wanted, one.training)
                for one in agenda.skills
            ],
            window,
        ),
        priorities_close(standings([one.priority for one in agenda.priorities], rankings), titles, window),
    )
