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
    columns. `people` (cells,): how many answered. `parts` (columns,): the banner variable of each column, whose
    columns share nobody; -1 for the total of all. A column of 1 to `smallest` - 1 people is hidden. Then, one
    after the other, the smallest column beside it, until nobody can reckon back, from what is shown, such a
    column, the difference of two columns one within the other, what is left of a column after those of one banner
    variable that lie within it, or what columns of one variable hold beside a column that lies within them together,
    if those are fewer than `smallest` people. Who reckons is taken to know which cells are empty. A set of people
    can be reckoned back when its row of cells is a linear combination of the rows shown. Columns without anybody
    hide nothing and stay.
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
    within = inside @ (1 - inside).T == 0  # [inner, outer]
    rows, about = _groups(inside, n, parts, within, smallest)
    while True:
        shown = np.array([n[i] > 0 and hidden[i] is None for i in range(len(n))])
        free = shown & ~totals
        of = _left_over(n, parts, within, shown, smallest)
        if of is None and (told := np.flatnonzero(_derivable(rows, inside[shown]))).size:
            beside = free & (parts == about[told[0]])
            of = beside if beside.any() else free
        if of is None or not of.any():
            return tuple(hidden)
        candidates = np.flatnonzero(of)
        hidden[candidates[np.argmin(n[candidates])]] = Hidden.COMPLEMENT


def _groups(
    inside: NDArray[np.float64], n: Counts, parts: Counts, within: Bools, smallest: int
) -> tuple[NDArray[np.float64], list[int]]:
    """The columns and differences of 1 to `smallest` - 1 people (rows of cells), and the part of each.

    A difference: of a column and one around it, or of a column and those of one part that hold it together.
    """
    small = np.flatnonzero((n > 0) & (n < smallest))
    rows, about = [inside[i] for i in small], [int(parts[i]) for i in small]
    apart = n[None, :] - n[:, None]
    for inner, outer in np.argwhere(within & (apart > 0) & (apart < smallest) & (n > 0)[:, None]):
        rows.append(inside[outer] - inside[inner])
        about.append(int(parts[inner]))
    for part in np.unique(parts[parts >= 0]):
        own = parts == part
        touched = (inside @ inside[own].T > 0).astype(float)  # [inner, column of the part]
        over = touched @ inside[own] - inside
        beside = np.rint(touched @ n[own]) - n
        told = (over >= 0).all(axis=1) & (beside > 0) & (beside < smallest) & (n > 0) & (parts >= 0)
        for inner in np.flatnonzero(told & ~own):
            rows.append(over[inner])
            about.append(int(part))
    return np.array(rows).reshape(len(rows), inside.shape[1]), about


def _left_over(n: Counts, parts: Counts, within: Bools, shown: Bools, smallest: int) -> Bools | None:
    """The shown columns of one part within a shown column that leave 1 to `smallest` - 1 people of it; or None."""
    for part in np.unique(parts[parts >= 0]):
        taken = within & (shown & (parts == part))[:, None]
        rest = n - n @ taken
        for outer in np.flatnonzero(shown & taken.any(axis=0) & (rest > 0) & (rest < smallest)):
            columns: Bools = taken[:, outer]
            return columns
    return None


def _derivable(rows: NDArray[np.float64], shown: NDArray[np.float64]) -> Bools:
    """Which of the rows are linear combinations of the shown ones."""
    if not len(shown) or not len(rows):
        return np.zeros(len(rows), dtype=bool)
    _, sizes, basis = np.linalg.svd(shown, full_matrices=False)
    basis = basis[sizes > 1e-9 * sizes[0]]
    found: Bools = np.abs(rows - rows @ basis.T @ basis).max(axis=1) < 1e-8
    return found
