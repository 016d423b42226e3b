"""Briefs and commitments as the two sides use them: who may do what, what is marked, what waits, what is noted."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from tandem.align.briefs import Ask, Weight
from tandem.charter import Charter, files, fingerprint, load
from tandem.kernel import Problems
from tandem.kernel.values import Actor
from tandem.ledger import CommitmentState, Cost, Ledger, Wanted, open_ledger
from tandem.usecases import keep_commitments as keeping
from tandem.usecases.make_brief import edit_brief, lacks, make_brief, withdraw_brief
from tandem.usecases.plan_charter import edits_between
from tandem.usecases.rank_priorities import rank, see_ranks
from tandem.usecases.see_briefs import Stage, loose_promises, see_brief, see_briefs
from tandem.usecases.see_plan import see_plan
from tandem.usecases.sides import Desk, function_of

SHOP = Path(__file__).parents[2] / "projects" / "shop"
NOON, WALL = datetime(2026, 6, 1, 12), datetime(2031, 1, 1)
DAY = timedelta(days=1)
DUE = date(2026, 7, 1)
WHOLE = Ask(
    title="Welcome letters",
    who="People who bought for the first time",
    what_for="A letter three days after the first purchase",
    data=("purchase.amount", "first_name", "shoe size"),
    purpose="marketing_email",
    wanted=DUE,
    success="20 % buy again within 60 days",
)


@pytest.fixture(scope="module")
def charter() -> Charter:
    return load(SHOP)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHOP, tmp_path / "shop", ignore=shutil.ignore_patterns("data")))


@pytest.fixture
def ledger(root: Path) -> Iterator[Ledger]:
    opened = open_ledger(root / "ledger.db", Cost(rounds=1, memory=8, lanes=1))
    yield opened
    opened.close()


@pytest.fixture
def desk(root: Path, ledger: Ledger) -> Desk:
    return Desk(root, ledger, Actor("mara", "marketer"), NOON, WALL)


def as_role(desk: Desk, role: str, later: timedelta = timedelta()) -> Desk:
    return replace(desk, actor=Actor(f"some {role}", role), now=desk.now + later)


def code_of(caught: pytest.ExceptionInfo[Problems]) -> str:
    return caught.value.problems[0].code


def test_the_whole_way_from_a_brief_to_what_is_taken(desk: Desk, charter: Charter) -> None:
    number = make_brief(desk, WHOLE).id
    stage = lambda later=timedelta(): see_brief(desk.ledger, charter, number, NOON + later).seen.stage  # noqa: E731
    assert stage() is Stage.ASKED
    engineer = as_role(desk, "engineer", DAY)
    held = keeping.commit(engineer, charter, number, 1, DUE)
    assert (held.function, held.due) == ("it", datetime(2026, 7, 1, 23, 59, 59))
    assert (stage(), stage(40 * DAY)) == (Stage.COMMITTED, Stage.LATE)

    changed = edit_brief(as_role(desk, "analyst", 2 * DAY), number, 1, replace(WHOLE, data=("crm",)), "less")
    assert changed.after_commitment
    assert [one.part for one in changed.parts] == ["data"]
    assert stage() is Stage.CHANGED
    with pytest.raises(Problems) as caught:
        keeping.keep(engineer, held.id)
    assert code_of(caught) == "ALN-406"

    keeping.agree_again(engineer, charter, held.id, 2, date(2026, 7, 5))
    assert stage() is Stage.COMMITTED
    keeping.keep(engineer, held.id)
    assert stage() is Stage.DELIVERED
    keeping.send_back(desk, held.id, "the stores are missing")
    keeping.keep(engineer, held.id)
    keeping.accept(desk, held.id)
    found = see_brief(desk.ledger, charter, number, NOON)
    assert found.seen.stage is Stage.ACCEPTED
    assert found.seen.changed_after == 1
    assert [one.version.version for one in found.versions] == [2, 1]
    assert [str(one.step) for one in found.steps] == [
        *("made", "agreed_again", "kept", "sent_back", "kept", "accepted"),
    ]


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("marketer", {"brief", "promise", "rank"}),
        ("analyst", {"brief", "promise", "rank"}),
        ("engineer", {"commit", "rank"}),
        ("privacy", {"rank"}),
        ("admin", {"brief", "promise", "commit"}),
        ("executive", set()),
        ("nobody", set()),
    ],
)
def test_who_may_what(desk: Desk, charter: Charter, role: str, may: set[str]) -> None:
    number = make_brief(desk, WHOLE).id
    acting = as_role(desk, role)
    acts = {
        "brief": lambda: make_brief(acting, WHOLE),
        "promise": lambda: keeping.promise(acting, None, "an app for everybody", DUE),
        "commit": lambda: keeping.commit(acting, charter, number, 1, DUE),
        "rank": lambda: rank(acting, charter, {"own": {"one_view": 1}}),
    }
    done = set()
    for name, act in acts.items():
        try:
            act()
        except Problems as stopped:
            assert [one.code for one in stopped.problems] == ["ALN-401"], name  # noqa: PT017
        else:
            done.add(name)
    assert done == may


def test_the_side_of_a_role() -> None:
    roles = ("marketer", "analyst", "engineer", "privacy", "admin", "executive", "system")
    sides = ("marketing", "marketing", "it", "it", None, None, None)
    assert tuple(map(function_of, roles)) == sides


def test_nobody_commits_to_a_brief_that_says_too_little(desk: Desk, charter: Charter) -> None:
    number = make_brief(desk, replace(WHOLE, success="", purpose="marketing_mail")).id
    with pytest.raises(Problems) as caught:
        keeping.commit(as_role(desk, "engineer"), charter, number, 1, DUE)
    (problem,) = caught.value.problems
    assert problem.code == "ALN-402"
    assert "measure of success" in (problem.found or "")
    assert "nearest is `marketing_email`" in problem.sentence


def test_names_are_checked_against_the_charter_and_words_are_new_data(charter: Charter) -> None:
    strange = replace(WHOLE, data=("purchase.amont", "shoe size", "crm.country", "purchase", "till", "vip"))
    (found,) = lacks(charter, strange, NOON)
    assert (found.part, found.weight) == ("data", Weight.WEAK)
    assert "nearest is `purchase.amount`" in found.sentence


def test_days_that_have_passed_and_edits_that_change_nothing(desk: Desk, charter: Charter) -> None:
    number = make_brief(desk, WHOLE).id
    with pytest.raises(Problems) as caught:
        keeping.commit(as_role(desk, "engineer"), charter, number, 1, date(2026, 5, 31))
    assert code_of(caught) == "ALN-404"
    with pytest.raises(Problems) as caught:
        keeping.day_of("next week")
    assert code_of(caught) == "ALN-404"
    with pytest.raises(Problems) as caught:
        edit_brief(desk, number, 1, replace(WHOLE, title="  Welcome  letters"))
    assert code_of(caught) == "ALN-405"
    with pytest.raises(Problems) as caught:
        make_brief(desk, Ask("  "))
    assert code_of(caught) == "ALN-403"


def test_a_promise_made_outside_is_kept_as_such(desk: Desk, charter: Charter) -> None:
    number = make_brief(desk, WHOLE).id
    keeping.promise(desk, number, "letters for the fair, told to the press", date(2026, 6, 3))
    keeping.promise(desk, None, "an app, told to all members", DUE)
    seen = see_brief(desk.ledger, charter, number, NOON + 5 * DAY).seen
    (made,) = seen.promises
    assert (seen.stage, made.stands(NOON + 5 * DAY)) == (Stage.ASKED, CommitmentState.LATE)
    assert [one.what for one in loose_promises(desk.ledger)] == ["an app, told to all members"]
    with pytest.raises(Problems) as caught:
        keeping.promise(desk, None, "soon", DUE)
    assert code_of(caught) == "ALN-409"


def test_a_brief_has_an_answer_due_by_the_service_level(desk: Desk, charter: Charter) -> None:
    first, second = make_brief(desk, WHOLE).id, make_brief(desk, WHOLE).id
    withdraw_brief(desk, second)
    found = {one.brief.id: one for one in see_briefs(desk.ledger, charter, NOON)}
    assert found[first].answer_due == NOON + 5 * DAY
    assert (found[second].stage, found[second].answer_due) == (Stage.WITHDRAWN, None)
    bare = replace(charter, agenda=None)
    assert see_briefs(desk.ledger, bare, NOON)[1].answer_due is None


def test_ranking_is_checked_and_the_latest_counts(desk: Desk, charter: Charter) -> None:
    for about, places in [
        ("mine", {"one_view": 1}),
        ("own", {"two_views": 1}),
        ("own", {"one_view": 1, "own_setup": 1}),
        ("own", {"one_view": 2}),
        ("own", {}),
    ]:
        with pytest.raises(Problems) as caught:
            rank(desk, charter, {about: places})
        assert code_of(caught) == "ALN-407"
    with pytest.raises(Problems):
        rank(desk, charter, {"own": {"own_setup": 1}, "other": {"fewer_tools": 2}})
    assert desk.ledger.rankings() == [], "all of it or nothing"
    own = {"own_setup": 1, "one_view": 2, "fewer_tools": 3}
    rank(desk, charter, {"own": own, "other": {"fewer_tools": 1}})
    rank(as_role(desk, "privacy"), charter, {"own": {"one_view": 1, "fewer_tools": 2}, "other": {}})
    view = see_ranks(desk.ledger, charter, "mara").priorities[0].standing
    assert (view.own, view.gap) == ({"marketing": None, "it": None}, None), "one person of a side"
    for n in range(2):
        for role, places in (("analyst", own), ("engineer", {"one_view": 1})):
            colleague = replace(desk, actor=Actor(f"{role} {n}", role))
            rank(colleague, charter, {"own": places, "other": {"fewer_tools": 1}})
    found = see_ranks(desk.ledger, charter, "mara")
    view, _, tools = (one.standing for one in found.priorities)
    assert (view.own, view.gap) == ({"marketing": 2.0, "it": 1.0}, 1.0)
    assert tools.own["it"] == (2 + 2.5 + 2.5) / 3
    assert tools.miss["marketing"] == 1 - (2 + 2.5 + 2.5) / 3
    assert tools.guess["it"] is None, "two of IT have guessed"
    assert found.mine == {
        "own": {"own_setup": 1, "one_view": 2, "fewer_tools": 3},
        "other": {"fewer_tools": 1},
    }
    with pytest.raises(Problems) as caught:
        rank(desk, replace(charter, agenda=None), {"own": {"one_view": 1}})
    assert code_of(caught) == "ALN-408"


def test_everything_is_noted_by_the_time_of_the_wall_and_names_no_words(desk: Desk, charter: Charter) -> None:
    number = make_brief(desk, WHOLE).id
    held = keeping.commit(as_role(desk, "engineer"), charter, number, 1, DUE)
    edit_brief(desk, number, 1, replace(WHOLE, who="Everybody who asked for it"))
    keeping.withdraw_commitment(as_role(desk, "engineer"), held.id, "nobody is free")
    entries = desk.ledger.audit_entries(Wanted(kind="brief"), limit=9)
    assert [(one.what, one.at) for one in reversed(entries)] == [
        ("make", WALL),
        ("commit", WALL),
        ("edit", WALL),
        ("withdraw commitment", WALL),
    ]
    assert entries[1].detail == {"brief": 1, "version": 2, "parts": ["who"]}


def test_what_was_not_done_is_not_noted_and_a_refusal_is_noted_as_one(desk: Desk, charter: Charter) -> None:
    engineer = as_role(desk, "engineer")
    number = make_brief(desk, WHOLE).id
    held = keeping.commit(engineer, charter, number, 1, DUE).id
    keeping.keep(engineer, held)
    before = len(desk.ledger.audit_entries(Wanted(kind="brief"), limit=99))
    for act, code in (
        (lambda: edit_brief(desk, number, 1, replace(WHOLE, title="Cards")), "LDG-112"),
        (lambda: edit_brief(desk, 77, 1, WHOLE), "LDG-110"),
        (lambda: withdraw_brief(desk, number), "LDG-112"),
        (lambda: keeping.commit(engineer, charter, number, 1, DUE), "LDG-112"),
        (lambda: keeping.agree_again(engineer, charter, held, 1, DUE), "LDG-115"),
        (lambda: keeping.keep(engineer, held), "LDG-115"),
        (lambda: keeping.withdraw_commitment(engineer, held, "nobody is free"), "LDG-115"),
        (lambda: keeping.promise(desk, 77, "letters by spring", DUE), "LDG-110"),
    ):
        with pytest.raises(Problems) as caught:
            act()
        assert code_of(caught) == code
    entries = desk.ledger.audit_entries(Wanted(kind="brief"), limit=99)
    assert len(entries) == before, "what the ledger refused did not happen"
    refused = (
        ("edit", lambda: edit_brief(engineer, number, 1, WHOLE)),
        ("accept", lambda: keeping.accept(engineer, held)),
        ("commit", lambda: keeping.commit(desk, charter, number, 1, DUE)),
        ("rank", lambda: rank(as_role(desk, "executive"), charter, {"own": {"one_view": 1}})),
    )
    for _, act in refused:
        with pytest.raises(Problems):
            act()
    entries = desk.ledger.audit_entries(Wanted(kind="brief"), limit=len(refused))
    assert [(one.what, str(one.outcome)) for one in reversed(entries)] == [
        (what, "refused") for what, _ in refused
    ]
    assert {one.detail["code"] for one in entries} == {"ALN-401"}


def test_a_delivered_brief_is_sent_back_before_it_is_changed(desk: Desk, charter: Charter) -> None:
    """Changed while delivered, it would wait for an agreement that nobody can give."""
    engineer = as_role(desk, "engineer")
    number = make_brief(desk, WHOLE).id
    held = keeping.commit(engineer, charter, number, 1, DUE).id
    keeping.keep(engineer, held)
    other = replace(WHOLE, title="Cards")
    with pytest.raises(Problems) as caught:
        edit_brief(desk, number, 1, other)
    assert code_of(caught) == "LDG-112"
    assert "send it back" in caught.value.problems[0].sentence
    assert see_brief(desk.ledger, charter, number, NOON).seen.stage is Stage.DELIVERED
    keeping.send_back(desk, held, "we meant cards")
    edit_brief(desk, number, 1, other)
    assert see_brief(desk.ledger, charter, number, NOON).seen.stage is Stage.CHANGED
    keeping.agree_again(engineer, charter, held, 2, DUE)
    keeping.keep(engineer, held)
    keeping.accept(desk, held)
    assert see_brief(desk.ledger, charter, number, NOON).seen.stage is Stage.ACCEPTED


def test_a_change_of_the_agenda_is_an_edit_and_widens_nothing(root: Path, ledger: Ledger) -> None:
    ledger.apply_charter(files(root), fingerprint(files(root)), "ada", NOON)
    agenda = root / "agenda.yml"
    agenda.write_text(agenda.read_text().replace("amount: 500", "amount: 50000"))
    waiting = see_plan(root, ledger)
    assert [(one.part, one.change, one.owner) for one in waiting.edits] == [
        ("agenda", "changed", "marketing")
    ]
    assert (waiting.widenings, waiting.asked) == ((), {})
    old = load(root)
    agenda.unlink()
    assert [(one.name, one.change) for one in edits_between(old, load(root))] == [("agenda", "removed")]
    assert [(one.name, one.change) for one in edits_between(load(root), old)] == [("agenda", "added")]
