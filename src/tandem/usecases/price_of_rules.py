"""The price of a rule: whom each clause keeps from being reached, and the measured value that costs.

Nobody is listed and nobody is reached by this: it counts, under the smallest group of whoever asks.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlglot import exp

from tandem.audience import bind, people
from tandem.charter.definitions import Channel, Purpose
from tandem.kernel import Place, Problem, Problems
from tandem.kernel.values import Actor, Destination
from tandem.measure.moments import TREATED
from tandem.measure.pricing import Lift, Worth, worth
from tandem.measure.stats import Estimate
from tandem.policy import Count, Permit, Shown, TooSmall, shown, shown_parts, shown_within
from tandem.policy.book import Page, sketch, sketches
from tandem.policy.counts import AtLeast
from tandem.policy.keeping import OUTSIDE, SUPPRESSED, Rule, by_rule, kept_out
from tandem.policy.reasons import unreachable_query
from tandem.usecases.permits import CHANNELS, decided, permit_for
from tandem.usecases.preview_audience import sees_people
from tandem.usecases.report_lift import LiftReport, report_lift
from tandem.usecases.workspace import SYSTEM, Workspace, open_workspace

STAGE = "price_members"
ASSUMPTION = (
    "Those kept out are taken to respond like those who were reached; nobody has measured them, and a rule may keep "
    "out just those who would not."
)
KEYS = {"consent_expired": "expires_after", "consent_outdated": "wording"}


@dataclass(frozen=True)
class Clause:
    """One rule for one use. `people` are those whom it keeps out and no stronger rule does: with those reached they
    add up to the audience. `alone` would be reached without this rule. `cost` is what `alone` are worth, absent where
    that is not known or the people may not be told; `why_not` says which.
    """

    code: str
    sentence: str
    place: Place | None
    people: Shown
    alone: Shown
    cost: Worth | None
    why_not: str


@dataclass(frozen=True)
class Use:
    """An audience for a purpose by a channel: how many it has, how many may be reached, and which clause keeps whom.

    `worth` is what reaching one person was measured to be worth; `unmeasured` says why nobody knows. `hidden` is how
    many of the counts here the smallest group hides. `refused` stands in place of all counts.
    """

    audience: str
    title: str
    purpose: str
    channel: str
    size: Shown | None
    reached: Shown | None
    clauses: tuple[Clause, ...]
    worth: Worth | None
    unmeasured: str
    hidden: int = 0
    refused: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Prices:
    """Every use that was asked for. `smallest_group` of the acting person; `assumption` belongs to every cost."""

    uses: tuple[Use, ...]
    smallest_group: int
    assumption: str = ASSUMPTION


@dataclass(frozen=True)
class _Measured:
    worth: Worth | None
    why: str


def prices(
    root: Path,
    actor: Actor,
    now: datetime,
    wall: Callable[[], datetime],
    purpose: str | None = None,
    audience: str | None = None,
) -> Prices:
    """`price_of_rules` in a workspace of its own, for work beside a request."""
    with open_workspace(root, actor, wall) as work:
        return price_of_rules(work, now, purpose, audience)


def price_of_rules(
    work: Workspace, now: datetime, purpose: str | None = None, audience: str | None = None
) -> Prices:
    """The price of each rule for each use: those of the campaigns, and each audience for each purpose with a channel.

    Raises Problems for an audience or purpose there is not, and where the acting person may not count people.
    """
    charter = work.charter
    audiences = [charter.audience(audience)] if audience else [*charter.audiences]
    purposes = (
        [charter.purpose(purpose)] if purpose else [one for one in charter.purposes.purposes if one.channels]
    )
    plain = permit_for(work, charter.purposes.counting, Destination.PREVIEW, frozenset(), work.actor)
    measured = {
        (one.purpose, channel): _measured(work, one, channel, now)
        for one in purposes
        for channel in one.channels
    }
    uses: list[Use] = []
    if work.engine.version("person_map") < 0:
        return Prices((), plain.smallest_group)
    for one in audiences:
        uses += _uses(work, one.audience, purposes, measured, now)
    return Prices(tuple(uses), plain.smallest_group)


def _channels(work: Workspace, audience: str, purpose: Purpose) -> Sequence[Channel]:
    """The channels that campaigns to the audience use for the purpose; without any the purpose's first."""
    used = {
        one.channel
        for one in work.charter.campaigns
        if (one.audience, one.purpose) == (audience, purpose.purpose)
    }
    return [one for one in purpose.channels if one in used] or purpose.channels[:1]


def _uses(
    work: Workspace,
    name: str,
    purposes: Sequence[Purpose],
    measured: Mapping[tuple[str, Channel], _Measured],
    now: datetime,
) -> Iterator[Use]:
    """All uses of one audience, whose people are worked out once."""
    charter, engine = work.charter, work.engine
    definition = charter.audience(name)
    title = definition.title or name
    node = bind(definition, charter, engine.catalogue)
    reads = node.footprint()
    counting = decided(work, charter.purposes.counting, Destination.PREVIEW, reads, work.actor)
    if not isinstance(counting, Permit):
        for purpose in purposes:
            yield _untold(name, title, purpose, _channels(work, name, purpose)[0], _why(counting))
        return
    members = engine.stage(STAGE, people(node, counting, engine.catalogue, now))
    try:
        everybody = exp.select("*").from_(members)
        size = engine.count(everybody)
        page = _page(work, name, everybody, counting.smallest_group)
        for purpose in purposes:
            mine = decided(work, purpose.purpose, Destination.PREVIEW, reads, work.actor)
            for channel in _channels(work, name, purpose):
                if not isinstance(mine, Permit):
                    yield _untold(name, title, purpose, channel, _why(mine))
                    continue
                k = max(mine.smallest_group, counting.smallest_group)
                known = measured[purpose.purpose, channel]
                loop = decided(work, purpose.purpose, CHANNELS[channel], reads, SYSTEM)
                if isinstance(loop, Permit):
                    rules = by_rule(kept_out(everybody, loop, engine))
                    told = None if page is None else _by_book(work, page, everybody, loop, rules, k)
                    clauses = _clauses(rules, size, k, purpose, loop, known, told)
                else:
                    clauses = _refused(loop, page.size if page else shown(size, k), known)
                whole = page.size if page is not None else shown(size, k)
                yield _told(name, title, purpose, channel, whole, clauses, known)
    finally:
        engine.drop_stage(STAGE)


def _page(work: Workspace, name: str, members: exp.Select, k: int) -> Page | None:
    """What the book tells of the audience to a role that may not see its people; None for one that may."""
    if work.book is None or sees_people(work, name):
        return None
    return work.book.size(sketch(work.engine, members), k)


def _by_book(
    work: Workspace, page: Page, members: exp.Select, permit: Permit, rules: Sequence[Rule], k: int
) -> list[Shown]:
    """Those reached and then each rule's people, as the book lets them be told."""
    assert work.book is not None
    each = unreachable_query(members, permit, work.engine.catalogue, contact=True)
    found = sketches(work.engine, each, "reason")
    kept = [(rule.code, rule.code, found[rule.code]) for rule in rules if rule.code in found]
    may = sketch(work.engine, members).without([one for _, _, one in kept])
    told = work.book.parts(page, f"price {permit.purpose} {permit.destination}", [("", "", may), *kept], k)
    by_code: dict[str, Shown] = {code: people for code, _, people in told}
    return [by_code.get("", shown(0, k)), *(by_code.get(rule.code, shown(0, k)) for rule in rules)]


Clauses = tuple[Shown, tuple[Clause, ...]]


def _clauses(
    rules: Sequence[Rule],
    size: int,
    k: int,
    purpose: Purpose,
    permit: Permit,
    known: _Measured,
    by_book: list[Shown] | None,
) -> Clauses:
    """Those reached, and each rule as far as it may be told: what is told leaves no small group by subtraction."""
    parts = [size - sum(rule.first for rule in rules), *(rule.first for rule in rules)]
    reached, *first = by_book or shown_parts(parts, k)
    told = [
        _clause(
            rule.code,
            rule.sentence,
            _place(rule.code, purpose, permit),
            people,
            AtLeast(0) if by_book else _alone(rule, people, k),
            known,
        )
        for rule, people in zip(rules, first, strict=True)
    ]
    return reached, tuple(told)


def _alone(rule: Rule, people: Shown, k: int) -> Shown:
    if not isinstance(people, Count):
        # What is held back for the sake of a small part is not given away by a part of its own.
        return people if not isinstance(people, AtLeast) else AtLeast(0)
    return shown_within(rule.alone, rule.first, k)


def _refused(decision: object, size: Shown, known: _Measured) -> Clauses:
    """A use that the policies do not let the loop make keeps everybody out, by the first clause that says so."""
    problems = _why(decision)
    first = problems[0]
    clause = _clause("refused", first.sentence, first.place, size, size, known)
    return Count(0), (clause,)


def _clause(
    code: str, sentence: str, place: Place | None, people: Shown, alone: Shown, known: _Measured
) -> Clause:
    if known.worth is None:
        return Clause(code, sentence, place, people, alone, None, known.why)
    if not isinstance(alone, Count):
        return Clause(code, sentence, place, people, alone, None, "too few people to tell")
    return Clause(code, sentence, place, people, alone, known.worth.times(alone.people), "")


def _place(code: str, purpose: Purpose, permit: Permit) -> Place | None:
    if code == SUPPRESSED:
        return None
    if code == OUTSIDE:
        return next((one.clause.place for one in permit.rows), None)
    return purpose.at(KEYS.get(code, "basis"))


def _told(
    name: str,
    title: str,
    purpose: Purpose,
    channel: Channel,
    size: Shown,
    clauses: Clauses,
    known: _Measured,
) -> Use:
    reached, told = clauses
    counts = [reached, *(one.people for one in told)]
    hidden = sum(not isinstance(one, Count) for one in counts)
    return Use(
        name,
        title,
        purpose.purpose,
        str(channel),
        size,
        reached,
        told,
        known.worth,
        known.why,
        hidden,
    )


def _untold(name: str, title: str, purpose: Purpose, channel: Channel, problems: tuple[Problem, ...]) -> Use:
    return Use(name, title, purpose.purpose, str(channel), None, None, (), None, "", refused=problems)


def _why(decision: object) -> tuple[Problem, ...]:
    found: tuple[Problem, ...] = getattr(decision, "reasons", ()) or getattr(decision, "missing", ())
    return found


# ── what reaching somebody is worth ──────────────────────────────────────────────────────────────


def _measured(work: Workspace, purpose: Purpose, channel: Channel, now: datetime) -> _Measured:
    """From every campaign for the purpose by the channel whose lift can be told to the acting person."""
    unit, lifts, whys = work.charter.project.currency, list[Lift](), list[str]()
    for campaign in work.charter.campaigns:
        if (campaign.purpose, campaign.channel) != (purpose.purpose, channel):
            continue
        try:
            found = report_lift(work, campaign.campaign, now)
        except Problems as refused:
            whys.append(refused.problems[0].sentence)
            continue
        one = _lift(campaign.campaign, found, unit)
        if isinstance(one, Lift):
            lifts.append(one)
        else:
            whys.append(one)
    known = worth(lifts, unit)
    if known is not None:
        return _Measured(known, "")
    return _Measured(
        None, "not known yet: " + (whys[0] if whys else "no campaign with held-out people measured it")
    )


def _lift(name: str, found: object, unit: str) -> Lift | str:
    if not isinstance(found, LiftReport):
        return str(getattr(found, "sentence", "it was not measured")).rstrip(".")
    if not isinstance(found.value, Estimate) or found.figures.unit != unit:
        return f"the goal of `{name}` has no value in {unit}"
    treated = found.figures.arms[TREATED]
    contacted = shown_within(treated.contacted, treated.assigned, found.figures.smallest_group)
    if isinstance(contacted, TooSmall):
        return f"too few people of `{name}` were contacted to tell how many"
    value = found.value
    # Where all but a few were contacted, how few may not be told: then all count as reached, and the cost is
    # understated by less than that few.
    share = treated.contacted / treated.assigned if isinstance(contacted, Count) else 1.0
    return Lift(name, value.difference, value.low, value.high, value.confidence, share)
