"""One answer, from a form or from JSON, as it is stored: or the problem that it is none."""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from tandem.align.problems import (
    ANSWER_NEEDED,
    ANSWERS_CLASH,
    NO_NUMBER,
    NO_SUCH_ANSWER,
    PLACES_CLASH,
    TOO_MANY_ANSWERS,
    UNREADABLE_ANSWER,
)
from tandem.align.questions import choices_of, variable_names
from tandem.charter.definitions.instruments import Question, QuestionType
from tandem.kernel import Place, Problem

LONGEST = 4000
"""Characters of an open answer."""
NUMBER = re.compile(r"[-+]?[0-9]{1,13}(\.[0-9]{1,17}|,[0-9]{1,2}|,[0-9]{4,6})?")
"""Three digits behind a comma could be thousands or thousandths, so they are neither."""


class _Unfit(Exception):  # noqa: N818 - caught where the answer is checked
    """Why this is no answer, as a problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


def fields_of(question: Question) -> tuple[str, ...]:
    """The names of a question's fields in a form: NAME, of a matrix NAME_ROW, of a ranking NAME.PLACE (its item)."""
    if question.type is QuestionType.RANK:
        return tuple(f"{question.question}.{place}" for place in range(1, places_of(question) + 1))
    return variable_names(question)


def places_of(question: Question) -> int:
    """How many places a ranking has."""
    return min(question.top or len(question.options), len(question.options))


def raw_of(question: Question, form: Mapping[str, Sequence[str]]) -> object:
    """What a form says to a question, for `check_answer`; `form` has every value of each field."""
    match question.type:
        case QuestionType.MULTIPLE:
            return list(form.get(question.question, ()))
        case QuestionType.MATRIX:
            names = variable_names(question)
            rows = (row.row for row in question.rows)
            return {row: _last(form, name) for row, name in zip(rows, names, strict=True)}
        case QuestionType.RANK:
            return [code for name in fields_of(question) if (code := (_last(form, name) or "").strip())]
        case _:
            return _last(form, question.question)


def check_answer(question: Question, raw: object) -> dict[str, object] | Problem:
    """The answer by variable, as `from_answers` takes it; {} for no answer where none is needed.

    `question` as `asked` gives it. `raw`: single, five and numeric a number or its text; multiple a list of
    codes; rank {code: place}, or the codes in order; matrix {row: code}; open a text. Empty texts, null and empty
    lists are no answer. Codes may be texts.
    """
    try:
        found = READERS[question.type](question, raw)
    except _Unfit as unfit:
        return unfit.problem
    if question.required and set(variable_names(question)) - set(found):
        return ANSWER_NEEDED(f"An answer is needed: {question.text}", place=Place(question.question))
    return found


def _single(question: Question, raw: object) -> dict[str, object]:
    code = None if _empty(raw) else _code(question, raw)
    return {} if code is None else {question.question: code}


def _multiple(question: Question, raw: object) -> dict[str, object]:
    if _empty(raw):
        return {}
    if isinstance(raw, str | int):
        raw = [raw]
    if not isinstance(raw, list | tuple):
        raise _unreadable(question, raw, "a list of codes")
    order = [one.code for one in choices_of(question)]
    codes = sorted({_code(question, one) for one in raw if not _empty(one)}, key=order.index)
    alone = [one for one in question.options if one.code in codes and (one.exclusive or one.missing)]
    if alone and len(codes) > 1:
        sentence = f"`{alone[0].label}` goes with no other answer"
        raise _Unfit(ANSWERS_CLASH(sentence, place=Place(question.question), found=alone[0].label))
    if question.at_most is not None and len(codes) > question.at_most:
        found, expected = f"{len(codes)} answers", f"at most {question.at_most}"
        sentence = f"At most {question.at_most} answers: {question.text}"
        place = Place(question.question)
        raise _Unfit(TOO_MANY_ANSWERS(sentence, place=place, found=found, expected=expected))
    return {question.question: codes} if codes else {}


def _rank(question: Question, raw: object) -> dict[str, object]:
    if isinstance(raw, list | tuple):
        if len({str(code) for code in raw}) < len(raw):
            raise _no_ranking(question, raw, "each item once")
        raw = {code: place for place, code in enumerate(raw, 1)}
    if _empty(raw):
        return {}
    if not isinstance(raw, Mapping):
        raise _unreadable(question, raw, "places by code")
    given = {code: place for code, place in raw.items() if not _empty(place)}
    places = {_code(question, code): _place(question, place) for code, place in given.items()}
    if len(places) < len(given):
        raise _no_ranking(question, raw, "each item once")
    most = question.top or len(question.options)
    if sorted(places.values()) != list(range(1, len(places) + 1)) or len(places) > most:
        raise _no_ranking(question, raw, f"places from 1 on, each once, at most {most}")
    if question.required and len(places) < min(most, len(question.options)):
        raise _no_ranking(question, raw, f"all places from 1 to {min(most, len(question.options))}")
    found = {str(code): place for code, place in sorted(places.items(), key=lambda pair: pair[1])}
    return {question.question: found} if found else {}


def _matrix(question: Question, raw: object) -> dict[str, object]:
    if _empty(raw):
        return {}
    if not isinstance(raw, Mapping):
        raise _unreadable(question, raw, "answers by row")
    by_name = dict(zip(variable_names(question), (row.row for row in question.rows), strict=True))
    known = {**{row: name for name, row in by_name.items()}, **{name: name for name in by_name}}
    found: dict[str, object] = {}
    for row, value in raw.items():
        if str(row) not in known:
            place, rows = Place(question.question), list(by_name.values())
            sentence = f"`{question.question}` has no row `{str(row)[:60]}`"
            raise _Unfit(NO_SUCH_ANSWER(sentence, place=place, found=str(row)[:60], alternatives=rows))
        if not _empty(value):
            found[known[str(row)]] = _code(question, value)
    return {name: found[name] for name in by_name if name in found}


def _numeric(question: Question, raw: object) -> dict[str, object]:
    if _empty(raw):
        return {}
    text = "" if isinstance(raw, bool) or not isinstance(raw, int | float | str) else str(raw).strip()
    if question.unit:
        text = text.removesuffix(question.unit).strip()
    if not NUMBER.fullmatch(text):
        sentence, place = f"A number is needed: {question.text}", Place(question.question)
        raise _Unfit(NO_NUMBER(sentence, place=place, found=str(raw)[:60], expected=_bounds(question)))
    number = Decimal(text.replace(",", "."))
    least, most = question.at_least, question.at_most
    if (least is not None and number < least) or (most is not None and number > most):
        sentence, place = f"The number is out of bounds: {question.text}", Place(question.question)
        raise _Unfit(NO_NUMBER(sentence, place=place, found=str(raw)[:60], expected=_bounds(question)))
    return {question.question: int(number) if number == int(number) else float(number)}


def _open(question: Question, raw: object) -> dict[str, object]:
    if _empty(raw):
        return {}
    if not isinstance(raw, str):
        raise _unreadable(question, raw, "text")
    text = raw.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(text) > LONGEST or any(not (mark.isprintable() or mark in "\n\t") for mark in text):
        raise _unreadable(question, text, f"text of at most {LONGEST:,} characters")
    return {question.question: text}


READERS: Mapping[QuestionType, Callable[[Question, object], dict[str, object]]] = {
    QuestionType.SINGLE: _single,
    QuestionType.FIVE: _single,
    QuestionType.MULTIPLE: _multiple,
    QuestionType.RANK: _rank,
    QuestionType.MATRIX: _matrix,
    QuestionType.NUMERIC: _numeric,
    QuestionType.OPEN: _open,
}


def _empty(raw: object) -> bool:
    return raw is None or (isinstance(raw, str) and not raw.strip()) or raw == [] or raw == () or raw == {}


def _last(form: Mapping[str, Sequence[str]], name: str) -> str | None:
    values = form.get(name, ())
    return values[-1] if values else None


def _code(question: Question, raw: object) -> int:
    """The code, if the question has it; of a number only a whole one, of a text only digits."""
    text = str(raw).strip() if isinstance(raw, int | str) and not isinstance(raw, bool) else ""
    choices = choices_of(question)
    if text.isascii() and text.isdigit() and len(text) < 10 and int(text) in {one.code for one in choices}:
        return int(text)
    place, options = Place(question.question), [str(one.code) for one in choices]
    sentence = f"There is no such answer: {question.text}"
    raise _Unfit(NO_SUCH_ANSWER(sentence, place=place, found=str(raw)[:60], alternatives=options))


def _place(question: Question, raw: object) -> int:
    text = str(raw).strip() if isinstance(raw, int | str) and not isinstance(raw, bool) else ""
    if not (text.isascii() and text.isdigit() and len(text) < 4):
        raise _no_ranking(question, raw, "places such as 1, 2 and 3")
    return int(text)


def _no_ranking(question: Question, raw: object, expected: str) -> _Unfit:
    sentence, place = f"These places are no ranking: {question.text}", Place(question.question)
    return _Unfit(PLACES_CLASH(sentence, place=place, found=str(raw)[:60], expected=expected))


def _unreadable(question: Question, raw: object, expected: str) -> _Unfit:
    sentence, place = f"This answer cannot be read: {question.text}", Place(question.question)
    return _Unfit(UNREADABLE_ANSWER(sentence, place=place, found=str(raw)[:60], expected=expected))


def _bounds(question: Question) -> str:
    least = f"{question.at_least} or more" if question.at_least is not None else ""
    most = f"at most {question.at_most}" if question.at_most is not None else ""
    return " and ".join(part for part in (least, most) if part) or "a number"
