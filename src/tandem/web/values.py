"""What pages show and hand out besides text: tables of cells that are already written for people."""

import csv
import io
import re
from dataclasses import dataclass

NAME = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
# What a spreadsheet would take for a formula, unless it is a number with its unit.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?( %| points?)?")


def slug(name: str) -> str:
    """The name itself if it can stand in an address and in an id; otherwise a ValueError."""
    if not NAME.fullmatch(name):
        raise ValueError(f"not a name of a table or chart (small letters, digits, - and _): {name!r}")
    return name


@dataclass(frozen=True)
class Table:
    """Rows of text cells, formatted already, under one caption.

    `name` is unique on its page: exports are asked for by it. `numeric` has one entry per column (set to the
    right) or is empty for none. `links` has one address or None per row, or is empty; it belongs to the
    row's first cell. `unit`, `n` and `as_of` are sentences or parts of them, "" where there is nothing to say.
    """

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = ()
    numeric: tuple[bool, ...] = ()
    unit: str = ""
    n: str = ""
    as_of: str = ""
    links: tuple[str | None, ...] = ()

    def __post_init__(self) -> None:
        slug(self.name)
        if not self.numeric:
            object.__setattr__(self, "numeric", (False,) * len(self.columns))
        if len(self.numeric) != len(self.columns):
            raise ValueError(f"{self.name}: {len(self.columns)} columns, {len(self.numeric)} in `numeric`")
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"{self.name}: a row has not {len(self.columns)} cells")
        if self.links and len(self.links) != len(self.rows):
            raise ValueError(f"{self.name}: {len(self.rows)} rows, {len(self.links)} links")

    @property
    def caption(self) -> str:
        """Unit, n and time in one line; "" where there is nothing to say."""
        return " · ".join(part for part in (self.unit, self.n, self.as_of) if part)

    def link(self, row: int) -> str | None:
        """Where the row's first cell leads, by the row's number from 0."""
        return self.links[row] if self.links else None

    def csv(self) -> bytes:
        """UTF-8 with a header line. What a spreadsheet would run as a formula gets an apostrophe in front."""
        text = io.StringIO()
        writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        writer.writerows([_harmless(cell) for cell in row] for row in (self.columns, *self.rows))
        return text.getvalue().encode(errors="replace")

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        return {
            "name": self.name,
            "title": self.title,
            "columns": list(self.columns),
            "rows": [list(row) for row in self.rows],
            "unit": self.unit,
            "n": self.n,
            "as_of": self.as_of,
        } | ({"links": list(self.links)} if self.links else {})


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.lstrip(" ").startswith(FORMULA) and not NUMBER.fullmatch(cell) else cell
