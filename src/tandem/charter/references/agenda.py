"""References of agenda.yml: sources of tools, events and fields of money and of experience, names declared twice."""

from collections.abc import Iterator, Mapping

from tandem.charter.catalog import NUMBERS
from tandem.charter.definitions.agenda import Agenda, Budget, Experience
from tandem.charter.definitions.base import Definition
from tandem.charter.definitions.sources import FieldType
from tandem.charter.problems import AGENDA_NAME, DUPLICATE_NAME
from tandem.charter.references.scope import Scope
from tandem.kernel import Place, Problem


def agenda_references(scope: Scope) -> list[Problem]:
    """Everything that the agenda names is declared, and nothing in it stands twice."""
    agenda = scope.charter.agenda
    if agenda is None:
        return []
    found = [*_twice(agenda)]
    if scope.whole("sources"):
        found += _sources(agenda, scope)
        found += [problem for one in agenda.budgets for problem in _spent(one, scope)]
        found += [problem for one in agenda.experience for problem in _experience(one, scope)]
    return found


def _twice(agenda: Agenda) -> Iterator[Problem]:
    levels: dict[object, Definition] = {}
    for level in agenda.service_levels:
        for source in level.sources or ("",):
            said = f"service level `{level.service}`" + (f" of `{source}`" if source else "")
            yield from _again(levels, (level.service, source), level, "service", said)
    skills: dict[object, Definition] = {}
    for skill in agenda.skills:
        said = f"skill `{skill.skill}` of {skill.function}"
        yield from _again(skills, (skill.skill, skill.function), skill, "skill", said)
    before: list[Budget] = []
    for budget in agenda.budgets:
        for other in before:
            same = (other.side, other.channel) == (budget.side, budget.channel)
            if same and other.starts < budget.ends and budget.starts < other.ends:
                sentence = f"two budgets of {budget.side} for `{budget.channel}` cover the same days"
                found = f"also at {other.at('channel')}"
                yield DUPLICATE_NAME(sentence, place=budget.at("channel"), found=found)
        before.append(budget)


def _again(
    seen: dict[object, Definition], key: object, one: Definition, word: str, said: str
) -> Iterator[Problem]:
    if key in seen:
        found = f"also at {seen[key].at(word)}"
        yield DUPLICATE_NAME(f"{said} is declared twice", place=one.at(word), found=found)
    seen.setdefault(key, one)


def _sources(agenda: Agenda, scope: Scope) -> Iterator[Problem]:
    names = tuple(one.source for one in scope.charter.sources)
    for level in agenda.service_levels:
        for number, name in enumerate(level.sources):
            if name not in names:
                sentence = f"`{level.service}` is for an unknown source `{name}`"
                yield AGENDA_NAME(sentence, place=level.at("sources", number), found=name, alternatives=names)
    for tool in agenda.register:
        for number, name in enumerate(tool.sources):
            if name not in names:
                sentence = f"`{tool.tool}` stands for an unknown source `{name}`"
                yield AGENDA_NAME(sentence, place=tool.at("sources", number), found=name, alternatives=names)


def _spent(budget: Budget, scope: Scope) -> Iterator[Problem]:
    if budget.spent is None:
        return
    event, _, field = budget.spent.rpartition(".")
    place = budget.at("spent")
    yield from _field(event, field, place, scope, (FieldType.MONEY,))
    yield from _values(event, budget.where, budget.at("where"), scope)
    about = [
        one.source
        for one in scope.charter.sources
        if one.identifiers and any(spec.kind == event for spec in one.events)
    ]
    if about:
        sentence = f"`{event}` is about people, and what a channel cost is about nobody"
        expected = "an event of a source without identifiers"
        yield AGENDA_NAME(sentence, place=place, found=f"source {about[0]}", expected=expected)


def _experience(one: Experience, scope: Scope) -> Iterator[Problem]:
    if one.event is None:
        return
    if one.event not in scope.view.events:
        sentence, events = f"unknown event `{one.event}`", tuple(scope.view.events)
        yield AGENDA_NAME(sentence, place=one.at("event"), found=one.event, alternatives=events)
        return
    if one.answer is not None:
        yield from _field(one.event, one.answer, one.at("answer"), scope, NUMBERS)
    yield from _values(one.event, one.complaint, one.at("complaint"), scope)


def _field(
    event: str, field: str, place: Place, scope: Scope, types: tuple[FieldType, ...]
) -> Iterator[Problem]:
    fields = scope.view.events.get(event)
    if fields is None:
        sentence, events = f"unknown event `{event}`", tuple(scope.view.events)
        yield AGENDA_NAME(sentence, place=place, found=event or field, alternatives=events)
    elif field not in fields:
        sentence = f"`{event}` has no field `{field}`"
        yield AGENDA_NAME(sentence, place=place, found=field, alternatives=tuple(fields))
    elif fields[field].type not in types:
        sentence = f"`{event}.{field}` is {fields[field].type}"
        yield AGENDA_NAME(sentence, place=place, found=str(fields[field].type), expected=" or ".join(types))


def _values(event: str, wanted: Mapping[str, str], place: Place, scope: Scope) -> Iterator[Problem]:
    fields = scope.view.events.get(event)
    for name in wanted if fields is not None else ():
        assert fields is not None
        if name not in fields:
            sentence = f"`{event}` has no field `{name}`"
            yield AGENDA_NAME(sentence, place=place, found=name, alternatives=tuple(fields))
        elif fields[name].type is not FieldType.TEXT:
            sentence = f"`{event}.{name}` is compared with a word, and it is {fields[name].type}"
            yield AGENDA_NAME(sentence, place=place, found=str(fields[name].type), expected="text")
