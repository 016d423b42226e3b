"""What the parts of a survey instrument need or exclude: each question alone, then the questionnaire whole."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from tandem.charter.binding import Check
from tandem.charter.definitions.base import Definition
from tandem.charter.definitions.instruments import Filter, Instrument, Mirror, Question, QuestionType
from tandem.charter.instrument_problems import PLACEHOLDER, UNKNOWN_ANSWER
from tandem.charter.instrument_whole import answers_of, whole
from tandem.charter.problems import CONTRADICTION, DUPLICATE_NAME, OUT_OF_BOUNDS
from tandem.kernel import Place, Problem, numbers

WITH_OPTIONS = (QuestionType.SINGLE, QuestionType.MULTIPLE, QuestionType.RANK)
DAY = timedelta(days=1)
PLACEHOLDERS = ("own", "other", "Own", "Other")
ONLY: Mapping[str, tuple[QuestionType, ...]] = {
    "options": (*WITH_OPTIONS, QuestionType.MATRIX),
    "scale": (QuestionType.FIVE, QuestionType.MATRIX),
    "rows": (QuestionType.MATRIX,),
    "random": (*WITH_OPTIONS, QuestionType.MATRIX),
    "at_least": (QuestionType.NUMERIC,),
    "at_most": (QuestionType.NUMERIC, QuestionType.MULTIPLE),
    "unit": (QuestionType.NUMERIC,),
    "top": (QuestionType.RANK,),
    "chosen_in": (QuestionType.RANK,),
    "attention": (QuestionType.SINGLE, QuestionType.FIVE),
}
"""Key of a question → the types that have it."""
OPTION_ONLY: Mapping[str, QuestionType] = {
    "group": QuestionType.SINGLE,
    "screen_out": QuestionType.SINGLE,
    "exclusive": QuestionType.MULTIPLE,
}


def question_shape(question: Definition) -> Iterable[Problem]:
    """The keys of a question fit its type; its codes and rows stand once; its texts can be filled in."""
    assert isinstance(question, Question)
    yield from _keys(question)
    yield from _needed(question)
    yield from _options(question)
    yield from _twice("option", [(one.code, one.at("code")) for one in question.options], question.question)
    yield from _twice("row", [(one.row, one.at("row")) for one in question.rows], question.question)
    yield from _numbers(question)
    yield from _texts(question)
    yield from _published(question)
    if question.mirror is Mirror.META and question.about is None:
        sentence = f"`{question.question}` guesses an answer, and does not say to which question"
        yield CONTRADICTION(sentence, place=question.at("mirror"), expected="about: QUESTION")
    if question.mirror is not Mirror.META and question.about is not None:
        sentence = f"`about` is for `mirror: meta`, and `{question.question}` is {question.mirror}"
        yield CONTRADICTION(sentence, place=question.at("about"), found=question.about)


def filter_shape(condition: Definition) -> Iterable[Problem]:
    """`is` or `not`, one of them."""
    assert isinstance(condition, Filter)
    if bool(condition.codes) == bool(condition.but):
        sentence = f"a condition on `{condition.question}` needs either `is` or `not`"
        yield CONTRADICTION(sentence, place=condition.place, expected="is: [1]")


def instrument_shape(instrument: Definition) -> Iterable[Problem]:
    """Everything that a question, a form or a quota names is there, before it, and asked of the same side."""
    assert isinstance(instrument, Instrument)
    yield from whole(instrument)
    yield from _reminders(instrument)
    weights = [(one.part, one.at("part")) for one in instrument.index]
    yield from _twice("part of the index", weights, instrument.name)


def _reminders(instrument: Instrument) -> Iterator[Problem]:
    """A run can be called many times a day, and nobody is to be written to at each of them."""
    if instrument.remind_after < DAY:
        place, found = instrument.at("remind_after"), numbers.span(instrument.remind_after)
        yield OUT_OF_BOUNDS(
            "`remind_after` is out of bounds", place=place, found=found, expected="1 day or more"
        )


def _keys(question: Question) -> Iterator[Problem]:
    for word, types in ONLY.items():
        if getattr(question, word) not in (None, (), "", False) and question.type not in types:
            sentence = f"`{word}` is for {', '.join(types)}, and `{question.question}` is {question.type}"
            yield CONTRADICTION(sentence, place=question.at(word), found=str(question.type))


def _needed(question: Question) -> Iterator[Problem]:
    name, place = question.question, question.at("type")
    if question.type in WITH_OPTIONS and len(question.options) < 2:
        yield CONTRADICTION(f"`{name}` needs two options at least", place=place, expected="options: [...]")
    if question.type is QuestionType.FIVE and question.scale is None:
        expected = "scale: {low: …, middle: …, high: …}"
        yield CONTRADICTION(f"`{name}` needs a scale", place=place, expected=expected)
    if question.type is QuestionType.MATRIX:
        if not question.rows:
            yield CONTRADICTION(f"`{name}` needs rows", place=place, expected="rows: [...]")
        if (question.scale is None) == (len(question.options) < 2):
            expected = "a scale, or two options or more"
            yield CONTRADICTION(f"`{name}` needs either a scale or options", place=place, expected=expected)
    if question.options and all(one.missing for one in question.options):
        yield CONTRADICTION(f"every option of `{name}` is missing", place=question.at("options"))


def _options(question: Question) -> Iterator[Problem]:
    for option in question.options:
        for word, kind in OPTION_ONLY.items():
            if getattr(option, word) and question.type is not kind:
                sentence = f"`{word}` is for options of {kind}, and `{question.question}` is {question.type}"
                yield CONTRADICTION(sentence, place=option.at(word), found=str(question.type))
        if option.unless and not option.screen_out:
            sentence = "`unless` says when `screen_out` does not hold, and it is not there"
            yield CONTRADICTION(sentence, place=option.at("unless"), expected="screen_out: true")


def _twice(what: str, named: Iterable[tuple[object, Place]], where: str) -> Iterator[Problem]:
    seen: dict[object, Place] = {}
    for name, place in named:
        if name in seen:
            sentence = f"{what} `{name}` is declared twice in `{where}`"
            yield DUPLICATE_NAME(sentence, place=place, found=f"also at {seen[name]}")
        seen.setdefault(name, place)


def _numbers(question: Question) -> Iterator[Problem]:
    least, most, options = question.at_least, question.at_most, len(question.options)
    if least is not None and most is not None and least > most:
        sentence = f"no answer can be at least {least} and at most {most}"
        yield OUT_OF_BOUNDS(sentence, place=question.at("at_most"), found=str(most))
    counted = question.type is QuestionType.MULTIPLE and most is not None
    if counted and (most != int(most or 0) or not 1 <= (most or 0) <= max(options, 1)):
        place, expected = question.at("at_most"), f"1 to {options}"
        yield OUT_OF_BOUNDS("`at_most` is out of bounds", place=place, found=str(most), expected=expected)
    if question.top is not None and question.top > options > 1:
        place, expected = question.at("top"), f"1 to {options}"
        yield OUT_OF_BOUNDS("`top` is out of bounds", place=place, found=str(question.top), expected=expected)
    codes = answers_of(question)
    if question.attention is not None and codes and question.attention not in codes:
        sentence, found = f"`{question.question}` has no such answer", str(question.attention)
        options_ = [str(code) for code in codes]
        yield UNKNOWN_ANSWER(sentence, place=question.at("attention"), found=found, alternatives=options_)


def _texts(question: Question) -> Iterator[Problem]:
    for text, place in texts_of(question):
        if not text.strip() and text is not question.help:
            yield CONTRADICTION("a text is empty", place=place, found="nothing", expected="text")
        for found in re.findall(r"\{([^{}]*)\}|([{}])", text):
            word = found[0] or found[1]
            if found[1] or word not in PLACEHOLDERS:
                shown = word if found[1] else f"{{{word}}}"
                sentence = f"the text has `{shown[:60]}`, which means nothing"
                yield PLACEHOLDER(sentence, place=place, found=word[:60], alternatives=PLACEHOLDERS)


def texts_of(question: Question) -> Iterator[tuple[str, Place]]:
    """Every text that people read, with its place."""
    yield question.text, question.at("text")
    yield question.help, question.at("help")
    for option in question.options:
        yield option.label, option.at("label")
    for row in question.rows:
        yield row.label, row.at("label")
    if question.scale:
        for word in ("low", "middle", "high", "dont_know"):
            yield getattr(question.scale, word), question.scale.at(word)


def _published(question: Question) -> Iterator[Problem]:
    """Of a published percentage it is clear which answers count for it, and they are answers of the question."""
    known = answers_of(question)
    whole = [*question.published, *(link for row in question.rows for link in row.published)]
    for link in whole:
        if not link.codes and question.scale is None:
            sentence = f"which answers of `{question.question}` count for the figure is not said"
            yield CONTRADICTION(sentence, place=link.place, expected="is: [1]")
    for link in (*whole, *(link for option in question.options for link in option.published)):
        for number, code in enumerate(link.codes):
            if code not in known:
                sentence, place = f"`{question.question}` has no answer {code}", link.at("codes", number)
                options = [str(one) for one in known]
                yield UNKNOWN_ANSWER(sentence, place=place, found=str(code), alternatives=options)


INSTRUMENT_SHAPES: Mapping[type, Check] = {
    Question: question_shape,
    Filter: filter_shape,
    Instrument: instrument_shape,
}
