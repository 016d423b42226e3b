"""tandem user and tandem job: accounts that can then sign in, passwords that nobody sees, and exit codes."""

import json
import os
import pty
import re
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cli.shop import Ended, Shop, tandem
from typer.testing import CliRunner

from tandem.cli.start import program
from tandem.kernel import Problems
from tandem.kernel.values import Actor, WorkspaceRole
from tandem.ledger import Ledger
from tandem.usecases.sign_in import Claims, sign_in, sign_in_oidc, sign_out, who
from tandem.usecases.workspace import open_ledger_of

NOON = datetime(2026, 6, 1, 12)
ADDRESS = "198.51.100.7"
GOOD, OTHER = "correct horse battery", "another good pass phrase"
ISSUER = "https://login.example"


def typed(shop: Shop, line: str, *words: str) -> Ended:
    """A command with a line on its standard input, as from another program."""
    result = CliRunner().invoke(program(), ["-C", str(shop.folder), *words], input=line + "\n")
    return Ended(result.exit_code, result.stdout, result.stderr)


def gets_in(shop: Shop, name: str, password: str) -> bool:
    with open_ledger_of(shop.folder) as ledger:
        try:
            sign_in(ledger, name, password, ADDRESS, NOON)
        except Problems:
            return False
    return True


@pytest.fixture
def ada(shop: Shop) -> Shop:
    """A shop with one account."""
    added = typed(shop, GOOD, "user", "add", "Ada@people.example", "--role", "marketer", "--password-stdin")
    assert added.code == 0, added.err
    return shop


# ── accounts ─────────────────────────────────────────────────────────────────────────────────────


def test_an_account_from_its_first_day_to_its_last(ada: Shop) -> None:
    assert gets_in(ada, "ada@people.example", GOOD)
    assert typed(ada, OTHER, "user", "password", "ADA@people.example", "--password-stdin").code == 0
    assert not gets_in(ada, "ada@people.example", GOOD)
    assert gets_in(ada, "ada@people.example", OTHER)
    assert ada.tandem("user", "role", "ada@people.example", "privacy").code == 0
    (listed,) = ada.tandem("user", "list", "--json").json["users"]
    assert (listed["name"], listed["role"], listed["active"]) == ("ada@people.example", "privacy", True)
    assert ada.tandem("user", "remove", "ada@people.example").code == 0
    assert not gets_in(ada, "ada@people.example", OTHER)
    assert "removed" in ada.tandem("user", "list").out
    again = ada.tandem("user", "add", "ada@people.example", "--role", "analyst", "--generate", "--json")
    assert again.json["user"]["id"] == listed["id"]
    assert gets_in(ada, "ada@people.example", again.json["pass_phrase"])


def test_a_generated_pass_phrase_is_printed_once_and_works(shop: Shop) -> None:
    added = shop.tandem("user", "add", "ada", "--role", "admin", "--generate")
    (phrase,) = re.findall(r"pass phrase: (\S+)", added.out)
    assert gets_in(shop, "ada", phrase)
    assert phrase not in shop.tandem("user", "list", "--json").out
    assert phrase.encode() not in shop.path("ledger.db").read_bytes()


def test_an_account_without_a_password_waits_for_the_sign_in_service(shop: Shop) -> None:
    assert shop.tandem("user", "add", "ada@people.example", "--role", "analyst", "--no-password").code == 0
    assert not gets_in(shop, "ada@people.example", "")
    assert "not yet seen" in shop.tandem("user", "list").out


def test_accounts_need_no_charter_in_force_and_no_right_charter(shop: Shop) -> None:
    shop.edit("audiences/vips.yml", "lifetime_value", "lifetime_vlaue")
    assert shop.tandem("user", "add", "ada", "--role", "admin", "--generate").code == 0
    assert tandem("-C", str(shop.folder.parent), "user", "list").code == 1


@pytest.mark.parametrize(
    ("words", "line", "code"),
    [
        (("add", "ada@people.example", "--role", "admin", "--password-stdin"), GOOD, "LDG-041"),
        (("add", "two words", "--role", "admin", "--password-stdin"), GOOD, "LDG-040"),
        (("add", "bo", "--role", "admin", "--password-stdin"), "too short", "LDG-043"),
        (("add", "bo", "--role", "admin", "--password-stdin"), "", "LDG-043"),
        (("password", "ada@people.example", "--password-stdin"), "ada@people.example", "LDG-043"),
        (("password", "ana@people.example", "--password-stdin"), GOOD, "LDG-042"),
        (("role", "ana@people.example", "admin"), "", "LDG-042"),
        (("remove", "ana@people.example"), "", "LDG-042"),
    ],
)
def test_what_cannot_be_done_is_1_and_changes_nothing(
    ada: Shop, words: tuple[str, ...], line: str, code: str
) -> None:
    ended = typed(ada, line, "user", *words)
    assert (ended.code, ended.codes) == (1, [code])
    assert gets_in(ada, "ada@people.example", GOOD)
    assert len(ada.tandem("user", "list", "--json").json["users"]) == 1
    assert GOOD not in ended.out + ended.err


def at_a_terminal(shop: Shop, answers: list[str], *words: str) -> tuple[int, str]:
    """The real program at a terminal of its own; each answer is typed when it asks. All that the terminal showed."""
    child, screen = pty.fork()
    if child == 0:
        program = "from tandem.cli import main; main()"
        os.execv(sys.executable, [sys.executable, "-c", program, "-C", str(shop.folder), *words])
    shown, asked = "", 0
    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            shown += os.read(screen, 4096).decode()
        except OSError:
            break
        if shown.count(": ") > asked and asked < len(answers):
            # What is typed before echoing is off would be shown by the terminal, not by us.
            time.sleep(0.3)
            os.write(screen, f"{answers[asked]}\n".encode())
            asked += 1
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), shown


def test_a_password_is_asked_for_twice_and_never_shown(shop: Shop) -> None:
    words = ("user", "add", "ada", "--role", "analyst")
    code, shown = at_a_terminal(shop, [GOOD, "a slip of the hand", GOOD, GOOD], *words)
    assert code == 0, shown
    assert "do not match" in shown
    assert GOOD not in shown
    assert "slip" not in shown
    assert gets_in(shop, "ada", GOOD)


# ── signing in, as the pages do ──────────────────────────────────────────────────────────────────


@pytest.fixture
def ledger(ada: Shop):
    with open_ledger_of(ada.folder) as opened:
        yield opened


def refused(caught: pytest.ExceptionInfo[Problems]) -> str:
    (problem,) = caught.value.problems
    return problem.code


def test_signing_in_gives_a_new_token_each_time_until_signing_out(ledger: Ledger) -> None:
    first, second = (sign_in(ledger, "ada@people.example", GOOD, ADDRESS, NOON) for _ in range(2))
    assert first.token != second.token
    found = who(ledger, first.token, NOON)
    assert found == first
    assert found.actor == Actor("ada@people.example", "marketer")
    sign_out(ledger, first.token)
    assert who(ledger, first.token, NOON) is None
    assert who(ledger, second.token, NOON) == second


def test_a_closed_door_is_closed_for_the_right_password_too(ledger: Ledger) -> None:
    for _ in range(5):
        with pytest.raises(Problems) as caught:
            sign_in(ledger, "ada@people.example", "wrong horse battery", ADDRESS, NOON)
        assert refused(caught) == "LDG-046"
    with pytest.raises(Problems) as caught:
        sign_in(ledger, "ada@people.example", GOOD, ADDRESS, NOON)
    assert refused(caught) == "LDG-047"
    assert sign_in(ledger, "ada@people.example", GOOD, ADDRESS, NOON + timedelta(minutes=15))


def test_the_sign_in_service_links_an_account_by_its_address_once(ledger: Ledger) -> None:
    claims = Claims(ISSUER, "s-1", "ADA@people.example", "Ada Lark")
    first = sign_in_oidc(ledger, claims, NOON)
    assert first.name == "ada@people.example"
    # From now on the subject counts: addresses can be given to somebody else.
    renamed = sign_in_oidc(ledger, Claims(ISSUER, "s-1", "ada.lark@people.example"), NOON)
    assert renamed.user.id == first.user.id
    with pytest.raises(Problems) as caught:
        sign_in_oidc(ledger, Claims(ISSUER, "s-2", "ada@people.example"), NOON)
    assert refused(caught) == "LDG-045"


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param(Claims(ISSUER, "s-9", "nobody@people.example"), id="no account"),
        pytest.param(Claims(ISSUER, "s-9"), id="no verified address"),
        pytest.param(Claims(ISSUER, "s-9", "bo@people.example"), id="removed"),
        pytest.param(Claims(ISSUER, "s-8", "other@people.example"), id="linked, then removed"),
    ],
)
@pytest.mark.parametrize("add_as", [None, WorkspaceRole.ANALYST])
def test_the_sign_in_service_opens_no_door_by_itself(
    ledger: Ledger, claims: Claims, add_as: WorkspaceRole | None
) -> None:
    for name, subject in (("bo@people.example", "s-7"), ("cy@people.example", "s-8")):
        ledger.add_user(name, "privacy", NOON)
        ledger.link_user(name, ISSUER, subject)
        ledger.remove_user(name)
    if add_as is not None and claims.email == "nobody@people.example":
        added = sign_in_oidc(ledger, claims, NOON, add_as=add_as)
        assert (added.name, added.role) == ("nobody@people.example", "analyst")
        assert sign_in_oidc(ledger, claims, NOON).user == added.user
        return
    before = ledger.users()
    with pytest.raises(Problems) as caught:
        sign_in_oidc(ledger, claims, NOON, add_as=add_as)
    assert refused(caught) == "LDG-048"
    assert ledger.users() == before


def test_the_role_that_the_sign_in_service_says_holds(ledger: Ledger) -> None:
    ledger.add_user("root@people.example", "admin", NOON)

    def role(claimed: str | None) -> str:
        return sign_in_oidc(ledger, Claims(ISSUER, "s-1", "ada@people.example", role=claimed), NOON).role

    assert [role(claimed) for claimed in (None, "Admin", None, "analyst")] == [
        "marketer",
        "admin",
        "admin",
        "analyst",
    ]
    with pytest.raises(Problems) as caught:
        role("emperor")
    assert refused(caught) == "LDG-044"


# ── jobs on the command line ─────────────────────────────────────────────────────────────────────


def test_jobs_are_listed_shown_and_cancelled(ada: Shop) -> None:
    assert "nothing was ever started" in ada.tandem("job", "list").out
    at = datetime.now(UTC).replace(tzinfo=None)
    with open_ledger_of(ada.folder) as ledger:
        number = ledger.add_job("run", {"now": "2026-03-10"}, Actor("bo", "engineer"), at, alone=True)
    listed = ada.tandem("job", "list").out
    assert "queued" in listed
    assert "bo" in listed
    shown = ada.tandem("job", "show", str(number))
    assert shown.code == 0
    assert "Job 1: run for bo, queued" in shown.out
    assert ada.tandem("--actor", "ada", "job", "cancel", "1").out.strip() == "✓ job 1 is cancelled"
    again = ada.tandem("job", "cancel", "1")
    assert (again.code, again.codes) == (1, ["LDG-062"])
    for words in (("show", "7"), ("cancel", "7")):
        missing = ada.tandem("job", *words)
        assert (missing.code, missing.codes) == (1, ["LDG-061"])


def test_a_job_that_failed_is_shown_with_its_problems_and_1(ada: Shop) -> None:
    with open_ledger_of(ada.folder) as ledger:
        ledger.add_job("run", {}, Actor("bo", "engineer"), NOON, alone=True)
    # It was asked for long ago, and no process ever said that it lives.
    shown = ada.tandem("job", "show", "1")
    assert (shown.code, shown.codes) == (1, ["LDG-063"])
    told = ada.tandem("job", "show", "1", "--json")
    assert told.json["job"]["state"] == "failed"
    assert ada.tandem("job", "list", "--json").json["jobs"] == [told.json["job"]]


# ── the company's clock ──────────────────────────────────────────────────────────────────────────


def test_without_a_time_the_company_has_its_own(applied: Shop) -> None:
    with open_ledger_of(applied.folder) as ledger:
        ledger.set_simulated_now(datetime(2026, 3, 10, 9))
    ran = applied.tandem("run")
    assert ran.code == 0, ran.err
    assert "as of 10 March 2026 09:00 UTC" in ran.out
    assert "this company lives in simulated time" in ran.out
    assert applied.tandem("run", "--now", "2026-03-11", "--json").json["now"] == "2026-03-11T00:00:00Z"
    # Its clock stood still meanwhile, and the loop does not go back.
    assert applied.tandem("run").codes == ["RUN-004"]
    applied.edit("audiences/vips.yml", "at_least: 500", "at_least: 300")
    assert applied.tandem("apply", "--yes").code == 0
    with sqlite3.connect(applied.path("ledger.db")) as connection:
        ((at,),) = connection.execute("SELECT applied_at FROM applied_charters ORDER BY id DESC LIMIT 1")
    assert at.startswith("2026-03-10 09:00")


def test_a_plan_makes_no_ledger_only_to_know_the_time(shop: Shop) -> None:
    shop.edit("audiences/vips.yml", "lifetime_value", "lifetime_vlaue")
    assert shop.tandem("plan").code == 1
    assert not Path(shop.path("ledger.db")).exists()


def test_the_program_runs_as_a_module(shop: Shop) -> None:
    words = [sys.executable, "-m", "tandem.cli", "-C", str(shop.folder), "user", "list", "--json"]
    ran = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (ran.returncode, json.loads(ran.stdout), ran.stderr) == (0, {"users": []}, "")
