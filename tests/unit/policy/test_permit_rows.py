"""Every row that is written of people says under which permit; rows from before the column was there say nothing."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake
from sqlglot import exp
from unit.audience.world import ADA, BO, CAST, NOW, catalogue, charter, fill, permit

from tandem import audience, policy
from tandem.engine import Engine, open_engine

SHOP = charter(audiences__buyers="audience: buyers\nwho: {did: purchase, within: 300 days}\n")
TABLES = catalogue(SHOP)


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    return tmp_path / "lake"


@pytest.fixture
def engine(lake: Path) -> Iterator[Engine]:
    with open_engine("duckdb", str(lake), threads=1) as opened:
        opened.ensure(list(TABLES))
        for table, rows in CAST.items():
            fill(opened, table, rows)
        policy.refresh_consents(opened, NOW)
        yield opened


def test_members_and_their_changes_say_under_which_permit(engine: Engine) -> None:
    buyers = SHOP.audience("buyers")
    allowed = permit(SHOP, audience.bind(buyers, SHOP, TABLES).footprint())
    audience.evaluate(engine, SHOP, buyers, allowed, NOW)
    for table in ("memberships", "membership_changes"):
        found = engine.rows(exp.select("permit").distinct().from_(engine.ref(table)))
        assert found == [(allowed.fingerprint,)], table
    audience.dissolve(engine, "buyers", "analytics", NOW + timedelta(days=1))
    left = exp.select("permit").from_(engine.ref("membership_changes")).where("change = 'left'")
    assert {row[0] for row in engine.rows(left)} == {None}


def test_a_lake_from_before_the_column_keeps_its_rows_as_unknown(engine: Engine, lake: Path) -> None:
    old = {
        "audience": pa.array(["buyers"] * 2),
        "purpose": pa.array(["analytics"] * 2),
        "person_id": pa.array([ADA, BO], pa.int64()),
        "since": pa.array([NOW, NOW], pa.timestamp("us")),
    }
    write_deltalake(str(lake / "memberships"), pa.table(old))
    query = exp.select("person_id", "permit").from_(engine.ref("memberships"))
    assert sorted(engine.rows(query)) == [(ADA, None), (BO, None)]
    buyers = SHOP.audience("buyers")
    allowed = permit(SHOP, audience.bind(buyers, SHOP, TABLES).footprint())
    done = audience.evaluate(engine, SHOP, buyers, allowed, NOW)
    found = dict(engine.rows(query))
    assert (found[ADA], found[BO], done.entered) == (None, None, len(found) - 2)
    assert {value for person, value in found.items() if person not in (ADA, BO)} == {allowed.fingerprint}
    assert "permit" in {field.name for field in DeltaTable(str(lake / "memberships")).schema().fields}
