"""Pulses: invited once, sent once, answered once; and nothing that leads from an answer to an invitation."""

import random
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from tandem.kernel import Problems
from tandem.ledger import Answer, AnswerState, Invitation, InvitationState, Ledger, Pulse
from tandem.ledger.pulses import Ending

NOON = datetime(2026, 6, 1, 12)
DAY = timedelta(days=1)


def opened(ledger: Ledger, *, people: int = 12) -> list[Invitation]:
    ledger.open_pulse(Pulse("autumn", "alignment", "{}", "f", "short", True, "ada", NOON, NOON + 30 * DAY))
    asked = [
        Invitation(f"i{k:02d}", "autumn", f"p{k}@harbourpine.example", "it" if k % 2 else "marketing")
        for k in range(people)
    ]
    assert ledger.invite(asked) == people
    return asked


def answer(side: str, said: int, invitation: str | None = None) -> Answer:
    return Answer(
        "", "autumn", side, AnswerState.COMPLETE, {"NEED": said},
        day=date(2026, 6, 2), seconds=300, invitation=invitation,
    )  # fmt: skip


def test_a_run_has_one_name_and_closes_once(ledger: Ledger) -> None:
    asked = opened(ledger)
    assert ledger.save_draft(asked[1], "h", {"said": {}, "at": ""}, NOON)
    with pytest.raises(Problems, match="LDG-120"):
        opened(ledger)
    closed = ledger.close_pulse("autumn", "ada", NOON + DAY)
    assert not closed.open(NOON + DAY)
    assert ledger.draft("h") is None
    # Whoever was on their way when it closed leaves neither a draft nor an answer behind.
    assert not ledger.save_draft(asked[1], "h", {"said": {}, "at": ""}, NOON)
    assert ledger.end_answer(answer("it", 1), asked[1].id, "h") is Ending.LATE
    assert (ledger.draft("h"), ledger.answers("autumn")) == (None, [])
    assert {one.address for one in ledger.invitations_to_send("autumn")} == {""}
    with pytest.raises(Problems, match="LDG-122"):
        ledger.close_pulse("autumn", "ada", NOON + DAY)
    with pytest.raises(Problems, match="LDG-121"):
        ledger.pulse("winter")
    assert [one.name for one in ledger.pulses()] == ["autumn"]


def test_nobody_is_invited_twice_and_a_letter_is_claimed_once(ledger: Ledger) -> None:
    asked = opened(ledger)
    assert ledger.invite(asked[:3]) == 0
    first, second = ledger.invitations_to_send("autumn")[:2]
    assert ledger.claim_invitation(first, NOON)
    assert not ledger.claim_invitation(first, NOON)
    ledger.settle_invitation(first, InvitationState.SENT, "250", went=True)
    assert ledger.claim_invitation(second, NOON)
    ledger.settle_invitation(second, InvitationState.WAITING, "451", went=False)
    held = ledger.invitation(second.id)
    assert held is not None
    assert (held.letters, held.sent_at) == (0, None)
    assert ledger.claim_invitation(second, NOON)
    assert ledger.stuck_invitations("autumn", "crashed") == 1
    assert len(ledger.invitations_to_send("autumn")) == len(asked) - 2
    due = ledger.invitations_to_remind("autumn", NOON, 3)
    assert [one.id for one in due] == [first.id, second.id]
    assert ledger.invitations_to_remind("autumn", NOON - DAY, 3) == []
    assert ledger.invitations_to_remind("autumn", NOON, 1) == []


def test_a_draft_is_kept_until_the_answer_and_an_answer_counts_once(ledger: Ledger) -> None:
    asked = opened(ledger)
    ledger.save_draft(asked[1], "h1", {"said": {"NEED": 2}, "at": "a"}, NOON)
    ledger.save_draft(asked[1], "h1", {"said": {"NEED": 1}, "at": "b"}, NOON + DAY)
    draft = ledger.draft("h1")
    assert draft is not None
    assert (draft.answers["at"], draft.started_at) == ("b", NOON)
    assert ledger.end_answer(answer("it", 1), asked[1].id, "h1") is Ending.KEPT
    assert ledger.end_answer(answer("it", 2), asked[1].id, "h1") is Ending.LATE
    # A second tab that is slower: its draft would stay, under a hash that the secret leads to the person from.
    assert not ledger.save_draft(asked[1], "h1", {"said": {"NEED": 2}, "at": "a"}, NOON)
    assert ledger.draft("h1") is None
    (kept,) = ledger.answers("autumn")
    assert kept.id != draft.id
    assert (kept.answers, kept.started_at, kept.resume_hash) == ({"NEED": 1}, None, None)
    assert not ledger.claim_invitation(asked[1], NOON)
    assert ledger.remove_answers([kept.id], "speeder") == 1
    assert ledger.answers("autumn") == []
    assert ("it", AnswerState.REMOVED, "speeder", date(2026, 6, 2), 1) in ledger.answer_counts("autumn")


def test_nothing_joins_an_answer_to_an_invitation(ledger: Ledger) -> None:
    """By every column of both tables, those that the database adds by itself, and the order in which rows lie."""
    asked = opened(ledger)
    sent = ledger.invitations_to_send("autumn")
    for one in sent:
        assert ledger.claim_invitation(one, NOON)
        ledger.settle_invitation(one, InvitationState.SENT, "250", went=True)
    come = [asked[k] for k in (7, 2, 11, 0, 5, 9, 3, 8)]
    for k, one in enumerate(come):
        ledger.save_draft(one, f"h{k}", {"said": {}, "at": ""}, NOON + k * DAY)
        assert ledger.end_answer(answer(one.side, 1), one.id, f"h{k}") is Ending.KEPT
    postgresql = ledger._database.dialect.name == "postgresql"
    hidden = ", xmin::text AS xmin, ctid::text AS ctid" if postgresql else ""
    with ledger._read() as db:
        done = (
            db.execute(text(f"SELECT *{hidden} FROM pulse_invitations WHERE state = 'done'")).mappings().all()
        )
        kept = db.execute(text(f"SELECT *{hidden} FROM pulse_answers")).mappings().all()
    assert (len(done), len(kept)) == (8, 8)
    for answered in kept:
        shared = {
            (mine, theirs)
            for mine, value in answered.items()
            for theirs in done[0]
            if value is not None
            and (mine, theirs) not in {("ctid", "ctid")}
            and 0
            < sum(one[theirs] == value for one in done)
            < len([one for one in done if one["side"] == answered["side"]])
        }
        assert shared == set()
    # The rows of those who are done are all alike but for who they are, and lie in the order of their keyed ids.
    assert {(one["letters"], one["sent_at"], one["detail"]) for one in done} == {(0, None, None)}
    assert [one["id"] for one in done] == sorted(one.id for one in come)
    if postgresql:
        assert len({one["xmin"] for one in done}) == 1
    else:
        with ledger._read() as db:
            for table in ("pulse_invitations", "pulse_answers", "pulse_quotas"):
                with pytest.raises(Exception, match="rowid"):
                    db.execute(text(f"SELECT rowid FROM {table}"))


def test_answers_that_come_at_once_lie_in_no_order_of_theirs(ledger: Ledger) -> None:
    asked = opened(ledger)
    assert ledger.add_answers([answer("it", k) for k in range(40)]) == 40
    assert ledger.use_up([one.id for one in asked]) == 12
    assert [one.answers["NEED"] for one in ledger.answers("autumn")] != list(range(40))


def test_people_who_send_off_at_once_are_not_told_apart_either(ledger: Ledger) -> None:
    asked = opened(ledger)
    with ThreadPoolExecutor(6) as pool:
        ended = list(
            pool.map(
                lambda pair: ledger.end_answer(answer(pair[1].side, 1), pair[1].id, f"h{pair[0]}"),
                enumerate(asked),
            )
        )
    assert ended == [Ending.KEPT] * len(asked)
    assert len(ledger.answers("autumn")) == len(asked)
    assert sum(ledger.invitation_counts("autumn").values()) == len(asked)
    if ledger._database.dialect.name == "postgresql":
        with ledger._read() as db:
            named = db.execute(text("SELECT DISTINCT xmin::text FROM pulse_invitations")).all()
        assert len(named) == 1


def need(answers: Mapping[str, Any]) -> list[int]:
    """Two quotas: all answers, and those that say 1."""
    return [0, 1] if answers["NEED"] == 1 else [0]


def test_of_many_who_send_off_at_once_no_more_are_kept_than_are_wanted(ledger: Ledger) -> None:
    asked = opened(ledger)
    assert ledger.quota_counts("autumn", 2, need) == [0, 0]
    with ThreadPoolExecutor(6) as pool:
        ended = list(
            pool.map(
                lambda one: ledger.end_answer(answer(one.side, 1), one.id, "h", {0: 100, 1: 5}),
                asked,
            )
        )
    assert sorted(ended) == [Ending.FULL] * 7 + [Ending.KEPT] * 5
    assert ledger.quota_counts("autumn", 2, need) == [5, 5]
    assert len(ledger.answers("autumn")) == 5
    # Whoever was turned away still has a link that works, and is told why on the next page.
    turned = next(one for one, state in zip(asked, ended, strict=True) if state is Ending.FULL)
    assert ledger.end_answer(answer(turned.side, 2), turned.id, "h", {0: 100}) is Ending.KEPT
    assert ledger.quota_counts("autumn", 2, need) == [6, 5]


def test_counts_of_quotas_are_those_that_counting_all_answers_gives(ledger: Ledger) -> None:
    """Whatever happens to answers in between: by link, many at once, left out by hand, before anything was counted."""
    asked, wanted = opened(ledger, people=30), {0: 1000, 1: 1000}
    rng = random.Random(7)
    assert ledger.end_answer(answer("it", 1), asked[0].id, "h", wanted) is Ending.FULL, "not counted yet"
    for number, one in enumerate(asked):
        counted = ledger.quota_counts("autumn", 2, need)
        kept = [held.answers["NEED"] for held in ledger.answers("autumn")]
        assert counted == [len(kept), kept.count(1)]
        said = rng.choice([1, 2])
        match rng.choice(["link", "link", "many", "remove", "screened"]):
            case "many":
                ledger.add_answers([answer("it", rng.choice([1, 2])) for _ in range(3)])
            case "remove" if held := ledger.answers("autumn"):
                ledger.remove_answers([rng.choice(held).id], "speeder")
            case "screened":
                out = replace(answer(one.side, said), state=AnswerState.SCREENED_OUT)
                assert ledger.end_answer(out, one.id, f"h{number}") is Ending.KEPT
            case _:
                into = {number: wanted[number] for number in need({"NEED": said})}
                assert ledger.end_answer(answer(one.side, said), one.id, f"h{number}", into) is Ending.KEPT
    ledger.close_pulse("autumn", "ada", NOON + DAY)
    with ledger._read() as db:
        assert db.execute(text("SELECT count(*) FROM pulse_quotas")).scalar() == 0
