"""What every definition has: where it stands in the charter, and what may be written under each key."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

from tandem.kernel import Place

NOWHERE = Place("(not from a file)")


class Rule(StrEnum):
    """How a scalar is read where its Python type alone does not say it."""

    NAME = "a name of small letters, digits and _ that starts with a letter, at most 60 long"
    PATH = "a field, or a path with dots to it"
    SHARE = "a share such as 20% or 0.2"
    TEXT_AS_WRITTEN = "a word or number, taken as it is written"
    PATTERN = (
        "a regular expression that every engine reads: no look-around, no back reference, no repeat over 999"
    )
    ZONE = "a time zone such as Europe/London"
    ZONE_OR_LOCAL = "UTC, local, or a time zone such as Europe/London"
    CURRENCY = "three capital letters such as GBP"
    COUNTRY = "two capital letters such as GB"
    MARK = "one character, neither a quote nor a line end"
    ENCODING = "an encoding such as utf-8 or latin-1"
    TIME_FORMAT = "iso, epoch_s, epoch_ms, or a pattern with a year such as %d/%m/%Y %H:%M"
    MEMORY = "an amount such as 8GB"
    SENDER = "Name <address>, or an address"
    ADDRESS = "a path, or a URL without a password"
    ISSUER = "https:// and a name, or http:// and this machine"
    SOURCE_FILES = "a path inside the charter folder, or an absolute path"
    LABEL = "public, internal, personal, sensitive, or a label that a policy declares"
    EXPORT_FILE = "a path inside the charter folder that ends in .csv"
    QUESTION = "a name of capital letters, digits and single _ such as NEED or S_TITLE, at most 40 long"


@dataclass(frozen=True)
class Bounds:
    """Smallest and largest allowed whole number, both included; None is no limit."""

    least: int
    most: int | None = None


@dataclass(frozen=True)
class Key:
    """Help for one key of the charter, and its word in the file where Python could not have it."""

    help: str
    word: str | None = None
    named_by: str | None = None


Name = Annotated[str, Rule.NAME]
Path = Annotated[str, Rule.PATH]
LabelName = Annotated[str, Rule.LABEL]
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
