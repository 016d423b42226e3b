"""The statistics against other people's code, published examples and a known truth."""

from math import exp

import numpy as np
import pytest
from scipy import optimize, stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW
from tea_tasting.aggr import Aggregates
from tea_tasting.metrics import Mean

from tandem.measure.stats import (
    Estimate,
    LiftReport,
    Moments,
    RatioCheck,
    Relative,
    conversion,
    holm,
    lift,
    newcombe,
    sample_ratio,
    value,
)

SEED = 20260601
SIMULATIONS = 3000


def tight(expected):
    return pytest.approx(expected, rel=1e-9, abs=1e-12)


def spend(rng: np.random.Generator, n: int, rate: float, mean: float) -> np.ndarray:
    """Spend per person: a share `rate` buys, amounts gamma with shape 2."""
    return (rng.random(n) < rate) * rng.gamma(2, mean / 2, n)


def moments(spent: np.ndarray) -> Moments:
    return Moments(len(spent), int((spent > 0).sum()), float(spent.sum()), float((spent**2).sum()))


@pytest.fixture(scope="module")
def shops() -> list[tuple[np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(SEED)
    return [
        (spend(rng, n1, rate, 40), spend(rng, n0, rate * 0.9, 38))
        for n1, n0, rate in ((300, 200, 0.3), (8000, 2000, 0.04), (150, 1500, 0.5), (20_000, 20_000, 0.01))
    ]


# Newcombe (1998), Statistics in Medicine 17, Table II, method 10.
@pytest.mark.parametrize(
    ("x1", "n1", "x2", "n2", "low", "high"),
    [
        (56, 70, 48, 80, 0.0524, 0.3339),
        (9, 10, 3, 10, 0.1705, 0.8090),
        (6, 7, 2, 7, 0.0582, 0.8062),
        (5, 56, 0, 29, -0.0381, 0.1926),
        (0, 10, 0, 20, -0.1611, 0.2775),
        (0, 10, 0, 10, -0.2775, 0.2775),
        (10, 10, 0, 20, 0.6791, 1.0000),
        (10, 10, 0, 10, 0.6075, 1.0000),
    ],
)
def test_newcombe_published_examples(x1, n1, x2, n2, low, high):
    assert newcombe(x1, n1, x2, n2) == pytest.approx((low, high), abs=5e-5)
    assert newcombe(x1, n1, x2, n2) == tight(confint_proportions_2indep(x1, n1, x2, n2, method="newcomb"))


def test_conversion_is_that_of_statsmodels(shops):
    for treated, control in shops:
        a, b = moments(treated), moments(control)
        answer = conversion(a, b)
        assert isinstance(answer, Estimate)
        counts = (a.conversions, a.n, b.conversions, b.n)
        assert (answer.low, answer.high) == tight(confint_proportions_2indep(*counts, method="newcomb"))
        assert answer.p_value == tight(proportions_ztest([counts[0], counts[2]], [counts[1], counts[3]])[1])
        assert isinstance(answer.relative, Relative)
        ratio = confint_proportions_2indep(*counts, compare="ratio", method="log")
        assert (answer.relative.low + 1, answer.relative.high + 1) == tight(ratio)
        table = [[counts[0], counts[1] - counts[0]], [counts[2], counts[3] - counts[2]]]
        risk = stats.contingency.relative_risk(*counts)
        assert answer.relative.lift + 1 == tight(risk.relative_risk)
        assert answer.p_value == tight(stats.chi2_contingency(table, correction=False).pvalue)


def test_value_is_that_of_scipy_statsmodels_and_tea_tasting(shops):
    for treated, control in shops:
        answer = value(moments(treated), moments(control))
        assert isinstance(answer, Estimate)
        welch = stats.ttest_ind(treated, control, equal_var=False)
        assert answer.p_value == tight(welch.pvalue)
        assert (answer.low, answer.high) == tight(tuple(welch.confidence_interval()))
        compared = CompareMeans(DescrStatsW(treated), DescrStatsW(control))
        assert (answer.low, answer.high) == tight(compared.tconfint_diff(usevar="unequal"))
        theirs = Mean("v").analyze_aggregates(*(aggregates(spent) for spent in (control, treated)))
        assert (answer.treated, answer.control) == tight((theirs.treatment, theirs.control))
        assert (answer.difference, answer.p_value) == tight((theirs.effect_size, theirs.pvalue))
        assert (answer.low, answer.high) == tight((theirs.effect_size_ci_lower, theirs.effect_size_ci_upper))
        assert isinstance(answer.relative, Relative)
        assert answer.relative.lift == tight(theirs.rel_effect_size)


def aggregates(spent: np.ndarray) -> Aggregates:
    return Aggregates(len(spent), {"v": float(spent.mean())}, {"v": float(spent.var(ddof=1))}, {})


def test_fieller_limits_are_where_the_test_of_the_ratio_turns(shops):
    """Independent way: the roots of |m1 - r m0| = t sqrt(e1 + r^2 e0), found by bisection."""
    for treated, control in shops:
        answer = value(moments(treated), moments(control))
        assert isinstance(answer, Estimate)
        assert isinstance(answer.relative, Relative)
        e1, e0 = treated.var(ddof=1) / len(treated), control.var(ddof=1) / len(control)
        critical = (answer.high - answer.difference) / (e1 + e0) ** 0.5

        m1, m0 = treated.mean(), control.mean()

        def edge(ratio, m1=m1, m0=m0, e1=e1, e0=e0, critical=critical):
            return abs(m1 - ratio * m0) - critical * (e1 + ratio**2 * e0) ** 0.5

        low = optimize.brentq(edge, -50, m1 / m0, xtol=1e-14, rtol=1e-14)
        high = optimize.brentq(edge, m1 / m0, 50, xtol=1e-14, rtol=1e-14)
        assert (answer.relative.low + 1, answer.relative.high + 1) == pytest.approx(
            (low, high), rel=1e-9, abs=1e-9
        )


def test_fieller_comes_near_the_log_delta_method_when_control_is_well_known(shops):
    treated, control = shops[3]
    answer = value(moments(treated), moments(control))
    theirs = Mean("v").analyze_aggregates(aggregates(control), aggregates(treated))
    assert isinstance(answer, Estimate)
    assert isinstance(answer.relative, Relative)
    assert answer.relative.low == pytest.approx(theirs.rel_effect_size_ci_lower, abs=0.03)
    assert answer.relative.high == pytest.approx(theirs.rel_effect_size_ci_upper, abs=0.03)


@pytest.mark.parametrize(
    ("counts", "shares"),
    [((5050, 4950), (0.5, 0.5)), ((7900, 2100), (0.8, 0.2)), ((21307, 21387, 21306), (1 / 3, 1 / 3, 1 / 3))],
)
def test_sample_ratio_is_that_of_scipy(counts, shares):
    check = sample_ratio(counts, shares)
    assert isinstance(check, RatioCheck)
    theirs = stats.chisquare(counts, np.asarray(shares) * sum(counts))
    assert (check.chi_square, check.p_value) == tight((theirs.statistic, theirs.pvalue))
    assert check.ok


def test_holm_is_that_of_statsmodels():
    p = np.random.default_rng(SEED).random(40) ** 3
    assert holm(p.tolist()) == tight(multipletests(p, method="holm")[1])


def simulate(rng: np.random.Generator, n1: int, n0: int, rate1: float, rate0: float) -> list[LiftReport]:
    """One report per simulated campaign: buyers binomial, their spend gamma sums drawn as people."""
    reports = []
    for _ in range(SIMULATIONS):
        arms = [moments(spend(rng, n, rate, 40)) for n, rate in ((n1, rate1), (n0, rate0))]
        report = lift(arms[0], arms[1], (n1 / (n1 + n0), n0 / (n1 + n0)))
        assert isinstance(report, LiftReport)
        reports.append(report)
    return reports


def estimates(reports: list[LiftReport], name: str) -> list[Estimate]:
    answers = [getattr(report, name) for report in reports]
    assert all(isinstance(answer, Estimate) for answer in answers)
    return answers


def test_no_effect_gives_false_alarms_at_the_level_promised():
    """A/A: 3,000 campaigns, standard error of the rate 0.4 points at 5 %; allowed 4 to 6."""
    reports = simulate(np.random.default_rng(SEED), 1600, 400, 0.1, 0.1)
    for name in ("conversion", "value"):
        p_values = np.array([answer.p_value for answer in estimates(reports, name)])
        assert 0.04 <= (p_values < 0.05).mean() <= 0.06, name
        assert stats.kstest(p_values, "uniform").statistic < 0.05, name


def test_a_planted_lift_lies_in_its_interval_95_times_in_100():
    reports = simulate(np.random.default_rng(SEED + 1), 1600, 400, 0.13, 0.10)
    truths = {"conversion": (0.03, 0.3), "value": (1.2, 0.3)}
    for name, (difference, relative) in truths.items():
        answers = estimates(reports, name)
        held = np.mean([answer.low <= difference <= answer.high for answer in answers])
        assert 0.93 <= held <= 0.97, name
        ratios = [answer.relative for answer in answers]
        assert all(isinstance(ratio, Relative) for ratio in ratios)
        assert 0.93 <= np.mean([ratio.low <= relative <= ratio.high for ratio in ratios]) <= 0.97, name
        assert np.mean([answer.difference for answer in answers]) == pytest.approx(difference, rel=0.03)


def test_the_sample_ratio_alarm_is_rare_when_nothing_is_wrong_and_sure_when_it_is():
    rng = np.random.default_rng(SEED + 2)
    alarms = {
        share: np.mean(
            [
                not sample_ratio((n, 20_000 - n), (0.8, 0.2)).ok
                for n in rng.binomial(20_000, share, SIMULATIONS)
            ]
        )
        for share in (0.8, 0.78)
    }
    assert alarms[0.8] <= 0.003
    assert alarms[0.78] >= 0.99


def test_how_the_z_test_behaves_in_small_samples():
    """What the docstring of `conversion` says, computed exactly over all tables."""
    few = [exact_size(400, 100, rate) for rate in np.linspace(0.0005, 0.05, 40)]
    enough = [exact_size(400, 100, rate) for rate in np.linspace(0.05, 0.5, 20)]
    assert 0.09 < max(few) < 0.11
    assert max(enough) < 0.055


def exact_size(n1: int, n0: int, rate: float) -> float:
    x1, x0 = np.meshgrid(np.arange(n1 + 1), np.arange(n0 + 1), indexing="ij")
    weights = stats.binom.pmf(x1, n1, rate) * stats.binom.pmf(x0, n0, rate)
    pooled = (x1 + x0) / (n1 + n0)
    error = np.sqrt(np.maximum(pooled * (1 - pooled) * (1 / n1 + 1 / n0), exp(-700)))
    return float(weights[np.abs(x1 / n1 - x0 / n0) / error > stats.norm.isf(0.025)].sum())
