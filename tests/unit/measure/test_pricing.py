"""What reaching a person is worth: a planted value comes back, with an interval that holds it as often as it says."""

import numpy as np
import pytest

from tandem.measure.pricing import Lift, worth
from tandem.measure.stats import Estimate, Moments
from tandem.measure.stats.value import value


def campaign(rng: np.random.Generator, each: float, reached: float, people: int = 4000) -> Lift:
    """A campaign that brings `each` per person reached, over everybody assigned."""
    base = rng.exponential(20.0, 2 * people)
    treated = base[:people] + each * (rng.random(people) < reached)
    arms = [
        Moments(len(arm), int((arm > 0).sum()), float(arm.sum()), float((arm**2).sum()))
        for arm in (treated, base[people:])
    ]
    found = value(*arms)
    assert isinstance(found, Estimate)
    return Lift("one", found.difference, found.low, found.high, found.confidence, reached)


def test_one_campaign_is_its_lift_over_the_share_reached() -> None:
    found = worth([Lift("one", 2.0, 1.0, 3.0, 0.95, 0.5)], "GBP")
    assert found is not None
    assert (found.value, found.low, found.high, found.campaigns) == (4.0, 2.0, 6.0, ("one",))
    assert found.clear
    thousand = found.times(1000)
    assert (thousand.value, thousand.low, thousand.high) == (4000.0, 2000.0, 6000.0)


def test_what_nobody_measured_is_not_known() -> None:
    assert worth([], "GBP") is None
    assert worth([Lift("nobody", 0.0, 0.0, 0.0, 0.95, 0.0)], "GBP") is None


def test_an_interval_that_holds_zero_is_not_clear() -> None:
    found = worth([Lift("one", 1.0, -1.0, 3.0, 0.95, 1.0)], "GBP")
    assert found is not None
    assert not found.clear


def test_two_that_measured_alike_are_better_than_one() -> None:
    one = Lift("one", 2.0, 0.04, 3.96, 0.95, 1.0)
    found = worth([one, Lift("two", 4.0, 2.04, 5.96, 0.95, 1.0)], "GBP")
    assert found is not None
    assert found.value == pytest.approx(3.0)
    assert found.high - found.low == pytest.approx((one.high - one.low) / 2**0.5)


@pytest.mark.parametrize("several", [1, 3])
def test_the_planted_value_lies_in_the_interval_as_often_as_it_says(several: int) -> None:
    rng, planted, tries = np.random.default_rng(7), 3.0, 300
    inside = 0
    for _ in range(tries):
        found = worth([campaign(rng, planted, 0.6) for _ in range(several)], "GBP")
        assert found is not None
        inside += found.low <= planted <= found.high
    assert 0.91 <= inside / tries <= 0.985
