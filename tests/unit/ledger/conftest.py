"""The same tests run on both databases: each gets a new, empty one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tandem.ledger import Cost, Ledger, open_ledger

CHEAP = Cost(rounds=1, memory=8, lanes=1)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database that nobody has opened yet."""
    if request.param == "sqlite":
        return str(tmp_path / "ledger.db")
    return str(request.getfixturevalue("postgresql").database())


@pytest.fixture
def ledger(address: str) -> Iterator[Ledger]:
    opened = open_ledger(address, CHEAP)
    yield opened
    opened.close()
