"""One file of the charter put back to what is in force, and that undone; what differs, line by line."""

from dataclasses import dataclass
from pathlib import Path

from tandem.charter import files
from tandem.charter.folder import expect, kept, one_writer, path_of, put, take_away
from tandem.charter.problems import NOT_FROM_A_FORM
from tandem.kernel import Place, Problem, Problems
from tandem.ledger import Ledger
from tandem.usecases import see_plan
from tandem.usecases.edit_charter import problems_of
from tandem.usecases.problems import NOT_APPLIED


@dataclass(frozen=True)
class Discarded:
    """What a file was: its text (None: there was none). `fingerprint` is what it has now (None: it is gone).

    `problems` are those of the charter as it stands now, for a file that others rely on may have been put back.
    """

    file: str
    text: str | None
    fingerprint: str | None
    problems: tuple[Problem, ...]


def discard(root: Path, ledger: Ledger, file: str) -> Discarded:
    """Put one definition file back to what is in force; a file that is not in force is deleted.

    Of two files that need each other the first one put back leaves problems, so problems do not stop it.
    Raises RUN-001 if no charter is in force, CHR-304 for what is no definition file or is in neither.
    """
    path_of(root, file)
    text = _in_force(ledger, file)
    with one_writer(root):
        now = kept(root, file)
        if now is None and text is None:
            sentence = f"there is no `{file}`, neither here nor in force"
            raise Problems(NOT_FROM_A_FORM(sentence, place=Place(file), fix="choose a file that was edited"))
        fingerprint = now.fingerprint if now else None
        if now is None or now.text != text:
            fingerprint = _written(root, file, text, fingerprint)
    return Discarded(file, now.text if now else None, fingerprint, problems_of(files(root)))


def restore(root: Path, file: str, text: str | None, expected: str | None) -> Discarded:
    """Undo: the file as it was before `discard`, if it is still as that left it (`expected`), else CHR-301.

    The text is taken as it is, with the problems that it may have had. It must come from `discard` and not
    from whoever asks. What is told is what the file was in between.
    """
    path_of(root, file)
    with one_writer(root):
        now = expect(root, file, expected)
        fingerprint = _written(root, file, text, expected)
    return Discarded(file, now.text if now else None, fingerprint, problems_of(files(root)))


def difference(root: Path, ledger: Ledger, file: str) -> tuple[str, ...]:
    """The file in force against the one in the folder, line by line, as the plan shows it; () if they are alike."""
    now = kept(root, file)
    return see_plan.difference(_in_force(ledger, file), now.text if now else None)


def _in_force(ledger: Ledger, file: str) -> str | None:
    applied = ledger.applied()
    if applied is None:
        raise Problems(NOT_APPLIED("no charter is in force yet, so there is nothing to put back"))
    return applied.files.get(file)


def _written(root: Path, file: str, text: str | None, fingerprint: str | None) -> str | None:
    if text is not None:
        return put(root, file, text, fingerprint)
    if fingerprint is not None:
        take_away(root, file, fingerprint)
    return None
