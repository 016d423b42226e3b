"""A throw-away PostgreSQL server for tests: its own folder, its own loopback port, gone afterwards."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
from machine import postgresql_bin
from psycopg.sql import SQL, Identifier

SUPERUSER = "tandem"


@dataclass
class Cluster:
    """A running server. `database()` makes a new empty database and gives its URL."""

    folder: Path
    port: int
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    @classmethod
    def start(cls) -> "Cluster":
        folder = Path(tempfile.mkdtemp(prefix="tandem-pg-"))
        if os.geteuid() == 0:
            # PostgreSQL refuses to run as root, so the package's own user owns the folder.
            owner = pwd.getpwnam("postgres")
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        cluster = cls(folder, _free_port())
        cluster.run("initdb", "-D", "data", "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--no-sync")
        cluster.run("pg_ctl", "-D", "data", "-w", "-l", "log", "-o", cluster._options(), "start")
        return cluster

    def _options(self) -> str:
        fast = "-c fsync=off -c full_page_writes=off"
        return f"-p {self.port} -c listen_addresses=127.0.0.1 -k {self.folder} {fast}"

    def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs in the cluster's folder, as a user that may."""
        binary = postgresql_bin()
        assert binary is not None, "PostgreSQL is not installed; its tests should have been deselected"
        as_other = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        command = [*as_other, str(binary / program), *arguments]
        # A server started by pg_ctl keeps inherited pipes open for good, so output goes to a file.
        with (self.folder.parent / f"{self.folder.name}.out").open("ab") as out:
            subprocess.run(command, cwd=self.folder, stdout=out, stderr=out, check=True)

    def database(self) -> str:
        """The URL of a new, empty database."""
        name = f"t{next(self.numbers)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(SQL("CREATE DATABASE {} STRATEGY file_copy").format(Identifier(name)))
        return self.url(name)

    def url(self, database: str) -> str:
        return f"postgresql://{SUPERUSER}@127.0.0.1:{self.port}/{database}"

    def stop(self) -> None:
        self.run("pg_ctl", "-D", "data", "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder.parent / f"{self.folder.name}.out").unlink(missing_ok=True)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port
