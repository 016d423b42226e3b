"""The steps of an erasure, each of which can be done again: what was erased is found no more, and counts as before."""

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from sqlglot import exp

from tandem.collect.statements import FOLDER
from tandem.engine import Engine, Table
from tandem.engine import functions as f
from tandem.engine.catalogue import By
from tandem.engine.forgetting import stored
from tandem.ledger import Ledger, PersonRequest, RightsState
from tandem.ledger.forgetting import struck
from tandem.policy.book import strike
from tandem.usecases import person_rows, person_texts
from tandem.usecases.erase_exports import erase_from_exports
from tandem.usecases.person_names import Names, blank_statements, charter_naming, forget_undone, strike_logs
from tandem.usecases.person_rows import EVER, PEOPLE, among, leads, rows_about
from tandem.usecases.progress import Told
from tandem.usecases.workspace import Workspace

ORDER = {"evidence_held": 0, "quarantine_outcomes": 0, "person_changes": 7, "person_map": 8, "identifiers": 9}
"""First what is led to by other tables, last what says who is who."""
BETWEEN = 5
LOST = "erased_assignments"
MOST_OPEN = 10_000
CHARTERS = 10_000
"""Charters that were in force and are looked through, the newest first."""


class Journal:
    """What was found so far, kept in the request itself: after a crash it still counts."""

    PARTS: ClassVar[tuple[str, ...]] = (
        "found",
        "rows",
        "values",
        "files",
        "ledger",
        "exports",
        "unclear",
        "charter",
        "applied",
    )

    def __init__(self, ledger: Ledger, request: PersonRequest) -> None:
        self._ledger, self._id = ledger, request.id
        self.extra: dict[str, object] = dict(request.extra)

    def at_least(self, part: str, counts: Mapping[str, int]) -> None:
        """Note counts before what they count goes; of two times that the same was counted the larger stands."""
        new = {name: count for name, count in counts.items() if count > self.of(part).get(name, 0)}
        if new:
            self.extra[part] = {**self.of(part), **new}
            states = [RightsState.WORKING]
            self._ledger.move_person_request(self._id, RightsState.WORKING, states, extra=self.extra)

    def of(self, part: str) -> dict[str, int]:
        """The counts of a part, by name."""
        held = self.extra.get(part)
        return {str(name): int(count) for name, count in held.items()} if isinstance(held, Mapping) else {}


def erase_rows(
    work: Workspace,
    request: PersonRequest,
    journal: Journal,
    names: Names,
    told: Told,
) -> None:
    """Everything about the staged people out of lake, exported files and ledger; the lake forgets its old versions."""
    every = in_order(work)
    steps, people = len(every) + 2, ids_of(work)
    who = next((table.name for table in every if ORDER.get(table.name, BETWEEN) > BETWEEN), "")
    for number, table in enumerate(every):
        if table.name == who:
            told("erasing from exported files and the ledger", number, steps)
            _elsewhere(work, journal, names, people)
        told(f"erasing from {table.name}", number + 1, steps)
        if table.name == "assignments":
            _count_lost(work, request)
        about = table_rows(work, table)
        journal.at_least("rows", {table.name: about})
        if about:
            _remove(work.engine, table)
        _blank(work, journal, table)
    forget_requests(work.engine, [one for one in _being_erased(work.ledger) if one != request.id])
    told("removing old versions", steps - 1, steps)
    written = [table.name for table in work.engine.catalogue if work.engine.version(table.name) >= 0]
    for name in sorted({*written, *stored(work.engine.lake)}):
        journal.at_least("files", {name: work.engine.forget_history(name)})


def in_order(work: Workspace) -> list[Table]:
    """All tables that name people, in the order in which they are erased."""
    return sorted(
        person_rows.tables(work.engine), key=lambda table: (ORDER.get(table.name, BETWEEN), table.name)
    )


def table_rows(work: Workspace, table: Table) -> int:
    """How many rows of a table are about the staged people."""
    query = rows_about(work.engine, table, ids=_named(work, table))
    return work.engine.count(query) if query is not None else 0


def stray_rows(work: Workspace, table: Table) -> Iterator[tuple[str, int]]:
    """(table.column, rows): rows about others that hold an identifier of the staged people in a text column."""
    for column, stage in person_texts.stray_values(work, table):
        yield f"{table.name}.{column}", _having(work, table, column, stage)


def people_of(work: Workspace) -> list[int]:
    """The staged people, as numbers."""
    return [int(person) for (person,) in work.engine.rows(exp.select("person_id").from_(PEOPLE))]


def ids_of(work: Workspace) -> list[int]:
    """Every id of the staged people, also those that they had before; once `stage_leads` was called."""
    return [int(person) for (person,) in work.engine.rows(exp.select("person_id").from_(EVER))]


def drop_stages(engine: Engine) -> None:
    """Forget all that was staged about people."""
    person_rows.drop_stages(engine)
    for name in person_texts.STAGES:
        engine.drop_stage(name)
    for table in engine.catalogue:
        engine.drop_stage(person_texts.ids_stage(table))


def _elsewhere(work: Workspace, journal: Journal, names: Names, people: Sequence[int]) -> None:
    """Files and ledger, while it is still known who the people are."""
    files = erase_from_exports(work, names, people, dry=True)
    done = journal.of("exports")  # A file that was done before a crash has fewer rows than the ledger says.
    journal.at_least("unclear", {one.file: 1 for one in files if not one.told_apart and one.file not in done})
    journal.at_least("exports", {one.file: one.rows for one in files})
    erase_from_exports(work, names, people)
    journal.at_least("ledger", {"contacts": work.ledger.contacts_of(people)})
    work.ledger.forget_contacts(people)
    strike(work.ledger, people)
    gone = work.ledger.strike(names.told) + strike_logs(work.root, names) + forget_undone(work.root, names)
    _say_charters(work, journal, names)
    journal.at_least("ledger", {"struck": gone, "statements": blank_statements(work.root / FOLDER, names)})
    work.ledger.write_over()


def _say_charters(work: Workspace, journal: Journal, names: Names) -> None:
    """The charter is the company's to edit, and what was in force stays: the receipt tells where they are named."""
    files = charter_naming(work.root, work.charter.files, names)
    journal.at_least("charter", dict.fromkeys(files, 1))
    every = work.ledger.applied_history(limit=CHARTERS)
    texts = {str(one.id): dict(one.files) for one in every}
    applied = [number for number, held in texts.items() if struck(held, names.told) != held]
    journal.at_least("applied", dict.fromkeys(applied, 1))


def _named(work: Workspace, table: Table) -> str | None:
    if not any(lead.by is By.TEXT for lead in table.people):
        return None
    return person_texts.stage_named(work, table)


def _remove(engine: Engine, table: Table) -> None:
    for lead in leads(table):
        engine.remove_by(table.name, [lead.column], among(lead))
    if any(lead.by is By.TEXT for lead in table.people):
        engine.remove_by(table.name, table.key[:1], exp.select("id").from_(person_texts.ids_stage(table)))


def _blank(work: Workspace, journal: Journal, table: Table) -> None:
    for column, stage in person_texts.stray_values(work, table):
        journal.at_least("values", {f"{table.name}.{column}": _having(work, table, column, stage)})
        work.engine.blank(table.name, column, exp.select("value").from_(stage))


def _having(work: Workspace, table: Table, column: str, stage: str) -> int:
    """Rows that stay and have one of the staged values in a column."""
    value = exp.select(exp.column("value", "s")).from_(exp.alias_(exp.to_table(stage), "s", table=True))
    about = [exp.In(this=exp.column(lead.column, "t"), query=among(lead).subquery()) for lead in leads(table)]
    goes = exp.Coalesce(this=exp.or_(exp.false(), *about), expressions=[exp.false()])
    rows = exp.select(exp.column(table.names[0], "t")).from_(
        exp.alias_(work.engine.ref(table.name), "t", table=True)
    )
    has = exp.In(this=exp.column(column, "t"), query=value.subquery())
    return work.engine.count(rows.where(has, exp.not_(goes)))


def _being_erased(ledger: Ledger) -> list[str]:
    """Requests that somebody has begun."""
    return [one.id for one in ledger.person_requests([RightsState.WORKING], MOST_OPEN)]


def forget_requests(engine: Engine, open_: Sequence[str]) -> None:
    """Add up what each campaign lost by all requests that are not open any more: no row tells whom it counts.

    Until its people are gone, a request's counts stand under its number, so that after a crash they count once. An arm
    is not kept at all: beside a single request it would say which was theirs.
    """
    if engine.version(LOST) < 0:
        return
    request, names = exp.column("request", "e"), engine.catalogue[LOST].names
    still = exp.Coalesce(this=_among(request, open_), expressions=[exp.false()])
    every = exp.alias_(engine.ref(LOST), "e", table=True)
    told = exp.or_(*(exp.column(name, "e").is_(exp.null()).not_() for name in ("request", "arm", "at")))
    if not engine.count(exp.select(request).from_(every).where(told, exp.not_(still)).limit(1)):
        return
    people = exp.Sum(this=exp.column("people", "e")).as_("people")
    added = exp.select(exp.column("campaign", "e"), people).from_(every.copy()).where(exp.not_(still.copy()))
    whole = {name: exp.column(name, "n") for name in ("campaign", "people")}
    types = {column.name: column.type for column in engine.catalogue[LOST].columns}
    columns = [whole.get(name, f.null_of(types[name])).as_(name) for name in names]
    new = exp.select(*columns).from_(added.group_by(exp.column("campaign", "e")).subquery("n"))
    kept = exp.select(*(exp.column(name, "e") for name in names)).from_(every.copy()).where(still.copy())
    engine.replace(LOST, exp.union(new, kept, distinct=False))
    engine.forget_history(LOST)


def _among(request: exp.Column, open_: Sequence[str]) -> exp.Expr:
    return request.copy().isin(*(f.value(one) for one in open_)) if open_ else exp.false()


def _count_lost(work: Workspace, request: PersonRequest) -> None:
    """How many assigned people each campaign loses: its report says so, and no name is needed for that.

    Once: what was counted before a crash was all of it, and some of them may be gone now.
    """
    a = exp.alias_(work.engine.ref("assignments"), "a", table=True)
    p = exp.alias_(exp.to_table(EVER), "p", table=True)
    on = exp.column("person_id", "a").eq(exp.column("person_id", "p"))
    counted = exp.select(
        f.value(request.id).as_("request"),
        exp.column("campaign", "a"),
        exp.Count(this=exp.Star()).as_("people"),
    )
    mine = (
        exp.select("request")
        .from_(work.engine.ref(LOST))
        .where(exp.column("request").eq(f.value(request.id)))
    )
    if work.engine.version(LOST) < 0 or not work.engine.count(mine):
        work.engine.append(LOST, counted.from_(a).join(p, on=on).group_by(exp.column("campaign", "a")))
