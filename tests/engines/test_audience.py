"""The same people, traits, consents and reasons on both engines."""

import pytest
from sqlglot import exp
from unit.audience import reference
from unit.audience.random_world import world
from unit.audience.world import NOW, catalogue, charter, fill, ids, permit

from tandem import audience, policy
from tandem.engine import Engine
from tandem.kernel.values import Destination

AUDIENCES = {
    "many": """
  all:
    - any:
        - {did: purchase, count: {at_least: 2}, within: 90 days, where: [{field: category, in: [tents]}]}
        - {did: purchase, sum: {of: amount, at_least: 20.5}}
        - {trait: orders, between: [1, 3]}
    - not: {did: purchase, last: {before: 90 days ago}}
""",
    "first": "{did: purchase, first: {after: 2025-12-01}, where: [{field: due, after: 2026-01-15}]}",
    "never": "{did: purchase, count: {is: 0}, within: 30 days}",
    "text": "{any: [{trait: country, is_not: GB}, {trait: favourite, contains: oo}]}",
    "start": "{trait: favourite, starts_with: t}",
    "unknown": "{all: [{trait: country, known: false}, {not: {audience: first}}]}",
    "born": "{trait: born, before: 1990-01-15}",
    "dates": "{trait: last_due, between: [2026-01-10, 2026-02-09]}",
}
SHOP = charter(**{f"audiences__{name}": f"audience: {name}\nwho: {who}\n" for name, who in AUDIENCES.items()})
TABLES = catalogue(SHOP)
SOURCES = {"event_purchase": "web", "event_visit": "web", "record_crm": "crm"}
ROWS = {table: [{**row, "source": SOURCES.get(table)} for row in some] for table, some in world(3).items()}


@pytest.fixture
def shop(engine: Engine) -> Engine:
    engine.ensure(list(TABLES))
    for table, some in ROWS.items():
        fill(engine, table, some)
    policy.refresh_consents(engine, NOW)
    audience.compute_traits(engine, SHOP, permit(SHOP, audience.trait_footprint(SHOP)), NOW)
    return engine


def test_the_whole_way(shop: Engine) -> None:
    rows = ROWS
    states = exp.select("person_id", "purpose", "state").from_(shop.ref("person_consents"))
    assert {(person, purpose): state for person, purpose, state in shop.rows(states)} == reference.consents(
        rows, NOW
    )
    assert not policy.refresh_consents(shop, NOW, everything=True)

    profile = {row["person_id"]: row for row in shop.dicts(exp.select("*").from_(shop.ref("profile")))}
    for person, row in profile.items():
        slow = {one.trait: reference.trait(one, rows, person, NOW) for one in SHOP.traits}
        close = {name: pytest.approx(v) if isinstance(v, float) else v for name, v in slow.items()}
        assert row == {"person_id": person} | close
    assert not audience.compute_traits(shop, SHOP, permit(SHOP, audience.trait_footprint(SHOP)), NOW)

    allowed = permit(SHOP, audience.sources_footprint(SHOP))
    assert audience.compute_sources(shop, SHOP, allowed, NOW)
    columns = exp.select("person_id", "source", "events", "first_at", "last_at")
    found = {(row[0], row[1]): row[2:] for row in shop.rows(columns.from_(shop.ref("person_sources")))}
    assert found == reference.sources(rows, NOW)
    assert not audience.compute_sources(shop, SHOP, allowed, NOW)

    uses = [("analytics", Destination.PREVIEW), ("marketing_email", Destination.EMAIL)]
    for number, one in enumerate(SHOP.audiences):
        purpose, destination = uses[number % 2]
        node = audience.bind(one, SHOP, TABLES)
        allowed = permit(SHOP, node.footprint(), purpose, destination)
        contact = destination is Destination.EMAIL
        universe = reference.reached(rows, purpose, contact, contact, NOW)
        expected = sorted(reference.members(one.who, SHOP, rows, universe, profile, NOW))
        assert ids(shop, audience.people(node, allowed, TABLES, NOW)) == expected, one.audience

    change = audience.evaluate(shop, SHOP, one, allowed, NOW)
    assert (change.entered, change.size) == (len(expected), len(expected))
    assert not audience.evaluate(shop, SHOP, one, allowed, NOW)
