"""Whatever is answered: what is accepted fits its columns, what is filtered is not asked, order changes nothing."""

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.align.instrument import (
    asked,
    check_answer,
    codebook_of,
    derived,
    fields_of,
    fingerprint,
    raw_of,
    settled,
    shuffled,
)
from tandem.align.responses import from_answers, to_answers
from tandem.charter import instrument_text
from tandem.charter.definitions import Filter, Question, QuestionType
from tandem.charter.loader import load_instrument
from tandem.kernel import Problem

ALIGNMENT = load_instrument("pulse/alignment.yml", instrument_text())
BOOK = codebook_of(ALIGNMENT)
FORMS = st.sampled_from([None, "company", "short"])
RAW = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 120),
    st.floats(),
    st.text(max_size=12),
    st.lists(st.integers(0, 20) | st.text(max_size=3), max_size=7),
    st.dictionaries(
        st.integers(0, 20).map(str) | st.text(max_size=8), st.integers(0, 6).map(str), max_size=6
    ),
)


def answer_to(question: Question, chance: random.Random) -> object:
    """An answer that somebody may give; now and then none."""
    codes = [one.code for one in question.options]
    alone = {one.code for one in question.options if one.exclusive or one.missing}
    if not question.required and chance.random() < 0.15:
        return None
    match question.type:
        case QuestionType.SINGLE:
            return chance.choice(codes)
        case QuestionType.FIVE:
            return chance.choice([1, 2, 3, 4, 5, 9])
        case QuestionType.MULTIPLE:
            if alone and chance.random() < 0.1:
                return [chance.choice(sorted(alone))]
            free = [code for code in codes if code not in alone]
            most = int(question.at_most or len(free))
            return chance.sample(free, chance.randint(1, min(most, len(free))))
        case QuestionType.RANK:
            return chance.sample(codes, min(question.top or len(codes), len(codes)))
        case QuestionType.MATRIX:
            points = codes or [1, 2, 3, 4, 5, 9]
            return {row.row: chance.choice(points) for row in question.rows if chance.random() < 0.9}
        case QuestionType.NUMERIC:
            return chance.randint(0, 100)
        case _:
            return "words"


def walked(seed: int, form: str | None) -> dict[str, object]:
    """Somebody goes through the questionnaire, question by question, as pages would lead."""
    chance, answers, seen = random.Random(seed), {}, set[str]()
    while True:
        open_ = [one for one in asked(ALIGNMENT, None, answers, form) if one.question not in seen]
        if not open_:
            return answers
        seen.add(open_[0].question)
        found = check_answer(open_[0], answer_to(open_[0], chance))
        assert not isinstance(found, Problem), found
        answers |= found


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), FORMS)
def test_what_is_answered_fits_the_columns_and_comes_back(seed: int, form: str | None) -> None:
    answers = walked(seed, form)
    stored = settled(ALIGNMENT, None, answers, form)
    assert stored == answers | derived(ALIGNMENT, answers)
    assert to_answers(from_answers(BOOK, [stored])) == [
        {name: stored[name] for name in BOOK_ORDER if name in stored}
    ]


BOOK_ORDER = [variable.name for variable in BOOK.variables]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(ALIGNMENT.questions), RAW)
def test_anything_is_an_answer_or_a_problem(question: Question, raw: object) -> None:
    found = check_answer(question, raw)
    if not isinstance(found, Problem):
        from_answers(BOOK, [found])


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(ALIGNMENT.questions), st.integers(0, 10**6))
def test_a_form_says_what_json_says(question: Question, seed: int) -> None:
    raw = answer_to(question, random.Random(seed))
    fields: dict[str, list[str]] = {}
    match raw:
        case list() if question.type is QuestionType.RANK:
            fields = {f"{question.question}.{place}": [str(code)] for place, code in enumerate(raw, 1)}
        case list():
            fields = {question.question: [str(code) for code in raw]}
        case dict():
            fields = {f"{question.question}_{row}": [str(code)] for row, code in raw.items()}
        case int() | str():
            fields = {question.question: [str(raw)]}
    assert set(fields) <= set(fields_of(question))
    assert check_answer(question, raw_of(question, fields)) == check_answer(question, raw)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), FORMS, st.sampled_from([None, "marketing", "it"]), st.integers(0, 40))
def test_what_is_filtered_is_never_asked(seed: int, form: str | None, side: str | None, left: int) -> None:
    answers = dict(list(walked(seed, form).items())[left:])
    found = asked(ALIGNMENT, side, answers, form)
    names = [one.question for one in found]
    cut = ALIGNMENT.form(form) if form else None
    standing = settled(ALIGNMENT, side, answers, form)
    assert names == [one.question for one in ALIGNMENT.questions if one.question in names]
    for one in found:
        assert cut is None or one.question in cut.questions
        assert side is None or not one.of or side in one.of
        for condition in one.when:
            assert _holds(condition, standing), (one.question, condition)


def _holds(condition: Filter, answers: dict[str, object]) -> bool:
    given_ = answers.get(condition.question)
    chosen = set(given_) if isinstance(given_, list) else {given_} - {None}
    return bool(chosen & set(condition.codes)) if condition.codes else bool(chosen - set(condition.but))


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(ALIGNMENT.questions), st.text(max_size=10), st.randoms(use_true_random=False))
def test_order_changes_no_fingerprint(question: Question, seed: str, chance: random.Random) -> None:
    options, rows, when = list(question.options), list(question.rows), list(question.when)
    for part in (options, rows, when):
        chance.shuffle(part)
    mixed = replace(question, options=tuple(options), rows=tuple(rows), when=tuple(when))
    assert fingerprint(mixed) == fingerprint(question) == fingerprint(shuffled(question, seed))
    for row in question.rows:
        assert fingerprint(mixed, row.row) == fingerprint(question, row.row)


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(ALIGNMENT.questions), st.text(max_size=10))
def test_an_order_loses_nothing_and_moves_only_what_may_move(question: Question, seed: str) -> None:
    mixed = shuffled(question, seed)
    assert sorted(one.code for one in mixed.options) == sorted(one.code for one in question.options)
    assert {row.row for row in mixed.rows} == {row.row for row in question.rows}
    for before, after in zip(question.options, mixed.options, strict=True):
        if before.fixed or before.missing or before.exclusive:
            assert before == after
