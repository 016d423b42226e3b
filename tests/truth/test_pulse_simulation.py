"""The demo company's survey, whose answers are known: gaps that were planted are found, and hardly any others.

Many surveys are drawn as one and cut into pieces, so that 500 of them take seconds. What decides in a survey is what
decides in the product: `difference` on the bases of the two sides, Holm within a question, guesses apart. A survey that
goes through `questions` as a whole comes out the same.
"""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pytest

from tandem.align.across import across
from tandem.align.cutting import book_of
from tandem.align.findings import Pair, pairs_of, profile, questions
from tandem.align.index_of import alignment_index
from tandem.align.instrument import codebook_of
from tandem.align.items import values
from tandem.align.responses import Responses, from_answers, to_answers
from tandem.align.result import ALPHA, SHARES, Relation
from tandem.align.stats import benjamini_hochberg, difference, exact, few_expected, holm
from tandem.align.understanding import knowledge
from tandem.charter import INSTRUMENT, instrument_text
from tandem.charter.loader import load_instrument
from tandem.demo.pulse import World, pulse_answers, pulse_columns
from tandem.demo.pulse_truth import BELIEFS, GAPS, PEOPLE, SIDES

SEED = 20120
NEVER = 1e-12
# How often each planted gap has to be found, with 80 and 60 people and after adjusting for its whole question.
POWER = 0.8


@cache
def world() -> World:
    instrument = load_instrument(f"pulse/{INSTRUMENT}.yml", instrument_text())
    return World(instrument, instrument.form("company"))


@cache
def codebook():
    return codebook_of(world().instrument)


def responses(columns) -> Responses:
    """Columns of the simulation as the product reads them; what the company's form does not ask is empty."""
    book = codebook()
    count = len(columns[book.group])
    empty = {"open": np.full(count, None, dtype=object)}
    whole = {
        name: columns.get(name, empty.get(str(variable.kind), np.full(count, np.nan)))
        for variable in book.variables
        for name in variable.columns
    }
    return Responses(book, whole, np.ones(count))


@dataclass(frozen=True)
class Held:
    """One item over many surveys: shares and bases of its two sides, both (surveys, 2), and the true shares."""

    pair: Pair
    shares: np.ndarray
    bases: np.ndarray
    truth: tuple[float, float] | None

    @property
    def id(self) -> str:
        """What the product calls the finding."""
        return named(self.pair)

    @property
    def block(self) -> tuple[str, bool]:
        """What is adjusted together."""
        return self.pair.items[0].variable.question, self.pair.guess

    @property
    def apart(self) -> bool:
        """Whether the two sides truly differ, or nobody can say."""
        return self.truth is None or abs(self.truth[0] - self.truth[1]) > NEVER

    def test(self, survey: int):
        """The product's test in one survey; None where there is no spread."""
        (p1, p2), (n1, n2) = self.shares[survey], self.bases[survey]
        try:
            found = difference(p1, n1, p2, n2)
        except ValueError:
            return None
        counts = round(p1 * n1), round(p2 * n2)
        if few_expected(counts[0], n1, counts[1], n2):
            return replace(found, p=exact(counts[0], int(n1), counts[1], int(n2)))
        return found


def named(pair: Pair) -> str:
    return pair.items[0].id + (f"-by-{pair.groups[0]}" if pair.guess else "")


def planted() -> list[str]:
    """The findings that the truth table promises."""
    gaps = [one.variable if one.code is None else f"{one.variable}-{one.code}" for one in GAPS]
    beliefs = [
        (one.variable if one.code is None else f"{one.variable}-{one.code}") + f"-by-{one.side}"
        for one in BELIEFS
    ]
    return [*gaps, *beliefs]


def truth(pair: Pair) -> tuple[float, float] | None:
    """The true shares of both sides; of places only whether what was ranked was ticked alike."""
    known = {one.name: one for one in world().items}
    found = []
    for item, side in zip(pair.items, pair.groups, strict=True):
        name = item.variable.name
        source = known[name].question.chosen_in
        if known[name].kind == "rank":
            planted = {one.variable for one in (*GAPS, *BELIEFS)}
            if source in planted or (source and f"{source}_META" in planted and pair.guess):
                return None
            found.append(0.5)
        else:
            found.append(world().share(name, side, item.code))
    return found[0], found[1]


def surveys(count: int, seed: int) -> list[Held]:
    """So many surveys of the demo company, item by item."""
    rng = np.random.default_rng(seed)
    whole = responses(pulse_columns(world(), rng, {side: PEOPLE[side] * count for side in SIDES}))
    sides = {side: whole.of(side) for side in SIDES}
    held = []
    for variable in codebook().variables:
        if profile(codebook(), variable) or not whole.base(variable.name).any():
            continue
        for pair in pairs_of(codebook(), variable):
            if pair.relation is Relation.ONE or pair.items[0].measure not in SHARES:
                continue
            told = [
                values(sides[side], item).reshape(count, PEOPLE[side])
                for item, side in zip(pair.items, pair.groups, strict=True)
            ]
            bases = np.column_stack([(~np.isnan(one)).sum(axis=1) for one in told])
            shares = np.column_stack([np.nansum(one, axis=1) for one in told]) / bases
            held.append(Held(pair, shares, bases.astype(float), truth(pair)))
    return held


def decisions(held: list[Held], survey: int) -> dict[str, tuple[float, float]]:
    """p of each item of one survey, adjusted within its question: by Holm, by Benjamini and Hochberg."""
    blocks: dict[tuple[str, bool], list[tuple[Held, float]]] = {}
    for one in held:
        found = one.test(survey)
        if found is not None:
            blocks.setdefault(one.block, []).append((one, found.p))
    return {
        one.id: (strict, mild)
        for block in blocks.values()
        for (one, _), strict, mild in zip(
            block, holm([p for _, p in block]), benjamini_hochberg([p for _, p in block]), strict=True
        )
    }


@pytest.fixture(scope="module")
def five_hundred() -> list[Held]:
    return surveys(500, SEED)


@pytest.fixture(scope="module")
def two_hundred(five_hundred):
    return five_hundred, [decisions(five_hundred, survey) for survey in range(200)]


@pytest.fixture(scope="module")
def one_survey():
    found = from_answers(codebook(), pulse_answers(world(), np.random.default_rng(SEED)))
    return found, questions(found, np.random.default_rng(1), book=book_of(found, (), 5))


def test_the_answers_are_those_of_80_and_60_people_and_the_same_for_the_same_seed():
    first, second = (pulse_answers(world(), np.random.default_rng(SEED)) for _ in range(2))
    assert first == second
    assert first != pulse_answers(world(), np.random.default_rng(SEED + 1))
    found = from_answers(codebook(), first)
    assert {side: len(found.of(side)) for side in SIDES} == {"marketing": 80, "it": 60} == PEOPLE
    assert to_answers(found) == first
    columns = responses(pulse_columns(world(), np.random.default_rng(SEED)))
    assert to_answers(columns) == first


def test_large_samples_have_the_shares_of_the_truth_table(five_hundred):
    errors = []
    for one in five_hundred:
        if one.truth is None or one.pair.items[0].variable.kind == "rank":
            continue
        told = (one.shares * one.bases).sum(axis=0) / one.bases.sum(axis=0)
        noise = np.sqrt(told * (1 - told) / one.bases.sum(axis=0)) + 1e-6
        errors.append((told - one.truth) / noise)
    assert len(errors) > 150
    assert np.abs(errors).max() < 4.5
    assert np.std(errors) == pytest.approx(1, abs=0.12)


def test_a_survey_as_a_whole_finds_what_was_planted(one_survey):
    _, found = one_survey
    clear = {one.id for question in found for one in question.findings if one.clear}
    assert set(planted()) <= clear


def test_a_survey_as_a_whole_decides_as_the_pieces_do(one_survey):
    whole, found = one_survey
    told = {one.id: one for question in found for one in question.findings if one.p is not None}
    sides = {side: whole.of(side) for side in SIDES}
    held = []
    for variable in codebook().variables:
        for pair in pairs_of(codebook(), variable):
            if named(pair) in told and pair.items[0].measure in SHARES:
                answers = [
                    values(sides[side], one) for side, one in zip(pair.groups, pair.items, strict=True)
                ]
                bases = np.array([[(~np.isnan(one)).sum() for one in answers]], dtype=float)
                held.append(Held(pair, np.array([[np.nanmean(one) for one in answers]]), bases, None))
    adjusted = decisions(held, 0)
    assert len(held) == len({one.id for one in held}) > 150
    for one in held:
        assert told[one.id].p == pytest.approx(one.test(0).p, rel=1e-6)
        assert (told[one.id].p_holm, told[one.id].p_bh) == pytest.approx(adjusted[one.id], rel=1e-6)


def test_planted_gaps_and_false_beliefs_are_found_in_200_surveys(two_hundred):
    _, decided = two_hundred
    found = {key: np.mean([survey[key][0] < ALPHA for survey in decided]) for key in planted()}
    assert min(found.values()) > POWER, found
    assert np.mean(list(found.values())) > 0.9


def test_no_false_gap_beyond_the_stated_rate_in_200_surveys(two_hundred):
    """Holm: in at most 5 of 100 questions any false gap. Benjamini-Hochberg: at most 5 of 100 gaps told are false."""
    held, decided = two_hundred
    blocks: dict[tuple[str, bool], list[Held]] = {}
    for one in held:
        blocks.setdefault(one.block, []).append(one)
    any_false, share_false = [], []
    for block in blocks.values():
        level = [one for one in block if not one.apart]
        if not level:
            continue
        for survey in decided:
            strict = [survey[one.id][0] < ALPHA for one in level if one.id in survey]
            mild = [survey[one.id][1] < ALPHA for one in block if one.id in survey and one.truth is not None]
            wrong = sum(survey[one.id][1] < ALPHA for one in level if one.id in survey)
            any_false.append(any(strict))
            share_false.append(wrong / max(1, sum(mild)))
    noise = 3 * np.sqrt(ALPHA * (1 - ALPHA) / len(any_false))
    assert len(any_false) > 5000
    assert np.mean(any_false) < ALPHA + noise
    assert np.mean(share_false) < ALPHA + noise


def test_intervals_of_gaps_hold_the_truth_in_93_to_97_of_100_over_500_surveys(five_hundred):
    covered = {}
    for one in five_hundred:
        if one.truth is None or one.pair.items[0].variable.kind == "rank":
            continue
        real = one.truth[0] - one.truth[1]
        tests = [found for survey in range(500) if (found := one.test(survey))]
        if len(tests) == 500:
            covered[one.id] = np.mean([found.low <= real <= found.high for found in tests])
    assert len(covered) > 150
    assert 0.93 <= np.mean(list(covered.values())) <= 0.97
    assert min(covered.values()) > 0.91
    assert max(covered.values()) < 0.99


def test_what_a_side_gets_wrong_most_is_what_was_planted(one_survey):
    whole, _ = one_survey
    found = {
        (one.question, one.guesser): one for one in knowledge(whole, np.random.default_rng(2), smallest=5)
    }
    known = {one.name: one for one in codebook().variables}
    for belief in BELIEFS:
        told = found[known[belief.variable].question, belief.side]
        about = known[known[belief.variable].about]
        assert told.items[0].item == (about.label if belief.code is None else about.choice(belief.code).label)
        assert told.items[0].error < -0.2
        assert told.mae.low > 0


def test_two_surveys_of_the_same_people_differ_no_more_than_stated():
    """Nothing changed between the two: at most 5 of 100 questions may say so."""
    rng = np.random.default_rng(SEED + 9)
    first, second = (responses(pulse_columns(world(), rng)) for _ in range(2))
    found = across(first, second, smallest=5)
    assert found.apart == ()
    assert len(found.changes) > 500
    for told in (found.changes, found.gaps):
        blocks = {(one.question, one.side) for one in told}
        wrong = {(one.question, one.side) for one in told if one.clear}
        assert len(wrong) <= 0.05 * len(blocks) + 3 * np.sqrt(0.05 * 0.95 * len(blocks))


@pytest.mark.long
def test_the_interval_of_the_index_says_where_other_people_of_the_same_number_come_out():
    rng = np.random.default_rng(SEED + 3)
    count = 50
    whole = responses(pulse_columns(world(), rng, {side: PEOPLE[side] * count for side in SIDES}))
    sides = {side: whole.of(side) for side in SIDES}
    start = np.arange(len(whole))
    rows = {side: start[whole.side(side)].reshape(count, PEOPLE[side]) for side in SIDES}
    assert len(sides["marketing"]) == rows["marketing"].size
    found = [
        alignment_index(
            whole.rows(np.concatenate([rows[side][survey] for side in SIDES])),
            rng,
            smallest=5,
            replicates=200,
        )
        for survey in range(count)
    ]
    for name in ("overall", "closeness", "level"):
        told = [getattr(one, name) for one in found]
        middle = np.mean([one.value for one in told])
        assert 0.88 <= np.mean([one.low <= middle <= one.high for one in told]) <= 1
    assert all(one.overall.value < one.overall.alike < 1 for one in found)
    assert all(not one.unknown for one in found)
