"""What an index is put together from."""

import numpy as np
import pytest

from tandem.align.stats.index import (
    closeness,
    combined,
    guessing,
    leave_one_out,
    level,
    list_agreement,
    normalised,
    weight_sensitivity,
)

PARTS = {"need": 0.8, "lists": 0.6, "trust": 0.4}
WEIGHTS = {"need": 2.0, "lists": 1.0, "trust": 1.0, "unknown": 4.0}


def test_components_lie_between_nothing_and_all():
    assert closeness(np.array([0.77]), np.array([0.56])) == pytest.approx(0.79)
    assert closeness(np.array([0.5, np.nan]), np.array([0.4, 0.3])) == pytest.approx(0.9)
    assert guessing(np.array([0.36]), np.array([0.45])) == pytest.approx(0.91)
    assert list_agreement(np.arange(5.0), np.arange(5.0)) == 1
    assert list_agreement(np.arange(5.0), -np.arange(5.0)) == 0
    assert np.isnan(closeness(np.array([np.nan]), np.array([0.1])))


def test_two_low_but_equal_sides_are_close_and_low():
    low = np.array([0.2, 0.2])
    assert closeness(low, low) == 1
    assert level(low, low) == pytest.approx(0.2)


def test_components_take_draws_in_front():
    first, second = np.random.default_rng(1).random((2, 7, 4))
    for found in (closeness(first, second), level(first, second), list_agreement(first, second)):
        assert found.shape == (7,)


def test_weights_are_shares_of_those_that_are_known():
    assert combined(PARTS, WEIGHTS) == pytest.approx((2 * 0.8 + 0.6 + 0.4) / 4)
    assert normalised({"a": 3.0, "b": 1.0}) == {"a": 0.75, "b": 0.25}
    for wrong in ({"a": -1.0, "b": 2.0}, {"a": 0.0}, {"a": float("inf")}):
        with pytest.raises(ValueError, match="0 or more"):
            normalised(wrong)
    with pytest.raises(ValueError, match="no component"):
        combined(PARTS, {"other": 1.0})
    with pytest.raises(ValueError, match="no component"):
        weight_sensitivity(PARTS, {}, np.random.default_rng(0))


def test_without_each_component_in_turn():
    found = leave_one_out(PARTS, WEIGHTS)
    assert found == {
        "need": pytest.approx(0.5),
        "lists": pytest.approx((1.6 + 0.4) / 3),
        "trust": pytest.approx((1.6 + 0.6) / 3),
    }
    assert leave_one_out({"need": 0.5}, WEIGHTS) == {}


def test_other_weights_move_the_index_within_its_components():
    found = weight_sensitivity(PARTS, WEIGHTS, np.random.default_rng(2))
    assert 0.4 < found.low < found.middle < found.high < 0.8
    assert found.middle == pytest.approx(0.65, abs=0.02)
    same = weight_sensitivity(dict.fromkeys(PARTS, 0.5), WEIGHTS, np.random.default_rng(2))
    assert (same.low, same.high) == (pytest.approx(0.5), pytest.approx(0.5))
