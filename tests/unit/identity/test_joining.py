"""Who becomes one person and who does not: a table of households with the outcome that each must have.

All households are resolved in one run, side by side; a name ends in its household so that they do not touch.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from lineup import Pair, fact, held, land, partition, reference, run
from sqlglot import exp

from tandem.engine import Engine, open_engine

SHARED, TOO_MANY = "shared_identifier", "too_many"


@dataclass(frozen=True)
class Household:
    """Evidence, the groups it must give, and what must be held. Who is in no group must be alone."""

    pairs: list[Pair]
    groups: list[set[str]]
    held: dict[Pair, str] = field(default_factory=dict)
    blocked: frozenset[str] = frozenset()


ADA_AND_BO = [("crm:ada", "email:ada"), ("crm:bo", "email:bo")]
HOUSEHOLDS = {
    "a tablet that two people use joins neither": Household(
        [
            *ADA_AND_BO,
            ("email:ada", "device:ada"),
            ("device:tablet", "email:ada"),
            ("device:tablet", "email:bo"),
        ],
        [{"crm:ada", "email:ada", "device:ada"}, {"crm:bo", "email:bo"}],
        {("device:tablet", "email:ada"): SHARED, ("device:tablet", "email:bo"): SHARED},
    ),
    "a device seen with two addresses of one person is hers": Household(
        [
            ("crm:ada", "email:ada"),
            ("crm:ada", "email:work"),
            ("device:d", "email:ada"),
            ("device:d", "email:work"),
        ],
        [{"crm:ada", "email:ada", "email:work", "device:d"}],
    ),
    "a device joins an address and a phone that nothing tells apart": Household(
        [("device:d", "email:ada"), ("device:d", "phone:ada")],
        [{"email:ada", "phone:ada", "device:d"}],
    ),
    "a device does not join an address to somebody who has another": Household(
        [("crm:ada", "email:ada"), ("device:d", "crm:ada"), ("device:d", "email:bo")],
        [{"crm:ada", "email:ada"}],
        {("device:d", "crm:ada"): SHARED, ("device:d", "email:bo"): SHARED},
    ),
    "a shared device lends nothing to weaker kinds": Household(
        [
            *ADA_AND_BO,
            ("device:tablet", "email:ada"),
            ("device:tablet", "email:bo"),
            ("handle:h", "device:tablet"),
            ("handle:h", "email:ada"),
        ],
        [{"crm:ada", "email:ada", "handle:h"}, {"crm:bo", "email:bo"}],
        {
            ("device:tablet", "email:ada"): SHARED,
            ("device:tablet", "email:bo"): SHARED,
            ("handle:h", "device:tablet"): SHARED,
        },
    ),
    "two customer numbers never become one person": Household(
        [*ADA_AND_BO, ("crm:bo", "email:ada"), ("email:bo", "device:bo")],
        [{"crm:bo", "email:bo", "device:bo"}],
        {("crm:ada", "email:ada"): TOO_MANY, ("crm:bo", "email:ada"): TOO_MANY},
    ),
    "a handle between two customers takes nothing else with it": Household(
        [*ADA_AND_BO, ("handle:h", "email:ada"), ("handle:h", "email:bo"), ("handle:ada", "email:ada")],
        [{"crm:ada", "email:ada", "handle:ada"}, {"crm:bo", "email:bo"}],
        {("handle:h", "email:ada"): TOO_MANY, ("handle:h", "email:bo"): TOO_MANY},
    ),
    "as many devices as a person may have": Household(
        [("email:ada", f"device:{n}x") for n in range(3)],
        [{"email:ada", "device:0x", "device:1x", "device:2x"}],
    ),
    "one device more, and none of them counts, but the rest does": Household(
        [*ADA_AND_BO, *(("email:ada", f"device:{n}x") for n in range(4)), ("email:bo", "device:bo")],
        [{"crm:ada", "email:ada"}, {"crm:bo", "email:bo", "device:bo"}],
        {("email:ada", f"device:{n}x"): TOO_MANY for n in range(4)},
    ),
    "addresses that name each other": Household(
        [("email:a", "email:b")],
        [{"email:a", "email:b"}],
    ),
    "a chain of addresses that is too long stays apart, and its numbers stay": Household(
        [("email:a", "email:b"), ("email:b", "email:c"), ("crm:ada", "email:a")],
        [{"crm:ada", "email:a"}],
        {("email:a", "email:b"): TOO_MANY, ("email:b", "email:c"): TOO_MANY},
    ),
    "what is blocked has no person and joins nobody": Household(
        [("crm:ada", "email:junk"), ("crm:bo", "email:junk")],
        [],
        blocked=frozenset({"email:junk"}),
    ),
    "what the block list names now is left out too": Household(
        [("crm:ada", "email:none"), ("crm:bo", "email:none")], []
    ),
    "a kind that is not declared joins nobody": Household(
        [("crm:ada", "badge:7"), ("crm:bo", "badge:7")], []
    ),
}
UNUSED = ("email:none", "badge:7")


def named(title: str, name: str) -> str:
    """A name of one household: all but junk ends in its number."""
    return name if name in UNUSED else f"{name}-of-{list(HOUSEHOLDS).index(title)}"


def pairs_of(title: str) -> list[Pair]:
    return [(named(title, left), named(title, right)) for left, right in HOUSEHOLDS[title].pairs]


def names_of(title: str) -> set[str]:
    return {name for pair in pairs_of(title) for name in pair}


def usable(title: str) -> set[str]:
    left_out = {named(title, name) for name in HOUSEHOLDS[title].blocked} | set(UNUSED)
    return names_of(title) - left_out


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """All households, resolved in one run."""
    with open_engine("duckdb", str(tmp_path_factory.mktemp("town") / "lake"), threads=1) as engine:
        reasons = {named(t, name): "unreadable" for t, home in HOUSEHOLDS.items() for name in home.blocked}
        names = set().union(*map(names_of, HOUSEHOLDS))
        land(engine, 1, names, [pair for title in HOUSEHOLDS for pair in pairs_of(title)], blocked=reasons)
        run(engine)
        yield engine


@pytest.mark.parametrize("title", HOUSEHOLDS)
def test_household(town: Engine, title: str) -> None:
    groups = {frozenset(named(title, name) for name in group) for group in HOUSEHOLDS[title].groups}
    alone = usable(title) - set().union(*groups)
    assert partition(town, names_of(title)) == groups | {frozenset({name}) for name in alone}
    mine = {fact(pair) for pair in pairs_of(title)}
    expected = {
        fact((named(title, a), named(title, b))): why for (a, b), why in HOUSEHOLDS[title].held.items()
    }
    assert {fact_: why for fact_, why in held(town).items() if fact_ in mine} == expected


@pytest.mark.parametrize("title", HOUSEHOLDS)
def test_the_reference_agrees_with_the_table(town: Engine, title: str) -> None:
    people, facts = reference(usable(title), pairs_of(title))
    assert people == partition(town, names_of(title))
    assert set(facts.values()) <= {SHARED, TOO_MANY}


def test_held_evidence_says_why_in_a_sentence(town: Engine) -> None:
    query = exp.select("detail").distinct().from_(town.ref("evidence_held"))
    assert {
        "the device is shared: it would join 2 people who each have their own crm; at most 1 may have it",
        "the device is shared: it would join 2 people who each have their own email; at most 1 may have it",
        "together they would have 2 values of crm; a person may have 1",
        "together they would have 4 values of device; a person may have 3",
        "together they would have 3 values of email; a person may have 2",
    } == {detail for (detail,) in town.rows(query)}


def test_figures_of_the_run(town: Engine) -> None:
    again = run(town, since=1)
    everybody = set().union(*map(usable, HOUSEHOLDS))
    assert again.people == len(partition(town, everybody))
    assert (again.version, again.upto_batch, again.looked_at) == (1, 1, 0)
    assert again.held == sum(len(home.held) for home in HOUSEHOLDS.values())
    assert again.to_dict()["people"] == again.people
