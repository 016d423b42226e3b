"""Facts of the lake for telemetry: what came and broke its contract, how fresh sources are, which campaigns are told.

Rows and files are counted, never people; under the counting purpose, for measuring. Nobody is named.
"""

from collections import defaultdict
from datetime import datetime

from sqlglot import exp

from tandem.align.happened import Window
from tandem.align.telemetry_data import CampaignFact, FreshFact, LoadFact, UseFact
from tandem.charter.definitions import Campaign, Source
from tandem.engine import functions as f
from tandem.journey import assigned_people
from tandem.kernel.values import Destination, FieldRef
from tandem.measure import problems
from tandem.usecases.permits import destination_of, permit_for
from tandem.usecases.report_lift import LiftReport, report_lift
from tandem.usecases.workspace import Workspace

FILE = "file"
TOLD = {"file": "Files handed over", "email": "E-mail"}


def load_facts(work: Workspace, window: Window) -> list[LoadFact]:
    """What came from each source in the window. Raises what a refusal raises."""
    stamp = _permit(
        work,
        {"loads": ("source", "rows_read", "at"), "quarantine": ("source", "level", "file", "line", "at")},
    )
    source, at = exp.column("source", "l"), exp.column("at", "l")
    loads = exp.alias_(work.engine.ref("loads", by=stamp), "l", table=True)
    read = exp.select(source, exp.Sum(this=exp.column("rows_read", "l"))).from_(loads)
    rows = dict(work.engine.rows(read.where(_within(at, window)).group_by(source.copy())))
    faults: dict[str, int] = defaultdict(int)
    files: dict[str, int] = defaultdict(int)
    for name, unread, n in work.engine.rows(_faults(work, stamp, window)):
        (files if unread else faults)[name] += n
    declared = {one.source: one for one in work.charter.sources}
    names = [*declared, *sorted({*rows, *faults, *files} - set(declared))]
    return [
        LoadFact(name, _title(declared.get(name), name), _side(declared.get(name)), int(rows.get(name) or 0),
                 faults[name], files[name])
        for name in names
    ]  # fmt: skip


def _faults(work: Workspace, stamp: str, window: Window) -> exp.Select:
    """(source, whether files, how many): each row at fault once, whatever is wrong with it."""
    names = ("source", "file", "line")
    unread = exp.column("level", "q").eq(exp.Literal.string(FILE))
    entries = exp.alias_(work.engine.ref("quarantine", by=stamp), "q", table=True)
    each = exp.select(*(exp.column(name, "q") for name in names), unread.as_("unread")).distinct()
    each = each.from_(entries).where(_within(exp.column("at", "q"), window))
    source, whole = exp.column("source", "e"), exp.column("unread", "e")
    query = exp.select(source, whole, exp.Count(this=exp.Star())).from_(each.subquery("e"))
    return query.group_by(source.copy(), whole.copy())


def fresh_facts(work: Workspace, window: Window) -> list[FreshFact]:
    """Each source with the time of its newest row among those that had come when the window ended."""
    tables = [
        table.name
        for table in work.engine.catalogue
        if table.name.startswith(("event_", "record_")) and work.engine.version(table.name) >= 0
    ]
    names = ("source", "event_at", "received_at")
    stamp = _permit(work, dict.fromkeys(tables, names))
    latest: dict[str, datetime] = {}
    if tables:
        scans = [exp.select(*names).from_(work.engine.ref(name, by=stamp)) for name in tables]
        every: exp.Query = scans[0]
        for scan in scans[1:]:
            every = exp.union(every, scan, distinct=False, copy=False)
        source, at, came = (exp.column(name, "e") for name in names)
        until = f.instant(window.until)
        query = exp.select(source, exp.Max(this=at)).from_(every.subquery("e"))
        query = query.where(exp.and_(at.copy() <= until, came < until.copy())).group_by(source.copy())
        latest = dict(work.engine.rows(query))
    agenda = work.charter.agenda
    return [
        FreshFact(
            one.source,
            one.title or one.source,
            str(one.owner),
            latest.get(one.source),
            agenda.fresh(one.source) if agenda else None,
        )
        for one in work.charter.sources
    ]


def campaign_facts(work: Workspace, window: Window) -> list[CampaignFact]:
    """Campaigns whose last outcomes came in in the window, and whether they can be told. Raises what a refusal does."""
    found = []
    for one in work.charter.campaigns:
        held_out, last = _assigned(work, one, window)
        if last is not None and window.holds(last + one.window):
            report = report_lift(work, one.campaign, window.until)
            told = isinstance(report, LiftReport)
            why = "" if isinstance(report, LiftReport) else problems.of(report.reason.code).title
            found.append(CampaignFact(one.campaign, one.title or one.campaign, held_out > 0, told, why))
    return found


def use_facts(work: Workspace, side_of_campaigns: str) -> list[UseFact] | None:
    """Sources and destinations in use by the charter, with what the register says of each; None without a register."""
    agenda = work.charter.agenda
    if agenda is None or not agenda.register:
        return None
    by_source = {name: one for one in agenda.register for name in one.sources}
    by_destination = {str(name): one for one in agenda.register for name in one.destinations}
    facts = []
    for source in work.charter.sources:
        tool = by_source.get(source.source)
        facts.append(
            UseFact(
                source.source,
                source.title or source.source,
                str(tool.owner if tool else source.owner),
                str(tool.standards) if tool else "",
                tool.until if tool else None,
            )
        )
    for name in sorted({str(destination_of(one)) for one in work.charter.campaigns}):
        tool = by_destination.get(name)
        owner = str(tool.owner) if tool else side_of_campaigns
        standards = str(tool.standards) if tool else ""
        facts.append(UseFact(name, TOLD.get(name, name), owner, standards, tool.until if tool else None))
    return facts


def _assigned(work: Workspace, campaign: Campaign, window: Window) -> tuple[int, datetime | None]:
    """How many people were held out before the window ended, and when the last one was assigned."""
    arm, at = exp.column("arm", "a"), exp.column("assigned_at", "a")
    query = exp.select(f.count_if(arm.eq(f.value("control"))), exp.Max(this=at))
    query = query.from_(assigned_people(work.engine, campaign).subquery("a"))
    found: tuple[int, datetime | None] = work.engine.one(query.where(at.copy() < f.instant(window.until)))
    return found


def _permit(work: Workspace, fields: dict[str, tuple[str, ...]]) -> str:
    wanted = frozenset(FieldRef(table, name) for table, names in fields.items() for name in names)
    purpose = work.charter.purposes.counting
    return permit_for(work, purpose, Destination.MEASURE, wanted, work.actor).fingerprint


def _within(at: exp.Expr, window: Window) -> exp.Expr:
    return exp.and_(at.copy() >= f.instant(window.since), at.copy() < f.instant(window.until))


def _title(source: Source | None, name: str) -> str:
    return (source.title or source.source) if source else f"{name} (no longer in the charter)"


def _side(source: Source | None) -> str:
    return str(source.owner) if source else ""
