"""A new charter: small, complete, right as it is, and teaching by its comments."""

from pathlib import Path

from tandem.charter import init_files
from tandem.kernel import Place, Problems
from tandem.usecases.problems import FOLDER_TAKEN, NOT_WRITABLE


def init_charter(folder: Path) -> list[Path]:
    """Write the starting charter into a new or empty folder; the files written, sorted. Overwrites nothing."""
    return write_files(folder, init_files())


def write_files(folder: Path, texts: dict[str, str]) -> list[Path]:
    """Write texts by relative path into a new or empty folder. Raises RUN-003 if there are files in it, RUN-007."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Problems(FOLDER_TAKEN(f"`{folder}` is not an empty folder", place=Place(str(folder))))
    try:
        for name, text in texts.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        sentence = f"`{folder}` cannot be written: {error.strerror}"
        raise Problems(NOT_WRITABLE(sentence, place=Place(str(folder)))) from error
    return [folder / name for name in sorted(texts)]
