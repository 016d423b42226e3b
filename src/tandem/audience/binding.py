"""From a definition (names and places) to a tree of leaves that know what their names mean."""

from typing import assert_never

from tandem.audience.combinators import AllOf, AnyOf, NotOf
from tandem.audience.leaves import DidEvent, InAnswer, InAudience, TraitCompared
from tandem.audience.node import Node
from tandem.audience.reading import PROFILE
from tandem.audience.statements import audience_statement
from tandem.charter.definitions import (
    All,
    Any,
    Audience,
    AudienceCondition,
    Charter,
    Condition,
    DidCondition,
    Not,
    SqlCondition,
    TraitCondition,
)
from tandem.charter.problems import AUDIENCE_CYCLE, UNKNOWN_AUDIENCE
from tandem.engine import Catalogue, Column
from tandem.kernel import Problems


def bind(definition: Audience, charter: Charter, catalogue: Catalogue) -> Node:
    """The audience as a tree that can be read, decided on and lowered.

    Raises Problems with everything that is wrong in it: unknown names, comparisons that do not fit, a circle.
    Other audiences are bound with it; what is wrong in them is reported at their own lines.
    """
    node = _bound(definition.who, charter, catalogue, (definition.audience,))
    problems = node.check(catalogue)
    if problems:
        raise Problems(problems)
    return node


def _bound(condition: Condition, charter: Charter, catalogue: Catalogue, path: tuple[str, ...]) -> Node:
    match condition:
        case All(conditions=inner):
            return AllOf(tuple(_bound(one, charter, catalogue, path) for one in inner))
        case Any(conditions=inner):
            return AnyOf(tuple(_bound(one, charter, catalogue, path) for one in inner))
        case Not(condition=one):
            return NotOf(_bound(one, charter, catalogue, path))
        case TraitCondition():
            title = next((one.title for one in charter.traits if one.trait == condition.trait), "")
            return TraitCompared(condition, _columns(PROFILE, catalogue).get(condition.trait), title)
        case DidCondition():
            return _did(condition, charter, catalogue)
        case SqlCondition():
            return InAnswer(condition, audience_statement(condition, charter))
        case AudienceCondition():
            return _member(condition, charter, catalogue, path)
        case _:
            assert_never(condition)


def _did(condition: DidCondition, charter: Charter, catalogue: Catalogue) -> DidEvent:
    kinds = charter.events()
    columns = _columns(f"event_{condition.event}", catalogue)
    titles = {spec.title for spec in kinds.get(condition.event, ()) if spec.title}
    # Two sources that call the event differently: either title would be wrong of the other's events.
    title = titles.pop() if len(titles) == 1 else ""
    return DidEvent(condition, columns or None, tuple(kinds), title)


def _member(
    condition: AudienceCondition, charter: Charter, catalogue: Catalogue, path: tuple[str, ...]
) -> InAudience:
    name, place = condition.audience, condition.at("audience")
    known = {one.audience: one for one in charter.audiences}
    if name in path:
        circle = " → ".join((*path[path.index(name) :], name))
        raise Problems(AUDIENCE_CYCLE(f"audience `{name}` contains itself", place=place, found=circle))
    if name not in known:
        options = tuple(known)
        raise Problems(
            UNKNOWN_AUDIENCE(f"unknown audience `{name}`", place=place, found=name, alternatives=options)
        )
    inner = _bound(known[name].who, charter, catalogue, (*path, name))
    problems = inner.check(catalogue)
    if problems:
        raise Problems(problems)
    return InAudience(name, known[name].title, inner)


def _columns(table: str, catalogue: Catalogue) -> dict[str, Column]:
    """The columns that a condition may name; keys of the lake are not among them."""
    if table not in catalogue:
        return {}
    hidden = {"person_id", "subject_key", "batch_id", "event_id"}
    return {column.name: column for column in catalogue[table].columns if column.name not in hidden}
