"""SPSS files: what ReadStat reads of ours, and what we say of files that are broken or say strange things."""

import sys
from datetime import datetime
from pathlib import Path

import numpy as np
import pyreadstat
import pytest
from surveys import in_this_process

from tandem.align.codebook import Choice, Codebook, Kind, Variable
from tandem.align.interchange import Book, read_survey, spss, write_survey
from tandem.align.interchange.sav import Written, WrittenSet, sav_bytes
from tandem.align.interchange.spss import read_sav
from tandem.align.responses import from_answers, to_answers
from tandem.kernel import Problems

pytestmark = pytest.mark.usefixtures("_in_this_process")
NOW = datetime(2026, 3, 1, 8)
CODES = tuple(Choice(code, label) for code, label in [(1, "Nein"), (2, "Jä"), (3, "日本語" * 10)])
BOOK = Codebook(
    "pulse",
    "Wie nah?",
    (
        Variable(
            "NEED", "NEED", Kind.SINGLE, "Braucht es das?", (*CODES, Choice(-9, "weiß nicht", missing=True))
        ),
        Variable("TOOLS", "TOOLS", Kind.MULTIPLE, "Womit — täglich?", (Choice(4, "Mail"), Choice(11, "Wäb"))),
        Variable("IDEA", "IDEA", Kind.OPEN, "Idee"),
    ),
)
ANSWERS = [
    {"NEED": 2, "TOOLS": [11], "IDEA": "ü" * 400},
    {"NEED": -9, "TOOLS": [], "IDEA": "short"},
    {"IDEA": "x" * 255 + "y" * 255 + "z"},
]
WEIGHTS = np.array([0.5, 1.5, 1 / 3])


@pytest.fixture
def _in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process for each of some hundred files would take a minute."""
    monkeypatch.setattr(spss, "in_a_child", in_this_process)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    (file, _), _ = write_survey(from_answers(BOOK, ANSWERS, WEIGHTS), tmp_path, "pulse", "sav", NOW)
    return file


def test_an_independent_reader_finds_labels_sets_missing_codes_and_long_texts(written: Path) -> None:
    columns, about = pyreadstat.read_sav(str(written), output_format="dict", user_missing=True)
    assert columns["NEED"] == [2.0, -9.0, None]
    assert columns["TOOLS__4"] == [0.0, 0.0, None]
    assert columns["TOOLS__11"] == [1.0, 0.0, None]
    assert columns["IDEA"] == [one["IDEA"] for one in ANSWERS]
    assert columns["WEIGHT"] == WEIGHTS.tolist()
    assert about.column_names_to_labels["NEED"] == "Braucht es das?"
    assert about.variable_value_labels["NEED"][3.0] == "日本語" * 10
    assert about.missing_ranges == {"NEED": [{"lo": -9.0, "hi": -9.0}]}
    assert about.mr_sets["TOOLS"]["variable_list"] == ["TOOLS__4", "TOOLS__11"]
    assert (about.mr_sets["TOOLS"]["is_dichotomy"], about.mr_sets["TOOLS"]["counted_value"]) == (True, 1)
    assert (about.file_label, about.file_encoding, about.number_rows) == ("Wie nah?", "UTF-8", 3)


def test_the_file_is_saved_weighted_and_that_is_read(written: Path) -> None:
    raw = written.read_bytes()
    assert (
        int.from_bytes(raw[76:80], "little")
        == 4 + -(-(255 + 1) // 8) * 3 - (32 * 3 - sum(_elements(800))) + 0
    )
    assert read_survey(written).responses.weight.tolist() == WEIGHTS.tolist()


def _elements(width: int) -> list[int]:
    """The elements of 8 bytes that the segments of a text of this width take, by the published rule."""
    segments = -(-width // 252)
    widths = [255] * (segments - 1) + [width - 252 * (segments - 1)]
    return [-(-one // 8) for one in widths]


def test_a_file_cut_off_anywhere_is_a_problem_or_whole_never_shorter(written: Path, tmp_path: Path) -> None:
    raw = written.read_bytes()
    cut = tmp_path / "cut.sav"
    for size in [*range(0, len(raw), 97), len(raw) - 1]:
        cut.write_bytes(raw[:size])
        with pytest.raises(Problems, match="ALN-301"):
            read_sav(cut)


@pytest.mark.parametrize("raw", [b"", b"PK\3\4", b"$FL2" + bytes(300), b"\0" * 500])
def test_what_is_no_sav(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "a.sav").write_bytes(raw)
    with pytest.raises(Problems, match="ALN-301"):
        read_sav(tmp_path / "a.sav")
    with pytest.raises(Problems, match="ALN-301"):
        read_sav(tmp_path / "none.sav")


def test_bytes_turned_over_never_end_in_a_traceback(
    written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library ends its process on some such files, so these are read as people's files are: in a child."""
    monkeypatch.undo()
    raw, rng = written.read_bytes(), np.random.default_rng(5)
    for place in rng.integers(0, len(raw), 8).tolist():
        other = bytearray(raw)
        other[place] ^= int(rng.integers(1, 256))
        (tmp_path / "b.sav").write_bytes(other)
        try:
            read_sav(tmp_path / "b.sav")
        except Problems:
            continue


def test_a_child_that_ends_over_a_file_is_a_problem(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert to_answers(read_sav(written).responses) == ANSWERS
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(Problems, match="the reader of such files stopped"):
        read_sav(written)


def test_a_codebook_that_does_not_fit_the_file(written: Path) -> None:
    less = Codebook("p", "", (Variable("NEED", "NEED", Kind.SINGLE, "?", CODES[:1]),))
    with pytest.raises(Problems) as stopped:
        read_survey(written, Book(less))
    assert [(one.code, one.found) for one in stopped.value.problems] == [("ALN-302", "2"), ("ALN-302", "-9")]
    assert "row 1" in stopped.value.problems[0].sentence


def test_what_a_sav_cannot_hold_is_told(tmp_path: Path) -> None:
    absent = tuple(Choice(code, "no", missing=True) for code in (0, 5, 6, 7))
    book = Codebook(
        "p",
        "P",
        (
            Variable("A", "A", Kind.SINGLE, "a" * 300, (Choice(3, "b" * 130), *absent), mirror="swap"),
            Variable("B", "B", Kind.MULTIPLE, "b", (Choice(1, "x"), Choice(2, "y", missing=True))),
            Variable("C", "C", Kind.OPEN, "c"),
        ),
    )
    _, notices = write_survey(from_answers(book, [{"C": "blank "}]), tmp_path, "p", "sav", NOW)
    assert {one.code for one in notices} == {"ALN-309"}
    told = " ".join(one.sentence for one in notices)
    assert all(
        word in told for word in ("labels are cut", "takes three", "B: ", "blanks at the end", "mirrors")
    )


def made(tmp_path: Path, *variables: Written, sets: tuple[WrittenSet, ...] = (), weight: str = "") -> Path:
    (tmp_path / "made.sav").write_bytes(sav_bytes("", variables, sets, weight, NOW))
    return tmp_path / "made.sav"


def cells(*values: float | str | None) -> np.ndarray:
    texts = any(isinstance(value, str) for value in values)
    return np.array(
        values if texts else [np.nan if one is None else one for one in values], object if texts else float
    )


def test_missing_ranges_reach_the_codes_that_occur(tmp_path: Path) -> None:
    read = read_sav(
        made(tmp_path, Written("z", "Z", cells(-9, 1.5, 999, None, -0.5), missing=(999,), span=(-99, -0.1)))
    )
    variable = read.responses.codebook["Z"]
    assert (variable.kind, variable.missing) == (Kind.NUMERIC, (-9, 999))
    assert read.responses.base("Z").tolist() == [False, True, False, False, False]
    assert read.responses.columns["Z"].tolist()[:3] == [-9.0, 1.5, 999.0]
    assert [one.code for one in read.notices] == ["ALN-308"]


def test_a_number_with_labels_for_some_values_keeps_all(tmp_path: Path) -> None:
    single = Written("grade", "Grade", cells(1, 2, 7), labels={1.0: "good", 2.0: "bad"})
    scale = Written("years", "Years", cells(1, 2, 7), labels={7.0: "seven or more"}, measure=3)
    read = read_sav(made(tmp_path, single, scale))
    assert [choice.label for choice in read.responses.codebook["GRADE"].choices] == ["good", "bad", "7"]
    assert read.responses.codebook["YEARS"].kind is Kind.NUMERIC
    assert len(read.notices) == 2


def test_names_that_are_none_here_are_changed_and_told_apart(tmp_path: Path) -> None:
    names = ["q1", "@q1", "Größe.2", "_x", "#2"]
    read = read_sav(made(tmp_path, *(Written(name, name, cells(1)) for name in names)))
    assert [one.name for one in read.responses.codebook.variables] == ["Q1", "Q1_2", "GROSSE_2", "X", "V_2"]


def test_a_weight_below_nothing_is_a_problem(tmp_path: Path) -> None:
    file = made(tmp_path, Written("w", "W", cells(1, -2)), Written("a", "A", cells(1, 2)), weight="w")
    with pytest.raises(Problems, match="the weight"):
        read_sav(file)
    assert read_sav(file, weight="a").responses.weight.tolist() == [1.0, 2.0]


def test_a_set_of_ticks_only_is_told_as_doubtful(tmp_path: Path) -> None:
    members = [Written("m1", "Mail", cells(1, None)), Written("m2", "Web", cells(None, None))]
    read = read_sav(made(tmp_path, *members, sets=(WrittenSet("tools", "Tools", ("m1", "m2")),)))
    assert to_answers(read.responses) == [{"TOOLS": [1]}, {}]
    assert [choice.label for choice in read.responses.codebook["TOOLS"].choices] == ["Mail", "Web"]
    assert "not answered" in read.notices[0].sentence
