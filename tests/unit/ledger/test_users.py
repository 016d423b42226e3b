"""Accounts: what may be one, who gets in, and that a stolen table or a stop-watch tells nobody a password."""

import sqlite3
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from argon2 import extract_parameters
from argon2.low_level import Type, verify_secret

from tandem.kernel import Problems
from tandem.kernel.values import WorkspaceRole
from tandem.ledger import Cost, Ledger, open_ledger, pass_phrase

NOON = datetime(2026, 6, 1, 12)
GOOD = "correct horse battery"


def code_of(caught: pytest.ExceptionInfo[Problems]) -> str:
    (problem,) = caught.value.problems
    return problem.code


def kept(path: Path, name: str) -> str:
    with sqlite3.connect(path) as connection:
        (digest,) = connection.execute("SELECT password_hash FROM users WHERE name = ?", [name]).fetchone()
    return str(digest)


def test_an_account_is_what_was_asked_for(ledger: Ledger) -> None:
    ada = ledger.add_user(" Ada@HarbourPine.example ", "marketer", NOON, display=" Ada Lark ", password=GOOD)
    assert (ada.name, ada.display, ada.role) == (
        "ada@harbourpine.example",
        "Ada Lark",
        WorkspaceRole.MARKETER,
    )
    assert (ada.active, ada.has_password, ada.signs_in_elsewhere, ada.created_at) == (True, True, False, NOON)
    bo = ledger.add_user("bo", "admin", NOON)
    assert (bo.display, bo.has_password) == ("bo", False)
    assert ledger.users() == [ada, bo]
    assert ledger.user(ada.id) == ledger.user_named("ADA@harbourpine.example") == ada
    assert ledger.user(99) is None
    assert ledger.user_named("cy") is None


@pytest.mark.parametrize("name", ["", "a", "two words", "semi;colon", "<b>", "a/b", "\0"])
def test_a_name_nobody_could_type_is_refused(ledger: Ledger, name: str) -> None:
    with pytest.raises(Problems) as caught:
        ledger.add_user(name, "analyst", NOON)
    assert code_of(caught) == "LDG-040"


def test_a_name_is_taken_in_whatever_case(ledger: Ledger) -> None:
    ledger.add_user("ada", "analyst", NOON)
    with pytest.raises(Problems) as caught:
        ledger.add_user("ADA", "admin", NOON)
    assert code_of(caught) == "LDG-041"
    assert [user.role for user in ledger.users()] == ["analyst"]


@pytest.mark.parametrize(
    ("password", "right"),
    [
        pytest.param("x" * 11, False, id="eleven characters"),
        pytest.param("x" * 12, True, id="twelve of the same"),
        pytest.param("ada@harbourpine.example", False, id="the name"),
        pytest.param("ADA@HarbourPine.Example ", False, id="the name in capitals"),
        pytest.param("пароль с пробелами", True, id="no Latin letter"),
        pytest.param("x" * 1024, True, id="very long"),
        pytest.param("x" * 1025, False, id="so long that it would be an attack"),
    ],
)
def test_what_a_password_may_be(ledger: Ledger, password: str, right: bool) -> None:
    if right:
        ledger.add_user("ada@harbourpine.example", "analyst", NOON, password=password)
        assert ledger.verify("ada@harbourpine.example", password) is not None
        return
    with pytest.raises(Problems) as caught:
        ledger.add_user("ada@harbourpine.example", "analyst", NOON, password=password)
    assert code_of(caught) == "LDG-043"
    assert ledger.users() == []


def test_a_role_that_is_none_names_those_there_are(ledger: Ledger) -> None:
    with pytest.raises(Problems) as caught:
        ledger.add_user("ada", "marketeer", NOON)
    (problem,) = caught.value.problems
    assert (problem.code, problem.nearest) == ("LDG-044", "marketer")
    assert problem.alternatives == tuple(sorted(WorkspaceRole))


def test_only_the_right_password_of_an_active_account_gets_in(ledger: Ledger) -> None:
    ada = ledger.add_user("ada", "analyst", NOON, password=GOOD)
    ledger.add_user("bo", "analyst", NOON)
    assert ledger.verify("Ada ", GOOD) == ada
    for name, password in (
        ("ada", GOOD + "!"),
        ("ada", ""),
        ("bo", GOOD),
        ("bo", ""),
        ("cy", GOOD),
        ("", ""),
    ):
        assert ledger.verify(name, password) is None
    ledger.remove_user("ada")
    assert ledger.verify("ada", GOOD) is None


@pytest.mark.parametrize(
    ("typed", "again"), [("z\u00fcrich am see", "zu\u0308rich am see"), ("ﬁnally summer", "finally summer")]
)
def test_the_same_letters_of_another_keyboard_are_the_same_password(
    ledger: Ledger, typed: str, again: str
) -> None:
    ledger.add_user("ada", "analyst", NOON, password=typed)
    assert ledger.verify("ada", again) is not None


def test_a_longer_password_is_not_cut_to_the_right_one(ledger: Ledger) -> None:
    ledger.add_user("ada", "analyst", NOON, password="x" * 1024)
    assert ledger.verify("ada", "x" * 1025) is None


@pytest.mark.parametrize("wild", ["\0", "a\0b", "\ud800", "x" * 100_000, "' OR 1=1 --", "%", "ADA\u0130"])
def test_wild_input_is_only_wrong(ledger: Ledger, wild: str) -> None:
    ledger.add_user("ada", "analyst", NOON, password=GOOD)
    assert ledger.verify(wild, GOOD) is None
    assert ledger.verify("ada", wild) is None
    assert ledger.session(wild, NOON) is None


def test_what_is_kept_is_argon2id_with_a_salt_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    ledger = open_ledger(path)
    for name in ("ada", "bo"):
        ledger.add_user(name, "analyst", NOON, password=GOOD)
    ledger.close()
    first, second = kept(path, "ada"), kept(path, "bo")
    assert first != second
    assert verify_secret(first.encode(), GOOD.encode(), Type.ID)
    # RFC 9106, the second recommended choice.
    asked = extract_parameters(first)
    assert (asked.time_cost, asked.memory_cost, asked.parallelism) == (3, 64 * 1024, 4)
    assert GOOD.encode() not in path.read_bytes()


def test_a_password_kept_at_another_cost_is_renewed_when_it_was_right(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    old = open_ledger(path, Cost(1, 8, 1))
    old.add_user("ada", "analyst", NOON, password=GOOD)
    old.close()
    before = kept(path, "ada")
    new = open_ledger(path, Cost(2, 16, 1))
    assert new.verify("ada", "wrong horse battery") is None
    assert kept(path, "ada") == before
    assert new.verify("ada", GOOD) is not None
    assert extract_parameters(kept(path, "ada")).memory_cost == 16
    assert new.verify("ada", GOOD) is not None
    new.close()


def test_an_unknown_name_takes_as_long_as_a_wrong_password(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "ledger.db", Cost(1, 16 * 1024, 1))
    ledger.add_user("ada", "analyst", NOON, password=GOOD)
    ledger.add_user("bo", "analyst", NOON)
    ledger.add_user("cy", "analyst", NOON, password=GOOD)
    ledger.remove_user("cy")

    def seconds(name: str) -> float:
        start = time.perf_counter()
        assert ledger.verify(name, "wrong horse battery") is None
        return time.perf_counter() - start

    seconds("nobody")
    # Taken in turn, so that whatever else the machine does meets all alike.
    took = [[seconds(name) for name in ("ada", "nobody", "bo", "cy")] for _ in range(7)]
    known, *others = (statistics.median(column) for column in zip(*took, strict=True))
    for other in others:
        assert 0.5 < other / known < 2
    ledger.close()


def test_a_changed_password_replaces_the_old_one(ledger: Ledger) -> None:
    ledger.add_user("ada", "analyst", NOON, password=GOOD)
    ledger.set_password("ada", "another good one")
    assert ledger.verify("ada", GOOD) is None
    assert ledger.verify("ada", "another good one") is not None
    with pytest.raises(Problems) as caught:
        ledger.set_password("ada", "short")
    assert code_of(caught) == "LDG-043"


def test_a_removed_account_stays_known_and_can_be_added_again(ledger: Ledger) -> None:
    ada = ledger.add_user("ada", "engineer", NOON, password=GOOD)
    ledger.link_user("ada", "https://login.example", "s-1")
    ledger.remove_user("ada")
    (left,) = ledger.users()
    assert (left.id, left.active) == (ada.id, False)
    again = ledger.add_user("ada", "analyst", NOON)
    assert (again.id, again.role, again.has_password, again.signs_in_elsewhere) == (
        ada.id,
        "analyst",
        False,
        False,
    )
    assert ledger.verify("ada", GOOD) is None
    assert ledger.user_elsewhere("https://login.example", "s-1") is None


@pytest.mark.parametrize("removed", [False, True])
def test_what_is_no_account_cannot_be_changed(ledger: Ledger, removed: bool) -> None:
    ledger.add_user("anna", "analyst", NOON)
    if removed:
        ledger.add_user("ana", "analyst", NOON)
        ledger.remove_user("ana")
    for change in (
        lambda: ledger.set_role("ana", "admin"),
        lambda: ledger.set_password("ana", GOOD),
        lambda: ledger.remove_user("ana"),
        lambda: ledger.link_user("ana", "https://login.example", "s"),
    ):
        with pytest.raises(Problems) as caught:
            change()
        (problem,) = caught.value.problems
        assert (problem.code, problem.nearest) == ("LDG-042", "anna")


def test_a_subject_elsewhere_belongs_to_one_account(ledger: Ledger) -> None:
    for name in ("ada", "bo"):
        ledger.add_user(name, "analyst", NOON)
    ada = ledger.link_user("ada", "https://login.example", "s-1")
    assert ledger.link_user("ada", "https://login.example", "s-1") == ada
    assert ledger.user_elsewhere("https://login.example", "s-1") == ada
    assert ledger.user_elsewhere("https://other.example", "s-1") is None
    for name, subject in (("bo", "s-1"), ("ada", "s-2")):
        with pytest.raises(Problems) as caught:
            ledger.link_user(name, "https://login.example", subject)
        assert code_of(caught) == "LDG-045"
    ledger.link_user("bo", "https://other.example", "s-1")


def test_a_pass_phrase_is_good_and_new_each_time(ledger: Ledger) -> None:
    phrases = {pass_phrase() for _ in range(200)}
    assert len(phrases) == 200
    ledger.add_user("ada", "analyst", NOON, password=phrases.pop())


def test_the_last_admin_stays_one(ledger: Ledger) -> None:
    for name, role in (("ada", "admin"), ("bo", "admin"), ("cy", "privacy")):
        ledger.add_user(name, role, NOON)
    ledger.remove_user("bo")
    for attempt in (lambda: ledger.remove_user(" ADA"), lambda: ledger.set_role("ada", "privacy")):
        with pytest.raises(Problems, match="LDG-049"):
            attempt()
    assert ledger.set_role("ada", "admin").role == "admin"
    ledger.set_role("cy", "admin")
    assert ledger.set_role("ada", "privacy").role == "privacy"


def test_two_admins_cannot_remove_each_other_at_once(ledger: Ledger) -> None:
    for name in ("ada", "bo"):
        ledger.add_user(name, "admin", NOON)

    def removed(name: str) -> bool:
        try:
            ledger.remove_user(name)
        except Problems:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(removed, ("ada", "bo"))) == [False, True]
