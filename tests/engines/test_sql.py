"""Hand-written SQL gives the same people and the same values on both engines."""

from textwrap import indent

import pytest
from sqlglot import exp
from unit.audience.random_world import world
from unit.audience.world import NOW, catalogue, charter, fill, ids, permit

from tandem import audience, policy
from tandem.engine import Engine, open_engine

BUYERS = "SELECT person_id FROM event_purchase"
AUDIENCES = {
    "sums": f"{BUYERS} GROUP BY 1 HAVING sum(weight) > 10 AND avg(amount) / count(*) < 9 AND max(quantity) >= 1",
    "filters": f"{BUYERS} GROUP BY 1 HAVING count(*) FILTER (WHERE gift) > 0 OR count(DISTINCT category) > 2",
    "divided": f"{BUYERS} WHERE amount / quantity > 5 OR quantity % 2 = 1 OR -amount > 3",
    "times": f"{BUYERS} WHERE event_at < now - INTERVAL 1 MONTH AND event_at > '2025-06-01' AND year(due) = 2026",
    "days": f"{BUYERS} WHERE date_diff('day', event_at, now) BETWEEN 10 AND 90 OR extract(month FROM due) = 2",
    "months": f"{BUYERS} WHERE date_trunc('month', event_at) = DATE '2025-12-01' OR date_trunc('week', due) < due",
    "texts": f"{BUYERS} WHERE upper(left(category, 2)) = 'TE' OR category || 'x' LIKE '%oo_sx' OR length(category) = 4",
    "unknown": f"{BUYERS} WHERE coalesce(category, 'none') = 'none' OR NOT (category IN ('tents', 'maps'))",
    "cases": f"{BUYERS} WHERE CASE WHEN gift THEN quantity ELSE 0 END > 1 OR if(gift, 1, 0) = greatest(quantity, 3)",
    "windows": """
SELECT person_id FROM (
  SELECT person_id, amount, sum(weight) OVER (PARTITION BY person_id) AS kg,
    avg(amount) OVER (PARTITION BY person_id, category) AS mid,
    lag(amount) OVER (PARTITION BY person_id ORDER BY event_at, event_id) AS before,
    rank() OVER (PARTITION BY person_id ORDER BY amount DESC NULLS LAST) AS place
  FROM event_purchase
) x WHERE (kg > 8 AND amount > mid) OR before > 40 OR place <= 2""",
    "sums_of_one": """
SELECT p.person_id FROM profile p
WHERE 40 < (SELECT sum(e.amount) FROM event_purchase e WHERE e.person_id = p.person_id)""",
    "exists": """
SELECT p.person_id FROM profile p WHERE EXISTS (
  SELECT 1 FROM event_purchase e WHERE e.person_id = p.person_id AND e.amount > p.average_order)
AND p.person_id NOT IN (SELECT person_id FROM record_crm WHERE country = 'GB')""",
    "sets": f"""
({BUYERS} INTERSECT SELECT person_id FROM record_crm)
UNION ALL (SELECT person_id FROM event_visit EXCEPT {BUYERS})""",
    "joins": """
WITH a AS (SELECT person_id, max(amount) AS most FROM event_purchase GROUP BY person_id),
     b AS (SELECT person_id, count(*) AS looks FROM event_visit GROUP BY person_id)
SELECT coalesce(a.person_id, b.person_id) AS person_id FROM a FULL JOIN b ON a.person_id = b.person_id
WHERE coalesce(most, 0) < 20 OR looks > 2""",
    "using": """
SELECT DISTINCT person_id FROM profile LEFT JOIN event_visit USING (person_id)
WHERE page IS NULL AND NOT vip""",
}
TRAITS = {
    "heaviest": ("number", "SELECT person_id, sum(weight) AS value FROM event_purchase GROUP BY 1"),
    "share": (
        "number",
        "SELECT person_id, count_if(gift) / count(*) AS value FROM event_purchase GROUP BY 1",
    ),
    "only": ("text", "SELECT person_id, category AS value FROM event_purchase WHERE category IS NOT NULL"),
    "newest": ("date", "SELECT person_id, max(due) AS value FROM event_purchase GROUP BY 1"),
    "generous": ("boolean", "SELECT person_id, bool_or(gift) AS value FROM event_purchase GROUP BY 1"),
    "spent": ("money", "SELECT person_id, sum(amount) AS value FROM event_purchase GROUP BY 1"),
    "seen": ("timestamp", "SELECT person_id, max(event_at) AS value FROM event_visit GROUP BY 1"),
}
SHOP = charter(
    **{
        f"audiences__{name}": f"audience: {name}\nwho:\n  sql: |\n{indent(sql.strip(), '    ')}\n"
        for name, sql in AUDIENCES.items()
    },
    traits__own="traits:\n"
    + "".join(
        f'  - {{trait: own_{name}, type: {kind}, sql: "{sql}"}}\n' for name, (kind, sql) in TRAITS.items()
    ),
)
TABLES = catalogue(SHOP)


def answers(engine: Engine, seed: int) -> tuple[dict[str, list[int]], list[tuple[object, ...]]]:
    """The people of every audience, and the traits of everybody."""
    engine.ensure(list(TABLES))
    for table, some in world(seed).items():
        fill(engine, table, some)
    policy.refresh_consents(engine, NOW)
    audience.compute_traits(engine, SHOP, permit(SHOP, audience.trait_footprint(SHOP)), NOW)
    found = {}
    for one in SHOP.audiences:
        node = audience.bind(one, SHOP, TABLES)
        found[one.audience] = ids(engine, audience.people(node, permit(SHOP, node.footprint()), TABLES, NOW))
    names = ["person_id", *(f"own_{name}" for name in TRAITS)]
    return found, sorted(engine.rows(exp.select(*names).from_(engine.ref("profile"))), key=lambda row: row[0])


@pytest.mark.parametrize("seed", [3, 4])
def test_both_engines_answer_the_same(
    engine: Engine, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with open_engine("duckdb", str(tmp_path_factory.mktemp("duck")), threads=2) as duck:
        people, traits = answers(duck, seed)
    assert any(people.values())
    assert answers(engine, seed) == (people, traits)
