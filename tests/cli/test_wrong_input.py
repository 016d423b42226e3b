"""Wrong input from outside: a clear problem with code, place and what to do; nothing lost; no traceback.

After each repair the shop holds what it would hold if nothing had happened.
"""

import errno
import gzip
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import pytest
from cli.shop import LATER, NOW, Ended, Shop, tandem

from tandem.engine.lake import Lake

TILL, CRM, WEB = "data/till/2025-10.csv", "data/crm/customers.csv", "data/web/2025-11.ndjson"


def clear(ended: Ended, code: str, *words: str) -> None:
    """The command found exactly this problem and told it with these words, and what to do."""
    assert ended.code == 1, ended
    assert set(ended.codes) == {code}, ended.err
    for word in words:
        assert word in ended.err, f"{word!r} not in {ended.err}"
    assert "  fix: " in ended.err
    assert "  who: " in ended.err


# ── the charter ──────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Slip:
    """A mistake in a file of the charter: what is told about it."""

    file: str
    old: str
    new: str
    code: str
    words: tuple[str, ...]


SLIPS = {
    "broken YAML": Slip("audiences/vips.yml", "who:", "who: [", "CHR-105", ("audiences/vips.yml:",)),
    "unknown trait": Slip(
        "audiences/vips.yml",
        "lifetime_value",
        "lifetime_vlaue",
        "AUD-104",
        ("audiences/vips.yml:7:", "nearest: lifetime_value"),
    ),
    "unknown key": Slip(
        "campaigns/vip_letter.yml",
        "holdout:",
        "holdotu:",
        "CHR-110",
        ("campaigns/vip_letter.yml:6:", "holdout"),
    ),
    "unknown purpose": Slip(
        "campaigns/vip_letter.yml",
        "marketing_email",
        "marketing_mail",
        "CMP-102",
        ("nearest: marketing_email",),
    ),
    "unknown audience": Slip(
        "campaigns/vip_letter.yml", "audience: vips", "audience: vip", "CMP-101", ("nearest: vips",)
    ),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_in_the_charter_is_told_where_it_stands(used: Shop, slip: str) -> None:
    it, before = SLIPS[slip], used.versions()
    used.edit(it.file, it.old, it.new)
    for command in (("check",), ("plan",), ("apply", "--yes")):
        ended = used.tandem(*command)
        assert ended.code == 1
        assert it.code in ended.codes
        for word in it.words:
            assert word in ended.err
    assert used.versions() == before


def test_a_charter_half_edited_does_not_stop_the_run(used: Shop) -> None:
    used.edit("audiences/vips.yml", "who:", "who: [")
    ended = used.tandem("run", "--now", LATER)
    assert ended.code == 0, ended.err
    assert "not applied" in ended.out


def test_a_folder_without_a_charter(tmp_path: Path) -> None:
    for command in ("check", "plan", "run"):
        ended = tandem("-C", str(tmp_path), command)
        clear(ended, "CHR-100", str(tmp_path), "tandem init")
    clear(tandem("-C", str(tmp_path / "nowhere"), "check"), "CHR-100", "nowhere")


def test_run_before_apply(shop: Shop) -> None:
    clear(shop.tandem("run"), "RUN-001", "tandem apply")


def test_init_overwrites_nothing(shop: Shop) -> None:
    before = sorted(shop.folder.rglob("*"))
    clear(tandem("init", str(shop.folder)), "RUN-003", str(shop.folder))
    assert sorted(shop.folder.rglob("*")) == before


def test_init_where_nobody_may_write(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ended = tandem("init", str(tmp_path / "file" / "shop"))
    assert ended.code == 1, ended
    assert ended.codes


# ── files that arrive ────────────────────────────────────────────────────────────────────────────


def _torn_gzip(shop: Shop) -> None:
    shop.edit("sources/till.yml", "data/till/*.csv", "data/till/*.csv*")
    assert shop.tandem("apply", "--yes", "--now", NOW).code == 0
    content = shop.path(TILL).read_bytes()
    shop.path(TILL).unlink()
    shop.write(TILL + ".gz", gzip.compress(content)[:-6])


def _missing(shop: Shop) -> None:
    shop.path(TILL).unlink()


def _torn(shop: Shop) -> None:
    shop.write(TILL, shop.path(TILL).read_bytes()[:-18])


def _latin(shop: Shop) -> None:
    shop.write(TILL, shop.path(TILL).read_text().replace("York", "Yörk").encode("latin-1"))


def _empty(shop: Shop) -> None:
    shop.write(TILL, b"")


def _vanished(shop: Shop) -> None:
    lines = [line.split(",") for line in shop.path(TILL).read_text().splitlines()]
    shop.write(
        TILL, "".join(",".join(cell for i, cell in enumerate(line) if i != 5) + "\n" for line in lines)
    )


def _not_csv(shop: Shop) -> None:
    shop.write(TILL, b"PK\x03\x04\x00\x00\x00binary\x00\xff\xfe")


def _not_json(shop: Shop) -> None:
    shop.write(WEB, shop.path(WEB).read_text().replace('"messageId": "m2"', '"messageId": m2'))


@dataclass(frozen=True)
class Spoilt:
    """A file that arrives spoilt: how, what is told, and which file is at fault."""

    spoil: Callable[[Shop], None]
    code: str
    place: str = TILL
    waits: bool = True


SPOILT = {
    "missing file": Spoilt(_missing, "COL-001", "data/till", waits=False),
    "torn last row": Spoilt(_torn, "COL-100", f"{TILL}:4"),
    "wrong encoding": Spoilt(_latin, "COL-003"),
    "empty file": Spoilt(_empty, "COL-004"),
    "vanished column": Spoilt(_vanished, "COL-006"),
    "unreadable gzip": Spoilt(_torn_gzip, "COL-002", f"{TILL}.gz"),
    "not a CSV at all": Spoilt(_not_csv, "COL-003"),
    "broken JSON": Spoilt(_not_json, "COL-100", f"{WEB}:2"),
}


@pytest.mark.parametrize("case", SPOILT)
def test_a_spoilt_file_is_told_and_after_a_good_one_all_is_as_ever(
    applied: Shop, ran: Shop, case: str
) -> None:
    spoilt = SPOILT[case]
    spoilt.spoil(applied)
    ended = applied.tandem("run", "--now", NOW)
    told = ended.err + applied.tandem("--as", "privacy", "quarantine", "list").out
    assert spoilt.code in told
    assert spoilt.place in told
    if ended.code:
        clear(ended, spoilt.code, "fix: ")
    assert bool(_waiting(applied)) == spoilt.waits
    for name in (TILL, CRM, WEB):
        applied.restore(name)
    applied.path(TILL + ".gz").unlink(missing_ok=True)
    again = applied.tandem("run", "--now", NOW)
    assert again.code == 0, again.err
    assert applied.contents() == ran.contents()


def test_a_torn_row_is_seen_in_what_the_run_prints(applied: Shop) -> None:
    _torn(applied)
    ended = applied.tandem("run", "--now", NOW)
    assert "tandem quarantine list" in ended.out + ended.err


def _waiting(shop: Shop) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shop.tandem("--as", "privacy", "quarantine", "list", "--json").json[
        "waiting"
    ]
    return found


# ── the lake and the ledger ──────────────────────────────────────────────────────────────────────


def test_a_lake_of_a_newer_version(used: Shop) -> None:
    before = used.versions()
    used.write("lake/tandem-lake.json", json.dumps({"format": 99}))
    for command in (
        ("run", "--now", LATER),
        ("plan",),
        ("audience", "list"),
        ("--as", "privacy", "explain", "person", "C1"),
    ):
        clear(used.tandem(*command), "ENG-022", "lake format 99", "Upgrade")
    assert used.versions() == before


def test_a_ledger_of_a_newer_version(used: Shop) -> None:
    with sqlite3.connect(used.path("ledger.db")) as ledger:
        ledger.execute("UPDATE ledger_version SET version_num = '9999'")
    clear(used.tandem("run", "--now", LATER), "LDG-002", "ledger.db", "9999")


def test_a_ledger_that_is_no_database(shop: Shop) -> None:
    shop.write("ledger.db", b"these are my notes, not a database" * 100)
    clear(shop.tandem("apply", "--yes"), "LDG-004", "ledger.db")
    assert shop.path("ledger.db").read_bytes().startswith(b"these are my notes")


def test_a_ledger_that_is_another_database(shop: Shop) -> None:
    with sqlite3.connect(shop.path("ledger.db")) as other:
        other.execute("CREATE TABLE recipes (name TEXT)")
    clear(shop.tandem("apply", "--yes"), "LDG-004", "recipes")


def test_a_lake_that_is_a_file(shop: Shop) -> None:
    shop.write("lake", b"")
    clear(shop.tandem("apply", "--yes"), "ENG-021", "lake")


def test_a_table_whose_files_were_deleted(used: Shop) -> None:
    for file in used.path("lake/event_purchase").rglob("*.parquet"):
        file.unlink()
    ended = used.tandem("audience", "preview", "lapsed_big_spenders", "--now", NOW)
    assert ended.code == 1, ended
    assert ended.codes[0].startswith("ENG-")
    assert "event_purchase" in ended.err


def test_a_lake_that_may_not_be_written(applied: Shop, ran: Shop) -> None:
    """With the rights of an ordinary account; root may write everywhere, so there the refusal is played."""
    lake = applied.path("lake")
    with _not_writable(lake):
        ended = applied.tandem("run", "--now", NOW)
    clear(ended, "ENG-021", "lake", "write")
    assert applied.tandem("run", "--now", NOW).code == 0
    assert applied.contents() == ran.contents()


def _refusing(code: int) -> Callable[..., NoReturn]:
    def commit(*_: object, **__: object) -> NoReturn:
        raise OSError(code, os.strerror(code))

    return commit


class _not_writable:  # noqa: N801 - reads as a sentence
    """A folder without the right to write, or, for root, a lake that answers as if there were none."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.patch = pytest.MonkeyPatch()

    def __enter__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        if os.geteuid() == 0:
            self.patch.setattr(Lake, "_create", _refusing(errno.EACCES))
        self.folder.chmod(0o555)

    def __exit__(self, *_: object) -> None:
        self.folder.chmod(0o755)
        self.patch.undo()


# ── a full disk ──────────────────────────────────────────────────────────────────────────────────

WRITES = ("commit", "merge", "add_files")


@pytest.mark.parametrize("fails_at", [1, 3, 6, 12])
def test_a_full_disk_anywhere_loses_nothing(
    applied: Shop, ran: Shop, monkeypatch: pytest.MonkeyPatch, fails_at: int
) -> None:
    """The n-th write of the lake finds no space; then there is space again."""
    count = iter(range(1, 10_000))
    with monkeypatch.context() as full:
        for name in WRITES:
            full.setattr(Lake, name, _full_at(getattr(Lake, name), count, fails_at))
        ended = applied.tandem("run", "--now", NOW)
    assert ended.code == 1, f"only {next(count) - 1} writes"
    assert "ENG-020" in ended.codes
    assert "Free space" in ended.err
    again = applied.tandem("run", "--now", NOW)
    assert again.code == 0, again.err
    assert applied.contents() == ran.contents()
    assert len(applied.rows("contacts")) == len(ran.rows("contacts"))


def _full_at(write: Callable[..., Any], count: Any, fails_at: int) -> Callable[..., Any]:
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if next(count) >= fails_at:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(*args, **kwargs)

    return wrapped


def _mount(folder: Path, size: str) -> bool:
    folder.mkdir()
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return False
    return (
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=False, capture_output=True
        ).returncode
        == 0
    )


def test_a_really_full_disk(applied: Shop, ran: Shop, tmp_path: Path) -> None:
    """A lake on a file system of 300 KB where mounting is allowed; elsewhere the played one above has to do."""
    small = tmp_path / "small"
    if not _mount(small, "300k"):
        return
    try:
        applied.edit("tandem.toml", 'lake = "lake"', f'lake = "{small}/lake"')
        assert applied.tandem("apply", "--yes", "--now", NOW).code == 0
        (small / "ballast").write_bytes(b"0" * 200_000)
        ended = applied.tandem("run", "--now", NOW)
        clear(ended, "ENG-020", "Free space")
        (small / "ballast").unlink()
        subprocess.run(["mount", "-o", "remount,size=50m", small], check=True)
        assert applied.tandem("run", "--now", NOW).code == 0
        shutil.rmtree(applied.path("lake"), ignore_errors=True)
        shutil.copytree(small / "lake", applied.path("lake"))
        assert applied.contents() == ran.contents()
    finally:
        subprocess.run(["umount", small], check=True)


# ── words that nobody knows ──────────────────────────────────────────────────────────────────────

UNKNOWN = {
    "audience": (("audience", "preview", "vip"), "CHR-200", "nearest: vips"),
    "campaign": (("campaign", "report", "vip_leter"), "CHR-200", "nearest: vip_letter"),
    "campaign to settle": (
        ("campaign", "settle", "vip_leter", "--as", "sent"),
        "CHR-200",
        "nearest: vip_letter",
    ),
    "purpose": (
        ("audience", "preview", "vips", "--purpose", "marketing_mail"),
        "CHR-200",
        "nearest: marketing_email",
    ),
    "role": (("--as", "marketeer", "audience", "preview", "vips"), "POL-202", "nearest: marketer"),
    "person": (
        ("--as", "privacy", "explain", "person", "dora@people.example"),
        "RUN-002",
        "dora@people.example",
    ),
    "person by number": (("--as", "privacy", "explain", "person", "42"), "IDN-002", "42"),
    "event": (("--as", "privacy", "explain", "event", "42"), "RUN-002", "42"),
    "contact": (("--as", "privacy", "explain", "contact", "42"), "RUN-002", "42"),
    "number beyond all numbers": (("--as", "privacy", "explain", "event", "9" * 30), "RUN-002", "999"),
    "entry in quarantine": (("quarantine", "replay", "42", "--now", NOW), "COL-030", "42"),
    "source of quarantine": (
        ("--as", "privacy", "quarantine", "list", "--source", "tills"),
        "CHR-200",
        "nearest: till",
    ),
    "wave of the survey": (("pulse", "compare", "--benchmark", "2013"), "ALN-001", "2012"),
    "question of the survey": (
        ("pulse", "compare", "--benchmark", "2012", "--question", "NEEED"),
        "ALN-003",
        "nearest: NEED",
    ),
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_an_unknown_name_is_told_with_the_nearest(ran: Shop, case: str) -> None:
    words, code, near = UNKNOWN[case]
    clear(ran.tandem(*words), code, near)


def test_a_role_that_may_not_is_told_who_may(ran: Shop) -> None:
    ended = ran.tandem("explain", "person", "C1")
    clear(ended, "POL-102", "marketer", "privacy")


# ── time and company ─────────────────────────────────────────────────────────────────────────────


def test_a_time_before_the_last_run(used: Shop) -> None:
    before = used.versions()
    clear(used.tandem("run", "--now", "2026-03-10T08:59:59Z"), "RUN-004", "2026-03-10T09:00:00Z or later")
    assert used.versions() == before


HOLDING = """
import sys
from datetime import UTC, datetime, timedelta
from tandem.ledger import open_ledger, this_process
ledger = open_ledger(sys.argv[1])
with ledger.lease("run", this_process(), datetime.now(UTC).replace(tzinfo=None), timedelta(hours=1)):
    print("holding", flush=True)
    sys.stdin.read()
"""


def test_two_runs_at_once(applied: Shop, ran: Shop) -> None:
    """The second is told who is at work and changes nothing; when the first was killed it simply runs."""
    first = subprocess.Popen(
        [sys.executable, "-c", HOLDING, applied.path("ledger.db")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert first.stdout is not None
        assert first.stdout.readline() == "holding\n"
        before = applied.versions()
        clear(applied.tandem("run", "--now", NOW), "LDG-010", str(first.pid))
        assert applied.versions() == before
    finally:
        first.kill()
        first.wait()
    assert applied.tandem("run", "--now", NOW).code == 0
    assert applied.contents() == ran.contents()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
@pytest.mark.parametrize("json_", [[], ["--json"]], ids=["text", "json"])
def test_an_answer_that_finds_no_room_is_told_and_is_not_our_fault(tmp_path: Path, json_: list[str]) -> None:
    words = [sys.executable, "-m", "tandem.cli", "pulse", "compare", "--benchmark", "2012", *json_]
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, cwd=tmp_path, check=False)
    assert ran.returncode == 1
    assert ran.stderr.startswith("CLI-002  the answer cannot be written")
    assert "Traceback" not in ran.stderr
