"""The same loop on real data: a year of a grocery chain, its campaigns described, one of ours with a holdout."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from sqlglot import exp

from tandem.demo import complete_journey_charter, export_files
from tandem.kernel import numbers
from tandem.kernel.values import Actor, Destination, FieldRef
from tandem.measure.describing import Description, Descriptions, Sources, describe
from tandem.policy import guarded
from tandem.usecases.apply_charter import apply_charter
from tandem.usecases.checking import Checked, prepare_folder, write_demo_charter
from tandem.usecases.permits import permit_for
from tandem.usecases.progress import Told, silent
from tandem.usecases.report_lift import LiftReport, NoLift, report_lift
from tandem.usecases.run_beat import run_beat
from tandem.usecases.workspace import Workspace, open_workspace

LAUNCH = datetime(2017, 10, 1)
READ = datetime(2018, 1, 15)
CAMPAIGN = "autumn_thanks"
STUDY = Sources(
    sent="event_campaign_sent",
    campaign="campaign_id",
    ends="end_date",
    redeemed="event_coupon_redeemed",
    spent="event_basket_row",
    value="sales_value",
)
SALES, BASKETS, HOUSEHOLDS = Decimal("4596039.58"), 155_848, 2_469
REACHED = {"18": 1_133, "13": 1_077, "8": 1_076}
BASKET_COLUMNS = ("basket_id", "sales_value")


@dataclass(frozen=True)
class CompleteJourney:
    """What the loop found in the real data."""

    folder: Path
    described: Descriptions
    lift: LiftReport | NoLift
    checks: tuple[Checked, ...]

    @property
    def good(self) -> bool:
        """Whether the totals are those that the publishers of the data give."""
        return all(check.good for check in self.checks)

    @property
    def sentences(self) -> tuple[str, ...]:
        """Why the description is no lift."""
        return (self.described.refused.sentence,)

    @property
    def columns(self) -> list[str]:
        """Heads of `rows`."""
        return ["campaign", "households reached", "redeemed by", "redemptions", "spent while it ran, USD"]

    @property
    def rows(self) -> list[list[str]]:
        """One row per campaign of the study, largest reach first."""
        return [_row(one) for one in self.described.campaigns]

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        return {
            "folder": str(self.folder),
            "described": self.described.to_dict(),
            "lift": self.lift.to_dict(),
            "truth": [vars(check) for check in self.checks],
            "good": self.good,
        }


def run_complete_journey(
    folder: Path, actor: Actor, wall: Callable[[], datetime], told: Told = silent
) -> CompleteJourney:
    """Lay out the data as it was delivered, launch our campaign on 1 October 2017, and read it the January after."""
    prepare_folder(folder)
    write_demo_charter(folder, complete_journey_charter())
    told("laying out nine months of data", 0, 0)
    export_files(folder, until=LAUNCH)
    apply_charter(folder, actor, LAUNCH, told)
    with open_workspace(folder, actor, wall) as work:
        run_beat(work, LAUNCH, wall, told)
        told("laying out the rest of the year", 0, 0)
        export_files(folder, since=LAUNCH)
        run_beat(work, READ, wall, told)
        told("measuring", 0, 0)
        described = describe_study(work)
        return CompleteJourney(folder, described, report_lift(work, CAMPAIGN, READ), totals(work, described))


def describe_study(work: Workspace) -> Descriptions:
    """The retailer's own campaigns: who was reached, what was redeemed and spent."""
    permit = permit_for(
        work, work.charter.purposes.measuring, Destination.MEASURE, STUDY.footprint, work.actor
    )
    return describe(work.engine, STUDY, permit)


def totals(work: Workspace, described: Descriptions) -> tuple[Checked, ...]:
    """What came out of the lake through the engine, beside the figures that the publishers give."""
    footprint = frozenset(FieldRef("event_basket_row", column) for column in BASKET_COLUMNS)
    permit = permit_for(work, work.charter.purposes.measuring, Destination.MEASURE, footprint, work.actor)
    rows = guarded("event_basket_row", permit, work.engine.catalogue)
    query = exp.select(
        exp.Sum(this=exp.column("sales_value")), _distinct("basket_id"), _distinct("person_id")
    )
    sales, baskets, people = work.engine.one(query.from_(rows))
    reached = {one.campaign: str(one.reached) for one in described.campaigns}
    return (
        Checked("sales, USD", numbers.decimal(SALES), numbers.decimal(sales), sales == SALES),
        Checked("baskets", numbers.count(BASKETS), numbers.count(baskets), baskets == BASKETS),
        Checked("households", numbers.count(HOUSEHOLDS), numbers.count(people), people == HOUSEHOLDS),
        *(_reach(name, size, reached) for name, size in REACHED.items()),
    )


def _reach(name: str, size: int, reached: dict[str, str]) -> Checked:
    found = reached.get(name, "not there")
    return Checked(
        f"households reached by campaign {name}", numbers.count(size), found, found == numbers.count(size)
    )


def _row(one: Description) -> list[str]:
    hidden = "–"
    redemptions = hidden if one.redemptions is None else numbers.count(one.redemptions)
    spent = hidden if one.spent is None else numbers.decimal(one.spent)
    return [one.campaign, str(one.reached), str(one.redeemers), redemptions, spent]


def _distinct(column: str) -> exp.Expr:
    return exp.Count(this=exp.Distinct(expressions=[exp.column(column)]))
