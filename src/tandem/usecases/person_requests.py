"""Requests of people with their clock: what is open, the receipt of what was done, and letting somebody back in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from tandem.identity import values_of
from tandem.kernel import Problems, iso
from tandem.ledger import PersonRequest, RightsState
from tandem.ledger.forgetting import STRUCK, struck
from tandem.policy.erased import SHORTEST_PLAIN, anybody, let_back
from tandem.usecases.auditing import by, nameless
from tandem.usecases.erase_person import ERASURE, carry_out, refuse_others
from tandem.usecases.kept_out import hash_key
from tandem.usecases.person_names import names_of
from tandem.usecases.problems import NOT_ERASED, NOT_SIGNED
from tandem.usecases.progress import Told, silent
from tandem.usecases.signing import canonical, public_key, signed_by
from tandem.usecases.workspace import Workspace


@dataclass(frozen=True)
class Receipt:
    """What was erased where, as it was signed; `good` says whether it is still as this workspace signed it."""

    receipt: Mapping[str, object]
    signature: str
    good: bool

    def to_dict(self) -> dict[str, object]:
        """For JSON: what is handed out, and what a check of it needs."""
        return {
            "receipt": self.receipt,
            "signature": self.signature,
            "algorithm": "Ed25519",
            "good": self.good,
        }


def told(request: PersonRequest, now: datetime) -> dict[str, object]:
    """A request as it is listed: no identifier, only how many it is about."""
    return {
        "request": request.id,
        "kind": request.kind,
        "regulation": request.regulation,
        "state": request.state,
        "asked_by": request.asked_by,
        "asked_at": iso(request.asked_at),
        "due_at": iso(request.due_at),
        "days_left": (request.due_at - now).days if request.open else None,
        "done_at": iso(request.done_at) if request.done_at else None,
        "subjects": len(request.subjects),
        "reason": request.extra.get("reason"),
    }


def receipt_of(work: Workspace, id_: str) -> Receipt:
    """The receipt of a request that is done, and whether it is as it was signed. Raises RUN-080, RUN-083, LDG-100."""
    refuse_others(work.actor)
    request = work.ledger.person_request(id_)
    if request.receipt is None or request.signature is None:
        raise Problems(
            NOT_ERASED(f"request {id_} has no receipt: it is {request.state}", found=request.state)
        )
    good = signed_by(public_key(work.root), canonical(request.receipt), request.signature)
    return Receipt(request.receipt, request.signature, good)


def verified(receipt: Receipt) -> Receipt:
    """The receipt, or RUN-082 if it is not as it was signed."""
    if not receipt.good:
        raise Problems(NOT_SIGNED("the receipt is not what this workspace signed"))
    return receipt


def unsuppress(work: Workspace, text: str, reason: str, now: datetime) -> int:
    """Take again what somebody who was erased does from now on, who came back on their own; how many identifiers.

    What happened before stays out, also where its files are read again. Raises RUN-080; RUN-083 if nobody of that
    name was erased; RUN-097 if the reason names somebody else.
    """
    refuse_others(work.actor)
    key, values = hash_key(work), values_of(work.charter.identity, text)
    names = names_of(values.items(), work.charter.identity)
    reason = nameless(struck(_without(reason, text.strip()), names.told))
    hashes = [key.hash(kind, value) for kind, value in values.items()]
    freed = let_back(work.engine, hashes, now) if anybody(work.engine) else 0
    if not freed:
        raise Problems(NOT_ERASED("nobody who was erased is kept out under that identifier"))
    detail: dict[str, object] = {"identifiers": freed, "reason": reason}
    work.trail.add(by(work.actor, "person", "unsuppress", "done", detail=detail))
    return freed


def _without(reason: str, text: str) -> str:
    """A number may be typed with blanks in it: then it is no one word."""
    return reason.replace(text, STRUCK) if len(text) >= SHORTEST_PLAIN else reason


def work_requests(
    work: Workspace, now: datetime, wall: Callable[[], datetime], say: Told = silent
) -> list[PersonRequest]:
    """Carry out every erasure that is open, what is due first. Other requests wait until somebody hands data over."""
    refuse_others(work.actor)
    states = [RightsState.PENDING, RightsState.WORKING]
    open_ = [one for one in work.ledger.person_requests(states) if one.kind == ERASURE]
    return [carry_out(work, one.id, now, wall, say) for one in open_]


def cancel_request(work: Workspace, id_: str, now: datetime) -> PersonRequest:
    """Take back a request that nobody has begun. Raises RUN-080, LDG-100, LDG-102."""
    refuse_others(work.actor)
    done = work.ledger.move_person_request(id_, RightsState.CANCELLED, [RightsState.PENDING], done_at=now)
    work.trail.add(
        by(work.actor, "request", done.kind, "cancelled", detail={"request": id_}),
    )
    return done
