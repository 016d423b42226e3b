"""Lift from the lake to the report: planted lift recovered, sums as in numpy, A/A silent, refusals kept."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import company
import numpy as np
import pytest
from company import CAMPAIGN, DAY, NOW
from sqlglot import exp

from tandem.charter.definitions import Cost
from tandem.engine import Engine, open_engine
from tandem.journey import assign, bucket
from tandem.kernel.values import Actor, Destination
from tandem.measure.earning import Return
from tandem.measure.moments import arms, cells, footprint, moments_query
from tandem.measure.report import LiftReport, NoLift, report
from tandem.measure.stats import Estimate
from tandem.policy import AtLeast, Permit, decide

BASE, LIFT = 0.10, 0.05
AFTER = NOW + 14 * DAY


@dataclass
class World:
    """A lake with one campaign assigned at NOW, and its purchases as numpy arrays."""

    engine: Engine
    root: Path
    people: int
    person: np.ndarray
    at: np.ndarray
    cents: np.ndarray

    def permit(self) -> Permit:
        charter = company.charter_at(self.root)
        permit = decide(
            Actor("tandem", "system"),
            charter.purposes.measuring,
            Destination.MEASURE,
            footprint(CAMPAIGN),
            charter,
            self.engine.catalogue,
        )
        assert isinstance(permit, Permit), permit
        return permit

    def report(self, now: datetime = AFTER, campaign=CAMPAIGN) -> LiftReport | NoLift:
        return report(self.engine, company.charter_at(self.root), campaign, self.permit(), now)


def arm_of(people: int) -> np.ndarray:
    """Treated or not, by the same digest as in the lake."""
    return np.array([bucket(CAMPAIGN, person) >= 2000 for person in range(1, people + 1)])


def grow(engine: Engine, root: Path, people: int, seed: int, lift: float) -> World:
    """People with purchases before, in and after the window; the treated convert more by `lift`."""
    rng = np.random.default_rng(seed)
    ids = np.arange(1, people + 1)
    rate = np.where(arm_of(people), BASE + lift, BASE)
    buyers = ids[rng.random(people) < rate]
    inside = np.repeat(buyers, rng.integers(1, 4, len(buyers)))
    noise = rng.choice(ids, people // 2)
    person = np.concatenate([inside, noise])
    seconds = np.concatenate(
        [
            rng.integers(0, 14 * 86_400, len(inside)),
            np.where(rng.random(len(noise)) < 0.5, -1 - rng.integers(0, 86_400, len(noise)), 14 * 86_400),
        ]
    )
    cents = rng.integers(100, 20_000, len(person))
    company.ensure(engine)
    company.fill(engine, "person_map", (company.mapped(int(p), f"k{p}") for p in ids))
    purchases = (
        {
            "event_id": n,
            "event_at": NOW + timedelta(seconds=int(s)),
            "subject_key": company.mapped(int(p), f"k{p}")["identifier_key"],
            "amount": Decimal(int(c)) / 100,
        }
        for n, (p, s, c) in enumerate(zip(person, seconds, cents, strict=True))
    )
    company.fill(engine, "event_purchase", purchases)
    members = exp.select("person_id").from_(engine.ref("person_map"))
    assign(engine, CAMPAIGN, members, "permit", NOW)
    return World(engine, root, people, person, seconds, cents)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    root = tmp_path_factory.mktemp("lift")
    with open_engine("duckdb", str(root / "lake"), threads=2) as engine:
        yield grow(engine, root, 6000, seed=11, lift=LIFT)


def test_the_sums_are_those_of_an_independent_computation(world: World) -> None:
    found = arms(cells(world.engine, CAMPAIGN, world.permit(), AFTER))
    counted = (world.at >= 0) & (world.at < 14 * 86_400)
    cents = np.bincount(world.person[counted], world.cents[counted], minlength=world.people + 1)[1:]
    bought = np.bincount(world.person[counted], minlength=world.people + 1)[1:] > 0
    for name, chosen in (("treated", arm_of(world.people)), ("control", ~arm_of(world.people))):
        assert found[name].n == chosen.sum()
        assert found[name].conversions == bought[chosen].sum()
        assert found[name].value_sum * 100 == int(cents[chosen].sum())
        assert found[name].value_sq_sum * 10_000 == int((cents[chosen].astype(object) ** 2).sum())


def test_the_planted_lift_lies_in_the_interval_and_zero_does_not(world: World) -> None:
    found = world.report()
    assert isinstance(found, LiftReport)
    assert isinstance(found.conversion, Estimate)
    assert isinstance(found.value, Estimate)
    assert found.conversion.low <= LIFT <= found.conversion.high
    assert found.conversion.low > 0
    # a buyer buys twice on average, for 100.50 on average
    assert found.value.low <= LIFT * 2 * 100.5 <= found.value.high
    assert found.value.low > 0
    assert any("Conversion" in sentence for sentence in found.sentences)


def test_a_declared_cost_is_reported_and_subtracted(world: World) -> None:
    assert world.report().to_dict()["return"] is None
    costly = replace(CAMPAIGN, cost=Cost(fixed=Decimal(400)))
    found = world.report(campaign=costly)
    assert isinstance(found, LiftReport)
    assert isinstance(found.value, Estimate)
    assert isinstance(found.returned, Return)
    treated = found.figures.arms["treated"].assigned
    assert found.returned.low == pytest.approx(found.value.low * treated - 400)
    assert any(sentence.startswith("It cost") for sentence in found.sentences)
    assert any(sentence.startswith("Return: it brought") for sentence in found.sentences)
    early = world.report(AFTER - timedelta(seconds=1), costly)
    assert isinstance(early, NoLift)
    assert early.to_dict()["cost"] == {
        "currency": "GBP", "fixed": 400.0, "per_contact": 0.0, "contacts": {"fewer_than": 2}, "total": 400.0
    }  # fmt: skip


def test_an_open_window_is_refused_with_the_counts_so_far(world: World) -> None:
    found = world.report(AFTER - timedelta(seconds=1))
    assert isinstance(found, NoLift)
    assert found.reason.code == "MSR-003"
    assert found.figures.closes == AFTER
    assert "15 June 2026" in " ".join(found.sentences) or "2026-06-15" in found.sentence
    assert found.figures.arms["treated"].converted > 0
    assert "lift" not in found.to_dict()


def test_outcomes_after_now_are_not_counted(world: World) -> None:
    early = arms(cells(world.engine, CAMPAIGN, world.permit(), NOW + DAY))
    counted = (world.at >= 0) & (world.at < 86_400)
    assert sum(arm.conversions for arm in early.values()) == len(set(world.person[counted]))


def test_nobody_assigned_is_refused(world: World) -> None:
    other = replace(CAMPAIGN, campaign="never_run")
    found = world.report(campaign=other)
    assert isinstance(found, NoLift)
    assert found.reason.code == "MSR-001"
    assert "Nobody" in " ".join(found.sentences)


def test_a_broken_ratio_is_refused(world: World) -> None:
    found = world.report(campaign=replace(CAMPAIGN, holdout=Decimal("0.3")))
    assert isinstance(found, NoLift)
    assert found.reason.code == "MSR-002"


def test_where_too_few_reached_the_goal_no_estimate_is_told(world: World) -> None:
    fewest = min(arm.converted for arm in world.report().figures.arms.values())
    permit = replace(world.permit(), smallest_group=fewest + 1)
    found = report(world.engine, company.charter_at(world.root), CAMPAIGN, permit, AFTER)
    assert isinstance(found, NoLift)
    assert found.reason.code == "MSR-013"
    assert "lift" not in found.to_dict()
    assert found.to_dict()["arms"]["control"]["converted"] == {"fewer_than": fewest + 1}


def test_the_size_of_a_small_arm_is_not_told(tmp_path: Path) -> None:
    with open_engine("duckdb", str(tmp_path / "lake"), threads=2) as engine:
        world = grow(engine, tmp_path, 60, seed=3, lift=LIFT)
        permit = replace(world.permit(), smallest_group=25)
        found = report(engine, company.charter_at(world.root), CAMPAIGN, permit, AFTER)
        assert isinstance(found, NoLift)
        assert found.sentence == "Too few people in the arm `control`: fewer than 25 of 100 needed."
        assert found.reason.found == "fewer than 25 people"
        assert found.figures.everybody == AtLeast(25)


def test_the_moments_come_from_one_query_of_few_rows(world: World) -> None:
    query = moments_query(world.engine.catalogue, CAMPAIGN, world.permit(), AFTER)
    rows = world.engine.rows(query)
    assert len(rows) <= 2 * 16
    assert sum(row[3] for row in rows) == world.people


@pytest.mark.long
def test_a_campaign_that_does_nothing_is_seldom_called_a_success(tmp_path: Path) -> None:
    """25 A/A campaigns over one lake: at alpha 0.05 more than 5 false alarms have probability 0.1 %."""
    with open_engine("duckdb", str(tmp_path / "lake"), threads=2) as engine:
        world = grow(engine, tmp_path, 2000, seed=5, lift=0.0)
        alarms = 0
        members = exp.select("person_id").from_(engine.ref("person_map"))
        for number in range(25):
            campaign = replace(CAMPAIGN, campaign=f"aa_{number}")
            assign(engine, campaign, members, "permit", NOW)
            found = world.report(campaign=campaign)
            assert isinstance(found, LiftReport)
            assert isinstance(found.conversion, Estimate)
            alarms += found.conversion.p_value < 0.05
        assert alarms <= 5


def test_who_is_merged_into_another_person_stays_in_the_count_with_their_outcomes(tmp_path: Path) -> None:
    with open_engine("duckdb", str(tmp_path / "lake"), threads=2) as engine:
        world = grow(engine, tmp_path, 400, seed=3, lift=LIFT)
        before = arms(cells(engine, CAMPAIGN, world.permit(), AFTER))
        buyer = int(world.person[world.at == world.at[world.at >= 0].min()][0])
        moved = company.mapped(buyer, f"k{buyer}") | {"person_id": 10_000, "since_version": 2}
        columns = [(c.name, c.type) for c in engine.catalogue["person_map"].columns]
        engine.upsert("person_map", exp.select("*").from_(engine.stage_rows("moved", columns, [moved])))
        changed = {"version": 2, "from_person_id": buyer, "to_person_id": 10_000, "changed_at": NOW}
        company.fill(engine, "person_changes", [changed | {"identifier_key": moved["identifier_key"]}])
        assert arms(cells(engine, CAMPAIGN, world.permit(), AFTER)) == before
