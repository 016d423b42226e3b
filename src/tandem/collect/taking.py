"""Taking a source: plan a batch of new files, read it, land it, finish it; after a crash the same batch again.

The batch with its files is in the ledger before the first byte is read, and it counts as taken only after the
last commit. All that depends on time uses the time of planning, so the second attempt makes the same rows; each
table's commit carries the batch's mark, so what the first attempt committed is not committed again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from sqlglot import exp

from tandem.charter.definitions import Mode, Project, Source
from tandem.collect import about, finding, landing, problems, waiting
from tandem.collect.about import KeyIdentifiers
from tandem.collect.again import kept_rows
from tandem.collect.contract import Contract, Extra
from tandem.collect.evolving import new_fields
from tandem.collect.finding import Found
from tandem.collect.landing import BatchFile, Work
from tandem.collect.reading import Reading, is_flat, reading
from tandem.collect.results import Taken, TakenFile
from tandem.collect.tables import extra_column, known_tables, source_tables
from tandem.collect.waiting import Refused
from tandem.engine import Engine
from tandem.engine import functions as f
from tandem.engine.files import FileRead, Listed, Payloads, SourceFiles, Together
from tandem.engine.opened import Opened
from tandem.kernel import Code, Place, Problem
from tandem.kernel.values import Type

Progress = Callable[[str, int, int], None]
REPLAY = "(replay)"
STEPS = ("reading", "identifiers", "duplicates", "landing", "done")
TROUBLES: dict[str, Code] = {
    "unreadable": problems.UNREADABLE_FILE,
    "encoding": problems.WRONG_ENCODING,
    "empty": problems.EMPTY_FILE,
    "header": problems.BAD_HEADER,
}


class PlannedBatch(Protocol):
    """What the ledger knows of an open batch."""

    @property
    def id(self) -> int: ...
    @property
    def files(self) -> Mapping[str, str]: ...
    @property
    def planned_at(self) -> datetime: ...


class Batches(Protocol):
    """What collect asks of the ledger."""

    def plan_batch(self, source: str, files: Mapping[str, str], now: datetime) -> int: ...
    def open_batch(self, source: str) -> PlannedBatch | None: ...
    def finish_batch(self, batch_id: int, now: datetime) -> None: ...
    def taken_files(self, source: str) -> Mapping[str, str]: ...


@dataclass(frozen=True)
class Bench:
    """All that taking one source needs; passed along, never changed."""

    engine: Engine
    ledger: Batches
    source: Source
    project: Project
    root: Path
    key_identifiers: KeyIdentifiers
    now: datetime
    progress: Progress = field(default=lambda step, done, total: None)


def take_source(
    engine: Engine,
    ledger: Batches,
    source: Source,
    project: Project,
    *,
    root: Path,
    key_identifiers: KeyIdentifiers,
    now: datetime,
    progress: Progress = lambda step, done, total: None,
) -> Taken:
    """Take all files of a source that are new or changed. A second call with nothing new writes nothing.

    A batch left open by a crash is finished first. `key_identifiers` gives each distinct raw identifier its key.
    Problems of files are in the result, not raised: the source's other files and the other sources go on.
    Raises Problems only for what stops the engine or the ledger (disk full, lake unreadable).
    """
    bench = Bench(engine, ledger, source, project, root, key_identifiers, now, progress)
    left = ledger.open_batch(source.source)
    first = take_batch(bench, left) if left is not None else None
    second = _take_new(bench)
    return second if first is None else _joined(first, second)


def _take_new(bench: Bench) -> Taken:
    paths, missing = finding.find_files(bench.source, bench.root)
    if missing is not None:
        return Taken(bench.source.source, problems=(missing,))
    found, failed = finding.examine(paths, bench.root)
    notes = [
        problems.UNREADABLE_FILE(f"{name} cannot be opened: {why}", place=Place(name)) for name, why in failed
    ]
    taken = bench.ledger.taken_files(bench.source.source)
    new = finding.new_files(found, taken)
    if not new:
        return Taken(bench.source.source, problems=tuple(notes))
    notes += finding.twins(new, found, taken)
    bench.ledger.plan_batch(bench.source.source, {one.name: one.fingerprint for one in new}, bench.now)
    batch = bench.ledger.open_batch(bench.source.source)
    assert batch is not None
    done = take_batch(bench, batch)
    return replace(done, problems=(*notes, *done.problems))


def take_batch(bench: Bench, batch: PlannedBatch) -> Taken:
    """Take a planned batch and finish it: files, or rows that are replayed."""
    if REPLAY in batch.files:
        ids = [int(one) for one in batch.files[REPLAY].split(",")]
        taken = take_kept(bench, ids, batch.id, batch.planned_at)
    else:
        taken = _take_planned_files(bench, batch)
    bench.ledger.finish_batch(batch.id, bench.now)
    return taken


def _take_planned_files(bench: Bench, batch: PlannedBatch) -> Taken:
    gone: list[Problem] = []
    found: list[Found] = []
    for name in sorted(batch.files):
        path = bench.root / name
        if path.is_file():
            found.append(Found(name, path, batch.files[name]))
        else:
            gone.append(problems.GONE(f"{name} is not there any more", place=Place(name)))
    taken = take_files(bench, found, batch.id, batch.planned_at)
    return replace(taken, problems=(*gone, *taken.problems))


def take_kept(bench: Bench, ids: Sequence[int], batch: int, at: datetime) -> Taken:
    """Read these quarantined rows again and land those that now keep the contract."""
    bench.engine.ensure(known_tables(bench.engine, source_tables(bench.source)))
    contract = Contract(bench.source, bench.project.timezone, at)
    plan = reading(contract, again=True)
    kept = kept_rows(bench.engine, bench.source, ids)
    work = Work(bench.engine, plan, batch, at, kept.files, again=True)
    try:
        landing.stage_files(work)
        read = Payloads(kept.rows, is_flat(contract), plan.shape)
        bench.engine.stage_files(landing.ROWS, read)
        return land(bench, work, (), ())
    finally:
        drop_stages(bench.engine)


def take_files(bench: Bench, found: Sequence[Found], batch: int, at: datetime) -> Taken:
    """Read these files and land what is new, as the batch of that id; the ledger is not touched."""
    headers = {one.name: finding.opened(one, bench.source) for one in found}
    fields = new_fields(bench.source, found, headers)
    refused = [
        refusal for one in found if (refusal := _refusal(bench, one, headers[one.name], fields.unknown))
    ]
    kept = [one for one in found if one.name not in {refusal.file for refusal in refused}]
    columns = frozenset(name for one in kept for name in headers[one.name].header)
    contract = Contract(bench.source, bench.project.timezone, at, columns, fields.extras)
    _ensure(bench, fields.extras)
    plan = reading(contract)
    step = timedelta(microseconds=1)
    files = tuple(
        BatchFile(number, one.name, one.fingerprint, at - step * (len(found) - 1 - number))
        for number, one in enumerate(found)
    )
    work = Work(bench.engine, plan, batch, at, files)
    numbers = {one.name: one.number for one in files}
    read = _read(plan, [(numbers[one.name], one, headers[one.name]) for one in kept])
    try:
        bench.progress(STEPS[0], 0, len(STEPS) - 1)
        landing.stage_files(work)
        bench.engine.stage_files(landing.ROWS, read)
        refused += _failed(work)
        return land(bench, work, refused, _notes(bench, contract, found, headers, fields.unknown))
    finally:
        drop_stages(bench.engine)


def land(bench: Bench, work: Work, refused: Sequence[Refused], notes: Sequence[Problem]) -> Taken:
    """From staged rows to all tables; the order of the commits does not matter, each is marked."""
    refused = [*refused, *_frozen(work)]
    landing.stage_entries(work)
    bench.progress(STEPS[1], 1, len(STEPS) - 1)
    collided = about.stage_keyed(work, bench.key_identifiers)
    bench.progress(STEPS[2], 2, len(STEPS) - 1)
    landing.stage_duplicates(work)
    about.stage_people(work)
    bench.progress(STEPS[3], 3, len(STEPS) - 1)
    landing.land_rows(work)
    found = about.land_identifiers(work), about.land_evidence(work)
    said = about.land_consents(work), about.land_suppressions(work)
    counted = [] if work.again else waiting.land_waiting(work, refused)
    waiting.land_outcomes(work, {one.file for one in refused})
    files = _files(work, {one.file for one in refused})
    if not work.again:
        _land_loads(work, files)
    bench.progress(STEPS[4], 4, len(STEPS) - 1)
    return Taken(
        source=work.source,
        batch_id=work.batch,
        files=tuple(files),
        landed=_landed(work),
        waiting=tuple(counted),
        identifiers=found[0],
        evidence=found[1],
        consents=said[0],
        suppressions=said[1],
        problems=(*(one.problem for one in refused), *notes, *collided),
    )


def drop_stages(engine: Engine) -> None:
    """Forget all that a batch staged."""
    for name in (*landing.STAGES, *about.STAGES, waiting.REFUSED):
        engine.drop_stage(name)


def _ensure(bench: Bench, extras: Sequence[Extra]) -> None:
    tables = source_tables(bench.source)
    if bench.source.mode is Mode.EVOLVE:
        tables = [table.with_columns(extra_column(one.column) for one in extras) for table in tables]
    bench.engine.ensure(known_tables(bench.engine, tables))


def _read(plan: Reading, files: Sequence[tuple[int, Found, Opened]]) -> FileRead:
    """One read per header: files of the same columns are one table."""
    spec = plan.contract.source.files
    groups: dict[tuple[str, ...], list[tuple[int, Path]]] = {}
    for number, one, opened in files:
        groups.setdefault(opened.header, []).append((number, one.path))
    reads = [
        SourceFiles(tuple(members), spec.format.value, plan.shape, header, spec.delimiter, spec.encoding)
        for header, members in groups.items()
    ]
    return Together(tuple(reads) or (SourceFiles((), "ndjson", plan.shape),))


def _refusal(
    bench: Bench, one: Found, opened: Opened, unknown: Mapping[str, Sequence[str]]
) -> Refused | None:
    """Why nothing can be taken from a file, seen before its rows are read."""
    place = Place(one.name)
    if opened.trouble is not None:
        problem = TROUBLES[opened.trouble](f"{one.name}: {opened.detail}", place=place, found=opened.detail)
        return Refused(one.name, one.fingerprint, problem)
    contract = Contract(bench.source, bench.project.timezone, bench.now)
    freeze = bench.source.mode is Mode.FREEZE
    asked = (*contract.needed(), *(contract.optional() if freeze else ()))
    missing = [path for path in asked if path not in opened.header] if opened.header else []
    if missing:
        listed = ", ".join(f"`{path}`" for path in missing)
        problem = problems.VANISHED(
            f"{one.name} has no column {listed}",
            place=place,
            expected=", ".join(asked),
            found=", ".join(opened.header),
        )
        return Refused(one.name, one.fingerprint, problem)
    if freeze and unknown.get(one.name):
        listed = ", ".join(f"`{name}`" for name in unknown[one.name])
        problem = problems.FROZEN(
            f"{one.name} has fields that the contract does not know: {listed}", place=place
        )
        return Refused(one.name, one.fingerprint, problem)
    return None


def _failed(work: Work) -> list[Refused]:
    """Files that failed while they were read: the reader gives one row of line 0 for each."""
    columns = [exp.column(name, "r") for name in ("_file", "_trouble", "payload")]
    query = exp.select(*columns).from_(landing.table(landing.ROWS, "r")).where(exp.column("_line", "r").eq(0))
    found: list[Refused] = []
    for number, trouble, text in sorted(work.engine.rows(query)):
        one = work.files[number]
        detail = str(text).strip('"')
        problem = TROUBLES[trouble](f"{one.name}: {detail}", place=Place(one.name), found=detail)
        found.append(Refused(one.name, one.fingerprint, problem))
    return found


def _frozen(work: Work) -> list[Refused]:
    """In mode freeze: files with any row that breaks the contract; their rows leave the stage."""
    if work.reading.contract.source.mode is not Mode.FREEZE or work.again:
        return []
    bad = exp.or_(landing.broken(), landing.unplanned())
    file = exp.column("_file", "r")
    query = exp.select(file, exp.Count(this=exp.Star()), exp.Min(this=exp.column("_line", "r")))
    query = query.from_(landing.table(landing.ROWS, "r")).where(bad).group_by(file.copy())
    found: list[Refused] = []
    numbers: list[int] = []
    for number, rows, line in sorted(work.engine.rows(query)):
        one = work.files[number]
        sentence = f"{one.name}: {rows} rows break the contract, the first in line {line}; nothing was taken"
        found.append(
            Refused(one.name, one.fingerprint, problems.FROZEN(sentence, place=Place(one.name, line)))
        )
        numbers.append(number)
    if numbers:
        rest = (
            exp.select("*")
            .from_(landing.table(landing.ROWS, "r"))
            .where(exp.not_(exp.column("_file", "r").isin(*numbers)))
        )
        work.engine.stage("collect_kept", rest)
        work.engine.stage(landing.ROWS, exp.select("*").from_(exp.to_table("collect_kept")))
        work.engine.drop_stage("collect_kept")
    return found


def _notes(
    bench: Bench,
    contract: Contract,
    found: Sequence[Found],
    headers: Mapping[str, Opened],
    unknown: Mapping[str, Sequence[str]],
) -> list[Problem]:
    """What is worth telling though the rows landed: columns that vanished, fields that nobody knows."""
    notes: list[Problem] = []
    for one in found:
        header = headers[one.name].header
        missing = [path for path in contract.optional() if header and path not in header]
        needed = [path for path in contract.needed() if header and path not in header]
        if missing and not needed and bench.source.mode is not Mode.FREEZE:
            sentence = f"{one.name} has no column {', '.join(missing)}; its rows landed without"
            notes.append(problems.VANISHED(sentence, place=Place(one.name), found=", ".join(header)))
        if unknown.get(one.name) and bench.source.mode is not Mode.FREEZE:
            evolve = bench.source.mode is Mode.EVOLVE
            listed = ", ".join(unknown[one.name])
            what = "which are now columns, as personal text" if evolve else "which were kept out"
            code = problems.EVOLVED if evolve else problems.UNKNOWN_FIELDS
            notes.append(
                code(
                    f"{one.name} has fields that the contract does not know, {what}: {listed}",
                    place=Place(one.name),
                )
            )
    return notes


def _files(work: Work, refused: set[str]) -> list[TakenFile]:
    """Counts per file, from the stages."""
    file = exp.column("_file", "r")
    total = [exp.Count(this=exp.Star()), f.count_if(landing.broken())]
    query = exp.select(file, *total).from_(landing.table(landing.ROWS, "r"))
    read = {
        row[0]: row[1:]
        for row in work.engine.rows(query.where(exp.column("_line", "r") > 0).group_by(file.copy()))
    }
    owner = exp.column("_file", "p")
    kinds = [
        f.count_if(landing.known(exp.column("kind", "p"))),
        f.count_if(landing.null(exp.column("kind", "p"))),
    ]
    landed_query = exp.select(owner, *kinds).from_(landing.table(landing.PEOPLE, "p")).group_by(owner.copy())
    landed = {row[0]: row[1:] for row in work.engine.rows(landed_query)}
    found: list[TakenFile] = []
    for one in work.files:
        rows, bad = read.get(one.number, (0, 0))
        new, odd = landed.get(one.number, (0, 0))
        unread = one.name in refused
        found.append(TakenFile(one.name, None if unread else rows, new, bad, rows - bad - new - odd, odd))
    return found


def _landed(work: Work) -> tuple[tuple[str, int], ...]:
    kind = exp.column("kind", "p")
    query = exp.select(kind, exp.Count(this=exp.Star())).from_(landing.table(landing.PEOPLE, "p"))
    counts = dict(work.engine.rows(query.where(landing.known(kind.copy())).group_by(kind.copy())))
    return tuple((one.name, counts.get(one.number, 0)) for one in work.reading.contract.kinds)


def _land_loads(work: Work, files: Sequence[TakenFile]) -> None:
    prints = {one.name: one.fingerprint for one in work.files}
    rows = [
        (one.file, prints[one.file], one.rows_read, one.landed, one.quarantined, one.duplicate)
        for one in files
    ]
    names = ("rows_read", "rows_landed", "rows_quarantined", "rows_duplicate")
    columns = (("file", Type.TEXT), ("fingerprint", Type.TEXT), *((name, Type.INTEGER) for name in names))
    work.engine.stage_files("collect_loads", Listed(columns, rows))
    try:
        at = f.instant(work.now).as_("at")
        _, source, batch = work.landed()
        listed = [exp.column(name, "l") for name, _ in columns]
        work.append(
            "loads", exp.select(*listed, source, batch, at).from_(landing.table("collect_loads", "l"))
        )
    finally:
        work.engine.drop_stage("collect_loads")


def _joined(first: Taken, second: Taken) -> Taken:
    """One result of a finished old batch and a new one."""
    if second.batch_id is None:
        return replace(first, problems=(*first.problems, *second.problems))
    landed = dict(first.landed)
    for kind, rows in second.landed:
        landed[kind] = landed.get(kind, 0) + rows
    return replace(
        second,
        files=(*first.files, *second.files),
        landed=tuple(landed.items()),
        waiting=(*first.waiting, *second.waiting),
        identifiers=first.identifiers + second.identifiers,
        evidence=first.evidence + second.evidence,
        consents=first.consents + second.consents,
        suppressions=first.suppressions + second.suppressions,
        problems=(*first.problems, *second.problems),
    )
