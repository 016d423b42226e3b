"""Pairs of people against scipy, statsmodels and slow plain formulas."""

from itertools import combinations

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.inter_rater import cohens_kappa

from tandem.align.stats.dyads import (
    Level,
    Weights,
    krippendorff_alpha,
    paired_means,
    paired_shares,
    same_answer,
    weighted_kappa,
)

CODES = (1.0, 2.0, 3.0, 4.0, 5.0)
# Krippendorff, "Computing Krippendorff's alpha-reliability" (2011), section C: four observers, twelve units.
OBSERVERS = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, np.nan, np.nan, np.nan],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, np.nan, 3],
        [np.nan, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, np.nan],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, np.nan],
    ]
)


def slow_alpha(ratings, level):
    """Observed over expected disagreement, pair of values by pair of values."""
    units = [[v for v in column if not np.isnan(v)] for column in ratings.T]
    units = [unit for unit in units if len(unit) > 1]
    pooled = [v for unit in units for v in unit]
    counts = {v: pooled.count(v) for v in set(pooled)}

    def distance(a, b):
        if level is Level.NOMINAL or a == b:
            return float(a != b)
        low, high = min(a, b), max(a, b)
        between = sum(n for v, n in counts.items() if low <= v <= high)
        return (between - (counts[low] + counts[high]) / 2) ** 2

    seen = sum(
        2 * sum(distance(a, b) for a, b in combinations(unit, 2)) / (len(unit) - 1) for unit in units
    ) / len(pooled)
    chance = 2 * sum(distance(a, b) for a, b in combinations(pooled, 2)) / (len(pooled) * (len(pooled) - 1))
    return 1 - seen / chance


def pairs(seed, n=60):
    rng = np.random.default_rng(seed)
    first = rng.integers(1, 6, n).astype(float)
    second = np.clip(first + rng.integers(-2, 3, n), 1, 5)
    return first, second


def test_mcnemar_is_exact():
    first = np.array([1.0] * 30 + [0.0] * 8 + [1.0] * 12 + [0.0] * 20 + [np.nan])
    second = np.array([1.0] * 30 + [1.0] * 8 + [0.0] * 12 + [0.0] * 20 + [1.0])
    found = paired_shares(first, second)
    assert (found.both, found.only_first, found.only_second, found.neither, found.pairs) == (
        30,
        12,
        8,
        20,
        70,
    )
    assert found.p == pytest.approx(mcnemar([[30, 12], [8, 20]], exact=True).pvalue)
    assert found.difference == pytest.approx(4 / 70)
    assert found.low < found.difference < found.high


def test_pairs_that_never_differ_have_no_evidence_of_a_gap():
    found = paired_shares(np.array([1.0, 0.0]), np.array([1.0, 0.0]))
    assert (found.p, found.difference) == (1, 0)
    with pytest.raises(ValueError, match="no pair"):
        paired_shares(np.array([np.nan]), np.array([1.0]))


@pytest.mark.parametrize("shares", [(0.5, 0.5, 0.3), (0.8, 0.6, 0.1)])
def test_the_paired_interval_holds_what_it_says(shares):
    rng = np.random.default_rng(9)
    a, b, link = shares
    held = 0
    for _ in range(600):
        common = rng.random(60) < link
        draw = rng.random((2, 60))
        draw[1, common] = draw[0, common]
        found = paired_shares((draw[0] < a) * 1.0, (draw[1] < b) * 1.0)
        held += found.low <= a - b <= found.high
    assert 0.93 <= held / 600 <= 0.98


def test_paired_t_is_that_of_scipy():
    first, second = pairs(1)
    found = paired_means(first, second)
    theirs = stats.ttest_rel(first, second)
    assert (found.t, found.p) == (pytest.approx(theirs.statistic), pytest.approx(theirs.pvalue))
    interval = theirs.confidence_interval()
    assert (found.low, found.high) == (pytest.approx(interval.low), pytest.approx(interval.high))
    with pytest.raises(ValueError, match="two pairs"):
        paired_means(np.ones(4), np.zeros(4))


@pytest.mark.parametrize(
    ("weights", "theirs"), [(Weights.NONE, None), (Weights.LINEAR, "linear"), (Weights.QUADRATIC, "fc")]
)
def test_kappa_and_its_error_are_those_of_statsmodels(weights, theirs):
    first, second = pairs(2)
    table = np.zeros((5, 5))
    for one, two in zip(first, second, strict=True):
        table[int(one) - 1, int(two) - 1] += 1
    known = cohens_kappa(table, wt=theirs)
    found = weighted_kappa(first, second, CODES, weights)
    assert found.value == pytest.approx(known.kappa)
    assert found.se == pytest.approx(known.std_kappa)
    assert found.low < found.value < found.high


def test_kappa_has_no_value_where_everybody_must_agree():
    assert np.isnan(weighted_kappa(np.ones(5), np.ones(5), CODES).value)
    with pytest.raises(ValueError, match="none of the categories"):
        weighted_kappa(np.array([9.0]), np.array([1.0]), CODES)


def test_alpha_of_the_published_example():
    """Krippendorff (2011) prints 0.743 nominal and 0.815 ordinal for this table."""
    assert krippendorff_alpha(OBSERVERS, Level.NOMINAL) == pytest.approx(0.743, abs=5e-4)
    assert krippendorff_alpha(OBSERVERS, Level.ORDINAL) == pytest.approx(0.815, abs=5e-4)


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("seed", range(3))
def test_alpha_is_that_of_the_slow_formula(seed, level):
    table = np.stack(pairs(seed, 25))
    table[0, :3] = np.nan
    assert krippendorff_alpha(table, level) == pytest.approx(slow_alpha(table, level), abs=1e-12)


def test_alpha_says_when_there_is_nothing_to_agree_on():
    assert np.isnan(krippendorff_alpha(np.ones((2, 4))))
    with pytest.raises(ValueError, match="no unit"):
        krippendorff_alpha(np.array([[1.0, np.nan], [np.nan, 2.0]]))


def test_the_same_answer():
    assert same_answer(np.array([1.0, 2.0, np.nan]), np.array([1.0, 3.0, 3.0])) == 0.5
    with pytest.raises(ValueError, match="one answer"):
        same_answer(np.ones(2), np.ones(3))
