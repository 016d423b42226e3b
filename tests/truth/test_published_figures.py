"""The published study of 2012 comes back: figures 1, 5 and 8, the contrasts of its text, and the conflicts."""

import json

import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

from tandem.align import Comparison, Kind, compare, load, waves
from tandem.align.figures import PublishedQuestion, figures
from tandem.align.published import Statistic

CMO, CIO = 405, 252
WAVES = waves()
# Read off figure 8 by hand, in the order of print: the two groups, percent.
FIGURE_8 = {
    "Solution complexity and integration difficulties": (47, 42),
    "Too little know-how in the IT organisation": (28, 31),
    "Marketing not a priority for IT": (35, 25),
    "Marketing takes control and isolates IT": (27, 29),
    "IT resists or opposes solution sourcing": (19, 15),
    "Marketing is not kept informed by IT": (38, 33),
    "Insufficient budget and funding": (28, 30),
    "No management mandate": (20, 20),
    "Time and technical resources not available": (31, 35),
    "Marketing bypasses IT and works with the vendor": (21, 36),
    "Wrong solution not embraced by users": (9, 13),
}


@pytest.fixture(scope="module")
def study() -> dict[str, PublishedQuestion]:
    return {question.id: question for question in figures("2012")}


def row(question: PublishedQuestion, item: str) -> Comparison:
    (found,) = [
        one for one in question.rows if one.item.startswith(item) and one.statistic is Statistic.PERCENT
    ]
    return found


def test_figure_1_the_need(study):
    question = study["NEED"]
    yes = row(question, "Yes")
    assert question.figure == "Figure 1"
    assert (yes.cmo.value, yes.cio.value, yes.both.value) == (56, 77, 64)
    assert abs(yes.z) == pytest.approx(5.45, abs=0.005)
    assert (-yes.high, -yes.low) == (pytest.approx(13.7, abs=0.05), pytest.approx(27.8, abs=0.05))
    assert yes.robust_to_rounding
    assert round((CMO * 56 + CIO * 77) / (CMO + CIO)) == 64
    assert "56 %, CIOs 77 %, 21 points less" in question.headline


def test_figure_5_the_scale_and_its_sums(study):
    question = study["MKTIT_PRIORITY"]
    cmo, cio, both = question.scale
    assert question.figure == "Figure 5"
    assert (cmo.points, cmo.n) == ((5, 18, 41, 29, 7), CMO)
    assert (cio.points, cio.n) == ((7, 12, 37, 37, 8), CIO)
    assert (both.points, both.n) == ((6, 16, 39, 32, 7), CMO + CIO)
    assert (cmo.top_two, cmo.bottom_two, cmo.bottom_three, cmo.total) == (36, 23, 64, 100)
    assert (cio.top_two, cio.bottom_two, cio.bottom_three, cio.total) == (45, 19, 56, 101)
    assert [round(value, 1) for value in both.pooled] == [5.8, 15.7, 39.5, 32.1, 7.4]
    assert all(abs(mean - printed) < 1 for mean, printed in zip(both.pooled, both.points, strict=True))
    top = row(question, "Top-2")
    assert (top.cmo.value, top.cio.value, round(top.p, 3)) == (36, 45, 0.022)


def test_figure_8_the_order_of_the_lists(study):
    question = study["OBSTACLES"]
    found = question.lists
    printed = {one.item: (one.cmo.value, one.cio.value) for one in question.rows}
    assert printed == FIGURE_8
    cmo, cio = zip(*FIGURE_8.values(), strict=True)
    assert found.tau_b == pytest.approx(stats.kendalltau(cmo, cio).statistic)
    assert found.spearman == pytest.approx(stats.spearmanr(cmo, cio).statistic)
    assert (round(found.tau_b, 3), round(found.spearman, 3)) == (0.587, 0.697)
    assert {p: round(value, 4) for p, value in found.rbo} == {0.9: 0.8522, 0.7: 0.7434}
    assert [(one.item[:17], one.cmo, one.cio) for one in found.gaps[:2]] == [
        ("Marketing bypasse", 8, 2),
        ("Marketing not a p", 3, 8),
    ]


def test_figure_8_if_all_were_asked_two_items_differ_and_holm_keeps_one(study):
    assumed = compare("2012", assumed_bases={"OBSTACLES": (CMO, CIO)})
    tested = [one for one in assumed if one.question_id == "OBSTACLES"]
    raw = [proportions_ztest([CMO * a / 100, CIO * b / 100], [CMO, CIO])[1] for a, b in FIGURE_8.values()]
    assert [one.p for one in tested] == pytest.approx(raw)
    assert sum(p < 0.05 for p in raw) == 2
    for name, method, kept in (("p_holm", "holm", 1), ("p_bh", "fdr_bh", 2)):
        ours = [getattr(one, name) for one in tested]
        assert ours == pytest.approx(multipletests(raw, method=method)[1])
        assert sum(p < 0.05 for p in ours) == kept
    said = study["OBSTACLES"].what_if
    assert "2 of 11 items" in said
    assert "(Holm) Marketing bypasses IT and works with the vendor; by the milder one" in said
    assert said.endswith("nothing here is tested.")


@pytest.mark.parametrize(
    ("question", "item", "values", "p"),
    [
        ("PREPARED", "Feels prepared", (49, 61), 0.003),
        ("MKT_PRIORITIES", "Tie analytics", (33, 45), 0.002),
        ("MKT_PRIORITIES", "Lead generation", (43, 35), 0.042),
        ("MKT_PRIORITIES", "Improve marketing", (44, 36), 0.043),
        ("IT_PRIORITIES", "Closed-loop", (19, 26), 0.034),
        ("IT_PRIORITIES", "Further social", (24, 30), 0.089),
    ],
)
def test_the_contrasts_of_the_text_with_interval_and_raw_p(study, question, item, values, p):
    found = row(study[question], item)
    assert (found.cmo.value, found.cio.value) == values
    assert round(found.p, 3) == p
    low, high = confint_proportions_2indep(
        values[0] / 100 * CMO, CMO, values[1] / 100 * CIO, CIO, method="newcomb", compare="diff"
    )
    assert (found.low, found.high) == (pytest.approx(100 * low), pytest.approx(100 * high))
    assert found.p <= found.p_bh <= found.p_holm


def test_ranks_of_the_text(study):
    drivers = {one.item: one for one in study["DRIVERS"].rows}
    insight = drivers["Access to customer insight and intelligence"]
    assert (insight.cmo.value, insight.cio.value, insight.p) == (1, 10, None)
    assert "place 1 for CMOs, 10 for CIOs" in study["DRIVERS"].headline


def test_every_conflict_between_sources_is_named():
    contested = [figure for figure in load() if "CONFLICT" in figure.note]
    notes = " ".join(note for wave in WAVES for question in figures(wave) for note in question.notes)
    assert len(contested) == 5
    for figure in contested:
        assert figure.source in notes
        assert f"{figure.value:g}" in notes
    assert "64 % see marketing at the bottom; that counts the midpoint" in notes
    assert "points of difference" in notes


@pytest.mark.parametrize("wave", WAVES)
def test_where_the_number_of_people_is_not_published_no_p_is_told_anywhere(wave):
    for question in figures(wave):
        plain = json.loads(json.dumps(question.to_dict(), allow_nan=False))
        for told, one in zip(plain["rows"], question.rows, strict=True):
            known = bool(one.cmo and one.cio and one.cmo.n and one.cio.n)
            if not known or one.statistic is Statistic.RANK:
                assert one.kind is not Kind.TESTED
                assert all(
                    told[name] is None for name in ("p", "p_holm", "p_bh", "z", "low", "high", "significant")
                )
        if question.what_if:
            assert not question.tested
            assert " p " not in question.what_if
            assert "p-value" not in question.what_if
