"""Slides for a board: one finding each, as a native chart that can be edited, its base and question beneath."""

import io
from collections.abc import Iterator
from datetime import datetime

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION
from pptx.enum.text import MSO_ANCHOR
from pptx.presentation import Presentation as Deck
from pptx.slide import Slide
from pptx.util import Inches, Length, Pt

from tandem.align.export.words import (
    Picture,
    asked,
    based,
    index_figures,
    picture,
    subtitle,
    tested,
    unit,
    without,
)
from tandem.align.result import Finding, PulseResult, Question, Since

WIDE, HIGH = Inches(13.333), Inches(7.5)
LEFT, ROOM = Inches(0.75), Inches(11.83)
BLANK = 6
INK, MUTED, LINE = RGBColor(0x1B, 0x24, 0x21), RGBColor(0x5A, 0x67, 0x62), RGBColor(0xDF, 0xE5, 0xE2)
COLOURS = (RGBColor(0x0C, 0x6B, 0x58), RGBColor(0x9A, 0xA9, 0xA3))
FONT = "Arial"
LONGEST_LABEL = 60
PARTS = (3.4, 7.6)
MOST_CHANGES = 7


def slides(result: PulseResult, now: datetime) -> bytes:
    """A 16:9 presentation: title, index, the most important findings, every other question, method.

    `now` is written into the file as its date. A question of which all is hidden has a slide that says so.
    """
    deck = Presentation()
    deck.slide_width, deck.slide_height = WIDE, HIGH
    _title(deck, result)
    if result.index is not None or result.index_missing:
        _index(deck, result)
    for finding, question in _told(result):
        _finding(deck, finding, question, result)
    if result.since is not None:
        _since(deck, result.since)
    _method(deck, result)
    core = deck.core_properties
    core.title, core.author, core.created, core.modified = result.title, result.company or "Tandem", now, now
    core.last_modified_by = "Tandem"
    body = io.BytesIO()
    deck.save(body)
    return body.getvalue()


def _told(result: PulseResult) -> Iterator[tuple[Finding, Question]]:
    """The most important findings, then the headline of every question that is not among them."""
    for finding in result.most:
        yield finding, result.question(finding.question)
    done = {finding.question for finding in result.most}
    for question in result.questions:
        if question.id not in done and question.findings:
            yield question.headline or question.findings[0], question


def _title(deck: Deck, result: PulseResult) -> None:
    page = _page(deck)
    _words(page, result.title, Inches(2.4), Inches(1.6), size=40, bold=True)
    _words(page, subtitle(result), Inches(4.1), Inches(0.6), size=18, colour=MUTED)
    said = "Marketing and IT answered the same questions. Each slide says one thing that their answers carry."
    _words(page, said, Inches(4.8), Inches(0.8), size=18)


def _index(deck: Deck, result: PulseResult) -> None:
    page = _page(deck)
    index = result.index
    if index is None:
        _headline(page, "The alignment index is not told")
        _words(page, result.index_missing, Inches(2), Inches(2), size=18)
        return
    _headline(page, index.sentence)
    data = CategoryChartData(number_format="0")
    data.categories = [part.name for part in index.parts]
    data.add_series("Of 100", [round(part.value * 100, 6) for part in index.parts])
    _chart(page, data, count=len(index.parts), series=1, most=100.0, labels="0")
    weights = "; ".join(
        f"{part.name}: {part.low * 100:.0f} to {part.high * 100:.0f}, weight {part.weight:.0%}".replace(
            "%", " %"
        )
        for part in index.parts
    )
    figures = "; ".join(f"{one.name.lower()} {one.said}" for one in index_figures(index))
    _foot(page, f"95 % intervals and weights of the parts. {weights}.\nOf 100: {figures}.")
    notes = [index.sentence, index.weighting, *(f"{one.name}: {one.said}." for one in index_figures(index))]
    notes += [f"Without {part.name}: {without(part)}." for part in index.parts if part.without is not None]
    _noted(page, notes)


def _since(deck: Deck, told: Since) -> None:
    """What changed since the wave before: as many as a slide holds, all of them in its notes."""
    page = _page(deck)
    clear = len(told.sentences)
    _headline(page, f"Since {told.wave}, {clear} of {told.compared} numbers changed clearly")
    for place, said in enumerate(told.sentences[:MOST_CHANGES]):
        _words(page, said, Inches(1.85 + 0.6 * place), Inches(0.55), size=14)
    _foot(page, told.summary)
    _noted(page, [told.summary, *told.sentences])


def _finding(deck: Deck, finding: Finding, question: Question, result: PulseResult) -> None:
    page = _page(deck)
    _headline(page, finding.sentence)
    shown = picture(finding, question)
    if shown is None:
        _words(page, "Too few people answered for a chart.", Inches(2.4), Inches(1), size=18, colour=MUTED)
    else:
        _bars(page, shown)
    more = f"{shown.left} more items stand in the book." if shown and shown.left else ""
    lines = (
        f"{asked(question)} {based(finding)}",
        " ".join(filter(None, (unit(finding.measure).capitalize() + ".", _test(finding), more))),
    )
    _foot(page, "\n".join(lines))
    notes = [one.sentence for one in question.findings]
    notes += [one.sentence for one in finding.published]
    if question.lists is not None:
        notes.append(question.lists.sentence)
    notes += question.perception
    _noted(page, notes)


def _noted(page: Slide, notes: list[str]) -> None:
    frame = page.notes_slide.notes_text_frame
    if frame is not None:
        frame.text = _plain("\n".join(notes))


def _test(finding: Finding) -> str:
    said = tested(finding)
    return f"{said}; intervals 95 %." if said else ""


def _bars(page: Slide, shown: Picture) -> None:
    share = all(bar.share for bar in shown.bars)
    labels = "0%" if share else "0.0"
    data = CategoryChartData(number_format=labels)
    data.categories = [_plain(_cut(bar.label)) for bar in shown.bars]
    for place, name in enumerate(shown.series):
        data.add_series(name, [bar.values[place] for bar in shown.bars])
    _chart(
        page,
        data,
        count=len(shown.bars),
        series=len(shown.series),
        most=1.0 if share else None,
        labels=labels,
    )


def _chart(
    page: Slide, data: CategoryChartData, *, count: int, series: int, most: float | None, labels: str
) -> None:
    """A clustered bar chart with its data behind it; few bars take less room."""
    high = min(4.75, 0.9 + count * (0.35 + 0.3 * series))
    frame = page.shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, LEFT, Inches(1.85), ROOM, Inches(high), data)
    chart = frame.chart
    chart.font.size, chart.font.name, chart.font.color.rgb = Pt(13 if count <= 8 else 11), FONT, INK
    chart.has_legend = series > 1
    if series > 1:
        chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.TOP, False
    chart.has_title = False
    names, numbers = chart.category_axis, chart.value_axis
    names.reverse_order = True
    names.format.line.color.rgb = LINE
    names.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    numbers.visible, numbers.has_major_gridlines = False, False
    numbers.minimum_scale = 0
    if most is not None:
        numbers.maximum_scale = most
    plot = chart.plots[0]
    plot.gap_width, plot.overlap, plot.vary_by_categories = 60, -5, False
    plot.has_data_labels = True
    plot.data_labels.number_format, plot.data_labels.number_format_is_linked = labels, False
    plot.data_labels.position, plot.data_labels.font.size = XL_LABEL_POSITION.OUTSIDE_END, Pt(12)
    for one, colour in zip(plot.series, COLOURS, strict=False):
        one.format.fill.solid()
        one.format.fill.fore_color.rgb = colour


def _method(deck: Deck, result: PulseResult) -> None:
    """How it was done, over as many slides as it needs."""
    rest = list(result.method)
    first = True
    while rest:
        page = _page(deck)
        _headline(page, "How this was asked and reckoned" + ("" if first else ", continued"))
        first = False
        room, top = 5.2, 1.6
        while rest:
            heading, said = rest[0]
            tall = 0.3 + 0.24 * (len(said) // 95 + 1)
            if tall > room:
                break
            _words(page, heading, Inches(top), Inches(0.3), size=12, bold=True, room=Inches(PARTS[0] - 0.75))
            _words(page, said, Inches(top), Inches(tall), size=12, left=Inches(PARTS[0]), room=Inches(9.2))
            rest.pop(0)
            top, room = top + tall, room - tall


def _page(deck: Deck) -> Slide:
    return deck.slides.add_slide(deck.slide_layouts[BLANK])


def _headline(page: Slide, text: str) -> None:
    size = 28 if len(text) < 110 else 24 if len(text) < 190 else 20
    _words(page, text, Inches(0.5), Inches(1.2), size=size, bold=True)


def _foot(page: Slide, text: str) -> None:
    _words(page, text, Inches(6.6), Inches(0.7), size=10, colour=MUTED)


def _words(
    page: Slide,
    text: str,
    top: Length,
    high: Length,
    *,
    size: int,
    bold: bool = False,
    colour: RGBColor = INK,
    left: Length = LEFT,
    room: Length = ROOM,
) -> None:
    box = page.shapes.add_textbox(left, top, room, high)
    frame = box.text_frame
    frame.word_wrap, frame.vertical_anchor = True, MSO_ANCHOR.TOP
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    for place, line in enumerate(_plain(text).split("\n")):
        paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
        run = paragraph.add_run()
        run.text = line
        run.font.size, run.font.bold, run.font.name, run.font.color.rgb = Pt(size), bold, FONT, colour


def _cut(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1].rstrip() + "…"


def _plain(text: str) -> str:
    """Without characters that XML cannot carry."""
    return "".join(one for one in text if one == "\n" or one.isprintable())
