"""The audit log: who did or was refused what, appended to a chain that nobody can change unseen."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, Select, Text, cast, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from tandem.kernel import Problems
from tandem.ledger.chain import EMPTY, GENESIS, Checker, Entry, Head, Recorded, chained, seal
from tandem.ledger.problems import HEAD_LOST, NOT_SEALED
from tandem.ledger.store import Store
from tandem.ledger.tables import audit as t
from tandem.ledger.tables import audit_head as h

ONLY = 1
PAGE = 5000


@dataclass(frozen=True)
class Wanted:
    """Which entries are asked for; None and "" ask for all. `since` ≤ time < `until`."""

    kind: str = ""
    actor: str = ""
    person_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    people: bool = True
    """Whether entries about one person are among them."""
    what: str = ""


class Audit(Store):
    """The chain. There is no way to change or take out an entry."""

    def append_audit(self, entries: Sequence[Entry], now: datetime, key: bytes) -> Head:
        """Append entries in one transaction, numbered without gaps, and seal the head. Writers stand in a line.

        Raises LDG-070 if the head was not sealed with this key, so that what somebody changed behind Tandem's back
        is never sealed anew; LDG-071 if there are entries and no head.
        """
        with self._write() as db:
            head = _locked(db)
            if head.number and not head.sealed_by(key):
                raise Problems(NOT_SEALED("the head of the audit log has not this workspace's seal"))
            return _append(db, head, entries, now, key)

    def reseal_audit(self, entry: Entry, now: datetime, key: bytes) -> Head:
        """Go on from the chain as it stands, whatever its head says, with an entry that says so."""
        with self._write() as db:
            _lock(db)
            last = db.execute(select(t.c.number, t.c.hash).order_by(t.c.number.desc()).limit(1)).first()
            head = EMPTY if last is None else Head(last.number, last.hash, "")
            return _append(db, head, [entry], now, key)

    def audit_head(self) -> Head | None:
        """The head as it is kept, its seal unchecked; None if nothing was ever noted."""
        with self._read() as db:
            return _head(db)

    def audit_hash(self, number: int) -> str | None:
        """The hash of one entry, None if there is no such entry; 0 has the hash that every chain begins with."""
        if number == 0:
            return GENESIS
        with self._read() as db:
            found: str | None = db.execute(select(t.c.hash).where(t.c.number == number)).scalar_one_or_none()
            return found

    def audit_entries(self, wanted: Wanted, *, before: int | None = None, limit: int = 100) -> list[Recorded]:
        """Entries, newest first; `before` a number for the next page."""
        query = _narrowed(_columns(), wanted).order_by(t.c.number.desc()).limit(limit)
        if before is not None:
            query = query.where(t.c.number < before)
        with self._read() as db:
            return [_recorded(row) for row in db.execute(query)]

    def audit_count(self, wanted: Wanted) -> int:
        """How many entries there are of what is wanted."""
        with self._read() as db:
            number: int = db.execute(_narrowed(select(func.count()).select_from(t), wanted)).scalar_one()
            return number

    def audit_pages(self, wanted: Wanted = Wanted(), after: int | None = None) -> Iterator[list[Recorded]]:
        """Entries as they are kept, oldest first, in lists of at most 5,000: the whole is never held."""
        last = after
        while True:
            query = _narrowed(_columns(), wanted).order_by(t.c.number).limit(PAGE)
            with self._read() as db:
                rows = db.execute(query if last is None else query.where(t.c.number > last)).all()
            if not rows:
                return
            yield [_recorded(row) for row in rows]
            last = rows[-1].number

    def follow_audit(self, checker: Checker) -> None:
        """Lead a checker along the chain from where it stands, up to the first entry that is wrong."""
        for page in self.audit_pages(after=checker.number or None):
            if not all(checker.follow(entry) for entry in page):
                return

    def audit_after(self, previous: str) -> int | None:
        """The number of the entry that names this hash as the one before it. Reads the whole table."""
        with self._read() as db:
            query = select(t.c.number).where(t.c.previous == previous).order_by(t.c.number).limit(1)
            found: int | None = db.execute(query).scalar_one_or_none()
            return found


def _append(db: Connection, head: Head, entries: Sequence[Entry], now: datetime, key: bytes) -> Head:
    rows, number, last = [], head.number, head.hash
    for entry in entries:
        one = chained(entry, number + 1, now, last)
        rows.append(vars(one))
        number, last = one.number, one.hash
    if rows:
        db.execute(insert(t), rows)
    made = Head(number, last, seal(number, last, key))
    db.execute(update(h).where(h.c.id == ONLY).values(**vars(made)))
    return made


def _lock(db: Connection) -> None:
    """Stand in the line of writers. SQLite has one writer as it is; on PostgreSQL the head's row is locked."""
    dialect = postgresql if db.dialect.name == "postgresql" else sqlite
    first = dialect.insert(h).values(id=ONLY, **vars(EMPTY)).on_conflict_do_nothing()
    db.execute(first)
    db.execute(select(h.c.id).where(h.c.id == ONLY).with_for_update())


def _locked(db: Connection) -> Head:
    _lock(db)
    head = _head(db)
    assert head is not None
    if head.number == 0 and db.execute(select(t.c.number).limit(1)).first() is not None:
        raise Problems(HEAD_LOST("the audit log has entries, and its head is gone"))
    return head


def _head(db: Connection) -> Head | None:
    row = db.execute(select(h.c.number, h.c.hash, h.c.seal).where(h.c.id == ONLY)).first()
    return None if row is None else Head(row.number, row.hash, row.seal)


def _columns() -> Select[tuple[object, ...]]:
    """As text where somebody may have written what the types do not take: reading must go on to find it."""
    typed = {"at": cast(t.c.at, Text).label("at"), "detail": cast(t.c.detail, Text).label("detail")}
    return select(*(typed.get(column.name, column) for column in t.c))


def _narrowed(query: Select, wanted: Wanted) -> Select:  # type: ignore[type-arg]
    if wanted.kind:
        query = query.where(t.c.kind == wanted.kind)
    if wanted.what:
        query = query.where(t.c.what == wanted.what)
    if wanted.actor:
        query = query.where(t.c.actor == wanted.actor)
    if wanted.person_id is not None:
        query = query.where(t.c.person_id == wanted.person_id)
    if wanted.since is not None:
        query = query.where(t.c.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(t.c.at < wanted.until)
    return query if wanted.people else query.where(t.c.person_id.is_(None))


def _recorded(row: Row[tuple[object, ...]]) -> Recorded:
    found = dict(row._mapping)
    try:
        found["at"] = datetime.fromisoformat(found["at"])
    except (TypeError, ValueError):
        found["at"] = str(found["at"])
    try:
        found["detail"] = json.loads(found["detail"])
    except (TypeError, ValueError):
        found["detail"] = str(found["detail"])
    return Recorded(**found)
