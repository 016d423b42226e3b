"""Replay: what waits is read again by the same contract code; what now keeps the contract lands.

A row has in its payload all that it had in its file, and in its entry the id that it would have had. Replaying
twice changes nothing: what came through has an outcome, and what has the key of a landed row is a duplicate.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from tandem.charter.definitions import Charter
from tandem.collect import finding, problems, taking
from tandem.collect.about import KeyIdentifiers
from tandem.collect.landing import KeptOut
from tandem.collect.results import Replayed, Taken
from tandem.collect.taking import REPLAY, Batches, Bench, Progress
from tandem.collect.waiting import Chosen, chosen
from tandem.engine import Engine
from tandem.kernel import Problem


def replay(
    engine: Engine,
    ledger: Batches,
    charter: Charter,
    ids: Sequence[int] | None,
    key_identifiers: KeyIdentifiers,
    now: datetime,
    *,
    root: Path | None = None,
    progress: Progress = lambda step, done, total: None,
    kept_out: KeptOut | None = None,
) -> Replayed:
    """Replay these entries, or all that wait (`ids` None). Files are read again from `root` (the charter's).

    `still` counts entries that break the contract as before. Entries of single values cannot be replayed:
    their row has landed, and what landed is never rewritten.
    """
    entries = chosen(engine, ids)
    known = {entry.quarantine_id for entry in entries}
    notes = [
        problems.NO_ENTRY(f"there is no waiting entry {wanted}", found=str(wanted))
        for wanted in ids or ()
        if wanted not in known
    ]
    if ids is not None:
        values = [entry.quarantine_id for entry in entries if entry.level == "value"]
        notes += [problems.NO_REPLAY(f"entry {one} is of a single value", found=str(one)) for one in values]
    total = Replayed(problems=tuple(notes))
    place = root or charter.root or Path()
    for source in charter.sources:
        mine = [entry for entry in entries if entry.source == source.source]
        purposes = charter.purposes.purposes
        bench = Bench(
            engine, ledger, source, charter.project, place, key_identifiers, now, progress, purposes, kept_out
        )
        total = _added(total, _replay_source(bench, mine))
    return total


def _replay_source(bench: Bench, entries: Sequence[Chosen]) -> Replayed:
    done = Replayed()
    left = bench.ledger.open_batch(bench.source.source)
    if left is not None:
        taking.take_batch(bench, left)
    rows = [entry.quarantine_id for entry in entries if entry.level == "row"]
    if rows:
        listed = ",".join(str(one) for one in rows)
        done = _added(done, _counted(len(rows), _planned(bench, {REPLAY: listed})))
    files = sorted({entry.file for entry in entries if entry.level == "file"})
    if files:
        done = _added(done, _replay_files(bench, files))
    return done


def _replay_files(bench: Bench, names: Sequence[str]) -> Replayed:
    found, failed = finding.examine([bench.root / name for name in names], bench.root)
    notes: list[Problem] = [problems.GONE(f"{name} cannot be opened: {why}") for name, why in failed]
    if not found:
        return Replayed(entries=len(names), still=len(names), problems=tuple(notes))
    taken = _planned(bench, {one.name: one.fingerprint for one in found})
    unread = sum(1 for one in taken.files if one.rows_read is None) + len(failed)
    counted = replace(_counted(len(names), taken), still=unread)
    return replace(counted, problems=(*notes, *taken.problems))


def _planned(bench: Bench, files: dict[str, str]) -> Taken:
    bench.ledger.plan_batch(bench.source.source, files, bench.now)
    batch = bench.ledger.open_batch(bench.source.source)
    assert batch is not None
    return taking.take_batch(bench, batch)


def _counted(entries: int, taken: Taken) -> Replayed:
    return Replayed(
        entries=entries,
        landed=taken.rows_landed,
        duplicate=taken.rows_duplicate,
        unplanned=taken.rows_unplanned,
        still=taken.rows_quarantined,
    )


def _added(one: Replayed, other: Replayed) -> Replayed:
    return Replayed(
        entries=one.entries + other.entries,
        landed=one.landed + other.landed,
        duplicate=one.duplicate + other.duplicate,
        unplanned=one.unplanned + other.unplanned,
        still=one.still + other.still,
        problems=(*one.problems, *other.problems),
    )
