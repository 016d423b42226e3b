"""Making the ledger forget people: their contacts go, their identifiers are struck from what work told, and the pages
of the database that held them are written over."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from urllib.parse import unquote

from sqlalchemy import Table, delete, func, select, text, update

from tandem.kernel import Problems
from tandem.ledger.outbox import OutboxRow, as_row
from tandem.ledger.problems import NOT_WRITTEN_OVER
from tandem.ledger.store import Store, told
from tandem.ledger.tables import (
    access_requests,
    approvals,
    brief_versions,
    commitment_steps,
    commitments,
    jobs,
    outbox,
    runs,
)
from tandem.ledger.told_tables import told_counts

CHUNK = 2_000
STRUCK = "(erased)"
WORD = re.compile(r"[^\s\"',;|{}\[\]()<>\\]+")
MARK = re.compile(r"[=:&?#/`]")
TOLD: tuple[tuple[Table, tuple[str, ...]], ...] = (
    (jobs, ("arguments", "result", "problems", "step")),
    (runs, ("summary",)),
    (approvals, ("reason",)),
    (access_requests, ("why", "answer")),
    (brief_versions, ("content", "reason")),
    (commitments, ("what",)),
    (commitment_steps, ("reason",)),
)
"""Where work tells in words what it found, and people why: an identifier can stand there."""


class Forgetting(Store):
    """The ways in which the ledger forgets. Each can be done again and changes nothing then."""

    def contacts_of(self, people: Sequence[int]) -> int:
        """How many rows of the outbox are about these people."""
        with self._read() as db:
            counted = (
                db.execute(select(func.count()).where(outbox.c.person_id.in_(chunk))).scalar_one()
                for chunk in _chunks(people)
            )
            return sum(counted)

    def exported_files(self) -> list[tuple[str, str]]:
        """(campaign, file) of every file that contacts were exported to."""
        found = select(outbox.c.campaign, outbox.c.message_id).distinct()
        exported = found.where(outbox.c.channel == "file", outbox.c.message_id.is_not(None))
        with self._read() as db:
            return sorted((row.campaign, row.message_id) for row in db.execute(exported))

    def contacts_in(self, file: str) -> list[tuple[int, int]]:
        """(contact_id, person_id) of everybody in an exported file, in its order."""
        mine = select(outbox.c.contact_id, outbox.c.person_id)
        mine = mine.where(outbox.c.channel == "file", outbox.c.message_id == file)
        with self._read() as db:
            return [(row.contact_id, row.person_id) for row in db.execute(mine.order_by(outbox.c.contact_id))]

    def contacts_about(self, person_id: int) -> list[OutboxRow]:
        """Every outbox row about one person, oldest first."""
        mine = (
            select(outbox)
            .where(outbox.c.person_id == person_id)
            .order_by(outbox.c.created_at, outbox.c.contact_id)
        )
        with self._read() as db:
            return [as_row(row) for row in db.execute(mine).mappings()]

    def forget_contacts(self, people: Sequence[int]) -> int:
        """Delete the outbox rows of these people; how many."""
        with self._write() as db:
            return sum(
                db.execute(delete(outbox).where(outbox.c.person_id.in_(chunk))).rowcount
                for chunk in _chunks(people)
            )

    def strike(self, names: Callable[[str], bool]) -> int:
        """Put `(erased)` in place of each word that `names` says is an identifier; how many rows changed."""
        changed = 0
        for table, columns in TOLD:
            with self._write() as db:
                picked = [table.c.id, *(table.c[name] for name in columns)]
                for row in db.execute(select(*picked)).mappings().all():
                    new = {name: struck(row[name], names) for name in columns}
                    if any(new[name] != row[name] for name in columns):
                        db.execute(update(table).where(table.c.id == row["id"]).values(**new))
                        changed += 1
        return changed

    def write_over(self) -> None:
        """Give free pages back and empty the log of writes, so that what was deleted is in no byte of the file.

        Raises LDG-103 if somebody reads an older state for too long: the file then still has it.
        """
        if self._database.dialect.name == "sqlite":
            with told(self.address), self._database.connect() as connection:
                # Not by SQLAlchemy: VACUUM cannot run in a transaction, and it begins one for every statement.
                raw: Any = connection.connection.driver_connection
                raw.execute("VACUUM")
                # It waits like a write, and then says by a row that it could not, not by an error.
                busy, *_ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                if busy:
                    raise Problems(NOT_WRITTEN_OVER("the ledger's file could not be written over yet"))
            return
        with told(self.address), self._database.connect() as connection:
            outside = connection.execution_options(isolation_level="AUTOCOMMIT")
            for name in (outbox.name, told_counts.name, *(table.name for table, _ in TOLD)):
                outside.execute(text(f"VACUUM FULL {name}"))


def struck(value: Any, names: Callable[[str], bool]) -> Any:
    """A plain JSON value with the words struck that are identifiers, however deep they stand."""
    match value:
        case str():
            return (
                STRUCK if names(value.strip()) else WORD.sub(lambda found: _word(found.group(), names), value)
            )
        case dict():
            return {key: struck(one, names) for key, one in value.items()}
        case list():
            return [struck(one, names) for one in value]
    return value


def _word(word: str, names: Callable[[str], bool]) -> str:
    plain = word.strip(".:!?`")
    if plain and names(plain):
        return word.replace(plain, STRUCK)
    # `email=…`, `mailto:…`, a page address with one in its query, maybe with `%40` for `@`.
    parts = {part.strip(".!") for part in MARK.split(unquote(word)) if part != plain}
    named = [part for part in parts if part and names(part)]
    if any(part not in word for part in named):
        return STRUCK
    for part in named:
        word = word.replace(part, STRUCK)
    return word


def _chunks(people: Iterable[int]) -> Iterable[tuple[int, ...]]:
    found = sorted(set(people))
    return (tuple(found[start : start + CHUNK]) for start in range(0, len(found), CHUNK))
