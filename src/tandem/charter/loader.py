"""The folder, or its texts kept in the ledger, as a Charter; or every problem that it has."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Annotated, TypeVar

from tandem.charter.binding import Binder
from tandem.charter.definitions.agenda import Agenda
from tandem.charter.definitions.audiences import Audience
from tandem.charter.definitions.base import Definition, Key
from tandem.charter.definitions.campaigns import Campaign
from tandem.charter.definitions.charter import Charter
from tandem.charter.definitions.identity import IdentityRules
from tandem.charter.definitions.instruments import Instrument
from tandem.charter.definitions.policies import Policy
from tandem.charter.definitions.project import Owners, Project
from tandem.charter.definitions.purposes import Purposes
from tandem.charter.definitions.sources import Source
from tandem.charter.definitions.traits import Trait
from tandem.charter.grammar import SPECIAL
from tandem.charter.nodes import read_yaml
from tandem.charter.problems import MISPLACED_FILE, MISSING_FILE, NO_CHARTER, OUTSIDE, SECRET, UNREADABLE
from tandem.charter.references import check_references
from tandem.charter.secrets import secrets_in
from tandem.charter.shape import SHAPES
from tandem.charter.toml import read_toml
from tandem.kernel import Place, Problem, Problems, nearest

D = TypeVar("D", bound=Definition)
PROJECT_FILE = "tandem.toml"
READ_FILES = 512
"""Files that are kept as they were read last, over all charters of this process."""


@dataclass(frozen=True, kw_only=True)
class TraitFile(Definition):
    """A file of traits/: one or more traits."""

    traits: Annotated[tuple[Trait, ...], Key("The traits.")]


SINGLE: Mapping[str, type[Definition]] = {
    "identity": IdentityRules,
    "purposes": Purposes,
    "agenda": Agenda,
}
OPTIONAL = ("agenda",)
FOLDERS: Mapping[str, type[Definition]] = {
    "sources": Source,
    "policies": Policy,
    "traits": TraitFile,
    "audiences": Audience,
    "campaigns": Campaign,
    "pulse": Instrument,
}
LATER = ("offers", "journeys")


@dataclass
class _Loading:
    """What has been read so far: definitions by part of the charter, and the parts that are not whole."""

    problems: list[Problem] = field(default_factory=list)
    found: dict[str, list[Definition]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)


def load(folder: Path) -> Charter:
    """The charter in a folder. Raises Problems with everything that is wrong, in order of file and line.

    A symbolic link is followed within the folder; one that leads out of it is refused unread, for what a page or a
    problem shows of a file would be shown of that one. So is a path of a source that leaves the folder by `..`.
    """
    problems: list[Problem] = []
    texts = _texts(folder, problems)
    charter = _loaded(texts, problems, [*secrets_in(texts)])
    return replace(charter, root=folder)


def load_project(folder: Path) -> Project:
    """Only the tandem.toml of a charter: where its lake and ledger are. Raises Problems with what is wrong in it."""
    loading = _Loading()
    text = _text(PROJECT_FILE, folder / PROJECT_FILE, loading.problems)
    if text is not None:
        _bind(PROJECT_FILE, text, loading)
    found = next((one for one in loading.found.get("tandem", ()) if isinstance(one, Project)), None)
    if loading.problems or found is None:
        raise Problems(_sorted(loading.problems, Owners()))
    return found


def load_files(texts: Mapping[str, str]) -> Charter:
    """The charter from texts by relative path, as `files` gives them. Raises Problems as `load` does."""
    return _loaded(texts, [])


def load_instrument(name: str, text: str) -> Instrument:
    """One instrument from its text alone, such as a pulse keeps it. Raises Problems with what is wrong in it.

    `name`: the path it had. What it refers to outside of itself is not looked at: that was done when it was applied.
    """
    loading = _Loading()
    _bind(name, text, loading)
    found = next((one for one in loading.found.get("pulse", ()) if isinstance(one, Instrument)), None)
    if loading.problems or found is None:
        raise Problems(_sorted(loading.problems, Owners()))
    return found


def files(folder: Path) -> dict[str, str]:
    """The texts of a charter's definition files by path relative to the folder, sorted.

    Test files (x.test.yml) and data are not among them. Raises Problems when a file cannot be read.
    """
    problems: list[Problem] = []
    texts = _texts(folder, problems)
    if problems:
        raise Problems(_sorted(problems, Owners()))
    return texts


def fingerprint(texts: Mapping[str, str]) -> str:
    """SHA-256 in hex over the sorted paths and texts: the same files give the same fingerprint anywhere."""
    digest = hashlib.sha256()
    for path in sorted(texts):
        for part in (path, texts[path]):
            data = part.encode()
            digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def find_root(start: Path) -> Path:
    """The nearest folder at or above `start` with a tandem.toml. Raises Problems naming all it looked at."""
    looked = [start, *start.parents]
    for folder in looked:
        if (folder / PROJECT_FILE).is_file():
            return folder
    raise Problems(_no_charter(looked))


def _no_charter(looked: list[Path]) -> Problem:
    shown = ", ".join(f"{folder / PROJECT_FILE} (absent)" for folder in looked)
    sentence = f"no charter here: a charter is a folder with a {PROJECT_FILE}"
    return NO_CHARTER(
        sentence, place=Place(str(looked[0])), found=f"looked at {shown}", expected=PROJECT_FILE
    )


# ── reading ──────────────────────────────────────────────────────────────────────────────────────


def _texts(folder: Path, problems: list[Problem]) -> dict[str, str]:
    if not (folder / PROJECT_FILE).is_file():
        raise Problems(_no_charter([folder]))
    paths = [folder / PROJECT_FILE, *(path for path in folder.glob("*.y*ml") if _is_yaml(path))]
    for part in sorted(one for one in folder.iterdir() if one.is_dir()):
        if part.name in FOLDERS or _misspelt(part.name):
            paths += [path for path in part.rglob("*.y*ml") if _is_yaml(path)]
    read = {path.relative_to(folder).as_posix(): path for path in paths}
    home = folder.resolve()
    inside = {name: path for name, path in read.items() if path.resolve().is_relative_to(home)}
    for name in sorted(set(read) - set(inside)):
        sentence = f"`{name}` is a link that leads out of the charter folder"
        problems.append(OUTSIDE(sentence, place=Place(name), fix="put a copy of the file there"))
    texts = {name: _text(name, path, problems) for name, path in sorted(inside.items())}
    return {name: text for name, text in texts.items() if text is not None}


def _is_yaml(path: Path) -> bool:
    return path.suffix in (".yml", ".yaml") and not path.stem.endswith(".test") and path.is_file()


def _misspelt(name: str) -> str | None:
    return None if name in LATER else nearest(name, FOLDERS)


def _text(name: str, path: Path, problems: list[Problem]) -> str | None:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        place = Place(name, error.object[: error.start].count(b"\n") + 1)
        found = f"byte 0x{error.object[error.start]:02x} at {error.start}"
        problems.append(UNREADABLE(f"`{name}` is not UTF-8 text", place=place, found=found, expected="UTF-8"))
    except OSError as error:
        found = error.strerror or type(error).__name__
        fix = "make the file readable for the user that runs tandem"
        problems.append(UNREADABLE(f"`{name}` cannot be read", place=Place(name), found=found, fix=fix))
    return None


# ── binding ──────────────────────────────────────────────────────────────────────────────────────


def _loaded(texts: Mapping[str, str], problems: list[Problem], secrets: Sequence[Problem] = ()) -> Charter:
    """`secrets` are told where the grammar has not found them itself."""
    loading = _Loading(problems=problems, broken={_part(one.place.file) for one in problems if one.place})
    for name in sorted(texts):
        _bind(name, texts[name], loading)
    for name in (PROJECT_FILE, *(f"{part}.yml" for part in SINGLE if part not in OPTIONAL)):
        if _part(name) not in loading.found and _part(name) not in loading.broken:
            loading.problems.append(MISSING_FILE(f"`{name}` is missing", place=Place(name)))
            loading.broken.add(_part(name))
    charter = _assembled(texts, loading)
    check = [*check_references(charter, frozenset(loading.broken))]
    told = {
        (one.place.file, one.place.line) for one in loading.problems if one.place and one.code == SECRET.code
    }
    check += [one for one in secrets if one.place and (one.place.file, one.place.line) not in told]
    if loading.problems or check:
        raise Problems(_sorted([*loading.problems, *check], charter.project.owners))
    return charter


def _part(name: str) -> str:
    """The part of the charter a file belongs to: `sources`, `identity`, `tandem` …"""
    path = PurePosixPath(name)
    return path.parts[0] if len(path.parts) > 1 else path.stem


def _bind(name: str, text: str, loading: _Loading) -> None:
    part = _part(name)
    if _kind(name) is None:
        if part not in LATER:
            loading.problems.append(_misplaced(name, part, alone="/" not in name))
        return
    bound, found, check_problems = _read(name, text)
    if bound is not None:
        loading.found.setdefault(part, []).append(bound)
    if found:
        loading.broken.add(part)
    loading.problems += [*found, *check_problems]


Bound = tuple[Definition | None, tuple[Problem, ...], tuple[Problem, ...]]
"""What a file says, if it can be read; the problems of reading it; and what checks of it alone say."""


@lru_cache(maxsize=READ_FILES)
def _read(name: str, text: str) -> Bound:
    """A file by itself. The same text under the same name is read once: a large survey takes half a second."""
    kind, found = _kind(name), list[Problem]()
    node = read_toml(name, text, found) if kind is Project else read_yaml(name, text, found)
    binder = Binder(found, SPECIAL, SHAPES)
    bound = binder.definition(kind, node) if kind is not None and node is not None else None
    return bound if isinstance(bound, Definition) else None, tuple(found), tuple(binder.check_problems)


def _kind(name: str) -> type[Definition] | None:
    return Project if name == PROJECT_FILE else (SINGLE if "/" not in name else FOLDERS).get(_part(name))


def _misplaced(name: str, part: str, *, alone: bool) -> Problem:
    options = (*(f"{one}.yml" for one in SINGLE), *(f"{one}/" for one in FOLDERS))
    found = f"{part}.yml" if alone else f"{part}/"
    return MISPLACED_FILE(f"`{name}` is not read", place=Place(name), found=found, alternatives=options)


def _assembled(texts: Mapping[str, str], loading: _Loading) -> Charter:
    """The charter of what could be bound; what is missing is empty, only for the checks that follow."""

    def several(part: str, kind: type[D]) -> tuple[D, ...]:
        return tuple(one for one in loading.found.get(part, []) if isinstance(one, kind))

    return Charter(
        project=next(iter(several("tandem", Project)), Project(name="")),
        identity=next(iter(several("identity", IdentityRules)), IdentityRules(kinds=())),
        purposes=next(iter(several("purposes", Purposes)), Purposes(purposes=(), counting="", measuring="")),
        sources=several("sources", Source),
        policies=several("policies", Policy),
        traits=tuple(trait for one in several("traits", TraitFile) for trait in one.traits),
        audiences=several("audiences", Audience),
        campaigns=several("campaigns", Campaign),
        pulse=several("pulse", Instrument),
        agenda=next(iter(several("agenda", Agenda)), None),
        files=dict(texts),
    )


def _sorted(problems: list[Problem], owners: Owners) -> list[Problem]:
    """In order of file and line, each with the function that owns the file if the code names no other."""
    ordered = sorted(problems, key=_standing)
    return [replace(one, who=_owner(one, owners)) for one in ordered]


def _standing(problem: Problem) -> tuple[str, int, int]:
    place = problem.place or Place("")
    return place.file, place.line or 0, place.column or 0


def _owner(problem: Problem, owners: Owners) -> str:
    part = _part(problem.place.file) if problem.place else ""
    owned = problem.code.startswith("CHR-1") or problem.code == "CHR-201"
    if owned and (part in FOLDERS or part in SINGLE):
        return str(getattr(owners, part))
    return problem.who
