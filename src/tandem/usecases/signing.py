"""Signatures that others can check: Ed25519 with a key that is derived from the workspace's secret."""

import base64
import json
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tandem.usecases.secrets import derived

USE = "receipts"


def public_key(root: Path) -> str:
    """The key by which anybody can check a signature of this workspace: 32 bytes, Base64."""
    return base64.b64encode(_key(root).public_key().public_bytes_raw()).decode()


def sign(root: Path, content: bytes) -> str:
    """The signature of these bytes, Base64."""
    return base64.b64encode(_key(root).sign(content)).decode()


def signed_by(public: str, content: bytes, signature: str) -> bool:
    """Whether the bytes were signed with the key that belongs to this public one."""
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public, validate=True))
        key.verify(base64.b64decode(signature, validate=True), content)
    except (InvalidSignature, ValueError):
        return False
    return True


def canonical(document: Mapping[str, object]) -> bytes:
    """The one way to write a document for its signature: keys sorted, no blanks, UTF-8."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _key(root: Path) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(derived(root, USE))
