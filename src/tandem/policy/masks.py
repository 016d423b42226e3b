"""Masks: which one holds for a column, and what of a value it leaves. A masked value is always text.

What a mask cannot say of a type (a band without a width, the first letter of a number) is the word `masked`: that
a value is known is all that is told. An unknown value stays unknown.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlglot import exp

from tandem.charter.catalog import catalog_view, sql_tables
from tandem.charter.definitions import Charter, How, Mask, Trait
from tandem.charter.sql import Statement, read
from tandem.engine import Column
from tandem.engine import functions as f
from tandem.engine.meaning import secret
from tandem.kernel.values import FieldRef, Label, Type
from tandem.policy.clauses import Clause

ORDER = tuple(How)
NUMBERS = (Type.INTEGER, Type.NUMBER, Type.MONEY)
TIMES = (Type.TIMESTAMP, Type.DATE)
MASKED = "masked"
PERSON, PROFILE = "person_id", "profile"
SHORT, LONG = 4, 8


@dataclass(frozen=True)
class Masked:
    """A column that is shown only in part: how, and by which clause."""

    ref: FieldRef
    how: How
    band: Decimal | None
    clause: Clause

    @property
    def identity(self) -> str:
        """All of it that means something, for fingerprints."""
        return f"{self.ref} {self.how} {self.band} {self.clause.identity}"


def strongest(
    ref: FieldRef, column: Column, masks: Sequence[tuple[Clause, Mask]], charter: Charter
) -> Masked | None:
    """The mask that holds for the column: a digest above a band or year, that above a first letter; of two bands
    the wider one."""
    found = [
        Masked(ref, mask.how, mask.band, clause)
        for clause, mask in masks
        if any(_covers(name, ref, charter) for name in mask.fields) or _labelled(mask, column, charter)
    ]
    return max(found, key=lambda one: (ORDER.index(one.how), one.band or 0), default=None)


def _labelled(mask: Mask, column: Column, charter: Charter) -> bool:
    if mask.label is None:
        return False
    if mask.label not in list(Label):
        return mask.label in column.labels
    own, order = charter.own_labels(), list(Label)
    bases = (own[name].base if name in own else Label(name) for name in column.labels)
    return any(order.index(base) >= order.index(Label(mask.label)) for base in bases)


def _covers(name: str, ref: FieldRef, charter: Charter) -> bool:
    """Whether a field that a mask names is the column, or a trait that is worked out from it."""
    of, _, field = name.rpartition(".")
    if not of:
        return ref == FieldRef(PROFILE, field)
    field_ref = FieldRef(f"event_{of}" if of in charter.events() else f"record_{of}", field)
    traits = [one for one in charter.traits if ref == FieldRef(PROFILE, one.trait)]
    return ref == field_ref or any(
        _of_field(one, of, field) if one.sql is None else _in_sql(one, field_ref, charter) for one in traits
    )


def _of_field(trait: Trait, of: str, field: str) -> bool:
    return trait.of == of and field in (trait.field, *(one.field for one in trait.where))


def _in_sql(trait: Trait, ref: FieldRef, charter: Charter) -> bool:
    """Whether the SQL of a trait reads the column; what cannot be read is taken to read it."""
    tables = sql_tables(charter, replace(catalog_view(charter), traits={}))
    found = read(str(trait.sql), tables, (PERSON, f"value:{trait.type}"))
    return not isinstance(found, Statement) or ref in found.reads


def lowered(column: exp.Expr, type_: Type, masked: Masked, key: bytes) -> exp.Expr:
    """What the mask leaves of a column, as text; NULL where the value is not known."""
    known = column.copy().is_(exp.null()).not_()
    return exp.Case().when(known, _left(column, type_, masked, key)).else_(f.null_of(Type.TEXT))


def _left(column: exp.Expr, type_: Type, masked: Masked, key: bytes) -> exp.Expr:
    match masked.how:
        case How.HASH:
            if not key:
                raise ValueError("a digest needs a key; policy should have told the gap")
            return f.cast(f.digest60(secret(key.hex()), column.copy()), Type.TEXT)
        case How.PARTIAL if type_ is Type.TEXT:
            return _partial(column)
        case How.GENERALISE if type_ in TIMES:
            year = exp.Extract(this=exp.var("YEAR"), expression=column.copy())
            return f.cast(year, Type.TEXT)
        case How.GENERALISE if type_ in NUMBERS and masked.band:
            return _band(column, masked.band)
        case _:
            return f.value(MASKED)


def _partial(column: exp.Expr) -> exp.Expr:
    """'…@inbox.example'; else 'A… (5 to 8)', and of one or two letters nothing."""
    at = exp.StrPosition(this=column.copy(), substr=f.value("@"))
    domain = exp.Substring(this=column.copy(), start=at.copy())
    first = exp.Substring(this=column.copy(), start=f.value(1), length=f.value(1))
    size = exp.Length(this=column.copy())
    long = (
        exp.Case()
        .when(size.copy() <= SHORT, f.value(f"… (up to {SHORT})"))
        .when(size.copy() <= LONG, f.value(f"… ({SHORT + 1} to {LONG})"))
        .else_(f.value(f"… (more than {LONG})"))
    )
    return (
        exp.Case()
        .when(at > 0, exp.Concat(expressions=[f.value("…"), domain]))
        .when(size <= 2, f.value("…"))
        .else_(exp.Concat(expressions=[first, long]))
    )


def _band(column: exp.Expr, band: Decimal) -> exp.Expr:
    """'100 to 200', the lower end included."""
    width = f.value(int(band)) if band == band.to_integral_value() else f.value(band)
    exact = exp.cast(column.copy(), "decimal(38, 9)")
    step = f.cast(exp.Floor(this=exp.Div(this=exact, expression=width.copy())), Type.INTEGER)
    low = exp.Mul(this=step, expression=width.copy())
    high = exp.Add(this=exp.paren(low.copy()), expression=width.copy())
    return exp.Concat(expressions=[f.cast(low, Type.TEXT), f.value(" to "), f.cast(high, Type.TEXT)])
