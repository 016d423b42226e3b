"""The charter that `tandem init` writes: small, complete, right as it is, and teaching by its comments."""

from importlib.resources import files
from importlib.resources.abc import Traversable

RENAMED = {"gitignore": ".gitignore"}


def init_files() -> dict[str, str]:
    """Texts by path relative to the new charter's folder, sorted by path."""
    found: dict[str, str] = {}
    _collect(files("tandem.charter") / "template", "", found)
    return dict(sorted(found.items()))


def _collect(folder: Traversable, prefix: str, found: dict[str, str]) -> None:
    for entry in folder.iterdir():
        name = prefix + RENAMED.get(entry.name, entry.name)
        if entry.is_dir():
            _collect(entry, f"{name}/", found)
        else:
            found[name] = entry.read_text(encoding="utf-8")
