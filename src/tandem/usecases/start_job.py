"""Start long work in a process of its own, say how it stands, and cancel it.

The process is nobody's child for long: it lives on when the page is left and when the server is started again.
"""

import subprocess
import sys
import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from tandem.kernel import Problems
from tandem.kernel.values import Actor
from tandem.ledger import Job, JobState, Ledger, process
from tandem.usecases.problems import NOT_STARTED
from tandem.usecases.work_job import LOGS, kind_named, log_of

__all__ = ["Job", "JobState", "cancel", "job", "jobs", "start_job"]


def start_job(
    root: Path, ledger: Ledger, kind: str, arguments: Mapping[str, object], actor: Actor, now: datetime
) -> int:
    """Queue work of one kind for the project at `root`, start its process, and give the job's number.

    `arguments` are plain JSON values, `now` is the time of the wall. Raises RUN-030 for a kind there is not,
    RUN-031 for arguments that it does not take, LDG-060 with the job that is in the way, RUN-033 if no process
    could be started.
    """
    known = kind_named(kind)
    known.read(arguments)
    job_id = ledger.add_job(kind, arguments, actor, now, alone=known.alone)
    try:
        started = _start(root, job_id)
    except OSError as refused:
        problem = NOT_STARTED("no process could be started for this work", found=str(refused))
        ledger.end_job(job_id, JobState.FAILED, now, problems=[problem])
        raise Problems(problem) from refused
    ledger.note_process(job_id, process(started.pid), str(log_of(root, job_id)))
    # A child that nobody waits for stays in the list of processes after its end and would look alive.
    threading.Thread(target=started.wait, daemon=True).start()
    return job_id


def job(ledger: Ledger, job_id: int, now: datetime) -> Job:
    """A job as it stands; one whose process is gone is told as failed. Raises LDG-061."""
    return ledger.job(job_id, now)


def jobs(ledger: Ledger, now: datetime, limit: int = 20) -> list[Job]:
    """The last jobs as they stand, newest first."""
    return ledger.jobs(now, limit)


def cancel(ledger: Ledger, job_id: int, actor: Actor, now: datetime) -> Job:
    """Cancel a job: one that waits at once, one that is being done at its next safe place. Raises LDG-061, LDG-062."""
    return ledger.cancel_job(job_id, actor, now)


def _start(root: Path, job_id: int) -> "subprocess.Popen[bytes]":
    """`tandem job work` in a session of its own; -P, so that no folder of the project is taken for a library."""
    (root / LOGS).mkdir(parents=True, exist_ok=True)
    unkept = root / LOGS.parent / ".gitignore"
    if not unkept.exists():
        unkept.write_text("*\n")
    words = [sys.executable, "-P", "-X", "faulthandler", "-m", "tandem.cli"]
    with log_of(root, job_id).open("ab") as log:
        return subprocess.Popen(
            [*words, "-C", str(root), "job", "work", str(job_id)],
            cwd=root,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
