"""Where an axis is marked: round numbers, and days, weeks, months or years that have room for their names."""

import math
from datetime import date, timedelta

from tandem.web.charts import theme

AXIS = 12.0
BETWEEN = 18.0


def round_steps(low: float, high: float, most: int = 4, whole: bool = False) -> tuple[float, ...]:
    """At most `most` + 1 round numbers that cover [low, high], or its middle; 0 is among them if inside.

    `whole` allows whole numbers only. Steps are 1, 2 or 5 times a power of ten.
    """
    span = high - low
    if span <= 0:
        return (low,)
    power = 10.0 ** math.floor(math.log10(span / most))
    step = next(size * power for size in (1, 2, 5, 10) if size * power * most >= span * (1 - 1e-9))
    if whole:
        step = max(1.0, step)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple(round(place * step, 12) for place in range(first, last + 1))


def cover(low: float, high: float, most: int = 3, whole: bool = False) -> tuple[float, ...]:
    """Round numbers from one at or under `low` to one at or over `high`, some `most` steps apart."""
    if high <= low:
        high = low + 1.0
    inside = round_steps(low, high, most, whole)
    step = inside[1] - inside[0] if len(inside) > 1 else (1.0 if whole else high - low)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return tuple(round(place * step, 12) for place in range(first, last + 1))


def whole_marks(low: int, high: int, most: int = 6) -> tuple[float, ...]:
    """Both ends, and whole numbers between them in even steps from `low` on; at most `most` + 1 in all."""
    step = max(1, math.ceil((high - low) / most))
    inside = [mark for mark in range(low, high, step) if mark == low or high - mark > step / 2]
    return tuple(float(mark) for mark in (*inside, high))


def day_marks(first: date, last: date, room: float) -> tuple[tuple[date, str], ...]:
    """Days between `first` and `last`, both included, with their names, as many as `room` pixels take."""
    for days in _ladder(first, last):
        marks = _named(days)
        if marks and sum(theme.text_width(name, AXIS) + BETWEEN for _, name in marks) <= room:
            return marks
    return _named([first])


def _ladder(first: date, last: date) -> list[list[date]]:
    """Sets of days to be tried, from many to few."""
    every = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    mondays = [day for day in every if day.weekday() == 0]
    months = [day for day in every if day.day == 1]
    steps = (
        [every, every[::2], every[::3] if len(every) < 22 else mondays, mondays, mondays[::2]]
        if len(every) < 100
        else []
    )
    by_month = [[day for day in months if (day.month - 1) % size == 0] for size in (1, 2, 3, 6, 12)]
    return [*steps, *(days for days in by_month if len(days) > 1), every[:1]]


def _named(days: list[date]) -> tuple[tuple[date, str], ...]:
    """'3 May' for days, 'May' for firsts of months, with the year at the first and where it changes."""
    monthly = len(days) > 1 and all(day.day == 1 for day in days)
    names = []
    for place, day in enumerate(days):
        name = f"{day:%b}" if monthly else f"{day.day} {day:%b}"
        turned = place > 0 and day.year != days[place - 1].year
        names.append((day, f"{name} {day.year}" if place == 0 or turned else name))
    return tuple(names)
