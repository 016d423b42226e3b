"""New files of every source into typed tables, or quarantine. A source that fails does not stop the others."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tandem.collect import Taken, take_source
from tandem.collect.problems import EVOLVED, NO_FILES
from tandem.collect.statements import FOLDER, statement_source
from tandem.identity import key_identifiers
from tandem.kernel import Kind, Problem, Problems, numbers
from tandem.usecases.auditing import by
from tandem.usecases.kept_out import kept_out
from tandem.usecases.progress import Told, silent
from tandem.usecases.spool import sizes, tidy
from tandem.usecases.workspace import Workspace

ALL_TAKEN = frozenset({NO_FILES.code, EVOLVED.code})
"""Problems with which everything that lay there was taken."""


@dataclass(frozen=True)
class Collected:
    """What came in, per source, and what kept a source from being taken.

    `failed`: sources of which something lay there that could not be taken. `heard`: how long the files of
    statements were before they were taken; what stands behind that was said since.
    """

    sources: tuple[Taken, ...]
    problems: tuple[Problem, ...]
    notices: tuple[Problem, ...] = ()
    failed: tuple[str, ...] = ()
    heard: Mapping[str, int] = field(default_factory=dict)

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
    failed: list[str] = []
    heard = sizes(work.root)
    keys, out = key_identifiers(work.charter.identity), kept_out(work)
    own = statement_source(work.charter)
    stated = any((work.root / FOLDER).glob("*.ndjson")) or work.ledger.open_batch(own.source) is not None
    sources = (*work.charter.sources, *((own,) if stated else ()))
    for number, source in enumerate(sources):
        told(f"collecting {source.source}", number, len(sources))
        try:
            one = take_source(
                work.engine,
                work.ledger,
                source,
                work.charter.project,
                root=work.root,
                key_identifiers=keys,
                now=now,
                purposes=work.charter.purposes.purposes,
                progress=_of(source.source, told),
                kept_out=out,
            )
        except Problems as stopped:
            found.extend(stopped.problems)
            failed.append(source.source)
            continue
        taken.append(one)
        if any(p.kind is not Kind.NOTICE and p.code not in ALL_TAKEN for p in one.problems):
            failed.append(source.source)
        found.extend(one.problems)
        if one.signals:
            detail = {"source": one.source, "batch": one.batch_id, "statements": one.signals}
            work.trail.add(by(work.actor, "consent", "gpc signals", "denied", detail=detail))
    tidy(work.root, work.ledger.taken_files(own.source))
    notices = tuple(one for one in found if one.kind is Kind.NOTICE)
    problems = tuple(one for one in found if one.kind is not Kind.NOTICE)
    return Collected(tuple(taken), problems, notices, tuple(failed), heard)


def _of(source: str, told: Told) -> Told:
    return lambda step, done, total: told(f"collecting {source}: {step}", done, total)


def _told(source: str, same: list[Problem]) -> str:
    more = f" (and {numbers.plural(len(same) - 1, 'more file')} likewise)" if len(same) > 1 else ""
    return f"{source}: {same[0].sentence}{more}"
