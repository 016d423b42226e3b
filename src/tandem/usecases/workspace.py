"""One open project: its charter in force, its lake through an engine, its ledger, and who acts."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from tandem.audience import trait_columns
from tandem.charter import Charter, files, find_root, fingerprint, load_files, load_project
from tandem.charter.definitions import Project
from tandem.collect import catalogue_tables
from tandem.collect.statements import statement_source
from tandem.collect.tables import source_tables
from tandem.engine import Engine, Table, open_engine
from tandem.engine.catalogue import BASE, Catalogue, profile_table
from tandem.kernel import Missing, Problems, Refused
from tandem.kernel.values import Actor
from tandem.ledger import Ledger, open_ledger
from tandem.policy import Gap, Permit, Refusal
from tandem.policy.book import Book
from tandem.usecases.auditing import Trail, trail
from tandem.usecases.problems import NOT_APPLIED

SYSTEM = Actor("tandem", "system")


@dataclass(frozen=True)
class Workspace:
    """What every use case needs. `charter` is the one in force, which may differ from the files in `root`.

    What is decided and seen goes onto the `trail`, which whoever opened the workspace notes in the audit log. By the
    `wall`, the real clock, policy judges whether grants have ended; without it none that ends holds. The `book` keeps
    what was told of counts to those who may not see people; without a clock there is none.
    """

    root: Path
    charter: Charter
    engine: Engine
    ledger: Ledger
    actor: Actor
    trail: Trail = field(default_factory=Trail)
    wall: Callable[[], datetime] | None = None
    book: Book | None = None

    @property
    def time(self) -> datetime | None:
        """The company's time: simulated in a demo, else that of the wall; None where nobody gave a clock."""
        return None if self.wall is None else self.ledger.simulated_now() or self.wall()


def tables_of(charter: Charter) -> list[Table]:
    """The tables that a charter adds to the lake: one per event kind and record source, and the profile."""
    landed = [*catalogue_tables(charter), *source_tables(statement_source(charter))]
    catalogue: Catalogue = BASE.with_tables(landed)
    return [*landed, profile_table(trait_columns(charter, catalogue))]


@contextmanager
def open_workspace(
    start: Path, actor: Actor, wall: Callable[[], datetime] | None = None
) -> Iterator[Workspace]:
    """The project at or above a folder, with the charter that was last applied. Raises RUN-001 if none was.

    Of the folder only tandem.toml is read, so that files somebody is editing do not stop what is in force. With the
    real clock, `wall`, the book holds, and the trail is noted in the audit log at the end, also of what was refused; so
    print what was found after the block.
    """
    root = find_root(start)
    with open_parts(root, load_project(root)) as (ledger, engine):
        applied = ledger.applied()
        if applied is None:
            raise Missing(NOT_APPLIED("this charter has not been applied yet", found=str(root)))
        charter = replace(load_files(applied.files), root=root)
        engine.ensure(tables_of(charter))
        noted = Trail() if wall is None else trail(root, ledger, wall)
        try:
            book = None if wall is None else Book(ledger, wall)
            yield Workspace(root, charter, engine, ledger, actor, noted, wall, book)
        finally:
            noted.flush()


@contextmanager
def open_parts(root: Path, project: Project) -> Iterator[tuple[Ledger, Engine]]:
    """Ledger and engine as tandem.toml names them, closed at the end."""
    ledger = open_ledger(ledger_address(root, project))
    try:
        limits = project.limits
        lake = _address(root, project.lake)
        engine = open_engine(str(project.engine), lake, memory=limits.memory, threads=limits.threads)
        try:
            yield ledger, engine
        finally:
            engine.close()
    finally:
        ledger.close()


@contextmanager
def open_ledger_of(root: Path) -> Iterator[Ledger]:
    """The ledger alone, as the tandem.toml in `root` names it, closed at the end. No charter needs to be in force."""
    ledger = open_ledger(ledger_address(root, load_project(root)))
    try:
        yield ledger
    finally:
        ledger.close()


def unapplied(root: Path, ledger: Ledger) -> bool:
    """Whether the files of the charter differ from the charter in force; files nobody can read do."""
    applied = ledger.applied()
    try:
        return applied is None or applied.fingerprint != fingerprint(files(root))
    except Problems:
        return True


def granted(decision: Permit | Refusal | Gap) -> Permit:
    """The permit; a refusal or a gap stops what was asked, with its reasons as problems."""
    match decision:
        case Permit():
            return decision
        case Refusal(reasons=reasons):
            raise Refused(reasons)
        case Gap(missing=missing):
            raise Missing(missing)


def ledger_address(root: Path, project: Project) -> str:
    """The ledger's file or URL as tandem.toml names it, from the root of the charter."""
    return _address(root, project.ledger)


def _address(root: Path, address: str) -> str:
    return address if "://" in address else str((root / address).resolve())
