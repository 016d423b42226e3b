"""Who is signed in, and how often a sign-in was tried in vain. All times here are those of the wall."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import ColumnElement, Connection, delete, insert, select, text, update

from tandem.kernel import Problems, numbers
from tandem.ledger.passwords import new_token, token_digest
from tandem.ledger.problems import TOO_MANY_ATTEMPTS, WRONG_SIGN_IN
from tandem.ledger.store import Store
from tandem.ledger.tables import sessions as t
from tandem.ledger.tables import sign_in_attempts as a
from tandem.ledger.tables import users
from tandem.ledger.users import User, normal_name, user_of

LONGEST = timedelta(hours=12)
IDLE = timedelta(hours=2)
TOUCH = timedelta(minutes=1)
WITHIN = timedelta(minutes=15)
FAILURES_OF_NAME = 5
FAILURES_OF_ADDRESS = 20


@dataclass(frozen=True)
class Session:
    """Somebody signed in. `csrf` is the secret that a form of theirs carries. It ends at `expires_at` at the latest,
    and when nothing was asked for two hours."""

    user: User
    csrf: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime


class Sessions(Store):
    """Sessions by their token, and the attempts to sign in of the last 15 minutes."""

    def open_session(self, user_id: int, now: datetime) -> tuple[str, Session]:
        """A new session of an active account: its token, which is told only here, and what it is.

        Sessions that have ended are deleted. Raises LDG-046 if the account was removed meanwhile.
        """
        token, csrf = new_token(), new_token()
        row = {"token_hash": token_digest(token), "user_id": user_id, "csrf": csrf}
        times = {"created_at": now, "last_seen_at": now, "expires_at": now + LONGEST}
        with self._write() as db:
            db.execute(delete(t).where(_over(now)))
            # Locked, so that a removal at this moment either finds the session or prevents it.
            owner = select(users).where(users.c.id == user_id, users.c.active).with_for_update()
            row_of_user = db.execute(owner).mappings().first()
            if row_of_user is None:
                raise Problems(WRONG_SIGN_IN("the account was removed"))
            db.execute(insert(t).values(**row, **times))
        return token, Session(user_of(row_of_user), csrf, **times)

    def session(self, token: str, now: datetime) -> Session | None:
        """The session of this token, None if there is none, it is over, or the account was removed.

        Notes that it was seen, at most once a minute.
        """
        digest = token_digest(token)
        mine = t.c.token_hash == digest
        query = select(t.c.csrf, t.c.created_at.label("opened_at"), t.c.last_seen_at, t.c.expires_at, users)
        with self._read() as db:
            joined = query.join(users, users.c.id == t.c.user_id).where(mine, users.c.active, ~_over(now))
            row = db.execute(joined).mappings().first()
        if row is None:
            return None
        seen = row["last_seen_at"]
        if now - seen >= TOUCH:
            seen = now
            with self._write() as db:
                db.execute(update(t).where(mine, t.c.last_seen_at < now).values(last_seen_at=now))
        return Session(user_of(row), row["csrf"], row["opened_at"], seen, row["expires_at"])

    def close_session(self, token: str) -> None:
        """End the session of this token, if there is one."""
        with self._write() as db:
            db.execute(delete(t).where(t.c.token_hash == token_digest(token)))

    def begin_attempt(self, name: str, address: str, now: datetime) -> int:
        """Note an attempt to sign in, as failed until `attempt_succeeded`, and give its number.

        The name is kept as its digest: people type passwords into the wrong field. Refused attempts are not
        noted, so that somebody who keeps trying does not lock out the owner for good.
        Raises LDG-047 with the time to try again if the name or the address failed too often.
        """
        tried = token_digest(normal_name(name))
        limits = (
            (a.c.name, tried, FAILURES_OF_NAME),
            (a.c.address, address, FAILURES_OF_ADDRESS),
        )
        with self._write() as db:
            if db.dialect.name == "postgresql":
                # Many at once would each count before any of them is noted.
                db.execute(text("LOCK TABLE sign_in_attempts IN SHARE ROW EXCLUSIVE MODE"))
            db.execute(delete(a).where(a.c.at <= now - WITHIN))
            free = max(_free_at(db, column == value, most, now) for column, value, most in limits)
            if free <= now:
                row = {"name": tried, "address": address, "at": now, "ok": False}
                number: int = db.execute(insert(a).values(**row).returning(a.c.id)).scalar_one()
                return number
        minutes = ceil((free - now) / timedelta(minutes=1))
        raise Problems(
            TOO_MANY_ATTEMPTS(
                "sign-in failed too often, so it is closed for a while, also for the right password",
                fix=f"Try again in {numbers.plural(minutes, 'minute')}, at {numbers.moment(_minute(free))}.",
            )
        )

    def attempt_succeeded(self, number: int) -> None:
        """Note that an attempt was a right one."""
        with self._write() as db:
            db.execute(update(a).where(a.c.id == number).values(ok=True))


def _over(now: datetime) -> ColumnElement[bool]:
    return (t.c.expires_at <= now) | (t.c.last_seen_at <= now - IDLE)


def _free_at(db: Connection, same: ColumnElement[bool], most: int, now: datetime) -> datetime:
    """From when on fewer than the limit's failures lie within the 15 minutes; `now` if they do already.

    An attempt that goes on now is one of them, so as many as the limit says are let through and no more.
    """
    failures = select(a.c.at).where(same, ~a.c.ok).order_by(a.c.at)
    times = db.execute(failures).scalars().all()
    return now if len(times) < most else times[len(times) - most] + WITHIN


def _minute(at: datetime) -> datetime:
    """Rounded up, because a person comes at the minute that was said."""
    whole = at.replace(second=0, microsecond=0)
    return whole if whole == at else whole + timedelta(minutes=1)
