"""Which files of a source were taken, and which batch is under way.

A batch is planned before its first row is read and finished after its last commit to the lake. After a crash
in between, the same batch with the same id and the same files is done again; the lake skips what it has.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from tandem.kernel import Problems
from tandem.ledger.problems import BATCH_NOT_OPEN, BATCH_OPEN
from tandem.ledger.store import Store
from tandem.ledger.tables import batch_files as f
from tandem.ledger.tables import batches as t

PLANNED = "planned"
DONE = "done"


@dataclass(frozen=True)
class Batch:
    """A planned batch. `files` is the fingerprint of each file by its path."""

    id: int
    source: str
    files: Mapping[str, str]
    planned_at: datetime


class Batches(Store):
    """Batches of all sources; at most one per source is open."""

    def plan_batch(self, source: str, files: Mapping[str, str], now: datetime) -> int:
        """Open a batch of these files (path → fingerprint) and give its id. Ids only grow, never come again.

        Raises LDG-020 if the source has an open batch: that one has to be finished first.
        """
        try:
            with self._write() as db:
                row = {"source": source, "state": PLANNED, "planned_at": now}
                number: int = db.execute(insert(t).values(**row).returning(t.c.id)).scalar_one()
                if files:
                    rows = [
                        {"batch_id": number, "path": path, "fingerprint": fingerprint}
                        for path, fingerprint in files.items()
                    ]
                    db.execute(insert(f), rows)
                return number
        except IntegrityError as clash:
            raise Problems(BATCH_OPEN(f"source `{source}` has a batch that is not finished")) from clash

    def open_batch(self, source: str) -> Batch | None:
        """The batch of this source that was planned and not finished, or None."""
        with self._read() as db:
            query = select(t).where(t.c.source == source, t.c.state == PLANNED)
            row = db.execute(query).mappings().first()
            if row is None:
                return None
            return Batch(row["id"], source, _files(db, row["id"]), row["planned_at"])

    def finish_batch(self, batch_id: int, now: datetime) -> None:
        """Close a batch: its files count as taken from here on. Raises LDG-021 if it is not open."""
        with self._write() as db:
            step = update(t).where(t.c.id == batch_id, t.c.state == PLANNED)
            if db.execute(step.values(state=DONE, done_at=now)).rowcount != 1:
                raise Problems(BATCH_NOT_OPEN(f"batch {batch_id} is not open"))

    def taken_files(self, source: str) -> dict[str, str]:
        """Path → fingerprint of every file taken by a finished batch; of a path taken again, the last one."""
        newest = (
            select(f.c.path, func.max(f.c.batch_id).label("batch_id"))
            .join(t, t.c.id == f.c.batch_id)
            .where(t.c.source == source, t.c.state == DONE)
            .group_by(f.c.path)
            .subquery()
        )
        same = (f.c.batch_id == newest.c.batch_id) & (f.c.path == newest.c.path)
        with self._read() as db:
            found = db.execute(select(f.c.path, f.c.fingerprint).join(newest, same).order_by(f.c.path))
            return {row.path: row.fingerprint for row in found}


def _files(db: Connection, batch_id: int) -> dict[str, str]:
    found = db.execute(select(f.c.path, f.c.fingerprint).where(f.c.batch_id == batch_id).order_by(f.c.path))
    return {row.path: row.fingerprint for row in found}
