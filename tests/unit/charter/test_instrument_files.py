"""Files of pulse/: found by name, read once, with lists that are used again, and refused where they cannot be."""

import pytest
from unit.charter.charter_cases import SHOP, problems_of

from tandem.charter import Charter, files, instrument_text, load_files
from tandem.charter.definitions import QuestionType
from tandem.charter.edit import reading
from tandem.charter.plain import plain
from tandem.charter.writing import written
from tandem.kernel import Problems

TEAM = """
instrument: team
title: How we work
minutes: 3
group_question: SIDE
blocks: {you: You}
questions:
  - question: SIDE
    type: single
    block: you
    text: Where do you work?
    options: [{code: 1, label: Marketing, group: marketing}, {code: 2, label: IT, group: it}]
  - question: USE
    type: multiple
    block: you
    text: Which?
    options: &tools [{code: 1, label: A}, {code: 2, label: B}]
  - {question: ORDER, type: rank, block: you, text: In which order?, chosen_in: USE, options: *tools}
"""


def shop(**more: str) -> Charter:
    return load_files({**files(SHOP), **{f"pulse/{name}.yml": text for name, text in more.items()}})


def test_an_instrument_is_found_by_its_name() -> None:
    charter = shop(team=TEAM)
    assert charter.instrument("team").title == "How we work"
    with pytest.raises(Problems, match="nearest: team"):
        charter.instrument("teem")


def test_a_list_is_used_again() -> None:
    one = shop(team=TEAM).instrument("team")
    use, order = one.question("USE"), one.question("ORDER")
    assert use is not None
    assert order is not None
    assert use.options == order.options
    assert order.type is QuestionType.RANK


def test_two_files_may_not_have_one_name() -> None:
    assert "instrument `team` is declared twice" in problems_of({"pulse/team.yml": TEAM, "pulse/b.yml": TEAM})


def test_reading_twice_says_the_same_twice() -> None:
    wrong = TEAM.replace("chosen_in: USE", "chosen_in: USES")
    first, second = (problems_of({"pulse/team.yml": wrong}) for _ in range(2))
    assert first == second
    assert "CHR-230" in first
    assert shop(team=TEAM) == shop(team=TEAM)


def test_the_one_that_comes_with_tandem_can_be_written_back() -> None:
    one = reading("pulse/alignment.yml", instrument_text()).definition
    assert one is not None
    assert reading("pulse/alignment.yml", written(plain(one))).definition == one


def test_the_functions_approve_what_they_own() -> None:
    assert str(shop(team=TEAM).project.owners.pulse) == "marketing"
