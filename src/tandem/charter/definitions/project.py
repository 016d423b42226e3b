"""tandem.toml: where things are and who approves what."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

from tandem.charter.definitions.base import Bounds, Definition, Key, Rule


class EngineName(StrEnum):
    """What computes over the lake."""

    DUCKDB = "duckdb"
    SPARK = "spark"


class Function(StrEnum):
    """The two functions that agree on a charter."""

    IT = "it"
    MARKETING = "marketing"


class Security(StrEnum):
    """How the mail server is spoken to."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True, kw_only=True)
class Owners(Definition):
    """Which function approves a change of which part."""

    sources: Annotated[Function, Key("Approves contracts of sources.")] = Function.IT
    identity: Annotated[Function, Key("Approves identity rules.")] = Function.IT
    purposes: Annotated[Function, Key("Approves purposes and their legal basis.")] = Function.IT
    policies: Annotated[Function, Key("Approves who may use what.")] = Function.IT
    traits: Annotated[Function, Key("Approves traits.")] = Function.MARKETING
    audiences: Annotated[Function, Key("Approves audiences.")] = Function.MARKETING
    campaigns: Annotated[Function, Key("Approves campaigns.")] = Function.MARKETING


@dataclass(frozen=True, kw_only=True)
class EmailSettings(Definition):
    """The mail server. User and password: TANDEM_SMTP_USER and TANDEM_SMTP_PASSWORD, never here."""

    host: Annotated[str, Key("Name or address of the SMTP server.")]
    port: Annotated[int, Key("Port of the SMTP server."), Bounds(1, 65535)] = 587
    security: Annotated[Security, Key("none, starttls or tls.")] = Security.STARTTLS
    sender: Annotated[str, Key("Who the messages are from: Name <address>."), Rule.SENDER]


@dataclass(frozen=True, kw_only=True)
class Limits(Definition):
    """What the engine may use of this machine."""

    memory: Annotated[
        str | None, Key("Most memory, such as 8GB. Without it the engine decides."), Rule.MEMORY
    ] = None
    threads: Annotated[int | None, Key("Most threads. Without it the engine decides."), Bounds(1, 1024)] = (
        None
    )


@dataclass(frozen=True, kw_only=True)
class Project(Definition):
    """The project as a whole."""

    name: Annotated[str, Key("Name of the company or project, as people read it.")]
    engine: Annotated[EngineName, Key("duckdb (in this process) or spark.")] = EngineName.DUCKDB
    lake: Annotated[
        str,
        Key("Folder of the lake relative to the charter, or a URL (s3://, az://, gs://)."),
        Rule.ADDRESS,
    ] = "lake"
    ledger: Annotated[
        str,
        Key("SQLite file relative to the charter, or postgresql://host/db without a password."),
        Rule.ADDRESS,
    ] = "ledger.db"
    timezone: Annotated[str, Key("Zone of local times in sources with `zone: local`."), Rule.ZONE] = "UTC"
    currency: Annotated[str, Key("Currency of money fields without a unit."), Rule.CURRENCY] = "EUR"
    owners: Annotated[Owners, Key("Which function approves which part.")] = field(default_factory=Owners)
    email: Annotated[EmailSettings | None, Key("The mail server. Without it no e-mail is sent.")] = None
    limits: Annotated[Limits, Key("What the engine may use of this machine.")] = field(default_factory=Limits)
