"""Which sources know a person: one aggregated scan per landed table, then one row per person and source."""

from datetime import datetime

from sqlglot import exp

from tandem import policy
from tandem.charter.definitions import Charter
from tandem.engine import Catalogue, Change, Engine
from tandem.engine import functions as f
from tandem.kernel.values import FieldRef
from tandem.policy import PERSON, Permit

ROOM = "audience"
TABLE = "person_sources"
KNOWN = "audience_known"
KEY = (PERSON, "source")


def sources_footprint(charter: Charter) -> frozenset[FieldRef]:
    """Source and time of every landed row that can lead to a person, for the permit of `compute_sources`."""
    return frozenset(
        FieldRef(table, column) for table in _tables(charter) for column in ("source", "event_at")
    )


def compute_sources(engine: Engine, charter: Charter, permit: Permit, now: datetime) -> Change:
    """Bring `person_sources` up to `now`: one row per person whom the permit reaches and source that knows them.

    Counted are events before `now` and records as they are now. Only rows that differ are written, and rows
    of people whom the permit does not reach any more are removed.
    """
    try:
        known = engine.stage(KNOWN, sources_query(charter, permit, engine.catalogue, now))
        gone = engine.delete(TABLE, _gone(engine, known))
        change = engine.upsert(TABLE, exp.select("*").from_(known.copy()))
        return Change(inserted=change.inserted, updated=change.updated + gone)
    finally:
        engine.drop_stage(KNOWN)


def sources_query(charter: Charter, permit: Permit, catalogue: Catalogue, now: datetime) -> exp.Select:
    """One row per person and source: `person_id`, `source`, `events`, `first_at`, `last_at`."""
    scans = [_scan(table, permit, catalogue, now) for table in _tables(charter)]
    if not scans:
        nobody = [f.null_of(column.type).as_(column.name) for column in catalogue[TABLE].columns]
        return exp.select(*nobody).where(exp.false())
    every: exp.Query = scans[0]
    for scan in scans[1:]:
        every = exp.union(every, scan, distinct=False, copy=False)
    column = {name: exp.column(name, "k") for name in (*KEY, "events", "first_at", "last_at")}
    query = exp.select(
        *(column[name].as_(name) for name in KEY),
        exp.Sum(this=column["events"]).as_("events"),
        exp.Min(this=column["first_at"]).as_("first_at"),
        exp.Max(this=column["last_at"]).as_("last_at"),
    )
    return query.from_(every.subquery("k")).group_by(*(column[name].copy() for name in KEY))


def _scan(table: str, permit: Permit, catalogue: Catalogue, now: datetime) -> exp.Select:
    at = exp.column("event_at", table)
    keys = [exp.column(name, table) for name in KEY]
    query = exp.select(
        *(key.as_(key.name) for key in keys),
        exp.Count(this=exp.Star()).as_("events"),
        exp.Min(this=at.copy()).as_("first_at"),
        exp.Max(this=at.copy()).as_("last_at"),
    ).from_(policy.guarded(table, permit, catalogue))
    if table.startswith("event_"):
        query = query.where(at < f.instant(now))
    return query.group_by(*(key.copy() for key in keys))


def _tables(charter: Charter) -> list[str]:
    """Of sources that say who a row is about: without identifiers no row leads to anybody."""
    tables: dict[str, None] = {}
    for source in (one for one in charter.sources if one.identifiers):
        if source.record is not None:
            tables[f"record_{source.source}"] = None
        tables |= dict.fromkeys(f"event_{event.kind}" for event in source.events)
    return list(tables)


def _gone(engine: Engine, known: exp.Table) -> exp.Select:
    old = exp.alias_(policy.kept(TABLE, ROOM, engine.catalogue), "old", table=True)
    new = exp.alias_(known.copy(), "new", table=True)
    same = exp.and_(*(exp.column(name, "new").eq(exp.column(name, "old")) for name in KEY))
    there = exp.Exists(this=exp.select("1").from_(new).where(same))
    return exp.select(*(exp.column(name, "old").as_(name) for name in KEY)).from_(old).where(there.not_())
