"""Times are naive UTC inside; spans are what a person writes."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.kernel import iso, parse_instant, parse_span

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1)))
def test_what_is_written_is_read_back(moment: datetime) -> None:
    assert parse_instant(iso(moment)) == moment


@given(st.datetimes(datetime(1900, 1, 2), datetime(2200, 1, 1), timezones=ZONES))
def test_an_instant_of_any_zone_is_the_same_instant_in_utc(moment: datetime) -> None:
    read = parse_instant(moment.isoformat())
    assert read.tzinfo is None
    assert read.replace(tzinfo=UTC) == moment


def test_a_day_alone_is_its_first_moment() -> None:
    assert parse_instant(" 2026-06-01 ") == datetime(2026, 6, 1)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("90 days", timedelta(days=90)),
        ("1 day", timedelta(days=1)),
        ("2 weeks", timedelta(days=14)),
        ("12 Hours", timedelta(hours=12)),
        ("30minutes", timedelta(minutes=30)),
        ("0 seconds", timedelta()),
    ],
)
def test_spans(text: str, length: timedelta) -> None:
    assert parse_span(text) == length


@pytest.mark.parametrize("text", ["", "90", "days", "-3 days", "1.5 days", "2 months", "3 days ago"])
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a span"):
        parse_span(text)


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "01/06/2026"])
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_instant(text)
