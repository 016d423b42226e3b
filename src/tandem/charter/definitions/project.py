"""tandem.toml: where things are and who approves what."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

from tandem.charter.definitions.base import Bounds, Definition, Key, Rule
from tandem.kernel.values import WorkspaceRole


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
    pulse: Annotated[Function, Key("Approves survey instruments.")] = Function.MARKETING
    agenda: Annotated[Function, Key("Approves the joint agenda.")] = Function.MARKETING


@dataclass(frozen=True, kw_only=True)
class EmailSettings(Definition):
    """The mail server. User and password: TANDEM_SMTP_USER and TANDEM_SMTP_PASSWORD, never here."""

    host: Annotated[str, Key("Name or address of the SMTP server.")]
    port: Annotated[int, Key("Port of the SMTP server."), Bounds(1, 65535)] = 587
    security: Annotated[Security, Key("none, starttls or tls.")] = Security.STARTTLS
    sender: Annotated[str, Key("Who the messages are from: Name <address>."), Rule.SENDER]


@dataclass(frozen=True, kw_only=True)
class SignInService(Definition):
    """The company's own sign-in (OpenID Connect). The client's secret: TANDEM_OIDC_SECRET, never here."""

    issuer: Annotated[str, Key("Address of the service, such as https://login.example.com."), Rule.ISSUER]
    client_id: Annotated[str, Key("Under which name the service knows this workspace.")]
    title: Annotated[str, Key("What the button says.")] = "Sign in with the company account"
    role_claim: Annotated[
        str | None, Key("Claim that holds the role; with it the service is the master of roles.")
    ] = None
    add_as: Annotated[
        WorkspaceRole | None,
        Key("Role of an account that is made at the first sign-in; without it an admin adds accounts."),
    ] = None


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
class WorkspaceSettings(Definition):
    """Where customers reach what is meant for them: the preference page."""

    address: Annotated[
        str,
        Key("Address under which customers reach this workspace, such as https://my.example.com."),
        Rule.ISSUER,
    ]


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
    sign_in: Annotated[SignInService | None, Key("The company's own sign-in, beside passwords.")] = None
    workspace: Annotated[
        WorkspaceSettings | None,
        Key("Where customers reach the preference page. Without it messages carry no link to it."),
    ] = None
    limits: Annotated[Limits, Key("What the engine may use of this machine.")] = field(default_factory=Limits)
