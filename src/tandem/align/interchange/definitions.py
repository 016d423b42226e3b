"""What the XML of a Triple-S definition says, variable by variable, checked before any answer is read."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError

from tandem.align.interchange.problems import BAD_DEFINITION, UNREADABLE, UNSAFE_XML
from tandem.kernel import Place, Problem, Problems

TYPES = ("single", "multiple", "quantity", "character", "logical", "date", "time")
FORMATS = ("fixed", "csv")
DECLARED = re.compile(rb"""<\?xml[^>]*encoding=["']([A-Za-z0-9._-]+)["']""")


@dataclass(frozen=True)
class Defined:
    """One variable. `start` and `finish` count characters of a fixed line or cells of a CSV line, from 1.

    `values`: code as text -> label. `ranges`: codes allowed without a label. `subfields` 0: a multiple is a row
    of 1 and 0, one for each code from 1; else so many codes of `width` characters one after another.
    """

    name: str
    label: str
    type: str
    start: int
    finish: int
    values: dict[str, str] = field(default_factory=dict)
    ranges: tuple[tuple[float, float], ...] = ()
    literal: bool = False
    use: str = ""
    filter: str = ""
    subfields: int = 0
    width: int = 0
    line: int | None = None


@dataclass(frozen=True)
class Definition:
    """A whole definition: where the answers stand and what each variable is."""

    version: str
    title: str
    variables: tuple[Defined, ...]
    encoding: str
    href: str = ""
    csv: bool = False
    skip: int = 0


def read_definition(path: Path) -> Definition:
    """The definition in a .sss file. Raises ALN-301 if it is no XML, ALN-306 for entities, ALN-307 for its content."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise Problems(UNREADABLE(f"`{path}` cannot be opened: {error.strerror}", found=str(path))) from None
    root = _parsed(path, raw)
    return _Reading(path.name, raw).definition(root)


def _parsed(path: Path, raw: bytes) -> Any:
    parser = DefusedXMLParser(forbid_dtd=False, forbid_entities=True, forbid_external=True)
    try:
        parser.feed(raw)
        return parser.close()
    except DefusedXmlException as error:
        sentence = f"`{path.name}` declares entities or points outside: {type(error).__name__}"
        raise Problems(UNSAFE_XML(sentence, place=Place(path.name))) from None
    except ParseError as error:
        line, column = error.position
        sentence = f"`{path.name}` is no whole XML file: {str(error).split(':')[0]}"
        raise Problems(UNREADABLE(sentence, place=Place(path.name, line, column + 1))) from None
    except (ValueError, LookupError) as error:
        raise Problems(UNREADABLE(f"`{path.name}` cannot be read: {error}", place=Place(path.name))) from None


class _Reading:
    """One definition; problems gather here."""

    def __init__(self, file: str, raw: bytes) -> None:
        self.file = file
        self.problems: list[Problem] = []
        declared = DECLARED.search(raw[:200])
        self.encoding = declared[1].decode().lower() if declared else "utf-8"
        if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
            self.encoding = "utf-16"
        self.lines = raw.decode(self.encoding, errors="replace").split("\n")

    def definition(self, root: Any) -> Definition:
        records = list(root.iter("record"))
        if root.tag != "sss" or len(records) != 1:
            found = f"<{root.tag}> with {len(records)} records"
            sentence = f"`{self.file}` is no Triple-S definition of one record"
            raise Problems(
                BAD_DEFINITION(
                    sentence, place=Place(self.file, 1), found=found, expected="<sss>, one <record>"
                )
            )
        record = records[0]
        if record.get("format", "fixed") not in FORMATS:
            self.bad("the answers have an unknown format", None, record.get("format"), FORMATS)
        variables = tuple(one for element in record.findall("variable") if (one := self.variable(element)))
        skip = self.number(record.get("skip", "0"), "`skip`", None)
        if self.problems:
            raise Problems(self.problems)
        return Definition(
            version=root.get("version", ""),
            title=_words(root.find("survey/title")) or _words(root.find("survey/name")),
            variables=variables,
            encoding="utf-8" if self.encoding.replace("-", "").startswith("utf") else self.encoding,
            href=record.get("href", ""),
            csv=record.get("format") == "csv",
            skip=skip,
        )

    def variable(self, element: Any) -> Defined | None:
        name = _words(element.find("name")) or element.get("ident", "")
        line = self.line_of(element.get("ident", ""))
        kind, position = element.get("type", ""), element.find("position")
        if not name or kind not in TYPES or position is None:
            self.bad(f"the variable `{name}` has no name, place or known type", line, kind, TYPES)
            return None
        start = self.number(position.get("start", ""), f"the place of {name}", line)
        finish = self.number(position.get("finish", str(start)), f"the place of {name}", line)
        if start < 1 or finish < start:
            self.bad(f"{name} stands from {start} to {finish}", line, f"{start}-{finish}")
        values = {one.get("code", ""): _words(one) for one in element.iterfind("values/value")}
        spread = element.find("spread")
        subfields = (
            self.number(spread.get("subfields", "1"), "`subfields`", line) if spread is not None else 0
        )
        width = int(spread.get("width", "0")) if subfields and spread.get("width", "0").isdigit() else 0
        numbered = element.get("format") != "literal"
        if kind == "multiple" or (kind in ("single", "quantity") and numbered):
            self.codes(list(values), name, line, whole=kind != "quantity")
        if kind == "multiple" and not values:
            self.bad(f"{name} has no values to choose from", line)
        return Defined(
            name=name,
            label=_words(element.find("label")) or name,
            type=kind,
            start=start,
            finish=finish,
            values=values,
            ranges=tuple(self.ranges(element, name, line)),
            literal=not numbered,
            use=element.get("use", ""),
            filter=_words(element.find("filter")) or element.get("filter", ""),
            subfields=subfields,
            width=width or (max(1, (finish - start + 1) // subfields) if subfields else 0),
            line=line,
        )

    def codes(self, codes: Sequence[str], name: str, line: int | None, *, whole: bool) -> None:
        """Note codes that are no numbers, or two that are the same."""
        seen: set[float] = set()
        for code in codes:
            try:
                number = float(code)
            except ValueError:
                number = math.nan
            if not math.isfinite(number) or (whole and not (number >= 0 and number.is_integer())):
                self.bad(f"{name}: the code `{code}` is no {'whole ' if whole else ''}number", line, code)
            elif number in seen:
                self.bad(f"{name}: the code `{code}` stands twice", line, code)
            seen.add(number)

    def ranges(self, element: Any, name: str, line: int | None) -> Iterator[tuple[float, float]]:
        for one in [*element.iterfind("values/range"), *element.iterfind("range")]:
            try:
                yield float(one.get("from", "nan")), float(one.get("to", "nan"))
            except ValueError:
                if element.get("type") in ("single", "multiple", "quantity"):
                    self.bad(
                        f"{name}: a range of values is two numbers",
                        line,
                        f"{one.get('from')}-{one.get('to')}",
                    )

    def number(self, text: str, what: str, line: int | None) -> int:
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            self.bad(f"{what} is no whole number", line, text)
            return 1
        return int(text)

    def line_of(self, ident: str) -> int | None:
        """The line where a variable begins."""
        wanted = re.compile(rf"<variable\b[^>]*\bident\s*=\s*[\"']{re.escape(ident)}[\"']")
        return next((place for place, line in enumerate(self.lines, start=1) if wanted.search(line)), None)

    def bad(
        self, sentence: str, line: int | None, found: str | None = None, known: tuple[str, ...] = ()
    ) -> None:
        self.problems.append(
            BAD_DEFINITION(sentence, place=Place(self.file, line), found=found or None, alternatives=known)
        )


def _words(element: Any) -> str:
    """The text of an element in one line: its own, else that of its first <text>."""
    if element is None:
        return ""
    own = [element.text or ""]
    for child in element:
        own += ["" if child.tag == "text" else " ".join(child.itertext()), child.tail or ""]
    words = " ".join(" ".join(own).split())
    first = element.find("text")
    return words or (" ".join(" ".join(first.itertext()).split()) if first is not None else "")
