"""Rules of every test run: what is left out is said at the end, and in CI leaving out what is required fails."""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from machine import NEEDS, java_home, missing
from postgresql import Cluster

settings.register_profile(
    "tandem", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.load_profile("tandem")

NOT_RUN = pytest.StashKey[Counter[str]]()


def pytest_configure(config: pytest.Config) -> None:
    os.environ.setdefault("SPARK_CONF_DIR", str(Path(__file__).parent / "spark"))
    config.stash[NOT_RUN] = Counter()
    config.addinivalue_line("markers", "shared: needs the folder of real data beside the project")
    home = java_home()
    if home is not None:
        os.environ["JAVA_HOME"] = str(home)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect what the machine cannot run. Deselecting is counted; a skip would be read as all is well."""
    absent = {need.marker for need in missing()}
    kept: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for item in items:
        lacks = absent.intersection(mark.name for mark in item.iter_markers())
        (left_out if lacks else kept).append(item)
        config.stash[NOT_RUN].update(lacks)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    required = any(session.config.stash[NOT_RUN][need.marker] for need in NEEDS if need.required)
    if required and os.environ.get("CI") and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


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
