"""purposes.yml: why data is used, and on what legal basis."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from tandem.charter.definitions.base import AsWritten, Bounds, Definition, Key, Name
from tandem.kernel.values import Basis


class Channel(StrEnum):
    """How people are reached."""

    EMAIL = "email"
    FILE = "file"


class Signal(StrEnum):
    """What a Global Privacy Control signal means for a purpose."""

    DENIES = "denies"


@dataclass(frozen=True, kw_only=True)
class Wording(Definition):
    """What people are asked, in its current version, and the older versions a yes to which still counts."""

    version: Annotated[AsWritten, Key("Name of the current wording, as it stands with each answer.")]
    text: Annotated[str, Key("What people are asked.")] = ""
    accepts: Annotated[
        tuple[AsWritten, ...] | None,
        Key("Older wordings a yes to which counts; [] for none. Left out: a yes to any wording counts."),
    ] = None


@dataclass(frozen=True, kw_only=True)
class TcfPurposes(Definition):
    """Which purposes of the IAB Transparency and Consent Framework stand for this one."""

    purposes: Annotated[
        tuple[Annotated[int, Bounds(1, 24)], ...],
        Key("Their numbers. The answer is yes only if it is yes to all of them."),
    ]
    vendor: Annotated[
        int | None,
        Key("Our number in the Global Vendor List; with it the vendor needs a yes too."),
        Bounds(1, 65535),
    ] = None


@dataclass(frozen=True, kw_only=True)
class Purpose(Definition):
    """One reason to use data. With basis `consent` only a recorded, readable yes counts."""

    purpose: Annotated[Name, Key("Name of the purpose.")]
    title: Annotated[str, Key("What it is, as people read it.")] = ""
    description: Annotated[str, Key("What it covers and what not.")] = ""
    basis: Annotated[Basis, Key("consent, legitimate_interest, contract or legal_duty.")]
    channels: Annotated[tuple[Channel, ...], Key("Channels that may be used for it: email, file.")] = ()
    expires_after: Annotated[
        timedelta | None, Key("How long a yes counts, such as 730 days. Without it: until it is taken back.")
    ] = None
    wording: Annotated[Wording | None, Key("What people are asked, and to which wordings a yes counts.")] = (
        None
    )
    categories: Annotated[
        tuple[AsWritten, ...],
        Key("Names under which trackers send this purpose in context.consent.categoryPreferences."),
    ] = ()
    tcf: Annotated[TcfPurposes | None, Key("Purposes of an IAB TCF string that stand for this one.")] = None
    gpc: Annotated[Signal | None, Key("`denies`: a Global Privacy Control signal is a no.")] = None


@dataclass(frozen=True, kw_only=True)
class Purposes(Definition):
    """All purposes, and the two under which the system itself works."""

    purposes: Annotated[tuple[Purpose, ...], Key("The purposes.")]
    counting: Annotated[Name, Key("Purpose under which audiences are defined and counted.")]
    measuring: Annotated[Name, Key("Purpose under which outcomes are measured.")]

    def purpose(self, name: str) -> Purpose | None:
        """The purpose of that name, if declared."""
        return next((purpose for purpose in self.purposes if purpose.purpose == name), None)
