"""Survey files of other tools: what stands in their bytes comes back, with counts, labels and weights.

Expected values are taken by hand from the fixed lines, from the bytes, or by another reader than ours.
"""

import csv
import struct
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pyreadstat
import pytest
from machine import shared_data

from tandem.align.codebook import Kind
from tandem.align.interchange import Book, read_book, read_survey
from tandem.align.responses import Responses, to_answers

pytestmark = [pytest.mark.real, pytest.mark.shared]

MASCULINITY = """\
name: masculinity
title: What men think it means to be a man
weight: weight
variables:
  - name: Q0001
    kind: single
    label: How masculine or manly do you feel?
    column: q0001
    choices:
      1: Very masculine
      2: Somewhat masculine
      3: Not very masculine
      4: Not at all masculine
      9: No answer
  - name: Q0004
    kind: multiple
    label: Where did you get your idea of what it means to be a good man?
    columns:
      1: q0004_0001
      2: q0004_0002
      3: q0004_0003
      4: q0004_0004
      5: q0004_0005
      6: q0004_0006
    choices:
      1: Father or father figure(s)
      2: Mother or mother figure(s)
      3: Other family members
      4: Pop culture
      5: Friends
      6: Other (please specify)
"""
SUSHI = ("shrimp", "sea eel", "tuna", "squid", "sea urchin", "salmon roe", "egg", "fatty tuna", "tuna roll")


def survey(name: str) -> Path:
    folder = shared_data()
    assert folder is not None
    return folder / "surveys" / name


def labels(responses: Responses, name: str) -> dict[int, str]:
    return {choice.code: choice.label for choice in responses.codebook[name].choices}


def test_a_sav_of_plain_types() -> None:
    """The labels stand in the bytes as length and text, the values 1 and 2 before them as eight bytes."""
    file = survey("pyreadstat_sample.sav")
    raw = file.read_bytes()
    assert struct.pack("<d", 1.0) + b"\x04Male" in raw
    assert struct.pack("<d", 2.0) + b"\x06Female" in raw
    read = read_survey(file)
    assert labels(read.responses, "MYLABL") == {1: "Male", 2: "Female"}
    assert labels(read.responses, "MYORD") == {1: "low", 2: "medium", 3: "high"}
    assert read.responses.columns["MYLABL"].tolist() == [1, 2, 1, 2, 1]
    answers = to_answers(read.responses)
    assert [one.get("MYDATE") for one in answers] == [
        "2018-05-06",
        "1880-05-06",
        "1960-01-01",
        "1583-01-01",
        None,
    ]
    assert [one.get("MYTIME") for one in answers] == ["10:10:10", "23:10:10", "00:00:00", "16:10:10", None]
    assert answers[0]["DTIME"] == "2018-05-06T10:10:10"
    assert read.notices == ()


def test_a_sav_with_missing_codes_and_ranges() -> None:
    file = survey("pyreadstat_sample_missing.sav")
    told = read_survey(file).responses
    assert told.codebook["MYORD"].missing == (-3, -2, -1)
    assert told.codebook["MYNUM"].missing == (-1, 2500)
    kept, _ = pyreadstat.read_sav(str(file), output_format="dict")
    for name in ("mynum", "mylabl", "myord"):
        assert told.base(name.upper()).tolist() == [value is not None for value in kept[name]]


def test_a_sav_with_both_kinds_of_sets() -> None:
    """One set counts the ones of three variables; the other holds categories, in whichever variable they stand."""
    file = survey("pyreadstat_simple_alltypes.sav")
    assert b"$mymrset=D1 1 24 My multiple response set bool1 bool2 bool3" in file.read_bytes()
    told = read_survey(file).responses
    raw, _ = pyreadstat.read_sav(str(file), output_format="dict", user_missing=True)
    for code, name in [(1, "bool1"), (2, "bool2"), (3, "bool3")]:
        assert np.nansum(told.column("MYMRSET", code)) == sum(value == 1 for value in raw[name])
    assert labels(told, "MYMRSET") == {1: "Response #1", 2: "Response #2", 3: "Response #3"}
    rows = zip(*(raw[f"ca_subvar_{place}"] for place in (1, 2, 3)), strict=True)
    expected = [{"abcd".index(letter) + 1 for letter in row} for row in rows]
    assert [set(one["CATEGORICAL_ARRAY"]) for one in to_answers(told)] == expected
    assert (told.codebook["X"].missing, told.codebook["Z"].missing) == ((7, 8, 99), (-9, 999))
    assert told.columns["Y"].tolist()[:4] == ["2000-01-01", "2000-01-02", "1950-12-24", "1776-07-04"]


def test_triple_s_of_fixed_width_with_both_ways_of_several_answers() -> None:
    """Line 1: visits 2; attractions 1, 3, 9; favourites 1 and 9; 12 miles; again; within 3 months; weight 1.4."""
    read = read_survey(survey("sample-1.sss"), weight="Q99")
    assert to_answers(read.responses) == [
        {"Q1": 2, "Q2": [1, 3, 9], "Q3": "Amusement Park", "Q4": [1, 9], "Q5": 12, "Q6": 1, "Q7": 1},
        {"Q1": 3, "Q2": [2], "Q4": [2], "Q5": 999, "Q6": 1, "Q7": 3},
        {"Q1": 2, "Q2": [1, 4, 9], "Q3": '"Marco\'s" Restaurant', "Q4": [4, 9], "Q5": 58, "Q6": 0},
    ]
    assert read.responses.weight.tolist() == [1.4, 0.9, 0.7]
    assert read.responses.codebook.title == "Historic House Exit Survey First Wave"
    assert labels(read.responses, "Q4")[3] == '"Friar Tuck" Restaurant'
    assert labels(read.responses, "Q7")[2] == "Between 3 months and 1 year"


def test_triple_s_in_utf_16_names_a_data_file_of_another_machine() -> None:
    file = survey("sample-4.sss")
    lines = survey("sample-4.asc").read_text().split()
    told = read_survey(file).responses
    days = Counter(int(line[9]) for line in lines)
    assert Counter(told.columns["WEEKDAY"].tolist()) == days
    assert told.columns["TYPTEL"].tolist() == [int(line[10]) for line in lines]
    assert told.columns["FOYER"].tolist() == list(range(1, 11))
    assert labels(told, "WEEKDAY")[7] == "Sunday"
    assert labels(told, "TYPTEL") == {1: "Fixed", 2: "Mobile"}


def test_masculinity_by_labels_weighted() -> None:
    file = survey("masculinity_raw_responses.csv")
    read = read_survey(file, read_book("masculinity.codebook.yml", MASCULINITY))
    told, weight = read.responses, read.responses.weight
    shares = [100 * weight[told.columns["Q0001"] == code].sum() / weight.sum() for code in (1, 2, 3, 4, 9)]
    assert [round(share, 1) for share in shares] == [37.2, 46.5, 11.0, 4.7, 0.6]
    assert len(told) == 1615
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    for code in range(1, 7):
        ticked = sum(row[f"q0004_000{code}"] != "Not selected" for row in rows)
        assert told.column("Q0004", code).sum() == ticked
    by_label: dict[str, float] = defaultdict(float)
    for row in rows:
        by_label[row["q0001"]] += float(row["weight"])
    assert [by_label[label] for label in labels(told, "Q0001").values()] == pytest.approx(
        [weight[told.columns["Q0001"] == code].sum() for code in (1, 2, 3, 4, 9)]
    )
    assert [one.code for one in read.notices] == ["ALN-308"]


def test_sushi_as_one_question_of_ranks() -> None:
    names = (*SUSHI, "cucumber roll")
    columns = "".join(f"      {code}: {name}\n" for code, name in enumerate(names, start=1))
    text = f"name: sushi\nvariables:\n  - name: SUSHI\n    kind: rank\n    columns:\n{columns}    choices:\n{columns}"
    book: Book = read_book("sushi.codebook.yml", text)
    told = read_survey(survey("sushi_rankings.csv"), book).responses
    assert (len(told), told.codebook["SUSHI"].kind) == (5000, Kind.RANK)
    means = {name: told.column("SUSHI", code).mean() for code, name in enumerate(names, start=1)}
    assert (round(means["fatty tuna"], 3), round(means["cucumber roll"], 3)) == (3.111, 8.014)
    places = np.array([told.column("SUSHI", code) for code in range(1, 11)])
    assert (np.sort(places, axis=0) == np.arange(1, 11)[:, None]).all()
