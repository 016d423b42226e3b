"""Charts over days: volume, a trend, lift with its interval."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from tandem.kernel import numbers
from tandem.web.charts.chart import Chart, Value, counted, table
from tandem.web.charts.daily import Day, every_day, weekly
from tandem.web.charts.lines import Lines
from tandem.web.charts.picture import Caption
from tandem.web.charts.ticks import cover
from tandem.web.charts.volume import Panel, Volume


@dataclass(frozen=True)
class Estimated:
    """An estimate as of one day with its 95 % interval; None where it cannot be told, and then `why` says why."""

    day: date
    value: float | None
    low: float | None = None
    high: float | None = None
    why: str = numbers.UNKNOWN


def days(
    caption: Caption,
    rows: Sequence[tuple[date, Value]],
    *,
    beneath: Sequence[tuple[date, Value]] = (),
    columns: tuple[str, str] = ("Events", "In quarantine"),
    write: Callable[[float], str] = counted,
) -> Chart:
    """Volume ≥ 0 by day as bars; of more than 120 days, the daily means of their weeks.

    `beneath` is a second count on a scale of its own, in the colour of what is wrong. A day without a row
    between the first and the last is not known: it is shaded, and not nought.
    """
    every = every_day([day for day, _ in (*rows, *beneath)])
    series = [dict(rows), dict(beneath)][: 2 if beneath else 1]
    told = [[Day.of(day, one.get(day), write) for day in every] for one in series]
    names = columns[: len(series)]
    cells = tuple((numbers.day(day), *(one[place].text for one in told)) for place, day in enumerate(every))
    panels = tuple(_panel(name, one, write) for name, one in zip(names, told, strict=True)) if every else ()
    return Chart(**caption.said(), table=table(caption, ("Day", *names), cells), plot=Volume(panels))


def trend(
    caption: Caption,
    rows: Sequence[tuple[date, Value]],
    *,
    column: str = "Value",
    write: Callable[[float], str] = counted,
    from_zero: bool = True,
) -> Chart:
    """One line over days, its last value written at its end; it breaks where a day is not known."""
    told = [Day.of(day, value, write) for day, value in sorted(rows, key=lambda row: row[0])]
    amounts = [day.value for day in told if day.value is not None]
    low = min(amounts, default=0.0)
    whole = write is counted
    marks = cover(min(0.0, low) if from_zero else low, max(amounts, default=1.0), 3, whole)
    plot = Lines(tuple(told), tuple((mark, write(mark)) for mark in marks))
    cells = tuple((numbers.day(day.day), day.text) for day in told)
    return Chart(**caption.said(), table=table(caption, ("Day", column), cells), plot=plot)


def lift_over_time(
    caption: Caption,
    rows: Sequence[Estimated],
    *,
    write: Callable[[float], str] = numbers.points,
    zero: str = "no effect",
) -> Chart:
    """An estimate over days in its interval, against zero; the scale is that of the later half's intervals."""
    told = [_estimated(row, write) for row in sorted(rows, key=lambda row: row.day)]
    counting = [day for day in told if day.value is not None]
    edges = [edge for day in counting[len(counting) // 2 :] for edge in (day.low, day.high)]
    spread = [number for number in (*edges, *(day.value for day in counting), 0.0) if number is not None]
    marks = _past_zero(cover(min(spread), max(spread), 4), counting) if counting else (0.0,)
    plot = Lines(tuple(told), tuple((mark, write(mark) if mark else zero) for mark in marks), band=True)
    cells = tuple((numbers.day(day.day), day.text, *_interval(day, write)) for day in told)
    made = table(caption, ("Day", "Estimate", "95 % interval from", "to"), cells)
    return Chart(**caption.said(), table=made, plot=plot)


def _panel(name: str, told: list[Day], write: Callable[[float], str]) -> Panel:
    drawn = weekly(told, write)
    most = max((day.value for day in drawn if day.value is not None), default=0.0)
    marks = cover(0.0, most, 3, whole=write is counted)
    note = ", mean a day of each week" if len(drawn) < len(told) else ""
    return Panel(name + note, drawn, tuple((mark, write(mark)) for mark in marks))


def _past_zero(marks: tuple[float, ...], told: list[Day]) -> tuple[float, ...]:
    """The marks with one more beyond zero where intervals that are cut go across it: that they do must show."""
    step = marks[1] - marks[0]
    if marks[0] == 0 and any(day.low is not None and day.low < 0 for day in told):
        return (-step, *marks)
    if marks[-1] == 0 and any(day.high is not None and day.high > 0 for day in told):
        return (*marks, step)
    return marks


def _estimated(row: Estimated, write: Callable[[float], str]) -> Day:
    if row.value is None:
        return Day(row.day, None, row.why)
    return Day(row.day, row.value, write(row.value), row.low, row.high)


def _interval(day: Day, write: Callable[[float], str]) -> tuple[str, str]:
    if day.value is None or day.low is None or day.high is None:
        return "", ""
    return write(day.low), write(day.high)
