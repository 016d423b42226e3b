"""Surveys to and from other tools: CSV with a codebook, SPSS .sav, Triple-S. What a format cannot hold is told.

Answers: what a file says, as `Responses`; and the files that say what `Responses` hold.
Writes files where it is told to, never tables. Must never drop a cell, a label or a missing value without a word.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from tandem.align.interchange.book import ENDING, Book, read_book, write_book
from tandem.align.interchange.csv import decoded, read_csv, write_csv
from tandem.align.interchange.grouping import grouped
from tandem.align.interchange.problems import NO_CODEBOOK, UNKNOWN_FORMAT
from tandem.align.interchange.saving import write_sav
from tandem.align.interchange.sheet import Imported
from tandem.align.interchange.spss import read_sav
from tandem.align.interchange.triples import read_triples
from tandem.align.interchange.triples_writing import answers_of, write_triples
from tandem.align.responses import Responses
from tandem.kernel import Place, Problem, Problems

__all__ = [
    "FORMATS",
    "Book",
    "Imported",
    "book_beside",
    "grouped",
    "read_book",
    "read_survey",
    "write_book",
    "write_survey",
]

FORMATS: Mapping[str, str] = {"csv": ".csv", "sav": ".sav", "triple-s": ".sss"}
WEIGHT = "WEIGHT"


def read_survey(path: Path, book: Book | None = None, weight: str = "") -> Imported:
    """The answers of a file, by the ending of its name. Raises Problems for what cannot be read.

    Without a codebook a .sav or Triple-S file is read by its own account; a CSV file needs one. `weight` names the
    column of the weights, before what codebook or file say.
    """
    match path.suffix.lower():
        case ".csv" if book is None:
            expected = f"{path.stem}{ENDING}"
            raise Problems(
                NO_CODEBOOK(f"`{path.name}` has no codebook", place=Place(path.name), expected=expected)
            )
        case ".csv" if book is not None:
            return read_csv(path, replace(book, weight=weight or book.weight))
        case ".sav" | ".zsav":
            return read_sav(path, book, weight)
        case ".sss" | ".xml":
            return read_triples(path, book, weight)
        case ending:
            known = [*FORMATS.values(), ".zsav", ".xml"]
            raise Problems(
                UNKNOWN_FORMAT(
                    f"`{path.name}` is no known survey file", found=ending or path.name, alternatives=known
                )
            )


def book_beside(path: Path, named: Path | None = None) -> Book | None:
    """The codebook that is named, else NAME.codebook.yml beside the file, else none. Raises Problems if it is wrong."""
    found = named or path.with_name(f"{path.stem}{ENDING}")
    if named is None and not found.is_file():
        return None
    return read_book(found.name, decoded(found, "utf-8-sig"))


def write_survey(
    responses: Responses, folder: Path, name: str, kind: str, now: datetime
) -> tuple[list[Path], tuple[Problem, ...]]:
    """Write the answers in one of `FORMATS` and the codebook beside them; the files, and what they cannot hold.

    Reading the file with that codebook gives the same responses. The weights are a column of their own, always.
    """
    weighted, number = WEIGHT, 2
    while weighted in responses.codebook:
        weighted, number = f"{WEIGHT}_{number}", number + 1
    path = folder / f"{name}{FORMATS[kind]}"
    beside = folder / f"{name}{ENDING}"
    folder.mkdir(parents=True, exist_ok=True)
    if kind == "csv":
        notices = write_csv(responses, path, weighted)
    elif kind == "sav":
        notices = write_sav(responses, path, now, weighted)
    else:
        notices = write_triples(responses, path, now, weighted)
    beside.write_text(write_book(Book(responses.codebook, weight=weighted)), encoding="utf-8")
    written = [path, answers_of(path), beside] if kind == "triple-s" else [path, beside]
    return written, notices
