"""Nodes and edges as they are drawn: boxes in columns with curves between, or one under the other with arcs."""

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field

from tandem.kernel import numbers
from tandem.web.charts import svg, theme
from tandem.web.charts.layering import laid_out

ADDRESS = re.compile(r"/(?!/)|[?#]|$")
PLAIN, TALL = 32.0, 46.0
GAP, HEAD = 14.0, 34.0
BETWEEN, NARROWEST, WIDEST = 64.0, 96.0, 240.0
PAD = 10.0
GUTTER, LONGEST = 56.0, 460.0
# More edges than this carry numbers instead of words; boxes keep this width beside words.
MOST_WORDS, ROOMY = 12, 124.0
MARK = 11.0


@dataclass(frozen=True)
class Node:
    """A box: what stands in it, what kind of thing it is ("" for nothing), where it leads.

    `column` counts from 0 at the left; None has it found from the edges. `href` is an address of this site.
    """

    id: str
    label: str
    kind: str = ""
    href: str = ""
    column: int | None = None

    def __post_init__(self) -> None:
        if not ADDRESS.match(self.href):
            raise ValueError(f"a node leads to an address of this site only: {self.href!r}")

    @property
    def height(self) -> float:
        """Pixels of its box."""
        return TALL if self.kind else PLAIN

    @property
    def said(self) -> str:
        """Kind and label in one line."""
        return f"{self.kind}: {self.label}" if self.kind else self.label


@dataclass(frozen=True)
class Edge:
    """A curve between two nodes by their ids, what it stands for, and whether it is dashed: there, but not in force."""

    source: str
    target: str
    label: str = ""
    dashed: bool = False


@dataclass(frozen=True)
class Net:
    """Nodes in their columns, edges between them, and the nodes that stand out.

    `depths` is the order where all stand one under the other; () takes that of the columns. With `named`, edges
    carry their labels if they are few and all have room, and otherwise their numbers from 1.
    """

    nodes: tuple[Node, ...]
    ranks: tuple[int, ...]
    edges: tuple[Edge, ...]
    headings: tuple[str, ...] = ()
    highlight: frozenset[str] = frozenset()
    depths: tuple[int, ...] = ()
    named: bool = False
    at: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        at = {node.id: place for place, node in enumerate(self.nodes)}
        if len(at) < len(self.nodes):
            raise ValueError("two nodes have one id")
        if lost := {end for edge in self.edges for end in (edge.source, edge.target)} - at.keys():
            raise ValueError(f"edges to nodes that are not there: {', '.join(sorted(lost))}")
        object.__setattr__(self, "at", at)

    def painted(self, width: float) -> tuple[list[ET.Element], float]:
        """Elements in a field of `width` pixels, and its height."""
        columns = max(self.ranks, default=0) + 1
        if columns > 1 and self.named and len(self.edges) <= MOST_WORDS:
            words = max((theme.text_width(edge.label, MARK) for edge in self.edges), default=0.0) + 28
            box = min((width - 2 - words * (columns - 1)) / columns, WIDEST)
            if box >= ROOMY:
                return self._in_columns(width, columns, box, [edge.label for edge in self.edges])
        beside = BETWEEN * (1.0 if columns < 4 else 0.75 if columns == 4 else 0.55)
        box = min((width - 2 - beside * (columns - 1)) / columns, WIDEST)
        if columns > 1 and box >= NARROWEST:
            return self._in_columns(width, columns, box, [])
        return self._in_a_list(width)

    def bright(self, edge: Edge) -> bool:
        """Whether an edge lies between two nodes that stand out."""
        return edge.source in self.highlight and edge.target in self.highlight

    def _in_columns(
        self, width: float, columns: int, box: float, words: list[str]
    ) -> tuple[list[ET.Element], float]:
        step = (width - 2 - box) / (columns - 1)
        ends = [(self.at[edge.source], self.at[edge.target]) for edge in self.edges]
        between = [place for place, (one, other) in enumerate(ends) if self.ranks[one] != self.ranks[other]]
        layering = laid_out(
            self.ranks, [ends[place] for place in between], [node.height for node in self.nodes], GAP
        )
        top = HEAD if self.headings else 0.0
        ways = dict(zip(between, layering.ways, strict=True))
        lines, marks = [], []
        for place, edge in enumerate(self.edges):
            if place in ways:
                points = [(1 + column * step, top + height) for column, height in ways[place]]
                path, middle = _curve(points, box)
                if not words:
                    middle = self._at_the_leaf(ends[place], points, box)
            else:
                one, other = ends[place]
                heights = (top + layering.middles[one], top + layering.middles[other])
                path, middle = _arc(
                    1 + self.ranks[one] * step, box, heights, last=self.ranks[one] == columns - 1
                )
            lines.append(self._line(edge, path))
            if self.named:
                marks += _mark(words[place] if words else numbers.count(place + 1), edge, middle)
        boxes = [
            self._box(node, 1 + self.ranks[place] * step, top + layering.middles[place], box)
            for place, node in enumerate(self.nodes)
        ]
        names = [
            svg.text(name, 1 + column * step, 13, size=theme.SMALL, fill=theme.MUTED, bold=True, room=box)
            for column, name in enumerate(self.headings[:columns])
        ]
        return [*names, *_bright_last(lines), *marks, *boxes], top + layering.height + 2

    def _at_the_leaf(
        self, ends: tuple[int, int], points: list[tuple[float, float]], box: float
    ) -> tuple[float, float]:
        """A place close to the end with fewer edges, on the side where the curve comes in."""
        left, right = sorted(ends, key=lambda place: self.ranks[place])
        degrees = [
            sum(self.nodes[end].id in (edge.source, edge.target) for edge in self.edges)
            for end in (left, right)
        ]
        if degrees[0] < degrees[1]:
            return points[0][0] + box + MARK, points[0][1]
        return points[-1][0] - MARK, points[-1][1]

    def _in_a_list(self, width: float) -> tuple[list[ET.Element], float]:
        """All nodes one under the other, column by column; edges are arcs in a gutter at the left."""
        ranks = self.depths or self.ranks
        order = sorted(range(len(self.nodes)), key=lambda place: ranks[place])
        middles: dict[int, float] = {}
        names = []
        top, heading = 1.0, -1
        for place in order:
            rank, node = ranks[place], self.nodes[place]
            if rank != heading and rank < len(self.headings):
                top += 14 if heading >= 0 else 0
                names.append(
                    svg.text(
                        self.headings[rank], GUTTER, top + 12, size=theme.SMALL, fill=theme.MUTED, bold=True
                    )
                )
                top += 24
            heading = rank
            middles[place] = top + node.height / 2
            top += node.height + 8
        lines = []
        for edge in self.edges:
            one, other = middles[self.at[edge.source]], middles[self.at[edge.target]]
            reach = min(GUTTER - 6, 16 + abs(other - one) / 9)
            path = f"M{svg.number(GUTTER)},{svg.number(one)}" + _cubic(
                (GUTTER - reach, one), (GUTTER - reach, other), (GUTTER, other)
            )
            lines.append(self._line(edge, path))
        boxes = [
            self._box(self.nodes[place], GUTTER, middles[place], min(width - GUTTER - 1, LONGEST))
            for place in order
        ]
        return [*names, *_bright_last(lines), *boxes], max(top - 6, 20.0)

    def _line(self, edge: Edge, path: str) -> ET.Element:
        bright = self.bright(edge)
        nodes = [self.nodes[self.at[end]].label for end in (edge.source, edge.target)]
        return svg.element(
            "path",
            svg.element("title", f"{nodes[0]} – {nodes[1]}{f': {edge.label}' if edge.label else ''}"),
            d=path,
            fill="none",
            stroke=theme.ACCENT if bright else theme.MUTED,
            stroke_width=2.0 if bright else 1.25,
            stroke_opacity=None if bright else 0.5,
            stroke_dasharray="5 4" if edge.dashed else None,
        )

    def _box(self, node: Node, left: float, middle: float, width: float) -> ET.Element:
        bright = node.id in self.highlight
        x, room = left + PAD, width - 2 * PAD
        frame = svg.element(
            "rect",
            x=left,
            y=middle - node.height / 2,
            width=width,
            height=node.height,
            rx=7,
            fill=theme.ACCENT_SOFT if bright else theme.SURFACE,
            stroke=theme.ACCENT if bright or node.href else theme.MUTED,
            stroke_opacity=None if bright else 0.55,
            stroke_width=1.5 if bright else 1.0,
        )
        words = [svg.text(node.label, x, middle + (-2 if node.kind else 4.5), room=room)]
        if node.kind:
            words.append(svg.text(node.kind, x, middle + 14, size=MARK, fill=theme.MUTED, room=room))
        title = svg.element("title", node.said)
        return svg.element("a" if node.href else "g", title, frame, *words, href=node.href or None)


def _curve(points: list[tuple[float, float]], box: float) -> tuple[str, tuple[float, float]]:
    """From the right edge of the first place to the left edge of the last, straight across columns between."""
    (x, y), *rest = points
    x += box
    path = f"M{svg.number(x)},{svg.number(y)}"
    middle = ((x + rest[0][0]) / 2, (y + rest[0][1]) / 2)
    for place, (left, height) in enumerate(rest):
        bend = (x + left) / 2
        path += _cubic((bend, y), (bend, height), (left, height))
        x, y = left, height
        if place < len(rest) - 1:
            x = left + box
            path += f"L{svg.number(x)},{svg.number(y)}"
    return path, middle


def _arc(
    left: float, box: float, heights: tuple[float, float], last: bool
) -> tuple[str, tuple[float, float]]:
    """Between two boxes of one column: on their right, or on their left in the last column."""
    start, away = (left, -1) if last and left else (left + box, 1)
    reach = start + away * 26
    path = f"M{svg.number(start)},{svg.number(heights[0])}" + _cubic(
        (reach, heights[0]), (reach, heights[1]), (start, heights[1])
    )
    return path, (start + away * 19.5, sum(heights) / 2)


def _cubic(*points: tuple[float, float]) -> str:
    return "C" + " ".join(f"{svg.number(x)},{svg.number(y)}" for x, y in points)


def _mark(words: str, edge: Edge, middle: tuple[float, float]) -> list[ET.Element]:
    """What is written on an edge, on a ground of the page's colour."""
    if not words:
        return []
    wide = theme.text_width(words, MARK) + 6
    x, y = middle
    ground = svg.element(
        "rect", x=x - wide / 2, y=y - 8, width=wide, height=16, rx=8, fill=theme.SURFACE, fill_opacity=0.92
    )
    text = svg.text(words, x, y + 4, size=MARK, fill=theme.MUTED, anchor="middle")
    return [svg.element("g", svg.element("title", edge.label or words), ground, text)]


def _bright_last(lines: list[ET.Element]) -> list[ET.Element]:
    return sorted(lines, key=lambda line: line.get("stroke") == theme.ACCENT)
