"""How numbers are written for people, in one place: the terminal, pages and sentences all come here."""

from datetime import date, datetime, timedelta
from decimal import Decimal

UNKNOWN = "not known"
LONGEST_WHOLE = 19


def count(number: int) -> str:
    """1234567 → '1,234,567'."""
    return f"{number:,}"


def decimal(number: float | Decimal, places: int = 2) -> str:
    """1234.5 → '1,234.50'; a zero that rounds from below loses its sign."""
    text = f"{number:,.{places}f}"
    return text[1:] if text.startswith("-") and not any(c in "123456789" for c in text) else text


def money(amount: float | Decimal, currency: str) -> str:
    """1234.5, 'GBP' → 'GBP 1,234.50'."""
    return f"{currency} {decimal(amount)}"


def percent(share: float | Decimal, places: int = 1) -> str:
    """0.1234 → '12.3 %'."""
    return f"{decimal(share * 100, places)} %"


def points(difference: float, places: int = 1) -> str:
    """0.0123 → '+1.2 points': a difference of two percentages."""
    sign = "+" if round(difference * 100, places) > 0 else ""
    return f"{sign}{decimal(difference * 100, places)} points"


def probability(p: float) -> str:
    """A p-value: '0.034', or '< 0.001' below that."""
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def span(length: timedelta) -> str:
    """timedelta(days=14) → '14 days'; the largest unit that divides it."""
    seconds = int(length.total_seconds())
    for unit, size in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds and seconds % size == 0:
            return plural(seconds // size, unit)
    return plural(seconds, "second")


def whole(text: str) -> int | None:
    """The number from 0 to 2^63-1 that a text of ASCII digits writes, or None. `str.isdigit` is also true of '²'."""
    if not (text.isascii() and text.isdecimal() and len(text) <= LONGEST_WHOLE):
        return None
    return int(text) if int(text) < 2**63 else None


def plural(number: int, word: str, many: str | None = None) -> str:
    """1, 'day' → '1 day'; 3, 'person', 'people' → '3 people'."""
    return f"{count(number)} {word if number == 1 else many or word + 's'}"


def moment(at: datetime) -> str:
    """'3 May 2026 14:05 UTC'."""
    return f"{at.day} {at:%B %Y %H:%M} UTC"


def time_of_day(at: datetime) -> str:
    """'14:05', UTC: the minute of a moment whose day stands above it."""
    return f"{at:%H:%M}"


def day(at: date) -> str:
    """'3 May 2026'."""
    return f"{at.day} {at:%B %Y}"


def ago(at: datetime, now: datetime) -> str:
    """How long before `now`: 'just now', '5 minutes ago', '3 days ago'; after it: 'in 2 days'. Rounded down."""
    seconds = int((now - at).total_seconds())
    for unit, size in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if abs(seconds) >= size:
            told = plural(abs(seconds) // size, unit)
            return f"{told} ago" if seconds > 0 else f"in {told}"
    return "just now"


def lasting(seconds: float) -> str:
    """How long something took: '0.4 s', '12 s', '3 min 20 s', '2 h 5 min'."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
