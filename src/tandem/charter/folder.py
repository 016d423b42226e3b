"""One file of the charter on disk: read with its fingerprint, written whole or not at all, one writer at a time."""

import fcntl
import hashlib
import os
import tempfile
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tandem.charter.edit import kind_of
from tandem.charter.loader import PROJECT_FILE
from tandem.charter.problems import NOT_FROM_A_FORM, NOT_SAVED, OUTSIDE, STALE, UNREADABLE
from tandem.kernel import Place, Problem, Problems

READ_AND_WRITE = 0o666


@dataclass(frozen=True)
class Kept:
    """A file as it lies on disk. `text` has line ends as `\\n`; `fingerprint` is SHA-256 in hex of its bytes."""

    text: str
    fingerprint: str
    crlf: bool = False
    marked: bool = False
    """Whether it begins with a byte order mark."""


def path_of(root: Path, file: str) -> Path:
    """Where a definition file is on disk, symbolic links followed.

    Raises Problems for what is no YAML file that the charter reads, and for what lies outside its folder.
    """
    path = PurePosixPath(file)
    honest = str(path) == file and not path.is_absolute() and not {"\\", "\0"} & set(file)
    hidden = any(part.startswith(".") for part in path.parts)
    is_yaml = path.suffix in (".yml", ".yaml") and not path.stem.endswith(".test")
    if not honest or hidden or not is_yaml or kind_of(file) is None:
        shown = file[:100].encode("unicode_escape").decode()
        sentence = f"`{shown}` is no definition file of the charter"
        raise Problems(NOT_FROM_A_FORM(sentence, found=shown, expected="a path such as audiences/vips.yml"))
    found = (root / file).resolve()
    if not found.is_relative_to(root.resolve()):
        raise Problems(OUTSIDE(f"`{file}` leads out of the charter folder", place=Place(file)))
    return found


def kept(root: Path, file: str) -> Kept | None:
    """What is in a file now; None if there is none. Raises Problems if it cannot be read as text."""
    try:
        data = path_of(root, file).read_bytes()
        text = data.removeprefix(BOM_UTF8).decode("utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        place = Place(file, error.object[: error.start].count(b"\n") + 1)
        raise Problems(UNREADABLE(f"`{file}` is not UTF-8 text", place=place, expected="UTF-8")) from None
    except OSError as error:
        found = error.strerror or type(error).__name__
        raise Problems(UNREADABLE(f"`{file}` cannot be read", place=Place(file), found=found)) from error
    read = text.replace("\r\n", "\n").replace("\r", "\n")
    crlf = "\r\n" in text and text.count("\r\n") == text.count("\n")
    return Kept(read, hashlib.sha256(data).hexdigest(), crlf, data.startswith(BOM_UTF8))


def expect(root: Path, file: str, fingerprint: str | None) -> Kept | None:
    """The file, if it is still the one of that fingerprint (None: still absent). Raises CHR-301 otherwise."""
    now = kept(root, file)
    if (now.fingerprint if now else None) == fingerprint:
        return now
    what = "is not there any more" if now is None else "was changed" if fingerprint else "was made"
    sentence = f"`{file}` {what} since you opened it"
    raise Problems(STALE(sentence, place=Place(file), found=now.fingerprint[:12] if now else "no file"))


def put(root: Path, file: str, text: str, fingerprint: str | None) -> str:
    """Replace the file of that fingerprint (None: make a new one), whole or not at all; its new fingerprint.

    Line ends, byte order mark and mode stay as they were; a new file has the mode of tandem.toml.
    """
    path = path_of(root, file)
    now = expect(root, file, fingerprint)
    said = text.replace("\n", "\r\n") if now and now.crlf else text
    try:
        data = (BOM_UTF8 if now and now.marked else b"") + said.encode()
    except UnicodeEncodeError as error:
        found = f"a character that is none: {error.object[error.start]!r}"
        raise Problems(UNREADABLE(f"`{file}` cannot be text", place=Place(file), found=found)) from None
    try:
        path.parent.mkdir(exist_ok=True)
        mode = (path if now else root / PROJECT_FILE).stat().st_mode & (0o777 if now else READ_AND_WRITE)
        _replace(path, data, mode, lambda: expect(root, file, fingerprint))
    except OSError as error:
        raise Problems(_not_saved(file, error)) from error
    return hashlib.sha256(data).hexdigest()


def take_away(root: Path, file: str, fingerprint: str) -> None:
    """Delete the file of that fingerprint."""
    path = path_of(root, file)
    expect(root, file, fingerprint)
    try:
        path.unlink()
    except OSError as error:
        raise Problems(_not_saved(file, error)) from error


@contextmanager
def one_writer(root: Path) -> Iterator[None]:
    """Nobody else who asks here writes into this charter meanwhile; waits for its turn.

    The folder itself is what is locked, so no file is left behind. An editor takes no lock: against that,
    fingerprints are compared once more right before a file is replaced.
    """
    try:
        handle = os.open(root, os.O_RDONLY)
    except OSError as error:
        raise Problems(_not_saved(".", error)) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _replace(path: Path, data: bytes, mode: int, still: Callable[[], object]) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{path.stem}.", suffix=".part", dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.chmod(mode)
        still()
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _not_saved(file: str, error: OSError) -> Problem:
    found = error.strerror or type(error).__name__
    return NOT_SAVED(f"`{file}` cannot be written", place=Place(file), found=found)
