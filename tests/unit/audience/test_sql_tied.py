"""SQL of a charter answers for each person from that person's rows: whatever looks at others is refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from unit.audience.world import ADA, BO, CAST, CY, DEE, NOW, catalogue, charter, fill, ids, permit

from tandem import audience, policy
from tandem.charter.catalog import catalog_view, sql_tables
from tandem.charter.definitions import Audience, SqlCondition
from tandem.charter.sql import Statement, read
from tandem.engine import Engine, open_engine

SHOP = charter()
TABLES = sql_tables(SHOP, catalog_view(SHOP))

TIED = (
    "SELECT person_id FROM event_purchase",
    "SELECT p.person_id FROM profile p JOIN event_purchase e USING (person_id) WHERE p.country = 'FR'",
    "SELECT p.person_id FROM profile p, event_purchase e WHERE p.person_id=e.person_id AND e.amount>1",
    (
        "SELECT person_id FROM (SELECT person_id, category, row_number() OVER (PARTITION BY person_id"
        " ORDER BY event_at DESC, event_id) AS n FROM event_purchase) x WHERE n = 1 AND category = "
        "'tents'"
    ),
    (
        "SELECT person_id FROM profile p WHERE NOT EXISTS (SELECT 1 FROM event_purchase e WHERE "
        "e.person_id = p.person_id)"
    ),
    "SELECT person_id FROM event_purchase INTERSECT SELECT person_id FROM record_crm",
    "SELECT person_id FROM event_purchase EXCEPT SELECT person_id FROM record_crm",
    (
        "WITH a AS (SELECT person_id, max(amount) AS most FROM event_purchase GROUP BY person_id), b "
        "AS (SELECT person_id, count(*) AS looks FROM event_visit GROUP BY person_id) SELECT "
        "coalesce(a.person_id, b.person_id) AS person_id FROM a FULL JOIN b ON a.person_id = "
        "b.person_id WHERE coalesce(most, 0) < 20 OR looks > 2"
    ),
    (
        "SELECT DISTINCT person_id FROM profile LEFT JOIN event_visit USING (person_id) WHERE page IS"
        " NULL AND NOT vip"
    ),
    (
        "SELECT person_id FROM profile p WHERE lifetime_value > (SELECT max(amount) FROM "
        "event_purchase e WHERE e.person_id = p.person_id)"
    ),
    (
        "SELECT person_id FROM profile WHERE person_id NOT IN (SELECT person_id FROM record_crm WHERE"
        " country='GB')"
    ),
    (
        "SELECT person_id FROM profile WHERE person_id IN (SELECT person_id FROM record_crm UNION "
        "SELECT person_id FROM event_visit)"
    ),
    (
        "SELECT person_id FROM event_purchase GROUP BY 1 HAVING sum(amount) > 3 AND count(*) FILTER "
        "(WHERE gift) > 0"
    ),
    (
        "SELECT a.person_id FROM profile a JOIN event_visit b USING (person_id) LEFT JOIN "
        "event_purchase c USING (person_id)"
    ),
    (
        "SELECT p.person_id FROM profile p LEFT JOIN event_visit v ON v.person_id = p.person_id LEFT "
        "JOIN event_purchase e ON e.person_id=v.person_id"
    ),
    (
        "SELECT p.person_id FROM profile p WHERE EXISTS (SELECT 1 FROM event_visit v WHERE "
        "v.person_id=p.person_id AND EXISTS (SELECT 1 FROM event_purchase e WHERE "
        "e.person_id=p.person_id AND e.event_at<v.event_at))"
    ),
    (
        "SELECT person_id FROM (SELECT person_id FROM event_visit UNION ALL SELECT person_id FROM "
        "event_purchase) x GROUP BY person_id HAVING count(*) > 2"
    ),
)
OTHERS = (
    "SELECT person_id FROM profile WHERE (SELECT count(*) FROM record_crm WHERE country = 'York') > 0",
    (
        "SELECT person_id FROM profile WHERE EXISTS (SELECT 1 FROM profile p2 WHERE p2.person_id = 5 "
        "AND p2.country = 'x')"
    ),
    "SELECT a.person_id FROM profile a CROSS JOIN profile b WHERE b.person_id=5",
    "SELECT a.person_id FROM profile a, profile b WHERE b.person_id=5 AND b.vip",
    "SELECT a.person_id FROM profile a JOIN profile b ON b.country=a.country",
    "SELECT a.person_id FROM profile a JOIN profile b ON b.person_id=a.person_id OR b.person_id=5",
    (
        "SELECT a.person_id FROM profile a LEFT JOIN profile b ON b.person_id=5 AND b.vip WHERE "
        "b.country IS NULL"
    ),
    (
        "SELECT a.person_id FROM profile a LEFT JOIN profile b ON b.person_id = 5 LEFT JOIN profile c"
        " ON c.person_id=a.person_id AND c.person_id=b.person_id"
    ),
    "SELECT person_id FROM (SELECT person_id, count(*) OVER () AS n FROM profile) x WHERE n > 3",
    (
        "SELECT person_id FROM (SELECT person_id, rank() OVER (ORDER BY lifetime_value) AS n FROM "
        "profile) x WHERE n > 3"
    ),
    (
        "SELECT person_id FROM (SELECT p.person_id, count(*) OVER (PARTITION BY e.person_id) AS n "
        "FROM profile p LEFT JOIN event_visit e ON e.person_id=p.person_id) x WHERE n > 3"
    ),
    (
        "SELECT person_id FROM profile p WHERE person_id NOT IN (SELECT e.person_id FROM profile q "
        "LEFT JOIN event_visit e ON e.person_id = q.person_id)"
    ),
    "SELECT p.person_id FROM profile p JOIN (SELECT max(amount) AS m FROM event_purchase) x ON x.m > 3",
    "SELECT p.person_id FROM profile p WHERE country IN (SELECT country FROM record_crm)",
    (
        "SELECT p.person_id FROM profile p WHERE person_id IN (SELECT CASE WHEN vip THEN person_id "
        "END FROM profile)"
    ),
    "SELECT p.person_id FROM profile p WHERE person_id IN (SELECT event_id FROM event_visit)",
    (
        "SELECT p.person_id FROM profile p WHERE EXISTS (SELECT 1 FROM event_visit v LEFT JOIN "
        "event_purchase e ON e.person_id=p.person_id)"
    ),
    (
        "SELECT p.person_id FROM profile p WHERE EXISTS (SELECT 1 FROM event_visit v RIGHT JOIN "
        "event_purchase e ON e.person_id=v.person_id AND v.person_id=p.person_id)"
    ),
    (
        "SELECT p.person_id FROM profile p WHERE EXISTS (SELECT v.person_id FROM event_visit v WHERE "
        "v.person_id=p.person_id UNION SELECT person_id FROM event_purchase)"
    ),
    "SELECT p.person_id FROM profile p WHERE p.person_id = (SELECT person_id FROM event_visit)",
    (
        "SELECT p.person_id FROM profile p WHERE NOT p.person_id = 5 AND EXISTS (SELECT 1 FROM "
        "(SELECT person_id, vip FROM profile q) z WHERE z.vip)"
    ),
    (
        "WITH a AS (SELECT count(*) AS n FROM profile WHERE vip) SELECT person_id FROM profile, a "
        "WHERE a.n > 1"
    ),
    (
        "SELECT person_id FROM profile p GROUP BY person_id HAVING count(*) < (SELECT count(*) FROM "
        "event_visit)"
    ),
    "SELECT person_id FROM profile p ORDER BY (SELECT count(*) FROM event_visit)",
    (
        "SELECT p.person_id FROM profile p WHERE EXISTS (SELECT 1 FROM event_visit v WHERE "
        "v.person_id=p.person_id OR v.person_id=5)"
    ),
    (
        "SELECT p.person_id FROM profile p WHERE p.person_id IN (SELECT v.person_id FROM event_visit "
        "v WHERE EXISTS (SELECT 1 FROM event_purchase e WHERE e.person_id=5))"
    ),
    (
        "SELECT x.person_id FROM profile x JOIN (SELECT p.person_id AS a, q.person_id AS b FROM "
        "profile p, profile q WHERE p.person_id=q.person_id OR q.vip) y ON y.a = x.person_id"
    ),
    (
        "SELECT p.person_id FROM profile p WHERE NOT EXISTS (SELECT country FROM record_crm r WHERE "
        "r.person_id=p.person_id EXCEPT SELECT country FROM record_crm)"
    ),
)


@pytest.mark.parametrize("sql", OTHERS)
def test_what_looks_at_other_people_is_refused(sql: str) -> None:
    """Each tells everybody's count by what is known of person 5, or of the crowd."""
    found = read(sql, TABLES, ("person_id",))
    assert not isinstance(found, Statement)
    assert {one.code.code for one in found} == {"AUD-129"}


def test_a_trait_may_not_carry_what_is_known_of_another() -> None:
    sql = "SELECT p.person_id, e.amount AS value FROM event_visit p JOIN event_purchase e ON e.person_id = 5"
    found = read(sql, TABLES, ("person_id", "value:money"))
    assert not isinstance(found, Statement)
    assert [one.code.code for one in found] == ["AUD-129"]


def test_it_says_which_table_is_not_tied() -> None:
    sql = "SELECT a.person_id FROM profile a\nJOIN event_visit b ON b.person_id = 5"
    found = read(sql, TABLES, ("person_id",))
    assert not isinstance(found, Statement)
    assert found[0].sentence.startswith("`b` is not tied to the person of `a`")
    assert found[0].offset == sql.index("event_visit")


def world(folder: Path, only: int | None) -> Iterator[Engine]:
    """The shop with everybody, or with one person alone."""
    with open_engine("duckdb", str(folder / str(only)), threads=1) as opened:
        opened.ensure(list(catalogue(SHOP)))
        for table, rows in CAST.items():
            mine = [row for row in rows if only is None or row.get("person_id", only) == only]
            fill(opened, table, mine)
        policy.refresh_consents(opened, NOW)
        audience.compute_traits(opened, SHOP, permit(SHOP, audience.trait_footprint(SHOP)), NOW)
        yield opened


def members(sql: str, engine: Engine) -> list[int]:
    node = audience.bind(Audience(audience="own", who=SqlCondition(sql=sql)), SHOP, engine.catalogue)
    query = audience.people(node, permit(SHOP, node.footprint()), engine.catalogue, NOW)
    return list(ids(engine, query))


def test_everybody_together_is_each_one_alone(tmp_path: Path) -> None:
    """The people of a statement are those of whom it is true when there is nobody else."""
    (everybody,) = ({sql: members(sql, engine) for sql in TIED} for engine in world(tmp_path, None))
    alone: dict[str, list[int]] = {sql: [] for sql in TIED}
    for person in (ADA, BO, CY, DEE):
        for engine in world(tmp_path, person):
            for sql in TIED:
                alone[sql] += members(sql, engine)
    assert {sql: sorted(found) for sql, found in alone.items()} == everybody
    assert sum(map(bool, everybody.values())) > 10
