"""Briefs with all their versions, commitments and promises with their steps, and how people rank the priorities."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _briefs()
    _commitments()
    _rankings()


def _briefs() -> None:
    op.create_table(
        "briefs",
        sa.Column("id", SERIAL, primary_key=True, autoincrement=True),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("withdrawn_at", sa.DateTime),
        sa.Column("withdrawn_by", sa.Text),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "brief_versions",
        sa.Column("id", SERIAL, primary_key=True, autoincrement=True),
        sa.Column("brief_id", sa.BigInteger, sa.ForeignKey("briefs.id"), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("content", JSON, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("function", sa.Text),
        sa.Column("after_commitment", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.UniqueConstraint("brief_id", "version"),
        sqlite_autoincrement=True,
    )


def _commitments() -> None:
    op.create_table(
        "commitments",
        sa.Column("id", SERIAL, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("brief_id", sa.BigInteger, sa.ForeignKey("briefs.id")),
        sa.Column("brief_version", sa.Integer),
        sa.Column("agreed_version", sa.Integer),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("function", sa.Text),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("due", sa.DateTime, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("kept_at", sa.DateTime),
        sa.Column("kept_by", sa.Text),
        sa.Column("accepted_at", sa.DateTime),
        sa.Column("accepted_by", sa.Text),
        sa.Column("withdrawn_at", sa.DateTime),
        sa.Column("withdrawn_by", sa.Text),
        sqlite_autoincrement=True,
    )
    # A brief has one commitment that is not withdrawn; two who commit at once do not both get it.
    op.create_index(
        "one_commitment",
        "commitments",
        ["brief_id"],
        unique=True,
        sqlite_where=sa.text("kind = 'commitment' AND state <> 'withdrawn'"),
        postgresql_where=sa.text("kind = 'commitment' AND state <> 'withdrawn'"),
    )
    op.create_index("commitments_open", "commitments", ["state", "id"])
    op.create_table(
        "commitment_steps",
        sa.Column("id", SERIAL, primary_key=True, autoincrement=True),
        sa.Column("commitment_id", sa.BigInteger, sa.ForeignKey("commitments.id"), nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("function", sa.Text),
        sa.Column("version", sa.Integer),
        sa.Column("due", sa.DateTime, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("steps_of_commitment", "commitment_steps", ["commitment_id", "id"])


def _rankings() -> None:
    op.create_table(
        "priority_rankings",
        sa.Column("id", SERIAL, primary_key=True, autoincrement=True),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("function", sa.Text, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("places", JSON, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("rankings_of_actor", "priority_rankings", ["actor", "about", "id"])
