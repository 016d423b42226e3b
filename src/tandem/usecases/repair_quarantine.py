"""What broke a contract: list it, and after a repair let it come in as if it arrived now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tandem.collect import Broken, Entry, Replayed, count_waiting, list_quarantine, replay
from tandem.identity import key_identifiers
from tandem.kernel import Problem, Problems, Refused
from tandem.kernel.values import Destination, FieldRef
from tandem.usecases.alone import alone
from tandem.usecases.auditing import by
from tandem.usecases.kept_out import kept_out
from tandem.usecases.permits import permit_for
from tandem.usecases.progress import Told, silent
from tandem.usecases.workspace import Workspace

__all__ = ["Broken", "Entry", "Replayed", "Waiting", "replay_quarantine", "waiting", "waiting_by_reason"]

FOOTPRINT = frozenset({FieldRef("quarantine", "payload"), FieldRef("quarantine", "found")})


@dataclass(frozen=True)
class Waiting:
    """The entries that wait, and why those of some sources are not shown."""

    entries: tuple[Entry, ...]
    hidden: tuple[Problem, ...]


def waiting(
    work: Workspace, source: str | None = None, code: str | None = None, *, limit: int | None = None
) -> Waiting:
    """The entries that wait, oldest first, at most `limit` of them.

    They show rows as they came, so policy is asked (destination explain) for every field of the source's contract:
    a row may hold a sensitive field whatever broke. Sources that the role may not see are left out and told; if
    none is left, that is a refusal. Raises CHR-200 for a source that is unknown and has left nothing behind.
    """
    every = sorted({one.source for one in count_waiting(work.engine)})
    wanted = [one for one in every if source in (None, one)]
    if source is not None and not wanted:
        work.charter.source(source)
    refused = {one: found for one in wanted if (found := _refused(work, one))}
    hidden = tuple(dict.fromkeys(problem for found in refused.values() for problem in found))
    seen = [one for one in wanted if one not in refused]
    if hidden and not seen:
        raise Refused(hidden)
    return Waiting(tuple(list_quarantine(work.engine, seen, code, limit=limit)), hidden)


def _refused(work: Workspace, source: str) -> tuple[Problem, ...]:
    try:
        permit_for(
            work, work.charter.purposes.counting, Destination.EXPLAIN, _fields(work, source), work.actor
        )
    except Problems as refused:
        return refused.problems
    return ()


def _fields(work: Workspace, source: str) -> frozenset[FieldRef]:
    """What a row of the source may hold. Of a source that left the charter only the quarantine's own labels count."""
    contract = next((one for one in work.charter.sources if one.source == source), None)
    if contract is None:
        return FOOTPRINT
    events = {FieldRef(f"event_{one.kind}", field.name) for one in contract.events for field in one.fields}
    record = contract.record.fields if contract.record else ()
    return FOOTPRINT | events | {FieldRef(f"record_{source}", field.name) for field in record}


def waiting_by_reason(work: Workspace) -> list[Broken]:
    """How many entries wait, by source and reason, most first."""
    return count_waiting(work.engine)


def replay_quarantine(
    work: Workspace, ids: Sequence[int] | None, now: datetime, told: Told = silent
) -> Replayed:
    """Put entries (None: all) through the contracts in force again. Replaying twice changes nothing."""
    keys = key_identifiers(work.charter.identity)
    with alone(work.ledger, work.wall or (lambda: now), told) as going:
        done = replay(
            work.engine,
            work.ledger,
            work.charter,
            ids,
            key_identifiers=keys,
            now=now,
            progress=going,
            kept_out=kept_out(work),
        )
    counts = {"entries": done.entries, "landed": done.landed, "still": done.still}
    work.trail.add(by(work.actor, "change", "quarantine: replayed", "done", detail=counts))
    return done
