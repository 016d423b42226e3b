"""Long work: what was asked, how far it is, how it ended. Each job is done by a process of its own.

A job is queued, then running, then ended. Its process says that it lives every few seconds; one that has not
for a minute, or whose process is surely gone, is told as failed to everybody who asks.
All times here are those of the wall.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update
from sqlalchemy.exc import IntegrityError

from tandem.kernel import Kind, Place, Problem, Problems, numbers, plain
from tandem.kernel.values import Actor
from tandem.ledger.holders import is_gone
from tandem.ledger.problems import JOB_BUSY, JOB_ENDED, JOB_LOST, UNKNOWN_JOB
from tandem.ledger.store import Store
from tandem.ledger.tables import jobs as t

SILENT = timedelta(seconds=60)
"""A job that has not said for so long that it lives is taken for dead. Its process says so every few seconds."""


class JobState(StrEnum):
    """How a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = (JobState.QUEUED, JobState.RUNNING)


@dataclass(frozen=True)
class Job:
    """One piece of long work. `done` of `total` of the present `step`; total 0 means that it is not known.

    `result` and `arguments` are plain JSON values; `log` is the file where the process writes what it has to say.
    A job that is done can have problems too: what kept a part of it from going on.
    """

    id: int
    kind: str
    arguments: Mapping[str, Any]
    state: JobState
    step: str
    done: int
    total: int
    actor: Actor
    created_at: datetime
    started_at: datetime | None
    heartbeat_at: datetime
    ended_at: datetime | None
    cancel_asked: bool
    holder: str | None
    log: str | None
    result: Mapping[str, Any] | None
    problems: tuple[Problem, ...]

    @property
    def open(self) -> bool:
        """Whether it is still to be done or being done."""
        return self.state in OPEN

    def to_dict(self) -> dict[str, object]:
        """For JSON; the id as text, as all ids go out."""
        told = {
            name: plain(value) for name, value in vars(self).items() if name not in ("holder", "problems")
        }
        return told | {"id": str(self.id), "problems": [problem.to_dict() for problem in self.problems]}


class Jobs(Store):
    """The jobs, newest first."""

    def add_job(
        self, kind: str, arguments: Mapping[str, object], actor: Actor, now: datetime, *, alone: bool
    ) -> int:
        """Queue a job and give its number. Of jobs that have to be alone one is open at a time.

        Raises LDG-060, which names the open one. One whose process is gone is noted as failed and not in the way.
        """
        row = {
            "kind": kind,
            "arguments": plain(arguments),
            "state": JobState.QUEUED,
            "alone": alone,
            "step": "waiting to start",
            "done": 0,
            "total": 0,
            "actor": actor.name,
            "role": actor.role,
            "created_at": now,
            "heartbeat_at": now,
            "cancel_asked": False,
            "problems": [],
        }
        try:
            with self._write() as db:
                if alone:
                    _make_room(db, now)
                number: int = db.execute(insert(t).values(**row).returning(t.c.id)).scalar_one()
                return number
        except IntegrityError as clash:
            raise Problems(JOB_BUSY("somebody else came first by a moment")) from clash

    def note_process(self, job_id: int, holder: str, log: str) -> None:
        """Note which process was started for a job, and where it writes what it has to say."""
        with self._write() as db:
            db.execute(update(t).where(t.c.id == job_id).values(holder=holder, log=log))

    def begin_job(self, job_id: int, holder: str, now: datetime) -> Job | None:
        """Take up a queued job as this process; None if it was cancelled or taken up already, or is none."""
        with self._write() as db:
            mine = update(t).where(t.c.id == job_id, t.c.state == JobState.QUEUED)
            begun = mine.values(
                state=JobState.RUNNING, holder=holder, started_at=now, heartbeat_at=now, step="starting"
            )
            row = db.execute(begun.returning(t)).mappings().first()
            return None if row is None else _job(row)

    def tell_job(self, job_id: int, step: str, done: int, total: int, now: datetime) -> bool:
        """Note how far a running job is. False: stop, because cancelling was asked or it was given up."""
        return self._alive(job_id, now, step=step, done=done, total=total)

    def beat_job(self, job_id: int, now: datetime) -> bool:
        """Note that a running job's process lives. False: stop, because cancelling was asked or it was given up."""
        return self._alive(job_id, now)

    def _alive(self, job_id: int, now: datetime, **values: object) -> bool:
        with self._write() as db:
            mine = update(t).where(t.c.id == job_id, t.c.state == JobState.RUNNING)
            told = mine.values(heartbeat_at=now, **values).returning(t.c.cancel_asked)
            return db.execute(told).scalar_one_or_none() is False

    def end_job(
        self,
        job_id: int,
        state: JobState,
        now: datetime,
        *,
        result: Mapping[str, object] | None = None,
        problems: Iterable[Problem] = (),
    ) -> None:
        """Note how an open job ended. One that was given up before stays so."""
        with self._write() as db:
            mine = update(t).where(t.c.id == job_id, t.c.state.in_(OPEN))
            ended = {"state": state, "ended_at": now, "heartbeat_at": now, "problems": _kept(problems)}
            db.execute(mine.values(**ended, result=None if result is None else plain(result)))

    def job(self, job_id: int, now: datetime) -> Job:
        """A job as it stands at `now`. Raises LDG-061."""
        with self._read() as db:
            return _as_seen(_job(_row(db, job_id)), now)

    def jobs(self, now: datetime, limit: int = 20) -> list[Job]:
        """The last jobs as they stand at `now`, newest first."""
        with self._read() as db:
            found = db.execute(select(t).order_by(t.c.id.desc()).limit(limit)).mappings()
            return [_as_seen(_job(row), now) for row in found]

    def open_jobs(self, now: datetime) -> list[Job]:
        """The jobs that are queued or running at `now`, newest first."""
        with self._read() as db:
            found = db.execute(select(t).where(t.c.state.in_(OPEN)).order_by(t.c.id.desc())).mappings()
            return [job for row in found if (job := _as_seen(_job(row), now)).open]

    def cancel_job(self, job_id: int, actor: Actor, now: datetime) -> Job:
        """Cancel a queued job at once, or ask a running one to stop where it may. Raises LDG-061, LDG-062."""
        with self._write() as db:
            held = _as_seen(_job(_row(db, job_id)), now)
            if not held.open:
                raise Problems(JOB_ENDED(f"job {job_id} has ended already", found=str(held.state)))
            step = f"{actor.name} asked to cancel; stopping at the next safe place"
            queued = update(t).where(t.c.id == job_id, t.c.state == JobState.QUEUED)
            at_once = queued.values(
                state=JobState.CANCELLED, cancel_asked=True, ended_at=now, step="never started"
            )
            if db.execute(at_once).rowcount != 1:
                running = update(t).where(t.c.id == job_id, t.c.state == JobState.RUNNING)
                db.execute(running.values(cancel_asked=True, step=step))
            return _job(_row(db, job_id))


def _row(db: Connection, job_id: int) -> RowMapping:
    row = db.execute(select(t).where(t.c.id == job_id)).mappings().first()
    if row is None:
        raise Problems(UNKNOWN_JOB("there is no job of that number", found=str(job_id)))
    return row


def _make_room(db: Connection, now: datetime) -> None:
    """Give up the open job that has to be alone if it is lost; otherwise say that it is in the way."""
    found = select(t).where(t.c.alone, t.c.state.in_(OPEN)).with_for_update()
    for row in db.execute(found).mappings().all():
        held = _as_seen(_job(row), now)
        if held.open:
            begun = numbers.moment(held.started_at or held.created_at)
            sentence = f"job {held.id} ({held.kind}) of {held.actor.name} is {held.state} since {begun}"
            raise Problems(JOB_BUSY(sentence, fix=f"wait until job {held.id} has ended, or cancel it"))
        lost = {"state": held.state, "ended_at": now, "problems": _kept(held.problems)}
        db.execute(update(t).where(t.c.id == held.id).values(**lost))


def _as_seen(job: Job, now: datetime) -> Job:
    """The job as it is told: one whose process is gone has failed, although nobody noted it."""
    if not job.open or not (is_gone(job.holder or "") or now - job.heartbeat_at > SILENT):
        return job
    lost = JOB_LOST(
        "the process ended without a word",
        found=f"{job.step}, last heard of on {numbers.moment(job.heartbeat_at)}",
        place=None if job.log is None else Place(job.log),
    )
    return replace(job, state=JobState.FAILED, ended_at=job.heartbeat_at, problems=(lost,))


def _job(row: RowMapping) -> Job:
    held = dict(row)
    del held["alone"]
    held["state"] = JobState(held["state"])
    held["actor"] = Actor(held["actor"], held.pop("role"))
    held["problems"] = tuple(_problem(one) for one in held["problems"])
    return Job(**held)


def _kept(problems: Iterable[Problem]) -> Sequence[Mapping[str, object]]:
    return [asdict(problem) for problem in problems]


def _problem(kept: Mapping[str, Any]) -> Problem:
    place = kept["place"]
    asks = tuple((name, value) for name, value in kept.get("asks") or ())
    parts = {"kind": Kind(kept["kind"]), "alternatives": tuple(kept["alternatives"]), "asks": asks}
    return Problem(**{**kept, **parts, "place": None if place is None else Place(**place)})
