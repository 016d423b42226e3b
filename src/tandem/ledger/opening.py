"""Opening the ledger: the address, the database's settings, and the way forward to today's tables."""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from tandem.kernel import Problems
from tandem.ledger.access_requests import AccessRequests
from tandem.ledger.api_keys import ApiKeys
from tandem.ledger.approvals import Approvals
from tandem.ledger.audit import Audit
from tandem.ledger.batches import Batches
from tandem.ledger.briefs import Briefs
from tandem.ledger.charters import Charters
from tandem.ledger.clock import Clock
from tandem.ledger.commitments import Commitments
from tandem.ledger.forgetting import Forgetting
from tandem.ledger.happened import Happened
from tandem.ledger.jobs import Jobs
from tandem.ledger.migrating import HEAD, KNOWN, VERSION_TABLE, migrate
from tandem.ledger.outbox import Outbox
from tandem.ledger.passwords import Cost, Passwords
from tandem.ledger.person_requests import PersonRequests
from tandem.ledger.problems import BAD_ADDRESS, NEWER, NOT_A_LEDGER, UNREACHABLE
from tandem.ledger.pulses import Pulses
from tandem.ledger.rankings import Rankings
from tandem.ledger.runs import Runs
from tandem.ledger.sessions import Sessions
from tandem.ledger.store import told
from tandem.ledger.told_counts import ToldCounts
from tandem.ledger.users import Users
from tandem.ledger.watermarks import Watermarks

WAIT_SECONDS = 30
# Any fixed number: all Tandems that open the same PostgreSQL database ask for this advisory lock.
MIGRATION_LOCK = 0x7A4DE3
DEFAULT_COST = Cost()


class Ledger(
    Users,
    Sessions,
    Jobs,
    Clock,
    Charters,
    Batches,
    Runs,
    Watermarks,
    Outbox,
    Audit,
    ApiKeys,
    Approvals,
    AccessRequests,
    PersonRequests,
    Pulses,
    Briefs,
    Commitments,
    Rankings,
    Happened,
    ToldCounts,
    Forgetting,
):
    """An open ledger. Each method is one transaction; the object may be shared between threads."""


def open_ledger(address: str | Path, cost: Cost = DEFAULT_COST) -> Ledger:
    """Open the ledger at a file name or a `postgresql://` URL, make it if it is new, and bring it up to date.

    Raises LDG-001 if the database does not answer, LDG-002 if a newer Tandem wrote it, LDG-003 if the address
    cannot be read, LDG-004 if something else is in that file or database. A PostgreSQL password comes from
    where libpq looks for it (PGPASSWORD, ~/.pgpass). `cost` is what one check of an account's password costs.
    """
    url = _url(address)
    database = _sqlite(url) if url.get_backend_name() == "sqlite" else _postgresql(url)
    ledger = Ledger(database, Passwords(cost))
    try:
        with told(ledger.address):
            _bring_up_to_date(database, ledger.address)
    except BaseException:
        database.dispose()
        raise
    return ledger


def _url(address: str | Path) -> URL:
    if isinstance(address, Path) or "://" not in address:
        return URL.create("sqlite+pysqlite", database=str(address))
    try:
        url = make_url(address)
    except (ArgumentError, ValueError) as unreadable:
        raise Problems(BAD_ADDRESS("the ledger's address is not a URL")) from unreadable
    match url.get_backend_name():
        case "sqlite":
            return url.set(drivername="sqlite+pysqlite")
        case "postgresql" | "postgres":
            return url.set(drivername="postgresql+psycopg")
        case other:
            offered = ("postgresql", "sqlite")
            raise Problems(BAD_ADDRESS("no ledger is kept there", found=other, alternatives=offered))


def _sqlite(url: URL) -> Engine:
    folder = Path(url.database or "").parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as refused:
        raise Problems(UNREACHABLE(f"the folder {folder} cannot be made", found=str(refused))) from refused
    database = create_engine(url, connect_args={"timeout": WAIT_SECONDS})

    @event.listens_for(database, "connect")
    def _settings(connection: Any, _record: object) -> None:
        # Python's own transaction handling begins late and commits before DDL; "begin" below does it instead.
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys = ON")
        # FULL: a claim must survive a power cut, or the same message is sent twice.
        connection.execute("PRAGMA synchronous = FULL")

    @event.listens_for(database, "begin")
    def _begin(connection: Connection) -> None:
        # A reader that turns writer halfway gets "database is locked" at once; so writers say it first.
        writes = connection.get_execution_options().get("tandem_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return database


def _postgresql(url: URL) -> Engine:
    settings = {"connect_timeout": WAIT_SECONDS, "application_name": "tandem"}
    try:
        return create_engine(url, connect_args=settings, pool_pre_ping=True)
    except ModuleNotFoundError as absent:
        raise Problems(
            UNREACHABLE(
                "the driver for PostgreSQL is not installed",
                found=str(absent),
                fix="install it: pip install 'tandem-cx[postgres]'",
            )
        ) from absent


def _bring_up_to_date(database: Engine, address: str) -> None:
    with database.connect() as connection:
        if _version(connection, address) == HEAD:
            return
    if database.dialect.name == "sqlite":
        _use_wal(database)
    with database.connect() as connection:
        connection.execution_options(tandem_writes=True)
        with connection.begin():
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": MIGRATION_LOCK})
            # Asked again under the lock: another process may have done it meanwhile.
            if _version(connection, address) != HEAD:
                migrate(connection)


def _use_wal(database: Engine) -> None:
    """Readers go on while somebody writes. The mode is kept in the file, so it is set once."""
    raw = database.raw_connection()
    try:
        raw.cursor().execute("PRAGMA journal_mode = WAL")
    finally:
        raw.close()


def _version(connection: Connection, address: str) -> str | None:
    """The version of the tables, None for an empty database. Refuses what is newer or no ledger."""
    tables = set(inspect(connection).get_table_names())
    if VERSION_TABLE not in tables:
        if tables:
            found = ", ".join(sorted(tables)[:5])
            raise Problems(NOT_A_LEDGER(f"{address} holds other tables and no ledger", found=found))
        return None
    version = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar_one_or_none()
    if version is not None and version not in KNOWN:
        raise Problems(
            NEWER(f"{address} has tables of version {version}", found=version, expected=f"{HEAD} or older")
        )
    return version
