"""Facts for telemetry: what lies in the window comes, what lies at its end does not, on both databases."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tandem.kernel.values import Actor
from tandem.ledger import AccessState, Entry, Ledger
from tandem.ledger.happened import AnswerFact, BriefFact, ChangeFact, CommitmentFact, DecisionFact

DAY = timedelta(days=1)
START = datetime(2026, 3, 1)
END = START + 30 * DAY
MARA, IVO = Actor("mara", "marketer"), Actor("ivo", "engineer")
KEY = b"k" * 32


@pytest.fixture
def briefs(ledger: Ledger) -> Ledger:
    """Brief 1: committed, changed twice after, delivered. Brief 2: open. Brief 3: made when the window ends."""
    ledger.add_brief(MARA, "marketing", {"who": "all"}, START)
    ledger.commit_to_brief(1, 1, "the list", IVO, "it", START + 10 * DAY, START + DAY)
    ledger.edit_brief(1, 1, {"who": "some"}, MARA, "marketing", "fewer", START + 2 * DAY)
    ledger.edit_brief(1, 2, {"who": "few"}, IVO, "it", "fewer still", END)
    ledger.keep_commitment(1, IVO, "it", START + 8 * DAY)
    ledger.add_brief(MARA, "marketing", {}, START + DAY)
    ledger.add_brief(MARA, "marketing", {}, END)
    ledger.add_promise(2, "told the press", MARA, "marketing", END, START)
    ledger.add_promise(None, "told a partner", MARA, "marketing", END, END)
    return ledger


def test_briefs_with_their_commitments(briefs: Ledger) -> None:
    first, second = briefs.brief_facts(END)
    assert first == BriefFact(1, START, None, START + DAY, START + 10 * DAY, START + 8 * DAY)
    assert second == BriefFact(2, START + DAY, None, None, None, None)


def test_a_window_that_is_over_does_not_change_afterwards(briefs: Ledger) -> None:
    """By the steps: sent back, agreed again to another date, withdrawn, committed anew, all after the window."""
    before = briefs.brief_facts(END), briefs.commitment_facts(END)
    briefs.send_back_commitment(1, MARA, "marketing", END, "half of it is missing")
    briefs.agree_again(1, 3, END + 20 * DAY, IVO, "it", END + DAY)
    briefs.withdraw_commitment(1, IVO, "it", END + 2 * DAY, "too much")
    briefs.commit_to_brief(1, 3, "less", IVO, "it", END + 30 * DAY, END + 3 * DAY)
    briefs.withdraw_brief(2, "mara", END + DAY)
    assert (briefs.brief_facts(END), briefs.commitment_facts(END)) == before
    back = CommitmentFact(1, START + DAY, START + 10 * DAY)
    assert briefs.commitment_facts(END + DAY) == [back]
    first, anew = briefs.commitment_facts(END + 4 * DAY)
    assert first == CommitmentFact(1, START + DAY, END + 20 * DAY, None, END + 2 * DAY)
    assert anew == CommitmentFact(1, END + 3 * DAY, END + 30 * DAY)
    again, withdrawn, _ = briefs.brief_facts(END + 4 * DAY)
    assert (again.committed_at, again.due, withdrawn.withdrawn_at) == (anew.at, anew.due, END + DAY)


def test_deliveries_taken_and_sent_back(briefs: Ledger) -> None:
    briefs.send_back_commitment(1, MARA, "marketing", START + 9 * DAY, "half of it is missing")
    briefs.keep_commitment(1, IVO, "it", START + 11 * DAY)
    briefs.accept_commitment(1, MARA, "marketing", END)
    back, taken = AnswerFact(1, START + 9 * DAY, taken=False), AnswerFact(1, END, taken=True)
    assert briefs.answer_facts(START, END) == [back]
    assert briefs.answer_facts(START, END + DAY) == [back, taken]


def test_changes_and_promises_in_the_window(briefs: Ledger) -> None:
    assert briefs.change_facts(START, END) == [ChangeFact(1, START + 2 * DAY, "marketing")]
    assert [one.function for one in briefs.change_facts(END, END + DAY)] == ["it"]
    assert [one.at for one in briefs.promise_facts(START, END)] == [START]


def test_requests_answered_in_the_window_or_open_at_its_end(ledger: Ledger) -> None:
    for days in (0, 1, 2):
        ledger.add_request(MARA, {}, "why", "it", START + days * DAY)
    ledger.answer_request(1, AccessState.GRANTED, "ivo", "yes", START + 3 * DAY, END)
    ledger.answer_request(2, AccessState.REFUSED, "ivo", "no", END)
    answered = [(one.state, one.answered_at) for one in ledger.request_facts(START, END)]
    assert answered == [("granted", START + 3 * DAY), ("refused", END), ("open", None)]
    assert [one.state for one in ledger.request_facts(START + 3 * DAY + DAY, START + 5 * DAY)] == [
        "refused",
        "open",
    ]


def test_an_approval_that_came_with_a_grant_says_so(ledger: Ledger) -> None:
    ledger.add_request(MARA, {}, "why", "it", START)
    ledger.answer_request(1, AccessState.GRANTED, IVO.name, "yes", START + DAY, END)
    ledger.add_approval("one", "it", IVO, "request 1: yes", START + DAY, END)
    ledger.add_approval("two", "it", IVO, "fine", START + 2 * DAY, END)
    ledger.use_approvals("two", ["it"], START + 3 * DAY)
    found = ledger.approval_facts(START, END)
    assert [(one.plan, one.with_request, one.used_at) for one in found] == [
        ("one", True, None),
        ("two", False, START + 3 * DAY),
    ]
    assert [one.plan for one in ledger.approval_facts(START + 3 * DAY, END)] == ["two"]


def test_decisions_are_counted_by_role_and_reason(ledger: Ledger) -> None:
    def decided(actor: Actor, outcome: str, **detail: object) -> Entry:
        return Entry("decision", actor.name, actor.role, "preview", outcome, detail=detail)

    no = {"codes": ["POL-101"], "clauses": ["policies/standard.yml:4"]}
    also = Actor("moe", "marketer")
    first = [
        decided(MARA, "refusal", **no),
        decided(also, "refusal", **no),
        decided(MARA, "permit", fields=1),
    ]
    ledger.append_audit(first, START, KEY)
    ledger.append_audit(
        [decided(MARA, "permit", fields=2), decided(IVO, "gap", codes=["POL-001"])], START, KEY
    )
    ledger.append_audit([decided(MARA, "refusal", **no)], END, KEY)
    assert ledger.decision_facts(START, END) == [
        DecisionFact("marketer", "permit", (), (), 2, 1),
        DecisionFact("marketer", "refusal", ("POL-101",), ("policies/standard.yml:4",), 2, 2),
        DecisionFact("engineer", "gap", ("POL-001",), (), 1, 1),
    ]
    assert ledger.decision_facts(END + DAY, END + 2 * DAY) == []


def test_a_page_that_is_opened_twice_on_a_day_asks_once(ledger: Ledger) -> None:
    """Another person, thing, purpose, answer or day is another question."""
    no = {"codes": ["POL-101"], "clauses": []}
    entry = Entry("decision", MARA.name, MARA.role, "preview", "refusal", "letters", detail=no)
    seen = Entry(
        "decision", MARA.name, MARA.role, "preview", "permit", "letters", detail={"fingerprint": "f"}
    )
    for hour in range(5):
        ledger.append_audit([entry, seen], START + timedelta(hours=hour), KEY)
    assert [(one.outcome, one.decisions) for one in ledger.decision_facts(START, END)] == [
        ("permit", 1),
        ("refusal", 1),
    ]
    others = [
        replace(entry, actor="moe"),
        replace(entry, what="file"),
        replace(entry, purpose="service"),
        replace(entry, detail={**no, "clauses": ["policies/standard.yml:4"]}),
    ]
    ledger.append_audit(others, START, KEY)
    ledger.append_audit([entry], START + DAY, KEY)
    refused = [one for one in ledger.decision_facts(START, END) if one.outcome == "refusal"]
    assert sum(one.decisions for one in refused) == 6


def test_edits_and_applications(ledger: Ledger) -> None:
    ledger.append_audit([Entry("change", "mara", "marketer", "edit: saved", "done")], START, KEY)
    begun = Entry("change", "mara", "marketer", "apply", "begun", detail={"fingerprint": "b"})
    done = Entry("change", "mara", "marketer", "apply", "done", detail={"fingerprint": "b"})
    ledger.append_audit([begun, done], START + DAY, KEY)
    found = ledger.edit_facts(START, END)
    assert [(one.at, one.applied) for one in found] == [(START, None), (START + DAY, "b")]
    assert ledger.edit_facts(START, START + DAY) == found[:1]
    ledger.apply_charter({"a": "1"}, "a", "mara", START)
    ledger.apply_charter({"a": "2"}, "b", "mara", START)
    assert ledger.charters_before() == {"a": None, "b": "a"}
