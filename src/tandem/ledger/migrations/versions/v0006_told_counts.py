"""The counts that were told to who may not see people, with a sketch of who was counted.

Numbers are given by whoever writes and are the primary key: of two who decided at once from the same rows, one finds
its number taken and decides anew. Cells are bytes; they hold combined digests of people and no identifier.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "told_counts",
        sa.Column("number", SERIAL, primary_key=True, autoincrement=False),
        sa.Column("page", sa.BigInteger),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("people", sa.BigInteger, nullable=False),
        sa.Column("cells", sa.LargeBinary),
        sa.Column("told", JSON),
        sa.Column("at", sa.DateTime, nullable=False),
    )
    op.create_index("told_counts_of_page", "told_counts", ["page", "name", "number"])
    op.create_index("told_counts_by_people", "told_counts", ["people"])
    op.create_index("told_counts_by_time", "told_counts", ["at"])
