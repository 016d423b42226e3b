"""How long a questionnaire takes, by counting what is read and what is answered.

A rule of thumb, not a measurement: 200 words a minute are read; one tick takes 5 seconds, several 12, a row of a
matrix 5, a place in a ranking 7, a number 10, an open answer 60. Filters are taken to hold, so most people are faster.
"""

from collections.abc import Iterable, Iterator

from tandem.align.asking import questionnaire
from tandem.align.questions import choices_of
from tandem.charter.definitions.instruments import Instrument, Question, QuestionType
from tandem.charter.definitions.project import Function

WORDS_A_SECOND = 200 / 60
SECONDS = {
    QuestionType.SINGLE: 5.0,
    QuestionType.FIVE: 5.0,
    QuestionType.MULTIPLE: 12.0,
    QuestionType.NUMERIC: 10.0,
    QuestionType.OPEN: 60.0,
}
ROW, PLACE = 5.0, 7.0


def minutes(instrument: Instrument, form: str | None, side: Function) -> float:
    """Estimated minutes for somebody of that side. Raises Problems (ALN-102) for an unknown form."""
    seconds = sum(_seconds(one) for one in questionnaire(instrument, side, form))
    return (seconds + _reading([instrument.intro])) / 60


def _seconds(question: Question) -> float:
    if question.type is QuestionType.MATRIX:
        return _reading([question.text, *(row.label for row in question.rows)]) + ROW * len(question.rows)
    if question.type is QuestionType.RANK:
        return _reading([question.text]) + PLACE * (question.top or len(question.options))
    return _reading(_read(question)) + SECONDS[question.type]


def _read(question: Question) -> Iterator[str]:
    yield question.text
    yield question.help
    yield from (one.label for one in choices_of(question))


def _reading(texts: Iterable[str]) -> float:
    return sum(len(text.split()) for text in texts) / WORDS_A_SECOND
