"""Data: sources and how fresh they are, what broke its contract, letting it in again, and what is made of what."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from tandem.collect import Entry
from tandem.kernel import Problems, numbers
from tandem.kernel.problems import REGISTRY
from tandem.usecases.problems import UNKNOWN_THING
from tandem.usecases.repair_quarantine import waiting, waiting_by_reason
from tandem.usecases.see_data import DataStanding, SourceStanding, see_data
from tandem.usecases.see_lineage import LAYERS, Lineage, see_lineage
from tandem.web.asking import Ask
from tandem.web.charts import Caption, Chart, Drawing, Edge, Node, days, layered
from tandem.web.page import Go, PageContext, doc
from tandem.web.values import Table
from tandem.web.views.work import started

SHOWN = 50


@dataclass(frozen=True, kw_only=True)
class DataPage(PageContext):
    """All sources at a glance."""

    standing: DataStanding = doc("Each source: contract in short, rows, freshness, what waits.")
    table: Table = doc("The sources as a table.")
    silent: tuple[SourceStanding, ...] = doc(
        "Sources that have been quiet for longer than is usual for them."
    )
    reasons: Table | None = doc("Why what waits in quarantine waits; absent if nothing does.")


@dataclass(frozen=True, kw_only=True)
class SourcePage(PageContext):
    """One source: its contract, its days, its violations."""

    source: SourceStanding = doc("The source.")
    days: Chart | None = doc("Rows a day, by when it happened, over the last 90 days; absent without rows.")
    fields: Table = doc("The contract's fields: type, label, whether they must be there.")
    reasons: Table | None = doc("Why rows of this source wait; absent if none do.")
    contract: str = doc("The contract's file in the charter.")


@dataclass(frozen=True)
class Waits:
    """One entry that waits. `id` is text; `payload` is the row as it came, laid out to be read, "" for a file.

    `what` says what broke and `fix` what to do, as the problem's code has them.
    """

    id: str
    source: str
    level: str
    code: str
    path: str | None
    found: str | None
    expected: str | None
    file: str
    line: int | None
    since: str
    payload: str
    what: str
    fix: str


@dataclass(frozen=True, kw_only=True)
class QuarantinePage(PageContext):
    """What waits, row by row, with what was found and what the contract asks for."""

    entries: tuple[Waits, ...] = doc("The first 50 entries that wait, oldest first.")
    hidden: tuple[str, ...] = doc("Why entries of some sources are not shown.")
    total: int = doc("How many wait under this filter.")
    replayable: int = doc("Rows and files that wait under any filter: replaying all tries these.")
    source: str = doc("Only this source, or empty.")
    code: str = doc("Only this problem code, or empty.")
    sources: tuple[str, ...] = doc("Sources that have entries.")
    codes: tuple[tuple[str, str], ...] = doc("Problem codes among them, each with its words.")
    table: Table = doc("The entries as a table.")


@dataclass(frozen=True, kw_only=True)
class LineagePage(PageContext):
    """From source to campaign: what is made of what."""

    lineage: Lineage = doc("All parts and what is made of what.")
    drawing: Drawing | None = doc("The same as a drawing; absent without parts.")


def overview(ask: Ask) -> PageContext:
    """All sources."""
    standing = _standing(ask)
    return DataPage(
        title="Data",
        standing=standing,
        table=_sources(standing, ask),
        silent=tuple(one for one in standing.sources if one.silent(ask.now)),
        reasons=_reasons(standing, None),
    )


def source(ask: Ask) -> PageContext:
    """One source."""
    name = ask.path["source"]
    standing = _standing(ask)
    found = next((one for one in standing.sources if one.source == name), None)
    if found is None:
        names = [one.source for one in standing.sources]
        raise Problems(UNKNOWN_THING("there is no source of that name", found=name, alternatives=names))
    return SourcePage(
        title=found.title,
        source=found,
        days=_days(standing, found, ask),
        fields=_fields(ask, name),
        reasons=_reasons(standing, name),
        contract=ask.work.charter.source(name).place.file,
    )


def quarantine(ask: Ask) -> PageContext:
    """What waits: the oldest entries, and how many there are of each kind; an export has them all."""
    every = waiting_by_reason(ask.work)
    wanted, code = ask.text("source"), ask.text("code")
    limit = None if ask.text("export") else SHOWN
    found = waiting(ask.work, wanted or None, code or None, limit=limit)
    return QuarantinePage(
        title="Quarantine",
        entries=tuple(_waits(one) for one in found.entries[:SHOWN]),
        hidden=tuple(one.sentence for one in found.hidden),
        total=sum(one.entries for one in every if wanted in ("", one.source) and code in ("", one.code)),
        replayable=sum(one.entries for one in every if one.level != "value"),
        source=wanted,
        code=code,
        sources=tuple(sorted({one.source for one in every})),
        codes=tuple((name, _title(name)) for name in sorted({one.code for one in every})),
        table=_entries(found.entries),
    )


def replay(ask: Ask) -> Go:
    """Put entries through the contracts in force again: those that are ticked, or all."""
    ids = [str(one) for one in ask.form.getlist("id") if numbers.whole(str(one)) is not None]
    if ask.text("which") == "all":
        return started(ask, "replay", {}, "/data/quarantine")
    if not ids:
        return Go("/data/quarantine", notice="Nothing was ticked, so nothing was replayed.")
    return started(ask, "replay", {"ids": ids}, "/data/quarantine")


def lineage(ask: Ask) -> PageContext:
    """What is made of what, whole or around one part."""
    found = see_lineage(ask.work, ask.text("of") or None)
    return LineagePage(title="Lineage", lineage=found, drawing=_drawn(found) if found.things else None)


def _drawn(found: Lineage) -> Drawing:
    nodes = [
        Node(
            one.id,
            one.title,
            href=f"/data/lineage?{urlencode({'of': one.id})}",
            column=LAYERS.index(one.layer),
        )
        for one in found.things
    ]
    caption = Caption(
        name="lineage", title="From source to campaign", unit="Choose a part to see what belongs to it"
    )
    headings = ("Sources", "Events and records", "Traits", "Audiences", "Campaigns")
    strong = frozenset({found.focus} if found.focus else ())
    return layered(caption, nodes, [Edge(a, b) for a, b in found.edges], headings=headings, highlight=strong)


def _standing(ask: Ask) -> DataStanding:
    return ask.memo.answer(ask.work, ask.now, "data", lambda: see_data(ask.work, ask.now))


def _sources(standing: DataStanding, ask: Ask) -> Table:
    return Table(
        name="sources",
        title="Sources",
        columns=("source", "owner", "newest row", "rows", "files", "in quarantine"),
        rows=tuple(
            (
                one.title,
                "IT" if one.owner == "it" else one.owner,
                numbers.ago(one.latest, ask.now) if one.latest else "never",
                numbers.count(one.rows),
                numbers.count(one.files),
                numbers.count(one.waiting),
            )
            for one in standing.sources
        ),
        numeric=(False, False, False, True, True, True),
        as_of=numbers.moment(ask.now),
        links=tuple(f"/data/sources/{one.source}" for one in standing.sources),
    )


def _days(standing: DataStanding, found: SourceStanding, ask: Ask) -> Chart | None:
    rows = standing.days.get(found.source, ())
    if not rows:
        return None
    caption = Caption(
        name="days",
        title=f"Rows a day of {found.title}",
        unit="Rows by when it happened",
        n=f"{numbers.count(sum(n for _, n in rows))} rows in 90 days",
        as_of=numbers.moment(ask.now),
    )
    return days(caption, rows, columns=("Rows", ""))


def _fields(ask: Ask, name: str) -> Table:
    contract = ask.work.charter.source(name)
    specs = [(spec.kind, field) for spec in contract.events for field in spec.fields]
    specs += [("record", field) for field in (contract.record.fields if contract.record else ())]
    rows = tuple(
        (
            field.name,
            kind,
            f"{field.type}{f' in {field.unit}' if field.unit else ''}",
            str(field.label),
            "yes" if field.required else "no",
            field.read_from,
        )
        for kind, field in specs
    )
    return Table(
        "fields",
        "Fields of the contract",
        ("field", "of", "type", "label", "must be there", "read from"),
        rows,
    )


def _reasons(standing: DataStanding, name: str | None) -> Table | None:
    broken = [one for one in standing.broken if name in (None, one.source)]
    if not broken:
        return None
    return Table(
        name="reasons",
        title="Why it waits",
        columns=("what broke", "source", "field", "expected", "entries"),
        rows=tuple(
            (
                _title(one.code),
                one.source,
                one.path or "",
                one.expected or "",
                numbers.count(one.entries),
            )
            for one in broken
        ),
        numeric=(False, False, False, False, True),
        links=tuple(f"/data/quarantine?source={one.source}&code={one.code}" for one in broken),
    )


def _entries(found: Sequence[Entry]) -> Table:
    return Table(
        name="quarantine",
        title="What waits in quarantine",
        columns=("id", "source", "level", "code", "field", "found", "expected", "file", "line", "since"),
        rows=tuple(
            (
                str(one.quarantine_id),
                one.source,
                one.level,
                one.code,
                one.path or "",
                one.found or "",
                one.expected or "",
                one.file,
                str(one.line or ""),
                one.at,
            )
            for one in found
        ),
    )


def _waits(entry: Entry) -> Waits:
    return Waits(
        id=str(entry.quarantine_id),
        source=entry.source,
        level=entry.level,
        code=entry.code,
        path=entry.path,
        found=entry.found,
        expected=entry.expected,
        file=entry.file,
        line=entry.line,
        since=entry.at,
        payload=_laid_out(entry.payload),
        what=_title(entry.code),
        fix=REGISTRY[entry.code].fix if entry.code in REGISTRY else "",
    )


def _title(code: str) -> str:
    title = REGISTRY[code].title if code in REGISTRY else code
    return f"{title[:1].upper()}{title[1:]}"


def _laid_out(payload: str | None) -> str:
    if payload is None:
        return ""
    try:
        return json.dumps(json.loads(payload), indent=2, ensure_ascii=False)
    except ValueError:
        return payload
