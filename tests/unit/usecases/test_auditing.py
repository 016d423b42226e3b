"""Noting and proving: the trail, the copy outside the ledger, restored and rewritten ledgers, exported files."""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from tandem.kernel import Problems
from tandem.kernel.values import Actor
from tandem.ledger import Broken, Cost, Ledger, Wanted, open_ledger
from tandem.ledger.chain import GENESIS, chained, seal
from tandem.usecases.approve_plan import clean_reason
from tandem.usecases.auditing import COPY, Entry, Trail, by, note, trail
from tandem.usecases.see_audit import export_lines, glance, reseal, verify, verify_file

NOW = datetime(2026, 6, 1, 8)
ADA = Actor("ada", "privacy")
CHEAP = Cost(rounds=1, memory=8, lanes=1)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = open_ledger(tmp_path / "ledger.db", CHEAP)
    yield opened
    opened.close()


def said(what: str) -> Entry:
    return by(ADA, "change", what, "done", detail={"n": 1})


def filled(root: Path, ledger: Ledger, many: int = 5, first: int = 1) -> None:
    for number in range(first, first + many):
        note(root, ledger, NOW + timedelta(seconds=number), said(f"step {number}"))


def tamper(ledger: Ledger, *statements: str) -> None:
    with ledger._write() as db:
        for statement in statements:
            db.execute(text(statement))


def found(root: Path, ledger: Ledger) -> tuple[int, Broken] | None:
    finding = verify(root, ledger).finding
    return None if finding is None else (finding.number, finding.kind)


def test_a_trail_notes_each_thing_once_and_all_of_it_at_once(tmp_path: Path, ledger: Ledger) -> None:
    going = trail(tmp_path, ledger, lambda: NOW)
    going.add(said("a"), said("b"), said("a"))
    assert ledger.audit_head() is None
    going.flush()
    going.flush()
    assert [(one.number, one.what) for one in ledger.audit_entries(Wanted())] == [(2, "b"), (1, "a")]
    silent = Trail()
    silent.add(said("c"))
    silent.flush()
    assert ledger.audit_count(Wanted()) == 2


def test_a_sound_log_is_sound_at_first_sight_and_when_followed(tmp_path: Path, ledger: Ledger) -> None:
    assert verify(tmp_path, ledger).entries == 0
    filled(tmp_path, ledger)
    verdict = verify(tmp_path, ledger)
    assert (verdict.entries, verdict.finding, verdict.notes) == (5, None, ())
    assert glance(tmp_path, ledger) is None


def test_a_ledger_set_back_to_an_older_state_is_noticed(tmp_path: Path, ledger: Ledger) -> None:
    filled(tmp_path, ledger, 3)
    ledger.close()
    shutil.copy(tmp_path / "ledger.db", tmp_path / "yesterday.db")
    filled(tmp_path, ledger, 2, first=4)
    ledger.close()
    older = open_ledger(tmp_path / "yesterday.db", CHEAP)
    assert found(tmp_path, older) == (4, Broken.OLDER)
    # It goes on, and that it was set back stays known when it is as long as it was.
    filled(tmp_path, older, 4, first=40)
    assert found(tmp_path, older) == (5, Broken.REWRITTEN)
    before = reseal(tmp_path, older, "restored from the backup of Monday", ADA, NOW)
    assert before.finding is not None
    assert found(tmp_path, older) is None
    (last,) = older.audit_entries(Wanted(kind="audit"))
    assert isinstance(last.detail, dict)
    assert last.detail["reason"] == "restored from the backup of Monday"
    assert last.detail["found"]["kind"] == "rewritten"
    older.close()


def test_entries_that_changed_places_are_named_so(tmp_path: Path, ledger: Ledger) -> None:
    filled(tmp_path, ledger)
    tamper(
        ledger,
        "UPDATE audit SET number = 99 WHERE number = 2",
        "UPDATE audit SET number = 2 WHERE number = 4",
        "UPDATE audit SET number = 4 WHERE number = 99",
    )
    assert found(tmp_path, ledger) == (2, Broken.REORDERED)


@pytest.mark.parametrize("keeps_seal", [True, False])
def test_a_wholly_rewritten_chain_has_not_the_seal(tmp_path: Path, ledger: Ledger, keeps_seal: bool) -> None:
    """Somebody with the database and the code, and without the secret."""
    filled(tmp_path, ledger)
    previous = GENESIS
    for number in range(1, 5):
        one = chained(said(f"other {number}"), number, NOW, previous)
        tamper(
            ledger,
            f"UPDATE audit SET what = '{one.what}', at = '{NOW:%Y-%m-%d %H:%M:%S}.000000', "
            f"previous = '{previous}', hash = '{one.hash}' WHERE number = {number}",
        )
        previous = one.hash
    sealed = "" if keeps_seal else f", seal = '{seal(4, previous, b'guess')}'"
    tamper(
        ledger,
        "DELETE FROM audit WHERE number = 5",
        f"UPDATE audit_head SET number = 4, hash = '{previous}'{sealed}",
    )
    assert found(tmp_path, ledger) == (4, Broken.REWRITTEN)
    assert glance(tmp_path, ledger) is not None
    with pytest.raises(Problems, match="LDG-070"):
        note(tmp_path, ledger, NOW, said("more"))


def test_everything_deleted_is_noticed_by_the_copy(tmp_path: Path, ledger: Ledger) -> None:
    filled(tmp_path, ledger)
    tamper(ledger, "DELETE FROM audit", "DELETE FROM audit_head")
    assert found(tmp_path, ledger) == (1, Broken.OLDER)
    assert glance(tmp_path, ledger) is not None


def test_a_copy_that_cannot_be_written_stops_nothing(tmp_path: Path, ledger: Ledger) -> None:
    filled(tmp_path, ledger, 1)
    (tmp_path / COPY).unlink()
    (tmp_path / COPY).mkdir()
    filled(tmp_path, ledger, 1, first=2)
    verdict = verify(tmp_path, ledger)
    assert (verdict.entries, verdict.finding) == (2, None)
    assert "no copy" in verdict.notes[0]


def test_an_exported_log_is_proved_without_a_workspace(tmp_path: Path, ledger: Ledger) -> None:
    filled(tmp_path, ledger)
    lines = [*export_lines(ledger)]
    assert len(lines) == 6
    assert verify_file(lines).finding is None
    assert verify_file(lines).notes == ("the seal was not checked",)
    cut = verify_file(lines[:-1]).finding
    assert cut is not None
    assert cut.kind is Broken.CUT
    with pytest.raises(Problems, match="RUN-070"):
        verify_file(["number,at"])
    assert verify_file([*lines, lines[0]]).finding is not None


@pytest.mark.parametrize("reason", ["ada@inbox.example is back", "see ?e=ada%40inbox.example"])
def test_a_reason_that_names_somebody_is_not_taken(tmp_path: Path, ledger: Ledger, reason: str) -> None:
    with pytest.raises(Problems) as told:
        reseal(tmp_path, ledger, reason, ADA, NOW)
    assert [one.code for one in told.value.problems] == ["RUN-097"]
    with pytest.raises(Problems):
        clean_reason(reason)
    assert clean_reason("two of us @ the desk looked") == "two of us @ the desk looked"
    assert ledger.audit_count(Wanted()) == 0
