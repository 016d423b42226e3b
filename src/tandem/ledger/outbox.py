"""What is to be sent, what is being sent, and what became of it.

The order is: enqueue, claim (committed before the first byte leaves), send, settle. A crash after claim
leaves rows in `sending`. Nobody can know whether those left the house, so they are never claimed again: the
sender looks at `stuck` and settles them as `uncertain`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from sqlalchemy import ColumnElement, RowMapping, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from tandem.kernel import Problem, Problems
from tandem.ledger.problems import WRONG_STEP
from tandem.ledger.store import Store
from tandem.ledger.tables import outbox as t


class OutboxState(StrEnum):
    """How a contact stands. `uncertain`: a crash or a broken line hid whether it left the house."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    CANCELLED = "cancelled"


# To which state a contact may go from which; staying is always allowed, so settling twice is settling once.
STEPS: Mapping[OutboxState, tuple[OutboxState, ...]] = {
    OutboxState.PENDING: (OutboxState.SENDING, OutboxState.UNCERTAIN, OutboxState.CANCELLED),
    OutboxState.SENDING: (),
    OutboxState.SENT: (OutboxState.SENDING, OutboxState.UNCERTAIN),
    OutboxState.UNCERTAIN: (OutboxState.SENDING,),
    OutboxState.FAILED: (OutboxState.SENDING, OutboxState.UNCERTAIN),
    OutboxState.CANCELLED: (OutboxState.PENDING, OutboxState.SENDING),
}
CHUNK = 2_000
T = TypeVar("T")


@dataclass(frozen=True)
class NewContact:
    """A contact to be sent once. `contact_id` is derived from what makes it one, so it cannot come twice."""

    contact_id: int
    campaign: str
    person_id: int
    channel: str
    message_id: str | None = None


@dataclass(frozen=True)
class OutboxRow:
    """A contact in the outbox. `attempts` counts claims; `detail` is why it stands as it does."""

    contact_id: int
    campaign: str
    person_id: int
    channel: str
    state: OutboxState
    attempts: int
    message_id: str | None
    detail: str | None
    created_at: datetime
    updated_at: datetime


class Outbox(Store):
    """The contacts of all campaigns, one row per contact."""

    def enqueue(self, rows: Iterable[NewContact], now: datetime) -> int:
        """Put contacts in as pending and give how many were new. A contact_id already there, in whatever
        state, is left alone."""
        fixed = {"state": OutboxState.PENDING, "attempts": 0, "created_at": now, "updated_at": now}
        everything = [asdict(row) | fixed for row in rows]
        new = 0
        with self._write() as db:
            dialect = postgresql if db.dialect.name == "postgresql" else sqlite
            put = dialect.insert(t).on_conflict_do_nothing().returning(t.c.contact_id)
            for chunk in _chunks(everything):
                new += len(db.execute(put, chunk).all())
        return new

    def claim(self, campaign: str, channel: str, limit: int, now: datetime) -> list[OutboxRow]:
        """Move up to `limit` pending contacts to sending and give them, lowest contact_id first.

        When this returns the move is on disk, so whoever crashes afterwards cannot send them a second time.
        Two processes that claim at once never get the same contact.
        """
        waiting = (t.c.campaign == campaign) & (t.c.channel == channel) & (t.c.state == OutboxState.PENDING)
        chosen = (
            select(t.c.contact_id)
            .where(waiting)
            .order_by(t.c.contact_id)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("chosen")
        )
        moved = update(t).where(t.c.contact_id.in_(select(chosen.c.contact_id)))
        step = moved.values(state=OutboxState.SENDING, attempts=t.c.attempts + 1, updated_at=now)
        with self._write() as db:
            found = db.execute(step.returning(t)).mappings().all()
        return sorted((as_row(row) for row in found), key=lambda row: row.contact_id)

    def settle(
        self,
        contact_ids: Sequence[int],
        state: OutboxState,
        detail: str | None,
        now: datetime,
        message_ids: Mapping[int, str] | None = None,
    ) -> int:
        """Note what became of contacts and give how many changed. Allowed steps are in STEPS.

        Settling the same again changes nothing. If any contact is unknown or may not take this step, raises
        LDG-030 and none is changed. `message_ids` are noted along, by contact_id.
        """
        came_from = [*STEPS[state], state]
        changed = 0
        with self._write() as db:
            for chunk in _chunks(list(dict.fromkeys(contact_ids))):
                these = t.c.contact_id.in_(chunk)
                known = select(func.count()).where(these, t.c.state.in_(came_from))
                if db.execute(known).scalar_one() != len(chunk):
                    raise Problems(_wrong_step(db.execute(select(t).where(these)).mappings(), chunk, state))
                step = update(t).where(these, t.c.state != state)
                changed += db.execute(step.values(state=state, detail=detail, updated_at=now)).rowcount
            if message_ids:
                named = update(t).where(t.c.contact_id == bindparam("of"))
                db.execute(
                    named.values(message_id=bindparam("as")),
                    [{"of": number, "as": name} for number, name in message_ids.items()],
                )
        return changed

    def stuck(self, campaign: str) -> list[OutboxRow]:
        """Contacts in sending. Asked under the lease of the run, before the first claim, these are the ones
        that a crash left behind."""
        return [row for page in self.pages(campaign, [OutboxState.SENDING]) for row in page]

    def pages(
        self, campaign: str, states: Sequence[OutboxState], size: int = 10_000
    ) -> Iterator[list[OutboxRow]]:
        """Contacts of a campaign in these states, by contact_id, in lists of at most `size`."""
        last: int | None = None
        while page := self._page(t.c.campaign == campaign, states, last, size):
            yield page
            last = page[-1].contact_id

    def _page(
        self, of: ColumnElement[bool], states: Sequence[OutboxState], last: int | None, size: int
    ) -> list[OutboxRow]:
        query = select(t).where(of, t.c.state.in_(states)).order_by(t.c.contact_id).limit(size)
        if last is not None:
            query = query.where(t.c.contact_id > last)
        with self._read() as db:
            return [as_row(row) for row in db.execute(query).mappings()]

    def contact(self, contact_id: int) -> OutboxRow | None:
        """One contact, or None if it was never put in."""
        with self._read() as db:
            row = db.execute(select(t).where(t.c.contact_id == contact_id)).mappings().first()
            return as_row(row) if row is not None else None

    def outbox_counts(self, campaign: str) -> dict[OutboxState, int]:
        """How many contacts of a campaign stand in each state; a state without contacts is 0."""
        query = select(t.c.state, func.count()).where(t.c.campaign == campaign).group_by(t.c.state)
        with self._read() as db:
            counted = {OutboxState(state): number for state, number in db.execute(query)}
        return {state: counted.get(state, 0) for state in OutboxState}


def _chunks(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    return (rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK))


def as_row(row: RowMapping) -> OutboxRow:
    """A row of the table as what it is."""
    return OutboxRow(**(dict(row) | {"state": OutboxState(row["state"])}))


def _wrong_step(found: Iterable[RowMapping], chunk: Sequence[int], state: OutboxState) -> Problem:
    states = {row["contact_id"]: row["state"] for row in found}
    allowed = {*STEPS[state], state}
    worst = next(number for number in chunk if states.get(number) not in allowed)
    return WRONG_STEP(
        f"contact {worst} cannot become {state}",
        found=states.get(worst, "no such contact"),
        expected=" or ".join(sorted(allowed)),
    )
