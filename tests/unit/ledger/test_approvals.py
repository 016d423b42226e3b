"""Approvals are used once, for the plan they name, while they last; requests are answered once."""

from datetime import datetime, timedelta

import pytest

from tandem.kernel import Problems
from tandem.kernel.values import Actor
from tandem.ledger import AccessState, Ledger

NOON = datetime(2026, 6, 1, 12)
WEEK = timedelta(days=7)
IT, MARKETING = Actor("paula", "privacy"), Actor("mara", "marketer")


def code(stopped: pytest.ExceptionInfo[Problems]) -> str:
    return stopped.value.problems[0].code


def approved(ledger: Ledger, plan: str = "plan", owner: str = "it") -> int:
    return ledger.add_approval(plan, owner, IT, "agreed", NOON, NOON + WEEK).id


def test_an_approval_is_used_once(ledger: Ledger) -> None:
    approved(ledger)
    (used,) = ledger.use_approvals("plan", ["it"], NOON)
    assert (used.state(NOON), used.actor, used.reason) == ("used", IT, "agreed")
    with pytest.raises(Problems) as stopped:
        ledger.use_approvals("plan", ["it"], NOON)
    assert code(stopped) == "LDG-082"


def test_no_second_approval_of_a_plan_is_left_for_another_time(ledger: Ledger) -> None:
    """Set back by an edit that asks nobody, the plan could be done again with it."""
    mine = [approved(ledger), approved(ledger), approved(ledger, owner="marketing")]
    other = approved(ledger, plan="other")
    assert [one.id for one in ledger.use_approvals("plan", ["it"], NOON)] == mine
    assert ledger.approvals_of("plan", NOON) == []
    assert [one.id for one in ledger.approvals_of("other", NOON)] == [other]


def test_all_functions_or_none_is_used(ledger: Ledger) -> None:
    approved(ledger)
    with pytest.raises(Problems):
        ledger.use_approvals("plan", ["it", "marketing"], NOON)
    assert [one.owner for one in ledger.approvals_of("plan", NOON)] == ["it"]


@pytest.mark.parametrize("plan", ["other", ""])
def test_another_plan_has_not_got_it(ledger: Ledger, plan: str) -> None:
    approved(ledger)
    assert ledger.approvals_of(plan, NOON) == []


def test_it_ends_and_can_be_withdrawn(ledger: Ledger) -> None:
    first, second = approved(ledger), approved(ledger)
    assert ledger.withdraw_approval(first, NOON).state(NOON) == "withdrawn"
    assert [one.id for one in ledger.approvals_of("plan", NOON)] == [second]
    assert ledger.approvals_of("plan", NOON + WEEK) == []
    for over, at in ((first, NOON), (second, NOON + WEEK)):
        with pytest.raises(Problems) as stopped:
            ledger.withdraw_approval(over, at)
        assert code(stopped) == "LDG-081"
    with pytest.raises(Problems) as stopped:
        ledger.withdraw_approval(99, NOON)
    assert code(stopped) == "LDG-080"
    assert [one.id for one in ledger.approvals()] == [second, first]


def test_a_request_waits_and_is_answered_once(ledger: Ledger) -> None:
    wants = {"role": "marketer", "purpose": "service", "labels": ["personal"]}
    asked = ledger.add_request(MARKETING, wants, "for the letter", "it", NOON)
    assert ledger.open_requests() == [asked]
    assert asked.waited(NOON + WEEK) == WEEK
    later = NOON + timedelta(hours=5)
    done = ledger.answer_request(asked.id, AccessState.GRANTED, "paula", "fine", later, NOON + WEEK)
    assert (done.state, done.waited(NOON + WEEK), done.wants) == ("granted", timedelta(hours=5), wants)
    assert ledger.open_requests() == []
    with pytest.raises(Problems) as stopped:
        ledger.answer_request(asked.id, AccessState.REFUSED, "paula", "no", later)
    assert code(stopped) == "LDG-084"
    with pytest.raises(Problems) as stopped:
        ledger.answer_request(99, AccessState.REFUSED, "paula", "no", later)
    assert code(stopped) == "LDG-083"
