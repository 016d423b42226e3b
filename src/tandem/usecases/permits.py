"""The permits that the loop itself works under, each decided by policy like anybody else's."""

from tandem.charter.definitions import Campaign, Channel
from tandem.kernel.values import Actor, Destination, FieldRef
from tandem.policy import Permit, decide
from tandem.usecases.workspace import SYSTEM, Workspace, granted

CHANNELS = {Channel.EMAIL: Destination.EMAIL, Channel.FILE: Destination.FILE}


def permit_for(
    work: Workspace,
    purpose: str,
    destination: Destination,
    footprint: frozenset[FieldRef],
    actor: Actor = SYSTEM,
) -> Permit:
    """The permit, or the reasons why not as Problems."""
    decision = decide(actor, purpose, destination, footprint, work.charter, work.engine.catalogue)
    return granted(decision)


def destination_of(campaign: Campaign) -> Destination:
    """Where a campaign's channel takes data."""
    return CHANNELS[campaign.channel]
