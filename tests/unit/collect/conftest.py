"""One DuckDB for all collect tests of this folder, each over its own lake."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from unit.collect.arrivals import House, charter, till

from tandem.engine import open_engine


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Callable[..., House]]:
    """Builds a house with sources given as name=YAML (default: the till)."""
    built: list[House] = []

    def make(folder: str = "project", **sources: str) -> House:
        root = tmp_path / folder
        root.mkdir()
        engine = open_engine("duckdb", str(root / "lake"), threads=1)
        built.append(House(root, engine, charter(**(sources or {"till": till()}))))
        return built[-1]

    yield make
    for house in built:
        house.engine.close()
        house.ledger.close()


@pytest.fixture
def house(build: Callable[..., House]) -> House:
    """A house with the till."""
    return build()
