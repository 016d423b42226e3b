"""Every rule in force, in plain sentences: what policy decides by, where it stands, and whether it still holds."""

from dataclasses import dataclass
from datetime import datetime

from tandem.policy import Clause, clauses
from tandem.usecases.workspace import Workspace

KINDS = {
    "purpose": "What data is used for",
    "smallest_group": "Counting",
    "label": "Labels of our own",
    "mask": "What is shown only in part",
    "grant": "Who may use what",
    "rows": "Whose data",
    "keep": "How long data stays",
}


@dataclass(frozen=True)
class Rule:
    """One clause. `holds` is false of a grant that has ended; `about` is whom or what it is a rule for."""

    clause: Clause
    about: str
    holds: bool

    @property
    def sentence(self) -> str:
        """What it says, and that it has ended if it has."""
        return (
            self.clause.sentence if self.holds else f"{self.clause.sentence} It has ended and allows nothing."
        )

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        return {**self.clause.to_dict(), "holds": self.holds}


@dataclass(frozen=True)
class Rules:
    """The rules of the charter in force at a time, in the order of reading. What none of them allows is refused."""

    at: datetime
    rules: tuple[Rule, ...]

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        return {"at": self.at.isoformat() + "Z", "rules": [one.to_dict() for one in self.rules]}


def list_rules(work: Workspace, now: datetime) -> Rules:
    """Every clause of the charter in force. Whether a grant has ended is judged by the clock, if there is one."""
    at = work.time or now
    return Rules(at, tuple(Rule(one, KINDS[one.kind], one.holds(at)) for one in clauses(work.charter)))
