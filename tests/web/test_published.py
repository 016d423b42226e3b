"""The published studies as pages: both sides, interval and adjusted p where it is known who was asked, conflicts."""

import re

import pytest
from web.served import Browser

from tandem.align import waves
from tandem.align.figures import figures

EVERY = [(wave, one.id) for wave in waves() for one in figures(wave)]


def address(wave: str, question: str = "") -> str:
    return f"/agree/published?wave={wave}" + (f"&question={question}" if question else "")


def test_a_wave_lists_its_questions_and_the_gaps_that_can_be_tested(marketer: Browser) -> None:
    page = marketer.json("/agree/published")
    assert page["title"] == "The published study of 2012"
    assert [one[1:] for one in page["tabs"]] == [["2010", False], ["2012", True], ["2014", False]]
    rows = {row[0]: row for row in page["chart"]["table"]["rows"]}
    assert rows["Alignment: Yes, needed"] == [
        "Alignment: Yes, needed",
        "-21.0 points",
        "-27.8 points",
        "-13.7 points",
    ]
    assert not [name for name in rows if "Europe" in name or "Point 1" in name or "No need" in name]
    links = page["table"]["links"]
    assert address("2012", "OBSTACLES") in links
    assert marketer.json(address("2014"))["chart"] is None


def test_figure_1_in_full(marketer: Browser) -> None:
    page = marketer.json(address("2012", "NEED"))
    yes = page["table"]["rows"][0]
    assert yes[:7] == ["Yes, needed", "56 %", "77 %", "64 %", "-21 points", "-27.8 to -13.7", "< 0.001"]
    assert yes[8] == "holds"
    assert page["table"]["n"] == "405 CMOs, 252 CIOs"
    text = marketer.get(address("2012", "NEED")).text
    assert "Accenture newsroom Aug 2013 has 57, Disconnect report 56" in text
    assert "Figure 1 of the report" in text


def test_figure_5_with_the_midpoint_kept_apart(marketer: Browser) -> None:
    page = marketer.json(address("2012", "MKTIT_PRIORITY"))
    assert page["points"]["rows"][0] == ["CMO", "5", "18", "41", "29", "7", "36", "23", "64", "100"]
    assert page["points"]["rows"][1][-1] == "101"
    assert [row[0] for row in page["scale"]["table"]["rows"]] == ["CMO", "CIO", "both"]


def test_figure_8_tells_the_order_of_the_lists_and_no_p(marketer: Browser) -> None:
    page = marketer.json(address("2012", "OBSTACLES"))
    assert {tuple(row[5:8]) for row in page["table"]["rows"]} == {("not tested",) * 3}
    assert page["gaps"] is None
    assert page["places"]["rows"][0] == ["Marketing bypasses IT and works with the vendor", "8", "2", "+6"]
    text = marketer.get(address("2012", "OBSTACLES")).text
    for told in (
        "tau-b 0.587, Spearman 0.697",
        "0.8522 at p 0.9 and 0.7434 at p 0.7",
        "2 of 11 items would differ",
    ):
        assert told in text


@pytest.mark.parametrize(("wave", "question"), EVERY)
def test_no_p_stands_where_the_number_of_people_is_not_published(
    marketer: Browser, wave: str, question: str
) -> None:
    (known,) = [one for one in figures(wave) if one.id == question]
    page = marketer.json(address(wave, question))
    for row, one in zip(page["table"]["rows"], known.rows, strict=True):
        both = one.cmo and one.cio and one.cmo.n and one.cio.n and one.statistic == "percent"
        assert both or not any(re.search(r"0\.\d", cell) for cell in row[5:8]), row


def test_what_is_to_be_minded_about_single_items_stands_there(marketer: Browser) -> None:
    text = marketer.get(address("2012", "FRUSTRATION")).text
    assert "Marketing makes promises without IT agreement: The CMO figure is published in words" in text
    text = marketer.get(address("2012", "OBSTACLES")).text
    assert text.count("The number of people asked is not published, so the gap is not tested.") == 1


def test_pictures_come_with_their_tables_and_files(marketer: Browser) -> None:
    text = marketer.get(address("2012", "PREPARED")).text
    assert text.count("<svg") == 4
    assert "The same as a table" in text
    csv = marketer.get(address("2012", "PREPARED") + "&export=items.csv")
    assert csv.status_code == 200
    assert b"Feels prepared" in csv.content


@pytest.mark.parametrize(
    ("path", "code"), [(address("2013"), "ALN-001"), (address("2012", "NEEED"), "ALN-003")]
)
def test_what_is_not_published_names_what_is(marketer: Browser, path: str, code: str) -> None:
    page = marketer.get(path)
    assert page.status_code in (404, 422)
    assert code in page.text
