"""What is counted of a campaign, whether or not a lift can be told from it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tandem.kernel import iso
from tandem.measure.moments import Cell
from tandem.policy import shown


@dataclass(frozen=True)
class Arm:
    """One arm so far: people assigned, those with a contact that left, those who reached the goal, value."""

    assigned: int
    contacted: int
    converted: int
    value: float | None

    def to_dict(self, smallest_group: int) -> dict[str, object]:
        """For JSON; counts under the smallest group are told as such, and then no value is told."""
        counts = {"assigned": self.assigned, "contacted": self.contacted, "converted": self.converted}
        told: dict[str, object] = {name: shown(n, smallest_group).to_dict() for name, n in counts.items()}
        return told | ({"value": self.value} if self.converted >= smallest_group else {})


@dataclass(frozen=True)
class Figures:
    """What is known of a campaign at `now`, whether or not a lift can be told.

    `unit` is that of the value (a currency, or None). `open` people can still reach the goal; the last window
    ends at `closes`. `cells` are the sums behind everything: by arm, day of assignment and of conversion.
    """

    campaign: str
    title: str
    goal: str
    value_field: str | None
    unit: str | None
    window: timedelta
    holdout: float
    now: datetime
    arms: dict[str, Arm]
    open: int
    closes: datetime | None
    cells: tuple[Cell, ...]
    smallest_group: int

    def to_dict(self) -> dict[str, object]:
        """For JSON, without the cells."""
        return {
            "campaign": self.campaign,
            "title": self.title,
            "goal": self.goal,
            "value_field": self.value_field,
            "unit": self.unit,
            "window_days": self.window / timedelta(days=1),
            "holdout": self.holdout,
            "now": iso(self.now),
            "arms": {name: arm.to_dict(self.smallest_group) for name, arm in self.arms.items()},
            "open_windows": self.open,
            "closes": iso(self.closes) if self.closes else None,
        }
