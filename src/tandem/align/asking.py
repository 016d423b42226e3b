"""What is asked of whom, in which order and words, and when the asking ends: filters, sides, forms, screens, quotas."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from tandem.align.problems import UNKNOWN_FORM
from tandem.align.questions import filled, variable_names, words_of
from tandem.charter.definitions.instruments import (
    Filter,
    Form,
    Instrument,
    Question,
    QuestionType,
    Quota,
    Row,
    Scale,
)
from tandem.charter.definitions.project import Function
from tandem.kernel import Problems

Answers = Mapping[str, object]
"""Variable → answer as it is stored: a code, a list of codes, {code: place}, a number, a text."""


class Outcome(StrEnum):
    """How it goes on with somebody who answers."""

    GOES_ON = "goes on"
    SCREENED_OUT = "screened out"
    QUOTA_FULL = "quota full"


@dataclass(frozen=True)
class Verdict:
    """Whether the asking goes on; if not, the question that decided it and why, as the person may read it."""

    outcome: Outcome
    question: str = ""
    sentence: str = ""


def group_of(instrument: Instrument, answers: Answers) -> Function | None:
    """The side that the answers tell, None if they tell none."""
    one = instrument.question(instrument.group_question)
    given = answers.get(instrument.group_question)
    options = one.options if one else ()
    return next((option.group for option in options if option.code == given), None)


def answer_of_group(instrument: Instrument, group: str) -> dict[str, object]:
    """The answer that stands for a side, where an invitation knows it already. Raises ValueError for no side."""
    one, side = instrument.question(instrument.group_question), Function(group)
    code = next(option.code for option in (one.options if one else ()) if option.group is side)
    return {instrument.group_question: code}


def form_of(instrument: Instrument, name: str | None) -> Form | None:
    """The form of that name; None for the whole questionnaire. Raises Problems (ALN-102) for an unknown one."""
    if not name:
        return None
    form = instrument.form(name)
    if form is None:
        options = [one.form for one in instrument.forms]
        sentence = f"`{instrument.name}` has no form `{name}`"
        raise Problems(UNKNOWN_FORM(sentence, found=name, alternatives=options))
    return form


def asked(
    instrument: Instrument, group: str | None, answers: Answers, form: str | None = None
) -> tuple[Question, ...]:
    """The questions that apply with these answers, in order and in the words of the side.

    A matrix has the rows of the side and form, a ranking of chosen items those chosen. `group` None: the answers
    tell the side; while they do not, nothing after the question of groups is asked. A filter on what was not
    answered, or on a question that does not apply itself, does not hold. Raises Problems for an unknown form.
    """
    side = Function(group) if group else group_of(instrument, answers)
    return tuple(one for one, _ in _walk(instrument, side, answers, form_of(instrument, form)))


def questionnaire(
    instrument: Instrument, side: Function | None = None, form: str | None = None
) -> tuple[Question, ...]:
    """Every question that somebody of that side may be asked (None: of either), whatever is answered, in its words."""
    cut = form_of(instrument, form)
    found: list[Question] = []
    for question in instrument.questions:
        left_out = cut is not None and question.question not in cut.questions
        if left_out or (side and question.of and side not in question.of):
            continue
        narrow = replace(question, rows=_rows(question, side, cut)) if question.rows else question
        if narrow.rows or not question.rows:
            found.append(worded(narrow, instrument, side) if side else narrow)
    return tuple(found)


def settled(
    instrument: Instrument, group: str | None, answers: Answers, form: str | None = None
) -> dict[str, object]:
    """The answers that stand: of questions that apply, and what follows from them (a region from a country).

    What somebody answered, and then made inapplicable by another answer, is left out.
    """
    side = Function(group) if group else group_of(instrument, answers)
    found: dict[str, object] = {}
    for _, kept in _walk(instrument, side, answers, form_of(instrument, form)):
        found |= kept
    return found | derived(instrument, found)


def derived(instrument: Instrument, answers: Answers) -> dict[str, object]:
    """The values of derived variables that follow from the answers."""
    found: dict[str, object] = {}
    for one in instrument.derived:
        code = next((part.code for part in one.options if answers.get(one.question) in part.codes), None)
        if code is not None:
            found[one.variable] = code
    return found


def worded(question: Question, instrument: Instrument, side: Function) -> Question:
    """The question as somebody of that side reads it. It says the same as before where it has no placeholder."""
    words = words_of(instrument, side)
    scale = question.scale
    if scale is not None:
        parts = {word: filled(getattr(scale, word), words) for word in ("low", "middle", "high", "dont_know")}
        scale = Scale(**parts, place=scale.place, places=scale.places)
    return replace(
        question,
        text=filled(question.text, words),
        help=filled(question.help, words),
        options=tuple(replace(one, label=filled(one.label, words)) for one in question.options),
        rows=tuple(replace(one, label=filled(one.label, words)) for one in question.rows),
        scale=scale,
    )


def shuffled(question: Question, seed: str) -> Question:
    """The question with options or rows in the order of a person: by SHA-256 of seed, question and item.

    The same seed gives the same order, so a page can be opened again. What is fixed, missing or exclusive keeps
    its place. A question that is not random comes back as it is.
    """
    if not question.random:
        return question
    if question.type is QuestionType.MATRIX:
        rows = [(row.fixed, row.row) for row in question.rows]
        return replace(
            question, rows=tuple(question.rows[at] for at in _order(rows, question.question, seed))
        )
    kept = [(one.fixed or one.missing or one.exclusive, str(one.code)) for one in question.options]
    order = _order(kept, question.chosen_in or question.question, seed)
    return replace(question, options=tuple(question.options[at] for at in order))


def verdict(
    instrument: Instrument, answers: Answers, form: str | None = None, counts: Sequence[int] = ()
) -> Verdict:
    """Whether the asking goes on. `counts`: kept answers so far in each quota, in the order of `quotas`.

    Who is of neither side is screened out in every form; by other answers only where the form screens.
    """
    cut = form_of(instrument, form)
    for question in instrument.questions:
        screens = cut is None or cut.screens or question.question == instrument.group_question
        given = answers.get(question.question)
        for option in question.options if screens else ():
            excused = any(_holds(one, answers) for one in option.unless)
            if option.screen_out and option.code == given and not excused:
                sentence = "This survey is meant for others. Thank you for your time."
                return Verdict(Outcome.SCREENED_OUT, question.question, sentence)
    reached = quotas_of(instrument, answers)
    for number, (quota, count) in enumerate(zip(instrument.quotas, counts, strict=False)):
        if number in reached and count >= quota.at_most:
            sentence = "We already have as many answers like yours as we need. Thank you for your time."
            return Verdict(Outcome.QUOTA_FULL, quota.question or instrument.group_question, sentence)
    return Verdict(Outcome.GOES_ON)


def quotas_of(instrument: Instrument, answers: Answers) -> tuple[int, ...]:
    """The places in `quotas` of those in which these answers count."""
    known = {**answers, **derived(instrument, answers)}
    side = group_of(instrument, answers)
    return tuple(number for number, quota in enumerate(instrument.quotas) if _in(quota, side, known))


def _in(quota: Quota, side: Function | None, answers: Answers) -> bool:
    if side is None or quota.group not in (None, side):
        return False
    return quota.question is None or answers.get(quota.question) in quota.codes


# ── walking the questionnaire ────────────────────────────────────────────────────────────────────


def _walk(
    instrument: Instrument, side: Function | None, answers: Answers, form: Form | None
) -> Iterator[tuple[Question, dict[str, object]]]:
    """Each question that applies, as it is asked, with its answers so far."""
    kept: dict[str, object] = {}
    for question in instrument.questions:
        if form is not None and question.question not in form.questions:
            continue
        applies = not question.of or side in question.of
        if applies and all(_holds(one, kept) for one in question.when):
            narrow = _narrowed(question, side, form, kept)
            if narrow is not None:
                own = {name: answers[name] for name in variable_names(narrow) if name in answers}
                kept |= own
                yield (worded(narrow, instrument, side) if side else narrow), own
        if side is None and question.question == instrument.group_question:
            return


def _holds(condition: Filter, answers: Answers) -> bool:
    given = answers.get(condition.question)
    if given is None:
        return False
    chosen = {int(code) for code in given} if isinstance(given, list | tuple | Mapping) else {given}
    return bool(chosen & set(condition.codes)) if condition.codes else not chosen & set(condition.but)


def _narrowed(question: Question, side: Function | None, form: Form | None, kept: Answers) -> Question | None:
    """The question with the rows or options that apply; None if none is left to be asked."""
    if question.type is QuestionType.MATRIX:
        rows = tuple(row for row in _rows(question, side, form) if not row.of or side in row.of)
        return replace(question, rows=rows) if rows else None
    if question.chosen_in is None:
        return question
    chosen = kept.get(question.chosen_in)
    codes = set(chosen) if isinstance(chosen, list | tuple) else set()
    options = tuple(one for one in question.options if one.code in codes)
    if len(options) < 2:
        return None
    top = min(question.top or len(options), len(options))
    return replace(question, options=options, top=top)


def _rows(question: Question, side: Function | None, form: Form | None) -> tuple[Row, ...]:
    """The rows that the form keeps, of one side or, without a side, of both."""
    names = form.rows.get(question.question) if form else None
    rows = (row for row in question.rows if names is None or row.row in names)
    return tuple(row for row in rows if side is None or not row.of or side in row.of)


def _order(items: Sequence[tuple[bool, str]], name: str, seed: str) -> list[int]:
    """Places of the items in their new order; the fixed keep theirs."""
    loose = [at for at, (fixed, _) in enumerate(items) if not fixed]
    drawn = iter(sorted(loose, key=lambda at: _draw(seed, name, items[at][1])))
    return [at if items[at][0] else next(drawn) for at in range(len(items))]


def _draw(seed: str, name: str, item: str) -> bytes:
    return hashlib.sha256(_apart(seed, name, item)).digest()


def _apart(*parts: str) -> bytes:
    """Texts as bytes that no other texts give."""
    return b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)
