"""Seconds to resolve people: everything at once, and a small increment, beside networkx on the same graph.

python bench/identity.py [identifiers] [threads]
"""

import sys
import tempfile
import time
from datetime import datetime
from itertools import pairwise

import networkx as nx
import numpy as np
import pyarrow as pa
from sqlglot import exp

from tandem.charter.definitions.identity import IdentityRules, KindRule
from tandem.engine import Engine, open_engine
from tandem.identity import resolve

NOW = datetime(2026, 6, 1)
RULES = IdentityRules(
    kinds=(
        KindRule(kind="crm_id", per_person=1),
        KindRule(kind="loyalty_id", per_person=2),
        KindRule(kind="email", per_person=5),
        KindRule(kind="phone", per_person=5, people_per=1),
        KindRule(kind="anonymous_id", per_person=50, people_per=1),
    )
)
SHARE = {"crm_id": 0.1, "loyalty_id": 0.1, "email": 0.2, "phone": 0.1, "anonymous_id": 0.5}


def world(size: int, rng: np.random.Generator) -> tuple[pa.Table, pa.Table]:
    """Identifiers of `size / 4` people and 1.5 times as many facts; 3 % of phones and devices are shared.

    Identifier n belongs to person n mod size / 4 within its kind, so every person has one or two of each kind
    they have. Each identifier is seen with its person's e-mail address and with the strongest identifier, a
    third of them by two sources.
    """
    counts = [int(size * share) for share in SHARE.values()]
    kind = np.repeat(list(SHARE), counts)
    start = np.repeat(np.cumsum([0, *counts[:-1]]), counts)
    place = np.arange(len(kind))
    owner = (place - start) % (size // 4)
    crm, email = owner, np.cumsum([0, *counts])[2] + owner
    to_email = place[(owner < counts[2]) & (place != email)]
    to_crm = place[(owner < counts[0]) & (place != crm)]
    weak = place[np.isin(kind, ("phone", "anonymous_id")) & (rng.random(len(kind)) < 0.03)]
    strangers = np.cumsum([0, *counts])[2] + rng.integers(0, counts[2], size=len(weak))
    left = np.concatenate([to_email, to_crm, weak])
    right = np.concatenate([email[to_email], crm[to_crm], strangers])
    key = rng.choice(2**59, size=len(kind), replace=False)
    pairs = np.unique(np.sort(np.stack([key[left], key[right]]), axis=0), axis=1)
    facts = pa.table({"left_key": pairs[0], "right_key": pairs[1]})
    facts = pa.concat_tables([facts, facts.slice(0, facts.num_rows // 3)])
    return pa.table({"identifier_key": key, "kind": kind, "value": kind}), facts


def land(engine: Engine, identifiers: pa.Table, pairs: pa.Table, batch: int, start: int) -> None:
    """Append both as one load."""
    facts = pairs.append_column("evidence_id", pa.array(range(start, start + pairs.num_rows), pa.int64()))
    for name, rows in (("identifiers", identifiers), ("evidence", facts)):
        stage = engine.stage_arrow(
            f"bench_{name}", rows.append_column("batch_id", pa.array([batch] * rows.num_rows, pa.int64()))
        )
        engine.append(name, exp.select("*").from_(stage))
        engine.drop_stage(f"bench_{name}")


def timed(engine: Engine, since: int, what: str) -> float:
    """Run, print seconds and figures."""
    steps: list[tuple[str, float]] = []
    begun = time.perf_counter()
    done = resolve(
        engine,
        RULES,
        since_batch=since,
        now=NOW,
        progress=lambda step, *_: steps.append((step, time.perf_counter())),
    )
    took = time.perf_counter() - begun
    print(f"{what:<28}{took:8.2f} s   {done}")
    for (step, at), (_, after) in pairwise(steps):
        print(f"    {after - at:6.2f} s {step}")
    return took


def main() -> None:
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    rng = np.random.default_rng(7)
    identifiers, pairs = world(size, rng)
    new_ids, new_pairs = world(1_000, rng)
    known = rng.integers(0, identifiers.num_rows, size=500)
    links = pa.table(
        {
            "left_key": identifiers["identifier_key"].take(known),
            "right_key": new_ids["identifier_key"].slice(0, 500),
        }
    )
    with tempfile.TemporaryDirectory() as folder, open_engine("duckdb", folder, threads=2) as engine:
        land(engine, identifiers, pairs, 1, 0)
        print(
            f"{identifiers.num_rows:,} identifiers, {pairs.num_rows:,} facts of evidence, DuckDB, 2 threads"
        )
        ours = timed(engine, 0, "everything at once")
        land(engine, new_ids, pa.concat_tables([new_pairs, links]), 2, pairs.num_rows)
        timed(engine, 1, "1,000 new identifiers")
        timed(engine, 0, "everything again, no change")
        timed(engine, 2, "nothing new")
    begun = time.perf_counter()
    graph = nx.Graph(zip(pairs["left_key"].to_pylist(), pairs["right_key"].to_pylist(), strict=True))
    parts = nx.number_connected_components(graph)
    theirs = time.perf_counter() - begun
    print(f"networkx, components only    {theirs:8.2f} s   {parts:,} components, no limits, nothing written")
    print(f"ratio {ours / theirs:.2f}")


if __name__ == "__main__":
    main()
