"""One run works at a time; what a dead run leaves behind does not block the next."""

import subprocess
import sys
from datetime import datetime, timedelta

import pytest

from tandem.kernel import Problems
from tandem.ledger import Ledger, RunState, this_process
from tandem.ledger.holders import is_gone

NOON = datetime(2026, 6, 1, 12)
TTL = timedelta(minutes=10)


def test_a_process_that_began_at_another_time_is_another_one() -> None:
    mine = this_process()
    assert not is_gone(mine)
    head, begun, _ = mine.partition(" begun ")
    if begun:
        assert is_gone(f"{head} begun 1")
        assert not is_gone(head)


def test_a_second_holder_is_told_who_is_at_work(ledger: Ledger) -> None:
    first = ledger.lease("run", "process 1 on elsewhere", NOON, TTL)
    second = ledger.lease("run", this_process(), NOON + TTL / 2, TTL)
    with first, pytest.raises(Problems) as caught, second:
        pytest.fail("two at once")
    told = str(caught.value)
    assert "LDG-010" in told
    assert "process 1 on elsewhere" in told
    assert "2026-06-01T12:10:00Z" in told


def test_leases_of_other_names_do_not_meet(ledger: Ledger) -> None:
    with ledger.lease("run", "a", NOON, TTL), ledger.lease("plan", "b", NOON, TTL):
        pass


def test_a_lease_is_free_after_the_block_even_if_it_failed(ledger: Ledger) -> None:
    with pytest.raises(ZeroDivisionError), ledger.lease("run", "a", NOON, TTL):
        raise ZeroDivisionError
    with ledger.lease("run", "b", NOON, TTL):
        pass


def test_a_stale_lease_is_taken_over_and_its_holder_finds_out(ledger: Ledger) -> None:
    next_one = ledger.lease("run", "next", NOON + TTL, TTL)
    with ledger.lease("run", "slow", NOON, TTL) as slow, next_one, pytest.raises(Problems, match="LDG-011"):
        slow.renew(NOON + TTL)
    with ledger.lease("run", "after", NOON, TTL):
        pass


def test_renewing_extends_the_lease(ledger: Ledger) -> None:
    with ledger.lease("run", "long", NOON, TTL) as lease:
        lease.renew(NOON + TTL)
        with pytest.raises(Problems, match="LDG-010"), ledger.lease("run", "b", NOON + TTL, TTL):
            pytest.fail("two at once")


def test_ending_late_does_not_take_the_lease_from_the_next(ledger: Ledger) -> None:
    late = ledger.lease("run", "late", NOON, TTL)
    late.__enter__()
    with ledger.lease("run", "next", NOON + TTL, TTL):
        late.__exit__(None, None, None)
        with pytest.raises(Problems, match="LDG-010"), ledger.lease("run", "third", NOON + TTL, TTL):
            pytest.fail("two at once")


KILLED = """
import os, signal, sys
from datetime import datetime, timedelta
from tandem.ledger import open_ledger, this_process
ledger = open_ledger(sys.argv[1])
now = datetime(2026, 6, 1, 12)
with ledger.lease("run", this_process(), now, timedelta(hours=1)):
    ledger.start_run(now, "system", now)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_run_frees_the_next_at_once_and_is_noted_as_interrupted(
    ledger: Ledger, address: str
) -> None:
    assert subprocess.run([sys.executable, "-c", KILLED, address], check=False).returncode == -9
    with ledger.lease("run", this_process(), NOON, TTL):
        ledger.start_run(NOON, "system", NOON)
    assert [run.state for run in ledger.runs()] == [RunState.RUNNING, RunState.INTERRUPTED]


@pytest.mark.parametrize(
    "holder",
    ["ada", "process 1 on elsewhere", "process x on y", pytest.param(this_process(), id="itself"), ""],
)
def test_nobody_is_called_gone_without_proof(holder: str) -> None:
    assert not is_gone(holder)


def test_a_run_is_remembered_with_what_it_did(ledger: Ledger) -> None:
    number = ledger.start_run(NOON - timedelta(days=400), "system", NOON)
    ledger.end_run(number, RunState.DONE, {"landed": 12}, NOON + TTL)
    (run,) = ledger.runs()
    assert (run.state, run.summary, run.now_used) == (
        RunState.DONE,
        {"landed": 12},
        NOON - timedelta(days=400),
    )
    assert (run.started_at, run.ended_at) == (NOON, NOON + TTL)


def test_watermarks_are_unknown_until_set_and_may_go_back(ledger: Ledger) -> None:
    assert ledger.watermark("identity") is None
    for version in (3, 2):
        ledger.set_watermark("identity", version)
        assert ledger.watermark("identity") == version
