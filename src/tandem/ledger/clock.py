"""The clock of a company that lives in simulated time, such as the demo's."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from tandem.ledger.store import Store
from tandem.ledger.tables import simulated_clock as t

ONLY = 1


class Clock(Store):
    """What time it is in this company, if that is not the time of the wall."""

    def simulated_now(self) -> datetime | None:
        """The simulated time, or None if the company lives in the time of the wall."""
        with self._read() as db:
            found: datetime | None = db.execute(select(t.c.now)).scalar_one_or_none()
            return found

    def set_simulated_now(self, at: datetime | None) -> None:
        """Set the simulated time, naive UTC; None gives the company back to the time of the wall."""
        with self._write() as db:
            if at is None:
                db.execute(delete(t))
                return
            dialect = postgresql if db.dialect.name == "postgresql" else sqlite
            row = dialect.insert(t).values(id=ONLY, now=at)
            db.execute(row.on_conflict_do_update(index_elements=[t.c.id], set_={"now": at}))
