"""From source to campaign: what is made of what, as the charter in force says."""

from collections.abc import Iterator
from dataclasses import dataclass

from tandem.audience import audience_statement, trait_statement
from tandem.charter.definitions import (
    AudienceCondition,
    Charter,
    DidCondition,
    SqlCondition,
    TraitCondition,
    walk,
)
from tandem.charter.sql import Statement
from tandem.kernel import Problems
from tandem.usecases.problems import UNKNOWN_THING
from tandem.usecases.workspace import Workspace

LAYERS = ("source", "event", "trait", "audience", "campaign")


@dataclass(frozen=True, order=True)
class Thing:
    """A part of the charter. `layer` is one of source, event (or record), trait, audience, campaign."""

    layer: str
    name: str
    title: str

    @property
    def id(self) -> str:
        """`layer:name`, as addresses name it."""
        return f"{self.layer}:{self.name}"


@dataclass(frozen=True)
class Lineage:
    """All parts and what is made of what: pairs (from, to) of ids. With a focus only what leads to or from it."""

    things: tuple[Thing, ...]
    edges: tuple[tuple[str, str], ...]
    focus: str | None


def see_lineage(work: Workspace, focus: str | None = None) -> Lineage:
    """The lineage, whole or around one part (`trait:lifetime_value`). Raises RUN-002 for a part there is not."""
    things = {thing.id: thing for thing in _things(work.charter)}
    edges = tuple(sorted({edge for edge in _edges(work.charter) if edge[0] in things and edge[1] in things}))
    if focus is None:
        return Lineage(tuple(things.values()), edges, None)
    if focus not in things:
        raise Problems(
            UNKNOWN_THING("the charter in force has no such part", found=focus, alternatives=[*things])
        )
    kept = {focus, *_reached(focus, edges), *_reached(focus, tuple((b, a) for a, b in edges))}
    inside = tuple(edge for edge in edges if edge[0] in kept and edge[1] in kept)
    return Lineage(tuple(thing for thing in things.values() if thing.id in kept), inside, focus)


def _reached(start: str, edges: tuple[tuple[str, str], ...]) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        here = waiting.pop()
        new = {after for before, after in edges if before == here} - found
        found |= new
        waiting += new
    return found


def _things(charter: Charter) -> Iterator[Thing]:
    for source in charter.sources:
        yield Thing("source", source.source, source.title or source.source)
    for kind, specs in charter.events().items():
        yield Thing("event", kind, specs[0].title or kind)
    for source in charter.sources:
        if source.record is not None:
            yield Thing("event", f"{source.source} record", f"{source.title or source.source} (record)")
    for trait in charter.traits:
        yield Thing("trait", trait.trait, trait.title or trait.trait)
    for audience in charter.audiences:
        yield Thing("audience", audience.audience, audience.title or audience.audience)
    for campaign in charter.campaigns:
        yield Thing("campaign", campaign.campaign, campaign.title or campaign.campaign)


def _edges(charter: Charter) -> Iterator[tuple[str, str]]:
    events = charter.events()
    for source in charter.sources:
        for spec in source.events:
            yield f"source:{source.source}", f"event:{spec.kind}"
        if source.record is not None:
            yield f"source:{source.source}", f"event:{source.source} record"
    for trait in charter.traits:
        if trait.sql is not None:
            for read in _read(trait_statement(trait, charter)):
                yield read, f"trait:{trait.trait}"
            continue
        of = trait.of if trait.of in events else f"{trait.of} record"
        yield f"event:{of}", f"trait:{trait.trait}"
    for audience in charter.audiences:
        for part in walk(audience.who):
            match part:
                case TraitCondition(trait=name):
                    yield f"trait:{name}", f"audience:{audience.audience}"
                case DidCondition(event=name):
                    yield f"event:{name}", f"audience:{audience.audience}"
                case AudienceCondition(audience=name):
                    yield f"audience:{name}", f"audience:{audience.audience}"
                case SqlCondition():
                    for read in _read(audience_statement(part, charter)):
                        yield read, f"audience:{audience.audience}"
                case _:
                    pass
    for campaign in charter.campaigns:
        yield f"audience:{campaign.audience}", f"campaign:{campaign.campaign}"
        yield f"event:{campaign.goal.event}", f"campaign:{campaign.campaign}"


def _read(statement: Statement) -> set[str]:
    """The events, records and traits that SQL reads, as ids."""
    found = set()
    for ref in statement.reads:
        kind, _, name = ref.table.partition("_")
        if ref.table == "profile":
            # person_id is no trait: such an edge leads nowhere and is left out.
            found.add(f"trait:{ref.column}")
        else:
            found.add(f"event:{name}" if kind == "event" else f"event:{name} record")
    return found
