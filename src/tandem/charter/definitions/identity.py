"""identity.yml: kinds of identifiers, how they are made alike, how many a person may have."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

from tandem.charter.definitions.base import AsWritten, Bounds, Definition, Key, Name, Rule


class Normalise(StrEnum):
    """How values of a kind are made alike before they are compared."""

    PLAIN = "plain"
    EMAIL = "email"
    PHONE = "phone"


@dataclass(frozen=True, kw_only=True)
class KindRule(Definition):
    """One kind of identifier. Kinds stand strongest first; `rank` 0 is the strongest."""

    kind: Annotated[Name, Key("Name of the kind.")]
    normalise: Annotated[Normalise, Key("plain (trimmed, case kept), email or phone.")] = Normalise.PLAIN
    region: Annotated[str | None, Key("Country of phone numbers without one, such as GB."), Rule.COUNTRY] = (
        None
    )
    per_person: Annotated[int | None, Key("How many values of this kind one person may have."), Bounds(1)] = (
        None
    )
    people_per: Annotated[
        int | None,
        Key("With how many values of the strongest kind one value may be seen before it counts as shared."),
        Bounds(1),
    ] = None


@dataclass(frozen=True, kw_only=True)
class Blocked(Definition):
    """Values that identify nobody."""

    defaults: Annotated[bool, Key("Use the built-in list of junk values.")] = True
    values: Annotated[Mapping[Name, tuple[AsWritten, ...]], Key("Values by kind.")] = field(
        default_factory=dict
    )
    patterns: Annotated[
        Mapping[Name, tuple[Annotated[str, Rule.PATTERN], ...]], Key("Regular expressions by kind.")
    ] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class IdentityRules(Definition):
    """Who is who: kinds strongest first, and what is blocked."""

    kinds: Annotated[tuple[KindRule, ...], Key("Kinds of identifiers, strongest first.")]
    blocked: Annotated[Blocked, Key("Values that identify nobody.")] = field(default_factory=Blocked)

    def kind(self, name: str) -> KindRule | None:
        """The rule of a kind, if declared."""
        return next((rule for rule in self.kinds if rule.kind == name), None)

    def rank(self, name: str) -> int:
        """0 for the strongest kind. Raises ValueError for a kind that is not declared."""
        return [rule.kind for rule in self.kinds].index(name)
