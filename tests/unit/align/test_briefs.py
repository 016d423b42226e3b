"""What a brief lacks, and why; what a later version says differently."""

from dataclasses import replace
from datetime import date

import pytest

from tandem.align.briefs import (
    LONGEST_LINE,
    TITLES,
    WHY,
    Ask,
    Weight,
    ask_of,
    complete,
    content_of,
    differences,
    remarks,
    tidy,
)

TODAY = date(2026, 6, 1)
WHOLE = Ask(
    title="Welcome letters",
    who="People who bought for the first time",
    what_for="A letter three days after the first purchase",
    data=("purchase.amount", "first_name"),
    purpose="marketing_email",
    wanted=date(2026, 7, 1),
    success="20 % buy again within 60 days",
)


def test_a_complete_brief_lacks_nothing() -> None:
    assert remarks(WHOLE, TODAY) == ()


@pytest.mark.parametrize("part", list(WHY))
def test_each_part_that_is_missing_is_told_with_why_it_matters(part: str) -> None:
    empty = {"data": (), "wanted": None}.get(part, "")
    (found,) = remarks(replace(WHOLE, **{part: empty}), TODAY)
    assert (found.part, found.weight) == (part, Weight.MISSING)
    assert len(found.why) > 40
    assert not complete((found,))


def test_an_empty_brief_lacks_all_but_its_title_in_order() -> None:
    assert [one.part for one in remarks(Ask("A title"), TODAY)] == [
        part for part in TITLES if part != "title"
    ]


@pytest.mark.parametrize(
    ("change", "part"),
    [
        pytest.param({"success": "More people buy again"}, "success", id="no number"),
        pytest.param({"wanted": date(2026, 5, 31)}, "wanted", id="yesterday"),
        pytest.param({"who": "new buyers"}, "who", id="only a heading"),
    ],
)
def test_what_is_weak_is_told_and_stops_nobody(change: dict[str, object], part: str) -> None:
    (found,) = remarks(replace(WHOLE, **change), TODAY)  # type: ignore[arg-type]
    assert (found.part, found.weight) == (part, Weight.WEAK)
    assert complete((found,))


def test_a_brief_comes_back_from_json_as_it_was() -> None:
    assert ask_of(content_of(WHOLE)) == WHOLE
    assert content_of(Ask("A title")) == {"title": "A title"}
    assert ask_of({"title": "A", "wanted": "soon", "later": 1}) == Ask("A")


def test_tidying_is_idempotent_and_bounds_what_is_kept() -> None:
    messy = replace(WHOLE, title="  Welcome \n letters ", data=("a", " a ", "", "b  c"), who=" x\r\ny ")
    tidied = tidy(messy)
    assert (tidied.title, tidied.data, tidied.who) == ("Welcome letters", ("a", "b c"), "x\ny")
    assert tidy(tidied) == tidied
    assert len(tidy(Ask("t" * 9999)).title) == LONGEST_LINE


def test_differences_name_the_parts_that_changed_and_nothing_else() -> None:
    later = replace(WHOLE, wanted=date(2026, 6, 20), data=(*WHOLE.data, "loyalty"))
    found = differences(WHOLE, later)
    assert [(one.part, one.before, one.after) for one in found] == [
        ("data", "purchase.amount, first_name", "purchase.amount, first_name, loyalty"),
        ("wanted", "2026-07-01", "2026-06-20"),
    ]
    assert differences(WHOLE, WHOLE) == ()
