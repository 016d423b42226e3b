"""The campaigns of the charter, where each stands and how many people are in it."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlglot import exp

from tandem.charter.definitions import Campaign
from tandem.deliver import contacted
from tandem.engine import functions as f
from tandem.journey import assigned_people
from tandem.usecases.workspace import Workspace


@dataclass(frozen=True)
class Standing:
    """One campaign: `state` is waiting, running, outcomes open or measured; counts are people so far."""

    campaign: str
    title: str
    audience: str
    state: str
    treated: int
    control: int
    contacted: int

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


def list_campaigns(work: Workspace, now: datetime) -> tuple[Standing, ...]:
    """Every campaign of the charter in force, in its order."""
    return tuple(_standing(work, campaign, now) for campaign in work.charter.campaigns)


def _standing(work: Workspace, campaign: Campaign, now: datetime) -> Standing:
    arm = exp.column("arm", "a")
    query = exp.select(
        f.count_if(arm.eq(f.value("treated"))),
        f.count_if(arm.copy().eq(f.value("control"))),
        exp.Max(this=exp.column("assigned_at", "a")),
    ).from_(assigned_people(work.engine, campaign).subquery("a"))
    treated, control, last = work.engine.one(query)
    reached = work.engine.count(contacted(work.engine, campaign.campaign))
    state = _state(campaign, last, now)
    return Standing(campaign.campaign, campaign.title, campaign.audience, state, treated, control, reached)


def _state(campaign: Campaign, last: datetime | None, now: datetime) -> str:
    if last is None:
        return "waiting" if campaign.ends is None or now < campaign.ends else "over, nobody was assigned"
    if now < last + campaign.window:
        return "running, outcomes open"
    return "measured" if campaign.ends is None or now >= campaign.ends else "running"
