"""Did an event: how often, how much, when first, when last."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import assert_never

from sqlglot import exp

from tandem.audience.comparing import certain, compare, said
from tandem.audience.node import Node
from tandem.audience.reading import Reading
from tandem.audience.scan import Build, Scan, counted, picked, summed
from tandem.audience.words import Noun, subject
from tandem.charter.catalog import NUMBERS
from tandem.charter.definitions import Comparison, DidCondition, DidMeasure, Operator, Test
from tandem.charter.definitions.sources import FieldType
from tandem.charter.problems import AUDIENCE_COMPARISON, AUDIENCE_SUM, UNKNOWN_EVENT, UNKNOWN_EVENT_FIELD
from tandem.charter.references.fits import misfit, written
from tandem.engine import Catalogue, Column
from tandem.engine import functions as f
from tandem.kernel import Problem, numbers
from tandem.kernel.values import FieldRef, Type


@dataclass(frozen=True)
class DidEvent(Node):
    """Events of one kind in [now - within, now) that fulfil `where`: their number, sum, first or last time.

    The number is 0 for people without such events; a sum or a time is unknown for them and fulfils nothing.
    """

    condition: DidCondition
    columns: Mapping[str, Column] | None
    events: tuple[str, ...]
    title: str = ""

    @property
    def table(self) -> str:
        """The event's table."""
        return f"event_{self.condition.event}"

    def sentence(self) -> str:
        it = self.condition
        noun = Noun(self.title, it.event)
        tail = f"{_in_the_last(it.within)}{self._where_said()}"
        match it.measure:
            case DidMeasure.COUNT:
                return f"{noun.counted(it.test)}{tail}"
            case DidMeasure.SUM:
                told = said(it.test, (self.columns or {}).get(str(it.of))).removeprefix("is ")
                return f"whose {subject('', str(it.of))} over {noun.all()}{tail} adds up to {told}"
            case DidMeasure.FIRST | DidMeasure.LAST:
                told = said(it.test).removeprefix("is ")
                return f"{noun.timed(it.measure)} {told}{tail}"
            case _:
                assert_never(it.measure)

    def _where_said(self) -> str:
        told = [
            f"{subject('', one.field)} {said(one, (self.columns or {}).get(one.field))}"
            for one in self.condition.where
        ]
        return f" where {' and '.join(told)}" if told else ""

    def footprint(self) -> frozenset[FieldRef]:
        it = self.condition
        names = ["event_at", *(one.field for one in it.where), *([it.of] if it.of else [])]
        return frozenset(FieldRef(self.table, name) for name in names)

    def check(self, catalogue: Catalogue) -> list[Problem]:
        it = self.condition
        if self.columns is None:
            sentence, place = f"unknown event `{it.event}`", it.at("did")
            return [UNKNOWN_EVENT(sentence, place=place, found=it.event, alternatives=self.events)]
        found = [problem for one in it.where for problem in self._where(one, self.columns)]
        if it.of is not None:
            found += self._summed(it.of, self.columns)
        expected = misfit(it.test, FieldType(_measured(it.measure)))
        if it.test.operator is Operator.KNOWN:
            expected = "a comparison; that it happened at all is `did` alone, that it did not is `not`"
        if expected is not None:
            sentence, place = f"the comparison does not fit `{it.measure}`", it.test.at("value")
            told = written(it.test)
            found.append(AUDIENCE_COMPARISON(sentence, place=place, found=told, expected=expected))
        return found

    def _summed(self, of: str, columns: Mapping[str, Column]) -> list[Problem]:
        it = self.condition
        if of not in columns:
            sentence, place = f"`{it.event}` has no field `{of}`", it.at("of")
            return [UNKNOWN_EVENT_FIELD(sentence, place=place, found=of, alternatives=tuple(columns))]
        if columns[of].type.value not in NUMBERS:
            sentence, found = f"`{it.event}.{of}` is {columns[of].type}", str(columns[of].type)
            expected = ", ".join(NUMBERS)
            return [AUDIENCE_SUM(sentence, place=it.at("of"), found=found, expected=expected)]
        return []

    def _where(self, one: Comparison, columns: Mapping[str, Column]) -> list[Problem]:
        if one.field not in columns:
            sentence, place = f"`{self.condition.event}` has no field `{one.field}`", one.at("field")
            options = tuple(columns)
            return [UNKNOWN_EVENT_FIELD(sentence, place=place, found=one.field, alternatives=options)]
        type_ = columns[one.field].type
        expected = misfit(one, FieldType(type_))
        if expected is None:
            return []
        sentence, place = f"the comparison does not fit `{one.field}`, which is {type_}", one.at("value")
        return [AUDIENCE_COMPARISON(sentence, place=place, found=written(one), expected=expected)]

    def needs(self) -> frozenset[str]:
        return frozenset() if self._holds_for_none() else frozenset({self.table})

    def _holds_for_none(self) -> bool:
        """Does somebody without any such event fulfil it? Only a number can be compared with 0."""
        return self.condition.measure is DidMeasure.COUNT and fulfils_zero(self.condition.test)

    def lower(self, reading: Reading) -> exp.Expr:
        it = self.condition
        assert self.columns is not None, "bind refuses an unknown event"
        scan = reading.scan(self.table)
        start = reading.now - it.within if it.within else None
        type_ = self.columns[it.of].type if it.of else _measured(it.measure)
        name, build = _aggregate(it, scan, type_)
        value: exp.Expr = scan.add(name, build, start, where_of(it.where, self.columns, scan, reading.now))
        if self._holds_for_none():
            return compare(exp.func("COALESCE", value, f.value(0)), type_, it.test, reading.now)
        return certain(compare(value, type_, it.test, reading.now))


def where_of(
    conditions: tuple[Comparison, ...], columns: Mapping[str, Column], scan: Scan, now: datetime
) -> exp.Expr | None:
    """All of the comparisons of fields of the scanned table, or None without any."""
    if not conditions:
        return None
    return exp.and_(
        *(compare(scan.field(one.field), columns[one.field].type, one, now) for one in conditions)
    )


def fulfils_zero(test: Test) -> bool:
    """Does the number 0 fulfil the test?"""
    numbers_ = [value for value in test.values if isinstance(value, int | Decimal)]
    low, high = numbers_[0], numbers_[-1]
    match test.operator:
        case Operator.IS | Operator.IN:
            return 0 in numbers_
        case Operator.IS_NOT | Operator.NOT_IN:
            return 0 not in numbers_
        case Operator.AT_LEAST:
            return low <= 0
        case Operator.MORE_THAN:
            return low < 0
        case Operator.AT_MOST:
            return high >= 0
        case Operator.LESS_THAN:
            return high > 0
        case Operator.BETWEEN:
            return low <= 0 <= high
        case _:
            return False


def _aggregate(it: DidCondition, scan: Scan, type_: Type) -> tuple[str, Build]:
    at = scan.field("event_at")
    match it.measure:
        case DidMeasure.COUNT:
            return "times", counted
        case DidMeasure.SUM:
            return f"sum_of_{it.of}", summed(scan.field(str(it.of)), type_)
        case DidMeasure.FIRST:
            return "first_at", lambda condition: exp.Min(this=picked(at, condition))
        case DidMeasure.LAST:
            return "last_at", lambda condition: exp.Max(this=picked(at, condition))
        case _:
            assert_never(it.measure)


def _measured(measure: DidMeasure) -> Type:
    match measure:
        case DidMeasure.COUNT:
            return Type.INTEGER
        case DidMeasure.SUM:
            return Type.NUMBER
        case DidMeasure.FIRST | DidMeasure.LAST:
            return Type.TIMESTAMP
        case _:
            assert_never(measure)


def _in_the_last(within: timedelta | None) -> str:
    return f" in the last {numbers.span(within)}" if within else ""
