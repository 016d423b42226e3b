"""Campaigns of others, without a holdout: whom they reached, what was redeemed, what was spent. No lift.

Who was sent such a campaign was chosen, and chosen people differ from the rest before anything is sent. The
difference between them and the rest is then the choice and the campaign together, and nothing in the data can
take the two apart.
"""

from dataclasses import dataclass
from decimal import Decimal

from sqlglot import exp

from tandem.engine import Catalogue, Engine
from tandem.engine import functions as f
from tandem.kernel.values import FieldRef, Type
from tandem.measure import problems
from tandem.measure.stats import Refusal
from tandem.policy import Permit, Shown, TooSmall, guarded, shown

WHY_NOT = Refusal(
    problems.NOT_RANDOMISED.code,
    "Who got these campaigns was chosen, not drawn: what they spent cannot be called the campaign's effect.",
    found="no held-out group",
    expected="people of the same audience, drawn at random, who did not get it",
)


@dataclass(frozen=True)
class Sources:
    """Where the facts about others' campaigns stand, as tables and columns of the lake.

    `sent`: one event per person and campaign; `campaign` names it, its time is the start, `ends` the end.
    `redeemed`: events with the same campaign column. `spent`: events with an amount in `value`.
    """

    sent: str
    campaign: str
    ends: str
    redeemed: str
    spent: str
    value: str

    @property
    def footprint(self) -> frozenset[FieldRef]:
        """Every column that describing reads, for policy."""
        columns = {
            self.sent: (self.campaign, self.ends, "event_at"),
            self.redeemed: (self.campaign, "event_at"),
            self.spent: (self.value, "event_at"),
        }
        return frozenset(FieldRef(table, name) for table, names in columns.items() for name in names)


@dataclass(frozen=True)
class Description:
    """One campaign of others: people reached, redemptions by how many of them, and their spend while it ran.

    `redemptions` and `spent` are None when fewer people than the smallest group stand behind them.
    """

    campaign: str
    reached: Shown
    redeemers: Shown
    redemptions: int | None
    spent: Decimal | None

    def to_dict(self) -> dict[str, object]:
        """For JSON; what may not be told is absent."""
        parts = {"redemptions": self.redemptions, "spent": None if self.spent is None else str(self.spent)}
        return {
            "campaign": self.campaign,
            "reached": self.reached.to_dict(),
            "redeemers": self.redeemers.to_dict(),
            **{name: value for name, value in parts.items() if value is not None},
        }


@dataclass(frozen=True)
class Descriptions:
    """All campaigns of others, largest reach first, and why none of this is called lift."""

    campaigns: tuple[Description, ...]
    refused: Refusal = WHY_NOT

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        refused = {**self.refused.to_dict(), "fix": problems.NOT_RANDOMISED.fix}
        return {"campaigns": [one.to_dict() for one in self.campaigns], "lift_refused": refused}


def describe(engine: Engine, sources: Sources, permit: Permit) -> Descriptions:
    """Reach, redemptions and spend of campaigns that were not randomised, from one engine query."""
    rows = engine.rows(describe_query(engine.catalogue, sources, permit))
    found = [_described(row, permit.smallest_group) for row in rows]
    return Descriptions(tuple(one for _, one in sorted(found, key=lambda pair: (-pair[0], pair[1].campaign))))


def describe_query(catalogue: Catalogue, sources: Sources, permit: Permit) -> exp.Select:
    """One row per campaign: campaign, reached, redeemers, redemptions, buyers, spent.

    A redemption counts when its person was sent the campaign; spend in [start, end of the last day).
    """
    person, campaign = exp.column("person_id", "s"), exp.column("campaign", "s")
    count = exp.Count(this=exp.Star())
    amounts = {name: exp.Sum(this=exp.column(name, "s")) for name in ("redemptions", "spent")}
    return (
        exp.select(
            campaign.as_("campaign"),
            count.as_("reached"),
            f.count_if(exp.column("redemptions", "s") > 0).as_("redeemers"),
            amounts["redemptions"].as_("redemptions"),
            f.count_if(exp.column("spent", "s").is_(exp.null()).not_()).as_("buyers"),
            amounts["spent"].as_("spent"),
        )
        .from_(_people(catalogue, sources, permit, person).subquery("s"))
        .group_by(campaign.copy())
    )


def _people(catalogue: Catalogue, sources: Sources, permit: Permit, person: exp.Column) -> exp.Select:
    """One row per campaign and person reached: campaign, person_id, redemptions, spent."""
    campaign = exp.column("campaign", "s")
    same = exp.and_(person.eq(exp.column("person_id", "r")), campaign.eq(exp.column("campaign", "r")))
    bought = exp.and_(person.eq(exp.column("person_id", "b")), campaign.eq(exp.column("campaign", "b")))
    return (
        exp.select(
            campaign.as_("campaign"),
            person.as_("person_id"),
            exp.Coalesce(this=exp.column("redemptions", "r"), expressions=[exp.Literal.number(0)]).as_(
                "redemptions"
            ),
            exp.column("spent", "b").as_("spent"),
        )
        .from_(_sent(catalogue, sources, permit).subquery("s"))
        .join(_redeemed(catalogue, sources, permit).subquery("r"), on=same, join_type="left")
        .join(_spent(catalogue, sources, permit).subquery("b"), on=bought, join_type="left")
    )


def _sent(catalogue: Catalogue, sources: Sources, permit: Permit) -> exp.Select:
    rows = exp.select("*").from_(guarded(sources.sent, permit, catalogue)).subquery("x")
    keys = [f.cast(exp.column(sources.campaign, "x"), Type.TEXT), exp.column("person_id", "x")]
    starts, ends = exp.Min(this=exp.column("event_at", "x")), exp.Max(this=exp.column(sources.ends, "x"))
    query = exp.select(keys[0].as_("campaign"), keys[1], starts.as_("starts"), ends.as_("ends")).from_(rows)
    return query.group_by(*(key.copy() for key in keys))


def _redeemed(catalogue: Catalogue, sources: Sources, permit: Permit) -> exp.Select:
    rows = exp.select("*").from_(guarded(sources.redeemed, permit, catalogue)).subquery("x")
    keys = [f.cast(exp.column(sources.campaign, "x"), Type.TEXT), exp.column("person_id", "x")]
    query = exp.select(keys[0].as_("campaign"), keys[1], exp.Count(this=exp.Star()).as_("redemptions"))
    return query.from_(rows).group_by(*(key.copy() for key in keys))


def _spent(catalogue: Catalogue, sources: Sources, permit: Permit) -> exp.Select:
    """One row per campaign and person who bought something while it ran."""
    rows = exp.select("*").from_(guarded(sources.spent, permit, catalogue)).subquery("e")
    at, starts = exp.column("event_at", "e"), exp.column("starts", "w")
    # An end is a day: what is bought on it still counts.
    ends = exp.cast(exp.column("ends", "w"), "date")
    running = exp.and_(
        exp.column("person_id", "e").eq(exp.column("person_id", "w")),
        at >= starts,
        exp.cast(at.copy(), "date") <= ends,
    )
    keys = [exp.column("campaign", "w"), exp.column("person_id", "w")]
    total = exp.Sum(this=f.cast(exp.column(sources.value, "e"), Type.MONEY))
    query = exp.select(*keys, total.as_("spent")).from_(_sent(catalogue, sources, permit).subquery("w"))
    return query.join(rows, on=running).group_by(*(key.copy() for key in keys))


def _described(row: tuple[object, ...], smallest: int) -> tuple[int, Description]:
    campaign, reached, redeemers, redemptions, buyers, spent = row
    people, who = int(str(reached)), shown(int(str(redeemers)), smallest)
    amount = Decimal(str(spent)) if int(str(buyers)) >= smallest else None
    told = None if isinstance(who, TooSmall) else int(str(redemptions))
    return people, Description(str(campaign), shown(people, smallest), who, told, amount)
