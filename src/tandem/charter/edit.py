"""Saving a definition as the YAML that a person would have written, into the text that a person wrote."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath

from tandem.charter.binding import Binder
from tandem.charter.definitions.base import Definition
from tandem.charter.grammar import SPECIAL
from tandem.charter.layout import Unfit, lay_out, raw
from tandem.charter.loader import FOLDERS, SINGLE
from tandem.charter.matching import same
from tandem.charter.merging import Merger
from tandem.charter.nodes import Items, Scalar, read_yaml
from tandem.charter.plain import Plain, plain
from tandem.charter.shape import SHAPES
from tandem.charter.writing import written
from tandem.kernel import Problem, Problems

READ = 256
"""Files whose reading is kept: a page reads every file of a part, and hardly one of them changed since."""


@dataclass(frozen=True)
class Reading:
    """One file read alone. `definition` is absent when there are problems."""

    definition: Definition | None
    problems: tuple[Problem, ...]


def kind_of(file: str) -> type[Definition] | None:
    """What a YAML file of the charter holds, by its path; None for a path that the charter does not read."""
    path = PurePosixPath(file)
    if len(path.parts) == 1:
        return SINGLE.get(path.stem)
    return FOLDERS.get(path.parts[0])


@lru_cache(maxsize=READ)
def reading(file: str, text: str) -> Reading:
    """A YAML file of the charter by itself: nothing that it refers to is looked up."""
    kind, found = kind_of(file), list[Problem]()
    node = read_yaml(file, text, found)
    if kind is None or node is None:
        return Reading(None, tuple(found))
    binder = Binder(found, SPECIAL, SHAPES)
    bound = binder.definition(kind, node)
    problems = (*found, *binder.check_problems)
    return Reading(bound if isinstance(bound, Definition) and not problems else None, problems)


def merged(text: str, mapping: Mapping[str, Plain], present: Mapping[str, Plain] | None = None) -> str:
    """The text with the keys and values of the mapping, and all that does not change as it stood.

    `present` is what the text says, as `plain` says it: then a value counts as changed only if its meaning
    changed (2 weeks are 14 days), a default that was written out stays, and the order of keys is that of the
    mapping where `present` has another. Without it, keys stay in their order, and what the mapping does not
    have goes. Text that says the same already comes back as it is. Raises Problems for text that is no YAML;
    text that cannot be changed in place is written anew.
    """
    problems: list[Problem] = []
    node = read_yaml("", text, problems)
    if problems or node is None:
        raise Problems(problems)
    before = raw(node) if present is None else present
    if same(before, mapping, ordered=present is not None):
        return text
    try:
        return Merger(text, ordered=present is not None).merged(lay_out(text, node), before, mapping)
    except Unfit:
        return written(mapping)


def rewritten(file: str, text: str, mapping: Mapping[str, Plain]) -> str:
    """The text of a file with the definition that the mapping says, read back to be sure that it says that.

    A mapping with problems is written too, so that they have a line. Raises Problems of the text as it stands.
    """
    before = reading(file, text)
    if before.definition is None:
        raise Problems(before.problems)
    present = plain(before.definition)
    wanted = reading(file, written(mapping)).definition
    mapping = mapping if wanted is None else plain(wanted)
    first = merged(text, mapping, present)
    for attempt in (first, *([] if wanted is None else [merged(text, mapping), written(mapping)])):
        if wanted is None or reading(file, attempt).definition == wanted:
            return attempt
    return first


def typed(text: str) -> Plain:
    """A word as YAML reads it without quotes: `300` is a number, `2026-06-01` a date, `tents` a text."""
    node = read_yaml("", f"- {text}", [])
    one = node.items[0] if isinstance(node, Items) and len(node.items) == 1 else None
    simple = isinstance(one, Scalar) and one.readable and one.text == text and one.value is not None
    return one.value if simple and isinstance(one, Scalar) else text
