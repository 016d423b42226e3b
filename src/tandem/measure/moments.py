"""From assignments and events to sums: one engine query per campaign, few rows whatever the size of the lake.

Each assigned person stands in exactly one cell: arm, day of assignment, day of the first conversion. So cells
hold different people, their sums add up to those of the arm, and no person is counted twice or left out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlglot import exp

from tandem.charter.definitions import Campaign
from tandem.engine import Catalogue, Engine
from tandem.engine import functions as f
from tandem.kernel.values import FieldRef, Type
from tandem.measure.stats import Moments
from tandem.policy import Permit, guarded

TREATED = "treated"
CONTROL = "control"
REACHED = ("sent", "exported")


@dataclass(frozen=True)
class Cell:
    """Assigned people of one arm, day of assignment and day of first conversion, in sums.

    `day` is the number of calendar days (UTC) from assignment to the first conversion, None for the people
    who have not converted. `contacted`: those with a contact that left. `open`: those whose window has not
    ended; the last window of the cell ends at `closes`.
    """

    arm: str
    assigned_on: date
    day: int | None
    moments: Moments
    contacted: int
    open: int
    closes: datetime


def footprint(campaign: Campaign) -> frozenset[FieldRef]:
    """Every column that measuring the campaign reads, for policy."""
    goal = f"event_{campaign.goal.event}"
    value = [FieldRef(goal, campaign.goal.value)] if campaign.goal.value else []
    return frozenset(
        [
            *(FieldRef("assignments", name) for name in ("campaign", "person_id", "arm", "assigned_at")),
            *(FieldRef("contacts", name) for name in ("campaign", "person_id", "state")),
            FieldRef("person_changes", "from_person_id"),
            FieldRef("person_map", "person_id"),
            FieldRef(goal, "event_at"),
            *value,
        ]
    )


def moments_query(catalogue: Catalogue, campaign: Campaign, permit: Permit, now: datetime) -> exp.Select:
    """One row per cell: arm, assigned_on, day, n, conversions, value_sum, value_sq_sum, contacted, open,
    closes.

    Over everybody assigned, contacted or not (intention to treat). Who was merged into another person since
    stays in the count, with the outcomes of the person they are now. Outcomes in [assigned_at, assigned_at +
    window) and before `now`. Money and whole numbers are summed as decimals, so both engines give the same
    digits; a NUMBER is summed as a double. Without a value field the value sums are NULL.
    """
    arm, day, value = (exp.column(name, "p") for name in ("arm", "day", "value"))
    assigned_on = exp.cast(exp.column("assigned_at", "p"), "date")
    closes = _closes("p", campaign.window)
    return (
        exp.select(
            arm.as_("arm"),
            assigned_on.as_("assigned_on"),
            day.as_("day"),
            exp.Count(this=exp.Star()).as_("n"),
            f.count_if(day.is_(exp.null()).not_()).as_("conversions"),
            exp.Sum(this=value).as_("value_sum"),
            exp.Sum(this=exp.Mul(this=value.copy(), expression=value.copy())).as_("value_sq_sum"),
            f.count_if(exp.column("contacted", "p").is_(exp.null()).not_()).as_("contacted"),
            f.count_if(closes > f.instant(now)).as_("open"),
            exp.Max(this=closes.copy()).as_("closes"),
        )
        .from_(_people(catalogue, campaign, permit, now).subquery("p"))
        .group_by(arm.copy(), assigned_on.copy(), day.copy())
    )


def cells(engine: Engine, campaign: Campaign, permit: Permit, now: datetime) -> tuple[Cell, ...]:
    """The cells of a campaign, in order of arm, day of assignment and day of conversion."""
    rows = engine.dicts(moments_query(engine.catalogue, campaign, permit, now))
    found = [_cell(row) for row in rows]
    return tuple(sorted(found, key=lambda c: (c.arm, c.assigned_on, c.day is None, c.day or 0)))


def arms(found: Iterable[Cell]) -> dict[str, Moments]:
    """The sums of each arm: treated and control, or fewer if nobody was assigned to one."""
    total: dict[str, Moments] = {}
    for cell in found:
        total[cell.arm] = total[cell.arm] + cell.moments if cell.arm in total else cell.moments
    return total


def _people(catalogue: Catalogue, campaign: Campaign, permit: Permit, now: datetime) -> exp.Select:
    """One row per assigned person: arm, assigned_at, day, value, contacted (NULL if no contact left)."""
    assigned, outcome = exp.column("assigned_at", "a"), exp.column("event_at", "e")
    in_window = exp.and_(
        exp.column("known_as", "a").eq(exp.column("person_id", "e")),
        outcome >= assigned,
        outcome < _closes("a", campaign.window),
        outcome < f.instant(now),
    )
    first = exp.cast(exp.Min(this=outcome.copy()), "date")
    start = exp.cast(assigned.copy(), "date")
    keys = [exp.column(name, "a") for name in ("person_id", "arm", "assigned_at")]
    reached = exp.column("person_id", "c")
    return (
        exp.select(
            *keys,
            exp.DateDiff(this=first, expression=start, unit=exp.var("DAY")).as_("day"),
            _value(catalogue, campaign).as_("value"),
            exp.Max(this=reached).as_("contacted"),
        )
        .from_(_assigned(catalogue, campaign, permit).subquery("a"))
        .join(_outcomes(catalogue, campaign, permit).subquery("e"), on=in_window, join_type="left")
        .join(_contacted(catalogue, campaign, permit).subquery("c"), on=_same_person("c"), join_type="left")
        .group_by(*(key.copy() for key in keys))
    )


def _assigned(catalogue: Catalogue, campaign: Campaign, permit: Permit) -> exp.Select:
    """One row per assigned person: person_id, arm, assigned_at, and `known_as`, the person they are now."""
    rows = exp.select("*").from_(guarded("assignments", permit, catalogue)).where(_of(campaign)).subquery("x")
    person, later = exp.column("person_id", "x"), exp.column("later", "l")
    known_as = exp.Coalesce(this=later, expressions=[person.copy()]).as_("known_as")
    return (
        exp.select(person, exp.column("arm", "x"), exp.column("assigned_at", "x"), known_as)
        .from_(rows)
        .join(
            _merged(catalogue, permit).subquery("l"),
            on=person.eq(exp.column("earlier", "l")),
            join_type="left",
        )
    )


def _merged(catalogue: Catalogue, permit: Permit) -> exp.Select:
    """One row per person id that nobody has any more: `earlier`, and `later`, who has its identifiers now."""
    changes = exp.select("*").from_(guarded("person_changes", permit, catalogue)).subquery("h")
    living = exp.select("person_id").distinct().from_(guarded("person_map", permit, catalogue)).subquery("m")
    earlier, here = exp.column("from_person_id", "h"), exp.column("person_id", "m")
    later = exp.Max(this=exp.column("person_id", "h")).as_("later")
    return (
        exp.select(earlier.as_("earlier"), later)
        .from_(changes)
        .join(living, on=earlier.eq(here), join_type="left")
        .where(here.is_(exp.null()), earlier.copy().is_(exp.null()).not_())
        .group_by(earlier.copy())
    )


def _outcomes(catalogue: Catalogue, campaign: Campaign, permit: Permit) -> exp.Select:
    names = ["person_id", "event_at", *([campaign.goal.value] if campaign.goal.value else [])]
    return exp.select(*names).from_(guarded(f"event_{campaign.goal.event}", permit, catalogue))


def _contacted(catalogue: Catalogue, campaign: Campaign, permit: Permit) -> exp.Select:
    reached = exp.column("state").isin(*(f.value(state) for state in REACHED))
    rows = guarded("contacts", permit, catalogue)
    return exp.select("person_id").distinct().from_(rows).where(_of(campaign), reached)


def _value(catalogue: Catalogue, campaign: Campaign) -> exp.Expr:
    """What a person brought in all, 0 without any outcome; NULL if the goal has no value."""
    field = campaign.goal.value
    if field is None:
        return f.null_of(Type.MONEY)
    number = catalogue[f"event_{campaign.goal.event}"].column(field).type is Type.NUMBER
    kind = Type.NUMBER if number else Type.MONEY
    total = exp.Sum(this=f.cast(exp.column(field, "e"), kind))
    return f.cast(exp.Coalesce(this=total, expressions=[exp.Literal.number(0)]), kind)


def _of(campaign: Campaign) -> exp.Expr:
    return exp.column("campaign").eq(f.value(campaign.campaign))


def _closes(table: str, window: timedelta) -> exp.Expr:
    seconds = exp.Literal.string(str(int(window.total_seconds())))
    return exp.column("assigned_at", table) + exp.Interval(this=seconds, unit=exp.var("SECOND"))


def _same_person(table: str) -> exp.Expr:
    return exp.column("person_id", table).eq(exp.column("person_id", "a"))


def _cell(row: Mapping[str, object]) -> Cell:
    number = {name: int(str(row[name])) for name in ("n", "conversions", "contacted", "open")}
    sums = [row["value_sum"], row["value_sq_sum"]]
    value, squares = (s if isinstance(s, Decimal | float) else None for s in sums)
    assigned_on, closes, day = row["assigned_on"], row["closes"], row["day"]
    assert isinstance(assigned_on, date)
    assert isinstance(closes, datetime)
    return Cell(
        arm=str(row["arm"]),
        assigned_on=assigned_on,
        day=None if day is None else int(str(day)),
        moments=Moments(number["n"], number["conversions"], value, squares),
        contacted=number["contacted"],
        open=number["open"],
        closes=closes,
    )
