"""Text of a charter file → a tree of nodes with line and column. YAML is composed, never constructed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.nodes import Node as YamlNode

from tandem.charter.problems import BAD_VALUE, DUPLICATE_KEY, EMPTY_FILE, SYNTAX, TAB, TOO_LARGE, WRONG_TYPE
from tandem.kernel import Place, Problem, parse_instant

MOST_CHARACTERS = 250_000
MOST_OPEN_BRACKETS = 200
MOST_NODES = 50_000
MOST_DEPTH = 50
TAG = "tag:yaml.org,2002:"
KINDS = {"int": "whole number", "float": "number", "timestamp": "time"}


@dataclass(frozen=True)
class Scalar:
    """One value, typed as YAML 1.2 types it, and its text as written."""

    value: str | int | Decimal | bool | date | datetime | None
    text: str
    place: Place
    readable: bool = True
    """False when its problem is already collected."""
    body: Place | None = None
    """Of a literal block (`|`): where its text begins; its lines then follow one another in the file."""


@dataclass(frozen=True)
class Items:
    """A list."""

    items: "tuple[Node, ...]"
    place: Place


@dataclass(frozen=True)
class Table:
    """Keys and values, in the order written; a key stands once."""

    entries: "tuple[tuple[Scalar, Node], ...]"
    place: Place

    def get(self, key: str) -> "Node | None":
        """The value under the key, if it is there."""
        return next((value for name, value in self.entries if name.text == key), None)


Node = Scalar | Items | Table


class _Unfit(Exception):  # noqa: N818 - caught where problems are collected
    """Why this part cannot be read, as a problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


def read_yaml(file: str, text: str, problems: list[Problem]) -> Node | None:
    """The tree of a YAML file, or None after adding to `problems` why there is none. Never raises."""
    top = Place(file, 1, 1)
    if len(text) > MOST_CHARACTERS:
        size = f"{len(text):,} characters"
        problems.append(
            TOO_LARGE(
                f"`{file}` is too large", place=top, found=size, expected=f"at most {MOST_CHARACTERS:,}"
            )
        )
        return None
    try:
        _few_brackets(file, text)
        root = _compose(file, text)
        if root is None:
            problems.append(EMPTY_FILE(f"`{file}` is empty", place=top))
            return None
        return _Tree(file, problems, text).node(root, 0)
    except _Unfit as unfit:
        problems.append(unfit.problem)
    except RecursionError:
        problems.append(TOO_LARGE(f"`{file}` is nested too deep", place=top, expected=f"{MOST_DEPTH} levels"))
    return None


def _few_brackets(file: str, text: str) -> None:
    """Refuse very many open brackets: the parser's time grows with their square. Those in texts count too."""
    opened = 0
    for found in re.finditer(r"[\[\]{}]", text):
        opened = opened + 1 if found[0] in "[{" else max(0, opened - 1)
        if opened > MOST_OPEN_BRACKETS:
            place = Place(file, text.count("\n", 0, found.start()) + 1)
            limit = f"at most {MOST_OPEN_BRACKETS} at once"
            raise _Unfit(TOO_LARGE(f"`{file}` has too many open brackets", place=place, expected=limit))


def _compose(file: str, text: str) -> YamlNode | None:
    yaml = YAML(typ="safe", pure=True)
    yaml.composer.warn_double_anchors = False
    try:
        return yaml.compose(text)  # type: ignore[no-any-return]
    except MarkedYAMLError as error:
        raise _Unfit(_syntax(file, text, error)) from None
    except YAMLError as error:
        raise _Unfit(_strange_character(file, text, error)) from None


def _syntax(file: str, text: str, error: MarkedYAMLError) -> Problem:
    mark = error.problem_mark or error.context_mark
    if mark and error.context_mark and not text[mark.index :].strip():
        mark = error.context_mark  # an open bracket is found out at the end; the mistake is where it opens
    place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file, 1, 1)
    lines = text.splitlines()
    line = lines[mark.line] if mark and mark.line < len(lines) else ""
    if re.match(r"\s*\t", line):
        return TAB(f"line {place.line} is indented with a tab", place=place, found="tab", expected="spaces")
    said = "; ".join(part for part in (error.context, error.problem) if part) or "no valid YAML"
    return SYNTAX(f"not valid YAML: {said}", place=place, found=line.strip()[:80] or None)


def _strange_character(file: str, text: str, error: YAMLError) -> Problem:
    position = getattr(error, "position", 0)
    before = text[: position if isinstance(position, int) else 0]
    place = Place(file, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
    found = repr(text[len(before) : len(before) + 1])
    return SYNTAX("a character that YAML does not allow", place=place, found=found, expected="printable text")


class _Tree:
    """Turns composed YAML into our nodes; follows aliases, within limits."""

    def __init__(self, file: str, problems: list[Problem], text: str) -> None:
        self.file = file
        self.problems = problems
        self.count = 0
        self.lines = text.split("\n")

    def node(self, yaml: YamlNode, depth: int) -> Node:
        place = Place(self.file, yaml.start_mark.line + 1, yaml.start_mark.column + 1)
        self.count += 1
        if depth > MOST_DEPTH or self.count > MOST_NODES:
            limit = f"{MOST_DEPTH} levels and {MOST_NODES:,} values, aliases counted each time they are used"
            raise _Unfit(TOO_LARGE(f"`{self.file}` is too deep or too large", place=place, expected=limit))
        match yaml:
            case MappingNode():
                return Table(tuple(self.entries(yaml.value, depth)), place)
            case SequenceNode():
                return Items(tuple(self.node(item, depth + 1) for item in yaml.value), place)
            case ScalarNode():
                return self.scalar(yaml, place)
        raise _Unfit(SYNTAX("not valid YAML", place=place))

    def entries(
        self, pairs: Iterable[tuple[YamlNode, YamlNode]], depth: int
    ) -> Iterable[tuple[Scalar, Node]]:
        seen: dict[str, Place] = {}
        for key_node, value_node in pairs:
            key = self.node(key_node, depth + 1)
            value = self.node(value_node, depth + 1)
            if not isinstance(key, Scalar):
                self.problems.append(WRONG_TYPE("a key is a word", place=key.place, found="a list or table"))
            elif key.text in seen:
                self.problems.append(
                    DUPLICATE_KEY(
                        f"key `{key.text}` stands twice",
                        place=key.place,
                        found=f"{key.text} in lines {seen[key.text].line} and {key.place.line}",
                    )
                )
            else:
                seen[key.text] = key.place
                yield key, value

    def scalar(self, yaml: ScalarNode, place: Place) -> Scalar:
        tag = str(yaml.tag)
        try:
            body = self.body(yaml) if yaml.style == "|" else None
            return Scalar(_typed(tag, yaml.value), yaml.value, place, body=body)
        except KeyError:
            self.problems.append(
                BAD_VALUE(
                    f"tag `{tag.replace(TAG, '!!')}` is not for a charter",
                    place=place,
                    found=tag.replace(TAG, "!!"),
                )
            )
        except (ValueError, InvalidOperation, OverflowError):
            kind = KINDS.get(tag.removeprefix(TAG), "value")
            self.problems.append(BAD_VALUE(f"this {kind} cannot be used", place=place, found=yaml.value[:40]))
        return Scalar(yaml.value, yaml.value, place, readable=False)

    def body(self, yaml: ScalarNode) -> Place:
        """Where the text of a literal block begins: on the next line, as far in as its first words stand."""
        first = int(yaml.start_mark.line) + 1
        words = next((line for line in self.lines[first:] if line.strip()), "")
        return Place(self.file, first + 1, len(words) - len(words.lstrip(" ")) + 1)


def _typed(tag: str, text: str) -> str | int | Decimal | bool | date | datetime | None:
    match tag.removeprefix(TAG):
        case "str":
            return text
        case "int":
            return whole(text)
        case "float":
            return decimal(text)
        case "bool":
            return text.lower() in ("true", "yes", "on", "y")
        case "null":
            return None
        case "timestamp":
            return instant(text)
    raise KeyError(tag)


def whole(text: str) -> int:
    """An integer as YAML 1.2 writes it: 12, 1_000, 0x1F, 0o17. Within 64 bits, else ValueError."""
    plain = text.replace("_", "").lower()
    based = plain.lstrip("+-").startswith(("0x", "0o", "0b"))
    number = int(plain, 0) if based else int(plain)
    if abs(number) >= 2**63:
        raise ValueError("more than 64 bits")
    return number


def decimal(text: str) -> Decimal:
    """A finite decimal number of sane size, else ValueError."""
    number = Decimal(text.replace("_", ""))
    if not number.is_finite() or abs(number.adjusted()) > 30:
        raise ValueError("not a finite number of sane size")
    return number


def instant(text: str) -> date | datetime:
    """A date when written without a time; else an instant in naive UTC. ValueError when neither."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return date.fromisoformat(text)
    return parse_instant(text)
