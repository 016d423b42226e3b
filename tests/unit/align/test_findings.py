"""Findings: planted gaps are found, said in words, and no small group is told."""

import numpy as np
import pytest
from scipy.stats import binom
from unit.align.surveyed import BOOK, survey

from tandem.align.against import Link
from tandem.align.codebook import Codebook
from tandem.align.compare import compare
from tandem.align.cutting import book_of, profiles
from tandem.align.findings import knowing, most_important, questions
from tandem.align.published import Statistic
from tandem.align.reading import About, read_pulse
from tandem.align.responses import Responses
from tandem.align.result import Base, Finding, Measure, Question, Relation, Side
from tandem.align.sides import Told, held, told
from tandem.align.stats import difference, holm


def found(responses: Responses, smallest: int = 5) -> tuple[Question, ...]:
    book = book_of(responses, profiles(responses, smallest), smallest)
    return questions(responses, np.random.default_rng(1), book=book)


def one(questions_: tuple[Question, ...], name: str) -> Finding:
    return next(f for q in questions_ for f in q.findings if f.id == name)


def test_a_planted_gap_is_found_with_its_interval_and_said() -> None:
    need = one(found(survey()), "NEED-1")
    marketing, it = need.sides
    again = difference(marketing.value or 0, 80, it.value or 0, 60)
    assert (need.gap, need.low, need.high, need.p) == pytest.approx(
        (again.difference, again.low, again.high, again.p)
    )
    assert need.clear
    assert need.sentence.startswith(f"{it.value:.0%}".replace("%", " %") + " of IT against ")
    assert need.sentence.endswith("points apart (8 to 38).")


def answered(yes: int, people: int, group: str) -> Told:
    values = np.repeat([1.0, 0.0], [yes, people - yes])
    return told(values, np.ones(people), Measure.SHARE, group, 5)


@pytest.mark.parametrize(("marketing", "it"), [(8, 8), (6, 12), (5, 30), (10, 10)])
def test_two_small_sides_that_think_alike_are_told_apart_in_at_most_one_of_twenty(
    marketing: int, it: int
) -> None:
    """Over every table that chance can bring, at ten shares that both sides have."""
    apart = np.zeros((marketing + 1, it + 1))
    for x, y in np.ndindex(apart.shape):
        gap = held(answered(x, marketing, "marketing"), answered(y, it, "it"), Measure.SHARE)
        assert gap is not None
        apart[x, y] = gap.p is not None and gap.p < 0.05
    for share in np.linspace(0.05, 0.5, 10):
        chance = np.outer(
            binom.pmf(range(marketing + 1), marketing, share), binom.pmf(range(it + 1), it, share)
        )
        assert (chance * apart).sum() <= 0.05


def test_few_people_are_tested_exactly_and_many_or_weighted_ones_by_z() -> None:
    few = held(answered(7, 8, "marketing"), answered(2, 8, "it"), Measure.SHARE)
    assert few is not None
    assert few.p == pytest.approx(0.0406, abs=5e-5)  # (8·28 + 1·8) · 2 / 11440
    many = held(answered(60, 80, "marketing"), answered(30, 60, "it"), Measure.SHARE)
    assert many is not None
    assert many.p == pytest.approx(difference(0.75, 80, 0.5, 60).p)
    values = np.repeat([1.0, 0.0], [7, 1])
    weighted = told(values, np.array([2.0] + [1.0] * 7), Measure.SHARE, "marketing", 5)
    by_z = held(weighted, answered(2, 8, "it"), Measure.SHARE)
    assert by_z is not None
    assert weighted.side.value is not None
    assert weighted.side.base is not None
    assert by_z.p == pytest.approx(difference(weighted.side.value, weighted.side.base.effective, 0.25, 8).p)


def test_what_is_clear_has_an_interval_on_one_side() -> None:
    """10 of 60 against 5 of 80: p is under 0.05 by z, and the interval holds 0."""
    gap = held(answered(10, 60, "marketing"), answered(5, 80, "it"), Measure.SHARE)
    assert gap is not None
    assert gap.p is not None
    assert gap.p < 0.05
    assert gap.low is not None
    assert gap.low < 0
    book = Codebook("one", "One", (BOOK["S_FUNCTION"], BOOK["NEED"]), "S_FUNCTION")
    columns = {
        "S_FUNCTION": np.repeat([1.0, 2.0], [60, 80]),
        "NEED": np.repeat([1.0, 2.0, 1.0, 2.0], [10, 50, 5, 75]),
    }
    need = one(found(Responses(book, columns, np.ones(140))), "NEED-1")
    assert need.p_holm == pytest.approx(gap.p)
    assert need.clear is False
    assert "no clear difference" in need.sentence


def test_p_is_adjusted_within_the_question() -> None:
    items = [f for q in found(survey()) if q.id == "OBSTACLES" for f in q.findings]
    assert [f.p_holm for f in items] == pytest.approx(holm([f.p or 0.0 for f in items]))
    assert [f.id for f in items if f.clear] == ["OBSTACLES-1", "OBSTACLES-5"]
    assert items[0].places == (1.0, 5.0)


def test_a_guess_is_held_against_what_the_other_side_says() -> None:
    answers = found(survey())
    guess = one(answers, "NEED_GUESS-1-by-marketing")
    assert guess.relation is Relation.GUESS
    assert guess.sides[1].value == one(answers, "NEED-1").sides[1].value
    assert "think that IT would say “Yes” to “Do the two functions need to align?”" in guess.sentence
    assert "too few" in guess.sentence


def test_how_well_a_side_knows_the_other_is_told_over_the_items() -> None:
    def guess(item: int, said: float, truth: float) -> Finding:
        base = Base(50, 50.0, 50.0)
        sides = Side("marketing", "marketing", base, said), Side("it", "IT", base, truth)
        return Finding(f"X-{item}", "X", "X", "x", Relation.GUESS, Measure.SHARE, sides, "")

    items = [guess(1, 0.5, 0.6), guess(2, 0.3, 0.5), guess(3, 0.2, 0.2)]
    assert knowing(items, "marketing") == (
        "Marketing guesses IT 10 points off on average over 3 items, 10 points too low on balance; the order of the "
        "items: Spearman 1.00. Chance alone makes some distance."
    )
    assert knowing(items, "it") == knowing(items[:1], "marketing") == ""


def test_the_most_important_are_clear_and_no_question_has_more_than_two() -> None:
    best = most_important(found(survey()))
    assert [f.id for f in best][:2] == ["OBSTACLES-1", "OBSTACLES-5"]
    assert all(f.clear for f in best)


def test_weights_cost_effective_people() -> None:
    base = one(found(survey(weighted=True)), "NEED-1").sides[0].base
    assert base is not None
    assert base.effective < base.unweighted == 80


def test_nothing_is_told_of_a_side_under_the_smallest_group_nor_of_what_gives_it_back() -> None:
    for finding in (f for q in found(survey(it=4)) for f in q.findings):
        assert finding.gap is None
        assert all(side.value is None and side.base is None for side in finding.sides)
        assert finding.sentence.startswith("Not shown: ")


def test_a_small_cell_of_a_cut_is_hidden_with_one_that_would_give_it_back() -> None:
    book = book_of(survey(), profiles(survey(), 5), 5)
    heads = [(column.variable, column.label) for column in book.columns]
    bases = dict(zip(heads, book["NEED"].bases, strict=True))
    told = {label: base.people for (variable, label), base in bases.items() if variable == "IT_S_REGION"}
    assert told["Asia"] is None
    assert list(told.values()).count(None) == 2
    assert bases[("MARKETING_S_REGION", "Asia")].people == 20


def test_without_a_gap_hardly_anything_is_clear() -> None:
    """Both sides answer as marketing does: Holm holds the rate of questions with a false gap near 5 %."""
    clear = tested = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        plain = survey(seed)
        marketing = plain.rows(rng.integers(0, 80, 140))
        shuffled = {**marketing.columns, "S_FUNCTION": np.repeat([1.0, 2.0], 70)}
        same = Responses(BOOK, shuffled, marketing.weight)
        for question in found(same):
            block = [f for f in question.findings if f.relation is not Relation.GUESS and f.clear is not None]
            tested += bool(block)
            clear += any(f.clear for f in block)
    assert tested > 80
    assert clear / tested <= 0.12


def test_the_note_says_that_comparisons_with_published_figures_are_not_adjusted() -> None:
    row = next(
        row
        for row in compare("2010-cmo-council")
        if row.cmo and row.cio and row.statistic is Statistic.PERCENT
    )
    links = {"NEED-1": (Link("2010-cmo-council", row.question_id, row.item),)}
    said = dict(read_pulse(survey(), About("w", "W", links=links)).method)["Not comparable"]
    assert "not adjusted for how many there are" in said
    assert "published" not in dict(read_pulse(survey(), About("w", "W")).method)["Not comparable"].casefold()
