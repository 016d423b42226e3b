"""Charts of a report as marks on a sheet, once: the HTML report writes them as SVG, the PDF draws them itself."""

from dataclasses import dataclass
from html import escape
from typing import Literal, TypeAlias

from tandem.align.export.words import Bar, Picture
from tandem.align.result import IndexTold
from tandem.align.telling import amount

INK, MUTED, LINE = "#1b2421", "#5a6762", "#dfe5e2"
COLOURS = ("#0c6b58", "#9aa9a3")
WIDTH = 640.0
SIZE, SMALL = 12.0, 10.5
THICK, BETWEEN, GROUP = 13.0, 3.0, 14.0
EM = 0.56


@dataclass(frozen=True)
class Box:
    """A filled rectangle, from its upper left corner; all in points, y downwards."""

    x: float
    y: float
    width: float
    height: float
    fill: str


@dataclass(frozen=True)
class Rule:
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    stroke: str
    width: float = 1.0


@dataclass(frozen=True)
class Words:
    """A line of text on its baseline."""

    x: float
    y: float
    text: str
    size: float = SIZE
    fill: str = INK
    anchor: Literal["start", "end"] = "start"
    bold: bool = False


Mark: TypeAlias = Box | Rule | Words


@dataclass(frozen=True)
class Sheet:
    """Marks from back to front, and what they say to whoever does not see them."""

    width: float
    height: float
    marks: tuple[Mark, ...]
    alt: str


def bars(shown: Picture, alt: str, width: float = WIDTH) -> Sheet:
    """Side by side for each item, with a thin line for the 95 % interval and the value at the right.

    Shares lie on a scale from 0 to 100 %; means from 0 to the largest end of an interval.
    """
    left = min(0.42 * width, max(wide(bar.label) for bar in shown.bars) + 16)
    right = 52.0
    share = all(bar.share for bar in shown.bars)
    ends = [end for bar in shown.bars for end in (*bar.values, *bar.high) if end is not None]
    most = 1.0 if share else max([*ends, 1e-9])
    scale = (width - left - right) / most
    marks: list[Mark] = []
    top = 0.0
    if len(shown.series) > 1:
        top = _legend(marks, shown.series, left)
    for bar in shown.bars:
        top = _group(marks, bar, top, left, scale, width)
    marks.insert(0, Rule(left, 22.0 if len(shown.series) > 1 else 0.0, left, top - GROUP / 2, LINE))
    return Sheet(width, top, tuple(marks), alt)


def parts(index: IndexTold, width: float = WIDTH) -> Sheet:
    """The parts of the index, 0 to 100, with their intervals."""
    shown = Picture(
        ("Of 100",),
        tuple(
            Bar(part.name, (part.value * 100,), (part.low * 100,), (part.high * 100,), True, False)
            for part in (*index.parts,)
        ),
    )
    return bars(shown, index.sentence, width)


def svg(sheet: Sheet) -> str:
    """The sheet as an SVG element that stands within HTML and scales with its box."""
    body = "".join(_svg(mark) for mark in sheet.marks)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(sheet.width)} {_n(sheet.height)}" '
        f'role="img" aria-label="{escape(sheet.alt)}" font-family="Arial, Helvetica, sans-serif">{body}</svg>'
    )


def wide(text: str, size: float = SIZE) -> float:
    """About how many points a text takes."""
    return len(text) * size * EM


def fitted(text: str, room: float, size: float = SIZE) -> list[str]:
    """The text in at most two lines of `room` points, with an ellipsis where it is longer."""
    most = max(4, int(room / (size * EM)))
    if len(text) <= most:
        return [text]
    cut = text.rfind(" ", 0, most + 1)
    first = text[:cut] if cut > 0 else text[:most]
    rest = text[len(first) :].strip()
    return [first, rest if len(rest) <= most else rest[: most - 1].rstrip() + "…"]


def _legend(marks: list[Mark], series: tuple[str, ...], left: float) -> float:
    x = left
    for name, colour in zip(series, COLOURS, strict=False):
        marks.append(Box(x, 2.0, 9.0, 9.0, colour))
        marks.append(Words(x + 14, 10.5, name, SMALL, MUTED))
        x += 14 + wide(name, SMALL) + 20
    return 26.0


def _group(marks: list[Mark], bar: Bar, top: float, left: float, scale: float, width: float) -> float:
    lines = fitted(bar.label, left - 12)
    told = [place for place, value in enumerate(bar.values) if value is not None]
    tall = max(len(told) * (THICK + BETWEEN) - BETWEEN, len(lines) * 15.0)
    middle = top + tall / 2 - (len(lines) - 1) * 7.5 + 4
    for number, line in enumerate(lines):
        marks.append(Words(0.0, middle + number * 15, line, bold=bar.clear and len(told) > 1))
    start = top + (tall - (len(told) * (THICK + BETWEEN) - BETWEEN)) / 2
    for row, place in enumerate(told):
        value, low, high = bar.values[place] or 0.0, bar.low[place], bar.high[place]
        y = start + row * (THICK + BETWEEN)
        marks.append(Box(left, y, max(0.0, value * scale), THICK, COLOURS[place % len(COLOURS)]))
        if low is not None and high is not None:
            at = y + THICK / 2
            marks.append(Rule(left + max(0.0, low) * scale, at, left + max(0.0, high) * scale, at, INK, 0.9))
        text = bar.text(place) if bar.share else amount(value)
        marks.append(Words(width, y + THICK - 2.5, text, SMALL, INK, "end", bold=True))
    return top + tall + GROUP


def _svg(mark: Mark) -> str:
    match mark:
        case Box():
            return (
                f'<rect x="{_n(mark.x)}" y="{_n(mark.y)}" width="{_n(mark.width)}" height="{_n(mark.height)}" '
                f'rx="2" fill="{mark.fill}"/>'
            )
        case Rule():
            return (
                f'<line x1="{_n(mark.x1)}" y1="{_n(mark.y1)}" x2="{_n(mark.x2)}" y2="{_n(mark.y2)}" '
                f'stroke="{mark.stroke}" stroke-width="{_n(mark.width)}"/>'
            )
        case Words():
            weight = ' font-weight="600"' if mark.bold else ""
            return (
                f'<text x="{_n(mark.x)}" y="{_n(mark.y)}" font-size="{_n(mark.size)}" fill="{mark.fill}" '
                f'text-anchor="{mark.anchor}"{weight}>{escape(mark.text)}</text>'
            )


def _n(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
