"""Briefs with their versions, commitments with their steps, promises, and rankings; on both databases."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, insert

from tandem.kernel import Problems
from tandem.kernel.values import Actor
from tandem.ledger import Brief, CommitmentKind, CommitmentState, Ledger, StepKind
from tandem.ledger.tables import brief_versions, briefs, commitments

ADA, BEN = Actor("ada", "marketer"), Actor("ben", "engineer")
NOON = datetime(2026, 6, 1, 12)
DAY = timedelta(days=1)
DUE = NOON + 10 * DAY


def code_of(caught: pytest.ExceptionInfo[Problems]) -> str:
    (problem,) = caught.value.problems
    return problem.code


@pytest.fixture
def brief(ledger: Ledger) -> Brief:
    return ledger.add_brief(ADA, "marketing", {"title": "Welcome letters", "by": "2026-07-01"}, NOON)


def committed(ledger: Ledger, brief: Brief) -> int:
    done = ledger.commit_to_brief(brief.id, 1, "Welcome letters", BEN, "it", DUE, NOON + DAY)
    return done.id


def test_every_version_is_kept_and_says_whether_it_came_after_the_commitment(
    ledger: Ledger, brief: Brief
) -> None:
    ledger.edit_brief(brief.id, 1, {"title": "Letters"}, ADA, "marketing", "shorter", NOON + DAY)
    ledger.commit_to_brief(brief.id, 2, "Letters", BEN, "it", DUE, NOON + 2 * DAY)
    ledger.edit_brief(brief.id, 2, {"title": "Cards"}, ADA, "marketing", "no letters", NOON + 3 * DAY)
    history = ledger.brief_history(brief.id)
    assert [(one.version, one.content["title"], one.after_commitment) for one in history] == [
        (1, "Welcome letters", False),
        (2, "Letters", False),
        (3, "Cards", True),
    ]
    assert ledger.brief(brief.id).latest == history[-1]
    assert ledger.brief_versions() == history
    (held,) = ledger.commitments_of(brief.id)
    assert (held.brief_version, held.agreed_version) == (2, 2)


def test_who_read_an_older_version_changes_and_promises_nothing(ledger: Ledger, brief: Brief) -> None:
    ledger.edit_brief(brief.id, 1, {"title": "Letters"}, ADA, "marketing", "", NOON)
    with pytest.raises(Problems) as caught:
        ledger.edit_brief(brief.id, 1, {"title": "Other"}, ADA, "marketing", "", NOON)
    assert code_of(caught) == "LDG-111"
    with pytest.raises(Problems) as caught:
        committed(ledger, brief)
    assert code_of(caught) == "LDG-111"
    assert ledger.commitments() == []


def test_a_brief_has_one_commitment_at_a_time(ledger: Ledger, brief: Brief) -> None:
    first = committed(ledger, brief)
    with pytest.raises(Problems) as caught:
        committed(ledger, brief)
    assert code_of(caught) == "LDG-112"
    ledger.withdraw_commitment(first, BEN, "it", NOON + 2 * DAY, "nobody is free")
    assert committed(ledger, brief) != first


def test_open_turns_late_by_its_date_and_kept_stays_kept(ledger: Ledger, brief: Brief) -> None:
    number = committed(ledger, brief)
    held = ledger.commitment(number)
    assert held.stands(DUE - DAY) is CommitmentState.OPEN
    assert held.stands(DUE) is CommitmentState.LATE
    assert held.in_time is None
    kept = ledger.keep_commitment(number, BEN, "it", DUE + DAY)
    assert (kept.stands(DUE + 9 * DAY), kept.in_time) == (CommitmentState.KEPT, False)


def test_the_steps_tell_the_whole_way(ledger: Ledger, brief: Brief) -> None:
    number = committed(ledger, brief)
    ledger.edit_brief(brief.id, 1, {"title": "Cards"}, ADA, "marketing", "", NOON + 2 * DAY)
    ledger.agree_again(number, 2, DUE + DAY, BEN, "it", NOON + 3 * DAY, "a day more")
    ledger.keep_commitment(number, BEN, "it", NOON + 4 * DAY)
    ledger.send_back_commitment(number, ADA, "marketing", NOON + 5 * DAY, "the date is missing")
    ledger.keep_commitment(number, BEN, "it", NOON + 6 * DAY)
    done = ledger.accept_commitment(number, ADA, "marketing", NOON + 7 * DAY)
    assert (done.accepted_by, done.agreed_version, done.due) == ("ada", 2, DUE + DAY)
    steps = ledger.commitment_steps(number)
    assert [(one.step, one.version) for one in steps] == [
        (StepKind.MADE, 1),
        (StepKind.AGREED_AGAIN, 2),
        (StepKind.KEPT, 2),
        (StepKind.SENT_BACK, 2),
        (StepKind.KEPT, 2),
        (StepKind.ACCEPTED, 2),
    ]
    assert [one.due for one in steps[:2]] == [DUE, DUE + DAY]
    assert ledger.commitment_steps() == steps


def test_steps_out_of_order_are_refused(ledger: Ledger, brief: Brief) -> None:
    number = committed(ledger, brief)
    with pytest.raises(Problems) as caught:
        ledger.accept_commitment(number, ADA, "marketing", NOON)
    assert code_of(caught) == "LDG-115"
    ledger.keep_commitment(number, BEN, "it", NOON)
    ledger.accept_commitment(number, ADA, "marketing", NOON)
    for again in (ledger.keep_commitment, ledger.accept_commitment):
        with pytest.raises(Problems) as caught:
            again(number, BEN, "it", NOON)
        assert code_of(caught) == "LDG-115"
    with pytest.raises(Problems) as caught:
        ledger.withdraw_commitment(number, BEN, "it", NOON, "")
    assert code_of(caught) == "LDG-115"
    with pytest.raises(Problems) as caught:
        ledger.edit_brief(brief.id, 1, {}, ADA, "marketing", "", NOON)
    assert code_of(caught) == "LDG-112"
    assert [one.step for one in ledger.commitment_steps(number)] == ["made", "kept", "accepted"]


def test_a_brief_is_withdrawn_only_when_it_is_not_committed_to(ledger: Ledger, brief: Brief) -> None:
    number = committed(ledger, brief)
    with pytest.raises(Problems) as caught:
        ledger.withdraw_brief(brief.id, "ada", NOON)
    assert code_of(caught) == "LDG-112"
    ledger.withdraw_commitment(number, BEN, "it", NOON, "")
    assert ledger.withdraw_brief(brief.id, "ada", NOON).withdrawn_by == "ada"
    with pytest.raises(Problems) as caught:
        ledger.edit_brief(brief.id, 1, {}, ADA, "marketing", "", NOON)
    assert code_of(caught) == "LDG-112"


def test_a_promise_needs_no_agreement_and_no_brief(ledger: Ledger, brief: Brief) -> None:
    committed(ledger, brief)
    about = ledger.add_promise(brief.id, "live on Friday, to the press", ADA, "marketing", DUE - DAY, NOON)
    loose = ledger.add_promise(None, "an app, to all buyers", ADA, "marketing", DUE, NOON)
    assert [one.id for one in ledger.commitments()] == [loose.id, about.id, about.id - 1]
    assert (about.kind, about.brief_version, about.agreed_version) == (CommitmentKind.PROMISE, 1, None)
    with pytest.raises(Problems) as caught:
        ledger.agree_again(about.id, 1, DUE, BEN, "it", NOON)
    assert code_of(caught) == "LDG-115"


def test_what_is_not_there_is_told(ledger: Ledger) -> None:
    for asked, code in [(ledger.brief, "LDG-110"), (ledger.commitment, "LDG-114")]:
        with pytest.raises(Problems) as caught:
            asked(9)
        assert code_of(caught) == code
    assert ledger.brief_history(9) == []


def test_the_latest_ranking_of_each_person_counts(ledger: Ledger) -> None:
    ledger.add_ranking(ADA, "marketing", "own", {"one_view": 1, "speed": 2}, NOON)
    ledger.add_ranking(ADA, "marketing", "other", {"speed": 1}, NOON)
    ledger.add_ranking(BEN, "it", "own", {"speed": 1}, NOON)
    ledger.add_ranking(ADA, "marketing", "own", {"speed": 1, "one_view": 2}, NOON + DAY)
    assert [(one.actor.name, one.about, one.places) for one in ledger.rankings()] == [
        ("ada", "own", {"speed": 1, "one_view": 2}),
        ("ada", "other", {"speed": 1}),
        ("ben", "own", {"speed": 1}),
    ]


def test_what_a_person_is_called_by_is_struck_from_briefs(ledger: Ledger) -> None:
    said = {"title": "Write to jo@harbourpine.example", "who": ["jo@harbourpine.example"]}
    made = ledger.add_brief(ADA, "marketing", said, NOON)
    assert ledger.strike(lambda word: word == "jo@harbourpine.example") == 1
    assert ledger.brief(made.id).latest.content == {"title": "Write to (erased)", "who": ["(erased)"]}


def test_nothing_is_cut_off_in_silence_and_changes_are_counted_without_their_texts(ledger: Ledger) -> None:
    """1,002 briefs: the first is still among them, committed to and changed twice; of the open ones two are gone."""
    first = ledger.add_brief(ADA, "marketing", {"title": "Letters"}, NOON)
    number = committed(ledger, first)
    for version, title in ((1, "Cards"), (2, "Stamps")):
        ledger.edit_brief(first.id, version, {"title": title}, ADA, "marketing", "", NOON)
    with ledger._write() as db:
        _add_many(db, 1000)
    last = ledger.add_brief(ADA, "marketing", {"title": "More"}, NOON)
    assert [one.id for one in ledger.briefs()][-1] == first.id
    assert len(ledger.briefs()) == 1002
    assert ledger.commitments()[-1].id == number
    assert ledger.changes_after_commitment() == {first.id: 2}

    ledger.withdraw_brief(last.id, "ada", NOON)
    assert {one.id for one in ledger.briefs()} - {one.id for one in ledger.briefs(open_only=True)} == {
        last.id
    }
    ledger.keep_commitment(number, BEN, "it", NOON)
    assert ledger.briefs(open_only=True)[-1].latest.content == {"title": "Stamps"}, (
        "delivered is not accepted"
    )
    ledger.accept_commitment(number, ADA, "marketing", NOON)
    assert len(ledger.briefs(open_only=True)) == 1000


def _add_many(db: Connection, many: int) -> None:
    """So many briefs of one version with a promise each, written at once."""
    row = {"actor": "ada", "role": "marketer", "made_at": NOON, "version": 1}
    numbers = [*db.execute(insert(briefs).returning(briefs.c.id), [row] * many).scalars()]
    said = {"version": 1, "content": {"title": "More"}, "at": NOON, "actor": "ada", "role": "marketer"}
    db.execute(
        insert(brief_versions),
        [{**said, "brief_id": n, "reason": "", "after_commitment": False} for n in numbers],
    )
    told = {"kind": "promise", "what": "told outside", "actor": "ada", "role": "marketer", "at": NOON}
    db.execute(insert(commitments), [{**told, "brief_id": n, "due": DUE, "state": "open"} for n in numbers])
