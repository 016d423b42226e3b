"""SQL that marketers write: what may stand in it, what it reads wherever it names it, whom it reaches."""

from collections.abc import Iterator
from pathlib import Path
from textwrap import indent

import pytest
from sqlglot import exp
from unit.audience.world import (
    ADA,
    BO,
    CAST,
    CY,
    DEE,
    EVE,
    MARKETER,
    NOW,
    catalogue,
    charter,
    fill,
    ids,
    permit,
)

from tandem import audience, policy
from tandem.charter import Charter
from tandem.engine import Engine, open_engine
from tandem.kernel import Problem, Problems
from tandem.kernel.values import Destination
from tandem.policy import Refusal, decide
from tandem.usecases.check_charter import permitted

BUYERS = "SELECT person_id FROM event_purchase"


def written(sql: str, name: str = "own") -> str:
    """The file of an audience with this SQL; its text begins in line 3, column 5."""
    return f"audience: {name}\nwho: {{sql: X}}\n".replace("{sql: X}", f"\n  sql: |\n{indent(sql, '    ')}")


def shop(sql: str) -> Charter:
    """The shop with one audience, `own`, of this SQL."""
    return charter(audiences__own=written(sql))


def node(sql: str) -> audience.Node:
    """The bound audience."""
    of = shop(sql)
    return audience.bind(of.audience("own"), of, catalogue(of))


def problems(sql: str) -> tuple[Problem, ...]:
    """What is wrong with it."""
    with pytest.raises(Problems) as caught:
        shop(sql)
    return caught.value.problems


# ── what it reads ────────────────────────────────────────────────────────────────────────────────

SECRET = "event_purchase.health_note"
HIDDEN = {
    "shown": "SELECT person_id FROM (SELECT person_id, health_note FROM event_purchase) x",
    "compared": f"{BUYERS} WHERE health_note = 'x'",
    "in a CASE": f"{BUYERS} WHERE CASE WHEN health_note = 'x' THEN true ELSE false END",
    "sorted by": f"{BUYERS} ORDER BY health_note",
    "joined by": "SELECT p.person_id FROM profile p JOIN event_purchase e"
    " ON e.person_id = p.person_id AND e.health_note = p.country",
    "joined by USING": """
SELECT a.person_id FROM (SELECT person_id, health_note FROM event_purchase) a
JOIN (SELECT person_id, country AS health_note FROM profile) b USING (person_id, health_note)""",
    "grouped by": f"{BUYERS} GROUP BY person_id, health_note",
    "in HAVING": f"{BUYERS} GROUP BY person_id HAVING max(health_note) = 'x'",
    "in a FILTER": f"{BUYERS} GROUP BY person_id HAVING count(*) FILTER (WHERE health_note = 'x') > 1",
    "in a window": """
SELECT person_id FROM (
  SELECT person_id, rank() OVER (PARTITION BY person_id ORDER BY health_note) AS n FROM event_purchase
) x WHERE n = 1""",
    "in a window's partition": """
SELECT person_id FROM (
  SELECT person_id, count(*) OVER (PARTITION BY person_id, health_note) AS n FROM event_purchase) x WHERE n > 3""",
    "in EXISTS": """
SELECT p.person_id FROM profile p
WHERE EXISTS (SELECT 1 FROM event_purchase e WHERE e.person_id = p.person_id AND e.health_note = 'x')""",
    "in EXISTS of another table's scope": """
SELECT e.person_id FROM event_purchase e
WHERE EXISTS (SELECT 1 FROM profile p WHERE p.person_id = e.person_id AND p.country = e.health_note)""",
    "in NOT IN": "SELECT person_id FROM profile p WHERE country NOT IN"
    " (SELECT health_note FROM event_purchase e WHERE e.person_id = p.person_id)",
    "in a scalar": "SELECT person_id FROM profile p WHERE country ="
    " (SELECT max(health_note) FROM event_purchase e WHERE e.person_id = p.person_id)",
    "in a WITH": "WITH a AS (SELECT person_id, health_note AS n FROM event_purchase) SELECT person_id FROM a",
    "in a WITH that nobody uses": f"WITH a AS (SELECT health_note FROM event_purchase) {BUYERS}",
    "in a WITH with names": "WITH a(p, h) AS (SELECT person_id, health_note FROM event_purchase)"
    " SELECT p AS person_id FROM a WHERE h = 'x'",
    "in one side of a UNION": f"{BUYERS} UNION {BUYERS} WHERE health_note = 'x'",
    "in what is taken away": f"{BUYERS} EXCEPT {BUYERS} WHERE health_note = 'x'",
    "under another name": "SELECT q.person_id FROM event_purchase AS q WHERE q.health_note = 'x'",
    "in capital letters": "SELECT PERSON_ID FROM EVENT_PURCHASE WHERE HEALTH_NOTE = 'x'",
    "in quotes": "SELECT person_id FROM event_purchase WHERE \"health_note\" = 'x'",
    "in the length of it": f"{BUYERS} WHERE length(health_note) > 3",
    "counted": f"{BUYERS} GROUP BY person_id HAVING count(DISTINCT health_note) > 1",
    "not known": f"{BUYERS} WHERE health_note IS NULL",
    "by position": """
SELECT person_id FROM (SELECT person_id, health_note, count(*) AS n FROM event_purchase GROUP BY 1, 2) x""",
}


@pytest.mark.parametrize("sql", HIDDEN.values(), ids=HIDDEN.keys())
def test_a_field_is_read_wherever_it_stands(sql: str) -> None:
    of = shop(sql)
    reads = audience.bind(of.audience("own"), of, catalogue(of)).footprint()
    decision = decide(MARKETER, "analytics", Destination.PREVIEW, reads, of, catalogue(of))
    assert isinstance(decision, Refusal)
    assert any(SECRET in str(reason.found) for reason in decision.reasons)


@pytest.mark.parametrize("sql", HIDDEN.values(), ids=HIDDEN.keys())
def test_without_it_the_guard_has_no_such_column(sql: str, engine: Engine) -> None:
    """Were the lineage to miss one, the statement would find no column: nothing is given out that is not named."""
    of = shop(sql)
    bound = audience.bind(of.audience("own"), of, catalogue(of))
    reads = frozenset(ref for ref in bound.footprint() if ref.column != "health_note")
    query = audience.people(bound, permit(of, reads), engine.catalogue, NOW)
    with pytest.raises(Problems, match=r"ENG-001"):
        engine.rows(query)


def test_what_is_read_is_no_more_than_what_is_named() -> None:
    sql = "SELECT p.person_id FROM profile p JOIN event_purchase e USING (person_id) WHERE e.amount > 1"
    names = {"event_purchase.amount", "event_purchase.event_at", "profile.person_id"}
    assert {str(ref) for ref in node(sql).footprint()} == names


def test_the_charter_check_refuses_what_the_loop_may_not_read() -> None:
    loop = """policy: loop
roles: [{role: system, may: [{purposes: [analytics], labels: [public, internal, personal], destinations: [preview]}]}]
"""
    with pytest.raises(Problems, match="health_note"):
        permitted(charter(audiences__own=written(HIDDEN["in a window"]), policies__loop=loop))
    assert permitted(charter(audiences__own=written(BUYERS), policies__loop=loop))


# ── what may stand in it ─────────────────────────────────────────────────────────────────────────

REFUSED = {
    "two statements": (f"{BUYERS}; {BUYERS}", "AUD-121"),
    "a statement behind a comment": (f"{BUYERS} -- x\n; DROP TABLE profile", "AUD-121"),
    "nothing": ("-- nothing", "AUD-121"),
    "INSERT": ("INSERT INTO profile SELECT 1", "AUD-121"),
    "UPDATE": ("UPDATE profile SET vip = true", "AUD-121"),
    "DELETE": ("DELETE FROM profile", "AUD-121"),
    "DROP": ("DROP TABLE profile", "AUD-121"),
    "CREATE": ("CREATE TABLE x AS SELECT person_id FROM profile", "AUD-121"),
    "COPY": ("COPY profile TO 'x.csv'", "AUD-121"),
    "ATTACH": ("ATTACH 'x.db' AS y", "AUD-121"),
    "PRAGMA": ("PRAGMA database_list", "AUD-121"),
    "SET": ("SET enable_external_access = true", "AUD-121"),
    "INSTALL": ("INSTALL httpfs", "AUD-121"),
    "LOAD": ("LOAD httpfs", "AUD-121"),
    "CALL": ("CALL pragma_version()", "AUD-121"),
    "EXPLAIN": (f"EXPLAIN {BUYERS}", "AUD-121"),
    "DESCRIBE": ("DESCRIBE profile", "AUD-121"),
    "SELECT INTO": ("SELECT person_id INTO x FROM profile", "AUD-121"),
    "no SQL": ("SELECT person_id FROM", "AUD-120"),
    "too long": (f"{BUYERS} WHERE category = '{'x' * 20_000}'", "AUD-120"),
    "nested too deep": (f"{BUYERS} WHERE {'(' * 3_000}1 = 1{')' * 3_000}", "AUD-120"),
    "unknown table": ("SELECT person_id FROM event_purchse", "AUD-122"),
    "table of keys": ("SELECT person_id FROM person_map", "AUD-122"),
    "table of consents": ("SELECT person_id FROM person_consents", "AUD-122"),
    "table of identifiers": ("SELECT person_id FROM identifiers", "AUD-122"),
    "quarantine": ("SELECT person_id FROM quarantine", "AUD-122"),
    "a stage of the engine": ("SELECT person_id FROM audience_members", "AUD-122"),
    "file as table": ("SELECT person_id FROM 'x.csv'", "AUD-122"),
    "parquet of the lake": ("SELECT person_id FROM 'lake/*/*.parquet'", "AUD-122"),
    "web address as table": ("SELECT person_id FROM 'https://x.example/a.csv'", "AUD-122"),
    "read_csv": ("SELECT person_id FROM read_csv('x.csv')", "AUD-124"),
    "read_parquet": ("SELECT person_id FROM read_parquet('x.parquet')", "AUD-124"),
    "read_text": ("SELECT person_id FROM read_text('/etc/passwd')", "AUD-124"),
    "glob": ("SELECT person_id FROM glob('*')", "AUD-124"),
    "range": ("SELECT range AS person_id FROM range(1000000000000)", "AUD-122"),
    "delta_scan": ("SELECT person_id FROM delta_scan('lake/profile')", "AUD-124"),
    "query()": ("SELECT person_id FROM query('SELECT 1 AS person_id')", "AUD-124"),
    "query_table()": ("SELECT person_id FROM query_table('person_map')", "AUD-124"),
    "system functions": ("SELECT person_id FROM duckdb_tables()", "AUD-124"),
    "system tables": ("SELECT person_id FROM duckdb_tables", "AUD-122"),
    "information_schema": ("SELECT table_name AS person_id FROM information_schema.tables", "AUD-125"),
    "pg_catalog": ("SELECT relname AS person_id FROM pg_catalog.pg_class", "AUD-125"),
    "sqlite_master": ("SELECT name AS person_id FROM sqlite_master", "AUD-122"),
    "a schema in front": ("SELECT person_id FROM main.event_purchase", "AUD-125"),
    "a name that hides a table": (f"WITH profile AS ({BUYERS}) SELECT person_id FROM profile", "AUD-122"),
    "unknown column": (f"{BUYERS} WHERE amuont > 3", "AUD-123"),
    "keys of identifiers": (f"{BUYERS} WHERE subject_key = 1", "AUD-123"),
    "column that could be two": (
        "SELECT e.person_id FROM event_purchase e, event_visit v WHERE source = 'x'",
        "AUD-123",
    ),
    "whole row": ("SELECT e.person_id FROM event_purchase e WHERE e IS NOT NULL", "AUD-123"),
    "whole row counted": (f"{BUYERS} e GROUP BY person_id HAVING count(e) > 1", "AUD-123"),
    "star": ("SELECT * FROM event_purchase", "AUD-125"),
    "star of a table": ("SELECT e.* FROM event_purchase e", "AUD-125"),
    "star without": ("SELECT * EXCLUDE (amount) FROM event_purchase", "AUD-125"),
    "FROM alone": ("FROM profile", "AUD-125"),
    "COLUMNS": ("SELECT COLUMNS('person_id') FROM profile", "AUD-124"),
    "environment": (f"{BUYERS} WHERE getenv('HOME') = 'x'", "AUD-124"),
    "settings": (f"{BUYERS} WHERE current_setting('x') = 'x'", "AUD-124"),
    "secrets": ("SELECT name AS person_id FROM duckdb_secrets()", "AUD-124"),
    "who asks": (f"{BUYERS} WHERE current_user = 'x'", "AUD-124"),
    "regular expressions": (f"{BUYERS} WHERE regexp_matches(category, '(a+)+$')", "AUD-124"),
    "hash": (f"{BUYERS} WHERE hash(category) = 1", "AUD-124"),
    "repeat": (f"{BUYERS} WHERE repeat('x', 1000000000) = category", "AUD-124"),
    "the clock": (f"{BUYERS} WHERE event_at > now()", "AUD-127"),
    "today": (f"{BUYERS} WHERE event_at > current_date", "AUD-127"),
    "current_timestamp": (f"{BUYERS} WHERE event_at > current_timestamp", "AUD-127"),
    "chance": (f"{BUYERS} WHERE random() < 0.1", "AUD-127"),
    "uuid": (f"{BUYERS} WHERE uuid() = 'x'", "AUD-127"),
    "sample": (f"{BUYERS} TABLESAMPLE 10%", "AUD-125"),
    "LIMIT": (f"{BUYERS} LIMIT 10", "AUD-125"),
    "LIMIT of a UNION": (f"({BUYERS}) UNION ALL ({BUYERS}) ORDER BY 1 LIMIT 10", "AUD-125"),
    "first of equal rows": (
        "SELECT person_id FROM (SELECT person_id, row_number() OVER (ORDER BY amount) AS n"
        " FROM event_purchase) x WHERE n = 1",
        "AUD-125",
    ),
    "recursion": (
        "WITH RECURSIVE r AS (SELECT person_id FROM profile UNION ALL SELECT person_id FROM r)"
        " SELECT person_id FROM r",
        "AUD-125",
    ),
    "NATURAL": (f"{BUYERS} NATURAL JOIN profile", "AUD-125"),
    "POSITIONAL": ("SELECT p.person_id FROM profile p POSITIONAL JOIN event_visit v", "AUD-125"),
    "LATERAL": ("SELECT p.person_id FROM profile p, LATERAL (SELECT p.vip AS x) l", "AUD-125"),
    "QUALIFY": (f"{BUYERS} QUALIFY row_number() OVER (ORDER BY person_id) = 1", "AUD-125"),
    "GROUP BY ALL": (f"{BUYERS} GROUP BY ALL", "AUD-125"),
    "ROLLUP": (f"{BUYERS} GROUP BY ROLLUP (person_id)", "AUD-125"),
    "DISTINCT ON": ("SELECT DISTINCT ON (category) person_id FROM event_purchase", "AUD-125"),
    "PIVOT": ("SELECT person_id FROM (PIVOT event_purchase ON category)", "AUD-125"),
    "VALUES": ("SELECT person_id FROM (VALUES (1)) v(person_id)", "AUD-125"),
    "a parameter": (f"{BUYERS} WHERE amount > ?", "AUD-125"),
    "a parameter with a name": (f"{BUYERS} WHERE amount > $tandem_now", "AUD-125"),
    "a struct": ("SELECT p['country'] AS person_id FROM profile p", "AUD-125"),
    "a list": (f"{BUYERS} WHERE [x FOR x IN [1]] IS NULL", "AUD-125"),
    "JSON": (f"{BUYERS} WHERE category ->> 'x' = 'y'", "AUD-124"),
    "pattern with a backslash": (f"{BUYERS} WHERE category LIKE 'a\\_b'", "AUD-125"),
    "pattern from a column": (f"{BUYERS} WHERE category LIKE category", "AUD-125"),
    "an interval that is worked out": (f"{BUYERS} WHERE event_at > now - INTERVAL (quantity) DAY", "AUD-125"),
    "text and number": (f"{BUYERS} WHERE category = 3", "AUD-128"),
    "text as number": (f"{BUYERS} WHERE CAST(category AS BIGINT) = 3", "AUD-128"),
    "rounding by a cast": (f"{BUYERS} WHERE CAST(weight AS BIGINT) = 3", "AUD-128"),
    "no person": ("SELECT amount FROM event_purchase", "AUD-126"),
    "more than the person": ("SELECT person_id, amount FROM event_purchase", "AUD-126"),
    "a person made up": ("SELECT 10 AS person_id", "AUD-126"),
    "a person worked out": ("SELECT person_id + 0 AS person_id FROM profile", "AUD-126"),
    "another key as person": ("SELECT event_id AS person_id FROM event_purchase", "AUD-126"),
    "a person made up in one part": (f"{BUYERS} UNION ALL SELECT event_id FROM event_visit", "AUD-126"),
}


@pytest.mark.parametrize(("sql", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_refused(sql: str, code: str) -> None:
    found = problems(sql)
    assert code in {one.code for one in found}
    for one in found:
        assert one.place is not None
        assert one.place.file == "audiences/own.yml"
        assert (one.place.line or 0) >= 4


def test_a_problem_points_at_its_word() -> None:
    sql = "SELECT e.person_id\nFROM event_purchase AS e -- größer\nWHERE e.amuont > 3\n  AND foo(e.category)"
    foo = problems(sql)[0]
    assert (str(foo.place), foo.found) == ("audiences/own.yml:7:11", "foo")
    misspelt = problems(sql.replace("foo", "lower").replace("lower(e.category)", "lower(e.category) = 'x'"))[
        0
    ]
    assert (str(misspelt.place), misspelt.nearest) == ("audiences/own.yml:6:13", "amount")
    table = problems("SELECT person_id\n\nFROM\n  event_purchse")[0]
    assert (str(table.place), table.nearest) == ("audiences/own.yml:7:7", "event_purchase")


# ── whom it reaches ──────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    of = charter()
    with open_engine("duckdb", str(tmp_path / "lake")) as opened:
        opened.ensure(list(catalogue(of)))
        for table, rows in CAST.items():
            fill(opened, table, rows)
        policy.refresh_consents(opened, NOW)
        audience.compute_traits(opened, of, permit(of, audience.trait_footprint(of)), NOW)
        yield opened


def members(
    sql: str, engine: Engine, purpose: str = "analytics", to: Destination = Destination.PREVIEW
) -> list[int]:
    """The people of the audience."""
    of = shop(sql)
    bound = audience.bind(of.audience("own"), of, engine.catalogue)
    return ids(
        engine, audience.people(bound, permit(of, bound.footprint(), purpose, to), engine.catalogue, NOW)
    )


ANSWERS = {
    "buyers, each once": (BUYERS, [ADA, BO, DEE]),
    "events of the future are not there": (f"{BUYERS} WHERE amount = 7", []),
    "now": (f"{BUYERS} WHERE event_at >= now - INTERVAL 90 DAY", [ADA, DEE]),
    "a day before now": (f"{BUYERS} WHERE event_at >= NOW - INTERVAL '5 days'", [DEE]),
    "a sum": (f"{BUYERS} GROUP BY person_id HAVING sum(amount) > 100", [ADA, BO]),
    "an average": (f"{BUYERS} GROUP BY 1 HAVING avg(amount) < 100", [ADA]),
    "a division by nothing is unknown": (f"{BUYERS} WHERE amount / (amount - amount) > 0", []),
    "the latest record": ("SELECT person_id FROM record_crm WHERE country = 'FR'", [ADA]),
    "no older record": ("SELECT person_id FROM record_crm WHERE country = 'GB'", [BO]),
    "the profile": ("SELECT person_id FROM profile WHERE lifetime_value >= 175", [ADA, BO]),
    "a join": (
        "SELECT p.person_id FROM profile p JOIN event_purchase e USING (person_id) WHERE p.country = 'FR'",
        [ADA],
    ),
    "the newest purchase": (
        "SELECT person_id FROM (SELECT person_id, category, row_number() OVER (PARTITION BY person_id"
        " ORDER BY event_at DESC, event_id) AS n FROM event_purchase) x WHERE n = 1 AND category = 'tents'",
        [ADA, BO],
    ),
    "more than their own average": (
        "SELECT p.person_id FROM profile p WHERE 300 < (SELECT sum(amount) FROM event_purchase e"
        " WHERE e.person_id = p.person_id)",
        [BO],
    ),
    "nobody who did": (
        "SELECT person_id FROM profile p WHERE NOT EXISTS"
        " (SELECT 1 FROM event_purchase e WHERE e.person_id = p.person_id)",
        [CY],
    ),
    "both": (f"{BUYERS} INTERSECT SELECT person_id FROM record_crm", [ADA, BO]),
    "either": (f"{BUYERS} WHERE amount > 400 UNION SELECT person_id FROM event_visit", [BO, CY]),
    "all but": (f"{BUYERS} EXCEPT SELECT person_id FROM record_crm", [DEE]),
    "parts that are called like tables within the guard": (
        f"WITH person_map AS ({BUYERS}), m AS (SELECT person_id FROM person_map) SELECT person_id FROM m",
        [ADA, BO, DEE],
    ),
    "names like those within the guard": (
        "SELECT t.person_id FROM event_purchase AS t JOIN profile AS m ON m.person_id = t.person_id",
        [ADA, BO, DEE],
    ),
}


@pytest.mark.parametrize(("sql", "expected"), ANSWERS.values(), ids=ANSWERS.keys())
def test_answers(sql: str, expected: list[int], engine: Engine) -> None:
    assert members(sql, engine) == expected
    assert EVE not in expected, "Eve objected to analytics"


def test_consent_and_suppression_stand_in_the_table(engine: Engine) -> None:
    """Bo withdrew and Dee complained; whatever the SQL says of them, they are not there to be picked."""
    for sql in (BUYERS, f"{BUYERS} WHERE person_id = {BO} OR 1 = 1", f"{BUYERS} UNION ALL {BUYERS}"):
        assert members(sql, engine, "marketing_email", Destination.EMAIL) == [ADA]


def test_it_is_a_condition_like_any_other(engine: Engine) -> None:
    text = f"audience: own\nwho:\n  all:\n    - sql: {BUYERS}\n    - not: {{sql: SELECT person_id FROM event_visit}}\n"
    of = charter(audiences__own=text, audiences__two="audience: two\nwho: {not: {audience: own}}\n")
    for name, expected in (("own", [ADA, BO, DEE]), ("two", [CY])):
        bound = audience.bind(of.audience(name), of, engine.catalogue)
        query = audience.people(bound, permit(of, bound.footprint()), engine.catalogue, NOW)
        assert ids(engine, query) == expected


def test_it_says_what_it_reads() -> None:
    sql = "SELECT p.person_id FROM profile p JOIN event_purchase e USING (person_id) WHERE p.country = 'GB'"
    said = node(sql).sentence()
    assert said == "whom hand-written SQL picks from profile (country) and event_purchase (event_at)"


# ── traits ───────────────────────────────────────────────────────────────────────────────────────


def trait(sql: str, type_: str) -> Charter:
    """The shop with one trait, `own`."""
    return charter(
        traits__own=f"traits:\n  - trait: own\n    type: {type_}\n    sql: |\n{indent(sql, '      ')}\n"
    )


def test_a_trait(engine: Engine) -> None:
    of = trait(
        "SELECT person_id, max(amount) - min(amount) AS value\nFROM event_purchase GROUP BY person_id",
        "money",
    )
    engine.ensure(list(catalogue(of)))
    audience.compute_traits(engine, of, permit(of, audience.trait_footprint(of)), NOW)
    rows = engine.rows(exp.select("person_id", "own").from_(engine.ref("profile")))
    assert {person: value and int(value) for person, value in rows} == {ADA: 75, BO: 0, CY: None, DEE: None}


def test_two_values_are_no_value(engine: Engine) -> None:
    of = trait("SELECT person_id, category AS value FROM event_purchase", "text")
    engine.ensure(list(catalogue(of)))
    audience.compute_traits(engine, of, permit(of, audience.trait_footprint(of)), NOW)
    rows = engine.rows(exp.select("person_id", "own").from_(engine.ref("profile")))
    assert dict(rows) == {ADA: None, BO: "tents", CY: None, DEE: None}


def test_a_trait_is_as_sensitive_as_what_it_reads() -> None:
    of = trait(
        "SELECT person_id, count(*) AS value FROM event_purchase WHERE health_note = 'x' GROUP BY 1",
        "integer",
    )
    assert catalogue(of)["profile"].column("own").label == "sensitive"


@pytest.mark.parametrize(
    ("sql", "type_", "code"),
    [
        ("SELECT person_id, amount AS value FROM event_purchase", "text", "AUD-126"),
        ("SELECT person_id, weight AS value FROM event_purchase", "integer", "AUD-126"),
        ("SELECT person_id, amount FROM event_purchase", "money", "AUD-126"),
        ("SELECT person_id, country AS value FROM profile", "text", "AUD-122"),
        ("SELECT person_id, weight AS value FROM event_purchase", "weight", "CHR-113"),
    ],
    ids=["another kind", "not whole", "no value", "of another trait", "no type"],
)
def test_a_trait_refused(sql: str, type_: str, code: str) -> None:
    with pytest.raises(Problems) as caught:
        trait(sql, type_)
    assert {one.code for one in caught.value.problems} == {code}
