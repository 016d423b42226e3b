"""A small project that takes files: its charter from text, its folder, its lake and its ledger."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlglot import exp

from tandem.charter import Charter, load_files
from tandem.collect import Replayed, Taken, catalogue_tables, replay, take_source
from tandem.engine import Engine
from tandem.identity import key_identifiers
from tandem.ledger import Ledger, open_ledger

NOW = datetime(2026, 3, 1)

FILES = {
    "tandem.toml": 'name = "Harbour & Pine"\ntimezone = "Europe/London"\n',
    "identity.yml": "kinds:\n  - {kind: loyalty_id}\n  - {kind: email, normalise: email}\n  - {kind: device}\n",
    "purposes.yml": """
purposes:
  - {purpose: letters, title: "Letters", basis: consent}
  - {purpose: analytics, title: "Knowing our shop", basis: legitimate_interest}
counting: analytics
measuring: analytics
""",
}
TILL = """
source: till
files: {path: "till*.csv*", format: csv}
mode: MODE
time: {field: at}
key: [no]
identifiers: [{kind: loyalty_id, field: card}, {kind: email, field: email}]
events:
  - kind: purchase
    when: {type: sale}
    fields:
      amount: {type: money, from: total, required: true, at_least: 0, at_most: 1000}
      store: {type: text, one_of: [north, south]}
      items: {type: integer}
  - kind: refund
    when: {type: refund}
    fields:
      amount: {type: money, from: total, required: true}
consents:
  - {purpose: letters, field: letters, granted: ["yes"], denied: ["no"], wording: "Do you want letters?"}
suppress:
  - {when: {type: refund, store: north}, reason: complaint}
"""
HEADER = "no,at,type,card,email,total,store,items,letters"


def till(mode: str = "quarantine") -> str:
    """The till's contract in a mode."""
    return TILL.replace("MODE", mode)


def charter(**sources: str) -> Charter:
    """A charter with these sources."""
    return load_files({**FILES, **{f"sources/{name}.yml": text for name, text in sources.items()}})


@dataclass
class House:
    """A project folder with an engine over its lake. `take` collects one source or all."""

    root: Path
    engine: Engine
    charter: Charter
    ledger: Ledger = field(init=False)

    def __post_init__(self) -> None:
        self.ledger = open_ledger(self.root / "ledger.db")
        self.engine.ensure(catalogue_tables(self.charter))

    def write(self, name: str, text: str | bytes) -> Path:
        """Write a file of the project; a name that ends in .gz is compressed."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = text.encode() if isinstance(text, str) else text
        path.write_bytes(
            gzip.compress(data, mtime=0) if name.endswith(".gz") and isinstance(text, str) else data
        )
        return path

    def till(self, *rows: str, name: str = "till.csv") -> Path:
        """Write till rows under the usual header."""
        return self.write(name, "\n".join([HEADER, *rows]) + "\n")

    def take(self, source: str = "till", now: datetime = NOW, engine: Engine | None = None) -> Taken:
        """Collect one source."""
        return take_source(
            engine or self.engine,
            self.ledger,
            self.charter.source(source),
            self.charter.project,
            root=self.root,
            key_identifiers=key_identifiers(self.charter.identity),
            now=now,
            purposes=self.charter.purposes.purposes,
        )

    def replay(self, *ids: int, now: datetime = NOW) -> Replayed:
        """Replay these entries, or all."""
        keys = key_identifiers(self.charter.identity)
        return replay(self.engine, self.ledger, self.charter, ids or None, keys, now, root=self.root)

    def agree(self, **sources: str) -> None:
        """Put other contracts in force."""
        self.charter = charter(**sources)
        self.engine.ensure(catalogue_tables(self.charter))

    def rows(self, table: str, *columns: str) -> list[tuple[Any, ...]]:
        """The rows of a table, sorted as text."""
        names = columns or self.engine.catalogue[table].names
        query = exp.select(*(exp.column(name, "t") for name in names))
        query = query.from_(exp.alias_(self.engine.ref(table), "t", table=True))
        return sorted(self.engine.rows(query), key=str)

    def everything(self) -> Mapping[str, list[tuple[Any, ...]]]:
        """All rows of all tables that collect writes."""
        names = [table.name for table in self.engine.catalogue if table.writer == "collect"]
        return {name: self.rows(name) for name in names}

    def versions(self) -> Mapping[str, int]:
        """The newest version of every table."""
        return {table.name: self.engine.version(table.name) for table in self.engine.catalogue}

    def waiting(self) -> list[tuple[Any, ...]]:
        """(level, code, path, found, file, line) of all that ever came to wait."""
        return self.rows("quarantine", "level", "code", "path", "found", "file", "line")


def balanced(taken: Taken) -> bool:
    """Whether each file's rows are all accounted for."""
    return all(
        one.rows_read == one.landed + one.quarantined + one.duplicate + one.unplanned
        for one in taken.files
        if one.rows_read is not None
    )
