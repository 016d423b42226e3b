"""What an audience reads, gathered while its tree is lowered: the profile once, and each event table once."""

from datetime import datetime

from sqlglot import exp

from tandem import policy
from tandem.audience.scan import Scan
from tandem.engine import Catalogue
from tandem.policy import Permit

PROFILE = "profile"


class Reading:
    """Gives columns to leaves and remembers the tables behind them. One per query; windows end at `now`."""

    def __init__(self, permit: Permit, catalogue: Catalogue, now: datetime) -> None:
        self.permit = permit
        self.catalogue = catalogue
        self.now = now
        self._profile = False
        self._scans: dict[str, Scan] = {}

    def trait(self, name: str) -> exp.Column:
        """The person's value of a trait; NULL if it is not known."""
        self._profile = True
        return exp.column(name, PROFILE)

    def scan(self, table: str) -> Scan:
        """The one scan of an event table; leaves add their aggregates to it."""
        if table not in self._scans:
            alias = table.replace("event_", "did_", 1)
            self._scans[table] = Scan(table, alias, self.permit, self.catalogue, self.now)
        return self._scans[table]

    def relations(self) -> dict[str, exp.Subquery]:
        """By base table: one row per person who has anything there, with the columns that were given out."""
        found = {table: scan.query().subquery(scan.alias) for table, scan in self._scans.items()}
        if self._profile:
            found[PROFILE] = policy.guarded(PROFILE, self.permit, self.catalogue)
        return found
