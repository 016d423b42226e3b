"""A batch is planned once, survives a crash with its id, and its files are taken only when it is finished."""

from datetime import datetime

import pytest

from tandem.kernel import Problems
from tandem.ledger import Ledger

NOON = datetime(2026, 6, 1, 12)


def test_an_open_batch_is_found_again_with_its_id_and_files(ledger: Ledger) -> None:
    number = ledger.plan_batch("till", {"a.csv": "1", "b.csv": "2"}, NOON)
    found = ledger.open_batch("till")
    assert found is not None
    assert (found.id, found.files, found.planned_at) == (number, {"a.csv": "1", "b.csv": "2"}, NOON)
    assert ledger.open_batch("web") is None


def test_files_count_as_taken_only_after_the_finish(ledger: Ledger) -> None:
    number = ledger.plan_batch("till", {"a.csv": "1"}, NOON)
    assert ledger.taken_files("till") == {}
    ledger.finish_batch(number, NOON)
    assert ledger.taken_files("till") == {"a.csv": "1"}
    assert ledger.taken_files("web") == {}
    assert ledger.open_batch("till") is None


def test_of_a_path_taken_again_the_last_fingerprint_counts(ledger: Ledger) -> None:
    for files in ({"a.csv": "1", "b.csv": "1"}, {"a.csv": "2"}):
        ledger.finish_batch(ledger.plan_batch("till", files, NOON), NOON)
    assert ledger.taken_files("till") == {"a.csv": "2", "b.csv": "1"}


def test_a_source_has_at_most_one_open_batch(ledger: Ledger) -> None:
    first = ledger.plan_batch("till", {}, NOON)
    ledger.plan_batch("web", {}, NOON)
    with pytest.raises(Problems, match="LDG-020"):
        ledger.plan_batch("till", {}, NOON)
    ledger.finish_batch(first, NOON)
    assert ledger.plan_batch("till", {}, NOON) > first


def test_a_batch_is_finished_once(ledger: Ledger) -> None:
    number = ledger.plan_batch("till", {}, NOON)
    ledger.finish_batch(number, NOON)
    with pytest.raises(Problems, match="LDG-021"):
        ledger.finish_batch(number, NOON)
