"""A line over days, with or without the band of its interval."""

from dataclasses import dataclass

from tandem.web.charts import theme
from tandem.web.charts.chart import NARROW, Layers, empty
from tandem.web.charts.daily import GAP, MOST_TIPS, Day, across, day_axis, left_of, runs, shade, value_axis
from tandem.web.charts.sheet import Scale, Sheet

HEAD, FOOT = 12.0, 28.0
CUT = "Early intervals go beyond the scale."


@dataclass(frozen=True)
class Lines:
    """Days over an axis with its marks; with `band`, their intervals behind the line."""

    days: tuple[Day, ...]
    marks: tuple[tuple[float, str], ...]
    band: bool = False

    def layers(self, width: int) -> Layers:
        """The line, a dot at its end and its last value beside it."""
        told = [day for day in self.days if day.value is not None]
        if not self.days:
            return empty()
        narrow = width < NARROW
        high = 170.0 if narrow else 210.0
        top = HEAD + (20.0 if narrow else 0.0)
        words = theme.text_width(told[-1].text, bold=True) + 2 * GAP if told and not narrow else 8.0
        x = across(self.days, left_of(self.marks), width - words)
        y = Scale(self.marks[0][0], self.marks[-1][0], top + high, top)
        sheet = Sheet(x, y)
        shade(sheet, self.days, x, (top, top + high))
        value_axis(sheet.pixels(), y, self.marks, x)
        for run in runs(self.days, told=True):
            self._run(sheet, run)
        if told:
            last = told[-1]
            assert last.value is not None
            sheet.dot(last.middle, last.value, theme.ACCENT, theme.ACCENT, tip=last.tip)
            at = (width, 8.0) if narrow else (x(last.middle) + GAP, y(last.value))
            sheet.pixels().text(last.text, *at, bold=True, align="right" if narrow else "left")
        day_axis(sheet.pixels(), self.days, x, top + high + 17, width)
        foot = top + high + FOOT + self._note(sheet, told, top + high + FOOT)
        return sheet.layers(), foot

    def _run(self, sheet: Sheet, run: list[Day]) -> None:
        low, high = self.marks[0][0], self.marks[-1][0]
        points = [(day.middle, day.value) for day in run if day.value is not None]
        if self.band:
            edges = [
                (day.middle, min(max(day.low, low), high), max(min(day.high, high), low))
                for day in run
                if day.low is not None and day.high is not None
            ]
            sheet.band(edges, theme.ACCENT, opacity=0.18)
        if len(points) > 1:
            sheet.line(points, theme.ACCENT)
        else:
            sheet.dot(*points[0], theme.ACCENT, theme.ACCENT, tip=run[0].tip)
        if len(self.days) <= MOST_TIPS:
            for day in run:
                sheet.box(
                    (day.start, day.start + day.days), (low, high), theme.ACCENT, opacity=0.0, tip=day.tip
                )

    def _note(self, sheet: Sheet, told: list[Day], y: float) -> float:
        """Says that intervals were cut, if they were; returns the height that it takes."""
        low, high = self.marks[0][0], self.marks[-1][0]
        edges = [edge for day in told for edge in (day.low, day.high) if edge is not None]
        if not self.band or all(low <= edge <= high for edge in edges):
            return 0.0
        sheet.pixels().text(CUT, 0.0, y + 8, theme.MUTED, size=theme.SMALL)
        return 20.0
