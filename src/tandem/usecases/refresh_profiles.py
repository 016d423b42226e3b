"""Consents and traits of every person, brought up to now."""

from dataclasses import asdict, dataclass
from datetime import datetime

from tandem.audience import compute_traits, trait_footprint
from tandem.engine import Change
from tandem.kernel.values import Destination
from tandem.policy import refresh_consents
from tandem.usecases.permits import permit_for
from tandem.usecases.progress import Told, silent
from tandem.usecases.workspace import Workspace


@dataclass(frozen=True)
class Refreshed:
    """Rows that changed: one per person and purpose, and one per person."""

    consents: Change
    profiles: Change

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


def refresh_profiles(work: Workspace, now: datetime, told: Told = silent) -> Refreshed:
    """Work out what each person agreed to and what is known of them. Writes only what differs."""
    told("working out consents", 0, 0)
    consents = refresh_consents(work.engine, now)
    told("computing traits", 0, 0)
    return Refreshed(consents, refresh_traits(work, now))


def refresh_traits(work: Workspace, now: datetime) -> Change:
    """Compute the profile under the counting purpose."""
    if not work.charter.traits:
        return Change()
    footprint = trait_footprint(work.charter)
    permit = permit_for(work, work.charter.purposes.counting, Destination.PREVIEW, footprint)
    return compute_traits(work.engine, work.charter, permit, now)
