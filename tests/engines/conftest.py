"""Every test that takes `make_engine` runs on DuckDB and on Spark; one Spark per test run."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tandem.engine import Engine, open_engine

ENGINES = ["duckdb", pytest.param("spark", marks=pytest.mark.spark)]


@pytest.fixture(params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    """The engine under test."""
    return str(request.param)


@pytest.fixture
def make_engine(engine_name: str, tmp_path: Path) -> Iterator[Callable[..., Engine]]:
    """A function that opens the engine under test over a folder of this test (default `lake`)."""
    opened: list[Engine] = []

    def make(folder: str = "lake") -> Engine:
        opened.append(open_engine(engine_name, str(tmp_path / folder), threads=2))
        return opened[-1]

    yield make
    for engine in opened:
        engine.close()


@pytest.fixture
def engine(make_engine: Callable[..., Engine]) -> Engine:
    """The engine under test over an empty lake."""
    return make_engine()
