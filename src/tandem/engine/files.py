"""Source files to text columns, one reader for both engines, so that a file means the same whichever runs.

`FileRead.into` fills one DuckDB table; the Spark engine writes that table to Parquet and goes on from there.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class FileRead:
    """What to read: placeholder for the collect room's reader."""

    def into(self, database: Any, name: str) -> None:
        """Create the table `name` in the database."""
        raise NotImplementedError
