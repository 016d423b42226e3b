"""Hand-written SQL of a charter, bound and made a query over guarded tables.

The statement stays a tree: each table in it is replaced by the table that the permit gives out, never its text.
"""

from dataclasses import replace
from datetime import datetime
from functools import partial

from sqlglot import exp

from tandem import policy
from tandem.charter.catalog import catalog_view, sql_tables
from tandem.charter.definitions import Charter, Condition, SqlCondition, Trait, TraitCondition
from tandem.charter.sql import NOW, Statement, problems_of, read
from tandem.charter.statements import place_in
from tandem.engine import Catalogue
from tandem.engine import functions as f
from tandem.kernel import Problems
from tandem.kernel.values import Type
from tandem.policy import PERSON, Permit

VALUE, PROFILE = "value", "profile"


def audience_statement(condition: SqlCondition, charter: Charter) -> Statement:
    """The statement of an audience. Raises Problems with everything that is wrong in it."""
    tables = sql_tables(charter, catalog_view(charter))
    found = read(condition.sql, tables, (PERSON,))
    if not isinstance(found, Statement):
        raise Problems(problems_of(found, condition.sql, partial(place_in, condition)))
    return found


def trait_statement(trait: Trait, charter: Charter) -> Statement:
    """The statement of a trait. Raises Problems with everything that is wrong in it."""
    tables = sql_tables(charter, replace(catalog_view(charter), traits={}))
    found = read(str(trait.sql), tables, (PERSON, f"{VALUE}:{trait.type}"))
    if not isinstance(found, Statement):
        raise Problems(problems_of(found, str(trait.sql), partial(place_in, trait)))
    return found


def traits_named(condition: Condition, charter: Charter) -> tuple[str, ...]:
    """The traits that one condition itself looks at."""
    match condition:
        case TraitCondition(trait=name):
            return (name,)
        case SqlCondition():
            reads = audience_statement(condition, charter).reads
            return tuple(sorted(one.column for one in reads if one.table == PROFILE and one.column != PERSON))
        case _:
            return ()


def answered(statement: Statement, permit: Permit, catalogue: Catalogue, now: datetime) -> exp.Query:
    """The statement over the rows and columns that the permit gives out, events before `now`."""
    tree = statement.tree.copy()
    for mark in list(tree.find_all(exp.Placeholder)):
        if mark.name == NOW and isinstance(mark.parent, exp.Cast):
            mark.parent.replace(f.instant(now))
    for table in list(tree.find_all(exp.Table)):
        if table.name in statement.tables:
            table.replace(_given(table.name, table.alias_or_name, permit, catalogue, now))
    return tree


def _given(name: str, alias: str, permit: Permit, catalogue: Catalogue, now: datetime) -> exp.Subquery:
    """The guarded table under the name that the statement gives it; what has not happened yet is not in it."""
    given = policy.guarded(name, permit, catalogue)
    if not name.startswith("event_"):
        return exp.select("*").from_(given).subquery(alias)
    before = exp.column("event_at", name) < f.instant(now)
    return exp.select("*").from_(given).where(before).subquery(alias)


def value_of(
    trait: Trait, statement: Statement, permit: Permit, catalogue: Catalogue, now: datetime
) -> exp.Select:
    """One row per person in the answer: `person_id` and the trait. Two different values are no value: unknown."""
    rows = answered(statement, permit, catalogue, now).subquery("a")
    person, value = exp.column(PERSON, "a"), exp.column(VALUE, "a")
    least, most = exp.Min(this=value.copy()), exp.Max(this=value.copy())
    one = exp.Case().when(least.copy().eq(most), least)
    typed = f.cast(one, Type(str(trait.type)))
    query = exp.select(person.as_(PERSON), typed.as_(trait.trait)).from_(rows)
    return query.where(person.copy().is_(exp.null()).not_()).group_by(person.copy())


def told(statement: Statement) -> str:
    """'event_purchase (amount, event_at) and profile (country)'."""
    parts = []
    for table in statement.tables:
        columns = sorted(ref.column for ref in statement.reads if ref.table == table and ref.column != PERSON)
        parts.append(f"{table} ({', '.join(columns)})" if columns else table)
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
