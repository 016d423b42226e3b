"""Every file of a result is opened again: its numbers are those of the findings, and no small group is in it."""

import io
import re
from dataclasses import replace
from datetime import datetime
from html.parser import HTMLParser

import numpy as np
import openpyxl
import pytest
from pptx import Presentation
from pypdf import PdfReader
from unit.align.surveyed import survey

from tandem.align.export import banner_workbook, html_report, pdf_report, slides
from tandem.align.export.words import MOST_BARS, index_figures, picture
from tandem.align.method import Fielded
from tandem.align.reading import About, Before, read_pulse
from tandem.align.responses import Responses
from tandem.align.result import PulseResult

NOW = datetime(2026, 5, 20, 9, 0)
ABOUT = About("spring", "How we work <together>", "Harbour & Pine", fielded=Fielded(version="1.0", seed=7))


@pytest.fixture(scope="module")
def result() -> PulseResult:
    return read_pulse(survey(weighted=True), ABOUT)


@pytest.fixture(scope="module")
def few() -> PulseResult:
    """Three people of IT, of whom nothing may be told."""
    return read_pulse(survey(it=3), ABOUT)


def sentences(result: PulseResult) -> list[str]:
    return [one.sentence for question in result.questions for one in question.findings]


def test_each_slide_says_one_finding_with_a_chart_whose_data_can_be_edited(result: PulseResult) -> None:
    deck = Presentation(io.BytesIO(slides(result, NOW)))
    assert (deck.slide_width, deck.slide_height) == (12191695, 6858000)
    told = {one.sentence: one for question in result.questions for one in question.findings}
    seen = 0
    for slide in deck.slides:
        texts = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
        finding = next((told[text] for text in texts if text in told), None)
        if finding is None:
            continue
        seen += 1
        chart = next(shape.chart for shape in slide.shapes if shape.has_chart)
        shown = picture(finding, result.question(finding.question))
        assert shown is not None
        assert [one.name for one in chart.plots[0].series] == list(shown.series)
        for place, one in enumerate(chart.plots[0].series):
            assert one.values == pytest.approx([bar.values[place] for bar in shown.bars])
        book = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob))
        assert book.active["B2"].value == pytest.approx(shown.bars[0].values[0])
        foot = texts[-1]
        assert "Base: " in foot
        assert result.question(finding.question).wording in foot
    assert seen == len(result.most) + len(
        {q.id for q in result.questions if q.findings} - {f.question for f in result.most}
    )


def test_slides_have_index_and_method(result: PulseResult) -> None:
    deck = Presentation(io.BytesIO(slides(result, NOW)))
    texts = [shape.text_frame.text for slide in deck.slides for shape in slide.shapes if shape.has_text_frame]
    assert result.index is not None
    assert result.index.sentence in texts
    assert all(said in texts for _, said in result.method)
    assert deck.core_properties.title == ABOUT.title


def test_every_report_says_what_the_index_owes_to_its_weights_and_parts(result: PulseResult) -> None:
    index = result.index
    assert index is not None
    assert index.closeness is not None
    assert index.level is not None
    assert index.reweighted is not None
    assert index.reweighted.low <= index.reweighted.value <= index.reweighted.high
    total = sum(part.weight * part.value for part in index.parts)
    for part in index.parts:
        rest = (total - part.weight * part.value) / (1 - part.weight)
        assert part.without == pytest.approx(rest)
    said = [one.said for one in index_figures(index)]
    assert len(said) == 4
    assert said[2].startswith(f"{100 * index.reweighted.low:.0f} to {100 * index.reweighted.high:.0f} in 95")
    deck = Presentation(io.BytesIO(slides(result, NOW)))
    notes = [slide.notes_slide.notes_text_frame.text for slide in deck.slides if slide.has_notes_slide]
    page = html_report(result, NOW).decode()
    pdf = " ".join(
        " ".join(one.extract_text().split()) for one in PdfReader(io.BytesIO(pdf_report(result, NOW))).pages
    )
    for one in said:
        assert any(one in text for text in notes)
        assert one in page
        assert one in pdf


def test_every_report_says_what_changed_since_the_wave_before() -> None:
    def known(responses: Responses) -> Responses:
        printed = tuple(replace(one, fingerprint=one.name) for one in responses.codebook.variables)
        return replace(responses, codebook=replace(responses.codebook, variables=printed))

    now, before = known(survey()), known(survey(seed=9))
    need = np.where(before.column("S_FUNCTION") == 2, 2.0, before.column("NEED"))
    before = replace(before, columns={**before.columns, "NEED": need})
    told = read_pulse(now, ABOUT, Before("winter", before, 5))
    assert told.since is not None
    change = next(said for said in told.since.sentences if ", IT: 0 % before" in said)
    share = told.question("NEED").findings[0].sides[1].value
    assert f"{share:.0%}".replace("%", " %") + " now" in change
    pages = PdfReader(io.BytesIO(pdf_report(told, NOW))).pages
    assert change in " ".join(" ".join(page.extract_text().split()) for page in pages)
    assert change in html_report(told, NOW).decode()
    deck = Presentation(io.BytesIO(slides(told, NOW)))
    notes = [slide.notes_slide.notes_text_frame.text for slide in deck.slides if slide.has_notes_slide]
    assert any(change in text for text in notes)
    assert read_pulse(now, ABOUT).since is None


def test_the_book_is_linked_and_holds_numbers_as_numbers(result: PulseResult) -> None:
    book = openpyxl.load_workbook(io.BytesIO(banner_workbook(result, NOW)))
    contents = book["Contents"]
    links = [contents.cell(row, 1).hyperlink for row in range(6, contents.max_row + 1)]
    assert len(links) == 2 + len(result.book.tables)
    assert all(link.location.split("!")[0].strip("'") in book.sheetnames for link in links)
    for name, table in zip(book.sheetnames[3:], result.book.tables, strict=True):
        sheet = book[name]
        for place, base in enumerate(table.bases):
            cell = sheet.cell(7, 2 + 2 * place).value
            assert cell == (base.people if base.hidden is None else "not shown")
        for line, row in enumerate(table.rows, start=11):
            for place, cell in enumerate(row.cells):
                told = sheet.cell(line, 2 + 2 * place).value
                if cell.value is not None:
                    assert told == pytest.approx(cell.value)
                assert (sheet.cell(line, 3 + 2 * place).value or "") == cell.letters


def test_significance_letters_stand_in_the_book(result: PulseResult) -> None:
    table = result.book["OBSTACLES"]
    first = table.rows[0].cells
    marketing, it = (
        next(at for at, c in enumerate(result.book.columns) if c.label == name)
        for name in ("marketing", "IT")
    )
    assert first[marketing].letters == result.book.columns[it].letter
    assert first[it].letters == ""


def test_no_label_becomes_a_formula_or_a_link(result: PulseResult) -> None:
    book = openpyxl.load_workbook(io.BytesIO(banner_workbook(result, NOW)))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell.value for cell in cells if cell.data_type == "f"]
    assert any(str(cell.value).startswith("=cmd|") for cell in cells)
    assert not [cell for cell in cells if cell.hyperlink and cell.hyperlink.target]


class Text(HTMLParser):
    """What a browser would show, what it would run or fetch, and how many charts it holds."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def test_the_report_says_every_number_and_fetches_nothing(result: PulseResult) -> None:
    page = html_report(result, NOW).decode()
    text = Text()
    text.feed(page)
    said = " ".join(text.said)
    assert all(one.sentence in said for one in result.most)
    assert all(heading in said for heading, _ in result.method)
    assert ABOUT.title in said
    kinds = {tag for tag, _ in text.tags}
    assert not kinds & {"script", "link", "img", "iframe", "object"}
    assert not [at for _, at in text.tags if any(key in at for key in ("src", "onclick", "style"))]
    assert [tag for tag, _ in text.tags].count("svg") > len(result.most)
    ids = [at["id"] for _, at in text.tags if "id" in at]
    assert len(ids) == len(set(ids))


def test_charts_of_the_report_are_as_long_as_their_numbers(result: PulseResult) -> None:
    need = result.question("NEED").findings[0]
    page = html_report(result, NOW).decode()
    chart = re.search(
        rf'<svg[^>]*aria-label="{re.escape(need.sentence.replace(chr(34), "&quot;"))}".*?</svg>', page
    )
    assert chart
    wide = [float(one) for one in re.findall(r'<rect[^>]*width="([\d.]+)" height="13"', chart[0])]
    values = [side.value or 0.0 for side in need.sides]
    assert wide[0] / wide[1] == pytest.approx(values[0] / values[1], rel=0.002)


def test_the_pdf_has_pages_outline_title_and_every_number(result: PulseResult) -> None:
    reader = PdfReader(io.BytesIO(pdf_report(result, NOW)))
    pages = [" ".join(page.extract_text().split()) for page in reader.pages]
    assert all(f"Page {number}" in page for number, page in enumerate(pages, start=1))
    whole = " ".join(pages)
    assert all(one.sentence in whole for one in result.most)
    assert "The questionnaire with its answers" in whole
    assert reader.metadata is not None
    assert reader.metadata.title == ABOUT.title
    assert len(reader.outline) >= 1
    again = pdf_report(result, NOW)
    assert again == pdf_report(result, NOW)


def test_the_pdf_writes_what_its_font_has_not(result: PulseResult) -> None:
    strange = read_pulse(survey(), About("w", "Zusammenarbeit Řízení 東京 −5", fielded=Fielded(version="1")))
    text = PdfReader(io.BytesIO(pdf_report(strange, NOW))).pages[0].extract_text()
    assert "Zusammenarbeit R" in text
    assert "??" in text


def test_of_a_side_of_three_no_file_tells_anything(few: PulseResult) -> None:
    assert few.most == ()
    assert all(one.startswith("Not shown: ") for one in sentences(few))
    pdf = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf_report(few, NOW))).pages)
    texts = [html_report(few, NOW).decode(), pdf]
    deck = Presentation(io.BytesIO(slides(few, NOW)))
    assert not any(shape.has_chart for slide in deck.slides for shape in slide.shapes)
    texts += [
        shape.text_frame.text for slide in deck.slides for shape in slide.shapes if shape.has_text_frame
    ]
    assert not [
        text for text in texts if re.search(r"\b(3|83) (people|IT)\b|\b80 (people|marketing)\b", text)
    ]


def test_answers_in_own_words_are_in_no_file(result: PulseResult) -> None:
    words = b"More lunches"
    assert words not in html_report(result, NOW)
    book = openpyxl.load_workbook(io.BytesIO(banner_workbook(result, NOW)))
    assert not [
        1
        for sheet in book
        for row in sheet.iter_rows(values_only=True)
        if any("lunches" in str(c) for c in row)
    ]


def test_a_chart_with_many_items_keeps_the_finding_it_is_about(result: PulseResult) -> None:
    question = result.question("OBSTACLES")
    assert len(question.findings) <= MOST_BARS
    shown = picture(question.findings[3], question)
    assert shown is not None
    assert [bar.label for bar in shown.bars] == [one.item for one in question.findings]
