"""What scripts outside rely on: names, exit codes, --json, help. Every command of the tree, none forgotten."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
import typer
from cli.shop import NOW, Shop, tandem

from tandem import __version__
from tandem.cli import charter as charter_commands
from tandem.cli import start
from tandem.kernel.values import Actor
from tandem.usecases.workspace import open_ledger_of

ROOT = typer.main.get_command(start.program())
PROGRAM = [sys.executable, "-c", "from tandem.cli import main; main()"]


def leaves(
    command: click.Command, words: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command that a person types, with the words that call it."""
    inner = getattr(command, "commands", None)
    if inner is None:
        yield words, command
        return
    for name, one in inner.items():
        if not one.hidden:
            yield from leaves(one, (*words, name))


COMMANDS = {" ".join(words): command for words, command in leaves(ROOT)}

CONTRACT = {
    *("init", "check", "plan", "apply", "run", "demo", "audience list", "audience preview", "campaign list"),
    *("campaign report", "campaign settle", "quarantine list", "quarantine replay", "explain person"),
    *("explain event", "explain contact", "pulse compare", "serve", "user add", "user list", "user role"),
    *("user password", "user remove", "job list", "job show", "job cancel", "approve", "approvals"),
    *(
        "audit list",
        "audit person",
        "audit verify",
        "audit export",
        "audit reseal",
        "policy rules",
        "policy cost",
    ),
    *("consent set", "consent show", "consent link", "key add", "key list", "key rotate", "key revoke"),
    *("person export", "person erase", "person requests", "person work", "person cancel", "person receipt"),
    *("person unsuppress", "request add", "request list", "request answer", "request withdraw"),
    *("pulse understand", "pulse init", "pulse list", "pulse show", "agree telemetry", "agree scorecard"),
    *("pulse open", "pulse invite", "pulse remind", "pulse status", "pulse clean", "pulse close"),
    *("pulse import", "pulse export", "pulse results", "pulse report", "agenda show", "agenda rank"),
    *("brief add", "brief list", "brief show", "brief edit", "brief commit", "brief keep", "brief accept"),
    *("brief promise", "brief withdraw"),
}


def test_the_names_are_the_contract() -> None:
    assert set(COMMANDS) == CONTRACT


# ── help ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_help_teaches(command: str) -> None:
    shown = tandem(*command.split(), "--help")
    assert shown.code == 0
    first = (COMMANDS[command].help or "").splitlines()[0]
    assert len(first) > 20
    assert first[0].isupper()
    assert first.rstrip().endswith(".")
    assert " ".join(first.split()[:3]).replace("`", "") in " ".join(shown.out.split())


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_option_says_what_it_is(command: str) -> None:
    for parameter in COMMANDS[command].params:
        assert getattr(parameter, "help", None), f"{command}: {parameter.name} has no help"


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_help_has_no_words_of_ours(command: str) -> None:
    shown = tandem(*command.split(), "--help").out.lower()
    for word in ("guarded", "fingerprint", "footprint", "sqlglot", "delta", "typer"):
        assert word not in shown


def test_the_top_says_where_to_begin() -> None:
    shown = " ".join(tandem("--help").out.split())
    for word in ("tandem demo", "tandem init", "check", "plan", "apply", "run", "explain", "Exit codes"):
        assert word in shown


def test_nothing_asked_shows_the_help() -> None:
    assert "tandem init" in tandem().out


# ── --json ───────────────────────────────────────────────────────────────────────────────────────

ASKED = {
    "check": ((), 0),
    "plan": ((), 0),
    "apply": ((), 0),
    "run": (("--now", NOW), 0),
    "audience list": ((), 0),
    "audience preview": (("vips", "--now", NOW), 0),
    "campaign list": (("--now", NOW), 0),
    "campaign report": (("vip_letter", "--now", NOW), 1),
    "campaign settle": (("vip_letter", "--as", "sent", "--now", NOW), 1),
    "quarantine list": ((), 0),
    "quarantine replay": (("--now", NOW), 0),
    "explain person": (("C1",), 0),
    "explain event": (("{event}",), 0),
    "explain contact": (("{contact}",), 0),
    "pulse compare": (("--benchmark", "2012"), 0),
    "pulse init": ((), 0),
    "pulse understand": (("nothing",), 1),
    "pulse list": ((), 0),
    "pulse show": (("nothing",), 1),
    "pulse open": (("spring", "--instrument", "nothing", "--closes", "2099-01-01"), 1),
    "pulse invite": (("nothing", "ada@people.example=it"), 1),
    "pulse remind": (("nothing",), 1),
    "pulse status": ((), 0),
    "pulse clean": (("nothing",), 1),
    "pulse close": (("nothing",), 1),
    "pulse import": (("nothing", "nothing.csv"), 1),
    "pulse export": (("nothing", "--format", "csv", "--out", "{new}"), 1),
    "pulse results": (("nothing",), 1),
    "pulse report": (("nothing", "--format", "xlsx", "--out", "{new}"), 1),
    "agree telemetry": ((), 0),
    "agree scorecard": ((), 0),
    "agenda show": ((), 0),
    "brief list": ((), 0),
    "brief show": (("1",), 1),
    "init": (("{new}",), 0),
    "user add": (("bo", "--role", "analyst", "--generate"), 0),
    "user list": ((), 0),
    "user role": (("ada", "privacy"), 0),
    "user password": (("ada", "--generate"), 0),
    "user remove": (("ada",), 0),
    "job list": ((), 0),
    "job show": (("1",), 0),
    "job cancel": (("1",), 0),
    "serve": (("--stop",), 0),
    "approvals": ((), 0),
    "audit list": ((), 0),
    "audit person": (("1",), 0),
    "audit verify": ((), 0),
    "audit export": (("--out", "{new}"), 0),
    "audit reseal": (("--reason", "moved"), 0),
    "policy rules": ((), 0),
    "policy cost": ((), 0),
    "consent set": (("loyalty_id", "L1", "marketing_email", "denied", "--proof", "on the phone"), 0),
    "consent show": (("C1",), 0),
    "consent link": (("C1",), 1),
    "key add": (("agency", "--scope", "opendsr"), 0),
    "key list": ((), 0),
    "key rotate": (("nothing",), 1),
    "key revoke": (("nothing",), 1),
    "person export": (("C1", "--out", "{new}"), 0),
    "person erase": (("C1", "--reason", "asked"), 0),
    "person requests": ((), 0),
    "person work": ((), 0),
    "person cancel": (("nothing",), 1),
    "person receipt": (("nothing",), 1),
    "person unsuppress": (("C1", "--reason", "back"), 1),
    "request list": ((), 0),
}
ELSEWHERE = {
    *("demo", "approve", "request add", "request answer", "request withdraw", "agenda rank", "brief add"),
    *("brief edit", "brief commit", "brief keep", "brief accept", "brief promise", "brief withdraw"),
}
"""Held to the same by tests/truth, because it takes minutes; by test_approve.py and test_brief.py, because they ask
for a password."""


def test_every_command_has_json_and_a_case() -> None:
    assert {*ASKED, *ELSEWHERE} == set(COMMANDS)
    for name, command in COMMANDS.items():
        assert "--json" in {option for one in command.params for option in one.opts}, name


@pytest.mark.parametrize("command", sorted(ASKED))
def test_json_is_one_document_and_nothing_else(used: Shop, command: str, tmp_path: Path) -> None:
    facts = {
        "{event}": str(used.rows("event_purchase")[0]["event_id"]),
        "{contact}": str(used.rows("contacts")[0]["contact_id"]),
        "{new}": str(tmp_path / "new"),
    }
    words, code = ASKED[command]
    with open_ledger_of(used.folder) as ledger:
        ledger.add_user("ada", "analyst", now := datetime.now(UTC).replace(tzinfo=None))
        ledger.add_job("run", {}, Actor("ada", "analyst"), now, alone=True)
    ended = used.tandem("--as", "privacy", *command.split(), *(facts.get(w, w) for w in words), "--json")
    assert ended.code == code, ended.err
    assert isinstance(ended.json, dict)
    assert ended.err == ""


@pytest.mark.parametrize(
    "words",
    [
        ("audience", "preview", "nobody"),
        ("campaign", "report", "nothing"),
        ("explain", "person", "nobody@people.example"),
        ("run", "--now", "2026-01-01"),
        ("pulse", "compare", "--benchmark", "1812"),
    ],
    ids=" ".join,
)
def test_problems_are_json_too(ran: Shop, words: tuple[str, ...]) -> None:
    ended = ran.tandem("--as", "privacy", *words, "--json")
    assert ended.code == 1
    assert ended.err == ""
    (problem,) = ended.json["problems"]
    assert {"code", "sentence", "fix", "who", "kind"} <= set(problem)


def test_check_tells_every_problem_in_json(shop: Shop) -> None:
    shop.edit("audiences/vips.yml", "lifetime_value", "lifetime_vlaue")
    shop.edit("campaigns/vip_letter.yml", "audience: vips", "audience: vip")
    ended = shop.tandem("check", "--json")
    assert ended.code == 1
    assert ended.err == ""
    found = {problem["place"].split(":")[0]: problem["nearest"] for problem in ended.json["problems"]}
    assert found == {"audiences/vips.yml": "lifetime_value", "campaigns/vip_letter.yml": "vips"}


def test_a_run_with_problems_is_one_document(applied: Shop) -> None:
    applied.path("data/till/2025-10.csv").unlink()
    ended = applied.tandem("run", "--now", NOW, "--json")
    assert ended.code == 1
    assert ended.err == ""
    assert [problem["code"] for problem in ended.json["problems"]] == ["COL-001"]


# ── exit codes ───────────────────────────────────────────────────────────────────────────────────


def test_fine_is_0(shop: Shop) -> None:
    ended = shop.tandem("check")
    assert (ended.code, ended.err) == (0, "")
    assert "No problems" in ended.out


MISUSE = {
    "no such command": ("fly",),
    "no such option": ("check", "--loud"),
    "an argument is missing": ("audience", "preview"),
    "an id that is no number": ("explain", "event", "abc"),
    "a time that is none": ("run", "--now", "yesterday"),
    "a day that is none": ("run", "--now", "2026-02-30"),
    "data of no demo": ("demo", "--data", "nothing"),
    "neither sent nor resend": ("campaign", "settle", "vip_letter", "--as", "perhaps"),
    "no wave named": ("pulse", "compare"),
    "a role there is not": ("user", "add", "ada", "--role", "marketeer", "--generate"),
    "two ways to a password": ("user", "add", "ada", "--role", "analyst", "--generate", "--password-stdin"),
    "nobody to ask for a password": ("user", "password", "ada"),
    "a job that is no number": ("job", "show", "first"),
}


@pytest.mark.parametrize("case", MISUSE)
def test_misuse_is_2_and_says_how_to_ask(shop: Shop, case: str) -> None:
    ended = shop.tandem(*MISUSE[case])
    assert ended.code == 2
    assert ended.out == ""
    assert "Usage" in ended.err


def test_our_fault_is_3_with_a_reference(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(folder: Path) -> None:
        raise RuntimeError("the inside is broken")

    monkeypatch.setattr(charter_commands, "check_charter", broken)
    ended = shop.tandem("check")
    assert ended.code == 3
    assert ended.out == ""
    assert "our fault" in ended.err
    (log,) = (tmp_path / "home").rglob("fault-*.log")
    assert log.stem.removeprefix("fault-") in ended.err
    assert "the inside is broken" in log.read_text()


def test_our_fault_is_json_too(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(folder: Path) -> None:
        raise RuntimeError("the inside is broken")

    monkeypatch.setattr(charter_commands, "check_charter", broken)
    ended = shop.tandem("check", "--json")
    assert ended.code == 3
    (problem,) = ended.json["problems"]
    assert problem["kind"] == "bug"


def test_saying_no_applies_nothing(shop: Shop) -> None:
    ended = shop.tandem("apply", "--now", NOW)
    assert ended.code == 1
    assert not shop.tables()
    assert shop.tandem("run").codes == ["RUN-001"]


# ── the program itself ───────────────────────────────────────────────────────────────────────────


def program(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The real program in a process of its own, its folder being the current one."""
    return subprocess.run([*PROGRAM, *words], cwd=folder, capture_output=True, text=True, check=False)


def test_the_program_finds_its_charter_and_ends_with_its_code(shop: Shop) -> None:
    fine = program(shop.path("audiences"), "check", "--json")
    assert (fine.returncode, json.loads(fine.stdout)["problems"], fine.stderr) == (0, [], "")
    shop.edit("audiences/vips.yml", "lifetime_value", "lifetime_vlaue")
    wrong = program(shop.folder, "check")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "audiences/vips.yml:7:" in wrong.stderr


def test_a_reader_that_leaves_is_no_fault_of_ours(shop: Shop) -> None:
    line = f"{sys.executable} -c 'from tandem.cli import main; main()' pulse compare --benchmark 2012 --json"
    ended = subprocess.run(
        ["bash", "-c", f"{line} | head -c 10 >/dev/null"],
        cwd=shop.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.stderr == ""


def test_a_command_lies_in_the_modules_that_are_loaded_for_it() -> None:
    """Of a group all its modules, of a command its own; and the help lists no command that words do not load."""
    whole = start.program()
    found = {
        one.name or one.callback.__name__: {one.callback.__module__}
        for one in whole.registered_commands
        if one.callback
    }
    for group in whole.registered_groups:
        assert group.name
        assert group.typer_instance
        commands = group.typer_instance.registered_commands
        found[group.name] = {one.callback.__module__ for one in commands if one.callback}
    assert found == {
        name: {f"tandem.cli.{module}" for module in modules} for name, modules in start.COMMANDS.items()
    }


@pytest.mark.parametrize(
    ("words", "loaded", "not_loaded"),
    [
        (["check"], "charter", "pulse_results"),
        (["-C", "shop", "audience", "list"], "audience", "run"),
        (["--help"], "pulse_results", ""),
        (["chekc"], "charter", ""),
    ],
)
def test_a_command_waits_only_for_its_own_modules(words: list[str], loaded: str, not_loaded: str) -> None:
    line = f"import sys; from tandem.cli.start import program; program({words!r}); print(*sys.modules)"
    ended = subprocess.run([sys.executable, "-c", line], check=True, capture_output=True, text=True)
    modules = ended.stdout.split()
    assert f"tandem.cli.{loaded}" in modules
    assert f"tandem.cli.{not_loaded}" not in modules


def test_the_version_is_told_by_the_program_and_by_the_module() -> None:
    for line in (["-c", "from tandem.cli import main; main()"], ["-m", "tandem.cli"]):
        ended = subprocess.run(
            [sys.executable, *line, "--version"], check=True, capture_output=True, text=True
        )
        assert ended.stdout == f"tandem {__version__}\n"
    helped = subprocess.run(
        [sys.executable, "-m", "tandem.cli", "run", "-h"], check=True, capture_output=True, text=True
    )
    assert "Usage: tandem run" in helped.stdout
