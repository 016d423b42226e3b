"""The stages of a plan: what applying a charter does, one plain object each. Read by whoever shows and whoever does."""

from dataclasses import dataclass

from tandem.kernel import numbers
from tandem.policy import Count, Shown

NOT_YET = "how many people is known after the first run"
NOT_TOLD = "how many people may not be told by the policies in force"


@dataclass(frozen=True)
class AddTables:
    """Tables and columns that the lake will have. Absent when no contract or trait adds any."""

    tables: tuple[str, ...]
    columns: tuple[str, ...]

    def sentence(self) -> str:
        """What it does, in English."""
        parts = [numbers.plural(len(self.tables), "table")] if self.tables else []
        parts += [numbers.plural(len(self.columns), "column")] if self.columns else []
        return f"make room for {' and '.join(parts)}: {', '.join((*self.tables, *self.columns))}"


@dataclass(frozen=True)
class ResolveAgain:
    """Who is who, worked out anew from all evidence. Absent unless identity.yml changed."""

    def sentence(self) -> str:
        """What it does, in English."""
        return "work out who is who again from all evidence (at the next run)"


@dataclass(frozen=True)
class RefreshProfiles:
    """Traits computed anew. Absent unless a trait or what it reads changed."""

    traits: tuple[str, ...]

    def sentence(self) -> str:
        """What it does, in English."""
        return f"compute {numbers.plural(len(self.traits), 'trait')}: {', '.join(self.traits)}"


@dataclass(frozen=True)
class EvaluateAudience:
    """An audience worked out under the new charter. Counts are absent before any data was taken.

    `gained` and `lost` are what the edit does: people against those of the definition in force at the same time.
    Where that cannot be had (a new audience, a refusal) they are people against the members as last evaluated.
    `moved` are people who come or go whatever was edited, because time went by or data came since then; absent
    if they are fewer than the smallest group. Groups under the smallest are "fewer than k".
    """

    audience: str
    because: str
    size: Shown | None
    gained: Shown | None
    lost: Shown | None
    moved: Count | None = None
    unknown: str = NOT_YET

    def sentence(self) -> str:
        """What it does, in English."""
        if self.size is None:
            return f"evaluate `{self.audience}` ({self.because}): {self.unknown}"
        change = f"{self.size} people, {self.gained} gained, {self.lost} lost"
        if self.moved is not None:
            change += f"; apart from the edit {self.moved} come or go since it was last evaluated"
        return f"evaluate `{self.audience}` ({self.because}): {change}"


@dataclass(frozen=True)
class DissolveAudience:
    """An audience that the charter has no more: everybody in it leaves. Absent unless one was removed."""

    audience: str
    lost: Shown | None

    def sentence(self) -> str:
        """What it does, in English."""
        return f"dissolve `{self.audience}` (removed)" + (f": {self.lost} people leave" if self.lost else "")


@dataclass(frozen=True)
class OpenCampaign:
    """A campaign that the next run will start or go on with under new terms. Absent unless it was edited."""

    campaign: str
    audience: str
    holdout: str
    reach: Shown | None
    unknown: str = NOT_YET

    def sentence(self) -> str:
        """What it does, in English."""
        people = self.unknown if self.reach is None else f"{self.reach} people may be contacted"
        return f"open `{self.campaign}` to `{self.audience}`, {self.holdout} held out: {people}"


@dataclass(frozen=True)
class KeepOldFiles:
    """Another time after which runs remove files that no table needs. Absent unless the policies come to another."""

    days: int
    before: int

    def sentence(self) -> str:
        """What it does, in English."""
        days = numbers.plural(self.days, "day")
        return f"remove files of the lake that no table needs after {days}, not {self.before} (from the next run on)"


@dataclass(frozen=True)
class PutInForce:
    """The charter itself, kept word for word in the ledger. Always there when anything changed."""

    fingerprint: str

    def sentence(self) -> str:
        """What it does, in English."""
        return f"put the charter in force ({self.fingerprint[:12]})"


Stage = (
    AddTables
    | ResolveAgain
    | RefreshProfiles
    | EvaluateAudience
    | DissolveAudience
    | OpenCampaign
    | KeepOldFiles
    | PutInForce
)
