"""Comparing a value: as SQL on both engines, and in English."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import assert_never

from sqlglot import exp

from tandem.charter.definitions import Ago, Operator, Test, Value
from tandem.engine import Column
from tandem.engine import functions as f
from tandem.kernel import numbers
from tandem.kernel.values import Type

DAY = timedelta(days=1)
UP_TO_A_DAY = (Operator.AFTER, Operator.BETWEEN)
WITH_ONE_VALUE: dict[Operator, type[exp.Binary] | type[exp.Func]] = {
    Operator.IS: exp.EQ,
    Operator.IS_NOT: exp.NEQ,
    Operator.AT_LEAST: exp.GTE,
    Operator.AT_MOST: exp.LTE,
    Operator.MORE_THAN: exp.GT,
    Operator.LESS_THAN: exp.LT,
    Operator.AFTER: exp.GT,
    Operator.BEFORE: exp.LT,
    Operator.CONTAINS: exp.Contains,
    Operator.STARTS_WITH: exp.StartsWith,
}
PLACES, LARGEST = 4, Decimal(10) ** 14


def compare(subject: exp.Expr, type_: Type, test: Test, now: datetime) -> exp.Expr:
    """The test as a SQL condition; NULL where the subject is NULL, except for `known`.

    A date without a time means the whole day: `after: 2025-01-01` begins on 2 January, `between` takes in its
    last day. An instant means itself, and `after` and `before` do not include it. Text is compared exactly,
    capital letters included.
    """
    values = [_plain(value, type_, now) for value in test.values]
    literals = [_literal(value, type_) for value in values]
    if type_ is Type.TIMESTAMP and _is_day(values[-1]) and test.operator in UP_TO_A_DAY:
        return _with_whole_day(subject, test.operator, literals[0], _next_day(values[-1]))
    match test.operator:
        case Operator.IN:
            return exp.In(this=subject, expressions=literals)
        case Operator.NOT_IN:
            return exp.In(this=subject, expressions=literals).not_()
        case Operator.BETWEEN:
            return exp.Between(this=subject, low=literals[0], high=literals[1])
        case Operator.KNOWN:
            unknown = subject.is_(exp.null())
            return unknown.not_() if test.value else unknown
        case _:
            return WITH_ONE_VALUE[test.operator](this=subject, expression=literals[0])


def _with_whole_day(subject: exp.Expr, operator: Operator, low: exp.Expr, next_day: exp.Expr) -> exp.Expr:
    if operator is Operator.AFTER:
        return exp.GTE(this=subject, expression=next_day)
    end = exp.LT(this=subject.copy(), expression=next_day)
    return exp.and_(exp.GTE(this=subject, expression=low), end)


def certain(condition: exp.Expr) -> exp.Expr:
    """The condition with "not known" counted as not fulfilled, so that `not` means everybody else."""
    return exp.func("COALESCE", condition, exp.false())


def _plain(value: Value, type_: Type, now: datetime) -> str | int | Decimal | bool | date | datetime:
    """The value with `… ago` worked out; a date column is compared with days."""
    if not isinstance(value, Ago):
        return value
    moment = now - value.span
    return moment.date() if type_ is Type.DATE else moment


def _is_day(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _next_day(value: object) -> exp.Expr:
    assert isinstance(value, date)
    return f.instant(datetime(value.year, value.month, value.day) + DAY)


def _literal(value: str | int | Decimal | bool | date | datetime, type_: Type) -> exp.Expr:
    if type_ is Type.NUMBER and not isinstance(value, bool):
        return f.cast(f.value(value), type_)
    if type_ is Type.MONEY and isinstance(value, int | Decimal):
        return _money(Decimal(value))
    if type_ is Type.TIMESTAMP and isinstance(value, date) and not isinstance(value, datetime):
        return f.instant(datetime(value.year, value.month, value.day))
    return f.value(value)


def _money(value: Decimal) -> exp.Expr:
    """In the column's own type where it fits, so that rows are compared as 64-bit integers."""
    fits = abs(value) < LARGEST and int(value.as_tuple().exponent) >= -PLACES
    return f.cast(exp.Literal.string(f"{value:f}"), Type.MONEY) if fits else f.value(value)


# -- in English ----------------------------------------------------------------------------------------


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
            return f"is {_listed(words, 'or')}{unit}"
        case Operator.NOT_IN:
            return f"is {'neither ' if len(words) > 1 else 'not '}{_listed(words, 'nor')}{unit}"
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


def _listed(words: list[str], last: str) -> str:
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
