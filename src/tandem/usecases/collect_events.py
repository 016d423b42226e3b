"""New files of every source into typed tables, or quarantine. A source that fails does not stop the others."""

from dataclasses import dataclass
from datetime import datetime

from tandem.collect import Taken, take_source
from tandem.identity import key_identifiers
from tandem.kernel import Kind, Problem, Problems, numbers
from tandem.usecases.progress import Told, silent
from tandem.usecases.workspace import Workspace


@dataclass(frozen=True)
class Collected:
    """What came in, per source, and what kept a source from being taken."""

    sources: tuple[Taken, ...]
    problems: tuple[Problem, ...]
    notices: tuple[Problem, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """The notices, those of one kind and source in one sentence."""
        by_kind: dict[tuple[str, str], list[Problem]] = {}
        for taken in self.sources:
            for one in taken.problems:
                if one.kind is Kind.NOTICE:
                    by_kind.setdefault((taken.source, one.code), []).append(one)
        return tuple(_told(source, same) for (source, _), same in by_kind.items())

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        return {
            "sources": [taken.to_dict() for taken in self.sources],
            "problems": [problem.to_dict() for problem in self.problems],
            "notices": [notice.to_dict() for notice in self.notices],
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
    notices = tuple(one for one in found if one.kind is Kind.NOTICE)
    return Collected(tuple(taken), tuple(one for one in found if one.kind is not Kind.NOTICE), notices)


def _told(source: str, same: list[Problem]) -> str:
    more = f" (and {numbers.plural(len(same) - 1, 'more file')} likewise)" if len(same) > 1 else ""
    return f"{source}: {same[0].sentence}{more}"
