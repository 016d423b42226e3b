"""A small shop for tests of policy and audience: its charter, and a lake filled from plain rows."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
from sqlglot import exp

from tandem import audience
from tandem.charter import Charter, load_files
from tandem.engine import BASE, Catalogue, Column, Engine, Table
from tandem.engine.catalogue import event_table, profile_table, record_table
from tandem.engine.lake import ARROW
from tandem.kernel.values import Actor, Destination, Type
from tandem.policy import Permit, decide

NOW = datetime(2026, 3, 1)
ADA, BO, CY, DEE, EVE = 10, 20, 30, 40, 50
MARKETER = Actor("ada@shop.example", "marketer")

FILES = {
    "tandem.toml": 'name = "Harbour & Pine"\ncurrency = "GBP"\n',
    "identity.yml": "kinds:\n  - {kind: email, normalise: email}\n",
    "purposes.yml": """
purposes:
  - {purpose: marketing_email, title: "Marketing by e-mail", basis: consent, channels: [email]}
  - {purpose: analytics, title: "Knowing our shop", basis: legitimate_interest}
  - {purpose: recalls, title: "Product recalls", basis: legal_duty, channels: [email]}
counting: analytics
measuring: analytics
""",
    "policies/standard.yml": """
policy: standard
smallest_group: 2
roles:
  - role: marketer
    may:
      - {purposes: [marketing_email, analytics, recalls], labels: [public, internal, personal],
         destinations: [preview, email, file, measure]}
  - role: analyst
    may:
      - {purposes: [analytics], labels: [public, internal], destinations: [preview]}
""",
    "sources/web.yml": """
source: web
files: {path: web.csv, format: csv}
time: {field: at}
identifiers: [{kind: email, field: email}]
events:
  - kind: purchase
    when: {type: purchase}
    fields:
      amount: {type: money, label: internal, unit: GBP}
      category: {type: text, label: internal}
      quantity: {type: integer, label: internal}
      weight: {type: number, label: internal, unit: kg}
      gift: {type: boolean}
      due: {type: date, label: internal}
      health_note: {type: text, label: sensitive}
  - kind: visit
    title: Looked around
    fields:
      page: {type: text, label: public}
""",
    "sources/crm.yml": """
source: crm
files: {path: crm.csv, format: csv}
key: [id]
identifiers: [{kind: email, field: email}]
record:
  fields:
    first_name: {type: text}
    country: {type: text, label: internal}
    born: {type: date}
    vip: {type: boolean, label: internal}
""",
    "traits/all.yml": """
traits:
  - {trait: lifetime_value, title: "Spent in all", sum: purchase.amount}
  - {trait: orders, count: purchase}
  - {trait: tents_90d, count: purchase, within: 90 days, where: [{field: category, is: tents}]}
  - {trait: first_name, latest: crm.first_name}
  - {trait: country, latest: crm.country}
  - {trait: born, latest: crm.born}
  - {trait: vip, latest: crm.vip}
  - {trait: average_order, average: purchase.amount}
  - {trait: smallest_order, min: purchase.amount}
  - {trait: largest_order, max: purchase.amount}
  - {trait: weight_sent, sum: purchase.weight}
  - {trait: favourite, most_frequent: purchase.category}
  - {trait: favourite_90d, most_frequent: purchase.category, within: 90 days}
  - {trait: first_category, first: purchase.category}
  - {trait: last_category, latest: purchase.category}
  - {trait: days_since_order, days_since: purchase}
  - {trait: last_due, max: purchase.due}
""",
}


def charter(**files: str) -> Charter:
    """The shop's charter; further files by name with `__` for `/` (audiences__vip="…")."""
    return load_files(FILES | {name.replace("__", "/") + ".yml": text for name, text in files.items()})


def catalogue(of: Charter) -> Catalogue:
    """The lake's tables with those that the charter declares."""
    kinds = {name: [_column(spec) for spec in specs[0].fields] for name, specs in of.events().items()}
    tables: list[Table] = [event_table(name, columns) for name, columns in kinds.items()]
    for source in of.records():
        assert source.record is not None
        tables.append(record_table(source.source, [_column(spec) for spec in source.record.fields]))
    bare = BASE.with_tables(tables)
    return bare.with_tables([profile_table(audience.trait_columns(of, bare))])


def _column(spec: Any) -> Column:
    return Column(spec.name, spec.type.type, spec.description, spec.label, spec.unit)


def fill(engine: Engine, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Append plain rows; columns that a row has not are NULL."""
    described = engine.catalogue[table]
    columns = {
        column.name: pa.array([_money(row.get(column.name), column.type) for row in rows], ARROW[column.type])
        for column in described.columns
    }
    if rows:
        engine.append(table, exp.select("*").from_(engine.stage_arrow("audience_filled", pa.table(columns))))
        engine.drop_stage("audience_filled")


def _money(value: Any, type_: Type) -> Any:
    return Decimal(value) if type_ is Type.MONEY and value is not None else value


def permit(
    of: Charter, footprint: Any, purpose: str = "analytics", destination: Destination = Destination.PREVIEW
) -> Permit:
    """The marketer's permit, which the fixture charter grants."""
    decision = decide(MARKETER, purpose, destination, footprint, of, catalogue(of))
    assert isinstance(decision, Permit), decision
    return decision


def ids(engine: Engine, query: exp.Query) -> list[int]:
    """The person_ids of a query, sorted, duplicates kept."""
    return sorted(row[0] for row in engine.rows(query))


def ago(days: float) -> datetime:
    """That many days before NOW."""
    return NOW - timedelta(days=days)


CAST = {
    "person_map": [
        {"identifier_key": 1, "person_id": ADA, "since_version": 1},
        {"identifier_key": 11, "person_id": ADA, "since_version": 1},
        {"identifier_key": 2, "person_id": BO, "since_version": 1},
        {"identifier_key": 3, "person_id": CY, "since_version": 1},
        {"identifier_key": 4, "person_id": DEE, "since_version": 1},
        {"identifier_key": 5, "person_id": EVE, "since_version": 1},
    ],
    "consents": [
        {
            "consent_id": i,
            "subject_key": key,
            "purpose": purpose,
            "state": state,
            "at": ago(days),
            "proof_event_id": i,
            "batch_id": 1,
        }
        for i, (key, purpose, state, days) in enumerate(
            [
                (1, "marketing_email", "granted", 100),
                (2, "marketing_email", "granted", 100),
                (2, "marketing_email", "denied", 50),
                (4, "marketing_email", "granted", 30),
                (5, "marketing_email", "unreadable", 30),
                (5, "analytics", "denied", 30),
            ]
        )
    ],
    "suppressions": [{"suppression_id": 1, "identifier_key": 4, "reason": "complaint", "at": ago(5)}],
    "event_purchase": [
        {
            "event_id": 1,
            "event_at": ago(200),
            "subject_key": 1,
            "amount": 100,
            "category": "tents",
            "weight": 0.1,
        },
        {
            "event_id": 2,
            "event_at": ago(90),
            "subject_key": 11,
            "amount": 50,
            "category": "boots",
            "weight": 0.2,
        },
        {"event_id": 3, "event_at": ago(10), "subject_key": 1, "amount": 25, "category": "tents"},
        {"event_id": 4, "event_at": ago(120), "subject_key": 2, "amount": 500, "category": "tents"},
        {"event_id": 5, "event_at": NOW, "subject_key": 2, "amount": 7, "category": "boots"},
        {"event_id": 6, "event_at": ago(1), "subject_key": 4, "amount": None, "category": None},
        {"event_id": 7, "event_at": ago(1), "subject_key": 5, "amount": 900, "category": "tents"},
        {"event_id": 8, "event_at": ago(1), "subject_key": None, "amount": 900, "category": "tents"},
    ],
    "event_visit": [{"event_id": 9, "event_at": ago(3), "subject_key": 3, "page": "/"}],
    "record_crm": [
        {
            "record_id": 1,
            "event_at": ago(9),
            "received_at": ago(9),
            "subject_key": 1,
            "content": 1,
            "first_name": "Ada",
            "country": "GB",
        },
        {
            "record_id": 1,
            "event_at": ago(8),
            "received_at": ago(8),
            "subject_key": 1,
            "content": 2,
            "first_name": "Ada",
            "country": "FR",
        },
        {
            "record_id": 2,
            "event_at": ago(8),
            "received_at": ago(8),
            "subject_key": 2,
            "content": 3,
            "first_name": "Bo",
            "country": "GB",
        },
        {
            "record_id": 3,
            "event_at": ago(8),
            "received_at": ago(8),
            "subject_key": 3,
            "content": 4,
            "first_name": None,
            "country": None,
        },
    ],
}
"""Ada said yes, Bo withdrew, Cy never spoke, Dee said yes and complained, Eve objected to analytics."""
