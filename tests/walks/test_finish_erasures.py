"""Erasures that were begun and not finished: a run finishes them, whatever is killed on the way; and of an erasure no
row is left that says in which arm of a campaign somebody was."""

import os
import signal
import sqlite3
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest
from cli.shop import LATER, NOW, Shop
from sqlglot import exp
from walks.test_erase import ADA, KILLED, at, erasable, erase, holding, ledger_of, privacy

from tandem.engine import functions as f
from tandem.kernel import Problems
from tandem.kernel.values import Actor
from tandem.ledger import Ledger, PersonRequest, RightsState
from tandem.ledger.problems import NOT_WRITTEN_OVER
from tandem.usecases.erase_person import ask_erasure
from tandem.usecases.workspace import open_workspace

PARTS = ("people", "identifiers", "lake_rows", "lake_values", "ledger_contacts", "exported_files", "subjects")
RUN_KILLED = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from tandem.kernel import Problems
from tandem.kernel.values import Actor
from tandem.usecases.run_beat import run_beat
from tandem.usecases.workspace import open_workspace
def told(step, done, total):
    if sys.argv[2] in step:
        os.kill(os.getpid(), signal.SIGKILL)
now = datetime(2026, 3, 10, 9)
with open_workspace(Path(sys.argv[1]), Actor("mo", "marketer"), lambda: now) as work:
    run_beat(work, now, lambda: now, told)
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The shop with Ada in it, for reading only."""
    return erasable(tmp_path_factory.mktemp("whole") / "shop")


@pytest.fixture(scope="module")
def erased(whole: Shop, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The shop after an erasure that nothing interrupted, and a run; for reading only."""
    shop = whole.copy(tmp_path_factory.mktemp("erased") / "shop")
    erase(shop, ADA[0])
    assert shop.tandem("run", "--now", NOW).code == 0
    return shop


@pytest.fixture
def shop(whole: Shop, tmp_path: Path) -> Shop:
    return whole.copy(tmp_path / "shop")


def killed(program: str, shop: Shop, step: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", program, str(shop.folder), step], env={**os.environ}, check=False, timeout=300
    )
    assert ended.returncode == -signal.SIGKILL


def state(shop: Shop) -> dict[str, list[str]]:
    """Every row of every table; a request by another name, for it is drawn."""
    drawn = {row["request"]: "request" for row in shop.rows("erased")}
    return {
        name: sorted(str({k: drawn.get(v, v) for k, v in row.items()}) for row in shop.rows(name))
        for name in shop.tables()
    }


def receipts(shop: Shop) -> list[dict[str, Any]]:
    with ledger_of(shop) as ledger:
        return [dict(one.receipt or {}) for one in ledger.person_requests()]


def audited(shop: Shop) -> list[tuple[str, str]]:
    with ledger_of(shop) as ledger:
        entries = [one for page in ledger.audit_pages() for one in page]
    return [(one.actor, one.outcome) for one in entries if (one.kind, one.what) == ("person", "erasure")]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("keeping them out", "erasing from contacts"),
        ("erasing from assignments", "erasing from event_purchase"),
        ("erasing from person_map", "erasing from identifiers"),
        ("old versions", "receipt"),
        ("receipt", "keeping them out"),
    ],
)
def test_what_was_killed_twice_is_finished_by_the_next_run(
    shop: Shop, erased: Shop, first: str, second: str
) -> None:
    """First the erasure is killed, then the run that goes on with it; the next run ends as if nothing had happened."""
    killed(KILLED, shop, first)
    killed(RUN_KILLED, shop, second)
    ended = shop.tandem("run", "--now", NOW, "--json")
    assert ended.code == 0, ended.err
    with ledger_of(shop) as ledger:
        (request,) = ledger.person_requests()
    assert request.state is RightsState.DONE
    assert ended.json["erasures"] == {"finished": [request.id], "stopped": {}, "waiting": 0}
    assert any("had been begun and not finished" in one for one in ended.json["sentences"])
    assert holding(shop, ADA) == []
    assert state(shop) == state(erased)
    (before,), (after,) = receipts(erased), receipts(shop)
    assert {part: after[part] for part in PARTS} == {part: before[part] for part in PARTS}
    assert audited(shop)[-2:] == [("tandem", "begun"), ("tandem", "done")]
    versions = shop.versions()
    again = shop.tandem("run", "--now", NOW, "--json")
    assert again.json["erasures"] == {"finished": [], "stopped": {}, "waiting": 0}
    assert shop.versions() == versions


def test_what_was_decided_here_is_begun_and_what_others_handed_in_waits(shop: Shop) -> None:
    with open_workspace(shop.folder, Actor("pia", "privacy")) as work:
        asked = ask_erasure(work, [ADA[0]], "a letter", at(NOW))
        foreign = PersonRequest(**{**vars(asked), "id": str(uuid.uuid4()), "asked_by": "api:shop"})
        access = PersonRequest(**{**vars(asked), "id": str(uuid.uuid4()), "kind": "access"})
        for one in (foreign, access):
            work.ledger.add_person_request(one)
    ended = shop.tandem("run", "--now", NOW)
    assert "1 erasure that had been begun and not finished" in ended.out
    assert "1 erasure handed in by other systems: the privacy office decides" in ended.out
    states = {
        one["request"]: one["state"] for one in privacy(shop, "person", "requests", "--json").json["requests"]
    }
    assert states == {asked.id: "done", foreign.id: "pending", access.id: "pending"}
    assert holding(shop, ADA) == []


def test_one_that_stops_again_is_told_and_the_run_goes_on(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed(KILLED, shop, "erasing from contacts")

    def fails(_: Ledger) -> None:
        raise Problems(NOT_WRITTEN_OVER("somebody reads"))

    with monkeypatch.context() as patched:
        patched.setattr(Ledger, "write_over", fails)
        ended = shop.tandem("run", "--now", NOW, "--json")
    (request,) = privacy(shop, "person", "requests", "--json").json["requests"]
    assert (ended.code, [one["code"] for one in ended.json["problems"]]) == (1, ["LDG-103"])
    assert [*ended.json["erasures"]["stopped"]] == [request["request"]]
    assert request["state"] == "working"
    assert ended.json["campaigns"]
    assert shop.tandem("run", "--now", NOW).code == 0
    assert holding(shop, ADA) == []


def campaigns(shop: Shop) -> set[str]:
    return {path.stem for path in shop.path("campaigns").glob("*.yml")}


def test_nothing_ties_a_campaign_to_a_request(whole: Shop, erased: Shop) -> None:
    """Over every column of lake and ledger: no row that tells the request tells a campaign or an arm. But the receipt
    names exported files, for whoever took a copy of one has to be told."""
    (request,) = {row["request"] for row in erased.rows("erased")}
    person = whole.person(ADA[0])
    lost = {row["campaign"] for row in whole.rows("assignments") if row["person_id"] == person}
    words = {*campaigns(erased), "treated", "control"}
    assert lost
    assert lost <= words
    rows = [(name, row) for name in erased.tables() for row in erased.rows(name)]
    with sqlite3.connect(erased.path("ledger.db")) as database:
        database.row_factory = sqlite3.Row
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows += [(name, dict(row)) for name in names for row in database.execute(f'SELECT * FROM "{name}"')]
    telling = {name: str(row) for name, row in rows if request in str(row)}
    for file in receipts(erased)[0]["exported_files"]:
        telling["person_requests"] = telling["person_requests"].replace(file, "")
    assert {"erased", "person_requests", "audit"} <= {*telling}
    assert "erased_assignments" not in telling
    assert [name for name, row in telling.items() if any(word in row for word in words)] == []
    for row in erased.rows("erased_assignments"):
        assert (row["request"], row["arm"], row["at"]) == (None, None, None)


def test_what_was_kept_beside_a_request_before_is_added_up_by_the_next_run(
    erased: Shop, tmp_path: Path
) -> None:
    """As versions before this one wrote it: a row per request, campaign and arm, with its time."""
    shop = erased.copy(tmp_path / "shop")
    before = {row["campaign"]: row["people"] for row in shop.rows("erased_assignments")}
    with open_workspace(shop.folder, Actor("pia", "privacy")) as work:
        for arm, people in (("treated", 3), ("control", 2)):
            old = {"request": "r1", "campaign": "winback_spring", "arm": arm}
            columns = [f.value(text).as_(name) for name, text in old.items()]
            row = exp.select(*columns, f.value(people).as_("people"), f.instant(at(NOW)).as_("at"))
            work.engine.append("erased_assignments", row)
    assert shop.tandem("run", "--now", LATER).code == 0
    after = {row["campaign"]: row["people"] for row in shop.rows("erased_assignments")}
    assert after == {**before, "winback_spring": before.get("winback_spring", 0) + 5}
    assert {row["request"] for row in shop.rows("erased_assignments")} == {None}
    assert (
        len(
            [one for one in shop.path("lake/erased_assignments").rglob("*.parquet") if "_log" not in str(one)]
        )
        == 1
    )
