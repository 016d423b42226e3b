"""The work of a job, in a process of its own: what each kind does, how it is told, and how it ends."""

import threading
import time
import traceback
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from tandem.charter import fingerprint
from tandem.kernel import Place, Problem, Problems, parse_instant
from tandem.kernel.values import Actor
from tandem.ledger import Job, JobState, Ledger, this_process
from tandem.usecases.apply_charter import perform
from tandem.usecases.approving import lacking
from tandem.usecases.clock import clock
from tandem.usecases.erase_person import carry_out
from tandem.usecases.pass_time import demo_mail, pass_time
from tandem.usecases.plan_charter import plan_charter
from tandem.usecases.problems import JOB_FAULT, STALE_PLAN, UNKNOWN_KIND, WRONG_ARGUMENTS
from tandem.usecases.progress import Cancelled, Told
from tandem.usecases.repair_quarantine import replay_quarantine
from tandem.usecases.run_beat import run_beat
from tandem.usecases.workspace import open_ledger_of, open_workspace

LOGS = Path(".tandem") / "jobs"
TICK_SECONDS = 0.25
BEAT_SECONDS = 2.0
"""How often the process says that it lives, also when the work is silent; and how late it learns to stop."""


@dataclass(frozen=True)
class Doing:
    """What a kind of work gets: where, for whom, at which time of the company, and whom to tell.

    `arguments` are read already: what a kind takes by `takes`, an optional one that was not given is absent.
    """

    root: Path
    actor: Actor
    now: datetime
    wall: Callable[[], datetime]
    told: Told
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What came of it, as plain JSON values, and what kept a part of it from going on."""

    result: Mapping[str, object]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class JobKind:
    """A kind of work. `takes` reads each argument from its JSON value, raising ValueError or TypeError if it is
    none; `needs` are those that must be given. Of the kinds that write the lake one job is open at a time."""

    do: Callable[[Doing], Outcome]
    takes: Mapping[str, Callable[[Any], object]] = field(default_factory=dict)
    needs: frozenset[str] = frozenset()
    alone: bool = True

    def read(self, arguments: Mapping[str, Any]) -> Mapping[str, object]:
        """The arguments as the work takes them. Raises RUN-031 with all that is wrong with them."""
        given = {name: value for name, value in arguments.items() if value is not None}
        strange, absent = sorted(given.keys() - self.takes.keys()), sorted(self.needs - given.keys())
        wrong = [
            WRONG_ARGUMENTS(f"`{name}` is not known here", found=name, alternatives=[*self.takes])
            for name in strange
        ]
        wrong += [WRONG_ARGUMENTS(f"`{name}` is missing") for name in absent]
        found: dict[str, object] = {}
        for name in given.keys() & self.takes.keys():
            try:
                found[name] = self.takes[name](given[name])
            except (ValueError, TypeError, OverflowError, AttributeError):
                wrong.append(WRONG_ARGUMENTS(f"`{name}` cannot be read", found=str(given[name])))
        if wrong:
            raise Problems(wrong)
        return found


def _run(doing: Doing) -> Outcome:
    now = doing.arguments.get("now", doing.now)
    with demo_mail(doing.root), open_workspace(doing.root, doing.actor, doing.wall) as work:
        beat = run_beat(work, now, doing.wall, doing.told)
    return Outcome(beat.to_dict(), beat.problems)


def _apply(doing: Doing) -> Outcome:
    plan = plan_charter(doing.root, doing.actor, doing.now, doing.told, doing.wall)
    seen, present = doing.arguments["fingerprint"], fingerprint(plan.charter.files)
    if seen != present:
        sentence = "somebody edited the charter after this plan was shown"
        raise Problems(STALE_PLAN(sentence, found=present[:12], expected=seen[:12]))
    others = lacking(doing.actor.role, plan.approvals)
    done = perform(doing.root, plan, doing.actor, doing.now, doing.told, wall=doing.wall, also=tuple(others))
    return Outcome(done.to_dict())


def _replay(doing: Doing) -> Outcome:
    doing.told("replaying what waits in quarantine", 0, 0)
    with open_workspace(doing.root, doing.actor, doing.wall) as work:
        done = replay_quarantine(work, doing.arguments.get("ids"), doing.now, doing.told)
    return Outcome(done.to_dict(), tuple(done.problems))


def _pass_time(doing: Doing) -> Outcome:
    with open_workspace(doing.root, doing.actor, doing.wall) as work:
        passed = pass_time(work, doing.arguments["days"], doing.wall, doing.told)
    return Outcome(passed.to_dict(), tuple(problem for beat in passed.beats for problem in beat.problems))


def _erase(doing: Doing) -> Outcome:
    with open_workspace(doing.root, doing.actor, doing.wall) as work:
        done = carry_out(work, doing.arguments["request"], doing.now, doing.wall, doing.told)
    return Outcome({"request": done.id, "state": str(done.state)})


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _whole(value: object) -> int:
    """Ids go out as text, because 60 bits do not fit a number of JavaScript, and come back so."""
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise TypeError
    return int(value)


def _ids(value: object) -> list[int]:
    if not isinstance(value, list):
        raise TypeError
    return [_whole(one) for one in value]


KINDS: dict[str, JobKind] = {
    "run": JobKind(_run, takes={"now": parse_instant}),
    "apply": JobKind(_apply, takes={"fingerprint": _text}, needs=frozenset({"fingerprint"})),
    "replay": JobKind(_replay, takes={"ids": _ids}),
    "erase": JobKind(_erase, takes={"request": _text}, needs=frozenset({"request"})),
    "pass_time": JobKind(_pass_time, takes={"days": _whole}, needs=frozenset({"days"})),
}
"""Every kind of work that can be asked for. A new one is an entry here."""


def kind_named(kind: str) -> JobKind:
    """The kind of work of that name. Raises RUN-030."""
    if kind not in KINDS:
        raise Problems(UNKNOWN_KIND("there is no work of that kind", found=kind, alternatives=[*KINDS]))
    return KINDS[kind]


def log_of(root: Path, job_id: int) -> Path:
    """The file where the process of a job writes what nobody expected."""
    return root / LOGS / f"{job_id}.log"


def work_job(root: Path, job_id: int, wall: Callable[[], datetime]) -> Job:
    """Take up a queued job, do it, and note how it ended: done with its result, failed with problems, cancelled.

    One that was cancelled or taken up before is left alone. Nothing is raised but what the ledger itself raises.
    """
    with open_ledger_of(root) as ledger:
        job = ledger.begin_job(job_id, this_process(), wall())
        if job is not None:
            try:
                with Telling(ledger, job_id, wall) as told:
                    done = _done(root, job, wall, told, clock(ledger, wall))
                ledger.end_job(job_id, JobState.DONE, wall(), result=done.result, problems=done.problems)
            except Cancelled:
                ledger.end_job(job_id, JobState.CANCELLED, wall())
            except Problems as stopped:
                ledger.end_job(job_id, JobState.FAILED, wall(), problems=stopped.problems)
            except Exception as error:  # noqa: BLE001 - the last wall: whoever asked must learn that it ended
                ledger.end_job(job_id, JobState.FAILED, wall(), problems=[_fault(root, job_id, error)])
        return ledger.job(job_id, wall())


def _done(root: Path, job: Job, wall: Callable[[], datetime], told: Told, now: datetime) -> Outcome:
    kind = kind_named(job.kind)
    return kind.do(Doing(root, job.actor, now, wall, told, kind.read(job.arguments)))


def _fault(root: Path, job_id: int, error: Exception) -> Problem:
    """The fault as a problem with a reference; what only we can read is in the job's log."""
    reference, log = uuid.uuid4().hex[:8], log_of(root, job_id)
    sentence = f"this is our fault (reference {reference})"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8", errors="replace") as file:
            file.write(f"reference {reference}\n{''.join(traceback.format_exception(error))}")
    except OSError:
        return JOB_FAULT(sentence, found=f"{type(error).__name__}: {error}")
    return JOB_FAULT(sentence, place=Place(str(log)))


class Telling:
    """A Told that a thread of its own writes to the ledger: what is new four times a second, and every two seconds
    that the process lives. So telling costs the work nothing, and a long silent step is not taken for dead.

    Raises Cancelled from the work's next word on when somebody asked to stop.
    """

    def __init__(self, ledger: Ledger, job_id: int, wall: Callable[[], datetime]) -> None:
        self._ledger, self._job_id, self._wall = ledger, job_id, wall
        self._latest: tuple[str, int, int] | None = None
        self._stop, self._over = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._keep_telling, daemon=True)

    def __enter__(self) -> "Telling":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def __call__(self, step: str, done: int, total: int) -> None:
        """Note where the work is."""
        if self._stop.is_set():
            raise Cancelled
        self._latest = (step, done, total)

    def _keep_telling(self) -> None:
        written, last = self._latest, time.monotonic()
        while not self._over.wait(TICK_SECONDS):
            latest = self._latest
            if latest == written and time.monotonic() - last < BEAT_SECONDS:
                continue
            # A ledger that does not answer now may answer in two seconds; the work itself will tell if not.
            with suppress(Problems):
                if not self._told(latest, written):
                    self._stop.set()
                written = latest
            last = time.monotonic()

    def _told(self, latest: tuple[str, int, int] | None, written: tuple[str, int, int] | None) -> bool:
        if latest is None or latest == written:
            return self._ledger.beat_job(self._job_id, self._wall())
        return self._ledger.tell_job(self._job_id, *latest, self._wall())
