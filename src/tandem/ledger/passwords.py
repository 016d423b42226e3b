"""Passwords and secrets: how they are kept, what a password must be, and where chance comes from.

The one place that takes chance from the machine: a secret that could be made again from a seed would be none.
"""

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from argon2 import DEFAULT_MEMORY_COST, DEFAULT_PARALLELISM, DEFAULT_TIME_COST, PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from tandem.kernel import Problems
from tandem.ledger.problems import WEAK_PASSWORD

SHORTEST = 12
LONGEST = 1024
"""Characters. Without an upper bound one request could make the server digest megabytes."""
TOKEN_BYTES = 32
CONSONANTS, VOWELS = "bdfghjklmnprstvz", "aeiou"
PHRASE_WORDS = 6


@dataclass(frozen=True)
class Cost:
    """What one check of a password costs: rounds, memory in KiB, lanes. The default is argon2-cffi's (RFC 9106)."""

    rounds: int = DEFAULT_TIME_COST
    memory: int = DEFAULT_MEMORY_COST
    lanes: int = DEFAULT_PARALLELISM


@dataclass(frozen=True)
class Checked:
    """Whether a password was right, and its new digest if the stored one was made at another cost."""

    right: bool
    renewed: str | None = None


class Passwords:
    """argon2id at one cost."""

    def __init__(self, cost: Cost) -> None:
        self._hasher = PasswordHasher(time_cost=cost.rounds, memory_cost=cost.memory, parallelism=cost.lanes)

    def digest(self, password: str) -> str:
        """The password as it is kept: argon2id with its salt and cost, as text."""
        return self._hasher.hash(_bytes(password))

    def check(self, kept: str | None, password: str) -> Checked:
        """Whether the password is the kept one. With nothing kept the answer is no and takes as long."""
        nobody = self._nobody
        try:
            self._hasher.verify(kept or nobody, _bytes(password[:LONGEST]))
        except (VerificationError, InvalidHashError):
            return Checked(False)
        if kept is None or len(password) > LONGEST:
            return Checked(False)
        return Checked(True, self.digest(password) if self._hasher.check_needs_rehash(kept) else None)

    @cached_property
    def _nobody(self) -> str:
        return self._hasher.hash(secrets.token_hex(TOKEN_BYTES))


def require_strong(password: str, name: str) -> None:
    """At least 12 characters and not the sign-in name; nothing else is asked. Raises LDG-043."""
    if len(password) < SHORTEST:
        found, expected = f"{len(password)} characters", f"at least {SHORTEST}"
        raise Problems(WEAK_PASSWORD("the password is too short", found=found, expected=expected))
    if len(password) > LONGEST:
        found, expected = f"{len(password)} characters", f"at most {LONGEST}"
        raise Problems(WEAK_PASSWORD("the password is too long", found=found, expected=expected))
    if password.strip().casefold() == name.casefold():
        raise Problems(WEAK_PASSWORD("the password is the sign-in name"))


def new_token() -> str:
    """256 bits of chance as 43 characters that fit a cookie."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def new_prefix() -> str:
    """Eight characters that find a key; no secret."""
    return secrets.token_hex(4)


def token_digest(token: str) -> str:
    """What is kept of a token. It is chance already, so a fast digest is enough."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def pass_phrase() -> str:
    """Six words of two syllables that can be said on the telephone: 80 ** 12 of them, 75 bits."""
    return "-".join(
        "".join(secrets.choice(CONSONANTS) + secrets.choice(VOWELS) for _ in range(2))
        for _ in range(PHRASE_WORDS)
    )


def _bytes(password: str) -> bytes:
    """Keyboards differ in how they write the same letter (ü, or u and two dots); NFKC makes them one."""
    return unicodedata.normalize("NFKC", password).encode(errors="surrogatepass")
