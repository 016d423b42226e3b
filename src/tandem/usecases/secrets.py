"""The workspace's own secret: from the environment, or a file that only its owner can read. Never in the charter,
the lake, the ledger, a log or an error."""

import hashlib
import hmac
import os
import secrets
import stat
from pathlib import Path

from tandem.kernel import Place, Problems
from tandem.usecases.own_folder import own_folder
from tandem.usecases.problems import LOOSE_SECRET, SHORT_SECRET

VARIABLE = "TANDEM_SECRET"
FILE = Path(".tandem") / "secret"
SHORTEST = 32


def derived(root: Path, use: str) -> bytes:
    """32 bytes for one use (a name such as "audit"), from the workspace's secret; made at its first need.

    HMAC-SHA-256 of the use under the secret, so that a key that leaks tells nothing of another. Raises RUN-050 if
    others can read the file, RUN-051 if the secret is too short to be one.
    """
    return hmac.digest(_secret(root), b"tandem/" + use.encode(), hashlib.sha256)


def _secret(root: Path) -> bytes:
    given = os.environ.get(VARIABLE)
    found = given.encode() if given else _of_file(root)
    if len(found) < SHORTEST:
        where = VARIABLE if given else str(FILE)
        raise Problems(
            SHORT_SECRET("the workspace's secret is too short", place=Place(where), found=str(len(found)))
        )
    return found


def _of_file(root: Path) -> bytes:
    file = root / FILE
    if not file.exists():
        own_folder(root)
        _make(file)
    mode = stat.S_IMODE(file.stat().st_mode)
    if mode & 0o077:
        place = Place(str(FILE))
        raise Problems(
            LOOSE_SECRET("others can read the workspace's secret", place=place, found=f"mode {mode:04o}")
        )
    return file.read_bytes().strip()


def _make(file: Path) -> None:
    """Whole or not at all, and the first of two processes wins: a link to a finished file is made, never moved."""
    draft = file.with_name(f"{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as opened:
            opened.write(secrets.token_hex(SHORTEST))
        if not file.exists():
            try:
                os.link(draft, file)
            except FileExistsError:
                return
    finally:
        draft.unlink()
