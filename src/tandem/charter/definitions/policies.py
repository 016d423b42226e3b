"""policies/NAME.yml: which role may use which data of whom, for which purpose, and where to."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from tandem.charter.definitions.base import Bounds, Definition, Key, LabelName, Name, Path
from tandem.charter.definitions.comparisons import Test
from tandem.kernel.values import Destination, Label

OLD_FILES_DAYS = 7
SYSTEM_ROLE = "system"
"""The role that `tandem run` acts in."""


class How(StrEnum):
    """What a mask leaves of a value, weakest mask first."""

    PARTIAL = "partial"
    GENERALISE = "generalise"
    HASH = "hash"


@dataclass(frozen=True, kw_only=True)
class OwnLabel(Definition):
    """A label of the company's own. It is granted by its own name only: a grant of `base` does not grant it."""

    label: Annotated[Name, Key("Name of the label, for contracts and grants.")]
    title: Annotated[str, Key("What it is, as people read it.")] = ""
    base: Annotated[
        Label, Key("public, internal, personal or sensitive: it is at least as strict as that.", word="as")
    ] = Label.SENSITIVE


@dataclass(frozen=True, kw_only=True)
class Keeping(Definition):
    """How long values of a label stay in the lake. Of several for one label the shortest counts."""

    label: Annotated[LabelName, Key("The label of the fields, by its own name.")]
    period: Annotated[
        timedelta, Key("How long, from when the row happened; then a run empties the field.", word="for")
    ]


@dataclass(frozen=True, kw_only=True)
class Grant(Definition):
    """Every combination of the purposes, labels and destinations is allowed; nothing else is."""

    purposes: Annotated[tuple[Name, ...], Key("Purposes, declared in purposes.yml.")]
    labels: Annotated[
        tuple[LabelName, ...], Key("Labels of fields that may be used, also the company's own, each by name.")
    ]
    destinations: Annotated[tuple[Destination, ...], Key("Where to: preview, email, file, measure, explain.")]
    until: Annotated[
        datetime | None, Key("The grant ends then, UTC: from that moment on it allows nothing.")
    ] = None


@dataclass(frozen=True, kw_only=True)
class RowRule(Test):
    """Only people of whom this is true exist for the role: a trait, or a field of records, compared.

    Just one of `trait` and `field` (SOURCE.field) is there. Not knowing the value is not fulfilling it. Of several
    records of a person all must fulfil it, and there must be one.
    """

    trait: str | None = None
    field: str | None = None

    @property
    def subject(self) -> str:
        """What is compared, as the charter names it."""
        return str(self.trait or self.field)


@dataclass(frozen=True, kw_only=True)
class Mask(Definition):
    """Values that are shown only in part. A masked field can be shown, and used for nothing else."""

    label: Annotated[LabelName | None, Key("Every field of that label, or of a stricter one.")] = None
    fields: Annotated[
        tuple[Path, ...],
        Key("Fields: EVENT.field, SOURCE.field or a trait; also the traits that are worked out from them."),
    ] = ()
    how: Annotated[
        How,
        Key(
            "hash: a keyed digest. partial: the first letter, the domain of an e-mail. generalise: year, band."
        ),
    ]
    band: Annotated[Decimal | None, Key("Width of the bands that numbers are shown in (generalise).")] = None
    roles: Annotated[tuple[Name, ...], Key("For these roles; left out: for all.")] = ()
    destinations: Annotated[tuple[Destination, ...], Key("At these destinations; left out: at all.")] = ()


@dataclass(frozen=True, kw_only=True)
class Role(Definition):
    """What those who act in a role may do, and with the data of which people."""

    role: Annotated[Name, Key("Name of the role. `system` is who `tandem run` acts as.")]
    title: Annotated[str, Key("Who that is, as people read it.")] = ""
    may: Annotated[tuple[Grant, ...], Key("What the role may do.")] = ()
    rows: Annotated[
        tuple[RowRule, ...],
        Key("Only people of whom all of these are true: {trait: T, is: …} or {field: SOURCE.field, is: …}."),
    ] = ()


@dataclass(frozen=True, kw_only=True)
class Policy(Definition):
    """A set of grants, limits and masks, and the smallest group that may be counted.

    Of several policies the grants add up; row rules all hold, the strongest mask counts, and so do the largest
    smallest group and the shortest time for old files.
    """

    policy: Annotated[Name, Key("Name of the policy.")]
    title: Annotated[str, Key("What it is, as people read it.")] = ""
    description: Annotated[str, Key("Why it is so.")] = ""
    smallest_group: Annotated[int, Key("Counts under this are shown as fewer than it."), Bounds(1)] = 10
    labels: Annotated[tuple[OwnLabel, ...], Key("Labels of the company's own, for all contracts.")] = ()
    masks: Annotated[tuple[Mask, ...], Key("What is shown only in part.")] = ()
    keep: Annotated[tuple[Keeping, ...], Key("How long values of a label stay; of others, for good.")] = ()
    old_files_days: Annotated[
        int,
        Key("After so many days a run removes files of the lake that no table needs any more."),
        Bounds(1),
    ] = OLD_FILES_DAYS
    roles: Annotated[tuple[Role, ...], Key("Roles and what they may do.")]
