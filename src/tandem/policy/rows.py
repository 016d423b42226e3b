"""Row rules: of whom a role may see and use anything at all, as conditions on a person.

The rule's own fields are read inside the guard and shown to nobody. Not knowing a value is not fulfilling a rule.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlglot import exp

from tandem.charter.definitions import Ago, RowRule
from tandem.engine import Catalogue
from tandem.engine import functions as f
from tandem.engine.meaning import stamp
from tandem.kernel.values import FieldRef, Type
from tandem.policy.clauses import Clause
from tandem.policy.comparing import compare

PROFILE = "profile"
NEWEST_FIRST = ("event_at", "received_at", "batch_id", "content")


@dataclass(frozen=True)
class Row:
    """One row rule, ready to be judged: the column it reads, its type, the rule and the clause."""

    ref: FieldRef
    type: Type
    rule: RowRule
    clause: Clause

    @property
    def timed(self) -> bool:
        """Does it look back from now?"""
        return any(isinstance(value, Ago) for value in self.rule.values)


def column_of(rule: RowRule) -> FieldRef:
    """The column of the lake that a rule reads."""
    if rule.trait:
        return FieldRef(PROFILE, rule.trait)
    source, _, field = rule.subject.partition(".")
    return FieldRef(f"record_{source}", field)


def row(clause: Clause, rule: RowRule, catalogue: Catalogue) -> Row | None:
    """The rule, ready to be judged; None if no table has its field."""
    ref = column_of(rule)
    if ref.table not in catalogue or ref.column not in catalogue[ref.table].names:
        return None
    return Row(ref, catalogue[ref.table].column(ref.column).type, rule, clause)


def inside(person: exp.Expr, rows: tuple[Row, ...], by: str, now: datetime | None) -> list[exp.Expr]:
    """What must be true of a person for each rule; `by` stamps the tables that are read for it.

    A rule that looks back from now was refused where no time was given; to any other the time means nothing.
    """
    moment = now or datetime(1, 1, 1)
    return [exp.In(this=person.copy(), query=_people(row, by, moment).subquery()) for row in rows]


def _people(row: Row, by: str, now: datetime) -> exp.Select:
    """Everybody of whom the rule is true, column `person_id`."""
    if row.ref.table == PROFILE:
        person, value = exp.column("person_id", "g"), exp.column(row.ref.column, "g")
        rows = exp.alias_(stamp(PROFILE, by), "g", table=True)
        return exp.select(person).from_(rows).where(compare(value, row.type, row.rule, now))
    return _all_records(row, by, now)


def _all_records(row: Row, by: str, now: datetime) -> exp.Select:
    """People with a record, all of whose records as they are now fulfil the rule."""
    order = [exp.Ordered(this=exp.column(name, "v"), desc=True) for name in NEWEST_FIRST]
    number = exp.Window(
        this=exp.RowNumber(),
        partition_by=[exp.column("record_id", "v")],
        order=exp.Order(expressions=order),
    )
    columns = [exp.column(name, "v").as_(name) for name in ("subject_key", row.ref.column)]
    versions = exp.select(*columns, number.as_("newest"))
    versions = versions.from_(exp.alias_(stamp(row.ref.table, by), "v", table=True))
    value = exp.column(row.ref.column, "r")
    holds = exp.Case().when(compare(value, row.type, row.rule, now), f.value(1)).else_(f.value(0))
    person = exp.column("person_id", "k")
    same = exp.column("identifier_key", "k").eq(exp.column("subject_key", "r"))
    query = exp.select(person.as_("person_id")).from_(versions.subquery("r"))
    query = query.join(exp.alias_(stamp("person_map", by), "k", table=True), on=same)
    query = query.where(exp.column("newest", "r").eq(1)).group_by(person.copy())
    return query.having(exp.Min(this=holds).eq(1))
