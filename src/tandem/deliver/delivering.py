"""One campaign's deliveries of one beat: what a crash left, who may be reached now, send, and say why."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlglot import exp

from tandem.charter.definitions import Campaign, Channel
from tandem.deliver.asking import Needs, ask, identifier_columns, needs, reachable, reached_before
from tandem.deliver.books import contacted, follow_outbox
from tandem.deliver.channels import Desk, Progress, recover, send, silent
from tandem.deliver.posting import Sent
from tandem.deliver.receipts import note, reasons
from tandem.deliver.words import (
    People,
    without,
    words_of_all,
    words_of_owed,
    words_of_refused,
    words_of_unwilling,
)
from tandem.kernel import Problem
from tandem.ledger import OutboxState
from tandem.policy import Gap, Permit, Refusal

NO_UNSUBSCRIBE = (
    "The messages carry no List-Unsubscribe header: tandem.toml names no address under [workspace], "
    "so there is no page to unsubscribe at."
)


@dataclass(frozen=True)
class Delivered:
    """What one beat did for one campaign.

    `standing`: people by the reason of their latest receipt, all beats together. `problems`: what kept the
    channel from working at all. `deferred`: waiting in the outbox for the next beat. `permit`: the fingerprint of
    the permit it was done under, "none" without one.
    """

    campaign: str
    sent: int = 0
    exported: int = 0
    failed: int = 0
    uncertain: int = 0
    deferred: int = 0
    file: str | None = None
    permit: str = "none"
    standing: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()


def deliver(
    desk: Desk, campaign: Campaign, who: People, now: datetime, progress: Progress = silent
) -> Delivered:
    """Deliver a campaign: policy is asked once more, who passes is sent to once, everybody gets a receipt.

    Running again with the same `now` sends nothing twice and changes no table. Call it under the lease of
    the run: rows in `sending` are taken for what a crash left behind. Raises Problems if the campaign's
    message or export is wrong; a mail server that is down is a problem in the result, and the rest waits.
    """
    name, engine = campaign.campaign, desk.engine
    reads = needs(campaign, desk.charter)
    decision = ask(desk.actor, campaign, reads, desk.charter, engine, now=now, key=desk.key)
    permit = decision.fingerprint if isinstance(decision, Permit) else "none"
    before = desk.ledger.outbox_counts(name)
    recover(desk, campaign, now)
    follow_outbox(engine, desk.ledger, name, permit, now)
    owed = engine.stage("deliver_owed", exp.select("person_id").from_(who.owed.subquery("o")))
    try:
        people = exp.select("person_id").from_(owed)
        match decision:
            case Permit():
                willing = people if who.unwilling is None else without(people, who.unwilling)
                result = _permitted(desk, campaign, reads, decision, willing, now, progress)
                if who.unwilling is not None:
                    note(engine, name, words_of_unwilling(people, willing, decision), permit, now)
            case Refusal(reasons=why) | Gap(missing=why):
                result = Sent(problems=why)
                note(engine, name, words_of_refused(people, why), permit, now)
    finally:
        engine.drop_stage("deliver_owed")
    note(engine, name, words_of_all(engine, name, who, decision), permit, now)
    return replace(_summary(desk, campaign, result, before), permit=permit)


def _permitted(
    desk: Desk,
    campaign: Campaign,
    reads: Needs,
    permit: Permit,
    owed: exp.Select,
    now: datetime,
    progress: Progress,
) -> Sent:
    """Send to those whom policy lets through; receipts for the others who are owed the message."""
    engine = desk.engine
    before = reached_before(contacted(engine, campaign.campaign), permit, engine)
    known_as_other = engine.stage("deliver_before", before)
    again = exp.select("person_id").from_(known_as_other)
    found = engine.stage("deliver_found", reachable(without(owed, again), campaign, reads, permit, engine))
    try:
        everybody = exp.select("*").from_(found)
        known = _somewhere(reads)
        result = send(desk, campaign, reads, everybody.where(known), now, progress)
        follow_outbox(engine, desk.ledger, campaign.campaign, permit.fingerprint, now)
        reached = exp.select("person_id", known.copy().as_("known")).from_(found.copy())
        words = words_of_owed(engine, campaign.campaign, owed, reached, again, result.reasons, permit)
        note(engine, campaign.campaign, words, permit.fingerprint, now)
        return result
    finally:
        engine.drop_stage("deliver_before")
        engine.drop_stage("deliver_found")
        engine.drop_stage("deliver_reasons")


def _somewhere(reads: Needs) -> exp.Expr:
    """Whether a person can be reached: an address for e-mail; for a file any identifier it asks for."""
    columns = identifier_columns(reads)
    if columns:
        return exp.or_(*(exp.column(name).is_(exp.null()).not_() for name in columns))
    return exp.false() if reads.channel is Channel.EMAIL else exp.true()


def _summary(desk: Desk, campaign: Campaign, result: Sent, before: Mapping[OutboxState, int]) -> Delivered:
    after = desk.ledger.outbox_counts(campaign.campaign)
    grown = {state: after[state] - before[state] for state in OutboxState}
    mail = campaign.channel is Channel.EMAIL
    return Delivered(
        campaign=campaign.campaign,
        sent=grown[OutboxState.SENT] if mail else 0,
        exported=0 if mail else grown[OutboxState.SENT],
        failed=grown[OutboxState.FAILED],
        uncertain=grown[OutboxState.UNCERTAIN],
        deferred=after[OutboxState.PENDING],
        file=result.file,
        standing=reasons(desk.engine, campaign.campaign),
        problems=result.problems,
        notes=(NO_UNSUBSCRIBE,) if mail and grown[OutboxState.SENT] and not desk.links else (),
    )
