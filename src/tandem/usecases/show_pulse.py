"""The surveys of a charter: which there are, what one asks of whom, and the one that comes with Tandem written down."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from tandem.align.codebook import Codebook
from tandem.align.instrument import choices_of, codebook_of, form_of, links, minutes, questionnaire
from tandem.align.problems import INSTRUMENT_TAKEN
from tandem.align.surveyjs import survey_js
from tandem.charter import INSTRUMENT, Charter, instrument_text, load
from tandem.charter.definitions import Function, Instrument, Question, QuestionType
from tandem.charter.folder import kept, one_writer, put
from tandem.charter.problems import BAD_NAME
from tandem.kernel import Place, Problems

PLACE = re.compile(rf"(?m)^instrument: {INSTRUMENT}$")


@dataclass(frozen=True)
class Listed:
    """One survey of the charter. `minutes` by form, the whole under ""; `held`: answers held against published ones."""

    name: str
    title: str
    file: str
    questions: int
    variables: int
    held: int
    minutes: Mapping[str, int]
    anonymous: bool
    smallest_group: int

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Sheet:
    """A survey as it is asked: the questions of a form and side in order, and the codebook of all of it."""

    instrument: Instrument
    form: str
    side: Function | None
    questions: tuple[Question, ...]
    codebook: Codebook
    minutes: Mapping[Function, float]

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        return {
            "instrument": self.instrument.name,
            "title": self.instrument.title,
            "intro": self.instrument.intro.strip(),
            "form": self.form,
            "side": self.side and str(self.side),
            "anonymous": self.instrument.anonymous,
            "smallest_group": self.instrument.smallest_group,
            "estimated_minutes": {str(side): round(length, 1) for side, length in self.minutes.items()},
            "questions": [self._question(one) for one in self.questions],
        }

    def _question(self, one: Question) -> dict[str, object]:
        rows = {f"{one.question}_{row.row}": row for row in one.rows}
        return {
            "question": one.question,
            "type": str(one.type),
            "block": one.block,
            "text": one.text,
            "help": one.help,
            "required": one.required,
            "asked_of": [str(side) for side in one.of],
            "mirror": str(one.mirror),
            "about": one.about or "",
            "when": [
                {"question": part.question, "is": list(part.codes), "not": list(part.but)}
                for part in one.when
            ],
            "choices": [asdict(choice) for choice in choices_of(one)],
            "variables": [
                {
                    "name": variable.name,
                    "label": rows[variable.name].label if rows else one.text,
                    "asked_of": list(variable.asked_of),
                    "fingerprint": variable.fingerprint,
                }
                for variable in self.codebook.question(one.question)
                if not rows or variable.name in rows
            ],
            **_details(one),
        }


def list_instruments(charter: Charter) -> tuple[Listed, ...]:
    """The surveys of a charter by name."""
    return tuple(_listed(one) for one in sorted(charter.pulse, key=lambda one: one.name))


def sheet_of(charter: Charter, name: str, form: str = "", side: Function | None = None) -> Sheet:
    """A survey as it is asked. Raises Problems for an unknown name or form. Without a side: every question."""
    one = charter.instrument(name)
    form_of(one, form)
    length = {each: minutes(one, form, each) for each in Function if side in (None, each)}
    return Sheet(one, form, side, questionnaire(one, side, form), codebook_of(one), length)


def form_model(charter: Charter, name: str, form: str = "") -> dict[str, object]:
    """A survey as a SurveyJS form. Raises Problems for an unknown name or form."""
    return survey_js(charter.instrument(name), form)


def init_pulse(root: Path, name: str = INSTRUMENT) -> str:
    """Write the survey that comes with Tandem into pulse/NAME.yml; the path in the charter. Overwrites nothing.

    Raises Problems for a name that is none (CHR-114), that is taken (ALN-110), or a charter that cannot be read.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,59}", name):
        raise Problems(BAD_NAME(f"`{name[:60]}` cannot be the name of an instrument", found=name[:60]))
    file = f"pulse/{name}.yml"
    with one_writer(root):
        taken = next((one for one in load(root).pulse if one.name == name), None)
        if taken is not None or kept(root, file) is not None:
            place = taken.at("name") if taken else Place(file)
            raise Problems(
                INSTRUMENT_TAKEN(f"there is an instrument `{name}` already", place=place, found=name)
            )
        put(root, file, PLACE.sub(f"instrument: {name}", instrument_text(), count=1), None)
    return file


def _listed(one: Instrument) -> Listed:
    return Listed(
        name=one.name,
        title=one.title,
        file=one.place.file,
        questions=len(one.questions),
        variables=len(codebook_of(one).variables),
        held=len({link.variable for link in links(one)}),
        minutes={"": one.minutes, **{form.form: form.minutes for form in one.forms}},
        anonymous=one.anonymous,
        smallest_group=one.smallest_group,
    )


def _details(one: Question) -> dict[str, object]:
    """What only some types have."""
    match one.type:
        case QuestionType.NUMERIC:
            return {"at_least": one.at_least, "at_most": one.at_most, "unit": one.unit}
        case QuestionType.MULTIPLE:
            return {"at_most": one.at_most}
        case QuestionType.RANK:
            return {"top": one.top, "chosen_in": one.chosen_in or ""}
        case _:
            return {}
