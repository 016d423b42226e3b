"""Which charter is in force, and all that were before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, insert, select

from tandem.kernel import Problems
from tandem.ledger.problems import OTHER_CHARTER
from tandem.ledger.store import Store
from tandem.ledger.tables import applied_charters as t

ANY = ""
"""In place of a fingerprint: whichever charter is in force."""


@dataclass(frozen=True)
class AppliedCharter:
    """One application of a charter. `files` is the text of each file by its path in the charter."""

    id: int
    applied_at: datetime
    actor: str
    fingerprint: str
    files: Mapping[str, str]


class Charters(Store):
    """The applied charters, append-only."""

    def apply_charter(
        self,
        files: Mapping[str, str],
        fingerprint: str,
        actor: str,
        now: datetime,
        expected: str | None = ANY,
    ) -> AppliedCharter:
        """Put a charter in force. If its fingerprint is already the one in force, that one is returned
        and nothing is written.

        `expected` is the fingerprint that has to be in force until now, None for none. Raises LDG-085 if another is.
        """
        last = t.c.id.desc()
        with self._write() as db:
            # Whoever waited for this lock has to look anew: a statement sees what was there when it began.
            db.execute(select(t.c.id).order_by(last).limit(1).with_for_update())
            latest = db.execute(select(t).order_by(last).limit(1)).mappings().first()
            before = None if latest is None else latest["fingerprint"]
            if expected not in (ANY, before):
                found, wanted = (str(one)[:12] if one else "none" for one in (before, expected))
                raise Problems(OTHER_CHARTER("another charter came in force", found=found, expected=wanted))
            if latest is not None and before == fingerprint:
                return _charter(latest)
            row = {"applied_at": now, "actor": actor, "fingerprint": fingerprint, "files": dict(files)}
            return _charter(db.execute(insert(t).values(**row).returning(t)).mappings().one())

    def applied(self) -> AppliedCharter | None:
        """The charter in force, or None if none was ever applied."""
        latest = self.applied_history(limit=1)
        return latest[0] if latest else None

    def applied_fingerprint(self) -> str | None:
        """The fingerprint of the charter in force, without its files."""
        with self._read() as db:
            found: str | None = db.execute(
                select(t.c.fingerprint).order_by(t.c.id.desc()).limit(1)
            ).scalar_one_or_none()
            return found

    def applied_history(self, limit: int = 100) -> list[AppliedCharter]:
        """The charters applied, newest first."""
        with self._read() as db:
            rows = db.execute(select(t).order_by(t.c.id.desc()).limit(limit)).mappings()
            return [_charter(row) for row in rows]


def _charter(row: RowMapping) -> AppliedCharter:
    return AppliedCharter(row["id"], row["applied_at"], row["actor"], row["fingerprint"], row["files"])
