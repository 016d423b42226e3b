"""The CSV: what a spreadsheet makes of it, where it may lie, and that it is whole or not there."""

import csv
from pathlib import Path

import company
import pytest
from company import ADA, CAST, DAY, FAY, NOW
from hypothesis import given
from hypothesis import strategies as st

from tandem.charter.definitions import Export
from tandem.deliver.files import Whole, safe_cell, target_of
from tandem.kernel import Problems


@given(st.text())
def test_no_cell_starts_like_a_formula_unless_it_is_a_number(text: str) -> None:
    cell = safe_cell(text)
    assert not cell.startswith(("=", "@", "\t", "\r"))
    assert not cell.startswith(("+", "-")) or all(c.isdigit() or c in ".," for c in cell[1:])
    assert cell.removeprefix("'") == text.removeprefix("'")


@pytest.mark.parametrize("number", ["+442079460000", "-12.50", "12", "+1,5"])
def test_numbers_and_phones_are_left_alone(number: str) -> None:
    assert safe_cell(number) == number


@pytest.mark.parametrize("formula", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1", "+1+cmd"])
def test_formulas_get_an_apostrophe(formula: str) -> None:
    assert safe_cell(formula) == f"'{formula}"


@given(
    st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2), max_size=4)
)
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    target = tmp_path_factory.mktemp("csv") / "out.csv"
    with Whole(target, ["a", "b"]) as sheet:
        for row in rows:
            sheet.add(row)
    with target.open(encoding="utf-8", newline="") as written:
        read = list(csv.reader(written))
    assert read == [["a", "b"], *([safe_cell(cell) for cell in row] for row in rows)]


def test_a_file_that_fails_half_way_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), Whole(tmp_path / "out.csv", ["a"]) as sheet:
        sheet.add([1 / 0])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["../out.csv", "/etc/out.csv", "a/../../out.csv"])
def test_nothing_is_written_outside_the_charter(tmp_path: Path, path: str) -> None:
    with pytest.raises(Problems, match="DLV-020"):
        target_of(tmp_path, Export(path=path, fields=("email",)), NOW, ())


def test_a_link_out_of_the_charter_is_seen_through(tmp_path: Path) -> None:
    home = tmp_path / "charter"
    home.mkdir()
    (home / "exports").symlink_to(tmp_path)
    with pytest.raises(Problems, match="DLV-020"):
        target_of(home, Export(path="exports/out.csv", fields=("email",)), NOW, ())


def test_the_cast_is_exported_once_and_a_newcomer_in_a_file_of_its_own(house) -> None:
    house.campaign = company.FILED
    company.cast_joins(house.engine)
    company.assigned(house.engine, CAST)
    done = house.beat()
    assert (done.exported, done.file) == (3, "exports/winback.2026-06-01T090000.csv")
    path = house.root / str(done.file)
    lines = list(csv.reader(path.open(newline="")))
    assert lines[0] == ["email", "first_name"]
    assert sorted(lines[1:]) == [
        ["1@cast.example", "N1"],
        ["8@cast.example", ""],
        ["gus.new@cast.example", "N7"],
    ]
    assert path.stat().st_mode & 0o077 == 0
    assert house.reasons()[FAY] == "no_address"
    assert house.reasons()[ADA] == "exported"
    before = house.versions()
    assert house.beat().exported == 0
    assert house.versions() == before
    company.people_join(house.engine, [100])
    company.assigned(house.engine, [100])
    assert house.beat().file == "exports/winback.2026-06-01T090000-2.csv"
    assert sorted(p.name for p in path.parent.iterdir()) == [
        "winback.2026-06-01T090000-2.csv",
        "winback.2026-06-01T090000.csv",
    ]


def test_a_folder_that_cannot_be_written_is_a_problem_and_nobody_counts_as_exported(house) -> None:
    house.campaign = company.FILED
    company.people_join(house.engine, [100])
    company.assigned(house.engine, [100])
    (house.root / "exports").write_text("in the way")
    done = house.beat()
    assert [problem.code for problem in done.problems] == ["DLV-022"]
    assert house.reasons() == {100: "deferred"}
    (house.root / "exports").unlink()
    assert house.beat(NOW + DAY).exported == 1


def test_a_foreign_file_is_never_overwritten(house) -> None:
    house.campaign = company.FILED
    company.people_join(house.engine, [100])
    company.assigned(house.engine, [100])
    foreign = house.root / "exports" / "winback.2026-06-01T090000.csv"
    foreign.parent.mkdir()
    foreign.write_text("mine")
    assert [problem.code for problem in house.beat().problems] == ["DLV-021"]
    assert foreign.read_text() == "mine"
