"""Answers kept while nothing that they were read from has changed."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar, cast

from tandem.charter import fingerprint
from tandem.policy import standing
from tandem.usecases.auditing import Entry, Trail
from tandem.usecases.workspace import Workspace

T = TypeVar("T")
HELD = 256


@dataclass(frozen=True)
class Kept:
    """An answer, and what was noted while it was worked out for the one who asked first."""

    answer: object
    actor: str
    entries: tuple[Entry, ...]

    def noted_for(self, actor: str) -> tuple[Entry, ...]:
        """The same for somebody else of the role: who is given a kept answer was let see it just as well."""
        return tuple(replace(one, actor=actor) if one.actor == self.actor else one for one in self.entries)


class Memo:
    """Keeps the answer to a question per role, charter, lake version and time; the oldest unused go first.

    Who asks is part of the key by role, as policy judges by role: no answer crosses to another role. So is everything
    that its permits are made of, and that is what holds now: no answer outlives the grant it was given under. Whoever
    is given a kept answer has its decisions on the trail as if it had been worked out anew.
    """

    def __init__(self, held: int = HELD) -> None:
        self._held = held
        self._answers: OrderedDict[Hashable, Kept] = OrderedDict()
        self._lock = threading.Lock()

    def answer(self, work: Workspace, now: datetime, question: Hashable, work_out: Callable[[], T]) -> T:
        """The kept answer, or a new one. `question` names the use case and all its arguments."""
        role, charter = work.actor.role, work.charter
        held = standing(role, charter, work.time)
        key = (question, role, held, fingerprint(charter.files), now, lake_version(work))
        with self._lock:
            known = self._answers.get(key)
            if known is not None:
                self._answers.move_to_end(key)
        if known is not None:
            work.trail.add(*known.noted_for(work.actor.name))
            return cast(T, known.answer)
        found, entries = _noted(work.trail, work_out)
        with self._lock:
            self._answers[key] = Kept(found, work.actor.name, entries)
            while len(self._answers) > self._held:
                self._answers.popitem(last=False)
        return found


def _noted(trail: Trail, work_out: Callable[[], T]) -> tuple[T, tuple[Entry, ...]]:
    """What was worked out, and all that it put onto the trail, also what stood there before."""
    before, trail.entries = trail.entries, {}
    try:
        found = work_out()
        return found, tuple(trail.entries.values())
    finally:
        own, trail.entries = trail.entries, before
        trail.add(*own.values())


def lake_version(work: Workspace) -> tuple[int, ...]:
    """The newest version of every table: equal ones, equal lakes."""
    return tuple(work.engine.version(table.name) for table in work.engine.catalogue)
