"""The alignment index of the last pulse that is over, for Home and the front page of Agree."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tandem.align.result import IndexTold
from tandem.kernel import Problems
from tandem.ledger import Ledger, Pulse
from tandem.usecases.pulse_beliefs import over
from tandem.usecases.result_problems import NO_RESULT_YET
from tandem.usecases.see_pulse import see_pulse


@dataclass(frozen=True)
class AlignmentFigure:
    """The index 0..1 of a pulse with its interval and parts; without one, `why_not` says why.

    `ended`: when it took the last answers.
    """

    pulse: str
    title: str
    ended: datetime
    index: IndexTold | None
    why_not: str


def ended_pulses(ledger: Ledger, now: datetime) -> tuple[Pulse, ...]:
    """The pulses that are over, the last opened first: what an alignment figure is read from."""
    return tuple(over(ledger, now))


def see_alignment(
    root: Path, ledger: Ledger, ended: Sequence[Pulse], now: datetime
) -> AlignmentFigure | None:
    """The figure of the last pulse that somebody answered, None if there is none. Takes seconds for a large one."""
    for pulse in ended:
        try:
            found = see_pulse(root, ledger, pulse.name, now)
        except Problems as unanswered:
            if unanswered.problems[0].code == NO_RESULT_YET.code:
                continue
            raise
        closed = min(pulse.closed_at or pulse.closes_at, pulse.closes_at)
        return AlignmentFigure(pulse.name, found.title, closed, found.index, found.index_missing)
    return None
