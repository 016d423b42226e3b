"""tandem pulse results, report: what a closed pulse found, on the terminal, as JSON and as files."""

import re
from datetime import datetime
from pathlib import Path
from typing import get_type_hints

import openpyxl
import pytest
from cli.shop import APPLIED, Shop, copied
from pulses import SURVEY, with_survey
from web.served import CHEAP

from tandem.align.index_of import WEIGHTS
from tandem.charter.definitions.base import Key
from tandem.charter.definitions.instruments import Weight
from tandem.kernel.values import Actor
from tandem.ledger import open_ledger
from tandem.usecases.pulse_answers import GivenAnswer, add_answers
from tandem.usecases.run_pulse import close_pulse, open_pulse

OPENED, CLOSES = datetime(2026, 3, 1), datetime(2099, 3, 31)
MARA = Actor("mara", "marketer")


def given(side: str, place: int) -> GivenAnswer:
    need = 1 if place % 10 < (3 if side == "marketing" else 9) else 2
    code = 1 if side == "marketing" else 2
    trust = {"TRUST_PROMISES": 1 + place % 5, "TRUST_OPEN": 1 + (place + code) % 5}
    return GivenAnswer(side, {"S_FUNCTION": code, "S_TITLE": 1, "NEED": need, **trust}, OPENED.date())


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """One run that is closed, 40 people a side: 30 % of marketing and 90 % of IT say yes; and one that is open."""
    shop = with_survey(copied(tmp_path_factory.mktemp("results") / "shop"))
    ledger = open_ledger(shop.path("ledger.db"), CHEAP)
    try:
        for name in ("spring", "running"):
            open_pulse(shop.folder, ledger, MARA, name, "closeness", "", CLOSES, OPENED, OPENED)
        people = [given(side, place) for side in ("marketing", "it") for place in range(40)]
        add_answers(ledger, "spring", people)
        close_pulse(shop.folder, ledger, MARA, "spring", OPENED, OPENED)
    finally:
        ledger.close()
    return shop


def test_results_are_told_in_words_and_as_json(shop: Shop) -> None:
    said = shop.tandem("pulse", "results", "spring")
    assert said.code == 0, said.err
    assert "1. 90 % of IT against 30 % of marketing say “Yes”" in said.out.replace("\n", " ")
    found = shop.tandem("pulse", "results", "spring", "--json").json
    need = next(one for one in found["questions"] if one["id"] == "NEED")["findings"][0]
    assert [side["value"] for side in need["sides"]] == pytest.approx([0.3, 0.9])
    assert need["gap"] == pytest.approx(-0.6)
    assert need["clear"] is True
    assert "book" not in found


@pytest.mark.parametrize(
    ("format_", "begins"), [("pptx", b"PK"), ("xlsx", b"PK"), ("html", b"<!doctype"), ("pdf", b"%PDF")]
)
def test_a_report_is_written(shop: Shop, tmp_path: Path, format_: str, begins: bytes) -> None:
    out = tmp_path / f"board.{format_}"
    ended = shop.tandem("pulse", "report", "spring", "--format", format_, "--out", str(out))
    assert ended.code == 0, ended.err
    assert out.read_bytes().startswith(begins)
    if format_ == "xlsx":
        findings = openpyxl.load_workbook(out)["Findings"]
        assert findings["K5"].value == pytest.approx(-0.6)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("results", "running"), "ALN-601"),
        (("results", "nowhere"), "LDG-121"),
        (("report", "spring", "--format", "docx"), "ALN-602"),
        (("report", "spring", "--format", "pdf", "--out", "/nowhere/x.pdf"), "ALN-604"),
    ],
    ids=["open", "unknown", "format", "folder"],
)
def test_what_cannot_be_told_or_written_is_a_problem(shop: Shop, words: tuple[str, ...], code: str) -> None:
    ended = shop.tandem("pulse", *words)
    assert ended.code == 1
    assert code in ended.err


def test_results_are_weighted_to_what_is_known_of_a_side(tmp_path: Path) -> None:
    """In truth three in four of IT say yes, and nine in ten of those who answered do."""
    shop = with_survey(copied(tmp_path / "shop"))
    parts = "targets:\n" + "".join(
        f"  - {{group: it, question: NEED, is: {code}, percent: {percent}}}\n"
        for code, percent in ((1, 75), (2, 25))
    )
    shop.edit("pulse/closeness.yml", "questions:\n", parts + "questions:\n")
    assert shop.tandem("apply", "--yes", "--now", APPLIED).code == 0
    answered(shop, "spring")
    found = shop.tandem("pulse", "results", "spring", "--json").json
    need = next(one for one in found["questions"] if one["id"] == "NEED")["findings"][0]
    marketing, it = need["sides"]
    assert [marketing["value"], it["value"]] == pytest.approx([0.3, 0.75])
    assert it["base"]["unweighted"] == 40
    assert it["base"]["effective"] == pytest.approx(40**2 / (36 * (0.75 / 0.9) ** 2 + 4 * 2.5**2))
    assert marketing["base"]["effective"] == 40
    assert "it: raked to NEED" in str(found["method"])


def test_parts_of_a_side_that_cannot_be_are_told_with_their_place(tmp_path: Path) -> None:
    shop = with_survey(copied(tmp_path / "shop"))
    wrong = (
        "targets:\n"
        "  - {group: it, question: NEED, is: 1, percent: 60}\n"
        "  - {group: it, question: NEED, is: 7, percent: 20}\n"
        "  - {group: it, question: NEEDS, is: 1, percent: 100}\n"
    )
    shop.edit("pulse/closeness.yml", "questions:\n", wrong + "questions:\n")
    told = shop.tandem("check")
    assert told.code == 1
    assert len(told.codes) == 3
    assert "has no answer 7 that counts\n  pulse/closeness.yml:13:" in told.err
    assert "no question `NEEDS`\n  pulse/closeness.yml:14:" in told.err
    assert "come to 80\n  pulse/closeness.yml:12:" in told.err


def test_the_index_is_weighted_as_the_survey_says_and_says_so(tmp_path: Path) -> None:
    """Need and trust are known of this survey; what counts how much is told, and what is left out."""
    weighted: dict[str, dict[str, int]] = {
        "plain": {},
        "own": {"relationship": 3},
        "alone": {"need": 0},
        "none": {"need": 0, "relationship": 0},
    }
    shop = with_survey(copied(tmp_path / "shop"))
    found = {}
    for name, weights in weighted.items():
        said = "".join(f"  - {{part: {part}, weight: {weight}}}\n" for part, weight in weights.items())
        text = SURVEY.replace("questions:\n", f"index:\n{said}questions:\n" if said else "questions:\n", 1)
        shop.write("pulse/closeness.yml", text)
        assert shop.tandem("apply", "--yes", "--now", APPLIED).code == 0
        answered(shop, name)
        found[name] = shop.tandem("pulse", "results", name, "--json").json
    parts = {one["name"]: one for one in found["plain"]["index"]["parts"]}
    assert [one["weight"] for one in parts.values()] == [0.5, 0.5]
    assert found["plain"]["index"]["weighting"] == "Every part that is known counts the same."
    mean = sum(one["value"] for one in parts.values()) / len(parts)
    assert found["plain"]["index"]["value"] == pytest.approx(mean)

    need, trust = parts["Need for each other"]["value"], parts["Trust in each other"]["value"]
    own = found["own"]["index"]
    assert own["value"] == pytest.approx((need + 3 * trust) / 4)
    assert own["weighting"] == (
        "Weighted as the survey says: need for each other 25.0 %, trust in each other 75.0 %."
    )
    assert ["Weights of the index", own["weighting"]] in found["own"]["method"]
    alone = found["alone"]["index"]
    assert alone["value"] == pytest.approx(trust)
    assert (
        alone["weighting"] == "Every part that is known counts the same. It leaves out: need for each other."
    )
    assert found["none"]["index"] is None
    assert (
        found["none"]["index_missing"]
        == "The alignment index cannot be told: no component that counts is known."
    )


def test_weights_that_cannot_be_are_told_with_their_place(tmp_path: Path) -> None:
    shop = with_survey(copied(tmp_path / "shop"))
    wrong = (
        "index:\n"
        "  - {part: ned, weight: 2}\n"
        "  - {part: need, weight: -1}\n"
        "  - {part: data, weight: 1}\n"
        "  - {part: data, weight: 2}\n"
    )
    shop.edit("pulse/closeness.yml", "questions:\n", wrong + "questions:\n")
    assert "`weight` is out of bounds\n  pulse/closeness.yml:13:" in shop.tandem("check").err
    shop.edit("pulse/closeness.yml", "weight: -1", "weight: 1")
    assert "`data` is declared twice in `closeness`\n  pulse/closeness.yml:15:" in shop.tandem("check").err
    shop.edit("pulse/closeness.yml", "  - {part: data, weight: 2}\n", "")
    told = shop.tandem("check")
    assert (told.code, told.codes) == (1, ["ALN-111"])
    assert "the index has no part `ned`\n  pulse/closeness.yml:12:" in told.err
    assert "nearest: need" in told.err
    nothing = "".join(f"  - {{part: {part}, weight: 0}}\n" for part in WEIGHTS)
    shop.write("pulse/closeness.yml", SURVEY.replace("questions:\n", f"index:\n{nothing}questions:\n", 1))
    told = shop.tandem("check")
    assert (told.code, told.codes) == (1, ["ALN-111"])
    assert "no part of the index counts\n  pulse/closeness.yml:12:" in told.err


def test_the_charter_names_the_parts_that_there_are() -> None:
    hint = next(
        one
        for one in get_type_hints(Weight, include_extras=True)["part"].__metadata__
        if isinstance(one, Key)
    )
    assert re.findall(r"[a-z]+", hint.help.partition(": ")[2].replace(" or ", ", ")) == list(WEIGHTS)


def answered(shop: Shop, name: str) -> None:
    """A run of the survey in force that 40 people of each side answered, closed."""
    ledger = open_ledger(shop.path("ledger.db"), CHEAP)
    try:
        open_pulse(shop.folder, ledger, MARA, name, "closeness", "", CLOSES, OPENED, OPENED)
        add_answers(ledger, name, [given(side, place) for side in ("marketing", "it") for place in range(40)])
        close_pulse(shop.folder, ledger, MARA, name, OPENED, OPENED)
    finally:
        ledger.close()
