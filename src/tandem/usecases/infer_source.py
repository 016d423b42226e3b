"""A contract proposed from the first rows of a source's files. Nothing lands; people judge what is proposed."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlglot import exp

from tandem.charter import files, load_files, load_project
from tandem.charter.definitions import FieldType, IdentityRules, KindRule, Normalise, Source
from tandem.charter.edit import reading
from tandem.charter.plain import Plain
from tandem.charter.references.sources import LAKE_COLUMNS
from tandem.charter.writing import written
from tandem.collect import parsing
from tandem.collect.finding import find_files, name_of
from tandem.collect.refusing import TROUBLES
from tandem.engine.catalogue import BASE
from tandem.engine.opened import Opened
from tandem.engine.sampling import Sampled, sample
from tandem.kernel import Place, Problem, Problems
from tandem.kernel.values import Actor, Destination, FieldRef, Label
from tandem.ledger import Ledger
from tandem.policy import Gap, Permit, Refusal, decide
from tandem.usecases.edit_charter import opened
from tandem.usecases.problems import NOT_APPLIED, OWN_FILE
from tandem.usecases.repair_quarantine import FOOTPRINT
from tandem.usecases.undo_discard import HOME

ROWS, EXAMPLES = 2_000, 5
MARKS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
PATTERNS = (
    "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%d/%m/%Y", "%d.%m.%Y", "%m/%d/%Y", "%Y/%m/%d",
)  # fmt: skip
"""Ways to write a time that are tried after ISO, day first before month first."""

MONEY = {
    "amount",
    "price",
    "total",
    "revenue",
    "cost",
    "spend",
    "spent",
    "fee",
    "tax",
    "discount",
    "paid",
    "sum",
}
SENSITIVE = {
    "birth",
    "birthday",
    "dob",
    "gender",
    "sex",
    "health",
    "religion",
    "iban",
    "salary",
    "income",
    "passport",
}
NAMED = {"name", "firstname", "lastname", "surname", "forename", "address", "street", "postcode", "zip"}
PHONES = {"phone", "mobile", "tel", "telephone", "cell", "msisdn"}
KEYS = {"id", "no", "number", "key", "ref", "uuid", "code"}
TIMES = {"at", "time", "timestamp", "date", "when", "on", "day", "created", "occurred", "sent"}
FLAGS = {"is", "has", "was", "can", "wants", "opt"}
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
PHONE = re.compile(r"\+?[0-9][0-9 ()/.-]{6,18}")


@dataclass(frozen=True)
class Files:
    """Where the files are, as the form says it. An empty delimiter: find out."""

    source: str
    path: str
    format: str
    delimiter: str = ""
    encoding: str = "utf-8"


@dataclass(frozen=True)
class Proposed:
    """One field that could be taken. `format`: how a time is written, "" for ISO; `why` says what it looks like."""

    path: str
    name: str
    type: FieldType
    format: str
    label: Label
    take: bool
    why: str


@dataclass(frozen=True)
class Proposal:
    """What the first rows of one file say. `found` files lie there; `torn` rows could not be read.

    `examples` are the values of the first rows in the order of `fields`; showing them is for `rows_hidden` to allow.
    """

    file: str
    found: int
    rows: int
    torn: int
    delimiter: str
    fields: tuple[Proposed, ...]
    identifiers: Mapping[str, str]
    time: str
    key: tuple[str, ...]
    record: bool
    examples: tuple[tuple[str | None, ...], ...]


@dataclass(frozen=True)
class _Column:
    """One column of the sample: its values that are there, and the types that all of them have."""

    path: str
    values: tuple[str, ...]
    fits: frozenset[FieldType]
    whole: bool

    @property
    def words(self) -> set[str]:
        return set(_slug(self.path).split("_"))

    @property
    def distinct(self) -> bool:
        """Whether every row has a value of its own."""
        return self.whole and len(set(self.values)) == len(self.values) > 0


def infer_source(root: Path, wanted: Files) -> Proposal:
    """Propose a contract. Raises Problems if the name or path is none, no file lies there, or it cannot be read."""
    paths = _paths(root, wanted)
    path = paths[-1]
    mark, found = _sampled(path, wanted)
    if isinstance(found, Opened) or not found.paths:
        name = name_of(path, root)
        trouble, detail = (
            (str(found.trouble), found.detail)
            if isinstance(found, Opened)
            else ("unreadable", f"none of its first {found.torn} lines is an object with fields")
        )
        raise Problems(TROUBLES[trouble](f"{name}: {detail}", place=Place(name)))
    columns = [_column(found, number) for number in range(len(found.paths))]
    identifiers = _identifiers(root, columns)
    times = {one.path: how for one in columns if (how := _time(one)) is not None}
    time = _event_time(columns, times)
    key = _key(columns, time)
    taken = {
        time: "says when it happened",
        **dict.fromkeys(identifiers.values(), "says whom it is about"),
    }
    names = _names([one.path for one in columns])
    fields = tuple(_proposed(one, names[one.path], times.get(one.path), taken) for one in columns)
    return Proposal(
        file=name_of(path, root),
        found=len(paths),
        rows=len(found.rows),
        torn=found.torn,
        delimiter=mark,
        fields=fields,
        identifiers=identifiers,
        time=time,
        key=key,
        record=not time or bool(key and set(key) <= set(identifiers.values())),
        examples=found.rows[:EXAMPLES],
    )


def rows_hidden(ledger: Ledger, actor: Actor, now: datetime) -> tuple[Problem, ...]:
    """Why the actor may not see rows as they come; () if policy allows it, as it does for what waits in quarantine."""
    applied = ledger.applied()
    if applied is None:
        return (NOT_APPLIED("no policy is in force yet that would let anybody see rows"),)
    charter = load_files(applied.files)
    footprint: frozenset[FieldRef] = FOOTPRINT
    match decide(actor, charter.purposes.counting, Destination.EXPLAIN, footprint, charter, BASE, now=now):
        case Permit():
            return ()
        case Refusal(reasons=reasons):
            return tuple(reasons)
        case Gap(missing=missing):
            return tuple(missing)


def kinds_of(root: Path) -> tuple[KindRule, ...]:
    """The kinds of identifiers that the files declare, strongest first."""
    draft = opened(root, "identity", "identity")
    return draft.definition.kinds if draft and isinstance(draft.definition, IdentityRules) else ()


# ── the file ─────────────────────────────────────────────────────────────────────────────────────


def _paths(root: Path, wanted: Files) -> list[Path]:
    """The files, judged by the charter's own rules of names and paths; never Tandem's own."""
    said: dict[str, Plain] = {
        "source": wanted.source,
        "files": {"path": wanted.path, "format": wanted.format, "encoding": wanted.encoding},
        "key": ["x"],
        "record": {"fields": {"x": {"type": "text"}}},
    }
    whole = reading(f"sources/{wanted.source}.yml", written(said))
    if not isinstance(whole.definition, Source):
        raise Problems(replace(one, place=None) for one in whole.problems)
    paths, problem = find_files(whole.definition, root)
    if problem is not None:
        raise Problems(replace(problem, place=None))
    project = load_project(root)
    own = [(root / one).resolve() for one in (HOME, project.lake, project.ledger) if "://" not in str(one)]
    for path in paths:
        real = path.resolve()
        if any(real.is_relative_to(one) or str(real).startswith(f"{one}-") for one in own):
            raise Problems(OWN_FILE(f"`{name_of(path, root)}` is Tandem's own", found=wanted.path))
    return paths


def _sampled(path: Path, wanted: Files) -> tuple[str, Sampled | Opened]:
    """The sample and the delimiter: the one that was given, or the one that gives most columns."""
    if wanted.format != "csv" or wanted.delimiter:
        mark = wanted.delimiter or ","
        return mark, sample(path, wanted.format, mark, wanted.encoding, _checks, ROWS)
    tried = {
        mark: sample(path, wanted.format, mark, wanted.encoding, lambda _: {}, EXAMPLES) for mark in MARKS
    }
    wide = {mark: len(one.paths) for mark, one in tried.items() if isinstance(one, Sampled)}
    mark = max(wide, key=lambda one: wide[one]) if wide else ","
    return mark, sample(path, wanted.format, mark, wanted.encoding, _checks, ROWS)


def _checks(text: exp.Column) -> Mapping[str, exp.Expr]:
    """Whether a value is of each type, as landing will judge it."""
    kinds = (one for one in FieldType if one is not FieldType.TEXT)
    return {
        str(kind): exp.not_(parsing.typed(text.copy(), kind, "iso", "UTC").is_(exp.null())) for kind in kinds
    }


def _column(found: Sampled, number: int) -> _Column:
    path = found.paths[number]
    values = tuple(row[number] for row in found.rows if row[number] is not None)
    fits = {FieldType(name) for name, held in found.held[path].items() if values and held == len(values)}
    return _Column(path, tuple(str(one) for one in values), frozenset(fits), len(values) == len(found.rows))


# ── what a column is ─────────────────────────────────────────────────────────────────────────────


def _proposed(
    column: _Column, name: str, time: tuple[FieldType, str] | None, taken: Mapping[str, str]
) -> Proposed:
    kind, written_as = time or (_type(column), "")
    label, why = _label(column)
    if not column.values:
        why = "no values in these rows"
    elif column.path in taken:
        why = taken[column.path]
    return Proposed(
        column.path, name, kind, written_as, label, column.path not in taken and bool(column.values), why
    )


def _type(column: _Column) -> FieldType:
    """The narrowest type that every value has. Digits that mean no quantity, such as 007 or +44…, stay text."""
    fits, words = column.fits, column.words
    codes = any(re.match(r"\+|-?0[0-9]", one) for one in column.values)
    if FieldType.BOOLEAN in fits and (FieldType.INTEGER not in fits or words & FLAGS):
        return FieldType.BOOLEAN
    if codes:
        return FieldType.TEXT
    if FieldType.MONEY in fits and words & MONEY:
        return FieldType.MONEY
    for kind in (FieldType.INTEGER, FieldType.NUMBER, FieldType.DATE, FieldType.TIMESTAMP):
        if kind in fits:
            return kind
    return FieldType.TEXT


def _time(column: _Column) -> tuple[FieldType, str] | None:
    """Date or timestamp and how it is written, "" for ISO; None if it is neither."""
    if FieldType.DATE in column.fits:
        return FieldType.DATE, ""
    if FieldType.TIMESTAMP in column.fits:
        return FieldType.TIMESTAMP, ""
    if FieldType.INTEGER in column.fits:
        lengths = {len(one) for one in column.values}
        epoch = {10: "epoch_s", 13: "epoch_ms"}.get(max(lengths)) if len(lengths) == 1 else None
        return (FieldType.TIMESTAMP, epoch) if epoch and column.words & TIMES else None
    for pattern in PATTERNS if column.values else ():
        if all(_written_as(one, pattern) for one in column.values):
            return (FieldType.TIMESTAMP if "%H" in pattern else FieldType.DATE), pattern
    return None


def _written_as(value: str, pattern: str) -> bool:
    try:
        datetime.strptime(value, pattern)
    except ValueError:
        return False
    return True


def _label(column: _Column) -> tuple[Label, str]:
    """Personal unless somebody says otherwise; sensitive where the name says so; and what it looks like."""
    if column.words & SENSITIVE:
        return Label.SENSITIVE, "its name says something sensitive"
    if _looks(column, EMAIL):
        return Label.PERSONAL, "looks like e-mail addresses"
    if column.words & PHONES or (column.words & {"number"} and _looks(column, PHONE)):
        return Label.PERSONAL, "looks like phone numbers"
    if column.words & NAMED:
        return Label.PERSONAL, "looks like names or addresses of people"
    return Label.PERSONAL, ""


def _looks(column: _Column, pattern: re.Pattern[str]) -> bool:
    """Whether nine of ten values are written so: junk is among real values."""
    held = sum(1 for one in column.values if pattern.fullmatch(one.strip()))
    return bool(column.values) and held * 10 >= len(column.values) * 9


# ── what the row is about ────────────────────────────────────────────────────────────────────────


def _identifiers(root: Path, columns: Sequence[_Column]) -> dict[str, str]:
    """Kind → column: by the values of e-mail and phone, by the kind's name, or as other sources read the kind."""
    known = _read_elsewhere(root)
    found: dict[str, str] = {}
    for rule in kinds_of(root):
        free = [one for one in columns if one.path not in found.values() and one.values]
        match = next((one for one in free if _is_of(one, rule, known.get(rule.kind, set()))), None)
        if match is not None:
            found[rule.kind] = match.path
    return found


def _is_of(column: _Column, rule: KindRule, elsewhere: set[str]) -> bool:
    match rule.normalise:
        case Normalise.EMAIL:
            return _looks(column, EMAIL)
        case Normalise.PHONE:
            return bool(column.words & PHONES) and _looks(column, PHONE)
        case Normalise.PLAIN:
            return _slug(column.path) in {_slug(rule.kind), *elsewhere}


def _read_elsewhere(root: Path) -> dict[str, set[str]]:
    """Kind → names of the columns that other sources read it from."""
    found: dict[str, set[str]] = {}
    for file, text in files(root).items():
        whole = reading(file, text).definition if file.startswith("sources/") else None
        for one in whole.identifiers if isinstance(whole, Source) else ():
            found.setdefault(one.kind, set()).add(_slug(one.field))
    return found


def _event_time(columns: Iterable[_Column], times: Mapping[str, tuple[FieldType, str]]) -> str:
    """The time that every row has: a timestamp before a date, one that is named so before others; "" if none."""
    whole = [one for one in columns if one.path in times and one.whole and not one.words & SENSITIVE]
    ranked = sorted(
        whole, key=lambda one: (times[one.path][0] is not FieldType.TIMESTAMP, not one.words & TIMES)
    )
    return ranked[0].path if ranked else ""


def _key(columns: Sequence[_Column], time: str) -> tuple[str, ...]:
    """A column that no two rows share and that is named like a key; () for the whole content."""
    named = [one for one in columns if one.distinct and one.path != time and one.words & KEYS]
    return (named[0].path,) if named else ()


def _names(paths: Sequence[str]) -> dict[str, str]:
    """Path → a name that the charter takes, each once."""
    found: dict[str, str] = {}
    for path in paths:
        short, full = _slug(path.rpartition(".")[2]), _slug(path)
        wish = short if short not in found.values() else full
        wish = f"row_{wish}" if wish in LAKE_COLUMNS else wish
        number, name = 2, wish
        while name in found.values():
            name, number = f"{wish[:56]}_{number}", number + 1
        found[path] = name
    return found


def _slug(path: str) -> str:
    """`firstName` and `First name` → first_name, in the letters that names may have."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", path)
    slug = re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")
    return (slug if slug[:1].isalpha() else f"field_{slug}".rstrip("_"))[:60]
