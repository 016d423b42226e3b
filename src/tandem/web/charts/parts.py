"""Charts of wholes and their parts: bars of 100 %, each part named where it is."""

from collections.abc import Sequence
from dataclasses import dataclass

from tandem.kernel import numbers
from tandem.web.charts import theme
from tandem.web.charts.chart import Chart, Layers, Value, counted, empty, known, table, written
from tandem.web.charts.picture import Caption
from tandem.web.charts.sheet import Scale, Sheet

# Fill of a part by its place, how strong it is, and the colour of words on it.
TONES = (
    (theme.ACCENT, 1.0, theme.SURFACE),
    (theme.ACCENT, 0.36, theme.INK),
    (theme.LINE, 1.0, theme.INK),
    (theme.MUTED, 0.55, theme.INK),
)
HEAD, THICK, FOOT, GAP = 22.0, 24.0, 20.0, 18.0
SWATCH = 9.0
PAD = 8.0


@dataclass(frozen=True)
class Whole:
    """Something that has parts: (what it is called, how many) each, in the same order for every whole.

    `total` is needed where a part is not known; otherwise it is the sum of the parts. `note` stands at the right.
    """

    name: str
    parts: tuple[tuple[str, Value], ...]
    total: Value = None
    note: str = ""

    @property
    def of(self) -> float | None:
        """What the shares are of; None where nobody can say."""
        known_parts = [known(value) for _, value in self.parts]
        if None in known_parts:
            return known(self.total)
        return sum(part for part in known_parts if part is not None)


@dataclass(frozen=True)
class Part:
    """One part as it is drawn: None for its share means that it is only named."""

    name: str
    share: float | None
    text: str
    tone: int

    @property
    def words(self) -> str:
        """Name and amount together."""
        return f"{self.name}{':' if self.share is None else ''} {self.text}"


def stacked(caption: Caption, wholes: Sequence[Whole], *, column: str = "Name") -> Chart:
    """Wholes as bars of 100 %, at most four parts each; a part that is not known leaves a dashed rest."""
    names = tuple(dict.fromkeys(name for whole in wholes for name, _ in whole.parts))
    if len(names) > len(TONES):
        raise ValueError(f"{caption.name}: at most {len(TONES)} parts can be told apart, not {len(names)}")
    rows = tuple(
        (theme.plain(whole.name), theme.plain(whole.note), tuple(_parts(whole, names))) for whole in wholes
    )
    cells = tuple((whole.name, *_cells(whole, names)) for whole in wholes)
    return Chart(**caption.said(), table=table(caption, (column, *names), cells), plot=Stacks(rows))


def _parts(whole: Whole, names: tuple[str, ...]) -> list[Part]:
    of = whole.of
    made = []
    for name, value in whole.parts:
        amount = known(value)
        share = amount / of if of and amount is not None else None
        text = written(value, counted) if share is None else share_text(share)
        made.append(Part(theme.plain(name), share, text, names.index(name)))
    return made


def _cells(whole: Whole, names: tuple[str, ...]) -> list[str]:
    of = whole.of
    values = dict(whole.parts)
    cells = []
    for name in names:
        amount = known(values.get(name))
        share = f" ({share_text(amount / of)})" if of and amount is not None else ""
        cells.append(written(values.get(name), counted) + share)
    return cells


def share_text(share: float) -> str:
    """A share without decimals: '62 %'; what is above nothing is not written as 0, below all not as 100."""
    if 0 < share < 0.005:
        return "under 1 %"
    if 0.995 <= share < 1:
        return "over 99 %"
    return numbers.percent(share, 0)


@dataclass(frozen=True)
class Stacks:
    """One bar per row: its name, its note, its parts."""

    rows: tuple[tuple[str, str, tuple[Part, ...]], ...]

    def layers(self, width: int) -> Layers:
        """Names above the bars; a part's words in it, or beneath the bar where it is too short for them."""
        if not self.rows:
            return empty()
        x = Scale(0.0, 1.0, 0.0, width)
        sheet = Sheet(x)
        top = 0.0
        for name, note, parts in self.rows:
            aside = theme.text_width(note, theme.SMALL) + PAD if note else 0.0
            sheet.pixels().text(name, 0.0, top + 10, room=width - aside)
            if note:
                sheet.pixels().text(note, width, top + 10, theme.MUTED, align="right", size=theme.SMALL)
            drawn = any(part.share is not None for part in parts)
            bar = (top + HEAD, top + HEAD + THICK)
            if drawn:
                outside = _bar(sheet, x, bar, parts)
                top = bar[1] + (
                    _beneath(sheet.pixels(), outside, bar[1] + FOOT / 2 + 3, width) if outside else 0
                )
            else:
                words = " · ".join(part.words for part in parts)
                sheet.pixels().text(words, 0.0, bar[0] + 8, theme.MUTED, size=theme.SMALL, room=width)
                top = bar[0] + FOOT
            top += GAP
        return sheet.layers(), top - GAP + 4


def _bar(sheet: Sheet, x: Scale, y: tuple[float, float], parts: tuple[Part, ...]) -> list[Part]:
    """Draws the parts that have a share and returns those whose words did not fit."""
    outside = []
    start = 0.0
    for part in parts:
        if part.share is None:
            outside.append(part)
            continue
        fill, strength, ink = TONES[part.tone]
        if part.share:
            sheet.box((start, start + part.share), y, fill, opacity=strength, tip=part.words)
        if start and part.share:
            sheet.rule((start, start), y, theme.SURFACE, width=1.5)
        if part.share and theme.text_width(part.words, theme.SMALL) + 2 * PAD <= x(part.share):
            sheet.pixels().text(part.words, x(start) + PAD, (y[0] + y[1]) / 2, ink, size=theme.SMALL)
        else:
            outside.append(part)
        start += part.share
    if any(part.share is None for part in parts) and start < 1:
        inside = (y[0] + 0.5, y[1] - 0.5)
        sheet.box((start, 1.0), inside, "transparent", dashed=theme.MUTED, tip="not told apart")
    return outside


def _beneath(pixels: Sheet, parts: list[Part], y: float, width: float) -> float:
    """Names parts under their bar, each behind a square of its colour; returns the height that they take."""
    lines: list[list[tuple[Part, float]]] = [[]]
    for part in parts:
        wide = SWATCH + 6 + theme.text_width(part.words, theme.SMALL)
        if lines[-1] and sum(taken + 2 * PAD for _, taken in lines[-1]) + wide > width:
            lines.append([])
        lines[-1].append((part, wide))
    for number, line in enumerate(lines):
        left = max(0.0, width - sum(wide for _, wide in line) - 2 * PAD * (len(line) - 1))
        middle = y + number * FOOT
        for part, wide in line:
            _swatch(pixels, part, left, middle)
            pixels.text(part.words, left + SWATCH + 6, middle, theme.MUTED, size=theme.SMALL)
            left += wide + 2 * PAD
    return len(lines) * FOOT


def _swatch(pixels: Sheet, part: Part, left: float, middle: float) -> None:
    x, y = (left, left + SWATCH), (middle - SWATCH / 2, middle + SWATCH / 2)
    if part.share is None:
        pixels.box(x, y, "transparent", dashed=theme.MUTED)
    else:
        pixels.box(x, y, TONES[part.tone][0], opacity=TONES[part.tone][1])
