"""A survey instrument as a whole: names that lead nowhere, questions that nobody can reach, sides that are left out."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from tandem.charter.definitions.instruments import (
    DONT_KNOW,
    Derived,
    Filter,
    Form,
    Instrument,
    Mirror,
    Question,
    QuestionType,
    Target,
)
from tandem.charter.definitions.project import Function
from tandem.charter.instrument_problems import NEVER_ASKED, PLACEHOLDER, UNKNOWN_ANSWER, UNKNOWN_QUESTION
from tandem.charter.problems import CONTRADICTION, DUPLICATE_NAME
from tandem.kernel import Place, Problem

FILTERING = (QuestionType.SINGLE, QuestionType.MULTIPLE, QuestionType.FIVE, QuestionType.RANK)
BOTH = frozenset(Function)


def whole(instrument: Instrument) -> Iterator[Problem]:
    """Every problem between the parts of an instrument."""
    view = _View(instrument)
    for check in CHECKS:
        yield from check(view)


@dataclass(frozen=True)
class _View:
    """The instrument, and its questions by name and place in the order."""

    it: Instrument

    @cached_property
    def questions(self) -> Mapping[str, Question]:
        return {one.question: one for one in reversed(self.it.questions)}

    @cached_property
    def order(self) -> Mapping[str, int]:
        return {one.question: number for number, one in reversed([*enumerate(self.it.questions)])}

    def unknown(self, name: str, place: Place, among: Iterable[str] | None = None) -> Problem:
        options = tuple(self.questions if among is None else among)
        sentence = f"the instrument has no question `{name}`"
        return UNKNOWN_QUESTION(sentence, place=place, found=name, alternatives=options)


def sides(question: Question) -> frozenset[Function]:
    """Whom the question is asked of."""
    return frozenset(question.of) or BOTH


def answers_of(question: Question) -> tuple[int, ...]:
    """The codes that an answer may have."""
    if question.options:
        return tuple(one.code for one in question.options)
    return (1, 2, 3, 4, 5, DONT_KNOW) if question.scale else ()


def _names(view: _View) -> Iterator[Problem]:
    """A variable has a name of its own: questions, rows of matrices, derived variables."""
    seen: dict[str, Place] = {}
    named: list[tuple[str, Place]] = []
    for one in view.it.questions:
        named.append((one.question, one.at("question")))
        rows = {row.row: row for row in reversed(one.rows)}  # a row that stands twice is told with its matrix
        named += [(f"{one.question}_{name}", row.at("row")) for name, row in rows.items()]
    named += [(one.variable, one.at("variable")) for one in view.it.derived]
    for name, place in named:
        if name in seen:
            sentence = f"variable `{name}` is declared twice"
            yield DUPLICATE_NAME(sentence, place=place, found=f"also at {seen[name]}")
        seen.setdefault(name, place)
    forms: dict[str, Place] = {}
    for form in view.it.forms:
        if form.form in forms:
            sentence = f"form `{form.form}` is declared twice"
            yield DUPLICATE_NAME(sentence, place=form.at("form"), found=f"also at {forms[form.form]}")
        forms.setdefault(form.form, form.at("form"))


def _blocks(view: _View) -> Iterator[Problem]:
    for one in view.it.questions:
        if one.block not in view.it.blocks:
            sentence = f"`{one.question}` stands in a block that is not declared"
            options = tuple(view.it.blocks)
            yield UNKNOWN_QUESTION(sentence, place=one.at("block"), found=one.block, alternatives=options)


def _groups(view: _View) -> Iterator[Problem]:
    """The two sides have words of their own, and one question tells them apart."""
    labels = view.it.groups
    if set(labels) != BOTH or len({label.strip().casefold() for label in labels.values()}) < 2:
        expected = "groups: {marketing: …, it: …}, two different words"
        yield CONTRADICTION("an instrument has two sides", place=view.it.at("groups"), expected=expected)
    name = view.it.group_question
    one = view.questions.get(name)
    if one is None:
        yield view.unknown(name, view.it.at("group_question"))
        return
    if one.type is not QuestionType.SINGLE or one.of or one.when:
        sentence = f"`{name}` tells the sides apart, so it is a single question that everybody is asked"
        yield CONTRADICTION(sentence, place=one.at("type"), found=str(one.type), expected="type: single")
    told = [option.group for option in one.options if option.group]
    if sorted(told) != sorted(BOTH):
        sentence = f"one option of `{name}` tells marketing, and one tells IT"
        found = ", ".join(told) or "no option with `group`"
        yield CONTRADICTION(
            sentence, place=one.at("options"), found=found, expected="group: marketing, group: it"
        )
    for early in view.it.questions[: view.order[name] + 1]:
        if early.of:
            sentence = f"`{early.question}` is asked of one side before the side is known"
            yield NEVER_ASKED(
                sentence, place=early.at("of"), found=early.question, expected=f"after `{name}`"
            )
        said = [early.text, early.help, *(option.label for option in early.options)]
        if any(mark in text for text in said for mark in ("{own}", "{other}", "{Own}", "{Other}")):
            sentence = f"`{early.question}` names a side before the side is known"
            yield PLACEHOLDER(sentence, place=early.at("text"), fix=f"put it after `{name}`")
    for later in view.it.questions:
        for option in later.options if later.question != name else ():
            if option.group:
                sentence = f"`group` is for the options of `{name}`"
                yield CONTRADICTION(sentence, place=option.at("group"), found=str(option.group))


def _filters(view: _View) -> Iterator[Problem]:
    for one in view.it.questions:
        for condition in (*one.when, *(part for option in one.options for part in option.unless)):
            yield from _rests_on(view, one, condition.question, condition.at("question"))
            before = view.questions.get(condition.question)
            if before is not None:
                yield from _filter_answers(before, condition)


def _filter_answers(before: Question, condition: Filter) -> Iterator[Problem]:
    if before.type not in FILTERING:
        sentence = f"a condition cannot look at `{before.question}`, which is {before.type}"
        expected = "a question of type " + ", ".join(FILTERING)
        place = condition.at("question")
        yield CONTRADICTION(sentence, place=place, found=str(before.type), expected=expected)
        return
    word = "codes" if condition.codes else "but"
    yield from _codes(before, condition.codes or condition.but, lambda number: condition.at(word, number))


def _codes(before: Question, codes: Iterable[int], place: Callable[[int], Place]) -> Iterator[Problem]:
    known = answers_of(before)
    for number, code in enumerate(codes):
        if code not in known:
            sentence = f"`{before.question}` has no answer {code}"
            options = [str(one) for one in known]
            yield UNKNOWN_ANSWER(sentence, place=place(number), found=str(code), alternatives=options)


def _rests_on(view: _View, one: Question, name: str, place: Place) -> Iterator[Problem]:
    """The question named stands before, and is asked of every side that this one is asked of."""
    before = view.questions.get(name)
    if before is None:
        yield view.unknown(name, place)
    elif view.order[name] >= view.order[one.question]:
        sentence = f"`{one.question}` looks at `{name}`, which is not asked before it"
        yield NEVER_ASKED(sentence, place=place, found=name)
    elif not sides(one) <= sides(before):
        left = ", ".join(sorted(sides(one) - sides(before)))
        sentence = f"`{one.question}` looks at `{name}`, which is not asked of {left}"
        yield NEVER_ASKED(sentence, place=place, found=name)


def _ranks(view: _View) -> Iterator[Problem]:
    for one in view.it.questions:
        if one.chosen_in is None:
            continue
        place = one.at("chosen_in")
        yield from _rests_on(view, one, one.chosen_in, place)
        before = view.questions.get(one.chosen_in)
        if before is not None and before.type is not QuestionType.MULTIPLE:
            sentence = f"nothing is chosen in `{before.question}`, which is {before.type}"
            yield CONTRADICTION(sentence, place=place, found=str(before.type), expected="type: multiple")
        elif before is not None:
            yield from _codes(before, answers_of(one), lambda number, one=one: one.options[number].at("code"))  # type: ignore[misc]


def _guesses(view: _View) -> Iterator[Problem]:
    """A guess is asked like the question that it guesses, and that one of the other side."""
    for one in view.it.questions:
        if one.mirror is not Mirror.META or one.about is None:
            continue
        about, place = view.questions.get(one.about), one.at("about")
        if about is None or about is one:
            yield view.unknown(one.about, place, [name for name in view.questions if name != one.question])
            continue
        if about.mirror is Mirror.META or about.type is not one.type:
            sentence = f"`{one.question}` cannot guess `{about.question}`, which is asked in another way"
            expected = f"a question of type {one.type} that is no guess itself"
            yield CONTRADICTION(sentence, place=place, found=str(about.type), expected=expected)
            continue
        if answers_of(one) and set(answers_of(one)) != set(answers_of(about)):
            sentence = f"`{one.question}` has other answers than `{about.question}`, which it guesses"
            yield CONTRADICTION(sentence, place=one.at("options"), fix="give both the same options")
        yield from _guessed_of(view, one, about)


def _guessed_of(view: _View, one: Question, about: Question) -> Iterator[Problem]:
    rows = {row.row: row for row in about.rows}
    for row in one.rows:
        if row.row not in rows:
            sentence = f"`{about.question}` has no row `{row.row}` to guess"
            yield UNKNOWN_QUESTION(sentence, place=row.at("row"), found=row.row, alternatives=tuple(rows))
            continue
        asked = (frozenset(row.of) or BOTH) & sides(one)
        answered = (frozenset(rows[row.row].of) or BOTH) & sides(about)
        if not {_other(side) for side in asked} <= answered:
            sentence = f"the other side is not asked `{about.question}_{row.row}`, so nobody can guess it"
            yield NEVER_ASKED(sentence, place=row.at("row"), found=row.row)
    if not one.rows and not {_other(side) for side in sides(one)} <= sides(about):
        sentence = f"the other side is not asked `{about.question}`, so nobody can guess it"
        yield NEVER_ASKED(sentence, place=one.at("about"), found=about.question)


def _other(side: Function) -> Function:
    return Function.IT if side is Function.MARKETING else Function.MARKETING


def _derived(view: _View) -> Iterator[Problem]:
    for one in view.it.derived:
        yield from _derived_values(one)
        source = view.questions.get(one.question)
        if source is None:
            yield view.unknown(one.question, one.at("question"))
        elif source.type is not QuestionType.SINGLE:
            sentence = (
                f"`{one.variable}` follows from a single question, and `{one.question}` is {source.type}"
            )
            yield CONTRADICTION(sentence, place=one.at("question"), found=str(source.type))
        else:
            for option in one.options:
                yield from _codes(source, option.codes, lambda number, at=option.at: at("codes", number))  # type: ignore[misc]


def _derived_values(one: Derived) -> Iterator[Problem]:
    """Each value stands once, and each answer leads to one of them."""
    if not one.options:
        sentence = f"`{one.variable}` has no values"
        yield CONTRADICTION(
            sentence, place=one.at("options"), expected="options: [{code: 1, label: …, is: [1]}]"
        )
    values: dict[int, Place] = {}
    answers: dict[int, Place] = {}
    for option in one.options:
        if option.code in values:
            sentence = f"value `{option.code}` is declared twice in `{one.variable}`"
            place, found = option.at("code"), f"also at {values[option.code]}"
            yield DUPLICATE_NAME(sentence, place=place, found=found)
        values.setdefault(option.code, option.at("code"))
        for number, code in enumerate(option.codes):
            if code in answers:
                sentence = f"answer {code} leads to two values of `{one.variable}`"
                place, found = option.at("codes", number), f"also at {answers[code]}"
                yield CONTRADICTION(sentence, place=place, found=found)
            answers.setdefault(code, option.at("codes", number))


def _quotas(view: _View) -> Iterator[Problem]:
    derived = {one.variable: one for one in view.it.derived}
    singles = {one.question: one for one in view.it.questions if one.type is QuestionType.SINGLE}
    for quota in view.it.quotas:
        if (quota.question is None) != (not quota.codes):
            sentence = "a quota names a question and its answers, or neither"
            yield CONTRADICTION(sentence, place=quota.place, expected="question: …, is: [1]")
        if quota.question is None:
            continue
        if quota.question in singles:
            yield from _codes(
                singles[quota.question],
                quota.codes,
                lambda number, at=quota.at: at("codes", number),  # type: ignore[misc]
            )
        elif quota.question in derived:
            known = [option.code for option in derived[quota.question].options]
            for number, code in enumerate(quota.codes):
                if code not in known:
                    sentence = f"`{quota.question}` has no value {code}"
                    options = [str(one) for one in known]
                    place = quota.at("codes", number)
                    yield UNKNOWN_ANSWER(sentence, place=place, found=str(code), alternatives=options)
        else:
            yield view.unknown(quota.question, quota.at("question"), [*singles, *derived])


def _targets(view: _View) -> Iterator[Problem]:
    """Parts of a side: of answers that there are, each once, and all of them together the whole side."""
    answers: dict[str, set[int]] = {
        **{one.variable: {option.code for option in one.options} for one in view.it.derived},
        **{
            one.question: {option.code for option in one.options if not option.missing}
            for one in view.it.questions
            if one.type is QuestionType.SINGLE
        },
    }
    parts: dict[tuple[str, str], dict[int, Target]] = {}
    for target in view.it.targets:
        known = answers.get(target.question)
        if known is None:
            yield view.unknown(target.question, target.at("question"), answers)
            continue
        if target.code not in known:
            sentence = f"`{target.question}` has no answer {target.code} that counts"
            options = [str(one) for one in sorted(known)]
            yield UNKNOWN_ANSWER(
                sentence, place=target.at("code"), found=str(target.code), alternatives=options
            )
        own = parts.setdefault((target.group, target.question), {})
        if target.code in own:
            sentence = (
                f"the part of answer {target.code} of `{target.question}` is given twice for {target.group}"
            )
            yield DUPLICATE_NAME(sentence, place=target.place, found=f"also at {own[target.code].place}")
        own[target.code] = target
    for (group, name), own in parts.items():
        total = sum((one.percent for one in own.values()), Decimal())
        if abs(total - 100) > 1:
            sentence = f"the parts of `{name}` for {group} come to {total}"
            place = next(iter(own.values())).at("percent")
            yield CONTRADICTION(sentence, place=place, found=str(total), expected="100, rounded to within 1")


def _forms(view: _View) -> Iterator[Problem]:
    for form in view.it.forms:
        for number, name in enumerate(form.questions):
            if name not in view.questions:
                yield view.unknown(name, form.at("questions", number))
        if view.it.group_question not in form.questions:
            sentence = f"the form `{form.form}` does not ask which side one is of"
            yield NEVER_ASKED(sentence, place=form.at("questions"), expected=view.it.group_question)
        yield from _form_rests(view, form)
        yield from _form_rows(view, form)


def _form_rests(view: _View, form: Form) -> Iterator[Problem]:
    for number, name in enumerate(form.questions):
        one = view.questions.get(name)
        needs = [] if one is None else [*(part.question for part in one.when), *filter(None, [one.chosen_in])]
        for needed in dict.fromkeys(needs):
            if needed in view.questions and needed not in form.questions:
                sentence = f"the form `{form.form}` has `{name}`, which looks at `{needed}`, and not that one"
                yield NEVER_ASKED(sentence, place=form.at("questions", number), found=name, expected=needed)


def _form_rows(view: _View, form: Form) -> Iterator[Problem]:
    for name, rows in form.rows.items():
        matrices = [one for one in form.questions if one in view.questions and view.questions[one].rows]
        if name not in matrices:
            sentence = f"`{name}` is no matrix of the form `{form.form}`"
            yield UNKNOWN_QUESTION(sentence, place=form.at("rows"), found=name, alternatives=matrices)
            continue
        known = [row.row for row in view.questions[name].rows]
        for row in rows:
            if row not in known:
                sentence = f"`{name}` has no row `{row}`"
                yield UNKNOWN_QUESTION(sentence, place=form.at("rows"), found=row, alternatives=known)


CHECKS: tuple[Callable[[_View], Iterator[Problem]], ...] = (
    _names,
    _blocks,
    _groups,
    _filters,
    _ranks,
    _guesses,
    _derived,
    _quotas,
    _targets,
    _forms,
)
