"""Treated or held out, by a digest of campaign and person: fixed before anything is known about sending.

A person's bucket is `digest60(salt, person_id) mod 10000`, so an arm can be checked by hand, on either
engine, years later. People with a bucket under holdout x 10000 are held out.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlglot import exp

from tandem.charter.definitions import Campaign
from tandem.engine import Engine
from tandem.engine import functions as f
from tandem.kernel import digest60
from tandem.policy import kept

ROOM = "journey"
BUCKETS = 10_000
TREATED = "treated"
CONTROL = "control"


@dataclass(frozen=True)
class Assigned:
    """How many people were assigned in this beat, by arm. People assigned before are not in it."""

    new_treated: int = 0
    new_control: int = 0

    def __bool__(self) -> bool:
        return bool(self.new_treated or self.new_control)


def salt_of(campaign: Campaign) -> str:
    """What the campaign's buckets are salted with. Its name only: a changed text or share moves nobody."""
    return f"campaign:{campaign.campaign}"


def bucket(campaign: Campaign, person_id: int) -> int:
    """The person's bucket, 0 to 9999, in this campaign; the same number as in the table."""
    return digest60(salt_of(campaign), str(person_id)) % BUCKETS


def is_open(campaign: Campaign, now: datetime) -> bool:
    """Whether people may be assigned at this instant: [starts, ends), an absent end is no limit."""
    if campaign.starts is not None and now < campaign.starts:
        return False
    return campaign.ends is None or now < campaign.ends


def assign(engine: Engine, campaign: Campaign, members: exp.Query, permit: str, now: datetime) -> Assigned:
    """Assign the members (rows of `person_id`) who are not assigned yet, in one commit, before any filter.

    `permit` is the fingerprint under which the members were read. Who is assigned keeps the arm for ever,
    also when the holdout changes or the person leaves the audience. Outside [starts, ends) nobody is
    assigned. The same members again change nothing.
    """
    if not is_open(campaign, now):
        return Assigned()
    stage = engine.stage("journey_new", _new(engine, campaign, members, permit, now))
    try:
        treated = f.count_if(exp.column("arm").eq(TREATED))
        total, new_treated = engine.one(exp.select(exp.Count(this=exp.Star()), treated).from_(stage.copy()))
        if total:
            engine.append("assignments", exp.select("*").from_(stage.copy()))
        return Assigned(new_treated, total - new_treated)
    finally:
        engine.drop_stage("journey_new")


def assigned_people(engine: Engine, campaign: Campaign) -> exp.Select:
    """One row per person assigned so far: person_id, arm, assigned_at. For receipts, not for measuring."""
    a = exp.alias_(kept("assignments", ROOM, engine.catalogue), "a", table=True)
    columns = [exp.column(name, "a") for name in ("person_id", "arm", "assigned_at")]
    return exp.select(*columns).from_(a).where(exp.column("campaign", "a").eq(campaign.campaign))


def _new(engine: Engine, campaign: Campaign, members: exp.Query, permit: str, now: datetime) -> exp.Select:
    salt = exp.Literal.string(salt_of(campaign))
    known = assigned_people(engine, campaign).subquery("known")
    people = (
        exp.select(exp.column("person_id", "m"))
        .distinct()
        .from_(members.subquery("m"))
        .join(known, on=exp.column("person_id", "m").eq(exp.column("person_id", "known")), join_type="left")
        .where(exp.column("person_id", "known").is_(exp.null()))
        .where(exp.column("person_id", "m").is_(exp.null()).not_())
    )
    digest = f.digest60(salt, exp.column("person_id", "p"))
    numbered = exp.select(
        exp.column("person_id", "p"), exp.Mod(this=digest, expression=exp.convert(BUCKETS)).as_("bucket")
    )
    held = exp.column("bucket", "b") < exp.convert(held_out_buckets(campaign))
    return exp.select(
        exp.convert(campaign.campaign).as_("campaign"),
        exp.column("person_id", "b"),
        exp.Case().when(held, exp.convert(CONTROL)).else_(exp.convert(TREATED)).as_("arm"),
        exp.column("bucket", "b"),
        f.instant(now).as_("assigned_at"),
        salt.copy().as_("salt"),
        exp.convert(permit).as_("permit"),
    ).from_(numbered.from_(people.subquery("p")).subquery("b"))


def held_out_buckets(campaign: Campaign) -> int:
    """How many of the 10000 buckets are held out."""
    return round(campaign.holdout * BUCKETS)
