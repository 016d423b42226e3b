"""What collect writes: loads, quarantine, unplanned events, and the shape of typed event and record tables."""

from collections.abc import Iterable

from tandem.engine.catalogue.model import By, Column, Lead, Table
from tandem.kernel.values import Label, Type

LANDED = (
    Column("event_at", Type.TIMESTAMP, "When it happened, UTC."),
    Column("received_at", Type.TIMESTAMP, "When Tandem took it, UTC."),
    Column("source", Type.TEXT, "The feed it came by."),
    Column("subject_key", Type.KEY, "Key of the strongest usable identifier on the row, if there is one."),
    Column("batch_id", Type.INTEGER, "The load that brought it."),
)


def event_table(kind: str, fields: Iterable[Column]) -> Table:
    """The table of one event kind: the five landing columns and the contract's own fields."""
    return Table(
        name=f"event_{kind}",
        row="event",
        columns=(Column("event_id", Type.KEY, "Key of the event."), *LANDED, *fields),
        writer="collect",
        key=("event_id",),
        person="subject_key",
        stats=("event_at", "batch_id"),
    )


def record_table(source: str, fields: Iterable[Column], *, about_people: bool = True) -> Table:
    """The table of one record source: one row per record and change of its content; the guard shows the latest."""
    return Table(
        name=f"record_{source}",
        row="record and version of its content",
        columns=(
            Column("record_id", Type.KEY, "Key of the record."),
            *LANDED,
            Column("content", Type.KEY, "Digest of the contract's fields; a new version has another one."),
            *fields,
        ),
        writer="collect",
        person="subject_key" if about_people else None,
        stats=("event_at", "batch_id"),
        latest_by="record_id",
        nobody="" if about_people else "Its source names no identifiers.",
    )


TABLES = (
    Table(
        name="loads",
        row="file taken",
        columns=(
            Column("batch_id", Type.INTEGER, "The load."),
            Column("source", Type.TEXT, "The feed."),
            Column("file", Type.TEXT, "Path, relative to the charter."),
            Column("fingerprint", Type.TEXT, "SHA-256 of the file's bytes."),
            Column("rows_read", Type.INTEGER, "Rows in the file.", unit="rows"),
            Column("rows_landed", Type.INTEGER, "Rows now in typed tables.", unit="rows"),
            Column("rows_quarantined", Type.INTEGER, "Rows that wait in quarantine.", unit="rows"),
            Column("rows_duplicate", Type.INTEGER, "Rows that were there already.", unit="rows"),
            Column(
                "rows_erased",
                Type.INTEGER,
                "Rows left out because they name somebody who was erased.",
                unit="rows",
            ),
            Column("at", Type.TIMESTAMP, "When, UTC."),
        ),
        writer="collect",
        key=("batch_id", "file"),
        stats=("batch_id", "at"),
        nobody="One row per file, with counts only.",
    ),
    Table(
        name="quarantine",
        row="row, value or file that broke its contract",
        columns=(
            Column("quarantine_id", Type.KEY, "Key of the entry."),
            Column("source", Type.TEXT, "The feed."),
            Column("kind", Type.TEXT, "Event kind or `record`, if it could be told."),
            Column("level", Type.TEXT, "row, value or file."),
            Column("code", Type.TEXT, "Problem code."),
            Column("path", Type.TEXT, "Field that broke the contract."),
            Column("found", Type.TEXT, "What stood there.", Label.PERSONAL),
            Column("expected", Type.TEXT, "What the contract asks for."),
            Column("payload", Type.TEXT, "The whole row as JSON, so that nothing is lost.", Label.PERSONAL),
            Column("file", Type.TEXT, "Path, relative to the charter."),
            Column("line", Type.INTEGER, "Line or row number in the file, from 1."),
            Column("at", Type.TIMESTAMP, "When, UTC."),
            Column("batch_id", Type.INTEGER, "The load."),
        ),
        writer="collect",
        key=("quarantine_id",),
        stats=("batch_id", "at"),
        leads=(Lead("payload", By.TEXT), Lead("found", By.TEXT)),
    ),
    Table(
        name="quarantine_outcomes",
        row="quarantine entry that was dealt with",
        columns=(
            Column("quarantine_id", Type.KEY, "The entry."),
            Column("outcome", Type.TEXT, "replayed or discarded."),
            Column("at", Type.TIMESTAMP, "When, UTC."),
            Column("detail", Type.TEXT, "In a sentence."),
        ),
        writer="collect",
        key=("quarantine_id",),
        stats=("at",),
        leads=(Lead("quarantine_id", By.QUARANTINE),),
    ),
    Table(
        name="events_unplanned",
        row="event of a kind that no contract names",
        columns=(
            Column("event_id", Type.KEY, "Key of the event."),
            *LANDED,
            Column("kind", Type.TEXT, "What the source calls it, if it does."),
            Column("payload", Type.TEXT, "The event as JSON.", Label.PERSONAL),
        ),
        writer="collect",
        key=("event_id",),
        person="subject_key",
        stats=("event_at", "batch_id"),
        leads=(Lead("payload", By.TEXT),),
    ),
)
