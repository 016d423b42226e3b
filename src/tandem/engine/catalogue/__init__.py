"""The data model: every table of the lake, with columns, types, units, labels and who writes it.

Answers: what may a query name, and what does it mean. `landing` (what comes in), `people` (who is who),
`campaigns` (what was done), `rights` (who was erased, told in hashes). Event, record and profile tables get
their columns from the charter.
Writes nothing itself. Must never hold a table that no room writes.
"""

from tandem.engine.catalogue import campaigns, landing, people, rights
from tandem.engine.catalogue.landing import event_table, record_table
from tandem.engine.catalogue.model import SQL_TYPES, By, Catalogue, Column, Lead, Table
from tandem.engine.catalogue.people import profile_table

__all__ = [
    "BASE",
    "SQL_TYPES",
    "By",
    "Catalogue",
    "Column",
    "Lead",
    "Table",
    "event_table",
    "profile_table",
    "record_table",
]

BASE = Catalogue().with_tables((*landing.TABLES, *people.TABLES, *campaigns.TABLES, *rights.TABLES))
