"""An instrument as a SurveyJS form: the JSON that its library, and tools built on it, show as a survey.

Names, codes, filters, order at random, sides and screens are carried over; the answers that SurveyJS gives for each
question are such as `check_answer` takes. The sides are calculated values, so one form serves both. Not carried over:
quotas, and the attention item's right answer.
"""

import re
from collections.abc import Iterator, Mapping

from tandem.align.asking import questionnaire
from tandem.align.questions import choices_of
from tandem.charter.definitions.instruments import Filter, Instrument, Question, QuestionType, Row
from tandem.charter.definitions.project import Function

Json = dict[str, object]
TYPES: Mapping[QuestionType, str] = {
    QuestionType.SINGLE: "radiogroup",
    QuestionType.FIVE: "radiogroup",
    QuestionType.MULTIPLE: "checkbox",
    QuestionType.RANK: "ranking",
    QuestionType.MATRIX: "matrix",
    QuestionType.NUMERIC: "text",
    QuestionType.OPEN: "comment",
}
BEGINS = {"{Own}": "{own_begins}", "{Other}": "{other_begins}"}
"""SurveyJS does not tell capitals from small letters in names."""


def survey_js(instrument: Instrument, form: str | None = None) -> Json:
    """The form model: one page for each block. Raises Problems (ALN-102) for an unknown form."""
    questions = questionnaire(instrument, None, form)
    pages = [
        {
            "name": block,
            "title": title,
            "elements": [_element(one, instrument) for one in questions if one.block == block],
        }
        for block, title in instrument.blocks.items()
        if any(one.block == block for one in questions)
    ]
    screens = [{"type": "complete", "expression": said} for said in _screens(instrument, form)]
    return {
        "title": instrument.title,
        "description": instrument.intro.strip(),
        "showQuestionNumbers": "off",
        "calculatedValues": list(_sides(instrument)),
        "pages": pages,
        "triggers": screens,
    }


def _element(question: Question, instrument: Instrument) -> Json:
    element: Json = {
        "type": TYPES[question.type],
        "name": question.question,
        "title": _text(question.text),
    }
    if question.help:
        element["description"] = _text(question.help)
    if question.required:
        element["isRequired"] = True
    conditions = [*_of(question.of, instrument), *(_condition(one) for one in question.when)]
    if conditions:
        element["visibleIf"] = " and ".join(conditions)
    return element | _answers(question, instrument)


def _answers(question: Question, instrument: Instrument) -> Json:
    choices = [{"value": one.code, "text": _text(one.label)} for one in choices_of(question)]
    order: Json = {"choicesOrder": "random"} if question.random else {}
    match question.type:
        case QuestionType.MATRIX:
            rows = [_row(row, instrument) for row in question.rows]
            return {"columns": choices, "rows": rows} | ({"rowOrder": "random"} if question.random else {})
        case QuestionType.RANK:
            return _ranked(question, choices) | order
        case QuestionType.MULTIPLE:
            most = {} if question.at_most is None else {"maxSelectedChoices": int(question.at_most)}
            return _exclusive(question, choices) | order | most
        case QuestionType.NUMERIC:
            bounds = {"min": question.at_least, "max": question.at_most}
            told = {word: float(value) for word, value in bounds.items() if value is not None}
            return {"inputType": "number", **told}
        case QuestionType.OPEN:
            return {}
        case _:
            return {"choices": choices} | order


def _row(row: Row, instrument: Instrument) -> Json:
    told: Json = {"value": row.row, "text": _text(row.label)}
    condition = " and ".join(_of(row.of, instrument))
    return told | ({"visibleIf": condition} if condition else {})


def _ranked(question: Question, choices: list[Json]) -> Json:
    top: Json = {"selectToRankEnabled": True, "maxSelectedChoices": question.top} if question.top else {}
    if question.chosen_in:
        return {"choicesFromQuestion": question.chosen_in, "choicesFromQuestionMode": "selected", **top}
    return {"choices": choices, **top}


def _exclusive(question: Question, choices: list[Json]) -> Json:
    """What goes with no other answer is marked as such in each choice."""
    alone = {one.code for one in question.options if one.exclusive or one.missing}
    return {"choices": [one | {"isExclusive": True} if one["value"] in alone else one for one in choices]}


def _condition(condition: Filter) -> str:
    codes = ", ".join(str(code) for code in condition.codes or condition.but)
    name = f"{{{condition.question}}}"
    if condition.codes:
        return f"{name} anyof [{codes}]"
    return f"({name} notempty and !({name} anyof [{codes}]))"


def _of(sides: tuple[Function, ...], instrument: Instrument) -> Iterator[str]:
    if len(set(sides)) == 1:
        yield f"{{{instrument.group_question}}} = {_code(instrument, sides[0])}"


def _code(instrument: Instrument, side: Function) -> int:
    one = instrument.question(instrument.group_question)
    return next(option.code for option in (one.options if one else ()) if option.group is side)


def _sides(instrument: Instrument) -> Iterator[Json]:
    code = _code(instrument, Function.MARKETING)
    marketing, it = (instrument.groups[side] for side in (Function.MARKETING, Function.IT))
    for name, first, second in (("own", marketing, it), ("other", it, marketing)):
        for word, begins in ((name, False), (f"{name}_begins", True)):
            said = [text[:1].upper() + text[1:] if begins else text for text in (first, second)]
            quoted = [text.replace("'", "\\'") for text in said]
            expression = f"iif({{{instrument.group_question}}} = {code}, '{quoted[0]}', '{quoted[1]}')"
            yield {"name": word, "expression": expression}


def _screens(instrument: Instrument, form: str | None) -> Iterator[str]:
    cut = instrument.form(form) if form else None
    for question in questionnaire(instrument, None, form):
        if cut is not None and not cut.screens and question.question != instrument.group_question:
            continue
        for option in question.options:
            if option.screen_out:
                said = f"{{{question.question}}} = {option.code}"
                excused = [f"!({_condition(one)})" for one in option.unless]
                yield " and ".join([said, *excused])


def _text(text: str) -> str:
    return re.sub(r"\{(Own|Other)\}", lambda found: BEGINS[found[0]], text)
