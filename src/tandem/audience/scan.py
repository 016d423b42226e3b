"""One pass over an event or record table for many aggregates per person.

Each aggregate has its own window and condition. What all of them share stands in WHERE, where it saves
reading; what is particular to one stands inside its aggregate.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlglot import exp

from tandem import policy
from tandem.engine import Catalogue
from tandem.engine import functions as f
from tandem.kernel.values import Type
from tandem.policy import PERSON, Permit

Build = Callable[[exp.Expr | None], exp.Expr]
"""From the condition that is particular to an aggregate (None: all rows) to the aggregate."""


@dataclass(frozen=True)
class Part:
    """One aggregate: its column, how it is built, the start of its window, its condition."""

    name: str
    build: Build
    start: datetime | None
    where: exp.Expr | None


class Scan:
    """One row per person with a permitted row in the table and window; one column per part."""

    def __init__(
        self,
        table: str,
        alias: str,
        permit: Permit,
        catalogue: Catalogue,
        now: datetime,
        *,
        timed: bool = True,
    ) -> None:
        self.table = table
        self.alias = alias
        self.now = now
        self._permit = permit
        self._catalogue = catalogue
        self.timed = timed
        self._parts: dict[str, Part] = {}

    def field(self, name: str) -> exp.Column:
        """A column of the table, for conditions and aggregates."""
        return exp.column(name, self.table)

    def add(
        self, name: str, build: Build, start: datetime | None = None, where: exp.Expr | None = None
    ) -> exp.Column:
        """The column of an aggregate over rows in [start, now) that fulfil `where`; equal ones are one."""
        key = f"{build(None).sql()} from {start} where {where.sql() if where is not None else ''}"
        if key not in self._parts:
            taken = {part.name for part in self._parts.values()}
            free = name if name not in taken else f"{name}_{len(taken) + 1}"
            self._parts[key] = Part(free, build, start, where)
        return exp.column(self._parts[key].name, self.alias)

    def query(self, only: exp.Query | None = None) -> exp.Select:
        """The scan as a query; `only` restricts it to the people of a query with column `person_id`."""
        parts = list(self._parts.values())
        starts = [part.start for part in parts]
        start = min(moment for moment in starts if moment) if all(starts) else None
        first = parts[0].where
        shared = first if first is not None and all(part.where == first for part in parts) else None
        person = exp.column(PERSON, self.table)
        columns = [part.build(self._particular(part, start, shared)).as_(part.name) for part in parts]
        query = exp.select(person.as_(PERSON), *columns)
        query = query.from_(policy.guarded(self.table, self._permit, self._catalogue))
        conditions = [*self._bounds(start), *([shared.copy()] if shared is not None else [])]
        if only is not None:
            conditions.append(exp.In(this=person.copy(), query=only.subquery()))
        query = query.where(*conditions) if conditions else query
        return query.group_by(person.copy())

    def _bounds(self, start: datetime | None) -> list[exp.Expr]:
        at = self.field("event_at")
        end: list[exp.Expr] = [at < f.instant(self.now)] if self.timed else []
        return end if start is None else [at.copy() >= f.instant(start), *end]

    def _particular(self, part: Part, start: datetime | None, shared: exp.Expr | None) -> exp.Expr | None:
        conditions: list[exp.Expr] = []
        if part.start is not None and part.start != start:
            conditions.append(self.field("event_at") >= f.instant(part.start))
        if part.where is not None and shared is None:
            conditions.append(part.where.copy())
        return exp.and_(*conditions) if conditions else None


def picked(value: exp.Expr, condition: exp.Expr | None) -> exp.Expr:
    """The value where the condition holds, else NULL, which aggregates leave out."""
    return value.copy() if condition is None else exp.Case().when(condition, value.copy())


def counted(condition: exp.Expr | None) -> exp.Expr:
    """How many rows."""
    return (
        exp.Count(this=exp.Star())
        if condition is None
        else exp.Count(this=picked(exp.Literal.number(1), condition))
    )


def summed(value: exp.Expr, type_: Type) -> Build:
    """The sum, NULL without values. Floats as DECIMAL(38, 9): a float sum depends on the order of rows."""
    if type_ is not Type.NUMBER:
        return lambda condition: exp.Sum(this=picked(value, condition))
    exact = exp.cast(value, "decimal(38, 9)")
    return lambda condition: exp.cast(exp.Sum(this=picked(exact, condition)), "double")
