"""Files of the lake that no table needs any more go, once a day, after as many days as the policies say.

Retention and erasure remove their old files at once. What is meant here are files that ordinary work has replaced, and
what a killed write left: they still hold what has been removed since.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tandem.charter import Charter
from tandem.charter.definitions.policies import OLD_FILES_DAYS
from tandem.engine.forgetting import stored, vacuum
from tandem.kernel import numbers
from tandem.usecases.progress import Told, silent
from tandem.usecases.workspace import Workspace

STAGE = "vacuum"


@dataclass(frozen=True)
class Vacuumed:
    """How many files went, by table, and after how many days a file goes. Nothing before the next day of the wall."""

    files: Mapping[str, int] = field(default_factory=dict)
    days: int = OLD_FILES_DAYS

    def __bool__(self) -> bool:
        return bool(self.files)

    def sentence(self) -> str:
        """In short, for the run's summary."""
        many, tables = (
            numbers.plural(sum(self.files.values()), "file"),
            numbers.plural(len(self.files), "table"),
        )
        return f"{many} of {tables} that nothing has needed for {numbers.plural(self.days, 'day')} removed."

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        return {"files": dict(self.files), "older_than_days": self.days}


def old_files_days(charter: Charter) -> int:
    """After how many days a file that no table needs goes: the shortest of all policies."""
    return min((one.old_files_days for one in charter.policies), default=OLD_FILES_DAYS)


def vacuum_lake(work: Workspace, wall: datetime, told: Told = silent) -> Vacuumed:
    """Remove old files of all tables, once a day of the real clock `wall`, by which files are as old as they are.

    The caller holds the lease of the run, so no other run, apply or erasure writes. What writes without it, and whoever
    reads, is safe by age: no file is younger than a day.
    """
    days, today = old_files_days(work.charter), wall.toordinal()
    if (work.ledger.watermark(STAGE) or 0) >= today:
        return Vacuumed(days=days)
    told("removing old files", 0, 0)
    engine = work.engine
    written = [table.name for table in engine.catalogue if engine.version(table.name) >= 0]
    names = sorted({*written, *stored(engine.lake)})
    gone = {name: vacuum(engine.lake, name, timedelta(days=days)) for name in names}
    work.ledger.set_watermark(STAGE, today)
    return Vacuumed({name: many for name, many in gone.items() if many}, days)
