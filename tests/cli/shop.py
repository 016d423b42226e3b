"""The shop in a folder of its own, used from outside: commands in, exit code and two streams out.

Tables are read by deltalake alone, so that what a command says is held against what lies on the disk.
"""

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import deltalake
from typer.testing import CliRunner

from tandem.cli.start import program

SHOP = Path(__file__).resolve().parent.parent / "projects" / "shop"
APPLIED = "2026-03-10T08:00:00Z"
NOW = "2026-03-10T09:00:00Z"
LATER = "2026-03-11T09:00:00Z"
ARRIVED_WITH = {"batch_id", "received_at", "permit", "source"}
"""Columns that say how and when something came in, not what it is."""


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as the one document that --json promises."""
        return json.loads(self.out)

    @property
    def codes(self) -> list[str]:
        """Problem codes told on standard error, in order."""
        return [line.split("  ")[0] for line in self.err.splitlines() if _is_problem(line)]


def _is_problem(line: str) -> bool:
    head = line.split("  ")[0]
    return len(head) == 7 and head[:3].isupper() and head[3] == "-" and head[4:].isdigit()


@dataclass(frozen=True)
class Shop:
    """A copy of the shop's charter and data."""

    folder: Path

    def tandem(self, *words: str) -> Ended:
        """Run a command over this shop. Whatever happens, nobody sees a traceback or a code outside 0 to 3."""
        return tandem("-C", str(self.folder), *words)

    def path(self, name: str) -> Path:
        """A file of the shop."""
        return self.folder / name

    def write(self, name: str, content: str | bytes) -> None:
        """Write a file."""
        self.path(name).parent.mkdir(parents=True, exist_ok=True)
        self.path(name).write_bytes(content if isinstance(content, bytes) else content.encode())

    def edit(self, name: str, old: str, new: str) -> None:
        """Change the only place where `old` stands."""
        text = self.path(name).read_text()
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        self.path(name).write_text(text.replace(old, new))

    def restore(self, name: str) -> None:
        """A file as it was."""
        shutil.copy(SHOP / name, self.path(name))

    def copy(self, folder: Path) -> "Shop":
        """This shop as it stands now, elsewhere."""
        shutil.copytree(self.folder, folder)
        return Shop(folder)

    def tables(self) -> list[str]:
        """Names of the tables that lie in the lake."""
        return sorted(path.parent.name for path in self.path("lake").glob("*/_delta_log"))

    def versions(self) -> dict[str, int]:
        """The version of every table."""
        return {name: deltalake.DeltaTable(self.path("lake") / name).version() for name in self.tables()}

    def rows(self, table: str) -> list[dict[str, Any]]:
        """All rows of a table; none if nothing was ever written to it."""
        if table not in self.tables():
            return []
        rows: list[dict[str, Any]] = (
            deltalake.DeltaTable(self.path("lake") / table).to_pyarrow_table().to_pylist()
        )
        return rows

    def contents(self) -> dict[str, list[str]]:
        """What the lake knows, with people named by their identifiers and without how it came in.

        A person's number may depend on what was seen first; who is whom, and what is known of them, may not.
        """
        people: dict[int, list[int]] = {}
        for row in self.rows("person_map"):
            people.setdefault(row["person_id"], []).append(row["identifier_key"])
        names = {person: str(sorted(keys)) for person, keys in people.items()}
        kept = [name for name in self.tables() if name.startswith(("event_", "record_"))]
        kept += ["identifiers", "consents", "person_consents", "suppressions", "profile", "memberships"]
        return {name: _plain(self.rows(name), names) for name in kept}

    def person(self, email: str) -> int:
        """The person that an address leads to."""
        key = next(row["identifier_key"] for row in self.rows("identifiers") if row["value"] == email)
        return next(int(row["person_id"]) for row in self.rows("person_map") if row["identifier_key"] == key)


def _plain(rows: Iterable[dict[str, Any]], names: dict[int, str]) -> list[str]:
    told = [{name: value for name, value in row.items() if name not in ARRIVED_WITH} for row in rows]
    for row in told:
        if "person_id" in row:
            row["person_id"] = names.get(row["person_id"], row["person_id"])
    return sorted(str(sorted(row.items())) for row in told)


def tandem(*words: str) -> Ended:
    """Run a command in this process as `main` would."""
    result = CliRunner().invoke(program(), list(words))
    ended = Ended(result.exit_code, result.stdout, result.stderr)
    assert "Traceback" not in ended.out + ended.err, ended.err
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    assert ended.code in (0, 1, 2, 3), ended
    return ended


def copied(folder: Path) -> Shop:
    """The shop as the project ships it, nothing done yet."""
    shutil.copytree(SHOP, folder)
    return Shop(folder)
