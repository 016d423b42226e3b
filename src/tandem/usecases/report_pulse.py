"""The result of a pulse as a file: slides, banner book, report to read, report to print."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tandem.align.export import banner_workbook, html_report, pdf_report, slides
from tandem.align.result import PulseResult
from tandem.kernel import Problems
from tandem.kernel.values import Actor
from tandem.ledger import Ledger
from tandem.usecases.auditing import by, note
from tandem.usecases.result_problems import NO_FORMAT
from tandem.usecases.see_pulse import see_pulse

OFFICE = "application/vnd.openxmlformats-officedocument."
WRITERS: Mapping[str, tuple[Callable[[PulseResult, datetime], bytes], str]] = {
    "pptx": (slides, OFFICE + "presentationml.presentation"),
    "xlsx": (banner_workbook, OFFICE + "spreadsheetml.sheet"),
    "html": (html_report, "text/html; charset=utf-8"),
    "pdf": (pdf_report, "application/pdf"),
}
REPORTS = tuple(WRITERS)


@dataclass(frozen=True)
class Report:
    """A file of a result: its name, its bytes, its media type."""

    name: str
    body: bytes
    media: str


def report_pulse(
    root: Path, ledger: Ledger, actor: Actor, wave: str, format_: str, now: datetime, wall: datetime
) -> Report:
    """The result of a closed run as `pptx`, `xlsx`, `html` or `pdf`; that it was taken is noted.

    Raises ALN-602 for another format, and what `see_pulse` raises.
    """
    known_format(format_)
    made = written(see_pulse(root, ledger, wave, now), format_, now)
    report_taken(root, ledger, actor, made, wall)
    return made


def known_format(format_: str) -> None:
    """Go on only with a format that can be written. Raises ALN-602."""
    if format_ not in WRITERS:
        raise Problems(NO_FORMAT("there is no such format", found=format_[:40], alternatives=REPORTS))


def written(result: PulseResult, format_: str, now: datetime) -> Report:
    """A result in one of the formats. Takes seconds where there are many questions."""
    write, media = WRITERS[format_]
    return Report(f"{result.wave}.{format_}", write(result, now), media)


def report_taken(root: Path, ledger: Ledger, actor: Actor, report: Report, wall: datetime) -> None:
    """Note that somebody took a report."""
    note(root, ledger, wall, by(actor, "export", f"results: {report.name}", "done"))
