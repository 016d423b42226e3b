"""From files to a previewed audience: Tandem beside the same answer written by hand in DuckDB SQL.

One million events (700,000 web events as NDJSON, 300,000 purchases as CSV) and 100,000 people (CRM as CSV).
Both sides start from the files and end with one number: how many people of an audience may be written to.
The ratio is the price of contracts, quarantine, lineage, identity and consent. `python bench/loop.py [--events N]`
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb

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


def main() -> None:
    """Run both sides and print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--people", type=int, default=100_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, text in CHARTER.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        write_files(root / "data", asked.events, asked.people)
        print(f"{asked.events:,} events, {asked.people:,} people")
        print("by hand (DuckDB SQL over the files)")
        hand, hand_seconds = timed("one query", lambda: by_hand(root / "data"))
        print("Tandem")
        people, seconds = by_tandem(root)
    print(
        json.dumps(
            {
                "events_per_second": round(asked.events / seconds),
                "seconds": round(seconds, 2),
                "by_hand_seconds": round(hand_seconds, 2),
                "ratio": round(seconds / hand_seconds, 2),
                "same_answer": people == hand,
                "people": people,
            }
        )
    )


if __name__ == "__main__":
    main()
