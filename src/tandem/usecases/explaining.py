"""The stations of an explanation, and reading single rows for it under a permit."""

from dataclasses import dataclass, field
from typing import Any

from sqlglot import exp

from tandem.engine import functions as f
from tandem.engine.catalogue import Table
from tandem.kernel import iso
from tandem.kernel.values import Destination, FieldRef
from tandem.policy import Permit
from tandem.usecases.permits import permit_for
from tandem.usecases.workspace import Workspace


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


class Reader:
    """Reads single rows for an explanation: only columns whose label the acting role may see, the rest named."""

    def __init__(self, work: Workspace) -> None:
        self.work = work
        self.hidden: set[str] = set()

    def permit(self, footprint: frozenset[FieldRef]) -> Permit:
        """The permit of the acting person for an explanation under the counting purpose; raises the reasons if none."""
        purpose = self.work.charter.purposes.counting
        return permit_for(self.work, purpose, Destination.EXPLAIN, footprint, self.work.actor)

    def rows(
        self, table: str, where: exp.Expr, *, limit: int = 50, newest: str | None = None
    ) -> list[dict[str, Any]]:
        """Rows of a base table that satisfy a condition on its own columns, newest first, without hidden columns.

        Rows of one instant stand in the order of the table's key, so that the same question has the same answer.
        """
        described = self.work.engine.catalogue[table]
        columns = self._seen(described)
        stamp = self.permit(frozenset(FieldRef(table, name) for name in columns)).fingerprint
        query = exp.select(*columns).from_(self.work.engine.ref(table, by=stamp)).where(where)
        if newest:
            query = query.order_by(exp.Ordered(this=exp.column(newest), desc=True))
        query = query.order_by(*(exp.column(name) for name in described.key if name in columns))
        return [_readable(row) for row in self.work.engine.dicts(query.limit(limit))]

    def _seen(self, table: Table) -> list[str]:
        allowed = self._labels()
        self.hidden |= {f"{table.name}.{c.name} ({c.label})" for c in table.columns if c.label not in allowed}
        return [column.name for column in table.columns if column.label in allowed]

    def _labels(self) -> set[str]:
        purpose, role = self.work.charter.purposes.counting, self.work.actor.role
        return {
            str(label)
            for policy in self.work.charter.policies
            for known in policy.roles
            if known.role == role
            for grant in known.may
            if purpose in grant.purposes and Destination.EXPLAIN in grant.destinations
            for label in grant.labels
        }


def equals(column: str, value: int | str) -> exp.Expr:
    """column = value."""
    return exp.column(column).eq(f.value(value))


def among(column: str, values: list[int]) -> exp.Expr:
    """column IN values; never true for an empty list."""
    return exp.column(column).isin(*(f.value(value) for value in values)) if values else exp.false()


def _readable(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: iso(value) if hasattr(value, "isoformat") and hasattr(value, "hour") else value
        for name, value in row.items()
    }
