"""Links to the questions of a pulse: signed, single-use, and made anew from the invitation for every letter.

A token is the invitation's id and a signature over it. The id is keyed by the workspace's secret from pulse and
address, so nobody is invited twice, and who reads the ledger alone can make no link. The draft of somebody lies under
another keyed hash of that id, so that without the secret nobody knows whose it is.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from pathlib import Path

from tandem.align.companies import KEY
from tandem.charter.definitions.instruments import Instrument, QuestionType
from tandem.usecases.secrets import derived

USE = "pulse"
ID_BYTES = SIGNATURE_BYTES = 16
VERSION = b"\x01"


def invitation_id(root: Path, pulse: str, address: str) -> str:
    """The id of the invitation of an address to a pulse: 32 hex digits. The same address has the same id."""
    return _digest(root, "invitation", pulse, address.casefold())[:ID_BYTES].hex()


def pulse_token(root: Path, invitation: str) -> str:
    """What stands in the address of the page."""
    body = VERSION + bytes.fromhex(invitation)
    return (
        base64.urlsafe_b64encode(body + _digest(root, "token", body.hex())[:SIGNATURE_BYTES])
        .decode()
        .rstrip("=")
    )


def token_invitation(root: Path, token: str) -> str | None:
    """The invitation's id, or None if the token is none of this workspace."""
    try:
        raw = base64.b64decode(
            token.encode("ascii") + b"=" * (-len(token) % 4), altchars=b"-_", validate=True
        )
    except (ValueError, binascii.Error):
        return None
    if len(raw) != len(VERSION) + ID_BYTES + SIGNATURE_BYTES or not raw.startswith(VERSION):
        return None
    found = raw[len(VERSION) : -SIGNATURE_BYTES].hex()
    # More than one text can stand for the same bytes; only the one that was made counts.
    return found if hmac.compare_digest(pulse_token(root, found), token) else None


def resume_hash(root: Path, invitation: str) -> str:
    """Under what the draft of an invitation is kept."""
    return _digest(root, "draft", invitation).hex()


def order_seed(root: Path, invitation: str) -> int:
    """The seed of the random order of questions for one person: the same whenever they come back."""
    return int.from_bytes(_digest(root, "order", invitation)[:8], "big")


def unnamed_keys(
    root: Path, instrument: Instrument, pulse: str, answers: Mapping[str, object]
) -> dict[str, object]:
    """The key that two colleagues agreed on, if one was given, as a keyed hash in place of what was typed.

    The same key in the same pulse has the same hash, letters and outer spaces apart; another pulse has another.
    """
    said = answers.get(KEY)
    open_ = any(one.question == KEY and one.type is QuestionType.OPEN for one in instrument.questions)
    if not open_ or not isinstance(said, str) or not said.strip():
        return {}
    return {KEY: pair_hash(root, pulse, said)}


def pair_hash(root: Path, pulse: str, typed: str) -> str:
    """32 hex digits that stand for a key of two colleagues."""
    return _digest(root, "pair", pulse, typed.strip().casefold())[:ID_BYTES].hex()


def pulse_address(workspace: str, token: str) -> str:
    """The address of the page behind a token."""
    return f"{workspace.rstrip('/')}/pulse/{token}"


def _digest(root: Path, *parts: str) -> bytes:
    message = b"".join(len(one.encode()).to_bytes(4, "big") + one.encode() for one in parts)
    return hmac.digest(derived(root, USE), message, hashlib.sha256)
