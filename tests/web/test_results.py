"""The result of a pulse by its pages: read, cut, taken away; nothing while it is open, nothing of few people."""

import io
import re
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from cli.shop import copied
from pptx import Presentation
from pulses import with_survey
from pypdf import PdfReader
from web.served import CHEAP, Browser, Served

from tandem.align.reading import read_pulse
from tandem.align.result import PulseResult
from tandem.kernel.values import Actor
from tandem.ledger import Answer, Ledger, open_ledger
from tandem.ledger.audit import Wanted
from tandem.usecases import see_pulse
from tandem.usecases.pulse_answers import GivenAnswer, add_answers
from tandem.usecases.run_pulse import close_pulse, open_pulse

MARA = Actor("mara", "marketer")
OPENED, CLOSES = datetime(2026, 3, 1), datetime(2026, 3, 31)
LATER = datetime(2026, 3, 5)
PROFILE = """\
  - question: S_SENIOR
    type: single
    text: How long have you been here?
    block: you
    options:
      - {code: 1, label: Under five years}
      - {code: 2, label: Five years or more}
  - question: NEED
"""


def answers(marketing: int, it: int) -> list[GivenAnswer]:
    """IT needs marketing more than the other way round; one person of IT is new."""
    rng = np.random.default_rng(4)
    return [
        GivenAnswer(
            side,
            {
                "S_FUNCTION": code,
                "S_TITLE": 1,
                "S_SENIOR": 1 if (place < 1 if side == "it" else place % 2) else 2,
                "NEED": 1 if rng.random() < (0.4 if side == "marketing" else 0.9) else 2,
                "TRUST_PROMISES": int(rng.integers(1, 6)),
                "TRUST_OPEN": int(rng.integers(1, 6)),
                "SHARE": 20.0,
                "IDEAS": "Secret words of one person.",
            },
            OPENED.date(),
        )
        for code, side, count in ((1, "marketing", marketing), (2, "it", it))
        for place in range(count)
    ]


def run(ledger: Ledger, root: Path, name: str, given: list[GivenAnswer], closed: bool = True) -> None:
    open_pulse(root, ledger, MARA, name, "closeness", "", CLOSES, OPENED, OPENED)
    add_answers(ledger, name, given)
    if closed:
        close_pulse(root, ledger, MARA, name, OPENED, OPENED)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A shop with a closed run of both sides, one with two people of IT, one that is open, one without answers."""
    shop = copied(tmp_path_factory.mktemp("results") / "shop")
    with_survey(shop)
    text = shop.path("pulse/closeness.yml").read_text()
    shop.write("pulse/closeness.yml", text.replace("  - question: NEED\n", PROFILE, 1))
    assert shop.tandem("apply", "--yes", "--now", "2026-03-01").code == 0
    ledger = open_ledger(shop.path("ledger.db"), CHEAP)
    run(ledger, shop.folder, "spring", answers(40, 30))
    run(ledger, shop.folder, "few", answers(40, 2))
    run(ledger, shop.folder, "running", answers(20, 20), closed=False)
    run(ledger, shop.folder, "silent", [])
    open_pulse(shop.folder, ledger, MARA, "again", "closeness", "", CLOSES, LATER, LATER)
    add_answers(ledger, "again", answers(20, 20))
    close_pulse(shop.folder, ledger, MARA, "again", LATER, LATER)
    served = Served(shop.folder, ledger)
    yield served
    ledger.close()


@pytest.fixture
def executive(told: Served) -> Browser:
    return told.signed_in("executive")


def read(browser: Browser, path: str) -> Any:
    """The JSON twin when the pulse has been read."""
    for _ in range(300):
        twin = browser.json(path)
        if twin.get("ready", True) and not twin.get("writing"):
            return twin
        time.sleep(0.05)
    raise AssertionError("the page did not come")


def taken(browser: Browser, path: str) -> bytes:
    """A file when it has been written: until then the page of the result waits for it."""
    got = browser.get(path)
    if got.status_code == 303:
        twin = read(browser, got.headers["location"])
        assert twin["written"] == path.rsplit("/", 1)[1]
        got = browser.get(path)
    assert got.status_code == 200
    return got.content


def test_an_executive_reads_what_matters_most(executive: Browser) -> None:
    twin = read(executive, "/agree/results/spring")
    page = executive.get("/agree/results/spring")
    assert page.status_code == 200
    assert "of IT against" in page.text
    first = twin["most"][0]
    assert first["question"] == "NEED"
    assert first["sentence"].endswith(").")
    assert {one["id"] for one in twin["questions"]} == {"NEED", "TRUST", "SHARE"}
    assert dict(twin["method"])["Who was asked"].startswith("40 people of marketing and 30 people of IT.")


def test_beneath_the_index_stands_what_it_owes_to_its_weights(executive: Browser) -> None:
    figures = {one["name"]: one for one in read(executive, "/agree/results/spring")["figures"]}
    assert {"Closeness", "With other weights"} <= set(figures)
    assert figures["With other weights"]["low"] <= figures["With other weights"]["high"] <= 100
    assert figures["With other weights"]["said"] in executive.get("/agree/results/spring").text


def test_a_later_wave_is_held_against_the_one_before(executive: Browser) -> None:
    later = read(executive, "/agree/results/again")
    assert re.match(
        r"Held against (spring|few) as if other people had answered: \d+ of \d+ numbers", later["since"]
    )
    assert later["since"] in executive.get("/agree/results/again").text
    assert read(executive, "/agree/results/spring")["since"] == ""


def test_a_question_shows_the_numbers_of_its_sentence_and_its_chart_as_files(executive: Browser) -> None:
    path = "/agree/results/spring/questions/NEED"
    twin = read(executive, path)
    row = twin["table"]["rows"][0]
    assert row[1] in twin["sentences"][0]
    assert row[2] in twin["sentences"][0]
    chart = twin["charts"][0]["name"]
    assert executive.get(f"{path}?export={chart}.svg").content.startswith(b"<?xml")
    assert row[1] in executive.get(f"{path}?export={chart}.csv").text


def test_a_cut_hides_one_person_and_who_would_give_them_away(executive: Browser) -> None:
    cut = read(executive, "/agree/results/spring/questions/NEED?by=S_SENIOR")["cut"]
    people = dict(zip(cut["columns"], cut["rows"][0], strict=True))
    assert [people[name] for name in people if name.startswith("IT: ")] == ["not shown", "not shown"]
    assert [people[name] for name in people if name.startswith("marketing: ")] == ["20", "20"]


def test_a_question_that_cuts_nothing_is_refused_with_those_that_do(executive: Browser) -> None:
    read(executive, "/agree/results/spring")
    page = executive.get("/agree/results/spring/questions/NEED?by=S_TITLE")
    assert page.status_code in (404, 422)
    assert "ALN-603" in page.text
    assert "S_SENIOR" in page.text


def test_of_a_side_with_two_people_nothing_is_told(executive: Browser) -> None:
    twin = read(executive, "/agree/results/few")
    assert twin["most"] == []
    assert all(one["sentence"].startswith("Not shown: ") for one in twin["questions"])
    table = read(executive, "/agree/results/few/questions/NEED")["table"]
    assert set(table["rows"][0][1:3]) == {"not shown"}
    body = taken(executive, "/agree/results/few/files/xlsx")
    book = openpyxl.load_workbook(io.BytesIO(body))
    need = next(sheet for sheet in book if "NEED" in str(sheet["A3"].value))
    sides = {need.cell(6, at).value: need.cell(7, at).value for at in range(2, need.max_column + 1, 2)}
    assert sides["marketing"] == sides["IT"] == "not shown"
    assert 2 not in sides.values()
    assert 40 not in sides.values()


def test_nothing_is_told_while_it_is_open_nor_without_answers(executive: Browser) -> None:
    assert "ALN-601" in executive.get("/agree/results/running").text
    assert "ALN-601" in executive.get("/agree/results/running/files/pdf").text
    assert "ALN-600" in executive.get("/agree/results/silent").text
    assert '<a href="/agree/results/running">' not in executive.get("/agree/results").text


def test_a_question_not_asked_and_a_format_not_written_are_refused(executive: Browser) -> None:
    read(executive, "/agree/results/spring")
    assert executive.get("/agree/results/spring/questions/IDEAS").status_code == 404
    assert "ALN-602" in executive.get("/agree/results/spring/files/docx").text


def test_files_say_the_same_and_are_noted(executive: Browser, told: Served) -> None:
    sentence = read(executive, "/agree/results/spring")["most"][0]["sentence"]
    files = {
        name: taken(executive, f"/agree/results/spring/files/{name}") for name in ("pptx", "html", "pdf")
    }
    deck = Presentation(io.BytesIO(files["pptx"]))
    texts = [shape.text_frame.text for slide in deck.slides for shape in slide.shapes if shape.has_text_frame]
    assert sentence in texts
    assert sentence in files["html"].decode()
    pages = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(files["pdf"])).pages)
    assert sentence in " ".join(pages.split())
    assert all(b"Secret words" not in body for body in files.values())
    noted = [one.what for one in told.ledger.audit_entries(Wanted(kind="export"))]
    assert "results: spring.pdf" in noted


def test_no_page_reads_the_answers_again(
    executive: Browser, told: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    read(executive, "/agree/results/spring")
    taken(executive, "/agree/results/spring/files/html")

    def again(*_: object) -> list[Answer]:
        raise AssertionError("the answers were read again")

    monkeypatch.setattr(Ledger, "answers", again)
    for path in ("", "/questions/NEED", "/questions/NEED?by=S_SENIOR", "/files/html"):
        assert executive.get(f"/agree/results/spring{path}").status_code == 200


def test_a_page_does_not_wait_for_a_slow_reading(
    executive: Browser, told: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(told.ledger, told.folder, "slow", answers(12, 12))
    go_on = threading.Event()

    def slowly(*given: Any) -> PulseResult:
        assert go_on.wait(20)
        return read_pulse(*given)

    monkeypatch.setattr(see_pulse, "read_pulse", slowly)
    try:
        for path in ("", "/questions/NEED"):
            page = executive.get(f"/agree/results/slow{path}")
            assert page.status_code == 200
            assert "<look-again" in page.text
        sent = executive.get("/agree/results/slow/files/html")
        assert (sent.status_code, sent.headers["location"]) == (303, "/agree/results/slow?file=html")
    finally:
        go_on.set()
    assert read(executive, sent.headers["location"])["written"] == "html"
    assert b"12 people of marketing" in taken(executive, "/agree/results/slow/files/html")
