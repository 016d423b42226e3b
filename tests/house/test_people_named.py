"""Every table of the lake says how it names people, or why it names nobody: a person's rights follow that."""

import pytest

from tandem.engine import Table
from tandem.engine.catalogue import BASE, By, event_table, profile_table, record_table
from tandem.kernel.values import Type

TABLES = [
    *BASE,
    event_table("any", []),
    record_table("any", []),
    record_table("things", [], about_people=False),
]
TABLES = [*TABLES, profile_table([])]
PERSONAL_KEYS = {
    "person_id": By.PERSON,
    "from_person_id": By.PERSON,
    "to_person_id": By.PERSON,
    "subject_key": By.IDENTIFIER,
    "identifier_key": By.IDENTIFIER,
    "left_key": By.IDENTIFIER,
    "right_key": By.IDENTIFIER,
    "payload": By.TEXT,
    "found": By.TEXT,
}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_names_people_or_says_why_not(table: Table) -> None:
    assert bool(table.people) != bool(table.nobody), (
        "a table has leads to people or says why it has none, not both"
    )


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_columns_that_name_people_are_leads(table: Table) -> None:
    named = {lead.column: lead.by for lead in table.people}
    columns = {name: by for name, by in PERSONAL_KEYS.items() if name in table.names and not table.nobody}
    assert columns.items() <= named.items()
    texts = [lead.column for lead in table.people if lead.by is By.TEXT]
    assert all(table.column(name).type is Type.TEXT for name in texts)
