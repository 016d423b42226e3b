"""Uncertain contacts settled by hand, after somebody has looked into the mail server's log."""

from datetime import datetime
from enum import StrEnum

from sqlglot import exp

from tandem.deliver.books import follow_outbox
from tandem.deliver.problems import NOT_UNCERTAIN
from tandem.deliver.receipts import ROOM
from tandem.engine import Engine
from tandem.engine import functions as f
from tandem.kernel import Problems
from tandem.kernel.values import Type
from tandem.ledger import Ledger, OutboxRow, OutboxState


class Settlement(StrEnum):
    """What the log said: the message left, so the contact counts as sent; or it did not, so send it again."""

    AS_SENT = "as_sent"
    RESEND = "resend"


def uncertain_contacts(ledger: Ledger, campaign: str) -> list[OutboxRow]:
    """The contacts of which nobody knows whether they left; `message_id` is what to look for in the log."""
    return [row for page in ledger.pages(campaign, [OutboxState.UNCERTAIN]) for row in page]


def settle_uncertain(
    engine: Engine,
    ledger: Ledger,
    campaign: str,
    how: Settlement,
    now: datetime,
    contact_ids: list[int] | None = None,
) -> int:
    """Settle these uncertain contacts, or all of the campaign; how many. RESEND lets the next run send them.

    Raises Problems (DLV-030) if one of `contact_ids` is not uncertain, or if there is none at all; nothing is
    changed then.
    """
    there = {row.contact_id for row in uncertain_contacts(ledger, campaign)}
    chosen = list(there) if contact_ids is None else contact_ids
    strangers = sorted(set(chosen) - there)
    if strangers or not chosen:
        which = f"contact {strangers[0]}" if strangers else f"no contact of `{campaign}`"
        raise Problems(NOT_UNCERTAIN(f"{which} is not uncertain" if strangers else f"{which} is uncertain"))
    if how is Settlement.AS_SENT:
        ledger.settle(chosen, OutboxState.SENT, "found in the mail server's log", now)
    else:
        ledger.settle(chosen, OutboxState.PENDING, "to be sent again, decided by hand", now)
        _forget(engine, chosen)
    follow_outbox(engine, ledger, campaign, ROOM, now)
    return len(chosen)


def _forget(engine: Engine, contact_ids: list[int]) -> None:
    """The journey owes the message again once no contact stands for it; the receipts keep the history."""
    rows = [(number,) for number in contact_ids]
    keys = f.values_table("k", [("contact_id", Type.KEY)], rows)
    engine.delete("contacts", exp.select("contact_id").from_(keys))
