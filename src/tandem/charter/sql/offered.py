"""The tables that SQL of a charter may name: events, the latest records, and for audiences the profile.

Names and types are those of docs/reference/tables.md. Keys of identifiers, loads and everything that Tandem
keeps for itself are not among them.
"""

from collections.abc import Collection, Mapping

from tandem.charter.definitions.sources import FieldType, Source

Tables = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
"""Every table with its columns and their types in SQL; hashable, so that what was read is remembered by it."""

SQL_TYPE: Mapping[FieldType, str] = {
    FieldType.TEXT: "text",
    FieldType.INTEGER: "bigint",
    FieldType.NUMBER: "double",
    FieldType.MONEY: "decimal(18, 4)",
    FieldType.BOOLEAN: "boolean",
    FieldType.TIMESTAMP: "timestamp",
    FieldType.DATE: "date",
}
KEY = "bigint"
PERSON = ("person_id", KEY)
LANDED = (("event_at", "timestamp"), ("received_at", "timestamp"), ("source", "text"))
PROFILE = "profile"


def offered(
    events: Mapping[str, Mapping[str, FieldType]],
    records: Mapping[str, Mapping[str, FieldType]],
    traits: Mapping[str, FieldType],
    sources: Collection[Source],
) -> Tables:
    """The tables of these events and records, and the profile where there are traits to look at.

    A record table of a source without identifiers is about nobody and has no `person_id`.
    """
    nobody = {one.source for one in sources if not one.identifiers}
    tables = [
        (f"event_{kind}", (PERSON, ("event_id", KEY), *LANDED, *_typed(fields)))
        for kind, fields in events.items()
    ]
    for source, fields in records.items():
        person = () if source in nobody else (PERSON,)
        tables.append((f"record_{source}", (*person, ("record_id", KEY), *LANDED, *_typed(fields))))
    if traits:
        tables.append((PROFILE, (PERSON, *_typed(traits))))
    return tuple(tables)


def _typed(fields: Mapping[str, FieldType]) -> tuple[tuple[str, str], ...]:
    return tuple((name, SQL_TYPE[type_]) for name, type_ in fields.items())
