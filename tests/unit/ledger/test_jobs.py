"""Jobs: one at a time where it must be so, told as they stand, and never alive after their process is gone."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from tandem.kernel import Kind, Place, Problem, Problems
from tandem.kernel.values import Actor
from tandem.ledger import Job, JobState, Ledger, process, this_process

NOON = datetime(2026, 6, 1, 12)
SECOND = timedelta(seconds=1)
ADA, BO = Actor("ada", "marketer"), Actor("bo", "engineer")
ELSEWHERE = "process 1 on elsewhere"


def add(ledger: Ledger, kind: str = "run", *, alone: bool = True, at: datetime = NOON) -> int:
    return ledger.add_job(kind, {"n": 1, "ids": ["a"], "none": None}, ADA, at, alone=alone)


def begun(ledger: Ledger, job_id: int, at: datetime = NOON) -> Job:
    found = ledger.begin_job(job_id, this_process(), at)
    assert found is not None
    return found


def gone_process() -> str:
    """The name of a process of this machine that has ended."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return process(ended.pid)


def test_a_job_from_its_asking_to_its_end(ledger: Ledger) -> None:
    number = add(ledger)
    queued = ledger.job(number, NOON)
    assert (queued.state, queued.kind, queued.actor) == (JobState.QUEUED, "run", ADA)
    assert queued.arguments == {"n": 1, "ids": ["a"], "none": None}
    assert (queued.started_at, queued.ended_at, queued.result, queued.problems) == (None, None, None, ())
    ledger.note_process(number, this_process(), "/tmp/1.log")
    running = begun(ledger, number, NOON + SECOND)
    assert (running.state, running.started_at, running.log) == (JobState.RUNNING, NOON + SECOND, "/tmp/1.log")
    assert ledger.tell_job(number, "collecting till", 1, 3, NOON + 2 * SECOND)
    told = ledger.job(number, NOON + 2 * SECOND)
    assert (told.step, told.done, told.total) == ("collecting till", 1, 3)
    problem = Problem(
        "COL-001",
        "a file",
        "fix it",
        "IT",
        Kind.OPERATOR,
        Place("a.csv", 3, 4),
        "x",
        "y",
        ("a", "b"),
        "a",
    )
    ledger.end_job(number, JobState.DONE, NOON + 3 * SECOND, result={"at": NOON}, problems=[problem])
    done = ledger.job(number, NOON + timedelta(days=9))
    assert (done.state, done.open, done.ended_at) == (JobState.DONE, False, NOON + 3 * SECOND)
    assert done.result == {"at": "2026-06-01T12:00:00Z"}
    assert done.problems == (problem,)
    assert ledger.jobs(NOON) == [done]
    assert ledger.open_jobs(NOON) == []


def test_a_job_is_taken_up_once(ledger: Ledger) -> None:
    number = add(ledger)
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda n: ledger.begin_job(number, f"process {n} on here", NOON), range(8)))
    assert sum(one is not None for one in taken) == 1
    assert ledger.begin_job(99, ELSEWHERE, NOON) is None


def test_a_second_job_that_must_be_alone_is_told_who_is_at_work(ledger: Ledger) -> None:
    first = add(ledger)
    for state in ("queued", "running"):
        with pytest.raises(Problems) as caught:
            add(ledger, "apply")
        (problem,) = caught.value.problems
        assert problem.code == "LDG-060"
        assert f"job {first} (run) of ada is {state} since 1 June 2026 12:00 UTC" in problem.sentence
        ledger.begin_job(first, this_process(), NOON)
    beside = add(ledger, "count", alone=False)
    also = add(ledger, "count", alone=False)
    assert [job.id for job in ledger.open_jobs(NOON)] == [also, beside, first]
    ledger.end_job(first, JobState.FAILED, NOON)
    second = add(ledger)
    assert [job.id for job in ledger.jobs(NOON, limit=2)] == [second, also]


def test_of_many_that_start_at_once_one_does(ledger: Ledger) -> None:
    def attempt(_: int) -> str:
        try:
            return str(add(ledger))
        except Problems as stopped:
            return stopped.problems[0].code

    with ThreadPoolExecutor(6) as pool:
        ended = list(pool.map(attempt, range(12)))
    assert ended.count("LDG-060") == 11


def test_a_queued_job_is_cancelled_at_once_and_never_begins(ledger: Ledger) -> None:
    number = add(ledger)
    assert ledger.cancel_job(number, BO, NOON + SECOND).state is JobState.CANCELLED
    assert ledger.begin_job(number, this_process(), NOON) is None
    assert ledger.job(number, NOON).ended_at == NOON + SECOND
    add(ledger)


def test_a_running_job_learns_that_it_is_to_stop(ledger: Ledger) -> None:
    number = add(ledger)
    begun(ledger, number)
    assert ledger.beat_job(number, NOON)
    asked = ledger.cancel_job(number, BO, NOON)
    assert (asked.state, asked.cancel_asked) == (JobState.RUNNING, True)
    assert "bo" in asked.step
    assert not ledger.beat_job(number, NOON)
    assert not ledger.tell_job(number, "more", 0, 0, NOON)
    ledger.end_job(number, JobState.CANCELLED, NOON)
    with pytest.raises(Problems, match="LDG-062"):
        ledger.cancel_job(number, BO, NOON)
    with pytest.raises(Problems, match="LDG-061"):
        ledger.cancel_job(99, BO, NOON)
    with pytest.raises(Problems, match="LDG-061"):
        ledger.job(99, NOON)


@pytest.mark.parametrize("running", [False, True], ids=["queued", "running"])
def test_a_job_whose_process_is_gone_has_failed_and_is_in_nobodys_way(ledger: Ledger, running: bool) -> None:
    number = add(ledger)
    holder = gone_process()
    ledger.note_process(number, holder, "/tmp/1.log")
    if running:
        ledger.begin_job(number, holder, NOON)
    seen = ledger.job(number, NOON)
    assert (seen.state, seen.ended_at) == (JobState.FAILED, NOON)
    (problem,) = seen.problems
    assert (problem.code, problem.place) == ("LDG-063", Place("/tmp/1.log"))
    assert "without a word" in problem.sentence
    assert ledger.jobs(NOON) == [seen]
    assert ledger.open_jobs(NOON) == []
    with pytest.raises(Problems, match="LDG-062"):
        ledger.cancel_job(number, BO, NOON)
    following = add(ledger, at=NOON + SECOND)
    assert ledger.job(number, NOON).state is JobState.FAILED
    assert ledger.job(number, NOON).problems == (problem,)
    assert ledger.job(following, NOON).state is JobState.QUEUED


def test_a_job_that_says_nothing_for_a_minute_is_taken_for_dead(ledger: Ledger) -> None:
    number = add(ledger)
    ledger.begin_job(number, ELSEWHERE, NOON)
    assert ledger.job(number, NOON + 60 * SECOND).open
    assert ledger.job(number, NOON + 61 * SECOND).state is JobState.FAILED
    assert ledger.beat_job(number, NOON + 70 * SECOND)
    assert ledger.job(number, NOON + 130 * SECOND).open


def test_a_job_given_up_stays_so_when_its_process_wakes_up(ledger: Ledger) -> None:
    number = add(ledger)
    ledger.begin_job(number, ELSEWHERE, NOON)
    add(ledger, at=NOON + 61 * SECOND)
    assert not ledger.beat_job(number, NOON + 70 * SECOND)
    ledger.end_job(number, JobState.DONE, NOON + 70 * SECOND, result={})
    assert ledger.job(number, NOON + 70 * SECOND).state is JobState.FAILED
