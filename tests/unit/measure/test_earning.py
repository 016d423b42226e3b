"""Cost and return by hand: what is subtracted, what is refused, and what is not told."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tandem.measure.earning import Cost, Return, returned
from tandem.measure.problems import CODES
from tandem.measure.stats import Estimate, Moments, Refusal, value

COST = Cost(Decimal(400), Decimal("0.05"), 1_160, "GBP")
LIFT = Estimate(
    treated=14.0,
    control=6.0,
    difference=8.0,
    low=5.0,
    high=11.0,
    p_value=0.001,
    relative=Refusal("MSR-007", "no bounds", "", ""),
    confidence=0.95,
    method="by hand",
)


def test_the_return_is_the_gain_less_the_cost_with_the_interval_of_the_lift() -> None:
    assert COST.total == Decimal(458)
    found = returned(LIFT, 1_000, "GBP", COST)
    assert found == Return(8_000.0, 458.0, 7_542.0, 4_542.0, 10_542.0, 0.95, "GBP")
    assert found.to_dict()["value"] == 7_542.0


def test_a_campaign_can_lose_money() -> None:
    found = returned(LIFT, 50, "GBP", COST)
    assert isinstance(found, Return)
    assert found.value == pytest.approx(-58)
    assert found.low < 0 < found.high


@pytest.mark.parametrize("unit", ["EUR", None])
def test_other_money_is_not_converted(unit: str | None) -> None:
    found = returned(LIFT, 1_000, unit, COST)
    assert isinstance(found, Refusal)
    assert found.code in CODES
    assert "GBP" in found.expected


def test_without_a_lift_of_value_there_is_no_return() -> None:
    refused = value(Moments(500, 40), Moments(500, 30))
    assert returned(refused, 500, None, COST) is refused


def test_the_total_of_few_contacts_would_give_their_number_away() -> None:
    few = replace(COST, contacts=3)
    assert not few.told(10)
    assert "total" not in few.to_dict(10)
    assert few.to_dict(10)["fixed"] == 400.0
    assert replace(few, per_contact=Decimal(0)).to_dict(10)["total"] == 400.0
    assert COST.to_dict(10)["total"] == 458.0
