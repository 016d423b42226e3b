"""Who was assigned to what, what was sent, and why the rest was not."""

from tandem.engine.catalogue.model import Column, Table
from tandem.kernel.values import Type

TABLES = (
    Table(
        name="assignments",
        row="campaign and person, decided before any filter",
        columns=(
            Column("campaign", Type.TEXT, "The campaign."),
            Column("person_id", Type.KEY, "The person."),
            Column("arm", Type.TEXT, "treated or control."),
            Column("bucket", Type.INTEGER, "0 to 9999, a digest of salt and person."),
            Column("assigned_at", Type.TIMESTAMP, "When, UTC."),
            Column("salt", Type.TEXT, "What the digest was salted with."),
            Column("permit", Type.TEXT, "Fingerprint of the permit the audience was read under."),
        ),
        writer="journey",
        key=("campaign", "person_id"),
        person="person_id",
        stats=("assigned_at",),
    ),
    Table(
        name="receipts",
        row="campaign and person: contacted, or why not",
        columns=(
            Column("receipt_id", Type.KEY, "Key of the receipt."),
            Column("campaign", Type.TEXT, "The campaign."),
            Column("person_id", Type.KEY, "The person."),
            Column("outcome", Type.TEXT, "contacted, not_contacted, or uncertain when nobody knows."),
            Column("reason", Type.TEXT, "A code: sent, exported, held_out, consent_missing, …"),
            Column("sentence", Type.TEXT, "The reason in a sentence."),
            Column("at", Type.TIMESTAMP, "When it was decided, UTC."),
            Column("contact_id", Type.KEY, "The contact, if there is one."),
            Column("permit", Type.TEXT, "Fingerprint of the permit that was in force."),
        ),
        writer="deliver",
        key=("receipt_id",),
        person="person_id",
        stats=("at",),
    ),
    Table(
        name="contacts",
        row="message handed to a channel",
        columns=(
            Column("contact_id", Type.KEY, "Digest of campaign and person."),
            Column("campaign", Type.TEXT, "The campaign."),
            Column("person_id", Type.KEY, "The person."),
            Column("channel", Type.TEXT, "email or file."),
            Column("message_id", Type.TEXT, "Message-ID as the channel knows it."),
            Column("sent_at", Type.TIMESTAMP, "When, UTC."),
            Column("state", Type.TEXT, "sent, exported, failed or uncertain."),
            Column("permit", Type.TEXT, "Fingerprint of the permit that was in force; null if unknown."),
        ),
        writer="deliver",
        key=("contact_id",),
        person="person_id",
        stats=("sent_at",),
    ),
)
