"""Wrong input: a clear problem with the file's name, nothing lost, the rest goes on."""

import gzip
import json
import os
from collections.abc import Callable, Iterator

import pytest
from unit.collect.arrivals import HEADER, NOW, House, balanced, charter, till

from tandem.collect import list_quarantine
from tandem.engine import open_engine

GOOD = "1,2026-01-05T10:00:00Z,sale,C1,ada@x.example,10.50,north,2,yes"
NEXT = GOOD.replace("1,", "2,", 1)


def codes(house: House) -> list[tuple[str, str]]:
    """(level, code) of what waits."""
    return [(row[0], row[1]) for row in house.waiting()]


BROKEN_ROWS = {
    "no key": (",2026-01-05,sale,,,1,,,", "COL-101", "no", None),
    "no time": ("9,,sale,,,1,,,", "COL-102", "at", None),
    "no such day": ("9,2026-02-30,sale,,,1,,,", "COL-103", "at", "2026-02-30"),
    "next year": ("9,2027-02-03,sale,,,1,,,", "COL-104", "at", "2027-02-03"),
    "required": ("9,2026-01-05,sale,,,,,,", "COL-105", "total", None),
    "words for money": ("9,2026-01-05,sale,,,ten,,,", "COL-106", "total", "ten"),
    "too exact": ("9,2026-01-05,sale,,,1.23456,,,", "COL-106", "total", "1.23456"),
    "not a number": ("9,2026-01-05,sale,,,NaN,,,", "COL-106", "total", "NaN"),
    "scientific": ("9,2026-01-05,sale,,,1e2,,,", "COL-106", "total", "1e2"),
    "half an item": ("9,2026-01-05,sale,,,1,,1.5,", "COL-106", "items", "1.5"),
    "a space": ("9,2026-01-05,sale,,,1,, 1,", "COL-106", "items", " 1"),
    "too little": ("9,2026-01-05,sale,,,-0.01,,,", "COL-107", "total", "-0.01"),
    "too much": ("9,2026-01-05,sale,,,1000.01,,,", "COL-107", "total", "1000.01"),
    "unknown store": ("9,2026-01-05,sale,,,1,west,,", "COL-108", "store", "west"),
    "too short": ("9,2026-01-05,sale", "COL-100", None, "fewer columns than the header"),
    "too long": ("9,2026-01-05,sale,,,1,,,,more", "COL-100", None, "more columns than the header"),
    "loose quote": (
        '9,2026-01-05,sale,,"a"b,1,,,',
        "COL-100",
        None,
        "a quote that is not closed, or text behind a closed one",
    ),
}


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house that took one file with every broken row between two good ones."""
    root = tmp_path_factory.mktemp("broken")
    with open_engine("duckdb", str(root / "lake"), threads=1) as engine:
        house = House(root, engine, charter(till=till()))
        house.till(GOOD, *(text for text, *_ in BROKEN_ROWS.values()), NEXT)
        taken = house.take()
        assert (taken.rows_landed, taken.rows_quarantined) == (2, len(BROKEN_ROWS))
        assert balanced(taken)
        yield house
        house.ledger.close()


@pytest.mark.parametrize("row", BROKEN_ROWS)
def test_a_broken_row_waits_with_its_reason(broken: House, row: str) -> None:
    text, code, path, found = BROKEN_ROWS[row]
    line = 3 + list(BROKEN_ROWS).index(row)
    (waits,) = [one for one in list_quarantine(broken.engine) if one.line == line]
    assert (waits.level, waits.code, waits.path, waits.found) == ("row", code, path, found)
    assert waits.file == "till.csv"
    assert waits.expected
    kept = json.loads(waits.payload or "")
    assert kept == text if isinstance(kept, str) else kept["no"] in (None, "9")


TORN = {
    "torn last row": "3,2026-01-0",
    "unclosed quote at the end": '3,2026-01-05,sale,C1,"ada@x',
}


@pytest.mark.parametrize("tail", TORN)
def test_a_torn_last_row_waits_and_the_others_land(house: House, tail: str) -> None:
    house.write("till.csv", f"{HEADER}\n{GOOD}\n{NEXT}\n{TORN[tail]}")
    taken = house.take()
    assert (taken.rows_landed, taken.rows_quarantined) == (2, 1)
    assert house.rows("quarantine", "payload") == [(json.dumps(TORN[tail]),)]


def test_an_unclosed_quote_amid_the_file_takes_no_other_row_with_it(house: House) -> None:
    torn = '9,2026-01-05,sale,C1,"ada,1,,,'
    house.write("till.csv", f'{HEADER}\n{GOOD}\n{torn}\n{NEXT}\n3,2026-01-05,sale,,"a@b",1,west,,\n8,x')
    taken = house.take()
    assert (taken.rows_landed, taken.rows_quarantined) == (2, 3)
    assert sorted((row[5], row[1]) for row in house.waiting()) == [
        (3, "COL-100"),
        (5, "COL-108"),
        (6, "COL-100"),
    ]
    assert json.dumps(torn) in {payload for (payload,) in house.rows("quarantine", "payload")}


def test_lines_of_a_file_that_follows_others(house: House) -> None:
    house.till("9,x", name="till_1.csv")
    house.write("till_2.csv", f"{HEADER}\n{GOOD}".replace("ada", "adé").encode("latin-1"))
    house.till(GOOD, "9,,sale,,,1,,,", name="till_3.csv")
    house.till("9,2026-01-05,sale,,,,,,", name="till_4.csv")
    house.take()
    assert [(row[1], row[4], row[5]) for row in house.waiting()] == [
        ("COL-003", "till_2.csv", None),
        ("COL-100", "till_1.csv", 2),
        ("COL-102", "till_3.csv", 3),
        ("COL-105", "till_4.csv", 2),
    ]


def test_lines_are_right_after_broken_and_many_line_rows(house: House) -> None:
    house.till(GOOD, "9,x", '3,2026-01-05,sale,,"a\nb",1,west,,', NEXT, "9,,sale,,,1,,,")
    house.take()
    assert [(row[1], row[5]) for row in house.waiting()] == [("COL-100", 3), ("COL-102", 6), ("COL-108", 4)]


def test_no_file(house: House) -> None:
    (problem,) = house.take().problems
    assert problem.code == "COL-001"
    assert "till*.csv*" in problem.sentence


FILES = {
    "no bytes": (b"", "COL-004"),
    "latin-1": (f"{HEADER}\n{GOOD}\n{NEXT}".replace("ada", "adé").encode("latin-1"), "COL-003"),
    "latin-1 header": (f"{HEADER},größe\n{GOOD},1\n".encode("latin-1"), "COL-003"),
    "no required column": (b"no,type,total\n1,sale,2\n", "COL-006"),
    "a column twice": (f"{HEADER},no\n{GOOD},1\n".encode(), "COL-005"),
    "not gzip": (b"no gzip at all", "COL-002"),
    "torn gzip": (gzip.compress((f"{HEADER}\n" + f"{GOOD}\n" * 9_999).encode())[:-200], "COL-002"),
}


def test_files_that_cannot_be_read_do_not_stop_the_others(house: House) -> None:
    names = {}
    for number, (file, (content, code)) in enumerate(FILES.items()):
        name = f"till_{number}.csv.gz" if "gzip" in file else f"till_{number}.csv"
        house.write(name, content)
        names[name] = code
    house.till(GOOD, name="till_good.csv")
    taken = house.take()
    assert taken.rows_landed == 1
    assert {str(problem.place): problem.code for problem in taken.problems} == names
    assert {(row[0], row[4], row[1]) for row in house.waiting()} == {("file", *one) for one in names.items()}
    assert {one.file for one in taken.files if one.rows_read is None} == set(names)
    assert house.take().batch_id is None


def test_a_corrected_file_is_read_and_its_entry_settled(house: House) -> None:
    house.write("till.csv", b"")
    house.take()
    house.till(GOOD)
    assert house.take().rows_landed == 1
    assert house.rows("quarantine_outcomes", "outcome", "detail") == [("replayed", "the file was read")]


def test_an_optional_column_that_vanished_is_told(house: House) -> None:
    house.write("till.csv", "no,at,type,total\n1,2026-01-05,sale,3\n")
    taken = house.take()
    assert taken.rows_landed == 1
    (problem,) = taken.problems
    assert problem.code == "COL-006"
    assert "store" in problem.sentence


def test_unknown_fields_are_kept_out_and_told(house: House) -> None:
    house.write("till.csv", f"{HEADER},colour\n{GOOD},red\n")
    (problem,) = house.take().problems
    assert (problem.code, "colour" in problem.sentence) == ("COL-007", True)


def test_another_encoding_is_read_as_agreed(build: Callable[..., House]) -> None:
    house = build(
        till=till().replace("format: csv", "format: csv, encoding: cp1252").replace("[north", "[nörth")
    )
    house.write("till.csv", f"{HEADER}\n{GOOD}".replace("north", "nörth").encode("cp1252"))
    house.take()
    assert house.rows("event_purchase", "store") == [("nörth",)]


def test_not_the_agreed_encoding_that_python_reads(build: Callable[..., House]) -> None:
    house = build(till=till().replace("format: csv", "format: csv, encoding: utf-16"))
    house.write("till.csv", f"{HEADER}\n{GOOD}\n{GOOD}")
    assert [problem.code for problem in house.take().problems] == ["COL-003"]


def test_header_only_is_no_problem(house: House) -> None:
    house.till()
    taken = house.take()
    assert (taken.problems, taken.rows_read) == ((), 0)


def test_a_file_that_goes_while_its_batch_is_open(house: House) -> None:
    house.till(GOOD)
    house.ledger.plan_batch("till", {"till.csv": "x", "till_gone.csv": "y"}, NOW)
    taken = house.take()
    assert taken.problems[0].code == "COL-010"
    assert taken.rows_landed == 1


def test_freeze_takes_nothing_from_a_file_that_differs(build: Callable[..., House]) -> None:
    house = build(till=till("freeze"))
    house.till(GOOD, "9,2026-01-05,sale,,,x,,,", name="till_1.csv")
    house.till(NEXT, name="till_2.csv")
    house.write("till_3.csv", f"{HEADER},colour\n{GOOD},red\n")
    taken = house.take()
    assert taken.rows_landed == 1
    assert codes(house) == [("file", "COL-009")] * 2
    assert {problem.place.file for problem in taken.problems if problem.place} == {"till_1.csv", "till_3.csv"}


def test_drop_value_lands_the_row_and_keeps_the_value(build: Callable[..., House]) -> None:
    house = build(till=till("drop_value"))
    house.till(
        "1,2026-01-05,sale,,,1,west,x,", "2,2026-01-05,sale,,,x,north,1,", "3,2026-01-05,refund,,,1,west,,"
    )
    taken = house.take()
    assert (taken.rows_landed, taken.rows_quarantined) == (2, 1)
    assert house.rows("event_purchase", "store", "items") == [(None, None)]
    assert house.waiting() == [
        ("row", "COL-106", "total", "x", "till.csv", 3),
        ("value", "COL-106", "items", "x", "till.csv", 2),
        ("value", "COL-108", "store", "west", "till.csv", 2),
    ]


def test_evolve_makes_columns_of_new_fields(build: Callable[..., House]) -> None:
    house = build(till=till("evolve"))
    house.till(GOOD)
    house.take()
    house.write("till_2.csv", f"{HEADER},Colour,batch_id\n{NEXT},red,7\n")
    taken = house.take()
    assert [problem.code for problem in taken.problems] == ["COL-011"]
    table = house.engine.catalogue["event_purchase"]
    (other,) = [name for name in table.names if name.startswith("batch_id_")]
    assert house.rows("event_purchase", "amount", "colour", other) == [
        (house.rows("event_purchase", "amount")[0][0], "red", "7"),
        (house.rows("event_purchase", "amount")[0][0], None, None),
    ]
    assert table.column("colour").label == "personal"
    house.till(GOOD.replace("1,", "5,", 1), name="till_3.csv")
    assert house.take().rows_landed == 1


def test_a_last_line_without_an_end_is_told(house: House) -> None:
    """It may be whole or cut off: a file cut in its last cell looks like any other row."""
    whole = f"{HEADER}\n{GOOD}"
    for name, content in (("a", f"{whole}\n"), ("b", whole), ("c", f"{whole}\r\n")):
        house.write(f"till_{name}.csv", content)
    told = [(str(one.place), one.code) for one in house.take().problems if one.code == "COL-012"]
    assert told == [("till_b.csv", "COL-012")]


def test_what_is_neither_file_nor_folder_is_told(house: House) -> None:
    house.till(GOOD, name="till_good.csv")
    (house.root / "till_gone.csv").symlink_to(house.root / "nowhere.csv")
    os.mkfifo(house.root / "till_pipe.csv")
    taken = house.take()
    assert taken.rows_landed == 1
    assert [(str(one.place), one.code) for one in taken.problems] == [
        ("till_gone.csv", "COL-002"),
        ("till_pipe.csv", "COL-002"),
    ]
