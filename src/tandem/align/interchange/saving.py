"""Responses -> an SPSS .sav file: what goes into it, and what it cannot hold."""

import math
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from tandem.align.codebook import CODED, Codebook, Kind, Variable
from tandem.align.interchange.problems import NOT_CARRIED
from tandem.align.interchange.sav import (
    MOST_LABEL,
    MOST_NAME,
    MOST_TEXT,
    MOST_VALUE_LABEL,
    NOMINAL,
    ORDINAL,
    SCALE,
    Written,
    WrittenSet,
    sav_bytes,
)
from tandem.align.responses import Responses
from tandem.kernel import Place, Problem

WEIGHT = "WEIGHT"
MOST_MISSING = 3
MOST_DECIMALS = 6


def write_sav(responses: Responses, path: Path, now: datetime, weighted: str = WEIGHT) -> tuple[Problem, ...]:
    """Write a .sav file weighted by a variable called `weighted`; returns what it cannot hold, as notices.

    MULTIPLE is one variable NAME__CODE (1 or 0) for each item and a multiple-response set NAME; RANK one
    variable NAME__CODE with the place for each item. Choices that are missing are user-missing values.
    """
    work = _Saving(path.name, responses)
    variables = [one for variable in responses.codebook.variables for one in work.variables(variable)]
    variables.append(Written(weighted, "Weight", responses.weight, decimals=MOST_DECIMALS, measure=SCALE))
    sets = [
        WrittenSet(variable.name, variable.label, variable.columns)
        for variable in responses.codebook.variables
        if variable.kind is Kind.MULTIPLE
    ]
    work.beside()
    path.write_bytes(sav_bytes(responses.codebook.title, variables, sets, weighted, now))
    return tuple(work.notices)


class _Saving:
    """One file; notices gather here."""

    def __init__(self, file: str, responses: Responses) -> None:
        self.file, self.responses = file, responses
        self.codebook: Codebook = responses.codebook
        self.notices: list[Problem] = []

    def variables(self, variable: Variable) -> list[Written]:
        """The variables of the file that one variable becomes."""
        for column in variable.columns:
            if len(column) > MOST_NAME:
                self.note(f"{column} is longer than the {MOST_NAME} characters that SPSS allows")
        labels = [variable.label, *(choice.label for choice in variable.choices)]
        if len(variable.label.encode()) > MOST_LABEL or any(
            len(label.encode()) > MOST_VALUE_LABEL for label in labels[1:]
        ):
            self.note(f"{variable.name}: labels are cut to {MOST_LABEL} bytes, of answers {MOST_VALUE_LABEL}")
        columns = [self.responses.columns[name] for name in variable.columns]
        if variable.kind in CODED or variable.kind is Kind.NUMERIC:
            return [self.number(variable)]
        if variable.kind is Kind.OPEN:
            return [self.text(variable)]
        if variable.missing:
            self.note(f"{variable.name}: the file does not say that {variable.missing[0]} is no answer")
        measure = ORDINAL if variable.kind is Kind.RANK else NOMINAL
        if variable.kind is Kind.RANK:
            self.note(
                f"{variable.name}: its question stands in the codebook only; the items carry their own labels"
            )
        return [
            Written(name, choice.label, column, measure=measure)
            for name, choice, column in zip(variable.columns, variable.choices, columns, strict=True)
        ]

    def number(self, variable: Variable) -> Written:
        missing, span = self.missing(variable)
        decimals = _decimals(self.responses.columns[variable.name].tolist())
        measures = {Kind.FIVE: ORDINAL, Kind.NUMERIC: SCALE}
        return Written(
            variable.name,
            variable.label,
            self.responses.columns[variable.name],
            decimals=decimals,
            measure=measures.get(variable.kind, NOMINAL),
            labels={float(choice.code): choice.label for choice in variable.choices},
            missing=missing,
            span=span,
        )

    def missing(self, variable: Variable) -> tuple[tuple[float, ...], tuple[float, float] | None]:
        """Up to three missing codes one by one; more as a range, if nothing that counts lies within."""
        codes = sorted(float(code) for code in variable.missing)
        if len(codes) <= MOST_MISSING:
            return tuple(codes), None
        within = [code for code in variable.valid if codes[0] <= code <= codes[-1]]
        if within or variable.kind is Kind.NUMERIC:
            kept = ", ".join(f"{code:g}" for code in codes[:MOST_MISSING])
            self.note(f"{variable.name} has {len(codes)} missing codes; SPSS takes three: {kept}")
            return tuple(codes[:MOST_MISSING]), None
        return (), (codes[0], codes[-1])

    def text(self, variable: Variable) -> Written:
        cells = self.responses.columns[variable.name]
        sizes = [len(cell.encode()) for cell in cells if cell is not None]
        if any(cell is not None and cell.rstrip(" ") != cell for cell in cells):
            self.note(f"{variable.name}: blanks at the end of texts are not kept")
        if sizes and max(sizes) > MOST_TEXT:
            self.note(f"{variable.name}: texts are cut to {MOST_TEXT:,} bytes")
        return Written(
            variable.name, variable.label, cells, width=max(1, min(MOST_TEXT, max(sizes, default=1)))
        )

    def beside(self) -> None:
        """Say what only the codebook holds."""
        told = [
            ("who tells the side", bool(self.codebook.group)),
            ("who was asked", any(one.asked_of for one in self.codebook.variables)),
            ("mirrors", any(one.mirror != "own" for one in self.codebook.variables)),
            ("questions of a matrix", any(one.question != one.name for one in self.codebook.variables)),
            ("blocks", any(one.block for one in self.codebook.variables)),
            ("fingerprints", any(one.fingerprint for one in self.codebook.variables)),
        ]
        left = [what for what, there in told if there]
        if left:
            self.note(f"only the codebook beside it says: {', '.join(left)}")

    def note(self, sentence: str) -> None:
        self.notices.append(NOT_CARRIED(sentence, place=Place(self.file)))


def _decimals(values: Sequence[float]) -> int:
    """How many decimal places are shown; the numbers themselves are kept whole."""
    return 0 if all(math.isnan(value) or value.is_integer() for value in values) else 2
