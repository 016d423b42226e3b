"""Keys with which other systems call this workspace: make, list, rotate, revoke, and prove one that was sent."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from tandem.kernel import Problems
from tandem.kernel.values import Actor
from tandem.ledger import SCOPES, ApiKey, Ledger
from tandem.ledger.problems import TOO_MANY_KEYS, WRONG_SCOPE
from tandem.usecases.auditing import by, note

__all__ = ["API_ROLE", "SCOPES", "ApiKey", "add_key", "keys", "prove_key", "revoke_key", "rotate_key"]

API_ROLE = "api"
"""The role of a system that calls with a key; its name is the key's name."""


def add_key(
    root: Path,
    ledger: Ledger,
    name: str,
    scopes: Sequence[str],
    actor: Actor,
    now: datetime,
    *,
    expires_at: datetime | None = None,
) -> tuple[str, ApiKey]:
    """A new key: its text, told only here, and what is kept of it. `now` is the wall's. Raises LDG-094."""
    text, made = ledger.add_key(name, scopes, actor.name, now, expires_at=expires_at)
    note(root, ledger, now, by(actor, "key", "add", "done", detail=_said(made)))
    return text, made


def keys(ledger: Ledger) -> list[ApiKey]:
    """All keys, the newest first; revoked and expired ones too."""
    return ledger.api_keys()


def rotate_key(
    root: Path, ledger: Ledger, prefix: str, actor: Actor, now: datetime, grace: timedelta
) -> tuple[str, ApiKey]:
    """A new key in place of another, which holds for the grace time. Raises LDG-093."""
    text, made = ledger.rotate_key(prefix, actor.name, now, grace)
    detail = {**_said(made), "replaces": prefix}
    note(root, ledger, now, by(actor, "key", "rotate", "done", detail=detail))
    return text, made


def revoke_key(root: Path, ledger: Ledger, prefix: str, actor: Actor, now: datetime) -> ApiKey:
    """End a key at once. Raises LDG-093."""
    ended = ledger.revoke_key(prefix, now)
    note(root, ledger, now, by(actor, "key", "revoke", "done", detail=_said(ended)))
    return ended


def prove_key(root: Path, ledger: Ledger, text: str, scope: str, address: str, now: datetime) -> ApiKey:
    """The key that a request carries. Raises LDG-090 to LDG-092; each is noted, but for what comes too often."""
    try:
        return ledger.prove_key(text, scope, address, now)
    except Problems as stopped:
        code = stopped.problems[0].code
        if code != TOO_MANY_KEYS.code and (code != WRONG_SCOPE.code or ledger.first_of_scope(text, now)):
            detail = {"scope": scope, "code": code}
            note(root, ledger, now, by(Actor("unknown", API_ROLE), "key", "use", "refused", detail=detail))
        raise


def _said(key: ApiKey) -> dict[str, object]:
    return {"name": key.name, "prefix": key.prefix, "scopes": list(key.scopes)}
