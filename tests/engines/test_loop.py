"""The same input, the same answer: a whole beat of the demo company on DuckDB and on Spark, table by table.

Of the second beat only collecting is done, which brings in what the moments count: a beat on Spark is some
hundred small queries, and most of its minute and a half is Spark's own.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from beats import LAUNCH, READ, Company, Rows, lay_out, tables

from tandem.deliver import MailSink
from tandem.kernel.values import Destination
from tandem.measure.moments import Cell, cells, footprint
from tandem.usecases.collect_events import collect_all
from tandem.usecases.permits import permit_for
from tandem.usecases.run_beat import Beat
from tandem.usecases.workspace import Workspace

pytestmark = [pytest.mark.spark, pytest.mark.long]

PEOPLE = 400
FILLED = (
    *("loads", "quarantine", "events_unplanned", "identifiers", "evidence", "evidence_held", "person_map"),
    *("person_changes", "consents", "person_consents", "suppressions", "profile", "memberships"),
    *("membership_changes", "assignments", "receipts", "contacts", "event_purchase", "record_crm"),
)


@dataclass(frozen=True)
class Run:
    """What one engine made of the company."""

    beat: Beat
    tables: dict[str, Rows]
    names: dict[str, tuple[str, ...]]
    cells: tuple[Cell, ...]
    mails: list[str]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Run, Run]]:
    """The same company by each engine."""
    root = tmp_path_factory.mktemp("engines")
    with MailSink(root / "mail") as sink:
        first, second = (run(lay_out(root / name, sink, PEOPLE, engine=name)) for name in ("duckdb", "spark"))
        yield first, second


def run(company: Company) -> Run:
    """One beat at the launch, and two weeks later the answers are collected."""
    beat = company.beat(LAUNCH)
    mails = company.mails()
    company.answer()

    def read(work: Workspace) -> Run:
        assert collect_all(work, READ).problems == ()
        names = {table.name: table.names for table in work.engine.catalogue}
        return Run(beat, tables(work.engine), names, moments(work), mails)

    return company.work(read)


def moments(work: Workspace) -> tuple[Cell, ...]:
    """The sums behind the campaign's report when the last window has ended."""
    campaign = work.charter.campaign("winback")
    permit = permit_for(work, work.charter.purposes.measuring, Destination.MEASURE, footprint(campaign))
    return cells(work.engine, campaign, permit, READ)


def test_both_engines_keep_the_same_tables(runs: tuple[Run, Run]) -> None:
    duckdb, spark = runs
    assert duckdb.names == spark.names
    assert [name for name in FILLED if not duckdb.tables[name]] == [], "an empty table proves nothing"


@pytest.mark.parametrize("kind", ["landing", "people", "campaigns", "events and records"])
def test_row_by_row(runs: tuple[Run, Run], kind: str) -> None:
    duckdb, spark = runs
    chosen = [name for name in duckdb.tables if part(name) == kind]
    assert chosen
    for name in chosen:
        columns = duckdb.names[name]
        left, right = duckdb.tables[name], spark.tables[name]
        only = [dict(zip(columns, row, strict=True)) for row in left if row not in set(right)][:2]
        other = [dict(zip(columns, row, strict=True)) for row in right if row not in set(left)][:2]
        assert left == right, (
            f"{name}: {len(left)} and {len(right)} rows; only DuckDB {only}; only Spark {other}"
        )


def part(table: str) -> str:
    """Which part of the lake a table is of."""
    if table.startswith(("event_", "record_", "events_")):
        return "events and records"
    if table in ("loads", "quarantine", "quarantine_outcomes"):
        return "landing"
    return "campaigns" if table in ("assignments", "receipts", "contacts") else "people"


def test_the_same_people_got_a_message(runs: tuple[Run, Run]) -> None:
    duckdb, spark = runs
    assert duckdb.mails
    assert duckdb.mails == spark.mails


def test_the_same_sums_are_measured(runs: tuple[Run, Run]) -> None:
    duckdb, spark = runs
    assert sum(cell.moments.conversions for cell in duckdb.cells) > 0
    assert duckdb.cells == spark.cells


def test_both_beats_tell_the_same(runs: tuple[Run, Run]) -> None:
    duckdb, spark = (told(run.beat) for run in runs)
    assert duckdb == spark


def told(beat: Beat) -> dict[str, object]:
    """What a beat says, without how long it took."""
    return {name: value for name, value in beat.to_dict().items() if name not in ("seconds", "run")}
