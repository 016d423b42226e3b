"""The ledger's tables as they are now. How they came to be is in migrations/; a test compares the two."""

from datetime import datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

metadata = MetaData()
Json = JSON().with_variant(JSONB(), "postgresql")
# SQLite only counts up a primary key that is declared INTEGER, which there holds 64 bits as well.
Serial = BigInteger().with_variant(Integer(), "sqlite")


class Instant(TypeDecorator[datetime]):
    """Naive UTC to the microsecond. One database would shift an aware datetime and the other would not."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is not None:
            raise ValueError(f"an instant with a zone: {value!r}; the ledger keeps naive UTC")
        return value


applied_charters = Table(
    "applied_charters",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("applied_at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("files", Json, nullable=False),
    sqlite_autoincrement=True,
)

batches = Table(
    "batches",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("source", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("planned_at", Instant, nullable=False),
    Column("done_at", Instant),
    sqlite_autoincrement=True,
)
# Two processes that plan the same source at once: the second gets LDG-020 instead of a second batch.
Index(
    "one_open_batch",
    batches.c.source,
    unique=True,
    sqlite_where=text("state = 'planned'"),
    postgresql_where=text("state = 'planned'"),
)

batch_files = Table(
    "batch_files",
    metadata,
    Column("batch_id", BigInteger, ForeignKey("batches.id"), primary_key=True),
    Column("path", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("state", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("now_used", Instant, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("summary", Json),
    sqlite_autoincrement=True,
)

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("taken_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
)

watermarks = Table(
    "watermarks",
    metadata,
    Column("stage", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("contact_id", BigInteger, primary_key=True, autoincrement=False),
    Column("campaign", Text, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("channel", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("message_id", Text),
    Column("detail", Text),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
)
Index("outbox_queue", outbox.c.campaign, outbox.c.channel, outbox.c.state, outbox.c.contact_id)
