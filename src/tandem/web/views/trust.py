"""Trust: what IT's rules are and what came of them; and the audit log, who did or was refused what."""

import json
from dataclasses import dataclass
from datetime import datetime

from tandem.kernel import Problem, numbers, parse_instant
from tandem.ledger.chain import KINDS
from tandem.usecases.auditing import by, note
from tandem.usecases.see_audit import Recorded, Verdict, Wanted, glance, verified, verify
from tandem.usecases.seeing import number
from tandem.web.access import Action, may
from tandem.web.asking import Ask
from tandem.web.page import PageContext, doc
from tandem.web.values import Table

SHOWN = 100
LONGEST = 200


@dataclass(frozen=True)
class Link:
    """A page of Trust: its address, its name, what it is."""

    path: str
    title: str
    says: str


@dataclass(frozen=True, kw_only=True)
class TrustPage(PageContext):
    """The way to every page about rules, and whether the log of what came of them is whole."""

    links: tuple[Link, ...] = doc("The pages that your role may open.")
    entries: int | None = doc("How many entries the audit log has; absent where your role may not read it.")
    broken: Problem | None = doc("What is wrong with the audit log at first sight; absent if nothing is.")


@dataclass(frozen=True, kw_only=True)
class AuditPage(PageContext):
    """Entries of the audit log, newest first, 100 a page."""

    entries: tuple[Recorded, ...] = doc("The entries of this page.")
    table: Table = doc("The same as a table.")
    kind: str = doc("The kind that is shown alone, or nothing.")
    kinds: tuple[str, ...] = doc("All kinds.")
    actor: str = doc("Whose entries are shown alone, or nothing.")
    person: str = doc("The person whose entries are shown alone, or nothing.")
    since: str = doc("From when on, or nothing.")
    until: str = doc("Before when, or nothing.")
    total: int = doc("How many entries there are under these filters.")
    older: str = doc("The number before which the next page begins, or nothing.")
    first: bool = doc("Whether this is the newest page.")
    people: bool = doc("Whether your role sees entries about one person.")
    length: int = doc("How many entries the whole log has.")
    broken: Problem | None = doc(
        "What is wrong with the log, as far as it was looked at; absent if nothing is."
    )
    verified: str | None = doc("When the whole log was proved last, by whom, and with what outcome.")
    verifying: bool = doc("Whether the whole log is being followed now.")


def view(ask: Ask, links: tuple[Link, ...]) -> PageContext:
    """The index."""
    assert ask.user is not None
    reads = may(ask.user.role, Action.SEE_AUDIT)
    return TrustPage(
        title="Trust",
        links=links,
        entries=_length(ask) if reads else None,
        broken=_glance(ask) if reads else None,
    )


def audit(ask: Ask) -> PageContext:
    """The log under filters. That it was read is an entry too."""
    assert ask.user is not None
    people = may(ask.user.role, Action.SEE_AUDIT_OF_PEOPLE)
    wanted = _wanted(ask, people)
    before = number(ask.text("before"))
    asked = ask.text("verify")
    verdict = _verdict(ask, asked) if asked else None
    found = ask.ledger.audit_entries(wanted, before=before, limit=SHOWN + 1)
    entries = tuple(found[:SHOWN])
    note(ask.root, ask.ledger, ask.wall(), by(ask.actor, "audit", "read", "done", person_id=wanted.person_id))
    return AuditPage(
        title="Audit log",
        entries=entries,
        table=_table(entries, people=people),
        kind=wanted.kind,
        kinds=tuple(sorted(KINDS)),
        actor=wanted.actor,
        person="" if wanted.person_id is None else str(wanted.person_id),
        since=ask.text("since") if wanted.since else "",
        until=ask.text("until") if wanted.until else "",
        total=ask.ledger.audit_count(wanted),
        older=str(entries[-1].number) if len(found) > SHOWN else "",
        first=before is None,
        people=people,
        length=_length(ask),
        broken=verdict.problem if verdict else _glance(ask),
        verified=_last(ask),
        verifying=bool(asked) and verdict is None,
    )


def _wanted(ask: Ask, people: bool) -> Wanted:
    kind = ask.text("kind") if ask.text("kind") in KINDS else ""
    person = number(ask.text("person")) if people else None
    return Wanted(kind, ask.text("actor"), person, _time(ask, "since"), _time(ask, "until"), people)


def _time(ask: Ask, name: str) -> datetime | None:
    try:
        return parse_instant(ask.text(name))
    except (ValueError, OverflowError):
        return None


def _verdict(ask: Ask, asked: str) -> Verdict | None:
    """The whole log followed, beside the request. `asked` keeps one question one, however often it is looked at."""
    root, ledger, actor, wall = ask.root, ask.ledger, ask.actor, ask.wall

    def work_out() -> Verdict:
        found = verify(root, ledger)
        if found.problem is None:
            note(root, ledger, wall(), verified(actor, found))
        return found

    found: Verdict | None = ask.later.look(("audit", asked, actor.name), work_out)
    return found


def _glance(ask: Ask) -> Problem | None:
    return Verdict(0, glance(ask.root, ask.ledger)).problem


def _length(ask: Ask) -> int:
    head = ask.ledger.audit_head()
    return head.number if head else 0


def _last(ask: Ask) -> str | None:
    """'sound on 1 June 2026, 8:00, 120 entries, by ada'."""
    for one in ask.ledger.audit_entries(Wanted(kind="audit", what="verify"), limit=1):
        when = numbers.moment(one.at) if isinstance(one.at, datetime) else one.at
        many = one.detail.get("entries") if isinstance(one.detail, dict) else None
        size = f", {numbers.plural(many, 'entry', 'entries')}" if isinstance(many, int) else ""
        return f"{one.outcome} on {when}{size}, by {one.actor}"
    return None


def _table(entries: tuple[Recorded, ...], *, people: bool) -> Table:
    about = ("Person",) if people else ()
    return Table(
        name="entries",
        title="Entries",
        columns=(
            "Number",
            "When (UTC)",
            "Kind",
            "Who",
            "As",
            "What",
            "Outcome",
            "Purpose",
            *about,
            "Details",
        ),
        rows=tuple(
            (
                *(str(one.number), _moment(one.at), one.kind, one.actor, one.role, one.what, one.outcome),
                *(one.purpose or "", *((str(one.person_id or ""),) if people else ()), _details(one.detail)),
            )
            for one in entries
        ),
        unit="Times are UTC",
    )


def _moment(at: datetime | str) -> str:
    """To the second, because in a log their order counts; a hyphen would break the line."""
    if not isinstance(at, datetime):
        return at
    return f"{at.day}\N{NO-BREAK SPACE}{at:%b\N{NO-BREAK SPACE}%Y} {at:%H:%M:%S}"


def _details(detail: object) -> str:
    """'fields: 3, fingerprint: 1f…', at most 200 characters; the JSON twin has all."""
    said = detail if isinstance(detail, dict) else {"": detail}
    parts = [f"{name}: {_short(value)}" for name, value in said.items() if value not in (None, [], {}, "")]
    text = ", ".join(parts)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _short(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
