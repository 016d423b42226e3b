"""The agenda in words: service levels, money, tools, skills and experience as tables and lines."""

from dataclasses import dataclass

from tandem.align.names import TITLED
from tandem.charter.definitions import Experience, Feel, ServiceLevel
from tandem.kernel import Problem, numbers
from tandem.usecases.see_agenda import AgendaMeasured, BudgetSeen, Found, SkillSeen, ToolSeen
from tandem.web.values import Table

SERVICES = {
    "brief_answered": "A brief is answered",
    "brief_delivered": "A brief is delivered",
    "access_answered": "A request for access is answered",
    "approval_given": "A plan that asks for an approval gets one",
    "data_fresh": "Data of a source is there",
}
STANDARDS = {
    "approved": "approved",
    "trial": "trial",
    "exception": "exception",
    "not_approved": "not approved",
}
FEELS = {
    Feel.NPS: "NPS",
    Feel.SATISFACTION: "satisfied",
    Feel.EFFORT: "found it easy",
    Feel.COMPLAINT_RATE: "complained",
}


@dataclass(frozen=True)
class ExperienceLine:
    """One experience measure: the figure or why there is none, what is wanted, and its two owners."""

    title: str
    value: str
    told: str
    target: str
    good: bool | None
    owners: tuple[str, str]
    problems: tuple[Problem, ...]


def services(levels: tuple[ServiceLevel, ...]) -> Table:
    """What each promised the other about time."""
    rows = tuple((_service(one), numbers.span(one.within), TITLED[one.owner]) for one in levels)
    return Table(
        name="services",
        title="What each promised the other about time",
        columns=("service", "within", "by"),
        rows=rows,
    )


def _service(level: ServiceLevel) -> str:
    only = f": {', '.join(level.sources)}" if level.sources else ""
    return SERVICES[level.service] + only


def budgets(slow: AgendaMeasured, currency: str) -> Table:
    """Money beside what was spent and returned."""
    rows = tuple(_budget(one, currency) for one in slow.budgets)
    return Table(
        name="budgets",
        title="Money, and what it returned",
        columns=("channel", "side", "until", "budget", "spent", "of budget", "period over", "returned"),
        rows=rows,
        numeric=(False, False, False, True, True, True, True, True),
        unit="Returned: what treated people brought more than those held out, less the cost, with 95 % interval",
    )


def _budget(one: BudgetSeen, currency: str) -> tuple[str, ...]:
    budget = one.budget
    share = one.spent / budget.amount if one.spent is not None and budget.amount else None
    spent = "not told to your role" if one.problems and one.spent is None else numbers.UNKNOWN
    return (
        budget.title or budget.channel.replace("_", " "),
        TITLED[budget.side],
        numbers.day(budget.ends),
        numbers.money(budget.amount, currency),
        numbers.money(one.spent, currency) if one.spent is not None else spent,
        numbers.percent(share, 0) if share is not None else "",
        numbers.percent(one.share, 0),
        _told_return(one),
    )


def _told_return(one: BudgetSeen) -> str:
    """The sum of what its campaigns returned, where each of them could be told."""
    told = [each.returned for each in one.earned if each.returned is not None]
    if not told or len(told) < len(one.earned):
        return numbers.UNKNOWN
    return numbers.money(sum(each.value for each in told), told[0].currency)


def returns(slow: AgendaMeasured) -> tuple[str, ...]:
    """Why what was spent is not known; what each channel returned or why nobody can say. One reason, one line."""
    lines: dict[str, list[str]] = {}
    for one in slow.budgets:
        if one.spent is None:
            said = f"what was spent is {numbers.UNKNOWN}: {_plain(one.why_spent)}"
            lines.setdefault(said, []).append(one.budget.title or one.budget.channel)
    for one in slow.budgets:
        lines.setdefault(_returned(one), []).append(one.budget.title or one.budget.channel)
    return tuple(f"{', '.join(channels)}: {said}." for said, channels in lines.items())


def _returned(one: BudgetSeen) -> str:
    told = [
        f"{each.title}: {numbers.money(each.returned.value, each.returned.currency)} "
        f"({numbers.decimal(each.returned.low, 0)} to {numbers.decimal(each.returned.high, 0)})"
        for each in one.earned
        if each.returned is not None
    ]
    unknown = [f"{each.title}: {numbers.UNKNOWN}, {_plain(each.why)}" for each in one.earned if each.why]
    return "; ".join([*told, *unknown]) or f"{numbers.UNKNOWN}: {one.why_earned}"


def _plain(sentence: str) -> str:
    """Without marks of code and the stop at its end: cells and notes are text alone."""
    return sentence.rstrip(".").replace("`", "")


def register(tools: tuple[ToolSeen, ...]) -> Table:
    """Every tool, those outside the standards first."""
    rows = tuple(
        (
            one.tool.title or one.tool.tool,
            one.tool.vendor,
            TITLED[one.tool.owner],
            f"{STANDARDS[one.tool.standards]}{', ended' if one.over else ''}",
            numbers.day(one.tool.until) if one.tool.until else "",
            ", ".join([*one.tool.sources, *(f"to {to}" for to in one.tool.destinations)]),
        )
        for one in tools
    )
    return Table(
        name="register",
        title="Vendors and tools",
        columns=("tool", "vendor", "owner", "standards", "until", "stands for"),
        rows=rows,
    )


def skills_table(skills: tuple[SkillSeen, ...]) -> Table:
    """Every skill, the largest gap first."""
    rows = tuple(
        (
            one.skill.title or one.skill.skill.replace("_", " "),
            TITLED[one.skill.function],
            numbers.count(one.skill.people),
            numbers.count(one.skill.wanted),
            numbers.count(one.missing) if one.missing else "none",
            f"{one.skill.level}\N{NO-BREAK SPACE}of\N{NO-BREAK SPACE}5" if one.skill.level else "",
        )
        for one in skills
    )
    return Table(
        name="skills",
        title="Skills, and how many people are missing",
        columns=("skill", "side", "people", "wanted", "missing", "level"),
        rows=rows,
        numeric=(False, False, True, True, True, False),
    )


def trainings(skills: tuple[SkillSeen, ...]) -> tuple[str, ...]:
    """How each gap can be closed: what is planned, and who of the other side could teach it."""
    told = [(one.skill, _training(one)) for one in skills]
    return tuple(
        f"{skill.title or skill.skill.replace('_', ' ')}, {TITLED[skill.function]}: {said}."
        for skill, said in told
        if said
    )


def _training(one: SkillSeen) -> str:
    other = "IT" if TITLED[one.skill.function] == "Marketing" else "Marketing"
    could = (
        f"{other} has {numbers.plural(one.teachers, 'person', 'people')} at level {one.teacher_level}"
        if one.teachers
        else ""
    )
    return "; ".join(part for part in (one.skill.training, could) if part)


def experience_line(one: Found) -> ExperienceLine:
    """One measure: the figure, or why there is none."""
    measure = one.measure
    figure = one.felt.figure if one.felt else None
    told = one.why
    if figure is not None and one.felt is not None:
        base = f"{numbers.count(one.felt.answers)} answers of {numbers.count(one.felt.people)} people"
        told = f"{FEELS[measure.kind]}; {base} in {numbers.span(measure.over)}"
    good = None
    if figure is not None and measure.target is not None:
        target = float(measure.target)
        good = figure <= target if measure.kind is Feel.COMPLAINT_RATE else figure >= target
    return ExperienceLine(
        title=measure.title or measure.measure.replace("_", " "),
        value=_written(measure, figure),
        told=f"{told[:1].upper()}{_plain(told)[1:]}",
        target=_written(measure, float(measure.target)) if measure.target is not None else "",
        good=good,
        owners=(measure.owners.marketing, measure.owners.it),
        problems=one.problems,
    )


def _written(measure: Experience, figure: float | None) -> str:
    if figure is None:
        return numbers.UNKNOWN
    return signed(figure) if measure.kind is Feel.NPS else numbers.percent(figure, 0)


def signed(places: float | None) -> str:
    """Places or points with their sign."""
    if places is None:
        return numbers.UNKNOWN
    return f"{places:+.1f}".replace("-", "−") if round(places, 1) else "0.0"
