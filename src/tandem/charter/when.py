"""The grammar of `when`: which rows of a source are meant, by the values of their fields."""

from tandem.charter.binding import BROKEN, Binder, Broken, Slot, kept
from tandem.charter.definitions.base import Rule
from tandem.charter.definitions.sources import When, WhenTest
from tandem.charter.nodes import Items, Node, Scalar, Table


def when(binder: Binder, node: Node) -> When | Broken:
    """`{field: value, other: [a, b]}`, all of them."""
    if not isinstance(node, Table) or not node.entries:
        return binder.no_table(node, ["FIELD: VALUE"])
    tests = kept([_when_test(binder, key, value) for key, value in node.entries])
    return BROKEN if isinstance(tests, Broken) else When(tests=tests, place=node.place)  # type: ignore[arg-type]


def _when_test(binder: Binder, key: Scalar, value: Node) -> object:
    path = binder.value(_slot("when", Rule.PATH), key)
    parts = value.items if isinstance(value, Items) else (value,)
    values = kept([binder.value(_slot(key.text, Rule.TEXT_AS_WRITTEN), part) for part in parts])
    if isinstance(path, Broken) or isinstance(values, Broken):
        return BROKEN
    return WhenTest(path=str(path), values=values, place=key.place)  # type: ignore[arg-type]


def _slot(word: str, rule: Rule) -> Slot:
    return Slot(word=word, attribute=word, hint=str, required=True, key=None, rule=rule)
