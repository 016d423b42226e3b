"""Estimates with their intervals side by side, held against zero."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tandem.kernel import numbers
from tandem.web.charts import theme
from tandem.web.charts.chart import NARROW, Chart, Layers, empty, table
from tandem.web.charts.picture import Caption
from tandem.web.charts.sheet import Scale, Sheet
from tandem.web.charts.ticks import AXIS, round_steps

GAP = 16.0
FOOT = 26.0


@dataclass(frozen=True)
class Interval:
    """An estimate and the interval around it, all in one unit; `low` ≤ `value` ≤ `high`."""

    name: str
    low: float
    value: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.value <= self.high:
            raise ValueError(f"{self.name}: {self.value} is not between {self.low} and {self.high}")

    @property
    def clear(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Untold:
    """What has no estimate, and why in a few words."""

    name: str
    why: str


def intervals(
    caption: Caption,
    rows: Sequence[Interval | Untold],
    *,
    column: str = "Campaign",
    write: Callable[[float], str] = numbers.points,
    zero: str = "no effect",
    links: tuple[str | None, ...] = (),
) -> Chart:
    """A forest plot: strong where the interval leaves zero out, grey where not, words alone where none is told."""
    drawn = tuple(Line.of(row, write) for row in rows)
    cells = tuple((line.name, *line.cells) for line in drawn)
    columns = (column, "Estimate", "95 % interval from", "to")
    made = table(caption, columns, cells, links)
    spread = [edge for row in rows if isinstance(row, Interval) for edge in (row.low, row.high)]
    low, high = min([0.0, *spread]), max([0.0, *spread])
    marks = tuple((step, write(step)) for step in round_steps(low, high, 5) if step) if spread else ()
    return Chart(**caption.said(), table=made, plot=Forest(drawn, low, high, marks, theme.plain(zero)))


@dataclass(frozen=True)
class Line:
    """One row with its words. Without numbers `text` says why."""

    name: str
    text: str
    cells: tuple[str, str, str]
    span: tuple[float, float, float] | None = None
    clear: bool = False

    @classmethod
    def of(cls, row: Interval | Untold, write: Callable[[float], str]) -> "Line":
        """The row in words."""
        name = theme.plain(row.name)
        if isinstance(row, Untold):
            why = theme.plain(row.why)
            return cls(name, why, (why, "", ""))
        low, value, high = (write(number) for number in (row.low, row.value, row.high))
        return cls(name, value, (value, low, high), (row.low, row.value, row.high), row.clear)

    @property
    def tip(self) -> str:
        """The estimate with its interval in one line."""
        return f"{self.name}: {self.text}, 95 % interval from {self.cells[1]} to {self.cells[2]}"


@dataclass(frozen=True)
class Forest:
    """Rows over one axis from `low` to `high`, which has zero in it; what is not told stands beneath."""

    rows: tuple[Line, ...]
    low: float
    high: float
    marks: tuple[tuple[float, str], ...]
    zero: str

    def layers(self, width: int) -> Layers:
        """Names at the left and estimates at the right, or both above the interval where it is narrow."""
        if not self.rows:
            return empty()
        narrow = width < NARROW
        left, right = (8.0, 8.0) if narrow else self._columns(width)
        x = Scale(self.low, self.high, left, width - right)
        step = 56.0 if narrow else 38.0
        told = [line for line in self.rows if line.span]
        sheet = Sheet(x)
        top = 0.0
        if told:
            tops = [place * step for place in range(len(told))]
            bands = [(top + 26, top + 50) if narrow else (top, top + step) for top in tops]
            self._axis(sheet, x, bands, len(told) * step + 14, width)
        for line in told:
            self._words(sheet.pixels(), line, top + (12 if narrow else step / 2), left, width)
            self._interval(sheet, line, top + (38 if narrow else step / 2))
            top += step
        top += FOOT + 8 if told else 0.0
        for line in self.rows:
            if not line.span:
                self._untold(sheet.pixels(), line, top + 14, 0.0 if narrow else left, width)
                top += 50.0 if narrow else 30.0
        return sheet.layers(), top

    def _columns(self, width: float) -> tuple[float, float]:
        told = [line for line in self.rows if line.span]
        names = max(theme.text_width(line.name) for line in self.rows)
        texts = max((theme.text_width(line.text, bold=True) for line in told), default=0.0)
        return min(names, width * 0.42) + 2 * GAP, texts + 2 * GAP

    def _axis(
        self, sheet: Sheet, x: Scale, bands: list[tuple[float, float]], foot: float, width: float
    ) -> None:
        """Zero and as many marks as their names have room for, drawn beside intervals only."""
        pixels = sheet.pixels()
        taken: list[tuple[float, float]] = []
        for value, name in ((0.0, self.zero), *self.marks):
            half = theme.text_width(name, AXIS) / 2
            centre = min(max(x(value), half), width - half)
            if any(abs(centre - other) <= half + wide + 8 for other, wide in taken):
                continue
            taken.append((centre, half))
            pixels.text(name, centre, foot, theme.MUTED if value else theme.INK, align="center", size=AXIS)
            for band in bands:
                pixels.rule((x(value), x(value)), band, theme.LINE if value else theme.MUTED)

    def _words(self, pixels: Sheet, line: Line, y: float, left: float, width: float) -> None:
        told = theme.text_width(line.text, bold=True)
        room = (width - told if width < NARROW else left) - GAP
        lines = (line.name,) if width < NARROW else theme.two_lines(line.name, room)
        for number, words in enumerate(lines):
            pixels.text(words, 0.0, y + (number - (len(lines) - 1) / 2) * theme.LEADING, room=room)
        pixels.text(line.text, width, y, align="right", bold=True)

    def _untold(self, pixels: Sheet, line: Line, y: float, beside: float, width: float) -> None:
        pixels.text(line.name, 0.0, y, room=beside - GAP if beside else width)
        pixels.text(line.text, beside, y if beside else y + 20, theme.MUTED, room=width - beside)

    def _interval(self, sheet: Sheet, line: Line, y: float) -> None:
        assert line.span
        low, value, high = line.span
        colour = theme.ACCENT if line.clear else theme.MUTED
        sheet.rule((low, high), (y, y), colour, width=3 if line.clear else 2, tip=line.tip)
        sheet.dot(value, y, colour if line.clear else theme.SURFACE, colour, tip=line.tip)
