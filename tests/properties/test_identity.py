"""Identity does not depend on the order in which evidence comes, and agrees with a reference in plain Python.

Each example is many small random worlds side by side, because a run costs the same for one as for hundreds.
"""

import random
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from lineup import RULES, Pair, held, land, partition, reference, run

from tandem.engine import open_engine

KINDS = [rule.kind for rule in RULES.kinds]
WORLDS = 250


def worlds(rng: random.Random) -> tuple[list[str], list[Pair]]:
    """Random identifiers and pairs of WORLDS worlds that do not touch each other."""
    names: list[str] = []
    pairs: list[Pair] = []
    for world in range(WORLDS):
        size = rng.randint(2, 9)
        mine = sorted({f"{rng.choice(KINDS)}:w{world}-{rng.randint(0, 3)}" for _ in range(size)})
        count = rng.randint(1, 2 * len(mine))
        pairs += [(a, b) for a, b in (rng.choices(mine, k=2) for _ in range(count)) if a != b]
        names += mine
    unique = {tuple(sorted(pair)) for pair in pairs}
    return names, sorted((left, right) for left, right in unique)


def loads(
    rng: random.Random, names: list[str], pairs: list[Pair], count: int
) -> list[tuple[list[str], list[Pair]]]:
    """Both spread over loads at random; some evidence comes before the identifiers that it names."""
    parts: list[tuple[list[str], list[Pair]]] = [([], []) for _ in range(count)]
    for name in names:
        rng.choice(parts)[0].append(name)
    for pair in pairs:
        rng.choice(parts)[1].append(pair)
    return parts


@pytest.mark.long
@settings(max_examples=3, phases=[Phase.generate])
@given(seed=st.integers(0, 2**32), count=st.integers(2, 4))
def test_any_order_and_any_split_give_the_same_people(seed: int, count: int) -> None:
    rng = random.Random(seed)
    names, pairs = worlds(rng)
    with (
        TemporaryDirectory() as folder,
        open_engine("duckdb", str(Path(folder) / "lake"), threads=1) as engine,
    ):
        for batch, (some, facts) in enumerate(loads(rng, names, pairs, count), start=1):
            land(engine, batch, some, facts)
            run(engine, since=batch - 1)
        expected_people, expected_held = reference(names, pairs)
        assert partition(engine, names) == expected_people
        assert held(engine) == expected_held
        before = engine.version("person_map")
        run(engine)
        assert engine.version("person_map") == before
