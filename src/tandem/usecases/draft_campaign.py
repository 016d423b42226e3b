"""A campaign before it is saved: is it sound, whom would it reach, how sure would its answer be, how does it read."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlglot import exp

from tandem import policy
from tandem.audience import bind, people
from tandem.charter.definitions import All, Audience, Campaign, Channel, DidCondition
from tandem.charter.definitions.campaigns import PREFERENCES_URL
from tandem.deliver.asking import ask, message_writer, needs, reachable
from tandem.deliver.writing import Letter, Unwritten
from tandem.kernel.values import Destination
from tandem.measure.stats import detectable_difference, expected_half_width
from tandem.policy import Permit, Shown
from tandem.usecases.permits import decision_entry, destination_of, mask_key, permit_for
from tandem.usecases.preview_audience import may_see, told_size
from tandem.usecases.workspace import Workspace, granted

HOLDOUTS = (0.05, 0.1, 0.2, 0.3, 0.5)
NO_LINK: dict[str, object] = {PREFERENCES_URL: "(the link to this person's own preferences)"}
"""Whoever has a link can change what the person agreed to, so an example has none."""


@dataclass(frozen=True)
class Sureness:
    """What a holdout would cost and buy: half the width of the 95 % interval to expect, in shares of people, and
    the true difference that would be found four times in five."""

    holdout: float
    half_width: float
    detectable: float


@dataclass(frozen=True)
class Expectation:
    """What to expect of a campaign. `base_rate`: share of the audience that reaches the goal within a window by
    itself, from `because`; without it `sureness` is empty."""

    reach: Shown
    base_rate: float | None
    because: str
    chosen: Sureness | None
    sureness: tuple[Sureness, ...]


@dataclass(frozen=True)
class Sample:
    """The message as one person would get it. `person` is an id as text."""

    person: str
    letter: Letter | Unwritten


def expect(work: Workspace, campaign: Campaign, now: datetime, assumed: float | None = None) -> Expectation:
    """Reach under policy, and how sure an answer the holdout would give. `assumed` stands in for the base rate.

    Raises Problems with policy's reasons if the campaign may not reach anybody or the audience cannot be bound.
    """
    audience = work.charter.audience(campaign.audience)
    node = bind(audience, work.charter, work.engine.catalogue)
    permit = permit_for(work, campaign.purpose, destination_of(campaign), node.footprint(), work.actor)
    members = people(node, permit, work.engine.catalogue, now)
    size = work.engine.count(members)
    rate, because = (
        _base_rate(work, audience, campaign, now) if assumed is None else (assumed, "your assumption")
    )
    usable = rate is not None and 0 < rate < 1 and size >= permit.smallest_group
    tried = (*HOLDOUTS, float(campaign.holdout))
    found = {held: _sureness(size, held, rate) for held in tried} if usable and rate is not None else {}
    return Expectation(
        reach=told_size(work, members, permit.smallest_group, may_see(work, node.footprint())),
        base_rate=rate,
        because=because,
        chosen=found.get(float(campaign.holdout)),
        sureness=tuple(found[held] for held in HOLDOUTS if held in found),
    )


def sample(work: Workspace, campaign: Campaign, now: datetime, skip: int = 0) -> Sample | None:
    """The message for one real person whom the acting person may see, the `skip`-th by id; None if there is none.

    Raises Problems with policy's reasons, or with what is wrong in the message.
    """
    if campaign.channel is not Channel.EMAIL or campaign.message is None:
        return None
    reads = needs(campaign, work.charter)
    node = bind(work.charter.audience(campaign.audience), work.charter, work.engine.catalogue)
    permit_for(work, work.charter.purposes.counting, Destination.EXPLAIN, reads.footprint, work.actor)
    decision = ask(work.actor, campaign, reads, work.charter, work.engine, now=work.time, key=mask_key(work))
    to, fields = destination_of(campaign), len(reads.footprint)
    work.trail.add(decision_entry(work.actor, campaign.purpose, to, fields, decision))
    permit = granted(decision)
    inside = permit_for(work, campaign.purpose, destination_of(campaign), node.footprint(), work.actor)
    members = people(node, inside, work.engine.catalogue, now)
    rows = reachable(members, campaign, reads, permit, work.engine)
    one = exp.select("*").from_(rows.subquery("s")).order_by("person_id").limit(1).offset(max(skip, 0))
    found = work.engine.dicts(one)
    if not found:
        return None
    values: dict[str, object] = {
        name.removeprefix("trait_"): value for name, value in found[0].items() if name.startswith("trait_")
    }
    return Sample(str(found[0]["person_id"]), message_writer(campaign, work.charter).write(values | NO_LINK))


def _sureness(size: int, holdout: float, rate: float) -> Sureness:
    return Sureness(
        holdout, expected_half_width(size, holdout, rate), detectable_difference(size, holdout, rate)
    )


def _base_rate(
    work: Workspace, audience: Audience, campaign: Campaign, now: datetime
) -> tuple[float | None, str]:
    """How many of the audience reached the goal in the window that ended now; else of everybody known.

    An audience of people who have not bought lately has none of them by definition; then everybody's rate stands in,
    and `because` says so. Where fewer than the smallest group did, or did not, no rate is told: it would count them.
    """
    goal = DidCondition(event=campaign.goal.event, within=campaign.window)
    both = replace(audience, who=All(conditions=(audience.who, goal)))
    alone = replace(audience, who=goal)
    (members, _), (reached, permit) = _counted(work, audience, now), _counted(work, both, now)
    window = f"{campaign.window.days} days"
    if _tells(reached, members, permit):
        return reached / members, f"people of this audience in the last {window}"
    found, permit = _counted(work, alone, now)
    everybody = work.engine.count(policy.people(permit, work.engine.catalogue))
    if _tells(found, everybody, permit):
        return found / everybody, f"everybody known, in the last {window}: too few of this audience did"
    return None, "too few reached this goal lately, so what to expect is not known"


def _tells(part: int, whole: int, permit: Permit) -> bool:
    return min(part, whole - part) >= max(permit.smallest_group, 1)


def _counted(work: Workspace, audience: Audience, now: datetime) -> tuple[int, Permit]:
    """How many are in an audience, and what allowed counting them."""
    node = bind(audience, work.charter, work.engine.catalogue)
    counting = work.charter.purposes.counting
    permit = permit_for(work, counting, Destination.PREVIEW, node.footprint(), work.actor)
    return work.engine.count(people(node, permit, work.engine.catalogue, now)), permit
