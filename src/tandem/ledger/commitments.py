"""Commitments: what IT promised, by when, and what came of it; and promises that marketing made without IT."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from tandem.kernel import Problems
from tandem.kernel.values import Actor
from tandem.ledger.briefs import no_commitment, open_brief
from tandem.ledger.problems import NO_SUCH_STEP, UNKNOWN_COMMITMENT
from tandem.ledger.store import Store
from tandem.ledger.tables import briefs
from tandem.ledger.tables import commitment_steps as s
from tandem.ledger.tables import commitments as t


class CommitmentKind(StrEnum):
    """IT committed itself to a brief; or marketing told somebody outside a date that IT has not agreed to."""

    COMMITMENT = "commitment"
    PROMISE = "promise"


class CommitmentState(StrEnum):
    """Where it stands. LATE is never kept: it is what OPEN is after its date."""

    OPEN = "open"
    KEPT = "kept"
    LATE = "late"
    WITHDRAWN = "withdrawn"


class StepKind(StrEnum):
    """What can happen to a commitment."""

    MADE = "made"
    AGREED_AGAIN = "agreed_again"
    KEPT = "kept"
    ACCEPTED = "accepted"
    SENT_BACK = "sent_back"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Commitment:
    """One commitment or promise. A promise may be about no brief.

    `brief_version` is what IT read when it committed itself, `agreed_version` what it agreed to last; a brief whose
    latest version is another one was changed without IT. `kept_at`: delivered; `accepted_at`: marketing took it.
    """

    id: int
    kind: CommitmentKind
    brief: int | None
    brief_version: int | None
    agreed_version: int | None
    what: str
    actor: Actor
    function: str | None
    at: datetime
    due: datetime
    state: CommitmentState
    kept_at: datetime | None
    kept_by: str | None
    accepted_at: datetime | None
    accepted_by: str | None
    withdrawn_at: datetime | None
    withdrawn_by: str | None

    def stands(self, now: datetime) -> CommitmentState:
        """The state at `now`: an open one is late from its due time on."""
        if self.state is CommitmentState.OPEN and now >= self.due:
            return CommitmentState.LATE
        return self.state

    @property
    def in_time(self) -> bool | None:
        """Whether it was kept by its date; None if it was not kept (yet)."""
        return None if self.kept_at is None else self.kept_at <= self.due


@dataclass(frozen=True)
class CommitmentStep:
    """One thing that happened to a commitment. `due` is the date as it was after the step."""

    commitment: int
    step: StepKind
    at: datetime
    actor: Actor
    function: str | None
    version: int | None
    due: datetime
    reason: str


class Commitments(Store):
    """The commitments. Each change is a step that is kept; nothing is deleted."""

    def commit_to_brief(
        self,
        brief: int,
        version: int,
        what: str,
        actor: Actor,
        function: str | None,
        due: datetime,
        now: datetime,
        reason: str = "",
    ) -> Commitment:
        """IT's commitment to a version of a brief. Raises LDG-110, LDG-111 if that is not the latest, LDG-112."""
        with self._write() as db:
            open_brief(db, brief, version)
            no_commitment(db, brief)
            row = _made(CommitmentKind.COMMITMENT, what, actor, function, due, now)
            row |= {"brief_id": brief, "brief_version": version, "agreed_version": version}
            return _begun(db, row, reason)

    def add_promise(
        self,
        brief: int | None,
        what: str,
        actor: Actor,
        function: str | None,
        due: datetime,
        now: datetime,
        reason: str = "",
    ) -> Commitment:
        """A date told to somebody outside without IT's agreement. Raises LDG-110 for a brief that there is not."""
        with self._write() as db:
            row = _made(CommitmentKind.PROMISE, what, actor, function, due, now)
            if brief is not None:
                held = open_brief(db, brief, None)
                row |= {"brief_id": brief, "brief_version": held["version"]}
            return _begun(db, row, reason)

    def agree_again(
        self,
        number: int,
        version: int,
        due: datetime,
        actor: Actor,
        function: str | None,
        now: datetime,
        reason: str = "",
    ) -> Commitment:
        """Agree to the latest version of the brief, perhaps by another date. Raises LDG-111, LDG-114, LDG-115."""
        with self._write() as db:
            row = _in_state(db, number, CommitmentState.OPEN)
            if row["brief_id"] is None or row["kind"] != CommitmentKind.COMMITMENT:
                raise Problems(NO_SUCH_STEP("a promise is not agreed to again", found=str(number)))
            open_brief(db, row["brief_id"], version)
            change = {"agreed_version": version, "due": due}
            return _stepped(db, number, StepKind.AGREED_AGAIN, change, actor, function, now, reason)

    def keep_commitment(
        self, number: int, actor: Actor, function: str | None, now: datetime, reason: str = ""
    ) -> Commitment:
        """What was promised is delivered. Raises LDG-114, LDG-115 unless it is open."""
        change = {"state": str(CommitmentState.KEPT), "kept_at": now, "kept_by": actor.name}
        with self._write() as db:
            _in_state(db, number, CommitmentState.OPEN)
            return _stepped(db, number, StepKind.KEPT, change, actor, function, now, reason)

    def accept_commitment(
        self, number: int, actor: Actor, function: str | None, now: datetime, reason: str = ""
    ) -> Commitment:
        """What was delivered is taken as what was asked for. Raises LDG-114, LDG-115 unless it waits for that."""
        change = {"accepted_at": now, "accepted_by": actor.name}
        with self._write() as db:
            _delivered(db, number)
            return _stepped(db, number, StepKind.ACCEPTED, change, actor, function, now, reason)

    def send_back_commitment(
        self, number: int, actor: Actor, function: str | None, now: datetime, reason: str
    ) -> Commitment:
        """What was delivered is not what was asked for: open again, by the same date. Raises LDG-114, LDG-115."""
        change = {"state": str(CommitmentState.OPEN), "kept_at": None, "kept_by": None}
        with self._write() as db:
            _delivered(db, number)
            return _stepped(db, number, StepKind.SENT_BACK, change, actor, function, now, reason)

    def withdraw_commitment(
        self, number: int, actor: Actor, function: str | None, now: datetime, reason: str
    ) -> Commitment:
        """Take it back. Raises LDG-114, LDG-115 unless it is open."""
        state = str(CommitmentState.WITHDRAWN)
        change = {"state": state, "withdrawn_at": now, "withdrawn_by": actor.name}
        with self._write() as db:
            _in_state(db, number, CommitmentState.OPEN)
            return _stepped(db, number, StepKind.WITHDRAWN, change, actor, function, now, reason)

    def commitments(self) -> list[Commitment]:
        """Every commitment and promise, newest first."""
        with self._read() as db:
            rows = db.execute(select(t).order_by(t.c.id.desc())).mappings()
            return [_commitment(row) for row in rows]

    def commitments_of(self, brief: int) -> list[Commitment]:
        """The commitments and promises about one brief, oldest first."""
        with self._read() as db:
            rows = db.execute(select(t).where(t.c.brief_id == brief).order_by(t.c.id)).mappings()
            return [_commitment(row) for row in rows]

    def commitment(self, number: int) -> Commitment:
        """One commitment or promise. Raises LDG-114."""
        with self._read() as db:
            return _commitment(_found(db, number))

    def commitment_steps(self, number: int | None = None) -> list[CommitmentStep]:
        """What happened to one commitment or to all, oldest first."""
        query = select(s).order_by(s.c.id)
        with self._read() as db:
            rows = db.execute(query if number is None else query.where(s.c.commitment_id == number))
            return [_step(row) for row in rows.mappings()]


def _made(
    kind: CommitmentKind, what: str, actor: Actor, function: str | None, due: datetime, now: datetime
) -> dict[str, Any]:
    return {
        "kind": str(kind),
        "what": what,
        "actor": actor.name,
        "role": actor.role,
        "function": function,
        "at": now,
        "due": due,
        "state": str(CommitmentState.OPEN),
    }


def _begun(db: Connection, row: dict[str, Any], reason: str) -> Commitment:
    done = db.execute(insert(t).values(**row).returning(t)).mappings().one()
    actor, now = Actor(row["actor"], row["role"]), row["at"]
    _note(db, done, StepKind.MADE, actor, row["function"], now, reason)
    return _commitment(done)


def _stepped(
    db: Connection,
    number: int,
    step: StepKind,
    change: dict[str, Any],
    actor: Actor,
    function: str | None,
    now: datetime,
    reason: str,
) -> Commitment:
    done = db.execute(update(t).where(t.c.id == number).values(**change).returning(t)).mappings().one()
    _note(db, done, step, actor, function, now, reason)
    return _commitment(done)


def _note(
    db: Connection,
    row: RowMapping,
    step: StepKind,
    actor: Actor,
    function: str | None,
    now: datetime,
    reason: str,
) -> None:
    latest = select(briefs.c.version).where(briefs.c.id == row["brief_id"]).scalar_subquery()
    values = {
        "commitment_id": row["id"],
        "step": str(step),
        "at": now,
        "actor": actor.name,
        "role": actor.role,
        "function": function,
        "version": latest,
        "due": row["due"],
        "reason": reason,
    }
    db.execute(insert(s).values(**values))


def _found(db: Connection, number: int, *, locked: bool = False) -> RowMapping:
    query = select(t).where(t.c.id == number)
    row = db.execute(query.with_for_update() if locked else query).mappings().first()
    if row is None:
        raise Problems(UNKNOWN_COMMITMENT("there is no commitment of that number", found=str(number)))
    return row


def _in_state(db: Connection, number: int, state: CommitmentState) -> RowMapping:
    row = _found(db, number, locked=True)
    if row["state"] != state:
        sentence = f"the {row['kind']} is {row['state']} already"
        raise Problems(NO_SUCH_STEP(sentence, found=row["state"], expected=str(state)))
    return row


def _delivered(db: Connection, number: int) -> None:
    row = _in_state(db, number, CommitmentState.KEPT)
    if row["accepted_at"] is not None:
        raise Problems(NO_SUCH_STEP("what was delivered is accepted already", found="accepted"))


def _commitment(row: RowMapping) -> Commitment:
    return Commitment(
        id=row["id"],
        kind=CommitmentKind(row["kind"]),
        brief=row["brief_id"],
        brief_version=row["brief_version"],
        agreed_version=row["agreed_version"],
        what=row["what"],
        actor=Actor(row["actor"], row["role"]),
        function=row["function"],
        at=row["at"],
        due=row["due"],
        state=CommitmentState(row["state"]),
        kept_at=row["kept_at"],
        kept_by=row["kept_by"],
        accepted_at=row["accepted_at"],
        accepted_by=row["accepted_by"],
        withdrawn_at=row["withdrawn_at"],
        withdrawn_by=row["withdrawn_by"],
    )


def _step(row: RowMapping) -> CommitmentStep:
    return CommitmentStep(
        commitment=row["commitment_id"],
        step=StepKind(row["step"]),
        at=row["at"],
        actor=Actor(row["actor"], row["role"]),
        function=row["function"],
        version=row["version"],
        due=row["due"],
        reason=row["reason"],
    )
