"""Nodes → frozen definitions, by type hints. Every problem is collected.

A part that cannot be read is left out where it may be missing, and breaks its whole where it may not: so what
stands around a mistake is still checked. Whoever collected a problem must not use what was bound.
"""

import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from enum import Enum
from typing import Annotated, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from tandem.charter.definitions.base import Bounds, Definition, Key, Rule
from tandem.charter.nodes import Items, Node, Scalar, Table
from tandem.charter.problems import MISSING_KEY, UNKNOWN_KEY, WRONG_TYPE
from tandem.charter.scalars import read, shown
from tandem.kernel import Place, Problem, nearest

D = TypeVar("D", bound=Definition)


class Broken(Enum):
    """In place of a value whose problem is already collected."""

    BROKEN = "broken"


BROKEN = Broken.BROKEN
Special = Callable[["Binder", Node], object]
Check = Callable[[Definition], Iterable[Problem]]


@dataclass(frozen=True)
class Slot:
    """One key of a definition: its word in the file, the attribute, the type, and how it is read."""

    word: str
    attribute: str
    hint: object
    required: bool
    key: Key | None
    rule: Rule | None = None
    bounds: Bounds | None = None


def slots(kind: type[Definition]) -> tuple[Slot, ...]:
    """The keys of a definition in order. They are also what the reference documentation lists."""
    if kind not in _SLOTS:
        hints = get_type_hints(kind, include_extras=True)
        own = {one.name for one in fields(Definition)}
        _SLOTS[kind] = tuple(_slot(one, hints[one.name]) for one in fields(kind) if one.name not in own)
    return _SLOTS[kind]


_SLOTS: dict[type[Definition], tuple[Slot, ...]] = {}


def _slot(one: "Field[object]", hint: object) -> Slot:
    plain, extras = _unwrapped(hint)
    key = next((extra for extra in extras if isinstance(extra, Key)), None)
    return Slot(
        word=(key.word if key else None) or one.name,
        attribute=one.name,
        hint=plain,
        required=one.default is MISSING and one.default_factory is MISSING,
        key=key,
        rule=next((extra for extra in extras if isinstance(extra, Rule)), None),
        bounds=next((extra for extra in extras if isinstance(extra, Bounds)), None),
    )


def _unwrapped(hint: object) -> tuple[object, tuple[object, ...]]:
    """The type without Annotated and None, and all that Annotated said."""
    if get_origin(hint) is Annotated:
        inner, extras = _unwrapped(get_args(hint)[0])
        return inner, (*get_args(hint)[1:], *extras)
    if get_origin(hint) in (Union, types.UnionType) and type(None) in get_args(hint):
        return _unwrapped(next(arg for arg in get_args(hint) if arg is not type(None)))
    return hint, ()


class Binder:
    """Binds nodes and collects problems: `problems` of reading, and apart from them what `checks` say.

    `special` reads types that are not plain keys; `checks` see a definition that was read without problem.
    """

    def __init__(
        self,
        problems: list[Problem],
        special: Mapping[object, Special] | None = None,
        checks: Mapping[type, Check] | None = None,
    ) -> None:
        self.problems = problems
        self.special = special or {}
        self.checks = checks or {}
        self.check_problems: list[Problem] = []

    def add(self, problem: Problem) -> Broken:
        """Collect a problem; the answer stands for the value that could not be had."""
        self.problems.append(problem)
        return BROKEN

    def definition(
        self, kind: type[D], node: Node, given: Mapping[str, object] | None = None, named: Node | None = None
    ) -> D | Broken:
        """The node as a definition of that class; `given` attributes come from another node, `named`."""
        given, before = given or {}, len(self.problems)
        if kind in self.special:
            return cast("D | Broken", self.special[kind](self, node))
        wanted = [slot for slot in slots(kind) if slot.attribute not in given]
        if not isinstance(node, Table):
            return self.no_table(node, [slot.word for slot in wanted])
        required = {slot.word: slot.key.help if slot.key else "…" for slot in wanted if slot.required}
        self.only_keys(node, [slot.word for slot in wanted], required)
        values = dict(given)
        places = dict.fromkeys(given, named.place) if named else {}
        for slot in wanted:
            value_node = node.get(slot.word)
            if value_node is not None:
                places.update(places_of(slot.attribute, value_node))
                values[slot.attribute] = self.value(slot, value_node)
            elif slot.required:
                values[slot.attribute] = BROKEN
        optional = {slot.attribute for slot in wanted if not slot.required}
        values = {
            name: value for name, value in values.items() if value is not BROKEN or name not in optional
        }
        if BROKEN in values.values():
            return BROKEN
        made = kind(place=node.place, places=places, **values)
        if len(self.problems) == before and kind in self.checks:
            self.check_problems += self.checks[kind](made)
        return made

    def no_table(self, node: Node, words: Iterable[str]) -> Broken:
        """Collect that keys and values were needed here."""
        return self.add(
            WRONG_TYPE(
                "keys and values are needed here",
                place=node.place,
                found=shown(node),
                expected="keys " + ", ".join(words),
            )
        )

    def only_keys(
        self, table: Table, allowed: Iterable[str], required: Mapping[str, str] | None = None
    ) -> None:
        """Collect unknown and missing keys (word → help). A misspelt required key is one problem, not two."""
        words = list(allowed)
        present = [key.text for key, _ in table.entries]
        unknown = [key for key, _ in table.entries if key.text not in words]
        for key in unknown:
            sentence = f"unknown key `{key.text[:60]}`"
            self.add(UNKNOWN_KEY(sentence, place=key.place, found=key.text[:60], alternatives=words))
        meant = {nearest(key.text, words) for key in unknown}
        for word, help_ in (required or {}).items():
            if word not in present and word not in meant:
                self.add(
                    MISSING_KEY(f"key `{word}` is missing", place=table.place, expected=f"{word}: {help_}")
                )

    def value(self, slot: Slot, node: Node) -> object:
        """The node as a value of the slot's type."""
        if isinstance(node, Scalar) and not node.readable:
            return BROKEN
        if slot.hint in self.special:
            return self.special[slot.hint](self, node)
        origin = get_origin(slot.hint)
        if origin is tuple:
            named_by = slot.key.named_by if slot.key else None
            item = get_args(slot.hint)[0]
            return self.named(item, node, named_by) if named_by else self.items(slot.word, item, node)
        if origin is Mapping or getattr(origin, "__name__", "") == "Mapping":
            return self.mapping(slot.word, get_args(slot.hint), node)
        if isinstance(slot.hint, type) and is_dataclass(slot.hint):
            return self.definition(cast("type[Definition]", slot.hint), node)
        found = read(cast("type", slot.hint), slot.rule, slot.bounds, slot.word, node)
        return self.add(found) if isinstance(found, Problem) else found

    def items(self, word: str, hint: object, node: Node) -> object:
        """A list as a tuple of the hinted type."""
        if not isinstance(node, Items):
            return self.add(
                WRONG_TYPE(
                    f"`{word}` is a list", place=node.place, found=shown(node), expected="a list: [a, b]"
                )
            )
        slot = _part(word, hint)
        return kept([self.value(slot, item) for item in node.items])

    def named(self, hint: object, node: Node, attribute: str) -> object:
        """Keys that name the definitions under them, as a tuple; the key becomes the attribute."""
        kind = cast("type[Definition]", hint)
        if not isinstance(node, Table):
            return self.no_table(node, ["NAME: {…}"])
        name = next(slot for slot in slots(kind) if slot.attribute == attribute)
        return kept(
            [
                self.definition(kind, value, {attribute: self.value(name, key)}, key)
                for key, value in node.entries
            ]
        )

    def mapping(self, word: str, hints: tuple[object, ...], node: Node) -> object:
        """Keys and values as a dict."""
        if not isinstance(node, Table):
            return self.no_table(node, ["NAME: …"])
        key_slot, value_slot = _part(word, hints[0]), _part(word, hints[1])
        pairs = [(self.value(key_slot, key), self.value(value_slot, value)) for key, value in node.entries]
        return {key: value for key, value in pairs if key is not BROKEN and value is not BROKEN}


def _part(word: str, hint: object) -> Slot:
    plain, extras = _unwrapped(hint)
    rule = next((extra for extra in extras if isinstance(extra, Rule)), None)
    bounds = next((extra for extra in extras if isinstance(extra, Bounds)), None)
    return Slot(word=word, attribute=word, hint=plain, required=True, key=None, rule=rule, bounds=bounds)


def kept(parts: list[object]) -> tuple[object, ...] | Broken:
    """The parts that could be read; BROKEN when there were some and none could."""
    good = tuple(part for part in parts if part is not BROKEN)
    return BROKEN if parts and not good else good


def places_of(word: str, node: Node) -> dict[str, Place]:
    """The place of a value under its word, and of its items under word.0, word.1 …"""
    found = {word: node.place}
    if isinstance(node, Items):
        found |= {f"{word}.{number}": item.place for number, item in enumerate(node.items)}
    return found
