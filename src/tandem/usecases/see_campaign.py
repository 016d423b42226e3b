"""One campaign as far as it has come: its terms, where it stands, whom it reached and why not the rest, its lift."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tandem.charter.definitions import Campaign
from tandem.deliver.receipts import reasons
from tandem.kernel import Problem, Problems
from tandem.measure.figures import Arm, Figures
from tandem.measure.moments import CONTROL, TREATED, Cell
from tandem.measure.problems import WINDOW_OPEN
from tandem.measure.stats import Estimate, Moments, Refusal, conversion
from tandem.policy import Count, Shown, shown, shown_parts, shown_within
from tandem.usecases.list_campaigns import Standing, standing_of
from tandem.usecases.report_lift import LiftReport, NoLift, report_lift
from tandem.usecases.workspace import Workspace

# What delivery notes as the reason of a receipt, as people read it.
REASONS = {
    "sent": "sent by e-mail",
    "exported": "written to the file",
    "held_out": "held out, to measure against",
    "consent_missing": "no consent for this purpose",
    "suppressed": "must not be contacted",
    "no_address": "no address known",
}
# Counted in the arms too, as they are, so that holding them back would hide nothing.
OF_ARMS = {"sent", "exported", "held_out"}


@dataclass(frozen=True)
class DayLift:
    """Lift of conversion as of the end of one day, over everybody assigned by then; absent where it is not told."""

    day: date
    lift: Estimate | None
    why: str


@dataclass(frozen=True)
class CampaignSeen:
    """Everything on one campaign. `report` is absent when policy refuses measuring; `refused` then says why.

    `receipts`: (reason code, in words, people), most first; groups under the smallest are "fewer than k".
    `funnel`: (stage, people) from assigned to converted, each a part of the one before.
    """

    campaign: Campaign
    standing: Standing
    report: LiftReport | NoLift | None
    refused: tuple[Problem, ...]
    receipts: tuple[tuple[str, str, Shown], ...]
    funnel: tuple[tuple[str, Shown], ...]
    days: tuple[DayLift, ...]


def see_campaign(work: Workspace, name: str, now: datetime) -> CampaignSeen:
    """A campaign of the charter in force for the acting person. Raises Problems for a name there is not."""
    campaign = work.charter.campaign(name)
    report: LiftReport | NoLift | None = None
    refused: tuple[Problem, ...] = ()
    try:
        report = report_lift(work, name, now)
    except Problems as stopped:
        refused = stopped.problems
    return CampaignSeen(
        campaign=campaign,
        standing=standing_of(work, campaign, now),
        report=report,
        refused=refused,
        receipts=tuple(_receipts(work, name, report.figures.smallest_group)) if report else (),
        funnel=tuple(_funnel(report.figures)) if report else (),
        days=tuple(_days(report.figures)) if report and _may_compare(report) else (),
    )


def _may_compare(report: LiftReport | NoLift) -> bool:
    """Whether days may be told: of a campaign that passed every check, or whose outcomes are still open."""
    return isinstance(report, LiftReport) or report.reason.code == WINDOW_OPEN.code


def _receipts(work: Workspace, name: str, smallest_group: int) -> Iterator[tuple[str, str, Shown]]:
    counted = sorted(reasons(work.engine, name).items(), key=lambda one: -one[1])
    others = [(reason, n) for reason, n in counted if reason not in OF_ARMS]
    told: dict[str, Shown] = {reason: shown(n, smallest_group) for reason, n in counted if reason in OF_ARMS}
    parts = shown_parts([n for _, n in others], smallest_group)
    told |= {reason: people for (reason, _), people in zip(others, parts, strict=True)}
    for reason, _ in counted:
        yield reason, REASONS.get(reason, reason.replace("_", " ")), told[reason]


def _funnel(figures: Figures) -> Iterator[tuple[str, Shown]]:
    treated = figures.arms.get(TREATED)
    if treated is None:
        return
    k = figures.smallest_group
    yield "Assigned", figures.everybody
    yield "Treated", shown(treated.assigned, k)
    told = treated.assigned
    stages = (
        ("Contacted", treated.contacted),
        (
            "Reached the goal",
            sum(cell.contacted for cell in figures.cells if cell.arm == TREATED and cell.day is not None),
        ),
    )
    for name, people in stages:
        within = shown_within(people, told, k)
        if isinstance(within, Count):
            told = people
        yield name, within


def _days(figures: Figures) -> Iterator[DayLift]:
    """One per day from the first assignment until now or the last window's end."""
    if not figures.cells:
        return
    first = min(cell.assigned_on for cell in figures.cells)
    last = min(figures.now, max(cell.closes for cell in figures.cells)).date()
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        yield _day(figures, day)


def _day(figures: Figures, day: date) -> DayLift:
    treated, control = (_so_far(figures.cells, arm, day) for arm in (TREATED, CONTROL))
    if any(_few(arm, figures.smallest_group) for arm in (treated, control)):
        few = f"fewer than {figures.smallest_group} people"
        return DayLift(day, None, f"{few} reached the goal in an arm, or {few} did not")
    found = conversion(treated, control)
    return DayLift(day, None, found.sentence) if isinstance(found, Refusal) else DayLift(day, found, "")


def _few(arm: Moments, smallest_group: int) -> bool:
    return Arm(arm.n, 0, arm.conversions, None).few(smallest_group)


def _so_far(cells: tuple[Cell, ...], arm: str, day: date) -> Moments:
    there = [cell for cell in cells if cell.arm == arm and cell.assigned_on <= day]
    reached = (
        cell.moments.conversions
        for cell in there
        if cell.day is not None and cell.assigned_on + timedelta(days=cell.day) <= day
    )
    return Moments(sum(cell.moments.n for cell in there), sum(reached))
