"""Only one changes the lake at a time, and a lease lasts as long as the work."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tandem.kernel import Problems
from tandem.ledger import Ledger, open_ledger
from tandem.usecases.alone import LEASE, alone

NOON = datetime(2026, 6, 1, 12)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = open_ledger(tmp_path / "ledger.db")
    yield opened
    opened.close()


def test_the_second_is_told_who_is_at_work(ledger: Ledger) -> None:
    with alone(ledger, lambda: NOON):
        with pytest.raises(Problems) as caught, alone(ledger, lambda: NOON):
            pass
        assert [one.code for one in caught.value.problems] == ["LDG-010"]
    with alone(ledger, lambda: NOON):
        pass


def test_work_that_goes_on_keeps_its_lease(ledger: Ledger) -> None:
    times = [NOON]
    with alone(ledger, lambda: times[-1]) as going:
        for _ in range(3):
            times.append(times[-1] + LEASE - timedelta(minutes=1))
            going("on", 0, 0)
        with pytest.raises(Problems), ledger.lease("run", "process:1@elsewhere", times[-1], LEASE):
            pass


def test_a_lease_that_was_left_behind_elsewhere_is_taken_over(ledger: Ledger) -> None:
    with ledger.lease("run", "process:1@elsewhere", NOON, LEASE):
        later = NOON + LEASE + timedelta(seconds=1)
        with alone(ledger, lambda: later):
            pass
