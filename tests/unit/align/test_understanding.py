"""One wave looked at closer, and two waves against each other: small surveys that can be worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest

from tandem.align.across import across
from tandem.align.codebook import Choice, Codebook, Kind, Variable
from tandem.align.companies import pairs_of_companies
from tandem.align.responses import from_answers
from tandem.align.understanding import knowledge, list_orders

ITEMS = tuple(Choice(code, f"Item {code}") for code in range(1, 7))
FIVE = (*(Choice(code, str(code)) for code in range(1, 6)), Choice(9, "Don't know", missing=True))
YES_NO = (Choice(1, "Yes"), Choice(2, "No"))
SIDES = (Choice(1, "Marketing"), Choice(2, "IT"))
BOOK = Codebook(
    "pulse",
    "Pulse",
    (
        Variable("S_FUNCTION", "S_FUNCTION", Kind.SINGLE, "Side?", SIDES),
        Variable("S_PAIR", "S_PAIR", Kind.OPEN, "Company?"),
        Variable("NEED", "NEED", Kind.SINGLE, "Needed?", YES_NO, fingerprint="a"),
        Variable("TRUST", "TRUST", Kind.FIVE, "Trust?", FIVE, fingerprint="b"),
        Variable("DRIVERS", "DRIVERS", Kind.MULTIPLE, "Drivers?", ITEMS, fingerprint="c"),
        Variable("PLACE", "PLACE", Kind.FIVE, "Place?", FIVE, fingerprint="d"),
        Variable(
            "PLACE_META", "PLACE_META", Kind.FIVE, "And they?", FIVE, (), "meta", "PLACE", fingerprint="e"
        ),
    ),
    "S_FUNCTION",
)


def wave(needs=(0.5, 0.5), count=40, book=BOOK, **more):
    """`count` people a side. Marketing ticks items 1.. as far as its place, IT the other way round."""
    rows = []
    for code, need in zip((1, 2), needs, strict=True):
        for n in range(count):
            ticks = [item for item in range(1, 7) if (item if code == 1 else 7 - item) <= n % 6 + 1]
            place = 5 if n % 10 < (8 if code == 1 else 2) else 1
            guess = 5 if n % 10 < (2 if code == 1 else 5) else 1
            rows.append(
                {
                    "S_FUNCTION": code,
                    "S_PAIR": f"firm {n}" if n < 12 else None,
                    "NEED": 1 if n < need * count else 2,
                    "TRUST": min(5, 1 + n % 3 + (code == 1)),
                    "DRIVERS": ticks,
                    "PLACE": place,
                    "PLACE_META": guess,
                }
                | more
            )
    return from_answers(book, rows)


def rng():
    return np.random.default_rng(3)


def test_lists_in_reverse_are_as_far_apart_as_lists_can_be():
    (found,) = list_orders(wave(), rng(), smallest=5, replicates=300)
    assert found.question == "DRIVERS"
    assert found.people == {"marketing": 40, "it": 40}
    assert (found.tau_b.value, found.spearman) == (pytest.approx(-1), pytest.approx(-1))
    assert found.tau_b.low <= found.tau_b.value <= found.tau_b.high
    assert found.top_of == 5
    assert found.top == pytest.approx(4 / 5)
    widest = {one.item: one for one in found.items[:2]}
    assert set(widest) == {"Item 1", "Item 6"}
    first = widest["Item 1"]
    assert (first.marketing.rank, first.it.rank, first.gap.value) == (1, 6, -5)
    assert first.marketing.first > 0.9
    assert first.it.first == 0
    assert "place 1 for marketing, 6 for IT" in found.sentence or "place 6 for marketing" in found.sentence


def test_the_two_directions_of_knowledge_stand_apart():
    marketing, it = knowledge(wave(), rng(), smallest=5, replicates=300)
    assert (marketing.guesser, marketing.other, it.guesser) == ("marketing", "it", "it")
    assert marketing.bias.value == pytest.approx(0, abs=1e-9)
    assert marketing.mae.value == pytest.approx(0, abs=1e-9)
    assert it.bias.value == pytest.approx(0.5 - 0.8)
    assert it.bias.low < -0.3 < it.bias.high < 0
    assert it.items[0].own == pytest.approx(0.2)
    assert it.sentence.startswith("IT is off by 30 points on average about marketing")


def test_few_people_are_not_told_of():
    assert list_orders(wave(count=8), rng(), smallest=9) == ()
    assert knowledge(wave(count=8), rng(), smallest=9) == ()
    assert across(wave(count=8), wave(), smallest=9).changes == ()


def test_two_waves_find_the_change_and_whether_the_distance_grew():
    found = across(wave((0.2, 0.9), 100), wave((0.6, 0.6), 100), smallest=5)
    changes = {one.id: one for one in found.changes}
    assert changes["NEED-1-marketing"].change == pytest.approx(-0.4)
    assert changes["NEED-1-marketing"].clear
    assert changes["NEED-1-it"].change == pytest.approx(0.3)
    assert not changes["TRUST-marketing"].clear
    (gap,) = [one for one in found.gaps if one.id == "NEED-1-gap"]
    assert (gap.now, gap.before, gap.change) == (pytest.approx(-0.7), pytest.approx(0), pytest.approx(-0.7))
    assert gap.clear
    half = 1.96 * np.sqrt((0.16 + 0.09 + 0.24 + 0.24) / 100)
    assert (gap.high - gap.low) / 2 == pytest.approx(half, rel=0.01)
    assert not [one for one in found.gaps if one.id.startswith("PLACE_META")]


def test_what_was_asked_in_other_words_is_not_compared():
    variables = [
        replace(one, fingerprint={"NEED": "other", "TRUST": ""}.get(one.name, one.fingerprint))
        for one in BOOK.variables
        if one.name != "PLACE_META"
    ]
    earlier = Codebook("pulse", "Pulse", tuple(variables), "S_FUNCTION")
    rows = [{"S_FUNCTION": code, "NEED": 1, "TRUST": 3} for code in (1, 2) for _ in range(20)]
    found = across(wave(), from_answers(earlier, rows), smallest=5)
    assert {one.variable: one.why for one in found.apart} == {
        "NEED": "wording, answers or base have changed",
        "TRUST": "nothing says whether wording, answers and base are the same",
        "DRIVERS": "nobody answered it before",
        "PLACE": "nobody answered it before",
        "PLACE_META": "not asked before",
    }
    assert found.changes == ()


def test_pairs_of_one_company_are_tested_as_pairs():
    found = {one.id: one for one in pairs_of_companies(wave((0.1, 0.3)), smallest=5)}
    need = found["NEED-1"]
    assert need.pairs == 12
    assert need.difference == pytest.approx((4 - 12) / 12)
    assert need.same == pytest.approx(4 / 12)
    assert need.p == pytest.approx(2 * 0.5**8)
    assert "TRUST" not in found, "every pair differs by the same, so there is no spread to test against"
    assert found["PLACE"].kappa is not None
    assert "PLACE_META" not in found


def test_no_pairs_are_told_under_the_smallest_number_or_without_a_key():
    assert pairs_of_companies(wave(), smallest=13) == ()
    assert pairs_of_companies(wave(S_PAIR="one firm"), smallest=2) == ()
    assert pairs_of_companies(wave(), smallest=5, key="S_OTHER") == ()
