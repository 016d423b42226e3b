"""From a plot to a picture: Altair says what is drawn, Vega-Lite draws it, the page gets clean SVG."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol, TypeAlias

import altair as alt
import vl_convert

from tandem.kernel import numbers
from tandem.policy import AtLeast, Count, Shown, TooSmall
from tandem.web.charts import svg, theme
from tandem.web.charts.picture import Caption, Picture
from tandem.web.charts.sheet import Layer, Sheet
from tandem.web.values import Table

# What a chart is given for a number: the number, a count as policy shows it, or None for "not known".
Value: TypeAlias = float | int | Shown | None
Layers: TypeAlias = tuple[list[Layer], float]

# Below this width names stand above what they name.
NARROW = 480
KEPT_PICTURES = 256


class Plot(Protocol):
    """Hashable, made of rows only: the same plot is the same picture."""

    def layers(self, width: int) -> Layers:
        """What is drawn, back to front, in a field of `width` pixels, and how high the field is."""
        ...

    def __hash__(self) -> int: ...


@dataclass(frozen=True, kw_only=True)
class Chart(Picture):
    """A picture of numbers."""

    plot: Plot

    def spec(self, width: int | None = None) -> dict[str, Any]:
        """The Vega-Lite specification that is drawn."""
        return specified(self.plot, width or self.usual_width)

    def _drawn(self, width: int) -> tuple[str, float]:
        return _rendered(self.plot, width, f"{self.name}-{width}")


def specified(plot: Plot, width: int) -> dict[str, Any]:
    """The plot as Vega-Lite: its own size exactly, no frame, no axes but what the plot draws."""
    layers, height = plot.layers(width)
    config = alt.Config(font=theme.RENDERING_FONT, background="transparent", view=alt.ViewConfig(stroke=None))
    return {
        "$schema": alt.SCHEMA_URL,
        "width": width,
        "height": height,
        "padding": 0,
        "autosize": "none",
        "layer": layers,
        "resolve": {"scale": {"x": "independent", "y": "independent"}},
        "config": config.to_dict(validate=False),
    }


@lru_cache(maxsize=KEPT_PICTURES)
def _rendered(plot: Plot, width: int, prefix: str) -> tuple[str, float]:
    made = specified(plot, width)
    group = svg.reduced(vl_convert.vegalite_to_svg(made), prefix)
    return svg.serial([group]), float(made["height"])


def known(value: Value) -> float | None:
    """The number behind a value, None where it is not known or not shown."""
    match value:
        case Count(people):
            return float(people)
        case TooSmall() | AtLeast() | None:
            return None
        case _:
            return float(value)


def written(value: Value, write: Callable[[float], str]) -> str:
    """A value in words: '1,234', 'fewer than 10', 'not known'."""
    match value:
        case None:
            return numbers.UNKNOWN
        case Count() | TooSmall() | AtLeast():
            return str(value)
        case _:
            return write(value)


def counted(value: float) -> str:
    """1234.0 → '1,234': what charts write unless told otherwise."""
    return numbers.count(round(value))


def table(
    caption: Caption,
    columns: tuple[str, ...],
    rows: tuple[tuple[str, ...], ...],
    links: tuple[str | None, ...] = (),
) -> Table:
    """The chart's rows as the table beneath; all columns but the first hold numbers."""
    numeric = (False, *(True for _ in columns[1:]))
    said = (caption.unit, caption.n, caption.as_of)
    return Table(caption.name, caption.title, columns, rows, numeric, *said, links)


def empty() -> Layers:
    """What stands in place of a picture that would have nothing in it."""
    sheet = Sheet()
    sheet.text("Nothing to show yet.", 0.0, 14.0, theme.MUTED)
    return sheet.layers(), 28.0


def warm_up() -> None:
    """Draws one chart, because the first one of a process takes a second or two; meant for its start."""
    layers, _ = empty()
    vl_convert.vegalite_to_svg({"width": 1, "height": 1, "layer": layers})
