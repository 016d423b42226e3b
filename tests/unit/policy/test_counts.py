"""Small groups are not counted in public, neither directly nor by subtraction."""

import pytest

from tandem.policy import AtLeast, Count, TooSmall, shown, shown_parts


@pytest.mark.parametrize(
    ("people", "words"), [(10, "10"), (9, "fewer than 10"), (0, "fewer than 10"), (1234, "1,234")]
)
def test_shown(people: int, words: str) -> None:
    assert str(shown(people, 10)) == words


def test_one_small_part_hides_a_second_one() -> None:
    assert shown_parts([100, 3, 50], 10) == (Count(100), TooSmall(10), AtLeast(10))
    assert str(AtLeast(10)) == "10 or more"


def test_two_small_parts_hide_each_other() -> None:
    assert shown_parts([100, 3, 5], 10) == (Count(100), TooSmall(10), TooSmall(10))


def test_large_parts_are_shown() -> None:
    assert shown_parts([100, 30], 10) == (Count(100), Count(30))
