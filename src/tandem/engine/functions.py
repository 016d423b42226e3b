"""Pieces of SQL that mean the same on both engines. What is printed differently is lowered here, by dialect.

Rooms build these; only the engine prints them. Values enter as literals built here, never by formatting.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal

from sqlglot import exp

from tandem.engine.catalogue.model import SQL_TYPES
from tandem.kernel.ids import HEX_DIGITS, SEPARATOR
from tandem.kernel.values import Type

Scalar = str | int | bool | float | Decimal | datetime | date | None

DIGEST = "TANDEM_DIGEST60"
WHOLE_DAYS = "TANDEM_WHOLE_DAYS"
ROW_ORDER = "TANDEM_ROW_ORDER"
HEX = {"sha256": "TANDEM_SHA256", "sha1": "TANDEM_SHA1", "md5": "TANDEM_MD5"}


def instant(moment: datetime) -> exp.Expr:
    """A UTC timestamp literal, to the microsecond."""
    return exp.cast(exp.Literal.string(moment.isoformat(sep=" ", timespec="microseconds")), "timestampntz")


def day(value: date) -> exp.Expr:
    """A date literal."""
    return exp.cast(exp.Literal.string(value.isoformat()), "date")


def value(raw: Scalar) -> exp.Expr:
    """Any charter value as a literal of the right kind; Decimal as DECIMAL(38, s) so that no float creeps in."""
    match raw:
        case datetime():
            return instant(raw)
        case date():
            return day(raw)
        case Decimal():
            scale = max(0, -int(raw.as_tuple().exponent))
            return exp.cast(exp.Literal.string(f"{raw:f}"), f"decimal(38, {scale})")
        case None:
            return exp.null()
        case _:
            return exp.convert(raw)


def cast(expression: exp.Expr, type_: Type) -> exp.Cast:
    """CAST to a type of the catalogue; fails on values that do not fit."""
    # Not exp.cast: it takes DECIMAL(38, 2) for DECIMAL(18, 4) and leaves it as it is.
    return exp.Cast(this=expression.copy(), to=exp.DataType.build(SQL_TYPES[type_]))


def null_of(type_: Type) -> exp.Cast:
    """A typed NULL, for columns that a table has not yet."""
    return exp.cast(exp.null(), SQL_TYPES[type_])


def digest60(*parts: exp.Expr) -> exp.Expr:
    """`kernel.ids.digest60` in SQL, a BIGINT in [0, 2**60). NULL parts are left out, as by concat_ws."""
    return exp.Anonymous(this=DIGEST, expressions=list(parts))


def hexed(text: exp.Expr, algorithm: str = "sha256") -> exp.Expr:
    """A text's digest as lower-case hex: sha256, sha1 or md5."""
    return exp.Anonymous(this=HEX[algorithm], expressions=[text])


def concat(*parts: exp.Expr) -> exp.Expr:
    """Texts one behind the other; NULL if one of them is."""
    first, *rest = parts
    for part in rest:
        first = exp.DPipe(this=first, expression=part)
    return first


def whole_days(start: exp.Expr, end: exp.Expr) -> exp.Expr:
    """Full periods of 24 hours from one timestamp to a later one, a whole number; not a count of midnights."""
    return exp.Anonymous(this=WHOLE_DAYS, expressions=[start, end])


def row_order(at: exp.Expr, key: exp.Expr) -> exp.Expr:
    """What orders rows by a timestamp and then by a 60-bit key, for `first` and `last` of a group. Only to compare."""
    return exp.Anonymous(this=ROW_ORDER, expressions=[at, key])


def same(left: exp.Expr, right: exp.Expr) -> exp.Expr:
    """IS NOT DISTINCT FROM: equal, or both NULL."""
    return exp.NullSafeEQ(this=left, expression=right)


def differs(left: exp.Expr, right: exp.Expr) -> exp.Expr:
    """IS DISTINCT FROM: unequal, or exactly one NULL."""
    return exp.NullSafeNEQ(this=left, expression=right)


def count_if(condition: exp.Expr) -> exp.Expr:
    """How many rows satisfy the condition; NULL counts as no."""
    return exp.Count(this=exp.Case().when(condition, exp.Literal.number(1)))


def values_table(
    name: str, columns: Sequence[tuple[str, Type]], rows: Sequence[Sequence[Scalar]]
) -> exp.Subquery:
    """A small inline table of literals. For lists of a charter's own size, never for people or events."""
    if not rows:
        nulls = [null_of(type_).as_(column) for column, type_ in columns]
        return exp.select(*nulls).where(exp.false()).subquery(name)
    selects = [
        exp.select(
            *(
                cast(value(cell), type_).as_(column)
                for cell, (column, type_) in zip(row, columns, strict=True)
            )
        )
        for row in rows
    ]
    query: exp.Query = selects[0]
    for other in selects[1:]:
        query = exp.union(query, other, distinct=False, copy=False)
    return query.subquery(name)


def _digest_duckdb(parts: list[exp.Expr]) -> exp.Expr:
    hexed = exp.Anonymous(this="SHA256", expressions=[_joined(parts)])
    head = exp.Anonymous(
        this="SUBSTR", expressions=[hexed, exp.Literal.number(1), exp.Literal.number(HEX_DIGITS)]
    )
    return exp.cast(exp.DPipe(this=exp.Literal.string("0x"), expression=head), "bigint")


def _digest_spark(parts: list[exp.Expr]) -> exp.Expr:
    hexed = exp.Anonymous(this="SHA2", expressions=[_joined(parts), exp.Literal.number(256)])
    head = exp.Anonymous(
        this="SUBSTR", expressions=[hexed, exp.Literal.number(1), exp.Literal.number(HEX_DIGITS)]
    )
    number = exp.Anonymous(this="CONV", expressions=[head, exp.Literal.number(16), exp.Literal.number(10)])
    return exp.cast(number, "bigint")


def _joined(parts: list[exp.Expr]) -> exp.Expr:
    texts = [exp.cast(part, "text") for part in parts]
    separator = exp.Anonymous(this="CHR", expressions=[exp.Literal.number(ord(SEPARATOR))])
    return exp.Anonymous(this="CONCAT_WS", expressions=[separator, *texts])


def _days_duckdb(parts: list[exp.Expr]) -> exp.Expr:
    return exp.Anonymous(this="DATESUB", expressions=[exp.Literal.string("day"), *parts])


def _days_spark(parts: list[exp.Expr]) -> exp.Expr:
    return exp.Anonymous(this="TIMESTAMPDIFF", expressions=[exp.var("DAY"), *parts])


def _order_duckdb(parts: list[exp.Expr]) -> exp.Expr:
    # One wide integer: DuckDB compares it twice as fast as a struct of the two.
    micros = exp.cast(exp.Anonymous(this="EPOCH_US", expressions=[parts[0]]), "int128")
    return exp.Add(this=exp.Mul(this=micros, expression=exp.Literal.number(2**60)), expression=parts[1])


def _order_spark(parts: list[exp.Expr]) -> exp.Expr:
    return exp.Struct(expressions=parts)


def _called(name: str, *more: exp.Expr) -> Callable[[list[exp.Expr]], exp.Expr]:
    return lambda parts: exp.Anonymous(this=name, expressions=[*parts, *(one.copy() for one in more)])


LOWERED: dict[tuple[str, str], Callable[[list[exp.Expr]], exp.Expr]] = {
    (DIGEST, "duckdb"): _digest_duckdb,
    (DIGEST, "spark"): _digest_spark,
    (WHOLE_DAYS, "duckdb"): _days_duckdb,
    (WHOLE_DAYS, "spark"): _days_spark,
    (ROW_ORDER, "duckdb"): _order_duckdb,
    (ROW_ORDER, "spark"): _order_spark,
    (HEX["sha256"], "duckdb"): _called("SHA256"),
    (HEX["sha256"], "spark"): _called("SHA2", exp.Literal.number(256)),
    (HEX["sha1"], "duckdb"): _called("SHA1"),
    (HEX["sha1"], "spark"): _called("SHA1"),
    (HEX["md5"], "duckdb"): _called("MD5"),
    (HEX["md5"], "spark"): _called("MD5"),
}


def lower(query: exp.Expr, dialect: str) -> exp.Expr:
    """The query with our own functions replaced by the dialect's. Works on the tree it is given."""

    def swap(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Anonymous) and (str(node.this), dialect) in LOWERED:
            # What is swapped is not looked into again, so what stands inside goes first.
            return LOWERED[str(node.this), dialect]([lower(part, dialect) for part in node.expressions])
        return node

    return query.transform(swap, copy=False)
