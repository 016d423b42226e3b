"""Messages from templates: Jinja in a sandbox, traits as variables, and nothing printed that is not known.

A trait that is not known for a person is false in a test, so `{{ first_name or 'there' }}` works. Printing it
bare is refused for that person: nobody gets a letter to "Dear None".
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NoReturn

from jinja2 import Template, TemplateSyntaxError, Undefined, UndefinedError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from tandem.charter.definitions import Message
from tandem.deliver.problems import BAD_TEMPLATE, UNKNOWN_VARIABLE
from tandem.kernel import Problem, Problems

CENTS = Decimal("0.01")


@dataclass(frozen=True)
class Letter:
    """A message to one person, filled in. The subject is one line."""

    subject: str
    text: str
    html: str | None = None


@dataclass(frozen=True)
class Unwritten:
    """Why the message could not be filled in for a person: a reason code and a sentence without data."""

    reason: str
    sentence: str


class NotKnown(Undefined):
    """A trait that is not known: false, equal to nothing, and an error where it would be printed."""

    def _printed(self, *_: object) -> NoReturn:
        self._fail_with_undefined_error()

    __str__ = __html__ = __format__ = __iter__ = _printed


@dataclass(frozen=True)
class Writer:
    """The compiled templates of one campaign and the traits that they read."""

    subject: Template
    text: Template
    html: Template | None
    variables: tuple[str, ...]

    def write(self, traits: Mapping[str, object]) -> Letter | Unwritten:
        """The message for one person from a row that has a value or None for each of `variables`."""
        values = {name: _printable(name, traits.get(name)) for name in self.variables}
        try:
            return Letter(
                subject=" ".join(self.subject.render(values).split()),
                text=self.text.render(values),
                html=self.html.render(values) if self.html is not None else None,
            )
        except UndefinedError:
            return Unwritten("message_gap", _gap(values))
        except Exception as error:  # noqa: BLE001 - a template can raise whatever it computes
            return Unwritten(
                "message_broken",
                f"The message could not be filled in for this person ({type(error).__name__}).",
            )


def check_message(message: Message, traits: Collection[str]) -> list[Problem]:
    """All problems of a message: syntax, and names that are no traits."""
    found: list[Problem] = []
    for part, source in _parts(message):
        try:
            names = _variables(source)
        except TemplateSyntaxError as error:
            sentence = (
                f"the {part} of the message is not a template: {error.message} (its line {error.lineno})"
            )
            found.append(BAD_TEMPLATE(sentence, place=message.at(part)))
            continue
        found.extend(
            UNKNOWN_VARIABLE(
                f"the {part} of the message names `{name}`, which is not a trait",
                place=message.at(part),
                found=name,
                alternatives=tuple(traits),
            )
            for name in sorted(names - set(traits))
        )
    return found


def writer(message: Message, traits: Collection[str]) -> Writer:
    """The message ready to be filled in. Raises Problems with all that is wrong with it."""
    problems = check_message(message, traits)
    if problems:
        raise Problems(problems)
    names = {name for _, source in _parts(message) for name in _variables(source)}
    return Writer(
        subject=_PLAIN.from_string(message.subject),
        text=_PLAIN.from_string(message.text),
        html=_HTML.from_string(message.html) if message.html is not None else None,
        variables=tuple(sorted(names)),
    )


def _environment(*, html: bool) -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(autoescape=html, undefined=NotKnown, keep_trailing_newline=True)


_PLAIN, _HTML = _environment(html=False), _environment(html=True)


def _parts(message: Message) -> Iterable[tuple[str, str]]:
    parts = (("subject", message.subject), ("text", message.text), ("html", message.html))
    return [(name, source) for name, source in parts if source is not None]


def _variables(source: str) -> set[str]:
    return meta.find_undeclared_variables(_PLAIN.parse(source)) - set(_PLAIN.globals)


def _printable(name: str, value: object) -> object:
    match value:
        case None:
            return NotKnown(name=name)
        case Decimal():
            return value.quantize(CENTS)
        case datetime():
            return value.replace(microsecond=0)
        case _:
            return value


def _gap(values: Mapping[str, object]) -> str:
    names = ", ".join(f"`{name}`" for name, value in values.items() if isinstance(value, NotKnown))
    return (
        f"The message prints a trait that is not known for this person ({names}). "
        "Write `{{ trait or 'something' }}` to say what to print then."
    )
