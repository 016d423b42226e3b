"""The published two-sided survey figures (2010, 2012, 2014), each with its source and what to mind."""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from tandem.align.problems import BROKEN_FIGURE
from tandem.kernel import Place, Problem, Problems

FILE = "published.csv"
COLUMNS = ["wave", "source", "question_id", "question", "item", "group", "statistic", "value", "n", "note"]


class Group(StrEnum):
    """Who answered: marketing leaders, IT leaders, or both pooled by the number of people."""

    CMO = "CMO"
    CIO = "CIO"
    BOTH = "both"


class Statistic(StrEnum):
    """A percentage of the people asked, or a place in a list (1 is the top)."""

    PERCENT = "percent"
    RANK = "rank"


class Flag(StrEnum):
    """What to mind about a figure, as its note says."""

    APPROX = "approximate"
    LOWER_BOUND = "lower bound"
    DERIVED = "derived"
    CONFLICT = "conflict"
    BASE_AT_LEAST = "base is a lower bound"


SIGNS = (
    (Flag.APPROX, re.compile(r"\bAPPROX\b")),
    (Flag.LOWER_BOUND, re.compile(r"\bLOWER BOUND\b")),
    (Flag.DERIVED, re.compile(r"\bDERIVED\b|^derived\b")),
    (Flag.CONFLICT, re.compile(r"\bCONFLICT\b")),
    (Flag.BASE_AT_LEAST, re.compile(r"\bn is a lower bound\b")),
)


@dataclass(frozen=True)
class Published:
    """One published figure. `value`: percentage 0..100, or rank 1, 2 ...; `n` None: base not known."""

    wave: str
    source: str
    question_id: str
    question: str
    item: str
    group: Group
    statistic: Statistic
    value: float
    n: int | None
    note: str

    def __post_init__(self) -> None:
        for name in ("wave", "source", "question_id", "question", "item"):
            if not getattr(self, name).strip():
                raise ValueError(f"{name} is empty")
        if self.statistic is Statistic.PERCENT and not 0 <= self.value <= 100:
            raise ValueError(f"a percentage lies in 0..100, not {self.value}")
        if self.statistic is Statistic.RANK and not (self.value >= 1 and self.value == int(self.value)):
            raise ValueError(f"a rank is 1, 2, 3 ..., not {self.value}")
        if self.n is not None and self.n < 1:
            raise ValueError(f"a base is 1 or more, not {self.n}")

    @property
    def flags(self) -> frozenset[Flag]:
        """The flags that the note carries."""
        return frozenset(flag for flag, sign in SIGNS if sign.search(self.note))

    @property
    def rounding(self) -> float | None:
        """How far the true percentage may lie from `value`, in points each way; None if it has no such bound.

        0.5 as printed; 1 if derived from two printed figures; 5 if printed in words ("four in ten").
        """
        if self.statistic is Statistic.RANK or Flag.LOWER_BOUND in self.flags:
            return None
        if Flag.APPROX in self.flags:
            return 5.0
        return 1.0 if Flag.DERIVED in self.flags else 0.5

    def to_dict(self) -> dict[str, object]:
        """The figure as plain JSON values, with its flags; an unknown base is null."""
        return {name: getattr(self, name) for name in COLUMNS} | {
            "group": str(self.group),
            "statistic": str(self.statistic),
            "flags": sorted(str(flag) for flag in self.flags),
        }


@cache
def load() -> tuple[Published, ...]:
    """Every published figure that comes with Tandem, in the order of the file."""
    text = (files("tandem.align") / "data" / FILE).read_text(encoding="utf-8")
    return read(text.splitlines(keepends=True), FILE)


def waves() -> tuple[str, ...]:
    """The waves that have figures, oldest first."""
    return tuple(sorted({figure.wave for figure in load()}))


def read(lines: Iterable[str], file: str) -> tuple[Published, ...]:
    """Figures from CSV lines with the columns `COLUMNS`. Raises Problems with every line that is wrong."""
    table = csv.DictReader(lines)
    if table.fieldnames != COLUMNS:
        found = ", ".join(table.fieldnames or ()) or "nothing"
        expected = ", ".join(COLUMNS)
        raise Problems(
            BROKEN_FIGURE(
                "The columns are not those of a file of published figures.",
                place=Place(file, 1),
                found=found,
                expected=expected,
            )
        )
    figures: list[Published] = []
    problems: list[Problem] = []
    for row in table:
        try:
            figures.append(_figure(row))
        except (ValueError, TypeError, AttributeError) as error:
            problems.append(BROKEN_FIGURE(f"{error}.", place=Place(file, table.line_num)))
    if problems:
        raise Problems(problems)
    return tuple(figures)


def _figure(row: dict[str, str]) -> Published:
    if None in row or None in row.values():
        raise ValueError(f"{len(COLUMNS)} values are needed")
    return Published(
        wave=row["wave"],
        source=row["source"],
        question_id=row["question_id"],
        question=row["question"],
        item=row["item"],
        group=Group(row["group"]),
        statistic=Statistic(row["statistic"]),
        value=float(row["value"]),
        n=int(row["n"]) if row["n"] else None,
        note=row["note"],
    )
