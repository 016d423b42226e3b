"""Where statements wait for the next run: lines of JSON, one file a day, on disk before anybody is told yes."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from tandem.collect.statements import FOLDER
from tandem.engine.opened import fingerprint
from tandem.kernel import Place, Problems
from tandem.usecases.own_folder import own_folder
from tandem.usecases.problems import NOT_KEPT

NEWEST = 2
"""Files that are never removed: somebody may be writing the last lines of a day when the next has begun."""
LONGEST_LINE = 65_536


def keep(root: Path, lines: Sequence[Mapping[str, object]], now: datetime) -> None:
    """Append the statements, all in one write, and wait until they are on the disk. Raises RUN-061."""
    folder = root / FOLDER
    file = folder / f"{now:%Y-%m-%d}.ndjson"
    # A blank line first: what a crash left half written must not swallow the first of ours.
    text = "\n" + "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    try:
        own_folder(root)
        folder.mkdir(exist_ok=True, mode=0o700)
        new = not file.exists()
        _append(file, text.encode())
        if new:
            _sync(folder)
    except OSError as error:
        found = error.strerror or type(error).__name__
        raise Problems(
            NOT_KEPT("the statement could not be kept", place=Place(FOLDER), found=found)
        ) from error


def tidy(root: Path, taken: Mapping[str, str]) -> int:
    """Remove the files that were taken as they are (name → fingerprint) but for the newest; how many.

    What they say is in the lake by then, with its proof; their lines name people.
    """
    files = sorted((root / FOLDER).glob("*.ndjson"))[:-NEWEST]
    done = [one for one in files if taken.get(one.relative_to(root).as_posix()) == fingerprint(one)]
    for one in done:
        one.unlink()
    return len(done)


def sizes(root: Path) -> dict[str, int]:
    """How long each file is now (name → bytes): what comes after that is new."""
    return {file.name: file.stat().st_size for file in sorted((root / FOLDER).glob("*.ndjson"))}


def said_since(root: Path, before: Mapping[str, int]) -> Iterator[dict[str, object]]:
    """The statements that came after the files were that long, in the order in which they came."""
    for file in sorted((root / FOLDER).glob("*.ndjson")):
        start = before.get(file.name, 0)
        if file.stat().st_size <= start:
            continue
        with file.open("rb") as lines:
            # Somebody may have been writing when the length was taken: begin where that line began.
            back = max(0, start - LONGEST_LINE)
            lines.seek(back)
            lines.seek(back + lines.read(start - back).rfind(b"\n") + 1)
            for line in lines:
                try:
                    said = json.loads(line)
                except ValueError:
                    continue
                if isinstance(said, dict):
                    yield said


def _append(file: Path, data: bytes) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        if os.write(descriptor, data) != len(data):
            raise OSError("only a part could be written")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
