"""What a row says of purposes: by a rule for one purpose, or by a convention that purposes.yml maps to several.

Conventions: `categories` (an object of yes and no, as consent tools stamp it on every event), `tcf` (a string of
the IAB framework) and `gpc` (a Global Privacy Control signal). A missing object, string or signal says nothing; it
is never a yes. What cannot be read is unreadable, and that is a no.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlglot import exp

from tandem.charter.definitions import ConsentSpec, Purpose

GRANTED, DENIED, UNREADABLE = "granted", "denied", "unreadable"
ON, OFF = ("true", "1"), ("false", "0")
WORDINGS = {"tcf": "IAB TCF string", "gpc": "Global Privacy Control signal"}
"""What stands as the wording where the rule names none: it tells what the statement was read from."""


@dataclass(frozen=True)
class Saying:
    """What rows say of one purpose by one rule; `mapped` is the purpose of a convention, with what stands for it."""

    rule: int
    spec: ConsentSpec
    purpose: str
    mapped: Purpose | None = None

    @property
    def name(self) -> str:
        """Part of the key of its statements."""
        return f"{self.purpose}/{self.rule}"

    @property
    def wording(self) -> str | None:
        """The wording of the rule, or what the convention is called."""
        return self.spec.wording or WORDINGS.get(self.spec.convention or "")


def sayings(specs: Iterable[ConsentSpec], purposes: Iterable[Purpose]) -> tuple[Saying, ...]:
    """All that a source's rules say, one for each rule and purpose."""
    return tuple(_sayings(specs, tuple(purposes)))


def _sayings(specs: Iterable[ConsentSpec], purposes: tuple[Purpose, ...]) -> Iterator[Saying]:
    for number, spec in enumerate(specs):
        if spec.convention is not None:
            of = (one for one in purposes if getattr(one, spec.convention))
            yield from (Saying(number, spec, one.purpose, one) for one in of)
        elif spec.purpose is not None:
            yield Saying(number, spec, spec.purpose)


def by_categories(whole: exp.Expr, parts: Sequence[exp.Expr]) -> exp.Expr:
    """Of an object and the texts at a purpose's categories: granted if all are true.

    A category that the object does not name is a no, as consent tools mean it. An object that is none is unreadable.
    """
    no = exp.or_(*(exp.or_(part.copy().is_(exp.null()), _among(part, OFF[:1])) for part in parts))
    yes = exp.and_(*(_among(part, ON[:1]) for part in parts))
    return (
        exp.Case()
        .when(whole.copy().is_(exp.null()), exp.null())
        .when(exp.not_(exp.Like(this=whole.copy(), expression=exp.Literal.string("{%"))), _word(UNREADABLE))
        .when(no, _word(DENIED))
        .when(yes, _word(GRANTED))
        .else_(_word(UNREADABLE))
    )


def by_signal(text: exp.Expr) -> exp.Expr:
    """Of the text of a signal: denied if it was on; nothing if it was off or is not there."""
    return (
        exp.Case()
        .when(text.is_(exp.null()), exp.null())
        .when(_among(text, OFF), exp.null())
        .when(_among(text, ON), _word(DENIED))
        .else_(_word(UNREADABLE))
    )


def _among(text: exp.Expr, words: tuple[str, ...]) -> exp.Expr:
    return exp.Lower(this=text.copy()).isin(*(exp.Literal.string(word) for word in words))


def _word(state: str) -> exp.Expr:
    return exp.Literal.string(state)
