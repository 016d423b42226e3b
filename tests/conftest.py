"""Rules of every test run: what is left out is said at the end, and in CI leaving out what is required fails.

On several cores (pytest-xdist) the workers collect and the controller tells; see groups.py.
"""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from groups import TOLD, GroupScheduling, long_first, tell
from hypothesis import HealthCheck, settings
from machine import NEEDS, java_home, missing
from postgresql import Cluster

settings.register_profile(
    "tandem", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.load_profile("tandem")

NOT_RUN = pytest.StashKey[Counter[str]]()
GROUPS = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    os.environ.setdefault("SPARK_CONF_DIR", str(Path(__file__).parent / "spark"))
    config.stash[NOT_RUN] = Counter()
    between = TemporaryDirectory(prefix="tandem-tests-")
    config.add_cleanup(between.cleanup)
    config.stash[GROUPS] = Path(between.name, "groups.json")
    config.addinivalue_line("markers", "shared: needs the folder of real data beside the project")
    home = java_home()
    if home is not None:
        os.environ["JAVA_HOME"] = str(home)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect what the machine cannot run, and put the long groups first.

    Deselecting is counted; a skip would be read as all is well.
    """
    absent = {need.marker for need in missing()}
    kept: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for item in items:
        lacks = absent.intersection(mark.name for mark in item.iter_markers())
        (left_out if lacks else kept).append(item)
        config.stash[NOT_RUN].update(lacks)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
    items[:] = long_first(kept)
    if hasattr(config, "workerinput"):
        tell(items, Path(config.workerinput[TOLD]))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Say to a worker that starts where it writes the groups."""
    node.workerinput[TOLD] = str(node.config.stash[GROUPS])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> GroupScheduling:
    """Give out the tests in groups, whatever --dist says."""
    return GroupScheduling(config, log, config.stash[GROUPS])


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    not_run = session.config.stash[NOT_RUN]
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["not_run"] = dict(not_run)
        return
    required = any(not_run[need.marker] for need in NEEDS if need.required)
    if required and os.environ.get("CI") and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what a worker left out. Every worker collects all items, so the counts of one are the counts."""
    told = getattr(node, "workeroutput", {}).get("not_run", {})
    node.config.stash[NOT_RUN] = node.config.stash[NOT_RUN] | Counter(told)


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for need in NEEDS:
        if count := config.stash[NOT_RUN][need.marker]:
            terminalreporter.section("not run", red=True)
            terminalreporter.line(f"{count} tests were NOT RUN: they need {need.words}.")
            terminalreporter.line(f"  get it: {need.how}; then `make test` again")


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A throw-away PostgreSQL cluster on a free loopback port; one for the whole run."""
    cluster = Cluster.start()
    try:
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture(scope="session")
def project_root() -> Path:
    """The folder of the checkout."""
    return Path(__file__).resolve().parent.parent
