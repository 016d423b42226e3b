"""audiences/NAME.yml: a set of people by definition. These are names, arguments and places only."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Union

from tandem.charter.definitions.base import Definition, Key, Name
from tandem.charter.definitions.comparisons import Comparison, Operator, Test


@dataclass(frozen=True, kw_only=True)
class All(Definition):
    """Everybody who fulfils every condition. At least one."""

    conditions: tuple["Condition", ...]


@dataclass(frozen=True, kw_only=True)
class Any(Definition):
    """Everybody who fulfils at least one condition. At least one."""

    conditions: tuple["Condition", ...]


@dataclass(frozen=True, kw_only=True)
class Not(Definition):
    """Everybody who does not fulfil the condition."""

    condition: "Condition"


@dataclass(frozen=True, kw_only=True)
class TraitCondition(Test):
    """A trait compared. `at("trait")` is the place of its name."""

    trait: str


class DidMeasure(StrEnum):
    """What of the events is compared."""

    COUNT = "count"
    SUM = "sum"
    FIRST = "first"
    LAST = "last"


@dataclass(frozen=True, kw_only=True)
class DidCondition(Definition):
    """Events of one kind in [now - within, now) that fulfil `where`: number, sum, first or last time.

    `test` compares the measure; `of` is the summed field (SUM only). `did` alone is count at least 1.
    `at("did")` is the place of the event's name, `at("of")` that of the summed field.
    """

    event: str
    measure: DidMeasure = DidMeasure.COUNT
    of: str | None = None
    test: Test = field(default_factory=lambda: Test(operator=Operator.AT_LEAST, values=(1,)))
    within: timedelta | None = None
    where: tuple[Comparison, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AudienceCondition(Definition):
    """In another audience. `at("audience")` is the place of its name."""

    audience: str


@dataclass(frozen=True, kw_only=True)
class SqlCondition(Definition):
    """In the answer of a SELECT that gives `person_id`. `at("sql")` is the place of the text.

    `at("body")` is where its first line begins, if the lines of the text are those of the file.
    """

    sql: str


Condition = Union[  # noqa: UP007 - recursive
    All, Any, Not, TraitCondition, DidCondition, AudienceCondition, SqlCondition
]


@dataclass(frozen=True, kw_only=True)
class Audience(Definition):
    """A named set of people."""

    audience: Annotated[Name, Key("Name of the audience.")]
    title: Annotated[str, Key("What it is, as people read it.")] = ""
    description: Annotated[str, Key("Why it is so.")] = ""
    who: Annotated[Condition, Key("A condition: all, any, not, trait, did, audience or sql.")]


def walk(condition: Condition) -> Iterator[Condition]:
    """The condition and all conditions under it, outermost first."""
    yield condition
    match condition:
        case All(conditions=inner) | Any(conditions=inner):
            for one in inner:
                yield from walk(one)
        case Not(condition=one):
            yield from walk(one)
        case _:
            return
