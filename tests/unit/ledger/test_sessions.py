"""Sessions end when they must, their tokens are nowhere, and guessing passwords is slow work."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tandem.kernel import Problems
from tandem.ledger import Cost, Ledger, open_ledger
from tandem.ledger.tables import sessions, sign_in_attempts

NOON = datetime(2026, 6, 1, 12)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
GOOD = "correct horse battery"


def rows(ledger: Ledger, table) -> list[dict[str, object]]:
    with ledger._read() as db:
        return [dict(row) for row in db.execute(select(table)).mappings()]


@pytest.fixture
def ada(ledger: Ledger) -> int:
    return ledger.add_user("ada", "analyst", NOON, password=GOOD).id


def test_a_token_leads_to_its_account_and_is_not_kept(ledger: Ledger, ada: int) -> None:
    token, opened = ledger.open_session(ada, NOON)
    found = ledger.session(token, NOON)
    assert found == opened
    assert (found.user.name, found.expires_at) == ("ada", NOON + 12 * HOUR)
    assert len(token) == 43  # 256 bits, 6 to a character
    assert token not in str(rows(ledger, sessions))
    assert found.csrf != token
    assert ledger.session(token + "x", NOON) is None
    assert ledger.session(str(rows(ledger, sessions)[0]["token_hash"]), NOON) is None


def test_each_session_has_a_token_and_a_secret_of_its_own(ledger: Ledger, ada: int) -> None:
    opened = [ledger.open_session(ada, NOON) for _ in range(5)]
    assert len({token for token, _ in opened}) == len({one.csrf for _, one in opened}) == 5
    ledger.close_session(opened[0][0])
    assert [ledger.session(token, NOON) is None for token, _ in opened] == [True, *[False] * 4]
    ledger.close_session("never was")


def test_a_session_ends_two_hours_after_it_was_last_used(ledger: Ledger, ada: int) -> None:
    token, _ = ledger.open_session(ada, NOON)
    assert ledger.session(token, NOON + 2 * HOUR - SECOND) is not None
    assert ledger.session(token, NOON + 4 * HOUR - 2 * SECOND) is not None
    assert ledger.session(token, NOON + 6 * HOUR) is None


def test_a_session_ends_after_twelve_hours_whatever_is_done(ledger: Ledger, ada: int) -> None:
    token, _ = ledger.open_session(ada, NOON)
    at = NOON
    while at < NOON + 12 * HOUR - MINUTE:
        at += MINUTE * 59
        assert (ledger.session(token, at) is not None) == (at < NOON + 12 * HOUR)
    assert ledger.session(token, NOON + 12 * HOUR) is None


def test_seeing_a_session_is_noted_once_a_minute(ledger: Ledger, ada: int) -> None:
    token, _ = ledger.open_session(ada, NOON)
    seen = []
    for seconds in (0, 30, 59, 60, 90, 119, 120):
        ledger.session(token, NOON + seconds * SECOND)
        seen.append((rows(ledger, sessions)[0]["last_seen_at"] - NOON).total_seconds())
    assert seen == [0, 0, 0, 60, 60, 60, 120]


@pytest.mark.parametrize("done", ["password", "remove"])
def test_a_new_password_or_a_removal_ends_all_sessions_of_that_account_only(
    ledger: Ledger, ada: int, done: str
) -> None:
    bo = ledger.add_user("bo", "analyst", NOON).id
    of_ada = [ledger.open_session(ada, NOON)[0] for _ in range(2)]
    of_bo, _ = ledger.open_session(bo, NOON)
    if done == "password":
        ledger.set_password("ada", "another good one")
    else:
        ledger.remove_user("ada")
    assert [ledger.session(token, NOON) for token in of_ada] == [None, None]
    assert ledger.session(of_bo, NOON) is not None
    if done == "remove":
        with pytest.raises(Problems, match="LDG-046"):
            ledger.open_session(ada, NOON)


def test_a_new_role_holds_at_once(ledger: Ledger, ada: int) -> None:
    token, _ = ledger.open_session(ada, NOON)
    ledger.set_role("ada", "privacy")
    found = ledger.session(token, NOON)
    assert found is not None
    assert found.user.role == "privacy"


def test_ended_sessions_are_deleted_when_somebody_signs_in(ledger: Ledger, ada: int) -> None:
    for hours in range(30):
        ledger.open_session(ada, NOON + hours * HOUR)
    assert len(rows(ledger, sessions)) == 2


# ── guessing ─────────────────────────────────────────────────────────────────────────────────────


def fails(ledger: Ledger, name: str, address: str, at: datetime) -> bool:
    """Whether an attempt was let through; it is one with a wrong password."""
    try:
        ledger.begin_attempt(name, address, at)
    except Problems:
        return False
    return True


def test_a_name_that_failed_too_often_is_closed_until_the_time_that_is_told(ledger: Ledger) -> None:
    for minute in range(5):
        assert fails(ledger, "ada", f"198.51.100.{minute}", NOON + minute * MINUTE)
    with pytest.raises(Problems) as caught:
        ledger.begin_attempt("ADA ", "203.0.113.1", NOON + 5 * MINUTE)
    (problem,) = caught.value.problems
    assert problem.code == "LDG-047"
    assert "in 10 minutes, at 1 June 2026 12:15 UTC" in problem.fix
    assert not fails(ledger, "ada", "203.0.113.1", NOON + 15 * MINUTE - SECOND)
    assert fails(ledger, "ada", "203.0.113.1", NOON + 15 * MINUTE)
    assert fails(ledger, "bo", "203.0.113.1", NOON + 6 * MINUTE)


def test_who_keeps_knocking_does_not_lock_the_owner_out_for_good(ledger: Ledger) -> None:
    """Refused attempts are not noted, so the lock ends 15 minutes after what was let through."""
    let_through = [fails(ledger, "ada", "198.51.100.1", NOON + n * 10 * SECOND) for n in range(60)]
    assert let_through == [True] * 5 + [False] * 55
    assert fails(ledger, "ada", "203.0.113.1", NOON + 15 * MINUTE + 6 * SECOND)


def test_an_address_that_tries_many_names_is_closed(ledger: Ledger) -> None:
    let_through = [fails(ledger, f"name{n}", "198.51.100.1", NOON) for n in range(25)]
    assert let_through == [True] * 20 + [False] * 5
    assert fails(ledger, "name1", "198.51.100.2", NOON)


def test_right_passwords_count_for_nothing(ledger: Ledger) -> None:
    for _ in range(30):
        ledger.attempt_succeeded(ledger.begin_attempt("ada", "198.51.100.1", NOON))
    assert fails(ledger, "ada", "198.51.100.1", NOON)


def test_old_attempts_are_deleted(ledger: Ledger) -> None:
    for minute in range(60):
        fails(ledger, f"name{minute}", "198.51.100.1", NOON + minute * MINUTE)
    assert len(rows(ledger, sign_in_attempts)) == 15


def test_many_guesses_at_once_are_counted_one_by_one(ledger: Ledger) -> None:
    with ThreadPoolExecutor(8) as pool:
        let_through = list(pool.map(lambda _: fails(ledger, "ada", "198.51.100.1", NOON), range(24)))
    assert Counter(let_through) == {True: 5, False: 19}


attempts = st.lists(
    st.tuples(
        st.integers(0, 240), st.sampled_from(["ada", "bo"]), st.sampled_from(["a", "b"]), st.booleans()
    ),
    max_size=60,
)
numbers = count()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("guessing")


@settings(max_examples=25)
@given(attempts)
def test_guessing_meets_the_two_limits_and_nothing_else(
    folder: Path, tried: list[tuple[int, str, str, bool]]
) -> None:
    """Against a plain list: at most 5 failures of a name and 20 of an address lie in the 15 minutes before."""
    ledger = open_ledger(folder / f"{next(numbers)}.db", Cost(1, 8, 1))
    failures: list[tuple[datetime, str, str]] = []
    at = NOON
    for seconds, name, address, right in tried:
        at += seconds * SECOND
        recent = [one for one in failures if one[0] > at - 15 * MINUTE]
        of_name = sum(one[1] == name for one in recent)
        of_address = sum(one[2] == address for one in recent)
        allowed = of_name < 5 and of_address < 20
        try:
            number = ledger.begin_attempt(name, address, at)
        except Problems:
            assert not allowed
            continue
        assert allowed
        if right:
            ledger.attempt_succeeded(number)
        else:
            failures.append((at, name, address))
    ledger.close()
