"""The clock of a company in simulated time."""

from datetime import UTC, datetime, timedelta

import pytest

from tandem.ledger import Ledger, open_ledger
from tandem.usecases.clock import clock

NOON = datetime(2026, 6, 1, 12)
WALL = datetime(2031, 1, 1)


def test_a_company_lives_in_the_time_of_the_wall_until_it_is_told_otherwise(
    ledger: Ledger, address: str
) -> None:
    assert ledger.simulated_now() is None
    assert clock(ledger, lambda: WALL) == WALL
    for at in (NOON, NOON + timedelta(days=14, microseconds=7), NOON):
        ledger.set_simulated_now(at)
        assert ledger.simulated_now() == clock(ledger, lambda: WALL) == at
    again = open_ledger(address)
    assert again.simulated_now() == NOON
    again.set_simulated_now(None)
    again.set_simulated_now(None)
    again.close()
    assert clock(ledger, lambda: WALL) == WALL


def test_a_time_with_a_zone_is_refused(ledger: Ledger) -> None:
    with pytest.raises(Exception, match="zone"):
        ledger.set_simulated_now(NOON.replace(tzinfo=UTC))
