"""Asking policy, for people and for the loop itself alike; each decision goes onto the trail for the audit log."""

from collections.abc import Iterable

from tandem.charter import Charter
from tandem.charter.definitions import Campaign, Channel, How
from tandem.kernel import Problem
from tandem.kernel.values import Actor, Destination, FieldRef
from tandem.policy import Gap, Permit, Refusal, decide
from tandem.usecases.auditing import Entry, by
from tandem.usecases.secrets import derived
from tandem.usecases.workspace import SYSTEM, Workspace, granted

MOST_NAMES = 20
CHANNELS = {Channel.EMAIL: Destination.EMAIL, Channel.FILE: Destination.FILE}


def permit_for(
    work: Workspace,
    purpose: str,
    destination: Destination,
    footprint: frozenset[FieldRef],
    actor: Actor = SYSTEM,
    shown: frozenset[FieldRef] = frozenset(),
) -> Permit:
    """The permit, or the reasons why not as Problems. `shown`: fields that are only given out, see `decide`."""
    return granted(decided(work, purpose, destination, footprint, actor, shown=shown))


def decided(
    work: Workspace,
    purpose: str,
    destination: Destination,
    footprint: frozenset[FieldRef],
    actor: Actor,
    charter: Charter | None = None,
    shown: frozenset[FieldRef] = frozenset(),
) -> Permit | Refusal | Gap:
    """Policy's decision, by the charter in force or another, and remembered on the trail."""
    by_charter, catalogue = charter or work.charter, work.engine.catalogue
    key = mask_key(work, by_charter)
    decision = decide(
        actor, purpose, destination, footprint, by_charter, catalogue, now=work.time, shown=shown, key=key
    )
    work.trail.add(decision_entry(actor, purpose, destination, len(footprint), decision))
    return decision


def mask_key(work: Workspace, charter: Charter | None = None) -> bytes:
    """What digests of masked values are made with; b"" where no mask of the charter (by default the workspace's) asks
    for any, so that no secret is read."""
    digests = any(
        mask.how is How.HASH for policy in (charter or work.charter).policies for mask in policy.masks
    )
    return derived(work.root, "masks") if digests else b""


def decision_entry(
    actor: Actor, purpose: str, destination: Destination, fields: int, decision: Permit | Refusal | Gap | str
) -> Entry:
    """A decision as the audit log keeps it: by which clauses, and under which fingerprint (alone, if a text)."""
    asked: dict[str, object] = {"fields": fields}
    match decision:
        case Permit():
            outcome = "permit"
            asked |= {"policies": list(decision.policies), "fingerprint": decision.fingerprint}
        case str():
            outcome, asked = "permit", asked | {"fingerprint": decision}
        case Refusal(reasons=reasons):
            outcome, asked = "refusal", asked | _why(reasons)
        case Gap(missing=missing):
            outcome, asked = "gap", asked | _why(missing)
    return by(actor, "decision", str(destination), outcome, purpose=purpose, detail=asked)


def _why(problems: Iterable[Problem]) -> dict[str, object]:
    """Codes, and the fields or words that were at fault: names of the charter, never values of people."""
    found = [*problems]
    return {
        "codes": sorted({one.code for one in found}),
        "found": sorted({one.found for one in found if one.found is not None})[:MOST_NAMES],
        "clauses": sorted({str(one.place) for one in found if one.place is not None})[:MOST_NAMES],
    }


def destination_of(campaign: Campaign) -> Destination:
    """Where a campaign's channel takes data."""
    return CHANNELS[campaign.channel]
