"""What one person agreed to at any time, and all that was ever said: to be read, never to let anybody through."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlglot import exp

from tandem.charter.definitions import Purpose
from tandem.engine import Engine
from tandem.engine import functions as f
from tandem.policy.consents import ROOM, states_at


@dataclass(frozen=True)
class Held:
    """What held for a purpose: the state, since when, and the event or record that decides it."""

    purpose: str
    state: str
    since: datetime
    proof_event_id: int


@dataclass(frozen=True)
class Said:
    """One statement by one identifier of the person, with its proof."""

    purpose: str
    state: str
    at: datetime
    source: str
    wording: str | None
    proof_event_id: int
    subject_key: int


def consent_as_of(engine: Engine, person: int, at: datetime, purposes: Iterable[Purpose] = ()) -> list[Held]:
    """What held for the person at that time, by purpose: of what had been said by then, under the rules of now.

    The identifiers are those that are the person's now, so a merge brings the history of both. A purpose about
    which nothing had been said is not in the list: that means no.
    """
    known = exp.In(this=exp.column("subject_key", "c"), query=_keys(engine, person).subquery())
    only = exp.and_(exp.column("at", "c") <= f.instant(at), known)
    states = states_at(engine, None, at, tuple(purposes), only).subquery("s")
    columns = [exp.column(name, "s") for name in ("purpose", "state", "since", "proof_event_id")]
    mine = exp.column("person_id", "s").eq(f.value(person))
    rows = engine.rows(exp.select(*columns).from_(states).where(mine).order_by(exp.column("purpose", "s")))
    return [Held(*row) for row in rows]


def statements_of(engine: Engine, person: int, most: int = 200) -> list[Said]:
    """What the person's identifiers ever said, newest first."""
    names = ("purpose", "state", "at", "source", "wording", "proof_event_id", "subject_key")
    query = exp.select(*(exp.column(name, "c") for name in names))
    query = query.from_(exp.alias_(engine.ref("consents", ROOM), "c", table=True))
    mine = exp.In(this=exp.column("subject_key", "c"), query=_keys(engine, person).subquery())
    newest = exp.Ordered(this=exp.column("at", "c"), desc=True)
    order = [newest, *(exp.column(name, "c") for name in ("purpose", "state", "proof_event_id"))]
    return [Said(*row) for row in engine.rows(query.where(mine).order_by(*order).limit(most))]


def spoken(engine: Engine, person: int) -> set[tuple[str, int]]:
    """Of what the person's identifiers ever spoke: (purpose, identifier), however often they did."""
    columns = [exp.column(name, "c") for name in ("purpose", "subject_key")]
    query = exp.select(*columns).distinct().from_(exp.alias_(engine.ref("consents", ROOM), "c", table=True))
    mine = exp.In(this=exp.column("subject_key", "c"), query=_keys(engine, person).subquery())
    return {(str(purpose), int(key)) for purpose, key in engine.rows(query.where(mine))}


def _keys(engine: Engine, person: int) -> exp.Select:
    query = exp.select(exp.column("identifier_key", "m"))
    query = query.from_(exp.alias_(engine.ref("person_map", ROOM), "m", table=True))
    return query.where(exp.column("person_id", "m").eq(f.value(person)))


@dataclass(frozen=True)
class Named:
    """One identifier of a person, as it was kept at landing."""

    identifier_key: int
    kind: str
    value: str
    first_seen_at: datetime


def person_of(engine: Engine, identifier_key: int) -> int | None:
    """Whose identifier it is now; None if it leads to nobody any more."""
    query = exp.select(exp.column("person_id", "m"))
    query = query.from_(exp.alias_(engine.ref("person_map", ROOM), "m", table=True))
    found = engine.rows(query.where(exp.column("identifier_key", "m").eq(f.value(identifier_key))))
    return int(found[0][0]) if found else None


def names_of(engine: Engine, person: int) -> list[Named]:
    """The person's identifiers, the one seen last first. Only to take what the person says; never to be shown."""
    names = ("identifier_key", "kind", "value", "first_seen_at")
    query = exp.select(*(exp.column(name, "i") for name in names))
    query = query.from_(exp.alias_(engine.ref("identifiers", ROOM), "i", table=True))
    mine = exp.In(this=exp.column("identifier_key", "i"), query=_keys(engine, person).subquery())
    newest = exp.Ordered(this=exp.column("first_seen_at", "i"), desc=True)
    return [
        Named(*row)
        for row in engine.rows(query.where(mine).order_by(newest, exp.column("identifier_key", "i")))
    ]
