"""Pulses: what was opened, who was invited, and what was answered; nothing ties the last two together.

Answers and invitations have random or keyed ids and, on SQLite, no hidden row number, so that no table remembers the
order in which its rows came.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"

JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "pulses",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("instrument", sa.Text, nullable=False),
        sa.Column("definition", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("anonymous", sa.Boolean, nullable=False),
        sa.Column("opened_by", sa.Text, nullable=False),
        sa.Column("opened_at", sa.DateTime, nullable=False),
        sa.Column("closes_at", sa.DateTime, nullable=False),
        sa.Column("closed_at", sa.DateTime),
        sa.Column("closed_by", sa.Text),
    )
    op.create_table(
        "pulse_invitations",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("pulse", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("side", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("letters", sa.Integer, nullable=False),
        sa.Column("sent_at", sa.DateTime),
        sa.Column("detail", sa.Text),
        sqlite_with_rowid=False,
    )
    op.create_index("invitations_of_pulse", "pulse_invitations", ["pulse", "state"])
    op.create_table(
        "pulse_answers",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("pulse", sa.Text, nullable=False),
        sa.Column("side", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("answers", JSON, nullable=False),
        sa.Column("day", sa.Date),
        sa.Column("seconds", sa.Integer),
        sa.Column("started_at", sa.DateTime),
        sa.Column("resume_hash", sa.Text, unique=True),
        sa.Column("invitation", sa.Text),
        sqlite_with_rowid=False,
    )
    op.create_index("answers_of_pulse", "pulse_answers", ["pulse", "state"])
