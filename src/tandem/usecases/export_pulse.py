"""The answers of a closed pulse, row by row, for other tools: without invitations, for few roles, and noted.

Rows are how somebody could be found again, so this is refused where a side has fewer people than the smallest group,
and while the pulse is open: two exports would show who answered in between. What people wrote, and what they said of
themselves, is left out unless asked for; and then what fewer than the smallest group said of themselves is blank.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tandem.align.codebook import Codebook, Kind, Variable
from tandem.align.findings import profile as profile_of
from tandem.align.interchange import FORMATS, write_survey
from tandem.align.interchange.book import ENDING
from tandem.align.interchange.triples_writing import answers_of
from tandem.align.names import SIDES
from tandem.align.responses import Responses
from tandem.kernel import Place, Problem, Problems, Refused
from tandem.kernel.values import Actor, WorkspaceRole
from tandem.ledger import Ledger
from tandem.usecases.auditing import by, note
from tandem.usecases.problems import NOT_WRITABLE
from tandem.usecases.pulse_answers import responses
from tandem.usecases.run_pulse import about
from tandem.usecases.survey_problems import FEW_ANSWERS, NO_RAW_ANSWERS, STILL_OPEN, UNKNOWN_SURVEY_FORMAT

EXPORTERS = (WorkspaceRole.ANALYST, WorkspaceRole.ADMIN)
PRIVATE = 0o600
NOTHING = -1e300
"""Stands for an empty cell where rows are compared."""


@dataclass(frozen=True)
class ExportedPulse:
    """The files, how many rows they hold, the variables left out, and what the format cannot hold.

    `blanked`: rows in which what people said of themselves is blank, for so few said the same.
    """

    files: tuple[Path, ...]
    rows: int
    left_out: tuple[str, ...]
    notices: tuple[Problem, ...]
    blanked: int = 0

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        return {
            "files": [str(file) for file in self.files],
            "rows": self.rows,
            "left_out": list(self.left_out),
            "blanked": self.blanked,
            "notices": [one.to_dict() for one in self.notices],
        }


def export_pulse(
    root: Path,
    ledger: Ledger,
    actor: Actor,
    name: str,
    kind: str,
    folder: Path,
    now: datetime,
    wall: datetime,
    *,
    texts: bool = False,
    profile: bool = False,
) -> ExportedPulse:
    """Write the completed answers of a closed pulse as csv, sav or triple-s, with their codebook, into a folder.

    Only analysts and admins may; files are readable by their owner only, from their first byte on. `texts`: with what
    people wrote. `profile`: with what they said of themselves, but no text. Raises ALN-313 to ALN-316, LDG-121,
    RUN-007 for a folder that cannot be written.
    """
    what = f"export {name} as {kind}"
    try:
        found, least = _allowed(ledger, actor, name, kind)
    except Refused as refused:
        note(
            root,
            ledger,
            wall,
            by(actor, "export", what, "refused", detail={"code": refused.problems[0].code}),
        )
        raise
    kept, left_out = _without(found, texts=texts, profile=profile)
    kept, blanked = without_rare_profiles(kept, least)
    try:
        _own(folder, _files(folder, name, kind))
        files, notices = write_survey(kept, folder, name, kind, now)
    except OSError as unwritable:
        sentence = "the answers cannot be written"
        raise Problems(
            NOT_WRITABLE(sentence, place=Place(str(folder)), found=unwritable.strerror)
        ) from unwritable
    detail = {"rows": len(kept), "texts": texts, "profile": profile}
    note(root, ledger, wall, by(actor, "export", what, "done", detail=detail))
    return ExportedPulse(tuple(files), len(kept), left_out, notices, blanked)


def _files(folder: Path, name: str, kind: str) -> list[Path]:
    """All files that a format writes."""
    path = folder / f"{name}{FORMATS[kind]}"
    return [path, folder / f"{name}{ENDING}", *([answers_of(path)] if kind == "triple-s" else [])]


def _own(folder: Path, files: Sequence[Path]) -> None:
    """Make the files, empty and for their owner only, before anything is written into them."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, PRIVATE)
        try:
            os.fchmod(descriptor, PRIVATE)
        finally:
            os.close(descriptor)


def _allowed(ledger: Ledger, actor: Actor, name: str, kind: str) -> tuple[Responses, int]:
    """What was answered, and the smallest group. Raises Refused with the reason."""
    if kind not in FORMATS:
        sentence = "there is no such format of survey files"
        raise Problems(UNKNOWN_SURVEY_FORMAT(sentence, found=kind, alternatives=list(FORMATS)))
    pulse = ledger.pulse(name)
    if actor.role not in EXPORTERS:
        sentence = f"the role {actor.role} may not have single answers"
        raise Refused(NO_RAW_ANSWERS(sentence, found=actor.role, alternatives=list(EXPORTERS)))
    if pulse.closed_at is None:
        raise Refused(STILL_OPEN(f"{name} is not closed yet"))
    found, (_, least) = responses(ledger, name), about(pulse)
    small = [
        side for side in SIDES if side in found.codebook.groups and 0 < int(found.side(side).sum()) < least
    ]
    if small:
        sentence = f"fewer than {least} people of {' and of '.join(small)} answered"
        raise Refused(FEW_ANSWERS(sentence, expected=f"{least} or more of each side"))
    return found, least


def _without(found: Responses, *, texts: bool, profile: bool) -> tuple[Responses, tuple[str, ...]]:
    """The answers without what people wrote or said of themselves, and the names of what was left out."""
    book = found.codebook
    left_out = tuple(
        one.name
        for one in book.variables
        if (one.kind is Kind.OPEN and not (texts and not _of_themselves(book, one)))
        or (_of_themselves(book, one) and not profile)
    )
    variables = tuple(
        replace(one, about="" if one.about in left_out else one.about)
        for one in book.variables
        if one.name not in left_out
    )
    kept = Codebook(book.name, book.title, variables, book.group)
    columns = {column: found.columns[column] for column in kept.columns}
    return Responses(kept, columns, found.weight), left_out


def without_rare_profiles(found: Responses, least: int) -> tuple[Responses, int]:
    """The answers with what people said of themselves blank where fewer than `least` of their side said all of it
    alike; and in how many rows. Fewer than `least` blank rows of a side would be those few: then the next fewest
    who said the same are blank too.
    """
    book = found.codebook
    names = [column for one in book.variables if _of_themselves(book, one) for column in one.columns]
    if not names or not len(found):
        return found, 0
    table = np.nan_to_num(np.column_stack([found.columns[name] for name in names]), nan=NOTHING)
    which = np.unique(table, axis=0, return_inverse=True)[1].ravel()
    blank = np.zeros(len(found), dtype=bool)
    for rows in _sides(found):
        sizes = np.bincount(which[rows])
        order = sorted((int(n), place) for place, n in enumerate(sizes) if n)
        gone = [place for n, place in order if n < least]
        while gone and len(gone) < len(order) and sizes[gone].sum() < least:
            gone.append(order[len(gone)][1])
        blank |= rows & np.isin(which, gone)
    columns = {
        name: np.where(blank, np.nan, cells) if name in names else cells
        for name, cells in found.columns.items()
    }
    return Responses(book, columns, found.weight), int(blank.sum())


def _sides(found: Responses) -> list[NDArray[np.bool_]]:
    """The rows of each side, and those of neither."""
    sides = [found.side(side) for side in SIDES if side in found.codebook.groups]
    return [*sides, ~np.any(sides, axis=0)] if sides else [np.ones(len(found), dtype=bool)]


def _of_themselves(book: Codebook, variable: Variable) -> bool:
    return profile_of(book, variable) and variable.name != book.group
