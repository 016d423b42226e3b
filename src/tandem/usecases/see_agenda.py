"""The one agenda as it stands: money beside what it returned, tools, skills with gaps, experience from data.

What takes seconds to work out, money and experience, is `measured_agenda`; the rest is read from the charter.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from sqlglot import exp

from tandem.align.experience import Felt, experience_query, felt, footprint
from tandem.charter.definitions import Agenda, Budget, Experience, Function, Skill, Standards, Tool
from tandem.engine import functions as f
from tandem.kernel import Problem, Problems
from tandem.kernel.values import Actor, Destination, FieldRef
from tandem.usecases.budget_money import Earned, earned
from tandem.usecases.permits import permit_for
from tandem.usecases.report_lift import report_lift
from tandem.usecases.workspace import Workspace, open_workspace

NO_FIELD = "nothing tells what it cost: name a field of money under `spent`, or give the campaigns a `cost`"
NO_CAMPAIGN = "no campaign of this channel assigned anybody in its period, so nobody can say what it brought"
NOT_YOURS = "your role may not measure it"
NO_CHANNEL = "no campaign is paid from it, so nobody can say what it brought"


@dataclass(frozen=True)
class BudgetSeen:
    """A budget with what was spent of it until now and what that returned. None is not known, and then `why` says why.

    `share` is the part of the period that has passed, 0 to 1.
    """

    budget: Budget
    spent: Decimal | None
    why_spent: str
    earned: tuple[Earned, ...]
    why_earned: str
    share: float
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class ToolSeen:
    """A tool of the register. `over`: its trial or exception has ended, so that it is not approved any more."""

    tool: Tool
    over: bool

    @property
    def outside(self) -> bool:
        """Whether it stands outside the company's standards now."""
        return self.over or self.tool.standards is Standards.NOT_APPROVED


@dataclass(frozen=True)
class SkillSeen:
    """A skill of one function: how many people are missing, and how many the other side has who could teach it."""

    skill: Skill
    missing: int
    teachers: int
    teacher_level: int | None


@dataclass(frozen=True)
class Found:
    """An experience measure with its figure, or why there is none."""

    measure: Experience
    felt: Felt | None
    why: str
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class AgendaMeasured:
    """What takes seconds: money and experience, each in the order of the agenda."""

    budgets: tuple[BudgetSeen, ...]
    experience: tuple[Found, ...]


def agenda_of(work: Workspace) -> Agenda:
    """The agenda in force; an empty one where there is none."""
    return work.charter.agenda or Agenda()


def see_register(agenda: Agenda, now: datetime) -> tuple[ToolSeen, ...]:
    """Every tool, those outside the standards first."""
    found = [ToolSeen(one, one.until is not None and one.until <= now) for one in agenda.register]
    return tuple(sorted(found, key=lambda one: not one.outside))


def unregistered(work: Workspace) -> tuple[str, ...]:
    """Sources of the charter that no tool of the register stands for."""
    known = {name for tool in agenda_of(work).register for name in tool.sources}
    return tuple(one.source for one in work.charter.sources if one.source not in known)


def see_skills(agenda: Agenda) -> tuple[SkillSeen, ...]:
    """Every skill, the largest gap first, with who of the other function could teach it."""
    found = [_skill(one, agenda.skills) for one in agenda.skills]
    return tuple(sorted(found, key=lambda one: -one.missing))


def measured_agenda(root: Path, actor: Actor, now: datetime, wall: Callable[[], datetime]) -> AgendaMeasured:
    """`see_money` and `see_experience` in a workspace of its own, for work beside a request."""
    with open_workspace(root, actor, wall) as work:
        return AgendaMeasured(see_money(work, now), see_experience(work, now))


def see_money(work: Workspace, now: datetime) -> tuple[BudgetSeen, ...]:
    """Every budget beside what was spent until `now`, and what campaigns of its channel returned after their cost.

    Nothing is counted in two budgets of one channel: what cannot be told apart is not known, with the reason.
    """
    return tuple(_budget(work, one, now) for one in agenda_of(work).budgets)


def see_experience(work: Workspace, now: datetime) -> tuple[Found, ...]:
    """Every experience measure, under the measuring purpose; one query each."""
    return tuple(_experience(work, one, now) for one in agenda_of(work).experience)


def _skill(one: Skill, every: Iterable[Skill]) -> SkillSeen:
    other = next(
        (skill for skill in every if skill.skill == one.skill and skill.function != one.function), None
    )
    missing = max(0, one.wanted - one.people)
    able = other is not None and missing > 0 and (other.level or 0) > (one.level or 0)
    teachers = other.people if able and other is not None else 0
    return SkillSeen(one, missing, teachers, other.level if teachers and other is not None else None)


def _budget(work: Workspace, budget: Budget, now: datetime) -> BudgetSeen:
    found, problems = _campaigns(work, budget, now)
    spent, why = _paid(found)
    if problems:
        spent, why = None, NOT_YOURS
    if budget.spent is not None:
        try:
            spent, why = _spent(work, budget, now), ""
        except Problems as refused:
            problems += refused.problems
            spent, why = None, NOT_YOURS
    nothing = NO_CAMPAIGN if budget.side is Function.MARKETING else NO_CHANNEL
    passed = (now - budget.starts) / (budget.ends - budget.starts)
    return BudgetSeen(
        budget=budget,
        spent=spent,
        why_spent=why,
        earned=found,
        why_earned="" if found else NOT_YOURS if problems else nothing,
        share=min(1.0, max(0.0, passed)),
        problems=tuple(dict.fromkeys(problems)),
    )


def _campaigns(work: Workspace, budget: Budget, now: datetime) -> tuple[tuple[Earned, ...], list[Problem]]:
    """What campaigns of the channel cost this budget and returned, and why some may not be measured."""
    found, problems = list[Earned](), list[Problem]()
    if budget.side is not Function.MARKETING:
        return (), problems
    for campaign in work.charter.campaigns:
        if str(campaign.channel) != budget.channel:
            continue
        try:
            told = earned(report_lift(work, campaign.campaign, now), budget)
        except Problems as refused:
            problems += refused.problems
            continue
        found += [told] if told else []
    return tuple(found), problems


def _paid(found: Iterable[Earned]) -> tuple[Decimal | None, str]:
    """The sum of what campaigns cost, if that of each is known; else why not."""
    held = [*found]
    unknown = [f"{one.title}: {one.why_cost}" for one in held if one.cost is None]
    if not held or unknown:
        return None, "; ".join(unknown) or NO_FIELD
    return sum((one.cost for one in held if one.cost is not None), Decimal(0)), ""


def _spent(work: Workspace, budget: Budget, now: datetime) -> Decimal:
    """Money in events of [starts, min(ends, now)). The charter makes sure that these are events about nobody."""
    event, _, field = str(budget.spent).rpartition(".")
    table = f"event_{event}"
    fields = frozenset(FieldRef(table, name) for name in ("event_at", field, *budget.where))
    permit = permit_for(work, work.charter.purposes.measuring, Destination.MEASURE, fields, work.actor)
    at = exp.column("event_at", "e")
    tests = [f.same(exp.column(name, "e"), f.value(said)) for name, said in budget.where.items()]
    total = exp.Coalesce(this=exp.Sum(this=exp.column(field, "e")), expressions=[exp.Literal.number(0)])
    query = (
        exp.select(total)
        .from_(exp.alias_(work.engine.ref(table, by=permit.fingerprint), "e", table=True))
        .where(at >= f.instant(budget.starts), at.copy() < f.instant(min(budget.ends, now)), *tests)
    )
    return Decimal(str(work.engine.one(query)[0]))


def _experience(work: Workspace, measure: Experience, now: datetime) -> Found:
    if measure.event is None:
        return Found(measure, None, f"it is not asked yet. {measure.collect}")
    try:
        permit = permit_for(
            work, work.charter.purposes.measuring, Destination.MEASURE, footprint(measure), work.actor
        )
    except Problems as refused:
        return Found(measure, None, "your role may not measure it", refused.problems)
    query = experience_query(work.engine.catalogue, measure, permit, now)
    found = felt(measure, work.engine.one(query), permit.smallest_group)
    return Found(measure, found, found.why)
