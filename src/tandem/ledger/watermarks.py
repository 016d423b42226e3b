"""How far each incremental stage has come."""

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from tandem.ledger.store import Store
from tandem.ledger.tables import watermarks as t


class Watermarks(Store):
    """One number per stage: the version of its input that it has worked through."""

    def watermark(self, stage: str) -> int | None:
        """The version this stage has worked through, or None if it never ran."""
        with self._read() as db:
            return db.execute(select(t.c.version).where(t.c.stage == stage)).scalar_one_or_none()

    def set_watermark(self, stage: str, version: int) -> None:
        """Remember the version. It may go back: a stage is made to start again by setting it lower."""
        with self._write() as db:
            dialect = postgresql if db.dialect.name == "postgresql" else sqlite
            row = dialect.insert(t).values(stage=stage, version=version)
            db.execute(row.on_conflict_do_update(index_elements=[t.c.stage], set_={"version": version}))

    def watermarks(self) -> dict[str, int]:
        """Stage → version, of all stages that ever ran."""
        with self._read() as db:
            return {row.stage: row.version for row in db.execute(select(t).order_by(t.c.stage))}
