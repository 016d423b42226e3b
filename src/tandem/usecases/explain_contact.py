"""Why a person was contacted, or was not: assignment, policy, channel, outcome, each with its record."""

from typing import Any

from tandem.kernel import Problems
from tandem.usecases.explaining import Explanation, Reader, Station, equals
from tandem.usecases.problems import UNKNOWN_THING
from tandem.usecases.workspace import Workspace


def explain_contact(work: Workspace, number: int) -> Explanation:
    """The stations of a contact or of a receipt that says why there was none. Raises RUN-002 if there is neither."""
    reader = Reader(work)
    receipts = reader.rows("receipts", equals("contact_id", number), newest="at")
    receipts = receipts or reader.rows("receipts", equals("receipt_id", number))
    contacts = reader.rows("contacts", equals("contact_id", number))
    if not receipts and not contacts:
        raise Problems(UNKNOWN_THING(f"no contact and no receipt has the id {number}", found=str(number)))
    one = (contacts or receipts)[0]
    stations = (
        _assignment(reader, one),
        _receipts(receipts),
        _channel(reader, contacts, number),
        _person(one),
    )
    return Explanation(f"contact {number}", stations, tuple(sorted(reader.hidden)))


def _assignment(reader: Reader, one: dict[str, Any]) -> Station:
    of_campaign = equals("campaign", one["campaign"]).and_(equals("person_id", one["person_id"]))
    rows = reader.rows("assignments", of_campaign)
    if not rows:
        return Station(
            "assignment", ("Never assigned: policy left this person out of the audience when it was read.",)
        )
    row = rows[0]
    return Station(
        "assignment",
        (
            f"Assigned to {row['arm']} in {row['campaign']} at {row['assigned_at']}, before any filter: "
            f"bucket {row['bucket']} of 10,000 by a digest of `{row['salt']}` and the person.",
            f"The audience was read under permit {row['permit']}.",
        ),
        tuple(rows),
    )


def _receipts(receipts: list[dict[str, Any]]) -> Station:
    lines = [
        f"{row['at']}: {str(row['outcome']).replace('_', ' ')}, {row['reason']}: {row['sentence']} "
        f"Permit {row['permit']}."
        for row in receipts
    ]
    return Station("decision", tuple(lines) or ("No receipt was written yet.",), tuple(receipts))


def _channel(reader: Reader, contacts: list[dict[str, Any]], number: int) -> Station:
    outbox = reader.work.ledger.contact(number)
    lines = [
        f"{row['state']} by {row['channel']} at {row['sent_at']}, Message-ID {row['message_id']}."
        for row in contacts
    ]
    if outbox is not None:
        lines.append(
            f"Outbox: {outbox.state} after {outbox.attempts} attempts. {outbox.detail or ''}".strip()
        )
    return Station("channel", tuple(lines) or ("Nothing was handed to a channel.",), tuple(contacts))


def _person(one: dict[str, Any]) -> Station:
    return Station(
        "person", (f"Person {one['person_id']}; `tandem explain person {one['person_id']}` tells the rest.",)
    )
