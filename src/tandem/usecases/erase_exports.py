"""Files that were exported and still lie here: rows of erased people go, each file whole or as it was."""

import csv
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tandem.charter.definitions import Campaign
from tandem.deliver.files import Whole
from tandem.usecases.person_names import Names
from tandem.usecases.workspace import Workspace


@dataclass(frozen=True)
class ErasedExport:
    """What became of one exported file. `there`: it still lay in the charter's folder; whoever has taken a copy of it
    has to be told. `told_apart`: all rows of these people in it could be told from others; if not, the rest stays."""

    file: str
    rows: int
    there: bool
    told_apart: bool = True


def exports(work: Workspace) -> list[tuple[str, Campaign | None]]:
    """Every file that the outbox or a campaign's export names, with its campaign if it is still in the charter."""
    campaigns = {one.campaign: one for one in work.charter.campaigns}
    found: dict[str, Campaign | None] = {}
    for campaign, file in work.ledger.exported_files():
        found[file] = campaigns.get(campaign)
    for one in campaigns.values():
        if one.export is not None:
            wished = work.root / one.export.path
            for path in sorted(wished.parent.glob(f"{wished.stem}.*.csv")):
                found.setdefault(str(path.resolve().relative_to(work.root.resolve())), one)
    return list(found.items())


def erase_from_exports(
    work: Workspace, names: Names, people: Collection[int], *, dry: bool = False
) -> tuple[ErasedExport, ...]:
    """Take out of every exported file the rows with one of their identifiers; `dry` counts only.

    A file without identifiers is told apart by the outbox: it has one row per contact, by rising contact id.
    """
    done, people = [], frozenset(people)
    for file, _ in exports(work):
        path = work.root / file
        _clear_drafts(path, dry)
        if not path.is_file():
            if any(person in people for _, person in work.ledger.contacts_in(file)):
                done.append(ErasedExport(file, 0, there=False))
            continue
        known, mine = _places(work, file, people)
        gone, told_apart = _rewritten(path, names, known, mine, dry)
        if gone or not told_apart:
            done.append(ErasedExport(file, gone, there=True, told_apart=told_apart))
    return tuple(done)


def _places(work: Workspace, file: str, people: Collection[int]) -> tuple[int, set[int]]:
    """How many contacts the outbox has in the file, and at which places those of the people stand."""
    held = work.ledger.contacts_in(file)
    return len(held), {place for place, (_, person) in enumerate(held) if person in people}


def _rewritten(path: Path, names: Names, known: int, mine: set[int], dry: bool) -> tuple[int, bool]:
    """How many rows go, and whether those of all `mine` were found, by their places or by what stands in them."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        header = next(rows, None)
        if header is None:
            return 0, not mine
        every = list(rows)
    by_place = mine if known == len(every) else set()
    kept = [
        row
        for place, row in enumerate(every)
        if place not in by_place and not _names_them(header, row, names)
    ]
    gone = len(every) - len(kept)
    if gone and not dry:
        with Whole(path, header) as sheet:
            for row in kept:
                sheet.add(row)
    return gone, known == len(every) or gone >= len(mine)


def _names_them(header: Sequence[str], row: Sequence[str], names: Names) -> bool:
    """Whether a cell is an identifier of theirs: of the kind that heads the column, or one that shows what it is."""
    cells = [cell.removeprefix("'") for cell in row]
    return any(names.of(kind, cell) or names.told(cell) for kind, cell in zip(header, cells, strict=False))


def _clear_drafts(path: Path, dry: bool) -> None:
    """What a run that was killed left half written. Nobody writes now: the lease of the run is held."""
    for draft in () if dry else path.parent.glob(f".{path.name.partition('.')[0]}.*.part"):
        with suppress(FileNotFoundError):
            draft.unlink()
