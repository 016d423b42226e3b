"""Where the two engines would answer differently: types that do not fit are refused, sums and divisions made exact."""

import re
from collections.abc import Callable, Iterator

from sqlglot import exp

from tandem.charter.problems import SQL_TYPE
from tandem.charter.sql.checking import Trouble, said

Kinds = exp.DataType.Type
TEXT, NUMBERS = exp.DataType.TEXT_TYPES, exp.DataType.NUMERIC_TYPES
TIMES = exp.DataType.TEMPORAL_TYPES
FLOATS = {Kinds.DOUBLE, Kinds.FLOAT}
COMPARED = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ)
WHOLE = (exp.Floor, exp.Ceil)
ISO = re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d{1,6})?)?)?")
NUMBER = re.compile(r"-?\d{1,30}(\.\d{1,9})?")
EXACT = "decimal(38, 9)"
PART = "part_"


def misfits(tree: exp.Expr, offset: Callable[[exp.Expr], int]) -> Iterator[Trouble]:
    """Comparisons of kinds that do not go together, and casts of which each engine makes something else."""
    for node in tree.walk():
        if isinstance(node, COMPARED):
            pairs = [(node.this, node.expression)]
        elif isinstance(node, exp.Between):
            pairs = [(node.this, node.args["low"]), (node.this, node.args["high"])]
        elif isinstance(node, exp.In):
            pairs = [(node.this, one) for one in node.expressions]
        else:
            pairs = []
        for left, right in pairs:
            if not _go_together(left, right):
                sentence = f"{_kind(left)} is compared with {_kind(right)}"
                yield Trouble(SQL_TYPE, sentence, offset(node), said(node), "two values of one kind")
        if isinstance(node, exp.Cast) and not _castable(node):
            to = node.to.sql("duckdb")
            sentence = f"a cast of {_kind(node.this)} to {to} is not the same on both engines"
            yield Trouble(SQL_TYPE, sentence, offset(node), said(node))


def _go_together(left: exp.Expr, right: exp.Expr) -> bool:
    kinds = {_group(left), _group(right)}
    if None in kinds or len(kinds) == 1:
        return True
    return kinds == {"a text", "a time"} and any(_is_iso(one) for one in (left, right))


def _is_iso(node: exp.Expr) -> bool:
    return isinstance(node, exp.Literal) and node.is_string and bool(ISO.fullmatch(str(node.this)))


def _group(node: exp.Expr) -> str | None:
    kind = node.type.this if node.type is not None else None
    for name, group in (("a text", TEXT), ("a number", NUMBERS), ("a time", TIMES)):
        if kind in group:
            return name
    return "true or false" if kind is Kinds.BOOLEAN else None


def _kind(node: exp.Expr) -> str:
    return _group(node) or "something else"


def _castable(node: exp.Cast) -> bool:
    inner = node.this
    if isinstance(inner, exp.Placeholder | exp.Null):
        return True
    to, group = node.to.this, _group(inner)
    if isinstance(inner, exp.Literal) and inner.is_string:
        text = str(inner.this)
        return bool((ISO if to in TIMES else NUMBER).fullmatch(text)) or to in TEXT
    kind = inner.type.this if inner.type is not None else None
    if to in TEXT:
        return group == "a text" or kind in exp.DataType.INTEGER_TYPES or kind is Kinds.DATE
    if to in exp.DataType.INTEGER_TYPES:
        whole = kind in exp.DataType.INTEGER_TYPES or isinstance(inner, WHOLE)
        return whole or group == "true or false"
    if to in NUMBERS:
        return group == "a number"
    if to in TIMES:
        return group == "a time"
    return group == "true or false"


def portable(tree: exp.Query) -> exp.Query:
    """The tree with what the engines do differently written out; works on the tree it is given.

    Floats are added as DECIMAL(38, 9), for a sum of floats depends on the order of rows; an average is that sum
    over the number; a division is of doubles and unknown where the divisor is 0. Parts of a WITH are called so
    that none can stand in the place of a table.
    """
    parts = {cte.alias for cte in tree.find_all(exp.CTE)}
    for table in tree.find_all(exp.Table):
        if table.name in parts:
            table.set("this", exp.to_identifier(f"{PART}{table.name}"))
    for cte in tree.find_all(exp.CTE):
        cte.args["alias"].set("this", exp.to_identifier(f"{PART}{cte.alias}"))
    # From the leaves up: what is put in holds copies, and a change to what was copied before would be lost.
    for node in reversed(list(tree.walk())):
        match node:
            case exp.Sum() | exp.Avg():
                _exactly(node)
            case exp.Div():
                node.set("this", exp.cast(node.this, "double"))
                node.set("expression", _not_zero(exp.cast(node.expression, "double")))
            case exp.Mod():
                node.set("expression", _not_zero(node.expression))
            case exp.DateDiff():
                for part in ("this", "expression"):
                    node.set(part, exp.cast(node.args[part], "date"))
            case exp.TimestampTrunc() | exp.DateTrunc():
                _as_date(node)
            case exp.Literal() if _is_iso(node) and not isinstance(node.parent, exp.Cast):
                _as_time(node)
    return tree


def _exactly(node: exp.Sum | exp.Avg) -> None:
    inner = node.this.expressions[0] if isinstance(node.this, exp.Distinct) else node.this
    kind = inner.type.this if inner.type is not None else None
    average = isinstance(node, exp.Avg)
    if not average and kind not in FLOATS:
        return
    outer: exp.Expr = node
    while isinstance(outer.parent, exp.Filter | exp.Window) and outer.arg_key == "this":
        outer = outer.parent
    counted = outer.copy()
    exact = exp.cast(inner.copy(), EXACT)
    total = exp.Sum(this=exp.Distinct(expressions=[exact]) if inner is not node.this else exact)
    holder = exp.paren(outer.copy())
    _replaced(holder, node, total)
    value: exp.Expr = exp.cast(holder.this, "double")
    if average:
        number = exp.paren(counted)
        _replaced(number, node, exp.Count(this=inner.copy()))
        value = exp.Div(this=value, expression=_not_zero(exp.cast(number.this, "double")))
        value = exp.paren(value)
    outer.replace(value)


def _replaced(holder: exp.Paren, node: exp.Expr, new: exp.Expr) -> None:
    """The aggregate at the bottom of a copy of its FILTER and OVER, replaced."""
    found: exp.Expr = holder.this
    while type(found) is not type(node):
        found = found.this
    found.replace(new)


def _not_zero(value: exp.Expr) -> exp.Expr:
    plain = value.this if isinstance(value, exp.Cast) else value
    if isinstance(plain, exp.Literal) and not plain.is_string and float(plain.this):
        return value.copy()
    return exp.Nullif(this=value.copy(), expression=exp.Literal.number(0))


def _as_date(node: exp.Expr) -> None:
    inner = node.copy()
    inner.set("this", exp.cast(inner.this, "timestampntz"))
    node.replace(exp.cast(inner, "date"))


def _as_time(node: exp.Literal) -> None:
    """A text in the place of a time, as that time."""
    parent = node.parent
    around = parent.args.values() if isinstance(parent, (*COMPARED, exp.Between)) else ()
    if any(isinstance(one, exp.Expr) and _group(one) == "a time" for one in around):
        node.replace(exp.cast(node.copy(), "timestampntz"))
