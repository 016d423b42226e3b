"""What waits to be applied: the edited files of the charter, line by line, or why they cannot be read.

Working out whom the edits touch is `plan_charter`; this answers at once.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tandem.charter import Charter, files, fingerprint, load_files
from tandem.kernel import Problem, Problems
from tandem.ledger import Ledger
from tandem.usecases.approving import plan_of
from tandem.usecases.plan_charter import Edit, approvals_of, edits_between
from tandem.usecases.widening import Widening, asked, widenings


@dataclass(frozen=True)
class FileChange:
    """One file that differs from the charter in force. `change`: added, changed or removed; `lines` as a diff.

    `stamp` stands for the text of the file as it was seen.
    """

    file: str
    change: str
    lines: tuple[str, ...]
    stamp: str


@dataclass(frozen=True)
class Waiting:
    """The charter in the folder against the one in force. `edits` is absent while the files have problems.

    `approvals` are the edited parts of each function, `widenings` what asks for its approval, `plan` the fingerprint
    that an approval names. `charters` are the one in force and the edited one, as far as they can be read.
    """

    fingerprint: str
    plan: str
    changes: tuple[FileChange, ...]
    edits: tuple[Edit, ...]
    approvals: Mapping[str, tuple[str, ...]]
    widenings: tuple[Widening, ...]
    problems: tuple[Problem, ...]
    applied_at: datetime | None
    applied_by: str | None
    charters: tuple[Charter, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether the charter in the folder is the one in force."""
        return not self.changes

    @property
    def asked(self) -> Mapping[str, tuple[str, ...]]:
        """Function → the sentences of what widens and it has to approve."""
        return asked(self.widenings)


def see_plan(root: Path, ledger: Ledger) -> Waiting:
    """What waits. Raises Problems only if the folder itself cannot be read."""
    now = files(root)
    applied = ledger.applied()
    before = dict(applied.files) if applied else {}
    changes = tuple(_changes(before, now))
    problems: tuple[Problem, ...] = ()
    edits: tuple[Edit, ...] = ()
    wider: tuple[Widening, ...] = ()
    charters: tuple[Charter, ...] = ()
    if changes:
        try:
            old, new = load_files(before) if applied else None, load_files(now)
            edits, wider = edits_between(old, new), widenings(old, new)
            charters = (new,) if old is None else (old, new)
        except Problems as found:
            problems = found.problems
    return Waiting(
        fingerprint=fingerprint(now),
        plan=plan_of(applied.fingerprint if applied else None, fingerprint(now)),
        changes=changes,
        edits=edits,
        approvals=approvals_of(edits),
        widenings=wider,
        problems=problems,
        applied_at=applied.applied_at if applied else None,
        applied_by=applied.actor if applied else None,
        charters=charters,
    )


def _changes(before: Mapping[str, str], now: Mapping[str, str]) -> list[FileChange]:
    found: list[FileChange] = []
    for file in sorted({*before, *now}):
        old, new = before.get(file), now.get(file)
        if old == new:
            continue
        change = "added" if old is None else "removed" if new is None else "changed"
        stamp = fingerprint({file: new} if new is not None else {})
        found.append(FileChange(file, change, difference(old, new), stamp))
    return found


def difference(old: str | None, new: str | None) -> tuple[str, ...]:
    """Two texts of a file, None where there is none, line by line: ` `, `-` or `+` and the line; `@@` between."""
    lines = difflib.unified_diff((old or "").splitlines(), (new or "").splitlines(), lineterm="", n=2)
    return tuple(lines)[2:]
