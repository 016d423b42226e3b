"""tandem pulse init, list, show: the survey as a file, before anybody is asked."""

from enum import StrEnum
from itertools import groupby
from typing import Annotated

import typer

from tandem.align.codebook import Choice
from tandem.align.instrument import choices_of
from tandem.charter import INSTRUMENT, find_root, load
from tandem.charter.definitions import Function, Question, QuestionType
from tandem.cli import output
from tandem.cli.app import Json, answering, asked
from tandem.cli.pulse import pulse
from tandem.kernel import numbers
from tandem.usecases.show_pulse import Sheet, form_model, init_pulse, list_instruments, sheet_of


class Format(StrEnum):
    """How a survey is printed."""

    TEXT = "text"
    SURVEYJS = "surveyjs"


@pulse.command("init")
@answering
def init_(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="[NAME]", help="Name of the new file: pulse/NAME.yml.")
    ] = INSTRUMENT,
    json_: Json = False,
) -> None:
    """Write the alignment survey that comes with Tandem into the charter, to be used or changed."""
    root = find_root(asked(context).charter)
    file = init_pulse(root, name)
    if json_:
        output.as_json({"instrument": name, "file": file})
        return
    output.good(file)
    output.say(f"\nNext: `tandem pulse show {name} --form short`, change what you like, then `tandem apply`.")


@pulse.command("list")
@answering
def list_(context: typer.Context, json_: Json = False) -> None:
    """List the surveys of the charter: how much they ask, how long it takes, what they promise."""
    found = list_instruments(load(find_root(asked(context).charter)))
    if json_:
        output.as_json({"instruments": [one.to_dict() for one in found]})
        return
    if not found:
        output.say("The charter has no survey. `tandem pulse init` writes the one that comes with Tandem.")
        return
    rows = [
        [
            one.name,
            one.title,
            one.questions,
            one.variables,
            ", ".join(f"{form or 'whole'} {minutes}" for form, minutes in one.minutes.items()),
            "yes" if one.anonymous else "no",
            one.smallest_group,
        ]
        for one in found
    ]
    columns = ["instrument", "title", "questions", "variables", "minutes", "anonymous", "smallest group"]
    output.table(columns, rows)


@pulse.command("show")
@answering
def show_(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name of the instrument, such as alignment.")] = INSTRUMENT,
    form: Annotated[
        str, typer.Option("--form", help="A form of it, such as short. Default: all of it.")
    ] = "",
    side: Annotated[
        Function | None, typer.Option("--side", help="As this side is asked. Default: every question.")
    ] = None,
    format_: Annotated[
        Format, typer.Option("--format", help="text, or surveyjs: the form as JSON for SurveyJS.")
    ] = Format.TEXT,
    json_: Json = False,
) -> None:
    """Print a survey as it is asked: every question with its answers, filters and estimated time."""
    charter = load(find_root(asked(context).charter))
    if format_ is Format.SURVEYJS:
        output.as_json(form_model(charter, name, form))
        return
    sheet = sheet_of(charter, name, form, side)
    if json_:
        output.as_json(sheet.to_dict())
        return
    _print(sheet)


def _print(sheet: Sheet) -> None:
    one = sheet.instrument
    output.say(one.title)
    output.say(one.intro.strip())
    lengths = ", ".join(f"{one.groups[side]} {length:.0f}" for side, length in sheet.minutes.items())
    promise = "anonymous" if one.anonymous else "with names"
    output.say(
        f"{numbers.plural(len(sheet.questions), 'question')}; estimated minutes: {lengths}; {promise}; "
        f"no figure of fewer than {one.smallest_group} people"
    )
    for block, questions in groupby(sheet.questions, key=lambda question: question.block):
        output.heading(one.blocks[block])
        for question in questions:
            _question(question, sheet)


def _question(question: Question, sheet: Sheet) -> None:
    output.say()
    output.say(f"{question.question}  {question.text}")
    notes = [_how(question), *_notes(question, sheet)]
    output.say("    " + "; ".join(note for note in notes if note))
    if question.help:
        output.say(f"    {question.help.strip()}")
    for row in question.rows:
        of = f"   (only {sheet.instrument.groups[row.of[0]]})" if len(row.of) == 1 and not sheet.side else ""
        output.say(f"    {row.row:<14} {row.label}{of}")
    if question.type is QuestionType.MATRIX:
        output.say("    " + " · ".join(_choice(choice) for choice in choices_of(question)))
    elif not question.chosen_in:
        for choice in choices_of(question):
            output.say(f"    {_choice(choice)}")


def _choice(choice: Choice) -> str:
    return f"{choice.code}" if choice.label == str(choice.code) else f"{choice.code} {choice.label}"


def _how(question: Question) -> str:
    match question.type:
        case QuestionType.MULTIPLE:
            return "multiple" if question.at_most is None else f"multiple, at most {question.at_most}"
        case QuestionType.RANK:
            ranked = f"rank of what was chosen in {question.chosen_in}" if question.chosen_in else "rank"
            return ranked if question.top is None else f"{ranked}, {question.top} places"
        case QuestionType.NUMERIC:
            bounds = [str(part) for part in (question.at_least, question.at_most) if part is not None]
            return " ".join(part for part in ("numeric", " to ".join(bounds), question.unit) if part)
        case _:
            return str(question.type)


def _notes(question: Question, sheet: Sheet) -> list[str]:
    only = (
        f"only {sheet.instrument.groups[question.of[0]]}" if len(question.of) == 1 and not sheet.side else ""
    )
    filters = [
        f"if {part.question} is {'' if part.codes else 'not '}"
        + " or ".join(str(code) for code in part.codes or part.but)
        for part in question.when
    ]
    return [
        only,
        *filters,
        f"guesses {question.about}" if question.about else "",
        "needed" if question.required else "",
        "in random order" if question.random else "",
    ]
