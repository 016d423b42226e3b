"""Tables that obey a permit. There is no other way to a base table for the rooms that use data.

Row rules stand beside consent in the person predicate; masked columns leave the guard masked, under their own name.
The person predicate stands where it is cheapest: for tables that name an identifier, inside the person map
(one row per identifier), so that an event is joined once and never tested by itself.
"""

from sqlglot import exp

from tandem.engine import Catalogue, Table
from tandem.engine import functions as f
from tandem.engine.meaning import stamp
from tandem.kernel import Problems
from tandem.kernel.values import Basis
from tandem.policy import problems
from tandem.policy.masks import lowered
from tandem.policy.outcomes import HARMLESS, Permit
from tandem.policy.rows import NEWEST_FIRST
from tandem.policy.rows import inside as rows_inside

PERSON = "person_id"
OBJECTIONS = ("denied", "contradictory", "unreadable")
"""States that are a no where a purpose needs no yes: somebody said something of it, and it was no clear yes."""


def guarded(table: str, permit: Permit, catalogue: Catalogue) -> exp.Subquery:
    """The permitted rows and columns of a base table, under the table's own name.

    One row per row of the table whose person the permit reaches (per latest version for record tables; every
    row if the table is not about people). Columns: `person_id`, the table's key, `event_at`, and the columns
    that stand in the permit's footprint. Any other column does not exist there: naming it is ENG-001.
    Raises Problems (POL-301) for a table of which the footprint names nothing.
    """
    if table not in catalogue or not permit.columns(table):
        sentence = f"the permit for `{permit.purpose}` does not name the table `{table}`"
        tables = {ref.table for ref in permit.footprint}
        raise Problems(problems.NOT_IN_PERMIT(sentence, found=table, alternatives=sorted(tables)))
    described = catalogue[table]
    columns = [told(described, name, "t", permit).as_(name) for name in _visible(described, permit)]
    rows = _latest(described, permit) if described.latest_by else named(table, "t", permit)
    if described.person is None:
        return exp.select(*columns).from_(rows).subquery(table)
    if described.person == PERSON:
        person = exp.column(PERSON, "t")
        query = exp.select(person.as_(PERSON), *columns).from_(rows)
        return query.where(*_predicates(person, permit)).subquery(table)
    on = exp.column("identifier_key", "m").eq(exp.column(described.person, "t"))
    query = exp.select(exp.column(PERSON, "m").as_(PERSON), *columns).from_(rows)
    return query.join(_permitted_map(permit), on=on).subquery(table)


def people(permit: Permit, catalogue: Catalogue, *, contact: bool | None = None) -> exp.Select:
    """All people whom the permit reaches: one row per person, column `person_id`.

    `contact` says whether suppressed people are left out; by default they are at a channel (email, file).
    """
    person = exp.column(PERSON, "p")
    if permit.basis is Basis.CONSENT:
        granted = _granted("p", permit)
        return granted.where(*_not_suppressed(person, permit, contact), *inside(person, permit))
    query = exp.select(person.as_(PERSON)).distinct().from_(named("person_map", "p", permit))
    return query.where(*_predicates(person, permit, contact))


def limited(table: str, alias: str, permit: Permit, catalogue: Catalogue) -> exp.Expr:
    """A base table under an alias for explanations: every row of people inside the row rules, all columns.

    Consent does not limit it, for an explanation has to tell who said no. Without row rules it is the bare table.
    Masked columns stand in the clear here; `told` shows them.
    """
    described = catalogue[table]
    bare = named(table, alias, permit)
    if not permit.rows:
        return bare
    if described.person is None:
        # Policy refused everything of such a table that is not harmless.
        return bare
    rows = exp.select("*").from_(named(table, "t", permit))
    if described.person == PERSON:
        return rows.where(*inside(exp.column(PERSON, "t"), permit)).subquery(alias)
    key = exp.column("identifier_key", "i")
    people_ = exp.select(key.as_("identifier_key")).from_(named("person_map", "i", permit))
    known = people_.where(*inside(exp.column(PERSON, "i"), permit))
    return rows.where(exp.In(this=exp.column(described.person, "t"), query=known.subquery())).subquery(alias)


def told(table: Table, name: str, alias: str, permit: Permit) -> exp.Expr:
    """A column of a base table under an alias as the permit shows it: masked, if it has a mask."""
    column, masked = exp.column(name, alias), permit.masked(table.name, name)
    return column if masked is None else lowered(column, table.column(name).type, masked, permit.key)


def within_rows(members: exp.Query, permit: Permit) -> exp.Query:
    """Those of some people (column `person_id`) whom the row rules let the role see."""
    if not permit.rows:
        return members
    person = exp.column(PERSON, "w")
    return exp.select(person).from_(members.subquery("w")).where(*inside(person.copy(), permit))


def inside(person: exp.Column, permit: Permit) -> list[exp.Expr]:
    """What the row rules ask of a person."""
    if not permit.rows:
        return []
    return rows_inside(person, permit.rows, permit.fingerprint, permit.now)


def kept(table: str, room: str, catalogue: Catalogue) -> exp.Table:
    """A base table for the room that keeps it, all rows: to find what it has to change. Never for results."""
    if table not in catalogue or catalogue[table].writer != room:
        raise Problems(problems.NOT_THE_KEEPER(f"`{room}` does not keep the table `{table}`", found=table))
    return stamp(table, f"kept by {room}")


def _visible(table: Table, permit: Permit) -> list[str]:
    """Names in catalogue order: the harmless keys, and what the footprint names."""
    wanted = permit.columns(table.name)
    keys = {*table.key, table.latest_by, "event_at"}
    return [
        column.name
        for column in table.columns
        if column.name != PERSON
        and (column.name in wanted or (column.name in keys and column.label in HARMLESS))
    ]


def named(table: str, alias: str, permit: Permit) -> exp.Expr:
    """A base table stamped with the permit, bare: for this room only."""
    return exp.alias_(stamp(table, permit.fingerprint), alias, table=True)


def _latest(table: Table, permit: Permit) -> exp.Subquery:
    """The latest version of each record, whoever it was about before."""
    order = [exp.Ordered(this=exp.column(name, "v"), desc=True) for name in NEWEST_FIRST]
    number = exp.Window(
        this=exp.RowNumber(),
        partition_by=[exp.column(str(table.latest_by), "v")],
        order=exp.Order(expressions=order),
    )
    needed = dict.fromkeys([*_visible(table, permit), *([table.person] if table.person else [])])
    columns = [exp.column(name, "v").as_(name) for name in needed]
    versions = exp.select(*columns, number.as_("newest")).from_(named(table.name, "v", permit))
    return exp.select("*").from_(versions.subquery("n")).where(exp.column("newest", "n").eq(1)).subquery("t")


def _permitted_map(permit: Permit) -> exp.Subquery:
    person = exp.column(PERSON, "i")
    key = exp.column("identifier_key", "i")
    query = exp.select(key.as_("identifier_key"), person.as_(PERSON)).from_(named("person_map", "i", permit))
    return query.where(*_predicates(person, permit)).subquery("m")


def _predicates(person: exp.Column, permit: Permit, contact: bool | None = None) -> list[exp.Expr]:
    """What must be true of a person: consent or no objection, and for contacts no suppression."""
    if permit.basis is Basis.CONSENT:
        allowed: exp.Expr = exp.In(this=person.copy(), query=_granted("c", permit).subquery())
    else:
        allowed = _none_of(_objected(permit), person)
    return [allowed, *_not_suppressed(person, permit, contact), *inside(person, permit)]


def _granted(alias: str, permit: Permit) -> exp.Select:
    query = exp.select(exp.column(PERSON, alias).as_(PERSON)).from_(named("person_consents", alias, permit))
    purpose = exp.column("purpose", alias).eq(f.value(permit.purpose))
    return query.where(purpose, exp.column("state", alias).eq(f.value("granted")))


def _objected(permit: Permit) -> exp.Select:
    """People who said no, yes and no in one breath, or something that nobody can read."""
    query = exp.select(exp.column(PERSON, "c").as_(PERSON)).from_(named("person_consents", "c", permit))
    no = exp.column("state", "c").isin(*(f.value(word) for word in OBJECTIONS))
    return query.where(exp.column("purpose", "c").eq(f.value(permit.purpose)), no)


def _not_suppressed(person: exp.Column, permit: Permit, contact: bool | None) -> list[exp.Expr]:
    if not (permit.contacts if contact is None else contact):
        return []
    on = exp.column("identifier_key", "s").eq(exp.column("identifier_key", "k"))
    query = exp.select(exp.column(PERSON, "k").as_(PERSON)).from_(named("suppressions", "s", permit))
    return [_none_of(query.join(named("person_map", "k", permit), on=on), person)]


def _none_of(query: exp.Select, person: exp.Column) -> exp.Expr:
    # NOT EXISTS, because NOT IN is null-aware: Spark then compares every pair.
    one = exp.column(PERSON, "x").eq(person.copy())
    return exp.Exists(this=exp.select("1").from_(query.subquery("x")).where(one)).not_()
