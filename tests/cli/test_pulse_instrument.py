"""The survey as a file: written once, found by check, shown as each side is asked, in force without a widening."""

import pytest
from cli.shop import APPLIED, Shop

FILE = "pulse/alignment.yml"


@pytest.fixture
def surveyed(shop: Shop) -> Shop:
    assert shop.tandem("pulse", "init").code == 0
    return shop


def test_it_is_written_once(shop: Shop) -> None:
    assert "no survey" in shop.tandem("pulse", "list").out
    assert shop.tandem("pulse", "init", "--json").json == {"instrument": "alignment", "file": FILE}
    before = shop.path(FILE).read_bytes()
    again = shop.tandem("pulse", "init")
    assert again.code == 1
    assert again.codes == ["ALN-110"]
    assert shop.path(FILE).read_bytes() == before
    assert shop.tandem("check").code == 0


def test_another_name_is_another_instrument(surveyed: Shop) -> None:
    assert surveyed.tandem("pulse", "init", "team").code == 0
    found = surveyed.tandem("pulse", "list", "--json").json["instruments"]
    assert [one["name"] for one in found] == ["alignment", "team"]
    assert found[0]["minutes"] == {"": 25, "company": 22, "short": 10}
    assert found[0]["smallest_group"] == 5


@pytest.mark.parametrize("name", ["Team", "../team", "a\nb", "x" * 61])
def test_a_name_that_is_none_writes_nothing(shop: Shop, name: str) -> None:
    ended = shop.tandem("pulse", "init", name)
    assert ended.code == 1
    assert ended.codes[0] == "CHR-114"
    assert not shop.path("pulse").exists()


def test_it_is_shown_as_each_side_is_asked(surveyed: Shop) -> None:
    marketing = surveyed.tandem("pulse", "show", "--side", "marketing").out
    it = surveyed.tandem("pulse", "show", "--side", "it").out
    assert "Does marketing need to align with IT and work with it?" in marketing
    assert "Does IT need to align with marketing and work with it?" in it
    assert "MKT_PRIORITIES  " in marketing
    assert "MKT_PRIORITIES  " not in it
    assert "{" not in marketing + it


def test_the_whole_says_who_is_asked_what_and_when(surveyed: Shop) -> None:
    whole = surveyed.tandem("pulse", "show", "alignment").out
    assert "multiple, at most 5; only marketing; in random order" in whole
    assert "if NEED is 1" in whole
    assert "guesses DIGITAL_LEAD" in whole
    assert "(only IT)" in whole


def test_json_has_names_codes_and_fingerprints(surveyed: Shop) -> None:
    sheet = surveyed.tandem("pulse", "show", "--form", "short", "--side", "it", "--json").json
    assert sheet["estimated_minutes"].keys() == {"it"}
    assert sheet["estimated_minutes"]["it"] <= 10
    by_name = {one["question"]: one for one in sheet["questions"]}
    assert [one["code"] for one in by_name["NEED"]["choices"]] == [1, 2]
    rows = {one["name"] for one in by_name["FRUSTRATION"]["variables"]}
    assert "FRUSTRATION_STANDARDS" in rows
    assert "FRUSTRATION_SLOW" not in rows
    assert all(len(one["variables"][0]["fingerprint"]) == 16 for one in sheet["questions"])


def test_surveyjs_is_one_document(surveyed: Shop) -> None:
    model = surveyed.tandem("pulse", "show", "--format", "surveyjs").json
    assert model["pages"][0]["elements"][0]["name"] == "S_FUNCTION"


@pytest.mark.parametrize(
    ("words", "code"), [(("nothing",), "CHR-200"), (("alignment", "--form", "shrot"), "ALN-102")]
)
def test_what_is_not_there_is_told(surveyed: Shop, words: tuple[str, ...], code: str) -> None:
    ended = surveyed.tandem("pulse", "show", *words)
    assert ended.code == 1
    assert ended.codes == [code]


def test_a_figure_that_nobody_published_is_found_by_check(surveyed: Shop) -> None:
    surveyed.edit(FILE, "item: No need}", "item: No nede}")
    ended = surveyed.tandem("check")
    assert ended.code == 1
    assert ended.codes == ["ALN-101"]
    assert "nearest: No need" in ended.err
    assert f"{FILE}:" in ended.err


def test_a_changed_survey_widens_nothing(surveyed: Shop) -> None:
    assert surveyed.tandem("apply", "--yes", "--now", APPLIED).code == 0
    surveyed.edit(FILE, "anonymous: true", "anonymous: false")
    plan = surveyed.tandem("plan", "--json").json
    assert [(one["part"], one["name"], one["change"]) for one in plan["edits"]] == [
        ("pulse", "alignment", "changed")
    ]
    assert plan["widenings"] == []
    assert [one["stage"] for one in plan["stages"]] == ["PutInForce"]
    assert surveyed.tandem("apply", "--yes", "--now", APPLIED).code == 0
