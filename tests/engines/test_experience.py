"""Experience measures on both engines: the same figure as by hand, and none where it would tell of a few people."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import company
import pytest
from company import DAY, NOW

from tandem.align.experience import Felt, experience_query, felt, footprint
from tandem.charter.definitions import Experience, Feel, JointOwners
from tandem.engine import Engine
from tandem.kernel.values import Actor, Destination
from tandem.policy import Permit, decide

SYSTEM = Actor("tandem", "system")
OWNERS = JointOwners(marketing="Ada", it="Ben")
SATISFACTION = Experience(
    measure="s", kind=Feel.SATISFACTION, owners=OWNERS, event="purchase", answer="amount", good_from=4
)
EFFORT = replace(SATISFACTION, kind=Feel.EFFORT, good_from=None, good_to=2)
NPS = replace(SATISFACTION, kind=Feel.NPS, good_from=None)
COMPLAINTS = Experience(
    measure="c", kind=Feel.COMPLAINT_RATE, owners=OWNERS, event="purchase", complaint={"category": "late"}
)
PEOPLE = range(1000, 1020)


def figure(engine: Engine, root: Path, measure: Experience, smallest: int = 2) -> Felt:
    charter = company.charter_at(root)
    purpose, to = charter.purposes.measuring, Destination.MEASURE
    permit = decide(SYSTEM, purpose, to, footprint(measure), charter, engine.catalogue)
    assert isinstance(permit, Permit), permit
    return felt(measure, engine.one(experience_query(engine.catalogue, measure, permit, NOW)), smallest)


def answered(engine: Engine, answers: Sequence[tuple[int, int | None, str | None, timedelta]]) -> None:
    """(person, answer, category, how long ago)."""
    company.fill(
        engine,
        "event_purchase",
        (
            {
                "event_id": number,
                "event_at": NOW - ago,
                "subject_key": company.mapped(person, f"person{person}@people.example")["identifier_key"],
                "amount": None if answer is None else Decimal(answer),
                "category": category,
            }
            for number, (person, answer, category, ago) in enumerate(answers)
        ),
    )


@pytest.mark.parametrize(
    "engine_name",
    ["duckdb", pytest.param("spark", marks=[pytest.mark.spark, pytest.mark.long])],
    indirect=True,
)
def test_figures_by_hand(engine: Engine, tmp_path: Path) -> None:
    """20 people: answers 0 to 10 and over, one without an answer, one too old, one just now, one by nobody known."""
    company.ensure(engine)
    company.people_join(engine, PEOPLE)
    within = [(p, (p - 1000) % 12, "late" if p % 4 == 0 else "boots", DAY) for p in PEOPLE]
    outside = [
        (1000, 5, "late", 90 * DAY + timedelta(microseconds=1)),
        (1001, 5, "late", timedelta()),
        (999, 5, "late", DAY),
    ]
    answered(engine, [*within, (1002, None, "late", 90 * DAY), *outside])
    told = [answer for _, answer, _, _ in within]

    found = figure(engine, tmp_path, SATISFACTION)
    assert (found.answers, found.people) == (20, 20)
    assert found.figure == pytest.approx(sum(one >= 4 for one in told) / 20)
    assert figure(engine, tmp_path, EFFORT).figure == pytest.approx(sum(one <= 2 for one in told) / 20)

    scale = [one for one in told if one <= 10]
    nps = 100 * (sum(one >= 9 for one in scale) - sum(one <= 6 for one in scale)) / len(scale)
    found = figure(engine, tmp_path, NPS)
    assert (found.answers, found.figure) == (len(scale), pytest.approx(nps))

    found = figure(engine, tmp_path, COMPLAINTS)
    assert (found.answers, found.figure) == (21, pytest.approx(6 / 21)), (
        "who gave no answer has still complained"
    )

    few = figure(engine, tmp_path, COMPLAINTS, smallest=7)
    assert few.figure is None
    assert "fewer than 7 people gave one kind of answer" in few.why
    assert figure(engine, tmp_path, COMPLAINTS, smallest=21) == Felt(
        0, 0, None, "fewer than 21 people answered in this time"
    )


def test_no_answer_is_not_zero() -> None:
    found = felt(SATISFACTION, (0, 0, 0, 0, 0, 0), 2)
    assert (found.figure, found.why) == (None, "nobody answered in this time")
    assert felt(SATISFACTION, (50, 50, 0, 0, 50, 50), 2).figure is None
