"""How many kept answers count in each quota of a pulse: counted once, then kept up as answers come.

Whoever changes which answers are kept holds the row of the pulse meanwhile, so of two at once one waits for the other.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from tandem.ledger.pulse_tables import pulse_answers as a
from tandem.ledger.pulse_tables import pulse_quotas as q
from tandem.ledger.pulse_tables import pulses as p

Where = Callable[[Mapping[str, Any]], Iterable[int]]
"""Answers as they are stored → the numbers of the quotas in which they count."""


def held(db: Connection, pulse: str) -> list[int]:
    """The counts in the order of the quotas; empty until they were counted."""
    return list(db.execute(select(q.c.kept).where(q.c.pulse == pulse).order_by(q.c.number)).scalars())


def counted(db: Connection, pulse: str, quotas: int, where: Where, state: str) -> list[int]:
    """Count the answers in a state anew and keep the counts, unless somebody else has meanwhile."""
    db.execute(select(p.c.name).where(p.c.name == pulse).with_for_update())
    if known := held(db, pulse):
        return known
    counts = [0] * quotas
    kept = select(a.c.answers).where(a.c.pulse == pulse, a.c.state == state)
    for said in db.execute(kept).scalars():
        for number in where(said):
            counts[number] += 1
    rows = [{"pulse": pulse, "number": number, "kept": kept} for number, kept in enumerate(counts)]
    db.execute(insert(q), rows)
    return counts


def room_for(db: Connection, pulse: str, quotas: Mapping[int, int]) -> bool:
    """Whether each of these quotas (number → at most) was counted and wants one more."""
    mine = select(q.c.number, q.c.kept).where(q.c.pulse == pulse, q.c.number.in_(quotas))
    known = {row.number: row.kept for row in db.execute(mine)} if quotas else {}
    return all(number in known and known[number] < most for number, most in quotas.items())


def one_more(db: Connection, pulse: str, quotas: Iterable[int]) -> None:
    """An answer that counts in these quotas was kept."""
    if mine := list(quotas):
        these = (q.c.pulse == pulse) & q.c.number.in_(mine)
        db.execute(update(q).where(these).values(kept=q.c.kept + 1))


def to_be_counted(db: Connection, pulses: Iterable[str]) -> None:
    """Many answers of these pulses are about to change: their quotas are counted anew when they are asked for."""
    names = list(pulses)
    db.execute(select(p.c.name).where(p.c.name.in_(names)).order_by(p.c.name).with_for_update())
    db.execute(delete(q).where(q.c.pulse.in_(names)))
