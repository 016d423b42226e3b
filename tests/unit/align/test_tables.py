"""The banner book: bases, rows, letters, what is hidden, and the same numbers as a plain count of people."""

import numpy as np
import pytest

from tandem.align.codebook import Choice, Codebook, Kind, Variable
from tandem.align.responses import Responses, from_answers
from tandem.align.stats import Design, Hidden, boxes, mean
from tandem.align.tables import Adjust, Book, RowKind, Rules, banner_book
from tandem.kernel import Problems


def choices(*labels: str) -> tuple[Choice, ...]:
    return tuple(Choice(code, label) for code, label in enumerate(labels, 1))


BOOK = Codebook(
    "pulse",
    "Pulse",
    (
        Variable("SIDE", "SIDE", Kind.SINGLE, "Which function?", choices("Marketing", "IT")),
        Variable(
            "REGION", "REGION", Kind.SINGLE, "Region", (*choices("N", "S", "W"), Choice(99999, "?", True))
        ),
        Variable("NEED", "NEED", Kind.SINGLE, "Need?", (*choices("Yes", "No"), Choice(9, "?", True))),
        Variable("PLEASED", "PLEASED", Kind.FIVE, "Pleased?", choices("1", "2", "3", "4", "5")),
        Variable(
            "HURDLES", "HURDLES", Kind.MULTIPLE, "Hurdles?", (*choices("Time", "Money"), Choice(9, "?", True))
        ),
        Variable("ORDER", "ORDER", Kind.RANK, "In order?", choices("Speed", "Cost", "Trust", "Skill")),
        Variable("BUDGET", "BUDGET", Kind.NUMERIC, "Share of budget?"),
        Variable("OWN", "OWN", Kind.FIVE, "Marketing only", choices(*"12345"), asked_of=("marketing",)),
        Variable("IDEA", "IDEA", Kind.OPEN, "One change?"),
    ),
    group="SIDE",
)


def surveyed(seed: int = 1, people: int = 140) -> Responses:
    rng = np.random.default_rng(seed)
    answers: list[dict[str, object]] = []
    for person in range(people):
        side = 1 if person < people * 4 // 7 else 2
        one: dict[str, object] = {
            "SIDE": side,
            "REGION": int(rng.choice([1, 2, 3, 99999], p=[0.5, 0.3, 0.1, 0.1])),
        }
        one["NEED"] = 9 if rng.random() < 0.1 else int(1 + (rng.random() > (0.8 if side == 1 else 0.4)))
        if rng.random() < 0.9:
            one["PLEASED"] = int(rng.integers(1, 6))
            one["HURDLES"] = [9] if rng.random() < 0.1 else [code for code in (1, 2) if rng.random() < 0.4]
            placed = rng.permutation([1, 2, 3, 4])[: int(rng.integers(0, 5))]
            one["ORDER"] = {int(code): place for place, code in enumerate(placed, 1)}
            one["BUDGET"] = float(rng.normal(30 + 5 * side, 4))
        if side == 1:
            one["OWN"] = int(rng.integers(1, 6))
        answers.append({**one, "IDEA": "less talk"})
    return from_answers(BOOK, answers, rng.uniform(0.5, 2, people))


@pytest.fixture(scope="module")
def responses() -> Responses:
    return surveyed()


@pytest.fixture(scope="module")
def book(responses: Responses) -> Book:
    return banner_book(responses, ["SIDE", "REGION"])


def masks(responses: Responses, book: Book) -> list[np.ndarray]:
    everybody = np.ones(len(responses), dtype=bool)
    return [
        responses.column(column.variable) == column.code if column.variable else everybody
        for column in book.columns
    ]


def test_columns_have_letters_and_missing_choices_have_none(book: Book) -> None:
    assert [(column.letter, column.label) for column in book.columns] == [
        ("", "Total"),
        ("A", "Marketing"),
        ("B", "IT"),
        ("C", "N"),
        ("D", "S"),
        ("E", "W"),
    ]
    assert book.left_out == ("IDEA",)
    assert book.weighted
    with pytest.raises(KeyError):
        book["IDEA"]


@pytest.mark.parametrize("name", ["NEED", "PLEASED", "HURDLES", "ORDER", "BUDGET", "OWN"])
def test_bases_are_those_of_the_answers(name: str, responses: Responses, book: Book) -> None:
    for column, base in zip(masks(responses, book), book[name].bases, strict=True):
        weight = responses.weight[column & responses.base(name)]
        if base.hidden is None:
            assert base.people == weight.size
            assert base.weighted == pytest.approx(weight.sum())
            assert base.effective == pytest.approx(
                weight.sum() ** 2 / (weight**2).sum() if weight.size else 0
            )
            assert base.doubtful == (weight.size < 30)


def test_shares_boxes_and_means_are_those_of_the_design(responses: Responses, book: Book) -> None:
    design = Design(responses.weight)
    rows = {(row.kind, row.code): row for row in book["PLEASED"].rows}
    for at, column in enumerate(masks(responses, book)):
        found = boxes(design, responses.column("PLEASED"), column)
        for kind, known in (
            (RowKind.TOP_2, found.top_2),
            (RowKind.BOTTOM_2, found.bottom_2),
            (RowKind.BOTTOM_3, found.bottom_3),
            (RowKind.NET, found.net),
            (RowKind.MEAN, found.mean),
        ):
            cell = rows[kind, None].cells[at]
            assert (cell.value, cell.se) == pytest.approx((known.value, known.se))
        assert sum(rows[RowKind.CHOICE, code].cells[at].value or 0 for code in range(1, 6)) == pytest.approx(
            1
        )
        budget = mean(design, responses.column("BUDGET"), column)
        cell = book["BUDGET"].rows[0].cells[at]
        assert (cell.value, cell.se, cell.low, cell.high) == pytest.approx(
            (budget.value, budget.se, *budget.interval())
        )


def test_multiple_answers_stand_on_all_who_answered(responses: Responses, book: Book) -> None:
    base = responses.base("HURDLES")
    for row in book["HURDLES"].rows:
        ticked = np.where(base, responses.column("HURDLES", row.code), np.nan)
        for cell, column in zip(row.cells, masks(responses, book), strict=True):
            known = mean(Design(responses.weight), ticked, column)
            assert (cell.value, cell.se) == pytest.approx((known.value, known.se))
    assert [row.code for row in book["HURDLES"].rows] == [1, 2]


def test_items_without_a_place_share_those_left_over(responses: Responses, book: Book) -> None:
    places = np.column_stack([responses.column("ORDER", code) for code in (1, 2, 3, 4)])
    given = (~np.isnan(places)).sum(axis=1)
    filled = np.where(np.isnan(places), ((given + 1 + 4) / 2)[:, None], places)
    filled[given == 0] = np.nan
    rows = {(row.kind, row.code): row.cells[0] for row in book["ORDER"].rows}
    design = Design(responses.weight)
    for item in range(4):
        known = mean(design, filled[:, item])
        cell = rows[RowKind.PLACE, item + 1]
        assert (cell.value, cell.se) == pytest.approx((known.value, known.se))
        for kind, last in ((RowKind.FIRST, 1), (RowKind.FIRST_THREE, 3)):
            among = np.where(given > 0, places[:, item] <= last, np.nan)
            assert rows[kind, item + 1].value == pytest.approx(mean(design, among).value)
    assert sum(rows[RowKind.PLACE, code].value or 0 for code in (1, 2, 3, 4)) == pytest.approx(10)


def test_a_planted_difference_has_its_letter_and_the_total_none(responses: Responses) -> None:
    book = banner_book(responses, ["SIDE"], ["NEED", "BUDGET"])
    yes, no = book["NEED"].rows
    assert [cell.letters for cell in yes.cells] == ["", "B", ""]
    assert [cell.letters for cell in no.cells] == ["", "", "A"]
    assert [cell.letters for cell in book["BUDGET"].rows[0].cells] == ["", "", "A"]
    few = banner_book(responses, ["SIDE"], ["NEED"], Rules(tested_from=1000))
    assert {cell.letters for row in few["NEED"].rows for cell in row.cells} == {""}


def test_adjusting_takes_letters_away_and_adds_none(responses: Responses) -> None:
    plain = banner_book(responses, ["REGION"], rules=Rules(sure=0.8, likely=0.7))
    holm = banner_book(responses, ["REGION"], rules=Rules(sure=0.8, likely=0.7, adjust=Adjust.HOLM))
    for before, after in zip(plain.tables, holm.tables, strict=True):
        for one, two in zip(before.rows, after.rows, strict=True):
            for a, b in zip(one.cells, two.cells, strict=True):
                assert set(b.letters.upper()) <= set(a.letters.upper())


def test_a_small_column_is_hidden_with_all_its_numbers() -> None:
    book = banner_book(surveyed(people=30), ["SIDE", "REGION"])
    table = book["PLEASED"]
    hidden = [base.hidden for base in table.bases]
    assert Hidden.SMALL in hidden
    for at, why in enumerate(hidden):
        if why:
            assert (table.bases[at].people, table.bases[at].weighted, table.bases[at].effective) == (
                None,
            ) * 3
            assert {row.cells[at].value for row in table.rows} == {None}
            assert {row.cells[at].letters for row in table.rows} == {""}
            assert not any(
                book.columns[at].letter in cell.letters.upper() for row in table.rows for cell in row.cells
            )


def test_a_question_for_one_side_is_empty_for_the_other(book: Book) -> None:
    table = book["OWN"]
    assert (table.bases[2].people, table.bases[2].hidden) == (0, None)
    assert {row.cells[2].value for row in table.rows} == {None}
    assert table.bases[0].people == table.bases[1].people


def test_nobody_and_no_banner_make_a_book_too() -> None:
    empty = banner_book(from_answers(BOOK, []), ["SIDE"])
    assert {cell.value for table in empty.tables for row in table.rows for cell in row.cells} == {None}
    assert [column.label for column in banner_book(surveyed(), []).columns] == ["Total"]


@pytest.mark.parametrize("name", ["HURDLES", "NOBODY", "BUDGET"])
def test_what_cannot_stand_across_is_a_problem(name: str, responses: Responses) -> None:
    with pytest.raises(Problems) as raised:
        banner_book(responses, [name])
    assert raised.value.problems[0].code == "ALN-004"
    assert "SIDE" in raised.value.problems[0].alternatives


def test_many_columns_have_letters_that_can_be_told_apart() -> None:
    many = tuple(Choice(code, str(code)) for code in range(1, 31))
    book = Codebook("b", "B", (Variable("CITY", "CITY", Kind.SINGLE, "City", many),))
    answers = np.repeat(np.arange(1.0, 31.0), 10)
    found = banner_book(Responses(book, {"CITY": answers}, np.ones(300)), ["CITY"])
    names = [column.letter for column in found.columns[1:]]
    assert names[:2] + names[25:28] == ["A", "B", "Z", "A2", "B2"]
    assert len(set(names)) == 30


def test_rules_keep_their_bounds() -> None:
    with pytest.raises(ValueError, match="likely"):
        Rules(sure=0.9, likely=0.95)
