"""Who is in an audience now, and who entered and left since it was last evaluated."""

from dataclasses import dataclass
from datetime import datetime

from sqlglot import exp

from tandem import policy
from tandem.audience.binding import bind
from tandem.audience.people import people
from tandem.charter.definitions import Audience, Charter
from tandem.engine import Engine
from tandem.engine import functions as f
from tandem.kernel.values import Type
from tandem.policy import PERSON, Permit

ROOM = "audience"
KEY = ("audience", "purpose", PERSON)


@dataclass(frozen=True)
class MembershipChange:
    """How many people entered and left, and how many are in now."""

    entered: int
    left: int
    size: int

    def __bool__(self) -> bool:
        return bool(self.entered or self.left)


def evaluate(
    engine: Engine, charter: Charter, audience: Audience, permit: Permit, now: datetime
) -> MembershipChange:
    """Bring `memberships` of the audience under the permit's purpose up to `now`, and log what changed.

    Only differences are written; without any, nothing is. The log is written first, and a change that was
    logged but not carried out (a crash in between) is carried out before anything else, so that no entry or
    exit is lost or logged twice.
    """
    node = bind(audience, charter, engine.catalogue)
    inside = people(node, permit, engine.catalogue, now)
    return _bring_to(engine, audience.audience, permit.purpose, inside, now, permit.fingerprint)


def dissolve(engine: Engine, name: str, purpose: str, now: datetime) -> MembershipChange:
    """Let everybody leave an audience that the charter has no more; logged like any other exit."""
    nobody = members_now(engine, name, purpose).where(exp.false())
    return _bring_to(engine, name, purpose, nobody, now, None)


def _bring_to(
    engine: Engine, name: str, purpose: str, inside: exp.Query, now: datetime, permit: str | None
) -> MembershipChange:
    _carry_out(engine, name, purpose, _last_logged(engine, name, purpose))
    members = engine.stage("audience_members", inside)
    try:
        changes = engine.stage("audience_changes", _changes(engine, members, name, purpose, now, permit))
        size = engine.count(exp.select("*").from_(members))
        counts = exp.select(*(_count(word) for word in ("entered", "left"))).from_(changes)
        entered, left = engine.one(counts)
        if entered or left:
            engine.upsert("membership_changes", exp.select("*").from_(changes))
            _carry_out(engine, name, purpose, now)
        return MembershipChange(int(entered), int(left), size)
    finally:
        engine.drop_stage("audience_changes")
        engine.drop_stage("audience_members")


def members_now(engine: Engine, name: str, purpose: str) -> exp.Select:
    """The people in an audience as last evaluated for the purpose: one row per person, `person_id`."""
    return _kept(engine, "memberships", "m", name, purpose)


def _changes(
    engine: Engine, members: exp.Table, name: str, purpose: str, now: datetime, permit: str | None
) -> exp.Query:
    """One row per person who is in and was not, or was and is not."""
    new = exp.alias_(members.copy(), "new", table=True)
    old = _kept(engine, "memberships", "old", name, purpose)
    person = exp.column(PERSON, "new"), exp.column(PERSON, "old")
    come = exp.select(person[0].as_(PERSON), f.value("entered").as_("change")).from_(new)
    come = come.where(_none_of(old, "old", person[0]))
    inside = exp.select(exp.column(PERSON, "new").as_(PERSON)).from_(new.copy())
    gone = exp.select(person[1].as_(PERSON), f.value("left").as_("change")).from_(old.subquery("old"))
    gone = gone.where(_none_of(inside, "inside", person[1]))
    both = exp.union(come, gone, distinct=False).subquery("c")
    columns = [exp.column(column, "c").as_(column) for column in (PERSON, "change")]
    fixed = {"audience": f.value(name), "purpose": f.value(purpose), "at": f.instant(now)}
    fixed["permit"] = f.null_of(Type.TEXT) if permit is None else f.value(permit)
    return exp.select(*(value.as_(column) for column, value in fixed.items()), *columns).from_(both)


def _carry_out(engine: Engine, name: str, purpose: str, at: datetime | None) -> None:
    """Make `memberships` what the log says of that instant. Doing it again changes nothing."""
    if at is None:
        return
    log = _kept(engine, "membership_changes", "l", name, purpose)
    log = log.where(exp.column("at", "l").eq(f.instant(at)))
    keys = [exp.column(column, "l").as_(column) for column in KEY]
    change = exp.column("change", "l")
    since, permit = exp.column("at", "l").as_("since"), exp.column("permit", "l").as_("permit")
    still_in = _none_of(members_now(engine, name, purpose), "m", exp.column(PERSON, "l")).not_()
    gone = log.select(*keys, append=False).where(change.eq(f.value("left")), still_in)
    engine.delete("memberships", gone)
    engine.upsert(
        "memberships", log.select(*keys, since, permit, append=False).where(change.eq(f.value("entered")))
    )


def _last_logged(engine: Engine, name: str, purpose: str) -> datetime | None:
    log = _kept(engine, "membership_changes", "l", name, purpose)
    found: datetime | None = engine.one(log.select(exp.Max(this=exp.column("at", "l")), append=False))[0]
    return found


def _kept(engine: Engine, table: str, alias: str, name: str, purpose: str) -> exp.Select:
    rows = exp.alias_(policy.kept(table, ROOM, engine.catalogue), alias, table=True)
    mine = exp.column("audience", alias).eq(f.value(name)), exp.column("purpose", alias).eq(f.value(purpose))
    return exp.select(exp.column(PERSON, alias).as_(PERSON)).from_(rows).where(*mine)


def _none_of(query: exp.Select, alias: str, person: exp.Column) -> exp.Expr:
    alias = f"{alias}_there"
    same = exp.column(PERSON, alias).eq(person.copy())
    return exp.Exists(this=exp.select("1").from_(query.subquery(alias)).where(same)).not_()


def _count(word: str) -> exp.Expr:
    return f.count_if(exp.column("change").eq(f.value(word))).as_(word)
