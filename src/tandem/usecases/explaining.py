"""The stations of an explanation, and reading single rows for it under a permit."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sqlglot import exp

from tandem.charter import Charter
from tandem.engine import functions as f
from tandem.engine.catalogue import Table
from tandem.kernel import iso
from tandem.kernel.values import Destination, FieldRef
from tandem.policy import Permit, granted_labels, limited, told
from tandem.usecases.auditing import by
from tandem.usecases.permits import permit_for
from tandem.usecases.workspace import Workspace

FEW = 50
"""Values that are compared one by one; of more, a list is written."""


@dataclass(frozen=True)
class Station:
    """One place on the way: its name, what happened there in sentences, and the rows that prove it."""

    name: str
    sentences: tuple[str, ...]
    rows: tuple[dict[str, Any], ...] = ()

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        return {"station": self.name, "sentences": list(self.sentences), "rows": list(self.rows)}


@dataclass(frozen=True)
class Explanation:
    """The way of one thing, station by station, ending where it stopped and why."""

    of: str
    stations: tuple[Station, ...]
    hidden: tuple[str, ...] = field(default=())

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        return {
            "of": self.of,
            "stations": [station.to_dict() for station in self.stations],
            "hidden": list(self.hidden),
        }


def note_seen(work: Workspace, what: str, found: Explanation) -> None:
    """Remember for the audit log whom an explanation shows: everybody in the rows that prove it."""
    rows = (row for station in found.stations for row in station.rows)
    people = dict.fromkeys(int(row["person_id"]) for row in rows if row.get("person_id") is not None)
    for person in people:
        purpose = work.charter.purposes.counting
        work.trail.add(by(work.actor, "person", what, "seen", purpose=purpose, person_id=person))


class Reader:
    """Reads single rows for an explanation: only columns whose label the acting role may see, the rest named."""

    def __init__(self, work: Workspace) -> None:
        self.work = work
        self.hidden: set[str] = set()

    def permit(self, footprint: frozenset[FieldRef], shown: frozenset[FieldRef] = frozenset()) -> Permit:
        """The permit of the acting person for an explanation under the counting purpose; raises the reasons if none."""
        purpose = self.work.charter.purposes.counting
        return permit_for(self.work, purpose, Destination.EXPLAIN, footprint, self.work.actor, shown)

    def rows(
        self, table: str, where: exp.Expr, *, limit: int = 50, newest: str | None = None
    ) -> list[dict[str, Any]]:
        """Rows of a base table that satisfy a condition on its own columns, newest first, without hidden columns.

        Rows of one instant stand in the order of the table's key, so that the same question has the same answer.
        """
        described = self.work.engine.catalogue[table]
        columns = self._seen(described)
        used = {newest, *(column.name for column in where.find_all(exp.Column)), *described.key}
        shown = frozenset(FieldRef(table, name) for name in columns if name not in used)
        permit = self.permit(frozenset(FieldRef(table, name) for name in columns), shown)
        given = [told(described, name, table, permit).as_(name) for name in columns]
        query = (
            exp.select(*given).from_(limited(table, table, permit, self.work.engine.catalogue)).where(where)
        )
        if newest:
            query = query.order_by(exp.Ordered(this=exp.column(newest, table), desc=True))
        query = query.order_by(*(exp.column(name, table) for name in described.key if name in columns))
        return [_readable(row) for row in self.work.engine.dicts(query.limit(limit))]

    def _seen(self, table: Table) -> list[str]:
        allowed = self.labels()
        hidden = (column for column in table.columns if not column.labels <= allowed)
        self.hidden |= {f"{table.name}.{column.name} ({column.labelled})" for column in hidden}
        return [column.name for column in table.columns if column.labels <= allowed]

    def labels(self) -> set[str]:
        """Labels of the fields that the acting role may see in an explanation."""
        work = self.work
        purpose, role = work.charter.purposes.counting, work.actor.role
        return set(granted_labels(role, purpose, Destination.EXPLAIN, work.charter, work.time))


def unseen_fields(charter: Charter, source: str, labels: Collection[str]) -> tuple[tuple[str, str], ...]:
    """(table, field) of all that the source's contract names and labels none of these: its raw rows may hold it."""
    return tuple(
        (table, spec.name)
        for one in charter.sources
        if one.source == source
        for table, kind in (
            *((f"event_{event.kind}", event) for event in one.events),
            *(((f"record_{source}", one.record),) if one.record else ()),
        )
        for spec in kind.fields
        if str(spec.label) not in labels
    )


def equals(column: str, value: int | str, alias: str | None = None) -> exp.Expr:
    """column = value; of the table under that alias, if one is given."""
    return exp.column(column, alias).eq(f.value(value))


def among(column: str, values: Collection[int], alias: str | None = None) -> exp.Expr:
    """That a column is one of these values; never true where there are none."""
    if len(values) > FEW:
        return exp.column(column, alias).isin(*(f.value(value) for value in values))
    # Not IN: DuckDB compares single values while it reads a file, but a list of them only afterwards.
    return exp.or_(*(equals(column, value, alias) for value in values)) if values else exp.false()


def _readable(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: iso(value) if hasattr(value, "isoformat") and hasattr(value, "hour") else value
        for name, value in row.items()
    }
