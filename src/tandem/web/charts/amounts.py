"""Charts of amounts side by side: named bars, parts of a whole, and the way through a funnel."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tandem.kernel import numbers
from tandem.web.charts import theme
from tandem.web.charts.chart import NARROW, Chart, Layers, Value, counted, empty, known, table, written
from tandem.web.charts.picture import Caption
from tandem.web.charts.sheet import Scale, Sheet

GAP = 8.0


@dataclass(frozen=True)
class Bar:
    """One bar: its name, its length (None is not drawn), what is written behind it, and quietly what else."""

    name: str
    length: float | None
    text: str
    more: str = ""
    strong: bool = True

    @property
    def tip(self) -> str:
        """All of it in one line."""
        return f"{self.name}: {self.text}{f', {self.more}' if self.more else ''}"

    @property
    def written(self) -> float:
        """Pixels that its text takes."""
        more = GAP + theme.text_width(self.more, theme.SMALL) if self.more else 0.0
        return theme.text_width(self.text, bold=self.length is not None) + more

    def words_beside(self, pixels: Sheet, y: float, room: float, x: float) -> None:
        """The name at the left in `room` pixels, the rest from `x` on."""
        pixels.text(self.name, 0.0, y, room=room)
        pixels.text(self.text, x, y, self._colour, bold=self.length is not None)
        if self.more:
            x += theme.text_width(self.text, bold=True) + GAP
            pixels.text(self.more, x, y, theme.MUTED, size=theme.SMALL)

    def words_above(self, pixels: Sheet, y: float, width: float) -> None:
        """The name at the left, the rest at the right of one line."""
        pixels.text(self.name, 0.0, y, room=width - self.written - 2 * GAP)
        right = width
        if self.more:
            pixels.text(self.more, right, y, theme.MUTED, size=theme.SMALL, align="right")
            right -= theme.text_width(self.more, theme.SMALL) + GAP
        pixels.text(self.text, right, y, self._colour, bold=self.length is not None, align="right")

    @property
    def _colour(self) -> str:
        return theme.MUTED if self.length is None else theme.INK


def bars(
    caption: Caption,
    rows: Sequence[tuple[str, Value]],
    *,
    columns: tuple[str, str] = ("Name", "Count"),
    write: Callable[[float], str] = counted,
    highlight: frozenset[str] | None = None,
    links: tuple[str | None, ...] = (),
) -> Chart:
    """Named counts or shares ≥ 0 as horizontal bars, in the order given; `highlight` names the strong ones."""
    if any((known(value) or 0) < 0 for _, value in rows):
        raise ValueError(f"{caption.name}: a bar cannot be shorter than nothing")
    drawn = tuple(
        Bar(
            theme.plain(name), known(value), written(value, write), "", highlight is None or name in highlight
        )
        for name, value in rows
    )
    cells = tuple((bar.name, bar.text) for bar in drawn)
    return Chart(**caption.said(), table=table(caption, columns, cells, links), plot=Bars(drawn))


def funnel(
    caption: Caption, stages: Sequence[tuple[str, Value]], *, columns: tuple[str, str] = ("Stage", "People")
) -> Chart:
    """Stages that people pass one after the other, each with its share of the one before where both are known."""
    drawn = []
    for place, (name, value) in enumerate(stages):
        before = known(stages[place - 1][1]) if place else None
        now = known(value)
        share = f"{numbers.percent(now / before)} of {stages[place - 1][0].lower()}" if before and now else ""
        drawn.append(Bar(theme.plain(name), now, written(value, counted), theme.plain(share)))
    cells = tuple((bar.name, bar.text, bar.more) for bar in drawn)
    made = table(caption, (*columns, "Share of the stage before"), cells)
    return Chart(**caption.said(), table=made, plot=Bars(tuple(drawn), steps=True))


@dataclass(frozen=True)
class Bars:
    """Bars from one line at the left; with `steps`, what was lost since the bar before stays pale behind."""

    rows: tuple[Bar, ...]
    steps: bool = False

    def layers(self, width: int) -> Layers:
        """Names at the left, or above the bars where it is narrow; what is not known is only written."""
        if not self.rows:
            return empty()
        narrow = width < NARROW
        names = max(theme.text_width(bar.name) for bar in self.rows)
        left = 0.0 if narrow else min(names, width * 0.4) + 2 * GAP
        x = Scale(0.0, self._longest(), left, width if narrow else self._end(left, width))
        thick, step = (14.0, 46.0) if narrow else (26.0, 40.0) if self.steps else (18.0, 32.0)
        sheet = Sheet(x)
        for place, bar in enumerate(self.rows):
            foot = (place + 1) * step - 6
            end = self._painted(place)
            self._bar(sheet, bar, end, (foot - thick, foot))
            if narrow:
                bar.words_above(sheet.pixels(), foot - thick - 11, width)
            else:
                bar.words_beside(sheet.pixels(), foot - thick / 2, left - 2 * GAP, x(end) + GAP)
        return sheet.layers(), len(self.rows) * step

    def _longest(self) -> float:
        return max((bar.length or 0.0 for bar in self.rows), default=0.0) or 1.0

    def _painted(self, place: int) -> float:
        """How far the row is filled: its bar, or the paler one behind it."""
        bar = self.rows[place]
        if bar.length is None:
            return 0.0
        before = self.rows[place - 1].length if self.steps and place else None
        return max(before or 0.0, bar.length)

    def _end(self, left: float, width: float) -> float:
        """The pixel where the longest bar ends so that each row's words still fit behind what is filled."""
        room = width - left
        shares = [(self._painted(place) / self._longest(), bar) for place, bar in enumerate(self.rows)]
        ends = [(room - bar.written - GAP) / share for share, bar in shares if share > 0.05]
        return left + min(ends, default=room)

    def _bar(self, sheet: Sheet, bar: Bar, painted: float, y: tuple[float, float]) -> None:
        if bar.length is None:
            return
        if painted > bar.length:
            sheet.box((bar.length, painted), y, theme.ACCENT_SOFT, round_end=3, tip=bar.tip)
        if bar.length:
            fill = theme.ACCENT if bar.strong else theme.MUTED
            sheet.box((0.0, bar.length), y, fill, round_end=3 if painted == bar.length else 0, tip=bar.tip)
