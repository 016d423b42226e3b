"""Why people are not reached: one reason per person, and how many people each reason stands for."""

from dataclasses import dataclass

from sqlglot import exp

from tandem.engine import Catalogue, Engine
from tandem.engine import functions as f
from tandem.kernel.values import Basis
from tandem.policy.guard import OBJECTIONS, PERSON, inside, named
from tandem.policy.outcomes import Permit

SENTENCES = {
    "consent_missing": "has never said yes to this purpose",
    "consent_expired": "said yes too long ago for it to count",
    "consent_outdated": "said yes to a wording that does not count any more",
    "consent_denied": "said no to this purpose",
    "consent_unreadable": "answered in a way that cannot be read, which means no",
    "consent_contradictory": "said yes and no at the same time, which means no",
    "objected": "objected to this purpose",
    "suppressed": "is on the suppression list",
    "outside_rows": "is not among the people whose data this role may use",
}
NOT_YES = ("denied", "contradictory", "unreadable", "expired", "outdated")


@dataclass(frozen=True)
class Reason:
    """Why some people are not reached, in one code and one sentence, and how many they are."""

    code: str
    sentence: str
    people: int


def unreachable(
    members: exp.Query, permit: Permit, engine: Engine, *, contact: bool | None = None
) -> list[Reason]:
    """The reasons of those of `members` (column `person_id`) whom the permit does not reach.

    Disjoint: the people of all reasons add up to all who are not reached. Most people first. `contact` as in
    `people`.
    """
    each = unreachable_query(members, permit, engine.catalogue, contact=contact).subquery("r")
    code, sentence = exp.column("reason", "r"), exp.column("sentence", "r")
    size = exp.Count(this=exp.Star()).as_("people")
    counted = exp.select(code.as_("reason"), sentence.as_("sentence"), size).from_(each)
    found = engine.rows(counted.group_by(code, sentence))
    return sorted((Reason(*row) for row in found), key=lambda one: (-one.people, one.code, one.sentence))


def unreachable_query(
    members: exp.Query, permit: Permit, catalogue: Catalogue, *, contact: bool | None = None
) -> exp.Select:
    """One row per member who is not reached: `person_id`, `reason` (a code), `sentence`.

    Of several reasons the strongest stands: suppressed, then denied, contradictory, unreadable, expired, outdated,
    missing, and last that a row rule leaves the person out.
    """
    asks = permit.contacts if contact is None else contact
    state, why = exp.column("state", "c"), exp.column("why", "s")
    no_state = _state_reason(state, permit.basis)
    suppressed = why.is_(exp.null()).not_()
    sentence = exp.Case()
    reason = exp.Case()
    if asks:
        reason = reason.when(suppressed, f.value("suppressed"))
        told = exp.Concat(expressions=[f.value(SENTENCES["suppressed"] + ": "), why])
        sentence = sentence.when(suppressed, told)
    for condition, code in no_state:
        reason = reason.when(condition, f.value(code))
        sentence = sentence.when(condition.copy(), f.value(SENTENCES[code]))
    if rules := inside(exp.column(PERSON, "p"), permit):
        outside = exp.not_(exp.and_(*rules))
        reason = reason.when(outside, f.value("outside_rows"))
        sentence = sentence.when(outside.copy(), f.value(SENTENCES["outside_rows"]))
    query = exp.select(exp.column(PERSON, "p").as_(PERSON), reason.as_("reason"), sentence.as_("sentence"))
    query = query.from_(members.subquery("p")).join(_states(permit), on=_same("c"), join_type="left")
    if asks:
        query = query.join(_suppressed(permit), on=_same("s"), join_type="left")
    columns = [exp.column(name, "u").as_(name) for name in (PERSON, "reason", "sentence")]
    known = exp.column("reason", "u").is_(exp.null()).not_()
    return exp.select(*columns).from_(query.subquery("u")).where(known)


def _state_reason(state: exp.Column, basis: Basis) -> list[tuple[exp.Expr, str]]:
    if basis is not Basis.CONSENT:
        return [(state.eq(f.value(word)), objection(word)) for word in OBJECTIONS]
    return [
        (state.is_(exp.null()), "consent_missing"),
        *((state.eq(f.value(word)), f"consent_{word}") for word in NOT_YES),
    ]


def objection(state: str) -> str:
    """The reason that stands for an objection: what cannot be read is told as that, all else as a no."""
    return "consent_unreadable" if state == "unreadable" else "objected"


def _same(alias: str) -> exp.Expr:
    return exp.column(PERSON, alias).eq(exp.column(PERSON, "p"))


def _states(permit: Permit) -> exp.Subquery:
    columns = [exp.column(name, "q").as_(name) for name in (PERSON, "state")]
    query = exp.select(*columns).from_(named("person_consents", "q", permit))
    return query.where(exp.column("purpose", "q").eq(f.value(permit.purpose))).subquery("c")


def _suppressed(permit: Permit) -> exp.Subquery:
    """One row per suppressed person; of several words for why, the first in the alphabet."""
    on = exp.column("identifier_key", "b").eq(exp.column("identifier_key", "k"))
    why = exp.Min(this=exp.func("COALESCE", exp.column("reason", "b"), f.value("no reason given")))
    query = exp.select(exp.column(PERSON, "k").as_(PERSON), why.as_("why"))
    query = query.from_(named("suppressions", "b", permit)).join(named("person_map", "k", permit), on=on)
    return query.group_by(exp.column(PERSON, "k")).subquery("s")
