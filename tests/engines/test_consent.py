"""Consent on both engines: what conventions say lands alike, yeses end alike, and any earlier time is told alike."""

import json
from datetime import timedelta
from pathlib import Path

from unit.collect.arrivals import FILES, NOW, House

from tandem import policy
from tandem.charter import load_files
from tandem.collect import catalogue_tables
from tandem.engine import Engine, open_engine
from tandem.identity import resolve

TC = "COtybn4PA_zT4KjACBENAPCIAEBAAECAAIAAAAAAAAAA"
PURPOSES = """
purposes:
  - {purpose: letters, basis: consent, categories: [Advertising], expires_after: 30 days}
  - {purpose: profiles, basis: consent, categories: [Advertising, Data Sharing], gpc: denies}
  - {purpose: adverts, basis: consent, tcf: {purposes: [2, 10]}, gpc: denies,
     wording: {version: IAB TCF string, accepts: []}}
  - {purpose: stories, basis: consent, tcf: {purposes: [2, 3]}}
  - {purpose: figures, basis: legitimate_interest, tcf: {purposes: [2, 9]}}
counting: figures
measuring: figures
"""
WEB = """
source: web
files: {path: "web*.ndjson", format: ndjson}
time: {field: timestamp}
key: [id]
identifiers: [{kind: loyalty_id, field: user}, {kind: device, field: device}]
events:
  - {kind: visit, when: {event: visit}}
consents:
  - {categories: context.consent.categoryPreferences}
  - {tcf: context.tc}
  - {gpc: context.gpc}
suppress:
  - {when: {event: complaint}, reason: complaint}
"""
CONTEXTS = (
    {"consent": {"categoryPreferences": {"Advertising": True, "Data Sharing": True}}},
    {"consent": {"categoryPreferences": {"Advertising": True}}},
    {"consent": {"categoryPreferences": "all"}},
    {"tc": TC},
    {"tc": TC[:20]},
    {"gpc": True},
    {},
)


def test_the_same_answers(engine: Engine, tmp_path: Path) -> None:
    with open_engine("duckdb", str(tmp_path / "other"), threads=1) as duck:
        assert answers(engine, tmp_path / "one") == answers(duck, tmp_path / "two")


def answers(engine: Engine, folder: Path) -> list[object]:
    """Everything that is known of consent after each of three runs."""
    folder.mkdir()
    house = House(folder, engine, load_files(FILES | {"purposes.yml": PURPOSES, "sources/web.yml": WEB}))
    house.engine.ensure(catalogue_tables(house.charter))
    rules, told = house.charter.purposes.purposes, []
    try:
        house.write("web.ndjson", "".join(line(n) for n in range(120)))
        taken = house.take("web")
        assert taken.signals > 0
        for days in (0, 20, 60):
            at = NOW + timedelta(days=days)
            resolve(engine, house.charter.identity, since_batch=0, now=at)
            policy.refresh_consents(engine, at, rules)
            assert not policy.refresh_consents(engine, at, rules, everything=True)
            told.append(house.rows("person_consents"))
        people = sorted({row[0] for row in house.rows("person_map", "person_id")})[:5]
        told += [policy.consent_as_of(engine, one, NOW - timedelta(days=20), rules) for one in people]
        told += [policy.statements_of(engine, one) for one in people]
        states = {row[2] for rows in told[:3] for row in rows}
        assert states >= {"granted", "denied", "unreadable", "expired"}
        return [*told, house.rows("consents"), house.rows("suppressions")]
    finally:
        house.ledger.close()


def line(n: int) -> str:
    """Twelve people in turn, each saying one thing and then another; one row in ten of a kind that nobody names."""
    person = n % 12
    said = {
        "id": f"m{n}",
        "event": ("visit", "complaint")[n % 10 == 9],
        "timestamp": f"2026-02-{n // 12 + 1:02d}T10:00:00.{n:03d}Z",
        "user": f"C{person}" if n % 5 else None,
        "device": f"d{person}",
        "context": CONTEXTS[(person + n // 60) % len(CONTEXTS)],
    }
    return json.dumps(said) + "\n"
