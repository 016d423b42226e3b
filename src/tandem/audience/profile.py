"""Traits: one aggregated scan per table for all of its traits, then one row per person."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from sqlglot import exp

from tandem import policy
from tandem.audience.leaves.did import where_of
from tandem.audience.operators import aggregate
from tandem.audience.reading import PROFILE
from tandem.audience.scan import Scan, counted
from tandem.audience.statements import trait_statement, value_of
from tandem.charter.definitions import Charter, Trait, TraitOperator
from tandem.engine import Catalogue, Change, Column, Engine
from tandem.kernel.values import FieldRef, Label, Type, graded
from tandem.policy import PERSON, Permit

ROOM = "audience"
EVERYBODY = "everybody"


def trait_columns(charter: Charter, catalogue: Catalogue) -> list[Column]:
    """The columns of `profile`, in the charter's order: type and unit follow from the operator and field.

    The label is the strictest of all the columns that the trait reads, also of those it only filters by; labels of
    the company's own are kept beside it.
    """
    return [
        _column(trait, catalogue) if trait.sql is None else _column_of_sql(trait, charter, catalogue)
        for trait in charter.traits
    ]


def trait_footprint(charter: Charter) -> frozenset[FieldRef]:
    """Every column that any trait reads, for the permit of `compute_traits`."""
    return frozenset().union(*(_footprint(trait, charter) for trait in charter.traits))


def compute_traits(
    engine: Engine, charter: Charter, permit: Permit, now: datetime, *, touched: exp.Query | None = None
) -> Change:
    """Bring `profile` up to `now`: one row per person whom the permit reaches, one column per trait.

    A count is 0 for people without such events; every other trait is unknown (NULL) for them. Only rows that
    differ are written, and people whom the permit does not reach any more are removed. `touched` (a query of
    `person_id`) restricts the work to these people: right only if nobody else's events or windows moved.
    """
    if not charter.traits:
        return Change()
    engine.delete(PROFILE, _gone(engine, permit))
    return engine.upsert(PROFILE, profile_query(charter, permit, engine.catalogue, now, touched))


def profile_query(
    charter: Charter, permit: Permit, catalogue: Catalogue, now: datetime, touched: exp.Query | None = None
) -> exp.Select:
    """One row per person whom the permit reaches (and that is in `touched`): `person_id` and every trait."""
    everybody = policy.people(permit, catalogue).subquery(EVERYBODY)
    person = exp.column(PERSON, EVERYBODY)
    columns: dict[str, exp.Expr] = {}
    query = exp.select(person.as_(PERSON)).from_(everybody)
    for relation, given in _relations(charter, permit, catalogue, now, touched):
        on = exp.column(PERSON, relation.alias).eq(person.copy())
        query = query.join(relation, on=on, join_type="left")
        columns |= given
    for trait in charter.traits:
        query = query.select(_whole(trait, columns[trait.trait]).as_(trait.trait))
    if touched is not None:
        query = query.where(exp.In(this=person.copy(), query=touched.copy().subquery()))
    return query


def _relations(
    charter: Charter, permit: Permit, catalogue: Catalogue, now: datetime, touched: exp.Query | None
) -> list[tuple[exp.Subquery, dict[str, exp.Expr]]]:
    """One row per person each, and which trait is in which of its columns."""
    by_table: dict[str, list[Trait]] = defaultdict(list)
    found: list[tuple[exp.Subquery, dict[str, exp.Expr]]] = []
    for trait in charter.traits:
        if trait.sql is None:
            by_table[_table(trait, charter)].append(trait)
        else:
            alias = f"sql_{trait.trait}"
            query = value_of(trait, trait_statement(trait, charter), permit, catalogue, now)
            found.append((query.subquery(alias), {trait.trait: exp.column(trait.trait, alias)}))
    for table, traits in by_table.items():
        scanned = [trait for trait in traits if trait.operator is not TraitOperator.MOST_FREQUENT]
        scan = Scan(table, f"of_{table}", permit, catalogue, now, timed=table.startswith("event_"))
        if scanned:
            given = {trait.trait: _added(trait, scan, catalogue) for trait in scanned}
            found.append((scan.query(touched).subquery(scan.alias), given))
        for trait in traits:
            if trait.operator is TraitOperator.MOST_FREQUENT:
                alias = f"most_frequent_{trait.trait}"
                own = Scan(table, alias, permit, catalogue, now, timed=scan.timed)
                value: exp.Expr = exp.column(trait.trait, alias)
                found.append(
                    (_most_frequent(trait, own, catalogue, touched).subquery(alias), {trait.trait: value})
                )
    return found


def _added(trait: Trait, scan: Scan, catalogue: Catalogue) -> exp.Expr:
    columns = _columns(scan.table, catalogue)
    type_ = columns[trait.field].type if trait.field else None
    key = "event_id" if scan.timed else "record_id"
    start = scan.now - trait.within if trait.within else None
    where = where_of(trait.where, columns, scan, scan.now)
    return scan.add(trait.trait, aggregate(trait, type_, key, scan), start, where)


def _most_frequent(trait: Trait, scan: Scan, catalogue: Catalogue, touched: exp.Query | None) -> exp.Select:
    """The value that a person has most often; of several, the smallest."""
    value = scan.field(str(trait.field))
    start = scan.now - trait.within if trait.within else None
    known = value.is_(exp.null()).not_()
    where = where_of(trait.where, _columns(scan.table, catalogue), scan, scan.now)
    scan.add("times", counted, start, known if where is None else exp.and_(where, known))
    counts = scan.query(touched).select(value.as_("value")).group_by(value).subquery("c")
    times, picked = exp.column("times", "c"), exp.column("value", "c")
    order = exp.Struct(expressions=[exp.Neg(this=times), picked])
    best = exp.ArgMin(this=picked.copy(), expression=order)
    person = exp.column(PERSON, "c")
    return exp.select(person.as_(PERSON), best.as_(trait.trait)).from_(counts).group_by(person.copy())


def _whole(trait: Trait, column: exp.Expr) -> exp.Expr:
    """A count of nothing is 0; of anything else nothing is not known."""
    if trait.operator is TraitOperator.COUNT:
        return exp.func("COALESCE", column, exp.Literal.number(0))
    return column


def _gone(engine: Engine, permit: Permit) -> exp.Select:
    rows = exp.alias_(policy.kept(PROFILE, ROOM, engine.catalogue), "old", table=True)
    person = exp.column(PERSON, "old")
    now = policy.people(permit, engine.catalogue).subquery("now_there")
    same = exp.column(PERSON, "now_there").eq(person)
    there = exp.Exists(this=exp.select("1").from_(now).where(same))
    return exp.select(person.copy().as_(PERSON)).from_(rows).where(there.not_())


def _column(trait: Trait, catalogue: Catalogue) -> Column:
    table = next(name for name in (f"event_{trait.of}", f"record_{trait.of}") if name in catalogue)
    columns = _columns(table, catalogue)
    field = columns[trait.field] if trait.field else None
    read = [columns[name] for name in _reads(trait, table)]
    label, marks = graded([str(Label.INTERNAL), *(name for column in read for name in column.labels)])
    type_ = Type.INTEGER if field is None else field.type
    unit = field.unit if field is not None else None
    if trait.operator is TraitOperator.AVERAGE:
        type_ = Type.NUMBER
    if trait.operator is TraitOperator.DAYS_SINCE:
        unit = "days"
    return Column(trait.trait, type_, trait.description or trait.title, label, unit, marks)


def _column_of_sql(trait: Trait, charter: Charter, catalogue: Catalogue) -> Column:
    reads = trait_statement(trait, charter).reads
    names = [name for ref in reads for name in catalogue[ref.table].column(ref.column).labels]
    label, marks = graded([str(Label.INTERNAL), *names])
    doc = trait.description or trait.title
    return Column(trait.trait, Type(str(trait.type)), doc, label, None, marks)


def _footprint(trait: Trait, charter: Charter) -> frozenset[FieldRef]:
    if trait.sql is not None:
        return trait_statement(trait, charter).reads
    table = _table(trait, charter)
    return frozenset(FieldRef(table, name) for name in _reads(trait, table))


def _reads(trait: Trait, table: str) -> list[str]:
    time = ["event_at"] if table.startswith("event_") or trait.within else []
    return [*time, *([trait.field] if trait.field else []), *(one.field for one in trait.where)]


def _table(trait: Trait, charter: Charter) -> str:
    return f"event_{trait.of}" if trait.of in charter.events() else f"record_{trait.of}"


def _columns(table: str, catalogue: Catalogue) -> Mapping[str, Column]:
    return {column.name: column for column in catalogue[table].columns}
