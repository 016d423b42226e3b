"""campaigns/NAME.yml: whom to contact, how, and how we will know that it helped."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated

from tandem.charter.definitions.base import Definition, Key, Name, Rule
from tandem.charter.definitions.purposes import Channel

PREFERENCES_URL = "preferences_url"
"""What a message prints to give each person the link to their own preference page."""


@dataclass(frozen=True, kw_only=True)
class Message(Definition):
    """An e-mail as Jinja templates; variables are names of traits."""

    subject: Annotated[str, Key("Subject line. {{ trait }} is filled in.")]
    text: Annotated[str, Key("The message as plain text.")]
    html: Annotated[str | None, Key("The message as HTML, beside the plain text.")] = None


@dataclass(frozen=True, kw_only=True)
class Export(Definition):
    """A CSV file of the people to contact."""

    path: Annotated[str, Key("File inside the charter folder, ends in .csv."), Rule.EXPORT_FILE]
    fields: Annotated[tuple[Name, ...], Key("Columns: identifier kinds and traits.")]


@dataclass(frozen=True, kw_only=True)
class Goal(Definition):
    """The event that counts as success, and the money or number in it that is added up."""

    event: Annotated[Name, Key("Event that counts as conversion.")]
    value: Annotated[Name | None, Key("Field of the event that is added up.")] = None


@dataclass(frozen=True, kw_only=True)
class Cost(Definition):
    """What the campaign costs, in the project's currency. Amounts are 0 or more."""

    fixed: Annotated[Decimal, Key("What it costs whoever is contacted, such as the work on the text.")] = (
        Decimal(0)
    )
    per_contact: Annotated[Decimal, Key("What each contact costs, such as postage.")] = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Campaign(Definition):
    """People of an audience are assigned to treated or control by hash, then the treated are contacted."""

    campaign: Annotated[Name, Key("Name of the campaign.")]
    title: Annotated[str, Key("What it is, as people read it.")] = ""
    description: Annotated[str, Key("Why it is done.")] = ""
    audience: Annotated[Name, Key("Audience that is assigned.")]
    purpose: Annotated[Name, Key("Purpose of the contact, declared in purposes.yml.")]
    channel: Annotated[Channel, Key("email or file.")]
    holdout: Annotated[Decimal, Key("Share that is not contacted, over 0 and at most 90%."), Rule.SHARE]
    starts: Annotated[datetime | None, Key("First instant (UTC) at which people are assigned.")] = None
    ends: Annotated[datetime | None, Key("From this instant (UTC) on nobody new is assigned.")] = None
    window: Annotated[timedelta, Key("How long outcomes count after assignment, such as 14 days.")]
    goal: Annotated[Goal, Key("What counts as success.")]
    cost: Annotated[Cost | None, Key("What it costs. Without it no return is told.")] = None
    message: Annotated[Message | None, Key("The message, for channel email.")] = None
    export: Annotated[Export | None, Key("The file, for channel file.")] = None
