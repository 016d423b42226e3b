"""What the contracts give to work with: events and records with their fields, traits with their types."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from tandem.charter.definitions.charter import Charter
from tandem.charter.definitions.sources import FieldSpec, FieldType
from tandem.charter.definitions.traits import Trait, TraitOperator
from tandem.charter.sql import Statement, Tables, offered, read
from tandem.kernel.values import Label, graded

NUMBERS = (FieldType.INTEGER, FieldType.NUMBER, FieldType.MONEY)
TIMES = (FieldType.TIMESTAMP, FieldType.DATE)


@dataclass(frozen=True)
class FieldFacts:
    """One field of an event or record: type, label (the strictest of all its sources), unit, meaning.

    `label` is sensitive where a label of the company's own is among them.
    """

    type: FieldType
    label: Label
    unit: str | None = None
    description: str = ""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class TraitFacts:
    """The type of a trait, None if it has none (its field is unknown or does not fit), its label and unit.

    The label is the most restrictive of the fields it reads; at least internal.
    """

    type: FieldType | None
    label: Label
    unit: str | None = None


@dataclass(frozen=True)
class CatalogView:
    """`events[kind][field]`, `records[source][field]`, `traits[name]`."""

    events: Mapping[str, Mapping[str, FieldFacts]]
    records: Mapping[str, Mapping[str, FieldFacts]]
    traits: Mapping[str, TraitFacts]

    def fields_of(self, name: str) -> Mapping[str, FieldFacts] | None:
        """The fields of an event kind or, if there is none of that name, of a record source."""
        return self.events.get(name, self.records.get(name))


def catalog_view(charter: Charter) -> CatalogView:
    """Names and types of all events, records and traits. Two types for one field: the first source wins."""
    events: dict[str, dict[str, FieldFacts]] = {}
    records: dict[str, dict[str, FieldFacts]] = {}
    for source in charter.sources:
        for event in source.events:
            _join(events.setdefault(event.kind, {}), event.fields, source.source)
        if source.record:
            _join(records.setdefault(source.source, {}), source.record.fields, source.source)
    bare = CatalogView(events, records, {})
    tables = sql_tables(charter, bare) if any(trait.sql is not None for trait in charter.traits) else ()
    return replace(bare, traits={trait.trait: trait_facts(trait, bare, tables) for trait in charter.traits})


def sql_tables(charter: Charter, view: CatalogView) -> Tables:
    """The tables that SQL may name. That of a trait is given a view without traits: no trait reads another."""
    events, records = (
        {name: {one: facts.type for one, facts in fields.items()} for name, fields in kinds.items()}
        for kinds in (view.events, view.records)
    )
    traits = {name: facts.type for name, facts in view.traits.items() if facts.type is not None}
    return offered(events, records, traits, charter.sources)


def trait_facts(trait: Trait, view: CatalogView, tables: Tables) -> TraitFacts:
    """Type, label and unit of a trait from the fields it reads; `tables` are those that its SQL may name."""
    if trait.sql is not None:
        return TraitFacts(trait.type, strictest([Label.INTERNAL, *_labels(trait, view, tables)]))
    fields = view.fields_of(trait.of) or {}
    read = fields.get(trait.field) if trait.field else None
    fits = read is not None and read.type in types_for(trait.operator)
    touched = [fields[one.field].label for one in trait.where if one.field in fields]
    label = strictest([Label.INTERNAL, *touched, *([read.label] if read else [])])
    match trait.operator:
        case TraitOperator.COUNT:
            return TraitFacts(FieldType.INTEGER, label)
        case TraitOperator.DAYS_SINCE:
            return TraitFacts(FieldType.INTEGER, label, "days")
        case TraitOperator.AVERAGE:
            return TraitFacts(FieldType.NUMBER if fits else None, label, read.unit if read else None)
        case _:
            return TraitFacts(read.type if read and fits else None, label, read.unit if read else None)


def _labels(trait: Trait, view: CatalogView, tables: Tables) -> Iterable[Label]:
    """The labels of all columns that the statement of a trait reads; none where it cannot be read."""
    found = read(str(trait.sql), tables, ("person_id", f"value:{trait.type}"))
    for ref in found.reads if isinstance(found, Statement) else ():
        kind, _, name = ref.table.partition("_")
        fields = (view.events if kind == "event" else view.records).get(name, {})
        if ref.column in fields:
            yield fields[ref.column].label


def types_for(operator: TraitOperator) -> tuple[FieldType, ...]:
    """The types of fields an operator can be computed of."""
    match operator:
        case TraitOperator.SUM | TraitOperator.AVERAGE:
            return NUMBERS
        case TraitOperator.MIN | TraitOperator.MAX:
            return (*NUMBERS, *TIMES)
        case _:
            return tuple(FieldType)


def strictest(labels: Iterable[str]) -> Label:
    """The most restrictive of the labels: public < internal < personal < sensitive and the company's own."""
    return graded(labels)[0]


def _join(into: dict[str, FieldFacts], fields: Iterable[FieldSpec], source: str) -> None:
    for spec in fields:
        known = into.get(spec.name)
        facts = FieldFacts(spec.type, strictest([spec.label]), spec.unit, spec.description, (source,))
        into[spec.name] = facts if known is None else _both(known, facts)


def _both(known: FieldFacts, new: FieldFacts) -> FieldFacts:
    return FieldFacts(
        known.type,
        strictest([known.label, new.label]),
        known.unit or new.unit,
        known.description or new.description,
        (*known.sources, *new.sources),
    )
