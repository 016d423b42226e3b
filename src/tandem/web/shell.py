"""What surrounds every page: the company, who is signed in, where one is, what is at work."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tandem.kernel.values import WorkspaceRole
from tandem.web.access import Action


@dataclass(frozen=True)
class Place:
    """An entry of the navigation."""

    area: str
    title: str
    path: str
    action: Action


PLACES = (
    Place("home", "Home", "/", Action.LOOK),
    Place("customers", "Customers", "/customers", Action.SEE_CUSTOMERS),
    Place("audiences", "Audiences", "/audiences", Action.LOOK),
    Place("campaigns", "Campaigns", "/campaigns", Action.LOOK),
    Place("data", "Data", "/data", Action.LOOK),
    Place("plan", "Plan", "/plan", Action.LOOK),
    Place("trust", "Trust", "/trust", Action.LOOK),
    Place("agree", "Agree", "/agree", Action.LOOK),
)


TITLES = {
    "run": "Running the loop",
    "apply": "Applying the charter",
    "replay": "Replaying quarantine",
    "erase": "Erasing people",
    "pass_time": "Letting days pass",
}
"""Kinds of long work, as people read them."""


@dataclass(frozen=True)
class AtWork:
    """Long work that is going on."""

    id: int
    title: str
    step: str


@dataclass(frozen=True)
class Shell:
    """One frame. `here` gives this page's address with parts of its query changed; `csrf` goes into every form."""

    company: str
    area: str
    user: str | None
    role: WorkspaceRole | None
    csrf: str
    now: datetime
    simulated: bool
    unapplied: bool
    at_work: AtWork | None
    notice: str | None
    path: str
    here: Callable[..., str]
    places: tuple[Place, ...] = PLACES

    @property
    def twin(self) -> str:
        """The address of this page's JSON twin."""
        path, _, query = self.here(export=None).partition("?")
        short = "/home.json" if path == "/" else f"{path}.json"
        return f"{short}?{query}" if query else short
