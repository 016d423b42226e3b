"""Drawings of what is made from what, and of which identifiers belong together.

They are laid out here and not by the charts' renderer, which has no such layout.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from tandem.kernel import numbers
from tandem.web.charts import svg, theme
from tandem.web.charts.layering import longest_paths
from tandem.web.charts.net import Edge, Net, Node
from tandem.web.charts.picture import Caption, Picture
from tandem.web.values import Table

# A longer row of neighbours is set on both sides of the middle.
ONE_SIDE = 5
MOST_COLUMNS = 5
# In larger graphs the node with the most edges is taken for the middle.
MOST_CENTRED = 200


@dataclass(frozen=True, kw_only=True)
class Drawing(Picture):
    """A picture of nodes and edges."""

    net: Net
    usual_width: ClassVar[int] = 760

    def _drawn(self, width: int) -> tuple[str, float]:
        if not self.net.nodes:
            return svg.serial([svg.text("Nothing to show yet.", 0, 18, fill=theme.MUTED)]), 28.0
        elements, height = self.net.painted(width)
        return svg.serial(elements), height

    def _leads_on(self) -> bool:
        return any(node.href for node in self.net.nodes)


def layered(
    caption: Caption,
    nodes: Sequence[Node],
    edges: Sequence[Edge],
    *,
    headings: tuple[str, ...] = (),
    highlight: frozenset[str] = frozenset(),
) -> Drawing:
    """What is made from what, from left to right: each node in its column, or one right of all it is made from."""
    kept = tuple(_clean(node) for node in nodes)
    joined = tuple(_tidy(edge) for edge in edges if edge.source != edge.target)
    at = Net(kept, (0,) * len(kept), joined).at
    found = longest_paths(len(kept), [(at[edge.source], at[edge.target]) for edge in joined])
    ranks = tuple(
        rank if node.column is None else node.column for node, rank in zip(kept, found, strict=True)
    )
    net = Net(kept, ranks, joined, headings, highlight)
    labels = {node.id: node.label for node in kept}
    rows = tuple(
        (
            node.label,
            node.kind or (headings[rank] if rank < len(headings) else ""),
            ", ".join(dict.fromkeys(labels[edge.source] for edge in joined if edge.target == node.id)),
            ", ".join(dict.fromkeys(labels[edge.target] for edge in joined if edge.source == node.id)),
        )
        for node, rank in zip(kept, ranks, strict=True)
    )
    columns = ("Name", "What it is", "Made from", "Used by")
    return _drawing(caption, net, columns, rows, tuple(node.href or None for node in kept))


def graph(
    caption: Caption,
    nodes: Sequence[Node],
    edges: Sequence[Edge],
    *,
    root: str | None = None,
    highlight: frozenset[str] = frozenset(),
) -> Drawing:
    """What belongs together: the root (or the node in the middle) with its neighbours beside it, and so on.

    Edges have no direction. They carry their labels where there is room, else the numbers of the table's rows.
    """
    kept = tuple(_clean(node) for node in nodes)
    joined = tuple(_tidy(edge) for edge in edges if edge.source != edge.target)
    at = Net(kept, (0,) * len(kept), joined).at
    links = [(at[edge.source], at[edge.target]) for edge in joined]
    ranks, depths = _around(len(kept), links, None if root is None else at[root])
    net = Net(kept, tuple(ranks), joined, (), highlight, tuple(depths), named=True)
    said = {node.id: node.said for node in kept}
    rows = tuple(
        (numbers.count(number), said[edge.source], said[edge.target], edge.label)
        for number, edge in enumerate(joined, 1)
    )
    ends = {end for edge in joined for end in (edge.source, edge.target)}
    rows += tuple(("", node.said, "", "none") for node in kept if node.id not in ends)
    return _drawing(caption, net, ("Number", "Identifier", "Belongs with", "Evidence"), rows, ())


def _drawing(
    caption: Caption,
    net: Net,
    columns: tuple[str, ...],
    rows: tuple[tuple[str, ...], ...],
    links: tuple[str | None, ...],
) -> Drawing:
    said = (caption.unit, caption.n, caption.as_of)
    made = Table(caption.name, caption.title, columns, rows, (), *said, links if any(links) else ())
    return Drawing(**caption.said(), table=made, net=net)


def _clean(node: Node) -> Node:
    return Node(node.id, theme.plain(node.label), theme.plain(node.kind), node.href, node.column)


def _tidy(edge: Edge) -> Edge:
    return Edge(edge.source, edge.target, theme.plain(edge.label), edge.dashed)


def _around(nodes: int, links: Sequence[tuple[int, int]], root: int | None) -> tuple[list[int], list[int]]:
    """Columns and distances from the root; on both sides of it where one side would be too long.

    What hangs together with no root begins at its own middle, in the root's column.
    """
    near: list[list[int]] = [[] for _ in range(nodes)]
    for one, other in links:
        near[one].append(other)
        near[other].append(one)
    reach = [max(_distances(near, node).values()) if nodes <= MOST_CENTRED else 0 for node in range(nodes)]
    distance: dict[int, int] = {}
    branch: dict[int, int] = {}
    for start in sorted(range(nodes), key=lambda node: (node != root, reach[node], -len(near[node]), node)):
        if start in distance:
            continue
        for node, steps in _distances(near, start).items():
            distance[node] = steps
            before = next((other for other in near[node] if distance.get(other) == steps - 1), None)
            if before is not None:
                branch[node] = branch.get(before, node)
    sizes = {top: list(branch.values()).count(top) for top in dict.fromkeys(branch.values())}
    ranks = [distance[node] for node in range(nodes)]
    if max(sizes.values(), default=0) < len(branch) > ONE_SIDE:
        signs = _sides(sizes)
        both = [distance[node] * signs.get(branch.get(node, -1), 1) for node in range(nodes)]
        if max(both) - min(both) < max(MOST_COLUMNS, max(ranks) + 1):
            ranks = [rank - min(both) for rank in both]
    return ranks, [distance[node] for node in range(nodes)]


def _distances(near: list[list[int]], start: int) -> dict[int, int]:
    """Steps from `start` to all that hangs together with it, nearest first."""
    distance = {start: 0}
    waiting = deque([start])
    while waiting:
        node = waiting.popleft()
        for other in near[node]:
            if other not in distance:
                distance[other] = distance[node] + 1
                waiting.append(other)
    return distance


def _sides(sizes: dict[int, int]) -> dict[int, int]:
    """-1 or 1 for each branch, so that both sides have about as many nodes."""
    weight = {1: 0, -1: 0}
    signs = {}
    for top, size in sorted(sizes.items(), key=lambda item: -item[1]):
        side = 1 if weight[1] <= weight[-1] else -1
        signs[top] = side
        weight[side] += size
    return signs
