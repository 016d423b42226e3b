"""What was taken out of the plan can be put back: the last few discarded files, kept beside the charter.

They lie in `.tandem/undone` of the project, which git leaves alone. What a file said is read from there alone:
whoever asks names an entry and never hands in a text.
"""

import json
import os
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tandem.charter.folder import kept
from tandem.kernel import Problems, digest60, iso, parse_instant
from tandem.ledger import Ledger
from tandem.usecases.discard_edit import Discarded, discard, restore
from tandem.usecases.problems import NOT_WRITABLE, UNKNOWN_THING

HOME = Path(".tandem")
FOLDER = HOME / "undone"
KEPT = 20


@dataclass(frozen=True)
class Undone:
    """A file whose edit was discarded, by whom and when (UTC), and that is still as discarding left it."""

    id: str
    file: str
    by: str
    at: datetime


def take_out(root: Path, ledger: Ledger, file: str, by: str, now: datetime) -> Discarded:
    """Discard the edit of one file and keep what it said. Raises Problems as `discard` does.

    What it said is kept before the file is changed, so that it cannot get lost between the two.
    """
    was = kept(root, file)
    number = f"{now:%Y%m%dT%H%M%S%f}-{digest60(file, was.fingerprint if was else ''):015x}"
    held: dict[str, object] = {"file": file, "text": was.text if was else None, "by": by, "at": iso(now)}
    _write(root, number, held)
    try:
        done = discard(root, ledger, file)
    except Problems:
        (root / FOLDER / f"{number}.json").unlink(missing_ok=True)
        raise
    _write(root, number, {**held, "text": done.text, "left": done.fingerprint})
    _forget_old(root)
    return done


def put_back(root: Path, number: str) -> Discarded:
    """The file as it was before it was discarded. Raises RUN-002 if that is not known, CHR-301 if it was changed."""
    held = _read(root, number)
    if held is None:
        raise Problems(
            UNKNOWN_THING(
                "nothing is kept under that number",
                found=number[:60],
                fix="Look at the plan: it lists what can be put back.",
            )
        )
    done = restore(root, str(held["file"]), held["text"], held.get("left"))  # type: ignore[arg-type]
    (root / FOLDER / f"{number}.json").unlink(missing_ok=True)
    return done


def undone(root: Path) -> list[Undone]:
    """What can be put back, newest first, each file once."""
    found: dict[str, Undone] = {}
    for path in sorted((root / FOLDER).glob("*.json"), reverse=True):
        held = _read(root, path.stem)
        if held is None or str(held["file"]) in found:
            continue
        file, here = str(held["file"]), kept(root, str(held["file"]))
        same = (here.fingerprint if here else None) == held.get("left")
        if same and (here.text if here else None) != held["text"]:
            at = parse_instant(str(held["at"]))
            found[file] = Undone(path.stem, file, str(held["by"]), at)
    return list(found.values())


def _write(root: Path, number: str, held: dict[str, object]) -> None:
    path = root / FOLDER / f"{number}.json"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        ignore = root / HOME / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")
        part = path.with_suffix(".part")
        with os.fdopen(
            os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
        ) as out:
            json.dump(held, out)
        part.replace(path)
    except OSError as error:
        sentence = f"`{FOLDER}` cannot be written, so nothing was discarded"
        raise Problems(NOT_WRITABLE(sentence, found=error.strerror or str(error))) from error


def _read(root: Path, number: str) -> dict[str, object] | None:
    if not re.fullmatch(r"[0-9T]{21,22}-[0-9a-f]{15}", number):
        return None
    try:
        held = json.loads((root / FOLDER / f"{number}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return held if isinstance(held, dict) and {"file", "text", "by", "at"} <= held.keys() else None


def _forget_old(root: Path) -> None:
    for path in sorted((root / FOLDER).glob("*.json"))[:-KEPT]:
        path.unlink(missing_ok=True)
