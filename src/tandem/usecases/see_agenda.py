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
from tandem.charter.definitions import Agenda, Budget, Campaign, Experience, Function, Skill, Standards, Tool
from tandem.engine import functions as f
from tandem.kernel import Problem, Problems
from tandem.kernel.values import Actor, Destination, FieldRef
from tandem.measure.earning import Return
from tandem.usecases.permits import permit_for
from tandem.usecases.report_lift import LiftReport, NoLift, report_lift
from tandem.usecases.workspace import Workspace, open_workspace

NO_FIELD = "nothing tells what it cost: name a field of money under `spent`, or give the campaigns a `cost`"
NO_CAMPAIGN = "no campaign of this channel has held people out, so nobody can say what it brought"
NO_CHANNEL = "no campaign is paid from it, so nobody can say what it brought"


@dataclass(frozen=True)
class Earned:
    """What one campaign of a channel brought: `returned` after its cost, or `why` nobody can say."""

    campaign: str
    title: str
    cost: Decimal | None
    returned: Return | None
    why: str


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
    """Every budget beside what was spent until `now` and what campaigns of its channel returned after their cost."""
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
    campaigns = [one for one in work.charter.campaigns if str(one.channel) == budget.channel]
    if budget.side is not Function.MARKETING:
        campaigns = []
    earned, problems = [], list[Problem]()
    for campaign in campaigns:
        try:
            found = report_lift(work, campaign.campaign, now)
        except Problems as refused:
            problems += refused.problems
            continue
        if _in_period(found, budget):
            earned.append(_earned(campaign, found))
    spent: Decimal | None = None
    why = NO_FIELD
    if budget.spent is not None:
        try:
            spent, why = _spent(work, budget, now), ""
        except Problems as refused:
            problems += refused.problems
            why = "your role may not measure it"
    elif earned:
        known = [one.cost for one in earned if one.cost is not None]
        spent = sum(known, Decimal(0)) if len(known) == len(earned) else None
        why = "" if spent is not None else NO_FIELD
    passed = (now - budget.starts) / (budget.ends - budget.starts)
    return BudgetSeen(
        budget=budget,
        spent=spent,
        why_spent=why,
        earned=tuple(earned),
        why_earned="" if earned else NO_CAMPAIGN if budget.side is Function.MARKETING else NO_CHANNEL,
        share=min(1.0, max(0.0, passed)),
        problems=tuple(dict.fromkeys(problems)),
    )


def _in_period(found: LiftReport | NoLift, budget: Budget) -> bool:
    """Whether anybody was assigned in the period of the budget."""
    days = [cell.assigned_on for cell in found.figures.cells]
    return any(budget.starts.date() <= day < budget.ends.date() for day in days)


def _earned(campaign: Campaign, found: LiftReport | NoLift) -> Earned:
    figures = found.figures
    cost = figures.cost
    told = cost.total if cost is not None and cost.told(figures.smallest_group) else None
    title = campaign.title or campaign.campaign
    match found:
        case NoLift():
            return Earned(campaign.campaign, title, told, None, found.sentence)
        case LiftReport(returned=Return() as back):
            return Earned(campaign.campaign, title, told, back, "")
        case _:
            why = "it declares no cost" if cost is None else found.sentences[0]
            return Earned(campaign.campaign, title, told, None, why)


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
