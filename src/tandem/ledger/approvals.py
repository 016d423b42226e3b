"""Approvals of plans: who let which plan through for which function, why, until when; each is used once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, insert, select, update

from tandem.kernel import Problems
from tandem.kernel.values import Actor
from tandem.ledger.problems import APPROVAL_OVER, NO_APPROVAL, UNKNOWN_APPROVAL
from tandem.ledger.store import Store
from tandem.ledger.tables import approvals as t


@dataclass(frozen=True)
class Approval:
    """One function's yes to one plan. `fingerprint` is that of the plan: the files before it and after it."""

    id: int
    fingerprint: str
    owner: str
    actor: Actor
    reason: str
    at: datetime
    expires_at: datetime
    withdrawn_at: datetime | None
    used_at: datetime | None

    def state(self, now: datetime) -> str:
        """used, withdrawn, expired or open."""
        if self.used_at is not None:
            return "used"
        if self.withdrawn_at is not None:
            return "withdrawn"
        return "expired" if self.expires_at <= now else "open"


class Approvals(Store):
    """The approvals. A row is never deleted: what was approved, withdrawn and used can be read for good."""

    def add_approval(
        self, fingerprint: str, owner: str, actor: Actor, reason: str, now: datetime, expires_at: datetime
    ) -> Approval:
        """A new approval."""
        row = {
            "fingerprint": fingerprint,
            "owner": owner,
            "actor": actor.name,
            "role": actor.role,
            "reason": reason,
            "at": now,
            "expires_at": expires_at,
        }
        with self._write() as db:
            return _approval(db.execute(insert(t).values(**row).returning(t)).mappings().one())

    def approvals(self, limit: int = 100) -> list[Approval]:
        """The last approvals, newest first."""
        with self._read() as db:
            rows = db.execute(select(t).order_by(t.c.id.desc()).limit(limit)).mappings()
            return [_approval(row) for row in rows]

    def approvals_of(self, fingerprint: str, now: datetime) -> list[Approval]:
        """The approvals of a plan that hold at `now`: not used, not withdrawn, not expired."""
        query = select(t).where(t.c.fingerprint == fingerprint, *_open(now)).order_by(t.c.id)
        with self._read() as db:
            return [_approval(row) for row in db.execute(query).mappings()]

    def approval(self, number: int) -> Approval:
        """One approval. Raises LDG-080."""
        with self._read() as db:
            row = db.execute(select(t).where(t.c.id == number)).mappings().first()
        if row is None:
            raise Problems(UNKNOWN_APPROVAL("there is no approval of that number", found=str(number)))
        return _approval(row)

    def withdraw_approval(self, number: int, now: datetime) -> Approval:
        """Take an approval back. Raises LDG-080 if there is none, LDG-081 if it is over already."""
        with self._write() as db:
            change = update(t).where(t.c.id == number, *_open(now)).values(withdrawn_at=now).returning(t)
            row = db.execute(change).mappings().first()
        if row is None:
            known = self.approval(number)
            state = known.state(now)
            raise Problems(APPROVAL_OVER(f"the approval is {state} already", found=state))
        return _approval(row)

    def use_approvals(self, fingerprint: str, owners: Iterable[str], now: datetime) -> Sequence[Approval]:
        """Use every open approval of the plan, if there is one for each function; else none.

        Two who apply at once do not share one, and none is left over with which the same plan could be done again.
        Raises LDG-082 with the functions for which there is none.
        """
        open_ = (t.c.fingerprint == fingerprint, *_open(now))
        with self._write() as db:
            there = {*db.execute(select(t.c.owner).where(*open_).with_for_update()).scalars()}
            missing = [one for one in owners if one not in there]
            if missing:
                raise Problems(
                    NO_APPROVAL("nobody has approved this plan", expected=", ".join(missing), found="none")
                )
            used = db.execute(update(t).where(*open_).values(used_at=now).returning(t)).mappings()
            return sorted(map(_approval, used), key=lambda one: one.id)


def _open(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return t.c.used_at.is_(None), t.c.withdrawn_at.is_(None), t.c.expires_at > now


def _approval(row: RowMapping) -> Approval:
    return Approval(
        id=row["id"],
        fingerprint=row["fingerprint"],
        owner=row["owner"],
        actor=Actor(row["actor"], row["role"]),
        reason=row["reason"],
        at=row["at"],
        expires_at=row["expires_at"],
        withdrawn_at=row["withdrawn_at"],
        used_at=row["used_at"],
    )
