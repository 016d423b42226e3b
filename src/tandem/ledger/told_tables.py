"""The ledger's table of counts that were told, as it is now; how it came to be is in migrations/."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Table, Text

from tandem.ledger.columns import Instant, Json, Serial, metadata

# `page` is null for a count of its own, else the count that this is a part of; `name` says what it was divided for.
# A row without `cells` is a division as it was told, one without `told` a part whose number stands in its division.
told_counts = Table(
    "told_counts",
    metadata,
    Column("number", Serial, primary_key=True, autoincrement=False),
    Column("page", BigInteger),
    Column("name", Text, nullable=False),
    Column("people", BigInteger, nullable=False),
    Column("cells", LargeBinary),
    Column("told", Json),
    Column("at", Instant, nullable=False),
)
Index("told_counts_of_page", told_counts.c.page, told_counts.c.name, told_counts.c.number)
Index("told_counts_by_people", told_counts.c.people)
Index("told_counts_by_time", told_counts.c.at)
