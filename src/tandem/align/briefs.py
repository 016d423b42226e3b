"""What a brief says, what it does not say yet and why that matters, and what a later version says differently."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import StrEnum
from typing import Any

LONGEST_LINE = 200
LONGEST_TEXT = 4000
MOST_DATA = 60
SHORT = 3
"""Fewer words than this are no answer to who and what for, only a heading."""


@dataclass(frozen=True)
class Ask:
    """What marketing asks IT for. Every part but the title may be empty.

    `data`: names of the charter (EVENT.field, SOURCE.field, a trait, an event, a source) or what is new, in words.
    `purpose`: a purpose of the charter by name. `wanted`: the day by which it is wanted.
    """

    title: str
    who: str = ""
    what_for: str = ""
    data: tuple[str, ...] = ()
    purpose: str = ""
    wanted: date | None = None
    success: str = ""


class Weight(StrEnum):
    """Whether IT can commit itself in spite of a remark."""

    MISSING = "missing"
    WEAK = "weak"


@dataclass(frozen=True)
class Remark:
    """One thing that a brief lacks: the part, what is wrong with it, and why that matters."""

    part: str
    weight: Weight
    sentence: str
    why: str


@dataclass(frozen=True)
class Difference:
    """One part that two versions of a brief say differently, each as text; "" is nothing."""

    part: str
    before: str
    after: str


TITLES: Mapping[str, str] = {
    "title": "Title",
    "who": "For whom",
    "what_for": "What for",
    "data": "Data",
    "purpose": "Purpose",
    "wanted": "Wanted by",
    "success": "Measure of success",
}
"""The parts of a brief in their order, as people read them."""

WHY: Mapping[str, tuple[str, str]] = {
    "who": (
        "it does not say for whom",
        "IT can neither choose the data nor ask whether these people agreed, and the size of the work is a guess",
    ),
    "what_for": (
        "it does not say what for",
        "IT builds what was said and not what was meant, and finds out at the end",
    ),
    "data": (
        "it names no data",
        "nobody can say yet whether the data is there, how fresh it is and who has to let it through",
    ),
    "purpose": (
        "it names no purpose",
        "policy decides by purpose: without one every access is refused",
    ),
    "wanted": (
        "it does not say by when",
        "without a day nobody can commit to one, and a promise made outside has nothing to hold it against",
    ),
    "success": (
        "it does not say how you will know that it worked",
        "what is delivered cannot be accepted or sent back for a reason, and no one learns from it",
    ),
}
"""Part → what its absence is, and why that matters."""

NO_NUMBER = (
    "the measure of success names no number",
    "better and more are true of anything; a number and a time can be looked up on the day",
)
HEADING = (
    "what it says about “{part}” is only a heading",
    "a sentence more now costs less than a change after the commitment",
)
PAST = (
    "the day by which it is wanted has passed",
    "nobody can commit to yesterday; say the day that holds now",
)


def ask_of(content: Mapping[str, Any]) -> Ask:
    """A brief as the ledger keeps it. Unknown parts are left, and a day that cannot be read is none."""
    return Ask(
        title=str(content.get("title", "")),
        who=str(content.get("who", "")),
        what_for=str(content.get("what_for", "")),
        data=tuple(str(one) for one in content.get("data", ())),
        purpose=str(content.get("purpose", "")),
        wanted=_day(content.get("wanted")),
        success=str(content.get("success", "")),
    )


def content_of(ask: Ask) -> dict[str, object]:
    """The brief as plain JSON, empty parts left out."""
    said: dict[str, object] = {one.name: getattr(ask, one.name) for one in fields(ask)}
    said["data"] = list(ask.data)
    said["wanted"] = ask.wanted.isoformat() if ask.wanted else ""
    return {name: value for name, value in said.items() if value}


def tidy(ask: Ask) -> Ask:
    """The brief without space around its parts, cut to the longest that is kept, each name of data once."""
    data = dict.fromkeys(_line(one) for one in ask.data)
    return replace(
        ask,
        title=_line(ask.title),
        who=_text(ask.who),
        what_for=_text(ask.what_for),
        data=tuple(one for one in data if one)[:MOST_DATA],
        purpose=_line(ask.purpose),
        success=_text(ask.success),
    )


def _line(text: str) -> str:
    return " ".join(text.split())[:LONGEST_LINE]


def _text(text: str) -> str:
    return text.replace("\r\n", "\n").strip()[:LONGEST_TEXT]


def remarks(ask: Ask, today: date) -> tuple[Remark, ...]:
    """What the brief lacks, in the order of its parts; nothing for a complete one."""
    found = []
    for part, (sentence, why) in WHY.items():
        said = getattr(ask, part)
        if not said:
            found.append(Remark(part, Weight.MISSING, sentence, why))
        elif part in ("who", "what_for") and len(str(said).split()) < SHORT:
            short = HEADING[0].format(part=TITLES[part].lower())
            found.append(Remark(part, Weight.WEAK, short, HEADING[1]))
    if ask.wanted is not None and ask.wanted < today:
        found.append(Remark("wanted", Weight.WEAK, *PAST))
    if ask.success and not re.search(r"\d", ask.success):
        found.append(Remark("success", Weight.WEAK, *NO_NUMBER))
    order = list(TITLES)
    return tuple(sorted(found, key=lambda one: order.index(one.part)))


def complete(found: tuple[Remark, ...]) -> bool:
    """Whether nothing is missing. What is weak does not stop anybody."""
    return not any(one.weight is Weight.MISSING for one in found)


def differences(before: Ask, after: Ask) -> tuple[Difference, ...]:
    """The parts that changed, in their order."""
    pairs = ((part, _said(before, part), _said(after, part)) for part in TITLES)
    return tuple(Difference(part, old, new) for part, old, new in pairs if old != new)


def _said(ask: Ask, part: str) -> str:
    value = getattr(ask, part)
    if isinstance(value, tuple):
        return ", ".join(value)
    return value.isoformat() if isinstance(value, date) else str(value or "")


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value)) if value else None
    except ValueError:
        return None
