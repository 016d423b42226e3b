"""The way of contacts into the outbox, and of claimed contacts back to the data they are filled with."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlglot import exp

from tandem.engine import Engine
from tandem.kernel.values import Type
from tandem.ledger import Ledger, NewContact, OutboxState

PAGE = 5_000


def enqueue(
    engine: Engine, ledger: Ledger, ready: exp.Query, campaign: str, channel: str, domain: str, now: datetime
) -> int:
    """Put every ready person (contact_id, person_id) into the outbox, if not there yet; how many were new.

    A contact cancelled earlier because policy said no comes back: who is ready now has a yes again.
    """
    _revive(engine, ledger, ready, campaign, now)
    new = 0
    for page in engine.batches(_ids(ready), PAGE):
        rows = [
            NewContact(
                contact_id=row["contact_id"],
                campaign=campaign,
                person_id=row["person_id"],
                channel=channel,
                message_id=f"<{row['contact_id']}@{domain}>" if domain else None,
            )
            for row in page
        ]
        new += ledger.enqueue(rows, now)
    return new


class Filling:
    """The rows of a query by contact_id, read forwards once: asked for ids in rising order, as claimed."""

    def __init__(self, engine: Engine, ready: exp.Query) -> None:
        ordered = exp.select("*").from_(ready.subquery("q")).order_by(exp.column("contact_id", "q"))
        self._rows = (row for page in engine.batches(ordered, PAGE) for row in page)
        self._row: dict[str, Any] | None = next(self._rows, None)

    def of(self, contact_id: int) -> dict[str, Any] | None:
        """The row of this contact, or None if the query has none: policy said no since it was put in."""
        while self._row is not None and self._row["contact_id"] < contact_id:
            self._row = next(self._rows, None)
        if self._row is None or self._row["contact_id"] != contact_id:
            return None
        return self._row


def _revive(engine: Engine, ledger: Ledger, ready: exp.Query, campaign: str, now: datetime) -> None:
    if not ledger.outbox_counts(campaign)[OutboxState.CANCELLED]:
        return
    cancelled: Iterator[dict[str, object]] = (
        {"contact_id": row.contact_id}
        for page in ledger.pages(campaign, [OutboxState.CANCELLED])
        for row in page
    )
    stage = engine.stage_rows("deliver_cancelled", [("contact_id", Type.KEY)], cancelled)
    try:
        both = exp.column("contact_id", "c").eq(exp.column("contact_id", "r"))
        query = exp.select(exp.column("contact_id", "r"))
        query = query.from_(exp.alias_(stage, "c", table=True)).join(ready.subquery("r"), on=both)
        ids = [int(row[0]) for row in engine.rows(query)]
    finally:
        engine.drop_stage("deliver_cancelled")
    ledger.settle(ids, OutboxState.PENDING, None, now)


def _ids(ready: exp.Query) -> exp.Select:
    columns = [exp.column(name, "r") for name in ("contact_id", "person_id")]
    return exp.select(*columns).from_(ready.subquery("r")).order_by(exp.column("contact_id", "r"))
