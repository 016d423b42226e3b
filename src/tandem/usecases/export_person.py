"""Everything that is held about a person, for the person: to read, and for another machine to read.

Which tables there are and how they name people is asked of the catalogue, so a new table is in here by itself.
"""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path

from sqlglot import exp

from tandem.deliver.files import safe_cell
from tandem.engine import Table
from tandem.engine.catalogue import By
from tandem.kernel import Problems, iso, numbers, plain
from tandem.ledger import RightsState
from tandem.usecases import person_rows, person_texts
from tandem.usecases.auditing import by
from tandem.usecases.erase_person import refuse_kind, refuse_others
from tandem.usecases.erasing_rows import drop_stages, ids_of, people_of
from tandem.usecases.person_rows import rows_about
from tandem.usecases.problems import NOBODY_KNOWN, NOT_WRITABLE, SEVERAL_KNOWN
from tandem.usecases.workspace import Workspace

TIMES = (
    "event_at",
    "at",
    "sent_at",
    "assigned_at",
    "since",
    "first_seen_at",
    "observed_at",
    "changed_at",
    "last_at",
)
ACCESS, PORTABILITY = "access", "portability"
STYLE = (
    "body{font:16px/1.5 sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}"
    "table{border-collapse:collapse;font-size:14px}td,th{border:1px solid #ccc;padding:.2rem .5rem;text-align:left;"
    "vertical-align:top}h2{margin-top:2rem}.small{color:#555}"
)


@dataclass(frozen=True)
class Part:
    """The rows of one table: what one row is, what each column says, and the rows, newest first."""

    name: str
    row: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[Mapping[str, object], ...]

    def to_dict(self) -> dict[str, object]:
        """For the machine form."""
        described = [{"name": name, "says": says} for name, says in self.columns]
        return {"table": self.name, "one_row_per": self.row, "columns": described, "rows": [*self.rows]}


@dataclass(frozen=True)
class PersonExport:
    """All that is held about one person as of a time."""

    person: int
    company: str
    at: datetime
    parts: tuple[Part, ...]

    def to_dict(self) -> dict[str, object]:
        """The machine form; ids as text, because JavaScript cannot hold them."""
        return {
            "format": "tandem-person-1",
            "company": self.company,
            "person": str(self.person),
            "as_of": iso(self.at),
            "parts": [part.to_dict() for part in self.parts],
        }


def export_person(work: Workspace, text: str, now: datetime) -> PersonExport:
    """Everything about the one person that a text leads to. Raises RUN-080, RUN-081, RUN-084 if it leads to several."""
    refuse_others(work.actor)
    return _exported(work, now, lambda: person_rows.stage_asked(work, [text]))


def export_for(work: Workspace, id_: str, now: datetime) -> PersonExport:
    """Everything about whom a request of access or portability is about; `handed_over` ends the request.

    It can be had again after that: what was sent may not have arrived. Raises as `export_person`; RUN-086 for an
    erasure; LDG-100; LDG-102 if the request was taken back.
    """
    refuse_others(work.actor)
    request = work.ledger.person_request(id_)
    refuse_kind(request, ACCESS, PORTABILITY)
    if request.state is RightsState.CANCELLED:
        handed_over(work, id_, now)
    return _exported(work, now, lambda: person_rows.stage_subjects(work, request.subjects))


def handed_over(work: Workspace, id_: str, now: datetime) -> None:
    """End a request of access whose export is written; of one that was done before, its time stays.

    Raises LDG-102 if it was taken back.
    """
    if work.ledger.person_request(id_).state is not RightsState.DONE:
        work.ledger.move_person_request(id_, RightsState.DONE, [RightsState.PENDING], done_at=now)


def _exported(work: Workspace, now: datetime, stage: Callable[[], object]) -> PersonExport:
    try:
        stage()
        people = people_of(work)
        if not people:
            raise Problems(NOBODY_KNOWN("nobody is known by what was given"))
        if len(people) > 1:
            listed = tuple(str(person) for person in sorted(people))
            raise Problems(SEVERAL_KNOWN("more than one person is known by that", alternatives=listed))
        person_rows.stage_leads(work)
        ids = ids_of(work)
        parts = [part for table in person_rows.tables(work.engine) if (part := _part(work, table)).rows]
    finally:
        drop_stages(work.engine)
    outbox = _outbox(work, ids)
    done = PersonExport(
        people[0], work.charter.project.name, now, (*parts, *([outbox] if outbox.rows else []))
    )
    detail: dict[str, object] = {
        "tables": len(done.parts),
        "rows": sum(len(part.rows) for part in done.parts),
    }
    entry = by(work.actor, "person", "export", "done", person_id=people[0], detail=detail)
    work.trail.add(entry)
    return done


def write_export(export: PersonExport, folder: Path) -> list[Path]:
    """One page to read (HTML), one document for machines (JSON) and a CSV per table, readable by their owner alone."""
    files = files_of(export)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with suppress(OSError):
            folder.chmod(0o700)
        for name, text in files.items():
            (folder / name).touch(mode=0o600)
            (folder / name).write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise Problems(
            NOT_WRITABLE(f"{folder} cannot be written: {error.strerror}", found=str(folder))
        ) from error
    return [folder / name for name in files]


def archive_of(export: PersonExport) -> bytes:
    """The same files as one ZIP archive."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files_of(export).items():
            archive.writestr(zipfile.ZipInfo(name), text)
    return held.getvalue()


def files_of(export: PersonExport) -> dict[str, str]:
    """Name → text of every file of an export."""
    document = json.dumps(export.to_dict(), ensure_ascii=False, indent=1)
    sheets = {f"{part.name}.csv": _csv(part) for part in export.parts}
    return {"person.html": html_of(export), "person.json": document, **sheets}


def html_of(export: PersonExport) -> str:
    """The readable form: what is held, in plain words, each thing with its source and time."""
    parts = "\n".join(_section(part) for part in export.parts)
    rows = sum(len(part.rows) for part in export.parts)
    held = f"{numbers.plural(rows, 'entry', 'entries')} in {numbers.plural(len(export.parts), 'place')}"
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>What is held about you</title>'
        f"<style>{STYLE}</style><h1>What {escape(export.company)} holds about you</h1>"
        f"<p>As of {numbers.moment(export.at)} (UTC): {held}. Each table below says what one of its rows is and what "
        f"its columns mean; times are UTC. The file person.json has the same for machines.</p>\n{parts}\n</html>\n"
    )


def _section(part: Part) -> str:
    shown = [name for name, _ in part.columns if any(row[name] is not None for row in part.rows)]
    says = dict(part.columns)
    head = "".join(f'<th title="{escape(says[name], quote=True)}">{escape(name)}</th>' for name in shown)
    body = "".join(
        f"<tr>{''.join(f'<td>{_cell(row[name])}</td>' for name in shown)}</tr>" for row in part.rows
    )
    meanings = "".join(
        f"<li><b>{escape(name)}</b>: {escape(says[name])}</li>" for name in shown if says[name]
    )
    return (
        f"<h2>{escape(part.name)}</h2><p>One row per {escape(part.row)}. {numbers.plural(len(part.rows), 'row')}.</p>"
        f"<table><tr>{head}</tr>{body}</table>"
        f'<details class="small"><summary>What the columns mean</summary><ul>{meanings}</ul></details>'
    )


def _cell(value: object) -> str:
    return "" if value is None else escape(str(value))


def _part(work: Workspace, table: Table) -> Part:
    """The rows of one table about the staged person."""
    named = any(lead.by is By.TEXT for lead in table.people)
    ids = person_texts.stage_named(work, table) if named else None
    query = rows_about(work.engine, table, ids=ids)
    columns = tuple((column.name, column.doc) for column in table.columns)
    if query is None:
        return Part(table.name, table.row, columns, ())
    newest = next((name for name in TIMES if name in table.names), None)
    if newest:
        query = query.order_by(exp.Ordered(this=exp.column(newest, "t"), desc=True))
    keys = {column.name for column in table.columns if column.type.value == "key"}
    rows = [_row(row, keys) for row in work.engine.dicts(query)]
    return Part(table.name, table.row, columns, tuple(rows))


def _row(row: Mapping[str, object], keys: set[str]) -> Mapping[str, object]:
    return {
        name: str(value) if name in keys and value is not None else plain(value)
        for name, value in row.items()
    }


def _outbox(work: Workspace, ids: Sequence[int]) -> Part:
    keys = {"contact_id", "person_id"}
    rows = [_row(vars(one), keys) for id_ in ids for one in work.ledger.contacts_about(id_)]
    names: Sequence[str] = tuple(rows[0]) if rows else ()
    return Part(
        "ledger_outbox",
        "message to you that is to be sent or was",
        tuple((n, "") for n in names),
        tuple(rows),
    )


def _csv(part: Part) -> str:
    sheet = io.StringIO(newline="")
    writer = csv.writer(sheet)
    writer.writerow([name for name, _ in part.columns])
    for row in part.rows:
        writer.writerow([safe_cell(row[name]) for name, _ in part.columns])
    return sheet.getvalue()
