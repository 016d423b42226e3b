"""Small lists of Python values as Arrow tables.

Made by DuckDB: `pyarrow.array` of a Python list imports pandas where it is installed, which costs a second and a
half at the start of every command.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

import duckdb

from tandem.engine.catalogue.model import SQL_TYPES
from tandem.kernel.values import Type

NAMES = {"text": "varchar", "timestampntz": "timestamp"}


def arrow_list(columns: Sequence[tuple[str, Type]], rows: Sequence[Sequence[object]]) -> Any:
    """One row per row, typed by the catalogue's types; for lists that a person or a charter made, not for events."""
    if not columns:
        raise ValueError("a list needs a column")
    picked = [
        f'unnest(${number}::{_name(type_)}[]) AS "{name.replace(chr(34), chr(34) * 2)}"'
        for number, (name, type_) in enumerate(columns, 1)
    ]
    values = [[row[number] for row in rows] for number in range(len(columns))]
    with _scratch().cursor() as cursor:
        return cursor.sql(f"SELECT {', '.join(picked)}", params=values).to_arrow_table()


@cache
def _scratch() -> Any:
    """One empty database for all lists of this process: opening one takes longer than a list."""
    return duckdb.connect(":memory:", config={"threads": 1})


def _name(type_: Type) -> str:
    return NAMES.get(SQL_TYPES[type_], SQL_TYPES[type_])
