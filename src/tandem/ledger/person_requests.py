"""What people asked for by law: access, portability, erasure. Each with its clock, its state and its receipt.

No identifier is in here: whom a request is about stands as keyed hashes. A request in `working` was begun by somebody;
after a crash it is taken up again by the same way, for what was done is found done.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.exc import IntegrityError

from tandem.kernel import Problems, plain
from tandem.ledger.problems import NO_PERSON_REQUEST, PERSON_REQUEST_STATE, PERSON_REQUEST_TWICE
from tandem.ledger.store import Store
from tandem.ledger.tables import person_requests as t


class RightsState(StrEnum):
    """How a request stands."""

    PENDING = "pending"
    WORKING = "working"
    DONE = "done"
    CANCELLED = "cancelled"


OPEN = (RightsState.PENDING, RightsState.WORKING)


@dataclass(frozen=True)
class PersonRequest:
    """One request. `kind` is access, portability or erasure; `subjects` are keyed hashes; `extra` what the way it came
    by needs (call-backs), and while it is worked on what was found."""

    id: str
    kind: str
    regulation: str
    subjects: tuple[Mapping[str, Any], ...]
    asked_by: str
    asked_at: datetime
    due_at: datetime
    state: RightsState = RightsState.PENDING
    done_at: datetime | None = None
    receipt: Mapping[str, Any] | None = None
    signature: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def open(self) -> bool:
        """Whether it is still to be carried out."""
        return self.state in OPEN


class PersonRequests(Store):
    """The requests, by their ids."""

    def add_person_request(self, request: PersonRequest) -> None:
        """Note a request. Raises LDG-101 if one of that id is there."""
        row = {**vars(request), "subjects": plain(request.subjects), "extra": plain(request.extra)}
        try:
            with self._write() as db:
                db.execute(insert(t).values(**row))
        except IntegrityError as clash:
            raise Problems(PERSON_REQUEST_TWICE("there is a request of that id", found=request.id)) from clash

    def person_request(self, id_: str) -> PersonRequest:
        """One request. Raises LDG-100."""
        with self._read() as db:
            row = db.execute(select(t).where(t.c.id == id_)).mappings().first()
        if row is None:
            raise Problems(NO_PERSON_REQUEST("there is no request of that id", found=id_))
        return _request(row)

    def person_requests(
        self, states: Sequence[RightsState] = tuple(RightsState), limit: int = 200
    ) -> list[PersonRequest]:
        """Requests in these states: what is open by when it is due, then the rest, newest first."""
        wanted = select(t).where(t.c.state.in_(states)).order_by(t.c.asked_at.desc(), t.c.id).limit(limit)
        with self._read() as db:
            found = [_request(row) for row in db.execute(wanted).mappings()]
        due = sorted((one for one in found if one.open), key=lambda one: (one.due_at, one.id))
        return [*due, *(one for one in found if not one.open)]

    def move_person_request(
        self, id_: str, state: RightsState, allowed: Sequence[RightsState], **values: object
    ) -> PersonRequest:
        """Bring a request to a state from one of `allowed`, noting values along. Raises LDG-100, LDG-102."""
        with self._write() as db:
            mine = update(t).where(t.c.id == id_, t.c.state.in_(allowed))
            noted = {
                name: plain(value) if name in ("receipt", "extra") else value
                for name, value in values.items()
            }
            done = db.execute(mine.values(state=state, **noted).returning(t)).mappings().first()
        if done is not None:
            return _request(done)
        held = self.person_request(id_)
        raise Problems(
            PERSON_REQUEST_STATE(
                f"request {id_} cannot become {state}", found=held.state, expected=" or ".join(allowed)
            )
        )


def _request(row: RowMapping) -> PersonRequest:
    held = dict(row)
    return PersonRequest(**{**held, "state": RightsState(held["state"]), "subjects": tuple(held["subjects"])})
