"""A problem is a complete letter, and the same in text and in JSON."""

import json

import pytest

from tandem.kernel import Code, Kind, Place, Problem, Problems, code, nearest

UNKNOWN = Code("AUD-104", "unknown trait", "marketing", Kind.AUTHOR, "declare it, then run `tandem check`")


def letter() -> Problem:
    return UNKNOWN(
        "unknown trait `lifetime_vlaue`",
        place=Place("audiences/lapsed.yml", 7, 12),
        found="lifetime_vlaue",
        alternatives=("lifetime_value", "country"),
    )


def test_the_letter_in_text() -> None:
    assert str(letter()) == (
        "AUD-104  unknown trait `lifetime_vlaue`\n"
        "  audiences/lapsed.yml:7:12\n"
        "  found: lifetime_vlaue\n"
        "  one of: country, lifetime_value        nearest: lifetime_value\n"
        "  fix: declare it, then run `tandem check`\n"
        "  who: marketing"
    )


def test_the_letter_in_json_has_the_same_parts_and_none_that_are_empty() -> None:
    assert json.loads(json.dumps(letter().to_dict())) == {
        "code": "AUD-104",
        "sentence": "unknown trait `lifetime_vlaue`",
        "place": "audiences/lapsed.yml:7:12",
        "found": "lifetime_vlaue",
        "alternatives": ["country", "lifetime_value"],
        "nearest": "lifetime_value",
        "fix": "declare it, then run `tandem check`",
        "who": "marketing",
        "kind": "author",
    }


def test_several_problems_are_told_at_once() -> None:
    both = Problems([letter(), UNKNOWN("another")])
    assert len(both.problems) == 2
    assert str(both) == f"{letter()}\n\n{UNKNOWN('another')}"
    assert Problems(letter()).problems == (letter(),)


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (Place("a.yml"), "a.yml"),
        (Place("a.yml", 3), "a.yml:3"),
        (Place("a.yml", 3, 1), "a.yml:3:1"),
    ],
)
def test_a_place_says_what_it_knows(place: Place, text: str) -> None:
    assert str(place) == text


def test_a_code_is_declared_once() -> None:
    code("TST-001", "only for this test", who="it", fix="none")
    try:
        with pytest.raises(ValueError, match="declared twice"):
            code("TST-001", "again", who="it", fix="none")
    finally:
        from tandem.kernel.problems import REGISTRY

        del REGISTRY["TST-001"]


def test_only_a_word_that_is_near_is_called_nearest() -> None:
    assert nearest("emial", ["email", "phone"]) == "email"
    assert nearest("xyz", ["email", "phone"]) is None
