"""Whatever the shop and whatever the audience: the engine says what a slow reader of the rows would say."""

import tempfile
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp
from unit.audience import reference
from unit.audience.random_world import KEYS, conditions, world
from unit.audience.world import NOW, catalogue, charter, fill, ids, permit

from tandem import audience, policy
from tandem.charter.definitions import All, Audience, Condition
from tandem.engine import Engine, open_engine
from tandem.kernel.values import Destination

SHOP = charter(
    audiences__vip="audience: vip\nwho: {any: [{trait: vip, is: true}, {did: visit, within: 30 days}]}\n"
)
TABLES = catalogue(SHOP)
SEEDS = range(6)
USES = [
    ("analytics", Destination.PREVIEW),
    ("marketing_email", Destination.PREVIEW),
    ("marketing_email", Destination.EMAIL),
    ("recalls", Destination.EMAIL),
]
OPENED: list[Engine] = []


@pytest.fixture(scope="module", autouse=True)
def closed() -> Iterator[None]:
    yield
    while OPENED:
        OPENED.pop().close()


@cache
def shop(seed: int) -> tuple[Engine, reference.Rows, dict[int, dict[str, Any]]]:
    """A lake with the rows of that world, its consents refreshed and its traits computed."""
    engine = open_engine("duckdb", tempfile.mkdtemp(), threads=2)
    OPENED.append(engine)
    engine.ensure(list(TABLES))
    rows = world(seed)
    for table, some in rows.items():
        fill(engine, table, some)
    policy.refresh_consents(engine, NOW)
    audience.compute_traits(engine, SHOP, permit(SHOP, audience.trait_footprint(SHOP)), NOW)
    known = engine.dicts(exp.select("*").from_(engine.ref("profile")))
    return engine, rows, {row["person_id"]: row for row in known}


def found(seed: int, who: Condition, purpose: str, destination: Destination) -> list[int]:
    engine, _, _ = shop(seed)
    node = audience.bind(Audience(audience="x", who=who), SHOP, TABLES)
    allowed = permit(SHOP, node.footprint(), purpose, destination)
    return ids(engine, audience.people(node, allowed, TABLES, NOW))


@given(seed=st.sampled_from(SEEDS), who=conditions, use=st.sampled_from(USES))
@settings(max_examples=80)
def test_people_are_those_whom_a_slow_reader_finds(
    seed: int, who: Condition, use: tuple[str, Destination]
) -> None:
    _, rows, profile = shop(seed)
    purpose, destination = use
    consent = purpose == "marketing_email"
    universe = reference.reached(rows, purpose, consent, destination is Destination.EMAIL, NOW)
    assert found(seed, who, *use) == sorted(reference.members(who, SHOP, rows, universe, profile, NOW))


@given(seed=st.sampled_from(SEEDS), who=conditions, more=conditions)
@settings(max_examples=15)
def test_a_further_condition_never_adds_people(seed: int, who: Condition, more: Condition) -> None:
    use = USES[0]
    assert set(found(seed, All(conditions=(who, more)), *use)) <= set(found(seed, who, *use))


@given(seed=st.sampled_from(SEEDS), who=conditions)
@settings(max_examples=40)
def test_every_sentence_is_one_line_about_people(seed: int, who: Condition) -> None:
    sentence = audience.bind(Audience(audience="x", who=who), SHOP, TABLES).sentence()
    assert sentence.startswith(("who", "(who"))
    assert "\n" not in sentence
    assert "  " not in sentence


@pytest.mark.parametrize("seed", SEEDS)
def test_traits_are_those_of_a_slow_reader(seed: int) -> None:
    _, rows, profile = shop(seed)
    assert set(profile) == reference.reached(rows, "analytics", False, False, NOW)
    for person, row in profile.items():
        slow = {one.trait: reference.trait(one, rows, person, NOW) for one in SHOP.traits}
        assert row == {"person_id": person} | {
            name: pytest.approx(v) if isinstance(v, float) else v for name, v in slow.items()
        }


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("use", USES, ids=lambda use: "-".join(use))
def test_the_guard_never_shows_a_person_whom_the_reference_refuses(
    seed: int, use: tuple[str, Destination]
) -> None:
    engine, rows, _ = shop(seed)
    purpose, destination = use
    allowed = permit(SHOP, audience.trait_footprint(SHOP), purpose, destination)
    reached = reference.reached(
        rows, purpose, purpose == "marketing_email", destination is Destination.EMAIL, NOW
    )
    assert set(ids(engine, policy.people(allowed, TABLES))) == reached
    for table in ("event_purchase", "record_crm"):
        shown = exp.select("person_id").from_(policy.guarded(table, allowed, TABLES))
        assert set(ids(engine, shown)) <= reached
    everybody = exp.select("person_id").distinct().from_(engine.ref("person_map"))
    refused = ids(
        engine, policy.unreachable_query(everybody, allowed, TABLES).select("person_id", append=False)
    )
    assert sorted([*refused, *reached]) == sorted(set(reference.persons(rows).values()))


@given(
    seed=st.integers(100, 10_000),
    moves=st.lists(st.tuples(st.integers(1, KEYS), st.integers(1, 7)), max_size=4),
)
@settings(max_examples=6)
def test_consents_by_small_steps_are_those_of_one_go(seed: int, moves: list[tuple[int, int]]) -> None:
    rows = world(seed)
    steps = [[row for row in rows["consents"] if row["batch_id"] == batch] for batch in (1, 2, 3)]
    with open_engine("duckdb", tempfile.mkdtemp(), threads=2) as engine:
        fill(engine, "person_map", rows["person_map"])
        for version, batch in enumerate(steps, start=2):
            fill(engine, "consents", batch)
            policy.refresh_consents(engine, NOW)
            moved = [
                {"identifier_key": key, "person_id": to * 10, "since_version": version}
                for key, to in moves[version - 2 : version - 1]
            ]
            _move(engine, rows, moved, version)
            policy.refresh_consents(engine, NOW)
        slow = reference.consents(rows, NOW)
        query = exp.select("person_id", "purpose", "state").from_(engine.ref("person_consents"))
        assert {(person, purpose): state for person, purpose, state in engine.rows(query)} == slow
        assert not policy.refresh_consents(engine, NOW, everything=True)


def _move(engine: Engine, rows: Any, moved: list[dict[str, Any]], version: int) -> None:
    for row in moved:
        old = next(one for one in rows["person_map"] if one["identifier_key"] == row["identifier_key"])
        change = {
            "version": version,
            "identifier_key": row["identifier_key"],
            "from_person_id": old["person_id"],
            "to_person_id": row["person_id"],
            "changed_at": NOW,
        }
        fill(engine, "person_changes", [change])
        old |= row
        columns = [exp.cast(exp.Literal.number(value), "bigint").as_(name) for name, value in row.items()]
        engine.upsert("person_map", exp.select(*columns))


@given(seed=st.integers(100, 10_000), one=st.integers(1, 7), other=st.integers(1, 7))
@settings(max_examples=200)
def test_merging_people_never_widens_consent(seed: int, one: int, other: int) -> None:
    """Of the reference, which the test above holds the engine to: a no of either is a no of both."""
    rows = world(seed)
    before = reference.consents(rows, NOW)
    for row in rows["person_map"]:
        row["person_id"] = one * 10 if row["person_id"] == other * 10 else row["person_id"]
    after = reference.consents(rows, NOW)
    for purpose in ("marketing_email", "analytics"):
        said = [before[person, purpose] for person in (one * 10, other * 10) if (person, purpose) in before]
        assert after.get((one * 10, purpose)) == max(said, key=reference.ORDER.index, default=None)
