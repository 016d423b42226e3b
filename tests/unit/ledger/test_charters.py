"""What was agreed stays known, in order, and applying the same twice is applying it once."""

from datetime import datetime, timedelta

import pytest

from tandem.kernel import Problems
from tandem.ledger import Ledger

NOON = datetime(2026, 6, 1, 12, 0, 0, 123456)
FILES = {"tandem.toml": 'name = "Harbour & Pine"\n', "audiences/vip.yml": "audience: vip\n# Käufer\n"}


def test_nothing_is_in_force_before_the_first(ledger: Ledger) -> None:
    assert ledger.applied() is None
    assert ledger.applied_history() == []


def test_the_last_applied_is_in_force_word_for_word(ledger: Ledger) -> None:
    ledger.apply_charter({}, "f0", "bo", NOON - timedelta(days=1))
    applied = ledger.apply_charter(FILES, "f1", "ada", NOON)
    assert ledger.applied() == applied
    assert (applied.files, applied.applied_at, applied.actor) == (FILES, NOON, "ada")
    assert [charter.fingerprint for charter in ledger.applied_history()] == ["f1", "f0"]


def test_the_same_again_writes_nothing(ledger: Ledger) -> None:
    first = ledger.apply_charter(FILES, "f1", "ada", NOON)
    assert ledger.apply_charter(FILES, "f1", "bo", NOON + timedelta(days=1)) == first
    assert len(ledger.applied_history()) == 1


def test_going_back_to_an_earlier_charter_is_applying_it_anew(ledger: Ledger) -> None:
    for fingerprint in ("f1", "f2", "f1"):
        ledger.apply_charter(FILES, fingerprint, "ada", NOON)
    assert [charter.fingerprint for charter in ledger.applied_history()] == ["f1", "f2", "f1"]


@pytest.mark.parametrize(("there", "expected"), [("f1", "f0"), ("f1", None), (None, "f0")])
def test_it_replaces_only_the_charter_that_was_expected(
    ledger: Ledger, there: str | None, expected: str | None
) -> None:
    """Two plans on one charter: the later one does not put back what the first one changed."""
    if there is not None:
        ledger.apply_charter(FILES, there, "ada", NOON, None)
    for fingerprint in ("f1", "f2"):
        with pytest.raises(Problems) as stopped:
            ledger.apply_charter({}, fingerprint, "bo", NOON, expected)
        assert [one.code for one in stopped.value.problems] == ["LDG-085"]
    assert ledger.applied_fingerprint() == there
    assert ledger.apply_charter(FILES, "f2", "bo", NOON, there).fingerprint == "f2"


def test_an_instant_with_a_zone_is_refused(ledger: Ledger) -> None:
    with pytest.raises(Exception, match="naive UTC"):
        ledger.apply_charter(FILES, "f1", "ada", datetime.fromisoformat("2026-06-01T12:00:00+02:00"))
