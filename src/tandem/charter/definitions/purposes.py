"""purposes.yml: why data is used, and on what legal basis."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from tandem.charter.definitions.base import Definition, Key, Name
from tandem.kernel.values import Basis


class Channel(StrEnum):
    """How people are reached."""

    EMAIL = "email"
    FILE = "file"


@dataclass(frozen=True, kw_only=True)
class Purpose(Definition):
    """One reason to use data. With basis `consent` only a recorded, readable yes counts."""

    purpose: Annotated[Name, Key("Name of the purpose.")]
    title: Annotated[str, Key("What it is, as people read it.")] = ""
    description: Annotated[str, Key("What it covers and what not.")] = ""
    basis: Annotated[Basis, Key("consent, legitimate_interest, contract or legal_duty.")]
    channels: Annotated[tuple[Channel, ...], Key("Channels that may be used for it: email, file.")] = ()


@dataclass(frozen=True, kw_only=True)
class Purposes(Definition):
    """All purposes, and the two under which the system itself works."""

    purposes: Annotated[tuple[Purpose, ...], Key("The purposes.")]
    counting: Annotated[Name, Key("Purpose under which audiences are defined and counted.")]
    measuring: Annotated[Name, Key("Purpose under which outcomes are measured.")]

    def purpose(self, name: str) -> Purpose | None:
        """The purpose of that name, if declared."""
        return next((purpose for purpose in self.purposes if purpose.purpose == name), None)
