"""References of audiences, and circles between them."""

from collections.abc import Iterator
from functools import partial

from tandem.charter.catalog import NUMBERS, sql_tables
from tandem.charter.definitions.audiences import (
    Audience,
    AudienceCondition,
    Condition,
    DidCondition,
    DidMeasure,
    SqlCondition,
    TraitCondition,
    walk,
)
from tandem.charter.definitions.comparisons import Operator
from tandem.charter.definitions.sources import FieldType
from tandem.charter.problems import (
    AUDIENCE_COMPARISON,
    AUDIENCE_CYCLE,
    AUDIENCE_SUM,
    UNKNOWN_AUDIENCE,
    UNKNOWN_EVENT,
    UNKNOWN_EVENT_FIELD,
    UNKNOWN_TRAIT,
)
from tandem.charter.references.fits import misfit, written
from tandem.charter.references.scope import Scope
from tandem.charter.references.traits import compared
from tandem.charter.sql import Statement, problems_of, read
from tandem.charter.statements import place_in
from tandem.kernel import Problem


def audience_references(scope: Scope) -> list[Problem]:
    """Every trait, event, field and audience in a condition is declared, and comparisons fit their types."""
    return [
        problem
        for audience in scope.charter.audiences
        for condition in walk(audience.who)
        for problem in _condition(condition, scope)
    ]


def _condition(condition: Condition, scope: Scope) -> Iterator[Problem]:
    match condition:
        case TraitCondition():
            yield from _trait(condition, scope)
        case DidCondition():
            yield from _did(condition, scope)
        case AudienceCondition():
            names = tuple(one.audience for one in scope.charter.audiences)
            if condition.audience not in names and scope.whole("audiences"):
                sentence = f"unknown audience `{condition.audience}`"
                found, place = condition.audience, condition.at("audience")
                yield UNKNOWN_AUDIENCE(sentence, place=place, found=found, alternatives=names)
        case SqlCondition():
            yield from _sql(condition, scope)
        case _:
            return


def _sql(condition: SqlCondition, scope: Scope) -> Iterator[Problem]:
    # A table or column of a file that could not be read may be no mistake.
    if scope.whole("sources", "traits"):
        found = read(condition.sql, sql_tables(scope.charter, scope.view), ("person_id",))
        if not isinstance(found, Statement):
            yield from problems_of(found, condition.sql, partial(place_in, condition))


def _trait(condition: TraitCondition, scope: Scope) -> Iterator[Problem]:
    facts = scope.view.traits.get(condition.trait)
    if facts is None:
        if scope.whole("traits"):
            sentence = f"unknown trait `{condition.trait}`"
            place, options = condition.at("trait"), tuple(scope.view.traits)
            yield UNKNOWN_TRAIT(sentence, place=place, found=condition.trait, alternatives=options)
    elif facts.type is not None:
        expected = misfit(condition, facts.type)
        if expected is not None:
            sentence = f"the comparison does not fit trait `{condition.trait}`, which is {facts.type}"
            place = condition.at("value")
            yield AUDIENCE_COMPARISON(sentence, place=place, found=written(condition), expected=expected)


def _did(condition: DidCondition, scope: Scope) -> Iterator[Problem]:
    yield from _measured(condition)
    if not scope.whole("sources"):
        return
    fields = scope.view.events.get(condition.event)
    if fields is None:
        sentence, options = f"unknown event `{condition.event}`", tuple(scope.view.events)
        place = condition.at("did")
        yield UNKNOWN_EVENT(sentence, place=place, found=condition.event, alternatives=options)
        return
    if condition.of is not None:
        if condition.of not in fields:
            sentence = f"`{condition.event}` has no field `{condition.of}`"
            place, options = condition.at("of"), tuple(fields)
            yield UNKNOWN_EVENT_FIELD(sentence, place=place, found=condition.of, alternatives=options)
        elif fields[condition.of].type not in NUMBERS:
            sentence = f"`{condition.event}.{condition.of}` is {fields[condition.of].type}"
            found = str(fields[condition.of].type)
            expected = ", ".join(NUMBERS)
            yield AUDIENCE_SUM(sentence, place=condition.at("of"), found=found, expected=expected)
    for one in condition.where:
        yield from compared(one, condition.event, fields, UNKNOWN_EVENT_FIELD, AUDIENCE_COMPARISON)


MEASURED = {
    DidMeasure.COUNT: FieldType.INTEGER,
    DidMeasure.SUM: FieldType.NUMBER,
    DidMeasure.FIRST: FieldType.TIMESTAMP,
    DidMeasure.LAST: FieldType.TIMESTAMP,
}


def _measured(condition: DidCondition) -> Iterator[Problem]:
    """`did` counts, sums or dates: the test has to fit that, and none of them can be unknown."""
    type_ = MEASURED[condition.measure]
    expected = misfit(condition.test, type_)
    if expected is not None:
        expected = expected.replace(f", {Operator.KNOWN}", "")
    if condition.test.operator is Operator.KNOWN:
        expected = "a comparison; that it happened at all is `did` alone, that it did not is `not`"
    if expected is not None:
        sentence = f"the comparison does not fit `{condition.measure}`"
        place = condition.test.at("value")
        yield AUDIENCE_COMPARISON(sentence, place=place, found=written(condition.test), expected=expected)


def audience_cycles(scope: Scope) -> list[Problem]:
    """One problem for each circle of audiences, at the reference that closes it."""
    names = {one.audience: one for one in scope.charter.audiences}
    problems: list[Problem] = []
    done: set[str] = set()
    for audience in scope.charter.audiences:
        _follow(audience, names, (), done, problems)
    return problems


def _follow(
    audience: Audience,
    names: dict[str, Audience],
    path: tuple[str, ...],
    done: set[str],
    problems: list[Problem],
) -> None:
    if audience.audience in done:
        return
    path = (*path, audience.audience)
    for part in walk(audience.who):
        if not isinstance(part, AudienceCondition) or part.audience not in names:
            continue
        if part.audience in path:
            circle = " → ".join((*path[path.index(part.audience) :], part.audience))
            sentence = f"audience `{part.audience}` contains itself"
            problems.append(AUDIENCE_CYCLE(sentence, place=part.at("audience"), found=circle))
        else:
            _follow(names[part.audience], names, path, done, problems)
    done.add(audience.audience)
