"""Answers of a survey that ran elsewhere become a closed pulse: read whole, told apart by side, kept at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import numpy as np

from tandem.align.codebook import Codebook, Kind
from tandem.align.companies import KEY
from tandem.align.instrument import codebook_of
from tandem.align.interchange import Book, book_beside, grouped, read_survey, write_book
from tandem.align.names import SIDES
from tandem.align.responses import Responses, to_answers
from tandem.kernel import Problem, Problems
from tandem.kernel.values import Actor
from tandem.ledger import Answer, AnswerState, Ledger, Pulse
from tandem.usecases.auditing import by, note
from tandem.usecases.imported_pulse import FROM_A_FILE, WEIGHT
from tandem.usecases.pulse_links import pair_hash
from tandem.usecases.pulse_problems import BAD_PULSE, NO_INSTRUMENT
from tandem.usecases.pulse_rights import needs_fielder
from tandem.usecases.run_pulse import NAME, TAKEN, WHOLE, charter_in_force, fingerprint_of
from tandem.usecases.survey_problems import NO_SIDES

NO_SIDE = "of neither side"
"""Why an answer is kept but never counted."""


@dataclass(frozen=True)
class Telling:
    """How to read the file: its codebook, which variable tells the side and by which answers, and the weight."""

    codebook: Path | None = None
    instrument: str = ""
    group: str = ""
    names: Mapping[str, str] | None = None
    weight: str = ""


@dataclass(frozen=True)
class ImportedPulse:
    """What was brought in. `neither`: rows that no side is told for; they are kept, and in no figure."""

    pulse: Pulse
    rows: Mapping[str, int]
    neither: int
    variables: int
    weighted: bool
    notices: tuple[Problem, ...]

    def to_dict(self) -> dict[str, object]:
        """For JSON, without the codebook's text."""
        told = {name: value for name, value in vars(self.pulse).items() if name != "definition"}
        return {
            **vars(self),
            "pulse": told,
            "rows": dict(self.rows),
            "notices": [one.to_dict() for one in self.notices],
        }


def import_pulse(
    root: Path,
    ledger: Ledger,
    actor: Actor,
    name: str,
    file: Path,
    telling: Telling,
    now: datetime,
    wall: datetime,
) -> ImportedPulse:
    """Keep the answers of a file as a closed pulse. Nothing is kept unless every cell of it fits.

    Raises ALN-3xx for the file or its codebook, ALN-200, ALN-201, ALN-207, LDG-120.
    """
    needs_fielder(root, ledger, actor, f"import {name[:40]}", wall)
    if not NAME.fullmatch(name) or name in TAKEN:
        raise Problems(BAD_PULSE("a pulse needs a name in small letters, digits and _", found=name[:60]))
    book, text = _asked(ledger, telling)
    if book is None:
        book = book_beside(file, telling.codebook)
    read = read_survey(file, book, telling.weight)
    told = read.responses
    if telling.group:
        told = grouped(told, telling.group, telling.names or {})
    sides = _sides(told)
    definition = text or write_book(Book(told.codebook))
    held = Pulse(
        name=name,
        instrument=telling.instrument or FROM_A_FILE,
        definition=definition,
        fingerprint=fingerprint_of(definition),
        form=WHOLE,
        anonymous=True,
        opened_by=actor.name,
        opened_at=now,
        closes_at=now,
        closed_at=now,
        closed_by=actor.name,
    )
    ledger.open_pulse(held, _answers(root, name, told, sides, now.date()))
    rows = {side: sides.count(side) for side in SIDES}
    detail = {"file": file.name, "rows": len(told), **rows}
    note(root, ledger, wall, by(actor, "pulse", f"import {name}", "done", detail=detail))
    return ImportedPulse(
        held,
        rows,
        len(sides) - sum(rows.values()),
        len(told.codebook.variables),
        bool((told.weight != 1.0).any()),
        read.notices,
    )


def _asked(ledger: Ledger, telling: Telling) -> tuple[Book | None, str]:
    """The codebook and the text of an instrument of the charter in force, if one is named."""
    if not telling.instrument:
        return None, ""
    charter = charter_in_force(ledger)
    declared = next((one for one in charter.pulse if one.name == telling.instrument), None)
    if declared is None or declared.place is None:
        known = [one.name for one in charter.pulse]
        sentence = "the charter in force has no such instrument"
        raise Problems(NO_INSTRUMENT(sentence, found=telling.instrument, alternatives=known))
    return Book(codebook_of(declared)), charter.files[declared.place.file]


def _sides(responses: Responses) -> list[str]:
    """The side of each row, "" for neither. Raises ALN-312 if the file does not tell both."""
    codebook = responses.codebook
    known = [side for side in SIDES if side in codebook.groups]
    if len(known) < len(SIDES):
        raise Problems(NO_SIDES(_no_sides(codebook), found=codebook.group or None, alternatives=SIDES))
    sides = np.full(len(responses), "", dtype=object)
    for side in known:
        sides[responses.side(side)] = side
    found: list[str] = sides.tolist()
    without = [side for side in SIDES if side not in found]
    if without:
        sentence = f"no row is of {' or of '.join(without)}, and one side alone can be held against nothing"
        raise Problems(NO_SIDES(sentence, found=codebook.group, alternatives=SIDES))
    return found


def _no_sides(codebook: Codebook) -> str:
    if not codebook.group:
        return "nothing tells which row speaks for marketing and which for IT"
    labels = ", ".join(codebook.groups)
    return f"{codebook.group} tells groups, but not both marketing and it: {labels}"


def _answers(root: Path, name: str, told: Responses, sides: list[str], day: date) -> list[Answer]:
    weights = told.weight.tolist()
    hashed = KEY in told.codebook and told.codebook[KEY].kind is Kind.OPEN
    rows = []
    for side, answers, weight in zip(sides, to_answers(told), weights, strict=True):
        state = AnswerState.COMPLETE if side else AnswerState.SCREENED_OUT
        kept = answers if weight == 1.0 else {**answers, WEIGHT: weight}
        typed = answers.get(KEY)
        if hashed and isinstance(typed, str) and typed.strip():
            kept = {**kept, KEY: pair_hash(root, name, typed)}
        rows.append(Answer("", name, side, state, kept, reason=None if side else NO_SIDE, day=day))
    return rows
