"""What was told of counts, for all processes: the rows behind `tandem.policy.book`, which decides what may be told.

Who decides reads first and then adds under the next numbers; if somebody else came first nothing is added, and it is
decided anew. So no two processes tell two numbers that neither knew of the other's.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from tandem.kernel import plain
from tandem.ledger.store import Store
from tandem.ledger.told_tables import told_counts as t

CHUNK = 200


@dataclass(frozen=True)
class ToldCount:
    """A set of people that was counted, as bytes that tell it from others; or a division of one, which has no cells.

    `page`: the number of the count that it is a part of. `told`: as it was told, plain JSON.
    """

    people: int
    cells: bytes | None
    told: Any = None
    page: int | None = None
    name: str = ""
    number: int = 0
    at: datetime | None = None


@dataclass(frozen=True)
class Shelf:
    """How much is kept: so many counts, so many rows about parts of them, and nothing that was last told before."""

    pages: int
    parts: int
    since: datetime


class ToldCounts(Store):
    """The counts that were told, by rising numbers."""

    def newest_told(self) -> int:
        """The number of the newest row; 0 if there is none."""
        with self._read() as db:
            return _newest(db)

    def told_like(self, sizes: Sequence[tuple[int, int]], *, parts: bool) -> list[ToldCount]:
        """Sets of from so many to so many people, oldest first; parts of others only if asked for."""
        if not sizes:
            return []
        fits = or_(*(t.c.people.between(low, high) for low, high in sizes))
        query = select(t).where(fits, t.c.cells.is_not(None)).order_by(t.c.number)
        with self._read() as db:
            return _found(db.execute(query if parts else query.where(t.c.page.is_(None))))

    def latest_told(self, limit: int) -> list[ToldCount]:
        """The latest counts that are no parts of others, oldest first."""
        query = select(t).where(t.c.page.is_(None)).order_by(t.c.number.desc()).limit(limit)
        with self._read() as db:
            return _found(db.execute(query))[::-1]

    def told_parts(self, page: int, name: str) -> list[ToldCount]:
        """How a count was divided by that name, each time with its parts, oldest first."""
        query = select(t).where(t.c.page == page, t.c.name == name).order_by(t.c.number)
        with self._read() as db:
            return _found(db.execute(query))

    def add_told(self, after: int, rows: Sequence[ToldCount], at: datetime, kept: Shelf) -> int | None:
        """Add rows behind the number that whoever decided saw as the newest; the first one's number.

        None if there are newer ones: then nothing is added. What is too much or too old goes.
        """
        values = [
            {
                "number": number,
                "page": one.page,
                "name": one.name,
                "people": one.people,
                "cells": one.cells,
                "told": plain(one.told),
                "at": at,
            }
            for number, one in enumerate(rows, start=after + 1)
        ]
        try:
            with self._write() as db:
                if _newest(db) != after:
                    return None
                db.execute(insert(t), values)
                _tidy(db, kept)
        except IntegrityError:
            # On PostgreSQL two may come this far at once: the number is taken.
            return None
        return after + 1

    def tell_again(self, number: int, at: datetime) -> None:
        """Note that a count was told again, with what was told of its parts."""
        mine = or_(t.c.number == number, t.c.page == number)
        with self._write() as db:
            db.execute(update(t).where(mine).values(at=at))

    def told_cells(self) -> Iterator[list[ToldCount]]:
        """Every row that has cells, oldest first, some at a time."""
        last = 0
        while True:
            query = select(t).where(t.c.cells.is_not(None), t.c.number > last).order_by(t.c.number)
            with self._read() as db:
                rows = _found(db.execute(query.limit(CHUNK)))
            if not rows:
                return
            yield rows
            last = rows[-1].number

    def put_cells(self, cells: Mapping[int, bytes]) -> None:
        """Put other cells in place of those of these rows."""
        with self._write() as db:
            for number, new in cells.items():
                db.execute(update(t).where(t.c.number == number).values(cells=new))


def _newest(db: Connection) -> int:
    number: int = db.execute(select(func.coalesce(func.max(t.c.number), 0))).scalar_one()
    return number


def _tidy(db: Connection, kept: Shelf) -> None:
    """The newest row stays in any case: its number must not be given twice."""
    pages = select(t.c.number).where(t.c.page.is_(None), t.c.name == "").order_by(t.c.number.desc())
    parts = select(t.c.number).where(t.c.page.is_not(None)).order_by(t.c.number.desc())
    for which, query, most in (
        (t.c.page.is_(None), pages, kept.pages),
        (t.c.page.is_not(None), parts, kept.parts),
    ):
        first = db.execute(query.offset(most).limit(1)).scalar_one_or_none()
        if first is not None:
            db.execute(delete(t).where(which, t.c.number <= first))
    db.execute(delete(t).where(and_(t.c.at < kept.since, t.c.number < _newest(db))))


def _found(rows: Any) -> list[ToldCount]:
    return [_one(row) for row in rows]


def _one(row: Row[Any]) -> ToldCount:
    return ToldCount(row.people, row.cells, row.told, row.page, row.name, row.number, row.at)
