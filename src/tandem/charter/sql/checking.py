"""What is wrong with a parsed statement before its names are looked up: node by node, against what is allowed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp

from tandem.charter.problems import SQL_CHANCE, SQL_FUNCTION, SQL_PART, SQL_TABLE
from tandem.charter.sql.allowed import (
    CHANCE,
    CHANCE_NAMES,
    FUNCTIONS,
    JOINS,
    KEYS,
    NAMES,
    PARTS,
    PIECES,
    RANKING,
    TRUNCATIONS,
    TYPES,
    UNITS,
)
from tandem.charter.sql.offered import Tables
from tandem.kernel import Code

WHOLE = re.compile(r"\d{1,6}")


@dataclass(frozen=True)
class Trouble:
    """A problem without its place: `offset` counts characters from the start of the SQL."""

    code: Code
    sentence: str
    offset: int = 0
    found: str | None = None
    expected: str | None = None
    alternatives: tuple[str, ...] = ()


def offset_of(node: exp.Expr) -> int:
    """Where a node begins: the smallest position that it or a part of it was read from."""
    starts = [int(one.meta["start"]) for one in node.walk() if "start" in one.meta]
    if starts:
        return min(starts)
    return offset_of(node.parent) if node.parent is not None else 0


def check(tree: exp.Expr, tables: Tables) -> Iterator[Trouble]:
    """Everything in the tree that may not stand in a charter, outermost first."""
    for node in tree.walk():
        found = next(_of(node), None)
        if found is not None:
            yield found
    yield from _tables(tree, tables)


def _of(node: exp.Expr) -> Iterator[Trouble]:
    kind = type(node)
    if isinstance(node, exp.Star):
        if not isinstance(node.parent, exp.Count):
            yield _part(node, "`*` stands for columns that nobody named", "the columns by name")
    elif kind in CHANCE or (isinstance(node, exp.Anonymous) and str(node.this).lower() in CHANCE_NAMES):
        depends = CHANCE.get(kind) or CHANCE_NAMES[str(node.this).lower()]
        sentence = f"`{said(node)}` depends on {depends}, so the same data would give another answer"
        expected = "`now`, the moment of the run" if depends == "the clock" else "nothing left to chance"
        yield Trouble(SQL_CHANCE, sentence, offset_of(node), said(node), expected)
    elif kind in FUNCTIONS:
        yield from _arguments(node, FUNCTIONS[kind][1])
        yield from _function(node)
    elif isinstance(node, exp.Func) and kind not in PARTS:
        name = (str(node.this) if isinstance(node, exp.Anonymous) else node.sql_name()).lower()
        sentence = f"the function `{name}` is not one of those that SQL of a charter may call"
        yield Trouble(SQL_FUNCTION, sentence, offset_of(node), name, alternatives=NAMES)
    elif kind not in PARTS:
        yield _part(node, f"`{said(node)}` is not a part of SQL that a charter may use")
    else:
        yield from _arguments(node, PARTS[kind])
        yield from _particular(node)


WORDS = {
    "db": "a schema in front of a table",
    "catalog": "a database in front of a table",
    "method": "a NATURAL, ASOF or POSITIONAL join",
    "field": "IN with a table and no SELECT",
    "materialized": "MATERIALIZED",
    "recursive": "WITH RECURSIVE",
    "by_name": "BY NAME",
    "on": "DISTINCT ON",
    "all": "GROUP BY ALL",
    "limit": "LIMIT, which takes somebody by how others compare,",
    "default": "a default value here",
    "spec": "a frame of a window",
    "alias": "a named window",
}


def _arguments(node: exp.Expr, allowed: frozenset[str]) -> Iterator[Trouble]:
    for name, value in node.args.items():
        if name not in allowed and value not in (None, False, []):
            word = WORDS.get(name) or f"{name.strip('_').replace('_', ' ').upper()} with {node.key.upper()}"
            yield _part(node, f"{word} is not a part of SQL that a charter may use")
            return


def _particular(node: exp.Expr) -> Iterator[Trouble]:
    """What a kind of node may be, beyond the parts that it may have."""
    match node:
        case exp.Join():
            words = [str(node.args.get(word) or "").upper() for word in ("side", "kind")]
            if any(word not in JOINS for word in words):
                yield _part(node, f"a {' '.join(words).strip()} JOIN is not the same on both engines")
        case exp.Interval():
            unit = str(node.args.get("unit") or "").lower().removesuffix("s")
            if not (isinstance(node.this, exp.Literal) and WHOLE.fullmatch(str(node.this.this))):
                yield _part(node, "an INTERVAL needs a whole number", "INTERVAL 90 DAY")
            elif unit not in UNITS:
                yield _part(node, f"no INTERVAL is counted in `{unit}`", ", ".join(UNITS))
        case exp.Cast():
            if node.to.sql("duckdb").split("(")[0].upper() not in TYPES:
                yield _part(node, f"nothing can be cast to {node.to.sql('duckdb')}", ", ".join(TYPES))
        case exp.Like():
            pattern = node.expression
            if not (isinstance(pattern, exp.Literal) and "\\" not in str(pattern.this)):
                yield _part(node, "LIKE needs a pattern in quotes, without a backslash")
        case exp.Window():
            yield from _window(node)
        case exp.Count() | exp.Distinct() | _:
            return


def _function(node: exp.Expr) -> Iterator[Trouble]:
    unit = str(node.args.get("unit") or "").lower()
    match node:
        case exp.DateDiff() if unit != "day":
            yield _part(node, f"date_diff cannot count `{unit}`", "date_diff('day', from, to)")
        case exp.TimestampTrunc() | exp.DateTrunc() if unit.strip("'") not in TRUNCATIONS:
            yield _part(node, f"date_trunc cannot cut to `{unit}`", ", ".join(TRUNCATIONS))
        case exp.Extract() if str(node.this).lower() not in PIECES:
            yield _part(node, f"extract cannot take `{node.this}` of a time", ", ".join(PIECES))
        case exp.Count() if node.expressions or _several(node.this):
            yield _part(node, "count takes one column", "count(DISTINCT column)")
        case exp.Avg() if isinstance(node.this, exp.Distinct):
            yield _part(node, "avg(DISTINCT …) is not the same on both engines")
        case exp.RowNumber() | exp.Rank() | exp.DenseRank() | exp.Lag() | exp.Lead() | exp.FirstValue():
            if not isinstance(node.parent, exp.Window):
                yield _part(node, f"{said(node)} needs OVER (ORDER BY …)")


def _several(of: object) -> bool:
    return isinstance(of, exp.Distinct) and len(of.expressions) != 1


def _window(node: exp.Window) -> Iterator[Trouble]:
    order = node.args.get("order")
    if isinstance(node.this, exp.RowNumber | exp.Rank | exp.DenseRank) and order is None:
        yield _part(node, "this window needs an ORDER BY")
    if isinstance(node.this, RANKING):
        last = order.expressions[-1].this if order is not None else None
        if not (isinstance(last, exp.Column) and last.name in KEYS):
            sentence = f"{said(node.this)} depends on which of two equal rows comes first"
            yield _part(node, sentence, f"ORDER BY … that ends in {' or '.join(KEYS)}")


def _tables(tree: exp.Expr, tables: Tables) -> Iterator[Trouble]:
    known = dict(tables)
    parts = {cte.alias for cte in tree.find_all(exp.CTE)}
    for cte in tree.find_all(exp.CTE):
        if cte.alias in known:
            sentence = f"a part of the statement has the name of the table `{cte.alias}`"
            yield Trouble(SQL_TABLE, sentence, offset_of(cte), cte.alias, "a name of its own")
    for table in tree.find_all(exp.Table):
        called = table.this
        if not isinstance(called, exp.Identifier):
            sentence = f"`{said(called)}` is not a table: no function may stand in FROM"
            yield Trouble(SQL_TABLE, sentence, offset_of(table), said(called), alternatives=tuple(known))
        elif called.this not in known and called.this not in parts:
            sentence = f"there is no table `{called.this}` that SQL of a charter may read"
            yield Trouble(SQL_TABLE, sentence, offset_of(called), called.this, alternatives=tuple(known))


def said(node: exp.Expr) -> str:
    """A node as its author wrote it, cut short."""
    text = node.sql("duckdb", comments=False)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _part(node: exp.Expr, sentence: str, expected: str | None = None) -> Trouble:
    return Trouble(SQL_PART, sentence, offset_of(node), said(node), expected)
