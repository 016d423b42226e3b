"""Connected components by SQL are those of networkx, in few rounds, whatever the shape of the graph."""

import random
from collections.abc import Iterator
from pathlib import Path

import networkx as nx
import pyarrow as pa
import pytest
from sqlglot import exp

from tandem.engine import Engine, open_engine
from tandem.identity import components as room


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with open_engine("duckdb", str(tmp_path / "lake"), threads=2) as opened:
        yield opened


def renamed(graph: nx.Graph, rng: random.Random) -> nx.Graph:
    """The same graph with random 60-bit numbers as nodes, so that no order of names helps."""
    names = rng.sample(range(2**60), graph.number_of_nodes())
    return nx.relabel_nodes(graph, dict(zip(graph.nodes, names, strict=True)))


def together(*graphs: nx.Graph) -> nx.Graph:
    return nx.disjoint_union_all(graphs)


SHAPES = {
    "sparse": lambda rng: nx.gnm_random_graph(3_000, 1_400, seed=rng),
    "at the threshold": lambda rng: nx.gnm_random_graph(3_000, 1_500, seed=rng),
    "one giant": lambda rng: nx.gnm_random_graph(3_000, 6_000, seed=rng),
    "chain of 10,000": lambda rng: nx.path_graph(10_000),
    "ring of 4,096": lambda rng: nx.cycle_graph(4_096),
    "hub of 5,000": lambda rng: nx.star_graph(5_000),
    "tree": lambda rng: nx.random_labeled_tree(3_000, seed=rng),
    "hubs on a chain": lambda rng: nx.barbell_graph(40, 500),
    "many kinds": lambda rng: together(
        nx.path_graph(500), nx.star_graph(300), nx.complete_graph(30), nx.gnm_random_graph(500, 300, seed=rng)
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_components_are_those_of_networkx(
    engine: Engine, shape: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "ROUNDS", 16)
    rng = random.Random(shape)
    graph = renamed(SHAPES[shape](rng), rng)
    edges = [rng.choice([(a, b), (b, a)]) for a, b in graph.edges]
    edges += rng.choices(edges, k=10) + [(a, a) for a, _ in edges[:3]]
    columns = {"a": [a for a, _ in edges], "b": [b for _, b in edges]}
    stage = engine.stage_arrow("graph", pa.table(columns))
    labels = room.components(engine, exp.select("a", "b").from_(stage), "found")
    found = engine.rows(exp.select("node", "label").from_(labels))
    expected = {
        (node, min(group)) for group in nx.connected_components(graph) if len(group) > 1 for node in group
    }
    assert sorted(found) == sorted(expected)


def test_a_chain_in_order_of_its_names_is_no_worse(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "ROUNDS", 16)
    stage = engine.stage_arrow("graph", pa.table({"a": range(9_999), "b": range(1, 10_000)}))
    labels = room.components(engine, exp.select("a", "b").from_(stage), "found")
    assert set(engine.rows(exp.select("label").distinct().from_(labels))) == {(0,)}


def test_no_edges_are_no_components(engine: Engine) -> None:
    stage = engine.stage_arrow(
        "graph", pa.table({"a": pa.array([], pa.int64()), "b": pa.array([], pa.int64())})
    )
    labels = room.components(engine, exp.select("a", "b").from_(stage), "found")
    assert engine.rows(exp.select("node", "label").from_(labels)) == []
