"""Small groups are not counted in public, neither directly nor by subtraction."""

import pytest

from tandem.policy import AtLeast, Count, TooSmall, shown, shown_parts, shown_within


@pytest.mark.parametrize(
    ("people", "words"), [(10, "10"), (9, "fewer than 10"), (0, "fewer than 10"), (1234, "1,234")]
)
def test_shown(people: int, words: str) -> None:
    assert str(shown(people, 10)) == words


def test_one_small_part_hides_a_second_one() -> None:
    assert shown_parts([100, 3, 50], 10) == (Count(100), TooSmall(10), AtLeast(10))
    assert str(AtLeast(10)) == "10 or more"


def test_small_parts_hide_each_other_only_if_together_they_are_enough() -> None:
    assert shown_parts([100, 3, 5], 10) == (AtLeast(10), TooSmall(10), TooSmall(10))
    assert shown_parts([100, 9, 9], 10) == (AtLeast(10), TooSmall(10), TooSmall(10))
    assert shown_parts([100, 5, 4, 6], 10) == (Count(100), TooSmall(10), TooSmall(10), TooSmall(10))


def test_none_at_all_is_as_small_as_a_few() -> None:
    assert shown_parts([400, 1, 0, 100], 10) == (Count(400), TooSmall(10), TooSmall(10), AtLeast(10))
    assert shown_parts([400, 0, 100], 10) == (Count(400), TooSmall(10), AtLeast(10))


def test_where_nothing_is_vague_enough_nothing_is_told() -> None:
    assert shown_parts([10, 0], 10) == (AtLeast(0), AtLeast(0))
    assert shown_parts([9, 9], 10) == (AtLeast(0), AtLeast(0))


def test_a_total_that_is_not_told_gives_nothing_away() -> None:
    assert shown_parts([3, 5], 10) == (TooSmall(10), TooSmall(10))
    assert shown_parts([5], 10) == (TooSmall(10),)


def test_large_parts_are_shown() -> None:
    assert shown_parts([100, 30], 10) == (Count(100), Count(30))


@pytest.mark.parametrize(
    ("people", "told"),
    [(100, Count(100)), (99, AtLeast(10)), (91, AtLeast(10)), (90, Count(90)), (9, TooSmall(10))],
)
def test_a_part_is_held_back_when_too_few_are_left(people: int, told: object) -> None:
    assert shown_within(people, 100, 10) == told
