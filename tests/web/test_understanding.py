"""A closed pulse looked at closer: what each side knows of the other, the lists, what changed."""

import re
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np
import pytest
from cli.shop import Shop, copied
from web.served import CHEAP, Browser, Served

from tandem.charter import INSTRUMENT, instrument_text
from tandem.charter.loader import load_instrument
from tandem.demo.pulse import World, pulse_answers
from tandem.kernel.values import Actor
from tandem.ledger import open_ledger
from tandem.usecases.pulse_answers import GivenAnswer, add_answers
from tandem.usecases.run_pulse import close_pulse, open_pulse

MARA = Actor("mara", "marketer")
SPRING = datetime(2026, 1, 10)
ADDRESS = "/agree/understanding"


def given(seed: int) -> list[GivenAnswer]:
    """Answers of the demo company's people to the company's form."""
    instrument = load_instrument(f"pulse/{INSTRUMENT}.yml", instrument_text())
    people = pulse_answers(World(instrument, instrument.form("company")), np.random.default_rng(seed))
    sides = {1: "marketing", 2: "it"}
    return [GivenAnswer(sides[int(str(one["S_FUNCTION"]))], one, SPRING.date()) for one in people]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Two closed runs of the survey that comes along, and one that is open."""
    shop = copied(tmp_path_factory.mktemp("understanding") / "shop")
    shop.write(f"pulse/{INSTRUMENT}.yml", instrument_text())
    assert shop.tandem("apply", "--yes", "--now", "2026-01-01").code == 0
    ledger = open_ledger(shop.path("ledger.db"), CHEAP)
    for days, name in ((0, "winter"), (30, "spring"), (45, "running")):
        at = SPRING + timedelta(days=days)
        open_pulse(shop.folder, ledger, MARA, name, INSTRUMENT, "company", at + timedelta(days=90), at, at)
        add_answers(ledger, name, given(days))
        if name != "running":
            close_pulse(shop.folder, ledger, MARA, name, at, at)
    ledger.close()
    return shop


@pytest.fixture(scope="module")
def told(shop: Shop) -> Iterator[Served]:
    ledger = open_ledger(shop.path("ledger.db"), CHEAP)
    yield Served(shop.folder, ledger)
    ledger.close()


def read(browser: Browser, path: str = ADDRESS) -> dict:
    """The page when it has been worked out."""
    for _ in range(200):
        page = browser.json(path)
        if page["ready"]:
            return page
        time.sleep(0.1)
    raise AssertionError("it was not worked out")


def test_an_executive_sees_what_each_side_gets_wrong(told: Served) -> None:
    browser = told.signed_in("executive")
    page = read(browser)
    assert page["wave"] == "spring"
    assert [one[1] for one in page["pulses"]] == ["spring", "winter"]
    titles = [one["chart"]["title"] for one in page["knowledge"]]
    wrong = next(one for one in titles if "Marketing brings in technology without regard" in one)
    assert re.match(r"Marketing is off by \d+ points on average about IT", wrong)
    orders = {one["question"]: one for one in page["orders"]}
    assert {"DRIVERS", "OBSTACLES"} <= set(orders)
    assert "tau-b" in orders["OBSTACLES"]["sentence"]
    assert re.fullmatch(r"[\d.]+ \([\d.]+ to [\d.]+\)", orders["OBSTACLES"]["table"]["rows"][0][1])
    text = browser.get(ADDRESS).text
    assert "what Marketing thinks" in text
    assert "The two directions stand apart" in text


def test_it_is_held_against_the_pulse_before(told: Served) -> None:
    browser = told.signed_in("executive")
    page = read(browser)
    assert page["before"] == "winter"
    assert page["apart"] == []
    assert "between the sides changed beyond chance" in page["changed"]
    assert {row[1] for row in page["changes"]["rows"]} == {"Marketing", "IT"}
    assert {row[1] for row in page["gaps"]["rows"]} == {"the gap"}
    assert "where most are the same people the intervals are wider" in browser.get(ADDRESS).text
    first = read(browser, f"{ADDRESS}?wave=winter")
    assert (first["before"], first["changes"]) == ("", None)


def test_an_open_pulse_tells_nothing(told: Served) -> None:
    page = told.signed_in("executive").get(f"{ADDRESS}?wave=running")
    assert page.status_code >= 400
    assert "ALN-601" in page.text


def test_without_a_closed_pulse_it_says_where_to_begin(marketer: Browser) -> None:
    page = marketer.get(ADDRESS)
    assert page.status_code == 200
    assert "No pulse has closed yet" in page.text


def test_the_terminal_says_the_same(shop: Shop) -> None:
    said = shop.tandem("pulse", "understand", "spring", "--now", "2026-03-01")
    assert said.code == 0, said.err
    assert "How well each side knows the other" in said.out
    assert "Since winter" in said.out
    found = shop.tandem(
        "pulse", "understand", "spring", "--before", "none", "--json", "--now", "2026-03-01"
    ).json
    assert (found["before"], found["waves"]) == ("", None)
    assert {one["guesser"] for one in found["knowledge"]} == {"marketing", "it"}
    assert shop.tandem("pulse", "understand", "running", "--now", "2026-03-01").code == 1
