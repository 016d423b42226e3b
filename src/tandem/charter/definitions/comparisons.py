"""Comparing a value: the closed set of operators, and what may stand behind each."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from tandem.charter.definitions.base import Definition


class Operator(StrEnum):
    """How a value is compared. An unknown value (NULL) fulfils none of them except KNOWN false."""

    IS = "is"
    IS_NOT = "is_not"
    IN = "in"
    NOT_IN = "not_in"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    MORE_THAN = "more_than"
    LESS_THAN = "less_than"
    BETWEEN = "between"
    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    KNOWN = "known"
    AFTER = "after"
    BEFORE = "before"


@dataclass(frozen=True)
class Ago:
    """An instant relative to now: `90 days ago` is now - span."""

    span: timedelta
    text: str = ""


Value = str | int | Decimal | bool | date | datetime | Ago
"""A value as typed in YAML. Text in quotes stays text; 1.5 is a Decimal; instants are naive UTC."""


@dataclass(frozen=True, kw_only=True)
class Test(Definition):
    """One operator and its values: one, except IN and NOT_IN (one or more) and BETWEEN (two, both included).

    KNOWN has one bool. `at("value")` is the place of the value.
    """

    __test__ = False

    operator: Operator
    values: tuple[Value, ...]

    @property
    def value(self) -> Value:
        """The first (mostly only) value."""
        return self.values[0]


@dataclass(frozen=True, kw_only=True)
class Comparison(Test):
    """A field of an event or record, compared. `at("field")` is the place of its name."""

    __test__ = False

    field: str
