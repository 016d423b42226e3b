"""Pulses: one run of the survey each, who was invited to it, and what was answered.

An anonymous pulse keeps nothing that leads from an answer to an invitation. Answers get a random id when they are
complete and keep only their day; an invitation that is done keeps no time and no count of letters. Neither table has a
row number on SQLite. On PostgreSQL, where every row names the transaction that wrote it and lies where it was put, all
invitations that are done are written anew, in the order of their keyed ids, whenever one more is done.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from tandem.kernel import Problems
from tandem.ledger import quotas as counts
from tandem.ledger.problems import NO_PULSE, PULSE_CLOSED, PULSE_NAME_TAKEN
from tandem.ledger.pulse_tables import pulse_answers as a
from tandem.ledger.pulse_tables import pulse_invitations as i
from tandem.ledger.pulse_tables import pulses as p
from tandem.ledger.store import Store

CHUNK = 500
NO_QUOTAS: Mapping[int, int] = MappingProxyType({})
STRUCK = ""
"""What stands in place of an address after the pulse was closed."""


class InvitationState(StrEnum):
    """How an invitation stands. `uncertain`: a crash or a broken line hid whether the last letter left the house."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    DONE = "done"


class AnswerState(StrEnum):
    """How an answer stands."""

    DRAFT = "draft"
    COMPLETE = "complete"
    SCREENED_OUT = "screened_out"
    QUOTA_FULL = "quota_full"
    REMOVED = "removed"


class Ending(StrEnum):
    """What became of an answer that was sent off. `full`: a quota of it is full, or was not counted yet."""

    KEPT = "kept"
    LATE = "late"
    FULL = "full"


ENDED = (AnswerState.COMPLETE, AnswerState.SCREENED_OUT, AnswerState.QUOTA_FULL, AnswerState.REMOVED)
REACHED = (InvitationState.SENT, InvitationState.UNCERTAIN)


@dataclass(frozen=True)
class Pulse:
    """One run. `definition` is the instrument's text as it was when the run opened; times are naive UTC."""

    name: str
    instrument: str
    definition: str
    fingerprint: str
    form: str
    anonymous: bool
    opened_by: str
    opened_at: datetime
    closes_at: datetime
    closed_at: datetime | None = None
    closed_by: str | None = None

    def open(self, now: datetime) -> bool:
        """Whether it takes answers."""
        return self.closed_at is None and now < self.closes_at


@dataclass(frozen=True)
class Invitation:
    """One person who was asked. `letters` counts those that left the house or may have, at `sent_at` the last."""

    id: str
    pulse: str
    address: str
    side: str
    state: InvitationState = InvitationState.WAITING
    letters: int = 0
    sent_at: datetime | None = None
    detail: str | None = None


@dataclass(frozen=True)
class Answer:
    """One answer, or a draft of one. `answers`: variable → answer; of a draft `{"said": …, "at": block}`.

    `reason` says by which rule it was screened out, which quota was full or why it was removed.
    """

    id: str
    pulse: str
    side: str
    state: AnswerState
    answers: Mapping[str, Any]
    reason: str | None = None
    day: date | None = None
    seconds: int | None = None
    started_at: datetime | None = None
    resume_hash: str | None = None
    invitation: str | None = None


class Pulses(Store):
    """The pulses."""

    def open_pulse(self, pulse: Pulse, answers: Sequence[Answer] = ()) -> None:
        """Note a new run, and the answers that come with it, all or nothing. Raises LDG-120 if the name is taken."""
        try:
            with self._write() as db:
                db.execute(insert(p).values(**vars(pulse)))
                _add(db, answers)
        except IntegrityError as clash:
            raise Problems(PULSE_NAME_TAKEN("there is a pulse of that name", found=pulse.name)) from clash

    def pulses(self) -> list[Pulse]:
        """All runs, the last opened first."""
        with self._read() as db:
            rows = db.execute(select(p).order_by(p.c.opened_at.desc(), p.c.name)).mappings()
            return [Pulse(**row) for row in rows]

    def pulse(self, name: str) -> Pulse:
        """One run. Raises LDG-121."""
        with self._read() as db:
            row = db.execute(select(p).where(p.c.name == name)).mappings().first()
            known = [] if row else list(db.execute(select(p.c.name).order_by(p.c.name)).scalars())
        if row is None:
            raise Problems(NO_PULSE("there is no pulse of that name", found=name, alternatives=known))
        return Pulse(**row)

    def close_pulse(self, name: str, by: str, now: datetime) -> Pulse:
        """Close a run: drafts go, and addresses are struck. Raises LDG-121, LDG-122 if it was closed."""
        closed = self.close_if_open(name, by, now)
        if closed is None:
            known = self.pulse(name)
            raise Problems(PULSE_CLOSED(f"{name} was closed already", found=str(known.closed_at)))
        return closed

    def close_if_open(self, name: str, by: str, now: datetime) -> Pulse | None:
        """Close a run as `close_pulse` does; None if there is none of that name that is not closed."""
        mine = (p.c.name == name) & p.c.closed_at.is_(None)
        with self._write() as db:
            row = (
                db.execute(update(p).where(mine).values(closed_at=now, closed_by=by).returning(p))
                .mappings()
                .first()
            )
            if row is not None:
                _write_over(db)
                db.execute(delete(a).where(a.c.pulse == name, a.c.state == AnswerState.DRAFT))
                db.execute(update(i).where(i.c.pulse == name).values(address=STRUCK, detail=None))
                counts.to_be_counted(db, [name])
        return None if row is None else Pulse(**row)

    def invite(self, invitations: Sequence[Invitation]) -> int:
        """Add those that are not there yet, by their ids; how many were new."""
        rows = [{**vars(one), "state": str(one.state)} for one in sorted(invitations, key=lambda one: one.id)]
        added = 0
        with self._write() as db:
            kind = postgresql if db.dialect.name == "postgresql" else sqlite
            for start in range(0, len(rows), CHUNK):
                new = kind.insert(i).on_conflict_do_nothing(index_elements=["id"]).returning(i.c.id)
                added += len(db.execute(new, rows[start : start + CHUNK]).all())
        return added

    def invitation(self, id_: str) -> Invitation | None:
        """One invitation, None if there is none of that id."""
        with self._read() as db:
            row = db.execute(select(i).where(i.c.id == id_)).mappings().first()
        return None if row is None else _invitation(row)

    def invitations_to_send(self, pulse: str) -> list[Invitation]:
        """Those whose first letter has not left the house, in the order of their ids."""
        return self._invitations(select(i).where(i.c.pulse == pulse, i.c.state == InvitationState.WAITING))

    def invitations_to_remind(self, pulse: str, sent_before: datetime, letters: int) -> list[Invitation]:
        """Those not done whose last letter went before a time, and who got fewer than this many letters."""
        due = (i.c.sent_at <= sent_before) & (i.c.letters < letters) & i.c.state.in_(REACHED)
        return self._invitations(select(i).where(i.c.pulse == pulse, due))

    def _invitations(self, query: Select[Any]) -> list[Invitation]:
        with self._read() as db:
            return [_invitation(row) for row in db.execute(query.order_by(i.c.id)).mappings()]

    def unsettled_invitations(self, pulse: str, sent_before: datetime) -> int:
        """How many letters were begun before a time and have no end noted: a crash left them, or one is going now."""
        mine = (i.c.pulse == pulse) & (i.c.state == InvitationState.SENDING) & (i.c.sent_at <= sent_before)
        with self._read() as db:
            return db.execute(select(func.count()).where(mine)).scalar_one()

    def stuck_invitations(self, pulse: str, detail: str) -> int:
        """What a crash left in `sending` becomes uncertain: nobody knows whether it went. How many."""
        mine = (i.c.pulse == pulse) & (i.c.state == InvitationState.SENDING)
        with self._write() as db:
            return db.execute(
                update(i).where(mine).values(state=InvitationState.UNCERTAIN, detail=detail)
            ).rowcount

    def claim_invitation(self, one: Invitation, now: datetime) -> bool:
        """Say, before the first byte leaves, that this letter is being sent.

        False if that is another's, if somebody is done, or if the run was closed since it was read.
        """
        going_on = select(p.c.name).where(p.c.closed_at.is_(None))
        mine = (i.c.id == one.id) & (i.c.state == one.state) & (i.c.letters == one.letters)
        mine &= i.c.pulse.in_(going_on)
        values = {"state": InvitationState.SENDING, "letters": one.letters + 1, "sent_at": now}
        with self._write() as db:
            return db.execute(update(i).where(mine).values(**values)).rowcount == 1

    def settle_invitation(
        self, claimed: Invitation, state: InvitationState, detail: str | None, *, went: bool
    ) -> None:
        """Note what became of a claimed letter; `claimed` is how it stood before, and does again if not `went`."""
        values: dict[str, Any] = {"state": state, "detail": detail}
        if not went:
            values |= {"letters": claimed.letters, "sent_at": claimed.sent_at}
        mine = (i.c.id == claimed.id) & (i.c.state == InvitationState.SENDING)
        with self._write() as db:
            db.execute(update(i).where(mine).values(**values))

    def invitation_counts(self, pulse: str) -> dict[tuple[str, InvitationState], int]:
        """(side, state) → how many."""
        counted = select(i.c.side, i.c.state, func.count()).where(i.c.pulse == pulse)
        with self._read() as db:
            rows = db.execute(counted.group_by(i.c.side, i.c.state)).all()
        return {(side, InvitationState(state)): n for side, state, n in rows}

    def draft(self, resume_hash: str) -> Answer | None:
        """The draft under a resume hash."""
        with self._read() as db:
            row = db.execute(select(a).where(a.c.resume_hash == resume_hash)).mappings().first()
        return None if row is None else _answer(row)

    def save_draft(
        self, invitation: Invitation, resume_hash: str, answers: Mapping[str, Any], now: datetime
    ) -> bool:
        """Keep a draft, in place of the one under that hash; `started_at` stays as it was.

        False, and nothing is kept, if the invitation is done or the run was closed: a draft of either would stay.
        """
        row = {"id": secrets.token_hex(16), "pulse": invitation.pulse, "side": invitation.side,
               "state": AnswerState.DRAFT, "answers": dict(answers), "started_at": now,
               "resume_hash": resume_hash}  # fmt: skip
        mine = (i.c.id == invitation.id) & (i.c.state != InvitationState.DONE)
        with self._write() as db:
            held = select(p.c.name).where(p.c.name == invitation.pulse, p.c.closed_at.is_(None))
            if db.execute(held.with_for_update(read=True)).first() is None:
                return False
            if db.execute(select(i.c.id).where(mine).with_for_update(read=True)).first() is None:
                return False
            kind = postgresql if db.dialect.name == "postgresql" else sqlite
            new = kind.insert(a).values(**row)
            db.execute(
                new.on_conflict_do_update(index_elements=["resume_hash"], set_={"answers": row["answers"]})
            )
        return True

    def end_answer(
        self, answer: Answer, invitation: str, resume_hash: str, quotas: Mapping[int, int] = NO_QUOTAS
    ) -> Ending:
        """Use up the invitation, cut the draft and keep the answer under a new id; count it in its `quotas`.

        `quotas`: number → how many answers are wanted. Nothing is kept if the invitation was used up already or the run
        was closed (late), or if a quota is full or was not counted yet (full): then ask for `quota_counts` again.
        """
        mine = (i.c.id == invitation) & (i.c.state != InvitationState.DONE)
        used = {"state": InvitationState.DONE, "letters": 0, "sent_at": None, "detail": None}
        with self._write() as db:
            # One after the other: two at once would each write only their own invitation anew, and so name it.
            held = select(p.c.name).where(p.c.name == answer.pulse, p.c.closed_at.is_(None))
            if db.execute(held.with_for_update()).first() is None:
                return Ending.LATE
            if not counts.room_for(db, answer.pulse, quotas):
                return Ending.FULL
            if db.execute(update(i).where(mine).values(**used)).rowcount != 1:
                return Ending.LATE
            counts.one_more(db, answer.pulse, quotas)
            _write_over(db)
            db.execute(delete(a).where(a.c.resume_hash == resume_hash))
            db.execute(insert(a).values(**_row(answer)))
            if answer.invitation is None:
                _without_order(db, answer.pulse)
        return Ending.KEPT

    def quota_counts(self, pulse: str, quotas: int, where: counts.Where) -> list[int]:
        """Kept answers in each of so many quotas; `where` tells in which one counts, if they are not counted yet."""
        with self._read() as db:
            known = counts.held(db, pulse)
        if not known:
            with self._write() as db:
                known = counts.counted(db, pulse, quotas, where, AnswerState.COMPLETE)
        return known

    def add_answers(self, answers: Sequence[Answer]) -> int:
        """Keep many answers at once, in the order of new random ids."""
        with self._write() as db:
            counts.to_be_counted(db, {one.pulse for one in answers})
            return _add(db, answers)

    def use_up(self, invitations: Sequence[str]) -> int:
        """Mark these invitations as done, as if each had answered; for answers that came at once. How many."""
        used = {"state": InvitationState.DONE, "letters": 0, "sent_at": None, "detail": None}
        with self._write() as db:
            return db.execute(update(i).where(i.c.id.in_(invitations)).values(**used)).rowcount

    def answers(self, pulse: str, states: Sequence[AnswerState] = (AnswerState.COMPLETE,)) -> list[Answer]:
        """The answers in these states, in the order of their random ids."""
        query = select(a).where(a.c.pulse == pulse, a.c.state.in_(states)).order_by(a.c.id)
        with self._read() as db:
            return [_answer(row) for row in db.execute(query).mappings()]

    def remove_answers(self, ids: Sequence[str], reason: str) -> int:
        """Leave complete answers of runs that are not closed out of all results for a reason; they stay. How many."""
        going_on = select(p.c.name).where(p.c.closed_at.is_(None))
        mine = a.c.id.in_(ids) & (a.c.state == AnswerState.COMPLETE) & a.c.pulse.in_(going_on)
        with self._write() as db:
            counts.to_be_counted(
                db, db.execute(select(a.c.pulse).where(a.c.id.in_(ids)).distinct()).scalars()
            )
            return db.execute(update(a).where(mine).values(state=AnswerState.REMOVED, reason=reason)).rowcount

    def answer_counts(self, pulse: str) -> list[tuple[str, AnswerState, str, date | None, int]]:
        """(side, state, reason, day, how many), drafts among them."""
        columns = (a.c.side, a.c.state, a.c.reason, a.c.day)
        counted = select(*columns, func.count()).where(a.c.pulse == pulse).group_by(*columns)
        with self._read() as db:
            rows = db.execute(counted).all()
        return [(side, AnswerState(state), reason or "", day, n) for side, state, reason, day, n in rows]


def _row(answer: Answer) -> dict[str, Any]:
    return {
        **vars(answer),
        "id": secrets.token_hex(16),
        "state": str(answer.state),
        "answers": dict(answer.answers),
    }


def _add(db: Connection, answers: Sequence[Answer]) -> int:
    rows = sorted((_row(one) for one in answers), key=lambda row: str(row["id"]))
    for start in range(0, len(rows), CHUNK):
        db.execute(insert(a), rows[start : start + CHUNK])
    return len(rows)


def _write_over(db: Connection) -> None:
    """What is deleted from here on is written over with zeros; PostgreSQL frees it at its next vacuum."""
    if db.dialect.name == "sqlite":
        db.exec_driver_sql("PRAGMA secure_delete = ON")


def _without_order(db: Connection, pulse: str) -> None:
    """Write every invitation that is done anew, so that all name this transaction and lie in the order of their ids."""
    if db.dialect.name != "postgresql":
        return
    gone = delete(i).where(i.c.pulse == pulse, i.c.state == InvitationState.DONE).returning(i)
    rows = sorted((dict(row) for row in db.execute(gone).mappings()), key=lambda row: str(row["id"]))
    db.execute(insert(i), rows)


def _invitation(row: RowMapping) -> Invitation:
    return Invitation(**{**row, "state": InvitationState(row["state"])})


def _answer(row: RowMapping) -> Answer:
    return Answer(**{**row, "state": AnswerState(row["state"])})
