"""Whatever a form says is what stands in the file afterwards, and nobody's comment is lost on the way."""

import random
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.charter import files
from tandem.charter.definitions import (
    Ago,
    All,
    Audience,
    AudienceCondition,
    Campaign,
    Channel,
    Comparison,
    Condition,
    Definition,
    DidCondition,
    DidMeasure,
    Export,
    FieldType,
    Goal,
    Message,
    Not,
    Operator,
    SqlCondition,
    Test,
    Trait,
    TraitCondition,
    TraitOperator,
)
from tandem.charter.definitions import (
    Any as AnyOf,
)
from tandem.charter.edit import merged, reading, rewritten, typed
from tandem.charter.loader import TraitFile
from tandem.charter.matching import NAMING
from tandem.charter.plain import plain, share_text
from tandem.charter.writing import written

ROOT = Path(__file__).resolve().parents[2]
CHARTERS = [
    ROOT / "tests/projects/shop",
    ROOT / "src/tandem/demo/charter",
    ROOT / "src/tandem/charter/template",
]
FILES = {
    f"{folder.parent.name}/{folder.name}/{name}": (name, text)
    for folder in CHARTERS
    for name, text in files(folder).items()
    if name.endswith(".yml")
}

NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True) | st.sampled_from(
    ["yes", "null", "on", "true", "y"]
)
MARKS = " \t\n:#-?,[]{}&*!|>'\"%@`~=<.\\aé\u00a0\u2028\x85\x01\ufeff🙂0"
TEXTS = (
    st.text(max_size=30)
    | st.text(alphabet=MARKS, max_size=12)
    | st.sampled_from(
        [
            "",
            "300",
            "1.5",
            "2026-06-01",
            "90 days ago",
            "a: b",
            "a #b",
            "- x",
            "? x",
            "yes",
            "~",
            "0x1F",
            "1_000",
            "=",
            "<<",
        ]
    )
)
SPANS = st.builds(timedelta, seconds=st.integers(1, 10**6)) | st.builds(
    timedelta, days=st.integers(1, 36_525)
)
MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1))
DAYS = st.dates(date(1900, 1, 1), date(2200, 1, 1))
NUMBERS = st.integers(-(2**62), 2**62) | st.decimals(-(10**12), 10**12, places=4)
ONE = {
    Operator.IS,
    Operator.IS_NOT,
    Operator.AT_LEAST,
    Operator.AT_MOST,
    Operator.MORE_THAN,
    Operator.LESS_THAN,
}
ONE |= {Operator.CONTAINS, Operator.STARTS_WITH}


@st.composite
def any_tests(draw: st.DrawFn) -> Test:
    """A comparison that the loader can have read: behind after and before there are moments."""
    operator = draw(st.sampled_from(Operator))
    plain_values = TEXTS | NUMBERS | st.booleans() | DAYS | MOMENTS
    moments = (
        DAYS | MOMENTS | st.builds(lambda n: Ago(timedelta(days=n), f"{n} days ago"), st.integers(1, 999))
    )
    match operator:
        case Operator.KNOWN:
            values = (draw(st.booleans()),)
        case Operator.AFTER | Operator.BEFORE:
            values = (draw(moments),)
        case Operator.BETWEEN:
            values = (draw(moments | NUMBERS), draw(moments | NUMBERS))
        case Operator.IN | Operator.NOT_IN:
            values = tuple(draw(st.lists(plain_values, min_size=1, max_size=4)))
        case _:
            values = (draw(plain_values),)
    return Test(operator=operator, values=values)


@st.composite
def comparisons(draw: st.DrawFn) -> Comparison:
    test = draw(any_tests())
    return Comparison(field=draw(NAMES), operator=test.operator, values=test.values)


STATEMENTS = st.sampled_from(
    [
        "SELECT person_id FROM event_purchase",
        "SELECT person_id\nFROM event_purchase\nWHERE category = 'it''s' -- a: #1",
        "WITH a AS (\n  SELECT person_id FROM profile\n\n)\nSELECT person_id FROM a",
    ]
)


@st.composite
def leaves(draw: st.DrawFn) -> Condition:
    kind = draw(st.sampled_from(["trait", "did", "audience", "sql"]))
    if kind == "sql":
        return SqlCondition(sql=draw(STATEMENTS))
    if kind == "audience":
        return AudienceCondition(audience=draw(NAMES))
    test = draw(any_tests())
    if kind == "trait":
        return TraitCondition(trait=draw(NAMES), operator=test.operator, values=test.values)
    measure = draw(st.sampled_from(DidMeasure))
    of = draw(NAMES) if measure is DidMeasure.SUM else None
    within, where = draw(st.none() | SPANS), tuple(draw(st.lists(comparisons(), max_size=2)))
    if draw(st.booleans()):
        return DidCondition(event=draw(NAMES), within=within, where=where)
    return DidCondition(event=draw(NAMES), measure=measure, of=of, test=test, within=within, where=where)


def groups(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(inner, min_size=1, max_size=4).map(tuple)
    return (
        st.builds(All, conditions=several)
        | st.builds(AnyOf, conditions=several)
        | st.builds(Not, condition=inner)
    )


AUDIENCES = st.builds(
    Audience, audience=NAMES, title=TEXTS, description=TEXTS, who=st.recursive(leaves(), groups, max_leaves=8)
)


@st.composite
def traits(draw: st.DrawFn) -> Trait:
    operator = draw(st.sampled_from(TraitOperator))
    if operator is TraitOperator.SQL:
        sql, type_ = draw(STATEMENTS), draw(st.sampled_from(FieldType))
        words = {"title": draw(TEXTS), "description": draw(TEXTS)}
        return Trait(trait=draw(NAMES), operator=operator, of="", sql=sql, type=type_, **words)
    return Trait(
        trait=draw(NAMES),
        title=draw(TEXTS),
        description=draw(TEXTS),
        operator=operator,
        of=draw(st.sampled_from(["purchase", "crm"])),
        field=draw(st.sampled_from(["amount", "city"])) if operator.needs_field else None,
        within=draw(st.none() | SPANS),
        where=tuple(draw(st.lists(comparisons(), max_size=2))),
    )


@st.composite
def campaigns(draw: st.DrawFn) -> Campaign:
    email = draw(st.booleans())
    starts, later = draw(st.none() | MOMENTS | DAYS), draw(SPANS)
    if isinstance(starts, date) and not isinstance(starts, datetime):
        starts = datetime(starts.year, starts.month, starts.day)
    return Campaign(
        campaign=draw(NAMES),
        title=draw(TEXTS),
        description=draw(TEXTS),
        audience=draw(NAMES),
        purpose=draw(NAMES),
        channel=Channel.EMAIL if email else Channel.FILE,
        holdout=draw(st.decimals("0.0001", "0.9", allow_nan=False)),
        starts=starts,
        ends=starts + later if starts else None,
        window=draw(SPANS),
        goal=Goal(event=draw(NAMES), value=draw(st.none() | NAMES)),
        message=Message(subject=draw(TEXTS), text=draw(TEXTS), html=draw(st.none() | TEXTS))
        if email
        else None,
        export=None if email else Export(path="out/x.csv", fields=tuple(draw(st.lists(NAMES, max_size=3)))),
    )


TRAIT_FILES = st.builds(
    TraitFile, traits=st.lists(traits(), max_size=4, unique_by=lambda one: one.trait).map(tuple)
)
KINDS = {"audiences/a.yml": AUDIENCES, "traits/t.yml": TRAIT_FILES, "campaigns/c.yml": campaigns()}
WRITTEN = st.sampled_from(sorted(KINDS))


def read(file: str, text: str) -> Definition:
    found = reading(file, text)
    assert found.definition is not None, (text, found.problems)
    return found.definition


@given(WRITTEN, st.data())
@settings(max_examples=60)
def test_what_is_written_reads_as_it_was(file: str, data: st.DataObject) -> None:
    definition = data.draw(KINDS[file])
    assert read(file, written(plain(definition))) == definition


@given(WRITTEN, st.data())
@settings(max_examples=60)
def test_a_change_in_place_says_what_the_form_said(file: str, data: st.DataObject) -> None:
    old, new = data.draw(KINDS[file]), data.draw(KINDS[file])
    text = written(plain(old))
    assert read(file, merged(text, plain(new), plain(old))) == new
    assert read(file, merged(text, plain(new))) == new
    assert merged(text, plain(old), plain(old)) == merged(text, plain(old)) == text


@pytest.mark.parametrize("case", FILES)
def test_every_file_has_a_plain_form_that_reads_the_same(case: str) -> None:
    file, text = FILES[case]
    definition = read(file, text)
    assert read(file, written(plain(definition))) == definition
    assert rewritten(file, text, plain(definition)) == text


def lists_in(value: Any) -> list[list[Any]]:
    """Every list of a plain value that has something in it."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return ([value] if isinstance(value, list) and value else []) + [
        one for v in inner for one in lists_in(v)
    ]


def tables_in(value: Any) -> list[dict[str, Any]]:
    """Every table of a plain value."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return ([value] if isinstance(value, dict) and value else []) + [
        one for v in inner for one in tables_in(v)
    ]


def taken_out(plan: dict[str, Any], r: random.Random) -> None:
    some = r.choice(lists_in(plan) or [[0]])
    some.pop(r.randrange(len(some)))


def moved(plan: dict[str, Any], r: random.Random) -> None:
    r.shuffle(r.choice(lists_in(plan) or [[]]))


def doubled(plan: dict[str, Any], r: random.Random) -> None:
    some = r.choice(lists_in(plan) or [[0]])
    some.insert(r.randrange(len(some) + 1), r.choice(some))


def key_out(plan: dict[str, Any], r: random.Random) -> None:
    some = r.choice(tables_in(plan))
    some.pop(r.choice(list(some)))


def key_last(plan: dict[str, Any], r: random.Random) -> None:
    some = r.choice(tables_in(plan))
    key = r.choice(list(some))
    some[key] = some.pop(key)


def said_otherwise(plan: dict[str, Any], r: random.Random) -> None:
    """Other words under a key; what a thing is called stays."""
    some = r.choice(tables_in(plan))
    texts = [key for key, value in some.items() if isinstance(value, str) and key not in NAMING]
    if texts:
        key = r.choice(texts)
        some[key] = r.choice(
            ["other", "12 hours", "two: words", "5%", "public", "one\n\nafter\nanother\n", "#1"]
        )


CHANGES: list[Callable[[dict[str, Any], random.Random], None]] = [
    *(taken_out, moved, doubled, key_out, key_last, said_otherwise)
]


@pytest.mark.parametrize("case", FILES)
@given(st.integers(0, 10**9))
@settings(max_examples=3)
def test_any_change_of_a_file_that_a_person_wrote(case: str, seed: int) -> None:
    file, text = FILES[case]
    present, r = plain(read(file, text)), random.Random(seed)
    wish = plain(read(file, text))
    for change in r.choices(CHANGES, k=r.randrange(1, 4)):
        change(wish, r)
    wanted = reading(file, written(wish)).definition
    if wanted is None:
        rewritten(file, text, wish)
        return
    result = merged(text, plain(wanted), present)
    assert read(file, result) == wanted
    assert rewritten(file, text, wish) == result
    back = rewritten(file, result, present)
    assert read(file, back) == read(file, text)


def commented(text: str, r: random.Random) -> str:
    """The text with comments at the ends of lines and above them, each of them once."""
    lines, literal = [], None
    for number, line in enumerate(text.splitlines()):
        indent = len(line) - len(line.lstrip())
        if literal is not None and (not line.strip() or indent > literal):
            lines.append(line)
            continue
        literal = indent if re.search(r"\|[+-]?$", line) else None
        whole = line.count("[") == line.count("]") and not line.lstrip().startswith("store-")
        if whole and r.random() < 0.4:
            lines.append(" " * indent + f"# above {number}")
        lines.append(
            line + (f"   # behind {number}" if whole and "#" not in line and r.random() < 0.4 else "")
        )
    return "\n".join([*lines, f"# below {len(lines)}", ""])


def comments(text: str) -> list[str]:
    return re.findall(r"# (?:above|behind|below) \d+", text)


@pytest.mark.parametrize("case", FILES)
@given(st.integers(0, 10**9))
@settings(max_examples=3)
def test_what_is_added_or_said_otherwise_loses_no_comment(case: str, seed: int) -> None:
    file, r = FILES[case][0], random.Random(seed)
    text = commented(FILES[case][1], r)
    definition = read(file, text)
    wish = plain(definition)
    for change in r.choices([doubled, said_otherwise], k=r.randrange(1, 4)):
        change(wish, r)
    wanted = reading(file, written(wish)).definition
    if wanted is not None:
        assert sorted(comments(rewritten(file, text, wish))) == sorted(comments(text))


@pytest.mark.parametrize("case", FILES)
@given(st.integers(0, 10**9))
@settings(max_examples=3)
def test_what_is_moved_takes_its_comments_along(case: str, seed: int) -> None:
    file, r = FILES[case][0], random.Random(seed)
    text = commented(FILES[case][1], r)
    wish = plain(read(file, text))
    r.shuffle(r.choice([some for some in lists_in(wish) if isinstance(some[0], dict)] or [[]]))
    if reading(file, written(wish)).definition is not None:
        result = rewritten(file, text, wish)
        assert sorted(comments(result)) == sorted(comments(text))
        followed = r"(?m)^ *(# above \d+)\n *(- [^,#\[\n]*)"
        assert set(re.findall(followed, result)) == set(re.findall(followed, text))


@given(st.text(max_size=20) | NUMBERS.map(str))
def test_a_word_is_typed_as_yaml_types_it(text: str) -> None:
    found = typed(text)
    assert found == text or (not isinstance(found, str) and read_back(found, text))


def read_back(found: object, text: str) -> bool:
    if isinstance(found, datetime):
        return datetime.fromisoformat(text).astimezone(UTC) is not None
    return str(found) == text or isinstance(found, int | Decimal | bool | date)


@given(st.decimals(0, 1, places=6))
def test_a_share_is_a_percentage(share: Decimal) -> None:
    assert str(share_text(share)).endswith("%")
