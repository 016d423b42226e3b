"""One page of a pulse: the questions of a block as fields of a form, and what was sent in them as answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tandem.align.answering import LONGEST
from tandem.align.instrument import check_answer, choices_of, fields_of, places_of, raw_of, variable_names
from tandem.align.problems import ANSWER_NEEDED
from tandem.charter.definitions.instruments import Question, QuestionType
from tandem.kernel import Problem, numbers

PLACES = ("First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth")

Given = Mapping[str, Sequence[str]]
"""Name of a field → what was sent in it."""


@dataclass(frozen=True)
class Pick:
    """One answer that can be chosen."""

    code: int
    label: str
    chosen: bool = False


@dataclass(frozen=True)
class RankPlace:
    """One place of a ranking: the name of its field, and the item that stands on it."""

    name: str
    label: str
    code: int | None


@dataclass(frozen=True)
class SheetField:
    """One variable as it is asked. `kind`: single, multiple, five, rank, numeric or open."""

    name: str
    label: str
    kind: str
    picks: tuple[Pick, ...] = ()
    places: tuple[RankPlace, ...] = ()
    text: str = ""
    unit: str = ""


@dataclass(frozen=True)
class SheetQuestion:
    """One question with its fields; `problem` says in a sentence what to correct, "" where there is nothing."""

    question: str
    text: str
    help: str
    required: bool
    matrix: bool
    fields: tuple[SheetField, ...]
    problem: str = ""


@dataclass(frozen=True)
class ReadSheet:
    """What was sent for the questions of a page: answers that fit, and question → what to correct."""

    answers: Mapping[str, object]
    wrong: Mapping[str, str]


def laid_out(
    question: Question, said: Mapping[str, object], problem: str = "", sent: Given | None = None
) -> SheetQuestion:
    """A question, as somebody is asked it, with what they have said so far; where there is a problem, what was sent."""
    matrix = question.type is QuestionType.MATRIX
    labels = [row.label for row in question.rows] if matrix else [question.text]
    shown = {**said, **_as_sent(question, sent)} if problem and sent is not None else said
    return SheetQuestion(
        question=question.question,
        text=question.text,
        help=question.help or _most(question),
        required=question.required,
        matrix=matrix,
        fields=tuple(
            _field(question, name, label, shown.get(name))
            for name, label in zip(variable_names(question), labels, strict=True)
        ),
        problem=problem,
    )


def read_sheet(questions: Sequence[Question], given: Given, *, whole: bool) -> ReadSheet:
    """The answers that were sent. `whole`: what is needed has to be there; otherwise it may come later."""
    answers: dict[str, object] = {}
    wrong: dict[str, str] = {}
    for one in questions:
        raw = raw_of(one, given)
        found = check_answer(one, raw)
        if isinstance(found, Problem):
            if whole:
                wrong[one.question] = _told(one, found)
            found = check_answer(replace(one, required=False), raw)
        if not isinstance(found, Problem):
            answers |= found
            if whole and not found and _none_is_an_answer(one):
                answers[one.question] = []
    return ReadSheet(answers, wrong)


# ── what is shown ────────────────────────────────────────────────────────────────────────────────


def _field(question: Question, name: str, label: str, said: object) -> SheetField:
    kind = _kind(question)
    chosen: set[object] = set(said) if isinstance(said, list | tuple | Mapping) else {said}
    picks = tuple(Pick(one.code, one.label, one.code in chosen) for one in choices_of(question))
    match kind:
        case "rank":
            at: dict[int, int | None] = {}
            if isinstance(said, Mapping):
                at = {int(place): int(code) for code, place in said.items()}
            elif isinstance(said, list):
                at = dict(enumerate(said, 1))
            places = tuple(
                RankPlace(field, _place(place), at.get(place))
                for place, field in enumerate(fields_of(question), 1)
            )
            return SheetField(name, label, kind, picks, places)
        case "numeric":
            return SheetField(name, label, kind, text="" if said is None else f"{said}", unit=question.unit)
        case "open":
            return SheetField(name, label, kind, text=said if isinstance(said, str) else "")
        case _:
            return SheetField(name, label, kind, picks)


def _kind(question: Question) -> str:
    if question.type is QuestionType.MATRIX:
        return "five" if question.scale else "single"
    return str(question.type)


def _place(number: int) -> str:
    return PLACES[number - 1] if number <= len(PLACES) else f"Place {number}"


def _most(question: Question) -> str:
    """A sentence on how many answers there may be, where the instrument has none of its own."""
    if (
        question.type is QuestionType.MULTIPLE
        and question.at_most is not None
        and "up to" not in question.text
    ):
        return f"Choose up to {question.at_most}."
    if question.type is QuestionType.RANK:
        return f"Name up to {places_of(question)}, the most important first."
    return ""


# ── what was sent ────────────────────────────────────────────────────────────────────────────────


def _as_sent(question: Question, given: Given) -> dict[str, object]:
    """What was sent as if it were the answer, to be shown again beside what is wrong with it."""
    found: dict[str, object] = {}
    for name in variable_names(question):
        texts = [one for one in given.get(name, ()) if one]
        match _kind(question):
            case "rank":
                codes = [_text(given, field) for field in fields_of(question)]
                found[name] = [numbers.whole(one) for one in codes]
            case "numeric" | "open":
                found[name] = texts[0][:LONGEST] if texts else None
            case _:
                found[name] = [code for one in texts if (code := numbers.whole(one)) is not None]
    return found


def _none_is_an_answer(question: Question) -> bool:
    """Whether ticking nothing says `none`: where there is an answer for that, ticking nothing says nothing."""
    apart = question.required or any(one.exclusive or one.missing for one in question.options)
    return question.type is QuestionType.MULTIPLE and not apart


def _text(given: Given, name: str) -> str:
    found = given.get(name, ())
    return found[-1].strip() if found else ""


def _told(question: Question, problem: Problem) -> str:
    """What to correct, in a sentence beside the question; the problem repeats the question, which stands there."""
    if problem.code == ANSWER_NEEDED.code:
        if question.type is QuestionType.MATRIX:
            return "Please answer each line; “don't know” is an answer as well."
        return "Please answer this one to go on."
    said = problem.sentence.replace("`", "").removesuffix(f": {question.text}")
    return f"{said}; we can take {problem.expected}." if problem.expected else f"{said}."
