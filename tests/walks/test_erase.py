"""The erasure of a person: nothing is left in a byte of lake, ledger and exports, and nothing comes back.

Ada is everywhere where a person can be: in typed rows, in quarantine, in an event of no kind, in a field of a row
about Bo, in the outbox, in exported files, in what a job told.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from cli.shop import APPLIED, LATER, NOW, Ended, Shop, copied

from tandem.kernel import parse_instant
from tandem.kernel.values import Actor
from tandem.ledger import JobState, Ledger, open_ledger
from tandem.usecases.collect_events import collect_all
from tandem.usecases.erase_person import RETAINED, ask_erasure, carry_out
from tandem.usecases.workspace import open_workspace

ADA = ("ada@people.example", "Ada@People.example", "+447700900101", "07700 900101", "an-ada-1234567")
"""Her identifiers as they are kept, and as her sources write them."""
STRAY = {"event_purchase.category": 1, "profile.favourite_category": 1}
"""Where they stand in rows about Bo."""
EXTRA = {
    "data/till/broken.csv": (
        "receipt_no,line_no,card_no,email,sold_at,total,category,store\n"
        "Q1,1,,ada@people.example,07/10/2025 10:00,-5.00,tents,York\n"
        "Q2,1,,bo@people.example,07/10/2025 10:00,-6.00,tents,York\n"
        "Q3,1,,Ada@People.example,07/10/2025 10:00,-7.00,tents\n"
        "Q4,1,,ADA@people.example ,31/31/2025 10:00,8.00,tents,York\n"
        "G1,1,,bo@people.example,07/10/2025 10:00,9.00,ask ada@people.example,York\n"
    ),
    "data/web/more.ndjson": "".join(
        json.dumps(one) + "\n"
        for one in (
            {
                "messageId": "u1",
                "event": "Logged In",
                "timestamp": "2025-11-02T10:00:00Z",
                "anonymousId": "an-ada-1234567",
                "traits": {"email": "Ada@People.example"},
            },
            {
                "messageId": "u2",
                "event": "Chat",
                "timestamp": "2025-11-03T10:00:00Z",
                "anonymousId": "an-bo-1234567",
                "properties": {"note": "call 07700 900101 or mail ada@people.example."},
            },
            {
                "messageId": "u3",
                "event": "Chat",
                "timestamp": "2025-11-03T11:00:00Z",
                "anonymousId": "an-bo-1234567",
                "properties": {"note": "about boots"},
            },
        )
    ),
}


def erasable(folder: Path) -> Shop:
    """The shop with Ada everywhere, after one run."""
    shop = copied(folder)
    for name, text in EXTRA.items():
        if text:
            shop.write(name, text)
    mail = shop.path("campaigns/winback_spring.yml").read_text().split("message:")[0]
    mail = mail.replace("channel: email", "channel: file")
    shop.write(
        "campaigns/winback_spring.yml",
        mail + "export: {path: exports/winback.csv, fields: [email, first_name]}\n",
    )
    for words in (("apply", "--yes", "--now", APPLIED), ("run", "--now", NOW)):
        ended = shop.tandem(*words)
        assert ended.code == 0, ended.err
    with ledger_of(shop) as ledger:
        job = ledger.add_job(
            "run", {"note": "for ada@people.example"}, Actor("ann", "marketer"), at(NOW), alone=False
        )
        ledger.begin_job(job, "nobody", at(NOW))
        ledger.end_job(
            job, JobState.DONE, at(NOW), result={"said": ["wrote to ada@people.example, then slept"]}
        )
    return shop


class ledger_of:  # noqa: N801 - a context manager that reads as a function
    """The ledger of a shop, closed at the end."""

    def __init__(self, shop: Shop) -> None:
        self.ledger = open_ledger(shop.path("ledger.db"))

    def __enter__(self) -> Ledger:
        return self.ledger

    def __exit__(self, *_: object) -> None:
        self.ledger.close()


def at(text: str) -> Any:
    return parse_instant(text)


def privacy(shop: Shop, *words: str) -> Ended:
    """A command of the privacy office."""
    return shop.tandem("--as", "privacy", *words)


def erase(shop: Shop, *who: str) -> dict[str, Any]:
    """Erase, and the request with its receipt."""
    ended = privacy(
        shop, "person", "erase", *who, "--reason", "asked by letter", "--yes", "--now", NOW, "--json"
    )
    assert ended.code == 0, ended.out + ended.err
    found: dict[str, Any] = ended.json
    return found


def holding(shop: Shop, needles: tuple[str, ...]) -> list[str]:
    """Every file of lake, ledger, exports and the workspace's own folder in which one of them stands: in its bytes, or
    in what its Parquet columns unpack to."""
    found = []
    for path in sorted(shop.folder.rglob("*")):
        name = str(path.relative_to(shop.folder))
        mine = name.startswith(("lake/", "exports/", ".tandem/", "ledger.db"))
        if not path.is_file() or not mine:
            continue
        text = path.read_bytes()
        if path.suffix == ".parquet":
            text += repr(pq.ParquetFile(path).read().to_pydict()).encode()
        found += [f"{name}: {needle}" for needle in needles if needle.encode() in text]
    return found


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The shop with Ada in it, for reading only."""
    return erasable(tmp_path_factory.mktemp("whole") / "shop")


@pytest.fixture(scope="module")
def erased(whole: Shop, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The shop after the erasure of Ada, for reading only."""
    shop = whole.copy(tmp_path_factory.mktemp("erased") / "shop")
    erase(shop, "ada@people.example")
    return shop


@pytest.fixture
def shop(whole: Shop, tmp_path: Path) -> Shop:
    return whole.copy(tmp_path / "shop")


def test_she_is_everywhere_before(whole: Shop) -> None:
    places = {line.split("/")[1] for line in holding(whole, ADA) if line.startswith("lake/")}
    assert {"identifiers", "quarantine", "events_unplanned", "event_purchase"} <= places
    assert any(line.startswith("ledger.db") for line in holding(whole, ADA))
    assert any(line.startswith("exports/") for line in holding(whole, ADA))


def test_nothing_is_left_in_any_byte(erased: Shop) -> None:
    assert holding(erased, ADA) == []


def test_numbers_that_could_be_guessed_are_gone_too(whole: Shop, erased: Shop) -> None:
    """An identifier's key and a person's number are digests of what they stand for."""
    person = whole.person("ada@people.example")
    keys = {row["identifier_key"] for row in whole.rows("person_map") if row["person_id"] == person}
    left = [
        f"{name}.{column}"
        for name in erased.tables()
        for row in erased.rows(name)
        for column, value in row.items()
        if value in keys or value == person
    ]
    assert left == []


def test_everybody_else_keeps_everything(whole: Shop, erased: Shop) -> None:
    """Of every table the rows that are left are the rows that were there and not hers."""
    person = whole.person("ada@people.example")
    keys = {row["identifier_key"] for row in whole.rows("person_map") if row["person_id"] == person}
    mine = {person, *keys}
    for name in whole.tables():
        if name in ("quarantine", "events_unplanned", "event_purchase", "profile", "erased"):
            continue
        kept = [
            str(row) for row in whole.rows(name) if not mine & {v for v in row.values() if isinstance(v, int)}
        ]
        assert sorted(kept) == sorted(str(row) for row in erased.rows(name)), name
    assert {row["found"] for row in erased.rows("quarantine")} == {"-6.00"}
    assert {row["kind"] for row in erased.rows("events_unplanned")} == {"Chat"}
    assert "about boots" in erased.rows("events_unplanned")[0]["payload"]


def test_her_address_in_a_row_about_bo_goes_and_the_row_stays(erased: Shop) -> None:
    (row,) = [row for row in erased.rows("event_purchase") if row["order_no"] == "G1"]
    assert (row["category"], str(row["amount"])) == (None, "9.0000")


def test_the_old_versions_are_gone(erased: Shop) -> None:
    for name in erased.tables():
        log = sorted(path.name for path in (erased.path("lake") / name / "_delta_log").glob("*.json"))
        assert len(log) == 1, (name, log)


def test_the_next_run_goes_on_as_ever(erased: Shop, tmp_path: Path) -> None:
    shop = erased.copy(tmp_path / "shop")
    assert shop.tandem("run", "--now", LATER).code == 0
    assert holding(shop, ADA) == []


def test_reading_the_original_files_again_brings_nothing_back(erased: Shop, tmp_path: Path) -> None:
    """Under new names all rows come as if for the first time; only hers do not."""
    shop = erased.copy(tmp_path / "shop")
    shop.path("data/till/2025-10.csv").rename(shop.path("data/till/again.csv"))
    shop.path("data/till/broken.csv").rename(shop.path("data/till/broken-again.csv"))
    for name in ("data/web/2025-11.ndjson", "data/web/more.ndjson", "data/crm/customers.csv"):
        shop.write(name, shop.path(name).read_text() + "\n")
    before = {name: len(shop.rows(name)) for name in ("event_purchase", "identifiers", "quarantine")}
    ended = shop.tandem("run", "--now", LATER, "--json")
    assert ended.code == 0, ended.err
    assert holding(shop, ADA) == []
    assert {name: len(shop.rows(name)) for name in before} == before
    loads = [row for row in shop.rows("loads") if row["rows_erased"]]
    assert sum(row["rows_erased"] for row in loads) > 5
    assert all(one["rows_read"] == _sum(one) for one in ended.json["collected"]["sources"])


def _sum(one: dict[str, Any]) -> int:
    parts = ("landed", "quarantined", "duplicate", "unplanned", "erased")
    return sum(int(one[f"rows_{part}"]) for part in parts)


def test_the_receipt_is_signed_and_names_nobody(erased: Shop) -> None:
    (request,) = privacy(erased, "person", "requests", "--json").json["requests"]
    assert request["state"] == "done"
    ended = privacy(erased, "person", "receipt", request["request"], "--verify", "--json")
    assert ended.code == 0, ended.err
    receipt = ended.json["receipt"]
    assert ended.json["good"]
    assert receipt["people"] == 1
    assert receipt["lake_rows"]["identifiers"] == receipt["identifiers"]
    assert receipt["lake_rows"]["quarantine"] == 3
    assert receipt["lake_values"] == STRAY
    assert set(receipt["exported_files"].values()) == {1}
    assert receipt["ledger_words_struck"] == 1
    assert receipt["retained"] == list(RETAINED)
    assert not [needle for needle in ADA if needle in ended.out]


def test_an_altered_receipt_is_found(erased: Shop, tmp_path: Path) -> None:
    shop = erased.copy(tmp_path / "shop")
    with ledger_of(shop) as ledger:
        (request,) = ledger.person_requests()
        forged = {**(request.receipt or {}), "people": 0}
        ledger.move_person_request(request.id, request.state, [request.state], receipt=forged)
    ended = privacy(shop, "person", "receipt", request.id, "--verify")
    assert (ended.code, ended.codes) == (1, ["RUN-082"])


def test_only_the_privacy_office_may(whole: Shop) -> None:
    for words in (("erase", "ada@people.example"), ("export", "ada@people.example"), ("requests",)):
        ended = whole.tandem("person", *words)
        assert (ended.code, ended.codes) == (1, ["RUN-080"]), words


def test_what_would_go_is_shown_and_nothing_is_changed(whole: Shop) -> None:
    before = whole.versions()
    ended = privacy(whole, "person", "erase", "ada@people.example", "nobody@people.example", "--json")
    assert ended.json["unknown"] == ["nobody@people.example"]
    assert ended.json["rows"]["quarantine"] == 3
    assert ended.json["values"] == STRAY
    assert whole.versions() == before


def test_her_address_in_a_new_row_about_bo_does_not_come_in(erased: Shop, tmp_path: Path) -> None:
    shop = erased.copy(tmp_path / "shop")
    head = EXTRA["data/till/broken.csv"].splitlines()[0]
    rows = (
        "N1,1,,bo@people.example,10/03/2026 10:00,9.00,for ada@people.example,York",
        "N2,1,,cy@people.example,10/03/2026 10:00,8.00,x@y,York",
    )
    shop.write("data/till/new.csv", "\n".join([head, *rows]) + "\n")
    assert shop.tandem("run", "--now", LATER).code == 0
    found = {row["order_no"]: row["category"] for row in shop.rows("event_purchase")}
    assert (found["N1"], found["N2"]) == (None, "x@y")
    assert holding(shop, ADA) == []


def test_a_report_says_how_many_were_erased(whole: Shop, erased: Shop) -> None:
    person = whole.person("ada@people.example")
    lost = sorted((row["campaign"], 1) for row in whole.rows("assignments") if row["person_id"] == person)
    told = sorted((row["campaign"], row["people"]) for row in erased.rows("erased_assignments"))
    assert told == lost != []
    ended = erased.tandem("campaign", "report", "winback_spring", "--now", "2026-04-10T09:00:00Z", "--json")
    assert any("were erased; they count in neither arm" in one for one in ended.json["sentences"]), ended.out


def test_who_comes_back_is_taken_from_then_on(erased: Shop, tmp_path: Path) -> None:
    shop = erased.copy(tmp_path / "shop")
    assert (
        privacy(shop, "person", "unsuppress", "07700 900101", "--reason", "signed up", "--now", LATER).code
        == 0
    )
    head = EXTRA["data/till/broken.csv"].splitlines()[0]
    rows = (
        "N1,1,,ada@people.example,10/03/2026 10:00,9.00,tents,York",
        "N2,1,,ada@people.example,12/03/2026 10:00,8.00,,York",
    )
    shop.write("data/till/new.csv", "\n".join([head, *rows]) + "\n")
    assert shop.tandem("run", "--now", "2026-03-13T09:00:00Z").code == 0
    bought = {row["order_no"] for row in shop.rows("event_purchase")}
    assert "N2" in bought
    assert not {"N1", "Q4"} & bought
    assert [row["value"] for row in shop.rows("identifiers") if row["value"] in ADA] == ["ada@people.example"]


def test_another_secret_stops_all_that_comes_in(erased: Shop, tmp_path: Path) -> None:
    shop = erased.copy(tmp_path / "shop")
    shop.path(".tandem/secret").write_text("x" * 64)
    head = EXTRA["data/till/broken.csv"].splitlines()[0]
    shop.write("data/till/new.csv", f"{head}\nN1,1,,cy@people.example,10/03/2026 10:00,9.00,tents,York\n")
    with open_workspace(shop.folder, Actor("pia", "privacy")) as work:
        stopped = collect_all(work, at(LATER)).problems
    assert {problem.code for problem in stopped} == {"POL-310"}
    assert "N1" not in {row["order_no"] for row in shop.rows("event_purchase")}


KILLED = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from tandem.kernel.values import Actor
from tandem.usecases.erase_person import ask_erasure, carry_out
from tandem.usecases.workspace import open_workspace
def told(step, done, total):
    if sys.argv[2] in step:
        os.kill(os.getpid(), signal.SIGKILL)
now = datetime(2026, 3, 10, 9)
with open_workspace(Path(sys.argv[1]), Actor("pia", "privacy")) as work:
    request = ask_erasure(work, ["ada@people.example"], "asked", now)
    carry_out(work, request.id, now, lambda: now, told)
"""
STEPS = (
    "erasing from contacts",
    "erasing from person_map",
    "erasing from identifiers",
    "old versions",
    "receipt",
)


@pytest.mark.parametrize("step", STEPS)
def test_killed_in_the_middle_it_is_completed_by_the_next(shop: Shop, erased: Shop, step: str) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(shop.folder), step], env={**os.environ}, check=False, timeout=300
    )
    assert killed.returncode == -signal.SIGKILL
    (open_,) = privacy(shop, "person", "requests", "--json").json["requests"]
    assert open_["state"] == "working"
    done = privacy(shop, "person", "work", "--now", NOW, "--json")
    assert done.code == 0, done.err
    assert holding(shop, ADA) == []
    (before,) = _receipts(erased)
    (after,) = _receipts(shop)
    for part in (
        "people",
        "identifiers",
        "lake_rows",
        "lake_values",
        "ledger_contacts",
        "exported_files",
        "subjects",
    ):
        assert after[part] == before[part], part


def _receipts(shop: Shop) -> Iterator[dict[str, Any]]:
    with ledger_of(shop) as ledger:
        for one in ledger.person_requests():
            yield dict(one.receipt or {})


def test_while_it_is_interrupted_nothing_comes_back(shop: Shop) -> None:
    subprocess.run(
        [sys.executable, "-c", KILLED, str(shop.folder), "erasing from assignments"], check=False, timeout=300
    )
    head = EXTRA["data/till/broken.csv"].splitlines()[0]
    shop.write("data/till/new.csv", f"{head}\nN1,1,,ada@people.example,10/03/2026 10:00,9.00,tents,York\n")
    assert shop.tandem("run", "--now", LATER).code == 0
    assert "N1" not in {row["order_no"] for row in shop.rows("event_purchase")}


def test_everything_held_about_her_is_exported(whole: Shop, tmp_path: Path) -> None:
    ended = privacy(whole, "person", "export", "ada@people.example", "--out", str(tmp_path / "out"), "--json")
    assert ended.code == 0, ended.err
    page = (tmp_path / "out/person.html").read_text()
    held = json.loads((tmp_path / "out/person.json").read_text())
    parts = {part["table"]: part["rows"] for part in held["parts"]}
    assert {
        "identifiers",
        "event_purchase",
        "record_crm",
        "consents",
        "quarantine",
        "receipts",
        "ledger_outbox",
    } <= set(parts)
    assert {"ada@people.example", "+447700900101"} <= {row["value"] for row in parts["identifiers"]}
    assert len(parts["quarantine"]) == 3
    assert "events_unplanned" in parts
    assert "bo@people.example" not in page
    assert all(row["proof_event_id"] for row in parts["consents"])
    assert (tmp_path / "out/identifiers.csv").stat().st_mode & 0o077 == 0


@pytest.mark.spark
@pytest.mark.long
def test_on_spark_alike(shop: Shop, erased: Shop) -> None:
    """A lake that both engines have written; Spark erases, and reads the original files again."""
    shop.edit("tandem.toml", 'engine = "duckdb"', 'engine = "spark"')
    shop.write("tandem.toml", shop.path("tandem.toml").read_text() + "\n[limits]\nthreads = 1\n")
    head = EXTRA["data/till/broken.csv"].splitlines()[0]
    shop.write("data/till/new.csv", f"{head}\nS1,1,,ada@people.example,20/10/2025 10:00,9.00,tents,York\n")
    with open_workspace(shop.folder, Actor("pia", "privacy")) as work:
        assert collect_all(work, at(NOW)).problems == ()
        assert "S1" in {row["order_no"] for row in shop.rows("event_purchase")}
        request = ask_erasure(work, ["ada@people.example"], "asked", at(NOW))
        receipt = carry_out(work, request.id, at(NOW), lambda: at(NOW)).receipt or {}
        assert holding(shop, ADA) == []
        (other,) = _receipts(erased)
        more = {**other["lake_rows"], "event_purchase": other["lake_rows"]["event_purchase"] + 1}
        assert receipt["lake_rows"] == more
        for part in ("people", "identifiers", "lake_values", "ledger_contacts", "exported_files"):
            assert receipt[part] == other[part], part
        shop.path("data/till/broken.csv").rename(shop.path("data/till/broken-again.csv"))
        shop.write("data/web/more.ndjson", shop.path("data/web/more.ndjson").read_text() + "\n")
        again = collect_all(work, at(LATER))
        assert again.problems == ()
        assert sum(one.rows_erased for one in again.sources) == 5
    assert holding(shop, ADA) == []
