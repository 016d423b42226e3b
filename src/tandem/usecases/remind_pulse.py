"""Reminding those who are not done with a pulse, by the rule of its instrument: by hand, or with the daily run."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tandem.charter.definitions.instruments import Instrument
from tandem.kernel import Problems, numbers
from tandem.kernel.values import Actor
from tandem.ledger import Invitation, Ledger, Pulse
from tandem.usecases.invite_pulse import MOST, Posted, post
from tandem.usecases.progress import Told, silent
from tandem.usecases.pulse_rights import needs_fielder
from tandem.usecases.run_pulse import SYSTEM, instrument_of


@dataclass(frozen=True)
class Reminded:
    """What became of the reminders of one pulse."""

    pulse: str
    posted: Posted

    @property
    def sentence(self) -> str:
        """'reminders sent of autumn, some refused by the mail server'; without a number."""
        return f"{self.pulse}: {self.posted.sentence}"

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        return {"pulse": self.pulse, **self.posted.counts}


def send_reminders(
    root: Path,
    ledger: Ledger,
    actor: Actor,
    name: str,
    now: datetime,
    wall: Callable[[], datetime],
    told: Told = silent,
    *,
    most: int = MOST,
) -> Posted:
    """Remind those who are not done, as late and as often as the instrument says.

    Raises ALN-202, ALN-203, ALN-207, DLV-001, and LDG-010 while another process sends.
    """
    what = _what(name)
    needs_fielder(root, ledger, actor, what, wall())
    return post(root, ledger, actor, name, what, _to_remind, now, wall, told, most, reminders=True)


def remind_all(
    root: Path, ledger: Ledger, now: datetime, wall: Callable[[], datetime], told: Told = silent
) -> tuple[Reminded, ...]:
    """Send the reminders that are due of every run that is open at `now`; a run with none due is not named.

    The daily run does it, whoever began that. What stops one pulse is told with it and keeps no other from its turn.
    A letter that a crash left open has its turn as late as any other: until then nobody knows that it is no longer on
    its way.
    """
    found = []
    for one in ledger.pulses():
        if not one.open(now):
            continue
        before = now - instrument_of(one).remind_after
        if reminders_due(ledger, one, now) or ledger.unsettled_invitations(one.name, before):
            found.append(Reminded(one.name, _posted(root, ledger, one.name, now, wall, told)))
    return tuple(found)


def reminders_due(ledger: Ledger, pulse: Pulse, now: datetime) -> bool:
    """Whether anybody would be reminded now. How many is not told: with the invited it tells how many are done."""
    return bool(_to_remind(ledger, pulse, now))


def rule_of(instrument: Instrument) -> str:
    """'those not done, 3 days after their last letter at the earliest, 2 times at most'."""
    if not instrument.reminders:
        return "nobody: the survey has no reminders"
    often = "once" if instrument.reminders == 1 else f"{instrument.reminders} times at most"
    return f"those not done, {numbers.span(instrument.remind_after)} after their last letter at the earliest, {often}"


def _posted(
    root: Path, ledger: Ledger, name: str, now: datetime, wall: Callable[[], datetime], told: Told
) -> Posted:
    try:
        return post(
            root, ledger, SYSTEM, name, _what(name), _to_remind, now, wall, told, MOST, reminders=True
        )
    except Problems as stopped:
        return Posted(problems=stopped.problems, reminders=True)


def _to_remind(ledger: Ledger, pulse: Pulse, now: datetime) -> list[Invitation]:
    rule = instrument_of(pulse)
    return ledger.invitations_to_remind(pulse.name, now - rule.remind_after, 1 + rule.reminders)


def _what(name: str) -> str:
    return f"remind of {name[:40]}"
