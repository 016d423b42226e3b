"""From a query that a room built to a query that an engine may run: every table permitted, every column known.

Base tables carry a stamp: who let this query read them. `stamp` is called by `Engine.ref` (rooms that keep the
tables) and by policy's guard (everybody else); a query with an unstamped base table is refused, so a rule
cannot be stepped round by naming a table.
"""

from collections.abc import Mapping
from functools import cache

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify

from tandem.engine import problems
from tandem.engine.catalogue.model import SQL_TYPES, Catalogue
from tandem.engine.functions import lower
from tandem.kernel.problems import Problems
from tandem.kernel.values import Type

STAMP = "tandem_stamp"
SECRET = "tandem_secret"


def stamp(name: str, by: str) -> exp.Table:
    """A reference to a base table that says who let it be read: a room's name or a permit's fingerprint."""
    table = exp.to_table(name)
    table.meta[STAMP] = by
    return table


def secret(text: str) -> exp.Literal:
    """A text that the machine needs and no reader may see: `readable` leaves it out."""
    literal = exp.Literal.string(text)
    literal.meta[SECRET] = True
    return literal


def readable(query: exp.Query) -> exp.Query:
    """The query without the texts that no reader may see. Works on the tree it is given."""
    for literal in query.find_all(exp.Literal):
        if SECRET in literal.meta:
            literal.set("this", "…")
    return query


def base_tables(query: exp.Expr, catalogue: Catalogue) -> set[str]:
    """Names of the base tables that a query reads. Refuses one that is unstamped or shadowed."""
    named = {cte.alias for cte in query.find_all(exp.CTE)}
    shadowed = sorted(name for name in named if name in catalogue)
    if shadowed:
        raise Problems(
            problems.SHADOWED(f"the query calls one of its parts `{shadowed[0]}`", found=shadowed[0])
        )
    read: set[str] = set()
    for table in query.find_all(exp.Table):
        if table.name not in catalogue:
            continue
        if STAMP not in table.meta:
            raise Problems(
                problems.UNGUARDED(f"the table `{table.name}` was named without a permit", found=table.name)
            )
        read.add(table.name)
    return read


def resolve(
    query: exp.Query, catalogue: Catalogue, stages: Mapping[str, tuple[str, ...]], dialect: str
) -> tuple[exp.Query, set[str]]:
    """The query with every column qualified, our functions lowered to the dialect, and the base tables it reads."""
    read = base_tables(query, catalogue)
    schema: dict[str, object] = {name: _columns(catalogue, name) for name in read}
    for table in query.find_all(exp.Table):
        if table.name in stages:
            schema[table.name] = dict.fromkeys(stages[table.name], "text")
    try:
        qualified = qualify(
            query.copy(),
            schema=schema,
            dialect="duckdb",
            quote_identifiers=True,
            validate_qualify_columns=True,
        )
    except SqlglotError as error:
        raise Problems(problems.UNKNOWN_COLUMN(_sentence(error), found=_unknown(error))) from error
    lowered = lower(qualified, dialect)
    assert isinstance(lowered, exp.Query)
    return lowered, read


def _columns(catalogue: Catalogue, name: str) -> dict[str, str]:
    return {column.name: _printed(column.type) for column in catalogue[name].columns}


@cache
def _printed(type_: Type) -> str:
    """The type in DuckDB's words; printed once, because every query asks for every column of its tables."""
    return exp.DataType.build(SQL_TYPES[type_]).sql("duckdb")


def _sentence(error: SqlglotError) -> str:
    return "the query does not fit the catalogue: " + str(error).splitlines()[0].replace('"', "`")


def _unknown(error: SqlglotError) -> str | None:
    parts = str(error).split('"')
    return parts[1] if len(parts) > 2 else None
