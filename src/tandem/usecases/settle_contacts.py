"""Contacts that a crash left uncertain, decided by a person who looked into the mail server's log."""

from datetime import datetime

from tandem.deliver import Settlement, settle_uncertain
from tandem.usecases.auditing import by
from tandem.usecases.workspace import Workspace


def settle_contacts(
    work: Workspace, campaign: str, as_sent: bool, contacts: list[int] | None, now: datetime
) -> int:
    """Settle these uncertain contacts of a campaign, or all; how many."""
    work.charter.campaign(campaign)
    how = Settlement.AS_SENT if as_sent else Settlement.RESEND
    done = settle_uncertain(work.engine, work.ledger, campaign, how, now, contacts or None)
    detail = {"contacts": done, "as": how.name.lower()}
    work.trail.add(by(work.actor, "contacts", campaign, "settled", detail=detail))
    return done
