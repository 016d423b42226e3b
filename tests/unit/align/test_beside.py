"""Belief beside records: who believes what, whether the records bear it out, and when nobody can say."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tandem import align
from tandem.align.beside import ITEMS, Belief, Verdict, beside, variable_of
from tandem.align.codebook import Kind
from tandem.align.happened import Evidence, Measure, NotKnown, Part, Unit, Window
from tandem.align.imperatives import IMPERATIVES
from tandem.align.imperatives import Kind as Look
from tandem.align.instrument import codebook_of, links
from tandem.align.names import SIDES
from tandem.align.result import Base, Side
from tandem.align.yardsticks import YARDSTICKS, State, judge
from tandem.charter.loader import load_instrument
from tandem.charter.starter import instrument_text

WINDOW = Window(datetime(2026, 3, 1), datetime(2026, 6, 1))
LEVELS = {"brief_delivered": timedelta(days=20)}
PUBLISHED = tuple(align.load())
HIGH, LOW, SPLIT = (0.70, 0.61, 0.78), (0.20, 0.12, 0.31), (0.52, 0.41, 0.63)


def measure(name: str, value: float | None, n: int = 40) -> Measure:
    unit = Unit.DAYS if YARDSTICKS[name].level else Unit.SHARE
    unknown = None if value is not None else NotKnown("nothing", "do something", "both")
    return Measure(
        id=name, title=name, says="", unit=unit, window=WINDOW, evidence=Evidence.BRIEFS, of="records",
        n=n if value is not None else 0, value=value, not_known=unknown,
    )  # fmt: skip


def side(group: str, told: tuple[float, float, float]) -> Side:
    return Side(group, group, Base(60, 60.0, 60.0), *told)


@pytest.mark.parametrize(
    ("days", "told", "verdict", "says"),
    [
        pytest.param(
            12, HIGH, Verdict.PART, "They believe what the records do not show", id="believed, in time"
        ),
        pytest.param(45, HIGH, Verdict.MEET, "Belief and records meet", id="believed, slow"),
        pytest.param(45, LOW, Verdict.PART, "They do not see what the records show", id="not believed, slow"),
        pytest.param(12, LOW, Verdict.MEET, "Belief and records meet", id="not believed, in time"),
        pytest.param(12, SPLIT, Verdict.OPEN, "The side is split", id="split"),
        pytest.param(25, HIGH, Verdict.OPEN, "near the yardstick", id="near the yardstick"),
        pytest.param(None, HIGH, Verdict.OPEN, "what happened is not known", id="no records"),
    ],
)
def test_it_is_too_slow(
    days: float | None, told: tuple[float, float, float], verdict: Verdict, says: str
) -> None:
    answered = {
        "FRUSTRATION_SLOW": {"marketing": side("marketing", told)},
        "FRUSTRATION_META_SLOW": {"it": side("it", LOW)},
    }
    (found,) = beside(measure("lead_time", days), answered, LEVELS, PUBLISHED)
    marketing, it = found.said
    assert (marketing.verdict, found.verdict) == (verdict, verdict)
    assert says in marketing.sentence
    # IT was asked only what marketing would say: that is no belief of its own.
    assert (it.belief, it.verdict) == (Belief.NOT_KNOWN, Verdict.OPEN)
    assert "20 % think that marketing would agree" in it.sentence
    assert [(one.side, one.wave, one.value, one.n) for one in found.elsewhere] == [
        ("marketing", "2014", 43, None)
    ]


def test_a_statement_that_praises_is_borne_out_by_a_good_figure() -> None:
    answered = {"TRUST_PROMISES": {"marketing": side("marketing", LOW), "it": side("it", HIGH)}}
    found = beside(measure("kept", 0.95), answered, {}, PUBLISHED)[0]
    assert [(one.side, one.verdict) for one in found.said] == [("marketing", Verdict.PART)]


def test_a_wish_has_no_verdict() -> None:
    answered = {"FRUSTRATION_SELF_SERVICE": {"marketing": side("marketing", HIGH)}}
    (found,) = beside(measure("self_service", 0.1), answered, {}, PUBLISHED)
    assert found.verdict is Verdict.OPEN
    assert "That is a wish" in found.said[0].sentence
    assert found.label == "a wish"


@pytest.mark.parametrize(
    ("figure", "variable", "who"),
    [("violations", "FRUSTRATION_COMPLEXITY", "it"), ("promised", "TRUST_PROMISES", "it")],
)
def test_a_figure_that_does_not_speak_of_the_statement_gives_no_verdict(
    figure: str, variable: str, who: str
) -> None:
    """Broken rows do not say what somebody sees, nor dates told outside whether they were kept."""
    answered = {variable: {who: side(who, LOW)}}
    found = next(one for one in beside(measure(figure, 0.9, 500), answered, {}, PUBLISHED) if one.asked)
    assert (found.verdict, found.label) == (Verdict.OPEN, "no record speaks of it")
    assert "no record says whether it is so" in found.said[-1].sentence


def test_what_is_delivered_is_held_against_what_was_sent_back_and_not_against_dates() -> None:
    answered = {"FRUSTRATION_SHORTFALL": {"marketing": side("marketing", HIGH)}}
    assert [one.item.variable for one in beside(measure("kept", 0.95), answered, {}, PUBLISHED)] == [
        "TRUST_PROMISES"
    ]
    for share, verdict in ((0.4, Verdict.MEET), (0.05, Verdict.PART)):
        (found,) = beside(measure("sent_back", share), answered, {}, PUBLISHED)
        assert found.verdict is verdict


@pytest.mark.parametrize(
    ("figure", "variable", "meant", "other"),
    [
        ("outside", "FRUSTRATION_STANDARDS", "marketing", "it"),
        ("changed", "FRUSTRATION_CHANGES", "marketing", "it"),
        ("promised", "FRUSTRATION_PROMISES", "marketing", "it"),
        ("access_time", "FRUSTRATION_URGENCY", "it", "marketing"),
    ],
)
def test_a_statement_about_one_side_is_judged_by_its_part(
    figure: str, variable: str, meant: str, other: str
) -> None:
    """The part is fine and the whole poor, or the other way round: the part counts."""
    levels = {"access_answered": timedelta(days=1)}
    fine, poor = 0.0, 0.9 if figure != "access_time" else 9.0
    answered = {variable: {"it": side("it", HIGH), "marketing": side("marketing", HIGH)}}

    def verdict(mine: float | None, others: float) -> Verdict:
        parts = [Part("of", others, 30, other)] + ([] if mine is None else [Part("of", mine, 10, meant)])
        whole = replace(measure(figure, others), sides=tuple(parts))
        found = beside(whole, answered, levels, PUBLISHED)
        return next(one for one in found if one.item.variable == variable).verdict

    assert verdict(fine, poor) is Verdict.PART
    assert verdict(poor, fine) is Verdict.MEET
    assert verdict(None, poor) is Verdict.OPEN


def test_without_a_pulse_nothing_is_believed() -> None:
    for found in beside(measure("promised", 0.6), None, {}, PUBLISHED):
        assert {one.belief for one in found.said} == {Belief.NOT_KNOWN}
        assert {one.why for one in found.said} == {"no pulse has been answered yet"}


def test_a_side_that_is_too_small_stays_hidden() -> None:
    small = Side("it", "IT", None, hidden="fewer than 5 of IT answered")
    answered = {"FRUSTRATION_PROMISES": {"marketing": side("marketing", HIGH), "it": small}}
    found = beside(measure("promised", 0.6), answered, {}, PUBLISHED)[1]
    it = next(one for one in found.said if one.side == "it")
    assert (it.value, it.n, it.verdict) == (None, 0, Verdict.OPEN)
    assert "fewer than 5" in it.sentence


def test_another_instrument_is_found_by_the_published_figure() -> None:
    names = {("2012", "FRUSTRATION", "Technology development too slow / not at marketing speed"): "TOO_SLOW"}
    answered = {"TOO_SLOW": {"marketing": side("marketing", HIGH)}}
    (found,) = beside(measure("lead_time", 12), answered, LEVELS, PUBLISHED, names)
    assert found.verdict is Verdict.PART


def test_every_published_figure_that_is_named_exists() -> None:
    known = {(one.wave, one.question_id, one.item) for one in PUBLISHED}
    assert [ref for item in ITEMS for ref in item.published if ref not in known] == []
    assert {item.measure for item in ITEMS} <= set(YARDSTICKS)


def test_the_instrument_that_comes_with_tandem_asks_every_statement_of_those_who_are_read() -> None:
    instrument = load_instrument("pulse/alignment.yml", instrument_text())
    asked = {one.name: one for one in codebook_of(instrument).variables}
    held = {(one.wave, one.question, one.item): one.variable for one in links(instrument)}
    for item in ITEMS:
        assert asked[item.variable].kind is Kind.FIVE
        assert set(asked[item.variable].asked_of or SIDES) & set(item.sides)
        assert not item.guess or asked[item.guess].mirror == "meta"
        assert variable_of(item, held) == item.variable
    beliefs = [look.of for one in IMPERATIVES for look in one.looks if look.kind is not Look.FIGURE]
    assert {asked[name].kind for name in beliefs} == {Kind.FIVE}
    assert {asked[name].asked_of for name in beliefs} == {()}


@pytest.mark.parametrize(
    ("name", "value", "n", "state"),
    [
        ("kept", 0.8, 5, State.ON_TRACK),
        ("kept", 0.79, 5, State.AT_RISK),
        ("kept", 0.6, 5, State.AT_RISK),
        ("kept", 0.59, 5, State.OFF_TRACK),
        ("kept", 0.1, 2, State.NOT_KNOWN),
        ("promised", 0.1, 9, State.ON_TRACK),
        ("promised", 0.26, 9, State.OFF_TRACK),
        ("outside", 0.0, 1, State.ON_TRACK),
        ("outside", 0.01, 100, State.AT_RISK),
        ("lead_time", 20.0, 5, State.ON_TRACK),
        ("lead_time", 30.0, 5, State.AT_RISK),
        ("lead_time", 30.1, 5, State.OFF_TRACK),
        ("access_time", 0.1, 50, State.NOT_KNOWN),  # no level was agreed
    ],
)
def test_yardsticks_at_their_edges(name: str, value: float, n: int, state: State) -> None:
    assert judge(measure(name, value, n), LEVELS).state is state
