"""The ledger's tables of pulses, as they are now; how they came to be is in migrations/.

Nothing in them may lead from a complete answer of an anonymous pulse to an invitation: see `tandem.ledger.pulses`.
"""

from sqlalchemy import Boolean, Column, Date, Index, Integer, Table, Text

from tandem.ledger.columns import Instant, Json, metadata

# One run of a survey. The instrument stands in it as it was when it opened, so that nobody changes it under way.
pulses = Table(
    "pulses",
    metadata,
    Column("name", Text, primary_key=True),
    Column("instrument", Text, nullable=False),
    Column("definition", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("anonymous", Boolean, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("closes_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("closed_by", Text),
)

# Who was asked. Once somebody is done the row says nothing but that: no time, no count of letters, no row number.
pulse_invitations = Table(
    "pulse_invitations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("pulse", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("side", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("letters", Integer, nullable=False),
    Column("sent_at", Instant),
    Column("detail", Text),
    sqlite_with_rowid=False,
)
Index("invitations_of_pulse", pulse_invitations.c.pulse, pulse_invitations.c.state)

# What was answered. `started_at` and `resume_hash` stand in drafts only, `invitation` only where the pulse says so.
pulse_answers = Table(
    "pulse_answers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("pulse", Text, nullable=False),
    Column("side", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("answers", Json, nullable=False),
    Column("day", Date),
    Column("seconds", Integer),
    Column("started_at", Instant),
    Column("resume_hash", Text, unique=True),
    Column("invitation", Text),
    sqlite_with_rowid=False,
)
Index("answers_of_pulse", pulse_answers.c.pulse, pulse_answers.c.state)

# How many complete answers of an open run count in each quota of its instrument, by the place of the quota there. No
# rows: to be counted. A row says nothing of who answered, and its last change is that of the answer beside it.
pulse_quotas = Table(
    "pulse_quotas",
    metadata,
    Column("pulse", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kept", Integer, nullable=False),
    sqlite_with_rowid=False,
)
