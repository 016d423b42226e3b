"""Identity gives the same rows on DuckDB and on Spark: keys, people, changes, held evidence, explanations."""

import random
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
from lineup import Pair, held, land, partition, people, reference, run, versions
from sqlglot import exp

from tandem.charter.definitions.identity import Blocked, IdentityRules, KindRule, Normalise
from tandem.engine import Engine, open_engine
from tandem.identity import explain_person, key_identifiers

KEYING = IdentityRules(
    kinds=(
        KindRule(kind="crm"),
        KindRule(kind="email", normalise=Normalise.EMAIL),
        KindRule(kind="phone", normalise=Normalise.PHONE, region="GB"),
    ),
    blocked=Blocked(
        values={"crm": ("O'Neil",)}, patterns={"email": (r"^\d+@", r"^no-?reply@"), "crm": (r"\\$",)}
    ),
)
RAW = [
    ("email", " Ada.Byron+x@Shop.EXAMPLE "),
    ("email", "ada＠shop.example"),
    ("email", "jo@münchen.example"),
    ("email", "12@shop.example"),
    ("email", "NoReply@shop.example"),
    ("email", "test@test.example"),
    ("email", "ada@@shop.example"),
    ("email", ""),
    ("phone", "01632 960123"),
    ("phone", "+11111111111"),
    ("phone", "not-specified"),
    ("crm", "O'Neil"),
    ("crm", "back\\slash"),
    ("crm", "at the end\\"),
    ("crm", "e\u0301"),
    ("crm", "日本語 😀"),
    ("crm", "😀" * 600),
    ("crm", "tab\tinside"),
    ("crm", "ends in a line\n"),
    ("crm", "x\n"),
    ("crm", "NULL"),
    ("crm", "000-000"),
    ("crm", " -1 "),
]
RULES = IdentityRules(
    kinds=(
        KindRule(kind="email", per_person=2),
        KindRule(kind="device", per_person=2, people_per=1),
    )
)
TABLES = ("person_map", "person_changes", "evidence_held")


def town(rng: random.Random) -> tuple[list[str], list[Pair]]:
    """Forty small random households that do not touch each other."""
    names: set[str] = set()
    pairs: set[Pair] = set()
    for home in range(40):
        mine = sorted({f"{rng.choice(RULES.kinds).kind}:h{home}-{rng.randint(0, 3)}" for _ in range(6)})
        names |= set(mine)
        pairs |= {(a, b) for a, b in (sorted(rng.choices(mine, k=2)) for _ in range(8)) if a != b}
    return sorted(names), sorted(pairs)


def everything(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    columns = {name: engine.catalogue[name].names for name in TABLES}
    return {
        name: sorted(engine.rows(exp.select(*columns[name]).from_(engine.ref(name))), key=repr)
        for name in TABLES
    }


def keyed(engine: Engine) -> list[tuple[object, ...]]:
    columns = {"kind": [kind for kind, _ in RAW], "raw": [text for _, text in RAW]}
    result = key_identifiers(KEYING)(engine, engine.stage_arrow("raw_values", pa.table(columns)))
    columns_out = ("kind", "raw", "identifier_key", "value", "blocked")
    return sorted(engine.rows(exp.select(*columns_out).from_(result)), key=repr)


def test_keys_are_the_same(engine: Engine, tmp_path: Path) -> None:
    with open_engine("duckdb", str(tmp_path / "beside"), threads=1) as duck:
        expected = keyed(duck)
    assert len(expected) == len(RAW)
    assert keyed(engine) == expected


def test_people_are_the_same_over_two_loads(make_engine: Callable[..., Engine], tmp_path: Path) -> None:
    names, pairs = town(random.Random(11))
    later = set(random.Random(12).sample(pairs, len(pairs) // 4))
    tables = []
    with open_engine("duckdb", str(tmp_path / "beside"), threads=1) as duck:
        for engine in (duck, make_engine()):
            land(engine, 1, names, set(pairs) - later)
            run(engine, rules=RULES)
            land(engine, 2, [], later)
            run(engine, since=1, rules=RULES)
            tables.append(everything(engine))
            before = versions(engine)
            assert run(engine, since=2, rules=RULES).version == 2
            assert versions(engine) == before
            expected_people, expected_held = reference(names, pairs, RULES)
            assert partition(engine, names) == expected_people
            assert held(engine) == expected_held
            person = people(engine, names)[names[0]]
            told = explain_person(engine, person)
            tables.append({"told": told.sentences()})
    assert tables[0] == tables[2]
    assert tables[1] == tables[3]
