"""Each .txt: an audience in YAML, then what it reads as, what it touches and its SQL, or the problem.

`GOLDEN=rewrite pytest tests/golden/audience` writes the answers anew; the reviewer reads the difference. In
the SQL a table that policy guards is shown as GUARDED(table), and the people of the permit as EVERYBODY.
"""

import os
from pathlib import Path

import pytest
from sqlglot import exp
from unit.audience.world import NOW, catalogue, charter, permit

from tandem import audience
from tandem.audience.preview import sentence_of
from tandem.engine import Catalogue
from tandem.kernel import Problems

HERE = Path(__file__).parent
CASES = sorted(HERE.glob("*.txt"))
RULE = "-" * 40
OTHERS = {
    "audiences__vip": "audience: vip\ntitle: Our best\nwho: {trait: vip, is: true}\n",
    "audiences__new": "audience: new\nwho: {did: purchase, first: {after: 30 days ago}}\n",
}


def answer(text: str) -> str:
    try:
        of = charter(audiences__golden=text, **OTHERS)
        tables = catalogue(of)
        node = audience.bind(of.audience("golden"), of, tables)
    except Problems as problems:
        return f"{problems}\n"
    query = audience.people(node, permit(of, node.footprint()), tables, NOW)
    footprint = ", ".join(str(ref) for ref in sorted(node.footprint()))
    sql = short(query, tables).sql("duckdb", pretty=True)
    return f"{sentence_of(node)}\n{RULE}\n{footprint}\n{RULE}\n{sql}\n"


def short(query: exp.Expr, tables: Catalogue) -> exp.Expr:
    def named(node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Subquery):
            return node
        if node.alias in tables:
            inner = exp.Anonymous(this="GUARDED", expressions=[exp.column(node.alias)])
            return exp.Table(this=inner, alias=exp.TableAlias(this=exp.to_identifier(node.alias)))
        return exp.to_table("EVERYBODY") if node.alias == "everybody" else node

    return query.transform(named)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_golden(case: Path) -> None:
    text, _, expected = case.read_text().partition(f"{RULE}\n")
    found = answer(text)
    if os.environ.get("GOLDEN") == "rewrite":
        case.write_text(f"{text}{RULE}\n{found}")
    else:
        assert found == expected


def test_there_are_cases() -> None:
    assert len(CASES) >= 12
