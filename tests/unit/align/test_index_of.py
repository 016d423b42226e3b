"""The index of a small survey whose every component can be worked out by hand."""

import json

import numpy as np
import pytest

from tandem.align.codebook import Choice, Codebook, Kind, Variable
from tandem.align.index_of import WEIGHTS, alignment_index
from tandem.align.responses import from_answers

YES_NO = (Choice(1, "Yes"), Choice(2, "No"), Choice(9, "Don't know", missing=True))
FIVE = (*(Choice(code, str(code)) for code in range(1, 6)), Choice(9, "Don't know", missing=True))
STAGES = tuple(Choice(code, stage) for code, stage in enumerate(("none", "parts", "all"), start=1))
ITEMS = tuple(Choice(code, f"Item {code}") for code in range(1, 5))
SIDES = (Choice(1, "Marketing"), Choice(2, "IT"), Choice(3, "Other"))

VARIABLES = (
    Variable("S_FUNCTION", "S_FUNCTION", Kind.SINGLE, "Side?", SIDES),
    Variable("NEED", "NEED", Kind.SINGLE, "Needed?", YES_NO, mirror="swap"),
    Variable("PRIORITIES", "PRIORITIES", Kind.MULTIPLE, "Priorities?", ITEMS),
    Variable("TRUST_OPEN", "TRUST", Kind.FIVE, "Open?", FIVE, mirror="swap"),
    Variable("TRUST_ABLE", "TRUST", Kind.FIVE, "Able?", FIVE, mirror="swap"),
    Variable("OBSTACLES", "OBSTACLES", Kind.MULTIPLE, "Obstacles?", ITEMS),
    Variable("DATA_INTEGRATION", "DATA_INTEGRATION", Kind.SINGLE, "Joined?", STAGES),
    Variable("RANK_OF_MARKETING", "RANK_OF_MARKETING", Kind.FIVE, "Where?", FIVE, asked_of=("it",)),
    Variable(
        "RANK_GUESSED",
        "RANK_GUESSED",
        Kind.FIVE,
        "Where would IT say?",
        FIVE,
        asked_of=("marketing",),
        mirror="meta",
        about="RANK_OF_MARKETING",
    ),
)
BOOK = Codebook("pulse", "Pulse", VARIABLES, "S_FUNCTION")


def people(count, side, **answers):
    """So many people of a side; an answer that is a list of two pairs goes to that many people each."""
    rows = []
    for place in range(count):
        row = {"S_FUNCTION": side}
        for name, told in answers.items():
            row[name] = told[place % len(told)]
        rows.append(row)
    return rows


ANSWERS = [
    *people(
        20,
        1,
        NEED=[1, 1, 2, 2],
        PRIORITIES=[[1, 2, 3], [1, 2], [1], [1]],
        TRUST_OPEN=[1, 3],
        TRUST_ABLE=[2, 2],
        OBSTACLES=[[1], [1, 2]],
        DATA_INTEGRATION=[1, 2],
        RANK_GUESSED=[4, 2],
    ),
    *people(
        12,
        2,
        NEED=[1, 1, 1, 2],
        PRIORITIES=[[1, 2, 3], [1, 2], [1], [1]],
        TRUST_OPEN=[3, 5],
        TRUST_ABLE=[4, 4],
        OBSTACLES=[[1], [1]],
        DATA_INTEGRATION=[2, 3],
        RANK_OF_MARKETING=[5, 5, 4, 1],
    ),
]


def index(answers=ANSWERS, **how):
    options = {"smallest": 5, "replicates": 200} | how
    return alignment_index(from_answers(BOOK, answers), np.random.default_rng(1), **options)


def test_every_component_is_what_one_works_out_by_hand():
    found = {one.name: one for one in index().components}
    assert {name: one.found.value for name, one in found.items()} == {
        "need": pytest.approx(1 - (0.75 - 0.5)),
        "priorities": pytest.approx(1),
        "perception": pytest.approx(1 - (0.75 - 0.5)),
        "relationship": pytest.approx(((0.25 + 0.25) / 2 + (0.75 + 0.75) / 2) / 2),
        "obstacles": pytest.approx(1 - 0.5 / 4),
        "data": pytest.approx((0.25 + 0.75) / 2),
    }
    assert found["relationship"].sides == {"marketing": pytest.approx(0.25), "it": pytest.approx(0.75)}
    assert found["perception"].sides == {"marketing": pytest.approx(0.75)}
    assert found["need"].people == {"marketing": 20, "it": 12}
    assert all(0 <= one.found.low <= one.found.value <= one.found.high <= 1 for one in found.values())
    assert found["data"].found.alike is None
    assert found["need"].found.alike == pytest.approx(1 - 0.18 * (2 / np.pi) ** 0.5, abs=0.03)


def test_closeness_and_level_stand_apart_and_weights_can_be_changed():
    found = index()
    values = {one.name: one.found.value for one in found.components}
    near = [values[name] for name in ("need", "priorities", "perception", "obstacles")]
    assert found.closeness.value == pytest.approx(np.mean(near))
    assert found.level.value == pytest.approx(np.mean([values["relationship"], values["data"]]))
    assert found.overall.value == pytest.approx(np.mean(list(values.values())))
    assert sum(one.weight for one in found.components) == pytest.approx(1)
    other = index(weights={"need": 3, "data": 1})
    assert other.overall.value == pytest.approx((3 * values["need"] + values["data"]) / 4)
    assert {one.name: one.weight for one in other.components}["obstacles"] == 0
    without = {one.name: one.without for one in found.components}
    assert without["need"] == pytest.approx((sum(values.values()) - values["need"]) / 5)
    assert found.sensitivity.low < found.overall.value < found.sensitivity.high


def test_what_was_not_asked_or_not_answered_is_named_and_not_guessed():
    rows = [{k: v for k, v in row.items() if k not in ("OBSTACLES", "RANK_GUESSED")} for row in ANSWERS]
    found = index(rows)
    assert {one.name: one.why for one in found.unknown} == {
        "perception": "fewer than 5 people of a side guessed or answered",
        "obstacles": "fewer than 5 people of a side answered OBSTACLES",
    }
    assert "Not known: knowing the other side, seeing the same obstacles." in found.sentence
    assert len(found.components) == 4


def test_too_few_people_give_no_index():
    found = index(ANSWERS, smallest=13)
    assert (found.overall, found.closeness, found.level, found.sensitivity, found.components) == (
        None,
        None,
        None,
        None,
        (),
    )
    assert len(found.unknown) == 6
    assert found.to_dict()["overall"] is None


def test_a_list_without_order_is_not_known():
    rows = [row | {"PRIORITIES": [1, 2, 3, 4]} for row in ANSWERS]
    unknown = {one.name: one.why for one in index(rows).unknown}
    assert unknown == {"priorities": "one side puts all items level, so there is no order"}


def test_dont_know_counts_in_no_base():
    rows = [row | ({"NEED": 9} if place % 4 == 3 else {}) for place, row in enumerate(ANSWERS)]
    found = {one.name: one for one in index(rows).components}["need"]
    assert found.people == {"marketing": 15, "it": 9}
    assert found.sides == {"marketing": pytest.approx(2 / 3), "it": pytest.approx(1)}


def test_same_seed_same_index_and_plain_json():
    assert json.dumps(index().to_dict()) == json.dumps(index().to_dict())
    assert set(WEIGHTS) == {"need", "priorities", "perception", "relationship", "obstacles", "data"}


def test_weights_and_sides_are_checked():
    with pytest.raises(ValueError, match="0 or more"):
        index(weights={"need": -1})
    alone = Codebook("one", "One", (VARIABLES[2],))
    with pytest.raises(ValueError, match="no variable tells"):
        alignment_index(from_answers(alone, []), np.random.default_rng(1), smallest=5)
