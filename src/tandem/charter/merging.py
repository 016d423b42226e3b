"""New keys and values written into an old text: only what differs is touched, line by line.

The parser says where each value stands; the text of everything that stays is taken over letter by letter, with
its comments, quotes, order and blank lines. A comment belongs to the line that it ends, or to what it stands
directly above; text behind the last entry belongs to nobody and stays.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tandem.charter.layout import LITERAL, Laid, Lines, Part, Unfit, raw
from tandem.charter.matching import gives_way, key_order, pairs, same
from tandem.charter.nodes import Scalar
from tandem.charter.plain import Plain
from tandem.charter.writing import STEP, entry, flow, item, literal, scalar

REST_OF_LINE = re.compile(r"([ \t]*)(#.*)?")


@dataclass(frozen=True)
class Piece:
    """One entry of a block with the lines that belong to it: comments above, itself, comments further in."""

    above: list[str]
    lines: list[str]

    @property
    def own(self) -> list[str]:
        """The comments directly above, which go where it goes."""
        number = len(self.above)
        while number and self.above[number - 1].strip():
            number -= 1
        return self.above[number:]


@dataclass
class _Block:
    """The entries of a block, cut into lines; `below` is what stands behind the last one."""

    column: int
    above: list[list[str]] = field(default_factory=list)
    inside: list[list[str]] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    below: list[str] = field(default_factory=list)


class Merger:
    """Writes plain values into one text. `ordered`: the order of keys of what is written means something."""

    def __init__(self, text: str, *, ordered: bool) -> None:
        self.text = text
        self.at = Lines(text)
        self.ordered = ordered

    def merged(self, root: Laid, present: Plain, new: Mapping[str, Plain]) -> str:
        """The whole text with the new keys and values."""
        if root.style == "flow" and root.is_table:
            said = self.flow(root, present, new)
            return self.text[: root.start] + said + self.text[root.end :]
        if root.style != "block" or not root.is_table:
            raise Unfit
        lines = self.block(root, present, new, 0, self.at.count)
        return "\n".join(lines) + ("\n" if self.text.endswith("\n") else "")

    # ── blocks ───────────────────────────────────────────────────────────────────────────────────

    def block(self, laid: Laid, present: Plain, new: Plain, top: int, bottom: int) -> list[str]:
        """The lines [top, bottom) of a table or list, changed. A first entry that begins within its line is
        given with spaces before it."""
        cut = self.cut(laid, top, bottom)
        present = self.fitting(laid, present)
        if laid.is_table:
            assert isinstance(new, Mapping)
            pieces = self.table_pieces(laid, cut, present, new)
        else:
            assert isinstance(new, Sequence)
            pieces = self.list_pieces(laid, cut, present, new)
        lines = [line for piece in pieces for line in (*piece.above, *piece.lines)]
        return [*lines, *cut.below]

    def cut(self, laid: Laid, top: int, bottom: int) -> _Block:
        """Which lines stand above each entry, and which comments stand further in, below it."""
        first = laid.parts[0]
        cut = _Block(self.at.column(first.start))
        begin = self.at.number(first.start)
        cut.above.append([self.at[number] for number in range(top, begin)])
        for number, part in enumerate(laid.parts):
            last = number + 1 == len(laid.parts)
            following = bottom if last else self.at.number(laid.parts[number + 1].start)
            after = self.at.number(max(part.end - 1, part.start)) + 1
            gap = [self.at[line] for line in range(after, following)]
            inner = _further_in(gap, cut.column)
            cut.inside.append(gap[:inner])
            cut.ends.append(after + inner)
            if last:
                cut.below = gap[inner:]
            else:
                cut.above.append(gap[inner:])
        return cut

    def fitting(self, laid: Laid, present: Plain) -> Plain:
        """What the text said in the same form as the text; the text's own values where that has another one."""
        if laid.is_table and isinstance(present, Mapping):
            return present
        several = isinstance(present, Sequence) and not isinstance(present, str)
        if laid.is_list and several and len(present) == len(laid.parts):  # type: ignore[arg-type]
            return present
        return raw(laid.node)

    def table_pieces(self, laid: Laid, cut: _Block, present: Plain, new: Mapping[str, Plain]) -> list[Piece]:
        assert isinstance(present, Mapping)
        parts = {part.name: number for number, part in enumerate(laid.parts)}
        kept = self.kept(laid, present, new)
        pieces: dict[str, Piece] = {}
        for name in kept:
            number = parts[name]
            part = laid.parts[number]
            lines = self.entry_lines(laid, cut, number, present.get(name, raw(part.value.node)), new, name)
            pieces[name] = Piece(cut.above[number], lines)
        order = key_order(list(present) if self.ordered else [], kept, list(new))
        for name in order:
            if name not in pieces:
                pieces[name] = Piece([], entry(scalar(name), new[name], cut.column))
        olds = [pieces[part.name] if part.name in kept else None for part in laid.parts]
        return _arranged([pieces[name] for name in order], olds, cut)

    def kept(self, laid: Laid, present: Mapping[str, Plain], new: Mapping[str, Plain]) -> list[str]:
        """The keys that stay: those that are asked for, and defaults that somebody wrote out."""
        written_out = [
            part.name
            for part in laid.parts
            if part.name not in new and part.name not in present and not gives_way(part.name, new)
        ]
        return [part.name for part in laid.parts if part.name in new or part.name in written_out]

    def entry_lines(
        self, laid: Laid, cut: _Block, number: int, present: Plain, new: Mapping[str, Plain], name: str
    ) -> list[str]:
        part = laid.parts[number]
        if name not in new or same(present, new[name], ordered=self.ordered):
            return self.as_it_is(part, cut, number)
        return self.part_lines(part, cut, number, present, new[name])

    def list_pieces(self, laid: Laid, cut: _Block, present: Plain, new: Sequence[Plain]) -> list[Piece]:
        assert isinstance(present, Sequence)
        matched = pairs(present, new, ordered=self.ordered)
        opened = all(part.value.style == "block" for part in laid.parts)
        pieces = []
        for wanted, number in zip(new, matched, strict=True):
            if number is None:
                pieces.append(Piece([], item(wanted, cut.column, opened=opened)))
            elif same(present[number], wanted, ordered=self.ordered):
                pieces.append(Piece(cut.above[number], self.as_it_is(laid.parts[number], cut, number)))
            else:
                part = laid.parts[number]
                lines = self.part_lines(part, cut, number, present[number], wanted)
                pieces.append(Piece(cut.above[number], lines))
        by_number = {
            number: piece for piece, number in zip(pieces, matched, strict=True) if number is not None
        }
        return _arranged(pieces, [by_number.get(number) for number in range(len(laid.parts))], cut)

    def as_it_is(self, part: Part, cut: _Block, number: int) -> list[str]:
        """The lines of an entry that does not change."""
        first = self.at.number(part.start)
        lines = [self.at[line] for line in range(first, cut.ends[number])]
        return [" " * cut.column + lines[0][cut.column :], *lines[1:]]

    def part_lines(self, part: Part, cut: _Block, number: int, present: Plain, new: Plain) -> list[str]:
        """The lines of a key or item with another value."""
        value, inside = part.value, cut.inside[number]
        before = " " * cut.column + self.text[part.start : value.start]
        if value.style == "block" and _same_shape(value, new):
            return self.inner_block(part, cut, number, present, new)
        if value.style == "flow" and _same_shape(value, new):
            return [*self.in_line(before, value, self.flow(value, present, new)), *inside]
        if isinstance(value.node, Scalar) and not isinstance(new, Mapping | list):
            lines = self.literal_lines(part, cut, new)
            if lines is None:
                space = "" if before[-1:].isspace() else " "
                lines = self.in_line(before + space, value, self.like(value, new, in_flow=False))
            return [*lines, *inside]
        name = self.text[part.start : part.name_end]
        lines = entry(name, new, cut.column) if part.name else item(new, cut.column)
        comment = self.comment(part)
        if comment:
            lines[0] += f"  {comment}"
        return lines if value.style == "block" else [*lines, *inside]

    def inner_block(self, part: Part, cut: _Block, number: int, present: Plain, new: Plain) -> list[str]:
        """An entry whose value stands in lines of its own, or begins behind the dash."""
        first = part.value.parts[0].start
        line, opens = self.at.number(part.start), self.at.number(first)
        anchored = part.value.start < first
        head = self.at.number(part.value.start if anchored else part.name_end)
        if opens == line:
            lines = self.block(part.value, present, new, line, cut.ends[number])
            prefix = " " * cut.column + self.text[part.start : first]
            lines[0] = prefix + lines[0].lstrip(" ")
            return lines
        heads = [self.at[one] for one in range(line, head + 1)]
        heads[0] = " " * cut.column + heads[0][cut.column :]
        return [*heads, *self.block(part.value, present, new, head + 1, cut.ends[number])]

    def in_line(self, before: str, value: Laid, said: str) -> list[str]:
        """The value on its line between what stands before and behind it; a comment keeps its column."""
        rest = REST_OF_LINE.fullmatch(self.at[self.at.number(value.end)][self.at.column(value.end) :])
        if rest is None:
            raise Unfit
        space, comment = rest[1], rest[2] or ""
        if comment and len(space) > 1 and "\n" not in said:
            column = self.at.column(value.end) + len(space)
            wide = len(before.rpartition("\n")[2]) + len(said)
            space = " " * max(column - wide, 2)
        return (before + said + (space + comment if comment else space)).split("\n")

    def literal_lines(self, part: Part, cut: _Block, new: Plain) -> list[str] | None:
        """Text of several lines as a literal block; what stood in one stays in one, with its comment."""
        value = part.value
        if not isinstance(new, str) or ("\n" not in new and value.style != "|"):
            return None
        indent = cut.column + STEP
        if value.style in LITERAL:
            body = [line for line in self.text[value.start : value.end].split("\n")[1:] if line.strip()]
            indent = len(body[0]) - len(body[0].lstrip(" ")) if body else indent
        found = literal(new, indent)
        if found is None:
            return None
        comment = self.comment(part)
        name = self.text[part.start : part.name_end] + (":" if part.name else "")
        return [f"{' ' * cut.column}{name} {found[0]}" + (f"  {comment}" if comment else ""), *found[1]]

    def comment(self, part: Part) -> str:
        """The comment on the line of a key or a dash, or behind its value."""
        value = part.value
        if value.style in (*LITERAL, "block") and self.at.number(part.start) != self.at.number(value.start):
            where = part.name_end + 1
        elif value.style in LITERAL:
            where = value.start
        else:
            where = value.end
        line = self.at[self.at.number(where)][self.at.column(where) :]
        if value.style in (*LITERAL, "block"):
            found = re.match(r"[^#\n]*?(?:^|\s)(#.*)", line)
        else:
            found = re.fullmatch(r"\s*(#.*)", line)
        return found[1].rstrip() if found else ""

    # ── within a line ────────────────────────────────────────────────────────────────────────────

    def like(self, value: Laid, new: Plain, *, in_flow: bool) -> str:
        """A scalar in the quotes of the one that it replaces."""
        quote = value.style if value.style in ("'", '"') else ""
        return scalar(new, in_flow=in_flow, quote=quote)

    def flow(self, laid: Laid, present: Plain, new: Plain) -> str:
        """A table or list within brackets, changed."""
        present = self.fitting(laid, present)
        if laid.is_table:
            assert isinstance(present, Mapping)
            assert isinstance(new, Mapping)
            kept = self.kept(laid, present, new)
            names = key_order(list(present) if self.ordered else [], kept, list(new))
            numbers = {part.name: number for number, part in enumerate(laid.parts)}
            chosen: list[int | None] = [numbers[name] if name in kept else None for name in names]
            said = []
            for name, number in zip(names, chosen, strict=True):
                if number is None:
                    said.append(f"{scalar(name, in_flow=True)}: {flow(new[name])}")
                else:
                    part = laid.parts[number]
                    old = present.get(name, raw(part.value.node))
                    said.append(self.flow_part(part, old, new.get(name, old)))
        else:
            assert isinstance(present, Sequence)
            assert isinstance(new, Sequence)
            chosen = pairs(present, new, ordered=self.ordered)
            said = [
                flow(wanted)
                if number is None
                else self.flow_part(laid.parts[number], present[number], wanted)
                for wanted, number in zip(new, chosen, strict=True)
            ]
        return self.joined(laid, said, chosen)

    def flow_part(self, part: Part, present: Plain, new: Plain) -> str:
        value = part.value
        if same(present, new, ordered=self.ordered):
            return self.text[part.start : part.end]
        before = self.text[part.start : value.start]
        if part.name and not before.rstrip().endswith(":"):
            before += ": "
        elif before[-1:] == ":":
            before += " "
        if value.style == "flow" and _same_shape(value, new):
            return before + self.flow(value, present, new)
        if isinstance(value.node, Scalar) and not isinstance(new, Mapping | list):
            return before + self.like(value, new, in_flow=True)
        return before + flow(new)

    def joined(self, laid: Laid, said: list[str], chosen: list[int | None]) -> str:
        """Entries between their brackets: neighbours that stay neighbours keep what stood between them."""
        if not laid.parts or not said:
            return "{" + ", ".join(said) + "}" if laid.is_table else "[" + ", ".join(said) + "]"
        gaps = [self.text[a.end : b.start] for a, b in zip(laid.parts, laid.parts[1:], strict=False)]
        close = self.text[laid.parts[-1].end : laid.end]
        if any("#" in gap for gap in (*gaps, close)) and chosen != list(range(len(laid.parts))):
            return self.joined_with_comments(laid, said, chosen, [*gaps, close])
        parts = [self.text[laid.start : laid.parts[0].start]]
        for number, text in enumerate(said):
            parts.append(text)
            if number + 1 < len(said):
                parts.append(_between(gaps, chosen[number], chosen[number + 1]))
        return "".join(parts) + close

    def joined_with_comments(
        self, laid: Laid, said: list[str], chosen: list[int | None], gaps: list[str]
    ) -> str:
        """The same with a line for each entry and its comment behind it."""
        indent = "\n" + " " * self.at.column(laid.parts[0].start)
        opened = self.text[laid.start : laid.parts[0].start]
        lines = []
        for number, text in enumerate(said):
            here = chosen[number]
            comments = [] if here is None else re.findall(r"#[^\n]*", gaps[here])
            comma = "," if number + 1 < len(said) else ""
            lines.append(
                indent.join([text + comma + (f"  {comments[0]}" if comments else ""), *comments[1:]])
            )
        _, line_break, bracket = gaps[-1].rpartition("\n")
        if not line_break:
            bracket = bracket.lstrip(", ")
            line_break = indent if "#" in lines[-1].rpartition("\n")[2] else ""
        return opened + indent.join(lines) + line_break + bracket


def _between(gaps: list[str], here: int | None, there: int | None) -> str:
    """What stands between two entries: what stood there, with the break of the line if there was one."""
    if here is None or there is None or there <= here:
        return ", "
    return next((gap for gap in gaps[here:there] if "\n" in gap), gaps[here])


def _further_in(gap: list[str], column: int) -> int:
    """How many lines of a gap belong to the entry above: comments that stand further in than its key."""
    inner = 0
    for number, line in enumerate(gap):
        if line.strip():
            if not line.lstrip().startswith("#") or len(line) - len(line.lstrip(" ")) <= column:
                break
            inner = number + 1
    return inner


def _same_shape(value: Laid, new: Plain) -> bool:
    """Whether the new value can be written into the old one: a table with a key in common, or a list."""
    if value.is_table:
        return isinstance(new, Mapping) and any(part.name in new for part in value.parts)
    return value.is_list and isinstance(new, Sequence) and not isinstance(new, str) and len(new) > 0


def _arranged(pieces: list[Piece], olds: list[Piece | None], cut: _Block) -> list[Piece]:
    """The pieces in their order; of what is gone only comments that stood apart from it stay, in its place."""
    left: dict[int, list[str]] = {}
    waiting: list[str] = []
    for number, old in enumerate(olds):
        if old is None:
            gone = Piece(cut.above[number], [])
            apart = gone.above[: len(gone.above) - len(gone.own)]
            waiting += apart if any(line.strip() for line in apart) else []
        elif waiting:
            left[id(old)] = waiting
            waiting = []
    cut.below = [*waiting, *cut.below]
    arranged = [Piece([*left.get(id(piece), []), *piece.above], piece.lines) for piece in pieces]
    first = next((number for number, piece in enumerate(pieces) if piece is olds[0]), None)
    if olds[0] is not None and first:
        # What stands apart above the first entry is the head of the whole and stays at the top.
        moved = arranged[first]
        head = moved.above[: len(moved.above) - len(moved.own)]
        arranged[first] = Piece(moved.own, moved.lines)
        arranged[0] = Piece([*head, *arranged[0].above], arranged[0].lines)
    if arranged and pieces[0] is not olds[0]:
        blank = next((number for number, line in enumerate(arranged[0].above) if line.strip()), None)
        arranged[0] = Piece([] if blank is None else arranged[0].above[blank:], arranged[0].lines)
    return arranged
