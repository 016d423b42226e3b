"""Text → typed value against an independent reader in Python, on texts made to mislead."""

import math
import re
import string
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlglot import exp

from tandem.charter.definitions import FieldType
from tandem.charter.scalars import TIME_PATTERN
from tandem.collect.parsing import instant, typed

DATABASE = duckdb.connect(":memory:")


def read(expression: Callable[[exp.Expr], exp.Expr], texts: list[str]) -> list[object]:
    """What the expression makes of each text, in one query."""
    rows = ", ".join(f"({n}, {exp.Literal.string(text).sql('duckdb')})" for n, text in enumerate(texts))
    made = expression(exp.column("text")).sql("duckdb")
    query = f"SELECT {made} FROM (VALUES {rows}) AS v(n, text) ORDER BY n"
    return [row[0] for row in DATABASE.execute(query).fetchall()]


def integer(text: str) -> int | None:
    found = int(text) if re.fullmatch(r"[+-]?[0-9]{1,19}", text) else None
    return found if found is not None and -(2**63) <= found < 2**63 else None


def number(text: str) -> float | None:
    if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?", text):
        return None
    return float(text) if math.isfinite(float(text)) else None


def money(text: str) -> Decimal | None:
    if not re.fullmatch(r"[+-]?[0-9]{1,14}(\.[0-9]{1,20})?", text):
        return None
    rounded = Decimal(text).quantize(Decimal("0.0001"), ROUND_HALF_UP)
    return rounded if abs(rounded - Decimal(text)) < Decimal("1e-9") else None


def boolean(text: str) -> bool | None:
    return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}.get(text.lower())


def day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else None
    except ValueError:
        return None


MISLEADING = [
    "1",
    "01",
    "-0",
    "+7",
    "1.0",
    "1.5",
    "1,5",
    "1e2",
    "1E-3",
    "NaN",
    "nan",
    "inf",
    "-inf",
    "Infinity",
    "0x10",
    "1_000",
    "١",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "99999999999999999999",
    ".5",
    "5.",
    ".",
    "-",
    "+",
    "--",
    "1-1",
    "1e999",
    "0.00001",
    "0.1000000000000000055",
    "12.34500",
    "100.0000000001",
    "99999999999999.9999",
    "100000000000000",
    "TRUE",
    "False",
    "YES",
    "no",
    "on",
    "off",
    "t",
    "f",
    "y",
    "n",
    "null",
    "NULL",
    "2026-02-28",
    "2026-02-29",
    "2024-02-29",
    "2026-02-30",
    "2026-2-3",
    "20260203",
    "0001-01-01",
    "2026-13-01",
    "02/03/2026",
    "",
    " ",
    " 1",
    "1 ",
    "1\n",
    "\t1",
    "1 2",
]
TYPES = {
    FieldType.INTEGER: integer,
    FieldType.NUMBER: number,
    FieldType.MONEY: money,
    FieldType.BOOLEAN: boolean,
    FieldType.DATE: day,
}


@pytest.mark.parametrize("type_", TYPES)
def test_misleading_texts(type_: FieldType) -> None:
    found = read(lambda text: typed(text, type_, "iso", "UTC"), MISLEADING)
    assert dict(zip(MISLEADING, found, strict=True)) == {text: TYPES[type_](text) for text in MISLEADING}


@settings(max_examples=60)
@given(st.lists(st.text("0123456789.+-eE NatruefalsyYn", max_size=12), min_size=1, max_size=40))
def test_any_text(texts: list[str]) -> None:
    for type_, reference in TYPES.items():
        if type_ is not FieldType.MONEY:
            assert read(lambda text, t=type_: typed(text, t, "iso", "UTC"), texts) == [
                reference(x) for x in texts
            ]


@settings(max_examples=40)
@given(st.lists(st.decimals(-(10**10), 10**10, allow_nan=False), min_size=1, max_size=30))
@example([Decimal("0.00005"), Decimal("0.1")])
def test_amounts(values: list[Decimal]) -> None:
    texts = [f"{value:.{places}f}" for value in values for places in (0, 2, 4, 7, 14)]
    assert read(lambda text: typed(text, FieldType.MONEY, "iso", "UTC"), texts) == [
        money(text) for text in texts
    ]


def test_noise_of_floats_is_no_money() -> None:
    assert read(
        lambda text: typed(text, FieldType.MONEY, "iso", "UTC"), ["2.2e-16", "1e-3", "19.900000000000002"]
    ) == [
        Decimal(0),
        None,
        Decimal("19.9"),
    ]


LONDON = ZoneInfo("Europe/London")


def moment(text: str, zone: ZoneInfo) -> datetime:
    """The reference: Python's own reader, in UTC without zone."""
    found = datetime.fromisoformat(text)
    found = found if found.tzinfo else found.replace(tzinfo=zone)
    return found.astimezone(UTC).replace(tzinfo=None)


TIMES = [
    "2026-03-01T09:00:00Z",
    "2026-03-01T09:00Z",
    "2026-03-01T09:00:00.5Z",
    "2026-03-01T09:00:00.123456Z",
    "2026-03-01T09:00:00+02:00",
    "2026-03-01T09:00:00-0530",
    "2026-03-01T09:00:00+02",
    "2026-07-01T09:00:00",
    "2026-01-01T09:00:00",
    "2026-07-01",
    "2026-07-01T23:59:59.999999",
    "1969-12-31T23:59:59Z",
    "2026-12-31T23:30:00-01:00",
    "9999-12-31T00:00:00Z",
    "2026-07-01 09:00",
    "2026-07-01 09:00:00+02:00",
]


@pytest.mark.parametrize("zone", ["UTC", "Europe/London"])
def test_iso_times(zone: str) -> None:
    found = read(lambda text: instant(text, "iso", zone), TIMES)
    expected = {text: moment(text, ZoneInfo(zone)) for text in TIMES}
    assert dict(zip(TIMES, found, strict=True)) == expected


def test_texts_that_are_no_time() -> None:
    texts = [
        "2026-02-30T09:00:00Z",
        "2026-03-01T24:00:00Z",
        "2026-03-01T09:60:00Z",
        "2026-03-01T09:00:60Z",
        "2026-03-01T9:00Z",
        "infinity",
        "epoch",
        "now",
        "2026-03",
        "20260301T090000Z",
        "2026-03-01T09:00:00+2",
        "01.03.2026",
        "1772355600",
    ]
    assert (
        read(lambda text: instant(text, "iso", "UTC"), [*texts, "2026-03-01 09:00 Europe/London"])
        == [None] * 14
    )


@settings(max_examples=40)
@given(st.lists(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)), min_size=1, max_size=20))
def test_epochs_and_patterns(moments: list[datetime]) -> None:
    whole = [one.replace(microsecond=0) for one in moments]
    seconds = [str(int((one - datetime(1970, 1, 1)).total_seconds())) for one in whole]
    assert read(lambda text: instant(text, "epoch_s", "UTC"), seconds) == whole
    assert read(lambda text: instant(text, "epoch_ms", "UTC"), [f"{one}000" for one in seconds]) == whole
    pattern = "%d/%m/%Y %H:%M:%S"
    texts = [one.strftime(pattern) for one in whole]
    assert read(lambda text: instant(text, pattern, "UTC"), texts) == whole


def test_pattern_with_offset_and_in_a_zone() -> None:
    offset = read(
        lambda text: instant(text, "%d/%m/%Y %H:%M %z", "Europe/London"), ["01/07/2026 10:00 +0200", "x"]
    )
    assert offset == [datetime(2026, 7, 1, 8), None]
    local = read(
        lambda text: instant(text, "%d/%m/%Y %H:%M", "Europe/London"),
        ["01/07/2026 10:00", "31/02/2026 10:00"],
    )
    assert local == [datetime(2026, 7, 1, 9), None]


@pytest.mark.parametrize("part", [f"%{dash}{letter}" for dash in ("", "-") for letter in string.printable])
def test_the_engine_reads_what_a_charter_may_say_of_times(part: str) -> None:
    pattern = f"%Y {part}"
    asked = f"SELECT try_strptime('', {exp.Literal.string(pattern).sql('duckdb')})::VARCHAR"
    if re.fullmatch(TIME_PATTERN, pattern, re.DOTALL):
        assert DATABASE.execute(asked).fetchall() == [(None,)]
    else:
        with pytest.raises(duckdb.InvalidInputException):
            DATABASE.execute(asked)
