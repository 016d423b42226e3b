"""Text → typed value, strictly: NULL where the text is not wholly of the type. In DuckDB's meaning, by the reader.

integer: digits with an optional sign that fit 64 bits. number: decimal or scientific notation, finite.
money: decimal notation that four decimals hold (noise of binary floats under 1e-9, such as 2.2e-16, is rounded away).
boolean: true false yes no 1 0, in any case. date: 2025-03-30. timestamp: ISO 8601, with or without seconds,
fraction, Z or offset; without an offset it is taken in the contract's zone. A local time that a clock change
skips or repeats is read as the engine's time zone library (ICU) does. No text is trimmed.
"""

from sqlglot import exp

from tandem.charter.definitions import FieldType

INTEGER = r"[+-]?[0-9]{1,19}"
NUMBER = r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?"
MONEY = r"[+-]?[0-9]{1,14}(\.[0-9]{1,4}0*)?"
LONG_MONEY = r"[+-]?[0-9]{1,14}\.[0-9]{5,20}"
NOISE = r"[+-]?[0-9](\.[0-9]+)?[eE]-[1-9][0-9]{1,2}"
DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,9})?)?"
LOCAL = rf"{DATE}([T ]{CLOCK})?"
ZULU = rf"{DATE}[T ]{CLOCK}Z"
OFFSET = rf"{DATE}[T ]{CLOCK}[+-][0-9]{{2}}(:?[0-9]{{2}})?"
SECONDS = r"-?[0-9]{1,11}(\.[0-9]{1,9})?"
MILLISECONDS = r"-?[0-9]{1,14}(\.[0-9]{1,6})?"

EXPECTED = {
    FieldType.TEXT: "text",
    FieldType.INTEGER: "a whole number, digits only",
    FieldType.NUMBER: "a number",
    FieldType.MONEY: "an amount with at most four decimals",
    FieldType.BOOLEAN: "true, false, yes, no, 1 or 0",
    FieldType.DATE: "a date such as 2025-03-30",
    FieldType.TIMESTAMP: "a time such as 2025-03-30T09:00:00Z",
}


def expected(type_: FieldType, written: str) -> str:
    """What a reader of the quarantine is told that should stand there."""
    if written == "iso":
        return EXPECTED[type_]
    words = {"epoch_s": "seconds since 1970", "epoch_ms": "milliseconds since 1970"}
    return words.get(written, f"{type_} written as {written}")


def typed(text: exp.Expr, type_: FieldType, written: str, zone: str) -> exp.Expr:
    """The value of a text column, or NULL. `written` is iso, epoch_s, epoch_ms or a strptime pattern."""
    match type_:
        case FieldType.TEXT:
            return text
        case FieldType.INTEGER:
            return _if(text, INTEGER, _try(text, "bigint"))
        case FieldType.NUMBER:
            return _number(text)
        case FieldType.MONEY:
            return _money(text)
        case FieldType.BOOLEAN:
            return _boolean(text)
        case FieldType.DATE:
            return _date(text, written, zone)
        case FieldType.TIMESTAMP:
            return instant(text, written, zone)


def instant(text: exp.Expr, written: str, zone: str) -> exp.Expr:
    """A text as a UTC timestamp, or NULL."""
    match written:
        case "iso":
            return (
                exp.Case()
                .when(_is(text, ZULU), _try(text, "timestamp"))
                .when(_is(text, LOCAL), _to_utc(_try(text, "timestamp"), zone))
                .when(_is(text, OFFSET), _at("UTC", _try(text, "timestamptz")))
            )
        case "epoch_s":
            return _if(text, SECONDS, _since_1970(text, 1_000_000))
        case "epoch_ms":
            return _if(text, MILLISECONDS, _since_1970(text, 1_000))
        case _:
            return _by_pattern(text, written, zone)


def _by_pattern(text: exp.Expr, pattern: str, zone: str) -> exp.Expr:
    parsed = exp.Anonymous(this="try_strptime", expressions=[text.copy(), exp.Literal.string(pattern)])
    if "%z" in pattern or "%Z" in pattern:
        return _at("UTC", parsed)
    return _to_utc(exp.cast(parsed, "timestamp"), zone)


def _date(text: exp.Expr, written: str, zone: str) -> exp.Expr:
    if written == "iso":
        return _if(text, DATE, _try(text, "date"))
    if written.startswith("epoch"):
        return exp.cast(instant(text, written, zone), "date")
    parsed = exp.Anonymous(this="try_strptime", expressions=[text.copy(), exp.Literal.string(written)])
    return exp.cast(parsed, "date")


def _number(text: exp.Expr) -> exp.Expr:
    value = _try(text, "double")
    return exp.Case().when(
        exp.and_(_is(text, NUMBER), exp.Anonymous(this="isfinite", expressions=[value])), value.copy()
    )


def _money(text: exp.Expr) -> exp.Expr:
    long = _try(text, "decimal(38, 20)")
    rounded = _cast(long, "decimal(18, 4)")
    noise = exp.Abs(this=exp.paren(long - _cast(rounded, "decimal(38, 20)"))) < _noise()
    return (
        exp.Case()
        .when(_is(text, MONEY), _try(text, "decimal(18, 4)"))
        .when(_is(text, LONG_MONEY), exp.Case().when(noise, rounded))
        .when(_is(text, NOISE), _cast(exp.Literal.number(0), "decimal(18, 4)"))
    )


def _boolean(text: exp.Expr) -> exp.Expr:
    lowered = exp.Lower(this=text.copy())
    return (
        exp.Case()
        .when(lowered.isin("true", "yes", "1"), exp.true())
        .when(lowered.copy().isin("false", "no", "0"), exp.false())
    )


def _since_1970(text: exp.Expr, factor: int) -> exp.Expr:
    micros = _cast(exp.paren(_try(text, "decimal(28, 9)") * exp.Literal.number(factor)), "bigint")
    return exp.Anonymous(this="make_timestamp", expressions=[micros])


def _to_utc(local: exp.Expr, zone: str) -> exp.Expr:
    return local if zone == "UTC" else _at("UTC", _at(zone, local))


def _at(zone: str, moment: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this="timezone", expressions=[exp.Literal.string(zone), moment])


def _is(text: exp.Expr, pattern: str) -> exp.Expr:
    return exp.Anonymous(this="regexp_full_match", expressions=[text.copy(), exp.Literal.string(pattern)])


def _if(text: exp.Expr, pattern: str, value: exp.Expr) -> exp.Expr:
    return exp.Case().when(_is(text, pattern), value)


def _try(text: exp.Expr, type_: str) -> exp.Expr:
    return exp.TryCast(this=text.copy(), to=exp.DataType.build(type_, dialect="duckdb"))


def _cast(value: exp.Expr, type_: str) -> exp.Expr:
    """Unlike `exp.cast`, which takes two DECIMALs of different scale for the same type and leaves them."""
    return exp.Cast(this=value.copy(), to=exp.DataType.build(type_))


def _noise() -> exp.Expr:
    return exp.cast(exp.Literal.string("0.000000001"), "decimal(38, 20)")
