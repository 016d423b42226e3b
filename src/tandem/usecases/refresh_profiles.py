"""Consents and traits of every person, and the sources that know them, brought up to now."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from tandem.audience import compute_sources, compute_traits, sources_footprint, trait_footprint
from tandem.engine import Change
from tandem.kernel import digest60
from tandem.kernel.values import Destination
from tandem.policy import Permit, refresh_consents
from tandem.usecases.permits import decided, permit_for
from tandem.usecases.progress import Told, silent
from tandem.usecases.workspace import SYSTEM, Workspace

CONSENT_RULES, CONSENT_TIME = "consent_rules", "consent_time"
EPOCH = datetime(1970, 1, 1)


@dataclass(frozen=True)
class Refreshed:
    """Rows that changed: one per person and purpose, one per person, one per person and source."""

    consents: Change
    profiles: Change
    sources: Change

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


def refresh_profiles(work: Workspace, now: datetime, told: Told = silent) -> Refreshed:
    """Work out what each person agreed to and what is known of them. Writes only what differs."""
    told("working out consents", 0, 0)
    consents = refresh_states(work, now)
    told("computing traits", 0, 0)
    profiles = refresh_traits(work, now)
    told("counting sources per person", 0, 0)
    return Refreshed(consents, profiles, refresh_sources(work, now))


def refresh_states(work: Workspace, now: datetime) -> Change:
    """Work out consents by the rules in force; of everybody when the rules are others than the last time."""
    purposes = work.charter.purposes.purposes
    rules = digest60(*(repr((one.purpose, one.expires_after, one.wording)) for one in purposes))
    changed = work.ledger.watermark(CONSENT_RULES) != rules
    last = work.ledger.watermark(CONSENT_TIME)
    since = None if last is None else EPOCH + timedelta(seconds=last)
    done = refresh_consents(work.engine, now, purposes, since=since, everything=changed)
    if changed:
        work.ledger.set_watermark(CONSENT_RULES, rules)
    work.ledger.set_watermark(CONSENT_TIME, (now - EPOCH) // timedelta(seconds=1))
    return done


def refresh_traits(work: Workspace, now: datetime) -> Change:
    """Compute the profile under the counting purpose."""
    if not work.charter.traits:
        return Change()
    footprint = trait_footprint(work.charter)
    permit = permit_for(work, work.charter.purposes.counting, Destination.PREVIEW, footprint)
    return compute_traits(work.engine, work.charter, permit, now)


def refresh_sources(work: Workspace, now: datetime) -> Change:
    """Count which sources know each person under the counting purpose; nothing where policy does not permit that.

    Not an error there: a charter without traits and audiences can collect before its policies are written.
    """
    purpose, footprint = work.charter.purposes.counting, sources_footprint(work.charter)
    decision = decided(work, purpose, Destination.PREVIEW, footprint, SYSTEM)
    if not isinstance(decision, Permit):
        return Change()
    return compute_sources(work.engine, work.charter, decision, now)
