"""One statement read: parsed, allowed, its names found, and every column that it reads wherever it names it."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.normalize_identifiers import normalize_identifiers
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope, traverse_scope

from tandem.charter.problems import SQL_COLUMN, SQL_OUTPUT, SQL_PART, SQL_STATEMENT, SQL_SYNTAX
from tandem.charter.sql.checking import Trouble, check, offset_of, said
from tandem.charter.sql.offered import PERSON, PROFILE, SQL_TYPE, Tables
from tandem.charter.sql.portable import misfits, portable
from tandem.charter.sql.tied import untied
from tandem.kernel import Place, Problem
from tandem.kernel.values import FieldRef

DIALECT = "duckdb"
NOW = "tandem_now"
LONGEST = 20_000
# The parser logs what it falls back on; what it could not read is refused below, with its place.
logging.getLogger("sqlglot").setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class Statement:
    """SQL that may run. `tree` is shared: copy it before changing it; `now` stands in it as a placeholder.

    `reads` has every column of a table that is named anywhere: shown, compared, joined, sorted by, in a window
    or in a part that nothing uses. What it does not name the guard does not give out.
    """

    tree: exp.Query
    reads: frozenset[FieldRef]
    tables: tuple[str, ...]


def problems_of(troubles: tuple[Trouble, ...], text: str, at: Callable[[int, int], Place]) -> list[Problem]:
    """The troubles with their places; `at` gives the place of a line and column of the SQL, both from 1."""
    found = []
    for one in troubles:
        before = text[: one.offset]
        place = at(before.count("\n") + 1, one.offset - before.rfind("\n"))
        found.append(
            one.code(
                one.sentence,
                place=place,
                found=one.found,
                expected=one.expected,
                alternatives=one.alternatives,
            )
        )
    return found


@lru_cache(maxsize=512)
def read(text: str, tables: Tables, output: tuple[str, ...]) -> Statement | tuple[Trouble, ...]:
    """The statement, or everything that is wrong with it as far as it could be read.

    `output` are the columns that it has to give, `person_id` first; `value:TYPE` asks for a type too.
    """
    parsed = _parsed(text)
    if isinstance(parsed, Trouble):
        return (parsed,)
    parsed = normalize_identifiers(parsed, dialect=DIALECT)
    found = tuple(check(parsed, tables))
    if found:
        return found
    tree = _with_now(parsed)
    try:
        schema: dict[str, object] = {name: dict(columns) for name, columns in tables}
        qualified = qualify(tree.copy(), schema=schema, dialect=DIALECT, quote_identifiers=False)
        typed = annotate_types(qualified, schema=schema, dialect=DIALECT)
    except SqlglotError as error:
        return (_unknown(error, tree, tables),)
    assert isinstance(typed, exp.Query)
    found = (*_whole_rows(typed), *_output(typed, tree, output), *misfits(typed, offset_of))
    found = found or tuple(untied(typed, tables))
    if found:
        return found
    reads, named = _read(typed, dict(tables))
    return Statement(portable(typed), reads, named)


def _parsed(text: str) -> exp.Query | Trouble:
    if len(text) > LONGEST:
        return Trouble(SQL_SYNTAX, "the SQL is too long", expected=f"at most {LONGEST:,} characters")
    try:
        statements = [one for one in sqlglot.parse(text, read=DIALECT) if one is not None]
    except ParseError as error:
        first = error.errors[0] if error.errors else {}
        told = str(first.get("description") or "it cannot be read").partition(" but got")[0].rstrip(".")
        around = f"{str(first.get('start_context'))[-20:]}{first.get('highlight')}" if first else None
        return Trouble(SQL_SYNTAX, f"this is no SQL: {told}", _where(text, first), around)
    except (SqlglotError, RecursionError) as error:
        return Trouble(SQL_SYNTAX, "this is no SQL that can be read", found=str(error).split("\n")[0][:60])
    if len(statements) != 1:
        second = offset_of(statements[1]) if len(statements) > 1 else 0
        many = f"{len(statements)} statements"
        return Trouble(SQL_STATEMENT, "one SELECT is needed", second, many, "one SELECT")
    one = statements[0]
    if not isinstance(one, exp.Select | exp.Union | exp.Intersect | exp.Except):
        word = text.split(None, 1)[0].upper()[:40] if text.split() else "nothing"
        sentence = f"{word} is no SELECT, and SQL of a charter may only read"
        return Trouble(SQL_STATEMENT, sentence, found=word, expected="SELECT person_id FROM …")
    if one.args.get("into") is not None:
        return Trouble(SQL_STATEMENT, "SELECT INTO writes a table", found="INTO", expected="a plain SELECT")
    return one


def _where(text: str, first: dict[str, object]) -> int:
    """The offset of a parser's complaint, which it gives as a line and the column of its end."""
    line, column = int(str(first.get("line") or 1)), int(str(first.get("col") or 1))
    starts = [0]
    for one in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(one))
    length = len(str(first.get("highlight") or ""))
    return min(max(0, starts[min(line, len(starts)) - 1] + column - length), max(0, len(text) - 1))


def _with_now(tree: exp.Query) -> exp.Query:
    """`now`, the moment of the run, as a placeholder of the type of a time."""

    def swap(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and not node.table and node.name.lower() == "now":
            return exp.cast(exp.Placeholder(this=NOW), "timestampntz")
        return node

    changed = tree.transform(swap)
    assert isinstance(changed, exp.Query)
    return changed


def _unknown(error: SqlglotError, tree: exp.Query, tables: Tables) -> Trouble:
    """The column that could not be found, at its place, with the columns that there are."""
    told = str(error).splitlines()[0]
    for column in sorted(tree.find_all(exp.Column), key=lambda one: bool(one.table)):
        quoted = (
            f"Unknown column: {column.name}",
            f"'{column.name}'",
            f"'{column.sql()}'",
            f'"{column.name}"',
        )
        if any(told.startswith(one) or one in told for one in quoted):
            named = {one.name for one in tree.find_all(exp.Table)}
            options = {name for table, columns in tables if table in named for name, _ in columns}
            sentence = f"no table of the statement has a column `{said(column)}`"
            if column.name in options:
                sentence = f"`{said(column)}` is in several tables, or in none that it can be taken from here"
            found = column.name
            return Trouble(SQL_COLUMN, sentence, offset_of(column.this), found, alternatives=tuple(options))
    return Trouble(SQL_PART, f"the names do not fit together: {told}"[:200])


def _whole_rows(typed: exp.Query) -> Iterator[Trouble]:
    """A name of a table in the place of a column is its whole row; only a result that is sorted by has no table."""
    for column in typed.find_all(exp.Column, exp.TableColumn):
        around = column.find_ancestor(exp.Window, exp.Order, exp.Query)
        query = around.parent if isinstance(around, exp.Order) else None
        result = isinstance(query, exp.Query) and column.name in query.named_selects
        if isinstance(column, exp.Column) and (column.table or result):
            continue
        sentence = f"`{column.name}` is no column here, but a table or a part"
        yield Trouble(SQL_COLUMN, sentence, offset_of(column), column.name)


def _output(typed: exp.Query, tree: exp.Query, output: tuple[str, ...]) -> Iterator[Trouble]:
    """The columns are those asked for, and `person_id` is one of a table, not made up."""
    names = [one.partition(":")[0] for one in output]
    given = [name.lower() for name in tree.named_selects]
    expected = f"SELECT {', '.join(names)} FROM …"
    start = offset_of(tree.selects[0]) if tree.selects else 0
    if given != names:
        sentence = f"the statement gives {', '.join(given) or 'nothing'}, and has to give {', '.join(names)}"
        yield Trouble(SQL_OUTPUT, sentence, start, ", ".join(given), expected)
        return
    root = build_scope(typed)
    if root is None or not _is_person(root, 0):
        sentence = "`person_id` has to be that of a table, not one that is worked out"
        yield Trouble(SQL_OUTPUT, sentence, start, said(tree.selects[0]), expected)
    wanted = output[-1].partition(":")[2]
    if wanted:
        yield from _fits(typed, wanted, start)


def _is_person(scope: Scope, number: int) -> bool:
    if scope.set_operation_scopes:
        return all(_is_person(one, number) for one in scope.set_operation_scopes)
    assert isinstance(scope.expression, exp.Query)
    selects = scope.expression.selects
    return number < len(selects) and _person_column(scope, selects[number].unalias())


def _person_column(scope: Scope, value: exp.Expr) -> bool:
    if isinstance(value, exp.Paren):
        return _person_column(scope, value.this)
    if isinstance(value, exp.Coalesce):
        return all(_person_column(scope, one) for one in (value.this, *value.expressions))
    if not isinstance(value, exp.Column):
        return False
    source = scope.sources.get(value.table)
    if isinstance(source, Scope):
        assert isinstance(source.expression, exp.Query)
        names = source.expression.named_selects
        return value.name in names and _is_person(source, names.index(value.name))
    return source is not None and value.name == PERSON[0]


GROUPS = (
    exp.DataType.NUMERIC_TYPES,
    exp.DataType.TEXT_TYPES,
    {exp.DataType.Type.BOOLEAN},
    exp.DataType.TEMPORAL_TYPES,
)


def _fits(typed: exp.Query, wanted: str, start: int) -> Iterator[Trouble]:
    """The value is of the kind that the trait declares: a cast in the dark would fail in the middle of a run."""
    type_ = typed.selects[-1].type
    asked = exp.DataType.build(
        next(sql for field, sql in SQL_TYPE.items() if field == wanted), dialect=DIALECT
    )
    kinds = [next((n for n, g in enumerate(GROUPS) if one and one.this in g), None) for one in (type_, asked)]
    whole = wanted == "integer" and type_ is not None and type_.this not in exp.DataType.INTEGER_TYPES
    if None not in kinds and (kinds[0] != kinds[1] or whole):
        told = type_.sql(DIALECT).lower() if type_ is not None else None
        yield Trouble(SQL_OUTPUT, f"the value is {told}, and the trait is {wanted}", start, told, wanted)


def _read(
    typed: exp.Query, known: dict[str, tuple[tuple[str, str], ...]]
) -> tuple[frozenset[FieldRef], tuple[str, ...]]:
    """Every column of a base table that the tree names, and the tables, each with what its guard always reads."""
    reads: set[FieldRef] = set()
    named: dict[str, None] = {}
    for scope in traverse_scope(typed):
        for column in scope.columns:
            source = scope.sources.get(column.table)
            if isinstance(source, exp.Table) and source.name in known and column.name != PERSON[0]:
                reads.add(FieldRef(source.name, column.name))
    for table in typed.find_all(exp.Table):
        if table.name in known:
            named[table.name] = None
            always = "event_at" if table.name.startswith("event_") else "record_id"
            reads.add(FieldRef(table.name, PERSON[0] if table.name == PROFILE else always))
    return frozenset(reads), tuple(named)
