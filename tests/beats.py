"""The demo company in a folder of a test, beat by beat: laid out, launched, answered, read."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlglot import exp

from tandem.deliver import MailSink
from tandem.demo import Truth, demo_charter, respond, simulate
from tandem.engine import Engine
from tandem.kernel.values import Actor
from tandem.usecases.apply_charter import apply_charter
from tandem.usecases.checking import write_demo_charter
from tandem.usecases.run_beat import Beat, run_beat
from tandem.usecases.workspace import Workspace, open_workspace

LAUNCH = datetime(2026, 6, 1)
READ = LAUNCH + timedelta(days=14, hours=1)
MARKETER = Actor("ann", "marketer")
SEED = 7
Rows = list[tuple[Any, ...]]
T = TypeVar("T")


@dataclass(frozen=True)
class Company:
    """A charter folder with its source files, its truth, and the mail server that it sends by."""

    root: Path
    truth: Truth
    sink: MailSink
    before: int = 0

    def mails(self) -> list[str]:
        """Whom the mail server took a message for since this company was laid out, sorted, in lower case."""
        return sorted(str(mail["recipients"][0]).lower() for mail in self.sink.taken()[self.before :])

    def beat(self, now: datetime) -> Beat:
        """One beat in a process of its own, as far as a test has one: ledger and engine opened and closed."""
        return self.work(lambda work: run_beat(work, now, lambda: now))

    def work(self, do: Callable[[Workspace], T]) -> T:
        """Something done in the opened workspace."""
        with open_workspace(self.root, MARKETER) as work:
            return do(work)

    def answer(self) -> None:
        """The two weeks after the launch: who got the message and who did not go shopping as they will."""
        respond(
            self.truth,
            self.root,
            self.mails(),
            start=LAUNCH,
            days=self.truth.plant.days,
            seed=self.truth.seed,
        )


def lay_out(root: Path, sink: MailSink, people: int, *, engine: str = "duckdb") -> Company:
    """A company of that many people with its charter in force and nothing collected."""
    root.mkdir(parents=True)
    texts = demo_charter()
    project = texts["tandem.toml"].replace("port = 2525", f"port = {sink.port}")
    project = project.replace('engine = "duckdb"', f'engine = "{engine}"') + "\n[limits]\nthreads = 2\n"
    write_demo_charter(root, texts | {"tandem.toml": project})
    truth = simulate(SEED, people, LAUNCH, root)
    apply_charter(root, MARKETER, LAUNCH)
    return Company(root, truth, sink, len(sink.taken()))


def copied(company: Company, root: Path) -> Company:
    """The same company once more, as it stands."""
    shutil.copytree(company.root, root)
    return Company(root, company.truth, company.sink, len(company.sink.taken()))


def tables(engine: Engine) -> dict[str, Rows]:
    """Every table of the lake: all its rows and columns, in order."""
    return {table.name: rows(engine, table.name) for table in engine.catalogue}


def rows(engine: Engine, table: str) -> Rows:
    """All rows of a table, sorted."""
    columns = [exp.column(name) for name in engine.catalogue[table].names]
    return sorted(engine.rows(exp.select(*columns).from_(engine.ref(table))), key=repr)
