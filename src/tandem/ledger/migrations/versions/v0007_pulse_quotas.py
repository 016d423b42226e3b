"""How many kept answers count in each quota of a pulse; counted when it is first asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "pulse_quotas",
        sa.Column("pulse", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kept", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
