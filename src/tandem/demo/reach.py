"""Which identifiers exact evidence can bring together: the reference that identity is measured against."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from tandem.demo.feeds import Feed
from tandem.demo.writing import Bools, Ints

UNPLANNED = ("training", "video_played", "list_exported")


@dataclass(frozen=True)
class Reach:
    """One row per observed (identifier, person); `shared` and `group` have one value per identifier.

    group: number of the connected set, -1 for what was never observed and for what several people use.
    """

    identifier: Ints
    person: Ints
    shared: Bools
    group: Ints

    def of_rows(self, feed: Feed) -> Ints:
        """The group that each row of a feed is filed under, -1 where nothing on it identifies one person."""
        found = np.full(len(feed), -1)
        for ids in feed.identifiers.values():
            found = np.where(found < 0, self.of(ids), found)
        return found

    def of(self, ids: Ints) -> Ints:
        """The group of each identifier place; -1 for no identifier."""
        return np.where(ids >= 0, self.group[ids], -1)


def reach(feeds: Sequence[Feed], size: int) -> Reach:
    """Join identifiers that stand on one valid row, directly or by a chain, leaving out shared ones."""
    seen, pairs = [], []
    for feed in feeds:
        planned = ~np.isin(feed.kind, [n for n, kind in enumerate(feed.kinds) if kind in UNPLANNED])
        columns = [ids[planned] for ids in feed.identifiers.values()]
        person = feed.person[planned]
        seen += [np.stack([ids[ids >= 0], person[ids >= 0]]) for ids in columns]
        for left, right in combinations(columns, 2):
            both = (left >= 0) & (right >= 0)
            pairs.append(np.stack([left[both], right[both]]))
    observed = np.unique(np.concatenate(seen, axis=1), axis=1)
    users = np.bincount(observed[0], minlength=size)
    shared = users > 1
    edges = np.unique(np.concatenate(pairs, axis=1), axis=1)
    edges = edges[:, ~shared[edges[0]] & ~shared[edges[1]]]
    group = np.where((users == 1), connected(size, edges[0], edges[1]), -1)
    return Reach(observed[0], observed[1], shared, group)


def connected(size: int, left: Ints, right: Ints) -> Ints:
    """Per node the smallest node of its connected component (hooking and pointer jumping on whole arrays)."""
    label = np.arange(size)
    while True:
        a, b = label[left], label[right]
        if np.array_equal(a, b):
            return label
        np.minimum.at(label, np.maximum(a, b), np.minimum(a, b))
        while not np.array_equal(label[label], label):
            label = label[label]
