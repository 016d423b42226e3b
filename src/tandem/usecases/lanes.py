"""What a timeline is woven of: the tables that hold something that happened with a person at a time."""

from dataclasses import dataclass

from sqlglot import exp

from tandem.engine import Column
from tandem.engine import functions as f
from tandem.engine.catalogue import Table
from tandem.kernel.values import Type
from tandem.usecases.explaining import equals
from tandem.usecases.seeing import Known, Sight

OURS = "Tandem"
"""The source of what Tandem did itself. Names in a charter are small, so no source can have this one."""

CONTACT, NO_CONTACT, UNPLANNED = "contact-made", "contact-not-made", "not-planned"
BY_TANDEM = {
    CONTACT: "Contacted",
    NO_CONTACT: "Not contacted",
    UNPLANNED: "Something that no contract names",
}
"""Kinds of entries that no contract declares, and what they are called. Names in a charter have no hyphen."""


KEYS = ("message_id", "contact_id", "permit", "outcome", "reason")
"""What contacts and receipts say for machines; the page of contacts has it."""


@dataclass(frozen=True)
class Lane:
    """One table of a timeline: what its kind is called, and which of its columns say when, what and by whom."""

    table: Table
    kind: str
    at: str
    id: str

    @property
    def needs(self) -> tuple[str, ...]:
        """Columns that are read besides the fields."""
        extra = {"receipts": ("outcome",)}.get(self.table.name, ())
        source = ("source",) if "source" in self.table.names else ()
        content = ("content",) if self.versioned else ()
        return (str(self.table.person), self.at, self.id, *source, *content, *extra)

    @property
    def versioned(self) -> bool:
        """Whether rows are versions of a record."""
        return self.table.latest_by is not None

    def fields(self, sight: Sight) -> list[Column]:
        """What a row says, as far as the role may see it; its time and its keys stand elsewhere."""
        told = {self.at, self.id, *KEYS}
        return [column for column in sight.fields(self.table) if column.name not in told]

    def about(self, sight: Sight, who: Known, alias: str) -> exp.Expr:
        """That a row is about the person. Of receipts only those of no contact: a contact has a row of its own."""
        if self.table.person != "person_id":
            return sight.mine(str(self.table.person), alias, who)
        mine = equals("person_id", who.person, alias)
        if self.table.name == "receipts":
            return exp.and_(mine, exp.column("outcome", alias).neq(f.value("contacted")))
        return mine

    def source(self, alias: str) -> exp.Expr:
        """Where a row came from."""
        return exp.column("source", alias) if "source" in self.table.names else f.value(OURS)

    def part(self, alias: str) -> exp.Expr:
        """What tells versions of one record at one instant apart; 0 for all else."""
        return exp.column("content", alias) if self.versioned else f.value(0)

    def changed(self, alias: str, fields: list[str]) -> exp.Expr:
        """Names of the fields that differ from the record's version before, with commas; NULL for a first version."""
        if not self.versioned:
            return f.null_of(Type.TEXT)
        named = [
            exp.Case().when(f.differs(exp.column(name, alias), self._before(name, alias)), f.value(name))
            for name in fields
        ]
        joined = exp.Anonymous(this="CONCAT_WS", expressions=[f.value(","), *named]) if named else f.value("")
        first = self._before("content", alias).is_(exp.null())
        return exp.Case().when(first, f.null_of(Type.TEXT)).else_(joined)

    def _before(self, name: str, alias: str) -> exp.Expr:
        versions = [exp.column(self.at, alias), exp.column("content", alias)]
        return exp.Window(
            this=exp.Lag(this=exp.column(name, alias)),
            partition_by=[exp.column(self.id, alias)],
            order=exp.Order(expressions=[exp.Ordered(this=column) for column in versions]),
        )


def lanes(sight: Sight) -> list[Lane]:
    """Every table with something that happened, if anything was ever written to it."""
    found = [
        Lane(table, _kind(table), "event_at", _id(table))
        for table in sight.work.engine.catalogue
        if _landed(table)
    ]
    tables = sight.work.engine.catalogue
    found.append(Lane(tables["contacts"], CONTACT, "sent_at", "contact_id"))
    found.append(Lane(tables["receipts"], NO_CONTACT, "at", "receipt_id"))
    return [lane for lane in found if sight.there(lane.table.name)]


def _landed(table: Table) -> bool:
    return table.person == "subject_key" and table.name.startswith(("event_", "events_", "record_"))


def _kind(table: Table) -> str:
    if table.name == "events_unplanned":
        return UNPLANNED
    if table.latest_by:
        return f"{table.name.removeprefix('record_')}-record"
    return table.name.removeprefix("event_")


def _id(table: Table) -> str:
    return table.latest_by or "event_id"
