"""The published figures load, carry their flags, and agree with themselves."""

import re
from collections import defaultdict
from importlib.resources import files

import pytest

from tandem.align import Flag, load, waves
from tandem.align.published import COLUMNS, Group, Statistic, read
from tandem.kernel import Problems

HEAD = ",".join(COLUMNS)


def test_all_rows_of_three_waves_load():
    assert len(load()) == 214
    assert waves() == ("2010-cmo-council", "2012", "2014")
    assert load() is load()


@pytest.mark.parametrize(
    ("wave", "question", "item", "group", "flags", "rounding"),
    [
        ("2012", "NEED", "Yes, needed", "CMO", set(), 0.5),
        ("2012", "NEED", "Alignment is important", "CMO", {Flag.CONFLICT}, 0.5),
        ("2012", "FRUSTRATION", "Marketing makes promises without IT agreement", "CIO", {Flag.APPROX}, 5),
        ("2012", "TECH_SHARE", "More than 30% of budget", "both", {Flag.LOWER_BOUND}, None),
        (
            "2012",
            "CSUITE_IMPROVED",
            "Marketing among C-suite functions by improvement",
            "CIO",
            {Flag.DERIVED},
            None,
        ),
        (
            "2012",
            "MULTICHANNEL",
            "Siloed technology, hard to use over several channels",
            "CMO",
            {Flag.DERIVED},
            1,
        ),
        ("2010-cmo-council", "PREPARED", "Very prepared", "CIO", {Flag.BASE_AT_LEAST}, 0.5),
    ],
)
def test_notes_become_flags(wave, question, item, group, flags, rounding):
    (figure,) = [
        figure
        for figure in load()
        if (figure.wave, figure.question_id, figure.item, figure.group) == (wave, question, item, group)
    ]
    assert figure.flags == flags
    assert figure.rounding == rounding
    assert figure.to_dict()["flags"] == sorted(str(flag) for flag in flags)


def test_pooled_rows_are_the_means_weighted_by_people():
    sides: dict[tuple[str, str], dict[Group, float]] = defaultdict(dict)
    for figure in load():
        usable = figure.statistic is Statistic.PERCENT and Flag.CONFLICT not in figure.flags
        if figure.wave == "2012" and usable:
            sides[figure.question_id, figure.item][figure.group] = figure.value
    pooled = [group for group in sides.values() if len(group) == 3]
    assert len(pooled) == 7
    for group in pooled:
        mean = (405 * group[Group.CMO] + 252 * group[Group.CIO]) / 657
        assert mean == pytest.approx(group[Group.BOTH], abs=1)


def test_notes_point_to_publications_not_to_places_on_a_disk():
    text = (files("tandem.align") / "data" / "published.csv").read_text(encoding="utf-8")
    assert not re.search(r"\.\./|https?:|[a-z]/\d{3}|stored", text)
    assert all(figure.source and figure.question for figure in load())


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("2012,Report,NEED,Needed?,Yes,CTO,percent,50,100,", "CTO"),
        ("2012,Report,NEED,Needed?,Yes,CMO,share,50,100,", "share"),
        ("2012,Report,NEED,Needed?,Yes,CMO,percent,150,100,", "0..100"),
        ("2012,Report,NEED,Needed?,Yes,CMO,percent,nan,100,", "0..100"),
        ("2012,Report,NEED,Needed?,Yes,CMO,rank,1.5,100,", "rank"),
        ("2012,Report,NEED,Needed?,Yes,CMO,percent,50,0,", "base"),
        ("2012,,NEED,Needed?,Yes,CMO,percent,50,100,", "source is empty"),
        ("2012,Report,NEED,Needed?", "10 values"),
        ("2012,Report,NEED,Needed?,Yes,CMO,percent,50,100,note,more", "10 values"),
    ],
)
def test_a_broken_line_is_named(line, sentence):
    with pytest.raises(Problems) as caught:
        read([HEAD + "\n", line + "\n", line + "\n"], "figures.csv")
    first, second = caught.value.problems
    assert (str(first.place), str(second.place)) == ("figures.csv:2", "figures.csv:3")
    assert sentence in first.sentence


@pytest.mark.parametrize("lines", [[], ["wave,source\n"], ["\n"]])
def test_a_file_of_something_else_is_refused(lines):
    with pytest.raises(Problems) as caught:
        read(lines, "figures.csv")
    assert caught.value.problems[0].code == "ALN-002"
