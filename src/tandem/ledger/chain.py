"""The audit chain as bytes: what an entry's hash covers, how the head is sealed, and where a chain was broken.

Pure, and the same on both databases and in an exported file. Hash: SHA-256 over the previous hash, a newline, and
the entry as JSON with sorted keys, no blanks and nothing but ASCII; times to the microsecond, person ids as text.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

KINDS = (
    *("sign_in", "decision", "export", "change", "contacts", "person"),
    *("consent", "approval", "request", "key", "audit", "pulse", "brief"),
)
GENESIS = "0" * 64
LONGEST_TEXT = 1000
LARGEST_INTEGER = 2**63


@dataclass(frozen=True)
class Entry:
    """Something that somebody did or was refused, before it has a number.

    `detail` holds counts, names of parts of the charter, fingerprints and codes: plain JSON without fractions, which
    databases write in several ways. It never holds an identifier or a value of a person.
    """

    kind: str
    actor: str
    role: str
    what: str
    outcome: str
    purpose: str | None = None
    person_id: int | None = None
    detail: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"no kind of audit entry: {self.kind!r}")
        for name in ("actor", "role", "what", "outcome"):
            object.__setattr__(self, name, _text(getattr(self, name)))
        if self.purpose is not None:
            object.__setattr__(self, "purpose", _text(self.purpose))
        detail = _portable(dict(self.detail))
        assert isinstance(detail, dict)
        object.__setattr__(self, "detail", detail)

    @property
    def key(self) -> str:
        """Equal for entries that say the same."""
        return _json(vars(self))


@dataclass(frozen=True)
class Recorded:
    """An entry in the chain. Its fields are what was read, which after tampering can be anything."""

    number: int
    at: datetime | str
    kind: str
    actor: str
    role: str
    what: str
    outcome: str
    purpose: str | None
    person_id: int | None
    detail: object
    previous: str
    hash: str

    def content(self) -> dict[str, object]:
        """What the hash covers besides the previous hash, as it stands in an exported line."""
        at = self.at.isoformat(timespec="microseconds") + "Z" if isinstance(self.at, datetime) else self.at
        person = None if self.person_id is None else str(self.person_id)
        plain = {name: getattr(self, name) for name in ("kind", "actor", "role", "what", "outcome")}
        return {
            **{"number": self.number, "at": at, **plain},
            **{"purpose": self.purpose, "person_id": person, "detail": self.detail},
        }

    def to_dict(self) -> dict[str, object]:
        """One line of an export."""
        return {**self.content(), "previous": self.previous, "hash": self.hash}


@dataclass(frozen=True)
class Head:
    """How long the chain is, its last hash, and the keyed seal over both."""

    number: int
    hash: str
    seal: str

    def sealed_by(self, key: bytes) -> bool:
        """Whether the seal was made with this key."""
        return hmac.compare_digest(self.seal.encode(), seal(self.number, self.hash, key).encode())


EMPTY = Head(0, GENESIS, "")


class Broken(StrEnum):
    """In which way a chain is not what was written."""

    ALTERED = "altered"
    REMOVED = "removed"
    INSERTED = "inserted"
    REORDERED = "reordered"
    CUT = "cut short"
    REWRITTEN = "rewritten"
    OLDER = "older than its copy"


@dataclass(frozen=True)
class Finding:
    """The first entry that is wrong, and how."""

    number: int
    kind: Broken
    sentence: str


def entry_hash(previous: str, content: Mapping[str, object]) -> str:
    """64 hex digits over the hash before and the content of an entry."""
    return hashlib.sha256(f"{previous}\n{_json(content)}".encode()).hexdigest()


def seal(number: int, last: str, key: bytes) -> str:
    """64 hex digits: HMAC-SHA-256 over the number and the hash of the last entry."""
    return hmac.new(key, f"{number}\n{last}".encode(), hashlib.sha256).hexdigest()


def chained(entry: Entry, number: int, at: datetime, previous: str) -> Recorded:
    """The entry with its number, its time and its hash."""
    said = (entry.kind, entry.actor, entry.role, entry.what, entry.outcome, entry.purpose, entry.person_id)
    bare = Recorded(number, at, *said, dict(entry.detail), previous, "")
    return Recorded(number, at, *said, dict(entry.detail), previous, entry_hash(previous, bare.content()))


class Checker:
    """Follows a chain entry by entry, in the order in which they are kept; holds two of them at most."""

    def __init__(self) -> None:
        self.number = 0
        self.hash = GENESIS
        self._before = ""
        self.finding: Finding | None = None

    def follow(self, entry: Recorded) -> bool:
        """Take the next entry. False from the first that is wrong, which is then the finding."""
        if self.finding is None:
            self.finding = self._wrong(entry)
        if self.finding is not None:
            return False
        self.number, self.hash, self._before = entry.number, entry.hash, entry.previous
        return True

    def end(self, head: Head | None) -> Finding | None:
        """The finding, also of what the head knows and the entries do not show."""
        if self.finding is not None or (head is None and self.number == 0):
            return self.finding
        if head is None:
            sentence = f"there are {self.number} entries and no head that says how many there should be"
            return Finding(self.number, Broken.REWRITTEN, sentence)
        if head.number > self.number:
            sentence = f"the chain ends at {self.number} and had {head.number} entries"
            return Finding(self.number + 1, Broken.CUT, sentence)
        if head.number < self.number:
            sentence = f"the chain ends at {self.number} and its head knows {head.number} entries"
            return Finding(head.number + 1, Broken.INSERTED, sentence)
        if head.hash != self.hash:
            sentence = f"entry {self.number} is not the one that the head was written for"
            return Finding(max(self.number, 1), Broken.REWRITTEN, sentence)
        return None

    def _wrong(self, entry: Recorded) -> Finding | None:
        number, expected = entry.number, self.number + 1
        if not isinstance(number, int) or number < expected:
            sentence = f"an entry that calls itself {number!r} stands where {expected} belongs"
            return Finding(expected, Broken.INSERTED, sentence)
        if number > expected:
            return Finding(expected, Broken.REMOVED, f"entry {expected} is gone; {number} follows")
        linked = entry.previous == self.hash
        whole = _whole(entry)
        if linked and whole:
            return None
        if whole and self.number:
            # A whole entry names the hash that stood before it: it is the one before that changed since.
            if entry.previous == self._before:
                sentence = f"entry {self.number} was put between two others"
                return Finding(self.number, Broken.INSERTED, sentence)
            sentence = f"entry {self.number} is not the one that entry {number} was written after"
            return Finding(self.number, Broken.ALTERED, sentence)
        return Finding(number, Broken.ALTERED, f"entry {number} is not what was written")


def _whole(entry: Recorded) -> bool:
    try:
        return entry_hash(str(entry.previous), entry.content()) == entry.hash
    except (TypeError, ValueError):
        return False


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def _text(value: str) -> str:
    """Text that both databases keep as it is: no NUL, nothing that is no character, not endless."""
    return str(value).encode(errors="replace").decode().replace("\0", "")[:LONGEST_TEXT]


def _portable(value: object) -> object:
    match value:
        case None | bool():
            return value
        case int() if -LARGEST_INTEGER <= value < LARGEST_INTEGER:
            return int(value)
        case str():
            return _text(value)
        case Mapping():
            return {_text(str(name)): _portable(one) for name, one in value.items()}
        case tuple() | list():
            return [_portable(one) for one in value]
        case _:
            raise ValueError(f"not for an audit entry: {type(value).__name__}")
