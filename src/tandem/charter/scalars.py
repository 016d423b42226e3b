"""One scalar of a charter → one value of a definition, or the problem that it is not one."""

import codecs
import re
import zoneinfo
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from email.utils import parseaddr
from enum import StrEnum
from pathlib import PurePosixPath, PureWindowsPath

from tandem.charter.definitions.base import Bounds, Rule
from tandem.charter.nodes import Items, Node, Scalar, Table
from tandem.charter.problems import (
    BAD_NAME,
    BAD_VALUE,
    MISSING_KEY,
    OUT_OF_BOUNDS,
    OUTSIDE,
    SECRET,
    UNKNOWN_WORD,
    WRONG_TYPE,
)
from tandem.kernel import Code, Problem, parse_instant, parse_span
from tandem.kernel.values import Label

LONGEST = timedelta(days=36_525)
# The parts of a pattern that the engine reads. One without a year would put everything into 1900.
TIME_PART = r"%-[djmyHIMS]|%[a-dfghjmnpuw-zABGHIMSTUVWXYZ%]"
TIME_PATTERN = rf"(?=(?:[^%]|{TIME_PART})*%-?[YyGcx])(?:[^%]|{TIME_PART})+"
# DuckDB's expressions (RE2) have none of these, Spark's have most: the answers would differ. Outside of a set and
# not escaped: look-around and other extensions, repeats that give nothing back, over 999 times, without a minimum.
ESCAPE_OR_SET = r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]"
NOT_EVERYWHERE = r"\(\?(?!:|[ims-]+[:)])|[*+?}]\+|\{(\d*,)?\d{4,}|\{,"
SPAN_WORDS = "a span such as 90 days, 12 hours or 2 weeks, at most 100 years"
WORDS: dict[type, str] = {
    str: "text",
    int: "a whole number",
    Decimal: "a number",
    bool: "true or false",
    timedelta: SPAN_WORDS,
    datetime: "a date or time such as 2026-06-01 or 2026-06-01T09:00:00Z",
}


class Misfit(ValueError):  # noqa: N818 - never leaves this file
    """This text is not of that kind; a better code or expectation than the default may come with it."""

    def __init__(self, code: Code = BAD_VALUE, expected: str | None = None, found: str | None = None) -> None:
        self.code, self.expected, self.found = code, expected, found
        super().__init__(expected)


def shown(node: Node) -> str:
    """What stands there, in words for a problem's `found`."""
    match node:
        case Table():
            return "keys and values"
        case Items():
            return "a list"
        case Scalar(value=None):
            return "nothing"
        case Scalar(value=str(), text=text):
            return f"text `{text[:60]}`"
        case Scalar(text=text):
            return text[:60]


def read(kind: type, rule: Rule | None, bounds: Bounds | None, word: str, node: Node) -> object | Problem:
    """The value of a scalar node of type `kind`, read by `rule` if given; or a Problem."""
    expected = rule.value if rule else WORDS.get(kind, "")
    if not isinstance(node, Scalar):
        sentence = f"`{word}` is one value"
        return WRONG_TYPE(sentence, place=node.place, found=shown(node), expected=expected)
    if node.value is None and rule is not Rule.TEXT_AS_WRITTEN:
        sentence = f"`{word}` has no value"
        return MISSING_KEY(sentence, place=node.place, found="nothing", expected=expected or "a value")
    try:
        if issubclass(kind, StrEnum):
            return _choice(kind, word, node)
        value = RULES[rule](node) if rule else TYPES[kind](node)
    except Misfit as misfit:
        sentence = f"`{word}` cannot be {shown(node)}" if misfit.found is None else f"`{word}` {misfit.found}"
        found = None if misfit.code is SECRET else shown(node)
        return misfit.code(sentence, place=node.place, found=found, expected=misfit.expected or expected)
    except (ValueError, OverflowError):
        sentence = f"`{word}` cannot be {shown(node)}"
        return BAD_VALUE(sentence, place=node.place, found=shown(node), expected=expected)
    return _within(value, bounds, word, node) if bounds else value


def _choice(kind: type[StrEnum], word: str, node: Scalar) -> object | Problem:
    if node.text in list(kind):
        return kind(node.text)
    options = [str(member) for member in kind]
    return UNKNOWN_WORD(
        f"`{word}` cannot be `{node.text[:60]}`", place=node.place, found=node.text[:60], alternatives=options
    )


def _within(value: object, bounds: Bounds, word: str, node: Scalar) -> object | Problem:
    assert isinstance(value, int | Decimal)
    if value >= bounds.least and (bounds.most is None or value <= bounds.most):
        return value
    most = f"at least {bounds.least}" if bounds.most is None else f"{bounds.least} to {bounds.most}"
    return OUT_OF_BOUNDS(f"`{word}` is out of bounds", place=node.place, found=node.text, expected=most)


def _text(node: Scalar) -> str:
    if not isinstance(node.value, str):
        raise Misfit(WRONG_TYPE, "text; put it in quotes if it is meant as text")
    return node.value


def _whole(node: Scalar) -> int:
    if isinstance(node.value, bool) or not isinstance(node.value, int):
        raise Misfit(WRONG_TYPE)
    return node.value


def _number(node: Scalar) -> Decimal:
    if isinstance(node.value, bool) or not isinstance(node.value, int | Decimal):
        raise Misfit(WRONG_TYPE)
    return Decimal(node.value)


def _truth(node: Scalar) -> bool:
    if not isinstance(node.value, bool):
        raise Misfit(WRONG_TYPE)
    return node.value


def span(text: str) -> timedelta:
    """A span over 0 and at most 100 years, else ValueError."""
    found = parse_span(text)
    if not timedelta(0) < found <= LONGEST:
        raise ValueError(text)
    return found


def _span(node: Scalar) -> timedelta:
    if not isinstance(node.value, str):
        raise Misfit(WRONG_TYPE)
    return span(node.value)


def _instant(node: Scalar) -> datetime:
    match node.value:
        case datetime():
            return node.value
        case date():
            return datetime(node.value.year, node.value.month, node.value.day)
        case str():
            return parse_instant(node.value)
    raise Misfit(WRONG_TYPE)


def _name(node: Scalar) -> str:
    if not isinstance(node.value, str) or not re.fullmatch(r"[a-z][a-z0-9_]{0,59}", node.value):
        raise Misfit(BAD_NAME)
    return node.value


def _question(node: Scalar) -> str:
    text = _text(node)
    if not re.fullmatch(r"(?=.{1,40}$)[A-Z][A-Z0-9]*(_[A-Z0-9]+)*", text):
        raise Misfit
    return text


def _label(node: Scalar) -> str:
    return Label(node.text) if node.text in list(Label) else _name(node)


def _path(node: Scalar) -> str:
    if not all(part.strip() for part in node.text.split(".")) or "\n" in node.text:
        raise Misfit
    return node.text


def _share(node: Scalar) -> Decimal:
    match node.value:
        case bool():
            raise Misfit(WRONG_TYPE)
        case int() | Decimal():
            return Decimal(node.value)
        case str() if re.fullmatch(r"\s*\d{1,6}(\.\d{1,6})?\s*%\s*", node.value):
            return Decimal(node.value.strip().rstrip("%").strip()) / 100
    raise Misfit


def _pattern(node: Scalar) -> str:
    text = _text(node)
    plain = re.sub(ESCAPE_OR_SET, "_", text, flags=re.DOTALL)
    if re.search(NOT_EVERYWHERE, plain) or re.search(r"(?<!\\)(\\\\)*\\[1-9ZuUN]", text):
        raise Misfit
    try:
        re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        raise Misfit(expected=f"a regular expression: {error}") from None
    return text


def _zone(node: Scalar) -> str:
    try:
        zoneinfo.ZoneInfo(node.text)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise Misfit from None
    return node.text


def _zone_or_local(node: Scalar) -> str:
    return node.text if node.text in ("UTC", "local") else _zone(node)


def _matching(pattern: str) -> Callable[[Scalar], str]:
    def reader(node: Scalar) -> str:
        text = _text(node)
        if not re.fullmatch(pattern, text, re.DOTALL):
            raise Misfit
        return text

    return reader


def _encoding(node: Scalar) -> str:
    try:
        codecs.lookup(node.text)
        "a".encode(node.text)
    except (LookupError, ValueError):
        raise Misfit from None
    return node.text


def _sender(node: Scalar) -> str:
    name, address = parseaddr(_text(node))
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", address) or "\n" in name + node.text:
        raise Misfit
    return node.text


def _address(node: Scalar) -> str:
    text = _text(node)
    if re.search(r"://[^/@]*:[^/@]*@", text):
        raise Misfit(SECRET, found="has a password in it")
    if not text.strip() or "\0" in text:
        raise Misfit
    return text


def _issuer(node: Scalar) -> str:
    """Whoever reads what is sent to the issuer can sign in as anybody; in the clear only this machine can."""
    text = _text(node).rstrip("/")
    if not re.fullmatch(
        r"https://[^\s/?#@]+(/[^\s?#]*)?|http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(/[^\s?#]*)?", text
    ):
        raise Misfit
    return text


def _source_files(node: Scalar) -> str:
    return _path_text(node, absolute=True)


def _export_file(node: Scalar) -> str:
    text = _path_text(node, absolute=False)
    if not text.endswith(".csv"):
        raise Misfit
    return text


def _path_text(node: Scalar, *, absolute: bool) -> str:
    text = _text(node)
    if not text.strip() or "\0" in text or "\n" in text or text.startswith("~"):
        raise Misfit
    if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]+:", text):
        raise Misfit(OUTSIDE, found="is an address, and only files are read")
    path = PurePosixPath(text)
    rooted = path.is_absolute() or PureWindowsPath(text).is_absolute()
    if ".." in path.parts or ".." in PureWindowsPath(text).parts or (rooted and not absolute):
        raise Misfit(OUTSIDE, found="leads out of the charter folder")
    return text


TYPES: dict[type, Callable[[Scalar], object]] = {
    str: _text,
    int: _whole,
    Decimal: _number,
    bool: _truth,
    timedelta: _span,
    datetime: _instant,
}
RULES: dict[Rule, Callable[[Scalar], object]] = {
    Rule.NAME: _name,
    Rule.LABEL: _label,
    Rule.PATH: _path,
    Rule.SHARE: _share,
    Rule.TEXT_AS_WRITTEN: lambda node: node.text,
    Rule.PATTERN: _pattern,
    Rule.ZONE: _zone,
    Rule.ZONE_OR_LOCAL: _zone_or_local,
    Rule.CURRENCY: _matching("[A-Z]{3}"),
    Rule.COUNTRY: _matching("[A-Z]{2}"),
    Rule.MARK: _matching(r'[^"\r\n]'),
    Rule.ENCODING: _encoding,
    Rule.TIME_FORMAT: _matching(rf"iso|epoch_s|epoch_ms|{TIME_PATTERN}"),
    Rule.MEMORY: _matching(r"\d{1,6}(\.\d+)?\s?[KMGT]i?B"),
    Rule.SENDER: _sender,
    Rule.ADDRESS: _address,
    Rule.ISSUER: _issuer,
    Rule.SOURCE_FILES: _source_files,
    Rule.EXPORT_FILE: _export_file,
    Rule.QUESTION: _question,
}
