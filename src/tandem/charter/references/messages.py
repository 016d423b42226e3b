"""Message templates: can they be read, and is every variable a trait. Templates are parsed, never run."""

import re
from collections.abc import Iterator

from jinja2 import TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment

from tandem.charter.definitions.campaigns import PREFERENCES_URL, Message
from tandem.charter.problems import NO_ADDRESS, TEMPLATE, TEMPLATE_VARIABLE
from tandem.charter.references.scope import Scope
from tandem.kernel import Place, Problem

PARTS = ("subject", "text", "html")
# What a message may be made of. The rest is refused by name: whatever repeats or multiplies can take all memory from
# ten characters, and a name behind a dot leads out of the values that a message is given.
ALLOWED: tuple[type[nodes.Node], ...] = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.If, nodes.CondExpr),
    *(nodes.Filter, nodes.Test, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not),
    *(nodes.Add, nodes.Sub, nodes.Div, nodes.Neg, nodes.Pos, nodes.Concat, nodes.Keyword),
)
FILTERS = (
    *("abs", "capitalize", "d", "default", "e", "escape", "first", "float", "int", "last", "length", "lower"),
    *("round", "striptags", "title", "trim", "truncate", "upper", "urlencode", "wordcount"),
)
LARGEST = 999
ENVIRONMENT = SandboxedEnvironment()


def message_problems(message: Message, scope: Scope) -> Iterator[Problem]:
    """Problems of every part of a message, with the line and column in the charter file."""
    for part in PARTS:
        text = getattr(message, part)
        if text is not None:
            yield from _part(text, message.at(part), scope)


def _part(text: str, place: Place, scope: Scope) -> Iterator[Problem]:
    raw = scope.charter.files.get(place.file, "").splitlines()
    try:
        tree = ENVIRONMENT.parse(text)
    except TemplateSyntaxError as error:
        yield TEMPLATE(f"the template cannot be read: {error.message}", place=_line(place, error.lineno, raw))
        return
    except RecursionError:
        yield TEMPLATE("the template is nested too deep", place=place)
        return
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, ALLOWED):
            sentence = f"`{type(node).__name__.lower()}` is not for messages"
            expected = "variables, filters, tests and if"
            yield TEMPLATE(sentence, place=_line(place, node.lineno or 1, raw), expected=expected)
    yield from _unknown_calls(tree, place, raw)
    for name in _variables(tree):
        if name == PREFERENCES_URL:
            if scope.charter.project.workspace is None:
                sentence = f"`{name}` has no address to lead to"
                yield NO_ADDRESS(sentence, place=_word(place, name, raw), found=name)
        elif name not in scope.view.traits:
            sentence, options = f"`{name}` is no trait", tuple(scope.view.traits)
            yield TEMPLATE_VARIABLE(sentence, place=_word(place, name, raw), found=name, alternatives=options)


def _unknown_calls(tree: nodes.Template, place: Place, raw: list[str]) -> Iterator[Problem]:
    for node in tree.find_all((nodes.Filter, nodes.Test)):
        filtering = isinstance(node, nodes.Filter)
        known = FILTERS if filtering else tuple(ENVIRONMENT.tests)
        name = getattr(node, "name", "")
        if name not in known:
            sentence = f"unknown {type(node).__name__.lower()} `{name}`"
            yield TEMPLATE(sentence, place=_word(place, name, raw), found=name, alternatives=known)
        elif filtering and any(
            isinstance(one.value, int | float) and abs(one.value) > LARGEST
            for one in node.find_all(nodes.Const)
        ):
            sentence = f"a number in `{name}` is too large for a message"
            expected = f"at most {LARGEST}"
            yield TEMPLATE(sentence, place=_line(place, node.lineno or 1, raw), expected=expected)


def _variables(tree: nodes.Template) -> list[str]:
    """Names that the template reads and does not set itself, each once."""
    names = list(tree.find_all(nodes.Name))
    own = {node.name for node in names if node.ctx != "load"} | {"loop"} | set(ENVIRONMENT.globals)
    return list(dict.fromkeys(node.name for node in names if node.ctx == "load" and node.name not in own))


def _line(place: Place, number: int, raw: list[str]) -> Place:
    """Where line `number` of the text is in the file: a block (| or >) starts on the line after its mark."""
    if place.line is None or place.line > len(raw):
        return place
    block = raw[place.line - 1][(place.column or 1) - 1 :].startswith(("|", ">"))
    return place if number == 1 and not block else Place(place.file, place.line + number - (not block))


def _word(place: Place, word: str, raw: list[str]) -> Place:
    """The first place at or after `place` where the word stands in the file."""
    if place.line is None:
        return place
    for number, line in enumerate(raw[place.line - 1 :], start=place.line):
        start = (place.column or 1) - 1 if number == place.line else 0
        found = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)").search(line, start)
        if found:
            return Place(place.file, number, found.start() + 1)
    return place
