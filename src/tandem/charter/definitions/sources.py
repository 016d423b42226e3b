"""sources/NAME.yml: the contract of a source, agreed by those who send and those who use."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from tandem.charter.definitions.base import AsWritten, Definition, Key, LabelName, Name, Path, Rule
from tandem.charter.definitions.project import Function
from tandem.kernel.values import Label, Type


class Format(StrEnum):
    """File formats. A name that ends in .gz is read compressed."""

    CSV = "csv"
    PARQUET = "parquet"
    NDJSON = "ndjson"


class Mode(StrEnum):
    """What happens to what breaks the contract."""

    EVOLVE = "evolve"
    DROP_VALUE = "drop_value"
    QUARANTINE = "quarantine"
    FREEZE = "freeze"


class Side(StrEnum):
    """Where customers are met."""

    ONLINE = "online"
    OFFLINE = "offline"


class FieldType(StrEnum):
    """Types a contract can give to a field."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    MONEY = "money"
    BOOLEAN = "boolean"
    TIMESTAMP = "timestamp"
    DATE = "date"

    @property
    def type(self) -> Type:
        """The column type in the lake."""
        return Type(self.value)


class ConsentState(StrEnum):
    """What a row says about a purpose."""

    GRANTED = "granted"
    DENIED = "denied"


@dataclass(frozen=True, kw_only=True)
class FilesSpec(Definition):
    """Where the files of a source are and how they are written."""

    path: Annotated[
        str, Key("File, folder or pattern with *, relative to the charter, or absolute."), Rule.SOURCE_FILES
    ]
    format: Annotated[Format, Key("csv, parquet or ndjson.")]
    delimiter: Annotated[str, Key("What separates columns of a CSV file."), Rule.MARK] = ","
    encoding: Annotated[str, Key("Encoding of the text, such as utf-8 or latin-1."), Rule.ENCODING] = "utf-8"
    null_values: Annotated[tuple[AsWritten, ...], Key("Texts that mean: no value.")] = ("",)


@dataclass(frozen=True, kw_only=True)
class TimeSpec(Definition):
    """Which field says when it happened, and how it is written."""

    field: Annotated[Path, Key("The field with the time.")]
    format: Annotated[
        str, Key("iso, epoch_s, epoch_ms, or a pattern such as %d/%m/%Y %H:%M."), Rule.TIME_FORMAT
    ] = "iso"
    zone: Annotated[
        str,
        Key("Zone of times written without one: UTC, local (the project's) or a name."),
        Rule.ZONE_OR_LOCAL,
    ] = "UTC"


@dataclass(frozen=True, kw_only=True)
class IdentifierSpec(Definition):
    """One identifier on a row."""

    kind: Annotated[Name, Key("Kind of identifier, declared in identity.yml.")]
    field: Annotated[Path, Key("The field that holds it.")]


@dataclass(frozen=True, kw_only=True)
class WhenTest(Definition):
    """A field is one of some values, compared as text as written in the source (true, 12, sale)."""

    path: str
    values: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class When(Definition):
    """All of some tests of one row."""

    tests: tuple[WhenTest, ...]


@dataclass(frozen=True, kw_only=True)
class FieldSpec(Definition):
    """One field of an event or record: its type and meaning."""

    name: Name
    type: Annotated[FieldType, Key("text, integer, number, money, boolean, timestamp or date.")]
    source_path: Annotated[
        Path | None, Key("Where it is in the source, if not under its own name.", word="from")
    ] = None
    required: Annotated[bool, Key("A row without it breaks the contract.")] = False
    label: Annotated[
        LabelName,
        Key("How sensitive it is: public, internal, personal, sensitive, or a label that a policy declares."),
    ] = Label.PERSONAL
    unit: Annotated[str | None, Key("Unit, such as GBP, kg or minutes.")] = None
    at_least: Annotated[Decimal | None, Key("Smallest value that keeps the contract.")] = None
    at_most: Annotated[Decimal | None, Key("Largest value that keeps the contract.")] = None
    one_of: Annotated[tuple[AsWritten, ...], Key("The only values that keep the contract.")] = ()
    format: Annotated[
        str | None, Key("How a timestamp or date is written, if not iso; as in `time`."), Rule.TIME_FORMAT
    ] = None
    description: Annotated[str, Key("What it means, for those who use it.")] = ""

    @property
    def read_from(self) -> str:
        """The path in the source: `from`, or the field's own name."""
        return self.source_path or self.name


@dataclass(frozen=True, kw_only=True)
class EventSpec(Definition):
    """One kind of event in a source, its rows and its fields. Table: event_<kind>."""

    kind: Annotated[Name, Key("Name of the event; its table is event_<kind>.")]
    title: Annotated[str, Key("What happened, as people read it.")] = ""
    description: Annotated[str, Key("What it means, for those who use it.")] = ""
    when: Annotated[When | None, Key("Which rows are this event: field and value.")] = None
    fields: Annotated[tuple[FieldSpec, ...], Key("Its fields by name.", named_by="name")] = ()

    def field(self, name: str) -> FieldSpec | None:
        """The field of that name, if there is one."""
        return next((spec for spec in self.fields if spec.name == name), None)


@dataclass(frozen=True, kw_only=True)
class RecordSpec(Definition):
    """The fields of a table snapshot. Table: record_<source>."""

    fields: Annotated[tuple[FieldSpec, ...], Key("Its fields by name.", named_by="name")]

    def field(self, name: str) -> FieldSpec | None:
        """The field of that name, if there is one."""
        return next((spec for spec in self.fields if spec.name == name), None)


CONVENTIONS = ("categories", "tcf", "gpc")
STATEMENTS, STATED = "tandem_statements", "consent_stated"
"""The source and event of what people say to Tandem itself. No charter declares them."""


@dataclass(frozen=True, kw_only=True)
class ConsentSpec(Definition):
    """How a row speaks about a purpose, or by a common convention about all purposes that purposes.yml maps to it.

    For one purpose: a field with known answers, or a state when a test holds. For all: `categories`, `tcf` or `gpc`.
    """

    purpose: Annotated[Name | None, Key("The purpose, declared in purposes.yml.")] = None
    categories: Annotated[
        Path | None,
        Key("The object {category: true or false} of a consent tool: context.consent.categoryPreferences."),
    ] = None
    tcf: Annotated[Path | None, Key("The field with an IAB TCF string of version 2.")] = None
    gpc: Annotated[
        Path | None, Key("The field that says whether Global Privacy Control was on: context.gpc.")
    ] = None
    when: Annotated[When | None, Key("Only rows of which this is true.")] = None
    field: Annotated[Path | None, Key("The field with the answer.")] = None
    granted: Annotated[tuple[AsWritten, ...], Key("Answers that mean yes.")] = ()
    denied: Annotated[tuple[AsWritten, ...], Key("Answers that mean no; any other is unreadable.")] = ()
    state: Annotated[ConsentState | None, Key("What such a row means, in place of a field.")] = None
    wording: Annotated[str | None, Key("The field with the wording shown, or the wording itself.")] = None

    @property
    def convention(self) -> str | None:
        """categories, tcf or gpc, if the row speaks by one of these; then purposes.yml says of which purposes."""
        return next((word for word in CONVENTIONS if getattr(self, word) is not None), None)


@dataclass(frozen=True, kw_only=True)
class SuppressSpec(Definition):
    """Rows that say: never contact this identifier again."""

    when: Annotated[When, Key("Which rows.")]
    reason: Annotated[Name, Key("Why, in one word: complaint, bounce, unsubscribed, deceased, request.")]


@dataclass(frozen=True, kw_only=True)
class Source(Definition):
    """A feed and its contract. It has either `events` or `record`."""

    source: Annotated[Name, Key("Name of the source.")]
    title: Annotated[str, Key("What it is, as people read it.")] = ""
    description: Annotated[str, Key("What one should know about it.")] = ""
    owner: Annotated[Function, Key("Who answers for the contract.")] = Function.IT
    side: Annotated[
        Side | None, Key("Whether customers are met online or offline there; left out if both or neither.")
    ] = None
    files: Annotated[FilesSpec, Key("Where the files are.")]
    mode: Annotated[Mode, Key("What happens to what breaks the contract.")] = Mode.QUARANTINE
    time: Annotated[TimeSpec | None, Key("When it happened. Needed for events.")] = None
    keep: Annotated[
        timedelta | None,
        Key("How long its rows stay, from when they happened; then a run removes them. Left out: for good."),
    ] = None
    key: Annotated[
        tuple[Path, ...],
        Key("What makes a row the same row. Without it: the whole content and its occurrence in the file."),
    ] = ()
    identifiers: Annotated[tuple[IdentifierSpec, ...], Key("Who the row is about, strongest first.")] = ()
    events: Annotated[tuple[EventSpec, ...], Key("Kinds of events; the first that matches a row.")] = ()
    record: Annotated[RecordSpec | None, Key("Fields of a table snapshot, in place of events.")] = None
    consents: Annotated[tuple[ConsentSpec, ...], Key("What rows say about purposes.")] = ()
    suppress: Annotated[tuple[SuppressSpec, ...], Key("Rows that forbid contact.")] = ()

    def event(self, kind: str) -> EventSpec | None:
        """The event of that kind, if the source has it."""
        return next((spec for spec in self.events if spec.kind == kind), None)
