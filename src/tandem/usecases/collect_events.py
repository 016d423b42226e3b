"""New files of every source into typed tables, or quarantine. A source that fails does not stop the others."""

from dataclasses import dataclass
from datetime import datetime

from tandem.collect import Taken, take_source
from tandem.identity import key_identifiers
from tandem.kernel import Problem, Problems
from tandem.usecases.progress import Told, silent
from tandem.usecases.workspace import Workspace


@dataclass(frozen=True)
class Collected:
    """What came in, per source, and what kept a source from being taken."""

    sources: tuple[Taken, ...]
    problems: tuple[Problem, ...]

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        return {
            "sources": [taken.to_dict() for taken in self.sources],
            "problems": [problem.to_dict() for problem in self.problems],
        }


def collect_all(work: Workspace, now: datetime, told: Told = silent) -> Collected:
    """Take what is new in every source of the charter in force. Every source is tried; problems are gathered."""
    taken: list[Taken] = []
    found: list[Problem] = []
    keys = key_identifiers(work.charter.identity)
    for number, source in enumerate(work.charter.sources):
        told(f"collecting {source.source}", number, len(work.charter.sources))
        try:
            one = take_source(
                work.engine,
                work.ledger,
                source,
                work.charter.project,
                root=work.root,
                key_identifiers=keys,
                now=now,
                progress=told,
            )
        except Problems as stopped:
            found.extend(stopped.problems)
            continue
        taken.append(one)
        found.extend(one.problems)
    return Collected(tuple(taken), tuple(found))
