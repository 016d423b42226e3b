"""Responses -> Triple-S 3.0: a definition in XML and the answers as CSV beside it."""

import csv
import html
import math
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from tandem.align.codebook import CODED, Kind, Variable
from tandem.align.interchange.csv import number, safe
from tandem.align.interchange.problems import NOT_CARRIED
from tandem.align.responses import Responses
from tandem.kernel import Place, Problem

WEIGHT = "WEIGHT"
MOST_BITS = 10_000


def write_triples(
    responses: Responses, path: Path, now: datetime, weighted: str = WEIGHT
) -> tuple[Problem, ...]:
    """Write `path` (.sss) and its answers (`answers_of`); returns what they cannot hold, as notices.

    MULTIPLE is a row of 1 and 0, the first for code 1; RANK one quantity NAME__CODE for each item. Choices that
    are missing are codes like all others.
    """
    work = _Writing(path, responses)
    for variable in responses.codebook.variables:
        work.add(variable)
    work.quantity(weighted, "Weight", responses.weight.tolist(), use="weight")
    work.beside()
    path.write_text(work.definition(now), encoding="utf-8")
    with answers_of(path).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(work.names)
        writer.writerows(zip(*work.columns, strict=True))
    return tuple(work.notices)


def answers_of(path: Path) -> Path:
    """The file of the answers to a definition; not NAME.csv, which a plain CSV export is called."""
    return path.with_name(f"{path.stem}-answers.csv")


class _Writing:
    """One survey; variables, columns and notices gather here."""

    def __init__(self, path: Path, responses: Responses) -> None:
        self.path, self.responses = path, responses
        self.names: list[str] = []
        self.columns: list[list[str]] = []
        self.parts: list[str] = []
        self.notices: list[Problem] = []

    def add(self, variable: Variable) -> None:
        """One variable of the codebook, in the way of its kind."""
        columns = [self.responses.columns[name].tolist() for name in variable.columns]
        if variable.kind in CODED:
            literal = ' format="literal"' if min(variable.codes) < 0 else ""
            cells = [number(value) for value in columns[0]]
            self.put(variable.name, f'type="single"{literal}', variable.label, _values(variable), cells)
        elif variable.kind is Kind.NUMERIC:
            self.quantity(variable.name, variable.label, columns[0], _values(variable, bare=True))
        elif variable.kind is Kind.OPEN:
            self.text(variable, columns[0])
        elif variable.kind is Kind.RANK:
            for name, choice, values in zip(variable.columns, variable.choices, columns, strict=True):
                self.quantity(name, choice.label, values)
            self.note(
                f"{variable.name}: its question stands in the codebook only; the items carry their own labels"
            )
        elif min(variable.codes) > 0 and max(variable.codes) <= MOST_BITS:
            self.put(
                variable.name, 'type="multiple"', variable.label, _values(variable), _bits(variable, columns)
            )
        else:
            self.note(
                f"{variable.name} has items that cannot stand in one row of 1 and 0: each is a logical variable"
            )
            for name, choice, values in zip(variable.columns, variable.choices, columns, strict=True):
                self.put(name, 'type="logical"', choice.label, "", [number(value) for value in values])
        if variable.missing:
            self.note(f"{variable.name}: the file does not say that {variable.missing[0]} is no answer")

    def text(self, variable: Variable, values: Sequence[str | None]) -> None:
        cells = [safe(value or "") for value in values]
        if any(cell != (value or "") for cell, value in zip(cells, values, strict=True)):
            self.note(
                f"{variable.name}: an apostrophe stands before texts that a spreadsheet would run as a formula"
            )
        size = f"<size>{max(1, *map(len, cells), 1)}</size>"
        self.put(variable.name, 'type="character"', variable.label, size, cells)

    def quantity(
        self, name: str, label: str, values: Sequence[float], values_part: str = "", use: str = ""
    ) -> None:
        known = [value for value in values if not math.isnan(value)]
        low, high = number(min(known, default=0.0)), number(max(known, default=0.0))
        range_ = f'<values><range from="{low}" to="{high}"/>{values_part}</values>'
        more = f' use="{use}"' if use else ""
        self.put(name, f'type="quantity"{more}', label, range_, [number(value) for value in values])

    def put(self, name: str, attributes: str, label: str, more: str, cells: list[str]) -> None:
        """One variable of the definition and its column."""
        self.names.append(name)
        self.columns.append(cells)
        place = len(self.names)
        self.parts.append(
            f'      <variable ident="{place}" {attributes}><name>{name}</name><label>{escaped(label)}</label>'
            f'<position start="{place}"/>{more}</variable>\n'
        )

    def definition(self, now: datetime) -> str:
        """The text of the .sss file."""
        codebook = self.responses.codebook
        data = html.escape(answers_of(self.path).name)
        return "".join(
            [
                '<?xml version="1.0" encoding="UTF-8"?>\n<sss version="3.0">\n',
                f"  <date>{now:%d %B %Y}</date>\n  <time>{now:%H:%M}</time>\n  <origin>Tandem</origin>\n  <survey>\n",
                f"    <name>{escaped(codebook.name)}</name>\n    <title>{escaped(codebook.title)}</title>\n",
                f'    <record ident="A" href="{data}" format="csv" skip="1">\n',
                *self.parts,
                "    </record>\n  </survey>\n</sss>\n",
            ]
        )

    def beside(self) -> None:
        """Say what only the codebook holds."""
        told = ("sides", "who was asked", "mirrors", "blocks", "fingerprints", "five-point scales as such")
        self.note(f"only the codebook beside it says: {', '.join(told)}")

    def note(self, sentence: str) -> None:
        self.notices.append(NOT_CARRIED(sentence, place=Place(self.path.name)))


def escaped(text: str) -> str:
    """Text for XML; characters that XML does not know are left out."""
    allowed = "".join(one for one in text if one in "\t\n\r" or (one >= " " and one not in "\ufffe\uffff"))
    return html.escape(allowed)


def _values(variable: Variable, *, bare: bool = False) -> str:
    values = "".join(
        f'<value code="{choice.code}">{escaped(choice.label)}</value>' for choice in variable.choices
    )
    return values if bare else f"<values>{values}</values>"


def _bits(variable: Variable, columns: Sequence[Sequence[float]]) -> list[str]:
    """The row of 1 and 0 of each respondent; empty where there is no answer."""
    cells = []
    for values in zip(*columns, strict=True):
        marks = ["0"] * max(variable.codes)
        for code, value in zip(variable.codes, values, strict=True):
            marks[code - 1] = "1" if value == 1.0 else "0"
        cells.append("" if math.isnan(values[0]) else "".join(marks))
    return cells
