"""What a table of the lake is: columns with type, unit and label, who writes it, how it leads to a person."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from sqlglot import exp

from tandem.kernel.values import Label, Type

SQL_TYPES: Mapping[Type, str] = {
    Type.KEY: "bigint",
    Type.INTEGER: "bigint",
    Type.NUMBER: "double",
    Type.MONEY: "decimal(18, 4)",
    Type.TEXT: "text",
    Type.BOOLEAN: "boolean",
    Type.TIMESTAMP: "timestampntz",
    Type.DATE: "date",
}


@dataclass(frozen=True)
class Column:
    """One column: its name, type, how sensitive it is, its unit if it has one, and what it says.

    `marks`: labels that a role must hold all together, where `label` alone does not say it (see `graded`).
    """

    name: str
    type: Type
    doc: str = ""
    label: Label = Label.INTERNAL
    unit: str | None = None
    marks: tuple[str, ...] = ()

    @property
    def labels(self) -> frozenset[str]:
        """Every label that must be granted to whoever uses the column."""
        return frozenset(self.marks or (str(self.label),))

    @property
    def labelled(self) -> str:
        """The labels for people: 'sensitive', 'health', 'health and sensitive'."""
        return " and ".join(sorted(self.labels))

    @property
    def sql_type(self) -> exp.DataType:
        return exp.DataType.build(SQL_TYPES[self.type])


class By(StrEnum):
    """By what a column names people: what a person's rights have to follow to find all that is held."""

    PERSON = "person"
    IDENTIFIER = "identifier"
    EVIDENCE = "evidence"
    QUARANTINE = "quarantine"
    TEXT = "text"


@dataclass(frozen=True)
class Lead:
    """A column that names people: a person id, the key of an identifier, of evidence or of a quarantine entry, or
    text in which identifiers stand."""

    column: str
    by: By


@dataclass(frozen=True)
class Table:
    """One table of the lake.

    `row` completes "one row per …". `key` names the columns that make a row unique, as far as one does.
    `person` is the column that leads to a person: `person_id` itself, an identifier key that the person map
    resolves (`subject_key`), or None for a table without people. `stats` names the columns whose min and max
    may stand in the Delta log: never personal data, because the log outlives an erasure. `leads` are further
    columns that name people, and `nobody` says why a table without any is about nobody: one of `person`, `leads`
    and `nobody` stands in every table, so that an export or erasure cannot pass one by.
    """

    name: str
    row: str
    columns: tuple[Column, ...]
    writer: str
    key: tuple[str, ...] = ()
    person: str | None = None
    stats: tuple[str, ...] = ()
    latest_by: str | None = None
    leads: tuple[Lead, ...] = ()
    nobody: str = ""

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        if len(set(names)) != len(names):
            raise ValueError(f"table {self.name} names a column twice")
        missing = {*self.key, *self.stats, *(lead.column for lead in self.leads)} - set(names)
        if missing:
            raise ValueError(f"table {self.name} has no column {sorted(missing)}")

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def people(self) -> tuple[Lead, ...]:
        """Every column that names people, and by what."""
        if self.person is None:
            return self.leads
        by = By.PERSON if self.person == "person_id" else By.IDENTIFIER
        return (Lead(self.person, by), *self.leads)

    def column(self, name: str) -> Column:
        """The column of that name. Raises KeyError."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name}.{name}")

    def with_columns(self, extra: Iterable[Column]) -> "Table":
        """The same table with further columns at its end; those it has are left as they are."""
        new = tuple(column for column in extra if column.name not in self.names)
        return replace(self, columns=self.columns + new)


@dataclass(frozen=True)
class Catalogue:
    """Every table the lake may hold, by name."""

    tables: Mapping[str, Table] = field(default_factory=dict)

    def __contains__(self, name: object) -> bool:
        return name in self.tables

    def __getitem__(self, name: str) -> Table:
        return self.tables[name]

    def __iter__(self) -> Iterator[Table]:
        return iter(self.tables.values())

    def with_tables(self, tables: Iterable[Table]) -> "Catalogue":
        """A catalogue that also holds these; one of the same name is replaced."""
        return Catalogue({**self.tables, **{table.name: table for table in tables}})
