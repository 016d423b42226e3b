"""Every open campaign, one beat: assign, ask policy again, deliver, and a receipt for everybody."""

import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sqlglot import exp

from tandem.audience import bind, people
from tandem.charter.definitions import Campaign
from tandem.deliver import Delivered, Desk, Login, People, contacted, deliver
from tandem.deliver.asking import ask, needs
from tandem.deliver.tokens import Links
from tandem.journey import Assigned, assign, assigned_people, intents
from tandem.journey.assigning import is_open
from tandem.kernel import Problem, Problems
from tandem.kernel.values import Destination
from tandem.usecases.auditing import by
from tandem.usecases.collect_events import Collected
from tandem.usecases.hearing import STAGES, stage_noes, unheard
from tandem.usecases.permits import decision_entry, destination_of, mask_key, permit_for
from tandem.usecases.preferences import token_key
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


def run_campaigns(
    work: Workspace, collected: Collected, now: datetime, told: Told = silent
) -> tuple[CampaignBeat, ...]:
    """One beat of every campaign of the charter in force, after this was collected."""
    return tuple(
        _noted(work, campaign, _beat(work, campaign, collected, now, told))
        for campaign in work.charter.campaigns
    )


def links(work: Workspace) -> Links | None:
    """How links to the preference page are made; None where nobody said under which address it is."""
    settings = work.charter.project.workspace
    return Links(settings.address, token_key(work.root)) if settings is not None else None


def smtp_login() -> Login | None:
    """Name and password of the mail server from the environment, never from the charter."""
    user = os.environ.get("TANDEM_SMTP_USER")
    return Login(user, os.environ.get("TANDEM_SMTP_PASSWORD", "")) if user else None


def _noted(work: Workspace, campaign: Campaign, beat: CampaignBeat) -> CampaignBeat:
    """One entry per batch in the audit log, at once: how many and why, never who."""
    done, assigned = beat.delivered, beat.assigned
    detail: dict[str, object] = {"channel": str(campaign.channel), "assigned": asdict(assigned)}
    if done is not None:
        counts = {"sent": done.sent, "exported": done.exported, "failed": done.failed}
        detail |= counts | {"uncertain": done.uncertain, "deferred": done.deferred, "permit": done.permit}
        detail["reasons"] = dict(done.standing)
    problems = beat.problems or (done.problems if done else ())
    if problems:
        detail["codes"] = sorted({one.code for one in problems})
    outcome = "stopped" if beat.problems else "partly" if problems else "done"
    work.trail.add(
        by(SYSTEM, "contacts", campaign.campaign, outcome, purpose=campaign.purpose, detail=detail)
    )
    if done is not None and done.file is not None and done.exported:
        said = {"file": Path(done.file).name, "people": done.exported, "permit": done.permit}
        work.trail.add(by(SYSTEM, "export", campaign.campaign, "done", purpose=campaign.purpose, detail=said))
    work.trail.flush()
    return beat


def _beat(
    work: Workspace, campaign: Campaign, collected: Collected, now: datetime, told: Told
) -> CampaignBeat:
    assigned = Assigned()
    try:
        told(f"assigning {campaign.campaign}", 0, 0)
        assigned, outside = _assign(work, campaign, now)
        _remember(work, campaign, now)
        desk = Desk(work.engine, work.ledger, work.charter, SYSTEM, smtp_login(), mask_key(work), links(work))
        owed = intents(work.engine, campaign, contacted(work.engine, campaign.campaign), now)
        missed = unheard(work, campaign, collected)
        waiting = work.engine.count(owed)
        if missed and waiting:
            return CampaignBeat(campaign.campaign, assigned, None, missed)
        if waiting:
            _begun(work, campaign, waiting)
        noes = stage_noes(work, campaign.purpose, collected.heard)
        who = People(owed, assigned_people(work.engine, campaign), outside, noes)
        delivered = deliver(
            desk, campaign, who, now, lambda done, total: told(f"delivering {campaign.campaign}", done, total)
        )
        return CampaignBeat(campaign.campaign, assigned, delivered)
    except Problems as stopped:
        return CampaignBeat(campaign.campaign, assigned, None, stopped.problems)
    finally:
        for stage in (AUDIENCE_STAGE, MEMBERS_STAGE, *STAGES):
            work.engine.drop_stage(stage)


def _begun(work: Workspace, campaign: Campaign, waiting: int) -> None:
    """On the disk before the first message goes: who is killed while sending has still said what was begun."""
    detail = {"channel": str(campaign.channel), "waiting": waiting}
    work.trail.add(
        by(SYSTEM, "contacts", campaign.campaign, "begun", purpose=campaign.purpose, detail=detail)
    )
    work.trail.flush()


def _remember(work: Workspace, campaign: Campaign, now: datetime) -> None:
    """What policy says to the message, asked as it will be asked at the last moment before it goes out."""
    reads = needs(campaign, work.charter)
    decision = ask(SYSTEM, campaign, reads, work.charter, work.engine, now=now, key=mask_key(work))
    to, fields = destination_of(campaign), len(reads.footprint)
    work.trail.add(decision_entry(SYSTEM, campaign.purpose, to, fields, decision))


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
