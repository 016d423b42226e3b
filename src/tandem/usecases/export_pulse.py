"""The answers of a closed pulse, row by row, for other tools: without invitations, for few roles, and noted.

Rows are how somebody could be found again, so this is refused where a side has fewer people than the smallest group,
and while the pulse is open: two exports would show who answered in between. What people wrote is left out unless asked
for.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from tandem.align.codebook import Codebook, Kind
from tandem.align.interchange import FORMATS, write_survey
from tandem.align.responses import Responses
from tandem.kernel import Problem, Problems, Refused
from tandem.kernel.values import Actor, WorkspaceRole
from tandem.ledger import Ledger
from tandem.usecases.auditing import by, note
from tandem.usecases.pulse_answers import responses
from tandem.usecases.run_pulse import SIDES, about
from tandem.usecases.survey_problems import FEW_ANSWERS, NO_RAW_ANSWERS, STILL_OPEN, UNKNOWN_SURVEY_FORMAT

EXPORTERS = (WorkspaceRole.ANALYST, WorkspaceRole.ADMIN)
PRIVATE = 0o600


@dataclass(frozen=True)
class ExportedPulse:
    """The files, how many rows they hold, the texts left out, and what the format cannot hold."""

    files: tuple[Path, ...]
    rows: int
    left_out: tuple[str, ...]
    notices: tuple[Problem, ...]

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        return {
            "files": [str(file) for file in self.files],
            "rows": self.rows,
            "left_out": list(self.left_out),
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
) -> ExportedPulse:
    """Write the completed answers of a closed pulse as csv, sav or triple-s, with their codebook, into a folder.

    Only analysts and admins may; files are readable by their owner only. Raises ALN-313 to ALN-316, LDG-121.
    """
    what = f"export {name} as {kind}"
    try:
        kept, left_out = _allowed(ledger, actor, name, kind, texts=texts)
    except Refused as refused:
        note(
            root,
            ledger,
            wall,
            by(actor, "export", what, "refused", detail={"code": refused.problems[0].code}),
        )
        raise
    files, notices = write_survey(kept, folder, name, kind, now)
    for file in files:
        file.chmod(PRIVATE)
    detail = {"rows": len(kept), "texts": texts}
    note(root, ledger, wall, by(actor, "export", what, "done", detail=detail))
    return ExportedPulse(tuple(files), len(kept), left_out, notices)


def _allowed(
    ledger: Ledger, actor: Actor, name: str, kind: str, *, texts: bool
) -> tuple[Responses, tuple[str, ...]]:
    """What may be written, and the texts left out. Raises Refused with the reason."""
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
    return (found, ()) if texts else _without_texts(found)


def _without_texts(found: Responses) -> tuple[Responses, tuple[str, ...]]:
    """The answers without what people wrote, and the names of what was left out."""
    book = found.codebook
    written = tuple(one.name for one in book.variables if one.kind is Kind.OPEN)
    variables = tuple(
        replace(one, about="" if one.about in written else one.about)
        for one in book.variables
        if one.name not in written
    )
    columns = {column: cells for column, cells in found.columns.items() if column not in written}
    return Responses(Codebook(book.name, book.title, variables, book.group), columns, found.weight), written
