"""The people of audiences under one charter at one time, for a plan. Nothing is written but stages."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlglot import exp

from tandem.audience import bind, members_now, people, profile_query, trait_footprint
from tandem.charter import Charter
from tandem.kernel import Problems
from tandem.kernel.values import Destination, FieldRef
from tandem.policy import Permit, Shown
from tandem.policy import people as reached
from tandem.usecases.permits import decided
from tandem.usecases.preview_audience import may_see, told_size
from tandem.usecases.widening import AUDIENCE, PURPOSE, About, Widening
from tandem.usecases.workspace import Workspace

PROFILE = "profile"


@dataclass(frozen=True)
class Profile:
    """A stage that has a charter's traits, computed at the plan's time, and the permit it was computed under."""

    table: exp.Table
    permit: Permit


@dataclass(frozen=True)
class Members:
    """One row per person, column `person_id`; and under which permit they are counted."""

    query: exp.Query
    permit: Permit


@dataclass(frozen=True)
class Side:
    """One charter over the lake as it is now. Without `profile` its audiences read the stored one.

    `in_force` is the charter in force where `work` has an edited one: what it does not let the acting person count
    is not told for an edit either, and of two smallest groups the larger one holds.
    """

    work: Workspace
    now: datetime
    profile: Profile | None = None
    in_force: Charter | None = None

    @property
    def counting(self) -> str:
        """The purpose under which people are only counted."""
        return self.work.charter.purposes.counting

    def permit(
        self, purpose: str, footprint: frozenset[FieldRef], to: Destination = Destination.PREVIEW
    ) -> Permit | None:
        """The permit of the acting person; None where the charter refuses, or the one in force does."""
        permit = self._permit(purpose, footprint, to, self.work.charter)
        if permit is None or self.in_force is None:
            return permit
        rules = replace(self.work.charter, policies=self.in_force.policies, purposes=self.in_force.purposes)
        before = self._permit(purpose, footprint, to, rules)
        if before is None:
            return None
        return replace(permit, smallest_group=max(permit.smallest_group, before.smallest_group))

    def _permit(
        self, purpose: str, footprint: frozenset[FieldRef], to: Destination, charter: Charter
    ) -> Permit | None:
        work = self.work
        decision = decided(work, purpose, to, footprint, work.actor, charter)
        return decision if isinstance(decision, Permit) else None

    def told(self, people: exp.Query, permit: Permit) -> Shown:
        """How many people a query gives, as it may be told to the acting person who may count them."""
        sees = self.work.book is None or self._sees(permit.footprint)
        return told_size(self.work, people, permit.smallest_group, sees)

    def _sees(self, reads: frozenset[FieldRef]) -> bool:
        """By both charters, so that nobody sees by an edit."""
        policies = self.in_force or self.work.charter
        rules = replace(self.work.charter, policies=policies.policies, purposes=policies.purposes)
        return may_see(self.work, reads) and may_see(replace(self.work, charter=rules), reads)

    @property
    def hidden(self) -> bool:
        """Whether people are known, so that a count that is not there is one that may not be told."""
        return self.work.engine.version("person_map") >= 0

    def members(self, name: str, purpose: str, to: Destination = Destination.PREVIEW) -> Members | None:
        """The people of an audience; None where they may not be read, or before any data was taken.

        Raises Problems if the definition does not fit the catalogue.
        """
        work = self.work
        node = bind(work.charter.audience(name), work.charter, work.engine.catalogue)
        permit = self.permit(purpose, node.footprint(), to)
        if permit is None or work.engine.version("person_map") < 0:
            return None
        query = people(node, permit, work.engine.catalogue, self.now)
        for table in list(query.find_all(exp.Table)) if self.profile else []:
            if self.profile and table.name == PROFILE:
                table.replace(exp.alias_(self.profile.table.copy(), table.alias_or_name, table=True))
        return Members(query, permit)

    def computed(self, stage: str) -> Profile | None:
        """The profile as this charter's traits make it at the side's time; None where there are none to compute."""
        work = self.work
        if not work.charter.traits or work.engine.version("person_map") < 0:
            return None
        permit = self.permit(self.counting, trait_footprint(work.charter))
        if permit is None:
            return None
        query = profile_query(work.charter, permit, work.engine.catalogue, self.now)
        return Profile(work.engine.stage(stage, query), permit)


@dataclass(frozen=True)
class Before:
    """An audience by the definition in force at the plan's time: a stage of its people.

    `moved` is how many are in it by now and were not when it was last evaluated, or the other way round.
    """

    members: exp.Table
    moved: int


def people_before(side: Side, names: Iterable[str]) -> dict[str, Before]:
    """Audience → its people by the definition in force; without those that are new or cannot be evaluated."""
    known = {one.audience for one in side.work.charter.audiences}
    engine = side.work.engine
    found: dict[str, Before] = {}
    for number, name in enumerate(one for one in names if one in known):
        try:
            members = side.members(name, side.counting)
        except Problems:
            # What is in force may have stopped to fit; a plan that fails at it would be in the way of its repair.
            continue
        if members is not None:
            table = engine.stage(f"plan_before_{number}", members.query)
            last = members_now(engine, name, side.counting)
            found[name] = Before(table, differing(side, everybody(table), last))
    return found


def everybody(stage: exp.Table) -> exp.Select:
    """All people of a stage."""
    return exp.select("person_id").from_(stage.copy())


def differing(side: Side, one: exp.Query, other: exp.Query) -> int:
    """How many people are in one of two queries and not in the other."""
    count = side.work.engine.count
    return count(exp.except_(one, other)) + count(exp.except_(other, one))


def concerned(side: Side, found: Iterable[Widening]) -> tuple[Widening, ...]:
    """The widenings, each with how many people it concerns, as far as the acting person may count them."""
    counts: dict[About, Shown | None] = {}
    told: list[Widening] = []
    for one in found:
        if one.about not in counts:
            counts[one.about] = _size(side, one.about)
        told.append(replace(one, people=counts[one.about]))
    return tuple(told)


def _size(side: Side, about: About) -> Shown | None:
    engine = side.work.engine
    if engine.version("person_map") < 0:
        return None
    if about.kind == AUDIENCE:
        members = side.members(about.name, side.counting)
        return None if members is None else side.told(members.query, members.permit)
    permit = side.permit(about.name if about.kind == PURPOSE else side.counting, frozenset())
    if permit is None:
        return None
    return side.told(reached(permit, engine.catalogue), permit)
