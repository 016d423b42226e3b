"""policies/NAME.yml: which role may use which data for which purpose, and where to."""

from dataclasses import dataclass
from typing import Annotated

from tandem.charter.definitions.base import Bounds, Definition, Key, Name
from tandem.kernel.values import Destination, Label


@dataclass(frozen=True, kw_only=True)
class Grant(Definition):
    """Every combination of the purposes, labels and destinations is allowed; nothing else is."""

    purposes: Annotated[tuple[Name, ...], Key("Purposes, declared in purposes.yml.")]
    labels: Annotated[tuple[Label, ...], Key("Labels of fields that may be used.")]
    destinations: Annotated[tuple[Destination, ...], Key("Where to: preview, email, file, measure, explain.")]


@dataclass(frozen=True, kw_only=True)
class Role(Definition):
    """What those who act in a role may do."""

    role: Annotated[Name, Key("Name of the role. `system` is who `tandem run` acts as.")]
    title: Annotated[str, Key("Who that is, as people read it.")] = ""
    may: Annotated[tuple[Grant, ...], Key("What the role may do.")] = ()


@dataclass(frozen=True, kw_only=True)
class Policy(Definition):
    """A set of grants and the smallest group that may be counted."""

    policy: Annotated[Name, Key("Name of the policy.")]
    title: Annotated[str, Key("What it is, as people read it.")] = ""
    description: Annotated[str, Key("Why it is so.")] = ""
    smallest_group: Annotated[int, Key("Counts under this are shown as fewer than it."), Bounds(1)] = 10
    roles: Annotated[tuple[Role, ...], Key("Roles and what they may do.")]
