"""The banner book: a sheet for each question, linked from the contents, numbers as numbers."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from tandem.align.export.words import subtitle
from tandem.align.result import SHARES, Finding, PulseResult
from tandem.align.tables import Book, Hidden, Row, RowKind, Table

CONTENTS, FINDINGS, METHOD = "Contents", "Findings", "Method"
NOT_SHOWN = "not shown"
LINE = 13.5
HEADS = (
    "Item",
    "Question",
    "First",
    "Second",
    "First value",
    "from",
    "to",
    "Second value",
    "from",
    "to",
    "Difference",
    "from",
    "to",
    "p",
    "p (Holm)",
    "p (BH)",
    "Base first",
    "Base second",
    "In words",
)
LABELS = {
    RowKind.TOP_2: "Top two (4 and 5)",
    RowKind.BOTTOM_2: "Bottom two (1 and 2)",
    RowKind.BOTTOM_3: "Bottom three (1 to 3, the midpoint counted)",
    RowKind.NET: "Net: top two less bottom two",
    RowKind.MEAN: "Mean",
}
PLACED = {
    RowKind.FIRST: "put first",
    RowKind.FIRST_THREE: "among the first three",
    RowKind.PLACE: "mean place",
}


@dataclass(frozen=True)
class Looks:
    """The formats of a workbook."""

    title: Format
    quiet: Format
    head: Format
    group: Format
    text: Format
    share: Format
    mean: Format
    count: Format
    p: Format
    letters: Format
    link: Format

    @classmethod
    def of(cls, book: Workbook) -> "Looks":
        """Calm ones: no boxes, thin rules, grey for what is beside the point."""
        font = {"font_name": "Arial", "font_size": 10, "valign": "top"}
        wrapped = font | {"text_wrap": True}
        return cls(
            title=book.add_format(font | {"bold": True, "font_size": 14}),
            quiet=book.add_format(font | {"font_color": "#5A6762"}),
            head=book.add_format(wrapped | {"bold": True, "bottom": 1, "align": "center"}),
            group=book.add_format(wrapped | {"bold": True, "bg_color": "#D9ECE7", "align": "center"}),
            text=book.add_format(wrapped),
            share=book.add_format(font | {"num_format": "0%"}),
            mean=book.add_format(font | {"num_format": "0.00"}),
            count=book.add_format(font | {"num_format": "#,##0", "font_color": "#5A6762"}),
            p=book.add_format(font | {"num_format": "0.0000"}),
            letters=book.add_format(font | {"font_color": "#0C6B58"}),
            link=book.add_format(font | {"font_color": "#0C6B58", "underline": 1}),
        )


def banner_workbook(result: PulseResult, now: datetime) -> bytes:
    """Contents, findings, method, then one sheet for each table of the book. `now`: the date in the file.

    Text is written as text, so no label can become a formula or a link.
    """
    body = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = Workbook(body, options)
    book.set_properties({"title": result.title, "author": result.company or "Tandem", "created": now})
    looks = Looks.of(book)
    contents = book.add_worksheet(CONTENTS)
    _findings(book.add_worksheet(FINDINGS), result, looks)
    _method(book.add_worksheet(METHOD), result, looks)
    names = [f"T{place}" for place, _ in enumerate(result.book.tables, start=1)]
    for name, table in zip(names, result.book.tables, strict=True):
        _table(book.add_worksheet(name), result.book, table, looks)
    _contents(contents, result, names, looks)
    book.close()
    return body.getvalue()


def _contents(sheet: Worksheet, result: PulseResult, names: Sequence[str], looks: Looks) -> None:
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 12)
    sheet.set_column(1, 1, 26)
    sheet.set_column(2, 2, 90)
    sheet.write_string(0, 0, result.title, looks.title)
    sheet.write_string(1, 0, subtitle(result), looks.quiet)
    if result.index is not None:
        sheet.write_string(2, 0, result.index.sentence, looks.quiet)
    for column, head in enumerate(("Sheet", "Variable", "What is in it")):
        sheet.write_string(4, column, head, looks.head)
    rows = [
        (FINDINGS, "", "Every difference between the sides, with interval and p"),
        (METHOD, "", "How it was done"),
    ]
    rows += [
        (name, table.variable.name, table.variable.label)
        for name, table in zip(names, result.book.tables, strict=True)
    ]
    for row, (name, variable, label) in enumerate(rows, start=5):
        sheet.write_url(row, 0, f"internal:'{name}'!A1", looks.link, name)
        sheet.write_string(row, 1, variable, looks.text)
        sheet.write_string(row, 2, label, looks.text)
    sheet.freeze_panes(5, 0)


def _findings(sheet: Worksheet, result: PulseResult, looks: Looks) -> None:
    sheet.hide_gridlines(2)
    _back(sheet, "Findings", looks)
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 1, 18)
    sheet.set_column(2, 17, 10)
    sheet.set_column(18, 18, 110)
    for column, head in enumerate(HEADS):
        sheet.write_string(3, column, head, looks.head)
    found = [one for question in result.questions for one in question.findings]
    for row, finding in enumerate(found, start=4):
        _finding(sheet, row, finding, looks)
    sheet.freeze_panes(4, 1)
    sheet.autofilter(3, 0, 3 + len(found), len(HEADS) - 1)


def _finding(sheet: Worksheet, row: int, finding: Finding, looks: Looks) -> None:
    number = looks.share if finding.measure in SHARES else looks.mean
    sheet.write_string(row, 0, finding.item, looks.text)
    sheet.write_string(row, 1, finding.question, looks.text)
    for place, side in enumerate(finding.sides):
        sheet.write_string(row, 2 + place, side.name, looks.text)
        for offset, value in enumerate((side.value, side.low, side.high)):
            _number(sheet, row, 4 + 3 * place + offset, value, number)
        people = None if side.base is None else float(side.base.unweighted)
        _number(sheet, row, 16 + place, people, looks.count)
    for column, value in enumerate((finding.gap, finding.low, finding.high), start=10):
        _number(sheet, row, column, value, number, missing="")
    for column, value in enumerate((finding.p, finding.p_holm, finding.p_bh), start=13):
        _number(sheet, row, column, value, looks.p, missing="")
    said = " ".join([finding.sentence, *(one.sentence for one in finding.published)])
    sheet.write_string(row, 18, said, looks.text)
    sheet.set_row(row, LINE * max(len(said) // 105 + 1, len(finding.item) // 40 + 1))


def _method(sheet: Worksheet, result: PulseResult, looks: Looks) -> None:
    sheet.hide_gridlines(2)
    _back(sheet, "How this was asked and reckoned", looks)
    sheet.set_column(0, 0, 32)
    sheet.set_column(1, 1, 110)
    for row, (heading, said) in enumerate(result.method, start=3):
        sheet.set_row(row, LINE * (len(said) // 105 + 1))
        sheet.write_string(row, 0, heading, looks.text)
        sheet.write_string(row, 1, said, looks.text)


def _table(sheet: Worksheet, book: Book, table: Table, looks: Looks) -> None:
    """Columns in pairs: the number, and beside it the letters of the columns that it lies clearly above."""
    sheet.hide_gridlines(2)
    _back(sheet, table.variable.label, looks)
    sheet.write_string(2, 0, _about(table), looks.quiet)
    sheet.set_column(0, 0, 46)
    sheet.set_column(1, 2 * len(book.columns), 8)
    for place, column in enumerate(book.columns):
        at = 1 + 2 * place
        sheet.merge_range(4, at, 4, at + 1, "", looks.group)
        sheet.write_string(4, at, column.head, looks.group)
        sheet.write_string(5, at, column.label, looks.head)
        sheet.write_string(5, at + 1, column.letter, looks.head)
    lines = (("Base: people", "people"), ("Base: weighted", "weighted"), ("Base: effective", "effective"))
    for row, (label, name) in enumerate(lines, start=6):
        sheet.write_string(row, 0, label, looks.quiet)
        for place, base in enumerate(table.bases):
            _number(sheet, row, 1 + 2 * place, getattr(base, name), looks.count)
            if name == "people" and base.doubtful and base.people:
                sheet.write_string(row, 2 + 2 * place, "small", looks.quiet)
    for line, found in enumerate(table.rows, start=10):
        _row(sheet, line, found, table, looks)
    _notes(sheet, 11 + len(table.rows), book, table, looks)
    sheet.freeze_panes(6, 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _row(sheet: Worksheet, line: int, found: Row, table: Table, looks: Looks) -> None:
    label = LABELS.get(found.kind, found.label)
    if found.kind in PLACED:
        label = f"{found.label}: {PLACED[found.kind]}"
    sheet.write_string(line, 0, label, looks.text)
    number = looks.mean if found.kind in (RowKind.MEAN, RowKind.PLACE) else looks.share
    for place, (cell, base) in enumerate(zip(found.cells, table.bases, strict=True)):
        nobody = "" if base.hidden is None else NOT_SHOWN
        _number(sheet, line, 1 + 2 * place, cell.value, number, missing=nobody)
        if cell.letters:
            sheet.write_string(line, 2 + 2 * place, cell.letters, looks.letters)


def _notes(sheet: Worksheet, row: int, book: Book, table: Table, looks: Looks) -> None:
    rules = book.rules
    notes = [
        f"Letters: this column lies above the one of that letter, capital at {rules.sure:.0%}, small at "
        f"{rules.likely:.0%}, adjusted by Holm within the question; never under {rules.tested_from} people.",
        f"“small”: a base under {rules.doubtful} people.",
    ]
    if any(base.hidden for base in table.bases):
        beside = any(base.hidden is Hidden.COMPLEMENT for base in table.bases)
        more = ", or what would give such a group back" if beside else ""
        notes.append(f"“{NOT_SHOWN}”: fewer than {rules.smallest} people{more}.")
    for place, note in enumerate(notes):
        sheet.write_string(row + place, 0, note.replace("%", " %"), looks.quiet)


def _about(table: Table) -> str:
    asked = " and ".join(table.variable.asked_of) or "both sides"
    return f"{table.variable.name}, asked of {asked}. Shares are weighted, of those who answered."


def _back(sheet: Worksheet, title: str, looks: Looks) -> None:
    sheet.write_url(0, 0, f"internal:'{CONTENTS}'!A1", looks.link, CONTENTS)
    sheet.write_string(1, 0, title, looks.title)


def _number(
    sheet: Worksheet, row: int, column: int, value: float | None, look: Format, missing: str = NOT_SHOWN
) -> None:
    if value is None:
        if missing:
            sheet.write_string(row, column, missing, look)
    else:
        sheet.write_number(row, column, value, look)
