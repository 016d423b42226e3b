"""tandem.toml → the tree of nodes that YAML gives. tomllib knows no lines, so keys are found by a scan."""

import re
import tomllib
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation

from tandem.charter.nodes import MOST_CHARACTERS, Items, Node, Scalar, Table, decimal
from tandem.charter.problems import BAD_VALUE, EMPTY_FILE, SYNTAX, TOO_LARGE
from tandem.kernel import Place, Problem

_HEADER = re.compile(r"^\s*\[\[?\s*([A-Za-z0-9_.\-\"' ]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"^(\s*)([A-Za-z0-9_.\-\"' ]+?)(\s*=\s*)")
_WHERE = re.compile(r"\(at (?:line (\d+), column (\d+)|end of document)\)")


def read_toml(file: str, text: str, problems: list[Problem]) -> Table | None:
    """The tree of a TOML file, or None after adding to `problems` why there is none. Never raises."""
    if len(text) > MOST_CHARACTERS:
        problems.append(TOO_LARGE(f"`{file}` is too large", place=Place(file, 1, 1)))
        return None
    if not text.strip():
        problems.append(EMPTY_FILE(f"`{file}` is empty", place=Place(file, 1, 1)))
        return None
    try:
        data = tomllib.loads(text, parse_float=decimal)
    except (tomllib.TOMLDecodeError, InvalidOperation, ValueError, RecursionError) as error:
        problems.append(_syntax(file, text, str(error)))
        return None
    return _Tree(file, text, problems).table(data, ())


def _syntax(file: str, text: str, said: str) -> Problem:
    where = _WHERE.search(said)
    lines = text.splitlines()
    line, column = (int(where[1]), int(where[2])) if where and where[1] else (len(lines), 1)
    found = lines[line - 1].strip()[:80] if 0 < line <= len(lines) else None
    sentence = f"not valid TOML: {_WHERE.sub('', said).strip()}"
    return SYNTAX(sentence, place=Place(file, line, column), found=found or None)


class _Tree:
    """Nodes with the places that a scan of the lines finds; what is in an inline table has its line's."""

    def __init__(self, file: str, text: str, problems: list[Problem]) -> None:
        self.file = file
        self.problems = problems
        self.places = dict(_scan(file, text))

    def place(self, path: tuple[str, ...], which: int) -> Place:
        for end in range(len(path), 0, -1):
            if path[:end] in self.places:
                return self.places[path[:end]][which]
        return Place(self.file, 1, 1)

    def table(self, data: dict[str, object], path: tuple[str, ...]) -> Table:
        entries = tuple(
            (Scalar(key, key, self.place((*path, key), 0)), self.node(value, (*path, key)))
            for key, value in data.items()
        )
        return Table(entries, self.place(path, 0))

    def node(self, value: object, path: tuple[str, ...]) -> Node:
        place = self.place(path, 1)
        match value:
            case dict():
                return self.table(value, path)
            case list():
                return Items(tuple(self.node(item, path) for item in value), place)
            case bool():
                return Scalar(value, str(value).lower(), place)
            case datetime():
                naive = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
                return Scalar(naive, value.isoformat(), place)
            case int() | Decimal() | date():
                return Scalar(value, str(value), place)
            case time():
                self.problems.append(BAD_VALUE("a time without a date", place=place, found=value.isoformat()))
        return Scalar(str(value), str(value), place)


def _scan(file: str, text: str) -> list[tuple[tuple[str, ...], tuple[Place, Place]]]:
    """(path, (place of the key, place of the value)) of every line that looks like a header or a key."""
    found: list[tuple[tuple[str, ...], tuple[Place, Place]]] = []
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = _parts(header[1])
            here = Place(file, number, header.start(1) + 1)
            found.append((table, (here, here)))
        elif key := _KEY.match(line):
            places = (Place(file, number, key.start(2) + 1), Place(file, number, key.end(3) + 1))
            found.append(((*table, *_parts(key[2])), places))
    return found[::-1]


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))
