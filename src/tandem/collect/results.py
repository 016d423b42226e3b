"""What was taken from a source, in numbers and problems."""

from dataclasses import dataclass

from tandem.kernel import Problem


@dataclass(frozen=True)
class TakenFile:
    """One file of a batch. `rows_read` is None if the file could not be read: then nobody knows."""

    file: str
    rows_read: int | None
    landed: int
    quarantined: int
    duplicate: int
    unplanned: int
    erased: int = 0

    def to_dict(self) -> dict[str, object]:
        """As plain JSON values."""
        return dict(vars(self))


@dataclass(frozen=True)
class Waiting:
    """How many rows, values or files went to quarantine for one reason."""

    level: str
    code: str
    path: str | None
    rows: int

    def to_dict(self) -> dict[str, object]:
        """As plain JSON values."""
        return dict(vars(self))


@dataclass(frozen=True)
class Taken:
    """What one call took: read = landed + quarantined + duplicate + unplanned + erased, in each file and in sum.

    `erased` are rows left out because they name somebody who was erased. `landed` counts rows by kind (`record`
    for a snapshot). `batch_id` is None if there was nothing new. `problems` are about files and the source; single
    rows are in `waiting`.
    """

    source: str
    batch_id: int | None = None
    files: tuple[TakenFile, ...] = ()
    landed: tuple[tuple[str, int], ...] = ()
    waiting: tuple[Waiting, ...] = ()
    identifiers: int = 0
    evidence: int = 0
    consents: int = 0
    suppressions: int = 0
    signals: int = 0
    problems: tuple[Problem, ...] = ()

    @property
    def rows_read(self) -> int:
        """Rows in all files that could be read."""
        return sum(file.rows_read or 0 for file in self.files)

    @property
    def rows_landed(self) -> int:
        """Rows that are now in typed tables."""
        return sum(file.landed for file in self.files)

    @property
    def rows_quarantined(self) -> int:
        """Rows that wait."""
        return sum(file.quarantined for file in self.files)

    @property
    def rows_duplicate(self) -> int:
        """Rows that were there already."""
        return sum(file.duplicate for file in self.files)

    @property
    def rows_unplanned(self) -> int:
        """Events of a kind that no contract names."""
        return sum(file.unplanned for file in self.files)

    @property
    def rows_erased(self) -> int:
        """Rows left out because they name somebody who was erased."""
        return sum(file.erased for file in self.files)

    def to_dict(self) -> dict[str, object]:
        """As plain JSON values."""
        return {
            "source": self.source,
            "batch_id": self.batch_id,
            "files": [file.to_dict() for file in self.files],
            "rows_read": self.rows_read,
            "rows_landed": self.rows_landed,
            "rows_quarantined": self.rows_quarantined,
            "rows_duplicate": self.rows_duplicate,
            "rows_unplanned": self.rows_unplanned,
            "rows_erased": self.rows_erased,
            "landed": dict(self.landed),
            "waiting": [one.to_dict() for one in self.waiting],
            "identifiers": self.identifiers,
            "evidence": self.evidence,
            "consents": self.consents,
            "suppressions": self.suppressions,
            "signals": self.signals,
            "problems": [problem.to_dict() for problem in self.problems],
        }


@dataclass(frozen=True)
class Entry:
    """One entry of the quarantine, still waiting. `payload` is the whole row as JSON (None for a file)."""

    quarantine_id: int
    source: str
    kind: str | None
    level: str
    code: str
    path: str | None
    found: str | None
    expected: str | None
    payload: str | None
    file: str
    line: int | None
    at: str
    batch_id: int

    def to_dict(self) -> dict[str, object]:
        """As plain JSON values."""
        return dict(vars(self))


@dataclass(frozen=True)
class Replayed:
    """What a replay did. `still` entries break the contract as before and wait on."""

    entries: int = 0
    landed: int = 0
    duplicate: int = 0
    unplanned: int = 0
    still: int = 0
    problems: tuple[Problem, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """As plain JSON values."""
        return {**vars(self), "problems": [problem.to_dict() for problem in self.problems]}
