"""A company of a few people straight in the lake, for tests of campaigns: who they are, what they agreed to.

Each of the cast stands for one way in which a contact can or cannot be made.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from sqlglot import exp

from tandem.charter import load
from tandem.charter.definitions import (
    Campaign,
    Channel,
    Charter,
    EmailSettings,
    Export,
    Goal,
    Message,
    Security,
)
from tandem.engine import Column, Engine
from tandem.engine.catalogue import event_table, profile_table
from tandem.kernel import digest60
from tandem.kernel.values import Label, Type

SHOP = Path(__file__).parent / "projects" / "shop"
NOW = datetime(2026, 6, 1, 9)
DAY = timedelta(days=1)

ADA, BO, CY, DI, ED, FAY, GUS, HAL, IDA = range(1, 10)
CAST = {
    ADA: "consented, one address",
    BO: "said no",
    CY: "never asked",
    DI: "answered unreadably",
    ED: "consented, then complained",
    FAY: "consented, has no e-mail address",
    GUS: "consented, two addresses",
    HAL: "consented, first name not known",
    IDA: "said yes and no at once",
}

CAMPAIGN = Campaign(
    campaign="winback",
    audience="lapsed_big_spenders",
    purpose="marketing_email",
    channel=Channel.EMAIL,
    holdout=Decimal("0.2"),
    window=14 * DAY,
    goal=Goal(event="purchase", value="amount"),
    message=Message(subject="For {{ first_name or 'you' }}", text="Hello {{ first_name or 'there' }}!"),
)
FILED = replace(
    CAMPAIGN,
    channel=Channel.FILE,
    message=None,
    export=Export(path="exports/winback.csv", fields=("email", "first_name")),
)


def charter_at(root: Path, port: int = 2525, campaign: Campaign = CAMPAIGN) -> Charter:
    """The shop's charter, its mail server on this port, its folder here, with one campaign."""
    email = EmailSettings(
        host="127.0.0.1", port=port, security=Security.NONE, sender="Shop <hello@shop.example>"
    )
    shop = _shop()
    return replace(shop, project=replace(shop.project, email=email), campaigns=(campaign,), root=root)


@cache
def _shop() -> Charter:
    return load(SHOP)


def ensure(engine: Engine) -> None:
    """The tables that the shop's charter adds, as far as campaigns read them."""
    amount = Column("amount", Type.MONEY, "Amount.", Label.PERSONAL, "GBP")
    engine.ensure(
        [
            profile_table(
                [
                    Column("first_name", Type.TEXT, "First name.", Label.PERSONAL),
                    Column("lifetime_value", Type.MONEY, "Spent in all.", Label.PERSONAL, "GBP"),
                ]
            ),
            event_table("purchase", [amount, Column("category", Type.TEXT, "Category.")]),
        ]
    )


def fill(engine: Engine, table: str, rows: Iterable[dict[str, Any]]) -> None:
    """Append rows to a table of the lake."""
    columns = [(column.name, column.type) for column in engine.catalogue[table].columns]
    try:
        stage = engine.stage_rows(f"fill_{table}", columns, rows)
        engine.append(table, exp.select(*(exp.column(name) for name, _ in columns)).from_(stage))
    finally:
        engine.drop_stage(f"fill_{table}")


def people_join(engine: Engine, people: Iterable[int], *, state: str | None = "granted") -> None:
    """People with one e-mail address, a name, and a state of consent (None: never asked)."""
    everyone = list(people)
    fill(engine, "identifiers", (address(person, f"person{person}@people.example") for person in everyone))
    fill(engine, "person_map", (mapped(person, f"person{person}@people.example") for person in everyone))
    fill(engine, "profile", ({"person_id": person, "first_name": f"P{person}"} for person in everyone))
    if state is not None:
        fill(engine, "person_consents", (consent(person, state) for person in everyone))


def cast_joins(engine: Engine) -> None:
    """The cast, each as CAST says."""
    mail = {person: f"{person}@cast.example" for person in CAST if person != FAY}
    extra = [(GUS, "gus.new@cast.example", NOW - DAY)]
    fill(
        engine,
        "identifiers",
        [
            *(address(person, value) for person, value in mail.items()),
            *(address(person, value, seen) for person, value, seen in extra),
            {**address(FAY, "fay-card"), "kind": "loyalty_id"},
        ],
    )
    fill(
        engine,
        "person_map",
        [
            *(mapped(person, value) for person, value in mail.items()),
            *(mapped(person, value) for person, value, _ in extra),
            mapped(FAY, "fay-card"),
        ],
    )
    states = {BO: "denied", DI: "unreadable", IDA: "contradictory"}
    fill(engine, "person_consents", [consent(p, states.get(p, "granted")) for p in CAST if p != CY])
    fill(
        engine,
        "profile",
        [{"person_id": person, "first_name": None if person == HAL else f"N{person}"} for person in CAST],
    )
    suppressed = {"suppression_id": 1, "identifier_key": digest60(mail[ED]), "reason": "complaint", "at": NOW}
    fill(engine, "suppressions", [suppressed])


def assigned(engine: Engine, people: Iterable[int], arm: str = "treated", at: datetime = NOW) -> None:
    """Put people into an arm of the campaign by hand."""
    fill(
        engine,
        "assignments",
        (
            {"campaign": "winback", "person_id": person, "arm": arm, "bucket": 0, "assigned_at": at}
            for person in people
        ),
    )


def address(person: int, value: str, seen: datetime = NOW - 30 * DAY) -> dict[str, Any]:
    """A row of `identifiers`."""
    return {"identifier_key": digest60(value), "kind": "email", "value": value, "first_seen_at": seen}


def mapped(person: int, value: str) -> dict[str, Any]:
    """A row of `person_map`."""
    return {"identifier_key": digest60(value), "person_id": person, "since_version": 1}


def consent(person: int, state: str, purpose: str = "marketing_email") -> dict[str, Any]:
    """A row of `person_consents`."""
    return {"person_id": person, "purpose": purpose, "state": state, "since": NOW - 10 * DAY}


def table(engine: Engine, name: str) -> list[dict[str, Any]]:
    """All rows of a base table."""
    return engine.dicts(
        exp.select(*(exp.column(c) for c in engine.catalogue[name].names)).from_(engine.ref(name))
    )
