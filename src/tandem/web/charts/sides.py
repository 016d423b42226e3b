"""Two sides of the same questions: on each line the share of one side, that of the other, and the way between."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tandem.kernel import numbers
from tandem.web.charts import theme
from tandem.web.charts.chart import NARROW, Chart, Layers, empty, table
from tandem.web.charts.picture import Caption
from tandem.web.charts.sheet import Scale, Sheet
from tandem.web.charts.ticks import AXIS, cover, whole_marks

GAP = 16.0
HEAD, FOOT = 26.0, 24.0
NEAR = 10.0
BOTH = "both "


@dataclass(frozen=True)
class Opposed:
    """One line: two numbers ≥ 0 in one unit, None where one is not known; `clear`: they differ beyond chance.

    `clear` None: nobody can say, and it is drawn like a difference that is not clear.
    """

    name: str
    first: float | None
    second: float | None
    clear: bool | None = None


def two_sides(
    caption: Caption,
    sides: tuple[str, str],
    rows: Sequence[Opposed],
    *,
    column: str = "Item",
    write: Callable[[float], str] = lambda share: numbers.percent(share, 0),
    gap: Callable[[float], str] = lambda share: numbers.points(share, 0),
    most: float | None = None,
    places: int | None = None,
    links: tuple[str | None, ...] = (),
) -> Chart:
    """Lines with a full dot for the first side and an open one for the second; strong between them where `clear`.

    `most` ends the scale; without it the largest number does. `places`: the numbers are places in a list of so many,
    and the scale runs from the first to the last. The table has first less second as its last column.
    """
    drawn = tuple(_row(row, write) for row in rows)
    cells = tuple((line.name, *_cells(row, write, gap)) for row, line in zip(rows, drawn, strict=True))
    made = table(caption, (column, *sides, f"{sides[0]} less {sides[1]}"), cells, links)
    every = [value for row in rows for value in (row.first, row.second) if value is not None]
    if places is None:
        named = tuple((mark, write(mark)) for mark in cover(0.0, most or max(every, default=1.0), 4))
    else:
        named = tuple((mark, f"{mark:g}") for mark in whole_marks(1, max(places, 2)))
    return Chart(**caption.said(), table=made, plot=Lanes(drawn, sides, named))


@dataclass(frozen=True)
class Lane:
    """One line with its words: (value, words) for each side that is known."""

    name: str
    first: tuple[float, str] | None
    second: tuple[float, str] | None
    strong: bool

    @property
    def known(self) -> tuple[tuple[float, str], ...]:
        """What is drawn of it, the smaller first."""
        return tuple(sorted(side for side in (self.first, self.second) if side))

    @property
    def level(self) -> bool:
        """Whether both sides are written the same."""
        return self.first is not None and self.second is not None and self.first[1] == self.second[1]


@dataclass(frozen=True)
class Lanes:
    """Lines over one axis from the first mark to the last; the head says which dot is whose."""

    rows: tuple[Lane, ...]
    sides: tuple[str, str]
    marks: tuple[tuple[float, str], ...]

    def layers(self, width: int) -> Layers:
        """Names at the left, or above their lines where it is narrow; a long one takes two lines."""
        if not self.rows:
            return empty()
        narrow = width < NARROW
        names = max(theme.text_width(row.name) for row in self.rows)
        widest = max(theme.text_width(text) for row in self.rows for _, text in row.known or ((0.0, ""),))
        both = theme.text_width(BOTH, theme.SMALL) if any(row.level for row in self.rows) else 0.0
        room = widest + both + NEAR
        beside = width if narrow else min(names, width * 0.44)
        x = Scale(self.marks[0][0], self.marks[-1][0], room if narrow else beside + GAP + room, width - room)
        told = [theme.two_lines(row.name, beside) for row in self.rows]
        words = max(len(lines) for lines in told) * theme.LEADING
        step = words + 34.0 if narrow else max(words + 8.0, 32.0)
        sheet = Sheet(x)
        self._axis(sheet.pixels(), x, step, words + 10.0 if narrow else 0.0)
        middles = [HEAD + place * step + (step - 14.0 if narrow else step / 2) for place in range(len(told))]
        for row, y in zip(self.rows, middles, strict=True):
            self._way(sheet, row, y)
        self._head(sheet.pixels(), x.start)
        for row, lines, y in zip(self.rows, told, middles, strict=True):
            first = (
                y - 20.0 - (len(lines) - 1) * theme.LEADING
                if narrow
                else y - (len(lines) - 1) * theme.LEADING / 2
            )
            for number, line in enumerate(lines):
                sheet.pixels().text(line, 0.0, first + number * theme.LEADING)
            self._dots(sheet, x, row, y)
        return sheet.layers(), HEAD + len(self.rows) * step + FOOT

    def _head(self, pixels: Sheet, left: float) -> None:
        """Whose dot is whose."""
        at = left
        for name, fill in zip(self.sides, (theme.ACCENT, theme.SURFACE), strict=True):
            pixels.dot(at, 8.0, fill, theme.ACCENT)
            pixels.text(name, at + NEAR, 8.0, size=theme.SMALL)
            at += NEAR + theme.text_width(name, theme.SMALL) + 2 * GAP

    def _axis(self, pixels: Sheet, x: Scale, step: float, above: float) -> None:
        """Marks beside the lines, but not across the names that stand `above` them."""
        foot = HEAD + len(self.rows) * step
        for value, name in self.marks:
            for place in range(len(self.rows)):
                top = HEAD + place * step
                pixels.rule((x(value), x(value)), (top + above, top + step), theme.LINE)
            pixels.text(name, x(value), foot + 12, theme.MUTED, align="center", size=AXIS)

    def _way(self, sheet: Sheet, row: Lane, y: float) -> None:
        """From one number to the other, if they are not the same."""
        if len({value for value, _ in row.known}) == 2:
            low, high = row.known
            colour = theme.ACCENT if row.strong else theme.MUTED
            sheet.rule((low[0], high[0]), (y, y), colour, width=4 if row.strong else 2, tip=self._tip(row))

    def _dots(self, sheet: Sheet, x: Scale, row: Lane, y: float) -> None:
        pixels = sheet.pixels()
        if not row.known:
            pixels.text(numbers.UNKNOWN, x.start + NEAR, y, theme.MUTED, size=theme.SMALL)
            return
        for side, fill in ((row.second, theme.SURFACE), (row.first, theme.ACCENT)):
            if side:
                sheet.dot(side[0], y, fill, theme.ACCENT, tip=self._tip(row))
        low, high = row.known[0], row.known[-1]
        said = f"{BOTH}{high[1]}" if row.level else high[1]
        pixels.text(said, x(high[0]) + NEAR, y, size=theme.SMALL)
        if len(row.known) == 2 and not row.level:
            pixels.text(low[1], x(low[0]) - NEAR, y, align="right", size=theme.SMALL)

    def _tip(self, row: Lane) -> str:
        told = zip(self.sides, (row.first, row.second), strict=True)
        return f"{row.name}: " + ", ".join(
            f"{who} {side[1] if side else numbers.UNKNOWN}" for who, side in told
        )


def _row(row: Opposed, write: Callable[[float], str]) -> Lane:
    sides = [None if value is None else (value, write(value)) for value in (row.first, row.second)]
    return Lane(theme.plain(row.name), sides[0], sides[1], bool(row.clear))


def _cells(row: Opposed, write: Callable[[float], str], gap: Callable[[float], str]) -> tuple[str, str, str]:
    sides = [numbers.UNKNOWN if value is None else write(value) for value in (row.first, row.second)]
    apart = None if row.first is None or row.second is None else gap(row.first - row.second)
    return sides[0], sides[1], apart or numbers.UNKNOWN
