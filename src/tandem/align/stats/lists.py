"""How far two orders of the same things agree: tau-b, Spearman, rank-biased overlap, overlap of the tops."""

from collections.abc import Hashable, Sequence
from typing import TypeAlias

import numpy as np
import scipy

Floats: TypeAlias = np.ndarray
Ranking: TypeAlias = Sequence[Sequence[Hashable]]
"""Groups of tied items, the top group first: [["a"], ["b", "c"]]."""


def kendall_tau_b(first: Floats, second: Floats) -> Floats:
    """Kendall (1945) tau-b over the last axis of two arrays (..., items), ties as ties; shape (...,), in -1..1.

    NaN where one side is all ties: then there is no order to agree with. Raises ValueError under two items.
    """
    one, two = _pair(first, second)
    signs_one = np.sign(one[..., :, None] - one[..., None, :])
    signs_two = np.sign(two[..., :, None] - two[..., None, :])
    return _cosine(signs_one, signs_two, (-2, -1))


def spearman(first: Floats, second: Floats) -> Floats:
    """Spearman's rho: Pearson's correlation of ranks with ties averaged, over the last axis; shape (...,).

    NaN where one side is all ties. Raises ValueError under two items.
    """
    one, two = _pair(first, second)
    ranks = [scipy.stats.rankdata(side, axis=-1) for side in (one, two)]
    centred = [side - side.mean(axis=-1, keepdims=True) for side in ranks]
    return _cosine(centred[0], centred[1], (-1,))


def ranking(
    items: Sequence[Hashable], values: Sequence[float], *, printed_order: bool = False
) -> list[list[Hashable]]:
    """Items from the highest value to the lowest, in groups of equal values; NaN is left out of the list.

    `printed_order` breaks every tie by the order in which the items are given, so that each stands alone.
    """
    if len(items) != len(values) or len(set(items)) != len(items):
        raise ValueError("one value is needed for each item, and each item once")
    groups: dict[float, list[Hashable]] = {}
    for item, value in zip(items, values, strict=True):
        if not np.isnan(value):
            groups.setdefault(float(value), []).append(item)
    ordered = [groups[value] for value in sorted(groups, reverse=True)]
    return [[item] for group in ordered for item in group] if printed_order else ordered


def rank_biased_overlap(first: Ranking, second: Ranking, p: float = 0.9) -> float:
    """Extrapolated rank-biased overlap, 0..1: agreement of two lists, the top weighing most.

    Webber, Moffat and Zobel (2010), ACM TOIS 28(4), equation 32, for lists of one length or of two; 0 < p < 1 is
    the chance of reading on (0.9: the first ten places hold 86 % of the weight). Tied items are taken as in every
    order of theirs, each as likely: equation 32 is linear in the overlaps, so their expectation goes in (the
    a-variant of Corsi and Urbano, 2024). Raises ValueError for an empty list, an item named twice or p outside.
    """
    if not 0 < p < 1:
        raise ValueError(f"p lies between 0 and 1, not {p}")
    overlaps, short, long = _overlaps(first, second)
    depth = np.arange(1, long + 1)
    shared = float(np.sum(overlaps / depth * p**depth))
    beyond = depth[short:]
    shared += float(np.sum(overlaps[short - 1] * (beyond - short) / (short * beyond) * p**beyond))
    tail = (overlaps[-1] - overlaps[short - 1]) / long + overlaps[short - 1] / short
    return float((1 - p) / p * shared + tail * p**long)


def overlap_at(first: Ranking, second: Ranking, k: int) -> float:
    """The share 0..1 of the first k places that both lists hold; expected over orders of the tied.

    Raises ValueError if k is under 1 or beyond the shorter list: what stands there is not known.
    """
    overlaps, short, _ = _overlaps(first, second)
    if not 1 <= k <= short:
        raise ValueError(f"k lies in 1..{short}, the shorter list, not {k}")
    return float(overlaps[k - 1] / k)


def _overlaps(first: Ranking, second: Ranking) -> tuple[Floats, int, int]:
    """Expected size of the overlap of the first d places, d = 1..longest; and both lengths."""
    lengths = [sum(len(group) for group in side) for side in (first, second)]
    items = list(dict.fromkeys(item for side in (first, second) for group in side for item in group))
    if min(lengths) == 0:
        raise ValueError("a list is empty: there is nothing to compare")
    chances = [_chances(side, items, max(lengths)) for side in (first, second)]
    return (chances[0] * chances[1]).sum(axis=0), min(lengths), max(lengths)


def _chances(side: Ranking, items: Sequence[Hashable], depth: int) -> Floats:
    """(items, depths): the chance that an item is among the first d places of this list."""
    rows = {item: row for row, item in enumerate(items)}
    found = np.zeros((len(items), depth))
    places = np.arange(1, depth + 1)
    seen: set[Hashable] = set()
    before = 0
    for group in side:
        for item in group:
            if item in seen:
                raise ValueError(f"named twice in one list: {item!r}")
            seen.add(item)
            found[rows[item]] = np.clip((places - before) / len(group), 0.0, 1.0)
        before += len(group)
    return found


def _pair(first: Floats, second: Floats) -> tuple[Floats, Floats]:
    one, two = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    if one.shape[-1:] != two.shape[-1:] or one.shape[-1] < 2:
        raise ValueError(
            f"two lists of the same items, at least two of them: {one.shape[-1:]}, {two.shape[-1:]}"
        )
    return one, two


def _cosine(one: Floats, two: Floats, axes: tuple[int, ...]) -> Floats:
    spread = np.sqrt((one * one).sum(axis=axes) * (two * two).sum(axis=axes))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((one * two).sum(axis=axes) / spread)
