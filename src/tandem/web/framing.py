"""The project that is served, and the frame around each of its pages."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from tandem.charter import load_project
from tandem.kernel import Problems
from tandem.ledger import Ledger
from tandem.usecases.clock import clock
from tandem.usecases.workspace import unapplied
from tandem.web.asking import Ask
from tandem.web.later import Later
from tandem.web.memo import Memo
from tandem.web.pool import Pool
from tandem.web.shell import TITLES, AtWork, Shell


@dataclass(frozen=True)
class Project:
    """One project folder while it is served."""

    root: Path
    ledger: Ledger
    pool: Pool
    wall: Callable[[], datetime]
    memo: Memo = field(default_factory=Memo)
    later: Later[Any] = field(default_factory=Later)

    def now(self) -> datetime:
        """The company's clock: simulated in a demo, else the real one to the minute.

        To the minute, so that what was worked out for a page still holds for the next one.
        """
        return clock(self.ledger, lambda: self.wall().replace(second=0, microsecond=0))

    def shell(self, ask: Ask, *, area: str, notice: str | None, path: str, here: Callable[..., str]) -> Shell:
        """The frame for the person who asks."""
        user = ask.user
        return Shell(
            company=self._company(),
            area=area,
            user=user.display if user else None,
            role=user.role if user else None,
            csrf=user.csrf if user else "",
            now=ask.now,
            simulated=self.ledger.simulated_now() is not None,
            unapplied=user is not None and unapplied(self.root, self.ledger),
            at_work=self._at_work() if user else None,
            notice=notice,
            path=path,
            here=here,
        )

    def bare_shell(self, path: str) -> Shell:
        """The frame when not even the ledger can be asked."""
        return Shell(
            company="Tandem",
            area="",
            user=None,
            role=None,
            csrf="",
            now=self.wall(),
            simulated=False,
            unapplied=False,
            at_work=None,
            notice=None,
            path=path,
            here=lambda **changed: path,
        )

    def _company(self) -> str:
        try:
            return load_project(self.root).name
        except Problems:
            return "Tandem"

    def _at_work(self) -> AtWork | None:
        busy = self.ledger.open_jobs(self.wall())
        return AtWork(busy[0].id, TITLES.get(busy[0].kind, busy[0].kind), busy[0].step) if busy else None
