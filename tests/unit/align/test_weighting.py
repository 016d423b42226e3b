"""Each side raked to its own margins, what was reached told, what could not be had in words."""

import numpy as np
import pytest

from tandem.align.codebook import Choice, Codebook, Kind, Variable
from tandem.align.responses import Responses
from tandem.align.tables import banner_book
from tandem.align.weighting import Target, weigh
from tandem.kernel import Problems


def choices(*labels: str) -> tuple[Choice, ...]:
    return tuple(Choice(code, label) for code, label in enumerate(labels, 1))


BOOK = Codebook(
    "p",
    "P",
    (
        Variable("SIDE", "SIDE", Kind.SINGLE, "Side", choices("Marketing", "IT")),
        Variable("REGION", "REGION", Kind.SINGLE, "Region", (*choices("N", "S", "W"), Choice(9, "?", True))),
        Variable("IDEA", "IDEA", Kind.OPEN, "Idea"),
    ),
    "SIDE",
)
SIDE = np.repeat([1.0, 2.0], (80, 60))
REGION = np.concatenate([np.repeat([1.0, 2.0], (60, 20)), np.repeat([1.0, 2.0, 3.0, 9.0], (20, 20, 14, 6))])
ANSWERS = Responses(BOOK, {"SIDE": SIDE, "REGION": REGION, "IDEA": np.full(140, None)}, np.full(140, 5.0))


def test_each_side_reaches_its_own_margins_and_keeps_its_size() -> None:
    targets = [
        Target("marketing", "REGION", {1: 50, 2: 50}),
        Target("it", "REGION", {1: 0.5, 2: 0.3, 3: 0.2}),
    ]
    weighted = weigh(ANSWERS, targets)
    rows = banner_book(weighted.responses, ["SIDE"], ["REGION"])["REGION"].rows
    assert [row.cells[1].value for row in rows] == pytest.approx([0.5, 0.5, 0])
    assert [row.cells[2].value for row in rows] == pytest.approx([0.5, 0.3, 0.2])
    for group, people in (("marketing", 80), ("it", 60)):
        assert weighted.responses.of(group).weight.sum() == pytest.approx(people)
    marketing, it = weighted.groups
    assert marketing.converged
    assert marketing.effective == pytest.approx(80 / marketing.design_effect)
    assert (marketing.lowest, marketing.highest) == pytest.approx((2 / 3, 2.0))
    assert [(one.before, one.after) for one in marketing.reached][:2] == [
        pytest.approx((0.75, 0.5)),
        pytest.approx((0.25, 0.5)),
    ]
    assert it.sentences == ("Who gave no answer to REGION keeps their share.",)
    assert "design effect 1.33" in weighted.sentence


def test_a_side_without_targets_keeps_equal_weights() -> None:
    weighted = weigh(ANSWERS, [Target("it", "REGION", {1: 1, 2: 1, 3: 1})])
    assert set(weighted.responses.of("marketing").weight) == {1.0}
    assert [one.group for one in weighted.groups] == ["it"]


def test_what_cannot_be_had_is_said() -> None:
    (one,) = weigh(ANSWERS, [Target("marketing", "REGION", {1: 0.05, 2: 0.85, 3: 0.1})]).groups
    assert not one.converged
    assert one.sentences[0] == "Nobody answered REGION `W`, wanted 10.0%; the others keep their proportions."
    assert one.sentences[1].startswith("The bounds cannot be had")
    (free,) = weigh(ANSWERS, [Target("marketing", "REGION", {1: 0.05, 2: 0.85})], bounds=None).groups
    assert free.converged


def test_a_survey_without_sides_is_one_group() -> None:
    book = Codebook("p", "P", BOOK.variables[1:2])
    weighted = weigh(
        Responses(book, {"REGION": REGION}, np.ones(140)), [Target("", "REGION", {1: 1, 2: 1, 3: 1})]
    )
    assert weighted.responses.weight.sum() == pytest.approx(140)


def test_targets_that_cannot_be_used_are_told_together() -> None:
    targets = [
        Target("sales", "REGION", {1: 1}),
        Target("it", "IDEA", {1: 1}),
        Target("it", "REGION", {9: 1}),
        Target("it", "REGION", {1: -1.0}),
        Target("marketing", "REGION", {3: 1}),
    ]
    with pytest.raises(Problems) as raised:
        weigh(ANSWERS, targets)
    assert [problem.code for problem in raised.value.problems] == ["ALN-005"] * 5
    assert raised.value.problems[4].sentence == "nobody of marketing gave an answer to REGION that is wanted"
