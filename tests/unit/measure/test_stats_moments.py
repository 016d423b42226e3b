"""Moments add up exactly and cannot hold impossible sums."""

from decimal import Decimal
from fractions import Fraction
from math import inf, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.measure.stats import Moments

person = st.tuples(st.booleans(), st.floats(-1e6, 1e6, allow_nan=False))
people = st.lists(person, max_size=20)


def moments_of(part: list[tuple[bool, float]]) -> Moments:
    exact = [Fraction(value) for _, value in part]
    return Moments(len(part), sum(done for done, _ in part), sum(exact), sum(v * v for v in exact))


@given(people, people, people)
def test_adding_is_associative_commutative_and_the_same_as_measuring_at_once(a, b, c):
    x, y, z = moments_of(a), moments_of(b), moments_of(c)
    assert (x + y) + z == x + (y + z) == moments_of(a + b + c)
    assert x + y == y + x
    assert x + Moments(0, 0, 0, 0) == x


@given(st.lists(person, min_size=2, max_size=50))
def test_mean_and_variance_are_those_of_numpy(part):
    values = [value for _, value in part]
    scale = max(1.0, max(abs(value) for value in values))
    assert moments_of(part).mean == pytest.approx(np.mean(values), abs=1e-12 * scale)
    assert moments_of(part).variance == pytest.approx(np.var(values, ddof=1), abs=1e-12 * scale**2)


def test_variance_survives_cancellation_that_floats_do_not():
    values = [Decimal("100000000.01"), Decimal("100000000.02"), Decimal("100000000.03")]
    exact = Moments(3, 0, sum(values), sum((v * v for v in values), Decimal(0)))
    assert exact.variance == pytest.approx(1e-4, rel=1e-12)


@pytest.mark.parametrize(
    ("n", "conversions", "total", "squares"),
    [(np.int64(4), np.int32(2), np.float64(3), np.float32(5)), (4, 2, Decimal("3.00"), 5.0), (4, 2, 3, 5)],
    ids=["numpy", "decimal and float", "int"],
)
def test_every_kind_of_number_gives_the_same_moments(n, conversions, total, squares):
    assert Moments(n, conversions, total, squares) == Moments(4, 2, 3, 5)


@pytest.mark.parametrize(
    ("sums", "error"),
    [
        ((-1, 0), ValueError),
        ((3, 4), ValueError),
        ((3, -1), ValueError),
        ((3.0, 1), TypeError),
        ((True, 0), TypeError),
        ((3, 1, 5, None), ValueError),
        ((3, 1, None, 5), ValueError),
        ((3, 1, nan, 5), ValueError),
        ((3, 1, 1, inf), ValueError),
        ((3, 1, Decimal("NaN"), 5), ValueError),
        ((3, 1, "5", 25), TypeError),
        ((3, 1, 6, 11.9), ValueError),
        ((0, 0, 1, 1), ValueError),
    ],
)
def test_impossible_sums_are_refused(sums, error):
    with pytest.raises(error):
        Moments(*sums)


def test_a_value_that_was_not_measured_is_not_zero():
    bare = Moments(10, 3)
    assert bare.to_dict() == {"n": 10, "conversions": 3}
    assert bare + bare == Moments(20, 6)
    with pytest.raises(ValueError, match="without one"):
        bare + Moments(10, 3, 0, 0)
    with pytest.raises(ValueError, match="not measured"):
        _ = bare.mean


def test_an_arm_of_nobody_has_no_rate_mean_or_variance():
    nobody = Moments(0, 0, 0, 0)
    for name in ("rate", "mean", "variance"):
        with pytest.raises(ValueError, match=r"nobody|two people"):
            getattr(nobody, name)


def test_sums_made_in_floats_may_miss_the_bound_by_rounding():
    values = [0.1] * 10
    assert Moments(10, 0, sum(values), sum(v * v for v in values)).variance == pytest.approx(0, abs=1e-15)
