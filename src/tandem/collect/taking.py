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

from tandem.charter.definitions import Project, Purpose, Source
from tandem.collect import about, consenting, counting, erasing, finding, landing, problems, refusing, waiting
from tandem.collect.about import KeyIdentifiers
from tandem.collect.again import kept_rows
from tandem.collect.contract import Contract, Extra
from tandem.collect.evolving import new_fields
from tandem.collect.finding import Found
from tandem.collect.landing import BatchFile, KeptOut, Work
from tandem.collect.reading import Reading, is_flat, reading
from tandem.collect.results import Taken
from tandem.collect.tables import extra_column, known_tables
from tandem.collect.waiting import Refused
from tandem.engine import Engine
from tandem.engine.files import FileRead, Payloads, SourceFiles, Together
from tandem.engine.opened import Opened
from tandem.kernel import Place, Problem, Problems
from tandem.policy.erased import anybody

Progress = Callable[[str, int, int], None]
REPLAY = "(replay)"
STEPS = ("reading", "identifiers", "duplicates", "landing", "done")


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
    purposes: tuple[Purpose, ...] = ()
    kept_out: KeptOut | None = None


def take_source(
    engine: Engine,
    ledger: Batches,
    source: Source,
    project: Project,
    *,
    root: Path,
    key_identifiers: KeyIdentifiers,
    now: datetime,
    purposes: Sequence[Purpose] = (),
    progress: Progress = lambda step, done, total: None,
    kept_out: KeptOut | None = None,
) -> Taken:
    """Take all files of a source that are new or changed. A second call with nothing new writes nothing.

    Rows that name somebody who was erased are left out and counted; `kept_out` says by what they are known.
    A batch left open by a crash is finished first. `key_identifiers` gives each distinct raw identifier its key;
    `purposes` say what categories, TC strings and signals mean.
    Problems of files are in the result, not raised: the source's other files and the other sources go on.
    Raises Problems only for what stops the engine or the ledger (disk full, lake unreadable).
    """
    bench = Bench(
        engine, ledger, source, project, root, key_identifiers, now, progress, tuple(purposes), kept_out
    )
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
    _ensure(bench, ())
    contract = Contract(bench.source, bench.project.timezone, at, purposes=bench.purposes)
    plan = reading(contract, again=True)
    kept = kept_rows(bench.engine, bench.source, ids)
    work = Work(bench.engine, plan, batch, at, kept.files, again=True, kept_out=_kept_out(bench))
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
    agreed = Contract(bench.source, bench.project.timezone, at)
    looked = [refusing.refusal(agreed, one, headers[one.name], fields.unknown) for one in found]
    refused = [one for one in looked if one is not None]
    kept = [one for one in found if one.name not in {refusal.file for refusal in refused}]
    columns = frozenset(name for one in kept for name in headers[one.name].header)
    contract = Contract(bench.source, bench.project.timezone, at, columns, fields.extras, bench.purposes)
    _ensure(bench, fields.extras)
    plan = reading(contract)
    step = timedelta(microseconds=1)
    files = tuple(
        BatchFile(number, one.name, one.fingerprint, at - step * (len(found) - 1 - number))
        for number, one in enumerate(found)
    )
    work = Work(bench.engine, plan, batch, at, files, kept_out=_kept_out(bench))
    numbers = {one.name: one.number for one in files}
    read = _read(plan, [(numbers[one.name], one, headers[one.name]) for one in kept])
    try:
        bench.progress(STEPS[0], 0, len(STEPS) - 1)
        landing.stage_files(work)
        bench.engine.stage_files(landing.ROWS, read)
        refused += refusing.failed(work)
        names = {one.file for one in refused}
        read_files = [one for one in found if one.name not in names]
        notes = refusing.notes(contract, read_files, headers, fields.unknown)
        return land(bench, work, refused, notes)
    finally:
        drop_stages(bench.engine)


def land(bench: Bench, work: Work, refused: Sequence[Refused], notes: Sequence[Problem]) -> Taken:
    """From staged rows to all tables; the order of the commits does not matter, each is marked."""
    collided = about.stage_keyed(work, bench.key_identifiers)
    erasing.leave_out(work, bench.key_identifiers)
    refused = [*refused, *refusing.frozen(work)]
    names = {one.file for one in refused}
    tally = counting.tally(work)
    landing.stage_entries(work)
    bench.progress(STEPS[1], 1, len(STEPS) - 1)
    bench.progress(STEPS[2], 2, len(STEPS) - 1)
    about.stage_people(work, tally, landing.stage_duplicates(work, tally.unplanned > 0))
    bench.progress(STEPS[3], 3, len(STEPS) - 1)
    added = bench.engine.append_all(
        [
            *landing.new_rows(work, tally.unplanned > 0),
            *about.new_identifiers(work),
            *about.new_evidence(work),
            *consenting.new_consents(work),
            *about.new_suppressions(work),
        ]
    )
    waits = waiting.land_waiting(work, refused) if not work.again and (tally.waits or refused) else []
    waiting.land_outcomes(work, names)
    counted = counting.count(work, tally, names)
    if not work.again:
        counting.land_loads(work, counted.files)
    bench.progress(STEPS[4], 4, len(STEPS) - 1)
    return Taken(
        source=work.source,
        batch_id=work.batch,
        files=counted.files,
        landed=counted.landed,
        waiting=tuple(waits),
        identifiers=added.get("identifiers", 0),
        evidence=added.get("evidence", 0),
        consents=added.get("consents", 0),
        suppressions=added.get("suppressions", 0),
        signals=consenting.signals(work),
        problems=(*(one.problem for one in refused), *notes, *collided),
    )


def drop_stages(engine: Engine) -> None:
    """Forget all that a batch staged."""
    for name in (*landing.STAGES, *about.STAGES, *erasing.STAGES, *waiting.STAGES, consenting.TCF):
        engine.drop_stage(name)


def _kept_out(bench: Bench) -> KeptOut | None:
    """By what erased people are known, if anybody was erased. Never None then: who was erased does not come back."""
    if not anybody(bench.engine):
        return None
    if bench.kept_out is None:
        raise Problems(
            problems.NO_ERASURE_KEY("people were erased here, and rows are taken without a look for them")
        )
    return bench.kept_out


def _ensure(bench: Bench, extras: Sequence[Extra]) -> None:
    tables = known_tables(bench.engine, bench.source)
    bench.engine.ensure([table.with_columns(extra_column(one.column) for one in extras) for table in tables])


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
        signals=first.signals + second.signals,
        problems=(*first.problems, *second.problems),
    )
