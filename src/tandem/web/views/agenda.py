"""The one agenda: priorities as both sides rank them, money, tools, skills, and how customers find it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tandem.align.names import TITLED
from tandem.align.priorities import LEAST
from tandem.charter.definitions import Agenda, AgendaOwner
from tandem.kernel import Problem, Problems, numbers
from tandem.usecases.rank_priorities import PrioritySeen, Ranks, rank, see_ranks
from tandem.usecases.see_agenda import (
    AgendaMeasured,
    BudgetSeen,
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
from tandem.web.views.agenda_words import (
    ExperienceLine,
    budgets,
    experience_line,
    register,
    returns,
    services,
    signed,
    skills_table,
    trainings,
)
from tandem.web.views.briefs import desk

PATIENCE = 0.8
OWNERS = {AgendaOwner.MARKETING: "Marketing", AgendaOwner.IT: "IT", AgendaOwner.BOTH: "Both"}


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
    places: Chart | None = doc(
        "Mean place of each priority, both sides; absent until enough people have ranked."
    )
    ranked: Table = doc("The priorities with both sides' own places, gaps and guesses.")
    people: str = doc("How many people of each side have ranked.")
    mine: tuple[RankLine, ...] = doc("The form: what you said last. Empty for who is on neither side.")
    side: str = doc("Your side, or nothing.")
    least: int = doc("From how many people of a side on their mean places are told.")
    services: Table = doc("What each function promised the other about time.")
    budgets: Table | None = doc("Money beside what was spent and returned; absent while it is worked out.")
    returns: tuple[str, ...] = doc("What each channel returned, or why nobody can say.")
    money: tuple[BudgetSeen, ...] = doc("The same as numbers.")
    refused: tuple[Problem, ...] = doc("Why your role may not measure money; empty if it may.")
    register: Table = doc("Vendors and tools, those outside the standards first.")
    outside: int = doc("How many tools stand outside the company's standards.")
    unregistered: tuple[str, ...] = doc("Sources that no tool of the register stands for.")
    skills: Table = doc("Skills with how many people are missing.")
    trainings: tuple[str, ...] = doc(
        "How gaps can be closed: what is planned, who of the other side could teach."
    )
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
        side=TITLED.get(function_of(ask.actor.role) or "", ""),
        least=LEAST,
        services=services(agenda.service_levels),
        budgets=budgets(slow, currency) if slow else None,
        returns=returns(slow) if slow else (),
        money=slow.budgets if slow else (),
        refused=tuple(dict.fromkeys(p for one in slow.budgets for p in one.problems)) if slow else (),
        register=register(tools),
        outside=sum(one.outside for one in tools),
        unregistered=unregistered(ask.work) if agenda.register else (),
        skills=skills_table(see_skills(agenda)),
        trainings=trainings(see_skills(agenda)),
        experience=tuple(experience_line(one) for one in slow.experience) if slow else None,
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
    few = "" if min(marketing, it) >= LEAST else f" Mean places of a side are told from {LEAST} people on."
    return f"Ranked by {people[0]} of marketing and {people[1]} of IT.{few}"


def _places(ranks: Ranks) -> Chart | None:
    if all(place is None for one in ranks.priorities for place in one.standing.own.values()):
        return None
    rows = [
        Opposed(one.priority.title, one.standing.own["marketing"], one.standing.own["it"])
        for one in ranks.priorities
    ]
    caption = Caption(
        name="places",
        title=_widest(ranks),
        unit="Mean place, 1 is the most important",
        n=_people(ranks).rstrip("."),
    )
    return two_sides(
        caption,
        ("Marketing", "IT"),
        rows,
        column="Priority",
        write=lambda place: numbers.decimal(place, 1),
        gap=signed,
        places=len(rows),
    )


def _widest(ranks: Ranks) -> str:
    told = [one for one in ranks.priorities if one.standing.gap is not None]
    far = max(told, key=lambda one: abs(one.standing.gap or 0.0), default=None)
    if far is None:
        return "Only one side has ranked the priorities with enough people"
    gap = far.standing.gap or 0.0
    if not gap:
        return "Both sides rank the priorities alike"
    who = "IT" if gap > 0 else "Marketing"
    return f"{far.priority.title}: {who} places it {numbers.decimal(abs(gap), 1)} places higher"


def _ranked(ranks: Ranks) -> Table:
    def place(value: float | None) -> str:
        return numbers.UNKNOWN if value is None else numbers.decimal(value, 1)

    rows = [
        (
            one.priority.title,
            OWNERS[one.priority.owner],
            place(one.standing.own["marketing"]),
            place(one.standing.own["it"]),
            signed(one.standing.gap),
            place(one.standing.guess["marketing"]),
            place(one.standing.guess["it"]),
        )
        for one in ranks.priorities
    ]
    columns = (
        *("priority", "owner", "marketing", "IT", "gap"),
        *("IT, as marketing thinks", "marketing, as IT thinks"),
    )
    return Table(
        name="priorities",
        title="Joint priorities and the place that each side gives them",
        columns=columns,
        rows=tuple(rows),
        numeric=(False, False, True, True, True, True, True),
        unit="Mean place, 1 is the most important",
        n=_people(ranks).rstrip("."),
    )
