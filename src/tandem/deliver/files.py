"""The file channel: a dated CSV per run, whole or not there at all, and nobody in two of them.

Unlike a mail server, a folder can be looked at: the file is renamed into place in one step, so after a crash
the claimed contacts were exported if their file is there, and were not if it is missing. No doubt remains.
"""

import csv
import os
import re
import tempfile
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from tandem.charter.definitions import Export
from tandem.deliver.problems import NOT_OURS, NOT_WRITABLE, OUTSIDE
from tandem.deliver.waiting import Filling
from tandem.kernel import Problems
from tandem.ledger import Ledger, OutboxState

CLAIM = 5_000
NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*")
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def export_file(
    ledger: Ledger,
    campaign: str,
    export: Export,
    columns: Sequence[str],
    filling: Filling,
    root: Path,
    now: datetime,
) -> str | None:
    """Write what is pending to one file; its path relative to the charter, or None if nothing was pending.

    `columns` are the names in `filling`, in the order of the export's fields. Raises Problems when the file
    cannot be written; then nobody counts as exported.
    """
    if not ledger.outbox_counts(campaign)[OutboxState.PENDING]:
        return None
    target = target_of(root, export, now, taken_names(ledger, campaign))
    if target.exists():
        raise Problems(
            NOT_OURS(f"`{target.name}` is already there and Tandem has no record of it", found=str(target))
        )
    ids: list[int] = []
    try:
        with Whole(target, export.fields) as sheet:
            for contact_id, row in _claimed(ledger, campaign, filling, now):
                sheet.add([row[name] for name in columns])
                ids.append(contact_id)
            if not ids:
                sheet.give_up()
    except OSError as error:
        ledger.settle(ids, OutboxState.PENDING, None, now)
        raise Problems(
            NOT_WRITABLE(f"`{target}` cannot be written: {error.strerror}", found=str(target))
        ) from error
    return _settle(ledger, ids, target, root, now)


def recover_export(ledger: Ledger, campaign: str, export: Export, root: Path, now: datetime) -> None:
    """After a crash: contacts whose file is there were exported, the others wait again."""
    stuck = ledger.stuck(campaign)
    if not stuck:
        return
    ids = [row.contact_id for row in stuck]
    target = target_of(root, export, stuck[0].updated_at, taken_names(ledger, campaign))
    if target.exists():
        _settle(ledger, ids, target, root, stuck[0].updated_at)
    else:
        ledger.settle(ids, OutboxState.PENDING, "the run ended before the file was written", now)


def target_of(root: Path, export: Export, now: datetime, taken: Collection[str]) -> Path:
    """`winback.csv` becomes `winback.2026-06-01T090000.csv`; with a number more if that one is taken."""
    home = root.resolve()
    wished = (home / export.path).resolve()
    if not wished.is_relative_to(home):
        raise Problems(
            OUTSIDE(f"the export `{export.path}` leads outside the charter folder", found=export.path)
        )
    stem = f"{wished.stem}.{now:%Y-%m-%dT%H%M%S}"
    number, target = 1, wished.with_name(f"{stem}.csv")
    while str(target.relative_to(home)) in taken:
        number += 1
        target = wished.with_name(f"{stem}-{number}.csv")
    return target


def taken_names(ledger: Ledger, campaign: str) -> set[str]:
    """The files that the outbox knows to be written for this campaign."""
    pages = ledger.pages(campaign, [OutboxState.SENT])
    return {row.message_id for page in pages for row in page if row.message_id}


class Whole:
    """A CSV file (UTF-8, CRLF, header) that appears under its name when it is complete, or not at all.

    Readable by its owner only: it holds personal data. Cells that a spreadsheet would run as a formula get an
    apostrophe in front; plain numbers, also with a sign such as phone numbers, are left alone.
    """

    def __init__(self, target: Path, header: Sequence[str]) -> None:
        self._target = target
        self._header = header
        self._wanted = True

    def __enter__(self) -> "Whole":
        self._target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(
            prefix=f".{self._target.stem}.", suffix=".part", dir=self._target.parent
        )
        self._part = Path(name)
        self._file = os.fdopen(handle, "w", encoding="utf-8", newline="")
        self._csv = csv.writer(self._file)
        self._csv.writerow(self._header)
        return self

    def add(self, cells: Sequence[object]) -> None:
        """One row; None is an empty cell."""
        self._csv.writerow([safe_cell(cell) for cell in cells])

    def give_up(self) -> None:
        """Leave no file behind."""
        self._wanted = False

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            with self._file:
                self._file.flush()
                os.fsync(self._file.fileno())
            if kind is None and self._wanted:
                self._part.rename(self._target)
        finally:
            self._part.unlink(missing_ok=True)


def safe_cell(value: object) -> str:
    """A cell's text that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    text = "" if value is None else str(value)
    if text.lstrip(" ").startswith(DANGEROUS) and not NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def _claimed(
    ledger: Ledger, campaign: str, filling: Filling, now: datetime
) -> Iterator[tuple[int, dict[str, object]]]:
    """The claimed contacts with their data; those that policy no longer permits are cancelled."""
    while claimed := ledger.claim(campaign, "file", CLAIM, now):
        gone: list[int] = []
        for row in claimed:
            data = filling.of(row.contact_id)
            if data is None:
                gone.append(row.contact_id)
            else:
                yield row.contact_id, data
        ledger.settle(gone, OutboxState.CANCELLED, "withdrawn", now)


def _settle(ledger: Ledger, ids: Sequence[int], target: Path, root: Path, now: datetime) -> str | None:
    if not ids:
        return None
    name = str(target.relative_to(root.resolve()))
    ledger.settle(ids, OutboxState.SENT, None, now, dict.fromkeys(ids, name))
    return name
