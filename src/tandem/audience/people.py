"""The people of an audience as one query."""

from datetime import datetime

from sqlglot import exp

from tandem import policy
from tandem.audience.node import Node
from tandem.audience.reading import PROFILE, Reading
from tandem.engine import Catalogue
from tandem.policy import PERSON, Permit

EVERYBODY = "everybody"


def people(node: Node, permit: Permit, catalogue: Catalogue, now: datetime) -> exp.Select:
    """One row per person who fulfils the definition at `now` and whom the permit reaches; column `person_id`.

    Each table is read once, whatever number of conditions look at it. Where nobody without an event can be in
    the audience the query starts from the event's people, otherwise from everybody whom the permit reaches.
    """
    reading = Reading(permit, catalogue, now)
    condition = node.lower(reading)
    relations = reading.relations()
    needed = node.needs()
    # Only events lead through the person map of now; the profile may still hold people who were merged since,
    # and the answer of a statement whatever it was taken from.
    first = next(
        (name for name in relations if name in needed and name != PROFILE and name in catalogue), None
    )
    start = relations.pop(first) if first else policy.people(permit, catalogue).subquery(EVERYBODY)
    person = exp.column(PERSON, start.alias)
    query = exp.select(person.as_(PERSON)).from_(start)
    for name, relation in relations.items():
        on = exp.column(PERSON, relation.alias).eq(person.copy())
        query = query.join(relation, on=on, join_type="inner" if name in needed else "left")
    return query.where(condition)
