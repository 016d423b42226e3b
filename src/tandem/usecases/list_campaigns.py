"""The campaigns of the charter, where each stands and how many people are in it."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlglot import exp

from tandem.charter.definitions import Campaign
from tandem.deliver import contacted
from tandem.engine import functions as f
from tandem.journey import assigned_people
from tandem.kernel.values import Destination
from tandem.measure.moments import footprint
from tandem.policy import Permit, Shown, shown, shown_within
from tandem.usecases.permits import decided
from tandem.usecases.workspace import Workspace


@dataclass(frozen=True)
class Standing:
    """One campaign: its state in words, and people so far; groups under the smallest are "fewer than k".

    Counts are absent when the acting role may not measure the campaign.
    """

    campaign: str
    title: str
    audience: str
    state: str
    treated: Shown | None
    control: Shown | None
    contacted: Shown | None

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        counts = {name: getattr(self, name) for name in ("treated", "control", "contacted")}
        return {**asdict(self), **{name: n.to_dict() if n else None for name, n in counts.items()}}


def list_campaigns(work: Workspace, now: datetime) -> tuple[Standing, ...]:
    """Every campaign of the charter in force, in its order."""
    return tuple(standing_of(work, campaign, now) for campaign in work.charter.campaigns)


def standing_of(work: Workspace, campaign: Campaign, now: datetime) -> Standing:
    """Where one campaign stands."""
    arm = exp.column("arm", "a")
    query = exp.select(
        f.count_if(arm.eq(f.value("treated"))),
        f.count_if(arm.copy().eq(f.value("control"))),
        exp.Max(this=exp.column("assigned_at", "a")),
    ).from_(assigned_people(work.engine, campaign).subquery("a"))
    treated, control, last = work.engine.one(query)
    reached = work.engine.count(contacted(work.engine, campaign.campaign))
    permit = _permit(work, campaign)
    counts = _counts(treated, control, reached, permit.smallest_group) if permit else (None, None, None)
    return Standing(
        campaign.campaign, campaign.title, campaign.audience, _state(campaign, last, now), *counts
    )


def _counts(treated: int, control: int, reached: int, smallest: int) -> tuple[Shown, Shown, Shown]:
    """Both arms, and those contacted: a part of the treated, so few who were not must not be told by difference."""
    return shown(treated, smallest), shown(control, smallest), shown_within(reached, treated, smallest)


def _permit(work: Workspace, campaign: Campaign) -> Permit | None:
    purpose, to = work.charter.purposes.measuring, Destination.MEASURE
    decision = decided(work, purpose, to, footprint(campaign), work.actor)
    return decision if isinstance(decision, Permit) else None


def _state(campaign: Campaign, last: datetime | None, now: datetime) -> str:
    if last is None:
        return "waiting" if campaign.ends is None or now < campaign.ends else "over, nobody was assigned"
    if campaign.ends is None or now < campaign.ends:
        return "running"
    return "over, outcomes open" if now < last + campaign.window else "over, outcomes complete"
