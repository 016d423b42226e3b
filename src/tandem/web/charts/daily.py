"""Days as charts draw them, and the axes that charts over days share."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from statistics import fmean

from tandem.kernel import numbers
from tandem.web.charts import theme
from tandem.web.charts.chart import Value, known, written
from tandem.web.charts.sheet import Scale, Sheet
from tandem.web.charts.ticks import AXIS, day_marks

# More days than this are drawn as the means of their weeks.
MOST_DAYS = 120
# More points than this get no tips: they could not be hit.
MOST_TIPS = 130
GAP = 10.0


@dataclass(frozen=True)
class Day:
    """What is drawn over one day, or over the `days` from it on; a value of None is not known and not drawn."""

    day: date
    value: float | None
    text: str
    low: float | None = None
    high: float | None = None
    days: int = 1

    @classmethod
    def of(cls, day: date, value: Value, write: Callable[[float], str]) -> "Day":
        """One day with its value in words."""
        return cls(day, known(value), written(value, write))

    @property
    def start(self) -> float:
        """Where it begins on the axis, in days."""
        return self.day.toordinal() - 0.5

    @property
    def middle(self) -> float:
        """Its middle on the axis, in days."""
        return self.start + self.days / 2

    @property
    def tip(self) -> str:
        """The day and its value in one line."""
        if self.days == 1:
            return f"{numbers.day(self.day)}: {self.text}"
        return f"{numbers.plural(self.days, 'day')} from {numbers.day(self.day)}: {self.text} a day"


def every_day(days: Iterable[date]) -> list[date]:
    """From the first to the last, none left out."""
    some = set(days)
    if not some:
        return []
    first = min(some)
    return [first + timedelta(days=number) for number in range((max(some) - first).days + 1)]


def weekly(days: Sequence[Day], write: Callable[[float], str]) -> tuple[Day, ...]:
    """The days themselves, or the means of their weeks (Monday to Sunday) when there are more than 120."""
    if len(days) <= MOST_DAYS:
        return tuple(days)
    return tuple(_week(list(week), write) for _, week in groupby(days, lambda day: day.day.isocalendar()[:2]))


def _week(days: list[Day], write: Callable[[float], str]) -> Day:
    amounts = [day.value for day in days if day.value is not None]
    if not amounts:
        return Day(days[0].day, None, days[0].text, days=len(days))
    mean = fmean(amounts)
    return Day(days[0].day, mean, write(mean), days=len(days))


def runs(days: Sequence[Day], told: bool) -> Iterator[list[Day]]:
    """Days in a row that have a value, or that have none."""
    for has, run in groupby(days, lambda day: day.value is not None):
        if has == told:
            yield list(run)


def across(days: Sequence[Day], left: float, right: float) -> Scale:
    """The axis of the days, from the first one's beginning to the last one's end."""
    return Scale(days[0].start, days[-1].start + days[-1].days, left, right)


def left_of(marks: Iterable[tuple[float, str]]) -> float:
    """The room that the names of a value axis take."""
    return max(theme.text_width(name, AXIS) for _, name in marks) + GAP


def value_axis(pixels: Sheet, y: Scale, marks: Sequence[tuple[float, str]], x: Scale) -> None:
    """Thin lines with their names at the left; the one at zero is stronger."""
    for value, name in marks:
        at = y(value)
        pixels.rule((x.start, x.end), (at, at), theme.LINE if value else theme.MUTED)
        pixels.text(name, x.start - GAP, at, theme.MUTED, align="right", size=AXIS)


def day_axis(pixels: Sheet, days: Sequence[Day], x: Scale, y: float, width: float) -> None:
    """The names of days under their places."""
    last = days[-1].day + timedelta(days=days[-1].days - 1)
    edge = 0.0
    for day, name in day_marks(days[0].day, last, x.end - x.start):
        half = theme.text_width(name, AXIS) / 2
        centre = min(max(x(day.toordinal()), half), width - half)
        if centre - half >= edge:
            pixels.text(name, centre, y, theme.MUTED, align="center", size=AXIS)
            edge = centre + half + GAP


def shade(sheet: Sheet, days: Sequence[Day], x: Scale, y: tuple[float, float]) -> None:
    """What is not known, with why where there is room for it."""
    pixels = sheet.pixels()
    for run in runs(days, told=False):
        left, right = x(run[0].start), x(run[-1].start + run[-1].days)
        why = run[-1].text
        tip = f"{numbers.day(run[0].day)}: {why}"
        if len(run) > 1 or run[0].days > 1:
            end = run[-1].day + timedelta(days=run[-1].days - 1)
            tip = f"{numbers.day(run[0].day)} to {numbers.day(end)}: {why}"
        pixels.box((left, right), y, theme.LINE, opacity=0.45, tip=tip)
        if theme.text_width(why, theme.SMALL) + 8 < right - left:
            middle = ((left + right) / 2, (y[0] + y[1]) / 2)
            pixels.text(why, *middle, theme.MUTED, align="center", size=theme.SMALL)
