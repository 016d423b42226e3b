"""The bytes of an SPSS .sav file: written whole, with labels, missing values, multiple-response sets and the weight.

The layout is the published one of system files (`$FL2`, little-endian, uncompressed, UTF-8). Own bytes, because the
library that reads .sav files can write neither sets nor the weight.
"""

import math
import struct
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from tandem.align.responses import Column

ENDING, NOMINAL, ORDINAL, SCALE = 999, 1, 2, 3
EMPTY = -sys.float_info.max
LOWEST = math.nextafter(EMPTY, 0.0)
SEGMENT, EFFECTIVE = 255, 252
"""A text longer than 255 bytes is laid out as variables of 255, of which 252 count in telling their number."""
MOST_TEXT, MOST_LABEL, MOST_VALUE_LABEL, MOST_NAME = 32_767, 255, 120, 64
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Written:
    """One variable of a .sav file. `width` in bytes, 0: a number. `missing`: up to three values, or a closed range."""

    name: str
    label: str
    cells: Column
    width: int = 0
    decimals: int = 0
    measure: int = NOMINAL
    labels: Mapping[float, str] = field(default_factory=dict)
    missing: tuple[float, ...] = ()
    span: tuple[float, float] | None = None

    @property
    def segments(self) -> tuple[int, ...]:
        """The widths of the variables that it is laid out as; one but for long texts."""
        if self.width <= SEGMENT:
            return (self.width,)
        number = math.ceil(self.width / EFFECTIVE)
        return (*(SEGMENT,) * (number - 1), self.width - (number - 1) * EFFECTIVE)


@dataclass(frozen=True)
class WrittenSet:
    """A multiple-response set of dichotomies: 1 counts."""

    name: str
    label: str
    members: tuple[str, ...]


def cut(text: str, most: int) -> str:
    """As much of a text as goes into so many bytes of UTF-8, in whole characters."""
    return text.encode()[:most].decode(errors="ignore")


def sav_bytes(
    title: str,
    variables: Sequence[Written],
    sets: Sequence[WrittenSet],
    weight: str,
    now: datetime,
) -> bytes:
    """The whole file. `weight` is the name of a variable, or empty. Texts are UTF-8, filled up with blanks."""
    short: dict[str, str] = {}
    index: dict[str, int] = {}
    records, displays, elements, number = [], [], 0, 0
    for one in variables:
        short[one.name], index[one.name] = f"V{number + 1}", elements + 1
        for place, width in enumerate(one.segments):
            number += 1
            records.append(_variable(one, f"V{number}", width, first=place == 0))
            displays += [one.measure, 8, 0 if one.width == 0 else 1]
            elements += max(1, math.ceil(width / 8))
    rows = len(variables[0].cells) if variables else 0
    return b"".join(
        [
            _header(title, elements, index.get(weight, 0), rows, now),
            *records,
            *(_value_labels(one.labels, index[one.name]) for one in variables if one.labels),
            *_extensions(variables, sets, short, displays),
            struct.pack("<ii", ENDING, 0),
            _data(variables, rows),
        ]
    )


def _header(title: str, elements: int, weight: int, rows: int, now: datetime) -> bytes:
    return b"".join(
        [
            b"$FL2",
            _filled("@(#) SPSS DATA FILE Tandem", 60),
            struct.pack("<iiiiid", 2, elements, 0, weight, rows, 100.0),
            f"{now.day:02d} {MONTHS[now.month - 1]} {now.year % 100:02d}{now:%H:%M:%S}".encode(),
            _filled(title, 64),
            bytes(3),
        ]
    )


def _variable(one: Written, short: str, width: int, *, first: bool) -> bytes:
    """The record of one segment, and of the elements that a text goes on into."""
    label = cut(one.label, MOST_LABEL).encode() if first else b""
    shape = (1 << 16) | (min(width, SEGMENT) << 8) if width else (5 << 16) | (12 << 8) | one.decimals
    values = (*one.span, *one.missing) if one.span else one.missing
    count = (-len(values) if one.span else len(values)) if first else 0
    parts = [
        struct.pack("<iiiiii", 2, width, int(bool(label)), count, shape, shape),
        _filled(short, 8),
    ]
    if label:
        parts += [struct.pack("<i", len(label)), label, bytes(-len(label) % 4)]
    if count:
        parts.append(struct.pack(f"<{len(values)}d", *values))
    more = struct.pack("<iiiiii", 2, -1, 0, 0, 0, 0) + bytes(8)
    return b"".join(parts) + more * (max(1, math.ceil(width / 8)) - 1)


def _value_labels(labels: Mapping[float, str], index: int) -> bytes:
    parts = [struct.pack("<ii", 3, len(labels))]
    for value, label in labels.items():
        text = cut(label, MOST_VALUE_LABEL).encode()
        parts.append(struct.pack("<dB", value, len(text)) + text + bytes(-(len(text) + 1) % 8))
    return b"".join([*parts, struct.pack("<iii", 4, 1, index)])


def _extensions(
    variables: Sequence[Written],
    sets: Sequence[WrittenSet],
    short: Mapping[str, str],
    displays: Sequence[int],
) -> list[bytes]:
    """The records that newer readers know: machine, sets, looks, long names, long texts, encoding."""
    names = "\t".join(f"{short[one.name]}={one.name}" for one in variables)
    texts = "".join(f"{short[one.name]}={one.width:05d}\0\t" for one in variables if one.width > SEGMENT)
    parts = [
        _extension(3, 4, struct.pack("<8i", 25, 0, 0, -1, 1, 1, 2, 65001)),
        _extension(4, 8, struct.pack("<3d", EMPTY, sys.float_info.max, LOWEST)),
        _extension(11, 4, struct.pack(f"<{len(displays)}i", *displays)),
        _extension(13, 1, names.encode()),
    ]
    if sets:
        parts.insert(2, _extension(7, 1, b"".join(_set(one, short) for one in sets)))
    if texts:
        parts.append(_extension(14, 1, texts.encode()))
    return [*parts, _extension(20, 1, b"UTF-8")]


def _extension(kind: int, size: int, body: bytes) -> bytes:
    return struct.pack("<iiii", 7, kind, size, len(body) // size) + body


def _set(one: WrittenSet, short: Mapping[str, str]) -> bytes:
    label = " ".join(one.label.split()).encode()
    members = " ".join(short[name].lower() for name in one.members)
    return f"${one.name}=D1 1 {len(label)} ".encode() + label + f" {members}\n".encode()


def _data(variables: Sequence[Written], rows: int) -> bytes:
    """All rows, each variable in elements of 8 bytes."""
    shapes: list[tuple[str, str]] = []
    parts: list[np.ndarray[tuple[int], np.dtype[np.void | np.float64 | np.bytes_]]] = []
    for one in variables:
        if one.width == 0:
            shapes.append((f"f{len(shapes)}", "<f8"))
            parts.append(np.where(np.isnan(one.cells), EMPTY, one.cells))
            continue
        cells = [cut(cell or "", one.width).encode().ljust(SEGMENT * len(one.segments)) for cell in one.cells]
        for place, width in enumerate(one.segments):
            room = 8 * math.ceil(width / 8)
            start = place * SEGMENT
            shapes.append((f"f{len(shapes)}", f"S{room}"))
            parts.append(
                np.array(
                    [cell[start : start + min(width, SEGMENT)].ljust(room) for cell in cells],
                    dtype=f"S{room}",
                )
            )
    table = np.empty(rows, dtype=shapes)
    for (name, _), part in zip(shapes, parts, strict=True):
        table[name] = part
    return table.tobytes()


def _filled(text: str, width: int) -> bytes:
    return cut(text, width).encode().ljust(width)


def weight_of(raw: bytes) -> str:
    """The name of the variable that a .sav file was saved weighted by, or empty; also if the file is broken."""
    try:
        return _Walk(raw).weight()
    except (struct.error, UnicodeDecodeError, ValueError, KeyError):
        return ""


class _Walk:
    """Along the records of the dictionary, which stand one after another and say how long they are."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.order = "<" if raw[64:68] in (b"\2\0\0\0", b"\3\0\0\0") else ">"
        self.at = 176

    def weight(self) -> str:
        (wanted,) = struct.unpack_from(f"{self.order}i", self.raw, 76)
        if wanted == 0:
            return ""
        short, element, long = "", 0, ""
        while True:
            kind = self.whole()
            if kind == 2:
                element += 1
                name = self.variable()
                short = name if element == wanted else short
            elif kind == 3:
                self.labels()
            elif kind == 4:
                self.skip(4 * self.whole())
            elif kind == 6:
                self.skip(80 * self.whole())
            elif kind == 7:
                subtype, size, count = self.whole(), self.whole(), self.whole()
                body = self.raw[self.at : self.at + size * count]
                self.at += size * count
                long = body.decode(errors="replace") if subtype == 13 else long
            elif kind == ENDING:
                pairs = dict(pair.split("=", 1) for pair in long.split("\t") if "=" in pair)
                return pairs.get(short, short)
            else:
                raise ValueError(kind)

    def skip(self, number: int) -> None:
        self.at += number

    def whole(self) -> int:
        (value,) = struct.unpack_from(f"{self.order}i", self.raw, self.at)
        self.at += 4
        return int(value)

    def variable(self) -> str:
        _, labelled, missing, _, _ = (self.whole() for _ in range(5))
        name = self.raw[self.at : self.at + 8].decode("latin-1").strip()
        self.at += 8
        if labelled:
            length = self.whole()
            self.at += length + -length % 4
        self.at += 8 * abs(missing)
        return name

    def labels(self) -> None:
        for _ in range(self.whole()):
            length = self.raw[self.at + 8]
            self.at += 8 + length + 1 + -(length + 1) % 8
