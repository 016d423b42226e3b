"""What Home tells and takes seconds to work out: what each campaign earned, and how fresh each source is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from tandem.kernel import Problem, Problems, numbers
from tandem.kernel.values import Actor
from tandem.measure import problems
from tandem.measure.earning import Return
from tandem.measure.problems import WINDOW_OPEN
from tandem.measure.stats import Estimate
from tandem.usecases.list_campaigns import Standing, list_campaigns
from tandem.usecases.report_lift import LiftReport, NoLift, report_lift
from tandem.usecases.see_data import DataStanding, see_data
from tandem.usecases.workspace import Workspace, open_workspace


@dataclass(frozen=True)
class Change:
    """A difference between treated and held-out people with its 95 % interval; `low` ≤ `value` ≤ `high`."""

    value: float
    low: float
    high: float

    @property
    def clear(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Earned:
    """One campaign: where it stands and what it earned, or in `sentence` why nobody can say.

    `conversion` in shares of people, `value` in `unit` per assigned person, `left` what remains of the whole gain
    when the cost is paid, in `unit`. `assigned` is the last day on which people were assigned, `why_not` the
    reason in a few words.
    """

    campaign: str
    title: str
    state: str
    conversion: Change | None
    value: Change | None
    left: Change | None
    unit: str
    assigned: date | None
    sentence: str
    why_not: str = ""
    refused: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Measured:
    """Campaigns in the charter's order. `data` is absent with its problems for a role that may not see it."""

    campaigns: tuple[Earned, ...]
    data: DataStanding | None
    problems: tuple[Problem, ...] = ()

    @property
    def refused(self) -> tuple[Problem, ...]:
        """Why the role may not measure campaigns, each reason once."""
        return tuple(dict.fromkeys(problem for one in self.campaigns for problem in one.refused))

    @property
    def last(self) -> Earned | None:
        """The campaign that was measured and assigned people last."""
        told = [one for one in self.campaigns if one.conversion and one.assigned]
        return max(told, key=lambda one: one.assigned or date.min, default=None)


def measured(root: Path, actor: Actor, now: datetime, wall: Callable[[], datetime]) -> Measured:
    """`see_measured` in a workspace of its own, for work beside a request."""
    with open_workspace(root, actor, wall) as work:
        return see_measured(work, now)


def see_measured(work: Workspace, now: datetime) -> Measured:
    """Everything for the acting person; what a role may not see is refused by name, and the rest is told."""
    campaigns = tuple(_earned(work, one, now) for one in list_campaigns(work, now))
    try:
        return Measured(campaigns, see_data(work, now))
    except Problems as refused:
        return Measured(campaigns, None, refused.problems)


def _earned(work: Workspace, standing: Standing, now: datetime) -> Earned:
    try:
        found = report_lift(work, standing.campaign, now)
    except Problems as refused:
        return _bare(standing, refused.problems[0].sentence, "your role may not measure it", refused.problems)
    match found:
        case NoLift():
            return _bare(standing, found.sentence, _why_not(found))
        case LiftReport():
            return _told(standing, found)


def _bare(standing: Standing, sentence: str, why_not: str, refused: tuple[Problem, ...] = ()) -> Earned:
    return Earned(
        campaign=standing.campaign,
        title=standing.title or standing.campaign,
        state=standing.state,
        conversion=None,
        value=None,
        left=None,
        unit="",
        assigned=None,
        sentence=f"{sentence[:1].upper()}{sentence[1:].rstrip('.')}.",
        why_not=why_not,
        refused=refused,
    )


def _why_not(found: NoLift) -> str:
    if not found.figures.arms:
        return "nobody assigned yet"
    if found.figures.closes is not None and found.reason.code == WINDOW_OPEN.code:
        return f"outcomes open until {numbers.day(found.figures.closes)}"
    return problems.of(found.reason.code).title


def _told(standing: Standing, found: LiftReport) -> Earned:
    back = found.returned
    return Earned(
        campaign=standing.campaign,
        title=standing.title or standing.campaign,
        state=standing.state,
        conversion=_change(found.conversion),
        value=_change(found.value) if found.figures.value_field else None,
        left=Change(back.value, back.low, back.high) if isinstance(back, Return) else None,
        unit=found.figures.unit or "",
        assigned=max(cell.assigned_on for cell in found.figures.cells),
        sentence=found.sentences[0],
    )


def _change(found: object) -> Change | None:
    if not isinstance(found, Estimate):
        return None
    return Change(found.difference, found.low, found.high)
