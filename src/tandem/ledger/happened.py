"""What happened between the two functions, as rows of facts: each method is one query over a half-open window.

Nothing is written. `since` ≤ instant < `until`; naive UTC, by the clock that the record was kept by.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, exists, func, or_, select

from tandem.ledger.pulse_tables import pulses
from tandem.ledger.store import Store
from tandem.ledger.tables import (
    access_requests,
    applied_charters,
    approvals,
    audit,
    commitment_steps,
    commitments,
    priority_rankings,
)
from tandem.ledger.tables import brief_versions as versions
from tandem.ledger.tables import briefs as b


@dataclass(frozen=True)
class BriefFact:
    """A brief made before `until` as it stood then, with IT's commitment to it if one was in force.

    `withdrawn_at`: the brief's. `committed_at`, `due`: of the commitment; `kept_at`: when it was delivered.
    """

    brief: int
    made_at: datetime
    withdrawn_at: datetime | None
    committed_at: datetime | None
    due: datetime | None
    kept_at: datetime | None


@dataclass(frozen=True)
class CommitmentFact:
    """A commitment of IT's to a brief as it stood at an instant, also one that was withdrawn by then.

    `due`: the date agreed last. `kept_at`: when it was delivered, None if that was sent back.
    """

    brief: int
    at: datetime
    due: datetime
    kept_at: datetime | None = None
    withdrawn_at: datetime | None = None


@dataclass(frozen=True)
class AnswerFact:
    """What marketing said of a delivery: taken, or sent back as not what was asked for."""

    brief: int
    at: datetime
    taken: bool


@dataclass(frozen=True)
class ChangeFact:
    """A version of a brief that was written after IT had committed itself. `function`: whose side wrote it."""

    brief: int
    at: datetime
    function: str | None


@dataclass(frozen=True)
class PromiseFact:
    """A date told outside without IT. `function`: whose side told it."""

    at: datetime
    due: datetime
    function: str | None
    kept_at: datetime | None
    withdrawn_at: datetime | None


@dataclass(frozen=True)
class RequestFact:
    """A request for access: when it was asked, and answered how and when; `owner` is the function that answers."""

    asked_at: datetime
    role: str
    owner: str
    state: str
    answered_at: datetime | None


@dataclass(frozen=True)
class ApprovalFact:
    """An approval of a plan. `with_request`: given by granting a request for access, so that nobody waited for it."""

    at: datetime
    owner: str
    plan: str
    used_at: datetime | None
    with_request: bool


@dataclass(frozen=True)
class EditFact:
    """An edit of the charter that a page saved, or an application of the charter (`applied` its fingerprint)."""

    at: datetime
    role: str
    applied: str | None


@dataclass(frozen=True)
class DecisionFact:
    """Decisions of policy of one kind: the role that asked, the outcome, and how many; why, where it was no yes."""

    role: str
    outcome: str
    codes: tuple[str, ...]
    clauses: tuple[str, ...]
    decisions: int
    people: int


class Happened(Store):
    """Facts for telemetry."""

    def brief_facts(self, until: datetime) -> list[BriefFact]:
        """Every brief made before `until`, oldest first, as it stood then: what came later changes nothing in it."""
        held = {one.brief: one for one in self.commitment_facts(until) if one.withdrawn_at is None}
        query = select(b.c.id, b.c.made_at, b.c.withdrawn_at).where(b.c.made_at < until).order_by(b.c.id)
        with self._read() as db:
            rows = db.execute(query).all()
        found = []
        for number, made, withdrawn in rows:
            mine = held.get(number)
            end = withdrawn if withdrawn is not None and withdrawn < until else None
            parts = (mine.at, mine.due, mine.kept_at) if mine else (None, None, None)
            found.append(BriefFact(number, made, end, *parts))
        return found

    def commitment_facts(self, until: datetime) -> list[CommitmentFact]:
        """Every commitment of IT's made before `until`, oldest first, by the steps taken before it."""
        s, c = commitment_steps.c, commitments.c
        query = select(c.id, c.brief_id, s.step, s.at, s.due).join(commitments, c.id == s.commitment_id)
        query = query.where(c.kind == "commitment", s.at < until).order_by(s.at, s.id)
        found: dict[int, CommitmentFact] = {}
        with self._read() as db:
            for number, brief, step, at, due in db.execute(query):
                was = found.get(number) or CommitmentFact(brief, at, due)
                found[number] = _after(was, step, at, due)
        return list(found.values())

    def answer_facts(self, since: datetime, until: datetime) -> list[AnswerFact]:
        """Deliveries that marketing took or sent back, oldest first."""
        s, c = commitment_steps.c, commitments.c
        query = select(c.brief_id, s.at, s.step == "accepted").join(commitments, c.id == s.commitment_id)
        query = query.where(c.kind == "commitment", s.step.in_(("accepted", "sent_back")))
        with self._read() as db:
            rows = db.execute(query.where(*_within(s.at, since, until)).order_by(s.at, s.id))
            return [AnswerFact(brief, at, bool(taken)) for brief, at, taken in rows]

    def change_facts(self, since: datetime, until: datetime) -> list[ChangeFact]:
        """Changes of briefs after commitment, oldest first."""
        query = select(versions.c.brief_id, versions.c.at, versions.c.function)
        query = query.where(versions.c.after_commitment, *_within(versions.c.at, since, until))
        with self._read() as db:
            return [ChangeFact(*row) for row in db.execute(query.order_by(versions.c.id))]

    def promise_facts(self, since: datetime, until: datetime) -> list[PromiseFact]:
        """Promises without agreement, oldest first."""
        c = commitments.c
        query = select(c.at, c.due, c.function, c.kept_at, c.withdrawn_at)
        query = query.where(c.kind == "promise", *_within(c.at, since, until)).order_by(c.id)
        with self._read() as db:
            return [PromiseFact(*row) for row in db.execute(query)]

    def request_facts(self, since: datetime, until: datetime) -> list[RequestFact]:
        """Requests that were answered in the window, and those asked before its end and not answered by then."""
        r = access_requests.c
        open_then = and_(r.asked_at < until, or_(r.answered_at.is_(None), r.answered_at >= until))
        query = select(r.asked_at, r.role, r.owner, r.state, r.answered_at)
        query = query.where(or_(and_(*_within(r.answered_at, since, until)), open_then)).order_by(r.id)
        with self._read() as db:
            return [RequestFact(*row) for row in db.execute(query)]

    def approval_facts(self, since: datetime, until: datetime) -> list[ApprovalFact]:
        """Approvals given or used in the window, oldest first."""
        a, r = approvals.c, access_requests.c
        granted = exists().where(r.answered_at == a.at, r.answered_by == a.actor, r.state == "granted")
        query = select(a.at, a.owner, a.fingerprint, a.used_at, granted)
        inside = or_(and_(*_within(a.at, since, until)), and_(*_within(a.used_at, since, until)))
        with self._read() as db:
            rows = db.execute(query.where(inside).order_by(a.id))
            return [ApprovalFact(at, owner, plan, used, bool(with_)) for at, owner, plan, used, with_ in rows]

    def edit_facts(self, since: datetime, until: datetime) -> list[EditFact]:
        """Edits that pages saved and applications that were done, by the audit log, oldest first."""
        t = audit.c
        applied = and_(t.what == "apply", t.outcome == "done")
        query = select(t.at, t.role, t.what, cast(t.detail, Text)).where(t.kind == "change")
        query = query.where(or_(t.what.like("edit:%"), applied), *_within(t.at, since, until))
        with self._read() as db:
            rows = db.execute(query.order_by(t.number)).all()
        return [EditFact(at, role, _applied(_plain(detail), what)) for at, role, what, detail in rows]

    def decision_facts(self, since: datetime, until: datetime) -> list[DecisionFact]:
        """Decisions of policy by role and outcome, those that were no yes by their reasons too, most first.

        What the same person was told of the same thing on one day is one decision: the log has an entry for each look
        at a page, and a page that is opened twice asks nothing new. Counted by the database.
        """
        t = audit.c
        detail, day = cast(t.detail, Text).label("detail"), func.date(t.at).label("day")
        each = select(t.role, t.actor, t.what, t.purpose, t.outcome, detail, day).distinct()
        e = each.where(t.kind == "decision", *_within(t.at, since, until)).subquery().c
        counts = (func.count(), func.count(e.actor.distinct()))
        yes = select(e.role, *counts).where(e.outcome == "permit").group_by(e.role)
        no = select(e.role, e.outcome, e.detail, *counts).where(e.outcome != "permit")
        with self._read() as db:
            given = [DecisionFact(role, "permit", (), (), n, who) for role, n, who in db.execute(yes)]
            rows = db.execute(no.group_by(e.role, e.outcome, e.detail)).all()
        refused = [
            DecisionFact(role, outcome, _names(detail, "codes"), _names(detail, "clauses"), n, who)
            for role, outcome, detail, n, who in rows
        ]
        return sorted(given + refused, key=lambda one: (-one.decisions, one.role, one.outcome, one.codes))

    def agenda_mark(self) -> tuple[int, ...]:
        """Another one after each change of a brief, commitment, ranking, request, approval or pulse."""
        open_requests = select(func.count()).where(access_requests.c.answered_at.is_not(None))
        closed = select(func.count()).where(pulses.c.closed_at.is_not(None))
        used = select(func.count()).where(approvals.c.used_at.is_not(None))
        newest = [
            select(func.coalesce(func.max(table.c.id), 0))
            for table in (versions, commitment_steps, priority_rankings, access_requests, approvals)
        ]
        every = select(func.count()).select_from(pulses)
        parts = [one.scalar_subquery() for one in (*newest, open_requests, used, every, closed)]
        with self._read() as db:
            return tuple(int(one) for one in db.execute(select(*parts)).one())

    def charters_before(self) -> Mapping[str, str | None]:
        """Fingerprint of each charter ever in force → that of the one before it, of the last time it came in force."""
        with self._read() as db:
            query = select(applied_charters.c.fingerprint).order_by(applied_charters.c.id)
            rows = db.execute(query).scalars().all()
        return dict(zip(rows, [None, *rows[:-1]], strict=True))


def _after(was: CommitmentFact, step: str, at: datetime, due: datetime) -> CommitmentFact:
    """A commitment after one more step."""
    match step:
        case "kept":
            return replace(was, due=due, kept_at=at)
        case "sent_back":
            return replace(was, due=due, kept_at=None)
        case "withdrawn":
            return replace(was, due=due, withdrawn_at=at)
        case _:
            return replace(was, due=due)


def _within(column: ColumnElement[Any], since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    return column >= since, column < until


def _plain(detail: str | None) -> Mapping[str, Any]:
    """The detail of an audit entry; what somebody wrote by hand may be anything."""
    try:
        found = json.loads(detail or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _applied(detail: Mapping[str, Any], what: str) -> str | None:
    found = detail.get("fingerprint") if what == "apply" else None
    return found if isinstance(found, str) else None


def _names(detail: str | None, key: str) -> tuple[str, ...]:
    found = _plain(detail).get(key, [])
    return tuple(str(one) for one in found) if isinstance(found, list) else ()
