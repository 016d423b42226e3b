"""Designs, intervals and tests: what must hold whatever the numbers are; their values stand in tests/truth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from tandem.align.stats import (
    Design,
    Estimate,
    Lonely,
    LonelyStratumError,
    beta_interval,
    boxes,
    cohen_h,
    compare_groups,
    jackknife,
    logit_interval,
    mean,
    rao_scott,
    ratio,
    superiority,
    total,
    wilson_interval,
)

RNG = np.random.default_rng(3)


def test_equal_weights_give_the_textbook_standard_error() -> None:
    y = RNG.normal(10, 2, 50)
    found = mean(Design(np.full(50, 4.0)), y)
    assert found.value == pytest.approx(y.mean())
    assert found.se == pytest.approx(y.std(ddof=1) / np.sqrt(50))
    assert (found.df, found.n) == (49, 50)
    assert found.deff == pytest.approx(1)
    assert total(Design(np.full(50, 4.0)), y).value == pytest.approx(4 * y.sum())
    assert ratio(Design(np.ones(50)), 2 * y, y).se == pytest.approx(0, abs=1e-9)


def test_a_census_has_no_error_and_what_is_not_known_is_left_out() -> None:
    y = RNG.normal(10, 2, 20)
    assert mean(Design(np.ones(20), population=np.full(20, 20.0)), y).se == 0
    gaps = np.append(y, np.nan)
    assert mean(Design(np.ones(21)), gaps).value == pytest.approx(y.mean())
    with pytest.raises(ValueError, match="nobody"):
        mean(Design(np.ones(2)), np.array([np.nan, np.nan]))


def test_a_stratum_of_one_stops_unless_somebody_says_what_it_means() -> None:
    strata = np.array(["N", "N", "S", "S", "W"])
    with pytest.raises(LonelyStratumError) as stopped:
        Design(np.ones(5), strata=strata)
    assert stopped.value.strata == ("W",)
    y = np.array([1.0, 2.0, 3.0, 4.0, 9.0])
    errors = {how: mean(Design(np.ones(5), strata=strata, lonely=how), y).se for how in list(Lonely)[1:]}
    assert errors[Lonely.CERTAINTY] < errors[Lonely.AVERAGE] < errors[Lonely.ADJUST]
    with pytest.raises(LonelyStratumError):
        jackknife(Design(np.ones(5), strata=strata, lonely=Lonely.ADJUST), lambda w: float(w @ y))


def test_clusters_of_one_stratum_are_not_those_of_another() -> None:
    y = RNG.normal(0, 1, 12)
    labels, strata = np.tile([1, 2, 3], 4), np.repeat(["N", "S"], 6)
    same = Design(np.ones(12), strata=strata, cluster=labels)
    apart = Design(np.ones(12), strata=strata, cluster=labels + 10 * (strata == "S"))
    assert mean(same, y) == mean(apart, y)
    assert same.df() == 4


def test_designs_that_do_not_fit_are_refused() -> None:
    for wrong in (
        {"weight": np.array([-1.0, 2.0])},
        {"weight": np.ones(2), "strata": np.array(["N"])},
        {"weight": np.ones(2), "margins": np.ones((2, 1))},
        {"weight": np.ones(2), "population": np.array([1.0, 1.0])},
        {"weight": np.ones(2), "population": np.array([5.0, 6.0])},
    ):
        with pytest.raises(ValueError):  # noqa: PT011
            Design(**wrong)


@given(st.floats(0.01, 0.99), st.floats(0.001, 0.2), st.integers(2, 400))
def test_intervals_hold_the_share_and_stay_between_0_and_1(p: float, se: float, df: int) -> None:
    share = Estimate(p, se, df, df + 1)
    for low, high in (logit_interval(share), beta_interval(share), wilson_interval(p, df)):
        assert 0 <= low <= p <= high <= 1


def test_intervals_at_the_edges() -> None:
    nobody = Estimate(0.0, 0.0, 49, 50)
    assert beta_interval(nobody)[0] == 0
    assert beta_interval(nobody) == pytest.approx(proportion_confint(0, 50, method="beta"))
    assert wilson_interval(0.3, 50) == pytest.approx(proportion_confint(15, 50, method="wilson"))
    with pytest.raises(ValueError, match="no logit"):
        logit_interval(nobody)
    with pytest.raises(ValueError, match="base above 0"):
        wilson_interval(0.5, 0)


def test_equal_weights_give_pearson_s_test_nearly() -> None:
    rows, columns = RNG.integers(0, 2, 4000), RNG.integers(0, 3, 4000)
    table = np.bincount(rows * 3 + columns).reshape(2, 3)
    found = rao_scott(Design(np.ones(4000)), rows, columns)
    assert found.chi2 == pytest.approx(stats.chi2_contingency(table, correction=False).statistic)
    assert found.deff == pytest.approx(1, abs=0.02)
    with pytest.raises(ValueError, match="two rows"):
        rao_scott(Design(np.ones(4000)), np.zeros(4000, dtype=int), columns)


def test_two_groups_are_antisymmetric_and_need_somebody() -> None:
    y, side = RNG.normal(0, 1, 60), np.repeat([True, False], 30)
    design = Design(RNG.uniform(1, 3, 60))
    one, two = compare_groups(design, y, side, ~side), compare_groups(design, y, ~side, side)
    assert one.difference == -two.difference
    assert (one.p, one.low) == pytest.approx((two.p, -two.high))
    with pytest.raises(ValueError, match="both groups"):
        compare_groups(design, y, side, side)
    with pytest.raises(ValueError, match="nothing to test"):
        compare_groups(design, np.ones(60), side, ~side)


def test_five_points_in_a_few_numbers() -> None:
    y = np.array([1, 2, 3, 4, 5, 5, np.nan])
    found = boxes(Design(np.ones(7)), y)
    values = [one.value for one in (found.top_2, found.bottom_2, found.bottom_3, found.net, found.mean)]
    assert values == pytest.approx([3 / 6, 2 / 6, 3 / 6, 1 / 6, 20 / 6])
    with pytest.raises(ValueError, match="five points"):
        boxes(Design(np.ones(2)), np.array([6.0, 1.0]))


def test_how_large_a_difference_is() -> None:
    assert cohen_h(0.5, 0.25) == pytest.approx(np.pi / 6)
    assert cohen_h(0.2, 0.7) == -cohen_h(0.7, 0.2)
    x, y = RNG.integers(1, 6, 40).astype(float), RNG.integers(1, 5, 30).astype(float)
    both, first = np.append(x, y), np.arange(70) < 40
    found = superiority(Design(np.ones(70)), both, first, ~first)
    u = stats.mannwhitneyu(x, y).statistic
    assert found.value == pytest.approx(u / (40 * 30))
    assert found.se == pytest.approx(0.065, abs=0.01)
    other = superiority(Design(np.ones(70)), both, ~first, first)
    assert (other.value, other.se) == pytest.approx((1 - found.value, found.se))
    with pytest.raises(ValueError, match="two groups"):
        superiority(Design(np.ones(70)), both, first, first)
