"""Operational memory: what was agreed, what is being done now, what is about to be sent.

Answers: which charter is in force, which files were taken, who is running, what is in the outbox.
Writes its own SQL tables (SQLite by default, PostgreSQL by URL) and nothing in the lake.
Must never send anything, never read the clock, and never hold what the lake holds: events and people.
"""

from tandem.ledger.batches import Batch
from tandem.ledger.charters import AppliedCharter
from tandem.ledger.holders import this_process
from tandem.ledger.opening import Ledger, open_ledger
from tandem.ledger.outbox import NewContact, OutboxRow, OutboxState
from tandem.ledger.runs import Lease, Run, RunState

__all__ = [
    "AppliedCharter",
    "Batch",
    "Lease",
    "Ledger",
    "NewContact",
    "OutboxRow",
    "OutboxState",
    "Run",
    "RunState",
    "open_ledger",
    "this_process",
]
