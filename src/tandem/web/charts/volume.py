"""Bars over days, in one panel or in two."""

from dataclasses import dataclass

from tandem.web.charts import theme
from tandem.web.charts.chart import NARROW, Layers, empty
from tandem.web.charts.daily import Day, across, day_axis, left_of, shade, value_axis
from tandem.web.charts.sheet import Scale, Sheet

HEAD, FOOT, BETWEEN = 28.0, 28.0, 18.0
# Bars that are thinner than these pixels stand without gaps.
THINNEST = 4.0


@dataclass(frozen=True)
class Panel:
    """One series with its name and the marks of its axis, from 0 up."""

    name: str
    days: tuple[Day, ...]
    marks: tuple[tuple[float, str], ...]


@dataclass(frozen=True)
class Volume:
    """One panel; or a second, lower one for what went wrong, over the same days on a scale of its own."""

    panels: tuple[Panel, ...]

    def layers(self, width: int) -> Layers:
        """The panels one under the other over one axis of days."""
        if not self.panels:
            return empty()
        left = max(left_of(panel.marks) for panel in self.panels)
        x = across(self.panels[0].days, left, width)
        sheet = Sheet(x)
        bottom = 0.0
        for place, panel in enumerate(self.panels):
            lower = place > 0
            top = bottom + (BETWEEN if lower else 0.0) + HEAD
            bottom = top + (64.0 if lower else 160.0 if width < NARROW else 190.0)
            _panel(sheet, panel, x, (top, bottom), lower)
        day_axis(sheet.pixels(), self.panels[0].days, x, bottom + 17, width)
        return sheet.layers(), bottom + FOOT


def _panel(sheet: Sheet, panel: Panel, x: Scale, y: tuple[float, float], lower: bool) -> None:
    """A name, an axis (the lower one marks its top only) and bars."""
    colour = theme.BAD if lower else theme.ACCENT
    scale = Scale(0.0, panel.marks[-1][0], y[1], y[0])
    pixels = sheet.pixels()
    marks = (panel.marks[0], panel.marks[-1]) if lower else panel.marks
    pixels.text(panel.name, 0.0, y[0] - 18, colour if lower else theme.INK, size=theme.SMALL, bold=True)
    shade(sheet, panel.days, x, y)
    value_axis(pixels, scale, marks, x)
    bars = sheet.on(x, None)
    share = 0.12 if (x.end - x.start) / len(panel.days) > THINNEST else 0.0
    for day in panel.days:
        if day.value:
            inset = share * day.days
            span = (day.start + inset, day.start + day.days - inset)
            bars.box(span, (scale(day.value), y[1]), colour, tip=day.tip)
