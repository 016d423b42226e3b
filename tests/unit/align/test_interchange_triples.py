"""Triple-S: both ways of several answers, both files of answers, and definitions that lie or attack."""

from pathlib import Path

import pytest

from tandem.align.codebook import Kind
from tandem.align.interchange import read_survey
from tandem.align.interchange.sheet import Imported
from tandem.align.responses import to_answers
from tandem.kernel import Problem, Problems

VARIABLES = """
<variable ident="1" type="single"><name>Q1</name><label>Visits<br/>so far</label><position start="1"/>
  <values><value code="1">First</value><value code="2"><text xml:lang="en-GB">Again</text></value></values></variable>
<variable ident="2" type="multiple"><name>Q2</name><label>Seen</label><position start="2" finish="4"/>
  <values><value code="1">Forest</value><value code="3">Castle</value></values></variable>
<variable ident="3" type="multiple"><name>Q3</name><label>Liked</label><position start="5" finish="8"/>
  <spread subfields="2" width="2"/>
  <values><value code="1">Forest</value><value code="12">Cafe</value></values></variable>
<variable ident="4" type="quantity"><name>Q4</name><label>Miles</label><position start="9" finish="12"/>
  <values><range from="0.0" to="99.9"/></values></variable>
<variable ident="5" type="logical"><name>Q5</name><label>Again?</label><position start="13"/></variable>
<variable ident="6" type="date"><name>Q6</name><label>When</label><position start="14" finish="21"/></variable>
<variable ident="7" type="time"><name>Q7</name><label>At</label><position start="22" finish="27"/>
  <filter>Q5</filter></variable>
<variable ident="8" type="character"><name>Q8</name><label>Words</label><position start="28" finish="37"/>
  <size>10</size></variable>
<variable ident="9" type="quantity" use="weight"><name>W</name><label>Weight</label>
  <position start="38" finish="40"/></variable>
<variable ident="10" type="quantity" use="serial"><name>NO</name><label>Serial</label>
  <position start="41" finish="43"/></variable>
<variable ident="11" type="single" format="literal"><name>Q11</name><label>Land</label>
  <position start="44" finish="45"/>
  <values><value code="DE">Germany</value><value code="FR">France</value></values></variable>
"""
FIXED = [
    "1101 112 1.5020260301081500café      0.5001DE",
    "200000009999" + " " * 25 + "  2002  ",
    "2   " + " " * 23 + "x" * 10 + "1  003FR",
]
CSV = [
    "Q1,Q2,Q3a,Q3b,Q4,Q5,Q6,Q7,Q8,W,NO,Q11",
    '1,101,1,12,1.5,1,20260301,081500,"café, ""good""",0.5,1,DE',
]
ANSWER = {
    "Q1": 1,
    "Q2": [1, 3],
    "Q3": [1, 12],
    "Q4": 1.5,
    "Q6": "2026-03-01",
    "Q7": "08:15:00",
    "Q8": "café",
    "Q11": 1,
}


def definition(variables: str = VARIABLES, record: str = "", head: str = "", encoding: str = "UTF-8") -> str:
    return (
        f'<?xml version="1.0" encoding="{encoding}"?>\n{head}<sss version="2.0"><survey><title>Exit</title>'
        f'<record ident="A" {record}>{variables}</record></survey></sss>'
    )


def read(
    tmp_path: Path, text: str | bytes, lines: list[str], ending: str = "asc", encoding: str = "utf-8"
) -> Imported:
    (tmp_path / "exit.sss").write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    (tmp_path / f"exit.{ending}").write_bytes("\r\n".join([*lines, ""]).encode(encoding))
    return read_survey(tmp_path / "exit.sss")


def problems(tmp_path: Path, text: str | bytes, lines: list[str], **more: str) -> list[Problem]:
    with pytest.raises(Problems) as stopped:
        read(tmp_path, text, lines, **more)
    return list(stopped.value.problems)


@pytest.mark.parametrize("encoding", ["UTF-8", "ISO-8859-1", "windows-1252"])
def test_fixed_lines_of_every_type(tmp_path: Path, encoding: str) -> None:
    told = read(tmp_path, definition(encoding=encoding), FIXED, encoding=encoding)
    first, second, third = to_answers(told.responses)
    assert first == ANSWER | {"Q5": 0}
    assert second == {"Q1": 2, "Q2": [], "Q3": [], "Q4": 9999}
    assert third == {"Q1": 2, "Q8": "x" * 10, "Q11": 2}
    assert told.responses.weight.tolist() == [0.5, 2.0, 1.0]
    book = told.responses.codebook
    assert (book.title, book["Q1"].label, book["Q1"].choices[1].label) == ("Exit", "Visits so far", "Again")
    assert (book["Q5"].kind, book["Q4"].kind) == (Kind.SINGLE, Kind.NUMERIC)
    assert "NO" not in book
    words = " ".join(one.sentence for one in told.notices)
    assert "Q7 was asked only where Q5" in words
    assert "NO numbers the interviews" in words


def test_lines_of_cells_where_a_place_is_a_cell(tmp_path: Path) -> None:
    places = {
        'start="2" finish="4"': 'start="2"',
        'start="5" finish="8"': 'start="3" finish="4"',
        'start="9" finish="12"': 'start="5"',
        'start="13"': 'start="6"',
        'start="14" finish="21"': 'start="7"',
        'start="22" finish="27"': 'start="8"',
        'start="28" finish="37"': 'start="9"',
        'start="38" finish="40"': 'start="10"',
        'start="41" finish="43"': 'start="11"',
        'start="44" finish="45"': 'start="12"',
    }
    text = VARIABLES
    for old, new in places.items():
        text = text.replace(old, new)
    told = read(tmp_path, definition(text, 'format="csv" skip="1"'), CSV, "csv")
    assert to_answers(told.responses) == [ANSWER | {"Q5": 1, "Q8": 'café, "good"'}]
    (short,) = problems(tmp_path, definition(text, 'format="csv" skip="1"'), ["a,b", "1,101"], ending="csv")
    assert (short.code, str(short.place), short.found) == ("ALN-301", "exit.csv:2", "2 cells")


@pytest.mark.parametrize(
    ("line", "place", "found"),
    [
        ("3" + FIXED[0][1:], "exit.asc:2:1", "3"),
        ("1201" + FIXED[0][4:], "exit.asc:2:2", "201"),
        ("1111" + FIXED[0][4:], "exit.asc:2:2", "2"),
        (FIXED[0][:4] + " 113" + FIXED[0][8:], "exit.asc:2:5", "13"),
        (FIXED[0][:4] + " 1xx" + FIXED[0][8:], "exit.asc:2:5", "xx"),
        (FIXED[0][:8] + "1,50" + FIXED[0][12:], "exit.asc:2:9", "1,50"),
        (FIXED[0][:12] + "7" + FIXED[0][13:], "exit.asc:2:13", "7"),
        (FIXED[0][:13] + "01032026" + FIXED[0][21:], "exit.asc:2:14", "01032026"),
        (FIXED[0][:13] + "2026-3-1" + FIXED[0][21:], "exit.asc:2:14", "2026-3-1"),
        (FIXED[0][:43] + "UK", "exit.asc:2:44", "UK"),
        (FIXED[0][:-1], "exit.asc:2", f"{len(FIXED[0]) - 1} characters"),
        (FIXED[0] + "9", "exit.asc:2", f"{len(FIXED[0]) + 1} characters"),
    ],
)
def test_what_does_not_fit_is_told_with_line_and_place(
    tmp_path: Path, line: str, place: str, found: str
) -> None:
    told = problems(tmp_path, definition(), [FIXED[0], line])
    assert (str(told[0].place), told[0].found) == (place, found)


BOMB = '<!ENTITY a0 "haha">' + "".join(f'<!ENTITY a{n} "&a{n - 1};&a{n - 1};">' for n in range(1, 30))


@pytest.mark.parametrize(
    "head",
    [
        f"<!DOCTYPE sss [{BOMB}]>",
        '<!DOCTYPE sss [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE sss [<!ENTITY % x SYSTEM "http://tandem.example/x.dtd"> %x;]>',
    ],
    ids=["bomb", "file", "parameter"],
)
def test_entities_are_refused(tmp_path: Path, head: str) -> None:
    text = definition(VARIABLES.replace("Seen", "&a29;" if "a29" in head else "Seen"), head=head)
    (found,) = problems(tmp_path, text, FIXED)
    assert found.code == "ALN-306"


def test_a_doctype_of_the_standard_is_fine_and_fetches_nothing(tmp_path: Path) -> None:
    head = '<!DOCTYPE sss PUBLIC "-//Triple-S//DTD Survey Interchange v1.2//EN" "http://tandem.example/sss_v12.dtd">\n'
    assert len(read(tmp_path, definition(head=head), FIXED).responses) == 3


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("<sss><survey>", "ALN-301"),
        ("", "ALN-301"),
        ("<html/>", "ALN-307"),
        (definition("", 'format="excel"'), "ALN-307"),
        (definition(VARIABLES.replace('type="logical"', 'type="grid"')), "ALN-307"),
        (definition(VARIABLES.replace('<position start="13"/>', "")), "ALN-307"),
        (definition(VARIABLES.replace('start="2" finish="4"', 'start="4" finish="2"')), "ALN-307"),
        (definition(VARIABLES.replace('start="13"', 'start="-13"')), "ALN-307"),
        (definition(VARIABLES.replace('code="12"', 'code="twelve"')), "ALN-307"),
        (definition(VARIABLES.replace('code="12"', 'code="01"')), "ALN-307"),
        (definition(VARIABLES.replace('code="2"', 'code="1.0"')), "ALN-307"),
        (
            definition(VARIABLES.replace('<range from="0.0"', '<value code="x">?</value><range from="0.0"')),
            "ALN-307",
        ),
        (
            definition(VARIABLES.replace('<value code="1">Forest</value><value code="3">Castle</value>', "")),
            "ALN-307",
        ),
        (definition(VARIABLES.replace("<name>Q2</name>", "<name>q1</name>")), "ALN-307"),
        (definition().replace("</record>", "</record><record ident='B'/>"), "ALN-307"),
        (b'<?xml version="1.0" encoding="utf-13"?><sss/>', "ALN-301"),
    ],
)
def test_definitions_that_cannot_be_used(tmp_path: Path, text: str | bytes, code: str) -> None:
    assert problems(tmp_path, text, FIXED)[0].code == code


def test_a_wrong_definition_is_told_with_its_line(tmp_path: Path) -> None:
    found = problems(tmp_path, definition(VARIABLES.replace('type="logical"', 'type="grid"')), FIXED)
    assert str(found[0].place) == "exit.sss:12"


def test_answers_in_another_encoding_than_told(tmp_path: Path) -> None:
    (tmp_path / "exit.sss").write_text(definition(), encoding="utf-8")
    (tmp_path / "exit.asc").write_bytes(FIXED[0].encode("latin-1"))
    with pytest.raises(Problems, match="not written in utf-8"):
        read_survey(tmp_path / "exit.sss")


def test_the_answers_are_looked_for_beside_the_definition_only(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (tmp_path / "data.asc").write_text(FIXED[0], encoding="utf-8")
    (other / "exit.sss").write_text(definition(record='href="../data.asc"'), encoding="utf-8")
    with pytest.raises(Problems, match=r"not beside it"):
        read_survey(other / "exit.sss")
    (other / "data.asc").write_text(FIXED[0], encoding="utf-8")
    assert len(read_survey(other / "exit.sss").responses) == 1
