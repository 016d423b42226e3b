"""What a marketer sees before anything is done: the sentence, the size, who may be contacted and why not."""

from dataclasses import dataclass
from datetime import datetime

from sqlglot import exp

from tandem import policy
from tandem.audience.binding import bind
from tandem.audience.node import Node
from tandem.audience.people import people
from tandem.charter.definitions import Audience, Charter, Purpose
from tandem.engine import Engine
from tandem.kernel.values import Actor, Basis, Destination, FieldRef
from tandem.policy import Gap, Permit, Reason, Refusal, Shown
from tandem.policy.book import Book, Page, sketch, sketches

STAGE = "audience_preview"


@dataclass(frozen=True)
class ShownReason:
    """Why some people of the audience may not be contacted, and how many, as far as that may be shown."""

    code: str
    sentence: str
    people: Shown


@dataclass(frozen=True)
class Reach:
    """Of the people of an audience, who may be contacted for a purpose, and why not the others.

    Reasons are disjoint; with those who may they add up to the size. `refused` stands instead of all numbers.
    """

    purpose: str
    title: str
    may: Shown | None
    reasons: tuple[ShownReason, ...] = ()
    refused: Refusal | Gap | None = None
    permit: str | None = None


@dataclass(frozen=True)
class Preview:
    """An audience as it stands at `now`. `size` is counted under the counting purpose."""

    audience: str
    title: str
    sentence: str
    size: Shown
    reach: tuple[Reach, ...]
    footprint: tuple[FieldRef, ...]
    sql: str
    permit: str
    now: datetime


@dataclass(frozen=True)
class Listed:
    """An audience of the charter, without counting anybody."""

    audience: str
    title: str
    description: str
    sentence: str
    footprint: tuple[FieldRef, ...]


def sentence_of(node: Node) -> str:
    """The whole definition as one English sentence."""
    return f"People {node.sentence()}."


def list_audiences(engine: Engine, charter: Charter) -> list[Listed]:
    """The audiences of the charter in its order. Raises Problems for one that cannot be bound."""
    return [_listed(one, bind(one, charter, engine.catalogue)) for one in charter.audiences]


def preview(
    engine: Engine,
    charter: Charter,
    name: str,
    actor: Actor,
    purpose: str | None,
    now: datetime,
    time: datetime | None = None,
    book: Book | None = None,
) -> Preview | Refusal | Gap:
    """The audience as of `now`, counted for this actor; reach for the purpose asked for, or for each that needs
    consent. By `time`, that of the clock, policy judges whether grants have ended. With a `book` no two numbers that it
    ever told differ by a group under the smallest.

    Raises Problems if there is no such audience or purpose, or if the audience cannot be bound.
    """
    definition = charter.audience(name)
    asked = _asked(charter, purpose)
    node = bind(definition, charter, engine.catalogue)
    counting = charter.purposes.counting
    decision = _decide(engine, charter, actor, counting, node, time)
    if not isinstance(decision, Permit):
        return decision
    query = people(node, decision, engine.catalogue, now)
    members = engine.stage(STAGE, query)
    try:
        size = engine.count(exp.select("*").from_(members))
        page = None
        if book is not None:
            page = book.size(sketch(engine, exp.select("*").from_(members)), decision.smallest_group)
        counted = _Counted(members, size, book, page)
        reach = tuple(_reach(engine, charter, actor, node, one, counted, time) for one in asked)
    finally:
        engine.drop_stage(STAGE)
    return Preview(
        audience=definition.audience,
        title=definition.title,
        sentence=sentence_of(node),
        size=page.size if page is not None else policy.shown(size, decision.smallest_group),
        reach=reach,
        footprint=tuple(sorted(node.footprint())),
        sql=engine.sql(query),
        permit=decision.fingerprint,
        now=now,
    )


def _asked(charter: Charter, purpose: str | None) -> list[Purpose]:
    if purpose is not None:
        return [charter.purpose(purpose)]
    return [one for one in charter.purposes.purposes if one.basis is Basis.CONSENT]


def _decide(
    engine: Engine, charter: Charter, actor: Actor, purpose: str, node: Node, time: datetime | None
) -> Permit | Refusal | Gap:
    footprint = node.footprint()
    return policy.decide(actor, purpose, Destination.PREVIEW, footprint, charter, engine.catalogue, now=time)


def _reach(
    engine: Engine,
    charter: Charter,
    actor: Actor,
    node: Node,
    one: Purpose,
    counted: "_Counted",
    time: datetime | None,
) -> Reach:
    decision = _decide(engine, charter, actor, one.purpose, node, time)
    title = one.title or one.purpose
    if not isinstance(decision, Permit):
        return Reach(one.purpose, title, None, refused=decision)
    members = exp.select("*").from_(counted.members)
    reasons = policy.unreachable(members, decision, engine, contact=True)
    if counted.book is not None and counted.page is not None:
        return _noted_reach(engine, one.purpose, title, counted, decision, reasons)
    size = counted.size
    parts = [size - sum(reason.people for reason in reasons), *(reason.people for reason in reasons)]
    may, *rest = policy.shown_parts(parts, decision.smallest_group)
    told = tuple(ShownReason(r.code, r.sentence, people) for r, people in zip(reasons, rest, strict=True))
    return Reach(one.purpose, title, may, told, permit=decision.fingerprint)


@dataclass(frozen=True)
class _Counted:
    """The people of the audience as a stage, how many, and the page of the book that tells it."""

    members: exp.Table
    size: int
    book: Book | None
    page: Page | None


def _noted_reach(
    engine: Engine, purpose: str, title: str, counted: _Counted, permit: Permit, reasons: list[Reason]
) -> Reach:
    """The reach as the book lets it be told."""
    assert counted.book is not None
    assert counted.page is not None
    each = policy.unreachable_query(
        exp.select("*").from_(counted.members), permit, engine.catalogue, contact=True
    )
    found = sketches(engine, each, "sentence")
    kept = [(one.code, one.sentence, found[one.sentence]) for one in reasons]
    may = sketch(engine, exp.select("*").from_(counted.members)).without([one for _, _, one in kept])
    told = counted.book.parts(counted.page, purpose, [("", "", may), *kept], permit.smallest_group)
    (_, _, first), *rest = told
    return Reach(purpose, title, first, tuple(ShownReason(*one) for one in rest), permit=permit.fingerprint)


def _listed(one: Audience, node: Node) -> Listed:
    footprint = tuple(sorted(node.footprint()))
    return Listed(one.audience, one.title, one.description, sentence_of(node), footprint)
