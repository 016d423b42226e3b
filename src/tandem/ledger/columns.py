"""What the ledger's tables are made of: instants, JSON and counting keys that are alike on both databases."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, MetaData
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
