"""The two functions side by side: known anchors come back, and nothing unknown is tested."""

import json
from math import isfinite

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

from tandem.align import Comparison, Kind, compare, load, waves
from tandem.align.stats import benjamini_hochberg, difference, holm
from tandem.kernel import Problems

ALL_ASKED = {"OBSTACLES": (405, 252)}


def item(title: str, question: str, wave: str = "2012", **more) -> Comparison:
    (row,) = [
        row
        for row in compare(wave, **more)
        if row.question_id == question and row.item.startswith(title) and row.statistic == "percent"
    ]
    return row


def test_need_is_the_gap_that_the_survey_is_known_for():
    row = item("Yes, needed", "NEED")
    assert (row.cmo.value, row.cio.value, row.both.value, row.gap) == (56, 77, 64, -21)
    assert row.z == pytest.approx(-5.45, abs=0.005)
    assert (row.low, row.high) == pytest.approx((-27.8, -13.7), abs=0.05)
    assert (row.kind, row.significant, row.robust_to_rounding) == (Kind.TESTED, True, True)


@pytest.mark.parametrize(
    ("title", "question", "p", "places"),
    [
        ("Further social media", "IT_PRIORITIES", 0.089, 3),
        ("Solution complexity", "OBSTACLES", 0.21, 2),
        ("Tie analytics", "MKT_PRIORITIES", 0.002, 3),
        ("Lead generation", "MKT_PRIORITIES", 0.042, 3),
        ("Improve marketing productivity", "MKT_PRIORITIES", 0.043, 3),
        ("Closed-loop", "IT_PRIORITIES", 0.034, 3),
        ("Feels prepared", "PREPARED", 0.003, 3),
        ("Top-2", "MKTIT_PRIORITY", 0.022, 3),
        ("Marketing not a priority", "OBSTACLES", 0.007, 3),
    ],
)
def test_unadjusted_p_values_known_from_elsewhere(title, question, p, places):
    assert round(item(title, question, assumed_bases=ALL_ASKED).p, places) == p


def test_figure_8_if_all_were_asked_holm_keeps_one_item_and_bh_two():
    rows = [row for row in compare("2012", assumed_bases=ALL_ASKED) if row.question_id == "OBSTACLES"]
    assert len(rows) == 11
    assert [row.item for row in rows if row.significant] == [
        "Marketing bypasses IT and works with the vendor"
    ]
    kept = sorted(row.p_bh for row in rows if row.p_bh < 0.05)
    assert kept == pytest.approx([0.0003, 0.039], abs=5e-4)
    assert all("as if all 405 CMOs" in row.caveats[0] for row in rows)


def test_without_a_base_there_is_a_difference_and_never_a_p():
    rows = [row for row in compare("2012") if row.question_id == "OBSTACLES"]
    assert {row.kind for row in rows} == {Kind.DIFFERENCE}
    assert all(row.p is row.low is row.significant is None for row in rows)
    assert all("not published" in row.caveats[0] for row in rows)
    assert not [row for row in compare("2014") if row.kind is Kind.TESTED]


def test_adjustment_stays_within_the_question():
    rows = [row for row in compare("2012") if row.question_id == "MKT_PRIORITIES"]
    raw = [row.p for row in rows]
    assert [row.p_holm for row in rows] == pytest.approx(multipletests(raw, method="holm")[1])
    assert [row.significant for row in rows] == [True, False, False]
    assert [row.robust_to_rounding for row in rows] == [True, False, False]


def test_conflicting_values_stand_beside_the_report_and_change_nothing():
    need = item("Yes, needed", "NEED")
    assert [(c.figure.group, c.figure.value, c.gap) for c in need.conflicts] == [
        ("CMO", 57, -20),
        ("CIO", 77, -21),
        ("CIO", 79, -23),
    ]
    assert need.cmo.source == "Disconnect report"
    fall_short = item("IT deliverables fall short", "FRUSTRATION")
    assert (fall_short.kind, fall_short.conflicts[0].figure.value) == (Kind.ONE_SIDE, 34)
    urgency = item("IT does not see the urgency", "FRUSTRATION", "2014")
    assert (urgency.cmo.value, urgency.conflicts[0].figure.value) == (40, 25)


def test_ranks_have_a_gap_in_places_and_no_p():
    ranks = {row.item: row for row in compare("2012") if row.kind is Kind.RANKS}
    assert ranks["Access to customer insight and intelligence"].gap == -9
    assert ranks["Privacy and security of customer data, brand protection"].gap == 7
    mirrored = ranks["The other function among all C-suite functions"]
    assert (mirrored.cmo.value, mirrored.cio.value) == (2, 4)
    assert "asked about the other" in mirrored.caveats[0]
    assert all(row.p is None and row.low is None for row in ranks.values())


def test_a_value_printed_in_words_is_not_robust():
    row = item("Marketing makes promises", "FRUSTRATION")
    assert (row.significant, row.robust_to_rounding) == (True, False)
    assert "in words" in row.caveats[0]


def test_a_lower_bound_of_the_base_is_said():
    row = item("IT shapes the digital agenda", "DIGITAL_LEAD", "2010-cmo-council")
    assert (row.cmo.value, row.cio.value, row.gap) == (19, 58, -39)
    assert "lower bound" in row.caveats[0]


@pytest.mark.parametrize("wave", waves())
def test_every_published_figure_is_shown_once_and_everything_is_plain_json(wave):
    rows = compare(wave)
    shown = [
        figure
        for row in rows
        for figure in (row.cmo, row.cio, row.both, *(conflict.figure for conflict in row.conflicts))
        if figure
    ]
    published = [figure for figure in load() if figure.wave == wave]
    assert len(shown) == len(published)
    assert set(shown) == set(published)
    for row in rows:
        plain = json.loads(json.dumps(row.to_dict(), allow_nan=False))
        numbers = [plain[name] for name in ("low", "high", "z", "p", "p_holm", "p_bh")]
        assert all(isfinite(number) if row.kind is Kind.TESTED else number is None for number in numbers)
        assert (plain["gap"] is None) == (row.kind in (Kind.ONE_SIDE, Kind.POOLED))


def test_a_design_effect_widens_every_interval():
    plain, wide = (item("Yes, needed", "NEED", design_effect=effect) for effect in (1.0, 1.5))
    assert wide.low < plain.low
    assert wide.high > plain.high
    assert wide.p > plain.p
    with pytest.raises(ValueError, match="1 or more"):
        compare("2012", design_effect=0.9)


def test_an_unknown_wave_names_those_that_exist():
    with pytest.raises(Problems) as caught:
        compare("2013")
    (problem,) = caught.value.problems
    assert problem.code == "ALN-001"
    assert problem.alternatives == ("2010-cmo-council", "2012", "2014")


counts = st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts, counts)
def test_the_difference_is_that_of_statsmodels(one, other):
    (x1, n1), (x2, n2) = one, other
    if x1 + x2 in (0, n1 + n2):
        with pytest.raises(ValueError, match="no spread"):
            difference(x1 / n1, n1, x2 / n2, n2)
        return
    ours = difference(x1 / n1, n1, x2 / n2, n2)
    theirs = confint_proportions_2indep(x1, n1, x2, n2, method="newcomb")
    z, p = proportions_ztest([x1, x2], [n1, n2])
    assert (ours.low, ours.high) == pytest.approx(theirs, abs=1e-9)
    assert (ours.z, ours.p) == pytest.approx((z, p), rel=1e-9, abs=1e-12)
    turned = difference(x2 / n2, n2, x1 / n1, n1)
    assert (turned.low, turned.high) == pytest.approx((-ours.high, -ours.low))


@settings(max_examples=30)
@given(st.lists(st.floats(0, 1), max_size=30))
def test_adjusted_p_values_are_those_of_statsmodels(p):
    if not p:
        assert holm(p) == benjamini_hochberg(p) == ()
        return
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1], abs=1e-12)
    assert benjamini_hochberg(p) == pytest.approx(multipletests(p, method="fdr_bh")[1], abs=1e-12)
    assert np.all(np.array(holm(p)) >= np.array(benjamini_hochberg(p)) - 1e-12)


@pytest.mark.parametrize("call", [(1.2, 10, 0.5, 10), (0.5, 0, 0.5, 10), (0.5, 10, -0.1, 10)])
def test_shares_outside_their_bounds_raise(call):
    with pytest.raises(ValueError, match=r"0\.\.1"):
        difference(*call)
