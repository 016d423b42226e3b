"""What happened, as a figure of telemetry says it: value, what it rests on, when, and where the rows stand.

Instants are naive UTC. A figure that nobody can know is `NotKnown`, with the reason and how to get it: never zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil
from statistics import median

DAY = timedelta(days=1)


class Unit(StrEnum):
    """What a value is: days of 24 hours, a share from 0 to 1, or a number of records."""

    DAYS = "days"
    SHARE = "share"
    COUNT = "count"


class Evidence(StrEnum):
    """Where the rows behind a figure can be seen."""

    BRIEFS = "briefs"
    REQUESTS = "requests"
    APPROVALS = "approvals"
    AUDIT = "audit"
    QUARANTINE = "quarantine"
    REGISTER = "register"
    CAMPAIGNS = "campaigns"
    DATA = "data"
    PLAN = "plan"
    AGENDA = "agenda"


@dataclass(frozen=True)
class Window:
    """The instants in [since, until). Raises ValueError if it is empty or if an instant has a zone."""

    since: datetime
    until: datetime

    def __post_init__(self) -> None:
        if self.since.tzinfo is not None or self.until.tzinfo is not None:
            raise ValueError("a window is naive UTC")
        if self.since >= self.until:
            raise ValueError(f"a window ends after it begins: {self.since} to {self.until}")

    def holds(self, at: datetime | None) -> bool:
        """Whether an instant lies in it; its end does not."""
        return at is not None and self.since <= at < self.until

    @property
    def length(self) -> timedelta:
        """From its beginning to its end."""
        return self.until - self.since

    def before(self) -> "Window":
        """The window of the same length that ends where this one begins."""
        return Window(self.since - self.length, self.since)

    def moved(self, by: timedelta) -> "Window":
        """The same length, later by so much: a company in simulated time has records by the clock of the wall."""
        return Window(self.since + by, self.until + by)


@dataclass(frozen=True)
class NotKnown:
    """Why there is no figure, what would bring it, and who can: a function, or "both"."""

    reason: str
    how: str
    who: str


@dataclass(frozen=True)
class Part:
    """A part of a figure in the figure's unit. `side`: marketing, it, or "" where it belongs to neither.

    `value` None: nothing to tell of this part, so not zero. `n`: on how many records it rests.
    """

    name: str
    value: float | None
    n: int
    side: str = ""


@dataclass(frozen=True)
class Waiting:
    """What had not come to its end when the window ended: how many, and how long the oldest had waited, in days."""

    n: int
    longest: float


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One figure. Either `value` is there or `not_known` is.

    `value` of durations is the median, with `p90` (nearest rank) and `longest`; `n` records in `of` (in words),
    all within `window`. `says` is how it is counted, `sides` the figure for each function that it can be told for,
    `parts` the rows behind it by kind, most first.
    """

    id: str
    title: str
    says: str
    unit: Unit
    window: Window
    evidence: Evidence
    of: str
    n: int = 0
    value: float | None = None
    p90: float | None = None
    longest: float | None = None
    waiting: Waiting | None = None
    sides: tuple[Part, ...] = ()
    parts: tuple[Part, ...] = ()
    parts_of: str = ""
    notes: tuple[str, ...] = ()
    not_known: NotKnown | None = None

    def __post_init__(self) -> None:
        if (self.value is None) == (self.not_known is None):
            raise ValueError(f"{self.id}: either a value, or why there is none")
        if self.value is not None and not self.n:
            raise ValueError(f"{self.id}: a value that rests on nothing")


@dataclass(frozen=True)
class Spread:
    """Durations in days: how many, their median, their ninth tenth by nearest rank, and the longest."""

    n: int
    median: float
    p90: float
    longest: float


def spread(lengths: Sequence[timedelta]) -> Spread | None:
    """The middle and the end of durations, None of none. p90: the smallest one that nine tenths do not exceed."""
    days = sorted(one / DAY for one in lengths)
    if not days:
        return None
    return Spread(len(days), median(days), days[ceil(0.9 * len(days)) - 1], days[-1])


def waiting(since: Sequence[datetime], until: datetime) -> Waiting | None:
    """What still waits at `until`, by when it began; None if nothing does."""
    return Waiting(len(since), (until - min(since)) / DAY) if since else None


def share(part: int, whole: int) -> float | None:
    """part / whole, None of nothing."""
    return part / whole if whole else None
