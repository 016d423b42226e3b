"""Same seed same bytes; charters that load; the small tools the simulator stands on."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import networkx as nx
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.charter import load_files
from tandem.demo import complete_journey_charter, demo_charter, load_truth, respond, simulate
from tandem.demo.contacts import json_lines
from tandem.demo.feeds import london, phone_as_typed
from tandem.demo.reach import connected
from tandem.demo.writing import money, numbered, uuids

UNTIL = datetime(2026, 6, 1)


def bytes_of(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def world(folder: Path, seed: int) -> dict[str, str]:
    truth = simulate(seed, 300, UNTIL, folder)
    respond(truth, folder, np.arange(0, 300, 2), start=UNTIL, seed=1)
    return bytes_of(folder)


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    first, second, other = (world(tmp_path / name, seed) for name, seed in (("a", 3), ("b", 3), ("c", 4)))
    assert first == second
    assert first != other
    assert {name.split("/")[1] for name in first if name.startswith("data/")} == {
        "web", "till", "crm", "email", "support", "social", "ads"
    }  # fmt: skip


def test_truth_comes_back_as_it_was_written(tmp_path: Path) -> None:
    made = simulate(5, 200, UNTIL, tmp_path)
    assert load_truth(tmp_path) == made
    assert load_truth(tmp_path / "truth") == made
    assert json.loads((tmp_path / "truth" / "truth.json").read_text())["people"] == 200


def test_a_world_needs_people(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 50 people"):
        simulate(1, 49, UNTIL, tmp_path)
    simulate(1, 50, UNTIL, tmp_path)


def test_the_demo_charter_loads() -> None:
    charter = load_files(demo_charter())
    assert {source.source for source in charter.sources} == {
        "web", "till", "crm", "email", "support", "social", "ads"
    }  # fmt: skip
    assert charter.campaign("winback").audience == "lapsed_big_spenders"
    assert all(one.title and one.description for one in charter.audiences)
    assert all(one.title and one.description for one in charter.sources)
    assert all(one.title for one in charter.traits)


def test_the_complete_journey_charter_loads() -> None:
    charter = load_files(complete_journey_charter())
    assert len(charter.sources) == 7
    assert charter.campaign("autumn_thanks").goal.value == "sales_value"


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=60))
def test_components_are_those_of_networkx(edges: list[tuple[int, int]]) -> None:
    left, right = (np.array([edge[side] for edge in edges], dtype=np.int64) for side in (0, 1))
    graph = nx.Graph(edges)
    graph.add_nodes_from(range(31))
    expected = {node: min(part) for part in nx.connected_components(graph) for node in part}
    assert connected(31, left, right).tolist() == [expected[node] for node in range(31)]


@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 12, 31)))
def test_store_time_is_london_time(moment: datetime) -> None:
    seconds = int(moment.replace(tzinfo=UTC).timestamp())
    offset = datetime.fromtimestamp(seconds, ZoneInfo("Europe/London")).utcoffset()
    assert offset is not None
    assert london(np.array([seconds])).tolist() == [offset.total_seconds()]


def test_cells() -> None:
    assert money(np.array([5, 100, 123456])).to_pylist() == ["0.05", "1.00", "1234.56"]
    assert numbered("A", np.array([7, 1234]), 3).to_pylist() == ["A007", "A1234"]
    made = uuids(np.random.default_rng(1), 100).to_pylist()
    assert len(set(made)) == 100
    assert {tuple(len(part) for part in one.split("-")) for one in made} == {(8, 4, 4, 4, 12)}


def test_phones_are_written_in_several_ways() -> None:
    typed = phone_as_typed(
        np.random.default_rng(1), pa.array(["+447400123456"] * 40 + ["+353850123456", None])
    )
    assert set(typed.to_pylist()) == {
        "+447400123456", "07400 123456", "0044 7400123456", "(07400) 123456", "+353850123456", None
    }  # fmt: skip


def test_json_lines_keep_null_and_numbers() -> None:
    lines = json_lines({"a": pa.array(["x", None]), "n": pa.array(["1.5", None])}, ("n",))
    assert [json.loads(line) for line in lines.to_pylist()] == [{"a": "x", "n": 1.5}, {"a": None, "n": None}]
