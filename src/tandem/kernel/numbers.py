"""How numbers are written for people, in one place: the terminal, pages and sentences all come here."""

from datetime import datetime, timedelta
from decimal import Decimal

UNKNOWN = "not known"


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


def plural(number: int, word: str, many: str | None = None) -> str:
    """1, 'day' → '1 day'; 3, 'person', 'people' → '3 people'."""
    return f"{count(number)} {word if number == 1 else many or word + 's'}"


def moment(at: datetime) -> str:
    """'3 May 2026 14:05 UTC'."""
    return f"{at.day} {at:%B %Y %H:%M} UTC"
