"""agenda.yml: what marketing and IT want together, what each promises the other, with which money, tools and people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from tandem.charter.definitions.base import AsWritten, Bounds, Definition, Key, Name, Path, Rule
from tandem.charter.definitions.project import Function
from tandem.kernel.values import Destination


class AgendaOwner(StrEnum):
    """Who answers for a joint priority."""

    MARKETING = "marketing"
    IT = "it"
    BOTH = "both"


class Service(StrEnum):
    """What a service level is about."""

    BRIEF_ANSWERED = "brief_answered"
    BRIEF_DELIVERED = "brief_delivered"
    ACCESS_ANSWERED = "access_answered"
    APPROVAL_GIVEN = "approval_given"
    DATA_FRESH = "data_fresh"


class Standards(StrEnum):
    """Where a vendor or tool stands against the company's standards."""

    APPROVED = "approved"
    TRIAL = "trial"
    EXCEPTION = "exception"
    NOT_APPROVED = "not_approved"


class Feel(StrEnum):
    """What of an experience is measured."""

    NPS = "nps"
    SATISFACTION = "satisfaction"
    EFFORT = "effort"
    COMPLAINT_RATE = "complaint_rate"


@dataclass(frozen=True, kw_only=True)
class Priority(Definition):
    """One thing that both functions want, and how they will see that it is there."""

    priority: Annotated[Name, Key("Name of the priority.")]
    title: Annotated[str, Key("What it is, as people read it.")]
    owner: Annotated[AgendaOwner, Key("Who answers for it: marketing, it or both.")]
    measure: Annotated[str, Key("How both will see that it is reached.")]


@dataclass(frozen=True, kw_only=True)
class ServiceLevel(Definition):
    """What one function promises the other about time."""

    service: Annotated[
        Service, Key("brief_answered, brief_delivered, access_answered, approval_given or data_fresh.")
    ]
    within: Annotated[timedelta, Key("Within which time, such as 5 days; how old data may be.")]
    owner: Annotated[Function, Key("Who promises it.")] = Function.IT
    sources: Annotated[
        tuple[Name, ...], Key("Of data_fresh: only for these sources, before one that names none.")
    ] = ()


@dataclass(frozen=True, kw_only=True)
class Budget(Definition):
    """Money of one function for one channel in a period, in the project's currency."""

    side: Annotated[Function, Key("Whose money it is: marketing or it.")]
    channel: Annotated[Name, Key("What it is for; `email` and `file` are those of campaigns.")]
    title: Annotated[str, Key("What it is, as people read it.")] = ""
    starts: Annotated[datetime, Key("First instant (UTC) of the period.")]
    ends: Annotated[datetime, Key("First instant (UTC) after the period.")]
    amount: Annotated[Decimal, Key("How much, 0 or more.")]
    spent: Annotated[
        Path | None, Key("EVENT.FIELD of money that was spent, such as ad_spend.spend, if a source tells it.")
    ] = None
    where: Annotated[
        Mapping[Name, AsWritten],
        Key("Only events in which these fields have these values: {channel: search}."),
    ] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Tool(Definition):
    """A vendor or tool that a function uses, and where it stands against the company's standards."""

    tool: Annotated[Name, Key("Name of the tool.")]
    title: Annotated[str, Key("What it is, as people read it.")] = ""
    vendor: Annotated[str, Key("Who sells or runs it.")] = ""
    owner: Annotated[Function, Key("Who answers for it: marketing or it.")]
    standards: Annotated[Standards, Key("approved, trial, exception or not_approved.")]
    until: Annotated[datetime | None, Key("When the trial or exception ends (UTC).")] = None
    sources: Annotated[tuple[Name, ...], Key("Sources of the charter that come from it.")] = ()
    destinations: Annotated[tuple[Destination, ...], Key("Destinations of policies that lead to it.")] = ()


@dataclass(frozen=True, kw_only=True)
class Skill(Definition):
    """What one function can do: how many people, and how many it wants."""

    skill: Annotated[Name, Key("Name of the skill; the same in both functions if it is the same.")]
    title: Annotated[str, Key("What it is, as people read it.")] = ""
    function: Annotated[Function, Key("Who needs it: marketing or it.")]
    people: Annotated[int, Key("How many people have it now."), Bounds(0, 100_000)]
    wanted: Annotated[int, Key("How many are wanted."), Bounds(0, 100_000)]
    level: Annotated[int | None, Key("How well they know it, 1 a beginner to 5 a teacher."), Bounds(1, 5)] = (
        None
    )
    training: Annotated[str, Key("What is planned to close the gap.")] = ""


@dataclass(frozen=True, kw_only=True)
class JointOwners(Definition):
    """Who answers for a measure, one person or role in each function."""

    marketing: Annotated[str, Key("Who answers in marketing.")]
    it: Annotated[str, Key("Who answers in IT.")]


@dataclass(frozen=True, kw_only=True)
class Experience(Definition):
    """How customers find it, owned by both functions. Without `event` it is not known yet; `collect` says how to."""

    measure: Annotated[Name, Key("Name of the measure.")]
    title: Annotated[str, Key("What it is, as people read it.")] = ""
    kind: Annotated[Feel, Key("nps, satisfaction, effort or complaint_rate.")]
    owners: Annotated[JointOwners, Key("Who answers for it in marketing and in IT.")]
    event: Annotated[Name | None, Key("Event that it is computed from.")] = None
    answer: Annotated[Name | None, Key("Its field with the answer, a number; not for complaint_rate.")] = None
    complaint: Annotated[
        Mapping[Name, AsWritten],
        Key("For complaint_rate: field and value of a complaint, {topic: delivery}."),
    ] = field(default_factory=dict)
    good_from: Annotated[
        int | None, Key("From which answer on it counts as good; NPS knows it by itself."), Bounds(0, 1000)
    ] = None
    good_to: Annotated[
        int | None, Key("Up to which answer it counts as good, where less is better."), Bounds(0, 1000)
    ] = None
    over: Annotated[timedelta, Key("Over how long, back from now, such as 90 days.")] = timedelta(days=90)
    target: Annotated[
        Decimal | None, Key("What is wanted: a share such as 80%, or points of NPS."), Rule.SHARE
    ] = None
    collect: Annotated[str, Key("How it will be collected, while nothing tells it.")] = ""


@dataclass(frozen=True, kw_only=True)
class Agenda(Definition):
    """The one agenda of both functions."""

    priorities: Annotated[tuple[Priority, ...], Key("What both want.", named_by="priority")] = ()
    service_levels: Annotated[tuple[ServiceLevel, ...], Key("What each promises the other about time.")] = ()
    budgets: Annotated[tuple[Budget, ...], Key("Money by function, channel and period.")] = ()
    register: Annotated[tuple[Tool, ...], Key("Vendors and tools.", named_by="tool")] = ()
    skills: Annotated[tuple[Skill, ...], Key("Skills by function.")] = ()
    experience: Annotated[
        tuple[Experience, ...], Key("How customers find it, owned jointly.", named_by="measure")
    ] = ()

    def priority(self, name: str) -> Priority | None:
        """The priority of that name, if there is one."""
        return next((one for one in self.priorities if one.priority == name), None)

    def level(self, service: Service) -> ServiceLevel | None:
        """The service level for a service, if one was agreed."""
        return next((one for one in self.service_levels if one.service is service), None)

    def fresh(self, source: str) -> timedelta | None:
        """How old the data of a source may be, if that was agreed: for the source, else for all."""
        levels = [one for one in self.service_levels if one.service is Service.DATA_FRESH]
        own = next((one for one in levels if source in one.sources), None)
        found = own or next((one for one in levels if not one.sources), None)
        return found.within if found else None
