"""Which columns of a table stay hidden, so that nobody can read a small group, nor reckon one back."""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Counts = NDArray[np.int64]


class Hidden(StrEnum):
    """Why a column shows nothing: its own base is too small, or it would give another one away."""

    SMALL = "small"
    COMPLEMENT = "complement"


def hide(members: Bools, people: Counts, parts: Counts, smallest: int) -> tuple[Hidden | None, ...]:
    """What to hide, column by column.

    `members` (columns, cells): which cells a column is made of; a cell is a set of people who stand in the same
    columns. `people` (cells,): how many answered. `parts` (columns,): the banner variable of each column, -1 for
    the total of all. A column of 1 to `smallest` - 1 people is hidden. Then, one after the other, the smallest
    column beside it, until no group under `smallest` is a difference of what is shown: no hidden column, no
    remainder of a banner variable (people who stand in none of its columns) and no difference of two columns
    one within the other. A group is a difference of shown columns when its row of `members` is a linear
    combination of theirs. Columns without anybody hide nothing and stay.
    """
    seen = people > 0
    inside = members[:, seen].astype(float)
    n = members.astype(np.int64) @ people
    hidden: list[Hidden | None] = [Hidden.SMALL if 0 < size < smallest else None for size in n]
    totals = parts < 0
    if any(hidden[i] for i in np.flatnonzero(totals)):
        return tuple(
            Hidden.SMALL if 0 < size < smallest else Hidden.COMPLEMENT if size else None for size in n
        )
    groups = _groups(inside, n, parts, people[seen], smallest)
    if not groups:
        return tuple(hidden)
    rows, about = np.array([row for row, _ in groups]), [part for _, part in groups]
    while True:
        shown = np.array([n[i] > 0 and hidden[i] is None for i in range(len(n))])
        told = np.flatnonzero(_derivable(rows, inside[shown]))
        if not told.size:
            return tuple(hidden)
        part = about[told[0]]
        free = shown & ~totals
        beside = np.flatnonzero(free & (parts == part))
        candidates = beside if beside.size else np.flatnonzero(free)
        if not candidates.size:
            return tuple(hidden)
        hidden[candidates[np.argmin(n[candidates])]] = Hidden.COMPLEMENT


def _groups(
    inside: NDArray[np.float64], n: Counts, parts: Counts, people: Counts, smallest: int
) -> list[tuple[NDArray[np.float64], int]]:
    """The sets of 1 to `smallest` - 1 people that nobody may read, each with the banner variable it is about."""
    found = [(inside[i], int(parts[i])) for i in np.flatnonzero((n > 0) & (n < smallest))]
    for part in np.unique(parts[parts >= 0]):
        rest = 1.0 - inside[parts == part].sum(axis=0)
        if 0 < rest @ people < smallest:
            found.append((rest, int(part)))
    for inner in np.flatnonzero(n > 0):
        for outer in np.flatnonzero((n > n[inner]) & (n - n[inner] < smallest)):
            rest = inside[outer] - inside[inner]
            if rest.min() >= 0:
                found.append((rest, int(parts[inner])))
    return found


def _derivable(rows: NDArray[np.float64], shown: NDArray[np.float64]) -> Bools:
    """Which of the rows are linear combinations of the shown ones."""
    if not len(shown):
        return np.zeros(len(rows), dtype=bool)
    _, sizes, basis = np.linalg.svd(shown, full_matrices=False)
    basis = basis[sizes > 1e-9 * sizes[0]]
    found: Bools = np.abs(rows - rows @ basis.T @ basis).max(axis=1) < 1e-8
    return found
