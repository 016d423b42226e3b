"""IAB Transparency and Consent strings, version 2: what one says, or that it cannot be read.

After "Consent string and vendor list formats v2.0" of IAB Europe and IAB Tech Lab, with the changes of TCF 2.2 and
2.3 (which changed no field that is read here). Every length is checked against the bits that are there, ranges are
kept as ranges (a short string can name 65,535 vendors some thousand times), and whatever does not fit makes the
whole string unreadable: part of an answer is no answer.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tandem.kernel.values import Basis

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
SIX = {letter: f"{number:06b}" for number, letter in enumerate(ALPHABET)}
EPOCH = datetime(1970, 1, 1)
VERSION = 2
LONGEST = 20_000
"""Letters. With all vendors of today's list named one by one a string has about 4,000."""

DISCLOSED, ALLOWED, PUBLISHER = 1, 2, 3
CONSENT_ONLY = frozenset({1, 3, 4, 5, 6})
"""Purposes that need consent whatever else is claimed (TCF 2.2)."""
NOT_ALLOWED, NEEDS_CONSENT, NEEDS_INTEREST = 0, 1, 2
Ranges = tuple[tuple[int, int], ...]


class Unreadable(ValueError):  # noqa: N818 - reads as what the string is
    """The text is no TC string of version 2, or not a whole one."""


@dataclass(frozen=True)
class Vendors:
    """A set of vendors by number, as one bit for each or as ranges with both ends included."""

    bits: str = ""
    ranges: Ranges = ()

    def __contains__(self, vendor: int) -> bool:
        return self.bits[vendor - 1 : vendor] == "1" or _in(vendor, self.ranges)

    def numbers(self) -> tuple[int, ...]:
        """All of them, in order."""
        of_ranges = {one for start, end in self.ranges for one in range(start, end + 1)}
        return tuple(sorted(set(_set(self.bits)) | of_ranges))


@dataclass(frozen=True)
class Restriction:
    """What the publisher asks of some vendors for one purpose: 0 not allowed, 1 with consent, 2 with interest."""

    purpose: int
    type: int
    vendors: Ranges


@dataclass(frozen=True)
class Publisher:
    """The answers to the publisher's own use of data."""

    consents: frozenset[int]
    interests: frozenset[int]
    custom_consents: frozenset[int]
    custom_interests: frozenset[int]


@dataclass(frozen=True)
class TcString:
    """What a string says. `disclosed` and `allowed` are None if it has not that segment."""

    created: datetime
    updated: datetime
    cmp_id: int
    cmp_version: int
    screen: int
    language: str
    vendor_list: int
    policy: int
    service_specific: bool
    non_standard_texts: bool
    special_features: frozenset[int]
    consents: frozenset[int]
    interests: frozenset[int]
    purpose_one_treatment: bool
    country: str
    vendor_consents: Vendors
    vendor_interests: Vendors
    restrictions: tuple[Restriction, ...]
    disclosed: Vendors | None = None
    allowed: Vendors | None = None
    publisher: Publisher | None = None


def decode(text: str) -> TcString:
    """What the string says. Raises Unreadable, and nothing else whatever the text is."""
    if len(text) > LONGEST:
        raise Unreadable("longer than any real one")
    first, *rest = text.split(".")
    core = _core(_Bits(first))
    segments: dict[int, Vendors | Publisher] = {}
    for part in rest:
        bits = _Bits(part)
        kind = bits.number(3)
        if kind in segments or kind not in (DISCLOSED, ALLOWED, PUBLISHER):
            raise Unreadable(f"segment {kind}")
        segments[kind] = _publisher(bits) if kind == PUBLISHER else _vendors(bits)
        bits.end()
    return TcString(
        **core,  # type: ignore[arg-type]
        disclosed=segments.get(DISCLOSED),  # type: ignore[arg-type]
        allowed=segments.get(ALLOWED),  # type: ignore[arg-type]
        publisher=segments.get(PUBLISHER),  # type: ignore[arg-type]
    )


def allows(string: TcString, purposes: Iterable[int], basis: Basis, vendor: int | None = None) -> bool:
    """Whether all these purposes are allowed on this basis, to us as publisher or to that vendor.

    On another basis than consent, legitimate interest counts too where the framework lets it. For the publisher
    both the purposes and, if it is there, the publisher's own segment must agree; for a vendor its own bit, the
    publisher's restrictions, and that it was disclosed if the string says who was.
    """
    if vendor is not None and string.disclosed is not None and vendor not in string.disclosed:
        return False
    wanted = tuple(purposes)
    one = _publisher_may if vendor is None else _vendor_may
    return bool(wanted) and all(one(string, purpose, basis, vendor or 0) for purpose in wanted)


def _publisher_may(string: TcString, purpose: int, basis: Basis, _: int) -> bool:
    own = string.publisher
    asked = [(string.consents, string.interests), *([(own.consents, own.interests)] if own else [])]
    return all(
        purpose in consents or (_interest(purpose, basis) and purpose in interests)
        for consents, interests in asked
    )


def _vendor_may(string: TcString, purpose: int, basis: Basis, vendor: int) -> bool:
    asked = {one.type for one in string.restrictions if one.purpose == purpose and _in(vendor, one.vendors)}
    if NOT_ALLOWED in asked:
        return False
    consent = purpose in string.consents and vendor in string.vendor_consents
    interest = _interest(purpose, basis) and purpose in string.interests and vendor in string.vendor_interests
    return (consent and NEEDS_INTEREST not in asked) or (interest and NEEDS_CONSENT not in asked)


def _interest(purpose: int, basis: Basis) -> bool:
    return basis is not Basis.CONSENT and purpose not in CONSENT_ONLY


class _Bits:
    """The bits of one segment, read from the front. Reading over the end is Unreadable."""

    def __init__(self, text: str) -> None:
        try:
            self.bits = "".join([SIX[letter] for letter in text])
        except KeyError as letter:
            raise Unreadable(f"no such letter: {letter}") from None
        self.at = 0

    def take(self, length: int) -> str:
        found = self.bits[self.at : self.at + length]
        if len(found) < length:
            raise Unreadable("it ends too early")
        self.at += length
        return found

    def number(self, length: int) -> int:
        return int(self.take(length), 2)

    def flag(self) -> bool:
        return self.take(1) == "1"

    def letters(self) -> str:
        pair = self.number(6), self.number(6)
        if max(pair) > 25:
            raise Unreadable("no letters")
        return "".join(chr(ord("A") + one) for one in pair)

    def moment(self) -> datetime:
        return EPOCH + timedelta(milliseconds=100 * self.number(36))

    def numbers(self, length: int) -> frozenset[int]:
        return frozenset(_set(self.take(length)))

    def end(self) -> None:
        """What is left is padding."""
        if "1" in self.bits[self.at :]:
            raise Unreadable("something stands behind the end")


def _core(bits: _Bits) -> dict[str, object]:
    if bits.number(6) != VERSION:
        raise Unreadable("another version")
    core: dict[str, object] = {
        "created": bits.moment(),
        "updated": bits.moment(),
        "cmp_id": bits.number(12),
        "cmp_version": bits.number(12),
        "screen": bits.number(6),
        "language": bits.letters(),
        "vendor_list": bits.number(12),
        "policy": bits.number(6),
        "service_specific": bits.flag(),
        "non_standard_texts": bits.flag(),
        "special_features": bits.numbers(12),
        "consents": bits.numbers(24),
        "interests": bits.numbers(24),
        "purpose_one_treatment": bits.flag(),
        "country": bits.letters(),
        "vendor_consents": _vendors(bits),
        "vendor_interests": _vendors(bits),
        "restrictions": tuple(_restriction(bits) for _ in range(bits.number(12))),
    }
    bits.end()
    return core


def _vendors(bits: _Bits) -> Vendors:
    most, ranged = bits.number(16), bits.flag()
    return Vendors(ranges=_ranges(bits, most)) if ranged else Vendors(bits=bits.take(most))


def _ranges(bits: _Bits, most: int) -> Ranges:
    found = []
    for _ in range(bits.number(12)):
        ranged, start = bits.flag(), bits.number(16)
        end = bits.number(16) if ranged else start
        if not 1 <= start <= end <= most:
            raise Unreadable(f"a range from {start} to {end}")
        found.append((start, end))
    return tuple(found)


def _restriction(bits: _Bits) -> Restriction:
    purpose, kind = bits.number(6), bits.number(2)
    return Restriction(purpose, kind, _ranges(bits, 65_535))


def _publisher(bits: _Bits) -> Publisher:
    consents, interests = bits.numbers(24), bits.numbers(24)
    custom = bits.number(6)
    return Publisher(consents, interests, bits.numbers(custom), bits.numbers(custom))


def _set(bits: str) -> list[int]:
    return [number for number, bit in enumerate(bits, start=1) if bit == "1"]


def _in(vendor: int, ranges: Ranges) -> bool:
    return any(start <= vendor <= end for start, end in ranges)
