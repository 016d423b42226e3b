"""The audit chain: numbers without gaps, any change found and named, writers in a line, on both databases."""

import subprocess
import sys
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from tandem.kernel import Problems
from tandem.ledger import Broken, Checker, Entry, Ledger, Wanted

NOW = datetime(2026, 6, 1, 8, 0, 0, 250_000)
KEY = b"k" * 32


def entry(what: str = "run", **more: object) -> Entry:
    return Entry("change", "ada", "engineer", what, "done", **more)  # type: ignore[arg-type]


def filled(ledger: Ledger, many: int = 6) -> None:
    for number in range(1, many + 1):
        about = number if number % 2 else None
        one = entry(
            f"step {number}", person_id=about, purpose="mail", detail={"n": number, "of": ["a", None]}
        )
        ledger.append_audit([one], NOW + timedelta(seconds=number), KEY)


def verdict(ledger: Ledger) -> tuple[int, Broken] | None:
    checker = Checker()
    ledger.follow_audit(checker)
    found = checker.end(ledger.audit_head())
    return None if found is None else (found.number, found.kind)


def tamper(ledger: Ledger, *statements: str) -> None:
    with ledger._write() as db:
        for statement in statements:
            db.execute(text(statement))


def test_entries_are_numbered_without_gaps_and_verify(ledger: Ledger) -> None:
    assert verdict(ledger) is None
    head = ledger.append_audit([entry("a"), entry("b")], NOW, KEY)
    assert head.number == 2
    filled(ledger)
    assert [one.number for page in ledger.audit_pages() for one in page] == list(range(1, 9))
    assert verdict(ledger) is None
    found = ledger.audit_head()
    assert found is not None
    assert found.sealed_by(KEY)
    assert not found.sealed_by(b"x" * 32)


def test_what_is_wanted_is_found_newest_first(ledger: Ledger) -> None:
    filled(ledger)
    ledger.append_audit([Entry("export", "bo", "marketer", "people", "done")], NOW, KEY)
    assert [one.number for one in ledger.audit_entries(Wanted(person_id=3))] == [3]
    assert [one.number for one in ledger.audit_entries(Wanted(kind="change"), limit=2)] == [6, 5]
    assert [one.number for one in ledger.audit_entries(Wanted(), before=3)] == [2, 1]
    assert [one.number for one in ledger.audit_entries(Wanted(actor="bo"))] == [7]
    assert [one.number for one in ledger.audit_entries(Wanted(people=False))] == [7, 6, 4, 2]
    between = Wanted(since=NOW + timedelta(seconds=2), until=NOW + timedelta(seconds=4))
    assert ledger.audit_count(between) == 2


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", "'2026-06-01 08:00:03.250001'"),
        ("kind", "'export'"),
        ("actor", "'bo'"),
        ("role", "'admin'"),
        ("what", "'step 4'"),
        ("outcome", "'refused'"),
        ("purpose", "NULL"),
        ("person_id", "4"),
        ("detail", '\'{"n": 4, "of": ["a", null]}\''),
        ("previous", f"'{'a' * 64}'"),
        ("hash", f"'{'a' * 64}'"),
    ],
)
def test_a_changed_column_is_found(ledger: Ledger, column: str, value: str) -> None:
    filled(ledger)
    tamper(ledger, f"UPDATE audit SET {column} = {value} WHERE number = 3")
    assert verdict(ledger) == (3, Broken.ALTERED)


def test_what_no_reader_understands_is_found_too(ledger: Ledger) -> None:
    filled(ledger)
    if ledger.address.startswith("sqlite"):
        tamper(ledger, "UPDATE audit SET detail = '{', at = 'once' WHERE number = 2")
        assert verdict(ledger) == (2, Broken.ALTERED)


def test_a_removed_entry_is_found(ledger: Ledger) -> None:
    filled(ledger)
    tamper(ledger, "DELETE FROM audit WHERE number = 3")
    assert verdict(ledger) == (3, Broken.REMOVED)


def test_a_cut_tail_is_found_and_so_is_one_that_was_put_on(ledger: Ledger) -> None:
    filled(ledger)
    tamper(ledger, "DELETE FROM audit WHERE number > 4")
    assert verdict(ledger) == (5, Broken.CUT)
    tamper(ledger, "UPDATE audit_head SET number = 3")
    assert verdict(ledger) == (4, Broken.INSERTED)


def test_a_chain_without_its_head_is_found_and_not_gone_on_with(ledger: Ledger) -> None:
    filled(ledger)
    tamper(ledger, "DELETE FROM audit_head")
    assert verdict(ledger) == (6, Broken.REWRITTEN)
    with pytest.raises(Problems, match="LDG-071"):
        ledger.append_audit([entry()], NOW, KEY)


def test_a_head_sealed_by_somebody_else_is_not_sealed_anew(ledger: Ledger) -> None:
    filled(ledger)
    with pytest.raises(Problems, match="LDG-070"):
        ledger.append_audit([entry()], NOW, b"x" * 32)
    tamper(ledger, "UPDATE audit_head SET number = 5, hash = (SELECT hash FROM audit WHERE number = 5)")
    with pytest.raises(Problems, match="LDG-070"):
        ledger.append_audit([entry()], NOW, KEY)
    ledger.reseal_audit(entry("reseal"), NOW, KEY)
    assert verdict(ledger) is None
    assert ledger.append_audit([entry()], NOW, KEY).number == 8


def test_an_entry_is_plain_and_of_a_known_kind() -> None:
    with pytest.raises(ValueError, match="no kind"):
        Entry("gossip", "ada", "admin", "x", "done")
    with pytest.raises(ValueError, match="float"):
        entry(detail={"share": 0.5})
    odd = Entry("change", "a\0\udc80da", "admin", "x" * 5000, "done")
    assert (odd.actor, len(odd.what)) == ("a?da", 1000)


APPENDS = """
import sys
from datetime import datetime
from tandem.ledger import Entry, open_ledger
ledger = open_ledger(sys.argv[1])
for number in range(500):
    one = Entry("change", sys.argv[2], "engineer", f"step {number}", "done")
    ledger.append_audit([one], datetime(2026, 6, 1, 8), b"k" * 32)
"""


@pytest.mark.long
def test_two_processes_that_append_at_once_stand_in_a_line(ledger: Ledger, address: str) -> None:
    command = [sys.executable, "-c", APPENDS, address]
    both = [subprocess.Popen([*command, name]) for name in ("ada", "bo")]
    assert [one.wait(120) for one in both] == [0, 0]
    assert verdict(ledger) is None
    found = [one for page in ledger.audit_pages() for one in page]
    assert [one.number for one in found] == list(range(1, 1001))
    for name in ("ada", "bo"):
        assert [one.what for one in found if one.actor == name] == [f"step {n}" for n in range(500)]
