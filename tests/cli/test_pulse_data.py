"""Answers from other tools become a closed pulse, and closed pulses become files, on the command line."""

import csv
import stat
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pyreadstat
import pytest
from cli.shop import NOW, Ended, Shop, copied
from pulses import with_survey

from tandem.align.responses import Responses, to_answers
from tandem.kernel import Problems
from tandem.ledger import Answer, AnswerState, Pulse, open_ledger
from tandem.usecases import export_pulse
from tandem.usecases.pulse_answers import GivenAnswer, add_answers, responses

HEADER = "S_FUNCTION,S_TITLE,NEED,DRIVERS__1,DRIVERS__2,DRIVERS__3,DRIVERS__4,DRIVERS__9,IDEAS"
LEVELS = """label: Another}
      - {code: 3, label: Chief}
      - {code: 4, label: Head}
  - question: NEED"""
BOOK = """\
name: elsewhere
title: Asked elsewhere
weight: w
variables:
  - name: DEPT
    kind: single
    choices: {1: Brand, 2: Systems, 3: Sales}
  - name: NEED
    kind: single
    choices: {1: Yes, 2: No, 9: {label: Don't know, missing: true}}
  - name: IDEAS
    kind: open
"""


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop with the survey in force."""
    return with_survey(copied(tmp_path_factory.mktemp("first") / "shop"), 2525)


@pytest.fixture
def shop(first: Shop, tmp_path: Path) -> Shop:
    return first.copy(tmp_path / "shop")


def elsewhere(shop: Shop, rows: int = 6, *more: str, name: str = "elsewhere") -> Ended:
    """A survey of another tool with so many of each department is brought in."""
    lines = ["DEPT,NEED,IDEAS,w"]
    lines += [f"{dept},{1 + row % 2},idea {row},{0.5 * dept}" for dept in (1, 2, 3) for row in range(rows)]
    shop.write("other.csv", "\n".join(lines))
    shop.write("other.codebook.yml", BOOK)
    told = ("--group", "dept", "--map", "Brand=marketing,2=it")
    return shop.tandem("pulse", "import", name, str(shop.path("other.csv")), *told, "--now", NOW, *more)


def held(shop: Shop, name: str) -> Responses:
    ledger = open_ledger(shop.path("ledger.db"))
    try:
        return responses(ledger, name)
    finally:
        ledger.close()


def exported(shop: Shop, name: str, kind: str, *more: str, role: str = "analyst") -> Ended:
    out = ("--out", str(shop.path("out")))
    return shop.tandem("--as", role, "pulse", "export", name, "--format", kind, *out, "--now", NOW, *more)


def sorted_answers(found: Responses) -> list[str]:
    return sorted(map(str, to_answers(found)))


def test_a_survey_from_elsewhere_is_a_closed_weighted_pulse(shop: Shop) -> None:
    told = elsewhere(shop, 6, "--json").json
    assert (told["rows"], told["neither"], told["weighted"], told["notices"]) == (
        {"marketing": 6, "it": 6},
        6,
        True,
        [],
    )
    found = held(shop, "elsewhere")
    assert len(found) == 12
    assert set(found.of("marketing").weight) == {0.5}
    assert set(found.of("it").weight) == {1.0}
    assert found.codebook["NEED"].missing == (9,)
    status = shop.tandem("pulse", "status", "elsewhere", "--json", "--now", NOW)
    assert status.code == 0, status.err
    assert "Asked elsewhere" in shop.tandem("pulse", "status", "elsewhere", "--now", NOW).out
    assert elsewhere(shop).codes == ["LDG-120"]


def test_a_survey_from_elsewhere_has_results_and_breaks_no_page_of_agree(shop: Shop, tmp_path: Path) -> None:
    assert elsewhere(shop, rows=12).code == 0
    found = shop.tandem("pulse", "results", "elsewhere", "--json", "--now", NOW)
    assert found.code == 0, found.err
    assert "NEED" in found.out
    assert "Brought in from a file" in found.out
    for kind in ("xlsx", "html"):
        report = ("pulse", "report", "elsewhere", "--format", kind, "--out", str(tmp_path / f"r.{kind}"))
        assert shop.tandem(*report, "--now", NOW).code == 0
    for page in ("telemetry", "scorecard"):
        assert shop.tandem("agree", page, "--json", "--now", NOW).code == 0


def test_a_survey_from_elsewhere_has_results_like_any_other(shop: Shop) -> None:
    elsewhere(shop, 20)
    ended = shop.tandem("pulse", "results", "elsewhere", "--now", NOW)
    assert ended.code == 0, ended.err
    assert "20 people of marketing and 20 people of IT" in ended.out
    assert shop.tandem("pulse", "clean", "elsewhere").code == 0


def test_answers_to_a_survey_of_the_charter_come_in_by_its_own_names(shop: Shop) -> None:
    rows = ["1,1,Yes,1,0,1,0,0,ours", "IT,1,2,,,,,,theirs"]
    table = [row for row in rows for _ in range(4)]
    codes = {"DRIVERS_RANK__1": "", "DRIVERS_RANK__2": "", "DRIVERS_RANK__3": "", "DRIVERS_RANK__4": ""}
    instrument = held_columns(shop)
    names = HEADER.split(",")
    lines = [",".join(instrument)]
    for row in table:
        cells = dict(zip(names, row.split(","), strict=True)) | codes
        lines.append(",".join(cells.get(name, "") for name in instrument))
    shop.write("answers.csv", "\n".join(lines))
    ended = shop.tandem(
        "pulse", "import", "paper", str(shop.path("answers.csv")), "--instrument", "closeness", "--now", NOW
    )
    assert ended.code == 0, ended.err
    found = held(shop, "paper")
    assert (len(found.of("marketing")), len(found.of("it"))) == (4, 4)
    assert to_answers(found.of("marketing"))[0] == {
        "S_FUNCTION": 1,
        "S_TITLE": 1,
        "NEED": 1,
        "DRIVERS": [1, 3],
        "IDEAS": "ours",
    }
    assert elsewhere(shop, 6, "--instrument", "closenes").codes == ["ALN-201"]


def held_columns(shop: Shop) -> tuple[str, ...]:
    """The columns of the survey, as a run of it that nobody answered has them."""
    opened = ("--instrument", "closeness", "--closes", "2026-03-31", "--now", NOW)
    assert shop.tandem("pulse", "open", "empty", *opened).code == 0
    return held(shop, "empty").codebook.columns


@pytest.mark.parametrize(("kind", "file"), [("csv", "csv"), ("sav", "sav"), ("triple-s", "sss")])
def test_what_is_exported_comes_in_again_the_same(shop: Shop, kind: str, file: str) -> None:
    elsewhere(shop)
    ended = exported(shop, "elsewhere", kind, "--texts", "--json")
    assert ended.code == 0, ended.err
    files = [Path(one) for one in ended.json["files"]]
    assert [stat.S_IMODE(one.stat().st_mode) for one in files] == [0o600] * len(files)
    again = shop.tandem("pulse", "import", "again", str(shop.path("out") / f"elsewhere.{file}"), "--now", NOW)
    assert again.code == 0, again.err
    before, after = held(shop, "elsewhere"), held(shop, "again")
    assert before.codebook == after.codebook
    assert sorted_answers(before) == sorted_answers(after)
    assert sorted(before.weight) == sorted(after.weight)


def test_what_people_wrote_is_left_out_unless_asked_for(shop: Shop) -> None:
    elsewhere(shop)
    ended = exported(shop, "elsewhere", "sav")
    assert "IDEAS" in ended.out
    columns, about = pyreadstat.read_sav(str(shop.path("out") / "elsewhere.sav"), output_format="dict")
    assert sorted(columns) == ["DEPT", "NEED", "WEIGHT"]
    assert about.variable_value_labels["DEPT"] == {1.0: "marketing", 2.0: "it", 3.0: "Sales"}


def test_single_answers_are_for_few_and_every_try_is_noted(shop: Shop) -> None:
    elsewhere(shop)
    elsewhere(shop, 4, name="few")
    opened = ("--instrument", "closeness", "--closes", "2026-03-31", "--now", NOW)
    assert shop.tandem("pulse", "open", "running", *opened).code == 0
    assert exported(shop, "elsewhere", "csv", role="marketer").codes == ["ALN-313"]
    assert exported(shop, "few", "csv").codes == ["ALN-315"]
    assert exported(shop, "running", "csv").codes == ["ALN-314"]
    assert exported(shop, "elsewhere", "xls").codes == ["ALN-316"]
    assert exported(shop, "nothing", "csv").codes == ["LDG-121"]
    assert not shop.path("out").exists()
    assert exported(shop, "elsewhere", "csv").code == 0
    noted = shop.tandem("--as", "privacy", "audit", "list", "--kind", "export", "--json").json
    text = str(noted)
    assert text.count("refused") >= 3
    assert "export elsewhere as csv" in text


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        (("Bad Name", "other.csv"), ["ALN-200"]),
        (("x", "none.csv"), ["ALN-305"]),
        (("x", "other.xls"), ["ALN-310"]),
        (("x", "other.csv"), ["ALN-312"]),
        (("x", "other.csv", "--group", "NEED", "--map", "1=sales"), ["ALN-312"]),
        (("x", "other.csv", "--group", "DEPT", "--map", "1=marketing"), ["ALN-312"]),
        (("x", "other.csv", "--group", "NEED", "--map", "1=marketing,9=it"), ["ALN-312"]),
        (("x", "other.csv", "--group", "NOWHERE"), ["ALN-311"]),
        (("x", "other.csv", "--weight", "nothing"), ["ALN-303"]),
        (("x", "other.csv", "--codebook", "none.yml"), ["ALN-301"]),
    ],
)
def test_what_cannot_be_brought_in_keeps_nothing(
    shop: Shop, words: tuple[str, ...], codes: list[str]
) -> None:
    elsewhere(shop)
    name, file, *more = words
    ended = shop.tandem("pulse", "import", name, str(shop.path(file)), *more, "--now", NOW)
    assert (ended.code, ended.codes) == (1, codes)
    pulses = shop.tandem("pulse", "status", "--json", "--now", NOW).json["pulses"]
    assert [one["pulse"]["name"] for one in pulses] == ["elsewhere"]


def test_a_survey_comes_in_whole_or_not_at_all(shop: Shop) -> None:
    """The process ends among the answers: neither they nor the pulse are there, and its name is free."""
    ledger = open_ledger(shop.path("ledger.db"))
    at = datetime(2026, 3, 1)
    pulse = Pulse("elsewhere", "closeness", "", "f", "", True, "ada", at, at, at, "ada")
    good = Answer("", "elsewhere", "it", AnswerState.COMPLETE, {"NEED": 1}, day=at.date())
    with pytest.raises(Exception, match="not JSON serializable"):
        ledger.open_pulse(pulse, [good, replace(good, answers={"NEED": object()})])
    with pytest.raises(Problems, match="LDG-121"):
        ledger.pulse("elsewhere")
    ledger.open_pulse(pulse, [good, good])
    assert len(ledger.answers("elsewhere")) == 2
    ledger.close()


def described(shop: Shop, levels: Mapping[str, Sequence[int]], *more: str) -> Ended:
    """Closed answers with the level of each person of each side, exported."""
    shop.edit("pulse/closeness.yml", "label: Another, screen_out: true}\n  - question: NEED", LEVELS)
    assert shop.tandem("apply", "--yes", "--now", NOW).code == 0
    opened = ("--instrument", "closeness", "--closes", "2026-03-31", "--now", NOW)
    assert shop.tandem("pulse", "open", "levels", *opened).code == 0
    ledger = open_ledger(shop.path("ledger.db"))
    said = [
        GivenAnswer(
            side,
            {"S_FUNCTION": 1 if side == "marketing" else 2, "S_TITLE": level, "NEED": 1},
            datetime(2026, 3, 2).date(),
        )
        for side, found in levels.items()
        for level in found
    ]
    add_answers(ledger, "levels", said)
    ledger.close()
    assert shop.tandem("pulse", "close", "levels", "--now", NOW).code == 0
    return exported(shop, "levels", "csv", "--json", *more)


def levels_of(shop: Shop) -> Counter[tuple[str, str]]:
    with shop.path("out/levels.csv").open(newline="") as file:
        return Counter((row["S_FUNCTION"], row.get("S_TITLE", "-")) for row in csv.DictReader(file))


def test_what_people_said_of_themselves_is_left_out_unless_asked_for(shop: Shop) -> None:
    ended = described(shop, {"marketing": [1] * 8 + [3], "it": [1] * 6})
    assert ended.code == 0, ended.err
    assert "S_TITLE" in ended.json["left_out"]
    assert levels_of(shop) == {("1", "-"): 9, ("2", "-"): 6}


def test_a_rare_profile_is_blank_and_never_alone(shop: Shop) -> None:
    """The smallest group of this survey is 3. One level of one person: the next fewest are blank with it."""
    ended = described(shop, {"marketing": [1] * 8 + [3, 4, 4, 4], "it": [1] * 6 + [3] * 4}, "--profile")
    assert ended.code == 0, ended.err
    assert ended.json["blanked"] == 4
    assert levels_of(shop) == {("1", "1"): 8, ("1", ""): 4, ("2", "1"): 6, ("2", "3"): 4}


def test_files_are_their_owners_before_anything_is_in_them(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes: list[int] = []

    def wrote(_: Responses, folder: Path, *rest: object) -> None:
        modes.extend(stat.S_IMODE(one.stat().st_mode) for one in folder.iterdir())
        raise PermissionError(13, "Permission denied")

    elsewhere(shop)
    shop.write("out/elsewhere.sss", "of an earlier export")
    monkeypatch.setattr(export_pulse, "write_survey", wrote)
    assert exported(shop, "elsewhere", "triple-s").codes == ["RUN-007"]
    assert modes == [0o600] * 3


def test_a_map_that_is_none_is_misuse(shop: Shop) -> None:
    assert shop.tandem("pulse", "import", "x", "a.csv", "--map", "1").code == 2
