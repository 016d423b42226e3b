"""Audiences as they stand: how many are in each, how that changed, what they share, and a few of the people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlglot import exp

from tandem.audience import Listed, bind, members_now, people
from tandem.charter.definitions import Audience
from tandem.engine import functions as f
from tandem.kernel import Problems
from tandem.kernel.values import Destination, Type
from tandem.policy import AtLeast, Permit, Shown, TooSmall, limited, shown, shown_parts, within_rows
from tandem.usecases.explaining import Reader, among
from tandem.usecases.permits import permit_for
from tandem.usecases.preview_audience import audiences, sees_people, told_size
from tandem.usecases.workspace import Workspace

DAYS = 90
PEOPLE = 20


@dataclass(frozen=True)
class Standing:
    """One audience: what it means, how many are in it since the last run, which campaigns use it.

    `size` is absent where policy does not let this role count it.
    """

    listed: Listed
    size: Shown | None
    campaigns: tuple[str, ...]


@dataclass(frozen=True)
class Overlap:
    """What audiences share. `parts`: (which audiences, people who are in all of these and in none of the others)."""

    names: tuple[str, ...]
    parts: tuple[tuple[tuple[str, ...], Shown], ...]


@dataclass(frozen=True)
class Someone:
    """One person of an audience: id as text, and what of the profile this role may see."""

    person: str
    traits: dict[str, Any]


def see_audiences(work: Workspace) -> tuple[Standing, ...]:
    """All audiences of the charter in force, in its order."""
    used: dict[str, list[str]] = {}
    for campaign in work.charter.campaigns:
        used.setdefault(campaign.audience, []).append(campaign.campaign)
    return tuple(
        Standing(one, _size(work, one), tuple(used.get(one.audience, ()))) for one in audiences(work)
    )


def changes_of(work: Workspace, name: str, now: datetime) -> tuple[tuple[date, Shown, Shown], ...]:
    """(day, entered, left) of an audience for each of the last 90 days on which somebody moved."""
    permit = _permit(work, work.charter.audience(name))
    change, day = exp.column("change"), f.cast(exp.column("at"), Type.DATE)
    entered, left = (f.count_if(change.copy().eq(f.value(word))) for word in ("entered", "left"))
    query = (
        exp.select(day.as_("day"), entered, left)
        .from_(limited("membership_changes", "c", permit, work.engine.catalogue))
        .where(
            exp.column("audience").eq(f.value(name)),
            exp.column("purpose").eq(f.value(permit.purpose)),
            exp.column("at") >= f.instant(now - timedelta(days=DAYS)),
        )
        .group_by(day.copy())
    )
    rows = sorted(work.engine.rows(query))
    return tuple((day, *(shown(n, permit.smallest_group) for n in moved)) for day, *moved in rows)


def overlap(work: Workspace, names: Sequence[str]) -> Overlap:
    """What two or three audiences share, from their members since the last run."""
    found = [work.charter.audience(name) for name in dict.fromkeys(names)]
    permits = [_permit(work, one) for one in found]
    smallest = max(permit.smallest_group for permit in permits)
    flags = []
    every: exp.Query | None = None
    for number, (one, permit) in enumerate(zip(found, permits, strict=True)):
        members = within_rows(members_now(work.engine, one.audience, permit.purpose), permit)
        told = exp.select("person_id", exp.Literal.number(2**number).as_("bit")).from_(members.subquery("m"))
        every = told if every is None else exp.union(every, told, distinct=False)
        flags.append(2**number)
    assert every is not None
    summed = exp.select("person_id", exp.Sum(this=exp.column("bit")).as_("bits")).from_(every.subquery("e"))
    query = (
        exp.select("bits", exp.Count(this=exp.Star()))
        .from_(summed.group_by("person_id").subquery("s"))
        .group_by("bits")
    )
    counted = {int(bits): int(n) for bits, n in work.engine.rows(query)}
    every_part = range(1, 2 ** len(found))
    shares = _shared({bits: counted.get(bits, 0) for bits in every_part}, flags, smallest)
    parts = tuple(
        (tuple(one.audience for one, flag in zip(found, flags, strict=True) if bits & flag), people_)
        for bits, people_ in zip(every_part, shares, strict=True)
    )
    return Overlap(tuple(one.audience for one in found), parts)


def _shared(parts: dict[int, int], flags: Sequence[int], smallest: int) -> list[Shown]:
    """The parts, or, if somebody is in a small one, only bounds of all: the size of each audience is told too.

    An audience whose size and bounds would still give a small part away takes the bounds from all of them.
    """
    if not any(0 < people_ < smallest for people_ in parts.values()):
        return [shown(people_, smallest) for people_ in parts.values()]
    for flag in flags:
        own = [people_ for bits, people_ in parts.items() if bits & flag]
        if AtLeast(0) in shown_parts(own, smallest):
            return [AtLeast(0) for _ in parts]
    return [AtLeast(smallest) if people_ >= smallest else TooSmall(smallest) for people_ in parts.values()]


def some_people(work: Workspace, name: str, now: datetime) -> tuple[tuple[Someone, ...], tuple[str, ...]]:
    """The first 20 people by id, and the names of the fields that this role may not see.

    Raises Problems with policy's reasons if this role may not look at single people.
    """
    audience = work.charter.audience(name)
    reader = Reader(work)
    node = bind(audience, work.charter, work.engine.catalogue)
    permit = reader.permit(node.footprint())
    query = people(node, permit, work.engine.catalogue, now)
    first = exp.select("person_id").from_(query.subquery("p")).order_by("person_id").limit(PEOPLE)
    ids = [int(row[0]) for row in work.engine.rows(first)]
    rows = {row["person_id"]: row for row in reader.rows("profile", among("person_id", ids))}
    told = tuple(
        Someone(str(one), {key: value for key, value in rows.get(one, {}).items() if key != "person_id"})
        for one in ids
    )
    return told, tuple(sorted(reader.hidden))


def _size(work: Workspace, one: Listed) -> Shown | None:
    try:
        permit = _permit(work, work.charter.audience(one.audience))
    except Problems:
        return None
    members = within_rows(members_now(work.engine, one.audience, permit.purpose), permit)
    return told_size(work, members, permit.smallest_group, sees_people(work, one.audience))


def _permit(work: Workspace, audience: Audience) -> Permit:
    node = bind(audience, work.charter, work.engine.catalogue)
    counting = work.charter.purposes.counting
    return permit_for(work, counting, Destination.PREVIEW, node.footprint(), work.actor)
