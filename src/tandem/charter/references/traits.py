"""References of traits."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

from tandem.charter.catalog import FieldFacts, sql_tables, types_for
from tandem.charter.definitions.comparisons import Comparison
from tandem.charter.definitions.traits import Trait
from tandem.charter.problems import (
    RESERVED,
    TRAIT_OF_RECORD,
    TRAIT_TYPE,
    TRAIT_WHERE,
    TRAIT_WHERE_FIELD,
    UNKNOWN_TRAIT_FIELD,
    UNKNOWN_TRAIT_SOURCE,
)
from tandem.charter.references.fits import misfit, written
from tandem.charter.references.scope import Scope
from tandem.charter.sql import Statement, problems_of, read
from tandem.charter.statements import place_in
from tandem.kernel import Code, Problem

PROFILE_COLUMNS = ("person_id",)


def trait_references(scope: Scope) -> list[Problem]:
    """Each trait is of a declared event or record and field, of a type its operator can work with."""
    problems = [
        RESERVED(
            f"`{trait.trait}` is a column of the profile",
            place=trait.at("trait"),
            found=trait.trait,
            fix="rename the trait, then run `tandem check`",
            who="marketing",
        )
        for trait in scope.charter.traits
        if trait.trait in PROFILE_COLUMNS
    ]
    if not scope.whole("sources"):
        return problems
    return problems + [problem for trait in scope.charter.traits for problem in _trait(trait, scope)]


def _trait(trait: Trait, scope: Scope) -> Iterator[Problem]:
    if trait.sql is not None:
        tables = sql_tables(scope.charter, replace(scope.view, traits={}))
        found = read(trait.sql, tables, ("person_id", f"value:{trait.type}"))
        if not isinstance(found, Statement):
            yield from problems_of(found, trait.sql, partial(place_in, trait))
        return
    fields = scope.view.fields_of(trait.of)
    if fields is None:
        options = (*scope.view.events, *(scope.view.records if trait.operator.needs_field else ()))
        what = "event or record" if trait.operator.needs_field else "event"
        sentence = f"trait `{trait.trait}` is of an unknown {what} `{trait.of}`"
        yield UNKNOWN_TRAIT_SOURCE(sentence, place=trait.at("of"), found=trait.of, alternatives=options)
        return
    if not trait.operator.needs_field and trait.of not in scope.view.events:
        sentence = f"`{trait.operator}` is of an event, and `{trait.of}` is a record"
        options = tuple(scope.view.events)
        yield TRAIT_OF_RECORD(sentence, place=trait.at("of"), found=trait.of, alternatives=options)
    yield from _field(trait, fields)
    for one in trait.where:
        yield from compared(one, trait.of, fields, TRAIT_WHERE_FIELD, TRAIT_WHERE)


def _field(trait: Trait, fields: Mapping[str, FieldFacts]) -> Iterator[Problem]:
    if trait.field is None:
        return
    if trait.field not in fields:
        sentence = f"`{trait.of}` has no field `{trait.field}`"
        place = trait.at("of")
        yield UNKNOWN_TRAIT_FIELD(sentence, place=place, found=trait.field, alternatives=tuple(fields))
        return
    type_, wanted = fields[trait.field].type, types_for(trait.operator)
    if type_ not in wanted:
        sentence = f"`{trait.operator}` cannot be taken of `{trait.of}.{trait.field}`, which is {type_}"
        yield TRAIT_TYPE(sentence, place=trait.at("of"), found=str(type_), expected=", ".join(wanted))


def compared(
    one: Comparison, of: str, fields: Mapping[str, FieldFacts], unknown: Code, unfit: Code
) -> Iterator[Problem]:
    """Problems of one comparison of a field of an event or record `of`."""
    if one.field not in fields:
        sentence = f"`{of}` has no field `{one.field}`"
        yield unknown(sentence, place=one.at("field"), found=one.field, alternatives=tuple(fields))
        return
    expected = misfit(one, fields[one.field].type)
    if expected is not None:
        sentence = f"the comparison does not fit `{of}.{one.field}`, which is {fields[one.field].type}"
        yield unfit(sentence, place=one.at("value"), found=written(one), expected=expected)
