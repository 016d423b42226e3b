"""Places of priorities: what each side wants, what it thinks the other wants, and how far apart that is."""

from tandem.align.priorities import Ranked, people, standings

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
    )
    view, speed, tools = found
    assert (view.own["marketing"], view.own["it"], view.gap) == (1.0, 3.0, -2.0)
    assert (tools.own["marketing"], tools.gap) == (2.5, 1.5)
    # Marketing thinks that IT puts speed first; IT puts it second: less important to IT than marketing thinks.
    assert speed.miss["marketing"] == 1.0 - 2.0
    assert speed.miss["it"] is None, "nobody of IT has guessed"


def test_a_side_that_did_not_rank_has_no_place_and_no_gap() -> None:
    (one,) = standings(["view"], [ranked("it", "own", "view")])
    assert (one.own["marketing"], one.own["it"], one.gap) == (None, 1.0, None)


def test_priorities_that_are_gone_leave_no_hole() -> None:
    (speed, tools) = standings(["speed", "tools"], [ranked("it", "own", "view", "speed", "tools")])
    assert (speed.own["it"], tools.own["it"]) == (1.0, 2.0)


def test_people_are_counted_by_side_and_about() -> None:
    found = people([ranked("it", "own", "view"), ranked("it", "own", "speed"), ranked("it", "other", "view")])
    assert found == {
        ("marketing", "own"): 0,
        ("marketing", "other"): 0,
        ("it", "own"): 2,
        ("it", "other"): 1,
    }
