"""Opening: new, again, by many at once, newer, foreign, unreachable, and written by an older version."""

import sqlite3
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tandem.kernel import Problems
from tandem.ledger import Ledger, open_ledger
from tandem.ledger.columns import metadata
from tandem.ledger.migrating import HEAD, VERSION_TABLE

NOON = datetime(2026, 6, 1, 12)
VERSIONS = sorted((Path(__file__).parent / "versions").glob("*.sql"))


def raw(address: str):
    url = f"sqlite:///{address}" if "://" not in address else address
    return create_engine(make_url(url.replace("postgresql://", "postgresql+psycopg://")))


def code_of(caught: pytest.ExceptionInfo[Problems]) -> str:
    (problem,) = caught.value.problems
    return problem.code


def test_migrated_tables_are_the_declared_ones(address: str) -> None:
    open_ledger(address).close()
    engine = raw(address)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_opening_again_keeps_what_is_there(address: str) -> None:
    first = open_ledger(address)
    first.set_watermark("identity", 7)
    first.close()
    again = open_ledger(address)
    assert again.watermarks() == {"identity": 7}
    again.close()


def test_many_processes_may_open_a_new_ledger_at_once(address: str) -> None:
    program = "import sys; from tandem.ledger import open_ledger; open_ledger(sys.argv[1]).watermarks()"
    racers = [subprocess.Popen([sys.executable, "-c", program, address]) for _ in range(3)]
    assert [racer.wait(60) for racer in racers] == [0, 0, 0]


def test_a_newer_ledger_is_refused_and_left_alone(address: str) -> None:
    open_ledger(address).close()
    engine = raw(address)
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    with pytest.raises(Problems) as caught:
        open_ledger(address)
    assert code_of(caught) == "LDG-002"
    with engine.connect() as connection:
        assert connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar() == "9999"
    engine.dispose()


def test_a_database_of_somebody_else_is_refused(address: str) -> None:
    engine = raw(address)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE invoices (id INTEGER)"))
    with pytest.raises(Problems) as caught:
        open_ledger(address)
    assert code_of(caught) == "LDG-004"
    assert "invoices" in str(caught.value)
    engine.dispose()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.write_text("Dear customer, " * 200)
    with pytest.raises(Problems) as caught:
        open_ledger(path)
    assert code_of(caught) == "LDG-004"


@pytest.mark.parametrize(
    ("address", "code"),
    [
        pytest.param("postgresql://nobody@127.0.0.1:1/none", "LDG-001", id="nobody listens"),
        pytest.param("/dev/null/ledger.db", "LDG-001", id="folder cannot be made"),
        pytest.param("mysql://localhost/ledger", "LDG-003", id="other database"),
        pytest.param("postgresql://host:port/ledger", "LDG-003", id="unreadable URL"),
    ],
)
def test_what_cannot_be_opened_is_a_clear_problem(address: str, code: str) -> None:
    with pytest.raises(Problems) as caught:
        open_ledger(address)
    assert code_of(caught) == code


def test_a_password_never_appears_in_a_problem() -> None:
    with pytest.raises(Problems) as caught:
        open_ledger("postgresql://tandem:geheim@127.0.0.1:1/none")
    assert "geheim" not in str(caught.value)


def test_a_full_disk_is_a_problem_and_loses_nothing(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "ledger.db")
    ledger.set_watermark("identity", 1)
    with ledger._read() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(Problems) as caught:
        ledger.apply_charter({"tandem.toml": "x" * 1_000_000}, "f", "ada", NOON)
    assert code_of(caught) == "LDG-001"
    assert "full" in str(caught.value)
    assert ledger.watermarks() == {"identity": 1}
    assert ledger.applied() is None


@pytest.mark.parametrize("script", VERSIONS, ids=lambda path: path.stem)
def test_ledgers_of_every_version_still_open(script: Path, tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with sqlite3.connect(path) as connection:
        connection.executescript(script.read_text())
    ledger = open_ledger(path)
    charter = ledger.applied()
    assert charter is not None
    assert charter.files["tandem.toml"] == 'name = "Harbour & Pine"\n'
    assert ledger.taken_files("till") == {"data/till/2025-06.csv.gz": "f1"}
    assert ledger.contact(11) is not None
    if script.stem >= "0002":
        accounts_are_there(ledger)
    ledger.close()


def accounts_are_there(ledger: Ledger) -> None:
    ada = ledger.verify("ada@harbourpine.example", "correct horse battery")
    assert ada == ledger.user_elsewhere("https://login.harbourpine.example", "s-1")
    assert (ledger.job(1, NOON).step, ledger.job(1, NOON).state) == ("collecting till", "running")
    assert ledger.simulated_now() == datetime(2026, 6, 15, 1)


def test_every_version_has_its_fixture() -> None:
    assert VERSIONS[-1].stem == HEAD
