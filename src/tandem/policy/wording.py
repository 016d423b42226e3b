"""Comparisons in English, as audiences and row rules are told in sentences."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import assert_never

from tandem.charter.definitions import Ago, Operator, Test, Value
from tandem.engine import Column
from tandem.kernel import numbers


def said(test: Test, column: Column | None = None) -> str:
    """The test as words after a subject: "is at least 300 GBP", "is Leeds or York", "is not known"."""
    unit = f" {column.unit}" if column is not None and column.unit else ""
    one, *_ = words = [_word(value) for value in test.values]
    match test.operator:
        case Operator.IS:
            return f"is {one}{unit}"
        case Operator.IS_NOT:
            return f"is not {one}{unit}"
        case Operator.IN:
            return f"is {listed(words, 'or')}{unit}"
        case Operator.NOT_IN:
            return f"is {'neither ' if len(words) > 1 else 'not '}{listed(words, 'nor')}{unit}"
        case Operator.AT_LEAST | Operator.AT_MOST | Operator.MORE_THAN | Operator.LESS_THAN:
            return f"is {test.operator.replace('_', ' ')} {one}{unit}"
        case Operator.BETWEEN:
            return f"is between {one} and {words[-1]}{unit}"
        case Operator.CONTAINS:
            return f"contains {one}"
        case Operator.STARTS_WITH:
            return f"starts with {one}"
        case Operator.KNOWN:
            return "is known" if test.value else "is not known"
        case Operator.AFTER:
            return f"is {_less(test.value, 'less than', 'after')} {one}"
        case Operator.BEFORE:
            return f"is {_less(test.value, 'more than', 'before')} {one}"
        case _:
            assert_never(test.operator)


def _less(value: Value, ago: str, moment: str) -> str:
    return ago if isinstance(value, Ago) else moment


def listed(words: Sequence[str], last: str) -> str:
    """'a', 'a or b', 'a, b or c'; "nothing" without any."""
    if not words:
        return "nothing"
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


def _word(value: Value) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case Ago():
            return f"{numbers.span(value.span)} ago"
        case datetime():
            midnight = value.time() == datetime.min.time()
            return day_word(value.date()) if midnight else numbers.moment(value)
        case date():
            return day_word(value)
        case int():
            return numbers.count(value)
        case Decimal():
            return f"{value:,f}"
        case str():
            return value if value.replace("_", "").replace("-", "").isalnum() else f"“{value}”"


def day_word(day: date) -> str:
    """'1 January 2025'."""
    return f"{day.day} {day:%B %Y}"
