"""The tables that contracts ask for: one per event kind, one per record source."""

from collections.abc import Iterable

from tandem.charter.definitions import Charter, EventSpec, FieldSpec, Mode, RecordSpec, Source
from tandem.engine import Column, Engine, Table
from tandem.engine.catalogue import event_table, record_table
from tandem.kernel.values import Label, Type, graded


def catalogue_tables(charter: Charter) -> list[Table]:
    """The event_* and record_* tables of all contracts, in order of appearance.

    A kind that several sources send is one table with the fields of all; of a field that several declare the
    first one's description counts, and the labels of all. The loader has already refused fields of one name and
    two types.
    """
    events = [
        event_table(kind, _columns(spec for one in specs for spec in one.fields))
        for kind, specs in charter.events().items()
    ]
    return [*events, *(source_record_table(source) for source in charter.records())]


def source_tables(source: Source) -> list[Table]:
    """The tables of one source alone."""
    if source.record is not None:
        return [source_record_table(source)]
    return [event_table(spec.kind, _columns(spec.fields)) for spec in source.events]


def source_record_table(source: Source) -> Table:
    """The record_<source> table of a snapshot source."""
    fields = source.record.fields if source.record else ()
    return record_table(source.source, _columns(fields), about_people=bool(source.identifiers))


def table_name(source: Source, spec: EventSpec | RecordSpec) -> str:
    """The table that rows of this spec land in."""
    return f"event_{spec.kind}" if isinstance(spec, EventSpec) else f"record_{source.source}"


def known_tables(engine: Engine, source: Source) -> list[Table]:
    """The tables of a source with every column that other sources declare for them.

    In mode evolve also those that earlier files brought: the lake has them and nobody declares them. A column
    that a contract declared once and no longer does is left alone: it is NULL in new rows.
    """
    tables = []
    for table in source_tables(source):
        declared = engine.catalogue[table.name].columns if table.name in engine.catalogue else ()
        merged = table.with_columns(declared)
        stored = engine.lake.columns(table.name) if source.mode is Mode.EVOLVE else ()
        tables.append(merged.with_columns(extra_column(name) for name in stored if name not in merged.names))
    return tables


def extra_column(name: str) -> Column:
    """A column that a file brought and no contract declares: personal text until somebody says otherwise."""
    return Column(name, Type.TEXT, "Brought by a file; no contract declares it yet.", Label.PERSONAL)


def _columns(fields: Iterable[FieldSpec]) -> list[Column]:
    by_name: dict[str, list[FieldSpec]] = {}
    for spec in fields:
        by_name.setdefault(spec.name, []).append(spec)
    return [_column(specs) for specs in by_name.values()]


def _column(specs: list[FieldSpec]) -> Column:
    first, (label, marks) = specs[0], graded(spec.label for spec in specs)
    return Column(first.name, first.type.type, first.description, label, first.unit, marks)
