"""Memberships: differences only, logged first, settled after a crash; previews that show no small group."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlglot import exp
from unit.audience.world import ADA, BO, CAST, CY, DEE, MARKETER, NOW, catalogue, charter, fill, permit

from tandem import audience, policy
from tandem.audience.membership import evaluate
from tandem.engine import Change, Engine, open_engine
from tandem.kernel.values import Actor
from tandem.policy import AtLeast, Count, Permit, Refusal

SHOP = charter(
    audiences__buyers="audience: buyers\ntitle: Buyers\nwho: {did: purchase, within: 150 days}\n",
    audiences__everybody="audience: everybody\nwho: {not: {did: purchase, count: {at_least: 99}}}\n",
    audiences__named="audience: named\nwho: {trait: first_name, is: Ada}\n",
)
TABLES = catalogue(SHOP)
BUYERS = SHOP.audience("buyers")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with open_engine("duckdb", str(tmp_path / "lake"), threads=2) as opened:
        opened.ensure(list(TABLES))
        for table, rows in CAST.items():
            fill(opened, table, rows)
        policy.refresh_consents(opened, NOW)
        audience.compute_traits(opened, SHOP, permit(SHOP, audience.trait_footprint(SHOP)), NOW)
        yield opened


@pytest.fixture
def allowed() -> Permit:
    return permit(SHOP, audience.bind(BUYERS, SHOP, TABLES).footprint())


def members(engine: Engine) -> set[int]:
    return {row[0] for row in engine.rows(exp.select("person_id").from_(engine.ref("memberships")))}


def log(engine: Engine) -> set[tuple[int, str]]:
    return set(engine.rows(exp.select("person_id", "change").from_(engine.ref("membership_changes"))))


def test_entered_left_and_nothing_new(engine: Engine, allowed: Permit) -> None:
    first = evaluate(engine, SHOP, BUYERS, allowed, NOW)
    assert (first.entered, first.left, first.size) == (3, 0, 3)
    assert members(engine) == {ADA, BO, DEE}
    versions = engine.version("memberships"), engine.version("membership_changes")
    assert not evaluate(engine, SHOP, BUYERS, allowed, NOW)
    assert (engine.version("memberships"), engine.version("membership_changes")) == versions
    later = evaluate(engine, SHOP, BUYERS, allowed, NOW + timedelta(days=145))
    assert (later.entered, later.left, later.size) == (0, 1, 2)
    assert members(engine) == {BO, DEE}
    assert (ADA, "left") in log(engine)
    versions = engine.version("memberships"), engine.version("membership_changes")
    assert not evaluate(engine, SHOP, BUYERS, allowed, NOW + timedelta(days=145))
    assert (engine.version("memberships"), engine.version("membership_changes")) == versions


def test_a_crash_after_the_log_is_settled_by_the_next_run(
    engine: Engine, allowed: Permit, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = engine.upsert

    def crash(table: str, *rest: object, **named: object) -> Change:
        if table == "memberships":
            raise KeyboardInterrupt
        return whole(table, *rest, **named)  # type: ignore[arg-type]

    with monkeypatch.context() as broken:
        broken.setattr(engine, "upsert", crash)
        with pytest.raises(KeyboardInterrupt):
            evaluate(engine, SHOP, BUYERS, allowed, NOW)
    assert members(engine) == set()
    assert not evaluate(engine, SHOP, BUYERS, allowed, NOW + timedelta(hours=1))
    assert members(engine) == {ADA, BO, DEE}
    assert len(log(engine)) == 3


def test_withdrawn_consent_ends_membership(engine: Engine) -> None:
    allowed = permit(SHOP, audience.bind(BUYERS, SHOP, TABLES).footprint(), "marketing_email")
    assert evaluate(engine, SHOP, BUYERS, allowed, NOW).entered == 2
    said = {"consent_id": 99, "subject_key": 11, "purpose": "marketing_email", "state": "denied"}
    fill(engine, "consents", [said | {"at": NOW, "proof_event_id": 99, "batch_id": 2}])
    policy.refresh_consents(engine, NOW + timedelta(hours=1))
    assert evaluate(engine, SHOP, BUYERS, allowed, NOW + timedelta(hours=1)).left == 1
    assert members(engine) == {DEE}


def test_preview_counts_and_says_why(engine: Engine) -> None:
    found = audience.preview(engine, SHOP, "buyers", MARKETER, None, NOW)
    assert isinstance(found, audience.Preview)
    assert found.sentence == "People who have at least one purchase event in the last 150 days."
    assert found.size == Count(3)
    (reach,) = found.reach
    # one each of three people: “fewer than 2” three times would say so
    assert (reach.purpose, reach.may) == ("marketing_email", AtLeast(0))
    assert {(one.code, one.people) for one in reach.reasons} == {
        ("consent_denied", AtLeast(0)),
        ("suppressed", AtLeast(0)),
    }
    assert "person_consents" in found.sql


def test_preview_is_refused_by_name(engine: Engine) -> None:
    found = audience.preview(engine, SHOP, "named", Actor("bo@shop.example", "analyst"), None, NOW)
    assert isinstance(found, Refusal)
    assert "profile.first_name" in found.reasons[0].sentence


def test_list_reads_every_audience(engine: Engine) -> None:
    assert [one.audience for one in audience.list_audiences(engine, SHOP)] == ["buyers", "everybody", "named"]


def test_people_who_are_gone_leave_the_profile(engine: Engine) -> None:
    moved = {"identifier_key": 3, "person_id": ADA, "since_version": 2}
    engine.upsert("person_map", exp.select(*(exp.cast(str(v), "bigint").as_(k) for k, v in moved.items())))
    audience.compute_traits(engine, SHOP, permit(SHOP, audience.trait_footprint(SHOP)), NOW)
    assert {row[0] for row in engine.rows(exp.select("person_id").from_(engine.ref("profile")))} == {
        ADA,
        BO,
        DEE,
    }
    assert CY not in members(engine)


def test_touched_people_alone_are_computed_again(engine: Engine) -> None:
    rows = [
        {"event_id": 50 + i, "event_at": NOW - timedelta(days=2), "subject_key": key, "amount": 1}
        for i, key in enumerate((1, 2))
    ]
    fill(engine, "event_purchase", rows)
    allowed = permit(SHOP, audience.trait_footprint(SHOP))
    touched = exp.select(exp.cast(str(ADA), "bigint").as_("person_id"))
    assert audience.compute_traits(engine, SHOP, allowed, NOW, touched=touched).updated == 1
    assert audience.compute_traits(engine, SHOP, allowed, NOW).updated == 1
