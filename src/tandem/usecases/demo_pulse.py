"""The survey of the demo company: one run that is over, with simulated answers, and one that is open to be tried."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np

from tandem.align.instrument import group_of
from tandem.charter.definitions.instruments import Instrument
from tandem.demo.pulse import World, pulse_answers
from tandem.kernel.values import Actor, WorkspaceRole
from tandem.ledger import Invitation, InvitationState
from tandem.usecases.answer_pulse import standing_answers
from tandem.usecases.invite_pulse import invite, send_invitations
from tandem.usecases.pulse_answers import GivenAnswer, add_answers
from tandem.usecases.pulse_links import invitation_id
from tandem.usecases.run_pulse import close_pulse, open_pulse
from tandem.usecases.workspace import Workspace

SURVEY = "alignment"
PAST, PAST_FORM = "autumn", "company"
PAST_OPENED, PAST_DAYS = datetime(2025, 10, 6, 8), 12
ANSWERED = 0.8
"""Of those who were invited to the past run."""
MINUTES, SPREAD = 18.0, 0.35
"""How long an answer took: median, and the standard deviation of its logarithm."""
FIELDER = WorkspaceRole.MARKETER
"""In this role the runs are opened, whoever builds the demo."""
OPEN, OPEN_FORM, OPEN_DAYS = "summer", "short", 21


def past_pulse(work: Workspace, actor: Actor, rng: np.random.Generator, wall: Callable[[], datetime]) -> int:
    """The run of last autumn: opened, answered by people of both sides, closed. How many answered.

    The answers go the way that answers by link go: checked against the instrument, kept without a tie.
    """
    actor = replace(actor, role=FIELDER)
    ends = PAST_OPENED + timedelta(days=PAST_DAYS)
    open_pulse(work.root, work.ledger, actor, PAST, SURVEY, PAST_FORM, ends, PAST_OPENED, wall())
    instrument = next(one for one in work.charter.pulse if one.name == SURVEY)
    given = _given(instrument, rng)
    asked = {
        side: [_address(side, k) for k in range(round(sum(one.side == side for one in given) / ANSWERED))]
        for side in dict.fromkeys(one.side for one in given)
    }
    invitations = [
        Invitation(
            invitation_id(work.root, PAST, address), PAST, address, side, InvitationState.SENT, 1, PAST_OPENED
        )
        for side, addresses in asked.items()
        for address in addresses
    ]
    work.ledger.invite(invitations)
    done = [
        invitation_id(work.root, PAST, address)
        for side, addresses in asked.items()
        for address in addresses[: sum(one.side == side for one in given)]
    ]
    kept = add_answers(work.ledger, PAST, given)
    work.ledger.use_up(done)
    close_pulse(work.root, work.ledger, actor, PAST, ends, wall())
    return kept


def open_to_all(
    work: Workspace, actor: Actor, people: list[tuple[str, str]], now: datetime, wall: Callable[[], datetime]
) -> int:
    """A run that is open, its letters sent by the mail server that listens; how many were."""
    actor = replace(actor, role=FIELDER)
    ends = now + timedelta(days=OPEN_DAYS)
    open_pulse(work.root, work.ledger, actor, OPEN, SURVEY, OPEN_FORM, ends, now, wall())
    invite(work.root, work.ledger, actor, OPEN, people, now, wall())
    return send_invitations(work.root, work.ledger, actor, OPEN, now, wall).sent


def _given(instrument: Instrument, rng: np.random.Generator) -> list[GivenAnswer]:
    """The simulated answers, each with a day of the run and the seconds that it took."""
    answers = pulse_answers(World(instrument, instrument.form(PAST_FORM)), rng)
    days = rng.integers(0, PAST_DAYS, len(answers))
    seconds = np.exp(rng.normal(np.log(MINUTES * 60), SPREAD, len(answers)))
    found = []
    for said, day, taken in zip(answers, days, seconds, strict=True):
        side = str(group_of(instrument, said))
        kept = standing_answers(instrument, side, said, PAST_FORM)
        found.append(GivenAnswer(side, kept, (PAST_OPENED + timedelta(days=int(day))).date(), int(taken)))
    return found


def _address(side: str, number: int) -> str:
    return f"{side}.{number + 1:03d}@harbourpine.example"
