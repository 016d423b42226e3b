"""From files to a previewed audience: Tandem beside the same answer written by hand in DuckDB SQL.

One million events (700,000 web events as NDJSON, 300,000 purchases as CSV) and 100,000 people (CRM as CSV).
All start from the files and end with one number: how many people of an audience may be written to. By hand twice:
as one query that keeps nothing, and keeping what any such system has to keep (typed events with SHA-256 keys,
identifiers, evidence, consents, a person map, a profile, as Delta tables), without checks, quarantine, lines, limits or
increments. `ratio` is against the query; `floor` is what keeping alone costs of it, so no ratio can be below;
`ratio_kept` is the price of contracts, quarantine, lineage and consent. `python bench/loop.py [--events N]`
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median

import duckdb
from deltalake import convert_to_deltalake

from tandem.engine.functions import instant
from tandem.kernel.values import Actor
from tandem.usecases.apply_charter import apply_charter
from tandem.usecases.collect_events import collect_all
from tandem.usecases.preview_audience import preview_audience
from tandem.usecases.refresh_profiles import refresh_profiles
from tandem.usecases.resolve_people import resolve_people
from tandem.usecases.workspace import open_workspace

NOW = datetime(2026, 6, 1)
CHARTER = {
    "tandem.toml": 'name = "Bench"\nengine = "duckdb"\ncurrency = "GBP"\n',
    "identity.yml": """
kinds:
  - {kind: crm_id, per_person: 1}
  - {kind: email, normalise: email, per_person: 5}
  - {kind: anonymous_id, per_person: 50, people_per: 1}
""",
    "purposes.yml": """
purposes:
  - {purpose: marketing_email, title: Marketing by e-mail, basis: consent, channels: [email]}
  - {purpose: analytics, title: Analytics, basis: legitimate_interest}
counting: analytics
measuring: analytics
""",
    "policies/standard.yml": """
policy: standard
smallest_group: 10
roles:
  - role: marketer
    may:
      - purposes: [marketing_email, analytics]
        labels: [public, internal, personal]
        destinations: [preview, email, file, measure, explain]
  - role: system
    may:
      - purposes: [marketing_email, analytics]
        labels: [public, internal, personal]
        destinations: [preview, email, file, measure, explain]
""",
    "sources/web.yml": """
source: web
files: {path: data/web.ndjson, format: ndjson}
time: {field: timestamp}
key: [messageId]
identifiers:
  - {kind: email, field: traits.email}
  - {kind: anonymous_id, field: anonymousId}
events:
  - kind: page_view
    when: {event: Page Viewed}
    fields:
      url: {type: text, from: properties.url, label: internal}
      seconds: {type: integer, from: properties.seconds, label: internal}
  - kind: login
    when: {event: Signed In}
    fields: {}
""",
    "sources/till.yml": """
source: till
files: {path: data/till.csv, format: csv}
time: {field: sold_at}
key: [receipt]
identifiers: [{kind: email, field: email}]
events:
  - kind: purchase
    fields:
      receipt: {type: text, required: true, label: internal}
      amount: {type: money, required: true, unit: GBP, label: internal, at_least: 0}
      category: {type: text, label: public}
""",
    "sources/crm.yml": """
source: crm
files: {path: data/crm.csv, format: csv}
key: [crm_id]
time: {field: updated_at}
identifiers:
  - {kind: crm_id, field: crm_id}
  - {kind: email, field: email}
record:
  fields:
    crm_id: {type: text, required: true, label: personal}
    country: {type: text, label: internal}
consents:
  - {purpose: marketing_email, field: newsletter, granted: ["yes"], denied: ["no"]}
""",
    "traits/basics.yml": """
traits:
  - {trait: country, latest: crm.country}
  - {trait: lifetime_value, sum: purchase.amount}
""",
    "audiences/target.yml": """
audience: target
who:
  all:
    - {trait: country, is: GB}
    - {trait: lifetime_value, at_least: 100}
    - {did: purchase, count: {at_least: 2}, within: 365 days}
    - not: {did: page_view, within: 30 days, count: {at_least: 3}}
""",
}

BY_HAND = """
WITH web AS (
  SELECT DISTINCT ON (messageId) messageId, anonymousId AS anon, lower(trim(traits.email)) AS email,
         "event" AS kind, "timestamp" AS happened
  FROM read_json('{data}/web.ndjson', format = 'newline_delimited', columns = {{messageId: 'VARCHAR',
    anonymousId: 'VARCHAR', "event": 'VARCHAR', "timestamp": 'TIMESTAMP', traits: 'STRUCT(email VARCHAR)',
    properties: 'STRUCT(url VARCHAR, seconds BIGINT)'}})
), crm AS (
  SELECT crm_id, lower(trim(email)) AS email, country, newsletter FROM read_csv('{data}/crm.csv', all_varchar = true)
), till AS (
  SELECT DISTINCT ON (receipt) receipt, lower(trim(email)) AS email, sold_at::TIMESTAMP AS happened,
         amount::DECIMAL(18, 4) AS amount
  FROM read_csv('{data}/till.csv', all_varchar = true)
), devices AS (
  SELECT anon, min(email) AS email FROM web WHERE email IS NOT NULL GROUP BY anon HAVING count(DISTINCT email) = 1
), bought AS (
  SELECT email, sum(amount) AS spent,
    count(*) FILTER (happened >= {now}::TIMESTAMP - INTERVAL 365 DAY AND happened < {now}) AS n
  FROM till GROUP BY email
), viewed AS (
  SELECT d.email, count(*) AS n FROM web w JOIN devices d USING (anon)
  WHERE w.kind = 'Page Viewed' AND w.happened >= {now}::TIMESTAMP - INTERVAL 30 DAY AND w.happened < {now}
  GROUP BY d.email
)
SELECT count(*) FROM crm JOIN bought USING (email) LEFT JOIN viewed USING (email)
WHERE country = 'GB' AND newsletter = 'yes' AND spent >= 100 AND bought.n >= 2 AND coalesce(viewed.n, 0) < 3
"""


def digest(*parts: str) -> str:
    """Tandem's key of these texts, as one would write it by hand."""
    return f"cast('0x' || substr(sha256(concat_ws(chr(31), {', '.join(parts)})), 1, 15) AS BIGINT)"


WORKED_OUT = {
    "web": f"""SELECT *, {digest("'web'", "kind", "id")} AS event_id FROM (
      SELECT messageId AS id, anonymousId AS anon, lower(trim(traits.email)) AS email, "event" AS kind,
        try_cast("timestamp" AS TIMESTAMP) AS happened, properties.url AS url,
        try_cast(properties.seconds AS BIGINT) AS seconds
      FROM read_json('DATA/web.ndjson', format = 'newline_delimited', columns = {{messageId: 'VARCHAR',
        anonymousId: 'VARCHAR', "event": 'VARCHAR', "timestamp": 'VARCHAR', traits: 'STRUCT(email VARCHAR)',
        properties: 'STRUCT(url VARCHAR, seconds VARCHAR)'}}))""",
    "till": f"""SELECT receipt, lower(trim(email)) AS email, try_cast(sold_at AS TIMESTAMP) AS happened,
      try_cast(amount AS DECIMAL(18, 4)) AS amount, category, {digest("'till'", "receipt")} AS event_id
      FROM read_csv('DATA/till.csv', all_varchar = true)""",
    "crm": f"""SELECT crm_id, lower(trim(email)) AS email, country, newsletter,
      try_cast(updated_at AS TIMESTAMP) AS happened, {digest("'crm'", "crm_id")} AS record_id,
      {digest("crm_id", "country")} AS content FROM read_csv('DATA/crm.csv', all_varchar = true)""",
    "ids": f"""SELECT kind, value, {digest("kind", "value")} AS key FROM (
      SELECT 'email' AS kind, email AS value FROM web WHERE email IS NOT NULL
      UNION SELECT 'email', email FROM till UNION SELECT 'email', email FROM crm
      UNION SELECT 'anonymous_id', anon FROM web UNION SELECT 'crm_id', crm_id FROM crm)""",
    "emails": "SELECT value AS email, key FROM ids WHERE kind = 'email'",
    "devices": "SELECT value AS anon, key FROM ids WHERE kind = 'anonymous_id'",
    "records": "SELECT value AS crm_id, key FROM ids WHERE kind = 'crm_id'",
    "proofs": f"""SELECT *, {digest("l", "r", "source")} AS evidence_id FROM (
      SELECT DISTINCT 'web' AS source, d.key AS l, e.key AS r FROM web
        JOIN devices d USING (anon) JOIN emails e USING (email)
      UNION ALL SELECT DISTINCT 'crm', c.key, e.key FROM crm
        JOIN records c USING (crm_id) JOIN emails e USING (email))""",
    "map": """SELECT ids.key, coalesce(min(p.r), ids.key) AS person_id FROM ids LEFT JOIN
      (SELECT l, r FROM proofs QUALIFY count(*) OVER (PARTITION BY l) = 1) p ON p.l = ids.key GROUP BY ids.key""",
    "traits": """SELECT m.person_id, max(c.country) AS country, max(t.spent) AS spent FROM map m
      LEFT JOIN (SELECT key, country FROM crm JOIN records USING (crm_id)) c ON c.key = m.key
      LEFT JOIN (SELECT key, sum(amount) AS spent FROM till JOIN emails USING (email) GROUP BY key) t ON t.key = m.key
      GROUP BY m.person_id""",
}
KEPT = {
    "event_page_view": """SELECT event_id, happened, key, 'web' AS source, 1::BIGINT AS batch_id, url, seconds
      FROM web JOIN devices USING (anon) WHERE kind = 'Page Viewed'""",
    "event_login": """SELECT event_id, happened, key, 'web' AS source, 1::BIGINT AS batch_id
      FROM web JOIN devices USING (anon) WHERE kind = 'Signed In'""",
    "event_purchase": """SELECT event_id, happened, key, 'till' AS source, 1::BIGINT AS batch_id, receipt, amount,
      category FROM till JOIN emails USING (email)""",
    "record_crm": """SELECT record_id, content, happened, key, 'crm' AS source, 1::BIGINT AS batch_id, crm_id, country
      FROM crm JOIN records USING (crm_id)""",
    "identifiers": "SELECT key, kind, value, 1::BIGINT AS batch_id FROM ids",
    "evidence": "SELECT evidence_id, l, r, source, 1::BIGINT AS batch_id FROM proofs",
    "consents": f"""SELECT {digest("'crm'", "crm_id", "newsletter")} AS consent_id, key, newsletter, happened
      FROM crm JOIN records USING (crm_id) WHERE newsletter IS NOT NULL""",
    "person_map": "SELECT key, person_id FROM map",
    "profile": "SELECT person_id, country, spent FROM traits",
}
FROM_KEPT = """
WITH bought AS (
  SELECT person_id, count(*) AS n FROM {event_purchase} JOIN {person_map} USING (key)
  WHERE happened >= {now}::TIMESTAMP - INTERVAL 365 DAY AND happened < {now} GROUP BY person_id
), viewed AS (
  SELECT person_id, count(*) AS n FROM {event_page_view} JOIN {person_map} USING (key)
  WHERE happened >= {now}::TIMESTAMP - INTERVAL 30 DAY AND happened < {now} GROUP BY person_id
), said AS (
  SELECT person_id FROM {consents} JOIN {person_map} USING (key) WHERE newsletter = 'yes'
)
SELECT count(*) FROM {profile} JOIN said USING (person_id) JOIN bought USING (person_id)
LEFT JOIN viewed USING (person_id)
WHERE country = 'GB' AND spent >= 100 AND bought.n >= 2 AND coalesce(viewed.n, 0) < 3
"""


def write_files(data: Path, events: int, people: int) -> None:
    """Seeded files; every person has a CRM row, one device and now and then a purchase."""
    data.mkdir(parents=True)
    db = duckdb.connect()
    db.execute("SELECT setseed(0.42)")
    at = "strftime(TIMESTAMP '2025-06-01' + to_seconds(CAST(random() * 31500000 AS BIGINT)), '%Y-%m-%dT%H:%M:%SZ')"
    web, till = events * 7 // 10, events - events * 7 // 10
    db.execute(f"""COPY (SELECT 'crm' || i AS crm_id, 'Person' || i || '@shop.example' AS email,
        CASE WHEN random() < 0.6 THEN 'GB' ELSE 'IE' END AS country, '2025-01-01' AS updated_at,
        CASE WHEN random() < 0.55 THEN 'yes' WHEN random() < 0.6 THEN 'no' ELSE '' END AS newsletter
        FROM range({people}) t(i)) TO '{data}/crm.csv' (HEADER)""")
    db.execute(f"""COPY (SELECT 'r' || i AS receipt,
        'person' || CAST(floor(random() * {people}) AS INT) || '@shop.example' AS email,
        {at} AS sold_at, printf('%.2f', 5 + random() * 120) AS amount, 'tents' AS category
        FROM range({till}) t(i)) TO '{data}/till.csv' (HEADER)""")
    db.execute(f"""COPY (SELECT 'm' || i AS "messageId", 'track' AS "type", 'device' || p AS "anonymousId",
        CASE WHEN i % 5 = 0 THEN 'Signed In' ELSE 'Page Viewed' END AS "event", {at} AS "timestamp",
        struct_pack(email := CASE WHEN i % 5 = 0 THEN 'person' || p || '@Shop.example' END) AS traits,
        struct_pack(url := 'https://shop.example/p/' || (i % 500), seconds := i % 90) AS properties
        FROM (SELECT i, CAST(floor(random() * {people}) AS INT) AS p FROM range({web}) t(i)))
        TO '{data}/web.ndjson' (FORMAT json)""")


def timed(name: str, work: Callable[[], object]) -> tuple[object, float]:
    """The result and the seconds of a piece of work, printed."""
    start = time.perf_counter()
    result = work()
    seconds = time.perf_counter() - start
    print(f"  {name:<28}{seconds:8.2f} s")
    return result, seconds


def by_hand(data: Path) -> int:
    """The hand-written answer."""
    sql = BY_HAND.format(data=data, now=instant(NOW).sql("duckdb"))
    return int(duckdb.connect(config={"threads": 2}).execute(sql).fetchall()[0][0])


def by_hand_kept(data: Path, lake: Path) -> int:
    """The same answer out of Delta tables that were written on the way."""
    db = duckdb.connect(config={"threads": 2})
    for name, query in WORKED_OUT.items():
        db.execute(f"CREATE TABLE {name} AS {query.replace('DATA', str(data))}")
    for name, query in KEPT.items():
        (lake / name).mkdir(parents=True)
        db.execute(f"COPY ({query}) TO '{lake / name}/1.parquet' (FORMAT parquet, COMPRESSION snappy)")
        convert_to_deltalake(str(lake / name))
    tables = {name: f"read_parquet('{lake / name}/1.parquet')" for name in KEPT}
    sql = FROM_KEPT.format(now=instant(NOW).sql("duckdb"), **tables)
    return int(db.execute(sql).fetchall()[0][0])


def by_tandem(root: Path) -> tuple[int, float]:
    """Tandem's answer, and its seconds from the files to the preview."""
    actor = Actor("bench", "marketer")
    total = 0.0
    apply_charter(root, actor, NOW)
    with open_workspace(root, actor) as work:
        for name, step in (
            ("collect", lambda: collect_all(work, NOW)),
            ("resolve people", lambda: resolve_people(work, NOW)),
            ("consents and traits", lambda: refresh_profiles(work, NOW)),
        ):
            total += timed(name, step)[1]
        preview, seconds = timed("preview", lambda: preview_audience(work, "target", NOW))
    reachable = preview.reach[0].may  # type: ignore[attr-defined]
    return int(reachable.people), total + seconds


@dataclass(frozen=True)
class Round:
    """Seconds of each way in one run, one after the other, and their answers."""

    hand: float
    kept: float
    tandem: float
    answers: tuple[object, ...]


def one_round(root: Path, events: int, people: int) -> Round:
    """All three ways over the same new files."""
    for name, text in CHARTER.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    write_files(root / "data", events, people)
    print("by hand (DuckDB SQL over the files)")
    hand, hand_seconds = timed("one query", lambda: by_hand(root / "data"))
    print("by hand, keeping what was read")
    kept, kept_seconds = timed("tables and a query", lambda: by_hand_kept(root / "data", root / "by-hand"))
    print("Tandem")
    found, seconds = by_tandem(root)
    return Round(hand_seconds, kept_seconds, seconds, (hand, kept, found))


def main() -> None:
    """Run all ways several times and print the ratios of the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    print(f"{asked.events:,} events, {asked.people:,} people, {asked.rounds} rounds")
    rounds = []
    for _ in range(asked.rounds):
        with tempfile.TemporaryDirectory() as folder:
            rounds.append(one_round(Path(folder), asked.events, asked.people))
    hand, kept, tandem = (median(getattr(one, way) for one in rounds) for way in ("hand", "kept", "tandem"))
    print(
        json.dumps(
            {
                "events_per_second": round(asked.events / tandem),
                "seconds": round(tandem, 2),
                "by_hand_seconds": round(hand, 2),
                "by_hand_kept_seconds": round(kept, 2),
                "ratio": round(tandem / hand, 2),
                "floor": round(kept / hand, 2),
                "ratio_kept": round(tandem / kept, 2),
                "same_answer": len({answer for one in rounds for answer in one.answers}) == 1,
                "people": rounds[0].answers[-1],
            }
        )
    )


if __name__ == "__main__":
    main()
