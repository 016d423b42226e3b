"""The folder of Tandem's own beside the charter. Git leaves it alone, whoever made the charter."""

from pathlib import Path

FOLDER = ".tandem"


def own_folder(root: Path) -> Path:
    """The folder, made at its first need; what git must never take along is never in it before git was told so."""
    folder = root / FOLDER
    folder.mkdir(exist_ok=True)
    ignore = folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")
    return folder
