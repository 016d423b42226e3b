"""Money of campaigns by budget: each part in the period of its days, none of it twice, and why where unknown."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from tandem.charter.definitions import Budget
from tandem.charter.definitions.project import Function
from tandem.measure.earning import Cost
from tandem.measure.figures import Figures
from tandem.measure.moments import Cell
from tandem.measure.report import NoLift
from tandem.measure.stats import Moments, Refusal
from tandem.usecases.budget_money import FEW, NO_COST, RUNS_OVER, covers, earned

APRIL, JULY, OCTOBER = (datetime(2026, month, 1) for month in (4, 7, 10))
SPRING = Budget(side=Function.MARKETING, channel="email", starts=APRIL, ends=JULY, amount=Decimal(100))
SUMMER = replace(SPRING, starts=JULY, ends=OCTOBER)
WHOLE = replace(SPRING, ends=OCTOBER)
NOW = datetime(2026, 9, 1)


def cell(day: date, contacted: int) -> Cell:
    return Cell("treated", day, None, Moments(contacted, 0), contacted, 0, NOW)


def measured(*cells: Cell, cost: bool = True) -> NoLift:
    contacts = sum(one.contacted for one in cells)
    figures = Figures(
        *("hello", "Hello", "purchase", None, None, timedelta(days=7), 0.1, NOW),
        *({}, 0, None, cells, 10),
        Cost(Decimal(40), Decimal("0.5"), contacts, "GBP") if cost else None,
    )
    return NoLift(figures, Refusal("MSR-001", "Too few people.", "", ""), "", "", ())


ACROSS = measured(cell(date(2026, 6, 30), 20), cell(date(2026, 7, 1), 30))


def test_what_adjoining_budgets_count_adds_up_to_what_it_cost() -> None:
    spring, summer = (earned(ACROSS, one) for one in (SPRING, SUMMER))
    assert spring
    assert summer
    assert (spring.cost, summer.cost) == (40 + 10, 15)
    assert ACROSS.figures.cost
    assert ACROSS.figures.cost.total == 65
    assert spring.why == summer.why == RUNS_OVER
    whole = earned(ACROSS, WHOLE)
    assert whole
    assert (whole.cost, whole.why) == (65, "Too few people.")
    assert earned(ACROSS, replace(SPRING, starts=OCTOBER, ends=datetime(2027, 1, 1))) is None


def test_a_small_part_is_not_told_nor_what_would_leave_it() -> None:
    few = measured(cell(date(2026, 6, 30), 4), cell(date(2026, 7, 1), 30))
    for budget in (SPRING, SUMMER):
        found = earned(few, budget)
        assert found
        assert (found.cost, found.why_cost) == (None, FEW)
    found = earned(few, WHOLE)
    assert found
    assert found.cost == 40 + 17
    found = earned(measured(cell(date(2026, 7, 1), 30), cost=False), SUMMER)
    assert found
    assert found.why_cost == NO_COST


@pytest.mark.parametrize("hours", [0, 1, 12, 23])
def test_a_day_is_in_one_of_two_adjoining_periods(hours: int) -> None:
    cut = JULY + timedelta(hours=hours)
    first, second = replace(SPRING, ends=cut), replace(SUMMER, starts=cut)
    for day in (date(2026, 6, 30), date(2026, 7, 1), date(2026, 7, 2)):
        assert covers(first, day) is not covers(second, day)
