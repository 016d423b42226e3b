"""A codebook out of what a file says of itself: names, labels, sets and missing values of a .sav or Triple-S file."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from tandem.align.codebook import Choice, Codebook, Kind, Variable
from tandem.align.interchange.book import Book
from tandem.align.interchange.fitting import fit
from tandem.align.interchange.problems import KEPT_OUT
from tandem.align.interchange.sheet import Field, Imported, Many, Sheet
from tandem.kernel import Place, Problem

ITEM = re.compile(r"(.+)__(0|[1-9]\d{0,8})")


def by_account(sheet: Sheet, book: Book | None) -> Imported:
    """The answers of a sheet by a codebook, or by the file's own account of itself. Raises what `fit` raises."""
    notices: tuple[Problem, ...] = ()
    if book is None:
        book, notices = derive(sheet)
    read = fit(sheet, book.codebook, book.headers, sheet.weight)
    return Imported(read.responses, (*notices, *read.notices))


def derive(sheet: Sheet) -> tuple[Book, tuple[Problem, ...]]:
    """The codebook of a file by its own account, and what of it a codebook cannot say, as notices.

    A number with labels for all that occurs is SINGLE, one with few or none NUMERIC; text with labels is
    SINGLE, other text OPEN; sets are MULTIPLE; numbers NAME__1, NAME__2 ... that hold places are RANK. The
    field of the weights is no variable. Which side somebody is on is not in such a file.
    """
    work = _Deriving(sheet)
    for one in sheet.many:
        work.set_of(one)
    ranks = _ranks(sheet.fields)
    for field in sheet.fields:
        if field.name.casefold() == sheet.weight.casefold():
            continue
        match = ITEM.fullmatch(field.name)
        if match and match[1] in ranks:
            if ranks[match[1]][0] is field:
                work.rank(match[1], ranks[match[1]])
        else:
            work.field(field)
    variables = tuple(variable for _, variable in sorted(work.variables, key=lambda pair: pair[0]))
    codebook = Codebook(sheet.title or sheet.file, sheet.title, variables)
    return Book(codebook, work.headers, sheet.weight), tuple(work.notices)


class _Deriving:
    """One sheet; variables gather here."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.variables: list[tuple[int, Variable]] = []
        self.headers: dict[str, str] = {}
        self.notices: list[Problem] = []
        self.taken: set[str] = set()

    def set_of(self, one: Many) -> None:
        name = self.named(one.name)
        self.add(Variable(name, name, Kind.MULTIPLE, one.label or one.name, one.choices), one.order)
        self.headers[name] = one.name

    def rank(self, name: str, fields: Sequence[Field]) -> None:
        own = self.named(name)
        choices = tuple(Choice(int(field.name.rpartition("__")[2]), field.label) for field in fields)
        self.add(Variable(own, own, Kind.RANK, name, choices), fields[0].order)
        self.headers |= {
            f"{own}__{choice.code}": field.name for choice, field in zip(choices, fields, strict=True)
        }

    def field(self, field: Field) -> None:
        name = self.named(field.name)
        texts = any(isinstance(cell, str) for cell in field.cells)
        if texts or any(isinstance(value, str) for value in field.labels):
            kind, choices = (Kind.SINGLE, _of_texts(field)) if field.labels else (Kind.OPEN, ())
        else:
            kind, choices = self.number(field)
        self.add(Variable(name, name, kind, field.label or field.name, choices), field.order)
        self.headers[name] = field.name

    def number(self, field: Field) -> tuple[Kind, tuple[Choice, ...]]:
        """SINGLE if what occurs has labels, or the file calls it no quantity; else NUMERIC."""
        labels = {value: label for value, label in field.labels.items() if isinstance(value, float)}
        seen = {cell for cell in field.cells if isinstance(cell, float)}
        valid = {value for value in seen if not field.is_missing(value)}
        bare = valid - set(labels)
        whole = all(value.is_integer() for value in seen | set(labels))
        named = {value for value in labels if not field.is_missing(value)}
        if not named or not whole or (bare and field.scale):
            if named:
                self.note(
                    f"{field.name} is taken as a number; the labels of {len(named)} of its values are left out"
                )
            return Kind.NUMERIC, _missing(field, labels, seen)
        if bare:
            some = ", ".join(f"{value:g}" for value in sorted(bare)[:10])
            self.note(f"{field.name} has values without a label, which keep their number as label: {some}")
        values = sorted(named | bare)
        kept = tuple(Choice(int(value), labels.get(value, f"{value:g}")) for value in values)
        return Kind.SINGLE, (*kept, *_missing(field, labels, seen))

    def add(self, variable: Variable, order: int) -> None:
        self.variables.append((order, variable))

    def named(self, original: str) -> str:
        """A name that a variable may have, told apart from all others by a number at the end."""
        wanted = name_of(original)
        name, number = wanted, 2
        while name in self.taken:
            name, number = f"{wanted}_{number}", number + 1
        self.taken.add(name)
        return name

    def note(self, sentence: str) -> None:
        self.notices.append(KEPT_OUT(sentence, place=Place(self.sheet.file)))


def name_of(original: str) -> str:
    """Capitals, digits and single underscores; `V_` in front where no letter would be first."""
    plain = unicodedata.normalize("NFKD", original.upper()).encode("ascii", "ignore").decode()
    name = re.sub(r"[^A-Z0-9]+", "_", plain).strip("_")
    return name if re.match("[A-Z]", name) else f"V_{name}".rstrip("_")


def _missing(field: Field, labels: Mapping[float, str], seen: Iterable[float]) -> tuple[Choice, ...]:
    """The missing values that are whole numbers: declared one by one, labelled, or seen."""
    codes = {value for value in (*labels, *seen) if field.is_missing(value)}
    codes |= {low for low, high in field.missing if low == high}
    return tuple(
        Choice(int(value), labels.get(value, f"{value:g}"), missing=True)
        for value in sorted(codes)
        if value.is_integer()
    )


def _of_texts(field: Field) -> tuple[Choice, ...]:
    """The choices of a field of texts: its labels in order, then what occurs without one."""
    values = [str(value) for value in field.labels]
    values += sorted({str(cell) for cell in field.cells if isinstance(cell, str) and cell} - set(values))
    labels = {str(value): label for value, label in field.labels.items()}
    numbered = all(re.fullmatch(r"0|-?[1-9]\d{0,8}", value) for value in values)
    return tuple(
        Choice(int(value) if numbered else place, labels.get(value, value))
        for place, value in enumerate(values, start=1)
    )


def _ranks(fields: Sequence[Field]) -> dict[str, list[Field]]:
    """Name -> the fields NAME__CODE that hold places from 1 to their number, at least two of them."""
    groups: dict[str, list[Field]] = {}
    for field in fields:
        match = ITEM.fullmatch(field.name)
        if match and not field.labels and not field.missing:
            groups.setdefault(match[1], []).append(field)
    return {
        name: group
        for name, group in groups.items()
        if len(group) > 1 and all(_placed(field, len(group)) for field in group)
    }


def _placed(field: Field, items: int) -> bool:
    return set(field.cells) <= {None, *(float(place) for place in range(1, items + 1))}
