"""The layers that turn the texts of a row into a checked row, computed by the reader in one pass.

The stage that results has one row per row of the files: `_row` (file and line as one number), `_file`, `_line`,
`_trouble`, `kind`, `event_at`, `event_id`, `bad` (number of the first broken check), `found`, `payload` (only of
rows that wait), the typed values t0 …, raw identifiers x0 …, consents c0 … and w0 …, suppressions s0 ….
"""

from dataclasses import dataclass

from sqlglot import exp

from tandem.charter.definitions import Format
from tandem.collect import problems
from tandem.collect.checks import Check, checks_of, dropped_of
from tandem.collect.contract import Contract, Kind, Planned
from tandem.engine import functions as f
from tandem.engine.files import WHOLE, Layer, Shape

LINES = 1 << 40
OUTDONE = Check(problems.TWICE, exp.false(), expected="one row per record in a file")


@dataclass(frozen=True)
class Reading:
    """A contract with everything that reading computes for it."""

    contract: Contract
    checks: tuple[Check, ...]
    dropped: tuple[tuple[Kind, Planned, Check], ...]
    shape: Shape


def reading(contract: Contract, *, again: bool = False) -> Reading:
    """How rows of this contract are read. `again`: from quarantine, where a row has the id that it was given."""
    checks, dropped = checks_of(contract), dropped_of(contract)
    layers = (
        _values(contract),
        {
            "bad": _first_broken(checks),
            "dropped": exp.or_(*(check.broken for _, _, check in dropped), exp.false()),
        },
        _kept_texts(contract, checks),
        _content(contract, again),
        _identity(contract, again),
        *(_twice(len(checks)) if _may_stand_twice(contract) and not again else ()),
    )
    checks = (*checks, OUTDONE)
    keep = ("_row", "_file", "_line", "_trouble", "_id", *_kept(contract, dropped, again))
    nulls = contract.source.files.null_values
    shape = Shape(tuple(contract.paths.known), layers, tuple(dict.fromkeys(keep)), nulls)
    return Reading(contract, checks, dropped, shape)


def _values(contract: Contract) -> Layer:
    row = exp.column("_file") * exp.Literal.number(LINES) + exp.column("_line")
    extras = {f"e{n}": contract.paths.text(extra.path) for n, extra in enumerate(contract.extras)}
    return {
        "_row": row,
        "kind": contract.kind(),
        "event_at": contract.event_at(),
        "called": contract.called(),
        **contract.values,
        **contract.identifier_texts(),
        **contract.consent_states(),
        **contract.wordings(),
        **contract.suppressed(),
        **extras,
    }


def _first_broken(checks: tuple[Check, ...]) -> exp.Expr:
    first = exp.Case()
    for number, check in enumerate(checks):
        first = first.when(check.broken, exp.Literal.number(number))
    return exp.cast(first, "integer")


def _kept_texts(contract: Contract, checks: tuple[Check, ...]) -> Layer:
    """Text of what waits: only of rows that do, so that the others cost nothing."""
    found = exp.Case()
    for number, check in enumerate(checks):
        if check.found is not None:
            found = found.when(exp.column("bad").eq(number), check.found)
    payload = (
        exp.Case()
        .when(exp.column("_trouble").is_(exp.null()).not_(), exp.cast(_json(exp.column("_raw")), "text"))
        .when(_waits(), WHOLE.copy())
    )
    return {
        "found": found.else_(exp.cast(exp.null(), "text"))
        if found.args.get("ifs")
        else exp.cast(exp.null(), "text"),
        "payload": payload,
    }


def _content(contract: Contract, again: bool) -> Layer:
    """Digest of the whole row: of every row when that is its key, else only of rows that wait."""
    if contract.source.key or again:
        whole: exp.Expr = exp.column("payload")
    else:
        whole = exp.Coalesce(this=exp.column("payload"), expressions=[WHOLE.copy()])
    content = exp.Case().when(exp.not_(exp.Is(this=whole.copy(), expression=exp.null())), f.digest60(whole))
    parts = [contract.paths.text(path) for path in contract.paths.known]
    nothing = exp.Literal.string("\x00")
    fields = [exp.Coalesce(this=part, expressions=[nothing.copy()]) for part in parts]
    version = {"version": f.digest60(*fields)} if contract.source.record is not None else {}
    return {"content": content, **version}


def _identity(contract: Contract, again: bool) -> Layer:
    """`event_id`, and `nth`: the how manieth row of the same content in its file, where the content is the key."""
    name = exp.Literal.string(contract.source.source)
    if contract.source.key:
        return {"event_id": f.digest60(name, contract.kind_name(), *contract.key())}
    if again:
        return {"event_id": exp.column("_id")}
    nth = exp.Window(
        this=exp.RowNumber(),
        partition_by=[exp.column("_file"), exp.column("content")],
        order=exp.Order(expressions=[exp.column("_line")]),
    )
    return {"nth": nth, "event_id": row_id(contract, exp.column("content"), nth.copy())}


def row_id(contract: Contract, content: exp.Expr, nth: exp.Expr) -> exp.Expr:
    """Key of a row without a key of its own: its whole content, and its occurrence in the file."""
    return f.digest60(exp.Literal.string(contract.source.source), content, nth)


def _may_stand_twice(contract: Contract) -> bool:
    return contract.source.record is not None and contract.source.time is None


def _twice(number: int) -> tuple[Layer, Layer]:
    """Of several differing rows of one record in one snapshot file the last lands, the others wait."""
    last = exp.Window(
        this=exp.Anonymous(this="last_value", expressions=[exp.column("version")]),
        partition_by=[exp.column("_file"), exp.column("event_id"), exp.column("bad")],
        order=exp.Order(expressions=[exp.column("_line")]),
        spec=exp.WindowSpec(
            kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="UNBOUNDED", end_side="FOLLOWING"
        ),
    )
    fine = exp.column("bad").is_(exp.null())
    outdone = exp.column("outdone")
    return (
        {"outdone": exp.and_(fine, f.differs(exp.column("version"), last))},
        {
            "bad": exp.Case().when(outdone, exp.Literal.number(number)).else_(exp.column("bad")),
            "payload": exp.Case().when(outdone, WHOLE).else_(exp.column("payload")),
            "content": exp.Case().when(outdone, f.digest60(WHOLE.copy())).else_(exp.column("content")),
        },
    )


def _waits() -> exp.Expr:
    return exp.or_(
        exp.column("bad").is_(exp.null()).not_(), exp.column("dropped"), exp.column("kind").is_(exp.null())
    )


def _json(value: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this="to_json", expressions=[value])


def _kept(contract: Contract, dropped: tuple[tuple[Kind, Planned, Check], ...], again: bool) -> list[str]:
    values = _values(contract)
    names = [*values, "bad", "dropped", "found", "payload", "content", "event_id"]
    names += ["version"] if contract.source.record is not None else []
    names += ["nth"] if "nth" in _identity(contract, again) else []
    texts = [str(check.found.name) for _, _, check in dropped if check.found is not None]
    return [*names, *texts]


def is_flat(contract: Contract) -> bool:
    """Whether a path is the name of a column and its dots mean nothing."""
    return contract.source.files.format is not Format.NDJSON
