"""What a person is owed next: a pure step for one person, and the same rule as a query for all of them.

A campaign is a journey of one step: send one message once. The two forms are held together by a test.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from sqlglot import exp

from tandem.charter.definitions import Campaign
from tandem.engine import Engine
from tandem.engine import functions as f
from tandem.journey.assigning import CONTROL, TREATED, assigned_people


class Status(StrEnum):
    """Where a person stands in a campaign of one step."""

    WAITING = "waiting"
    DONE = "done"
    OVER = "over"
    HELD_OUT = "held_out"


@dataclass(frozen=True)
class State:
    """A person in a campaign: the arm and instant of the assignment, and where the person stands."""

    person_id: int
    arm: str
    assigned_at: datetime
    status: Status = Status.WAITING


@dataclass(frozen=True)
class Facts:
    """What is known of a person now: whether a contact exists (sent, exported, failed or uncertain)."""

    has_contact: bool


@dataclass(frozen=True)
class Intent:
    """A wish to send the campaign's message to a person. Policy and the channel may still say no."""

    campaign: str
    person_id: int


def step(campaign: Campaign, state: State, facts: Facts, now: datetime) -> tuple[State, tuple[Intent, ...]]:
    """The next state and what is to be done, for one person.

    A treated person without a contact is owed the message while the outcome window is open; a message after
    it could have no effect that is measured. Control is never owed anything. DONE and OVER stay as they are.
    """
    match state.status:
        case Status.DONE | Status.OVER | Status.HELD_OUT:
            return state, ()
        case Status.WAITING if state.arm == CONTROL:
            return _as(state, Status.HELD_OUT), ()
        case Status.WAITING if facts.has_contact:
            return _as(state, Status.DONE), ()
        case Status.WAITING if now >= state.assigned_at + campaign.window:
            return _as(state, Status.OVER), ()
        case Status.WAITING:
            return state, (Intent(campaign.campaign, state.person_id),)
        case _:
            assert_never(state.status)


def intents(engine: Engine, campaign: Campaign, contacted: exp.Query, now: datetime) -> exp.Select:
    """One row `person_id` per person to whom `step` owes the message now: the whole campaign in one query.

    `contacted` has one row `person_id` per person with a contact in this campaign, in whatever state.
    """
    a, c = exp.column("person_id", "a"), exp.column("person_id", "c")
    return (
        exp.select(a)
        .from_(assigned_people(engine, campaign).subquery("a"))
        .join(contacted.subquery("c"), on=a.eq(c), join_type="left")
        .where(c.is_(exp.null()))
        .where(exp.column("arm", "a").eq(TREATED))
        .where(exp.column("assigned_at", "a") > f.instant(now - campaign.window))
    )


def _as(state: State, status: Status) -> State:
    return replace(state, status=status)
