"""What both demos need: a folder of their own, and lines of the table of truth."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from tandem.kernel import Place, Problems
from tandem.usecases.problems import FOLDER_TAKEN

MARK = ".tandem-demo"


@dataclass(frozen=True)
class Checked:
    """One line of the table of truth: what is known to be true, what the loop found, and whether that is good."""

    what: str
    truth: str
    found: str
    good: bool


def prepare_folder(folder: Path) -> None:
    """An empty folder for a demo; one that an earlier demo made is emptied, anything else is left alone."""
    if (folder / MARK).is_file():
        shutil.rmtree(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        sentence = f"`{folder}` has files in it that no demo made"
        raise Problems(FOLDER_TAKEN(sentence, place=Place(str(folder))))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).write_text("made by `tandem demo`; a new demo replaces this folder\n")


def write_demo_charter(folder: Path, texts: dict[str, str]) -> None:
    """Write the demo's charter into its prepared folder."""
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
