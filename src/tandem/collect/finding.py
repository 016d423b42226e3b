"""Which files a source has now, which of them are new or changed, and what each says of itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tandem.charter.definitions import Format, Source
from tandem.collect import problems
from tandem.engine.opened import Opened, fingerprint, look
from tandem.kernel import Place, Problem

ENDINGS = {Format.CSV: (".csv", ".csv.gz"), Format.NDJSON: (".ndjson", ".ndjson.gz", ".jsonl", ".jsonl.gz")}


@dataclass(frozen=True)
class Found:
    """One file: its name as the ledger, quarantine and loads know it, where it is, and its fingerprint."""

    name: str
    path: Path
    fingerprint: str


def find_files(source: Source, root: Path) -> tuple[list[Path], Problem | None]:
    """Files of the source in order of their names; of a folder those with the format's ending, at any depth.

    Names that begin with a dot or an underscore are left out: half-copied files and notes of other tools.
    """
    wanted = source.files.path
    whole = Path(wanted) if Path(wanted).is_absolute() else root / wanted
    if whole.is_dir():
        paths = [path for path in whole.rglob("*") if path.name.lower().endswith(_endings(source))]
    elif whole.is_file():
        paths = [whole]
    else:
        start, pattern = (Path(whole.anchor), str(whole.relative_to(whole.anchor)))
        paths = list(start.glob(pattern))
    # What is neither file nor folder stays: a link to nothing is told, not passed over.
    kept = sorted(path for path in paths if not path.is_dir() and path.name[0] not in "._")
    if kept:
        return kept, None
    place = source.files.at("path")
    return [], problems.NO_FILES(
        f"source `{source.source}`: no file lies at {wanted}", place=place, found=str(whole)
    )


def examine(paths: list[Path], root: Path) -> tuple[list[Found], list[tuple[str, str]]]:
    """Fingerprints of the files, and (name, reason) of those that cannot be opened."""
    found: list[Found] = []
    failed: list[tuple[str, str]] = []
    for path in paths:
        name = name_of(path, root)
        try:
            found.append(Found(name, path, fingerprint(path)))
        except OSError as error:
            failed.append((name, error.strerror or str(error)))
    return found, failed


def new_files(found: list[Found], taken: Mapping[str, str]) -> list[Found]:
    """Files never taken, or taken with another content."""
    return [file for file in found if taken.get(file.name) != file.fingerprint]


def twins(new: list[Found], found: list[Found], taken: Mapping[str, str]) -> list[Problem]:
    """A note for each new file whose very content was taken under another name."""
    first: dict[str, str] = {content: name for name, content in sorted(taken.items(), reverse=True)}
    notes: list[Problem] = []
    for file in new:
        other = first.setdefault(file.fingerprint, file.name)
        if other != file.name:
            sentence = f"{file.name} has the same content as {other}; its rows are duplicates"
            notes.append(problems.SAME_CONTENT(sentence, place=Place(file.name), found=other))
    return notes


def opened(file: Found, source: Source) -> Opened:
    """What the file says of itself under this contract."""
    spec = source.files
    return look(file.path, spec.format.value, spec.delimiter, spec.encoding)


def name_of(path: Path, root: Path) -> str:
    """Path relative to the charter, or absolute if it lies elsewhere; always with forward slashes."""
    try:
        return path.relative_to(root).as_posix()
    except ValueError:
        return path.as_posix()


def _endings(source: Source) -> tuple[str, ...]:
    return ENDINGS.get(source.files.format, (".parquet", ".pq"))
