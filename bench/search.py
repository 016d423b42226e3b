"""Finding a customer among a million: through the use case, beside the same query written by hand in DuckDB SQL.

Identifiers, person map and profiles are written to a lake as collect, identity and audience write them: one large
load and twenty daily ones. Then whole e-mail addresses, phone numbers as people write them, ids of persons, how an
address begins, and values that nobody has. By hand means prepared SQL on the same Parquet files, without policy,
names or kinds: the limit. Prints milliseconds as JSON. `python bench/search.py [--people N]`
"""

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
from sqlglot import exp

from tandem.collect.about import BY_VALUE
from tandem.engine import Engine
from tandem.engine import functions as f
from tandem.identity import beginnings, end_of, keys_of
from tandem.kernel.values import Actor
from tandem.usecases.apply_charter import apply_charter
from tandem.usecases.init_charter import init_charter
from tandem.usecases.search_customers import search_customers
from tandem.usecases.workspace import Workspace, open_workspace

NOW = datetime(2026, 6, 1)
MARKETER = Actor("bench", "marketer")
LOADS = 20
EACH = 60
FIRST = (
    "ada",
    "bo",
    "cy",
    "dan",
    "eve",
    "fay",
    "gus",
    "zoe",
    "ian",
    "kim",
    "lou",
    "max",
    "ned",
    "pat",
    "ray",
    "sue",
)
LAST = (
    "smith",
    "jones",
    "brown",
    "khan",
    "lee",
    "moss",
    "ward",
    "cole",
    "hunt",
    "bell",
    "ross",
    "webb",
    "dunn",
)
KINDS = {
    "crm_id": (0.60, "'C' || lpad((n * 7)::varchar, 8, '0')"),
    "loyalty_id": (0.44, "(633100000000 + n * 17)::varchar"),
    "email": (
        0.74,
        "list_extract({first}, 1 + n % {firsts}) || '.' || list_extract({last}, 1 + (n // {firsts}) % {lasts})"
        " || n || '@inbox.example'",
    ),
    "phone": (0.35, "'+447' || lpad((n * 13 % 1000000000)::varchar, 9, '0')"),
    "anonymous_id": (0.93, "md5('a' || n)"),
}
"""Kind → the share of people who have one, and the n-th person's, in DuckDB's SQL."""


def world(people: int) -> Any:
    """A scratch database with the table world: kind, value, number of the person, load that brought it."""
    scratch = duckdb.connect(config={"threads": 2})
    parts = []
    for kind, (share, value) in KINDS.items():
        words = value.format(first=list(FIRST), last=list(LAST), firsts=len(FIRST), lasts=len(LAST))
        parts.append(
            f"SELECT '{kind}' AS kind, {words} AS value, n AS person FROM range({people}) AS t(n) "
            f"WHERE hash(n, '{kind}') % 1000 < {round(share * 1000)}"
        )
    every = " UNION ALL ".join(parts)
    scratch.execute(
        f"CREATE TABLE world AS SELECT *, CASE WHEN hash(person, 1) % 100 < 95 THEN 1 "
        f"ELSE 2 + hash(person, 2) % {LOADS} END AS load FROM ({every})"
    )
    return scratch


def land(engine: Engine, scratch: Any) -> None:
    """The lake's three tables, load by load, as the rooms that keep them write them."""
    for load in range(1, LOADS + 2):
        rows = scratch.sql(f"SELECT kind, value, person FROM world WHERE load = {load}").to_arrow_table()
        stage = engine.stage_arrow("bench_rows", rows)
        kind, value, person = (exp.column(name, "r") for name in ("kind", "value", "person"))
        keyed = exp.select(
            f.digest60(kind, value).as_("identifier_key"),
            kind,
            value,
            f.instant(NOW).as_("first_seen_at"),
            f.value("bench").as_("source"),
            f.value(load).as_("batch_id"),
        ).from_(exp.alias_(stage, "r", table=True))
        engine.append("identifiers", keyed.order_by(*BY_VALUE))
        who = f.digest60(f.value("person"), person)
        mapped = exp.select(
            f.digest60(kind, value).as_("identifier_key"),
            who.as_("person_id"),
            f.value(load).as_("since_version"),
        )
        engine.append("person_map", mapped.from_(exp.alias_(stage.copy(), "r", table=True)))
        named = exp.select(who.copy().as_("person_id"), f.value("Ada").as_("first_name")).distinct()
        engine.append("profile", named.from_(exp.alias_(stage.copy(), "r", table=True)))
        engine.drop_stage("bench_rows")


def questions(scratch: Any) -> dict[str, list[str]]:
    """What is typed, by kind of search."""
    rng = random.Random(7)

    def some(kind: str) -> list[str]:
        found = scratch.sql(
            f"SELECT value FROM world WHERE kind = '{kind}' ORDER BY hash(value) LIMIT {EACH}"
        ).fetchall()
        return [str(value) for (value,) in found]

    people = scratch.sql(
        f"SELECT ('0x' || substr(sha256(concat_ws(chr(31), 'person', person::varchar)), 1, 15))::bigint "
        f"FROM world WHERE kind = 'crm_id' ORDER BY hash(value) LIMIT {EACH}"
    ).fetchall()
    return {
        "whole e-mail": [value.upper() for value in some("email")],
        "whole phone": [f"0{value[3:7]} {value[7:]}" for value in some("phone")],
        "person id": [str(person) for (person,) in people],
        "beginning": [value[: rng.randint(5, 12)] for value in some("email")],
        "nobody": [f"nobody{number}@inbox.example" for number in range(EACH)],
    }


def by_hand(work: Workspace) -> Callable[[str], Sequence[Any]]:
    """The same answers without policy, kinds in words and names: the keys or the range, joined to the person map."""
    database = duckdb.connect(config={"threads": 2})
    files = {name: work.engine.lake.files(name) for name in ("identifiers", "person_map")}
    for name, listed in files.items():
        database.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet({listed})")
    rules = work.charter.identity

    def ask(text: str) -> Sequence[Any]:
        if text.isdigit() and len(text) > 15:
            return database.execute(
                "SELECT person_id FROM person_map WHERE person_id = ? LIMIT 1", [int(text)]
            ).fetchall()
        keys = ", ".join(str(key) for key in keys_of(rules, text).values())
        found = database.execute(
            f"SELECT kind, person_id FROM identifiers JOIN person_map USING (identifier_key) "
            f"WHERE identifier_key IN ({keys})"
        ).fetchall()
        if found:
            return found
        start = beginnings(rules, text)["email"]
        return database.execute(
            "SELECT kind, value, person_id FROM (SELECT * FROM identifiers WHERE value >= ? AND value < ? "
            "ORDER BY value LIMIT 21) JOIN person_map USING (identifier_key)",
            [start, end_of(start)],
        ).fetchall()

    return ask


def timed(ask: Callable[[str], object], texts: Sequence[str]) -> dict[str, float]:
    """Milliseconds of each call: median and 95th percentile, and the mean of what all cores worked for it."""
    took = []
    worked = time.process_time()
    for text in texts:
        begun = time.perf_counter()
        ask(text)
        took.append((time.perf_counter() - begun) * 1000)
    worked = (time.process_time() - worked) * 1000 / len(texts)
    took.sort()
    return {
        "p50": round(took[len(took) // 2], 1),
        "p95": round(took[int(len(took) * 0.95)], 1),
        "cpu": round(worked, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    people = parser.parse_args().people
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "bench"
        init_charter(root)
        apply_charter(root, Actor("bench", "system"), NOW)
        scratch = world(people)
        with open_workspace(root, MARKETER) as work:
            begun = time.perf_counter()
            land(work.engine, scratch)
            (rows,) = scratch.sql("SELECT COUNT(*) FROM world").fetchall()[0]
            told: dict[str, Any] = {
                "people": people,
                "identifiers": rows,
                "written_s": round(time.perf_counter() - begun, 1),
            }
            hand = by_hand(work)
            for name, texts in questions(scratch).items():
                search_customers(work, texts[0]), hand(texts[0])
                ours, theirs = timed(lambda text: search_customers(work, text), texts), timed(hand, texts)
                told[name] = {
                    "tandem_ms": ours,
                    "by_hand_ms": theirs,
                    "ratio": round(ours["p50"] / theirs["p50"], 2),
                }
    print(json.dumps(told, indent=2))


if __name__ == "__main__":
    main()
