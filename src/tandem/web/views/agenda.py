"""The one agenda: priorities as both sides rank them, money, tools, skills, and how customers find it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tandem.charter.definitions import Agenda, AgendaOwner, Experience, Feel, ServiceLevel
from tandem.kernel import Problem, Problems, numbers
from tandem.usecases.rank_priorities import PrioritySeen, Ranks, rank, see_ranks
from tandem.usecases.see_agenda import (
    AgendaMeasured,
    BudgetSeen,
    Found,
    SkillSeen,
    ToolSeen,
    agenda_of,
    measured_agenda,
    see_register,
    see_skills,
    unregistered,
)
from tandem.usecases.sides import RANKS, function_of
from tandem.web.asking import Ask
from tandem.web.charts import Caption, Chart, Opposed, two_sides
from tandem.web.page import Go, PageContext, doc
from tandem.web.values import Table
from tandem.web.views.briefs import desk

PATIENCE = 0.8
SIDE = {"marketing": "Marketing", "it": "IT"}
OWNERS = {AgendaOwner.MARKETING: "Marketing", AgendaOwner.IT: "IT", AgendaOwner.BOTH: "Both"}
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


@dataclass(frozen=True)
class RankLine:
    """One priority in the form: its name, title, and the places that you gave it, own and other; "" for none."""

    priority: str
    title: str
    own: str
    other: str


@dataclass(frozen=True, kw_only=True)
class AgendaPage(PageContext):
    """What both functions want, and with what: priorities, service levels, money, tools, skills, experience."""

    declared: bool = doc("Whether the charter has an agenda.")
    priorities: tuple[PrioritySeen, ...] = doc("The joint priorities with where each side places them.")
    places: Chart | None = doc("Mean place of each priority, both sides; absent until somebody has ranked.")
    ranked: Table = doc("The priorities with both sides' own places, gaps and guesses.")
    people: str = doc("How many people of each side have ranked.")
    mine: tuple[RankLine, ...] = doc("The form: what you said last. Empty for who is on neither side.")
    side: str = doc("Your side, or nothing.")
    services: Table = doc("What each function promised the other about time.")
    budgets: Table | None = doc("Money beside what was spent and returned; absent while it is worked out.")
    money: tuple[BudgetSeen, ...] = doc("The same as numbers.")
    refused: tuple[Problem, ...] = doc("Why your role may not measure money; empty if it may.")
    register: Table = doc("Vendors and tools, those outside the standards first.")
    outside: int = doc("How many tools stand outside the company's standards.")
    unregistered: tuple[str, ...] = doc("Sources that no tool of the register stands for.")
    skills: Table = doc("Skills with how many people are missing, and who could teach them.")
    experience: tuple[ExperienceLine, ...] | None = doc(
        "How customers find it; absent while it is worked out."
    )


def view(ask: Ask, problems: tuple[Problem, ...] = ()) -> PageContext:
    """The agenda in force. Money and experience take seconds and come later."""
    agenda = agenda_of(ask.work)
    ranks = see_ranks(ask.ledger, ask.work.charter, ask.actor.name)
    slow = _measured(ask) if agenda.budgets or agenda.experience else AgendaMeasured((), ())
    tools = see_register(agenda, ask.now)
    currency = ask.work.charter.project.currency
    return AgendaPage(
        title="Agenda",
        problems=problems,
        declared=ask.work.charter.agenda is not None,
        priorities=ranks.priorities,
        places=_places(ranks),
        ranked=_ranked(ranks),
        people=_people(ranks),
        mine=_mine(ranks, ranks.mine) if ask.actor.role in RANKS else (),
        side=SIDE.get(function_of(ask.actor.role) or "", ""),
        services=_services(agenda.service_levels),
        budgets=_budgets(slow, currency) if slow else None,
        money=slow.budgets if slow else (),
        refused=tuple(dict.fromkeys(p for one in slow.budgets for p in one.problems)) if slow else (),
        register=_register(tools),
        outside=sum(one.outside for one in tools),
        unregistered=unregistered(ask.work) if agenda.register else (),
        skills=_skills(see_skills(agenda)),
        experience=tuple(_felt(one) for one in slow.experience) if slow else None,
    )


def rank_them(ask: Ask) -> PageContext | Go:
    """Keep what was ranked, for the own side and for the other."""
    agenda: Agenda = agenda_of(ask.work)
    typed = {about: _typed(ask, agenda, about) for about in ("own", "other")}
    try:
        rank(desk(ask), ask.work.charter, typed)
    except Problems as stopped:
        page = view(ask, stopped.problems)
        ranks = see_ranks(ask.ledger, ask.work.charter, ask.actor.name)
        assert isinstance(page, AgendaPage)
        return replace(page, mine=_mine(ranks, typed))
    return Go("/agree/agenda", notice="Your ranking is kept; the latest counts.")


def _measured(ask: Ask) -> AgendaMeasured | None:
    day = ask.now.replace(hour=0, minute=0, second=0, microsecond=0)
    question = ("agenda", ask.ledger.applied_fingerprint(), ask.actor.role, day, _last_run(ask))
    root, actor, now, wall = ask.root, ask.actor, ask.now, ask.wall
    found: AgendaMeasured | None = ask.later.look(
        question, lambda: measured_agenda(root, actor, now, wall), PATIENCE
    )
    return found


def _last_run(ask: Ask) -> int:
    runs = ask.ledger.runs(1)
    return runs[0].id if runs else 0


def _typed(ask: Ask, agenda: Agenda, about: str) -> Mapping[str, int]:
    """What is no number counts as place 0, which no ranking has."""
    said = {one.priority: ask.text(f"{about}.{one.priority}") for one in agenda.priorities}
    return {name: numbers.whole(text) or 0 for name, text in said.items() if text}


def _mine(ranks: Ranks, places: Mapping[str, Mapping[str, int]]) -> tuple[RankLine, ...]:
    def said(about: str, name: str) -> str:
        place = places.get(about, {}).get(name)
        return "" if place is None else str(place)

    rows = [one.priority for one in ranks.priorities]
    return tuple(
        RankLine(one.priority, one.title, said("own", one.priority), said("other", one.priority))
        for one in rows
    )


def _people(ranks: Ranks) -> str:
    marketing, it = ranks.people["marketing", "own"], ranks.people["it", "own"]
    if not marketing and not it:
        return "Nobody has ranked them yet."
    people = [numbers.plural(n, "person", "people") for n in (marketing, it)]
    return f"Ranked by {people[0]} of marketing and {people[1]} of IT."


def _places(ranks: Ranks) -> Chart | None:
    if not ranks.people["marketing", "own"] and not ranks.people["it", "own"]:
        return None
    rows = [
        Opposed(one.priority.title, one.standing.own["marketing"], one.standing.own["it"])
        for one in ranks.priorities
    ]
    caption = Caption(
        name="places", title=_widest(ranks), unit="Mean place, 1 is the most important", n=_people(ranks)
    )
    return two_sides(
        caption,
        ("Marketing", "IT"),
        rows,
        column="Priority",
        write=lambda place: numbers.decimal(place, 1),
        gap=_signed,
        most=float(len(rows)),
    )


def _widest(ranks: Ranks) -> str:
    told = [one for one in ranks.priorities if one.standing.gap is not None]
    far = max(told, key=lambda one: abs(one.standing.gap or 0.0), default=None)
    if far is None:
        return "Only one side has ranked the priorities"
    gap = far.standing.gap or 0.0
    if not gap:
        return "Both sides rank the priorities alike"
    who = "IT" if gap > 0 else "Marketing"
    return f"{far.priority.title}: {who} places it {numbers.decimal(abs(gap), 1)} places higher"


def _signed(places: float | None) -> str:
    if places is None:
        return numbers.UNKNOWN
    return f"{places:+.1f}".replace("-", "−") if round(places, 1) else "0.0"


def _ranked(ranks: Ranks) -> Table:
    def place(value: float | None) -> str:
        return numbers.UNKNOWN if value is None else numbers.decimal(value, 1)

    rows = [
        (
            one.priority.title,
            OWNERS[one.priority.owner],
            one.priority.measure,
            place(one.standing.own["marketing"]),
            place(one.standing.own["it"]),
            _signed(one.standing.gap),
            place(one.standing.guess["marketing"]),
            place(one.standing.guess["it"]),
        )
        for one in ranks.priorities
    ]
    columns = (
        *("priority", "owner", "measure", "marketing", "IT", "gap"),
        *("IT, as marketing thinks", "marketing, as IT thinks"),
    )
    return Table(
        name="priorities",
        title="Joint priorities and the place that each side gives them",
        columns=columns,
        rows=tuple(rows),
        numeric=(False, False, False, True, True, True, True, True),
        unit="Mean place, 1 is the most important",
        n=_people(ranks).rstrip("."),
    )


def _services(levels: tuple[ServiceLevel, ...]) -> Table:
    rows = tuple((_service(one), numbers.span(one.within), SIDE[one.owner]) for one in levels)
    return Table(
        name="services",
        title="What each promised the other about time",
        columns=("service", "within", "by"),
        rows=rows,
    )


def _service(level: ServiceLevel) -> str:
    only = f": {', '.join(level.sources)}" if level.sources else ""
    return SERVICES[level.service] + only


def _budgets(slow: AgendaMeasured, currency: str) -> Table:
    rows = tuple(_budget(one, currency) for one in slow.budgets)
    return Table(
        name="budgets",
        title="Money, and what it returned",
        columns=("channel", "side", "until", "budget", "spent", "of budget", "period over", "returned"),
        rows=rows,
        numeric=(False, False, False, True, True, True, True, False),
        unit="Returned: what treated people brought more than those held out, less the cost, with 95 % interval",
    )


def _budget(one: BudgetSeen, currency: str) -> tuple[str, ...]:
    budget = one.budget
    share = one.spent / budget.amount if one.spent is not None and budget.amount else None
    spent = "not told to your role" if one.problems and one.spent is None else numbers.UNKNOWN
    return (
        budget.title or budget.channel.replace("_", " "),
        SIDE[budget.side],
        numbers.day(budget.ends),
        numbers.money(budget.amount, currency),
        numbers.money(one.spent, currency) if one.spent is not None else spent,
        numbers.percent(share, 0) if share is not None else "",
        numbers.percent(one.share, 0),
        _returned(one),
    )


def _returned(one: BudgetSeen) -> str:
    told = [
        f"{each.title}: {numbers.money(each.returned.value, each.returned.currency)} "
        f"({numbers.decimal(each.returned.low, 0)} to {numbers.decimal(each.returned.high, 0)})"
        for each in one.earned
        if each.returned is not None
    ]
    unknown = [f"{each.title}: {numbers.UNKNOWN}, {each.why.rstrip('.')}" for each in one.earned if each.why]
    return "; ".join([*told, *unknown]) or f"{numbers.UNKNOWN}: {one.why_earned}"


def _register(tools: tuple[ToolSeen, ...]) -> Table:
    rows = tuple(
        (
            one.tool.title or one.tool.tool,
            one.tool.vendor,
            SIDE[one.tool.owner],
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


def _skills(skills: tuple[SkillSeen, ...]) -> Table:
    rows = tuple(
        (
            one.skill.title or one.skill.skill.replace("_", " "),
            SIDE[one.skill.function],
            numbers.count(one.skill.people),
            numbers.count(one.skill.wanted),
            numbers.count(one.missing) if one.missing else "none",
            f"{one.skill.level} of 5" if one.skill.level else "",
            _training(one),
        )
        for one in skills
    )
    return Table(
        name="skills",
        title="Skills, and who could teach them",
        columns=("skill", "side", "people", "wanted", "missing", "level", "training"),
        rows=rows,
        numeric=(False, False, True, True, True, False, False),
    )


def _training(one: SkillSeen) -> str:
    other = "IT" if SIDE[one.skill.function] == "Marketing" else "Marketing"
    could = (
        f"{other} has {numbers.plural(one.teachers, 'person', 'people')} at level {one.teacher_level}"
        if one.teachers
        else ""
    )
    return "; ".join(part for part in (one.skill.training, could) if part)


def _felt(one: Found) -> ExperienceLine:
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
        told=f"{told[:1].upper()}{told[1:]}",
        target=_written(measure, float(measure.target)) if measure.target is not None else "",
        good=good,
        owners=(measure.owners.marketing, measure.owners.it),
        problems=one.problems,
    )


def _written(measure: Experience, figure: float | None) -> str:
    if figure is None:
        return numbers.UNKNOWN
    return _signed(figure) if measure.kind is Feel.NPS else numbers.percent(figure, 0)
