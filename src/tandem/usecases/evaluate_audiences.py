"""Every audience of the charter, brought up to now: who entered, who left."""

from dataclasses import asdict, dataclass
from datetime import datetime

from tandem.audience import MembershipChange, bind, evaluate
from tandem.charter.definitions import Audience
from tandem.kernel.values import Destination
from tandem.policy import Shown, shown
from tandem.usecases.permits import permit_for
from tandem.usecases.progress import Told, silent
from tandem.usecases.workspace import Workspace


@dataclass(frozen=True)
class Evaluated:
    """One audience under the counting purpose; groups under the smallest are "fewer than k"."""

    audience: str
    size: Shown
    entered: Shown
    left: Shown
    changed: bool

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        return {
            **asdict(self),
            "size": self.size.to_dict(),
            "entered": self.entered.to_dict(),
            "left": self.left.to_dict(),
        }


def evaluate_audiences(work: Workspace, now: datetime, told: Told = silent) -> tuple[Evaluated, ...]:
    """Evaluate all audiences in the charter's order."""
    found = []
    for number, audience in enumerate(work.charter.audiences):
        told(f"evaluating {audience.audience}", number, len(work.charter.audiences))
        found.append(evaluate_one(work, audience, now))
    return tuple(found)


def evaluate_one(work: Workspace, audience: Audience, now: datetime) -> Evaluated:
    """Evaluate one audience under the counting purpose and write the difference."""
    node = bind(audience, work.charter, work.engine.catalogue)
    permit = permit_for(work, work.charter.purposes.counting, Destination.PREVIEW, node.footprint())
    change: MembershipChange = evaluate(work.engine, work.charter, audience, permit, now)
    size, entered, left = (
        shown(n, permit.smallest_group) for n in (change.size, change.entered, change.left)
    )
    return Evaluated(audience.audience, size, entered, left, bool(change))
