"""A survey file as read, before anybody has said what it means: fields of cells, and sets of fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tandem.align.codebook import Choice
from tandem.align.responses import Responses
from tandem.kernel import Place, Problem

Cell = float | str | None


@dataclass(frozen=True)
class Field:
    """One column of the file, a cell for each row; None is an empty one.

    `labels`: value -> label. `missing`: closed ranges of numbers that stand for no answer. `scale`: the file
    calls it a quantity. `at`: its place in a line, from 1 (cell of a CSV file, character of a fixed one).
    `order`: where it stands among all fields and sets of the file.
    """

    name: str
    label: str
    cells: Sequence[Cell]
    labels: Mapping[float | str, str] = field(default_factory=dict)
    missing: tuple[tuple[float, float], ...] = ()
    scale: bool = False
    at: int | None = None
    order: int = 0

    def is_missing(self, value: float) -> bool:
        """Whether the file says that this number is no answer."""
        return any(low <= value <= high for low, high in self.missing)


@dataclass(frozen=True)
class Many:
    """One question with several answers: item code -> 1.0 ticked, 0.0 not, None no answer, for each row."""

    name: str
    label: str
    choices: tuple[Choice, ...]
    ticks: Mapping[int, Sequence[float | None]]
    at: int | None = None
    order: int = 0


@dataclass(frozen=True)
class Sheet:
    """What stands in a file. `lines`: the line of each row, empty for a file without lines. `weight`: a field."""

    file: str
    title: str
    rows: int
    fields: tuple[Field, ...]
    many: tuple[Many, ...] = ()
    weight: str = ""
    lines: Sequence[int] = ()
    notices: tuple[Problem, ...] = ()

    def place(self, row: int, at: int | None) -> Place:
        """Where a cell stands; of a file without lines only the file."""
        return Place(self.file, self.lines[row], at) if self.lines else Place(self.file)


@dataclass(frozen=True)
class Imported:
    """A survey that was read, and what of the file it does not hold, as notices."""

    responses: Responses
    notices: tuple[Problem, ...] = ()
