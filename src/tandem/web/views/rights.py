"""What people may ask for by law: the requests with their clock, all that is held about one, and erasure."""

import json
from dataclasses import dataclass, replace
from datetime import datetime

from tandem.kernel import Problems, numbers
from tandem.ledger import PersonRequest
from tandem.usecases.erase_person import ERASURE, ask_erasure, preview_erasure
from tandem.usecases.export_person import PersonExport, archive_of, export_for, export_person, handed_over
from tandem.usecases.person_requests import cancel_request, receipt_of
from tandem.usecases.start_job import start_job
from tandem.web.asking import Ask
from tandem.web.page import Go, PageContext, Send, doc
from tandem.web.problems import NOT_SURE
from tandem.web.values import Table

HERE = "/trust/people"
SURE = "erase"
ERASE_JOB = "erase"


@dataclass(frozen=True)
class Request:
    """A request as it stands. `left` are the days until it is due; below nought it is late."""

    id: str
    kind: str
    regulation: str
    state: str
    asked_by: str
    asked_at: datetime
    due_at: datetime
    left: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class RightsPage(PageContext):
    """Requests of people by law, and what is held about somebody who asks."""

    open: tuple[Request, ...] = doc("Requests that are not carried out yet, what is due first on top.")
    table: Table = doc("Every request, with when it is due or was done.")
    who: str = doc("Whom was asked about, as typed.", default="")
    people: int = doc("How many people that leads to.", default=0)
    identifiers: int = doc("How many identifiers they have.", default=0)
    held: Table | None = doc(
        "What is held about them, by place; absent until somebody is looked up.", default=None
    )
    unknown: tuple[str, ...] = doc("What was typed and leads to nobody.", default=())


def every(ask: Ask) -> RightsPage:
    """The requests."""
    found = ask.ledger.person_requests()
    return RightsPage(
        title="Rights of people",
        open=tuple(_request(one, ask.now) for one in found if one.open),
        table=_table(found),
    )


def look(ask: Ask) -> PageContext:
    """What is held about somebody. What was typed comes in the form, so that no address ends in a log."""
    page = every(ask)
    try:
        found = preview_erasure(ask.work, _texts(ask))
    except Problems as stopped:
        return replace(page, who=ask.text("who"), problems=stopped.problems)
    rows = [(name, numbers.count(count), "rows") for name, count in found.rows.items()]
    rows += [
        (name, numbers.count(count), "values in rows about others") for name, count in found.values.items()
    ]
    rows += [("ledger: outbox", numbers.count(found.contacts), "rows")] if found.contacts else []
    rows += [(one.file, numbers.count(one.rows), "rows") for one in found.exports]
    held = Table(
        name="held",
        title="What is held",
        columns=("where", "how many", "what"),
        rows=tuple(rows),
        numeric=(False, True, False),
    )
    return replace(
        page,
        who=ask.text("who"),
        people=found.people,
        identifiers=found.identifiers,
        held=held,
        unknown=found.unknown,
    )


def export(ask: Ask) -> PageContext | Send:
    """All that is held about one person, as an archive."""
    try:
        return _send(export_person(ask.work, ask.text("who"), ask.now))
    except Problems as stopped:
        return replace(every(ask), who=ask.text("who"), problems=stopped.problems)


def erase(ask: Ask) -> PageContext | Go:
    """Note the erasure and begin it, if whoever asks is sure and says why."""
    if ask.text("sure").lower() != SURE or not ask.text("reason"):
        wrong = NOT_SURE(
            f"nobody was erased: a reason and the word `{SURE}` are asked for", found=ask.text("sure") or None
        )
        return replace(look(ask), problems=(wrong,))
    request = ask_erasure(ask.work, _texts(ask), ask.text("reason"), ask.now)
    return _begun(ask, request.id)


def carry(ask: Ask) -> Go | Send:
    """Do what a request asks for: begin the erasure, or hand over what is held."""
    id_ = ask.path["id"]
    if ask.ledger.person_request(id_).kind == ERASURE:
        return _begun(ask, id_)
    sent = _send(export_for(ask.work, id_, ask.now))
    handed_over(ask.work, id_, ask.now)
    return sent


def cancel(ask: Ask) -> Go:
    """Take a request back."""
    cancel_request(ask.work, ask.path["id"], ask.now)
    return Go(HERE, notice="The request is cancelled; nothing was erased.")


def receipt(ask: Ask) -> Send:
    """The signed receipt of a request."""
    found = receipt_of(ask.work, ask.path["id"])
    text = json.dumps(found.to_dict(), indent=1, ensure_ascii=False)
    return Send(f"receipt-{ask.path['id']}.json", text.encode(), "application/json")


def _begun(ask: Ask, id_: str) -> Go:
    number = start_job(ask.root, ask.ledger, ERASE_JOB, {"request": id_}, ask.actor, ask.wall())
    return Go(
        f"/work/{number}", notice="The erasure has begun. Its receipt will be on the page Rights of people."
    )


def _send(found: PersonExport) -> Send:
    return Send(f"person-{found.person}.zip", archive_of(found), "application/zip")


def _texts(ask: Ask) -> list[str]:
    return [line.strip() for line in ask.text("who").splitlines() if line.strip()]


def _request(one: PersonRequest, now: datetime) -> Request:
    return Request(
        id=one.id,
        kind=one.kind,
        regulation=one.regulation,
        state=str(one.state),
        asked_by=one.asked_by,
        asked_at=one.asked_at,
        due_at=one.due_at,
        left=(one.due_at - now).days,
        reason=str(one.extra.get("reason") or ""),
    )


def _table(found: list[PersonRequest]) -> Table:
    rows = tuple(
        (
            one.id,
            one.kind,
            str(one.state),
            one.asked_by,
            numbers.moment(one.asked_at),
            numbers.moment(one.due_at),
            numbers.moment(one.done_at) if one.done_at else "",
        )
        for one in found
    )
    columns = ("request", "kind", "state", "asked by", "asked", "due", "done")
    return Table(
        name="requests", title="All requests", columns=columns, rows=rows, numeric=(False,) * len(columns)
    )
