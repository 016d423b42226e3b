"""One place where transactions begin, end, and turn a database's failure into a problem."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DatabaseError, IntegrityError, InterfaceError, ProgrammingError

from tandem.kernel import Problems
from tandem.ledger.problems import NOT_A_LEDGER, UNREACHABLE


class Store:
    """Base of the ledger's parts: each method is one transaction, and is done wholly or not at all."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    @property
    def address(self) -> str:
        """The database's URL without its password."""
        return self._database.url.render_as_string(hide_password=True)

    def close(self) -> None:
        """Give up all connections. The ledger can be used again afterwards."""
        self._database.dispose()

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with told(self.address), self._database.connect() as connection:
            yield connection

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with told(self.address), self._database.connect() as connection:
            connection.execution_options(tandem_writes=True)
            with connection.begin():
                yield connection


@contextmanager
def told(address: str) -> Iterator[None]:
    """Failures of the database (down, locked, disk full, no right to write) become LDG-001 or LDG-004.

    A broken constraint or a wrong statement is our own mistake and passes through.
    """
    try:
        yield
    except (IntegrityError, ProgrammingError):
        raise
    except (DatabaseError, InterfaceError, sqlite3.Error) as failure:
        reason = " ".join(str(getattr(failure, "orig", failure)).split())
        if "file is not a database" in reason:
            raise Problems(NOT_A_LEDGER(f"{address} is not a database")) from failure
        raise Problems(
            UNREACHABLE(f"the ledger {address} does not answer as it should", found=reason)
        ) from failure
