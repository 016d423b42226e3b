"""The few marks that charts are drawn with; equal looks become one Altair layer.

A position is a number on a `Scale`, or a pixel where no scale is given. What lies behind is drawn first: a
look's place is that of its first mark, and words come last. A `tip` is shown on hovering.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import Any, TypeAlias

import altair as alt

from tandem.web.charts import theme

# A layer of a Vega-Lite specification.
Layer: TypeAlias = dict[str, Any]
Look: TypeAlias = tuple[str, "Scale | None", "Scale | None", bool, tuple[tuple[str, Any], ...]]


@dataclass(frozen=True)
class Scale:
    """Numbers from `low` to `high` at pixels from `start` to `end` (which may lie before `start`)."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The pixel of a value."""
        span = self.high - self.low or 1.0
        return self.start + (value - self.low) / span * (self.end - self.start)

    def altair(self) -> alt.Scale:
        """The same for Altair."""
        high = self.high if self.high != self.low else self.low + 1
        return alt.Scale(domain=[self.low, high], range=[self.start, self.end], nice=False, zero=False)


class Sheet:
    """Collects marks and hands them to Altair as layers."""

    def __init__(self, x: Scale | None = None, y: Scale | None = None) -> None:
        """The scales of what is put on it; None means pixels."""
        self.x, self.y = x, y
        self._looks: dict[Look, list[dict[str, str | float]]] = {}
        self._runs = count()

    def pixels(self) -> "Sheet":
        """The same sheet, for marks in pixels."""
        return self.on(None, None)

    def on(self, x: Scale | None, y: Scale | None) -> "Sheet":
        """The same sheet, for marks on other scales."""
        other = Sheet(x, y)
        other._looks = self._looks
        other._runs = self._runs
        return other

    def box(
        self,
        x: tuple[float, float],
        y: tuple[float, float],
        fill: str,
        *,
        tip: str = "",
        opacity: float = 1.0,
        round_end: float = 0.0,
        dashed: str = "",
    ) -> None:
        """A filled box; `round_end` rounds its corners at the right, `dashed` is the colour of a dashed edge."""
        look: dict[str, Any] = {"fill": fill, "opacity": opacity}
        if round_end:
            look |= {"cornerRadiusTopRight": round_end, "cornerRadiusBottomRight": round_end}
        if dashed:
            look |= {"stroke": dashed, "strokeDash": (3, 3)}
        self._add("rect", look, {"x": x[0], "x2": x[1], "y": y[0], "y2": y[1]}, tip)

    def rule(
        self,
        x: tuple[float, float],
        y: tuple[float, float],
        stroke: str,
        *,
        width: float = 1.0,
        dashed: bool = False,
        tip: str = "",
    ) -> None:
        """A straight line."""
        look: dict[str, Any] = {"stroke": stroke, "strokeWidth": width}
        if dashed:
            look["strokeDash"] = (2, 3)
        self._add("rule", look, {"x": x[0], "x2": x[1], "y": y[0], "y2": y[1]}, tip)

    def dot(self, x: float, y: float, fill: str, stroke: str, *, tip: str = "") -> None:
        """A round point of some nine pixels."""
        look = {"shape": "circle", "fill": fill, "stroke": stroke, "strokeWidth": 2, "size": 64, "opacity": 1}
        self._add("point", look, {"x": x, "y": y}, tip)

    def text(
        self,
        words: str,
        x: float,
        y: float,
        fill: str = theme.INK,
        *,
        align: str = "left",
        size: float = theme.LABEL,
        bold: bool = False,
        room: float | None = None,
    ) -> None:
        """Words on one line around the height `y`, cut to `room` pixels with the whole as tip."""
        words = theme.plain(words)
        shown = words if room is None else theme.fitted(words, room, size, bold)
        look = {"fill": fill, "align": align, "fontSize": size, "fontWeight": 600 if bold else 400}
        self._add("text", look, {"x": x, "y": y, "text": shown}, words if shown != words else "")

    def line(self, points: Sequence[tuple[float, float]], stroke: str, *, width: float = 2.0) -> None:
        """A line through the points."""
        run = next(self._runs)
        look = {"stroke": stroke, "strokeWidth": width, "strokeJoin": "round", "strokeCap": "round"}
        for x, y in points:
            self._add("line", look, {"x": x, "y": y, "run": run})

    def band(self, points: Sequence[tuple[float, float, float]], fill: str, *, opacity: float = 1.0) -> None:
        """The area between the second and the third number of each point."""
        run = next(self._runs)
        for x, low, high in points:
            row = {"x": x, "y": low, "y2": high, "run": run}
            self._add("area", {"fill": fill, "opacity": opacity}, row)

    def layers(self) -> list[Layer]:
        """Everything as layers of Vega-Lite, back to front; words are before everything else."""
        ordered = sorted(self._looks.items(), key=lambda item: item[0][0] == "text")
        return [_layer(look, rows) for look, rows in ordered]

    def _add(self, mark: str, look: dict[str, Any], row: Mapping[str, str | float], tip: str = "") -> None:
        key = (mark, self.x, self.y, bool(tip), tuple(sorted(look.items())))
        self._looks.setdefault(key, []).append({**row, "tip": theme.plain(tip)} if tip else dict(row))


def _layer(look: Look, rows: list[dict[str, str | float]]) -> Layer:
    """One look with its rows, which Altair does not see: it would copy and check them several times over."""
    return {"data": {"values": rows}, **_drawn(look, tuple(rows[0]))}


@lru_cache(maxsize=1024)
def _drawn(look: Look, columns: tuple[str, ...]) -> Layer:
    """Mark and encoding of rows with these columns; not to be changed, because it is kept."""
    mark, x, y, tips, style = look
    places: dict[str, Any] = {
        "x": alt.X("x", type="quantitative", scale=x.altair() if x else None, axis=None),
        "y": alt.Y("y", type="quantitative", scale=y.altair() if y else None, axis=None, stack=None),
    }
    places |= {"x2": alt.X2("x2")} if "x2" in columns else {}
    places |= {"y2": alt.Y2("y2")} if "y2" in columns else {}
    places |= {"detail": alt.Detail("run", type="nominal")} if "run" in columns else {}
    places |= {"description": alt.Description("tip", type="nominal")} if tips else {}
    extra: dict[str, Any] = {}
    if mark == "text":
        places["text"] = alt.Text("text", type="nominal")
        extra = {"baseline": "middle", "limit": 0}
    drawn = getattr(alt.Chart(alt.NamedData("rows")), f"mark_{mark}")(aria=tips, **extra, **dict(style))
    made = drawn.encode(**places).to_dict(validate=False)
    return {"mark": made["mark"], "encoding": made["encoding"]}
