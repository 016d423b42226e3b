"""The result of a pulse as files: slides, a banner book, a report to read and one to print.

Answers: how does a board get what was found? Every number in a file is one of `PulseResult`; none is reckoned here.
Writes no table and no file: it hands over bytes. Must never see an answer, only results.
"""

from tandem.align.export.html import html_report
from tandem.align.export.pdf import pdf_report
from tandem.align.export.pptx import slides
from tandem.align.export.xlsx import banner_workbook

__all__ = ["banner_workbook", "html_report", "pdf_report", "slides"]
