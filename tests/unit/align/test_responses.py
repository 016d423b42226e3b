"""A survey as columns: what fits the codebook is kept, what does not cannot be built."""

import numpy as np
import pytest

from tandem.align.codebook import Choice, Codebook, Kind, Variable
from tandem.align.responses import Responses, from_answers, to_answers

SIDE = Variable("SIDE", "SIDE", Kind.SINGLE, "Side", (Choice(1, "Marketing"), Choice(2, "IT")))
TOOLS = Variable(
    "TOOLS",
    "TOOLS",
    Kind.MULTIPLE,
    "Tools",
    (Choice(1, "Mail"), Choice(2, "Web"), Choice(9, "Don't know", missing=True)),
    asked_of=("it",),
)
ORDER = Variable("ORDER", "ORDER", Kind.RANK, "Order", (Choice(1, "Data"), Choice(2, "Trust")))
SPEND = Variable("SPEND", "SPEND", Kind.NUMERIC, "Spend", (Choice(-9, "Refused", missing=True),))
IDEA = Variable("IDEA", "IDEA", Kind.OPEN, "Idea")
NEED = Variable(
    "NEED",
    "NEED",
    Kind.FIVE,
    "Need",
    (*(Choice(code, str(code)) for code in range(1, 6)), Choice(9, "Don't know", missing=True)),
)
BOOK = Codebook("pulse", "Pulse", (SIDE, TOOLS, ORDER, SPEND, IDEA, NEED), group="SIDE")

ANSWERS = [
    {"SIDE": 1, "ORDER": {"1": 1, "2": 2}, "SPEND": 2.5, "IDEA": "Meet", "NEED": 5},
    {"SIDE": 2, "TOOLS": [], "SPEND": -9, "IDEA": " ", "NEED": 9},
    {"SIDE": 2, "TOOLS": [9], "ORDER": {"2": 1}},
    {"TOOLS": [1, 2], "NEED": 1},
]


def test_answers_to_columns_and_back():
    assert to_answers(from_answers(BOOK, ANSWERS)) == ANSWERS


def test_a_base_holds_who_was_asked_and_answered():
    responses = from_answers(BOOK, ANSWERS)
    bases = {variable.name: responses.base(variable.name).astype(int).tolist() for variable in BOOK.variables}
    assert bases == {
        "SIDE": [1, 1, 1, 0],
        "TOOLS": [0, 1, 0, 0],
        "ORDER": [1, 0, 1, 0],
        "SPEND": [1, 0, 0, 0],
        "IDEA": [1, 0, 0, 0],
        "NEED": [1, 0, 0, 1],
    }


def test_the_sides_are_told_by_the_labels():
    responses = from_answers(BOOK, ANSWERS).with_weight(np.array([1.0, 2.0, 0.5, 1.0]))
    assert BOOK.groups == {"marketing": 1, "it": 2}
    assert responses.of("it").weight.tolist() == [2.0, 0.5]
    assert responses.of("marketing").column("ORDER", 2).tolist() == [2.0]
    with pytest.raises(KeyError):
        responses.of("finance")


def test_nobody_is_a_survey_too():
    empty = from_answers(BOOK, [])
    assert (len(empty), empty.base("TOOLS").tolist(), empty.base("IDEA").tolist()) == (0, [], [])


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"NEED": 7}, "NEED has no code 7"),
        ({"NEED": "x"}, "does not fit"),
        ({"NEED": True}, "whole number"),
        ({"TOOLS": 1}, "list of codes"),
        ({"TOOLS": [4]}, "no code 4"),
        ({"ORDER": {"1": 3}}, "3 is none of 1, 2"),
        ({"ORDER": [1]}, "places by code"),
        ({"SPEND": float("inf")}, "number is needed"),
        ({"IDEA": 4}, "text is needed"),
        ({"NEXT": 4}, "no variable NEXT"),
    ],
)
def test_an_answer_that_the_codebook_does_not_allow(answer, words):
    with pytest.raises(ValueError, match=words):
        from_answers(BOOK, [answer])


def test_columns_that_do_not_fit_cannot_be_built():
    good = from_answers(BOOK, ANSWERS)
    with pytest.raises(ValueError, match="unknown"):
        Responses(BOOK, {**good.columns, "MORE": good.weight}, good.weight)
    with pytest.raises(ValueError, match="all items or none"):
        Responses(BOOK, {**good.columns, "TOOLS__1": np.array([1.0, 0, 0, 1])}, good.weight)
    with pytest.raises(ValueError, match="rows"):
        Responses(BOOK, {**good.columns, "NEED": np.ones(3)}, good.weight)
    with pytest.raises(ValueError, match="finite"):
        good.with_weight(np.array([1.0, np.nan, 1, 1]))
    with pytest.raises(ValueError, match="0 or more"):
        good.with_weight(np.array([1.0, -1, 1, 1]))


def variable(**changes) -> Variable:
    return Variable(**({"name": "A", "question": "A", "kind": Kind.OPEN, "label": "a"} | changes))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "need"}, "variable name"),
        ({"name": "A__1"}, "variable name"),
        ({"mirror": "other"}, "mirror"),
        ({"kind": Kind.SINGLE}, "no choices"),
        ({"kind": Kind.SINGLE, "choices": (Choice(1, "x"), Choice(1, "y"))}, "twice"),
        ({"kind": Kind.FIVE, "choices": (Choice(0, "x"),)}, "codes 1 to 5"),
        ({"kind": Kind.RANK, "choices": (Choice(-1, "x"),)}, "0 or more"),
        ({"kind": Kind.NUMERIC, "choices": (Choice(1, "x"),)}, "missing ones only"),
        ({"choices": (Choice(1, "x"),)}, "open question"),
    ],
)
def test_a_variable_that_contradicts_itself(changes, words):
    with pytest.raises(ValueError, match=words):
        variable(**changes)


@pytest.mark.parametrize(
    ("variables", "group", "words"),
    [
        ((variable(), variable()), "", "twice"),
        ((variable(about="B"),), "", "no other variable"),
        ((variable(about="A"),), "", "no other variable"),
        ((variable(),), "SIDE", "no variable here"),
        ((variable(),), "A", "no single choice"),
        ((SIDE, variable(asked_of=("finance",))), "SIDE", "no group"),
    ],
)
def test_a_codebook_that_points_at_nothing(variables, group, words):
    with pytest.raises(ValueError, match=words):
        Codebook("c", "C", variables, group=group)
