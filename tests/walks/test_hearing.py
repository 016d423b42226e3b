"""Nothing goes out against a no that lies there: in a source that could not be taken, or said while a run was on."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cli.shop import APPLIED, LATER, NOW, Shop, copied

from tandem.collect.taking import Taken
from tandem.kernel import Problems, parse_instant
from tandem.usecases import collect_events, run_beat
from tandem.usecases.problems import NOT_KEPT
from tandem.usecases.state_consent import Statement, state_consent
from tandem.usecases.workspace import Workspace

ADA, AFTER = "ada@people.example", "2026-03-11T10:00:00Z"
CRM, TILL = "data/crm/customers.csv", "data/till/2026-03-11.csv"


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """The shop after one run, a day before its letter goes out to everybody who may be reached."""
    shop = copied(tmp_path / "shop")
    shop.path("campaigns/winback_spring.yml").unlink()
    shop.edit("campaigns/vip_letter.yml", "holdout: 10%", "holdout: 1%\nstarts: 2026-03-11")
    assert shop.tandem("apply", "--yes", "--now", APPLIED).code == 0
    assert shop.tandem("run", "--now", NOW).code == 0
    return shop


def written_to(shop: Shop) -> set[str]:
    """Whom the letter went to."""
    found: set[str] = set()
    for file in shop.path("exports").glob("*.csv"):
        found |= {row["email"] for row in csv.DictReader(file.open())}
    return found


def reason(shop: Shop) -> str:
    """What Ada's latest receipt says."""
    mine = [row for row in shop.rows("receipts") if row["person_id"] == shop.person(ADA)]
    return str(max(mine, key=lambda row: row["at"])["reason"])


def test_what_a_source_could_not_say_stops_the_letter_until_it_can(shop: Shop) -> None:
    before = shop.path(CRM).read_bytes()
    shop.write(CRM, b"")
    ended = shop.tandem("run", "--now", LATER)
    assert (ended.code, ended.codes) == (1, ["COL-004", "RUN-064"])
    assert "`crm`" in ended.err
    assert written_to(shop) == set()
    assert shop.person(ADA) in {row["person_id"] for row in shop.rows("assignments")}
    shop.write(CRM, before)
    assert shop.tandem("run", "--now", AFTER).code == 0
    assert ADA in written_to(shop)


def test_a_source_that_says_nothing_of_consent_stops_no_letter(shop: Shop) -> None:
    shop.write(TILL, b"")
    assert shop.tandem("run", "--now", LATER).codes == ["COL-004"]
    assert ADA in written_to(shop)


def test_statements_that_could_not_be_taken_stop_the_letter(shop: Shop, monkeypatch: Any) -> None:
    says = ("consent", "set", "email", ADA, "marketing_email", "denied", "--proof", "letter")
    assert shop.tandem(*says, "--now", NOW).code == 0

    def fails(engine: Any, ledger: Any, source: Any, *rest: Any, **more: Any) -> Taken:
        if source.source == "tandem_statements":
            raise Problems(NOT_KEPT("the disk is full"))
        return take(engine, ledger, source, *rest, **more)

    take: Callable[..., Taken] = collect_events.take_source
    with monkeypatch.context() as patched:
        patched.setattr(collect_events, "take_source", fails)
        ended = shop.tandem("run", "--now", LATER)
    assert ended.codes == ["RUN-061", "RUN-064"]
    assert written_to(shop) == set()
    assert shop.tandem("run", "--now", AFTER).code == 0
    assert ADA not in written_to(shop)


@pytest.mark.parametrize("last", ["denied", "granted"])
def test_a_no_that_comes_while_a_run_is_on_is_heeded(shop: Shop, monkeypatch: Any, last: str) -> None:
    evaluate = run_beat.evaluate_audiences

    def meanwhile(work: Workspace, *rest: Any) -> Any:
        at = parse_instant(LATER)
        for state in ("denied", last):
            said = Statement("email", " ADA@people.example ", "marketing_email", state, at)
            state_consent(work, [said], "api", at)
        return evaluate(work, *rest)

    with monkeypatch.context() as patched:
        patched.setattr(run_beat, "evaluate_audiences", meanwhile)
        assert shop.tandem("run", "--now", LATER).code == 0
    assert (ADA in written_to(shop)) == (last == "granted")
    if last == "denied":
        assert reason(shop) == "consent_denied"
        assert shop.tandem("run", "--now", AFTER).code == 0
        assert ADA not in written_to(shop)
