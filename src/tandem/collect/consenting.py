"""What landed rows say about purposes becomes statements of consent."""

from collections.abc import Iterator
from typing import Any

from sqlglot import exp

from tandem.charter.definitions import Purpose
from tandem.collect.about import of_rows, unless_there
from tandem.collect.landing import ROWS, Work, base, known, null, table, union
from tandem.collect.saying import DENIED, GRANTED, UNREADABLE, WORDINGS, Saying
from tandem.collect.tcf import Unreadable, allows, decode
from tandem.engine import Append
from tandem.engine import functions as f
from tandem.kernel.values import Type

TCF = "collect_tcf"
BATCH = 10_000
NEAR = {"before": exp.Lag, "after": exp.Lead}
COLUMNS = (
    *("consent_id", "subject_key", "purpose", "state", "proof_event_id"),
    *("wording", "at", "source", "batch_id"),
)


def new_consents(work: Work) -> list[Append]:
    """What landed rows say about purposes, of rows with a subject, whatever their kind.

    What every row of a visit says again by a convention is kept as the first and the last of each run of equal
    statements of a subject in this load: what holds now is the same as if all were there. What held at a time in the
    midst of a run may be told otherwise if a statement of that time lands late: then it holds until the run's last.
    """
    sayings = work.reading.contract.sayings
    if not sayings:
        return []
    _stage_strings(work)
    queries = [_statements(work, number, saying) for number, saying in enumerate(sayings)]
    return [work.adding("consents", union(queries))]


def signals(work: Work) -> int:
    """How many statements of this load a Global Privacy Control signal made."""
    if not any(saying.spec.gpc for saying in work.reading.contract.sayings):
        return 0
    mine = exp.column("batch_id", "c").eq(work.batch)
    of_signal = exp.column("wording", "c").eq(exp.Literal.string(WORDINGS["gpc"]))
    return work.engine.count(
        exp.select("consent_id").from_(base(work, "consents", "c")).where(mine, of_signal)
    )


def _statements(work: Work, number: int, saying: Saying) -> exp.Query:
    wordings = work.reading.contract.wordings()
    wording = exp.column(f"w{number}", "r") if f"w{number}" in wordings else exp.cast(exp.null(), "text")
    said = exp.column(f"c{number}", "r")
    state = _of_string(work, saying.mapped) if saying.spec.tcf and saying.mapped else said.copy()
    # A record that goes back to what it said before says it anew, so its statement has an id of its own.
    anew = [exp.column("version", "r"), exp.Literal.number(work.batch)] if work.records else []
    event = exp.column("event_id", "p")
    key = f.digest60(exp.Literal.string(work.source), exp.Literal.string(saying.name), event, *anew)
    columns = [
        key.as_("consent_id"),
        exp.column("subject_key", "p"),
        exp.Literal.string(saying.purpose).as_("purpose"),
        state.as_("state"),
        event.copy().as_("proof_event_id"),
        wording.as_("wording"),
    ]
    query = of_rows(work, columns).where(known(said.copy()))
    if saying.spec.tcf:
        on = f.digest60(said.copy()).eq(exp.column("digest", "t"))
        query = query.join(table(TCF, "t"), on=on, join_type="left")
    if saying.mapped is None:
        return unless_there(work, query, "consents", "consent_id", key)
    ends = _ends(query)
    return unless_there(work, ends, "consents", "consent_id", exp.column("consent_id", "z"))


def _ends(query: exp.Select) -> exp.Select:
    """Of each run of equal statements of a subject, to the same wording, the first and the last."""
    order = exp.Order(expressions=[exp.column("at", "y"), exp.column("proof_event_id", "y")])
    near = {f"{side}_{name}": (kind, name) for side, kind in NEAR.items() for name in ("state", "wording")}
    others = [
        exp.Window(
            this=kind(this=exp.column(name, "y")),
            partition_by=[exp.column("subject_key", "y")],
            order=order.copy(),
        ).as_(alias)
        for alias, (kind, name) in near.items()
    ]
    inner = exp.select(*(exp.column(name, "y") for name in COLUMNS), *others).from_(query.subquery("y"))
    ends = exp.or_(
        *(f.differs(exp.column(name, "z"), exp.column(alias, "z")) for alias, (_, name) in near.items())
    )
    return exp.select(*(exp.column(name, "z") for name in COLUMNS)).from_(inner.subquery("z")).where(ends)


# ── TC strings ───────────────────────────────────────────────────────────────────────────────────


def _stage_strings(work: Work) -> None:
    """Each distinct string of the load once, by its digest, with one bit for each mapped purpose; -1: unreadable.

    Strings go out in batches and come back as two numbers each, so that a load of millions stays small.
    """
    columns = [
        f"c{number}" for number, one in enumerate(work.reading.contract.sayings) if one.spec.tcf is not None
    ]
    if not columns:
        return
    texts = [exp.select(exp.column(name, "r").as_("said")).from_(table(ROWS, "r")) for name in columns]
    said = exp.column("said", "u")
    distinct = exp.select(said.as_("said"), f.digest60(said.copy()).as_("digest")).distinct()
    distinct = distinct.from_(union(texts).subquery("u")).where(known(said.copy()))
    purposes = _mapped(work)
    kinds = (("digest", Type.KEY), ("yes", Type.INTEGER))
    work.engine.stage_rows(TCF, kinds, _decoded(work, distinct, purposes))


def _decoded(work: Work, distinct: exp.Query, purposes: tuple[Purpose, ...]) -> Iterator[dict[str, Any]]:
    for batch in work.engine.batches(distinct, BATCH):
        for row in batch:
            yield {"digest": row["digest"], "yes": bits(row["said"], purposes)}


def bits(text: str, purposes: tuple[Purpose, ...]) -> int:
    """One bit for each purpose that the string allows, in their order; -1 if it cannot be read."""
    try:
        read = decode(text)
    except Unreadable:
        return -1
    found = 0
    for number, purpose in enumerate(purposes):
        if purpose.tcf and allows(read, purpose.tcf.purposes, purpose.basis, purpose.tcf.vendor):
            found |= 1 << number
    return found


def _mapped(work: Work) -> tuple[Purpose, ...]:
    of = {one.purpose: one.mapped for one in work.reading.contract.sayings if one.spec.tcf and one.mapped}
    return tuple(one for one in of.values() if one is not None)


def _of_string(work: Work, purpose: Purpose) -> exp.Expr:
    """The state by the decoded string."""
    place = _mapped(work).index(purpose)
    yes = exp.column("yes", "t")
    bit = exp.BitwiseAnd(this=yes, expression=f.cast(exp.Literal.number(1 << place), Type.INTEGER))
    word = {state: exp.Literal.string(state) for state in (GRANTED, DENIED, UNREADABLE)}
    return (
        exp.Case()
        .when(exp.or_(null(yes.copy()), yes.copy() < 0), word[UNREADABLE])
        .when(exp.paren(bit) > 0, word[GRANTED])
        .else_(word[DENIED])
    )
