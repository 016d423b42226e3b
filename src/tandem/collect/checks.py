"""What a row has to keep, as an ordered tuple of checks. The first that a row breaks is why it waits.

Each check is a set of conditions over the stage's columns; together they are one CASE per row, no loop.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from sqlglot import exp

from tandem.charter.definitions.sources import FieldSpec
from tandem.collect import problems
from tandem.collect.contract import Contract, Kind, Planned
from tandem.collect.parsing import expected
from tandem.engine import functions as f
from tandem.kernel import Code

CLOCK_SKEW = timedelta(days=1)


@dataclass(frozen=True)
class Check:
    """One way to break a contract. `broken` is a condition on a row, `found` the text that stood there."""

    code: Code
    broken: exp.Expr
    path: str | None = None
    found: exp.Expr | None = None
    expected: str | None = None


def readable(contract: Contract) -> Iterator[Check]:
    """The row has the form of its file: as many columns as the header, closed quotes, valid JSON."""
    form = (
        "a JSON object in one line"
        if contract.source.files.format == "ndjson"
        else "a row as its header says"
    )
    yield Check(
        problems.TORN_ROW, _known(exp.column("_trouble")), found=exp.column("_trouble"), expected=form
    )


def key_present(contract: Contract) -> Iterator[Check]:
    """Every part of the key has a value."""
    for path, text in zip(contract.source.key, contract.key(), strict=True):
        yield Check(problems.NO_KEY, _of_a_kind(_unknown(text)), path, expected="a value")


def time_present(contract: Contract) -> Iterator[Check]:
    """The row says when it happened."""
    if contract.source.time is not None:
        path = contract.source.time.field
        yield Check(
            problems.NO_TIME, _of_a_kind(_unknown(contract.paths.text(path))), path, expected="a time"
        )


def time_readable(contract: Contract) -> Iterator[Check]:
    """The time is written as agreed."""
    if contract.source.time is not None:
        path, written = contract.source.time.field, contract.source.time.format
        text = contract.paths.text(path)
        wanted = "a time such as 2025-03-30T09:00:00Z" if written == "iso" else f"a time written as {written}"
        yield Check(problems.BAD_TIME, _of_a_kind(_unknown(exp.column("event_at"))), path, text, wanted)


def clock_skew(contract: Contract) -> Iterator[Check]:
    """It did not happen more than a day after it was taken."""
    if contract.source.time is not None:
        path = contract.source.time.field
        latest = contract.now + CLOCK_SKEW
        late = exp.column("event_at") > f.instant(latest)
        wanted = f"at most {latest:%Y-%m-%dT%H:%M:%SZ}"
        yield Check(problems.FUTURE, _of_a_kind(late), path, contract.paths.text(path), wanted)


def required(contract: Contract) -> Iterator[Check]:
    """Required fields have a value."""
    for kind, one in _fields(contract):
        if one.spec.required:
            missing = _unknown(contract.paths.text(one.spec.read_from))
            yield Check(
                problems.MISSING, _only(contract, kind, missing), one.spec.read_from, expected="a value"
            )


def types(contract: Contract) -> Iterator[Check]:
    """Values are of their types."""
    for kind, one in _fields(contract):
        if one.spec.type != "text" and not contract.drops(one.spec):
            text = contract.paths.text(one.spec.read_from)
            bad = exp.and_(_known(text.copy()), _unknown(exp.column(one.column)))
            wanted = expected(one.spec.type, one.spec.format or "iso")
            yield Check(problems.BAD_TYPE, _only(contract, kind, bad), one.spec.read_from, text, wanted)


def bounds(contract: Contract) -> Iterator[Check]:
    """Numbers are within their bounds; both ends count as inside."""
    for kind, one in _fields(contract):
        spec = one.spec
        if contract.drops(spec) or (spec.at_least is None and spec.at_most is None):
            continue
        kept = contract.within(spec, exp.column(one.column))
        inside = exp.and_(*(part for part in kept if not isinstance(part, exp.In)), exp.true())
        text = contract.paths.text(spec.read_from)
        wanted = ", ".join(_limits(spec))
        yield Check(
            problems.OUT_OF_BOUNDS, _only(contract, kind, exp.not_(inside)), spec.read_from, text, wanted
        )


def members(contract: Contract) -> Iterator[Check]:
    """Values are among those that the contract lists, as written."""
    for kind, one in _fields(contract):
        if one.spec.one_of and not contract.drops(one.spec):
            text = contract.paths.text(one.spec.read_from)
            listed = [exp.Literal.string(value) for value in one.spec.one_of]
            bad = exp.not_(exp.In(this=text.copy(), expressions=listed))
            wanted = "one of " + ", ".join(one.spec.one_of)
            yield Check(problems.NOT_ONE_OF, _only(contract, kind, bad), one.spec.read_from, text, wanted)


CHECKS = (
    readable,
    key_present,
    time_present,
    time_readable,
    clock_skew,
    required,
    types,
    bounds,
    members,
)


def checks_of(contract: Contract) -> tuple[Check, ...]:
    """All ways to break this contract, in the order in which they are looked for."""
    return tuple(check for find in CHECKS for check in find(contract))


def dropped_of(contract: Contract) -> tuple[tuple[Kind, Planned, Check], ...]:
    """In mode drop_value: how an optional field can lose its value, by kind."""
    found = []
    for kind, one in _fields(contract):
        if not contract.drops(one.spec):
            continue
        text = contract.paths.text(one.spec.read_from)
        lost = exp.and_(_known(text.copy()), _unknown(exp.column(one.column)))
        code = problems.BAD_TYPE if one.spec.type != "text" else problems.NOT_ONE_OF
        wanted = expected(one.spec.type, one.spec.format or "iso")
        limits = _limits(one.spec)
        limits += ["one of " + ", ".join(one.spec.one_of)] if one.spec.one_of else []
        check = Check(
            code, _only(contract, kind, lost), one.spec.read_from, text, ", ".join([wanted, *limits])
        )
        found.append((kind, one, check))
    return tuple(found)


def _fields(contract: Contract) -> Iterator[tuple[Kind, Planned]]:
    for kind in contract.kinds:
        for one in kind.fields:
            yield kind, one


def _limits(spec: FieldSpec) -> list[str]:
    least = [f"at least {spec.at_least:,}"] if spec.at_least is not None else []
    return least + ([f"at most {spec.at_most:,}"] if spec.at_most is not None else [])


def _only(contract: Contract, kind: Kind, condition: exp.Expr) -> exp.Expr:
    if len(contract.kinds) == 1 and not contract.has_unplanned:
        return condition
    return exp.and_(exp.column("kind").eq(kind.number), condition)


def _of_a_kind(condition: exp.Expr) -> exp.Expr:
    return exp.and_(_known(exp.column("kind")), condition)


def _known(value: exp.Expr) -> exp.Expr:
    return exp.not_(_unknown(value))


def _unknown(value: exp.Expr) -> exp.Expr:
    return exp.Is(this=value, expression=exp.null())
