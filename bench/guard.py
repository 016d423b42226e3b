"""The price of the guard: an audience of a million people, guarded, beside the same query on the bare tables.

A lake of a million people, two million identifiers and ten million purchases, written by the engine. The guarded query
is what an audience is: consent for the purpose, and with `rows` a row rule besides. The bare one is the same query with
each guarded table replaced by the base table and the person map, as somebody would write it who may read everything.
Interleaved, the best of five each. Prints milliseconds and the ratio as JSON. `python bench/guard.py [--people N]`
"""

import argparse
import json
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlglot import exp

from tandem.audience import bind, people, trait_columns
from tandem.charter import Charter, load_files
from tandem.engine import BASE, Engine, open_engine
from tandem.engine.catalogue import profile_table
from tandem.kernel.values import Actor, Destination
from tandem.policy import Permit, decide
from tandem.usecases.workspace import tables_of

NOW = datetime(2026, 6, 1)
BEST_OF = 5
EACH = 10
FILES = {
    "tandem.toml": 'name = "Bench"\ncurrency = "GBP"\n',
    "identity.yml": "kinds:\n  - {kind: email, normalise: email}\n",
    "purposes.yml": """
purposes:
  - {purpose: marketing_email, basis: consent, channels: [email]}
  - {purpose: analytics, basis: legitimate_interest}
counting: analytics
measuring: analytics
""",
    "policies/standard.yml": """
policy: standard
roles:
  - role: marketer
    may: [{purposes: [marketing_email, analytics], labels: [public, internal, personal], destinations: [preview]}]
  - role: british
    may: [{purposes: [marketing_email, analytics], labels: [public, internal, personal], destinations: [preview]}]
    rows: [{trait: country, is: GB}]
""",
    "sources/till.yml": """
source: till
files: {path: till.csv, format: csv}
time: {field: at}
identifiers: [{kind: email, field: email}]
events:
  - kind: purchase
    fields: {amount: {type: money, label: internal, unit: GBP}, category: {type: text, label: internal}}
""",
    "sources/crm.yml": """
source: crm
files: {path: crm.csv, format: csv}
key: [id]
identifiers: [{kind: email, field: email}]
record:
  fields: {country: {type: text, label: internal}}
""",
    "traits/all.yml": "traits:\n  - {trait: country, latest: crm.country}\n  - {trait: spent, sum: purchase.amount}\n",
    "audiences/buyers.yml": """
audience: buyers
who: {did: purchase, within: 90 days, sum: {of: amount, at_least: 100}}
""",
    "audiences/known.yml": """
audience: known
who: {all: [{trait: country, in: [GB, IE, FR]}, {did: purchase, within: 365 days, count: {at_least: 3}}]}
""",
}
CASES = (
    ("consent", "buyers", "marketer", "marketing_email"),
    ("consent", "known", "marketer", "marketing_email"),
    ("no objection", "buyers", "marketer", "analytics"),
    ("no objection", "known", "marketer", "analytics"),
    ("consent and rows", "known", "british", "marketing_email"),
)


def fill(engine: Engine, people_: int) -> None:
    """A million people with two identifiers each, ten purchases, a country, and what they said to e-mail."""

    def rows(columns: str, source: str) -> Any:
        return engine._db.sql(f"SELECT {columns} FROM {source}").to_arrow_table()

    person = "(hash(n) % 1152921504606846976)::BIGINT"
    each = f"range({people_}) AS t(n)"
    tables = {
        "person_map": (
            f"(hash(n, k) % 1152921504606846976)::BIGINT AS identifier_key, {person} AS person_id, "
            "1::BIGINT AS since_version",
            f"{each}, range(2) AS i(k)",
        ),
        "person_consents": (
            f"{person} AS person_id, 'marketing_email' AS purpose, "
            "CASE WHEN hash(n, 7) % 100 < 62 THEN 'granted' WHEN hash(n, 7) % 100 < 80 THEN 'denied' "
            "ELSE 'unreadable' END AS state",
            f"{each} WHERE hash(n, 8) % 100 < 80",
        ),
        "profile": (
            f"{person} AS person_id, CASE WHEN hash(n, 3) % 100 < 70 THEN 'GB' ELSE 'DE' END AS country, "
            "10.0::DECIMAL(18, 4) AS spent",
            each,
        ),
        "event_purchase": (
            "(hash(n, k, 5) % 1152921504606846976)::BIGINT AS event_id, "
            "TIMESTAMP '2026-06-01' - INTERVAL (hash(n, k) % 730) DAY - INTERVAL 1 SECOND AS event_at, "
            "'till' AS source, (hash(n, k % 2) % 1152921504606846976)::BIGINT AS subject_key, 1::BIGINT AS batch_id, "
            "((hash(n, k, 9) % 20000) / 100)::DECIMAL(18, 4) AS amount, 'tents' AS category",
            f"{each}, range({EACH}) AS i(k)",
        ),
    }
    for name, (columns, source) in tables.items():
        stage = engine.stage_arrow("bench_rows", rows(columns, source))
        engine.append(name, exp.select("*").from_(stage))
        engine.drop_stage("bench_rows")


def bare(query: exp.Query, permit: Permit) -> exp.Query:
    """The query as it would be without a guard: the conditions that the permit adds are true."""
    query = query.copy()
    for table in list(query.find_all(exp.Table)):
        rules = table.name in ("person_consents", "suppressions")
        inside = table.find_ancestor(exp.In, exp.Exists)
        if inside is None or not (rules or (permit.rows and table.name == "profile")):
            continue
        outermost = inside
        while (above := outermost.find_ancestor(exp.In, exp.Exists)) is not None:
            outermost = above
        negated = outermost.parent
        (negated if isinstance(negated, exp.Not) else outermost).replace(exp.true())
    return query


def timed(engine: Engine, guarded: exp.Query, unguarded: exp.Query) -> dict[str, Any]:
    """Milliseconds of each, interleaved, and how many people each finds."""
    best = {"guarded": float("inf"), "bare": float("inf")}
    found = {}
    for _ in range(BEST_OF):
        for name, query in (("guarded", guarded), ("bare", unguarded)):
            start = time.perf_counter()
            found[name] = engine.count(query)
            best[name] = min(best[name], time.perf_counter() - start)
    return {
        "guarded_ms": round(best["guarded"] * 1000),
        "bare_ms": round(best["bare"] * 1000),
        "ratio": round(best["guarded"] / best["bare"], 2),
        "people": found,
    }


def query_of(
    engine: Engine, charter: Charter, name: str, role: str, purpose: str
) -> tuple[exp.Query, Permit]:
    """The audience's people under the role's permit."""
    node = bind(charter.audience(name), charter, engine.catalogue)
    actor, to = Actor("bench", role), Destination.PREVIEW
    permit = decide(actor, purpose, to, node.footprint(), charter, engine.catalogue, now=NOW)
    assert isinstance(permit, Permit), permit
    return people(node, permit, engine.catalogue, NOW), permit


def main() -> None:
    """Fill a lake, ask each audience both ways, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=1_000_000)
    asked = parser.parse_args()
    charter = load_files(FILES)
    landed = BASE.with_tables(tables_of(charter))
    with (
        tempfile.TemporaryDirectory() as folder,
        open_engine("duckdb", str(Path(folder) / "lake"), threads=2) as engine,
    ):
        engine.ensure([*landed, profile_table(trait_columns(charter, landed))])
        fill(engine, asked.people)
        results = []
        for what, name, role, purpose in CASES:
            guarded, permit = query_of(engine, charter, name, role, purpose)
            measured = timed(engine, guarded, bare(guarded, permit))
            results.append({"guard": what, "audience": name, "purpose": purpose, **measured})
    print(json.dumps({"people": asked.people, "purchases": asked.people * EACH, "cases": results}, indent=2))


if __name__ == "__main__":
    main()
