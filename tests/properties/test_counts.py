"""Whoever knows the total and what is told of its parts cannot work out a small one: every way is tried."""

from collections.abc import Iterator
from itertools import product

import pytest

from tandem.policy import AtLeast, Count, Shown, TooSmall, shown_parts

MOST = 12


def possible(one: Shown, total: int) -> range:
    """The numbers that what is told of a part leaves open."""
    match one:
        case Count(people=people):
            return range(people, people + 1)
        case TooSmall(fewer_than=few):
            return range(min(few, total + 1))
        case AtLeast(people=people):
            return range(people, total + 1)


def solutions(told: tuple[Shown, ...], total: int) -> Iterator[tuple[int, ...]]:
    """Every way to make up the total from parts like those told."""
    return (found for found in product(*(possible(one, total) for one in told)) if sum(found) == total)


@pytest.mark.parametrize("smallest_group", [2, 3, 4])
@pytest.mark.parametrize("number", [2, 3, 4])
def test_no_small_part_can_be_worked_out(number: int, smallest_group: int) -> None:
    for parts in product(range(MOST + 1), repeat=number):
        total = sum(parts)
        if not smallest_group <= total <= MOST or list(parts) != sorted(parts):
            continue
        told = shown_parts(parts, smallest_group)
        found = list(solutions(told, total))
        assert parts in found, "what is told is true"
        for index, part in enumerate(parts):
            if part < smallest_group:
                left = {one[index] for one in found}
                assert left >= set(range(smallest_group)), (parts, told, index)
