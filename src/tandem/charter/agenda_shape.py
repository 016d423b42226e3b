"""Keys of agenda.yml that need or exclude each other."""

from collections.abc import Iterable, Mapping

from tandem.charter.binding import Check
from tandem.charter.definitions.agenda import Budget, Experience, Feel, Service, ServiceLevel, Standards, Tool
from tandem.charter.definitions.base import Definition
from tandem.charter.problems import CONTRADICTION, OUT_OF_BOUNDS
from tandem.kernel import Problem


def budget_shape(budget: Definition) -> Iterable[Problem]:
    """A budget is no debt, its period has a length, and a filter is of what was spent."""
    assert isinstance(budget, Budget)
    if budget.amount < 0:
        found = f"{budget.amount}"
        yield OUT_OF_BOUNDS(
            "`amount` is out of bounds", place=budget.at("amount"), found=found, expected="0 or more"
        )
    if budget.ends <= budget.starts:
        sentence = f"the budget for `{budget.channel}` ends before it starts"
        yield CONTRADICTION(sentence, place=budget.at("ends"), found=budget.ends.isoformat())
    if budget.where and budget.spent is None:
        sentence = "`where` says which events of `spent` count, and there is none"
        yield CONTRADICTION(sentence, place=budget.at("where"), expected="spent: EVENT.FIELD")


def tool_shape(tool: Definition) -> Iterable[Problem]:
    """A trial and an exception end; what is approved does not."""
    assert isinstance(tool, Tool)
    passing = tool.standards in (Standards.TRIAL, Standards.EXCEPTION)
    if passing and tool.until is None:
        sentence = f"the {tool.standards} of `{tool.tool}` has no end"
        yield CONTRADICTION(sentence, place=tool.at("standards"), expected="until: 2027-01-01")
    if not passing and tool.until is not None:
        sentence = f"`until` is for a trial or an exception, and `{tool.tool}` is {_said(tool.standards)}"
        yield CONTRADICTION(sentence, place=tool.at("until"), found=str(tool.standards))


def level_shape(level: Definition) -> Iterable[Problem]:
    """Only data comes from sources."""
    assert isinstance(level, ServiceLevel)
    if level.sources and level.service is not Service.DATA_FRESH:
        sentence = f"`sources` is for data_fresh, and this is {level.service}"
        yield CONTRADICTION(sentence, place=level.at("sources"), found=", ".join(level.sources))


def _said(standards: Standards) -> str:
    return str(standards).replace("_", " ")


def experience_shape(one: Definition) -> Iterable[Problem]:
    """Computed from an event, or said how it will be; what counts as good is said where the kind does not."""
    assert isinstance(one, Experience)
    if one.event is None:
        if not one.collect:
            sentence = f"`{one.measure}` is computed from nothing, and nothing says how it will be"
            yield CONTRADICTION(sentence, place=one.at("measure"), expected="event: …, or collect: …")
        for word in ("answer", "complaint", "good_from", "good_to"):
            if getattr(one, word) not in (None, {}):
                yield CONTRADICTION(f"`{word}` needs an `event`", place=one.at(word), expected="event: EVENT")
        return
    rate = one.kind is Feel.COMPLAINT_RATE
    needed, other = ("complaint", "answer") if rate else ("answer", "complaint")
    if not getattr(one, needed):
        sentence = f"{str(one.kind).replace('_', ' ')} needs `{needed}`"
        yield CONTRADICTION(sentence, place=one.at("kind"), expected=f"{needed}: …")
    if getattr(one, other):
        sentence = f"{str(one.kind).replace('_', ' ')} does not use `{other}`"
        yield CONTRADICTION(sentence, place=one.at(other), found=other)
    yield from _good(one)


def _good(one: Experience) -> Iterable[Problem]:
    said = [word for word in ("good_from", "good_to") if getattr(one, word) is not None]
    judged = one.kind in (Feel.SATISFACTION, Feel.EFFORT)
    if judged and len(said) != 1:
        sentence = f"{one.kind} needs one of `good_from` and `good_to`, which says what is good"
        yield CONTRADICTION(sentence, place=one.at(said[-1] if said else "kind"), expected="good_from: 4")
    if not judged and said:
        sentence = f"{str(one.kind).replace('_', ' ')} knows by itself what is good"
        yield CONTRADICTION(sentence, place=one.at(said[0]), found=said[0])


AGENDA_SHAPES: Mapping[type, Check] = {
    Budget: budget_shape,
    ServiceLevel: level_shape,
    Tool: tool_shape,
    Experience: experience_shape,
}
