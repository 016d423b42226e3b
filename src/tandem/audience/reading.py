"""What an audience reads, gathered while its tree is lowered: the profile once, and each event table once."""

from datetime import datetime

from sqlglot import exp

from tandem import policy
from tandem.audience.scan import Scan
from tandem.audience.statements import answered
from tandem.charter.sql import Statement
from tandem.engine import Catalogue
from tandem.kernel import digest60
from tandem.policy import PERSON, Permit

PROFILE = "profile"


class Reading:
    """Gives columns to leaves and remembers the tables behind them. One per query; windows end at `now`."""

    def __init__(self, permit: Permit, catalogue: Catalogue, now: datetime) -> None:
        self.permit = permit
        self.catalogue = catalogue
        self.now = now
        self._profile = False
        self._answers: dict[str, exp.Subquery] = {}
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

    def answer(self, statement: Statement) -> exp.Column:
        """The person in the answer of hand-written SQL; NULL for everybody who is not in it."""
        query = answered(statement, self.permit, self.catalogue, self.now)
        alias = f"answer_{digest60(query.sql()):x}"
        if alias not in self._answers:
            person = exp.column(PERSON, "a")
            distinct = exp.select(person.as_(PERSON)).distinct().from_(query.subquery("a"))
            self._answers[alias] = distinct.where(person.copy().is_(exp.null()).not_()).subquery(alias)
        return exp.column(PERSON, alias)

    def relations(self) -> dict[str, exp.Subquery]:
        """By base table or answer: one row per person who is there, with the columns that were given out."""
        found = {table: scan.query().subquery(scan.alias) for table, scan in self._scans.items()}
        if self._profile:
            found[PROFILE] = policy.guarded(PROFILE, self.permit, self.catalogue)
        return found | self._answers
