"""The window of telemetry: it holds what is done now, and does not move with each minute."""

from datetime import datetime, timedelta

import pytest

from tandem.kernel import Problems
from tandem.usecases.see_telemetry import USUAL, window_of

TEN = datetime(2026, 6, 1, 10)


@pytest.mark.parametrize("minutes", [0, 0.5, 7, 14.99])
def test_one_quarter_of_an_hour_has_one_window(minutes: float) -> None:
    now = TEN + timedelta(minutes=minutes)
    found = window_of(None, None, now)
    assert found == window_of(None, None, TEN)
    assert found.holds(now)
    assert (found.until, found.length) == (TEN + timedelta(minutes=15), USUAL)


def test_the_next_quarter_has_the_next() -> None:
    assert window_of(None, None, TEN + timedelta(minutes=15)).until == TEN + timedelta(minutes=30)


@pytest.mark.parametrize(
    ("since", "until"),
    [
        (None, TEN + timedelta(minutes=16)),
        (TEN, TEN),
        (datetime(1999, 12, 31), None),
    ],
)
def test_a_window_that_holds_nothing_is_a_problem(since: datetime | None, until: datetime | None) -> None:
    with pytest.raises(Problems) as wrong:
        window_of(since, until, TEN)
    assert [one.code for one in wrong.value.problems] == ["ALN-501"]
