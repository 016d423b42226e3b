"""Where each key and value of a YAML text begins and ends, so that one of them can be changed alone."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from ruamel.yaml import YAML
from ruamel.yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
    StreamStartEvent,
)

from tandem.charter.nodes import Items, Node, Scalar, Table
from tandem.charter.plain import Plain

LITERAL = ("|", ">")


class Unfit(Exception):  # noqa: N818 - caught where the file is written anew
    """This text is laid out in a way that cannot be changed in place."""


@dataclass(frozen=True)
class Part:
    """A key with its value (`start` at the key), or an item of a list (`start` at its dash, or at itself)."""

    start: int
    name: str
    """Text of the key; empty for an item."""
    name_end: int
    """Where the key, or the dash, ends."""
    value: "Laid"

    @property
    def end(self) -> int:
        """Where it ends, without what follows on the line."""
        return max(self.value.end, self.name_end)


@dataclass(frozen=True)
class Laid:
    """A value and its stretch [start, end) of the text. `style` is block, flow, alias, |, >, a quote or none."""

    node: Node
    start: int
    end: int
    style: str
    parts: tuple[Part, ...] = ()

    @property
    def is_table(self) -> bool:
        """Whether it has keys."""
        return isinstance(self.node, Table)

    @property
    def is_list(self) -> bool:
        """Whether it has items."""
        return isinstance(self.node, Items)


def lay_out(text: str, node: Node) -> Laid:
    """The stretches of a text of which `node` is the tree. Raises Unfit where the two do not run together."""
    events = YAML(typ="safe", pure=True).parse(text)
    return _Layer(text, events).value(node, 0)


def raw(node: Node) -> Plain:
    """The values of a tree, as typed in YAML."""
    match node:
        case Scalar(value=value):
            return value
        case Items(items=items):
            return [raw(item) for item in items]
        case Table(entries=entries):
            return {key.text: raw(value) for key, value in entries}


class Lines:
    """A text by lines; offsets and line numbers count from 0."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self.count = len(self.starts) - (text.endswith("\n") or not text)

    def number(self, offset: int) -> int:
        """The line in which an offset stands."""
        return bisect_right(self.starts, offset) - 1

    def start(self, offset: int) -> int:
        """Where the line of an offset begins."""
        return self.starts[self.number(offset)]

    def column(self, offset: int) -> int:
        """How far into its line an offset stands."""
        return offset - self.start(offset)

    def __getitem__(self, number: int) -> str:
        end = self.starts[number + 1] - 1 if number + 1 < len(self.starts) else len(self.text)
        return self.text[self.starts[number] : end]


class _Layer:
    """Walks the parser's events beside the tree: the events know where, the tree knows what."""

    def __init__(self, text: str, events: Iterator[Event]) -> None:
        self.text = text
        self.events = events

    def next(self) -> NodeEvent:
        for event in self.events:
            if not isinstance(event, StreamStartEvent | DocumentStartEvent):
                if not isinstance(event, NodeEvent):
                    break
                return event
        raise Unfit

    def value(self, node: Node, least: int) -> Laid:
        """The next value; an empty one has its place at `least`."""
        event = self.next()
        start, end = event.start_mark.index, event.end_mark.index
        match event, node:
            case AliasEvent(), _:
                return Laid(node, start, end, "alias")
            case ScalarEvent(), Scalar():
                return self.scalar(event, node, least)
            case CollectionStartEvent(), Table() | Items():
                sequence = isinstance(event, SequenceStartEvent)
                if sequence != isinstance(node, Items):
                    raise Unfit
                style = "flow" if event.flow_style else "block"
                parts = self.items(node, event) if isinstance(node, Items) else self.entries(node)
                close = next(self.events).end_mark.index
                return Laid(
                    node, start, close if style == "flow" or not parts else parts[-1].end, style, parts
                )
        raise Unfit

    def scalar(self, event: ScalarEvent, node: Scalar, least: int) -> Laid:
        start, end, style = event.start_mark.index, event.end_mark.index, event.style or ""
        if start == end:
            return Laid(node, least, least, "")
        if style in LITERAL:
            kept = re.match(r"[|>]\d?\+", self.text[start:end])
            lines = self.text[start:end].removesuffix("\n").split("\n")
            while not kept and len(lines) > 1 and not lines[-1].strip():
                lines.pop()
            end = start + len("\n".join(lines))
        return Laid(node, start, end, style)

    def entries(self, table: Table) -> tuple[Part, ...]:
        parts = []
        for key, value in table.entries:
            event = self.next()
            start, end = event.start_mark.index, event.end_mark.index
            if not isinstance(event, ScalarEvent) or event.value != key.text or "\n" in self.text[start:end]:
                raise Unfit
            colon = re.compile(r"[ \t]*:").match(self.text, end)
            parts.append(Part(start, key.text, end, self.value(value, colon.end() if colon else end)))
        return tuple(parts)

    def items(self, sequence: Items, opened: CollectionStartEvent) -> tuple[Part, ...]:
        parts: list[Part] = []
        if opened.flow_style:
            for item in sequence.items:
                value = self.value(item, parts[-1].end if parts else opened.end_mark.index)
                parts.append(Part(value.start, "", value.start, value))
            return tuple(parts)
        dash = self.dash(opened.start_mark.index, None)
        column = dash - (self.text.rfind("\n", 0, dash) + 1)
        for item in sequence.items:
            if parts:
                dash = self.dash(parts[-1].end, column)
            parts.append(Part(dash, "", dash + 1, self.value(item, dash + 1)))
        return tuple(parts)

    def dash(self, offset: int, column: int | None) -> int:
        """The first dash at or after an offset that opens an item: on a line of its own, in that column."""
        if column is None and self.text[offset] == "-":
            return offset
        opening = (
            re.compile(r"(?m)^( *)-(?=\s|$)")
            if column is None
            else re.compile(rf"(?m)^( {{{column}}})-(?=\s|$)")
        )
        found = opening.search(self.text, self.text.find("\n", offset) + 1)
        if found is None:
            raise Unfit
        return found.end(1)
