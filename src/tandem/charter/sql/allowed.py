"""What may stand in SQL of a charter: every kind of node with the parts of it that may be filled.

A list of what is allowed, not of what is forbidden: a construct that nobody thought of is refused by its name.
Left out is what the two engines answer differently, what depends on chance or the clock, and whatever reaches
beyond the tables that are offered.
"""

from collections.abc import Mapping

from sqlglot import exp

QUERY = frozenset({"with_", "this", "expression", "distinct", "order"})
TWO = frozenset({"this", "expression"})
ONE = frozenset({"this"})
PARTS: Mapping[type[exp.Expr], frozenset[str]] = {
    exp.Select: frozenset(
        {"with_", "expressions", "distinct", "from_", "joins", "where", "group", "having", "order"}
    ),
    exp.Union: QUERY,
    exp.Intersect: QUERY,
    exp.Except: QUERY,
    exp.Subquery: frozenset({"this", "alias"}),
    exp.With: frozenset({"expressions"}),
    exp.CTE: frozenset({"this", "alias"}),
    exp.From: ONE,
    exp.Join: frozenset({"this", "on", "side", "kind", "using"}),
    exp.Where: ONE,
    exp.Group: frozenset({"expressions"}),
    exp.Having: ONE,
    exp.Order: frozenset({"expressions"}),
    exp.Ordered: frozenset({"this", "desc", "nulls_first"}),
    exp.Distinct: frozenset({"expressions"}),
    exp.Table: frozenset({"this", "alias"}),
    exp.TableAlias: frozenset({"this", "columns"}),
    exp.Column: frozenset({"this", "table"}),
    exp.Identifier: frozenset({"this", "quoted"}),
    exp.Alias: frozenset({"this", "alias"}),
    exp.Literal: frozenset({"this", "is_string"}),
    exp.Boolean: ONE,
    exp.Null: frozenset(),
    exp.Paren: ONE,
    exp.Interval: frozenset({"this", "unit"}),
    exp.Var: ONE,
    exp.DataType: frozenset({"this", "expressions", "nested"}),
    exp.DataTypeParam: ONE,
    exp.Cast: frozenset({"this", "to"}),
    exp.And: TWO,
    exp.Or: TWO,
    exp.Not: ONE,
    exp.EQ: TWO,
    exp.NEQ: TWO,
    exp.GT: TWO,
    exp.GTE: TWO,
    exp.LT: TWO,
    exp.LTE: TWO,
    exp.NullSafeEQ: TWO,
    exp.NullSafeNEQ: TWO,
    exp.Is: TWO,
    exp.Between: frozenset({"this", "low", "high"}),
    exp.In: frozenset({"this", "expressions", "query"}),
    exp.Like: TWO,
    exp.Exists: ONE,
    exp.Case: frozenset({"this", "ifs", "default"}),
    exp.Add: TWO,
    exp.Sub: TWO,
    exp.Mul: TWO,
    exp.Div: frozenset({"this", "expression", "typed", "safe"}),
    exp.Mod: TWO,
    exp.Neg: ONE,
    exp.DPipe: frozenset({"this", "expression", "safe"}),
    exp.Filter: TWO,
    exp.Window: frozenset({"this", "partition_by", "order", "over"}),
}

FUNCTIONS: Mapping[type[exp.Expr], tuple[str, frozenset[str]]] = {
    exp.Count: ("count", frozenset({"this", "expressions", "big_int"})),
    exp.Sum: ("sum", ONE),
    exp.Avg: ("avg", ONE),
    exp.Min: ("min", ONE),
    exp.Max: ("max", ONE),
    exp.CountIf: ("count_if", ONE),
    exp.LogicalAnd: ("bool_and", ONE),
    exp.LogicalOr: ("bool_or", ONE),
    exp.RowNumber: ("row_number", frozenset()),
    exp.Rank: ("rank", frozenset()),
    exp.DenseRank: ("dense_rank", frozenset()),
    exp.Lag: ("lag", frozenset({"this", "offset"})),
    exp.Lead: ("lead", frozenset({"this", "offset"})),
    exp.FirstValue: ("first_value", ONE),
    exp.Coalesce: ("coalesce", frozenset({"this", "expressions"})),
    exp.Nullif: ("nullif", TWO),
    exp.If: ("if", frozenset({"this", "true", "false"})),
    exp.Greatest: ("greatest", frozenset({"this", "expressions", "ignore_nulls"})),
    exp.Least: ("least", frozenset({"this", "expressions", "ignore_nulls"})),
    exp.Abs: ("abs", ONE),
    exp.Floor: ("floor", ONE),
    exp.Ceil: ("ceil", ONE),
    exp.Lower: ("lower", ONE),
    exp.Upper: ("upper", ONE),
    exp.Trim: ("trim", ONE),
    exp.Length: ("length", ONE),
    exp.Left: ("left", TWO),
    exp.Right: ("right", TWO),
    exp.Substring: ("substring", frozenset({"this", "start", "length"})),
    exp.Replace: ("replace", frozenset({"this", "expression", "replacement"})),
    exp.Contains: ("contains", TWO),
    exp.StartsWith: ("starts_with", TWO),
    exp.EndsWith: ("ends_with", TWO),
    exp.Extract: ("extract", TWO),
    exp.Year: ("year", ONE),
    exp.Month: ("month", ONE),
    exp.Day: ("day", ONE),
    exp.TimestampTrunc: ("date_trunc", frozenset({"this", "unit"})),
    exp.DateTrunc: ("date_trunc", frozenset({"this", "unit"})),
    exp.DateDiff: ("date_diff", frozenset({"this", "expression", "unit", "date_part_boundary", "big_int"})),
}
NAMES = tuple(sorted({name for name, _ in FUNCTIONS.values()}))
TABLE_FUNCTIONS = "tables of events, records and the profile"

CHANCE: Mapping[type[exp.Expr], str] = {
    exp.CurrentTimestamp: "the clock",
    exp.CurrentDate: "the clock",
    exp.CurrentTime: "the clock",
    exp.Rand: "chance",
    exp.Uuid: "chance",
}
CHANCE_NAMES: Mapping[str, str] = {
    "now": "the clock",
    "current_localtimestamp": "the clock",
    "get_current_timestamp": "the clock",
    "transaction_timestamp": "the clock",
    "current_localtime": "the clock",
    "setseed": "chance",
    "gen_random_uuid": "chance",
    "age": "the clock",
}
RANKING = (exp.RowNumber, exp.Lag, exp.Lead, exp.FirstValue)
"""Windows that depend on which of two equal rows comes first, so their order must end in a key."""
KEYS = ("person_id", "event_id", "record_id")
UNITS = ("second", "minute", "hour", "day", "week", "month", "year")
PIECES = ("year", "quarter", "month", "day", "hour")
TRUNCATIONS = ("day", "week", "month", "quarter", "year")
JOINS = ("", "INNER", "CROSS", "LEFT", "RIGHT", "FULL", "OUTER")
TYPES = (
    *("BIGINT", "INT", "DOUBLE", "DECIMAL", "TEXT", "VARCHAR", "BOOLEAN"),
    *("DATE", "TIMESTAMP", "TIMESTAMPNTZ"),
)
