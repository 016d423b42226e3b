"""Where the data stands: each source, how fresh, how much on each day, what broke its contract."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from sqlglot import exp

from tandem.charter.definitions import Source
from tandem.collect import Broken, count_waiting
from tandem.engine import functions as f
from tandem.kernel.values import Destination, FieldRef, Type
from tandem.usecases.permits import permit_for
from tandem.usecases.workspace import Workspace

DAYS = 90


@dataclass(frozen=True)
class SourceStanding:
    """One source: its contract in short, rows so far, when it was last heard of.

    `latest` is the time of the newest event or record, `loaded` when a file of it was last taken; both UTC and
    absent before the first. `typical` is the usual time between two days with rows, absent with under five.
    """

    source: str
    title: str
    owner: str
    side: str | None
    mode: str
    format: str
    path: str
    kinds: tuple[str, ...]
    files: int
    rows: int
    waiting: int
    latest: datetime | None
    loaded: datetime | None
    typical: timedelta | None

    def silent(self, now: datetime) -> bool:
        """Whether it has been quiet for over three times its usual pause, and over two days."""
        if self.latest is None or self.typical is None:
            return False
        return now - self.latest > max(3 * self.typical, timedelta(days=2))


@dataclass(frozen=True)
class DataStanding:
    """All sources, rows a day over the last 90 days by source, and why what waits waits."""

    sources: tuple[SourceStanding, ...]
    days: Mapping[str, tuple[tuple[date, int], ...]]
    broken: tuple[Broken, ...]
    unplanned: int
    permit: str


def see_data(work: Workspace, now: datetime) -> DataStanding:
    """Everything on one page. Counts rows, never people; under the counting purpose, destination measure."""
    stamp = _permit(work)
    days = _days(work, now, stamp)
    loads = _loads(work, stamp)
    latest = _latest(work, now, stamp)
    broken = tuple(count_waiting(work.engine))
    waits: dict[str, int] = defaultdict(int)
    for one in broken:
        waits[one.source] += one.entries
    sources = tuple(
        _standing(source, days.get(source.source, ()), loads, latest, waits)
        for source in work.charter.sources
    )
    unplanned = exp.select("event_id").from_(work.engine.ref("events_unplanned", by=stamp))
    return DataStanding(sources, days, broken, work.engine.count(unplanned), stamp)


def _permit(work: Workspace) -> str:
    fields = {FieldRef(name, column) for name in _tables(work) for column in ("source", "event_at")}
    fields |= {FieldRef("loads", name) for name in ("source", "rows_landed", "at")}
    purpose = work.charter.purposes.counting
    return permit_for(work, purpose, Destination.MEASURE, frozenset(fields), work.actor).fingerprint


def _tables(work: Workspace) -> list[str]:
    landed = (table.name for table in work.engine.catalogue if table.name.startswith(("event_", "record_")))
    return [name for name in landed if work.engine.version(name) >= 0]


def _standing(
    source: Source,
    days: Iterable[tuple[date, int]],
    loads: Mapping[str, tuple[int, int, datetime]],
    latest: Mapping[str, datetime],
    waits: Mapping[str, int],
) -> SourceStanding:
    files, rows, loaded = loads.get(source.source, (0, 0, None))
    return SourceStanding(
        source=source.source,
        title=source.title or source.source,
        owner=str(source.owner),
        side=str(source.side) if source.side else None,
        mode=str(source.mode),
        format=str(source.files.format),
        path=source.files.path,
        kinds=tuple(spec.kind for spec in source.events) or ("record",),
        files=files,
        rows=rows,
        waiting=waits.get(source.source, 0),
        latest=latest.get(source.source),
        loaded=loaded,
        typical=_typical([day for day, _ in days]),
    )


def _typical(days: list[date]) -> timedelta | None:
    """The median pause between two days with rows."""
    if len(days) < 5:
        return None
    pauses = sorted(later - earlier for earlier, later in pairwise(days))
    return pauses[len(pauses) // 2]


def _per_table(work: Workspace, stamp: str, *columns: str) -> exp.Query | None:
    """These columns of every landed table, one after another."""
    scans = [exp.select(*columns).from_(work.engine.ref(name, by=stamp)) for name in _tables(work)]
    if not scans:
        return None
    every: exp.Query = scans[0]
    for scan in scans[1:]:
        every = exp.union(every, scan, distinct=False, copy=False)
    return every


def _days(work: Workspace, now: datetime, stamp: str) -> dict[str, tuple[tuple[date, int], ...]]:
    every = _per_table(work, stamp, "source", "event_at")
    if every is None:
        return {}
    at = exp.column("event_at", "e")
    day = f.cast(at, Type.DATE)
    query = (
        exp.select(exp.column("source", "e"), day.as_("day"), exp.Count(this=exp.Star()).as_("n"))
        .from_(every.subquery("e"))
        .where(exp.and_(at.copy() >= f.instant(now - timedelta(days=DAYS)), at.copy() < f.instant(now)))
        .group_by(exp.column("source", "e"), day.copy())
    )
    found: dict[str, list[tuple[date, int]]] = defaultdict(list)
    for source, on, n in work.engine.rows(query):
        found[source].append((on, n))
    return {source: tuple(sorted(rows)) for source, rows in found.items()}


def _latest(work: Workspace, now: datetime, stamp: str) -> dict[str, datetime]:
    """The newest instant per source; what lies ahead of the clock is a wrong date and not news."""
    every = _per_table(work, stamp, "source", "event_at")
    if every is None:
        return {}
    at = exp.column("event_at", "e")
    query = exp.select(exp.column("source", "e"), exp.Max(this=at)).from_(every.subquery("e"))
    query = query.where(at.copy() <= f.instant(now)).group_by(exp.column("source", "e"))
    return dict(work.engine.rows(query))


def _loads(work: Workspace, stamp: str) -> dict[str, tuple[int, int, datetime]]:
    query = (
        exp.select(
            "source",
            exp.Count(this=exp.Star()),
            exp.Sum(this=exp.column("rows_landed")),
            exp.Max(this=exp.column("at")),
        )
        .from_(work.engine.ref("loads", by=stamp))
        .group_by("source")
    )
    return {source: (files, int(rows or 0), at) for source, files, rows, at in work.engine.rows(query)}
