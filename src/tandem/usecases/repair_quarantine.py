"""What broke a contract: list it, and after a repair let it come in as if it arrived now."""

from collections.abc import Sequence
from datetime import datetime

from tandem.collect import Entry, Replayed, list_quarantine, replay
from tandem.identity import key_identifiers
from tandem.kernel.values import Destination, FieldRef
from tandem.usecases.permits import permit_for
from tandem.usecases.workspace import Workspace

__all__ = ["Entry", "Replayed", "replay_quarantine", "waiting"]

FOOTPRINT = frozenset({FieldRef("quarantine", "payload"), FieldRef("quarantine", "found")})


def waiting(work: Workspace, source: str | None = None, code: str | None = None) -> list[Entry]:
    """The entries that wait, newest last. Shows rows as they came, so policy is asked (destination explain).

    Raises CHR-200 for a source that is unknown and has left nothing behind.
    """
    permit_for(work, work.charter.purposes.counting, Destination.EXPLAIN, FOOTPRINT, work.actor)
    found = list_quarantine(work.engine, source=source, code=code)
    if source is not None and not found:
        work.charter.source(source)
    return found


def replay_quarantine(work: Workspace, ids: Sequence[int] | None, now: datetime) -> Replayed:
    """Put entries (None: all) through the contracts in force again. Replaying twice changes nothing."""
    keys = key_identifiers(work.charter.identity)
    return replay(work.engine, work.ledger, work.charter, ids, key_identifiers=keys, now=now)
