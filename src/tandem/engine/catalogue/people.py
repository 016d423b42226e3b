"""Who is who, what they agreed to, and what is known of them now."""

from collections.abc import Iterable

from tandem.engine.catalogue.model import By, Column, Lead, Table
from tandem.kernel.values import Label, Type


def profile_table(traits: Iterable[Column]) -> Table:
    """The profile: one row per person, one column per trait of the charter."""
    return Table(
        name="profile",
        row="person",
        columns=(Column("person_id", Type.KEY, "The person."), *traits),
        writer="audience",
        key=("person_id",),
        person="person_id",
    )


TABLES = (
    Table(
        name="identifiers",
        row="identifier ever seen",
        columns=(
            Column("identifier_key", Type.KEY, "Digest of kind and normalised value."),
            Column("kind", Type.TEXT, "Identifier kind."),
            Column("value", Type.TEXT, "Normalised value.", Label.PERSONAL),
            Column("first_seen_at", Type.TIMESTAMP, "Event time of the first row that had it, UTC."),
            Column("source", Type.TEXT, "The feed of that row."),
            Column("batch_id", Type.INTEGER, "The load that brought it."),
            Column("blocked", Type.TEXT, "Why the value is not used, or null."),
        ),
        writer="collect",
        key=("identifier_key",),
        person="identifier_key",
        stats=("batch_id",),
    ),
    Table(
        name="evidence",
        row="pair of identifiers, source and rule: the first fact that says they belong together",
        columns=(
            Column("evidence_id", Type.KEY, "Key of the fact."),
            Column("left_key", Type.KEY, "The smaller identifier key."),
            Column("right_key", Type.KEY, "The larger identifier key."),
            Column("left_kind", Type.TEXT, "Its kind."),
            Column("right_kind", Type.TEXT, "Its kind."),
            Column("source", Type.TEXT, "The feed."),
            Column("rule", Type.TEXT, "Why: same_row."),
            Column("observed_at", Type.TIMESTAMP, "Event time of the first proof, UTC."),
            Column("event_id", Type.KEY, "The event or record that proves it."),
            Column("batch_id", Type.INTEGER, "The load that brought it."),
        ),
        writer="collect",
        key=("evidence_id",),
        stats=("batch_id",),
        leads=(Lead("left_key", By.IDENTIFIER), Lead("right_key", By.IDENTIFIER)),
    ),
    Table(
        name="evidence_held",
        row="fact that the identity rules keep from joining people now",
        columns=(
            Column("evidence_id", Type.KEY, "The fact."),
            Column("reason", Type.TEXT, "shared_identifier or too_many."),
            Column("detail", Type.TEXT, "In a sentence."),
            Column("version", Type.INTEGER, "Version of the person map that decided it."),
        ),
        writer="identity",
        key=("evidence_id",),
        stats=("version",),
        leads=(Lead("evidence_id", By.EVIDENCE),),
    ),
    Table(
        name="person_map",
        row="identifier that leads to a person now",
        columns=(
            Column("identifier_key", Type.KEY, "The identifier."),
            Column("person_id", Type.KEY, "The person, opaque."),
            Column("since_version", Type.INTEGER, "Version of the person map that last moved it."),
        ),
        writer="identity",
        key=("identifier_key",),
        person="person_id",
        stats=("since_version",),
        leads=(Lead("identifier_key", By.IDENTIFIER),),
    ),
    Table(
        name="person_changes",
        row="move of an identifier to a person",
        columns=(
            Column("version", Type.INTEGER, "Version of the person map."),
            Column("identifier_key", Type.KEY, "The identifier."),
            Column("from_person_id", Type.KEY, "The person before, or null."),
            Column("to_person_id", Type.KEY, "The person after."),
            Column("changed_at", Type.TIMESTAMP, "When, UTC."),
        ),
        writer="identity",
        key=("version", "identifier_key"),
        person="identifier_key",
        stats=("version", "changed_at"),
        leads=(Lead("from_person_id", By.PERSON), Lead("to_person_id", By.PERSON)),
    ),
    Table(
        name="consents",
        row="statement of consent",
        columns=(
            Column("consent_id", Type.KEY, "Key of the statement."),
            Column("subject_key", Type.KEY, "Identifier of who made it."),
            Column("purpose", Type.TEXT, "For what."),
            Column("state", Type.TEXT, "granted, denied or unreadable."),
            Column("at", Type.TIMESTAMP, "When it was made, UTC."),
            Column("source", Type.TEXT, "The feed."),
            Column("proof_event_id", Type.KEY, "The event or record that proves it."),
            Column("wording", Type.TEXT, "Version of the wording shown, if the source has it."),
            Column("batch_id", Type.INTEGER, "The load that brought it."),
        ),
        writer="collect",
        key=("consent_id",),
        person="subject_key",
        stats=("at", "batch_id"),
    ),
    Table(
        name="person_consents",
        row="person and purpose with any statement; no row means unknown, and that means no",
        columns=(
            Column("person_id", Type.KEY, "The person."),
            Column("purpose", Type.TEXT, "For what."),
            Column("state", Type.TEXT, "granted, denied, unreadable, contradictory, expired or outdated."),
            Column("since", Type.TIMESTAMP, "Time of the statement that decides, UTC."),
            Column("proof_event_id", Type.KEY, "The event or record that decides."),
        ),
        writer="policy",
        key=("person_id", "purpose"),
        person="person_id",
    ),
    Table(
        name="person_sources",
        row="person and source that knows them",
        columns=(
            Column("person_id", Type.KEY, "The person."),
            Column("source", Type.TEXT, "The feed."),
            Column(
                "events", Type.INTEGER, "Events and records that the source has of the person.", unit="rows"
            ),
            Column(
                "first_at", Type.TIMESTAMP, "When the first of them happened, UTC; a record's last change."
            ),
            Column("last_at", Type.TIMESTAMP, "When the last of them happened, UTC; a record's last change."),
        ),
        writer="audience",
        key=("person_id", "source"),
        person="person_id",
    ),
    Table(
        name="suppressions",
        row="identifier that must not be contacted",
        columns=(
            Column("suppression_id", Type.KEY, "Key of the entry."),
            Column("identifier_key", Type.KEY, "The identifier."),
            Column("reason", Type.TEXT, "Why, as the contract says."),
            Column("at", Type.TIMESTAMP, "When, UTC."),
            Column("source", Type.TEXT, "The feed."),
            Column("batch_id", Type.INTEGER, "The load that brought it."),
        ),
        writer="collect",
        key=("suppression_id",),
        person="identifier_key",
        stats=("at", "batch_id"),
    ),
    Table(
        name="memberships",
        row="audience, purpose and person in it now",
        columns=(
            Column("audience", Type.TEXT, "The audience."),
            Column("purpose", Type.TEXT, "The purpose it was evaluated for."),
            Column("person_id", Type.KEY, "The person."),
            Column("since", Type.TIMESTAMP, "When the person entered, UTC."),
            Column("permit", Type.TEXT, "Fingerprint of the permit that it was read under; null if unknown."),
        ),
        writer="audience",
        key=("audience", "purpose", "person_id"),
        person="person_id",
        stats=("since",),
    ),
    Table(
        name="membership_changes",
        row="entry into or exit from an audience",
        columns=(
            Column("audience", Type.TEXT, "The audience."),
            Column("purpose", Type.TEXT, "The purpose it was evaluated for."),
            Column("person_id", Type.KEY, "The person."),
            Column("change", Type.TEXT, "entered or left."),
            Column("at", Type.TIMESTAMP, "When, UTC."),
            Column("permit", Type.TEXT, "Fingerprint of the permit that it was read under; null if unknown."),
        ),
        writer="audience",
        key=("audience", "purpose", "person_id", "at"),
        person="person_id",
        stats=("at",),
    ),
)
