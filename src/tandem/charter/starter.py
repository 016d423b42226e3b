"""What Tandem brings along: the charter that `tandem init` writes, and the survey that `tandem pulse init` writes."""

from importlib.resources import files
from importlib.resources.abc import Traversable

INSTRUMENT = "alignment"
"""Name of the survey that comes with Tandem."""
RENAMED = {"gitignore": ".gitignore"}


def init_files() -> dict[str, str]:
    """Texts by path relative to the new charter's folder, sorted by path."""
    found: dict[str, str] = {}
    _collect(files("tandem.charter") / "template", "", found)
    return dict(sorted(found.items()))


def instrument_text() -> str:
    """The alignment survey as a file of pulse/, with its comments."""
    return (files("tandem.charter") / "instruments" / f"{INSTRUMENT}.yml").read_text(encoding="utf-8")


def _collect(folder: Traversable, prefix: str, found: dict[str, str]) -> None:
    for entry in folder.iterdir():
        name = prefix + RENAMED.get(entry.name, entry.name)
        if entry.is_dir():
            _collect(entry, f"{name}/", found)
        else:
            found[name] = entry.read_text(encoding="utf-8")
