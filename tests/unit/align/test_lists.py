"""Two orders against scipy, and rank-biased overlap against a slow plain one over every order of the tied."""

from itertools import permutations, product

import numpy as np
import pytest
from scipy import stats

from tandem.align.stats.lists import (
    kendall_tau_b,
    overlap_at,
    rank_biased_overlap,
    ranking,
    spearman,
)


def slow_overlap(first, second, p):
    """Webber, Moffat and Zobel (2010), equation 32, term by term over plain lists without ties."""
    short, long = sorted((first, second), key=len)
    s, last = len(short), len(long)
    agreed = {d: len(set(short[:d]) & set(long[:d])) for d in range(1, last + 1)}
    total = 0.0
    for d in range(1, last + 1):
        total += agreed[d] / d * p**d
    for d in range(s + 1, last + 1):
        total += agreed[s] * (d - s) / (s * d) * p**d
    return (1 - p) / p * total + ((agreed[last] - agreed[s]) / last + agreed[s] / s) * p**last


def orders(groups):
    """Every list that the tied may stand in."""
    for order in product(*(permutations(group) for group in groups)):
        yield [item for group in order for item in group]


@pytest.mark.parametrize("seed", range(8))
def test_tau_b_and_spearman_are_those_of_scipy(seed):
    rng = np.random.default_rng(seed)
    first, second = rng.integers(0, 6, (2, 5, 12)).astype(float)
    for row in range(5):
        assert kendall_tau_b(first, second)[row] == pytest.approx(
            stats.kendalltau(first[row], second[row]).statistic, abs=1e-12
        )
        assert spearman(first, second)[row] == pytest.approx(
            stats.spearmanr(first[row], second[row]).statistic, abs=1e-12
        )


def test_a_side_of_ties_only_has_no_order_to_agree_with():
    assert np.isnan(kendall_tau_b(np.ones(4), np.arange(4.0)))
    assert np.isnan(spearman(np.arange(4.0), np.ones(4)))
    with pytest.raises(ValueError, match="at least two"):
        kendall_tau_b(np.ones(1), np.ones(1))


@pytest.mark.parametrize("p", [0.5, 0.9, 0.98])
def test_overlap_without_ties_is_the_published_formula_for_lists_of_any_length(p):
    rng = np.random.default_rng(3)
    for _ in range(30):
        first = list(rng.permutation(12)[: rng.integers(1, 12)])
        second = list(rng.permutation(12)[: rng.integers(1, 12)])
        found = rank_biased_overlap([[item] for item in first], [[item] for item in second], p)
        assert found == pytest.approx(slow_overlap(first, second, p), abs=1e-12)
        assert 0 <= found <= 1


def test_overlap_of_tied_items_is_the_mean_over_every_order_of_theirs():
    first = [["a"], ["b", "c", "d"], ["e"], ["f", "g"]]
    second = [["d", "a"], ["x"], ["b", "f"], ["c"]]
    every = [slow_overlap(one, two, 0.9) for one in orders(first) for two in orders(second)]
    assert rank_biased_overlap(first, second, 0.9) == pytest.approx(np.mean(every), abs=1e-12)
    three = [len(set(one[:3]) & set(two[:3])) / 3 for one in orders(first) for two in orders(second)]
    assert overlap_at(first, second, 3) == pytest.approx(np.mean(three), abs=1e-12)


def test_overlap_knows_its_ends():
    one = [["a"], ["b"], ["c"]]
    assert rank_biased_overlap(one, one) == pytest.approx(1)
    assert rank_biased_overlap(one, [["x"], ["y"], ["z"]]) == 0
    assert overlap_at(one, [["c"], ["b"], ["a"]], 1) == 0
    for wrong in ([], [[]], [["a"], ["a"]]):
        with pytest.raises(ValueError, match=r"empty|twice"):
            rank_biased_overlap(one, wrong)
    for k in (0, 4):
        with pytest.raises(ValueError, match=r"1\.\.3"):
            overlap_at(one, one, k)
    with pytest.raises(ValueError, match="between 0 and 1"):
        rank_biased_overlap(one, one, 1.0)


def test_ranking_groups_ties_or_keeps_the_printed_order():
    values = [10.0, 30.0, 10.0, float("nan")]
    assert ranking("abcd", values) == [["b"], ["a", "c"]]
    assert ranking("abcd", values, printed_order=True) == [["b"], ["a"], ["c"]]
    with pytest.raises(ValueError, match="once"):
        ranking("aa", [1.0, 2.0])
