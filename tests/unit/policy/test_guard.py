"""What the guard shows: Ada said yes, Bo withdrew, Cy never spoke, Dee complained, Eve objected."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlglot import exp
from unit.audience.world import ADA, BO, CAST, CY, DEE, EVE, NOW, catalogue, charter, fill, ids, permit

from tandem import policy
from tandem.engine import Engine, open_engine
from tandem.kernel import Problems
from tandem.kernel.values import Basis, Destination, FieldRef

SHOP = charter()
TABLES = catalogue(SHOP)
FOOTPRINT = frozenset({FieldRef("event_purchase", "amount"), FieldRef("record_crm", "country")})


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    lake: Path = tmp_path_factory.mktemp("lake")
    with open_engine("duckdb", str(lake), threads=2) as opened:
        opened.ensure(list(TABLES))
        for table, rows in CAST.items():
            fill(opened, table, rows)
        policy.refresh_consents(opened, NOW)
        yield opened


@pytest.mark.parametrize(
    ("purpose", "destination", "expected"),
    [
        ("marketing_email", Destination.PREVIEW, [ADA, DEE]),
        ("marketing_email", Destination.EMAIL, [ADA]),
        ("analytics", Destination.PREVIEW, [ADA, BO, CY, DEE]),
        ("recalls", Destination.PREVIEW, [ADA, BO, CY, DEE, EVE]),
        ("recalls", Destination.EMAIL, [ADA, BO, CY, EVE]),
    ],
)
def test_people(engine: Engine, purpose: str, destination: Destination, expected: list[int]) -> None:
    allowed = permit(SHOP, FOOTPRINT, purpose, destination)
    assert ids(engine, policy.people(allowed, TABLES)) == expected


def test_events_of_others_do_not_exist(engine: Engine) -> None:
    allowed = permit(SHOP, FOOTPRINT, "marketing_email", Destination.EMAIL)
    rows = engine.dicts(exp.select("*").from_(policy.guarded("event_purchase", allowed, TABLES)))
    assert {row["event_id"] for row in rows} == {1, 2, 3}
    assert list(rows[0]) == ["person_id", "event_id", "event_at", "amount"]


def test_only_the_latest_version_of_a_record(engine: Engine) -> None:
    allowed = permit(SHOP, FOOTPRINT)
    rows = engine.rows(
        exp.select("person_id", "country").from_(policy.guarded("record_crm", allowed, TABLES))
    )
    assert sorted(rows) == [(ADA, "FR"), (BO, "GB"), (CY, None)]


def test_a_column_outside_the_footprint_is_refused_by_name(engine: Engine) -> None:
    allowed = permit(SHOP, FOOTPRINT)
    query = exp.select("health_note").from_(policy.guarded("event_purchase", allowed, TABLES))
    with pytest.raises(Problems, match=r"ENG-001(.|\n)*health_note"):
        engine.rows(query)


def test_a_table_outside_the_footprint_is_refused() -> None:
    with pytest.raises(Problems, match=r"POL-301(.|\n)*event_visit"):
        policy.guarded("event_visit", permit(SHOP, FOOTPRINT), TABLES)


def test_the_keeper_alone_sees_a_whole_table() -> None:
    assert policy.kept("memberships", "audience", TABLES).name == "memberships"
    with pytest.raises(Problems, match="POL-302"):
        policy.kept("consents", "audience", TABLES)


def test_reasons_are_disjoint_and_complete(engine: Engine) -> None:
    allowed = permit(SHOP, FOOTPRINT, "marketing_email", Destination.EMAIL)
    everybody = exp.select("person_id").distinct().from_(engine.ref("person_map"))
    found = {(one.code, one.people) for one in policy.unreachable(everybody, allowed, engine)}
    expected = {("consent_denied", 1), ("consent_missing", 1), ("consent_unreadable", 1), ("suppressed", 1)}
    assert found == expected
    query = policy.unreachable_query(everybody, allowed, TABLES)
    told = {row["person_id"]: row["sentence"] for row in engine.dicts(query)}
    assert told[DEE] == "is on the suppression list: complaint"
    assert told[CY] == "has never said yes to this purpose"
    assert set(told) == {BO, CY, DEE, EVE}


def test_an_objection_stands_for_purposes_without_consent(engine: Engine) -> None:
    everybody = exp.select("person_id").distinct().from_(engine.ref("person_map"))
    (reason,) = policy.unreachable(everybody, permit(SHOP, FOOTPRINT), engine)
    assert (reason.code, reason.people) == ("objected", 1)


def test_what_nobody_can_read_is_an_objection(tmp_path: Path) -> None:
    """Bo's tracker sent a signal that is neither on nor off: something was said of counting, and it was no yes."""
    said = {"consent_id": 99, "subject_key": 2, "purpose": "analytics", "state": "unreadable", "at": NOW}
    rows = [*CAST["consents"], said | {"proof_event_id": 99, "batch_id": 1}]
    with open_engine("duckdb", str(tmp_path), threads=2) as engine:
        engine.ensure(list(TABLES))
        for table, told in (CAST | {"consents": rows}).items():
            fill(engine, table, told)
        policy.refresh_consents(engine, NOW)
        allowed = permit(SHOP, FOOTPRINT)
        assert ids(engine, policy.people(allowed, TABLES)) == [ADA, CY, DEE]
        everybody = exp.select("person_id").distinct().from_(engine.ref("person_map"))
        found = {(one.code, one.people) for one in policy.unreachable(everybody, allowed, engine)}
        assert found == {("objected", 1), ("consent_unreadable", 1)}


def test_a_forged_basis_changes_the_fingerprint_and_the_stamp() -> None:
    allowed = permit(SHOP, FOOTPRINT, "marketing_email")
    assert replace(allowed, basis=Basis.CONTRACT).fingerprint != allowed.fingerprint
