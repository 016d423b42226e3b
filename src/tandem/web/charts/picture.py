"""What charts and drawings have in common: a caption, the table beneath, and three ways out (page, SVG, PNG)."""

import xml.etree.ElementTree as ET
from dataclasses import dataclass, fields
from typing import ClassVar

import vl_convert
from markupsafe import Markup, escape

from tandem.web.charts import svg, theme
from tandem.web.values import Table, slug

SPOKEN_ROWS = 12
NARROW_WIDTH = 350
MARGIN = 28.0
HEADING = 17.0
FOOTNOTE = 11.5


@dataclass(frozen=True, kw_only=True)
class Caption:
    """What is said about a picture.

    `name` is unique on its page and becomes the file's name. `title` is a sentence that says the finding;
    `unit` what is counted or measured, `n` of how many, `as_of` when ("" where there is nothing to say).
    `alt` is for those who do not see the picture; left empty it is made of the title and the first rows.
    """

    name: str
    title: str
    unit: str = ""
    n: str = ""
    as_of: str = ""
    alt: str = ""

    def said(self) -> dict[str, str]:
        """The caption's parts by name."""
        return {one.name: getattr(self, one.name) for one in fields(Caption)}


@dataclass(frozen=True, kw_only=True)
class Picture(Caption):
    """A picture with the table of the same rows. Widths are in pixels; type keeps its size at every width."""

    table: Table
    usual_width: ClassVar[int] = 640

    def __post_init__(self) -> None:
        slug(self.name)
        if not self.alt:
            object.__setattr__(self, "alt", _spoken(self))

    @property
    def caption(self) -> str:
        """Unit, n and time in one line; "" where there is nothing to say."""
        return " · ".join(filter(None, (self.unit, self.n, self.as_of)))

    def inline(self, width: int | None = None) -> Markup:
        """For a page: a wide and a narrow one, of which the style sheet shows the one that fits."""
        wide, narrow = self.svg(width), self.svg(NARROW_WIDTH)
        return Markup(f'<div class="wide-picture">{wide}</div><div class="narrow-picture">{narrow}</div>')

    def svg(self, width: int | None = None) -> Markup:
        """For a page: scales with its box, colours and font are the page's.

        Ids in it carry name and width, so a wide and a narrow one of the same picture can stand side by side.
        """
        wide = width or self.usual_width
        body, height = self._drawn(wide)
        head = (
            f'<svg xmlns="{svg.NAMESPACE}" class="picture" viewBox="0 0 {wide} {svg.number(height)}" '
            f'role="{"group" if self._leads_on() else "img"}" aria-label="{escape(theme.plain(self.alt))}">'
        )
        return Markup(f"{head}{body}</svg>")

    def svg_file(self, width: int | None = None) -> bytes:
        """A file that stands alone: title above, n and time below, the light theme's colours."""
        wide = width or self.usual_width
        body, height = self._drawn(wide)
        whole = _framed(self, ET.fromstring(f"<g>{body}</g>"), wide, height)
        made: bytes = ET.tostring(svg.standing_alone(whole), encoding="utf-8", xml_declaration=True)
        return made

    def png(self, scale: float = 2.0) -> bytes:
        """The file as PNG; `scale` from 0.5 to 6 times its pixels."""
        if not 0.5 <= scale <= 6:
            raise ValueError(f"scale from 0.5 to 6, not {scale}")
        made: bytes = vl_convert.svg_to_png(self.svg_file().decode(), scale=scale)
        return made

    def to_dict(self) -> dict[str, object]:
        """For JSON: what the picture says and the rows it was drawn from."""
        return {**self.said(), "table": self.table.to_dict()}

    def _drawn(self, width: int) -> tuple[str, float]:
        """The picture as XML without the `svg` around it, and its height."""
        raise NotImplementedError

    def _leads_on(self) -> bool:
        """Whether something in it is a link: then it is no single image to a screen reader."""
        return False


def _spoken(picture: Picture) -> str:
    """'Title. Unit. Web: 120; Till: fewer than 10.' A longer table is told by its first rows."""
    rows = picture.table.rows
    told = "; ".join(
        f"{row[0]}: {', '.join(row[1:])}" if len(row) > 1 else row[0] for row in rows[:SPOKEN_ROWS]
    )
    if len(rows) > SPOKEN_ROWS:
        told += f"; and {len(rows) - SPOKEN_ROWS} more rows in the table"
    return " ".join(f"{part.rstrip('.')}." for part in (picture.title, picture.unit, told) if part)


def _framed(picture: Picture, drawn: ET.Element, width: int, height: float) -> ET.Element:
    """The picture with its words on a sheet of its own."""
    top = MARGIN
    words: list[ET.Element] = []
    for line in theme.wrapped(picture.title, width, HEADING, bold=True):
        words.append(svg.text(line, MARGIN, top + HEADING, size=HEADING, bold=True))
        top += HEADING * 1.35
    if picture.unit:
        words.append(svg.text(picture.unit, MARGIN, top + 17, size=theme.LABEL, fill=theme.MUTED))
        top += 20
    top += 16
    bottom = top + height + 12
    for line in theme.wrapped(" · ".join(filter(None, (picture.n, picture.as_of))), width, FOOTNOTE):
        words.append(svg.text(line, MARGIN, bottom + FOOTNOTE, size=FOOTNOTE, fill=theme.MUTED))
        bottom += FOOTNOTE * 1.5
    full, high = width + 2 * MARGIN, bottom + MARGIN - 8
    drawn.set("transform", f"translate({svg.number(MARGIN)},{svg.number(top)})")
    root = svg.element(
        "svg",
        svg.element("title", picture.title),
        svg.element("rect", width=full, height=high, fill=theme.SURFACE),
        *words,
        drawn,
        xmlns=svg.NAMESPACE,
        width=full,
        height=high,
        font_family=theme.FONT,
        role="img",
        aria_label=theme.plain(picture.alt),
    )
    root.set("viewBox", f"0 0 {svg.number(full)} {svg.number(high)}")
    return root
