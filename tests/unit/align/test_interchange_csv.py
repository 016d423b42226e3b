"""A CSV file by its codebook: codes or labels, every wrong cell told with its place, and nothing for a sheet to run."""

import csv
from pathlib import Path

import numpy as np
import pytest

from tandem.align.codebook import Choice, Codebook, Kind, Variable
from tandem.align.interchange import Book, book_beside, grouped, read_book, read_survey, write_survey
from tandem.align.interchange.csv import write_csv
from tandem.align.responses import from_answers, to_answers
from tandem.kernel import Problem, Problems

BOOK = """\
name: pulse
title: Our pulse
group: SIDE
weight: w
variables:
  - name: SIDE
    kind: single
    label: Where do you work?
    column: dept
    choices: {1: Marketing, 2: IT, 9: {label: Elsewhere, missing: true}}
  - name: TOOLS
    kind: multiple
    columns: {1: tool_mail, 2: tool_web}
    choices: {1: Mail, 2: Web}
  - name: ORDER
    kind: rank
    choices: {1: Data, 2: Trust}
  - name: SPEND
    kind: numeric
    choices: {-1: {label: Refused, missing: true}}
  - name: IDEA
    kind: open
    asked_of: [it]
"""
HEADER = "dept,tool_mail,tool_web,ORDER__1,ORDER__2,SPEND,IDEA,w\n"


def read(tmp_path: Path, text: str | bytes, book: str = BOOK):
    file = tmp_path / "pulse.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    (tmp_path / "pulse.codebook.yml").write_text(book, encoding="utf-8")
    return read_survey(file, book_beside(file))


def problems(tmp_path: Path, text: str | bytes, book: str = BOOK) -> list[Problem]:
    with pytest.raises(Problems) as stopped:
        read(tmp_path, text, book)
    return list(stopped.value.problems)


def test_cells_hold_codes_or_labels(tmp_path: Path) -> None:
    told = read(
        tmp_path,
        HEADER + "1,1,0,1,2,3.5,,2\nit,Mail,not selected,,,refused,'=x,0.5\n  MARKETING ,,,,1,-1,,1\n",
    )
    assert to_answers(told.responses) == [
        {"SIDE": 1, "TOOLS": [1], "ORDER": {"1": 1, "2": 2}, "SPEND": 3.5},
        {"SIDE": 2, "TOOLS": [1], "SPEND": -1, "IDEA": "=x"},
        {"SIDE": 1, "ORDER": {"2": 1}, "SPEND": -1},
    ]
    assert told.responses.weight.tolist() == [2.0, 0.5, 1.0]
    assert told.notices == ()


@pytest.mark.parametrize("mark", [";", "\t"])
def test_other_marks_part_cells_too(tmp_path: Path, mark: str) -> None:
    text = (HEADER + "1,1,0,1,2,3.5,,2\n").replace(",", mark)
    assert to_answers(read(tmp_path, "\ufeff" + text).responses)[0]["SIDE"] == 1


def test_every_wrong_cell_is_told_with_its_place(tmp_path: Path) -> None:
    found = problems(tmp_path, HEADER + "4,1,0,1,2,1,,1\n1,2,0,3,1,one,,-1\n")
    assert {(one.code, str(one.place), one.found) for one in found} == {
        ("ALN-302", "pulse.csv:2:1", "4"),
        ("ALN-302", "pulse.csv:3:2", "2"),
        ("ALN-302", "pulse.csv:3:4", "3"),
        ("ALN-302", "pulse.csv:3:6", "one"),
        ("ALN-302", "pulse.csv:3:8", "-1"),
    }


def test_very_many_wrong_cells_are_counted(tmp_path: Path) -> None:
    found = problems(tmp_path, HEADER + "4,1,0,1,2,1,,1\n" * 80)
    assert len(found) == 51
    assert found[-1].sentence.startswith("30 more")


def test_a_line_of_another_length_is_told(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, HEADER + "1,1,0,1,2,3.5,,2\n1,1,0\n")
    assert (found.code, str(found.place), found.found) == ("ALN-301", "pulse.csv:3:4", "3 cells")


def test_a_cell_over_two_lines_does_not_move_places(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, HEADER + '1,1,0,1,2,3.5,"two\nlines",2\n7,,,,,,,1\n')
    assert str(found.place) == "pulse.csv:4:1"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (HEADER.encode() + b"1,,,,,,caf\xe9,1\n", "pulse.csv:2:11"),
        (b"\xff\xfed\0e\0p\0t\0", "pulse.csv:1:1"),
        (HEADER + '1,,,,,,"open,1\n', "pulse.csv:2"),
        ("", "pulse.csv:1"),
        ("dept,DEPT\n1,1\n", "pulse.csv:1"),
    ],
    ids=["latin-1", "utf-16", "open quote", "empty", "twice"],
)
def test_what_is_no_csv_of_utf8(tmp_path: Path, text: str | bytes, place: str) -> None:
    (found,) = problems(tmp_path, text)
    assert (found.code, str(found.place)) == ("ALN-301", place)


def test_a_column_that_is_not_there_and_one_that_nobody_named(tmp_path: Path) -> None:
    found = problems(tmp_path, HEADER.replace("tool_web", "tool_wed") + "1,,,,,,,1\n")
    assert [(one.code, one.found, one.nearest) for one in found] == [("ALN-303", "tool_web", "tool_wed")]
    told = read(tmp_path, HEADER.replace("w\n", "w,who\n") + "1,,,,,,,1,Ada\n")
    assert [(one.code, "who" in one.sentence) for one in told.notices] == [("ALN-308", True)]


def test_items_that_are_empty_beside_others_count_as_not_ticked_and_that_is_told(tmp_path: Path) -> None:
    told = read(tmp_path, HEADER + "1,1,,,,,,1\n1,0,0,,,,,1\n1,,,,,,,1\n")
    assert [one.get("TOOLS") for one in to_answers(told.responses)] == [[1], [], None]
    assert [one.code for one in told.notices] == ["ALN-308"]


def test_a_file_that_marks_ticks_only_cannot_tell_who_was_asked(tmp_path: Path) -> None:
    told = read(tmp_path, HEADER + "1,x,,,,,,1\n1,,,,,,,1\n")
    assert [one.get("TOOLS") for one in to_answers(told.responses)] == [[1], None]
    assert "not answered" in told.notices[0].sentence


def test_without_a_codebook_a_csv_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("A\n1\n")
    with pytest.raises(Problems, match="ALN-305"):
        read_survey(tmp_path / "a.csv", book_beside(tmp_path / "a.csv"))
    with pytest.raises(Problems, match="ALN-310"):
        read_survey(tmp_path / "a.xls")


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("kind: rank", "kind: ranks", "ALN-304", 16),
        ("name: ORDER", "name: order", "ALN-304", 15),
        ("asked_of: [it]", "asked_of: [finance]", "ALN-304", 21),
        ("group: SIDE", "group: SIZE", "ALN-304", 3),
        ("{1: Data, 2: Trust}", "[Data, Trust]", "ALN-304", 17),
        ("{1: Data, 2: Trust}", "{one: Data}", "ALN-304", 17),
        ("columns: {1: tool_mail", "columns: {3: tool_mail", "ALN-304", 13),
        ("title: Our pulse", "titel: Our pulse", "ALN-304", 2),
        ("missing: true}}\n  - name: TOOLS", "missing: maybe}}\n  - name: TOOLS", "ALN-304", 10),
        ("name: pulse\n", "name: [\n", "CHR-002", 3),
    ],
)
def test_a_codebook_that_is_wrong_is_told_by_line(old: str, new: str, code: str, line: int) -> None:
    assert BOOK.count(old) == 1
    with pytest.raises(Problems) as stopped:
        read_book("pulse.codebook.yml", BOOK.replace(old, new))
    found = stopped.value.problems[0]
    assert (found.code[:3], found.place.line) == (code[:3], line)


def test_a_codebook_may_be_json() -> None:
    text = '{"name": "p", "variables": [{"name": "A", "kind": "single", "choices": {"1": "Yes", "2": "No"}}]}'
    with pytest.raises(Problems, match="whole number"):
        read_book("p.json", text.replace('"1"', '"one"'))
    assert read_book("p.json", text).codebook["A"].choices == (Choice(1, "Yes"), Choice(2, "No"))


def test_no_cell_is_run_by_a_spreadsheet(tmp_path: Path) -> None:
    texts = ["=HYPERLINK(1)", "+1+1", "-1", "@x", "\tx", " =x", "'=x", "fine", "＝x"]
    book = Codebook("p", "P", (Variable("A", "A", Kind.OPEN, "a"),))
    survey = from_answers(book, [{"A": text} for text in texts])
    write_csv(survey, tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        cells = [row[0] for row in csv.reader(file)][1:]
    assert cells == ["'=HYPERLINK(1)", "'+1+1", "-1", "'@x", "'\tx", "' =x", "''=x", "fine", "'＝x"]
    assert to_answers(read_survey(tmp_path / "a.csv", Book(book, weight="WEIGHT")).responses) == to_answers(
        survey
    )


def test_a_variable_called_weight_keeps_its_name(tmp_path: Path) -> None:
    book = Codebook("p", "P", (Variable("WEIGHT", "WEIGHT", Kind.NUMERIC, "Kilograms"),))
    survey = from_answers(book, [{"WEIGHT": 70}], np.array([2.0]))
    (file, *_), _ = write_survey(survey, tmp_path, "p", "csv", None)
    again = read_survey(file, book_beside(file)).responses
    assert (again.weight.tolist(), again.columns["WEIGHT"].tolist()) == ([2.0], [70.0])


def test_sides_are_told_by_code_label_or_text(tmp_path: Path) -> None:
    survey = read(tmp_path, HEADER + "1,,,,,,a,1\n2,,,,,,b,1\n9,,,,,,,1\n").responses
    by_code = grouped(survey, "side", {"1": "it", "it": "marketing"})
    assert [len(by_code.of(side)) for side in ("marketing", "it")] == [1, 1]
    by_text = grouped(survey, "IDEA", {"a": "marketing", "b": "it"})
    assert by_text.side("it").tolist() == [False, True, False]
    for variable, names in [
        ("NONE", {}),
        ("TOOLS", {}),
        ("SIDE", {"7": "it"}),
        ("SIDE", {"1": "it", "2": "it"}),
    ]:
        with pytest.raises(Problems, match="ALN-311"):
            grouped(survey, variable, names)
