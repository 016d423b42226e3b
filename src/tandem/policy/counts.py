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
    """The smallest group or more; held back, or a smaller part could be worked out from the total."""

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


def shown_parts(parts: Sequence[int], smallest_group: int) -> tuple[Shown, ...]:
    """Disjoint parts of a total that is shown too.

    If exactly one part is too small it could be had by subtraction, so the smallest of the others is shown
    as "k or more" only.
    """
    safe: list[Shown] = [shown(part, smallest_group) for part in parts]
    hidden = [index for index, part in enumerate(parts) if part < smallest_group]
    if len(hidden) == 1 and len(parts) > 1 and parts[hidden[0]]:
        second = min((i for i in range(len(parts)) if i not in hidden), key=lambda i: parts[i])
        safe[second] = AtLeast(smallest_group)
    return tuple(safe)
