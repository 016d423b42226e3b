"""Tokens of links to the preference page: signed, ending, and naming a person by the key of one identifier only."""

import base64
import binascii
import hashlib
import hmac
import struct
from dataclasses import dataclass
from datetime import datetime, timedelta

VERSION = 1
SIGNATURE = 16
"""Bytes of HMAC-SHA-256 that are kept: 128 bits, which nobody guesses over a network."""
LASTS = timedelta(days=400)
EPOCH = datetime(2020, 1, 1)
HEAD = struct.Struct(">BqI")


@dataclass(frozen=True)
class Token:
    """Whose preferences a link opens, until when, and the purpose of the message it stood in ("" for none)."""

    identifier_key: int
    until: datetime
    purpose: str = ""


def sign(token: Token, key: bytes) -> str:
    """The token as it stands in an address. The same token under the same key is the same text."""
    hours = int((token.until - EPOCH) / timedelta(hours=1))
    body = HEAD.pack(VERSION, token.identifier_key, hours) + token.purpose.encode()
    return _text(body + _signature(body, key))


def read(text: str, key: bytes, now: datetime) -> Token | None:
    """The token, or None if it is none, was not signed with this key, or has ended."""
    try:
        raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return None
    body, signature = raw[:-SIGNATURE], raw[-SIGNATURE:]
    if len(body) < HEAD.size or not hmac.compare_digest(signature, _signature(body, key)):
        return None
    version, identifier, hours = HEAD.unpack(body[: HEAD.size])
    until = EPOCH + timedelta(hours=hours)
    # More than one text can stand for the same bytes; only the one that was made counts.
    if version != VERSION or until <= now or _text(raw) != text:
        return None
    return Token(identifier, until, body[HEAD.size :].decode("utf-8", "replace"))


def page(address: str, token: str) -> str:
    """The address of the page behind a token."""
    return f"{address.rstrip('/')}/preferences/{token}"


@dataclass(frozen=True)
class Links:
    """Where the preference page is, and what its links are signed with."""

    address: str
    key: bytes

    def of(self, identifier_key: int, purpose: str, now: datetime) -> str:
        """The link of a message for that purpose to that address. The same on the same day."""
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        return page(self.address, sign(Token(identifier_key, midnight + LASTS, purpose), self.key))


def _signature(body: bytes, key: bytes) -> bytes:
    return hmac.digest(key, b"tandem preference link " + body, hashlib.sha256)[:SIGNATURE]


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
