"""What has been kept as long as was agreed goes: rows of a source, and values of a label. Part of every run.

A value that is gone counts as never sent: it is not known. Rows of a record source go when a newer version has
replaced them; the newest version stays as long as the source holds the record, its values only as long as their
label says. Consents and who is who stay: they are the proof of what was done, and go with the person.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlglot import exp

from tandem.charter import Charter
from tandem.engine import Engine, Table
from tandem.engine import functions as f
from tandem.kernel import numbers
from tandem.policy.rows import NEWEST_FIRST
from tandem.usecases.progress import Told, silent
from tandem.usecases.workspace import Workspace

LANDED = ("event_", "record_")
COMMON = (("events_unplanned", "event_at"), ("quarantine", "at"))


@dataclass(frozen=True)
class Retained:
    """What a run removed because it was kept long enough: rows by table, values by column, old files."""

    rows: dict[str, int]
    values: dict[str, int]
    files: int = 0

    def __bool__(self) -> bool:
        return bool(self.rows or self.values)

    def sentence(self) -> str:
        """In short, for the run's summary; how many of single people is not told."""
        parts = (
            [f"{numbers.plural(sum(self.rows.values()), 'row')} of {', '.join(self.rows)}"]
            if self.rows
            else []
        )
        if self.values:
            parts.append(f"{numbers.plural(sum(self.values.values()), 'value')} of {', '.join(self.values)}")
        return f"Kept as long as agreed, and removed: {' and '.join(parts)}."

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        return dict(vars(self))


def apply_retention(work: Workspace, now: datetime, told: Told = silent) -> Retained:
    """Remove what is older than its source or label lets it be, with the old versions that still had it.

    A table with nothing that old costs one look at its times. Every removal is one commit.
    """
    rows: dict[str, int] = {}
    values: dict[str, int] = {}
    for source in work.charter.sources:
        if source.keep is None:
            continue
        told(f"removing what {source.source} has kept long enough", 0, 0)
        for name, count in _rows_of(work, source.source, now - source.keep).items():
            rows[name] = rows.get(name, 0) + count
    periods = shortest(work.charter)
    for table in work.engine.catalogue:
        if table.name.startswith(LANDED) and work.engine.version(table.name) >= 0:
            values |= _values_of(work, table, periods, now)
    touched = sorted({*rows, *(name.partition(".")[0] for name in values)})
    files = sum(work.engine.forget_history(name) for name in touched)
    return Retained(rows, values, files)


def shortest(charter: Charter) -> dict[str, timedelta]:
    """Label → how long its values stay, the shortest of all policies."""
    found: dict[str, timedelta] = {}
    for policy in charter.policies:
        for one in policy.keep:
            found[one.label] = min(one.period, found.get(one.label, one.period))
    return found


def _rows_of(work: Workspace, source: str, before: datetime) -> dict[str, int]:
    """Remove a source's rows of before a time; how many, by table."""
    engine, gone = work.engine, {}
    times = [(table.name, "event_at") for table in engine.catalogue if table.name.startswith(LANDED[0])]
    for name, column in (*times, *COMMON):
        if engine.version(name) >= 0 and _any(engine, name, source, column, before):
            gone[name] = engine.remove_older(name, source, column, before)
    name = f"record_{source}"
    if name in engine.catalogue and engine.version(name) >= 0:
        replaced = engine.stage("retention_replaced", _replaced(engine, name, before))
        try:
            gone[name] = engine.remove_by(
                name, ["record_id", "content", "event_at"], exp.select("*").from_(replaced)
            )
        finally:
            engine.drop_stage("retention_replaced")
    return {name: count for name, count in gone.items() if count}


def _values_of(work: Workspace, table: Table, periods: dict[str, timedelta], now: datetime) -> dict[str, int]:
    """Empty the fields of labels whose period is over; how many values, by column."""
    found: dict[str, int] = {}
    for column in table.columns:
        period = min((periods[name] for name in column.labels if name in periods), default=None)
        if period is None or column.name in (*table.key, table.latest_by):
            continue
        t = exp.alias_(work.engine.ref(table.name), "t", table=True)
        old = exp.column("event_at", "t") < f.instant(now - period)
        known = exp.column(column.name, "t").is_(exp.null()).not_()
        for (source,) in work.engine.rows(
            exp.select(exp.column("source", "t")).distinct().from_(t).where(old, known)
        ):
            count = work.engine.blank_older(table.name, str(source), "event_at", now - period, column.name)
            found[f"{table.name}.{column.name}"] = found.get(f"{table.name}.{column.name}", 0) + count
    return found


def _any(engine: Engine, table: str, source: str, column: str, before: datetime) -> bool:
    t = exp.alias_(engine.ref(table), "t", table=True)
    old = exp.and_(exp.column("source", "t").eq(source), exp.column(column, "t") < f.instant(before))
    return bool(engine.rows(exp.select("1").from_(t).where(old).limit(1)))


def _replaced(engine: Engine, table: str, before: datetime) -> exp.Select:
    """Versions of records that a newer one has replaced, of before a time: record_id, content, event_at."""
    order = [exp.Ordered(this=exp.column(name, "v"), desc=True) for name in NEWEST_FIRST]
    newest = exp.Window(
        this=exp.RowNumber(), partition_by=[exp.column("record_id", "v")], order=exp.Order(expressions=order)
    )
    names = ("record_id", "content", "event_at")
    inner = exp.select(*(exp.column(name, "v") for name in names), newest.as_("newest"))
    inner = inner.from_(exp.alias_(engine.ref(table), "v", table=True))
    columns = [exp.column(name, "n") for name in names]
    query = exp.select(*columns).distinct().from_(inner.subquery("n"))
    return query.where(exp.column("newest", "n") > 1, exp.column("event_at", "n") < f.instant(before))
