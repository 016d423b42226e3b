"""What every definition has: where it stands in the charter, and what may be written under each key."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

from tandem.kernel import Place

NOWHERE = Place("(not from a file)")


class Rule(StrEnum):
    """How a scalar is read where its Python type alone does not say it."""

    NAME = "a name: small letters, digits and _, starting with a letter, at most 60"
    ACTOR = "a name of a person, a role or a system: letters, digits, _ and -"
    PATH = "a field, or a path with dots into it"
    SHARE = "a share: 20% or 0.2"
    TEXT_AS_WRITTEN = "text; numbers and true/false are taken as they are written"
    PATTERN = "a regular expression"
    ZONE = "a time zone such as Europe/London"
    CURRENCY = "a currency of three letters, such as GBP"
    MARK = "one character"
    SECRETLESS_URL = "a path or an address without a password in it"


@dataclass(frozen=True)
class Key:
    """Help for one key of the charter, and its word in the file where Python could not have it."""

    help: str
    word: str | None = None
    named_by: str | None = None


Name = Annotated[str, Rule.NAME]
Path = Annotated[str, Rule.PATH]
AsWritten = Annotated[str, Rule.TEXT_AS_WRITTEN]


@dataclass(frozen=True, kw_only=True)
class Definition:
    """A part of the charter. `place` and `places` take no part in equality: moving a line changes nothing."""

    place: Place = field(default=NOWHERE, compare=False, repr=False)
    places: Mapping[str, Place] = field(default_factory=dict, compare=False, repr=False)

    def at(self, *keys: str | int) -> Place:
        """The place of the value under a key (`at("goal")`) or of an item of it (`at("key", 1)`)."""
        for end in range(len(keys), 0, -1):
            found = self.places.get(".".join(str(key) for key in keys[:end]))
            if found is not None:
                return found
        return self.place
