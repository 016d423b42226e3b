"""The trait operators as aggregates over one scan, the same on both engines."""

from datetime import datetime
from typing import assert_never

from sqlglot import exp

from tandem.audience.scan import Build, Scan, counted, picked, summed
from tandem.charter.definitions import Trait, TraitOperator
from tandem.engine import functions as f
from tandem.kernel.values import Type


def aggregate(trait: Trait, type_: Type | None, key: str, scan: Scan) -> Build:
    """The aggregate of a trait. `type_` is that of its field, `key` orders rows of one instant.

    latest and first take the value of the newest and oldest row that has one. average is a double, also of
    money: the exact sum over the number of values. days_since counts full periods of 24 hours up to now.
    """
    value = scan.field(trait.field or "event_at")
    match trait.operator:
        case TraitOperator.COUNT:
            return counted
        case TraitOperator.SUM:
            return summed(value, type_ or Type.NUMBER)
        case TraitOperator.AVERAGE:
            return _average(value, type_ or Type.NUMBER)
        case TraitOperator.MIN:
            return lambda condition: exp.Min(this=picked(value, condition))
        case TraitOperator.MAX:
            return lambda condition: exp.Max(this=picked(value, condition))
        case TraitOperator.LATEST:
            return _at_the_end(exp.ArgMax, value, scan, key)
        case TraitOperator.FIRST:
            return _at_the_end(exp.ArgMin, value, scan, key)
        case TraitOperator.DAYS_SINCE:
            return _days_since(value, scan.now)
        case TraitOperator.MOST_FREQUENT:
            raise ValueError("most_frequent counts values first; see `profile`")
        case TraitOperator.SQL:
            raise ValueError("a statement is no aggregate; see `statements`")
        case _:
            assert_never(trait.operator)


def _average(value: exp.Expr, type_: Type) -> Build:
    total = summed(value, type_)

    def build(condition: exp.Expr | None) -> exp.Expr:
        number = exp.Nullif(this=exp.Count(this=picked(value, condition)), expression=exp.Literal.number(0))
        return exp.Div(this=exp.cast(total(condition), "double"), expression=exp.cast(number, "double"))

    return build


def _at_the_end(
    function: type[exp.ArgMax] | type[exp.ArgMin], value: exp.Expr, scan: Scan, key: str
) -> Build:
    order = f.row_order(scan.field("event_at"), scan.field(key))

    def build(condition: exp.Expr | None) -> exp.Expr:
        known = value.is_(exp.null()).not_()
        where = known if condition is None else exp.and_(condition, known)
        return exp.Filter(
            this=function(this=value.copy(), expression=order.copy()), expression=exp.Where(this=where)
        )

    return build


def _days_since(at: exp.Expr, now: datetime) -> Build:
    return lambda condition: f.whole_days(exp.Max(this=picked(at, condition)), f.instant(now))
