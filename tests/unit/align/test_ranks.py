"""Places, their intervals over respondents drawn again, and how one side knows the other."""

import numpy as np
import pytest
from scipy import stats

from tandem.align.stats.perception import accuracy, both_directions
from tandem.align.stats.ranks import (
    bootstrap_means,
    percentiles,
    rank_gaps,
    rank_intervals,
    ranks_by_mean_rank,
    ranks_by_share,
    weighted_means,
)


def picks(rng, shares, people):
    return (rng.random((people, len(shares))) < shares).astype(float)


def test_ties_share_the_mean_of_their_places():
    assert ranks_by_share(np.array([0.4, 0.6, 0.4, 0.1])).tolist() == [2.5, 1, 2.5, 4]
    assert ranks_by_mean_rank(np.array([2.0, 1.5, np.nan])).tolist()[:2] == [2, 1]
    assert np.isnan(ranks_by_share(np.array([0.5, np.nan]))[1])


def test_weighted_means_keep_to_the_base_of_each_column():
    values = np.array([[1.0, np.nan], [0.0, 1.0], [1.0, 0.0]])
    assert weighted_means(values, np.array([2.0, 1.0, 1.0])).tolist() == [0.75, 0.5]


def test_draws_spread_as_theory_says():
    rng = np.random.default_rng(1)
    values = picks(rng, [0.3, 0.6], 400)
    drawn = bootstrap_means(values, np.ones(400), rng, 4000)
    assert drawn.mean(axis=0) == pytest.approx(values.mean(axis=0), abs=0.003)
    assert drawn.std(axis=0) == pytest.approx(values.std(axis=0) / 20, rel=0.05)
    with pytest.raises(ValueError, match="nobody"):
        bootstrap_means(np.empty((0, 2)), np.empty(0), rng)


def test_draws_in_several_parts_are_as_many_as_were_asked_for(monkeypatch):
    monkeypatch.setattr("tandem.align.stats.ranks.DRAWN_AT_ONCE", 700)
    rng = np.random.default_rng(2)
    assert bootstrap_means(picks(rng, [0.5], 100), np.ones(100), rng, 31).shape == (31, 1)


def test_a_clear_order_is_sure_and_a_close_one_is_not():
    rng = np.random.default_rng(4)
    found = rank_intervals(picks(rng, [0.9, 0.5, 0.5, 0.1], 300), np.ones(300), rng)
    assert (found.rank[0], found.low[0], found.high[0]) == (1, 1, 1)
    assert found.first[0] == 1
    assert (found.low[1], found.high[1]) == (2, 3)
    assert found.first.sum() == pytest.approx(1)


def test_the_chance_of_being_first_is_split_where_items_tie():
    same = np.repeat(np.array([[1.0, 1.0], [0.0, 0.0]]), 20, axis=0)
    found = rank_intervals(same, np.ones(40), np.random.default_rng(5))
    assert found.first.tolist() == [0.5, 0.5]
    assert found.rank.tolist() == [1.5, 1.5]


def test_rank_gaps_find_the_item_that_stands_apart():
    rng = np.random.default_rng(6)
    first = picks(rng, [0.8, 0.6, 0.4, 0.2], 200)
    second = picks(rng, [0.2, 0.8, 0.6, 0.4], 150)
    found = rank_gaps((first, np.ones(200)), (second, np.ones(150)), rng)
    assert found.gap.tolist() == [-3, 1, 1, 1]
    assert found.high[0] < 0 < found.low[3] + 0.6


def test_percentiles_leave_out_what_is_not_told():
    drawn = np.array([[1.0, np.nan], [2.0, np.nan], [np.nan, np.nan]])
    low, high = percentiles(drawn)
    assert 1 <= low[0] < high[0] <= 2
    assert np.isnan(low[1])
    assert all(np.isnan(percentiles(drawn[:, 1])))


def test_perception_of_figure_5():
    """CIO own top-2 45, guessed by CMOs 36: nine points too low (the working paper's anchor)."""
    found = accuracy(np.array([0.36]), np.array([0.45]), np.array([0.36]))
    assert found.bias == pytest.approx(-0.09)
    assert found.mae == pytest.approx(0.09)
    assert found.actual_gap[0] == pytest.approx(-0.09)
    assert found.perceived_gap[0] == 0
    assert np.isnan(found.rank_correlation)


def test_the_two_directions_stay_apart():
    own_a, own_b = np.array([0.8, 0.4, 0.2]), np.array([0.3, 0.5, 0.9])
    a, b = both_directions(own_a, own_b, np.array([0.3, 0.5, 0.9]), np.array([0.7, 0.5, 0.1]))
    assert (a.bias, a.mae, a.rank_correlation) == (0, 0, pytest.approx(1))
    assert b.bias == pytest.approx((-0.1 + 0.1 - 0.1) / 3)
    assert b.mae == pytest.approx(0.1)
    assert b.rank_correlation == pytest.approx(stats.spearmanr([0.7, 0.5, 0.1], own_a).statistic)


def test_items_without_a_guess_count_in_no_mean():
    found = accuracy(np.array([0.1, 0.2]), np.array([0.5, 0.5]), np.array([np.nan, 0.6]))
    assert found.mae == pytest.approx(0.1)
    with pytest.raises(ValueError, match="no item"):
        accuracy(np.array([0.1]), np.array([0.2]), np.array([np.nan]))
    with pytest.raises(ValueError, match="same items"):
        accuracy(np.array([0.1]), np.array([0.2, 0.3]), np.array([0.2]))
