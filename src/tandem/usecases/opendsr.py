"""OpenDSR 2.0: other systems hand in requests of people, ask how they stand and take them back.

What is not here is told in the discovery: identities are the kinds of the charter, and there is no certificate chain,
but an Ed25519 key in the discovery itself with which every answer is signed.
"""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tandem.charter import Charter
from tandem.charter.definitions.identity import KindRule
from tandem.identity.normalise import normalise
from tandem.kernel import Problem, Problems, iso, parse_instant
from tandem.kernel.values import Actor
from tandem.ledger import Ledger, PersonRequest, RightsState
from tandem.policy.erased import ErasureKey, erasure_key
from tandem.usecases.auditing import by, note
from tandem.usecases.erase_person import DUE
from tandem.usecases.kept_out import USE
from tandem.usecases.problems import BAD_DSR
from tandem.usecases.secrets import derived
from tandem.usecases.signing import public_key, sign

VERSION = "2.0"
TYPES = ("access", "portability", "erasure")
REGULATIONS = {"gdpr": DUE, "ccpa": timedelta(days=45)}
FORMATS = {"raw": 0, "md5": 32, "sha1": 40, "sha256": 64}
MOST = 5_000
CALLER = "api:"
STATES = {
    RightsState.PENDING: "pending",
    RightsState.WORKING: "in_progress",
    RightsState.DONE: "completed",
    RightsState.CANCELLED: "cancelled",
}
DOMAIN_HEADER, SIGNATURE_HEADER = "X-OpenDSR-Processor-Domain", "X-OpenDSR-Signature"


@dataclass(frozen=True)
class Signed:
    """An answer: its exact text, and the headers that prove who gave it."""

    body: dict[str, object]
    headers: dict[str, str]


def signed(root: Path, domain: str, body: dict[str, object]) -> Signed:
    """The answer with the signature of its very bytes, and with the processor's name if the charter has one."""
    text = json.dumps(body, ensure_ascii=False).encode()
    named = {DOMAIN_HEADER: domain} if domain else {}
    return Signed(body, named | {SIGNATURE_HEADER: sign(root, text)})


def discovery(root: Path, charter: Charter) -> dict[str, object]:
    """What this processor takes."""
    kinds = [rule.kind for rule in charter.identity.kinds]
    return {
        "api_version": VERSION,
        "supported_identities": [{"identity_type": k, "identity_format": f} for k in kinds for f in FORMATS],
        "supported_subject_request_types": [*TYPES],
        "supported_regulations": [*REGULATIONS],
        "processor_public_key": {"algorithm": "Ed25519", "encoding": "base64", "key": public_key(root)},
    }


def hand_in(
    root: Path, ledger: Ledger, charter: Charter, given: object, actor: Actor, now: datetime, wall: datetime
) -> PersonRequest:
    """Take a request: it waits, with its due date, until the privacy office carries it out.

    Of its identities only keyed hashes are kept. Raises RUN-085 with all that is wrong; LDG-101 for an id twice.
    """
    body = given if isinstance(given, Mapping) else {}
    wrong: list[Problem] = [] if body else [_wrong("the body is no JSON object")]
    id_ = _uuid4(str(body.get("subject_request_id", "")))
    kind, regulation = str(body.get("subject_request_type", "")), str(body.get("regulation", ""))
    if id_ is None:
        found = str(body.get("subject_request_id", ""))
        wrong.append(_wrong("`subject_request_id` is no UUID of version 4", found))
    if kind not in TYPES:
        wrong.append(_wrong("`subject_request_type` is not known", kind, TYPES))
    if regulation not in REGULATIONS:
        wrong.append(_wrong("`regulation` is not known", regulation, tuple(REGULATIONS)))
    subjects, bad = _subjects(charter, body.get("subject_identities"), erasure_key(derived(root, USE)))
    wrong += bad
    submitted = _time(body.get("submitted_time"), now, wrong)
    if wrong or id_ is None:
        raise Problems(wrong)
    request = PersonRequest(
        id=id_,
        kind=kind,
        regulation=regulation,
        subjects=subjects,
        asked_by=_caller(actor),
        asked_at=now,
        due_at=min(submitted, now) + REGULATIONS[regulation],
        extra={"reason": f"asked through OpenDSR by {actor.name}"},
    )
    ledger.add_person_request(request)
    detail: dict[str, object] = {"request": id_, "kind": kind, "regulation": regulation}
    note(root, ledger, wall, by(actor, "request", kind, "asked", detail=detail))
    return request


def state_of(request: PersonRequest, controller: str) -> dict[str, object]:
    """How a request stands, as OpenDSR tells it."""
    told: dict[str, object] = {
        "controller_id": controller,
        "subject_request_id": request.id,
        "subject_request_type": request.kind,
        "request_status": STATES[request.state],
        "received_time": iso(request.asked_at),
        "expected_completion_time": iso(request.due_at),
        "api_version": VERSION,
    }
    return told | ({"completed_time": iso(request.done_at)} if request.done_at else {})


def taken_back(
    root: Path, ledger: Ledger, id_: str, actor: Actor, now: datetime, wall: datetime
) -> PersonRequest:
    """Cancel a request that this caller handed in, while it is pending. Raises LDG-100, LDG-102."""
    own = mine(ledger, id_, actor).id
    done = ledger.move_person_request(own, RightsState.CANCELLED, [RightsState.PENDING], done_at=now)
    note(root, ledger, wall, by(actor, "request", done.kind, "cancelled", detail={"request": own}))
    return done


def mine(ledger: Ledger, id_: str, actor: Actor) -> PersonRequest:
    """A request, to whoever handed it in; to others there is none of that id. Raises LDG-100."""
    found = ledger.person_request(_uuid4(id_) or id_)
    if found.asked_by != _caller(actor):
        return ledger.person_request(f"{id_} of {actor.name}")
    return found


def counts(ledger: Ledger, actor: Actor, now: datetime) -> dict[str, object]:
    """How many requests of this caller stand how, and how many are late."""
    own = [one for one in ledger.person_requests(limit=MOST) if one.asked_by == _caller(actor)]
    by_state = {told: sum(1 for one in own if STATES[one.state] == told) for told in STATES.values()}
    late = sum(1 for one in own if one.open and one.due_at < now)
    return {"api_version": VERSION, "status": "operational", "requests": by_state, "overdue": late}


def handed_in(request: PersonRequest) -> bool:
    """Whether another system handed it in, so that nobody here has decided it yet."""
    return request.asked_by.startswith(CALLER)


def _caller(actor: Actor) -> str:
    """Who hands in with a key, apart from every account: no sign-in name has a colon in it."""
    return f"{CALLER}{actor.name}"


def _subjects(
    charter: Charter, given: object, key: ErasureKey
) -> tuple[tuple[Mapping[str, Any], ...], list[Problem]]:
    if not isinstance(given, list) or not 1 <= len(given) <= MOST:
        return (), [_wrong(f"`subject_identities` is no list of 1 to {MOST} identities")]
    rules = {rule.kind: rule for rule in charter.identity.kinds}
    found: list[Mapping[str, Any]] = []
    wrong: list[Problem] = []
    for number, one in enumerate(given, 1):
        parts = one if isinstance(one, Mapping) else {}
        kind, format_ = str(parts.get("identity_type", "")), str(parts.get("identity_format", "raw"))
        value = parts.get("identity_value")
        if kind not in rules:
            wrong.append(_wrong(f"identity {number} is of an unknown type", kind, tuple(rules)))
        elif format_ not in FORMATS:
            wrong.append(_wrong(f"identity {number} is of an unknown format", format_, tuple(FORMATS)))
        elif not isinstance(value, str) or (hashed := _hashed(key, rules[kind], format_, value)) is None:
            # The value is not repeated: it is somebody's identifier.
            wrong.append(_wrong(f"the value of identity {number} does not fit its type and format"))
        else:
            found.append({"kind": kind, "format": format_, "hash": hashed})
    return tuple(found), wrong


def _hashed(key: ErasureKey, rule: KindRule, format_: str, value: str) -> str | None:
    if format_ == "raw":
        known = normalise(value, rule)
        return key.hash(rule.kind, known) if known else None
    digest = value.strip().lower()
    if len(digest) != FORMATS[format_] or not set(digest) <= set("0123456789abcdef"):
        return None
    return key.hash(f"{rule.kind}/{format_}", digest)


def _time(given: object, now: datetime, wrong: list[Problem]) -> datetime:
    if given is None:
        return now
    try:
        return parse_instant(str(given))
    except (ValueError, OverflowError):
        wrong.append(_wrong("`submitted_time` is not a time", str(given)))
        return now


def _uuid4(text: str) -> str | None:
    """The id in its one spelling, so that capitals make no second request; None if it is none."""
    try:
        found = uuid.UUID(text)
    except ValueError:
        return None
    return str(found) if str(found) == text.lower() and found.version == 4 else None


def _wrong(sentence: str, found: str | None = None, alternatives: tuple[str, ...] = ()) -> Problem:
    return BAD_DSR(sentence, found=found or None, alternatives=alternatives)
