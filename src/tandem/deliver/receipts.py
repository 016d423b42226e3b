"""Receipts: why a person was contacted or was not, written when the answer changes and only then."""

from datetime import datetime

from sqlglot import exp

from tandem.engine import Engine
from tandem.engine import functions as f
from tandem.kernel import iso
from tandem.kernel.values import Type
from tandem.policy import kept

ROOM = "deliver"
CONTACTED = "contacted"
NOT_CONTACTED = "not_contacted"
UNCERTAIN = "uncertain"

SAID = (
    ("person_id", Type.KEY),
    ("outcome", Type.TEXT),
    ("reason", Type.TEXT),
    ("sentence", Type.TEXT),
    ("contact_id", Type.KEY),
)
"""What there is to say about people of a campaign: the columns of every query that `note` takes."""


def said(people: exp.Query, outcome: str, reason: exp.Expr | str, sentence: exp.Expr | str) -> exp.Select:
    """The same to say about all people of a query (`person_id`); texts, or columns of the query."""
    return exp.select(
        exp.column("person_id", "p"),
        f.value(outcome).as_("outcome"),
        _text(reason).as_("reason"),
        _text(sentence).as_("sentence"),
        f.null_of(Type.KEY).as_("contact_id"),
    ).from_(people.subquery("p"))


def note(engine: Engine, campaign: str, words: exp.Query, permit: str, now: datetime) -> int:
    """Write a receipt for each person of whom something new is to be said (columns SAID); how many.

    New is an outcome or reason that differs from those of the person's latest receipt in this campaign. One
    row per person in `words`. `permit` is the fingerprint in force, or "none".
    """
    digest = f.digest60(
        f.value("receipt"),
        f.value(campaign),
        exp.column("person_id", "w"),
        exp.column("outcome", "w"),
        exp.column("reason", "w"),
        f.value(iso(now)),
    )
    fixed = {"campaign": f.value(campaign), "at": f.instant(now), "permit": f.value(permit)}
    same = [exp.column(name, "w").eq(exp.column(name, "l")) for name in ("person_id", "outcome", "reason")]
    receipts = (
        exp.select(digest.as_("receipt_id"), *(exp.column(name, "w") for name, _ in SAID))
        .select(*(value.as_(name) for name, value in fixed.items()))
        .from_(words.subquery("w"))
        .join(latest(engine, campaign).subquery("l"), on=exp.and_(*same), join_type="left")
        .where(exp.column("person_id", "l").is_(exp.null()))
    )
    return engine.upsert("receipts", receipts).inserted


def latest(engine: Engine, campaign: str) -> exp.Select:
    """One row per person with a receipt in the campaign: the latest outcome, reason, sentence and time."""
    names = ("person_id", "outcome", "reason", "sentence", "at")
    rows = exp.alias_(kept("receipts", ROOM, engine.catalogue), "r", table=True)
    # At the same instant what was sent stands above what was not: a retry may succeed within one `now`.
    sent_first = (
        exp.Case().when(exp.column("outcome", "r").eq(f.value(NOT_CONTACTED)), f.value(0)).else_(f.value(1))
    )
    order = [
        exp.Ordered(this=column, desc=True)
        for column in (exp.column("at", "r"), sent_first, exp.column("receipt_id", "r"))
    ]
    number = exp.Window(
        this=exp.RowNumber(),
        partition_by=[exp.column("person_id", "r")],
        order=exp.Order(expressions=order),
    )
    ranked = exp.select(*(exp.column(name, "r") for name in names), number.as_("newest")).from_(rows)
    ranked = ranked.where(exp.column("campaign", "r").eq(f.value(campaign)))
    columns = [exp.column(name, "n") for name in names]
    return exp.select(*columns).from_(ranked.subquery("n")).where(exp.column("newest", "n").eq(1))


def reasons(engine: Engine, campaign: str) -> dict[str, int]:
    """How many people's latest receipt gives each reason; contacted ones included. Most people first."""
    reason = exp.column("reason", "l")
    size = exp.Count(this=exp.Star()).as_("people")
    query = exp.select(reason, size).from_(latest(engine, campaign).subquery("l")).group_by(reason.copy())
    return dict(sorted(engine.rows(query), key=lambda row: (-row[1], row[0])))


def _text(value: exp.Expr | str) -> exp.Expr:
    return f.value(value) if isinstance(value, str) else value
