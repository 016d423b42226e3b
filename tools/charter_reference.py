"""The generated page docs/reference/charter.md: every file of a charter and every key that may stand in it."""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, cast, get_args, get_origin

from tandem.charter.binding import Slot, slots
from tandem.charter.definitions import (
    Comparison,
    Definition,
    DidMeasure,
    Operator,
    Project,
    Test,
    Trait,
    TraitOperator,
    When,
)
from tandem.charter.definitions.audiences import Condition
from tandem.charter.definitions.base import Rule
from tandem.charter.loader import FOLDERS, SINGLE

FILES: dict[str, type[Definition]] = {
    "tandem.toml": Project,
    **{f"{name}.yml": kind for name, kind in SINGLE.items()},
    **{f"{name}/NAME.yml": kind for name, kind in FOLDERS.items()},
}

# The little language: words with their meaning. A word of the code without a line here stops the page.
OPERATORS = {
    Operator.IS: "equal to the value",
    Operator.IS_NOT: "known, and not equal to the value",
    Operator.IN: "one of a list: `in: [tents, boots]`",
    Operator.NOT_IN: "known, and none of a list",
    Operator.AT_LEAST: "the value or more",
    Operator.AT_MOST: "the value or less",
    Operator.MORE_THAN: "more than the value",
    Operator.LESS_THAN: "less than the value",
    Operator.BETWEEN: "from the first to the second value, both included: `between: [10, 20]`",
    Operator.CONTAINS: "the text has this part",
    Operator.STARTS_WITH: "the text starts so",
    Operator.KNOWN: "`true`: there is a value; `false`: there is none",
    Operator.AFTER: "later than a date, a time, or `90 days ago`",
    Operator.BEFORE: "earlier than a date, a time, or `90 days ago`",
}
TRAIT_OPERATORS = {
    TraitOperator.LATEST: "the value of the latest row that has one",
    TraitOperator.FIRST: "the value of the first row that has one",
    TraitOperator.SUM: "all values added up",
    TraitOperator.AVERAGE: "the mean of the values",
    TraitOperator.MIN: "the smallest value",
    TraitOperator.MAX: "the largest value",
    TraitOperator.MOST_FREQUENT: "the value that stands most often",
    TraitOperator.COUNT: "how many events",
    TraitOperator.DAYS_SINCE: "whole days since the last event",
    TraitOperator.SQL: "one SELECT of `person_id` and `value`, with `type` beside it; "
    "see [Write SQL](../howto/write-sql.md)",
}
MEASURES = {
    DidMeasure.COUNT: "how many such events: `count: {at_least: 2}`",
    DidMeasure.SUM: "a field of them added up: `sum: {of: amount, at_least: 500}`",
    DidMeasure.FIRST: "when the first was: `first: {after: 2025-01-01}`",
    DidMeasure.LAST: "when the last was: `last: {before: 90 days ago}`",
}
CONDITIONS = {
    "all": "a list of conditions; every one holds",
    "any": "a list of conditions; at least one holds",
    "not": "one condition that does not hold",
    "trait": "a trait compared: `{trait: country, is: GB}`",
    "did": "events of one kind: `{did: purchase, within: 90 days}`; alone it means at least one. "
    "Beside it may stand one measure, `within` and `where`",
    "audience": "the people of another audience: `{audience: vip}`",
    "sql": "the people of one SELECT that gives `person_id`; see [Write SQL](../howto/write-sql.md)",
}
TRAIT_KEYS = {
    "trait": "Name of the trait; a column of the profile.",
    "title": "What it is, as people read it.",
    "description": "What it means, for those who use it.",
    "within": "Only rows of [now - within, now), such as `90 days`. Default: all time.",
    "where": "A list of comparisons of fields; only rows that fulfil all of them.",
    "type": "With `sql`: what the value is, such as `number` or `text`.",
}
SPECIAL: Mapping[object, str] = {
    Condition: "[a condition](#conditions)",
    Trait: "[a trait](#a-trait)",
    When: "[a test of a row](#when)",
    Test: "[a comparison](#comparisons)",
    Comparison: "[a comparison](#comparisons)",
}
PLAIN: Mapping[object, str] = {
    str: "text",
    bool: "`true` or `false`",
    int: "a whole number",
    Decimal: "a number",
    datetime: "a date or a time, UTC",
    timedelta: "a span such as `90 days`",
}


def charter_page(generated: str) -> str:
    """The page as Markdown."""
    lines = [
        "# The charter",
        "",
        generated,
        "",
        "The charter is a folder with these files. Every key that is not listed here is refused, with the "
        "nearest one that is. A key is needed where its default is *needed*. A *name* is small letters, digits "
        "and `_`, starts with a letter and is at most 60 long.",
        "",
        *(f"- [`{file}`](#{_anchor(file)})" for file in FILES),
        "- words inside: [a trait](#a-trait), [conditions](#conditions), [comparisons](#comparisons), "
        "[tests of a row](#when)",
    ]
    for file, kind in FILES.items():
        lines += ["", f"## {file}", "", *_definition(kind, "")]
    return "\n".join([*lines, *_language()]) + "\n"


def definitions() -> Iterator[type[Definition]]:
    """Every definition that the page lists key by key."""
    for kind in FILES.values():
        yield from _under(kind)


def _under(kind: type[Definition]) -> Iterator[type[Definition]]:
    yield kind
    for slot in slots(kind):
        inner = _inner(slot.hint)
        if inner:
            yield from _under(inner)


def _definition(kind: type[Definition], path: str) -> list[str]:
    lines = [_cell(" ".join((kind.__doc__ or "").split())), ""]
    lines += ["| key | default | what it is | what may stand there |", "|---|---|---|---|"]
    lines += [_row(kind, slot) for slot in _listed(kind)]
    for slot in _listed(kind):
        if inner := _inner(slot.hint):
            name = f"{path}{slot.word}"
            lines += ["", f"### `{name}`", "", *_definition(inner, f"{name}.")]
    return lines


def _listed(kind: type[Definition]) -> list[Slot]:
    """The keys that are written; the name of a field is the key above it."""
    return [slot for slot in slots(kind) if slot.key]


def _row(kind: type[Definition], slot: Slot) -> str:
    assert slot.key is not None
    cells = (f"`{slot.word}`", _default(kind, slot), slot.key.help, _allowed(slot))
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(text: str) -> str:
    """Text that means nothing to Markdown: a lone < would open a tag, a | would end the cell."""
    return text.replace("<", "&lt;").replace("|", "\\|")


def _default(kind: type[Definition], slot: Slot) -> str:
    if slot.required:
        return "*needed*"
    one = next(each for each in fields(kind) if each.name == slot.attribute)
    value = one.default if one.default is not MISSING else None
    match value:
        case None | () | "":
            return "–"
        case bool():
            return f"`{str(value).lower()}`"
        case tuple():
            return "`[" + ", ".join(f'"{item}"' for item in value) + "]`"
        case _:
            return f"`{value}`"


def _allowed(slot: Slot) -> str:
    if slot.rule:
        return _rule(slot.rule)
    if slot.bounds:
        most = "" if slot.bounds.most is None else f" to {slot.bounds.most}"
        return f"a whole number from {slot.bounds.least}{most}" + ("" if most else " on")
    return _type(slot.hint, named=bool(slot.key and slot.key.named_by))


def _type(hint: object, *, named: bool = False) -> str:
    if get_origin(hint) is Annotated:
        rule = next((extra for extra in get_args(hint)[1:] if isinstance(extra, Rule)), None)
        return _rule(rule) if rule else _type(get_args(hint)[0])
    if hint in SPECIAL:
        return SPECIAL[hint]
    if get_origin(hint) is tuple:
        inner = _type(get_args(hint)[0])
        return "names, each with the keys below" if named else _list(inner)
    if getattr(get_origin(hint), "__name__", "") == "Mapping":
        return f"names, each with {_type(get_args(hint)[1]).replace('; each: ', ' of ')}"
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return ", ".join(f"`{word}`" for word in hint)
    if isinstance(hint, type) and is_dataclass(hint):
        return "the keys below"
    return PLAIN[hint]


def _list(inner: str) -> str:
    return "a list; each with the keys below" if inner == "the keys below" else f"a list; each: {inner}"


def _rule(rule: Rule) -> str:
    return "a name" if rule is Rule.NAME else str(rule)


def _inner(hint: object) -> type[Definition] | None:
    """The definition inside a key, if the key holds one that is listed key by key."""
    if get_origin(hint) is tuple:
        hint = get_args(hint)[0]
    if hint in SPECIAL or not (isinstance(hint, type) and is_dataclass(hint)):
        return None
    return cast("type[Definition]", hint)


def _language() -> list[str]:
    return [
        *("", "## A trait", "", "One operator, and beside it:", ""),
        *_words("key", TRAIT_KEYS),
        "",
        "Operators take `EVENT.field`, or `SOURCE.field` of a record; `count` and `days_since` take an event "
        "alone. A count of no events is 0. Every other trait of a person without rows is not known.",
        "",
        *_words("operator", {str(one): TRAIT_OPERATORS[one] for one in TraitOperator}),
        *("", "## Conditions", "", "A condition is one of these:", ""),
        *_words("word", CONDITIONS),
        *("", "What of the events is compared:", ""),
        *_words("measure", {str(one): MEASURES[one] for one in DidMeasure}),
        *("", "## Comparisons", ""),
        "A value that is not known fulfils no comparison except `known: false`.",
        "",
        *_words("comparison", {str(one): OPERATORS[one] for one in Operator}),
        *("", "## When", ""),
        "Fields of the row and the values they must have, as they are written in the source: "
        "`when: {type: sale, channel: [web, app]}`. All of them must hold. A path with dots leads into JSON.",
    ]


def _words(title: str, words: Mapping[str, str]) -> list[str]:
    return [
        f"| {title} | meaning |",
        "|---|---|",
        *(f"| `{word}` | {what} |" for word, what in words.items()),
    ]


def _anchor(heading: str) -> str:
    """The anchor that GitHub and others make of a heading."""
    return "".join(c for c in heading.lower().replace(" ", "-") if c.isalnum() or c in "-_")
