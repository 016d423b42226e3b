"""TC strings written by an encoder of the test's own are read back; no other text is ever a yes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.collect.tcf import ALPHABET, LONGEST, Unreadable, allows, decode
from tandem.kernel.values import Basis


@dataclass(frozen=True)
class Wanted:
    """What the encoder is asked to write."""

    decis: int
    purposes: frozenset[int]
    interests: frozenset[int]
    vendors: frozenset[int]
    ranges: tuple[tuple[int, int], ...]
    restrictions: tuple[tuple[int, int, int], ...]
    disclosed: frozenset[int] | None
    publisher: tuple[frozenset[int], frozenset[int], frozenset[int]] | None


def number(value: int, width: int) -> str:
    return format(value, "b").zfill(width)


def flags(members: frozenset[int], width: int) -> str:
    return "".join("01"[n in members] for n in range(1, width + 1))


def letters(text: str) -> str:
    return "".join(number(ord(one) - 65, 6) for one in text)


def bitfield(members: frozenset[int]) -> str:
    most = max(members, default=0)
    return number(most, 16) + "0" + flags(members, most)


def ranged(ranges: tuple[tuple[int, int], ...]) -> str:
    most = max((end for _, end in ranges), default=0)
    return number(most, 16) + "1" + entries(ranges)


def entries(ranges: tuple[tuple[int, int], ...]) -> str:
    parts = [
        "0" + number(start, 16) if start == end else "1" + number(start, 16) + number(end, 16)
        for start, end in ranges
    ]
    return number(len(ranges), 12) + "".join(parts)


def written(bits: str) -> str:
    padded = bits + "0" * (-len(bits) % 6)
    return "".join(ALPHABET[int(padded[at : at + 6], 2)] for at in range(0, len(padded), 6))


def encode(wanted: Wanted, version: int = 2) -> str:
    core = number(version, 6) + number(wanted.decis, 36) * 2 + number(31, 12) + number(7, 12) + number(1, 6)
    core += letters("DE") + number(51, 12) + number(4, 6) + "10" + number(0, 12)
    core += flags(wanted.purposes, 24) + flags(wanted.interests, 24) + "0" + letters("FR")
    core += bitfield(wanted.vendors) + ranged(wanted.ranges) + number(len(wanted.restrictions), 12)
    for purpose, kind, vendor in wanted.restrictions:
        core += number(purpose, 6) + number(kind, 2) + entries(((vendor, vendor),))
    parts = [written(core)]
    if wanted.disclosed is not None:
        parts.append(written(number(1, 3) + bitfield(wanted.disclosed)))
    if wanted.publisher is not None:
        consents, interests, custom = wanted.publisher
        width = max(custom, default=0)
        own = flags(consents, 24) + flags(interests, 24) + number(width, 6) + flags(custom, width) * 2
        parts.append(written(number(3, 3) + own))
    return ".".join(parts)


def some(most: int, size: int = 8) -> st.SearchStrategy[frozenset[int]]:
    return st.frozensets(st.integers(1, most), max_size=size)


range_ = st.tuples(st.integers(1, 65_535), st.integers(1, 65_535)).map(lambda two: (min(two), max(two)))
wanteds = st.builds(
    Wanted,
    decis=st.integers(0, 2**36 - 1),
    purposes=some(24, 24),
    interests=some(24, 24),
    vendors=some(900),
    ranges=st.lists(range_, max_size=5).map(tuple),
    restrictions=st.lists(
        st.tuples(st.integers(1, 11), st.integers(0, 2), st.integers(1, 65_535)), max_size=4
    ).map(tuple),
    disclosed=st.none() | some(900),
    publisher=st.none() | st.tuples(some(24), some(24), some(20)),
)


@given(wanteds)
def test_reads_what_was_written(wanted: Wanted) -> None:
    read = decode(encode(wanted))
    assert read.created == datetime(1970, 1, 1) + timedelta(milliseconds=100 * wanted.decis)
    assert (read.cmp_id, read.cmp_version, read.language, read.country) == (31, 7, "DE", "FR")
    assert (read.vendor_list, read.policy, read.service_specific) == (51, 4, True)
    assert (read.consents, read.interests) == (wanted.purposes, wanted.interests)
    assert set(read.vendor_consents.numbers()) == wanted.vendors
    assert read.vendor_interests.ranges == wanted.ranges
    told = [(one.purpose, one.type, one.vendors) for one in read.restrictions]
    assert told == [(purpose, kind, ((vendor, vendor),)) for purpose, kind, vendor in wanted.restrictions]
    assert (None if read.disclosed is None else set(read.disclosed.numbers())) == wanted.disclosed
    own = read.publisher
    assert (own and (own.consents, own.interests, own.custom_consents)) == wanted.publisher


@given(wanteds, st.sets(st.integers(1, 11), min_size=1), st.sampled_from(Basis))
def test_a_yes_is_a_yes_to_each_purpose(wanted: Wanted, purposes: set[int], basis: Basis) -> None:
    read = decode(encode(wanted))
    if allows(read, purposes, basis):
        interest = set() if basis is Basis.CONSENT else wanted.interests - {1, 3, 4, 5, 6}
        assert purposes <= wanted.purposes | interest
        assert all(allows(read, {one}, basis) for one in purposes)
        if wanted.publisher is not None:
            own = set() if basis is Basis.CONSENT else wanted.publisher[1] - {1, 3, 4, 5, 6}
            assert purposes <= wanted.publisher[0] | own


@given(wanteds, st.sets(st.integers(1, 11), min_size=1), st.integers(1, 900))
def test_a_vendor_needs_its_own_yes(wanted: Wanted, purposes: set[int], vendor: int) -> None:
    if allows(decode(encode(wanted)), purposes, Basis.CONSENT, vendor):
        assert vendor in wanted.vendors
        assert purposes <= wanted.purposes
        assert wanted.disclosed is None or vendor in wanted.disclosed
        assert not {(p, kind, v) for p, kind, v in wanted.restrictions if p in purposes and v == vendor} & {
            (p, kind, vendor) for p in purposes for kind in (0, 2)
        }


@given(wanteds, st.data())
def test_a_string_that_was_cut_is_unreadable(wanted: Wanted, data: st.DataObject) -> None:
    core, *_ = encode(wanted).split(".")
    cut = data.draw(st.integers(0, len(core) - 1))
    with pytest.raises(Unreadable):
        decode(core[:cut])


@given(wanteds, st.sampled_from([0, 1, 3, 4, 63]))
def test_another_version_is_unreadable(wanted: Wanted, version: int) -> None:
    with pytest.raises(Unreadable):
        decode(encode(wanted, version))


@given(st.text() | st.text(alphabet=ALPHABET + ".", max_size=400).map(lambda text: "C" + text))
def test_no_text_does_anything_but_read_or_not(text: str) -> None:
    try:
        decode(text)
    except Unreadable:
        return


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("COvFyGBOvFyGBAbAAAENAPCAAOAAAAAAAAAAAEEUACCKAAA=", id="padded as base64"),
        pytest.param("BOEFEAyOEFEAyAHABDENAI4AAAB9vABAASA", id="version 1"),
        pytest.param("C" * (LONGEST + 1), id="too long"),
        pytest.param("COtybn4PA_zT4KjACBENAPCIAEBAAECAAIAAAAAAAAAA.", id="an empty segment"),
        pytest.param("COtybn4PA_zT4KjACBENAPCIAEBAAECAAIAAAAAAAAAA.AAAA", id="a segment of no kind"),
        pytest.param("COtybn4PA_zT4KjACBENAPCIAEBAAECAAIAAAAAAAAAB", id="something behind the end"),
        pytest.param("COtybn4PA_zT4KjACBENAPCIAEBAAECAAIAAAAAAAAAA COtybn4P", id="two strings"),
    ],
)
def test_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        decode(text)
