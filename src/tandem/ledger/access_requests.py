"""Requests for access with a clock: who asked for what, who answered what, and how long that took."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import RowMapping, insert, select, update

from tandem.kernel import Problems
from tandem.kernel.values import Actor
from tandem.ledger.problems import REQUEST_ANSWERED, UNKNOWN_REQUEST
from tandem.ledger.store import Store
from tandem.ledger.tables import access_requests as t


class AccessState(StrEnum):
    """Where a request stands."""

    OPEN = "open"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class AccessRequest:
    """One request. `wants` says role, purpose, destination, labels and fields; `expires_at` until when granted."""

    id: int
    actor: Actor
    wants: Mapping[str, Any]
    why: str
    owner: str
    asked_at: datetime
    state: AccessState
    answered_by: str | None
    answered_at: datetime | None
    answer: str | None
    expires_at: datetime | None

    def waited(self, now: datetime) -> timedelta:
        """From the question to the answer, or until now."""
        return (self.answered_at or now) - self.asked_at


class AccessRequests(Store):
    """The requests. An answer is given once; nothing is deleted."""

    def add_request(
        self, actor: Actor, wants: Mapping[str, Any], why: str, owner: str, now: datetime
    ) -> AccessRequest:
        """A new request, open."""
        row = {
            "actor": actor.name,
            "role": actor.role,
            "wants": dict(wants),
            "why": why,
            "owner": owner,
            "asked_at": now,
            "state": str(AccessState.OPEN),
        }
        with self._write() as db:
            return _request(db.execute(insert(t).values(**row).returning(t)).mappings().one())

    def requests(self, limit: int = 200) -> list[AccessRequest]:
        """The last requests, newest first."""
        with self._read() as db:
            rows = db.execute(select(t).order_by(t.c.id.desc()).limit(limit)).mappings()
            return [_request(row) for row in rows]

    def open_requests(self) -> list[AccessRequest]:
        """The requests that nobody has answered, oldest first."""
        query = select(t).where(t.c.state == str(AccessState.OPEN)).order_by(t.c.id)
        with self._read() as db:
            return [_request(row) for row in db.execute(query).mappings()]

    def request(self, number: int) -> AccessRequest:
        """One request. Raises LDG-083."""
        with self._read() as db:
            row = db.execute(select(t).where(t.c.id == number)).mappings().first()
        if row is None:
            raise Problems(UNKNOWN_REQUEST("there is no request of that number", found=str(number)))
        return _request(row)

    def answer_request(
        self,
        number: int,
        state: AccessState,
        by: str,
        answer: str,
        now: datetime,
        expires_at: datetime | None = None,
    ) -> AccessRequest:
        """Answer or withdraw an open request. Raises LDG-083, or LDG-084 if somebody was faster."""
        values = {
            "state": str(state),
            "answered_by": by,
            "answered_at": now,
            "answer": answer,
            "expires_at": expires_at,
        }
        mine = (t.c.id == number) & (t.c.state == str(AccessState.OPEN))
        with self._write() as db:
            row = db.execute(update(t).where(mine).values(**values).returning(t)).mappings().first()
        if row is None:
            known = self.request(number)
            raise Problems(REQUEST_ANSWERED(f"the request is {known.state} already", found=str(known.state)))
        return _request(row)


def _request(row: RowMapping) -> AccessRequest:
    return AccessRequest(
        id=row["id"],
        actor=Actor(row["actor"], row["role"]),
        wants=row["wants"],
        why=row["why"],
        owner=row["owner"],
        asked_at=row["asked_at"],
        state=AccessState(row["state"]),
        answered_by=row["answered_by"],
        answered_at=row["answered_at"],
        answer=row["answer"],
        expires_at=row["expires_at"],
    )
