"""From the outbox to the lake: contacts and their receipts, also those that a crash kept from being written.

The outbox (ledger) knows first what became of a contact. The lake follows: receipts, then contacts, so a
crash between the two is made good the next time. When the two agree nothing is read or written.
"""

from collections.abc import Iterator
from datetime import datetime

from sqlglot import exp

from tandem.deliver.receipts import CONTACTED, NOT_CONTACTED, ROOM, SAID, UNCERTAIN, note
from tandem.engine import Engine
from tandem.engine import functions as f
from tandem.kernel.values import Type
from tandem.ledger import Ledger, OutboxRow, OutboxState
from tandem.policy import kept

SETTLED = (OutboxState.SENT, OutboxState.FAILED, OutboxState.UNCERTAIN)
COLUMNS = (
    ("contact_id", Type.KEY),
    ("person_id", Type.KEY),
    ("channel", Type.TEXT),
    ("message_id", Type.TEXT),
    ("sent_at", Type.TIMESTAMP),
    ("state", Type.TEXT),
    ("outcome", Type.TEXT),
    ("sentence", Type.TEXT),
)


def contacted(engine: Engine, campaign: str) -> exp.Select:
    """One row `person_id` per person with a contact in the campaign, in whatever state."""
    c = exp.alias_(kept("contacts", ROOM, engine.catalogue), "c", table=True)
    return exp.select(exp.column("person_id", "c")).from_(c).where(exp.column("campaign", "c").eq(campaign))


def follow_outbox(engine: Engine, ledger: Ledger, campaign: str, permit: str, now: datetime) -> None:
    """Bring contacts and receipts up to the outbox. `permit`: what the contacts were made under."""
    known = ledger.outbox_counts(campaign)
    if {state: known[state] for state in SETTLED} == _in_lake(engine, campaign):
        return
    stage = engine.stage_rows("deliver_outbox", COLUMNS, _settled(ledger, campaign))
    try:
        note(engine, campaign, _words(stage), permit, now)
        engine.upsert("contacts", _contacts(engine, stage, campaign, permit))
    finally:
        engine.drop_stage("deliver_outbox")


def _contacts(engine: Engine, stage: exp.Table, campaign: str, permit: str) -> exp.Select:
    """The settled contacts. One that the lake has keeps the permit it was made under, also where that is unknown."""
    columns = [exp.column(name, "s") for name, _ in COLUMNS if name not in ("outcome", "sentence")]
    known = exp.alias_(kept("contacts", ROOM, engine.catalogue), "k", table=True)
    same = exp.column("contact_id", "k").eq(exp.column("contact_id", "s"))
    new = exp.column("contact_id", "k").is_(exp.null())
    under = exp.Case().when(new, f.value(permit)).else_(exp.column("permit", "k"))
    rows = exp.select(f.value(campaign).as_("campaign"), under.as_("permit"), *columns)
    return rows.from_(exp.alias_(stage.copy(), "s", table=True)).join(known, on=same, join_type="left")


def _in_lake(engine: Engine, campaign: str) -> dict[OutboxState, int]:
    state = exp.column("state", "c")
    rows = exp.alias_(kept("contacts", ROOM, engine.catalogue), "c", table=True)
    mine = exp.column("campaign", "c").eq(f.value(campaign))
    query = exp.select(state, exp.Count(this=exp.Star())).from_(rows).where(mine).group_by(state.copy())
    counted = dict(engine.rows(query))
    return {
        OutboxState.SENT: counted.get("sent", 0) + counted.get("exported", 0),
        OutboxState.FAILED: counted.get("failed", 0),
        OutboxState.UNCERTAIN: counted.get("uncertain", 0),
    }


def _words(stage: exp.Table) -> exp.Select:
    columns = {name: exp.column(name) for name, _ in SAID if name != "reason"}
    return exp.select(*columns.values(), exp.column("state").as_("reason")).from_(stage.copy())


def _settled(ledger: Ledger, campaign: str) -> Iterator[dict[str, object]]:
    for page in ledger.pages(campaign, SETTLED):
        for row in page:
            state, outcome, sentence = _told(row)
            yield {
                "contact_id": row.contact_id,
                "person_id": row.person_id,
                "channel": row.channel,
                "message_id": row.message_id,
                "sent_at": row.updated_at,
                "state": state,
                "outcome": outcome,
                "sentence": sentence,
            }


def _told(row: OutboxRow) -> tuple[str, str, str]:
    """State of the contact, outcome and sentence of the receipt."""
    if row.state is OutboxState.UNCERTAIN:
        return (
            "uncertain",
            UNCERTAIN,
            f"It is not known whether the message left: {row.detail or 'no detail'}",
        )
    if row.state is OutboxState.FAILED:
        return "failed", NOT_CONTACTED, f"The mail server refused the message: {row.detail or 'no detail'}"
    if row.channel == "file":
        return "exported", CONTACTED, f"Written to {row.message_id}."
    return "sent", CONTACTED, "The mail server took the message."
