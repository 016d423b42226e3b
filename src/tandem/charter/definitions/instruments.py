"""pulse/NAME.yml: what a pulse asks the two functions, of whom, in which words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from tandem.charter.definitions.base import AsWritten, Bounds, Definition, Key, Name, Rule
from tandem.charter.definitions.project import Function

QuestionName = Annotated[str, Rule.QUESTION]
AnswerCode = Annotated[int, Bounds(0, 9999)]
DONT_KNOW = 9
"""Code of "don't know" beside the five points of a scale."""


class QuestionType(StrEnum):
    """How a question is answered."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    FIVE = "five"
    RANK = "rank"
    MATRIX = "matrix"
    NUMERIC = "numeric"
    OPEN = "open"


class Mirror(StrEnum):
    """Whom a question is about: one's own side, the two sides exchanged, or what the other side would answer."""

    OWN = "own"
    SWAP = "swap"
    META = "meta"


@dataclass(frozen=True, kw_only=True)
class PublishedLink(Definition):
    """A published figure that an answer is held against, as it stands in the published studies."""

    wave: Annotated[AsWritten, Key("Wave of the studies: 2010-cmo-council, 2012 or 2014.")]
    question: Annotated[QuestionName, Key("Question of the wave, such as NEED.")]
    item: Annotated[str, Key("Item of the question, letter by letter.")]
    codes: Annotated[
        tuple[AnswerCode, ...],
        Key("Answers that count for it. Left out: the option itself; of a scale 4 and 5.", word="is"),
    ] = ()


@dataclass(frozen=True, kw_only=True)
class Filter(Definition):
    """A condition on an earlier answer. Without an answer it does not hold."""

    question: Annotated[str, Key("An earlier question with options or a scale."), Rule.QUESTION]
    codes: Annotated[
        tuple[AnswerCode, ...], Key("One of these was answered, or is among those chosen.", word="is")
    ] = ()
    but: Annotated[tuple[AnswerCode, ...], Key("None of these was answered.", word="not")] = ()


@dataclass(frozen=True, kw_only=True)
class Option(Definition):
    """One answer that can be chosen."""

    code: Annotated[int, Key("Number that is stored. It never changes its meaning."), Bounds(0, 9999)]
    label: Annotated[str, Key("What people read. {own} and {other} are the two sides.")]
    group: Annotated[Function | None, Key("In the question of groups: the side this answer tells.")] = None
    missing: Annotated[bool, Key("true: such as `don't know`; kept, and in no base.")] = False
    screen_out: Annotated[bool, Key("true: who answers this is thanked and asked no more.")] = False
    unless: Annotated[
        tuple[Filter, ...], Key("With screen_out: not if one of these earlier answers was given.")
    ] = ()
    exclusive: Annotated[bool, Key("true: goes with no other answer, such as `none of these`.")] = False
    fixed: Annotated[bool, Key("true: keeps its place when the order is random.")] = False
    published: Annotated[tuple[PublishedLink, ...], Key("Published figures of this answer.")] = ()


@dataclass(frozen=True, kw_only=True)
class Scale(Definition):
    """Five points with named ends and middle, and apart from them `don't know`. Codes 1 (low) to 5; 9 is missing."""

    low: Annotated[str, Key("Name of point 1, the bottom.")]
    middle: Annotated[str, Key("Name of point 3.")]
    high: Annotated[str, Key("Name of point 5, the top.")]
    dont_know: Annotated[str, Key("What stands apart from the scale, in no base.")] = (
        "Don't know, or does not apply"
    )


@dataclass(frozen=True, kw_only=True)
class Row(Definition):
    """One line of a matrix; it is a variable of its own: QUESTION_ROW."""

    row: Annotated[str, Key("Name of the row, such as PROMISES."), Rule.QUESTION]
    label: Annotated[str, Key("What people read. {own} and {other} are the two sides.")]
    of: Annotated[tuple[Function, ...], Key("Side that is asked; left out: both.")] = ()
    fixed: Annotated[bool, Key("true: keeps its place when the order is random.")] = False
    published: Annotated[tuple[PublishedLink, ...], Key("Published figures of this row.")] = ()


@dataclass(frozen=True, kw_only=True)
class Question(Definition):
    """One question. A matrix has rows, and options or a scale; the other types are one variable each."""

    question: Annotated[str, Key("Name of the question, such as NEED."), Rule.QUESTION]
    type: Annotated[QuestionType, Key("single, multiple, five, rank, matrix, numeric or open.")]
    text: Annotated[str, Key("What is asked. {own} and {other} are the two sides.")]
    help: Annotated[str, Key("A sentence of help beneath.")] = ""
    block: Annotated[Name, Key("The part of the questionnaire it stands in, declared in `blocks`.")]
    of: Annotated[tuple[Function, ...], Key("Side that is asked; left out: both.")] = ()
    mirror: Annotated[Mirror, Key("own, swap or meta: what the other side would answer.")] = Mirror.OWN
    about: Annotated[
        str | None, Key("meta: the question whose answer by the other side is guessed."), Rule.QUESTION
    ] = None
    when: Annotated[tuple[Filter, ...], Key("Asked only when all of these hold.")] = ()
    options: Annotated[tuple[Option, ...], Key("The answers: of single, multiple, rank or matrix.")] = ()
    scale: Annotated[Scale | None, Key("The five points: of five or matrix.")] = None
    rows: Annotated[tuple[Row, ...], Key("The lines of a matrix.")] = ()
    random: Annotated[bool, Key("true: options, or rows of a matrix, in another order for each person.")] = (
        False
    )
    at_least: Annotated[Decimal | None, Key("numeric: smallest number.")] = None
    at_most: Annotated[Decimal | None, Key("numeric: largest number. multiple: most answers.")] = None
    unit: Annotated[str, Key("numeric: what is counted, such as %.")] = ""
    top: Annotated[int | None, Key("rank: how many places are given. Left out: all."), Bounds(1, 50)] = None
    chosen_in: Annotated[
        str | None, Key("rank: only what was chosen in this multiple question is ranked."), Rule.QUESTION
    ] = None
    required: Annotated[bool, Key("true: one cannot go on without an answer.")] = False
    attention: Annotated[
        int | None, Key("The answer that an attentive person gives; others are flagged."), Bounds(0, 9999)
    ] = None
    published: Annotated[tuple[PublishedLink, ...], Key("Published figures of the whole question.")] = ()


@dataclass(frozen=True, kw_only=True)
class DerivedOption(Definition):
    """One value of a derived variable, and the answers that lead to it."""

    code: Annotated[int, Key("Number that is stored."), Bounds(0, 9999)]
    label: Annotated[str, Key("What it is.")]
    codes: Annotated[tuple[AnswerCode, ...], Key("The answers that are this.", word="is")]
    published: Annotated[tuple[PublishedLink, ...], Key("Published figures of this value.")] = ()


@dataclass(frozen=True, kw_only=True)
class Derived(Definition):
    """A variable that nobody is asked: it follows from a single question, such as a region from a country."""

    variable: Annotated[str, Key("Name of the variable, such as S_REGION."), Rule.QUESTION]
    label: Annotated[str, Key("What it is.")]
    question: Annotated[str, Key("The single question it follows from.", word="from"), Rule.QUESTION]
    options: Annotated[tuple[DerivedOption, ...], Key("Its values.")]


@dataclass(frozen=True, kw_only=True)
class Quota(Definition):
    """How many answers are wanted of one side, or of one answer of it. Who comes after is thanked."""

    group: Annotated[Function | None, Key("Of this side. Left out: of both together.")] = None
    question: Annotated[
        str | None, Key("With this answer: a single question or a derived variable."), Rule.QUESTION
    ] = None
    codes: Annotated[tuple[AnswerCode, ...], Key("The answers meant.", word="is")] = ()
    at_most: Annotated[int, Key("So many, and no more."), Bounds(1, 10_000_000)]


@dataclass(frozen=True, kw_only=True)
class Target(Definition):
    """How large a part of a side gives one answer in truth, so that results are weighted to it."""

    group: Annotated[Function, Key("The side.")]
    question: Annotated[str, Key("A single question or a derived variable."), Rule.QUESTION]
    code: Annotated[int, Key("The answer.", word="is"), Bounds(0, 9999)]
    percent: Annotated[
        Decimal, Key("Its part of the side; the parts of a question come to 100."), Bounds(0, 100)
    ]


@dataclass(frozen=True, kw_only=True)
class Weight(Definition):
    """How much one part of the alignment index counts, beside the others."""

    part: Annotated[Name, Key("The part: need, priorities, perception, relationship, obstacles or data.")]
    weight: Annotated[
        Decimal, Key("How much it counts beside the others, which count 1; 0: not at all."), Bounds(0, 100)
    ]


@dataclass(frozen=True, kw_only=True)
class Form(Definition):
    """A shorter questionnaire out of the same questions, in the same order."""

    form: Annotated[Name, Key("Name of the form, such as short.")]
    title: Annotated[str, Key("What it is, as people read it.")] = ""
    minutes: Annotated[int, Key("How long it takes."), Bounds(1, 240)]
    questions: Annotated[tuple[QuestionName, ...], Key("The questions it keeps.")]
    rows: Annotated[
        Mapping[QuestionName, tuple[QuestionName, ...]],
        Key("Of a matrix it keeps: only these rows."),
    ] = field(default_factory=dict)
    screens: Annotated[bool, Key("false: nobody is screened out but who belongs to neither side.")] = True


@dataclass(frozen=True, kw_only=True)
class Instrument(Definition):
    """A two-sided survey: the questions in order, the sides, and what is promised to who answers."""

    name: Annotated[str, Key("Name of the instrument, as the file is called.", word="instrument"), Rule.NAME]
    title: Annotated[str, Key("What it is, as people read it.")]
    intro: Annotated[str, Key("What people read before the first question.")] = ""
    minutes: Annotated[int, Key("How long it takes, whole."), Bounds(1, 240)]
    anonymous: Annotated[
        bool, Key("true: an answer cannot be led back to an invitation. false says so to people.")
    ] = True
    smallest_group: Annotated[int, Key("No figure is shown of fewer people than this."), Bounds(3, 1000)] = 5
    reminders: Annotated[
        int,
        Key("So many letters at most remind somebody who is not done; 0: nobody is reminded."),
        Bounds(0, 10),
    ] = 2
    remind_after: Annotated[
        timedelta, Key("The least time between two letters to one person, such as 3 days; a day at least.")
    ] = timedelta(days=3)
    groups: Annotated[Mapping[Function, str], Key("The two sides, in words: what {own} and {other} say.")] = (
        field(default_factory=lambda: {Function.MARKETING: "marketing", Function.IT: "IT"})
    )
    group_question: Annotated[
        str, Key("The single question that tells the side: its options have `group`."), Rule.QUESTION
    ]
    blocks: Annotated[
        Mapping[Name, str], Key("The parts of the questionnaire with their headings, in order.")
    ]
    questions: Annotated[tuple[Question, ...], Key("The questions, in the order in which they are asked.")]
    derived: Annotated[tuple[Derived, ...], Key("Variables that follow from answers.")] = ()
    quotas: Annotated[tuple[Quota, ...], Key("How many answers are wanted of whom.")] = ()
    targets: Annotated[
        tuple[Target, ...],
        Key("What is known of the sides, by which results are weighted. Left out: everybody counts once."),
    ] = ()
    index: Annotated[
        tuple[Weight, ...],
        Key("How much the parts of the alignment index count. A part that is not named counts 1."),
    ] = ()
    forms: Annotated[tuple[Form, ...], Key("Shorter questionnaires out of the same questions.")] = ()

    def question(self, name: str) -> Question | None:
        """The question of that name, if there is one."""
        return next((one for one in self.questions if one.question == name), None)

    def form(self, name: str) -> Form | None:
        """The form of that name, if there is one."""
        return next((one for one in self.forms if one.form == name), None)
