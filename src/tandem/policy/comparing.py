"""Comparing a value, as SQL on both engines: what audiences, traits and row rules mean by `is`, `after`, …"""

from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlglot import exp

from tandem.charter.definitions import Ago, Operator, Test, Value
from tandem.engine import functions as f
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
