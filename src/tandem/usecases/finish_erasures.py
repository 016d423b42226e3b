"""Erasures that were begun and did not come to their end: a run finishes them before it takes anything in.

A crash, a cancelled job or a lease that somebody else held ends an erasure on its way. What the privacy office asked
for here was decided when it was asked, so a run carries on with it, as the loop. What another system handed in waits
until the privacy office looks at it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from tandem.kernel import Problem, Problems, numbers
from tandem.ledger import PersonRequest, RightsState
from tandem.usecases.erase_person import ERASURE, go_on
from tandem.usecases.erasing_rows import forget_requests
from tandem.usecases.opendsr import handed_in
from tandem.usecases.progress import Told, silent
from tandem.usecases.workspace import SYSTEM, Workspace

OPEN = (RightsState.PENDING, RightsState.WORKING)
MOST = 10_000
"""Open requests that are looked at, the newest first."""


@dataclass(frozen=True)
class Finished:
    """Requests that were finished, and those that stopped again, with why. `waiting`: erasures that others
    handed in and nobody has begun."""

    done: tuple[str, ...] = ()
    stopped: Mapping[str, tuple[Problem, ...]] | None = None
    waiting: int = 0

    def __bool__(self) -> bool:
        return bool(self.done or self.stopped)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Why some are still open."""
        return tuple(problem for found in (self.stopped or {}).values() for problem in found)

    @property
    def sentences(self) -> tuple[str, ...]:
        """In short; how many people it were stands in the receipts."""
        done, stopped = len(self.done), len(self.stopped or {})
        finished = f"{numbers.plural(done, 'erasure')} that had been begun and not finished: now finished."
        broken = f"{numbers.plural(stopped, 'erasure')} could not be finished and will be tried again by the next run."
        return (*((finished,) if done else ()), *((broken,) if stopped else ()))

    @property
    def notes(self) -> tuple[str, ...]:
        """What somebody has to look at."""
        wait = numbers.plural(self.waiting, "erasure")
        said = f"{wait} handed in by other systems: the privacy office decides (`tandem person requests`)"
        return (said,) if self.waiting else ()

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        stopped = {
            name: [problem.to_dict() for problem in found] for name, found in (self.stopped or {}).items()
        }
        return {"finished": list(self.done), "stopped": stopped, "waiting": self.waiting}


def finish_erasures(work: Workspace, now: datetime, told: Told = silent) -> Finished:
    """Carry on with every erasure that was begun, or decided here, what is due first. The caller holds the lease.

    One that stops with problems stays open and keeps neither the others nor the run from going on: its people are kept
    out from the first step on.
    """
    every = [one for one in work.ledger.person_requests(OPEN, MOST) if one.kind == ERASURE]
    ours = [one for one in every if _decided(one)]
    done: list[str] = []
    stopped: dict[str, tuple[Problem, ...]] = {}
    for one in ours:
        try:
            done.append(go_on(replace(work, actor=SYSTEM), one.id, now, told).id)
        except Problems as found:
            stopped[one.id] = found.problems
    forget_requests(work.engine, sorted(stopped))
    return Finished(tuple(done), stopped or None, len(every) - len(ours))


def _decided(request: PersonRequest) -> bool:
    return request.state is RightsState.WORKING or not handed_in(request)
