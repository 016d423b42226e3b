"""Every open campaign, one beat: assign, ask policy again, deliver, and a receipt for everybody."""

import os
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlglot import exp

from tandem.audience import bind, people
from tandem.charter.definitions import Campaign
from tandem.deliver import Delivered, Desk, Login, People, contacted, deliver
from tandem.journey import Assigned, assign, assigned_people, intents
from tandem.journey.assigning import is_open
from tandem.kernel import Problem, Problems
from tandem.kernel.values import Destination
from tandem.usecases.permits import destination_of, permit_for
from tandem.usecases.progress import Told, silent
from tandem.usecases.workspace import SYSTEM, Workspace

AUDIENCE_STAGE = "campaign_audience"
MEMBERS_STAGE = "campaign_members"


@dataclass(frozen=True)
class CampaignBeat:
    """What one beat did for one campaign; `problems` keep it from going on, the other campaigns go on."""

    campaign: str
    assigned: Assigned
    delivered: Delivered | None
    problems: tuple[Problem, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        delivered = None
        if self.delivered is not None:
            delivered = {**asdict(self.delivered), "problems": [p.to_dict() for p in self.delivered.problems]}
        return {
            "campaign": self.campaign,
            "assigned": asdict(self.assigned),
            "delivered": delivered,
            "problems": [problem.to_dict() for problem in self.problems],
        }


def run_campaigns(work: Workspace, now: datetime, told: Told = silent) -> tuple[CampaignBeat, ...]:
    """One beat of every campaign of the charter in force."""
    return tuple(_beat(work, campaign, now, told) for campaign in work.charter.campaigns)


def smtp_login() -> Login | None:
    """Name and password of the mail server from the environment, never from the charter."""
    user = os.environ.get("TANDEM_SMTP_USER")
    return Login(user, os.environ.get("TANDEM_SMTP_PASSWORD", "")) if user else None


def _beat(work: Workspace, campaign: Campaign, now: datetime, told: Told) -> CampaignBeat:
    assigned = Assigned()
    try:
        told(f"assigning {campaign.campaign}", 0, 0)
        assigned, outside = _assign(work, campaign, now)
        desk = Desk(work.engine, work.ledger, work.charter, SYSTEM, smtp_login())
        owed = intents(work.engine, campaign, contacted(work.engine, campaign.campaign), now)
        who = People(owed, assigned_people(work.engine, campaign), outside)
        delivered = deliver(
            desk, campaign, who, now, lambda done, total: told(f"delivering {campaign.campaign}", done, total)
        )
        return CampaignBeat(campaign.campaign, assigned, delivered)
    except Problems as stopped:
        return CampaignBeat(campaign.campaign, assigned, None, stopped.problems)
    finally:
        work.engine.drop_stage(AUDIENCE_STAGE)
        work.engine.drop_stage(MEMBERS_STAGE)


def _assign(work: Workspace, campaign: Campaign, now: datetime) -> tuple[Assigned, exp.Query | None]:
    """Assign who is permitted; of the rest of the audience a query, for their receipts."""
    if not is_open(campaign, now):
        return Assigned(), None
    node = bind(work.charter.audience(campaign.audience), work.charter, work.engine.catalogue)
    counting = permit_for(work, work.charter.purposes.counting, Destination.PREVIEW, node.footprint())
    permit = permit_for(work, campaign.purpose, destination_of(campaign), node.footprint())
    catalogue = work.engine.catalogue
    audience = work.engine.stage(AUDIENCE_STAGE, people(node, counting, catalogue, now))
    members = work.engine.stage(MEMBERS_STAGE, people(node, permit, catalogue, now))
    done = assign(work.engine, campaign, exp.select("person_id").from_(members), permit.fingerprint, now)
    inside = exp.union(
        exp.select("person_id").from_(members.copy()),
        exp.select("person_id").from_(assigned_people(work.engine, campaign).subquery("a")),
    )
    return done, exp.except_(exp.select("person_id").from_(audience), inside)
