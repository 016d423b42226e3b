"""Which side of the agenda a role is on, and what it may do there."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tandem.align.agenda_problems import NOT_YOUR_SIDE
from tandem.kernel import Refused
from tandem.kernel.values import Actor
from tandem.kernel.values import WorkspaceRole as Role
from tandem.ledger import Ledger
from tandem.usecases.approving import FUNCTIONS
from tandem.usecases.auditing import by, note

BRIEFS = frozenset({Role.MARKETER, Role.ANALYST, Role.ADMIN})
"""Who makes and changes briefs, takes what was delivered, and says what was promised outside."""
COMMITS = frozenset({Role.ENGINEER, Role.ADMIN})
"""Who commits IT and says that something is delivered."""
RANKS = frozenset({Role.MARKETER, Role.ANALYST, Role.ENGINEER, Role.PRIVACY})
"""Who ranks priorities: everybody who is on one of the two sides."""
FIELDS = frozenset({Role.MARKETER, Role.ENGINEER, Role.ADMIN})
"""Who opens pulses, invites and reminds, closes them, and brings answers in or leaves them out."""
WORDS = {BRIEFS: "make and change briefs", COMMITS: "commit IT", RANKS: "rank priorities"}


@dataclass(frozen=True)
class Desk:
    """Who acts on the agenda and where. `now` is the company's time, `wall` the real one, for the audit log."""

    root: Path
    ledger: Ledger
    actor: Actor
    now: datetime
    wall: datetime

    @property
    def function(self) -> str | None:
        """The side of who acts."""
        return function_of(self.actor.role)

    def needs(self, roles: frozenset[Role], what: str, **detail: object) -> None:
        """Go on only for one of these roles; a refusal is noted as one. Raises ALN-401."""
        if self.actor.role not in roles:
            self.note(what, "refused", code=NOT_YOUR_SIDE.code, **detail)
            sentence = f"the role `{self.actor.role}` may not {WORDS.get(roles, 'do this')}"
            names = ", ".join(str(role) for role in Role if role in roles)
            raise Refused(NOT_YOUR_SIDE(sentence, found=self.actor.role, expected=names))

    def note(self, what: str, outcome: str = "done", **detail: object) -> None:
        """Put into the audit log what was done, after it was; or that it was refused."""
        entry = by(self.actor, "brief", what, outcome, detail=detail)
        note(self.root, self.ledger, self.wall, entry)


def function_of(role: str) -> str | None:
    """marketing or it; None for who is on neither side or on both."""
    if role not in [*Role]:
        return None
    found = FUNCTIONS[Role(role)]
    return next(iter(found)) if len(found) == 1 else None
