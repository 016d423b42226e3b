"""The same files on both engines: the same rows in every table, to the last key."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from unit.collect.arrivals import NOW, House, balanced, charter, till

from tandem.collect import list_quarantine
from tandem.engine import Engine, open_engine

ROWS = (
    "1,2026-01-05T10:00:00.25Z,sale,C1,ada@x.example,10.50,north,2,yes",
    "2,2026-01-05 12:00:00+02:00,sale,C1,ada@work.example,3,south,,no",
    "2,2026-01-05 12:00:00+02:00,sale,C1,ada@work.example,3,south,,no",
    "3,2026-01-06,refund,,bo@x.example,4.00,north,,maybe",
    '4,2026-01-06,gift,C4,"o""dd, é",4.00,north,,',
    "5,2026-02-30,sale,unknown,n/a,4,north,,",
    "6,2026-01-06,sale,,,1,west,1.5,",
    '7,2026-01-06,sale,,"torn,1,,,',
    "8,2026-01-06,sale,,ADA@x.example,1,,,yes",
)
WEB = """
source: web
files: {path: web, format: ndjson}
time: {field: at, format: epoch_ms}
identifiers: [{kind: email, field: user.email}, {kind: device, field: device}]
events:
  - kind: visit
    fields:
      page: {type: text, from: properties.page}
      seconds: {type: number, from: properties.seconds}
      day: {type: date}
"""
LINES = (
    '{"at":1767607200123,"device":"d1","user":{"email":"ada@x.example"},'
    '"properties":{"page":"é \\ud83d\\ude00","seconds":0.1}}',
    '{"at":1767607200123,"device":"d1","properties":{"seconds":1e3},"day":"2026-01-05"}',
    '{"at":1767607200123,"device":"d1","properties":{"seconds":1e3},"day":"2026-01-05"}',
    '{"at":"soon"}',
    '{"at":17676',
)
CRM = """
source: crm
files: {path: crm, format: parquet}
key: [id]
identifiers: [{kind: loyalty_id, field: id}, {kind: email, field: contact.email}]
record:
  fields:
    name: {type: text, from: contact.name}
    points: {type: integer}
    spent: {type: money, at_most: 10}
    member: {type: boolean}
    since: {type: timestamp}
    born: {type: date}
"""


def people(names: tuple[str, ...]) -> Any:
    """A CRM table as other tools write it: integers with gaps as floats, times without zone, nested columns."""
    count = len(names)
    contact = pa.array(
        [{"email": f"{name.lower()}@x.example", "name": name} for name in names],
        pa.struct([("email", pa.string()), ("name", pa.string())]),
    )
    return pa.table(
        {
            "id": pa.array([f"C{n}" for n in range(count)]),
            "contact": contact,
            "points": pa.array([7.0, None, 2.5][:count], pa.float64()),
            "spent": pa.array([19.9, 0.1 + 0.2, 5.0][:count], pa.float64()),
            "member": pa.array([True, False, None][:count], pa.bool_()),
            "since": pa.array([NOW] * count, pa.timestamp("us", tz="Europe/London")),
            "born": pa.array([NOW.date()] * count, pa.date32()),
        }
    )


def all_ways(root: Path, engine: Engine) -> Mapping[str, list[tuple[Any, ...]]]:
    """Everything in the lake after files of every format, two snapshots and a replay."""
    house = House(root, engine, charter(till=till("drop_value"), web=WEB, crm=CRM))
    house.till(*ROWS)
    house.write("web/day.ndjson.gz", "\n".join(LINES))
    (root / "crm").mkdir()
    pq.write_table(people(("Ada", "Bo", "Cy")), root / "crm" / "1.parquet")
    house.write("crm/2.parquet", b"no parquet")
    for source in ("till", "web", "crm"):
        assert balanced(house.take(source))
    pq.write_table(people(("Ada", "Beau")), root / "crm" / "3.parquet")
    assert balanced(house.take("crm", NOW + timedelta(days=1)))
    house.agree(till=till("drop_value"), web=WEB, crm=CRM.replace(", at_most: 10", ""))
    waits = [entry.quarantine_id for entry in list_quarantine(engine, ["crm"], "COL-107")]
    assert house.replay(*waits, now=NOW + timedelta(days=2)).landed == 1
    return house.everything()


@pytest.fixture(scope="module")
def on_duckdb(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[tuple[Any, ...]]]:
    """The tables as DuckDB makes them."""
    root = tmp_path_factory.mktemp("reference")
    with open_engine("duckdb", str(root / "lake")) as engine:
        return all_ways(root, engine)


def test_the_same_on_both(
    engine: Engine, on_duckdb: Mapping[str, list[tuple[Any, ...]]], tmp_path: Path
) -> None:
    root = tmp_path / "project"
    root.mkdir()
    found = all_ways(root, engine)
    for name, rows in on_duckdb.items():
        assert found[name] == rows, name
    assert {name: len(rows) for name, rows in found.items() if rows} == {
        "loads": 5,
        "quarantine": 9,
        "events_unplanned": 1,
        "event_purchase": 4,
        "event_refund": 1,
        "event_visit": 3,
        "record_crm": 3,
        "identifiers": 9,
        "evidence": 6,
        "consents": 4,
        "suppressions": 1,
        "quarantine_outcomes": 1,
    }
