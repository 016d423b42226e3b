"""The five imperatives: states by the rule, trends only beyond chance, and what to do next."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from unit.align.test_beside import WINDOW, measure, side

from tandem.align.agreed import SkillFact, experience_known, priorities_close, skills_filled
from tandem.align.imperatives import IMPERATIVES, Kind
from tandem.align.priorities import Ranked, standings
from tandem.align.result import Base, Side
from tandem.align.scorecard import Read, Trend, belief_trend, figure_trend, scorecard, state_of, trend_of
from tandem.align.yardsticks import YARDSTICKS, State, judge

ON, RISK, OFF, NONE = State.ON_TRACK, State.AT_RISK, State.OFF_TRACK, State.NOT_KNOWN
GOOD: Mapping[str, float] = {
    one.measure: 1.0 if not one.most and one.good is not None else 0.0 for one in YARDSTICKS.values()
}
LEVELS = {one.level: WINDOW.length for one in YARDSTICKS.values() if one.level}


def reads(**values: float | None) -> dict[str, Read]:
    """Every figure good, but those that are named."""
    found = {name: measure(name, values.get(name, good), n=1000) for name, good in GOOD.items()}
    return {name: Read(one, judge(one, LEVELS)) for name, one in found.items()}


def said(share: float, n: int = 70) -> dict[str, Side]:
    spread = 0.05
    return (
        {name: side(name, (share, share - spread, share + spread)) for name in ("marketing", "it")}
        if n
        else {}
    )


def beliefs(share: float) -> dict[str, dict[str, Side]]:
    return {look.of: said(share) for one in IMPERATIVES for look in one.looks if look.kind is not Kind.FIGURE}


def test_all_good_is_on_track_and_asks_for_nothing() -> None:
    cards = scorecard(reads(), beliefs(0.8), {}, "june")
    assert [one.state for one in cards] == [ON] * 5
    assert [one.next for one in cards] == [None] * 5
    assert {one.trend for one in cards} == {Trend.NOT_KNOWN}


def test_nothing_known_is_not_known_and_says_how_to_know() -> None:
    cards = scorecard(reads(**dict.fromkeys(GOOD)), None, {}, None)
    assert [one.state for one in cards] == [NONE] * 5
    for card in cards:
        assert card.next is not None
        assert card.next.action == "do something"
        assert {line.value for line in card.lines} == {""}


def test_the_worst_line_says_what_to_do() -> None:
    card = scorecard(reads(kept=0.3, lead_time=1.4 * WINDOW.length.days), beliefs(0.8), {}, "june")[1]
    assert (card.state, card.why) == (RISK, "4 of 4 lines are known: 1 off track, 1 at risk, 2 on track.")
    assert card.next is not None
    assert (card.next.because, card.next.who) == ("kept", "it")


@pytest.mark.parametrize(
    ("states", "state"),
    [
        pytest.param([ON, ON, ON], ON, id="all on track"),
        pytest.param([ON, ON, NONE], ON, id="one not known"),
        pytest.param([ON, RISK], RISK, id="one at risk"),
        pytest.param([ON, ON, OFF], RISK, id="one of three off track"),
        pytest.param([ON, OFF], OFF, id="half off track"),
        pytest.param([OFF, OFF, ON], OFF, id="most off track"),
        pytest.param([ON, NONE], NONE, id="one line alone"),
        pytest.param([ON, ON, NONE, NONE, NONE], NONE, id="fewer than half known"),
        pytest.param([], NONE, id="no lines"),
    ],
)
def test_the_rule(states: list[State], state: State) -> None:
    assert state_of(states)[0] is state


@pytest.mark.parametrize(
    ("name", "before", "now", "trend"),
    [
        ("kept", 0.60, 0.90, Trend.BETTER),
        ("kept", 0.90, 0.60, Trend.WORSE),
        ("kept", 0.70, 0.715, Trend.SAME),
        # Four of forty more or less: chance.
        ("kept", 0.70, 0.80, Trend.SAME),
        ("promised", 0.30, 0.10, Trend.BETTER),
        ("lead_time", 20.0, 18.5, Trend.SAME),
        ("lead_time", 20.0, 17.0, Trend.BETTER),
        ("lead_time", 20.0, 30.0, Trend.WORSE),
    ],
)
def test_the_trend_of_a_figure(name: str, before: float, now: float, trend: Trend) -> None:
    assert figure_trend(measure(name, now), measure(name, before)) is trend
    assert figure_trend(measure(name, now), measure(name, before, n=2)) is Trend.NOT_KNOWN
    assert figure_trend(measure(name, now), None) is Trend.NOT_KNOWN


def test_a_trend_of_beliefs_is_told_beyond_chance_only() -> None:
    assert belief_trend(said(0.8), said(0.5)) is Trend.BETTER
    assert belief_trend(said(0.5), said(0.8)) is Trend.WORSE
    assert belief_trend(said(0.55), said(0.5)) is Trend.SAME
    assert belief_trend(said(0.8), {}) is Trend.NOT_KNOWN
    apart = {"marketing": said(0.8)["marketing"], "it": said(0.2)["it"]}
    assert belief_trend(apart, said(0.5)) is Trend.SAME


def test_sides_come_closer_beyond_chance_only() -> None:
    owner = "FRUSTRATION_EXPERIENCE"

    def trend(now: tuple[float, float], before: tuple[float, float], people: int) -> Trend:
        waves = [
            {owner: {name: replace(side(name, (p, p, p)), base=Base(people, people, people))
                     for name, p in zip(("marketing", "it"), pair, strict=True)}}
            for pair in (now, before)
        ]  # fmt: skip
        card = scorecard(reads(), waves[0], waves[1], "june")[0]
        return next(line.trend for line in card.lines if line.figure == owner)

    assert trend((0.50, 0.52), (0.50, 0.60), 70) is Trend.SAME
    assert trend((0.50, 0.52), (0.30, 0.80), 70) is Trend.BETTER
    assert trend((0.30, 0.80), (0.50, 0.52), 70) is Trend.WORSE
    # All or none of a few people is not certain of everybody.
    assert trend((1.0, 1.0), (1.0, 0.9), 10) is Trend.SAME
    assert trend((1.0, 0.0), (1.0, 0.2), 10) is Trend.SAME


def test_sides_far_apart_are_off_track_whatever_they_say() -> None:
    told = beliefs(0.8)
    told["FRUSTRATION_EXPERIENCE"] = {"marketing": said(0.9)["marketing"], "it": said(0.6)["it"]}
    line = scorecard(reads(), told, {}, "june")[0].lines[-1]
    assert (line.state, "30 points apart" in line.why) == (OFF, True)


def between(share: float, people: int) -> Side:
    """A side with the interval of so many people."""
    reach = 1.96 * (share * (1 - share) / people) ** 0.5
    return replace(side("it", (share, share - reach, share + reach)), base=Base(people, people, people))


@pytest.mark.parametrize(
    ("shares", "people", "state"),
    [
        pytest.param((0.62, 0.62), 400, ON, id="above one half beyond chance"),
        pytest.param((0.62, 0.62), 30, RISK, id="62 % of thirty may be one half"),
        pytest.param((0.38, 0.62), 400, OFF, id="one side below one half beyond chance"),
        pytest.param((0.38, 0.62), 30, RISK, id="38 % of thirty may be one half"),
        pytest.param((0.55, 0.55), 4000, RISK, id="above one half, but not much"),
    ],
)
def test_what_people_say_is_judged_with_its_interval(
    shares: tuple[float, float], people: int, state: State
) -> None:
    told = beliefs(0.8)
    told["TRUST_OPEN"] = {
        name: between(p, people) for name, p in zip(("marketing", "it"), shares, strict=True)
    }
    line = scorecard(reads(), told, {}, "june")[4].lines[-1]
    assert (line.figure, line.state) == ("TRUST_OPEN", state)


@pytest.mark.parametrize(
    ("shares", "people", "state"),
    [
        pytest.param((0.50, 0.55), 200, ON, id="near beyond chance"),
        pytest.param((0.50, 0.55), 10, RISK, id="five points of ten people may be thirty"),
        pytest.param((0.80, 0.50), 200, OFF, id="far beyond chance"),
        pytest.param((0.80, 0.50), 10, RISK, id="thirty points of ten people may be none"),
        pytest.param((1.0, 1.0), 200, ON, id="all on both sides"),
        pytest.param((1.0, 1.0), 5, RISK, id="all of five on both sides"),
    ],
)
def test_a_distance_is_judged_with_its_interval(
    shares: tuple[float, float], people: int, state: State
) -> None:
    told = beliefs(0.8)
    told["FRUSTRATION_EXPERIENCE"] = {
        name: between(p, people) for name, p in zip(("marketing", "it"), shares, strict=True)
    }
    assert scorecard(reads(), told, {}, "june")[0].lines[-1].state is state


def test_one_line_is_known_and_two_are() -> None:
    assert state_of([ON, NONE])[1] == "1 of 2 lines is known: 1 on track."
    assert state_of([ON, ON])[1] == "2 of 2 lines are known: 2 on track."


def test_a_hidden_side_is_not_known() -> None:
    told = beliefs(0.8)
    told["TRUST_OPEN"] = {**said(0.8), "it": Side("it", "IT", None, hidden="fewer than 5 of IT answered")}
    line = scorecard(reads(), told, {}, "june")[4].lines[-1]
    assert (line.state, line.value) == (NONE, "")
    assert "fewer than 5 of IT" in line.why


def test_more_for_one_side_than_for_the_other() -> None:
    assert trend_of([Trend.BETTER, Trend.BETTER, Trend.WORSE]) is Trend.BETTER
    assert trend_of([Trend.BETTER, Trend.WORSE]) is Trend.SAME
    assert trend_of([Trend.NOT_KNOWN]) is Trend.NOT_KNOWN


def test_what_was_agreed_as_figures() -> None:
    skills = [
        SkillFact("Data", "marketing", 3, 8, "teach"),
        SkillFact("Data", "it", 12, 9),
        SkillFact("Law", "it", 1, 3),
    ]
    found = skills_filled(skills, WINDOW)
    assert (found.value, found.n) == ((3 + 9 + 1) / 20, 20)
    assert [one.name for one in found.parts] == ["Data: teach", "Law: nothing planned"]
    assert experience_known([("NPS", False), ("Complaints", True)], WINDOW).value == 0.5
    assert skills_filled([], WINDOW).value is None
    assert experience_known([], WINDOW).value is None


@pytest.mark.parametrize(("order", "value"), [("abcd", 1.0), ("dcba", 0.0), ("badc", 2 / 3)])
def test_priorities_in_the_same_order(order: str, value: float) -> None:
    """tau-b of badc: two of six pairs turned, (4 - 2) / 6 = 1 / 3."""
    ranked = [
        Ranked(who, "own", {name: place for place, name in enumerate(places, 1)})
        for who, places in (("marketing", "abcd"), ("it", order))
    ]
    found = priorities_close(standings("abcd", ranked, least=1), list("ABCD"), WINDOW)
    assert found.value == pytest.approx(value)
    assert found.n == 4
    assert priorities_close(standings("abcd", ranked[:1], least=1), list("ABCD"), WINDOW).value is None


def test_every_line_has_something_to_read() -> None:
    looks = [look for one in IMPERATIVES for look in one.looks]
    assert {look.of for look in looks if look.kind is Kind.FIGURE} <= set(YARDSTICKS)
    assert all(look.title for look in looks if look.kind is not Kind.FIGURE)
    assert {look.who for look in looks} <= {"marketing", "it", "both"}
