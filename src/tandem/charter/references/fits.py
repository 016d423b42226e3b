"""Does a comparison fit a type? One answer for `where`, traits and measures of events."""

from datetime import date, datetime
from decimal import Decimal
from typing import assert_never

from tandem.charter.definitions.comparisons import Ago, Operator, Test, Value
from tandem.charter.definitions.sources import FieldType

EXPECTED = {
    FieldType.TEXT: "text; in quotes if it looks like a number, a date or true/false",
    FieldType.INTEGER: "a whole number",
    FieldType.NUMBER: "a number",
    FieldType.MONEY: "a number",
    FieldType.BOOLEAN: "true or false",
    FieldType.TIMESTAMP: "a date or time such as 2026-01-31, or 90 days ago",
    FieldType.DATE: "a date such as 2026-01-31, or 90 days ago",
}


def misfit(test: Test, type_: FieldType) -> str | None:
    """What is expected instead, if the operator or a value does not fit the type; None if all fits."""
    allowed = operators_for(type_)
    if test.operator not in allowed:
        return f"for {type_}: {', '.join(allowed)}"
    if test.operator is Operator.KNOWN:
        return None
    if not all(value_fits(value, type_) for value in test.values):
        return EXPECTED[type_]
    if test.operator is Operator.BETWEEN and _backwards(*test.values):
        return "the smaller value first"
    return None


def operators_for(type_: FieldType) -> tuple[Operator, ...]:
    """The operators that mean something for a type."""
    same = (Operator.IS, Operator.IS_NOT, Operator.IN, Operator.NOT_IN)
    match type_:
        case FieldType.TEXT:
            return (*same, Operator.CONTAINS, Operator.STARTS_WITH, Operator.KNOWN)
        case FieldType.BOOLEAN:
            return (Operator.IS, Operator.IS_NOT, Operator.KNOWN)
        case FieldType.TIMESTAMP:
            return (Operator.AFTER, Operator.BEFORE, Operator.BETWEEN, Operator.KNOWN)
        case FieldType.DATE:
            return (*same, Operator.AFTER, Operator.BEFORE, Operator.BETWEEN, Operator.KNOWN)
        case FieldType.INTEGER | FieldType.NUMBER | FieldType.MONEY:
            sizes = (Operator.AT_LEAST, Operator.AT_MOST, Operator.MORE_THAN, Operator.LESS_THAN)
            return (*same, *sizes, Operator.BETWEEN, Operator.KNOWN)
        case _:
            assert_never(type_)


def value_fits(value: Value, type_: FieldType) -> bool:
    """Is the value, as typed in YAML, one of that type?"""
    match type_:
        case FieldType.TEXT:
            return isinstance(value, str)
        case FieldType.BOOLEAN:
            return isinstance(value, bool)
        case FieldType.INTEGER:
            return isinstance(value, int) and not isinstance(value, bool)
        case FieldType.NUMBER | FieldType.MONEY:
            return isinstance(value, int | Decimal) and not isinstance(value, bool)
        case FieldType.TIMESTAMP:
            return isinstance(value, date | Ago)
        case FieldType.DATE:
            return isinstance(value, date | Ago) and not isinstance(value, datetime)
        case _:
            assert_never(type_)


def _backwards(low: Value, high: Value) -> bool:
    match low, high:
        case Ago(), Ago():
            return low.span < high.span
        case datetime(), datetime():
            return low > high
        case date(), date() if not isinstance(low, datetime) and not isinstance(high, datetime):
            return low > high
        case int() | Decimal(), int() | Decimal():
            return low > high
        case _:
            return False


def _written(value: Value) -> str:
    match value:
        case Ago():
            return value.text
        case bool():
            return str(value).lower()
        case str():
            return f'"{value}"'
        case _:
            return str(value)


def written(test: Test) -> str:
    """The test as an author would write it, for `found`."""
    values = [_written(value) for value in test.values]
    if test.operator in (Operator.IN, Operator.NOT_IN, Operator.BETWEEN):
        return f"{test.operator}: [{', '.join(values)}]"
    return f"{test.operator}: {values[0]}"
