"""A wave against another, and an own share against a print with and without a base."""

from math import sqrt

import pytest
from statsmodels.stats.proportion import proportions_ztest
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from tandem.align.stats.waves import Estimate, Verdict, share_against_published, wave_against_wave


def test_two_waves_are_two_independent_samples():
    first, second = [3.0, 4, 5, 2, 4, 4, 1, 5], [2.0, 2, 3, 1, 4, 2, 3]
    told = [DescrStatsW(side) for side in (first, second)]
    ours = [Estimate(side.mean, side.std_mean, side.nobs) for side in told]
    known = CompareMeans(*told).ztest_ind(usevar="unequal")
    found = wave_against_wave(*ours)
    assert (found.z, found.p) == (pytest.approx(known[0]), pytest.approx(known[1]))
    assert found.high - found.low == pytest.approx(
        2 * 1.959964 * sqrt(ours[0].se ** 2 + ours[1].se ** 2), rel=1e-6
    )
    with pytest.raises(ValueError, match="no spread"):
        wave_against_wave(Estimate(1, 0, 3), Estimate(2, 0, 3))
    with pytest.raises(ValueError, match="above 0"):
        Estimate(0.5, 0.1, 0)


def test_a_large_gap_holds_at_every_design_effect_and_both_ends_of_rounding():
    found = share_against_published(0.40, 300, 0.56, 405)
    assert found.verdict is Verdict.LOWER
    assert (found.difference, found.low, found.high) == (
        pytest.approx(-0.16),
        pytest.approx(-0.165),
        pytest.approx(-0.155),
    )
    known = proportions_ztest([120, 0.56 * 405], [300, 405])
    assert (found.tests[0].test.z, found.tests[0].test.p) == (
        pytest.approx(known[0]),
        pytest.approx(known[1]),
    )
    assert [test.design_effect for test in found.tests] == [1.0, 1.3, 1.5]
    assert found.tests[0].test.p < found.tests[1].test.p < found.tests[2].test.p


def test_a_conclusion_that_hangs_on_rounding_or_design_is_none():
    """At deff 1 the print is just clear; half a point nearer it is not."""
    found = share_against_published(0.635, 300, 0.56, 405)
    assert found.tests[0].verdicts[1] is Verdict.HIGHER
    assert found.tests[0].verdicts[2] is Verdict.NOT_CLEAR
    assert found.verdict is Verdict.DEPENDS
    assert share_against_published(0.57, 300, 0.56, 405).verdict is Verdict.NOT_CLEAR


def test_without_a_base_there_is_a_difference_and_no_test():
    found = share_against_published(0.9, 300, 0.5, None)
    assert (found.tests, found.verdict) == ((), Verdict.UNTESTED)
    assert found.difference == pytest.approx(0.4)


def test_two_shares_at_the_same_end_are_not_tested():
    assert share_against_published(1.0, 50, 0.998, 405).verdict is Verdict.UNTESTED
    with pytest.raises(ValueError, match=r"0\.\.1"):
        share_against_published(1.2, 50, 0.5, 405)
