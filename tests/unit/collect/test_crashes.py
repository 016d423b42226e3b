"""A crash at any commit, or a full disk: the same batch again makes the tables of an undisturbed run."""

import itertools
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from unit.collect.arrivals import House, charter, till

from tandem.engine import Lake, open_engine
from tandem.kernel import Problems

ROWS = (
    "1,2026-01-05,sale,C1,ada@x.example,10.50,north,2,yes",
    "1,2026-01-05,sale,C1,ada@x.example,10.50,north,2,yes",
    "2,2026-01-05,refund,C2,bo@x.example,1,north,,no",
    "3,2026-01-05,gift,C3,cy@x.example,1,north,,no",
    "4,2026-01-05,sale,C4,,x,north,,no",
    "5,2026",
)
COMMITS = 9


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[tuple[Any, ...]]]:
    """All tables after a run that nobody disturbed."""
    root = tmp_path_factory.mktemp("undisturbed")
    with open_engine("duckdb", str(root / "lake"), threads=1) as engine:
        house = House(root, engine, charter(till=till()))
        house.till(*ROWS)
        house.take()
        house.ledger.close()
        return house.everything()


Tables = Mapping[str, list[tuple[Any, ...]]]


class Killed(Exception):  # noqa: N818 - it is no error of ours
    """The process went away."""


@pytest.mark.parametrize("commits", range(1, COMMITS + 1))
def test_killed_after_a_commit(
    build: Callable[..., House], undisturbed: Tables, monkeypatch: pytest.MonkeyPatch, commits: int
) -> None:
    house = build("killed")
    house.till(*ROWS)
    with monkeypatch.context() as patched:
        patched.setattr(Lake, "add_files", dying_after(commits))
        with pytest.raises((Killed, Problems)):
            house.take()
    again = open_engine("duckdb", str(house.root / "lake"))
    again.ensure(list(house.engine.catalogue))
    house.engine.close()
    house.engine = again
    house.take()
    assert house.everything() == undisturbed
    assert house.take().batch_id is None


def dying_after(commits: int) -> Callable[..., None]:
    """A commit that works, but the process goes away after so many of them."""
    commit, count = Lake.add_files, itertools.count(1)

    def dying(self: Lake, *args: object, **named: object) -> None:
        commit(self, *args, **named)  # type: ignore[arg-type]
        if next(count) == commits:
            raise Killed

    return dying


KILLER = """
import itertools, os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from unit.collect.arrivals import House, charter, till
from tandem.engine import Lake, open_engine
commit, count = Lake.add_files, itertools.count(1)
def dying(self, *args, **named):
    commit(self, *args, **named)
    if next(count) == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
Lake.add_files = dying
root = Path(sys.argv[1])
House(root, open_engine("duckdb", str(root / "lake")), charter(till=till())).take()
"""


@pytest.mark.parametrize("commits", [4])
def test_killed_for_real(
    build: Callable[..., House], undisturbed: Tables, commits: int, project_root: Path
) -> None:
    house = build("killed")
    house.till(*ROWS)
    command = [sys.executable, "-c", KILLER, str(house.root), str(commits), str(project_root / "tests")]
    ended = subprocess.run(command, env=dict(os.environ), check=False)
    assert ended.returncode == -signal.SIGKILL
    house.take()
    assert house.everything() == undisturbed


def test_killed_in_a_replay(build: Callable[..., House], monkeypatch: pytest.MonkeyPatch) -> None:
    houses = build("undisturbed"), build("killed")
    for house in houses:
        house.till("1,nope,sale,C1,ada@x.example,1,north,2,yes", "2,nope,sale,C2,bo@x.example,1,north,2,no")
        house.take()
        house.agree(till=till().replace("{field: at}", "{field: no, format: epoch_s}"))
    houses[0].replay()
    with monkeypatch.context() as patched:
        patched.setattr(Lake, "add_files", dying_after(2))
        with pytest.raises((Killed, Problems)):
            houses[1].replay()
    houses[1].take()
    assert houses[1].everything() == houses[0].everything()


def test_a_full_disk_is_told_and_the_next_run_completes(
    build: Callable[..., House], undisturbed: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = build("full")
    house.till(*ROWS)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Lake, "add_files", full)
        with pytest.raises(Problems) as told:
            house.take()
    assert [problem.code for problem in told.value.problems] == ["ENG-020"]
    house.take()
    assert house.everything() == undisturbed
