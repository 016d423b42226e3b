"""Any single change to the audit log is found: in an entry, of their number or order, and a whole new chain."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tandem.ledger.chain import (
    GENESIS,
    KINDS,
    Broken,
    Checker,
    Entry,
    Head,
    Recorded,
    chained,
    entry_hash,
    seal,
)
from tandem.usecases.see_audit import FIELDS, verify_file

KEY = b"k" * 32
NOW = datetime(2026, 6, 1, 8)

words = st.text(max_size=12)
values = st.none() | st.booleans() | st.integers(-(2**60), 2**60) | words
details = st.dictionaries(words, values | st.lists(values, max_size=3), max_size=3)
entries = st.builds(
    Entry,
    st.sampled_from(KINDS),
    words,
    words,
    words,
    words,
    st.none() | words,
    st.none() | st.integers(0, 2**60),
    details,
)


def chain(said: list[Entry]) -> tuple[list[Recorded], Head]:
    last, made = GENESIS, []
    for number, one in enumerate(said, 1):
        made.append(chained(one, number, NOW + timedelta(microseconds=number), last))
        last = made[-1].hash
    return made, Head(len(made), last, seal(len(made), last, KEY))


def verdict(found: list[Recorded], head: Head) -> Broken | None:
    checker = Checker()
    all(checker.follow(one) for one in found)
    finding = checker.end(head)
    return None if finding is None else finding.kind


def lines(found: list[Recorded], head: Head) -> list[dict[str, Any]]:
    return [*(one.to_dict() for one in found), {"head": vars(head)}]


def in_file(found: list[dict[str, Any]]) -> Broken | None:
    finding = verify_file([json.dumps(one) for one in found], KEY).finding
    return None if finding is None else finding.kind


chains = st.lists(entries, min_size=1, max_size=6).map(chain)


@given(chains)
def test_what_was_written_is_sound(made: tuple[list[Recorded], Head]) -> None:
    assert verdict(*made) is None
    assert in_file(lines(*made)) is None


@settings(max_examples=300)
@given(chains, st.data())
def test_any_other_value_in_any_field_is_found(
    made: tuple[list[Recorded], Head], data: st.DataObject
) -> None:
    found = lines(*made)
    at = data.draw(st.integers(0, len(found) - 2))
    field = data.draw(st.sampled_from(FIELDS))
    value = data.draw(values | details)
    assume(json.dumps(value) != json.dumps(found[at][field]))
    found[at] = found[at] | {field: value}
    assert in_file(found) is not None


@given(chains, st.data())
def test_an_altered_entry_is_found_also_when_its_hash_is_made_anew(
    made: tuple[list[Recorded], Head], data: st.DataObject
) -> None:
    found, head = made
    at = data.draw(st.integers(0, len(found) - 1))
    field = data.draw(st.sampled_from(["actor", "role", "what", "outcome"]))
    changed = replace(found[at], **{field: getattr(found[at], field) + "x"})
    found[at] = replace(changed, hash=entry_hash(changed.previous, changed.content()))
    checker = Checker()
    all(checker.follow(one) for one in found)
    finding = checker.end(head)
    assert finding is not None
    assert finding.number == at + 1


@given(chains, st.data())
def test_an_entry_that_is_gone_is_named(made: tuple[list[Recorded], Head], data: st.DataObject) -> None:
    found, head = made
    at = data.draw(st.integers(0, len(found) - 1))
    del found[at]
    assert verdict(found, head) is (Broken.CUT if at == len(found) else Broken.REMOVED)


@given(chains, st.data())
def test_two_lines_that_changed_places_are_found(
    made: tuple[list[Recorded], Head], data: st.DataObject
) -> None:
    found = lines(*made)
    assume(len(found) > 2)
    one, other = sorted(data.draw(st.sets(st.integers(0, len(found) - 2), min_size=2, max_size=2)))
    found[one], found[other] = found[other], found[one]
    assert in_file(found) is Broken.REORDERED


@given(chains, entries, st.data())
def test_an_entry_put_in_between_is_found(
    made: tuple[list[Recorded], Head], new: Entry, data: st.DataObject
) -> None:
    found, head = made
    at = data.draw(st.integers(0, len(found)))
    previous = found[at - 1].hash if at else GENESIS
    put = chained(new, at + 1, NOW, previous)
    assume(at == len(found) or put.hash != found[at].hash)
    assert verdict([*found[:at], put, *found[at:]], head) is not None


@given(chains, chains)
def test_a_whole_new_chain_is_not_sealed(
    made: tuple[list[Recorded], Head], other: tuple[list[Recorded], Head]
) -> None:
    (_, head), (found, theirs) = made, other
    assume(theirs.hash != head.hash)
    forged = Head(theirs.number, theirs.hash, head.seal)
    assert in_file(lines(found, forged)) is Broken.REWRITTEN
