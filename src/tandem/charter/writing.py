"""Plain keys and values → YAML as a person lays it out: short things on one line, long ones in blocks."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from tandem.charter.nodes import Items, Scalar, read_yaml
from tandem.charter.plain import Plain
from tandem.kernel import iso

WIDTH = 140
STEP = 2
# What stands under these words is laid out line by line, however short it is.
OPEN_WORDS = ("all", "any", "not", "message", "fields", "may")
# Words that other readers of YAML take for true, false or nothing.
LOOK_TYPED = re.compile(r"(?i)y|n|yes|no|on|off|true|false|null|~")
# What YAML may hold as it stands, without line breaks and marks that change the direction of what follows.
READABLE = re.compile(
    "[\x20-\x7e\xa0-\u2027\u202f-\u2065\u206a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]*"
)
UNSAFE_START = tuple("-?:,[]{}#&*!|>'\"%@`")


def written(mapping: Mapping[str, Plain]) -> str:
    """The text of a new file."""
    return "\n".join(block(mapping, 0)) + "\n"


def block(mapping: Mapping[str, Plain], indent: int) -> list[str]:
    """Whole lines, one key after another, each indented by `indent` spaces."""
    return [line for key, value in mapping.items() for line in entry(scalar(key), value, indent)]


def entry(key: str, value: Plain, indent: int) -> list[str]:
    """The lines of one key, which is given as it stands in the file, and its value."""
    head = f"{' ' * indent}{key}:"
    lines = _literal_entry(head, value, indent + STEP)
    if lines:
        return lines
    short = scalar(value) if isinstance(value, str) else flow(value)
    opened = key != "not" and _is_open(key, value)
    if not opened and not _is_block(value, len(head) + 1 + len(short)):
        return [f"{head} {short}"]
    return [head, *_inner(value, indent + STEP)]


def item(value: Plain, indent: int, *, opened: bool = False) -> list[str]:
    """The lines of one item of a list, the dash at column `indent`; `opened`: its keys on a line each."""
    head = f"{' ' * indent}-"
    lines = _literal_entry(head, value, indent + STEP)
    if lines:
        return lines
    short = scalar(value) if isinstance(value, str) else flow(value)
    if not (opened and _holds(value)) and not _is_block(value, len(head) + 1 + len(short)):
        return [f"{head} {short}"]
    inner = _inner(value, indent + STEP)
    return [f"{head} {inner[0][indent + STEP :]}", *inner[1:]]


def flow(value: Plain) -> str:
    """On one line: `{did: purchase, within: 90 days}`, `[email, file]`, or a scalar."""
    match value:
        case Mapping():
            return (
                "{"
                + ", ".join(f"{scalar(key, in_flow=True)}: {flow(one)}" for key, one in value.items())
                + "}"
            )
        case str():
            return scalar(value, in_flow=True)
        case Sequence():
            return "[" + ", ".join(flow(one) for one in value) + "]"
        case _:
            return scalar(value)


def scalar(value: Plain, *, in_flow: bool = False, quote: str = "") -> str:
    """One value on one line. Text stands without quotes where that is safe and `quote` asks for none."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case Decimal():
            text = f"{value:f}"
            return text if "." in text or abs(value) < 2**63 else f"{text}.0"
        case datetime():
            return iso(value)
        case date():
            return value.isoformat()
        case str():
            return _text(value, in_flow, quote)
    raise TypeError(f"no single value: {value!r}")


def literal(text: str, indent: int) -> tuple[str, list[str]] | None:
    """(`|`, `|-` or `|+`; the lines), or None for text that cannot stand as it is."""
    lines = text.split("\n")
    readable = all(READABLE.fullmatch(line.replace("\t", " ")) for line in lines)
    if not readable or not text.strip() or text[0].isspace():
        return None
    mark = "|-" if not text.endswith("\n") else "|+" if text.endswith("\n\n") else "|"
    if text.endswith("\n"):
        lines = lines[:-1]
    return mark, [" " * indent + line if line else "" for line in lines]


def _holds(value: Plain) -> bool:
    """Whether it is a table or a list with something in it."""
    return isinstance(value, Mapping | Sequence) and not isinstance(value, str) and bool(value)


def _is_open(key: str, value: Plain) -> bool:
    """Whether a key asks for lines of its own: a table, or a list of them, under one of OPEN_WORDS."""
    match value:
        case str():
            return False
        case Mapping():
            return key in OPEN_WORDS and bool(value)
        case Sequence():
            return key in OPEN_WORDS and any(_holds(one) for one in value)
        case _:
            return False


def _inner(value: Plain, indent: int) -> list[str]:
    if isinstance(value, Mapping):
        return block(value, indent)
    assert isinstance(value, Sequence)
    return [line for one in value for line in item(one, indent)]


def _literal_entry(head: str, value: Plain, indent: int) -> list[str] | None:
    found = literal(value, indent) if isinstance(value, str) and "\n" in value else None
    return None if found is None else [f"{head} {found[0]}", *found[1]]


def _is_block(value: Plain, width: int) -> bool:
    """Whether it needs lines of its own: it is long, has a list of tables in it, or a word that asks for it."""
    match value:
        case Mapping():
            compact = all(_in_line(key, one) for key, one in value.items())
            return bool(value) and (not compact or width > WIDTH)
        case str():
            return False
        case Sequence():
            return any(_holds(one) for one in value) or (bool(value) and width > WIDTH)
        case _:
            return False


def _in_line(key: str, value: Plain) -> bool:
    """Whether a key may stand within braces: a value, a list of values, or one small table of such."""
    if _is_open(key, value):
        return False
    match value:
        case Mapping():
            return all(not isinstance(one, Mapping) for one in value.values())
        case str():
            return "\n" not in value
        case Sequence():
            tables = [one for one in value if isinstance(one, Mapping)]
            return len(tables) <= 2 and all(not isinstance(v, Mapping) for t in tables for v in t.values())
        case _:
            return True


def _text(text: str, in_flow: bool, quote: str) -> str:
    if not quote and _is_plain(text, in_flow):
        return text
    if READABLE.fullmatch(text) and (quote == "'" or '"' in text or "\\" in text):
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(_escaped(letter) for letter in text) + '"'


def _escaped(letter: str) -> str:
    if letter in '"\\':
        return "\\" + letter
    if READABLE.fullmatch(letter):
        return letter
    short = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(letter)
    return short or (f"\\u{ord(letter):04x}" if ord(letter) < 65536 else f"\\U{ord(letter):08x}")


@lru_cache(maxsize=4096)
def _is_plain(text: str, in_flow: bool) -> bool:
    """Whether the text can stand without quotes: nothing in it means anything to YAML."""
    fits = READABLE.fullmatch(text) and text and text == text.strip()
    if (
        not fits
        or text.startswith(UNSAFE_START)
        or ": " in text
        or " #" in text
        or text.endswith(":")
        or LOOK_TYPED.fullmatch(text)
    ):
        return False
    if in_flow and re.search(r"[\[\]{},:]", text):
        return False
    node = read_yaml("", f"[{text}]" if in_flow else f"- {text}", [])
    read = node.items[0] if isinstance(node, Items) and len(node.items) == 1 else None
    return isinstance(read, Scalar) and read.readable and isinstance(read.value, str) and read.value == text
