"""The only room that connects and executes: the lake (Delta), DuckDB and Spark behind one interface.

Answers: what does this expression yield over the lake. Writes the tables that rooms hand it, one commit each.
Must never decide who may read what, and must never run a query that names a base table without a stamp.
"""

from tandem.engine.base import Append, Change, Engine
from tandem.engine.catalogue import BASE, Catalogue, Column, Table
from tandem.engine.lake import Lake, Mark
from tandem.engine.opening import open_engine

__all__ = [
    "BASE",
    "Append",
    "Catalogue",
    "Change",
    "Column",
    "Engine",
    "Lake",
    "Mark",
    "Table",
    "open_engine",
]
