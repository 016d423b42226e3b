"""Noting what was done in the audit log: at once, or gathered over a request and noted at its end."""

import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from tandem.kernel import Problems
from tandem.kernel.values import Actor
from tandem.ledger import Entry, Head, Ledger
from tandem.usecases.problems import NAMES_SOMEBODY
from tandem.usecases.secrets import derived

__all__ = ["COPY", "Entry", "Trail", "audit_key", "by", "copied_head", "nameless", "note", "trail"]

ADDRESS = re.compile(r"[^\s@]+(@|%40)[^\s@]+\.[^\s@]+", re.IGNORECASE)
COPY = Path(".tandem") / "audit-head"
"""The head outside the ledger: a ledger restored from an older copy is behind it."""


def note(root: Path, ledger: Ledger, now: datetime, *entries: Entry) -> None:
    """Append to the audit log, all of it or nothing. Who calls it before the answer leaves shows nothing unnoted.

    `now` is the time of the wall. Raises LDG-070 or LDG-071 if somebody changed the log behind Tandem's back.
    """
    if entries:
        keep_copy(root, ledger, ledger.append_audit(entries, now, audit_key(root)))


def by(
    actor: Actor,
    kind: str,
    what: str,
    outcome: str,
    *,
    purpose: str | None = None,
    person_id: int | None = None,
    detail: Mapping[str, object] | None = None,
) -> Entry:
    """An entry of what this actor did."""
    return Entry(kind, actor.name, actor.role, what, outcome, purpose, person_id, detail or {})


@dataclass
class Trail:
    """What one request did, each thing once, until it is noted at its end, or earlier at the end of a part.

    `write` notes entries with the time of the wall; without it nothing is noted, as in work that only prepares.
    """

    write: Callable[[Sequence[Entry]], None] | None = None
    entries: dict[str, Entry] = field(default_factory=dict)

    def add(self, *entries: Entry) -> None:
        """Remember entries; one that says what another says already is no new one."""
        for entry in entries:
            self.entries.setdefault(entry.key, entry)

    def flush(self) -> None:
        """Note all of it in one append, and begin anew."""
        found = tuple(self.entries.values())
        self.entries.clear()
        if self.write is not None and found:
            self.write(found)


def trail(root: Path, ledger: Ledger, wall: Callable[[], datetime]) -> Trail:
    """A trail that notes in this ledger, at the time that the clock of the wall says then."""
    return Trail(lambda entries: note(root, ledger, wall(), *entries))


def nameless(reason: str) -> str:
    """The text, if no address of anybody stands in it. Raises RUN-097: nothing can be erased from the audit log."""
    if ADDRESS.search(reason):
        raise Problems(NAMES_SOMEBODY("the reason has an address of somebody in it; nothing was changed"))
    return reason


def audit_key(root: Path) -> bytes:
    """The key of the seal."""
    return derived(root, "audit")


def copied_head(root: Path) -> Head | None:
    """The head as it is kept outside the ledger; None if it cannot be read."""
    try:
        held = Head(**json.loads((root / COPY).read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return held if isinstance(held.number, int) else None


def keep_copy(root: Path, ledger: Ledger, head: Head) -> None:
    """Copy the head beside the ledger, as well as it goes.

    A copy that the chain does not hold is left: it is the only trace of a ledger that was set back.
    """
    held = copied_head(root)
    if held is not None and (held.number > head.number or ledger.audit_hash(held.number) != held.hash):
        return
    write_copy(root, head)


def write_copy(root: Path, head: Head) -> None:
    """Put this head in place of the copy, whole or not at all; a folder that cannot be written is no reason to stop."""
    file = root / COPY
    draft = file.with_name(f"{file.name}.{os.getpid()}.{head.number}")
    with suppress(OSError):
        file.parent.mkdir(exist_ok=True)
        draft.write_text(json.dumps(vars(head)) + "\n")
        draft.replace(file)
