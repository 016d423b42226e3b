"""The two demo charters, as they are packed with the program."""

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable

from tandem.charter import INSTRUMENT, instrument_text


def demo_charter() -> dict[str, str]:
    """The charter of Harbour & Pine: text per path, relative to the charter folder, in order of path.

    Its survey of marketing and IT is the one that comes with Tandem, unchanged.
    """
    return dict(sorted({**_charter("charter"), f"pulse/{INSTRUMENT}.yml": instrument_text()}.items()))


def complete_journey_charter() -> dict[str, str]:
    """The charter for the Complete Journey data: text per path, relative to the charter folder."""
    return _charter("charter_complete_journey")


def _charter(folder: str) -> dict[str, str]:
    return dict(sorted(_texts(files("tandem.demo").joinpath(folder), "")))


def _texts(folder: Traversable, path: str) -> Iterator[tuple[str, str]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _texts(entry, f"{path}{entry.name}/")
        else:
            yield f"{path}{entry.name}", entry.read_text(encoding="utf-8")
