"""Places of priorities: what each side wants, what it thinks the other wants, and how far apart that is."""

import pytest

from tandem.align.priorities import LEAST, Ranked, people, standings

THREE = ("view", "speed", "tools")


def ranked(side: str, about: str, *names: str) -> Ranked:
    return Ranked(side, about, {name: place for place, name in enumerate(names, 1)})


def test_gap_and_miss_by_hand() -> None:
    found = standings(
        THREE,
        [
            ranked("marketing", "own", "view", "speed", "tools"),
            ranked("marketing", "own", "view", "tools", "speed"),
            ranked("it", "own", "tools", "speed", "view"),
            ranked("marketing", "other", "speed", "tools", "view"),
        ],
        least=1,
    )
    view, speed, tools = found
    assert (view.own["marketing"], view.own["it"], view.gap) == (1.0, 3.0, -2.0)
    assert (tools.own["marketing"], tools.gap) == (2.5, 1.5)
    # Marketing thinks that IT puts speed first; IT puts it second: less important to IT than marketing thinks.
    assert speed.miss["marketing"] == 1.0 - 2.0
    assert speed.miss["it"] is None, "nobody of IT has guessed"


def test_a_side_that_did_not_rank_has_no_place_and_no_gap() -> None:
    (one,) = standings(["view"], [ranked("it", "own", "view")], least=1)
    assert (one.own["marketing"], one.own["it"], one.gap) == (None, 1.0, None)


def test_priorities_that_are_gone_leave_no_hole() -> None:
    (speed, tools) = standings(["speed", "tools"], [ranked("it", "own", "view", "speed", "tools")], least=1)
    assert (speed.own["it"], tools.own["it"]) == (1.0, 2.0)


def test_people_are_counted_by_side_and_about() -> None:
    found = people([ranked("it", "own", "view"), ranked("it", "own", "speed"), ranked("it", "other", "view")])
    assert found == {
        ("marketing", "own"): 0,
        ("marketing", "other"): 0,
        ("it", "own"): 2,
        ("it", "other"): 1,
    }


def test_a_side_of_few_people_has_no_places() -> None:
    """Marketing three, IT two: what is told of IT would tell each of the two what the other said."""
    many = [ranked("marketing", "own", "view", "speed", "tools")] * LEAST
    few = [ranked("it", side, "tools", "speed", "view") for side in ("own", "other")] * (LEAST - 1)
    for one in standings(THREE, [*many, *few]):
        assert one.own["marketing"] is not None
        assert (one.own["it"], one.guess["it"], one.gap, one.miss["it"]) == (None, None, None, None)
    (view, *_) = standings(THREE, [*many, *few, few[0]])
    assert (view.own["it"], view.gap, view.guess["it"]) == (3.0, -2.0, None)


def test_who_ranks_one_alone_does_not_lift_it_over_what_the_others_put_first() -> None:
    """Two put view before speed before tools; one ranks tools alone, the two others share the places 2 and 3."""
    said = [*[ranked("it", "own", *THREE)] * 2, ranked("it", "own", "tools")]
    places = [one.own["it"] for one in standings(THREE, said)]
    assert places == [(1 + 1 + 2.5) / 3, (2 + 2 + 2.5) / 3, (3 + 3 + 1) / 3]
    assert sum(one or 0 for one in places) == pytest.approx(1 + 2 + 3)
    gone = [ranked("it", "own", "gone")] * 3
    assert standings(THREE, gone)[0].own["it"] is None, "who ranked nothing that is left has not ranked"
