"""Which money of campaigns belongs to which budget: by the days on which people were assigned, and never to two.

What a campaign costs whoever is contacted falls on the first day of its assignments; what each contact costs, on the
day on which that person was assigned. So what adjoining budgets count adds up to what the campaign cost. A return is
one figure over everybody assigned: it belongs to a budget whole, or to none. The charter makes sure that two budgets of
one side and channel have no day in common.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from tandem.charter.definitions import Budget
from tandem.measure.earning import Return
from tandem.measure.report import LiftReport, NoLift
from tandem.measure.stats import Refusal

NO_COST = "it declares no cost"
RUNS_OVER = (
    "people were assigned within the period and outside of it, and its return is one figure over all of them"
)
FEW_AT_ALL = "too few people were contacted, and its cost would count them"
FEW = "too few people were contacted on its days, or outside of them, and the cost would count them"


@dataclass(frozen=True)
class Earned:
    """What one campaign cost a budget, and what it `returned` after its cost. None is not known: then the why says why.

    `cost` is the part of the budget's days, `returned` that of the whole campaign.
    """

    campaign: str
    title: str
    cost: Decimal | None
    why_cost: str
    returned: Return | None
    why: str


def covers(budget: Budget, day: date) -> bool:
    """Whether a day is in the period: its first instant is. So a day is in one of two adjoining periods, never both."""
    return budget.starts <= datetime.combine(day, time()) < budget.ends


def earned(found: LiftReport | NoLift, budget: Budget) -> Earned | None:
    """The campaign's part in a budget; None if nobody was assigned on its days."""
    figures = found.figures
    days = {cell.assigned_on for cell in figures.cells}
    mine = {day for day in days if covers(budget, day)}
    if not mine:
        return None
    cost, why_cost = _cost(found, days, mine)
    returned, why = _returned(found) if mine == days else (None, RUNS_OVER)
    return Earned(figures.campaign, figures.title, cost, why_cost, returned, why)


def _cost(found: LiftReport | NoLift, days: set[date], mine: set[date]) -> tuple[Decimal | None, str]:
    cost, least = found.figures.cost, found.figures.smallest_group
    if cost is None:
        return None, NO_COST
    fixed = cost.fixed if min(days) in mine else Decimal(0)
    within = sum(cell.contacted for cell in found.figures.cells if cell.assigned_on in mine)
    # The whole cost is told elsewhere, so that one part gives the other away.
    parts = [within] if mine == days else [within, cost.contacts - within]
    if cost.per_contact and any(one < least for one in parts):
        return None, FEW
    return fixed + cost.per_contact * within, ""


def _returned(found: LiftReport | NoLift) -> tuple[Return | None, str]:
    match found:
        case NoLift():
            return None, found.sentence
        case LiftReport(returned=Return() as back):
            return back, ""
        case LiftReport(returned=Refusal() as refused):
            return None, refused.sentence
        case _:
            return None, NO_COST if found.figures.cost is None else FEW_AT_ALL
