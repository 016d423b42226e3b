"""Assignment: by hash, once and for ever, only in time; and the step as a function and as a query agree."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import exp

from tandem.charter.definitions import Campaign, Channel, Goal, Message
from tandem.engine import Engine, open_engine
from tandem.journey import Assigned, Facts, State, Status, assign, bucket, intents, step
from tandem.kernel import digest60

NOW = datetime(2026, 6, 1, 9)
DAY = timedelta(days=1)
CAMPAIGN = Campaign(
    campaign="winback",
    audience="lapsed",
    purpose="marketing_email",
    channel=Channel.EMAIL,
    holdout=Decimal("0.2"),
    window=14 * DAY,
    goal=Goal(event="purchase", value="amount"),
    message=Message(subject="Hello", text="Hello"),
)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with open_engine("duckdb", str(tmp_path / "lake"), threads=2) as opened:
        yield opened


def people(first: int, last: int) -> exp.Query:
    series = exp.GenerateSeries(start=exp.convert(first), end=exp.convert(last - 1))
    return exp.select(exp.cast(exp.Explode(this=series), "bigint").as_("person_id"))


def arms(engine: Engine) -> dict[int, tuple[str, int, datetime]]:
    a = exp.alias_(engine.ref("assignments"), "a", table=True)
    rows = engine.rows(exp.select("person_id", "arm", "bucket", "assigned_at").from_(a))
    return {person: (arm, number, at) for person, arm, number, at in rows}


def test_the_arm_follows_from_campaign_and_person_alone(engine: Engine) -> None:
    assign(engine, CAMPAIGN, people(0, 1000), "permit", NOW)
    for person, (arm, number, at) in arms(engine).items():
        assert number == digest60("campaign:winback", str(person)) % 10_000 == bucket(CAMPAIGN, person)
        assert (arm == "control") == (number < 2000)
        assert at == NOW


def test_the_held_out_share_is_the_planned_one(engine: Engine) -> None:
    done = assign(engine, CAMPAIGN, people(0, 20_000), "permit", NOW)
    assert done.new_control + done.new_treated == 20_000
    # four standard errors of a binomial share
    assert abs(done.new_control / 20_000 - 0.2) < 4 * (0.2 * 0.8 / 20_000) ** 0.5


def test_buckets_of_two_campaigns_have_nothing_to_do_with_each_other(engine: Engine) -> None:
    other = replace(CAMPAIGN, campaign="spring")
    both = sum(bucket(CAMPAIGN, n) < 2000 and bucket(other, n) < 2000 for n in range(20_000))
    assert abs(both / 20_000 - 0.04) < 4 * (0.04 * 0.96 / 20_000) ** 0.5


def test_assigning_again_changes_nothing_and_nobody_changes_arm(engine: Engine) -> None:
    assign(engine, CAMPAIGN, people(0, 1000), "permit", NOW)
    before, version = arms(engine), engine.version("assignments")
    assert assign(engine, CAMPAIGN, people(0, 1000), "permit", NOW) == Assigned()
    assert engine.version("assignments") == version

    wider = replace(CAMPAIGN, holdout=Decimal("0.5"))
    later = assign(engine, wider, people(500, 1500), "other", NOW + DAY)
    after = arms(engine)
    assert later.new_treated + later.new_control == 500
    assert {person: after[person] for person in before} == before


@pytest.mark.parametrize(
    ("now", "assigned"),
    [(NOW - DAY, False), (NOW, True), (NOW + DAY - timedelta(microseconds=1), True), (NOW + DAY, False)],
    ids=["before starts", "at starts", "just before ends", "at ends"],
)
def test_nobody_is_assigned_outside_starts_and_ends(engine: Engine, now: datetime, assigned: bool) -> None:
    campaign = replace(CAMPAIGN, starts=NOW, ends=NOW + DAY)
    assert bool(assign(engine, campaign, people(0, 100), "permit", now)) is assigned


def test_a_person_twice_in_the_members_is_assigned_once(engine: Engine) -> None:
    twice = exp.union(people(0, 100), people(50, 150), distinct=False)
    done = assign(engine, CAMPAIGN, twice, "permit", NOW)
    assert done.new_treated + done.new_control == 150 == len(arms(engine))


WHEN = st.integers(min_value=-1, max_value=20).map(lambda n: NOW + n * DAY)


@given(arm=st.sampled_from(["treated", "control"]), contacted=st.booleans(), now=WHEN)
def test_a_step_taken_twice_is_taken_once(arm: str, contacted: bool, now: datetime) -> None:
    state = State(1, arm, NOW)
    first, _ = step(CAMPAIGN, state, Facts(contacted), now)
    assert step(CAMPAIGN, first, Facts(contacted), now)[0] == first


@given(now=WHEN, contacted=st.booleans(), later=st.booleans())
def test_control_is_never_owed_anything(now: datetime, contacted: bool, later: bool) -> None:
    state, owed = step(CAMPAIGN, State(1, "control", NOW), Facts(contacted), now)
    assert (state.status, owed) == (Status.HELD_OUT, ())
    assert step(CAMPAIGN, state, Facts(later), now + DAY)[1] == ()


@pytest.mark.parametrize("days", [0, 1, 13, 14, 15])
def test_the_query_and_the_step_say_the_same(engine: Engine, days: int) -> None:
    assign(engine, CAMPAIGN, people(0, 400), "permit", NOW)
    now = NOW + days * DAY
    contacted = {person for person in arms(engine) if person % 3 == 0}
    third = exp.Mod(this=exp.column("person_id"), expression=exp.convert(3)).eq(0)
    done = exp.select("person_id").from_(people(0, 400).subquery("p")).where(third)
    by_step = {
        intent.person_id
        for person, (arm, _, at) in arms(engine).items()
        for intent in step(CAMPAIGN, State(person, arm, at), Facts(person in contacted), now)[1]
    }
    assert {row[0] for row in engine.rows(intents(engine, CAMPAIGN, done, now))} == by_step
    assert bool(by_step) == (days < 14)
