"""Who may let a plan through: somebody who speaks for the function, now, and who did not write the edit."""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tandem.charter import files, fingerprint, load
from tandem.kernel import Problems
from tandem.kernel.values import Actor
from tandem.ledger import AccessState, Approval, Cost, Ledger, open_ledger
from tandem.usecases import ask_access
from tandem.usecases.approve_plan import approve, given, needed, settle
from tandem.usecases.ask_access import ask
from tandem.usecases.editors import editors_of, note_editor
from tandem.usecases.plan_charter import Plan
from tandem.usecases.see_plan import see_plan

SHOP = Path(__file__).parents[2] / "projects" / "shop"
NOON = datetime(2026, 6, 1, 12)
WEEK = timedelta(days=7)
POLICY = "policies/standard.yml"
PAULA, PETRA = Actor("paula", "privacy"), Actor("petra", "privacy")
CHEAP = Cost(rounds=1, memory=8, lanes=1)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHOP, tmp_path / "shop", ignore=shutil.ignore_patterns("data")))


@pytest.fixture
def ledger(root: Path) -> Iterator[Ledger]:
    """The charter in force, and two accounts that speak for IT."""
    opened = open_ledger(root / "ledger.db", CHEAP)
    opened.apply_charter(files(root), fingerprint(files(root)), "ada", NOON)
    for one in (PAULA, PETRA):
        opened.add_user(one.name, one.role, NOON)
    yield opened
    opened.close()


def widen(root: Path) -> None:
    path = root / POLICY
    path.write_text(path.read_text().replace("smallest_group: 2", "smallest_group: 1"))


def plan(root: Path, ledger: Ledger) -> Plan:
    """What applying would do, without its counts."""
    waiting = see_plan(root, ledger)
    return Plan(
        load(root), waiting.edits, (), waiting.approvals, waiting.widenings, ledger.applied_fingerprint()
    )


def approved(root: Path, ledger: Ledger, actor: Actor = PAULA) -> Approval:
    return approve(root, ledger, actor, see_plan(root, ledger).plan, "it", "agreed", WEEK, NOON)


def codes(stopped: pytest.ExceptionInfo[Problems]) -> list[str]:
    return [one.code for one in stopped.value.problems]


def test_an_approval_is_used_on_applying(root: Path, ledger: Ledger) -> None:
    widen(root)
    mine = approved(root, ledger)
    assert [one.given for one in needed(see_plan(root, ledger), ledger, NOON)] == [mine]
    assert [one.id for one in settle(root, ledger, plan(root, ledger), PETRA, NOON)] == [mine.id]


@pytest.mark.parametrize("what", ["removed", "another role"])
def test_an_approval_does_not_outlive_the_right_to_give_it(root: Path, ledger: Ledger, what: str) -> None:
    widen(root)
    approved(root, ledger)
    if what == "removed":
        ledger.remove_user("paula")
    else:
        ledger.set_role("paula", "executive")
    assert given(ledger, see_plan(root, ledger).plan, NOON) == {}
    assert [one.given for one in needed(see_plan(root, ledger), ledger, NOON)] == [None]
    with pytest.raises(Problems) as stopped:
        settle(root, ledger, plan(root, ledger), PETRA, NOON)
    assert codes(stopped) == ["RUN-035"]
    other = approved(root, ledger, PETRA)
    assert given(ledger, see_plan(root, ledger).plan, NOON) == {"it": other}


def test_who_may_not_approve_is_told_so_in_english(root: Path, ledger: Ledger) -> None:
    widen(root)
    with pytest.raises(Problems) as stopped:
        approved(root, ledger, Actor("ann", "analyst"))
    (one,) = stopped.value.problems
    assert (one.code, one.sentence) == ("RUN-091", "the role `analyst` does not speak for IT")


# ── requests ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("editor", [None, "eve"])
def test_a_grant_that_answers_nothing_is_taken_back(
    root: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch, editor: str | None
) -> None:
    """Two grant at once: the slower one leaves no second grant, and the file is whose it was."""
    asked = ask(
        root, ledger, Actor("mara", "marketer"), "analytics", "preview", ["personal"], (), "for once", NOON
    )
    if editor is not None:
        note_editor(root, POLICY, editor)
    before = (root / POLICY).read_text()

    def faster(folder: Path, file: str, name: str) -> None:
        note_editor(folder, file, name)
        if name == "paula":
            ledger.answer_request(asked.id, AccessState.REFUSED, "petra", "no", NOON)

    monkeypatch.setattr(ask_access, "note_editor", faster)
    with pytest.raises(Problems) as stopped:
        ask_access.grant(root, ledger, PAULA, asked.id, "fine", WEEK, NOON, NOON)
    assert codes(stopped) == ["LDG-084"]
    assert (root / POLICY).read_text() == before
    assert editors_of(root, POLICY) == ((editor,) if editor else ())
    assert ledger.request(asked.id).state is AccessState.REFUSED
