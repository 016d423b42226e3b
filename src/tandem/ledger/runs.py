"""Who is running now, and what earlier runs did."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, RowMapping, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from tandem.kernel import Problem, Problems, iso
from tandem.ledger.holders import is_gone
from tandem.ledger.problems import BUSY, LEASE_LOST
from tandem.ledger.store import Store
from tandem.ledger.tables import leases, runs


class RunState(StrEnum):
    """How a run stands. `interrupted`: it neither succeeded nor failed; the next run found it left behind."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class Run:
    """One beat of the loop. `now_used` is the time it worked at, `started_at` the time it was started."""

    id: int
    state: RunState
    actor: str
    now_used: datetime
    started_at: datetime
    ended_at: datetime | None
    summary: Mapping[str, object] | None


@dataclass(frozen=True)
class Lease:
    """The right to be the only one at work. `renew(now)` extends it; call it more often than every `ttl`."""

    name: str
    holder: str
    renew: Callable[[datetime], None]


class Runs(Store):
    """Runs and the leases that keep them from working at the same time."""

    @contextmanager
    def lease(self, name: str, holder: str, now: datetime, ttl: timedelta) -> Iterator[Lease]:
        """Be the only holder of `name` until the block ends, whatever happens inside.

        A lease left behind is taken over when it is older than `ttl`, or at once when its holder was a
        process of this machine that no longer lives (`this_process()` makes such a holder). Otherwise
        raises LDG-010, which says who holds it since when. `now` is the time of the wall: a run that works
        at another time (`--now`) still has to take its lease at the real one.
        """
        with self._write() as db:
            self._take(db, name, holder, now, now + ttl)
        try:
            yield Lease(name, holder, lambda later: self._renew(name, holder, later + ttl))
        finally:
            with self._write() as db:
                db.execute(delete(leases).where(leases.c.name == name, leases.c.holder == holder))

    def _take(self, db: Connection, name: str, holder: str, now: datetime, until: datetime) -> None:
        dialect = postgresql if db.dialect.name == "postgresql" else sqlite
        row = {"name": name, "holder": holder, "taken_at": now, "expires_at": until}
        # The insert first: on PostgreSQL it waits for another taker's transaction, a select would not.
        if_free = dialect.insert(leases).values(**row).on_conflict_do_nothing().returning(leases.c.name)
        if db.execute(if_free).first() is not None:
            return
        held = db.execute(select(leases).where(leases.c.name == name).with_for_update()).mappings().first()
        if held is None:
            if db.execute(if_free).first() is not None:
                return
            raise Problems(BUSY("somebody else came first by a moment"))
        if held["expires_at"] > now and not is_gone(held["holder"]):
            raise Problems(_busy(held))
        db.execute(update(leases).where(leases.c.name == name).values(**row))

    def _renew(self, name: str, holder: str, until: datetime) -> None:
        with self._write() as db:
            mine = update(leases).where(leases.c.name == name, leases.c.holder == holder)
            if db.execute(mine.values(expires_at=until)).rowcount != 1:
                raise Problems(LEASE_LOST(f"`{holder}` no longer holds the lease `{name}`"))

    def start_run(self, now_used: datetime, actor: str, now: datetime) -> int:
        """Note that a run starts and give its id. Runs still noted as running become `interrupted`,
        so call it under the lease."""
        with self._write() as db:
            left = update(runs).where(runs.c.state == RunState.RUNNING)
            db.execute(left.values(state=RunState.INTERRUPTED, ended_at=now))
            row = {"state": RunState.RUNNING, "actor": actor, "now_used": now_used, "started_at": now}
            number: int = db.execute(insert(runs).values(**row).returning(runs.c.id)).scalar_one()
            return number

    def end_run(self, run_id: int, state: RunState, summary: Mapping[str, object], now: datetime) -> None:
        """Note how a run ended. `summary` must be plain JSON values."""
        with self._write() as db:
            ended = update(runs).where(runs.c.id == run_id)
            db.execute(ended.values(state=state, summary=dict(summary), ended_at=now))

    def runs(self, limit: int = 20) -> list[Run]:
        """The last runs, newest first."""
        with self._read() as db:
            found = db.execute(select(runs).order_by(runs.c.id.desc()).limit(limit)).mappings()
            return [_run(row) for row in found]


def _busy(held: RowMapping) -> Problem:
    free = iso(held["expires_at"])
    return BUSY(
        f"`{held['holder']}` is at work since {iso(held['taken_at'])}",
        fix=f"wait until it has ended; if that machine is gone, the place is free at {free}",
    )


def _run(row: RowMapping) -> Run:
    return Run(
        row["id"],
        RunState(row["state"]),
        row["actor"],
        row["now_used"],
        row["started_at"],
        row["ended_at"],
        row["summary"],
    )
