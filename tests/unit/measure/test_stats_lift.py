"""Refusals as data, properties of the estimates, and the whole report."""

import ast
import json
import subprocess
import sys
from datetime import datetime
from importlib.resources import files

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tandem.kernel.problems import REGISTRY, Code
from tandem.measure import problems
from tandem.measure.stats import (
    ArmsReport,
    Estimate,
    LiftReport,
    Moments,
    Refusal,
    Relative,
    conversion,
    detectable_difference,
    expected_half_width,
    holm,
    lift,
    lift_arms,
    people_needed,
    sample_ratio,
    value,
)
from tandem.measure.stats import answer as answers

GOOD = Moments(5000, 400, 9000, 120_000)
CONTROL = Moments(5000, 300, 6000, 90_000)
HALVES = (0.5, 0.5)


@st.composite
def arms(draw):
    n = draw(st.integers(2, 5000))
    spread = draw(st.integers(1, n - 1))
    each = draw(st.integers(1, 500))
    return Moments(n, draw(st.integers(0, n)), spread * each, spread * each * each)


@given(arms(), arms())
def test_swapping_the_arms_turns_the_sign_and_nothing_else(one, other):
    for measure in (conversion, value):
        forth, back = measure(one, other), measure(other, one)
        if isinstance(forth, Refusal):
            assert isinstance(back, Refusal)
            continue
        assert forth.difference == pytest.approx(-back.difference)
        assert (forth.low, forth.high) == pytest.approx((-back.high, -back.low), abs=1e-9)
        assert forth.p_value == pytest.approx(back.p_value, rel=1e-9, abs=1e-300)


@given(arms(), arms())
def test_value_test_interval_and_relative_interval_reach_one_conclusion(one, other):
    answer = value(one, other)
    assert isinstance(answer, Estimate)
    assume(abs(answer.p_value - 0.05) > 1e-9)
    clear = answer.p_value < 0.05
    assert clear == (answer.low > 0 or answer.high < 0)
    if isinstance(answer.relative, Relative):
        assert clear == (answer.relative.low > 0 or answer.relative.high < 0)


@given(arms(), arms(), st.floats(0.5, 0.99))
def test_more_confidence_is_a_wider_interval(one, other, confidence):
    for measure in (conversion, value):
        wide, narrow = measure(one, other, 0.995), measure(one, other, confidence)
        if isinstance(wide, Estimate) and isinstance(narrow, Estimate):
            assert wide.low <= narrow.low <= narrow.high <= wide.high


@pytest.mark.parametrize(
    ("treated", "control", "more", "code", "found"),
    [
        (Moments(99, 9), Moments(5000, 30), {}, answers.TOO_FEW, "99 people"),
        (Moments(0, 0), Moments(0, 0), {}, answers.TOO_FEW, "0 people"),
        (Moments(1, 0), Moments(1, 1), {"smallest_arm": 0}, answers.TOO_FEW, "1 people"),
        (Moments(5200, 9), Moments(4800, 30), {}, answers.RATIO_BROKEN, "5,200, 4,800"),
        (GOOD, CONTROL, {"still_open": 312}, answers.WINDOW_OPEN, "312 of 10,000 people with an open window"),
    ],
    ids=["too few", "nobody", "never under two", "ratio broken", "window open"],
)
def test_the_whole_report_is_refused_with_its_reason(treated, control, more, code, found):
    refusal = lift(treated, control, HALVES, **more)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.found) == (code, found)
    assert json.loads(json.dumps(refusal.to_dict()))["sentence"].endswith(".")


def test_an_open_window_says_when_it_closes():
    refusal = lift(GOOD, CONTROL, HALVES, still_open=1, last_window_closes=datetime(2026, 7, 1, 12))
    assert isinstance(refusal, Refusal)
    assert "2026-07-01 12:00 UTC" in refusal.sentence


@pytest.mark.parametrize(
    ("treated", "control", "conversion_code", "value_code"),
    [
        (Moments(500, 0, 0, 0), Moments(500, 0, 0, 0), answers.NO_CONVERSIONS, answers.NO_SPREAD),
        (Moments(500, 500, 500, 500), Moments(500, 500, 500, 500), answers.NO_SPREAD, answers.NO_SPREAD),
        (Moments(500, 9), Moments(500, 3), None, answers.NO_VALUE),
        (Moments(500, 9, 90, 900), Moments(500, 0, 0, 0), None, answers.NO_SPREAD),
    ],
    ids=["nobody converted", "everybody converted", "no value", "control has no buyer"],
)
def test_one_measure_can_be_refused_alone(treated, control, conversion_code, value_code):
    report = lift(treated, control, HALVES)
    assert isinstance(report, LiftReport)
    codes = [getattr(measure, "code", None) for measure in (report.conversion, report.value)]
    assert codes == [conversion_code, value_code]
    named = [name for name, code in zip(("conversion", "value"), codes, strict=True) if code]
    assert report.to_dict()["refused"] == named


def test_relative_lift_is_refused_where_control_is_zero_or_not_clear_of_it():
    rates = conversion(Moments(500, 9), Moments(500, 0))
    assert isinstance(rates, Estimate)
    assert isinstance(rates.relative, Refusal)
    assert rates.to_dict()["relative_refused"] is True
    money = value(Moments(500, 40, 900, 40_000), Moments(500, 1, 5, 25))
    assert isinstance(money, Estimate)
    assert isinstance(money.relative, Refusal)
    assert money.relative.code == answers.NO_RELATIVE
    assert "1 people" in money.notes[0]


def test_a_small_arm_brings_a_note():
    few = conversion(Moments(2000, 30), Moments(200, 1))
    many = conversion(GOOD, CONTROL)
    assert isinstance(few, Estimate)
    assert isinstance(many, Estimate)
    assert "2.8 conversions" in few.notes[0]
    assert many.notes == ()


def test_several_arms_share_one_control_one_ratio_check_and_adjusted_p():
    third = {"mens": 1 / 3, "womens": 1 / 3, "none": 1 / 3}
    report = lift_arms(
        {"mens": GOOD, "womens": CONTROL, "none": Moments(4990, 290, 5900, 1e5)}, "none", third
    )
    assert isinstance(report, ArmsReport)
    assert set(report.arms) == {"mens", "womens"}
    raw = {name: arm.conversion.p_value for name, arm in report.arms.items()}
    assert report.conversion_p_holm["mens"] == pytest.approx(2 * raw["mens"])
    assert report.conversion_p_holm["womens"] == pytest.approx(raw["womens"])
    assert len(json.loads(json.dumps(report.to_dict()))["sample_ratio"]["counts"]) == 3
    broken = lift_arms({"mens": GOOD, "womens": Moments(4000, 10), "none": CONTROL}, "none", third)
    assert isinstance(broken, Refusal)
    assert broken.code == answers.RATIO_BROKEN


@pytest.mark.parametrize("shares", [(0.5, 0.6), (1.0, 0.0), (1.2, -0.2), (float("nan"), 0.5)])
def test_shares_that_are_no_plan_are_a_mistake_of_the_caller(shares):
    with pytest.raises(ValueError, match="shares"):
        lift(GOOD, CONTROL, shares)


@pytest.mark.parametrize(
    "call",
    [
        lambda: lift_arms({"a": GOOD, "b": CONTROL}, "c", {"a": 0.5, "b": 0.5}),
        lambda: lift_arms({"a": GOOD, "b": CONTROL}, "a", {"a": 0.5, "c": 0.5}),
        lambda: lift(GOOD, CONTROL, HALVES, confidence=95),
        lambda: lift(GOOD, CONTROL, HALVES, still_open=-1),
        lambda: sample_ratio((1, 2, 3), HALVES),
        lambda: sample_ratio((-1, 2), HALVES),
        lambda: expected_half_width(100, 1.0, 0.1),
        lambda: people_needed(0, 0.5, 0.1),
        lambda: Estimate(0.1, 0.1, 0.0, float("nan"), 0.1, 1.0, Relative(0, 0, 0, ""), 0.95, ""),
        lambda: Estimate(0.1, 0.1, 0.0, -0.1, 0.1, float("nan"), Relative(0, 0, 0, ""), 0.95, ""),
        lambda: Relative(0.5, 0.6, 0.7, ""),
    ],
)
def test_what_cannot_be_asked_raises(call):
    with pytest.raises(ValueError, match=r"."):
        call()


def test_no_ratio_of_nobody():
    assert isinstance(sample_ratio((0, 0), HALVES), Refusal)


def test_power_of_the_survey_that_started_it_all():
    """405 and 252 people at 50 %: half width 7.9 points, 11.2 points found with 80 % power."""
    assert expected_half_width(657, 252 / 657, 0.5) == pytest.approx(0.079, abs=5e-4)
    assert detectable_difference(657, 252 / 657, 0.5) == pytest.approx(0.112, abs=5e-4)


@given(st.floats(0.001, 0.2), st.floats(0.05, 0.95), st.floats(0.01, 0.99))
def test_people_needed_is_the_smallest_number_that_is_enough(half_width, holdout, rate):
    n = people_needed(half_width, holdout, rate)
    assert expected_half_width(n, holdout, rate) <= half_width * (1 + 1e-9)
    assert n == 1 or expected_half_width(n - 1, holdout, rate) > half_width * (1 - 1e-9)


def test_holm_keeps_the_order_given():
    assert holm([0.04, 0.01, 0.03]) == pytest.approx((0.06, 0.03, 0.06))
    assert holm([]) == ()


def test_every_refusal_code_is_declared_with_a_fix():
    used = {code for name, code in vars(answers).items() if name.isupper()}
    declared = {code.code for code in vars(problems).values() if isinstance(code, Code)}
    assert used <= declared
    assert all(REGISTRY[code].fix.endswith(".") for code in used)


@pytest.mark.parametrize("package", ["tandem.measure.stats", "tandem.align.stats"])
def test_the_statistics_import_nothing_but_numpy_scipy_and_themselves(package):
    folder = files(package)
    sources = [part.read_text(encoding="utf-8") for part in folder.iterdir() if part.name.endswith(".py")]
    nodes = [node for source in sources for node in ast.walk(ast.parse(source))]
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names = plain | {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    foreign = {name for name in names if not name.startswith(package)}
    assert {name.split(".")[0] for name in foreign} <= {"numpy", "scipy", *sys.stdlib_module_names}


def test_loading_the_statistics_loads_no_engine():
    script = (
        "import sys, tandem.measure.stats; "
        "assert not {'duckdb', 'deltalake', 'pyarrow', 'pyspark', 'sqlalchemy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
