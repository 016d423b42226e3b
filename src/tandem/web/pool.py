"""Open workspaces, lent to one request at a time: an engine's connection and stages are not for sharing."""

import queue
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from tandem.kernel.values import Actor
from tandem.ledger import Ledger
from tandem.policy.book import Book
from tandem.usecases.auditing import trail
from tandem.usecases.workspace import SYSTEM, Workspace, open_workspace


@dataclass
class _Slot:
    """A place in the pool: empty until first lent, opened anew when another charter is in force."""

    stack: ExitStack
    work: Workspace | None = None
    fingerprint: str = ""


class Pool:
    """At most `size` workspaces over one project. Waits when all are lent."""

    def __init__(self, root: Path, ledger: Ledger, wall: Callable[[], datetime], size: int = 2) -> None:
        self._root = root
        self._wall = wall
        self._book = Book(ledger, wall)
        self._ledger = ledger
        self._slots: queue.LifoQueue[_Slot] = queue.LifoQueue()
        for _ in range(size):
            self._slots.put(_Slot(ExitStack()))
        self._size = size

    @contextmanager
    def lent(self, actor: Actor) -> Iterator[Workspace]:
        """A workspace with the charter in force, for this person. Raises Missing (RUN-001) if there is none.

        Its trail is noted at the end, before what was found leaves the house, and also if it was refused.
        """
        slot, noted = self._slots.get(), trail(self._root, self._ledger, self._wall)
        try:
            yield replace(self._fresh(slot), actor=actor, trail=noted, wall=self._wall, book=self._book)
        finally:
            if slot.work is not None:
                slot.work.engine.drop_stages()
            self._slots.put(slot)
            noted.flush()

    def close(self) -> None:
        """Close every workspace; waits for those that are lent."""
        for _ in range(self._size):
            self._slots.get().stack.close()

    def _fresh(self, slot: _Slot) -> Workspace:
        applied = self._ledger.applied_fingerprint()
        if slot.work is None or applied != slot.fingerprint:
            slot.stack.close()
            slot.work, slot.fingerprint = None, ""
            slot.work = slot.stack.enter_context(open_workspace(self._root, SYSTEM))
            slot.fingerprint = applied or ""
        return slot.work
