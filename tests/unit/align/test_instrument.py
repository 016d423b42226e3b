"""The alignment survey at work: who is asked what, what is an answer, when it ends, and what waves compare."""

from dataclasses import replace

import pytest

from tandem.align.codebook import Kind
from tandem.align.instrument import (
    Flag,
    Outcome,
    answer_of_group,
    asked,
    check_answer,
    codebook_of,
    fingerprint,
    form_of,
    group_of,
    link_problems,
    links,
    minutes,
    quality_flags,
    questionnaire,
    quotas_of,
    raw_of,
    settled,
    shuffled,
    verdict,
)
from tandem.align.published import load
from tandem.align.responses import from_answers
from tandem.align.surveyjs import survey_js
from tandem.charter import instrument_text
from tandem.charter.definitions import Function, Instrument, Option, Question, Quota
from tandem.charter.loader import load_instrument
from tandem.kernel import Problem, Problems

ALIGNMENT: Instrument = load_instrument("pulse/alignment.yml", instrument_text())
MARKETING, IT = {"S_FUNCTION": 1}, {"S_FUNCTION": 2}
GUIDE = {
    "S_FUNCTION",
    "S_TITLE",
    "S_ROLE",
    "S_COUNTRY",
    "S_REVENUE",
    "S_INDUSTRY",
    "S_MODEL",
    "S_GROWTH",
    "S_PAIR",
    "S_QC",
    "NEED",
    "DRIVERS",
    "TECH_PURPOSE",
    "PREPARED",
    "UNPREPARED_WHY",
    "DIGITAL_IMPORTANCE",
    "DIGITAL_LEAD",
    "FRUSTRATION",
    "CSUITE_IMPORTANCE",
    "CSUITE_IMPROVED",
    "CSUITE_COLLAB",
    "MKTIT_PRIORITY",
    "MKT_PRIORITIES",
    "IT_PRIORITIES",
    "DATA_INTEGRATION",
    "MULTICHANNEL",
    "IMPL_CHALLENGE",
    "OBSTACLES",
    "TECH_SHARE",
    "BUDGET_SIZE",
    "SKILLS",
    "DECISION",
    "EXPERIENCE",
    "TRUST",
    "IDEAS",
}


def question(name: str) -> Question:
    found = ALIGNMENT.question(name)
    assert found is not None
    return found


def names(answers: dict[str, object], form: str | None = None, group: str | None = None) -> list[str]:
    return [one.question for one in asked(ALIGNMENT, group, answers, form)]


# ── the survey that comes with Tandem ────────────────────────────────────────────────────────────


def test_it_has_every_question_of_the_guide() -> None:
    assert {one.question for one in ALIGNMENT.questions} >= GUIDE


def test_its_lists_have_their_length() -> None:
    assert len(question("DRIVERS").options) == 15
    assert len(question("IT_PRIORITIES").options) == 16
    assert len([one for one in question("OBSTACLES").options if one.code < 90]) == 11
    assert len(question("CSUITE_IMPORTANCE").rows) == 8


def test_every_published_item_is_held_but_those_no_answer_can_be() -> None:
    assert link_problems(ALIGNMENT, load()) == ()
    held = {(one.wave, one.question, one.item) for one in links(ALIGNMENT)}
    left = {one.item for one in load() if (one.wave, one.question_id, one.item) not in held and one.value > 0}
    places = {
        "IT organisation among C-suite functions by improvement",
        "Marketing among C-suite functions by improvement",
        "CIO as partner with whom much more work is needed",
    }
    assert {item for item in left if not item.startswith("Unlabelled driver")} == places


def test_links_name_variables_and_answers_of_the_codebook() -> None:
    book = codebook_of(ALIGNMENT)
    for link in links(ALIGNMENT):
        assert link.codes, link
        assert set(link.codes) <= set(book[link.variable].codes), link


@pytest.mark.parametrize("form", ["", "company", "short"])
def test_the_minutes_it_says_are_not_fewer_than_those_estimated(form: str) -> None:
    said = form_of(ALIGNMENT, form) or ALIGNMENT
    longest = max(minutes(ALIGNMENT, form, side) for side in Function)
    assert longest <= said.minutes < longest + 2


def test_both_sides_are_asked_as_much() -> None:
    one, other = (minutes(ALIGNMENT, "short", side) for side in Function)
    assert abs(one - other) < 1


def test_no_text_has_a_placeholder_left() -> None:
    for side in Function:
        for one in questionnaire(ALIGNMENT, side):
            texts = [one.text, one.help, *(o.label for o in one.options), *(r.label for r in one.rows)]
            assert not [text for text in texts if "{" in text or "}" in text]
    for variable in codebook_of(ALIGNMENT).variables:
        assert "{" not in variable.label + "".join(choice.label for choice in variable.choices)


# ── codebook ─────────────────────────────────────────────────────────────────────────────────────


def test_a_matrix_is_a_variable_for_each_row() -> None:
    book = codebook_of(ALIGNMENT)
    assert book["FRUSTRATION_PROMISES"].kind is Kind.FIVE
    assert book["FRUSTRATION_SLOW"].asked_of == ("marketing",)
    assert book["FRUSTRATION_META_SLOW"].about == "FRUSTRATION_SLOW"
    assert book["FRUSTRATION_META_SLOW"].asked_of == ("it",)
    assert book["DECISION_META_TOOLS"].kind is Kind.SINGLE
    assert book.groups == {"marketing": 1, "it": 2}
    assert book["S_REGION"].valid == (1, 2, 3)


def test_labels_of_both_sides_name_neither() -> None:
    book = codebook_of(ALIGNMENT)
    assert book["NEED"].label == "Does your function need to align with the other function and work with it?"
    assert book["MKT_PRIORITIES_META"].label.startswith("What would most people of marketing say")


def test_an_answer_of_neither_side_is_kept_apart_from_the_sides() -> None:
    one = question("S_FUNCTION")
    labels = [(1, "Brand"), (2, "Computers"), (3, "marketing"), (4, "IT"), (5, "other"), (6, "Other")]
    groups = {1: Function.MARKETING, 2: Function.IT}
    options = tuple(Option(code=code, label=label, group=groups.get(code)) for code, label in labels)
    odd = replace(ALIGNMENT, questions=(replace(one, options=options), *ALIGNMENT.questions[1:]))
    book = codebook_of(odd)
    assert book.groups == {"marketing": 1, "it": 2}
    assert book["S_FUNCTION"].missing == (3, 4, 5, 6)


# ── asking ───────────────────────────────────────────────────────────────────────────────────────


def test_before_the_side_is_known_only_the_side_is_asked() -> None:
    assert names({}) == ["S_FUNCTION"]


def test_a_filter_waits_for_its_answer() -> None:
    assert "DRIVERS" not in names(MARKETING)
    assert "DRIVERS" in names({**MARKETING, "NEED": 1})
    assert "DRIVERS" not in names({**MARKETING, "NEED": 2})


def test_a_filter_on_a_question_that_does_not_apply_does_not_hold() -> None:
    answers = {**MARKETING, "NEED": 2, "DRIVERS": [1, 2, 3]}
    assert "DRIVERS_RANK" not in names(answers)
    assert "DRIVERS" not in settled(ALIGNMENT, None, answers)


def test_only_what_was_chosen_is_ranked() -> None:
    found = {one.question: one for one in asked(ALIGNMENT, None, {**IT, "IT_PRIORITIES": [3, 7, 9]})}
    assert [one.code for one in found["IT_PRIORITIES_RANK"].options] == [3, 7, 9]
    assert found["IT_PRIORITIES_RANK"].top == 3
    assert "IT_PRIORITIES_RANK" not in names({**IT, "IT_PRIORITIES": [3]})


def test_each_side_has_its_questions_rows_and_words() -> None:
    marketing = {one.question: one for one in asked(ALIGNMENT, "marketing", MARKETING)}
    it = {one.question: one for one in asked(ALIGNMENT, "it", IT)}
    assert marketing["NEED"].text == "Does marketing need to align with IT and work with it?"
    assert it["NEED"].text == "Does IT need to align with marketing and work with it?"
    assert it["TRUST"].rows[0].label == "Marketing keeps what it promises."
    assert "MKT_PRIORITIES" in marketing
    assert "MKT_PRIORITIES_META" not in marketing
    assert {row.row for row in marketing["FRUSTRATION"].rows} & {"SLOW", "STANDARDS", "PROMISES"} == {
        "SLOW",
        "PROMISES",
    }


def test_a_form_keeps_its_questions_and_rows() -> None:
    found = {one.question: one for one in asked(ALIGNMENT, "it", IT, "short")}
    assert "S_COUNTRY" not in found
    assert [row.row for row in found["CSUITE_COLLAB"].rows] == ["OTHER"]
    with pytest.raises(Problems, match="ALN-102"):
        asked(ALIGNMENT, "it", IT, "shrot")


def test_a_region_follows_from_the_country() -> None:
    assert settled(ALIGNMENT, None, {**IT, "S_COUNTRY": 5}) == {**IT, "S_COUNTRY": 5, "S_REGION": 2}
    assert "S_REGION" not in settled(ALIGNMENT, None, {**IT, "S_COUNTRY": 12})


def test_an_order_belongs_to_a_person() -> None:
    drivers, obstacles = question("DRIVERS"), question("OBSTACLES")
    first = [one.code for one in shuffled(drivers, "ada").options]
    assert first == [one.code for one in shuffled(drivers, "ada").options]
    assert first != [one.code for one in shuffled(drivers, "bo").options]
    assert sorted(first) == [one.code for one in drivers.options]
    assert [one.code for one in shuffled(obstacles, "ada").options][-2:] == [98, 99]
    assert first == [one.code for one in shuffled(question("DRIVERS_RANK"), "ada").options]


def test_every_item_comes_first_about_as_often() -> None:
    firsts = [shuffled(question("TRUST"), str(number)).rows[0].row for number in range(2000)]
    counts = [firsts.count(row.row) for row in question("TRUST").rows]
    assert min(counts) > 340  # 400 expected, standard deviation 17.9
    assert max(counts) < 460


# ── when it ends ─────────────────────────────────────────────────────────────────────────────────


def test_who_is_of_neither_side_is_screened_out_in_every_form() -> None:
    for form in (None, "company", "short"):
        assert verdict(ALIGNMENT, {"S_FUNCTION": 3}, form).outcome is Outcome.SCREENED_OUT
    assert verdict(ALIGNMENT, {**IT, "S_TITLE": 5}).outcome is Outcome.SCREENED_OUT
    assert verdict(ALIGNMENT, {**IT, "S_TITLE": 5}, "company").outcome is Outcome.GOES_ON


@pytest.mark.parametrize(("country", "outcome"), [(5, Outcome.GOES_ON), (1, Outcome.SCREENED_OUT)])
def test_the_floor_of_revenue_is_lower_in_some_countries(country: int, outcome: Outcome) -> None:
    assert verdict(ALIGNMENT, {**IT, "S_COUNTRY": country, "S_REVENUE": 2}).outcome is outcome


def test_a_quota_is_full_for_those_it_is_of() -> None:
    one = replace(
        ALIGNMENT,
        quotas=(
            Quota(group=Function.IT, at_most=2),
            Quota(group=Function.MARKETING, question="S_REGION", codes=(2,), at_most=1),
        ),
    )
    german = {**MARKETING, "S_COUNTRY": 4}
    assert quotas_of(one, IT) == (0,)
    assert quotas_of(one, german) == (1,)
    assert verdict(one, IT, counts=[1, 1]).outcome is Outcome.GOES_ON
    assert verdict(one, IT, counts=[2, 0]).outcome is Outcome.QUOTA_FULL
    assert verdict(one, german, counts=[2, 1]).outcome is Outcome.QUOTA_FULL
    assert verdict(one, {**MARKETING, "S_COUNTRY": 1}, counts=[2, 1]).outcome is Outcome.GOES_ON


def test_a_side_that_an_invitation_knows_is_an_answer() -> None:
    assert answer_of_group(ALIGNMENT, "it") == IT
    assert group_of(ALIGNMENT, IT) is Function.IT


# ── answers ──────────────────────────────────────────────────────────────────────────────────────

RANKED = replace(question("DRIVERS_RANK"), options=question("DRIVERS").options[:4], top=3)
NEED, TRUST, SHARE = question("NEED"), question("TRUST"), question("TECH_SHARE_EXACT")

GOOD = [
    (NEED, "1", {"NEED": 1}),
    (NEED, 2, {"NEED": 2}),
    (question("PREPARED"), "9", {"PREPARED": 9}),
    (question("PREPARED"), "", {}),
    (question("OBSTACLES"), ["3", "1"], {"OBSTACLES": [1, 3]}),
    (question("OBSTACLES"), [98], {"OBSTACLES": [98]}),
    (question("OBSTACLES"), [], {}),
    (RANKED, {"2": "1", "1": 2, "4": ""}, {"DRIVERS_RANK": {"2": 1, "1": 2}}),
    (RANKED, [4, 2], {"DRIVERS_RANK": {"4": 1, "2": 2}}),
    (TRUST, {"OPEN": "4", "ABLE": None}, {"TRUST_OPEN": 4}),
    (TRUST, {"TRUST_OPEN": 4}, {"TRUST_OPEN": 4}),
    (SHARE, "12,5 %", {"TECH_SHARE_EXACT": 12.5}),
    (SHARE, 30, {"TECH_SHARE_EXACT": 30}),
    (question("IDEAS"), " one\r\ntwo ", {"IDEAS": "one\ntwo"}),
]
BAD = [
    (NEED, "", "ALN-103"),
    (NEED, "3", "ALN-104"),
    (NEED, True, "ALN-104"),
    (NEED, [1], "ALN-104"),
    (NEED, "１", "ALN-104"),  # a digit, but not one of ours
    (question("MKT_PRIORITIES"), [1, 2, 3, 4, 5, 6], "ALN-105"),
    (question("OBSTACLES"), [1, 98], "ALN-106"),
    (question("OBSTACLES"), [1, 99], "ALN-106"),
    (question("OBSTACLES"), {"1": 1}, "ALN-109"),
    (RANKED, {"1": 1, "2": 1}, "ALN-107"),
    (RANKED, {"1": 1, "2": 3}, "ALN-107"),
    (RANKED, [1, 2, 3, 4], "ALN-107"),
    (RANKED, [1, 1], "ALN-107"),
    (RANKED, {"9": 1}, "ALN-104"),
    (RANKED, "1", "ALN-109"),
    (TRUST, {"OPNE": 4}, "ALN-104"),
    (TRUST, {"OPEN": 6}, "ALN-104"),
    (TRUST, [4], "ALN-109"),
    (SHARE, "101", "ALN-108"),
    (SHARE, "nan", "ALN-108"),
    (SHARE, "1,000", "ALN-108"),
    (SHARE, "much", "ALN-108"),
    (question("IDEAS"), "a" * 4001, "ALN-109"),
    (question("IDEAS"), "a\0b", "ALN-109"),
    (question("IDEAS"), 7, "ALN-109"),
]


@pytest.mark.parametrize(("one", "raw", "stored"), GOOD)
def test_an_answer_is_stored_as_columns_take_it(
    one: Question, raw: object, stored: dict[str, object]
) -> None:
    assert check_answer(one, raw) == stored
    from_answers(codebook_of(ALIGNMENT), [stored])


@pytest.mark.parametrize(("one", "raw", "code"), BAD)
def test_what_is_no_answer_is_a_problem(one: Question, raw: object, code: str) -> None:
    found = check_answer(one, raw)
    assert isinstance(found, Problem)
    assert found.code == code


def test_a_form_says_the_same_as_json() -> None:
    fields = {
        "NEED": ["1"],
        "OBSTACLES": ["2", "7"],
        "TRUST_OPEN": ["5"],
        "DRIVERS_RANK.1": ["3"],
        "DRIVERS_RANK.2": [" 1"],
        "DRIVERS_RANK.3": [""],
        "IDEAS": ["Talk."],
    }
    assert check_answer(NEED, raw_of(NEED, fields)) == {"NEED": 1}
    assert check_answer(question("OBSTACLES"), raw_of(question("OBSTACLES"), fields)) == {"OBSTACLES": [2, 7]}
    assert check_answer(TRUST, raw_of(TRUST, fields)) == {"TRUST_OPEN": 5}
    assert check_answer(RANKED, raw_of(RANKED, fields)) == {"DRIVERS_RANK": {"3": 1, "1": 2}}
    assert check_answer(question("IDEAS"), raw_of(question("IDEAS"), fields)) == {"IDEAS": "Talk."}
    assert check_answer(SHARE, raw_of(SHARE, fields)) == {}


# ── quality ──────────────────────────────────────────────────────────────────────────────────────


def test_flags_say_who_was_fast_even_or_careless() -> None:
    even = {row.row: 4 for row in question("TRUST").rows}
    trust = {f"TRUST_{row}": point for row, point in even.items()}
    varied = {**trust, "TRUST_OPEN": 2}
    answers = [trust, varied, {**varied, "S_QC": 1}, {**varied, "S_QC": 2}]
    found = quality_flags(ALIGNMENT, answers, [600, 199, 600, None])
    assert found == (
        frozenset({Flag.STRAIGHT_LINE}),
        frozenset({Flag.SPEEDER}),
        frozenset({Flag.ATTENTION}),
        frozenset(),
    )


def test_dont_know_down_a_matrix_is_no_straight_line() -> None:
    unknown = {f"TRUST_{row.row}": 9 for row in question("TRUST").rows}
    assert quality_flags(ALIGNMENT, [unknown]) == (frozenset(),)


# ── what waves compare ───────────────────────────────────────────────────────────────────────────


def test_wording_choices_scale_and_base_change_the_fingerprint() -> None:
    one = question("DRIVERS")
    changed = [
        replace(one, text=one.text + "!"),
        replace(one, options=one.options[:-1]),
        replace(one, options=(replace(one.options[0], label="Other"), *one.options[1:])),
        replace(one, when=()),
        replace(one, of=(Function.IT,)),
        replace(one, at_most=3),
        replace(question("TRUST"), scale=question("SKILLS").scale),
    ]
    same = fingerprint(question("TRUST")), fingerprint(one)
    assert not {fingerprint(other) for other in changed} & set(same)


def test_order_help_block_and_links_do_not_change_the_fingerprint() -> None:
    one = question("DRIVERS")
    options = tuple(replace(option, published=()) for option in reversed(one.options))
    assert fingerprint(replace(one, options=options, help="?", block="you", random=False)) == fingerprint(one)
    rows = tuple(reversed(question("TRUST").rows))
    assert fingerprint(replace(question("TRUST"), rows=rows), "OPEN") == fingerprint(
        question("TRUST"), "OPEN"
    )


def test_a_new_row_leaves_the_other_rows_comparable() -> None:
    one = question("TRUST")
    more = replace(one, rows=(*one.rows, replace(one.rows[0], row="NEW", label="New")))
    assert fingerprint(more, "OPEN") == fingerprint(one, "OPEN")
    assert fingerprint(more) != fingerprint(one)


# ── SurveyJS ─────────────────────────────────────────────────────────────────────────────────────


def test_a_form_for_surveyjs_has_every_question_once() -> None:
    model = survey_js(ALIGNMENT)
    pages = model["pages"]
    assert isinstance(pages, list)
    elements = {one["name"]: one for page in pages for one in page["elements"]}
    assert list(elements) == [one.question for one in ALIGNMENT.questions]
    assert elements["DRIVERS"]["visibleIf"] == "{NEED} anyof [1]"
    assert elements["MKT_PRIORITIES_RANK"]["choicesFromQuestion"] == "MKT_PRIORITIES"
    assert elements["MKT_PRIORITIES"]["maxSelectedChoices"] == 5
    assert elements["TRUST"]["rows"][0]["text"] == "{other_begins} keeps what it promises."
    slow = next(row for row in elements["FRUSTRATION"]["rows"] if row["value"] == "SLOW")
    assert slow["visibleIf"] == "{S_FUNCTION} = 1"
    triggers = model["triggers"]
    assert isinstance(triggers, list)
    assert triggers[0] == {"type": "complete", "expression": "{S_FUNCTION} = 3"}
    assert {
        "type": "complete",
        "expression": "{S_REVENUE} = 2 and !({S_COUNTRY} anyof [5, 7, 8, 9])",
    } in triggers
    assert len(survey_js(ALIGNMENT, "short")["triggers"]) == 1  # type: ignore[arg-type]
