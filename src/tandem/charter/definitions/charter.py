"""The whole charter, loaded and checked: everything the two functions have agreed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from tandem.charter.definitions.agenda import Agenda
from tandem.charter.definitions.audiences import Audience, AudienceCondition, walk
from tandem.charter.definitions.campaigns import Campaign
from tandem.charter.definitions.identity import IdentityRules
from tandem.charter.definitions.instruments import Instrument
from tandem.charter.definitions.policies import OwnLabel, Policy
from tandem.charter.definitions.project import Project
from tandem.charter.definitions.purposes import Purpose, Purposes
from tandem.charter.definitions.sources import EventSpec, Source
from tandem.charter.definitions.traits import Trait
from tandem.charter.problems import UNKNOWN_NAME
from tandem.kernel import Problems

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Charter:
    """All definitions. Names are unique per kind and every reference leads somewhere: checked at loading.

    `files` are the texts it was loaded from, by path relative to the charter; `root` is its folder on disk,
    None if it was loaded from texts.
    """

    project: Project
    identity: IdentityRules
    purposes: Purposes
    sources: tuple[Source, ...] = ()
    policies: tuple[Policy, ...] = ()
    traits: tuple[Trait, ...] = ()
    audiences: tuple[Audience, ...] = ()
    campaigns: tuple[Campaign, ...] = ()
    pulse: tuple[Instrument, ...] = ()
    agenda: Agenda | None = None
    files: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    root: Path | None = field(default=None, compare=False)

    def source(self, name: str) -> Source:
        """The source of that name. Raises Problems with the nearest name."""
        return _find("source", name, {one.source: one for one in self.sources})

    def purpose(self, name: str) -> Purpose:
        """The purpose of that name. Raises Problems with the nearest name."""
        return _find("purpose", name, {one.purpose: one for one in self.purposes.purposes})

    def trait(self, name: str) -> Trait:
        """The trait of that name. Raises Problems with the nearest name."""
        return _find("trait", name, {one.trait: one for one in self.traits})

    def audience(self, name: str) -> Audience:
        """The audience of that name. Raises Problems with the nearest name."""
        return _find("audience", name, {one.audience: one for one in self.audiences})

    def campaign(self, name: str) -> Campaign:
        """The campaign of that name. Raises Problems with the nearest name."""
        return _find("campaign", name, {one.campaign: one for one in self.campaigns})

    def instrument(self, name: str) -> Instrument:
        """The survey instrument of that name, from pulse/. Raises Problems with the nearest name."""
        return _find("instrument", name, {one.name: one for one in self.pulse})

    def own_labels(self) -> dict[str, OwnLabel]:
        """The company's own labels by name."""
        return {one.label: one for policy in self.policies for one in policy.labels}

    def events(self) -> dict[str, tuple[EventSpec, ...]]:
        """Event kinds in order of appearance, each with its spec in every source that sends it."""
        kinds: dict[str, tuple[EventSpec, ...]] = {}
        for source in self.sources:
            for spec in source.events:
                kinds[spec.kind] = (*kinds.get(spec.kind, ()), spec)
        return kinds

    def records(self) -> tuple[Source, ...]:
        """The sources that are table snapshots."""
        return tuple(source for source in self.sources if source.record is not None)

    def audiences_in_order(self) -> tuple[Audience, ...]:
        """The audiences, each after those it refers to (there are no cycles in a loaded charter)."""
        from_name = {one.audience: one for one in self.audiences}
        done: dict[str, Audience] = {}
        for one in self.audiences:
            _after_its_parts(one, from_name, done)
        return tuple(done.values())


def _find(kind: str, name: str, options: Mapping[str, T]) -> T:
    if name in options:
        return options[name]
    where = f"no {kind} is declared" if not options else f"the charter has no {kind} `{name}`"
    sentence = f"unknown {kind} `{name}`: {where}"
    raise Problems(UNKNOWN_NAME(sentence, found=name, alternatives=sorted(options)))


def _after_its_parts(one: Audience, options: Mapping[str, Audience], done: dict[str, Audience]) -> None:
    for name in [part.audience for part in walk(one.who) if isinstance(part, AudienceCondition)]:
        if name not in done:
            _after_its_parts(options[name], options, done)
    done.setdefault(one.audience, one)
