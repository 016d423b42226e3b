"""Counts that tell nothing about single people: below the smallest group only the bound is shown."""

from collections.abc import Sequence
from dataclasses import dataclass

from tandem.kernel import numbers


@dataclass(frozen=True)
class Count:
    """A number of people that may be shown."""

    people: int

    def __str__(self) -> str:
        return numbers.count(self.people)

    def to_dict(self) -> dict[str, int]:
        """For JSON."""
        return {"people": self.people}


@dataclass(frozen=True)
class TooSmall:
    """Fewer people than the smallest group, possibly none."""

    fewer_than: int

    def __str__(self) -> str:
        return f"fewer than {numbers.count(self.fewer_than)}"

    def to_dict(self) -> dict[str, int]:
        """For JSON."""
        return {"fewer_than": self.fewer_than}


@dataclass(frozen=True)
class AtLeast:
    """So many or more; held back, or a smaller part could be worked out from the total."""

    people: int

    def __str__(self) -> str:
        return f"{numbers.count(self.people)} or more"

    def to_dict(self) -> dict[str, int]:
        """For JSON."""
        return {"at_least": self.people}


Shown = Count | TooSmall | AtLeast


def shown(people: int, smallest_group: int) -> Count | TooSmall:
    """The count, or "fewer than k" when it is under the smallest group (none at all included)."""
    return Count(people) if people >= smallest_group else TooSmall(smallest_group)


def shown_within(people: int, whole: int, smallest_group: int) -> Shown:
    """How many of a whole that is told too; held back when too few are left to be told themselves."""
    left = whole - people
    if people >= smallest_group and 0 < left < smallest_group:
        return AtLeast(smallest_group)
    return shown(people, smallest_group)


def shown_parts(parts: Sequence[int], smallest_group: int) -> tuple[Shown, ...]:
    """Disjoint parts of a total that is told too, as `shown` tells it.

    What the told parts leave of the total is known. So beside the small ones further parts are held back, the
    smallest first, until every small one, none at all included, could be any number below the smallest group.
    Where even that is not enough, nothing of any part is told.
    """
    total = sum(parts)
    small = [index for index, part in enumerate(parts) if part < smallest_group]
    if smallest_group < 2 or not small or total < smallest_group or len(parts) == 1:
        return tuple(shown(part, smallest_group) for part in parts)
    large = sorted((i for i in range(len(parts)) if i not in small), key=lambda i: parts[i])
    for held in range(len(large) + 1):
        hidden = {*small, *large[:held]}
        if _open(sum(parts[i] for i in hidden), len(small), held, smallest_group):
            return tuple(_told(part, i in hidden, smallest_group) for i, part in enumerate(parts))
    return tuple(AtLeast(0) for _ in parts)


def _open(hidden: int, small: int, held: int, smallest_group: int) -> bool:
    """Whether each of `small` parts could be anything under the smallest group, `hidden` being all that is left
    for them and for `held` parts that are known to be larger."""
    most = smallest_group - 1
    return hidden - held * smallest_group >= most and (held > 0 or hidden <= (small - 1) * most)


def _told(part: int, hidden: bool, smallest_group: int) -> Shown:
    if hidden and part >= smallest_group:
        return AtLeast(smallest_group)
    return shown(part, smallest_group)
