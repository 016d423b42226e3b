"""Briefs: what marketing asks IT for, every version kept. What a brief says is plain JSON; its words are above."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, exists, func, insert, select, update

from tandem.kernel import Problems
from tandem.kernel.values import Actor
from tandem.ledger.problems import BRIEF_CHANGED, BRIEF_OVER, UNKNOWN_BRIEF
from tandem.ledger.store import Store
from tandem.ledger.tables import brief_versions as v
from tandem.ledger.tables import briefs as t
from tandem.ledger.tables import commitments


@dataclass(frozen=True)
class BriefVersion:
    """One version of a brief. `function`: whose side the writer is on, None for neither or both.

    `after_commitment`: IT had committed itself to an earlier version when this one was written.
    """

    brief: int
    version: int
    content: Mapping[str, Any]
    at: datetime
    actor: Actor
    function: str | None
    after_commitment: bool
    reason: str


@dataclass(frozen=True)
class Brief:
    """A brief as it stands: who made it, when, its latest version."""

    id: int
    actor: Actor
    made_at: datetime
    latest: BriefVersion
    withdrawn_at: datetime | None
    withdrawn_by: str | None


class Briefs(Store):
    """The briefs. Nothing is deleted: a version is added, a brief withdrawn."""

    def add_brief(
        self, actor: Actor, function: str | None, content: Mapping[str, Any], now: datetime
    ) -> Brief:
        """A new brief, its version 1."""
        row = {"actor": actor.name, "role": actor.role, "made_at": now, "version": 1}
        with self._write() as db:
            number = db.execute(insert(t).values(**row).returning(t.c.id)).scalar_one()
            first = _version_row(number, 1, content, actor, function, "", now)
            db.execute(insert(v).values(**first, after_commitment=False))
        return self.brief(number)

    def briefs(self, *, open_only: bool = False) -> list[Brief]:
        """Every brief, newest first; or those alone that were neither withdrawn nor delivered and accepted."""
        query = select(t).order_by(t.c.id.desc())
        latest = select(v).join(t, (t.c.id == v.c.brief_id) & (t.c.version == v.c.version))
        if open_only:
            c = commitments.c
            taken = exists().where(
                c.brief_id == t.c.id,
                c.kind == "commitment",
                c.state != "withdrawn",
                c.accepted_at.is_not(None),
            )
            query, latest = (one.where(t.c.withdrawn_at.is_(None), ~taken) for one in (query, latest))
        with self._read() as db:
            said = {row["brief_id"]: _version(row) for row in db.execute(latest).mappings()}
            return [_brief(row, said[row["id"]]) for row in db.execute(query).mappings()]

    def brief(self, number: int) -> Brief:
        """One brief. Raises LDG-110."""
        with self._read() as db:
            row = _found(db, number)
            mine = (v.c.brief_id == number) & (v.c.version == row["version"])
            return _brief(row, _version(db.execute(select(v).where(mine)).mappings().one()))

    def brief_history(self, number: int) -> list[BriefVersion]:
        """All versions of a brief, oldest first; empty for a brief that there is not."""
        query = select(v).where(v.c.brief_id == number).order_by(v.c.version)
        with self._read() as db:
            return [_version(row) for row in db.execute(query).mappings()]

    def changes_after_commitment(self) -> dict[int, int]:
        """Brief → how many of its versions were written after IT had committed itself; only where there are any."""
        count = (
            select(v.c.brief_id, func.count().label("versions"))
            .where(v.c.after_commitment.is_(True))
            .group_by(v.c.brief_id)
        )
        with self._read() as db:
            return {row["brief_id"]: row["versions"] for row in db.execute(count).mappings()}

    def brief_versions(self) -> list[BriefVersion]:
        """All versions of all briefs, in the order in which they were written."""
        with self._read() as db:
            return [_version(row) for row in db.execute(select(v).order_by(v.c.id)).mappings()]

    def edit_brief(
        self,
        number: int,
        version: int,
        content: Mapping[str, Any],
        actor: Actor,
        function: str | None,
        reason: str,
        now: datetime,
    ) -> BriefVersion:
        """The next version of a brief whose latest is `version`.

        Raises LDG-110, LDG-111 if somebody else changed it meanwhile, LDG-112 if it is withdrawn or was delivered:
        what was delivered is first sent back, so that IT can agree to what it says then.
        """
        with self._write() as db:
            row = open_brief(db, number, version)
            state = live_commitment(db, number)
            if state is not None and state["kept_at"] is not None:
                how = (
                    "delivered and accepted"
                    if state["accepted_at"]
                    else "delivered; send it back to change it"
                )
                raise Problems(BRIEF_OVER(f"the brief was {how}", found=f"brief {number}"))
            new = _version_row(number, row["version"] + 1, content, actor, function, reason, now)
            added = insert(v).values(**new, after_commitment=state is not None).returning(v)
            done = db.execute(added).mappings().one()
            db.execute(update(t).where(t.c.id == number).values(version=done["version"]))
        return _version(done)

    def withdraw_brief(self, number: int, by: str, now: datetime) -> Brief:
        """Take a brief back. Raises LDG-110, or LDG-112 if it is over or IT is committed to it."""
        with self._write() as db:
            open_brief(db, number, None)
            no_commitment(db, number)
            db.execute(update(t).where(t.c.id == number).values(withdrawn_at=now, withdrawn_by=by))
        return self.brief(number)


def open_brief(db: Connection, number: int, version: int | None) -> RowMapping:
    """The row of a brief that is not withdrawn, locked; `version` is the latest that the caller knows, None any."""
    row = _found(db, number, locked=True)
    if row["withdrawn_at"] is not None:
        raise Problems(BRIEF_OVER("the brief was withdrawn", found=f"brief {number}"))
    if version is not None and row["version"] != version:
        found, expected = f"version {row['version']}", f"version {version}"
        raise Problems(
            BRIEF_CHANGED("the brief was changed since you read it", found=found, expected=expected)
        )
    return row


def live_commitment(db: Connection, number: int) -> RowMapping | None:
    """IT's commitment to a brief, unless it was withdrawn."""
    c = commitments.c
    mine = (c.brief_id == number) & (c.kind == "commitment") & (c.state != "withdrawn")
    return db.execute(select(commitments).where(mine)).mappings().first()


def no_commitment(db: Connection, number: int) -> None:
    """Raises LDG-112 if IT is committed to the brief."""
    held = live_commitment(db, number)
    if held is not None:
        sentence = f"{held['actor']} has committed IT to it, as commitment {held['id']}"
        raise Problems(BRIEF_OVER(sentence, found=f"brief {number}"))


def _found(db: Connection, number: int, *, locked: bool = False) -> RowMapping:
    query = select(t).where(t.c.id == number)
    row = db.execute(query.with_for_update() if locked else query).mappings().first()
    if row is None:
        raise Problems(UNKNOWN_BRIEF("there is no brief of that number", found=str(number)))
    return row


def _version_row(
    number: int,
    version: int,
    content: Mapping[str, Any],
    actor: Actor,
    function: str | None,
    reason: str,
    now: datetime,
) -> dict[str, Any]:
    return {
        "brief_id": number,
        "version": version,
        "content": dict(content),
        "at": now,
        "actor": actor.name,
        "role": actor.role,
        "function": function,
        "reason": reason,
    }


def _version(row: RowMapping) -> BriefVersion:
    return BriefVersion(
        brief=row["brief_id"],
        version=row["version"],
        content=row["content"],
        at=row["at"],
        actor=Actor(row["actor"], row["role"]),
        function=row["function"],
        after_commitment=row["after_commitment"],
        reason=row["reason"],
    )


def _brief(row: RowMapping, latest: BriefVersion) -> Brief:
    return Brief(
        id=row["id"],
        actor=Actor(row["actor"], row["role"]),
        made_at=row["made_at"],
        latest=latest,
        withdrawn_at=row["withdrawn_at"],
        withdrawn_by=row["withdrawn_by"],
    )
