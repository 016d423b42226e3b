"""Letters between columns, and what a table hides."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.align.stats import Hidden, Sums, difference, estimate, hide, letters, pair_tests


def sums_of(shares: list[float], n: float) -> Sums:
    """Columns of `n` people with weight 1 and one yes or no."""
    size = np.full(len(shares), n)
    yes = (np.array(shares) * n)[:, None]
    return Sums(size, size, size, yes, yes, yes)


@given(st.lists(st.floats(0.02, 0.98), min_size=2, max_size=6), st.integers(20, 500))
def test_of_two_columns_at_most_one_lies_above(shares: list[float], n: int) -> None:
    found = estimate(sums_of(shares, n), n * len(shares))
    k = len(shares)
    gap, p = pair_tests(found, np.array([True]), range(k), np.ones(k, dtype=bool))
    np.testing.assert_allclose(gap[0], -gap[0].T)
    np.testing.assert_allclose(p[0], p[0].T)
    names = "ABCDEF"[:k]
    told = letters(gap, p, names)[0]
    for i in range(k):
        assert names[i] not in told[i].upper()
        for j in range(k):
            assert not (names[j] in told[i].upper() and names[i] in told[j].upper())
            if names[j] in told[i]:
                assert p[0, i, j] < 0.05
                assert shares[i] > shares[j]


def test_a_share_is_tested_as_published_shares_are() -> None:
    found = estimate(sums_of([0.77, 0.56], 300), 600)
    gap, p = pair_tests(found, np.array([True]), [0, 1], np.ones(2, dtype=bool))
    known = difference(0.77, 300, 0.56, 300)
    assert gap[0, 0, 1] == pytest.approx(known.difference)
    assert p[0, 0, 1] == pytest.approx(known.p)
    assert letters(gap, p, ["A", "B"]) == [["B", ""]]


def test_capital_at_the_sure_level_small_at_the_likely_one() -> None:
    gap = np.array([[[0, 0.1, 0.2], [-0.1, 0, 0.1], [-0.2, -0.1, 0]]])
    p = np.array([[[1, 0.07, 0.01], [0.07, 1, 0.3], [0.01, 0.3, 1]]])
    assert letters(gap, p, ["A", "B", "C2"]) == [["bC2", "", ""]]
    assert letters(gap, p, ["A", "B", "C2"], likely=0.95) == [["C2", "", ""]]


def test_adjusting_never_finds_more_and_columns_not_tested_have_no_p() -> None:
    found = estimate(sums_of([0.5, 0.6, 0.62, 0.8], 90), 360)
    shares, tested = np.array([True]), np.array([True, True, True, False])
    raw = pair_tests(found, shares, range(4), tested)[1]
    for adjust in ("holm", "benjamini-hochberg"):
        adjusted = pair_tests(found, shares, range(4), tested, adjust)[1]
        assert (adjusted[0, :3, :3] >= raw[0, :3, :3]).all()
        assert np.isnan(adjusted[0, 3, :3]).all()
    with pytest.raises(ValueError, match="adjust is"):
        pair_tests(found, shares, range(4), tested, "bonferroni")


# Columns: total, two sides, three regions; cells: side x region.
SIDES_AND_REGIONS = np.array(
    [
        [1, 1, 1, 1, 1, 1],
        [1, 1, 1, 0, 0, 0],
        [0, 0, 0, 1, 1, 1],
        [1, 0, 0, 1, 0, 0],
        [0, 1, 0, 0, 1, 0],
        [0, 0, 1, 0, 0, 1],
    ],
    dtype=bool,
)
PARTS = np.array([-1, 0, 0, 1, 1, 1])


def test_a_small_column_is_hidden_with_the_one_that_would_give_it_away() -> None:
    told = hide(SIDES_AND_REGIONS, np.array([20, 20, 2, 20, 15, 1]), PARTS, 5)
    assert told == (None, None, None, None, Hidden.COMPLEMENT, Hidden.SMALL)


def test_of_two_columns_one_small_hides_both() -> None:
    told = hide(SIDES_AND_REGIONS, np.array([20, 20, 20, 1, 1, 1]), PARTS, 5)
    assert told[1:3] == (Hidden.COMPLEMENT, Hidden.SMALL)
    assert told[0] is None


def test_a_few_who_told_no_region_are_not_read_from_the_rest() -> None:
    members = SIDES_AND_REGIONS.copy()
    members[5] = False
    assert hide(members, np.array([20, 20, 2, 20, 18, 1]), PARTS, 5)[3:] == (None, Hidden.COMPLEMENT, None)
    assert hide(members, np.array([20, 20, 9, 20, 18, 9]), PARTS, 5) == (None,) * 6


def test_a_small_total_hides_all_and_an_empty_column_hides_nothing() -> None:
    told = hide(SIDES_AND_REGIONS, np.array([2, 0, 0, 0, 1, 0]), PARTS, 5)
    assert told == (Hidden.SMALL,) * 5 + (None,)
    assert hide(SIDES_AND_REGIONS, np.array([9, 9, 0, 9, 9, 0]), PARTS, 5) == (None,) * 6


def test_a_country_is_not_read_from_its_region() -> None:
    # total; regions (a+b, c+d); countries a, b, c, d
    members = np.array(
        [[1, 1, 1, 1], [1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]],
        dtype=bool,
    )
    told = hide(members, np.array([30, 3, 6, 40]), np.array([-1, 0, 0, 1, 1, 1, 1]), 5)
    assert told[4] is Hidden.SMALL
    # The smallest country beside it lies in another region; region less country would still tell.
    assert told[3] is Hidden.COMPLEMENT or told[1] is Hidden.COMPLEMENT


def test_two_small_columns_are_not_read_together() -> None:
    told = hide(SIDES_AND_REGIONS, np.array([20, 1, 1, 20, 1, 1]), PARTS, 5)
    assert told == (None, None, None, Hidden.COMPLEMENT, Hidden.SMALL, Hidden.SMALL)


def test_what_is_left_of_one_side_is_not_read_either() -> None:
    """The regions of one side only: total, side, two regions of the side; two people of it told no region."""
    members = np.array([[1, 1, 1, 1], [1, 1, 1, 0], [1, 0, 0, 0], [0, 1, 0, 0]], dtype=bool)
    told = hide(members, np.array([20, 9, 2, 40]), np.array([-1, 0, 1, 1]), 5)
    assert told == (None, None, None, Hidden.COMPLEMENT)


@settings(max_examples=60)
@given(st.lists(st.integers(0, 12), min_size=6, max_size=6))
def test_no_small_group_is_a_sum_of_what_is_shown(people: list[int]) -> None:
    counts = np.array(people)
    told = hide(SIDES_AND_REGIONS, counts, PARTS, 5)
    seen = counts > 0
    sizes = SIDES_AND_REGIONS @ counts
    shown = [i for i in range(6) if told[i] is None and sizes[i]]
    basis = SIDES_AND_REGIONS[shown][:, seen].astype(float)
    for i in np.flatnonzero((sizes > 0) & (sizes < 5)):
        if shown:
            row = SIDES_AND_REGIONS[i, seen].astype(float)
            assert np.linalg.matrix_rank(np.vstack([basis, row])) > np.linalg.matrix_rank(basis)
    for part in (0, 1):
        beside = [i for i in shown if PARTS[i] == part]
        rest = sizes[0] - sizes[beside].sum()
        assert not beside or rest == 0 or rest >= 5


def test_what_columns_hold_beside_one_that_lies_within_them_is_no_small_group() -> None:
    """Everybody of B1 answered A: A1 and A2 less B1 are the three who answered A and not B."""
    members = np.array(
        [[1, 1, 1, 1], [1, 1, 0, 0], [0, 0, 1, 0], [1, 0, 1, 0]], dtype=bool
    )  # total, A1, A2, B1
    told = hide(members, np.array([6, 3, 5, 6]), np.array([-1, 0, 0, 1]), 5)
    assert told[0] is None
    assert Hidden.COMPLEMENT in told[1:3]
    assert hide(members, np.array([6, 5, 5, 6]), np.array([-1, 0, 0, 1]), 5) == (None,) * 4


def test_no_columns_of_two_variables_give_a_small_group_back_whichever_cells_are_empty() -> None:
    """Every sum of columns of one variable less a column within it, over tables of two variables with empty cells."""
    rng = np.random.default_rng(5)
    places = [(a, b) for a in (0, 1, 2) for b in (0, 1, 2)]  # 0: did not answer
    members = np.array(
        [[True] * 9] + [[pair[at] == code for pair in places] for at in (0, 1) for code in (1, 2)]
    )
    parts = np.array([-1, 0, 0, 1, 1])
    for _ in range(400):
        people = rng.integers(0, 9, 9) * (rng.random(9) < 0.5)
        n = members.astype(int) @ people
        told = hide(members, people, parts, 5)
        shown = {column for column in range(5) if told[column] is None and n[column]}
        for outer, inner in [((1, 2), 3), ((1, 2), 4), ((3, 4), 1), ((3, 4), 2)]:
            union = members[list(outer)].any(axis=0)
            if {*outer, inner} <= shown and not (members[inner] & ~union & (people > 0)).any():
                assert not 0 < people[union].sum() - n[inner] < 5
