"""Which sources know whom: held against a count in plain Python, and stable under repetition."""

from datetime import datetime
from typing import Any

import pytest
from sqlglot import exp
from unit.audience import reference
from unit.audience.random_world import world
from unit.audience.world import ADA, BO, CAST, CY, DEE, NOW, ago, catalogue, charter, fill, permit

from tandem import audience, policy
from tandem.engine import Change, Engine, open_engine

SHOP = charter()
TABLES = catalogue(SHOP)
TABLE_SOURCE = {"event_purchase": "web", "event_visit": "web", "record_crm": "crm"}


@pytest.fixture
def engine(tmp_path: Any) -> Any:
    with open_engine("duckdb", str(tmp_path / "lake")) as opened:
        opened.ensure(list(TABLES))
        yield opened


Rows = dict[str, list[dict[str, Any]]]


def sourced(rows: Rows) -> Rows:
    """The same rows with their source."""
    return {
        table: [{**row, "source": TABLE_SOURCE[table]} if table in TABLE_SOURCE else row for row in some]
        for table, some in rows.items()
    }


def filled(engine: Engine, rows: Rows) -> None:
    for table, some in rows.items():
        fill(engine, table, some)
    policy.refresh_consents(engine, NOW)


def computed(engine: Engine, now: datetime = NOW) -> Change:
    return audience.compute_sources(engine, SHOP, permit(SHOP, audience.sources_footprint(SHOP)), now)


def known(engine: Engine) -> dict[tuple[int, str], tuple[int, datetime, datetime]]:
    query = exp.select("person_id", "source", "events", "first_at", "last_at")
    return {(row[0], row[1]): row[2:] for row in engine.rows(query.from_(engine.ref("person_sources")))}


def test_the_cast(engine: Engine) -> None:
    """Eve objected, Bo's event of this very instant does not count yet, a record counts once with its last change."""
    filled(engine, sourced(CAST))
    assert computed(engine) == Change(inserted=7)
    assert known(engine) == {
        (ADA, "web"): (3, ago(200), ago(10)),
        (ADA, "crm"): (1, ago(8), ago(8)),
        (BO, "web"): (1, ago(120), ago(120)),
        (BO, "crm"): (1, ago(8), ago(8)),
        (CY, "web"): (1, ago(3), ago(3)),
        (CY, "crm"): (1, ago(8), ago(8)),
        (DEE, "web"): (1, ago(1), ago(1)),
    }


def test_doing_it_again_writes_nothing(engine: Engine) -> None:
    filled(engine, sourced(CAST))
    computed(engine)
    version = engine.version("person_sources")
    assert not computed(engine)
    assert engine.version("person_sources") == version


def test_who_objects_later_and_what_moves_is_followed(engine: Engine) -> None:
    filled(engine, sourced(CAST))
    computed(engine)
    no = {"consent_id": 99, "subject_key": 3, "purpose": "analytics", "state": "denied", "at": ago(0)}
    fill(engine, "consents", [{**no, "proof_event_id": 99, "batch_id": 2}])
    fill(engine, "event_visit", [{"event_id": 77, "event_at": ago(2), "subject_key": 2, "source": "web"}])
    policy.refresh_consents(engine, NOW)
    assert computed(engine) == Change(inserted=0, updated=3)
    assert not {key for key in known(engine) if key[0] == CY}
    assert known(engine)[BO, "web"] == (2, ago(120), ago(2))


@pytest.mark.parametrize("seed", range(8))
def test_random_shops_against_a_count_by_hand(engine: Engine, seed: int) -> None:
    """One event kind comes by two sources here."""
    rows = sourced(world(seed))
    rows["event_purchase"] = [
        {**row, "source": "web" if n % 3 else "till"} for n, row in enumerate(rows["event_purchase"])
    ]
    filled(engine, rows)
    computed(engine)
    assert known(engine) == reference.sources(rows, NOW)


def test_a_charter_whose_sources_name_nobody_leaves_nothing(engine: Engine) -> None:
    filled(engine, sourced(CAST))
    computed(engine)
    nameless = charter(
        sources__web="source: web\nfiles: {path: a.csv, format: csv}\ntime: {field: at}\n"
        "events: [{kind: purchase}]\n",
        sources__crm="source: crm\nfiles: {path: b.csv, format: csv}\nkey: [id]\n"
        "record: {fields: {country: {type: text}}}\n",
        traits__all="traits: []\n",
    )
    assert audience.sources_footprint(nameless) == frozenset()
    everything = permit(SHOP, audience.sources_footprint(SHOP))
    assert audience.compute_sources(engine, nameless, everything, NOW) == Change(updated=7)
    assert known(engine) == {}
