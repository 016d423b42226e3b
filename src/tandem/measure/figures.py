"""What is counted of a campaign, whether or not a lift can be told from it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tandem.kernel import iso
from tandem.measure.earning import Cost
from tandem.measure.moments import Cell
from tandem.policy import AtLeast, Count, Shown, shown, shown_within


@dataclass(frozen=True)
class Arm:
    """One arm so far: people assigned, those with a contact that left, those who reached the goal, value."""

    assigned: int
    contacted: int
    converted: int
    value: float | None

    def to_dict(self, smallest_group: int) -> dict[str, object]:
        """For JSON; counts under the smallest group are told as such, and then no value is told."""
        names = ("assigned", "contacted", "converted")
        counts = zip(names, self.told(smallest_group), strict=True)
        told: dict[str, object] = {name: one.to_dict() for name, one in counts}
        return told | ({} if self.few(smallest_group) else {"value": self.value})

    def told(self, smallest_group: int) -> tuple[Shown, Shown, Shown]:
        """Assigned, contacted, converted; the last two are parts of the first, and so is what is left of it."""
        return (
            shown(self.assigned, smallest_group),
            shown_within(self.contacted, self.assigned, smallest_group),
            shown_within(self.converted, self.assigned, smallest_group),
        )

    def few(self, smallest_group: int) -> bool:
        """Whether a rate or a value would count a small group: of those who reached the goal, or did not."""
        return self.converted < smallest_group or 0 < self.assigned - self.converted < smallest_group


@dataclass(frozen=True)
class Figures:
    """What is known of a campaign at `now`, whether or not a lift can be told.

    `unit` is that of the value (a currency, or None). `open` people can still reach the goal; the last window
    ends at `closes`. `cells` are the sums behind everything: by arm, day of assignment and of conversion.
    `cost` is None when the campaign declares none: then it is not known, and not zero.
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
    cost: Cost | None = None

    @property
    def everybody(self) -> Shown:
        """All people assigned; held back with a small arm, which the other would leave of them."""
        total = sum(arm.assigned for arm in self.arms.values())
        small = any(arm.assigned < self.smallest_group for arm in self.arms.values())
        told = shown(total, self.smallest_group)
        return AtLeast(self.smallest_group) if small and isinstance(told, Count) else told

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
            "open_windows": shown(self.open, self.smallest_group).to_dict() if self.open else None,
            "closes": iso(self.closes) if self.closes else None,
            "cost": self.cost.to_dict(self.smallest_group) if self.cost else None,
        }
