"""The report as PDF: vector charts, tables that break over pages, page numbers, an outline to go by."""

import io
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from html import escape
from importlib.resources import files
from typing import Any

from reportlab.graphics.shapes import Drawing, Line, Rect, String
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

from tandem.align.export.drawing import INK, LINE, MUTED, Box, Rule, Sheet, Words
from tandem.align.export.report import Block, Break, Chart, Heading, Rows, Text, blocks
from tandem.align.result import PulseResult

PLAIN, BOLD = "TandemSans", "TandemSans-Bold"
MARGIN = 20 * mm
ROOM = A4[0] - 2 * MARGIN
SIZES = {1: (24, 30), 2: (16, 22), 3: (10.5, 14.5)}
KEEP = 90.0
NAMES_SHARE = 0.36


def pdf_report(result: PulseResult, now: datetime) -> bytes:
    """A4 upright. The font lies in the file; a character that it has not is written as its plain letter or “?”."""
    _fonts()
    body = io.BytesIO()
    document = _Report(
        body,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=22 * mm,
        title=result.title,
        author=result.company or "Tandem",
        subject=f"Alignment of marketing and IT, wave {result.wave}",
        creator="Tandem",
        lang="en",
        invariant=1,
    )
    document.footer = f"{result.company or result.title} · wave {result.wave} · {now:%Y-%m-%d}"
    document.build([one for block in blocks(result) for one in _flow(block)])
    return body.getvalue()


class _Report(BaseDocTemplate):  # type: ignore[misc]
    """Pages with a foot, and an entry of the outline for every heading of the first two levels."""

    footer = ""

    def __init__(self, target: io.BytesIO, **options: Any) -> None:
        super().__init__(target, **options)
        frame = Frame(self.leftMargin, self.bottomMargin, self.width, self.height, 0, 0, 0, 0)
        self.addPageTemplates([PageTemplate("page", [frame], onPage=self._foot)])

    def _foot(self, canvas: Any, _: Any) -> None:
        canvas.saveState()
        canvas.setFont(PLAIN, 7.5)
        canvas.setFillColor(HexColor(MUTED))
        canvas.drawString(MARGIN, 12 * mm, _written(self.footer))
        canvas.drawRightString(A4[0] - MARGIN, 12 * mm, f"Page {canvas.getPageNumber()}")
        canvas.restoreState()

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802 - the name is reportlab's
        """Marks where a heading stands."""
        entry = getattr(flowable, "entry", None)
        if isinstance(entry, Heading):
            self.canv.bookmarkPage(entry.anchor)
            self.canv.addOutlineEntry(_written(entry.text)[:90], entry.anchor, min(entry.level, 2) - 1, True)


def _flow(block: Block) -> Iterator[Flowable]:
    match block:
        case Heading():
            yield CondPageBreak(KEEP * (4.2 if block.level < 3 else 1.6))
            made = Paragraph(_safe(block.text), _heading(block.level))
            if block.level < 3:
                made.entry = block
            yield made
        case Text():
            size = 8 if block.quiet else 11 if block.lead else 9
            yield Paragraph(_safe(block.text), _style(size, MUTED if block.quiet else INK))
            yield Spacer(1, 4)
        case Chart():
            yield _drawn(block.sheet)
            yield Spacer(1, 6)
        case Rows():
            yield _table(block)
            yield Spacer(1, 6)
        case Break():
            yield PageBreak()


def _table(block: Rows) -> Table:
    last = len(block.columns) - 1
    looks = {
        (kind, right): _style(7.5, MUTED if kind == "head" else INK, right=right, bold=kind == "head")
        for kind in ("head", "row")
        for right in (True, False)
    }
    right = [0 < at < last or (at == last and at > 0 and not block.words) for at in range(last + 1)]
    cells = [
        [Paragraph(_safe(one), looks[kind, right[at]]) for at, one in enumerate(row)]
        for kind, row in (("head", block.columns), *(("row", row) for row in block.rows))
    ]
    widths = _widths(last, block.words)
    table = Table(cells, colWidths=widths, repeatRows=1, hAlign="LEFT")
    rule = ("LINEBELOW", (0, 0), (-1, -1), 0.4, HexColor(LINE))
    pads = [(f"{side}PADDING", (0, 0), (-1, -1), 2.5) for side in ("TOP", "BOTTOM")]
    sides = [("LEFTPADDING", (0, 0), (-1, -1), 0), ("RIGHTPADDING", (0, 0), (-1, -1), 4)]
    table.setStyle(TableStyle([rule, *pads, *sides, ("VALIGN", (0, 0), (-1, -1), "TOP")]))
    return table


def _widths(rest: int, words: bool) -> list[float]:
    """The first column takes the names, the last one words if it has any; the others share what is left."""
    if not rest:
        return [ROOM]
    names = ROOM * (0.22 if words else NAMES_SHARE if rest > 3 else 0.6)
    if not words or rest == 1:
        return [names, *([(ROOM - names) / rest] * rest)]
    return [names, *([ROOM * 0.38 / (rest - 1)] * (rest - 1)), ROOM * 0.62 - names]


def _drawn(sheet: Sheet) -> Drawing:
    """The sheet scaled to the page; PDF counts from the bottom."""
    scale = ROOM / sheet.width
    drawing = Drawing(ROOM, sheet.height * scale)
    drawing.scale(scale, scale)
    for mark in sheet.marks:
        match mark:
            case Box():
                y = sheet.height - mark.y - mark.height
                fill = HexColor(mark.fill)
                drawing.add(Rect(mark.x, y, mark.width, mark.height, 2, 2, fillColor=fill, strokeColor=None))
            case Rule():
                ends = mark.x1, sheet.height - mark.y1, mark.x2, sheet.height - mark.y2
                drawing.add(Line(*ends, strokeColor=HexColor(mark.stroke), strokeWidth=mark.width))
            case Words():
                font = BOLD if mark.bold else PLAIN
                size = mark.size * 0.92
                look = {
                    "fontName": font,
                    "fontSize": size,
                    "fillColor": HexColor(mark.fill),
                    "textAnchor": mark.anchor,
                }
                drawing.add(String(mark.x, sheet.height - mark.y, _written(mark.text), **look))
    return drawing


def _heading(level: int) -> ParagraphStyle:
    size, leading = SIZES[level]
    before = {1: 0, 2: 10, 3: 12}[level]
    return ParagraphStyle(
        f"h{level}",
        fontName=BOLD,
        fontSize=size,
        leading=leading,
        spaceBefore=before,
        spaceAfter=6,
        textColor=HexColor(INK),
        keepWithNext=True,
    )


def _style(size: float, colour: str, *, right: bool = False, bold: bool = False) -> ParagraphStyle:
    return ParagraphStyle(
        f"p{size}{colour}{right}{bold}",
        fontName=BOLD if bold else PLAIN,
        fontSize=size,
        leading=size * 1.45,
        textColor=HexColor(colour),
        alignment=TA_RIGHT if right else 0,
        wordWrap=None,
    )


def _safe(text: str) -> str:
    """Reportlab reads markup in paragraphs: nothing of the survey may be any."""
    return escape(_written(text))


def _written(text: str) -> str:
    """With characters of the font only."""
    known = pdfmetrics.getFont(PLAIN).face.charToGlyph
    return "".join(one if ord(one) in known else _nearest(one, known) for one in text)


def _nearest(one: str, known: dict[int, int]) -> str:
    plain = "".join(part for part in unicodedata.normalize("NFKD", one) if ord(part) in known)
    return plain or ("-" if one == "−" else "?")


def _fonts() -> None:
    """Bitstream Vera, which comes with reportlab and may be passed on."""
    held = files("reportlab") / "fonts"
    for name, file in ((PLAIN, "Vera.ttf"), (BOLD, "VeraBd.ttf")):
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, io.BytesIO((held / file).read_bytes())))
