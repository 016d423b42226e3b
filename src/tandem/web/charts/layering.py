"""Where the nodes of a layered drawing stand: columns are given or found, order and height are worked out here.

The layered method of Sugiyama, Tagawa and Toda (1981) in its plain form: long links pass through places of
their own in each column between, columns are sorted by the barycentre of their neighbours while that takes
crossings away, and heights follow the neighbours' mean as closely as order and distance allow.
"""

from bisect import bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

SWEEPS = 12
SETTLING = 16
PASSING = 10.0

Link = tuple[int, int]


@dataclass(frozen=True)
class Layering:
    """`middles`: the height of each node's middle. `ways`: per link the (column, height) that it passes, in order."""

    middles: tuple[float, ...]
    ways: tuple[tuple[tuple[int, float], ...], ...]
    height: float


def longest_paths(nodes: int, links: Sequence[Link]) -> list[int]:
    """Per node the length of the longest way to it; links that close a circle are left out of account."""
    onward: list[list[int]] = [[] for _ in range(nodes)]
    for source, target in links:
        onward[source].append(target)
    state = [0] * nodes
    finished: list[int] = []
    forward: list[Link] = []

    for start in range(nodes):
        waiting = [(start, iter(onward[start]))] if not state[start] else []
        state[start] = state[start] or 1
        while waiting:
            node, rest = waiting[-1]
            following = next(rest, None)
            if following is None:
                state[node] = 2
                finished.append(node)
                waiting.pop()
            elif state[following] != 1:
                forward.append((node, following))
                if not state[following]:
                    state[following] = 1
                    waiting.append((following, iter(onward[following])))
    place = {node: -number for number, node in enumerate(finished)}
    ranks = [0] * nodes
    for source, target in sorted(forward, key=lambda link: place[link[0]]):
        ranks[target] = max(ranks[target], ranks[source] + 1)
    return ranks


def laid_out(ranks: Sequence[int], links: Sequence[Link], heights: Sequence[float], gap: float) -> Layering:
    """Heights for nodes in the columns `ranks` (from 0), `gap` pixels apart at least; links go between columns."""
    columns: list[list[int]] = [[] for _ in range(max(ranks, default=-1) + 1)]
    for node, rank in enumerate(ranks):
        columns[rank].append(node)
    tall = list(heights)
    chains = []
    for source, target in links:
        first, last = (source, target) if ranks[source] <= ranks[target] else (target, source)
        chain = [first]
        for rank in range(ranks[first] + 1, ranks[last]):
            columns[rank].append(len(tall))
            chain.append(len(tall))
            tall.append(PASSING)
        chains.append([*chain, last])
    near: list[set[int]] = [set() for _ in tall]
    for chain in chains:
        for one, other in pairwise(chain):
            near[one].add(other)
            near[other].add(one)
    columns = _sorted(columns, near)
    middles = _settled(columns, near, tall, gap)
    starts = [middle - tall[node] / 2 for node, middle in enumerate(middles)]
    top = min(starts, default=0.0)
    middles = [middle - top for middle in middles]
    where = {node: column for column, members in enumerate(columns) for node in members}
    ways = tuple(tuple((where[node], middles[node]) for node in chain) for chain in chains)
    height = max((middle + tall[node] / 2 for node, middle in enumerate(middles)), default=0.0)
    return Layering(tuple(middles[: len(ranks)]), ways, height)


def _sorted(columns: list[list[int]], near: list[set[int]]) -> list[list[int]]:
    """The columns in the order with the fewest crossings that was met."""
    best, fewest = columns, _crossings(columns, near)
    now = [list(column) for column in columns]
    for sweep in range(SWEEPS):
        if not fewest:
            break
        forward = sweep % 2 == 0
        steps = range(1, len(now)) if forward else range(len(now) - 2, -1, -1)
        for column in steps:
            _sort(now, column, column - 1 if forward else column + 1, near)
        crossings = _crossings(now, near)
        if crossings < fewest:
            best, fewest = [list(column) for column in now], crossings
    return best


def _sort(columns: list[list[int]], column: int, beside: int, near: list[set[int]]) -> None:
    places = {node: place for place, node in enumerate(columns[beside])}
    span = max(len(columns[beside]) - 1, 1) / max(len(columns[column]) - 1, 1)

    def barycentre(place: int, node: int) -> float:
        seen = [places[other] for other in near[node] if other in places]
        return sum(seen) / len(seen) if seen else place * span

    keyed = [(barycentre(place, node), place, node) for place, node in enumerate(columns[column])]
    columns[column] = [node for _, _, node in sorted(keyed)]


def _crossings(columns: list[list[int]], near: list[set[int]]) -> int:
    total = 0
    for left, right in pairwise(columns):
        places = {node: place for place, node in enumerate(right)}
        seen: list[int] = []
        for node in left:
            ends = sorted(places[other] for other in near[node] if other in places)
            total += sum(len(seen) - bisect_right(seen, end) for end in ends)
            for end in ends:
                insort(seen, end)
    return total


def _settled(columns: list[list[int]], near: list[set[int]], tall: list[float], gap: float) -> list[float]:
    """Middles that follow the mean of the neighbours; the order within a column stays."""
    middles = [0.0] * len(tall)
    for column in columns:
        offsets = _offsets(column, tall, gap)
        for node, offset in zip(column, offsets, strict=True):
            middles[node] = offset - (offsets[-1] / 2 if offsets else 0.0)
    for turn in range(SETTLING):
        for column in columns if turn % 2 else reversed(columns):
            wanted = [
                sum(middles[other] for other in near[node]) / len(near[node]) if near[node] else middles[node]
                for node in column
            ]
            offsets = _offsets(column, tall, gap)
            free = _rising([want - offset for want, offset in zip(wanted, offsets, strict=True)])
            for node, start, offset in zip(column, free, offsets, strict=True):
                middles[node] = start + offset
    return middles


def _offsets(column: list[int], tall: list[float], gap: float) -> list[float]:
    """How far below the first middle each middle of the column lies at least."""
    offsets = [0.0] if column else []
    for above, below in pairwise(column):
        offsets.append(offsets[-1] + (tall[above] + tall[below]) / 2 + gap)
    return offsets


def _rising(wanted: list[float]) -> list[float]:
    """The non-decreasing numbers nearest to those wanted (pool adjacent violators)."""
    pools: list[tuple[float, int]] = []
    for want in wanted:
        pools.append((want, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (low, few), (high, more) = pools.pop(-2), pools.pop()
            pools.append(((low * few + high * more) / (few + more), few + more))
    return [mean for mean, count in pools for _ in range(count)]
