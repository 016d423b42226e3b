"""Home: everything at a glance, for both functions."""

from dataclasses import dataclass
from datetime import datetime

from tandem.kernel import Problem, numbers
from tandem.policy import Gap, Refusal
from tandem.usecases import home_words as words
from tandem.usecases.approving import FUNCTIONS
from tandem.usecases.see_home import (
    Agreed,
    Benchmark,
    Home,
    Joined,
    NeedsNoYes,
    NotYet,
    People,
    see_home,
)
from tandem.usecases.see_measured import Earned, Measured, measured
from tandem.usecases.see_waits import Cause, LastRuns, RunTold, Waits, last_runs, see_waits
from tandem.web.access import Action, may, who_may
from tandem.web.asking import Ask
from tandem.web.charts import Caption, Chart, Interval, Untold, Whole, intervals, stacked
from tandem.web.memo import lake_version
from tandem.web.page import PageContext, doc
from tandem.web.values import Table
from tandem.web.views.agreement import alignment, hundredths

PATIENCE = 0.5
"""Seconds that a request waits for what takes long; then the page comes without it and looks again."""

WAITING = {
    Cause.EDITS: "/plan",
    Cause.APPROVAL: "/plan",
    Cause.REQUEST: "/trust/requests",
    Cause.RUN: "/work",
    Cause.JOB: "/work/{}",
    Cause.QUARANTINE: "/data/quarantine?source={}",
    Cause.SILENT: "/data/sources/{}",
    Cause.UNCERTAIN: "/campaigns/{}",
    Cause.STARTS: "/campaigns/{}",
    Cause.BRIEF: "/agree/briefs/{}",
}
WAITING_ALL = WAITING | {
    Cause.QUARANTINE: "/data/quarantine",
    Cause.SILENT: "/data",
    Cause.BRIEF: "/agree/briefs",
}
FUNCTION_NAMES = {"it": "IT", "marketing": "Marketing"}
LIFT_UNIT = "Share of people who reached the goal, treated less held out, in points with 95 % interval"


@dataclass(frozen=True)
class Figure:
    """One of the four figures at the top, with its name and what else to know; `href` says where to ask why."""

    value: str
    label: str
    note: str
    href: str


@dataclass(frozen=True)
class Step:
    """What to do next in a company that has done no run yet. Without `href` it is not done on a page."""

    title: str
    text: str
    href: str = ""
    run: bool = False


@dataclass(frozen=True)
class CampaignLine:
    """One campaign: its state in words, and what it earned or why nobody can say."""

    title: str
    state: str
    sentence: str
    href: str


@dataclass(frozen=True)
class WaitLine:
    """One thing that waits: for which function, what, and where to see to it."""

    who: str
    sentence: str
    href: str
    hurts: bool
    mine: bool


@dataclass(frozen=True, kw_only=True)
class HomePage(PageContext):
    """Know, act, prove, trust, agree: where the company stands."""

    lead: str = doc("The most important thing in a sentence or two.")
    as_of: str = doc("As of when the last run worked.")
    steps: tuple[Step, ...] = doc("What to do next, in order; empty once somebody is known.")
    figures: tuple[Figure, ...] = doc("Four figures: people known, known on both sides, consent, last lift.")
    campaigns: tuple[CampaignLine, ...] | None = doc(
        "Each campaign with what it earned; absent while it is worked out."
    )
    measured: tuple[Earned, ...] = doc("The same as numbers.")
    campaigns_refused: tuple[Problem, ...] = doc("Why the role may not measure campaigns; empty if it may.")
    lifts: Chart | None = doc("The lifts of all campaigns against no effect.")
    joined: Joined | NotYet | None = doc(
        "People by where they were met; absent where they may not be counted."
    )
    sides: Chart | None = doc("The same as a picture.")
    consents: tuple[Agreed, ...] = doc("What people said to each purpose that needs a yes.")
    consent: Chart | None = doc("The same as a picture.")
    needs_no_yes: tuple[NeedsNoYes, ...] = doc("Purposes on another basis than consent.")
    counted: str = doc("Who is not among the people counted.")
    refused: tuple[Problem, ...] = doc("Why the role may not count people; empty if it may.")
    waits: tuple[WaitLine, ...] = doc("What waits, for which function, what hurts first, then one's own.")
    run: RunTold | None = doc("The last run: when, how long, what it did, what went wrong.")
    took: str = doc("How long the last run took.")
    freshness: Table | None = doc("Each source: newest row, last file, entries in quarantine.")
    data_refused: tuple[Problem, ...] = doc("Why the role may not see how fresh the data is.")
    aligned: Figure | None = doc("How far apart the two functions are, as the last survey of both says.")
    not_measured: str = doc("Why there is no figure yet for that; empty where there is one.")
    joined_elsewhere: Benchmark = doc("How many firms had joined their data, as published.")
    together_elsewhere: Benchmark = doc("How many leaders found the collaboration right, as published.")


def view(ask: Ask) -> PageContext:
    """Home, or the first steps before the first run. What takes seconds goes on beside the page."""
    runs = last_runs(ask.ledger)
    at = _told_at(ask, runs)
    home = ask.memo.answer(ask.work, at, ("home",), lambda: see_home(ask.work))
    begun = runs.done_at is not None and home.begun
    slow = _measured(ask, at) if begun else None
    people = home.people if isinstance(home.people, People) else None
    aligned = _aligned(ask) if begun else None
    return HomePage(
        title=ask.work.charter.project.name,
        lead=words.lead(home, slow) if begun else words.nothing_yet(runs.done_at is not None),
        as_of=f"As of the run of {numbers.moment(runs.done_at)}." if runs.done_at else "",
        steps=() if begun else _steps(ask),
        figures=_figures(ask, home, slow) if begun else (),
        campaigns=tuple(_line(one) for one in slow.campaigns) if slow else None,
        measured=slow.campaigns if slow else (),
        campaigns_refused=slow.refused if slow else (),
        lifts=_lifts(slow.campaigns, runs) if slow else None,
        joined=people.joined if people else None,
        sides=_sides(people, runs) if people else None,
        consents=people.consents if people else (),
        consent=_consent(people, runs) if people else None,
        needs_no_yes=home.needs_no_yes,
        counted=people.note if people else "",
        refused=_why(home.people),
        waits=_waits(ask, see_waits(ask.work, slow.data if slow else None, ask.now, ask.wall())),
        run=runs.last,
        took=numbers.lasting(runs.last.took.total_seconds()) if runs.last and runs.last.took else "",
        freshness=_freshness(ask, slow, runs),
        data_refused=slow.problems if slow else (),
        aligned=aligned,
        not_measured="" if aligned else home.not_measured,
        joined_elsewhere=home.joined_elsewhere,
        together_elsewhere=home.together_elsewhere,
    )


def _told_at(ask: Ask, runs: LastRuns) -> datetime:
    """The last run, or the beginning of the day if that is later: not each minute asks everything anew."""
    today = ask.now.replace(hour=0, minute=0, second=0, microsecond=0)
    return max(today, runs.done_at) if runs.done_at and runs.done_at <= ask.now else today


def _measured(ask: Ask, at: datetime) -> Measured | None:
    # Every run and every edit put in force makes this another question.
    asked = (ask.ledger.applied_fingerprint(), ask.actor.role, at, lake_version(ask.work))
    root, actor, wall = ask.root, ask.actor, ask.wall
    return ask.later.look(("home", *asked), lambda: measured(root, actor, at, wall), PATIENCE)


def _why(people: People | Refusal | Gap) -> tuple[Problem, ...]:
    match people:
        case Refusal(reasons=found) | Gap(missing=found):
            return found
        case People():
            return ()


def _steps(ask: Ask) -> tuple[Step, ...]:
    assert ask.user is not None
    charter = ask.work.charter
    places = "; ".join(f"{one.title or one.source}: {one.files.path}" for one in charter.sources)
    runs = may(ask.user.role, Action.RUN)
    return (
        Step(
            "Look at what is agreed", "Sources, purposes, policies, audiences: the charter in force.", "/plan"
        ),
        Step(
            "Put the files where the sources look for them",
            f"From the folder of the charter: {places}." if places else "No source is declared yet.",
            "/data",
        ),
        Step(
            "Run the loop",
            "It takes up what is new, works out who is who, evaluates the audiences and goes on with the campaigns."
            + ("" if runs else f" {who_may(Action.RUN).capitalize()} may."),
            run=runs,
        ),
        Step("See who is in each audience", "And who of them may be contacted, for what.", "/audiences"),
        Step(
            "Set up a campaign", "With people held out, so that it can be told what it earned.", "/campaigns"
        ),
    )


def _figures(ask: Ask, home: Home, slow: Measured | None) -> tuple[Figure, ...]:
    assert ask.user is not None
    people = home.people
    known = "/customers" if may(ask.user.role, Action.SEE_CUSTOMERS) else "/audiences"
    if isinstance(people, People):
        first = [
            Figure(str(people.known), "people known", _from_sources(ask), known),
            _both_sides(people.joined),
            *([_most_consent(people.consents)] if people.consents else []),
        ]
    else:
        first = [Figure("not shown", "people known", _plain(_why(people)[0].sentence), "/help#roles")]
    return (*first, _last_lift(slow))


def _from_sources(ask: Ask) -> str:
    about = [one for one in ask.work.charter.sources if one.identifiers]
    return f"From {numbers.plural(len(about), 'source')}."


def _both_sides(found: Joined | NotYet) -> Figure:
    label = "known both online and offline"
    match found:
        case NotYet():
            return Figure(numbers.UNKNOWN, label, found.sentence, "/data")
        case Joined(share=None):
            few = "The share is not told: it would give the size of a small group away."
            return Figure(str(found.both), label, few, "/data")
        case Joined():
            note = f"{found.both} people; {found.online_only} online only, {found.offline_only} offline only."
            return Figure(numbers.percent(found.share or 0.0, 0), label, note, "/data")


def _most_consent(found: tuple[Agreed, ...]) -> Figure:
    most = max(found, key=lambda one: one.share or 0.0)
    value = numbers.percent(most.share, 0) if most.share is not None else str(most.yes)
    return Figure(value, f"said yes: {most.title}", f"{most.yes} people; silence means no.", "#consent")


def _plain(sentence: str) -> str:
    return f"{sentence[:1].upper()}{sentence[1:].rstrip('.')}.".replace("`", "")


def _aligned(ask: Ask) -> Figure | None:
    """The alignment index, or why it is not known; None before the first survey of both."""
    found, working = alignment(ask)
    label = "alignment of marketing and IT, of 100"
    if working:
        return Figure("…", label, "It is being worked out.", "/agree")
    if found is None:
        return None
    if found.index is None:
        return Figure(numbers.UNKNOWN, label, found.why_not, f"/agree/results/{found.pulse}")
    low, high = hundredths(found.index.low), hundredths(found.index.high)
    note = f"95 % interval {low} to {high}; {found.title}, {numbers.day(found.ended)}."
    return Figure(hundredths(found.index.value), label, note, "/agree")


def _last_lift(slow: Measured | None) -> Figure:
    last = slow.last if slow else None
    if slow is None:
        return Figure("…", "earned by the last campaign", "It is being worked out.", "/campaigns")
    if last is None and slow.refused:
        told = _plain(slow.refused[0].sentence)
        return Figure("not shown", "earned by the last campaign", told, "/help#roles")
    if last is None:
        return Figure(
            numbers.UNKNOWN, "earned by the last campaign", "No campaign has been measured yet.", "/campaigns"
        )
    page = f"/campaigns/{last.campaign}"
    if last.value and last.unit:
        note = f"{last.title}; 95 % interval {numbers.decimal(last.value.low)} to {numbers.decimal(last.value.high)}."
        return Figure(numbers.money(last.value.value, last.unit), "earned a person", note, page)
    assert last.conversion
    note = f"{last.title}; 95 % interval {words.more_points(last.conversion).partition('(')[2].rstrip(')')}."
    return Figure(numbers.points(last.conversion.value), "more reached the goal", note, page)


def _line(one: Earned) -> CampaignLine:
    return CampaignLine(one.title, one.state, words.campaign_sentence(one), f"/campaigns/{one.campaign}")


def _lifts(campaigns: tuple[Earned, ...], runs: LastRuns) -> Chart | None:
    """The forest, unless there is no campaign, or none that the role may measure."""
    if all(one.refused for one in campaigns):
        return None
    rows = [
        Interval(one.title, one.conversion.low, one.conversion.value, one.conversion.high)
        if one.conversion
        else Untold(one.title, one.why_not or one.sentence)
        for one in campaigns
    ]
    links = tuple(f"/campaigns/{one.campaign}" for one in campaigns)
    caption = Caption(name="lifts", title=words.lifts_title(campaigns), unit=LIFT_UNIT, as_of=_as_of(runs))
    return intervals(caption, rows, links=links)


def _sides(people: People, runs: LastRuns) -> Chart | None:
    found = people.joined
    if isinstance(found, NotYet):
        return None
    parts = (
        ("both", found.both),
        ("online only", found.online_only),
        ("offline only", found.offline_only),
        ("neither", found.neither),
    )
    caption = Caption(name="sides", title=words.joined_title(found), unit="People", as_of=_as_of(runs))
    return stacked(caption, [Whole("Where people were met", parts, people.known, f"{people.known} people")])


def _consent(people: People, runs: LastRuns) -> Chart | None:
    if not people.consents:
        return None
    wholes = [
        Whole(
            one.title,
            (("yes", one.yes), ("no", one.no), ("unclear", one.unclear), ("never asked", one.never)),
            people.known,
            f"{people.known} people",
        )
        for one in people.consents
    ]
    caption = Caption(
        name="consent", title=words.consent_title(people.consents), unit="People", as_of=_as_of(runs)
    )
    return stacked(caption, wholes, column="Purpose")


def _waits(ask: Ask, found: tuple[Waits, ...]) -> tuple[WaitLine, ...]:
    assert ask.user is not None
    mine = FUNCTIONS[ask.user.role]
    lines = [
        WaitLine(
            who=FUNCTION_NAMES[one.who],
            sentence=one.sentence,
            href=(WAITING if one.about else WAITING_ALL)[one.cause].format(one.about),
            hurts=one.hurts,
            mine=one.who in mine,
        )
        for one in found
    ]
    return tuple(sorted(lines, key=lambda line: (not line.mine, not line.hurts)))


def _freshness(ask: Ask, slow: Measured | None, runs: LastRuns) -> Table | None:
    if slow is None or slow.data is None:
        return None
    rows = tuple(
        (
            one.title,
            f"{numbers.ago(one.latest, ask.now)}{', silent' if one.silent(ask.now) else ''}"
            if one.latest
            else "nothing yet",
            numbers.ago(one.loaded, ask.now) if one.loaded else "never",
            numbers.count(one.waiting),
        )
        for one in slow.data.sources
    )
    return Table(
        name="freshness",
        title="How fresh each source is",
        columns=("source", "newest row", "last file taken", "in quarantine"),
        rows=rows,
        numeric=(False, False, False, True),
        as_of=_as_of(runs),
        links=tuple(f"/data/sources/{one.source}" for one in slow.data.sources),
    )


def _as_of(runs: LastRuns) -> str:
    return f"as of {numbers.moment(runs.done_at)}" if runs.done_at else ""
