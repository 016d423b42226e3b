"""Raking reaches its margins or says why not; Kish's design effect keeps its bounds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.align.stats import Fault, Margin, effective_n, kish_design_effect, rake


def people(seed: int, n: int = 400) -> tuple[np.ndarray, list[np.ndarray]]:
    rng = np.random.default_rng(seed)
    return rng.uniform(0.5, 2, n), [rng.integers(0, 3, n), rng.integers(0, 2, n)]


@settings(max_examples=40)
@given(
    seed=st.integers(0, 10_000),
    a=st.lists(st.floats(0.1, 1.0), min_size=3, max_size=3),
    b=st.floats(0.2, 0.8),
)
def test_every_margin_is_reached_and_the_total_kept(seed: int, a: list[float], b: float) -> None:
    weight, (first, second) = people(seed)
    raked = rake(weight, [Margin("a", first, np.array(a)), Margin("b", second, np.array([b, 1 - b]))])
    assert raked.converged
    assert raked.problems == ()
    np.testing.assert_allclose(raked.achieved[0], np.array(a) / sum(a), atol=1e-8)
    np.testing.assert_allclose(raked.achieved[1], [b, 1 - b], atol=1e-8)
    assert raked.weight.sum() == pytest.approx(weight.sum())
    # Whoever stands in the same cell gets the same factor.
    factor = (raked.weight / weight)[(first == 0) & (second == 1)]
    np.testing.assert_allclose(factor, factor[0])


@settings(max_examples=30)
@given(seed=st.integers(0, 10_000))
def test_bounds_hold_when_it_converged(seed: int) -> None:
    weight, (first, second) = people(seed)
    weight[:8] = 30.0
    margins = [Margin("a", first, np.array([4, 3, 3])), Margin("b", second, np.array([1, 1]))]
    raked = rake(weight, margins, bounds=(0.3, 3.0))
    relative = raked.weight / raked.weight.mean()
    assert raked.converged
    assert relative.min() >= 0.3 - 1e-6
    assert relative.max() <= 3.0 + 1e-6
    assert raked.trimmed >= 8
    np.testing.assert_allclose(raked.achieved[0], [0.4, 0.3, 0.3], atol=1e-7)


def test_bounds_that_the_margins_do_not_allow_are_told() -> None:
    codes = np.repeat([0, 1], (95, 5))
    raked = rake(np.ones(100), [Margin("side", codes, np.array([0.5, 0.5]))], bounds=(0.3, 3.0))
    assert not raked.converged
    assert [problem.fault for problem in raked.problems] == [Fault.BOUNDS]
    assert raked.problems[0].amount > 1


def test_margins_that_contradict_each_other_are_told() -> None:
    codes = np.repeat([0, 1], 50)
    margins = [Margin("a", codes, np.array([0.5, 0.5])), Margin("b", codes, np.array([0.6, 0.4]))]
    raked = rake(np.ones(100), margins, cycles=50)
    assert not raked.converged
    assert raked.problems[0].fault is Fault.MARGINS
    assert raked.problems[0].amount == pytest.approx(0.1, abs=0.01)


def test_empty_unwanted_and_unknown_categories_are_told() -> None:
    codes = np.array([0, 0, 1, 1, 3, -1, -1, 0])
    raked = rake(np.ones(8), [Margin("region", codes, np.array([0.3, 0.3, 0.4, 0.0]))])
    told = [(problem.fault, problem.category, problem.amount) for problem in raked.problems]
    assert told == [
        (Fault.EMPTY, 2, pytest.approx(0.4)),
        (Fault.UNWANTED, 3, 1.0),
        (Fault.UNKNOWN, None, 2.0),
    ]
    np.testing.assert_allclose(raked.achieved[0], [0.5, 0.5, 0, 0])
    assert raked.weight[4] == 0
    assert raked.weight[codes == -1].sum() == pytest.approx(2)
    assert raked.weight.sum() == pytest.approx(8)


def test_what_cannot_be_raked_is_refused() -> None:
    with pytest.raises(ValueError, match="one margin"):
        rake(np.ones(3), [])
    with pytest.raises(ValueError, match="not all 0"):
        Margin("a", np.zeros(3, dtype=int), np.zeros(2))
    with pytest.raises(ValueError, match="between the bounds"):
        rake(np.ones(3), [Margin("a", np.zeros(3, dtype=int), np.ones(1))], bounds=(2, 3))
    with pytest.raises(ValueError, match="nobody stands"):
        rake(np.ones(3), [Margin("a", np.zeros(3, dtype=int), np.array([0, 1]))])


@given(st.lists(st.floats(1e-3, 1e3), min_size=1, max_size=60))
def test_kish_lies_between_one_and_n(weights: list[float]) -> None:
    deff, n = kish_design_effect(weights), effective_n(weights)
    assert 1 <= deff <= len(weights) * (1 + 1e-9)
    assert 1 - 1e-9 <= n <= len(weights) * (1 + 1e-9)
    assert deff * n == pytest.approx(len(weights))
    cv = np.std(weights) / np.mean(weights)
    assert deff == pytest.approx(1 + cv**2)
    assert effective_n([7.0 * w for w in weights]) == pytest.approx(n)


def test_equal_weights_cost_nothing() -> None:
    assert kish_design_effect([3.0] * 10) == 1.0
    assert effective_n([3.0] * 10) == pytest.approx(10)
    assert effective_n([0.0, 0.0]) == 0.0
    with pytest.raises(ValueError, match="no weight above 0"):
        kish_design_effect([0.0])
