"""A definition → the keys and values that a person would write for it: the loader read backwards.

Values are text, whole numbers, Decimals, true and false, dates, instants (naive UTC), lists and dicts. Keys
stand in the definition's order. What has its default is left out, so every definition has one plain form.
"""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Union

from tandem.charter.binding import Slot, slots
from tandem.charter.definitions.audiences import (
    All,
    Any,
    AudienceCondition,
    DidCondition,
    DidMeasure,
    Not,
    SqlCondition,
    TraitCondition,
)
from tandem.charter.definitions.base import Definition, Rule
from tandem.charter.definitions.comparisons import Ago, Comparison, Operator, Test, Value
from tandem.charter.definitions.policies import RowRule
from tandem.charter.definitions.sources import When
from tandem.charter.definitions.traits import Trait

Plain = Union[  # noqa: UP007 - recursive
    str, int, bool, Decimal, date, datetime, None, Sequence["Plain"], Mapping[str, "Plain"]
]
LISTED = (Operator.IN, Operator.NOT_IN, Operator.BETWEEN)
UNITS = (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1)))


def plain(definition: Definition) -> dict[str, Plain]:
    """What stands in the file for a definition. Loading it again gives an equal definition."""
    match definition:
        case All(conditions=conditions):
            return {"all": [plain(one) for one in conditions]}
        case Any(conditions=conditions):
            return {"any": [plain(one) for one in conditions]}
        case Not(condition=one):
            return {"not": plain(one)}
        case TraitCondition(trait=name):
            return {"trait": name, **_test(definition)}
        case AudienceCondition(audience=name):
            return {"audience": name}
        case SqlCondition(sql=text):
            return {"sql": _sql(text)}
        case DidCondition():
            return {"did": definition.event, **_measure(definition), **_window(definition)}
        case RowRule():
            return {"trait" if definition.trait else "field": definition.subject, **_test(definition)}
        case Comparison(field=name):
            return {"field": name, **_test(definition)}
        case Trait():
            return _trait(definition)
        case When(tests=tests):
            return {one.path: one.values[0] if len(one.values) == 1 else list(one.values) for one in tests}
        case _:
            return _keyed(definition)


def span_text(length: timedelta) -> str:
    """`14 days`, `1 hour`: in the largest unit up to days that it is a whole number of, at least seconds."""
    for unit, size in (*UNITS, ("second", timedelta(seconds=1))):
        number, rest = divmod(length, size)
        if not rest:
            return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
    raise ValueError(f"a span of a fraction of a second cannot be written: {length!r}")


def share_text(share: Decimal) -> str | Decimal:
    """`25%`, or the number itself where a percentage would need more than six decimal places."""
    percent = f"{share * 100:f}"
    percent = percent.rstrip("0").rstrip(".") if "." in percent else percent
    whole, _, rest = percent.partition(".")
    fits = share >= 0 and len(whole) <= 6 and len(rest) <= 6
    return f"{percent}%" if fits and Decimal(percent) / 100 == share else share


def _keyed(definition: Definition, without: str | None = None) -> dict[str, Plain]:
    """Key by key, as the class declares them; `without` is the attribute that the key above already says."""
    defaults = {one.name: _default(one) for one in fields(definition)}
    found: dict[str, Plain] = {}
    for slot in slots(type(definition)):
        value = getattr(definition, slot.attribute)
        if slot.attribute != without and (slot.required or value != defaults[slot.attribute]):
            found[slot.word] = _value(slot, value)
    return found


def _default(one: "Field[object]") -> object:
    if one.default_factory is not MISSING:
        return one.default_factory()
    return one.default


def _value(slot: Slot, value: object) -> Plain:
    match value:
        case Definition():
            return plain(value)
        case tuple() if slot.key and slot.key.named_by:
            named_by = slot.key.named_by
            return {str(getattr(one, named_by)): _keyed(one, named_by) for one in value}
        case tuple():
            return [_value(slot, one) for one in value]
        case Mapping():
            return {str(key): _value(slot, one) for key, one in value.items()}
        case StrEnum():
            return str(value)
        case timedelta():
            return span_text(value)
        case datetime() if value == datetime(value.year, value.month, value.day):
            return value.date()
        case Decimal() if slot.rule is Rule.SHARE:
            return share_text(value)
        case Decimal() if value == value.to_integral_value() and abs(value) < 2**63:
            return int(value)
        case str() | int() | Decimal() | datetime():
            return value
    raise TypeError(f"`{slot.word}` has a value that no charter has: {value!r}")


def _test(test: Test) -> dict[str, Plain]:
    values = [_compared(value) for value in test.values]
    return {str(test.operator): values if test.operator in LISTED else values[0]}


def _compared(value: Value) -> Plain:
    if isinstance(value, Ago):
        return value.text or f"{span_text(value.span)} ago"
    return value


def _measure(did: DidCondition) -> dict[str, Plain]:
    """Nothing for `at least once`: that is what `did` alone says."""
    test = did.test
    once = test.operator is Operator.AT_LEAST and test.values == (1,) and test.value is not True
    if did.measure is DidMeasure.COUNT and once:
        return {}
    of: dict[str, Plain] = {} if did.of is None else {"of": did.of}
    return {str(did.measure): of | _test(test)}


def _window(windowed: DidCondition | Trait) -> dict[str, Plain]:
    found: dict[str, Plain] = {}
    if windowed.within is not None:
        found["within"] = span_text(windowed.within)
    if windowed.where:
        found["where"] = [plain(one) for one in windowed.where]
    return found


def _trait(trait: Trait) -> dict[str, Plain]:
    words = {"title": trait.title, "description": trait.description}
    target = trait.of if trait.field is None else f"{trait.of}.{trait.field}"
    said: dict[str, Plain] = {word: text for word, text in words.items() if text}
    if trait.sql is not None:
        return {"trait": trait.trait, **said, "type": str(trait.type), "sql": _sql(trait.sql)}
    return {"trait": trait.trait, **said, str(trait.operator): target, **_window(trait)}


def _sql(text: str) -> str:
    """Of several lines it ends in a line break, as a block of text does."""
    return f"{text}\n" if "\n" in text else text
