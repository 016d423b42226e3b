"""A small shop, applied and run once, served in this process."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from web.served import Browser, Served, serve_shop


@pytest.fixture(scope="session")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The shop after one run, in which nobody has signed in: where there are accounts, applying asks for approvals."""
    with serve_shop(tmp_path_factory.mktemp("untouched") / "shop") as shop:
        yield shop


@pytest.fixture(scope="session")
def served(untouched: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The shop after one run. Shared by all tests: nothing of it may be changed, `own_shop` is for that."""
    with untouched.copied(tmp_path_factory.mktemp("served") / "shop") as shop:
        yield shop


@pytest.fixture
def own_shop(untouched: Served, tmp_path: Path) -> Iterator[Served]:
    """A copy of the shop after one run, for one test alone."""
    with untouched.copied(tmp_path / "shop") as shop:
        yield shop


@pytest.fixture
def marketer(served: Served) -> Browser:
    """Signed in as a marketer."""
    return served.signed_in("marketer")
