"""What is to be said of each person of a campaign, as queries with the columns that receipts take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from tandem.deliver.books import contacted
from tandem.deliver.receipts import NOT_CONTACTED, latest, said
from tandem.engine import Engine
from tandem.engine import functions as f
from tandem.kernel import Problem
from tandem.kernel.values import Basis, Type
from tandem.policy import Decision, Permit, unreachable_query
from tandem.policy.reasons import SENTENCES

HELD_OUT = "Held out, to compare the others with."
NO_ADDRESS = "There is no address of this person that could be used."
OVER = "The outcome window ended before the person could be reached."
TWICE = "This person got the message already, when known under another person id."
GONE = "This person is not known any more, or is known as another person now."
NOT_SENT = "The channel could not be used; the message waits for the next run."


@dataclass(frozen=True)
class People:
    """The people of a campaign as queries.

    `owed` (person_id): treated and without contact, the journey's intents. `assigned` (person_id, arm).
    `outside` (person_id): in the audience but not permitted when it was read, so never assigned; or None.
    `unwilling` (person_id): said no to the purpose since the consents were worked out; or None.
    """

    owed: exp.Query
    assigned: exp.Query
    outside: exp.Query | None = None
    unwilling: exp.Query | None = None


def words_of_refused(owed: exp.Query, why: Sequence[Problem]) -> exp.Query:
    """Policy refuses the whole campaign: everybody is told the first reason."""
    return said(owed, NOT_CONTACTED, "policy_refused", why[0].sentence)


def words_of_unwilling(owed: exp.Query, willing: exp.Query, permit: Permit) -> exp.Query:
    """Those who are owed the message and said no just before it was to go out."""
    reason = "consent_denied" if permit.basis is Basis.CONSENT else "objected"
    return said(without(owed, willing), NOT_CONTACTED, reason, SENTENCES[reason])


def words_of_owed(
    engine: Engine,
    campaign: str,
    owed: exp.Query,
    reached: exp.Query,
    again: exp.Query,
    why: Mapping[int, tuple[str, str]],
    permit: Permit,
) -> exp.Query:
    """Those who are owed a message and got none, after sending.

    `reached` (person_id, known) are all whom the permit reaches, and whether an address is known; `again`
    those who got the message under another person id; `why` says of some what kept the message back:
    (reason, sentence). Stages `deliver_reasons`.
    """
    columns = (("person_id", Type.KEY), ("reason", Type.TEXT), ("sentence", Type.TEXT))
    rows = ({"person_id": p, "reason": reason, "sentence": text} for p, (reason, text) in why.items())
    told = exp.alias_(engine.stage_rows("deliver_reasons", columns, rows), "t", table=True)
    person, known = exp.column("person_id", "h"), exp.column("known", "h")
    here = exp.select(person).from_(reached.copy().subquery("h"))
    waiting = without(here.where(known), contacted(engine, campaign)).subquery("w")
    on = exp.column("person_id", "t").eq(exp.column("person_id", "w"))
    words = {"reason": f.value("deferred"), "sentence": f.value(NOT_SENT)}
    each = [exp.func("COALESCE", exp.column(name, "t"), word).as_(name) for name, word in words.items()]
    kept_back = (
        exp.select(exp.column("person_id", "w"), *each).from_(waiting).join(told, on=on, join_type="left")
    )
    not_reached = unreachable_query(without(owed, again), permit, engine.catalogue)
    twice = without(owed, without(owed, again))
    return union(
        _as_told(kept_back),
        said(here.where(exp.not_(known.copy())), NOT_CONTACTED, "no_address", NO_ADDRESS),
        _as_told(not_reached),
        said(twice, NOT_CONTACTED, "contacted_before", TWICE),
        said(without(without(without(owed, again), here), not_reached), NOT_CONTACTED, "gone", GONE),
    )


def words_of_all(engine: Engine, campaign: str, who: People, decision: Decision) -> exp.Query:
    """Those who were owed nothing: held out, too late, or not permitted from the start."""
    arm = exp.column("arm", "a")
    control = _people(who.assigned, arm.eq(f.value("control")))
    treated = _people(who.assigned, arm.neq(f.value("control")))
    still = exp.select(exp.column("person_id", "o")).from_(who.owed.subquery("o"))
    over = without(without(without(treated, contacted(engine, campaign)), still), latest(engine, campaign))
    words = [
        said(control, NOT_CONTACTED, "held_out", HELD_OUT),
        said(over, NOT_CONTACTED, "window_over", OVER),
    ]
    if who.outside is not None and isinstance(decision, Permit):
        never = without(who.outside, who.assigned)
        words.append(_as_told(unreachable_query(never, decision, engine.catalogue)))
    return union(*words)


def without(people: exp.Query, others: exp.Query) -> exp.Select:
    """The people (person_id, once each) who are not among the others."""
    left, right = exp.column("person_id", "x"), exp.column("person_id", "y")
    query = exp.select(left).distinct().from_(people.copy().subquery("x"))
    return query.join(others.copy().subquery("y"), on=left.eq(right), join_type="left").where(
        right.is_(exp.null())
    )


def union(*queries: exp.Query) -> exp.Query:
    """All rows of all queries."""
    whole = queries[0]
    for query in queries[1:]:
        whole = exp.union(whole, query, distinct=False)
    return whole


def _people(assigned: exp.Query, condition: exp.Expr) -> exp.Select:
    return exp.select(exp.column("person_id", "a")).from_(assigned.copy().subquery("a")).where(condition)


def _as_told(query: exp.Query) -> exp.Select:
    return said(query, NOT_CONTACTED, exp.column("reason", "p"), exp.column("sentence", "p"))
