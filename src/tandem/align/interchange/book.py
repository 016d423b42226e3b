"""The codebook file beside a survey: YAML (JSON is YAML), read with line and column, and written back whole.

    name: pulse-2026            what the survey is called
    title: How we work together
    group: SIDE                 the single choice that tells the side (optional)
    weight: WEIGHT              the column of the weights (optional)
    variables:
      - name: NEED              capitals, digits, single underscores
        kind: five              single, multiple, five, rank, numeric, open
        label: Do you need to align with the other function?
        column: q1              the column of the file, where it is not called NEED
        choices:                code: label
          1: Not at all
          9: {label: Don't know, missing: true}

A variable may also say `question`, `block`, `asked_of` (list of groups), `mirror`, `about` and `fingerprint`.
MULTIPLE and RANK have one column for each item, NAME__CODE unless `columns: {CODE: column}` says otherwise.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from tandem.align.codebook import SPREAD, Choice, Codebook, Kind, Variable
from tandem.align.interchange.problems import BAD_CODEBOOK
from tandem.charter.nodes import Items, Node, Scalar, Table, read_yaml
from tandem.kernel import Place, Problem, Problems

ENDING = ".codebook.yml"
WHOLE = re.compile(r"0|-?[1-9][0-9]{0,8}")
TOP = ("name", "title", "group", "weight", "variables")
CHOICE = ("label", "missing")
PLAIN = ("question", "label", "mirror", "about", "block", "fingerprint")
VARIABLE = ("name", "kind", *PLAIN, "asked_of", "choices", "column", "columns")


@dataclass(frozen=True)
class Book:
    """A codebook, where its columns stand in the file (those called otherwise), and the column of the weights."""

    codebook: Codebook
    headers: Mapping[str, str] = field(default_factory=dict)
    weight: str = ""


def read_book(file: str, text: str) -> Book:
    """The codebook in a text. Raises Problems with line and column: CHR for YAML, ALN-304 for its content."""
    problems: list[Problem] = []
    root = read_yaml(file, text, problems)
    if root is None or problems:
        raise Problems(problems)
    book = _Reading(problems).book(root)
    if book is None or problems:
        raise Problems(problems)
    return book


class _Reading:
    """One file; problems gather here."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        self.headers: dict[str, str] = {}

    def book(self, root: Node) -> Book | None:
        top = self.table(root, TOP, ("name", "variables"))
        if top is None:
            return None
        variables = top.get("variables")
        if not isinstance(variables, Items):
            self.bad("`variables` is a list", variables or top)
            return None
        read = [self.variable(node) for node in variables.items]
        group = self.text(top, "group")
        known = tuple(one for one in read if one is not None)
        if self.problems:
            return None
        try:
            codebook = Codebook(self.text(top, "name"), self.text(top, "title"), known, group)
        except ValueError as error:
            named = next((node for node in variables.items if self.names(node, str(error))), variables)
            self.bad(str(error), top.get("group") if group and str(error).startswith("the group") else named)
            return None
        return Book(codebook, self.headers, self.text(top, "weight"))

    def names(self, node: Node, sentence: str) -> bool:
        """Whether the sentence is about the variable of this node."""
        return isinstance(node, Table) and self.text(node, "name") == sentence.split(" ")[0].rstrip(":")

    def variable(self, one: Node) -> Variable | None:
        node = self.table(one, VARIABLE, ("name", "kind"))
        if node is None:
            return None
        kind, name = self.text(node, "kind"), self.text(node, "name")
        if kind not in list(Kind):
            self.bad(f"{name}: there is no kind `{kind}`", node.get("kind"), kind, tuple(Kind))
            return None
        plain = {key: self.text(node, key) for key in PLAIN if node.get(key) is not None}
        choices, asked = self.choices(node.get("choices"), name), self.asked(node.get("asked_of"))
        if choices is None or asked is None:
            return None
        more = {"question": name, "label": name} | plain
        try:
            variable = Variable(name=name, kind=Kind(kind), choices=choices, asked_of=asked, **more)
        except ValueError as error:
            self.bad(str(error), node)
            return None
        self.columns(node, variable)
        return variable

    def columns(self, node: Table, variable: Variable) -> None:
        """Where its columns stand in the file."""
        one, many = node.get("column"), node.get("columns")
        if one is not None and variable.kind is not Kind.RANK:
            self.headers[variable.name] = self.text(node, "column")
        elif one is not None:
            self.bad(f"{variable.name} has one column for each item: write `columns`", one)
        if many is None:
            return
        if not isinstance(many, Table) or variable.kind not in SPREAD:
            self.bad(f"{variable.name}: `columns` is code: column, for each item of multiple or rank", many)
            return
        for key, value in many.entries:
            if key.text not in map(str, variable.codes) or not isinstance(value, Scalar):
                self.bad(
                    f"{variable.name} has no item {key.text}", key, key.text, tuple(map(str, variable.codes))
                )
            else:
                self.headers[f"{variable.name}__{key.text}"] = value.text

    def choices(self, node: Node | None, name: str) -> tuple[Choice, ...] | None:
        """The choices, or None after noting a problem."""
        if node is None:
            return ()
        if not isinstance(node, Table):
            self.bad(f"{name}: `choices` is code: label", node)
            return None
        found = [self.choice(key, value, name) for key, value in node.entries]
        return None if None in found else tuple(one for one in found if one is not None)

    def choice(self, key: Scalar, value: Node, name: str) -> Choice | None:
        if not WHOLE.fullmatch(key.text):
            self.bad(f"{name}: a code is a whole number", key, key.text)
            return None
        if isinstance(value, Scalar):
            return Choice(int(key.text), value.text)
        table = self.table(value, CHOICE, ("label",))
        if table is None:
            return None
        missing = table.get("missing")
        if missing is not None and not (isinstance(missing, Scalar) and isinstance(missing.value, bool)):
            self.bad(f"{name}: `missing` is true or false", missing)
            return None
        absent = isinstance(missing, Scalar) and missing.value is True
        return Choice(int(key.text), self.text(table, "label"), absent)

    def asked(self, node: Node | None) -> tuple[str, ...] | None:
        if node is None:
            return ()
        if not isinstance(node, Items) or not all(isinstance(one, Scalar) for one in node.items):
            self.bad("`asked_of` is a list of groups", node)
            return None
        return tuple(one.text for one in node.items if isinstance(one, Scalar))

    def table(self, node: Node, known: tuple[str, ...], needed: tuple[str, ...]) -> Table | None:
        """The node as a table with these keys, or None after noting what is wrong."""
        if not isinstance(node, Table):
            self.bad("a table of keys and values is needed", node)
            return None
        before = len(self.problems)
        for key, value in node.entries:
            if key.text not in known:
                self.bad(f"there is no key `{key.text}`", key, key.text, known)
            elif key.text in (
                *PLAIN,
                "name",
                "kind",
                "title",
                "group",
                "weight",
                "column",
            ) and not isinstance(value, Scalar):
                self.bad(f"`{key.text}` is a text", value)
        for name in needed:
            if node.get(name) is None:
                self.bad(f"`{name}` is missing", node)
        return node if len(self.problems) == before else None

    def text(self, node: Table, key: str) -> str:
        value = node.get(key)
        return value.text if isinstance(value, Scalar) and value.value is not None else ""

    def bad(
        self, sentence: str, node: Node | None, found: str | None = None, options: tuple[str, ...] = ()
    ) -> None:
        place: Place | None = node.place if node is not None else None
        self.problems.append(BAD_CODEBOOK(sentence, place=place, found=found, alternatives=options))


def write_book(book: Book) -> str:
    """The text of a codebook file; `read_book` of it gives the same book."""
    codebook = book.codebook
    lines = [f"name: {_quoted(codebook.name)}", f"title: {_quoted(codebook.title)}"]
    if codebook.group:
        lines.append(f"group: {codebook.group}")
    if book.weight:
        lines.append(f"weight: {_quoted(book.weight)}")
    lines.append("variables:" if codebook.variables else "variables: []")
    for variable in codebook.variables:
        lines += _variable(variable, book.headers)
    return "\n".join(lines) + "\n"


def _variable(variable: Variable, headers: Mapping[str, str]) -> list[str]:
    lines = [f"  - name: {variable.name}", f"    kind: {variable.kind}"]
    for key in PLAIN:
        value = getattr(variable, key)
        default = {"question": variable.name, "label": variable.name, "mirror": "own"}.get(key, "")
        if value != default:
            lines.append(f"    {key}: {_quoted(value)}")
    if variable.asked_of:
        lines.append(f"    asked_of: [{', '.join(_quoted(name) for name in variable.asked_of)}]")
    if variable.name in headers:
        lines.append(f"    column: {_quoted(headers[variable.name])}")
    items = [(code, headers.get(f"{variable.name}__{code}")) for code in variable.codes]
    if variable.kind in SPREAD and any(column for _, column in items):
        lines.append("    columns:")
        lines += [f"      {code}: {_quoted(column)}" for code, column in items if column]
    if variable.choices:
        lines.append("    choices:")
        lines += [f"      {_choice(choice)}" for choice in variable.choices]
    return lines


def _choice(choice: Choice) -> str:
    label = _quoted(choice.label)
    return (
        f"{choice.code}: {{label: {label}, missing: true}}" if choice.missing else f"{choice.code}: {label}"
    )


def _quoted(text: str) -> str:
    """A YAML text in double quotes; what cannot be printed is written as its number."""
    return "".join(
        one if one.isprintable() else f"\\U{ord(one):08X}" for one in json.dumps(text, ensure_ascii=False)
    )
