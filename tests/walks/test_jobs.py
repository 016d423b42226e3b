"""Long work: started, watched, stopped in the middle or killed, and taken up again with nothing lost or doubled.

Every interrupted shop is held against one that was never disturbed.
"""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cli.shop import APPLIED, NOW, Shop, copied
from walks.crowd import crowd

from tandem.charter import files, fingerprint
from tandem.deliver.sink import MailSink
from tandem.kernel import Kind, Problems, parse_instant
from tandem.kernel.values import Actor
from tandem.ledger import Job, JobState, Ledger, RunState
from tandem.ledger.jobs import SILENT
from tandem.usecases import work_job as working
from tandem.usecases.progress import Cancelled
from tandem.usecases.run_beat import run_beat
from tandem.usecases.start_job import cancel, job, jobs, start_job
from tandem.usecases.work_job import JobKind, Outcome, work_job
from tandem.usecases.workspace import open_ledger_of, open_workspace

ADA = Actor("ada", "marketer")
RUN = {"now": NOW}
HOW_IT_CAME = {"batch_id", "received_at", "batch"}
PATIENCE = 120


def wall() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


@contextmanager
def ledger_of(shop: Shop) -> Iterator[Ledger]:
    with open_ledger_of(shop.folder) as ledger:
        yield ledger


def until(ledger: Ledger, job_id: int, good: Callable[[Job], bool]) -> Job:
    """The job as soon as it is as wanted, or has ended."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = job(ledger, job_id, wall())
        if good(found) or not found.open:
            return found
        time.sleep(0.01)
    pytest.fail(f"job {job_id} is still {found}")


def ended(ledger: Ledger, job_id: int) -> Job:
    return until(ledger, job_id, lambda one: not one.open)


def said(one: Job) -> str:
    """What the process of a job wrote."""
    return Path(one.log).read_text() if one.log else ""


def run_again(shop: Shop) -> None:
    """A run by a job, to its end."""
    with ledger_of(shop) as ledger:
        found = ended(ledger, start_job(shop.folder, ledger, "run", RUN, ADA, wall()))
        assert (found.state, found.problems) == (JobState.DONE, ()), f"{found}\n{said(found)}"


def known(shop: Shop) -> dict[str, Any]:
    """All that the lake knows, person by person and contact by contact, without when and in which batch it came."""
    return shop.contents() | {
        name: sorted(
            str(sorted((key, value) for key, value in row.items() if key not in HOW_IT_CAME))
            for row in shop.rows(name)
        )
        for name in ("assignments", "contacts", "person_map", "evidence", "quarantine")
    }


@pytest.fixture(scope="session")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The shop with its charter in force and its mail going to a file; nothing run."""
    shop = copied(tmp_path_factory.mktemp("ready") / "shop")
    name = "campaigns/winback_spring.yml"
    shop.edit(name, "channel: email", "channel: file")
    text = shop.path(name).read_text().split("message:")[0]
    shop.write(name, text + "export: {path: exports/winback.csv, fields: [email, first_name]}\n")
    assert shop.tandem("apply", "--yes", "--now", APPLIED).code == 0
    return shop


@pytest.fixture(scope="session")
def undisturbed(ready: Shop, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the shop knows after one run that nobody disturbed."""
    shop = ready.copy(tmp_path_factory.mktemp("undisturbed") / "shop")
    assert shop.tandem("run", "--now", NOW).code == 0
    return known(shop)


@pytest.fixture
def shop(ready: Shop, tmp_path: Path) -> Shop:
    return ready.copy(tmp_path / "shop")


# ── a run in a process of its own ────────────────────────────────────────────────────────────────


def test_a_run_is_watched_and_does_what_the_command_does(shop: Shop, undisturbed: dict[str, Any]) -> None:
    with ledger_of(shop) as ledger:
        number = start_job(shop.folder, ledger, "run", RUN, ADA, wall())
        steps: list[str] = []

        def watch(one: Job) -> bool:
            if one.step not in steps:
                steps.append(one.step)
            return False

        done = until(ledger, number, watch)
        assert (done.state, done.problems, done.actor) == (JobState.DONE, (), ADA), done
        assert len(steps) > 4
        assert any(step.startswith("collecting ") for step in steps)
        assert done.result is not None
        assert done.result["now"] == NOW
        (run,) = ledger.runs()
        assert (run.state, run.actor) == (RunState.DONE, "ada")
        assert done.log is not None
        assert Path(done.log).read_text() == ""
    assert known(shop) == undisturbed


def test_a_run_lives_on_when_whoever_started_it_is_gone(shop: Shop, undisturbed: dict[str, Any]) -> None:
    starter = f"""
import os, signal
from pathlib import Path
from walks.test_jobs import ADA, RUN, open_ledger_of, start_job, wall
root = Path({str(shop.folder)!r})
with open_ledger_of(root) as ledger:
    start_job(root, ledger, "run", RUN, ADA, wall())
    os.killpg(0, signal.SIGKILL)
"""
    # The whole group of processes dies, as when a terminal closes.
    path = os.pathsep.join(one for one in sys.path if one)
    killed = subprocess.run(
        [sys.executable, "-c", starter],
        env={**os.environ, "PYTHONPATH": path},
        start_new_session=True,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    with ledger_of(shop) as ledger:
        (started,) = jobs(ledger, wall())
        assert ended(ledger, started.id).state is JobState.DONE
    assert known(shop) == undisturbed


def stopped_at_work(ledger: Ledger, number: int) -> int:
    """The process of a job, stopped in the middle of its work so that the test can take its time."""
    found = until(ledger, number, lambda one: one.state is JobState.RUNNING and one.step != "starting")
    assert found.open, f"it was over before anybody could look: {found}"
    assert found.holder is not None
    process = int(found.holder.split(" ")[1])
    os.kill(process, signal.SIGSTOP)
    return process


def test_a_cancelled_run_leaves_what_it_did_and_the_next_goes_on(
    shop: Shop, undisturbed: dict[str, Any]
) -> None:
    with ledger_of(shop) as ledger:
        number = start_job(shop.folder, ledger, "run", RUN, ADA, wall())
        process = stopped_at_work(ledger, number)
        assert cancel(ledger, number, ADA, wall()).cancel_asked
        os.kill(process, signal.SIGCONT)
        found = ended(ledger, number)
        assert (found.state, found.problems, found.result) == (JobState.CANCELLED, (), None), found
        assert [run.state for run in ledger.runs()] == [RunState.INTERRUPTED]
        with pytest.raises(Problems, match="LDG-062"):
            cancel(ledger, number, ADA, wall())
    run_again(shop)
    assert known(shop) == undisturbed


def test_a_killed_run_is_told_as_failed_and_is_in_nobodys_way(
    shop: Shop, undisturbed: dict[str, Any]
) -> None:
    with ledger_of(shop) as ledger:
        number = start_job(shop.folder, ledger, "run", RUN, ADA, wall())
        os.kill(stopped_at_work(ledger, number), signal.SIGKILL)
        found = ended(ledger, number)
        assert found.state is JobState.FAILED
        (problem,) = found.problems
        assert (problem.code, problem.kind) == ("LDG-063", Kind.RETRY)
        assert wall() - found.heartbeat_at < SILENT, "known from the process, not from its silence"
    run_again(shop)
    assert known(shop) == undisturbed
    shown = shop.tandem("job", "list", "--json").json["jobs"]
    assert [(one["id"], one["state"]) for one in shown] == [("2", "done"), ("1", "failed")]


def test_two_runs_at_once_are_one_and_a_refusal(shop: Shop) -> None:
    with ledger_of(shop) as ledger:
        number = start_job(shop.folder, ledger, "run", RUN, ADA, wall())
        with pytest.raises(Problems) as caught:
            start_job(shop.folder, ledger, "run", RUN, Actor("bo", "engineer"), wall())
        (problem,) = caught.value.problems
        assert problem.code == "LDG-060"
        assert f"job {number} (run) of ada" in problem.sentence
        cancel(ledger, number, ADA, wall())
        assert ended(ledger, number).state is JobState.CANCELLED
        assert len(jobs(ledger, wall())) == 1


def test_a_process_that_cannot_begin_leaves_its_reason_in_the_log(shop: Shop) -> None:
    with ledger_of(shop) as ledger:
        shop.write("tandem.toml", "name = ")
        found = ended(ledger, start_job(shop.folder, ledger, "run", RUN, ADA, wall()))
        (problem,) = found.problems
        assert problem.code == "LDG-063"
        assert problem.place is not None
        assert "CHR-" in Path(problem.place.file).read_text()


def test_a_folder_that_cannot_be_written_is_a_problem_and_no_job_hangs(shop: Shop) -> None:
    shutil.rmtree(shop.path(".tandem"))
    shop.write(".tandem", "a file where a folder should be")
    with ledger_of(shop) as ledger:
        with pytest.raises(Problems, match="RUN-033"):
            start_job(shop.folder, ledger, "run", RUN, ADA, wall())
        (left,) = jobs(ledger, wall())
        assert left.state is JobState.FAILED


# ── stopped at every kind of place ───────────────────────────────────────────────────────────────

PLACES = [
    "collecting crm: reading",
    "collecting till: landing",
    "collecting web: done",
    "joining what belongs together",
    "writing what changed",
    "working out consents",
    "computing traits",
    "evaluating vips",
    "assigning winback_spring",
]


def cancelled_at(shop: Shop, place: str, least: int = 0) -> None:
    """A run that is stopped where it says this."""

    def told(step: str, done: int, total: int) -> None:
        if step == place and done >= least:
            raise Cancelled

    with open_workspace(shop.folder, ADA, wall) as work, pytest.raises(Cancelled):
        run_beat(work, parse_instant(NOW), wall, told)


@pytest.mark.parametrize("place", PLACES)
def test_wherever_a_run_is_stopped_the_next_one_ends_it(
    shop: Shop, undisturbed: dict[str, Any], place: str
) -> None:
    cancelled_at(shop, place)
    assert shop.tandem("run", "--now", NOW).code == 0
    assert known(shop) == undisturbed


def test_stopped_in_the_middle_of_sending_nobody_is_written_to_twice_or_not_at_all(
    tmp_path: Path, sink: MailSink
) -> None:
    shop = crowd(tmp_path / "shop", sink)
    before = len(sink.taken())
    cancelled_at(shop, "delivering winback_spring", 50)
    first = sink.taken()[before:]
    assert len(first) == 50
    noted = shop.tandem("audit", "list", "--kind", "contacts", "--json").json["entries"]
    assert noted[0]["outcome"] == "begun"
    ended_ = shop.tandem("run", "--now", NOW)
    assert ended_.code == 0, ended_.err
    got = Counter(str(mail["recipients"][0]).lower() for mail in sink.taken()[before:])
    treated = {row["person_id"] for row in shop.rows("assignments") if row["arm"] == "treated"}
    sent = [row for row in shop.rows("contacts") if row["state"] == "sent" and row["channel"] == "email"]
    assert set(got.values()) == {1}
    assert len(got) == len(sent) == len({row["person_id"] for row in sent}) > 500
    assert {row["person_id"] for row in sent} <= treated
    assert not [row for row in shop.rows("contacts") if row["state"] == "uncertain"]


# ── apply ────────────────────────────────────────────────────────────────────────────────────────


def test_only_the_plan_that_was_seen_is_applied(shop: Shop) -> None:
    shop.edit("audiences/vips.yml", "at_least: 500", "at_least: 300")
    seen = fingerprint(files(shop.folder))
    shop.edit("audiences/vips.yml", "at_least: 300", "at_least: 5")
    with ledger_of(shop) as ledger:
        before = ledger.applied()
        late = ended(ledger, start_job(shop.folder, ledger, "apply", {"fingerprint": seen}, ADA, wall()))
        assert [problem.code for problem in late.problems] == ["RUN-032"]
        assert ledger.applied() == before
        shop.edit("audiences/vips.yml", "at_least: 5", "at_least: 300")
        done = ended(ledger, start_job(shop.folder, ledger, "apply", {"fingerprint": seen}, ADA, wall()))
        assert done.state is JobState.DONE, done
        assert done.result is not None
        assert "put the charter in force" in done.result["done"][0]
        after = ledger.applied()
        assert after is not None
        assert (after.fingerprint, after.actor) == (seen, "ada")


def test_quarantine_is_replayed_by_a_job(shop: Shop) -> None:
    head = shop.path("data/till/2025-10.csv").read_text().splitlines()[0]
    shop.write("data/till/wrong.csv", f"{head}\nW1,1,L1,,07/10/2025 10:00,-5.00,boots,Leith\n")
    assert shop.tandem("run", "--now", NOW).code == 0
    assert len(shop.rows("quarantine")) == 1
    with ledger_of(shop) as ledger:
        waits = str(shop.rows("quarantine")[0]["quarantine_id"])
        done = ended(ledger, start_job(shop.folder, ledger, "replay", {"ids": [waits]}, ADA, wall()))
        assert done.state is JobState.DONE, done
        assert done.result is not None
        assert (done.result["entries"], done.result["still"]) == (1, 1)


# ── what is asked for, and what nobody expected ──────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("kind", "arguments", "code"),
    [
        ("fly", {}, "RUN-030"),
        ("run", {"then": NOW}, "RUN-031"),
        ("run", {"now": "yesterday"}, "RUN-031"),
        ("run", {"now": 7}, "RUN-031"),
        ("apply", {}, "RUN-031"),
        ("apply", {"fingerprint": None}, "RUN-031"),
        ("replay", {"ids": "all"}, "RUN-031"),
        ("replay", {"ids": [1.5]}, "RUN-031"),
        ("pass_time", {"days": True}, "RUN-031"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_starts(
    shop: Shop, kind: str, arguments: dict[str, object], code: str
) -> None:
    with ledger_of(shop) as ledger:
        with pytest.raises(Problems, match=code):
            start_job(shop.folder, ledger, kind, arguments, ADA, wall())
        assert jobs(ledger, wall()) == []


def queued(shop: Shop, monkeypatch: pytest.MonkeyPatch, do: Callable[[Any], Outcome]) -> Ledger:
    """The ledger with job 1 queued, whose work is `do`."""
    monkeypatch.setitem(working.KINDS, "test", JobKind(do))
    with ledger_of(shop) as ledger:
        ledger.add_job("test", {}, ADA, wall(), alone=True)
    return ledger


def test_a_fault_of_ours_has_a_reference_and_a_log(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> Outcome:
        raise RuntimeError("the inside is broken")

    queued(shop, monkeypatch, broken)
    (problem,) = work_job(shop.folder, 1, wall).problems
    assert (problem.code, problem.kind) == ("RUN-034", Kind.BUG)
    assert problem.place is not None
    log = Path(problem.place.file).read_text()
    assert "the inside is broken" in log
    assert log.split()[1] in problem.sentence


def test_problems_of_the_work_are_the_jobs(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(shop.path("lake"))
    shop.path("ledger.db").unlink()
    queued(shop, monkeypatch, lambda doing: working._run(doing))
    found = work_job(shop.folder, 1, wall)
    assert (found.state, [problem.code for problem in found.problems]) == (JobState.FAILED, ["RUN-001"])


def test_a_long_silent_step_is_not_taken_for_dead_and_hears_a_cancel(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a clock that runs fifteen times as fast, the work is silent for more than a minute."""
    begun, begin = wall(), time.monotonic()

    def fast() -> datetime:
        return begun + (wall() - begun) * 15

    def silent(doing: Any) -> Outcome:
        doing.told("thinking", 0, 0)
        end = time.monotonic() + 5
        while time.monotonic() < end:
            time.sleep(0.05)
        doing.told("thought", 0, 0)
        return Outcome({})

    ledger = queued(shop, monkeypatch, silent)
    worker = threading.Thread(target=work_job, args=(shop.folder, 1, fast))
    worker.start()
    states = set()
    while time.monotonic() < begin + 4.7:
        states.add(job(ledger, 1, fast()).state)
        time.sleep(0.1)
    assert fast() - begun > SILENT
    assert states <= {JobState.QUEUED, JobState.RUNNING}
    assert job(ledger, 1, fast()).step == "thinking"
    cancel(ledger, 1, ADA, fast())
    worker.join()
    assert job(ledger, 1, fast()).state in (JobState.CANCELLED, JobState.DONE)


def test_progress_is_written_seldom_however_often_it_is_told(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    tell = Ledger.tell_job

    def counted(self: Ledger, job_id: int, step: str, *rest: Any) -> bool:
        written.append(step)
        return tell(self, job_id, step, *rest)

    def busy(doing: Any) -> Outcome:
        end, told = time.monotonic() + 1.5, 0
        while time.monotonic() < end:
            told += 1
            doing.told(f"step {told}", told, 0)
        return Outcome({"told": told})

    monkeypatch.setattr(Ledger, "tell_job", counted)
    queued(shop, monkeypatch, busy)
    done = work_job(shop.folder, 1, wall)
    assert done.result is not None
    assert done.result["told"] > 1000
    assert 2 <= len(written) <= 7


def test_what_was_cancelled_before_its_process_began_is_left_alone(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[int] = []
    ledger = queued(shop, monkeypatch, lambda _: done.append(1) or Outcome({}))
    cancel(ledger, 1, ADA, wall())
    assert work_job(shop.folder, 1, wall).state is JobState.CANCELLED
    assert done == []


def test_the_company_of_a_job_may_live_in_simulated_time(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = queued(shop, monkeypatch, lambda doing: Outcome({"now": doing.now}))
    ledger.set_simulated_now(parse_instant(NOW))
    done = work_job(shop.folder, 1, wall)
    assert done.result == {"now": NOW}
