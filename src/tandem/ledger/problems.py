"""The problems that the ledger can tell."""

from tandem.kernel import Kind, code

UNREACHABLE = code(
    "LDG-001",
    "the ledger's database cannot be reached or written",
    who="it",
    kind=Kind.OPERATOR,
    fix="check that the database runs and that `ledger` in tandem.toml names it; a PostgreSQL password comes "
    "from PGPASSWORD or ~/.pgpass",
)
NEWER = code(
    "LDG-002",
    "the ledger was written by a newer Tandem",
    who="it",
    kind=Kind.OPERATOR,
    fix="install the newer Tandem again, or restore the copy of the ledger that was made before the upgrade",
)
BAD_ADDRESS = code(
    "LDG-003",
    "the ledger's address is not one that Tandem understands",
    who="it",
    fix="write a file name such as `ledger.db`, or `postgresql://host/database`",
)
NOT_A_LEDGER = code(
    "LDG-004",
    "the file or database is something else than a ledger",
    who="it",
    kind=Kind.OPERATOR,
    fix="name another file or an empty database as `ledger` in tandem.toml; nothing was changed in this one",
)
BUSY = code(
    "LDG-010",
    "another run is working",
    who="it",
    kind=Kind.RETRY,
    fix="wait until it has ended, then run again",
)
LEASE_LOST = code(
    "LDG-011",
    "this run took longer than it said and another one has taken over",
    who="it",
    kind=Kind.RETRY,
    fix="run again; what was finished is kept and is not done twice",
)
BATCH_OPEN = code(
    "LDG-020",
    "a batch of this source is still open",
    who="it",
    kind=Kind.RETRY,
    fix="run again; the open batch is finished first",
)
BATCH_NOT_OPEN = code(
    "LDG-021",
    "the batch to finish is not open",
    who="it",
    kind=Kind.BUG,
    fix="report this; nothing was changed",
)
WRONG_STEP = code(
    "LDG-030",
    "a contact cannot go from the state it is in to the one asked for",
    who="it",
    kind=Kind.BUG,
    fix="report this; nothing was changed",
)
