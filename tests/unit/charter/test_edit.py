"""A form's values written into a file that a person wrote: text pairs. GOLDEN=rewrite writes the answers anew."""

import os
import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tandem.charter import init_files
from tandem.charter.edit import kind_of, merged, reading, rewritten, typed
from tandem.charter.plain import plain, share_text, span_text
from tandem.charter.writing import written
from tandem.demo import demo_charter
from tandem.kernel import Problems

GOLDEN = Path(__file__).parents[2] / "golden" / "edit"
CASES = sorted(GOLDEN.glob("*.txt"))
SECTION = re.compile(r"^--- (.+)\n", re.MULTILINE)


def changed(mapping: dict[str, Any], line: str) -> None:
    """`set PATH VALUE`, `insert PATH VALUE`, `remove PATH` or `move PATH NUMBER`: one line, carried out."""
    word, path, *rest = line.split(" ", 2)
    *way, last = path.split(".")
    place: Any = mapping
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place[step]
    at: Any = int(last) if isinstance(place, list) else last
    value = plain_yaml(rest[0]) if rest else None
    match word:
        case "set":
            place[at] = value
        case "insert":
            place.insert(at, value)
        case "remove":
            del place[at]
        case "move":
            place.insert(value, place.pop(at))
        case _:
            raise ValueError(line)


def plain_yaml(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_golden_case(path: Path) -> None:
    about, file, before, _, changes, *rest = SECTION.split(path.read_text(encoding="utf-8"))
    definition = reading(file, before).definition
    assert definition is not None, reading(file, before).problems
    mapping = plain(definition)
    for line in changes.splitlines():
        changed(mapping, line)
    answer = rewritten(file, before, mapping)
    if os.environ.get("GOLDEN") == "rewrite":
        written_anew = f"{about}--- {file}\n{before}--- change\n{changes}--- after\n{answer}"
        path.write_text(written_anew, encoding="utf-8")
    else:
        assert answer == rest[1]
        assert reading(file, answer).definition == reading(file, written(mapping)).definition


def test_there_are_cases() -> None:
    assert len(CASES) >= 8


@pytest.mark.parametrize(
    ("file", "text"),
    [(file, text) for file, text in {**init_files(), **demo_charter()}.items() if kind_of(file)],
)
def test_saving_a_form_that_nobody_touched_leaves_the_file_alone(file: str, text: str) -> None:
    definition = reading(file, text).definition
    assert definition is not None
    assert rewritten(file, text, plain(definition)) == text
    assert rewritten(file, text, plain_of_other_spelling(plain(definition))) == text


def plain_of_other_spelling(mapping: dict[str, Any]) -> dict[str, Any]:
    """What another form may send for the same: keys the other way round, a share as a number."""
    turned = dict(reversed(mapping.items()))
    return turned | ({"holdout": Decimal(str(turned["holdout"])[:-1]) / 100} if "holdout" in turned else {})


AUDIENCE = "audience: a\nwho: {did: purchase, within: 2 weeks, count: {at_least: 1}}  # why\n"


def test_what_means_the_same_counts_as_unchanged_and_written_out_defaults_stay() -> None:
    wish = {"audience": "a", "title": "New", "who": {"did": "purchase", "within": "14 days"}}
    assert rewritten("audiences/a.yml", AUDIENCE, wish) == AUDIENCE.replace("who", "title: New\nwho")


def test_a_written_out_measure_makes_way_for_another() -> None:
    wish = {
        "audience": "a",
        "who": {"did": "purchase", "sum": {"of": "amount", "more_than": 5}, "within": "2 weeks"},
    }
    after = "audience: a\nwho: {did: purchase, sum: {of: amount, more_than: 5}, within: 2 weeks}  # why\n"
    assert rewritten("audiences/a.yml", AUDIENCE, wish) == after


def test_a_value_that_others_point_at_is_not_changed_for_them() -> None:
    text = "audience: a\nwho: {any: [{did: purchase, within: &long 90 days}, {did: visit, within: *long}]}\n"
    definition = reading("audiences/a.yml", text).definition
    assert definition is not None
    wish: Any = plain(definition)
    wish["who"]["any"][0]["within"] = "30 days"
    after = reading("audiences/a.yml", rewritten("audiences/a.yml", text, wish)).definition
    assert after is not None
    assert plain(after) == wish


ODD = {
    "in braces": (
        "{audience: a, who: {did: purchase}}  # all\n",
        "{audience: b, who: {did: purchase}}  # all\n",
    ),
    "marked": ("---\naudience: a\nwho: {did: visit}\n...\n", "---\naudience: b\nwho: {did: visit}\n...\n"),
    "without end of line": ("who: {did: visit}\naudience: a", "who: {did: visit}\naudience: b"),
    "list at the margin": (
        "audience: a # x\nwho:\n  all:\n  # y\n  - did: visit\n  -\n    audience: c\n",
        "audience: b # x\nwho:\n  all:\n  # y\n  - did: visit\n  -\n    audience: c\n",
    ),
    "over several lines": (
        "audience:\n  a\nwho: {did:\n  visit\n}\n",
        "audience:\n  b\nwho: {did:\n  visit\n}\n",
    ),
    "asked keys": ("? audience\n: a\nwho: {did: visit}\n", "audience: b\nwho: {did: visit}\n"),
}


@pytest.mark.parametrize("case", ODD)
def test_other_ways_to_write_yaml_are_kept_or_written_anew(case: str) -> None:
    before, after = ODD[case]
    definition = reading("audiences/a.yml", before).definition
    assert definition is not None
    assert rewritten("audiences/a.yml", before, {**plain(definition), "audience": "b"}) == after


def test_a_file_with_problems_is_not_written_into() -> None:
    with pytest.raises(Problems) as told:
        rewritten("audiences/a.yml", "audience: a\nwho: {dit: purchase}\n", {"audience": "a"})
    assert [str(one.place) for one in told.value.problems] == ["audiences/a.yml:2:7"]


def test_a_wish_with_problems_is_written_so_that_they_have_a_line() -> None:
    wish = {"audience": "a", "who": {"did": "purchase", "within": "a fortnight"}}
    text = rewritten("audiences/a.yml", AUDIENCE, wish)
    (problem,) = reading("audiences/a.yml", text).problems
    assert (problem.code, str(problem.place)) == ("CHR-115", "audiences/a.yml:2:30")


def test_merging_without_a_definition_compares_what_is_written() -> None:
    text = "# head\na: 1  # one\nb: [x, y]\n"
    assert merged(text, {"b": ["x", "y"], "a": 1}) == text
    assert merged(text, {"a": 2, "b": ["y"], "c": True}) == "# head\na: 2  # one\nb: [y]\nc: true\n"
    assert merged(text, {"a": True}) == "# head\na: true  # one\n"
    with pytest.raises(Problems):
        merged("a: [1\n", {"a": 1})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("300", 300),
        ("2.5", Decimal("2.5")),
        ("true", True),
        ("2026-06-01", date(2026, 6, 1)),
        ("2026-06-01T09:00:00Z", datetime(2026, 6, 1, 9)),
        *(
            (text, text)
            for text in ("tents", "", "a: b", "[1]", "yes", "null", "-", "#", "'x'", "!!int 3", "90 days ago")
        ),
    ],
)
def test_words_are_typed_as_in_yaml(text: str, value: object) -> None:
    assert (type(typed(text)), typed(text)) == (type(value), value)


def test_spans_and_shares_in_their_usual_form() -> None:
    spans = {(0, 1209600): "14 days", (0, 3600): "1 hour", (0, 5400): "90 minutes", (2, 1): "172801 seconds"}
    assert {key: span_text(timedelta(*key)) for key in spans} == spans
    shares = {"0.25": "25%", "0.125": "12.5%", "0.9": "90%", "0.00000001": "0.000001%"}
    assert {text: share_text(Decimal(text)) for text in shares} == shares
    assert share_text(Decimal("0.123456789")) == Decimal("0.123456789")
    with pytest.raises(ValueError, match="fraction"):
        span_text(timedelta(microseconds=5))
