"""An instrument as variables: names, kinds, choices, whom each is asked of, and what of two waves may be compared."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tandem.align.codebook import Choice, Codebook, Kind, Variable
from tandem.align.names import TITLED
from tandem.align.problems import NO_SUCH_FIGURE
from tandem.align.published import Published
from tandem.charter.definitions.instruments import (
    DONT_KNOW,
    Derived,
    Instrument,
    Mirror,
    Option,
    PublishedLink,
    Question,
    QuestionType,
    Row,
)
from tandem.charter.definitions.project import Function
from tandem.kernel import Place, Problem

KINDS: Mapping[QuestionType, Kind] = {
    QuestionType.SINGLE: Kind.SINGLE,
    QuestionType.MULTIPLE: Kind.MULTIPLE,
    QuestionType.FIVE: Kind.FIVE,
    QuestionType.RANK: Kind.RANK,
    QuestionType.NUMERIC: Kind.NUMERIC,
    QuestionType.OPEN: Kind.OPEN,
}
AGREE = (4, 5)
"""The points of a scale that count for a published percentage where its link names none."""
EITHER: Mapping[str, str] = {"own": "your function", "other": "the other function"}
"""The sides in labels that stand for both: each read its own words."""


@dataclass(frozen=True)
class Held:
    """One variable held against a published figure; `codes` are the answers that count for a percentage.

    Whether the figure is a percentage or a place in a list, the figure itself says; of a place, `codes` is the item.
    """

    variable: str
    codes: tuple[int, ...]
    wave: str
    question: str
    item: str


def codebook_of(instrument: Instrument) -> Codebook:
    """Every variable of an instrument in order, derived ones last. A form uses a part of the same codebook."""
    variables = [variable for one in instrument.questions for variable in _variables(one, instrument)]
    variables += [_derived(one, instrument) for one in instrument.derived]
    return Codebook(instrument.name, instrument.title, tuple(variables), instrument.group_question)


def variable_names(question: Question) -> tuple[str, ...]:
    """The variables of a question: its name, or QUESTION_ROW for each row of a matrix."""
    if question.type is QuestionType.MATRIX:
        return tuple(f"{question.question}_{row.row}" for row in question.rows)
    return (question.question,)


def choices_of(question: Question) -> tuple[Choice, ...]:
    """What can be answered: the options, or five points and `don't know`. A name stands at the ends and the middle."""
    if question.scale is None:
        return tuple(Choice(one.code, one.label, one.missing) for one in question.options)
    scale = question.scale
    named = {1: scale.low, 3: scale.middle, 5: scale.high}
    points = (Choice(point, named.get(point, str(point))) for point in range(1, 6))
    return (*points, Choice(DONT_KNOW, scale.dont_know, missing=True))


def fingerprint(question: Question, row: str | None = None) -> str:
    """16 hex digits of SHA-256 over what makes answers comparable: wording, choices, scale, base, not the order.

    Position in the questionnaire, order of options and filters, help, block and published figures take no part.
    Of a matrix, `row` gives that of one row; without it, that of all of them.
    """
    rows = sorted((one.row, one.label, _sides(one.of)) for one in question.rows if row in (None, one.row))
    said = {
        "type": question.type,
        "text": question.text,
        "rows": [one[1:] if row else one for one in rows],
        "choices": sorted((one.code, one.label, one.missing) for one in choices_of(question)),
        "of": _sides(question.of),
        "mirror": question.mirror,
        "when": sorted((one.question, sorted(one.codes), sorted(one.but)) for one in question.when),
        "bounds": [str(question.at_least), str(question.at_most), question.unit],
        "rank": [question.top, question.chosen_in],
    }
    return _digest(said)


def links(instrument: Instrument) -> tuple[Held, ...]:
    """Every variable with the published figures that it is held against, in the order of the questionnaire."""
    return tuple(held for held, _ in _links(instrument))


def link_problems(instrument: Instrument, figures: tuple[Published, ...]) -> tuple[Problem, ...]:
    """The links of an instrument that lead to no published figure."""
    known = {(one.wave, one.question_id, one.item) for one in figures}
    found: list[Problem] = []
    for held, place in _links(instrument):
        if (held.wave, held.question, held.item) in known:
            continue
        items = {item for wave, question, item in known if (wave, question) == (held.wave, held.question)}
        sentence = f"wave {held.wave} of the published studies has no such figure of {held.question}"
        found.append(NO_SUCH_FIGURE(sentence, place=place, found=held.item, alternatives=sorted(items)))
    return tuple(found)


def filled(text: str, words: Mapping[str, str]) -> str:
    """The text with `own` and `other` in place of {own} and {other}; {Own} and {Other} begin a sentence."""
    for word, said in words.items():
        text = text.replace(f"{{{word}}}", said).replace(f"{{{word.title()}}}", said[:1].upper() + said[1:])
    return text


# ── variables ────────────────────────────────────────────────────────────────────────────────────


def _variables(question: Question, instrument: Instrument) -> Iterator[Variable]:
    if question.type is not QuestionType.MATRIX:
        yield _variable(question, instrument, None)
    for row in question.rows:
        yield _variable(question, instrument, row)


def _variable(question: Question, instrument: Instrument, row: Row | None) -> Variable:
    name = question.question if row is None else f"{question.question}_{row.row}"
    about = question.about if question.about and question.mirror is Mirror.META else ""
    of = (set(question.of) or set(Function)) & (set(row.of if row else ()) or set(Function))
    words = words_of(instrument, next(iter(of))) if len(of) == 1 else EITHER
    kind = (Kind.FIVE if question.scale else Kind.SINGLE) if row else KINDS[question.type]
    return Variable(
        name=name,
        question=question.question,
        kind=kind,
        label=filled(row.label if row else question.text, words),
        choices=_choices(question, instrument, words),
        asked_of=tuple(str(side) for side in Function if side in of) if len(of) == 1 else (),
        mirror=str(question.mirror),
        about=f"{about}_{row.row}" if about and row else about,
        block=question.block,
        fingerprint=fingerprint(question, row.row if row else None),
    )


def _choices(question: Question, instrument: Instrument, words: Mapping[str, str]) -> tuple[Choice, ...]:
    """Of the question of groups, the sides have their names as labels, and who is of neither is in no base."""
    if question.question == instrument.group_question:
        labels = Counter(TITLED.get(one.group or "", one.label).casefold() for one in question.options)
        return tuple(_side(one, alone=labels[one.label.casefold()] < 2) for one in question.options)
    return tuple(Choice(one.code, filled(one.label, words), one.missing) for one in choices_of(question))


def _side(option: Option, *, alone: bool) -> Choice:
    """The code keeps an answer of neither side apart from what is called the same."""
    if option.group is None:
        label = option.label if alone else f"{option.label} ({option.code})"
        return Choice(option.code, label, missing=True)
    return Choice(option.code, TITLED[option.group])


def words_of(instrument: Instrument, side: Function) -> Mapping[str, str]:
    """What {own} and {other} say to somebody of that side."""
    other = Function.IT if side is Function.MARKETING else Function.MARKETING
    return {"own": instrument.groups[side], "other": instrument.groups[other]}


def _derived(one: Derived, instrument: Instrument) -> Variable:
    source = instrument.question(one.question)
    mapping = sorted((option.code, option.label, sorted(option.codes)) for option in one.options)
    return Variable(
        name=one.variable,
        question=one.variable,
        kind=Kind.SINGLE,
        label=one.label,
        choices=tuple(Choice(option.code, option.label) for option in one.options),
        block=source.block if source else "",
        fingerprint=_digest([fingerprint(source) if source else "", mapping]),
    )


def _sides(of: tuple[Function, ...]) -> list[str]:
    return sorted(str(side) for side in (of or tuple(Function)))


def _digest(said: object) -> str:
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]


# ── published figures ────────────────────────────────────────────────────────────────────────────


def _links(instrument: Instrument) -> Iterator[tuple[Held, Place]]:
    for question in instrument.questions:
        default = AGREE if question.scale else ()
        yield from _linked(question.question, default, question.published)
        for option in question.options:
            yield from _linked(question.question, (option.code,), option.published)
        for row in question.rows:
            yield from _linked(f"{question.question}_{row.row}", default, row.published)
    for derived in instrument.derived:
        for value in derived.options:
            yield from _linked(derived.variable, (value.code,), value.published)


def _linked(
    variable: str, codes: tuple[int, ...], published: tuple[PublishedLink, ...]
) -> Iterator[tuple[Held, Place]]:
    for link in published:
        yield Held(variable, link.codes or codes, link.wave, link.question, link.item), link.at("item")
