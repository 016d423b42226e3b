"""What was decided about contacting one person: assignments, contacts, and a receipt for each yes and each no."""

from dataclasses import dataclass, replace
from datetime import datetime

from tandem.usecases.explaining import equals
from tandem.usecases.meanings import HIDDEN_CAMPAIGN, Meanings, Withheld
from tandem.usecases.seeing import Hidden, Sight, titled
from tandem.usecases.workspace import Workspace

MOST = 200
"""Receipts, contacts and assignments that are shown at most; the newest."""


@dataclass(frozen=True)
class Receipt:
    """One decision: contacted or not, why in a code and a sentence, under which permit; `contact` if there is one."""

    receipt: str
    at: datetime
    outcome: str
    reason: str
    sentence: str
    permit: str
    contact: str | None


@dataclass(frozen=True)
class Contact:
    """One message handed to a channel."""

    contact: str
    channel: str
    state: str
    sent_at: datetime | None
    message: str


@dataclass(frozen=True)
class InCampaign:
    """One campaign and the person: the arm, decided before any filter, then contacts and receipts, newest first.

    `campaign`, permits and what a channel knows a message by are left out where the role may not see what its
    audience reads. Without an arm the person was never assigned: policy left them out of the audience when it was read.
    """

    campaign: str
    title: str
    declared: bool
    arm: str | None
    bucket: int | None
    assigned_at: datetime | None
    permit: str | None
    contacts: tuple[Contact, ...]
    receipts: tuple[Receipt, ...]


@dataclass(frozen=True)
class Contacts:
    """Everything that was decided about contacting the person, campaign by campaign, the latest decision first."""

    person: str
    name: str | None
    campaigns: tuple[InCampaign, ...]
    hidden: tuple[Hidden | Withheld, ...]


def see_contacts(work: Workspace, person: str) -> Contacts:
    """The contacts of that person. Raises RUN-002 for an id that is not in the map, Refused or Missing by policy."""
    sight = Sight(work)
    who = sight.known(person)
    meanings = Meanings(sight)
    mine = equals("person_id", who.person, "t")

    def rows(table: str, newest: str, *columns: str) -> list[dict[str, object]]:
        names = ("campaign", "person_id", newest, *columns)
        return sight.rows(table, names, mine.copy(), newest=newest, most=MOST)

    assigned = {
        str(row["campaign"]): row for row in rows("assignments", "assigned_at", "arm", "bucket", "permit")
    }
    sent = rows("contacts", "sent_at", "contact_id", "channel", "state", "message_id")
    decided = rows("receipts", "at", "receipt_id", "outcome", "reason", "sentence", "permit", "contact_id")
    titles = {one.campaign: one.title for one in work.charter.campaigns}

    def one(name: str) -> InCampaign:
        given = assigned.get(name, {})
        return InCampaign(
            campaign=name,
            title=titles.get(name) or titled(name),
            declared=name in titles,
            arm=_text(given.get("arm")),
            bucket=_number(given.get("bucket")),
            assigned_at=_time(given.get("assigned_at")),
            permit=_text(given.get("permit")),
            contacts=tuple(_contact(row) for row in sent if row["campaign"] == name),
            receipts=tuple(_receipt(row) for row in decided if row["campaign"] == name),
        )

    names = dict.fromkeys(str(row["campaign"]) for row in (*decided, *sent, *assigned.values()))
    told = tuple(one(name) if meanings.campaign(name) else _unnamed(one(name)) for name in names)
    return Contacts(str(who.person), sight.name(who), told, (*sight.hidden, *meanings.withheld))


def _unnamed(one: InCampaign) -> InCampaign:
    """That there was a contact, or none, without anything that leads to what the campaign's audience means."""
    return replace(
        one,
        campaign="",
        title=HIDDEN_CAMPAIGN,
        declared=False,
        permit=None,
        contacts=tuple(replace(contact, message="") for contact in one.contacts),
        receipts=tuple(
            replace(receipt, permit="", reason="", sentence=f"{titled(receipt.outcome)}.")
            for receipt in one.receipts
        ),
    )


def _contact(row: dict[str, object]) -> Contact:
    return Contact(
        contact=str(row["contact_id"]),
        channel=str(row["channel"]),
        state=str(row["state"]),
        sent_at=_time(row["sent_at"]),
        message=_text(row["message_id"]) or "",
    )


def _receipt(row: dict[str, object]) -> Receipt:
    at, sentence = _time(row["at"]), str(row["sentence"] or row["reason"])
    assert at is not None
    return Receipt(
        receipt=str(row["receipt_id"]),
        at=at,
        outcome=str(row["outcome"]),
        reason=str(row["reason"]),
        sentence=f"{sentence[:1].upper()}{sentence[1:].rstrip('.')}.",
        permit=str(row["permit"]),
        contact=_text(row["contact_id"]),
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _time(value: object) -> datetime | None:
    return value if isinstance(value, datetime) else None
