"""Numbers as people read them."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.kernel import numbers


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (numbers.count(1_234_567), "1,234,567"),
        (numbers.decimal(1234.5), "1,234.50"),
        (numbers.decimal(-0.001), "0.00"),
        (numbers.money(Decimal("4596039.58"), "GBP"), "GBP 4,596,039.58"),
        (numbers.percent(0.1234), "12.3 %"),
        (numbers.points(0.0123), "+1.2 points"),
        (numbers.points(-0.0123), "-1.2 points"),
        (numbers.points(-0.0001), "0.0 points"),
        (numbers.probability(0.0004), "< 0.001"),
        (numbers.probability(0.034), "0.034"),
        (numbers.span(timedelta(days=14)), "14 days"),
        (numbers.span(timedelta(hours=36)), "36 hours"),
        (numbers.span(timedelta(seconds=1)), "1 second"),
        (numbers.span(timedelta()), "0 seconds"),
        (numbers.plural(3, "person", "people"), "3 people"),
        (numbers.moment(datetime(2026, 5, 3, 14, 5)), "3 May 2026 14:05 UTC"),
    ],
)
def test_written(written: str, text: str) -> None:
    assert written == text


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_two_places_lose_nothing(amount: Decimal) -> None:
    assert Decimal(numbers.decimal(amount).replace(",", "")) == amount


@pytest.mark.parametrize("text", ["", "²", "٣", "-1", "1.0", " 1", "9" * 19, "1" * 5000])
def test_what_is_no_whole_number_of_ascii_digits_is_none(text: str) -> None:
    assert numbers.whole(text) is None


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("007", 7), (str(2**63 - 1), 2**63 - 1)])
def test_a_whole_number_is_read(text: str, number: int) -> None:
    assert numbers.whole(text) == number
