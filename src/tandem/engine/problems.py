"""Problems of the engine and the lake."""

from tandem.kernel.problems import Kind, code

UNKNOWN_COLUMN = code(
    "ENG-001",
    "a query names a column or table that the catalogue does not have",
    who="IT",
    fix="Name a column of the catalogue, or declare it in the contract and run `tandem apply`.",
)
UNGUARDED = code(
    "ENG-010",
    "a query reaches a base table without a permit",
    who="Tandem",
    kind=Kind.BUG,
    fix="Read the table through policy.guarded(table, permit).",
)
SHADOWED = code(
    "ENG-011",
    "a query gives one of its own parts the name of a base table",
    who="Tandem",
    kind=Kind.BUG,
    fix="Give the part of the query another name.",
)
NO_SPACE = code(
    "ENG-020",
    "the disk is full",
    who="operator",
    kind=Kind.OPERATOR,
    fix="Free space or move the lake, then run the same command again: what was committed stays, the rest is redone.",
)
NOT_READABLE = code(
    "ENG-021",
    "the lake cannot be read or written",
    who="operator",
    kind=Kind.OPERATOR,
    fix="Check that the lake's folder or URL exists and that this account may read and write it.",
)
NEWER_LAKE = code(
    "ENG-022",
    "the lake was written by a newer Tandem",
    who="operator",
    kind=Kind.OPERATOR,
    fix="Upgrade this installation to at least the version that wrote the lake.",
)
FOREIGN_FEATURE = code(
    "ENG-023",
    "a table of the lake uses a Delta feature that Tandem does not read",
    who="IT",
    kind=Kind.OPERATOR,
    fix="Rewrite the table without that feature, or restore the version before it was switched on.",
)
CONFLICT = code(
    "ENG-024",
    "another process wrote the same table again and again",
    who="operator",
    kind=Kind.RETRY,
    fix="Run the same command again when the other process has ended.",
)
NO_SPARK = code(
    "ENG-030",
    "Spark was asked for and cannot be started",
    who="operator",
    kind=Kind.OPERATOR,
    fix="Install the extra `spark` (pip install 'tandem-cx[spark]') and a JDK 17, or set engine = \"duckdb\".",
)
QUERY_FAILED = code(
    "ENG-040",
    "the engine could not compute a query",
    who="operator",
    kind=Kind.OPERATOR,
    fix="Look at what the engine said; if it ran out of memory raise [limits] memory in tandem.toml.",
)
TYPE_CHANGED = code(
    "ENG-041",
    "a contract gives a column another type than the lake has",
    who="IT",
    fix="Give the field a new name, or keep its type: stored events are never rewritten.",
)
