"""The way of one event: where it arrived, what the checks said, whose it is, what it proves."""

from typing import Any

from sqlglot import exp

from tandem.engine import functions as f
from tandem.kernel import Problems
from tandem.kernel.values import FieldRef
from tandem.usecases.explaining import Explanation, Reader, Station, equals, unseen_fields
from tandem.usecases.problems import UNKNOWN_THING
from tandem.usecases.seeing import Sight
from tandem.usecases.workspace import Workspace


def explain_event(work: Workspace, event_id: int, person: str | None = None) -> Explanation:
    """The stations of an event, record or quarantine entry of that id. Raises RUN-002 if there is none.

    With a person id, also if there is no such person, or it is not about that person and proves nothing of them.
    """
    keys = None if person is None else frozenset(Sight(work).known(person).keys)
    reader = Reader(work)
    landed = _landed(reader, event_id)
    waiting = [_kept(reader, entry) for entry in reader.rows("quarantine", equals("quarantine_id", event_id))]
    if not (landed or waiting) or (keys is not None and not _about(reader, landed, event_id, keys)):
        raise Problems(
            UNKNOWN_THING(f"no event, record or quarantine entry has the id {event_id}", found=str(event_id))
        )
    table, row = landed[0] if landed else ("quarantine", waiting[0])
    stations = [_arrival(reader, row)]
    stations += [_quarantine(reader, entry) for entry in waiting]
    if landed:
        stations += [_table(table, row), _person(reader, row), _proofs(reader, event_id)]
    return Explanation(f"event {event_id}", tuple(stations), tuple(sorted(reader.hidden)))


def _about(
    reader: Reader, landed: list[tuple[str, dict[str, Any]]], event_id: int, keys: frozenset[int]
) -> bool:
    """Whether one of the identifiers is the subject, or one that the event proves something of."""
    subjects = {row.get("subject_key") for _, row in landed}
    subjects |= {row["subject_key"] for row in reader.rows("consents", equals("proof_event_id", event_id))}
    for row in reader.rows("evidence", equals("event_id", event_id)):
        subjects |= {row["left_key"], row["right_key"]}
    return not keys.isdisjoint(subjects)


def _kept(reader: Reader, row: dict[str, Any]) -> dict[str, Any]:
    """A raw row without what it holds of fields that its source's contract hides from the role."""
    charter = reader.work.charter
    unseen = unseen_fields(charter, str(row["source"]), reader.labels())
    if not unseen:
        return row
    reader.hidden |= {f"{table}.{field}" for table, field in unseen}
    return {name: value for name, value in row.items() if name not in ("payload", "found")}


def _landed(reader: Reader, event_id: int) -> list[tuple[str, dict[str, Any]]]:
    found: list[tuple[str, dict[str, Any]]] = []
    for name, key in _tables_with(reader, event_id):
        rows = reader.rows(name, equals(key, event_id), newest="received_at")
        found += [(name, _kept(reader, row) if name == "events_unplanned" else row) for row in rows]
    return found


def _tables_with(reader: Reader, event_id: int) -> list[tuple[str, str]]:
    """The landed tables that have a row of this id, each with its key column: one query for all of them."""
    keys = {
        table.name: "event_id" if table.name.startswith("event") else "record_id"
        for table in reader.work.engine.catalogue
        if table.name.startswith(("event", "record_")) and reader.work.engine.version(table.name) >= 0
    }
    branches: list[exp.Query] = []
    for name, key in keys.items():
        stamp = reader.permit(frozenset({FieldRef(name, key)})).fingerprint
        there = exp.select(f.value(name).as_("name")).from_(reader.work.engine.ref(name, by=stamp))
        branches.append(there.where(equals(key, event_id)))
    if not branches:
        return []
    every = branches[0]
    for other in branches[1:]:
        every = exp.union(every, other, distinct=False, copy=False)
    found = {
        name for (name,) in reader.work.engine.rows(exp.select("name").distinct().from_(every.subquery("u")))
    }
    return [(name, key) for name, key in keys.items() if name in found]


def _arrival(reader: Reader, row: dict[str, Any]) -> Station:
    loads = reader.rows("loads", equals("batch_id", row["batch_id"]), limit=1000)
    named = [load for load in loads if load["file"] == row.get("file")] or loads
    where = f"in {named[0]['file']}" if len(named) == 1 else f"in one of {len(named)} files"
    when = row.get("received_at") or row.get("at")
    return Station(
        "arrival",
        (f"Came from {row['source']} {where}, load {row['batch_id']}, taken {when}.",),
        tuple(named[:20]),
    )


def _quarantine(reader: Reader, entry: dict[str, Any]) -> Station:
    outcomes = reader.rows("quarantine_outcomes", equals("quarantine_id", entry["quarantine_id"]))
    lines = [_stopped(entry)]
    lines += [f"{one['at']}: {one['outcome']}. {one['detail'] or ''}".strip() for one in outcomes]
    if not outcomes:
        lines.append("It waits. Repair the contract or the source, then `tandem quarantine replay`.")
    return Station("checks", tuple(lines), (entry,))


def _stopped(entry: dict[str, Any]) -> str:
    """'Stopped by COL-101 at `total`: found `abc`, expected money (data/till/a.csv, line 3).'; of a file, no place."""
    what = f"Stopped by {entry['code']}" + (f" at `{entry['path']}`" if entry["path"] else "")
    if entry["level"] == "file":
        what = f"The whole file was stopped by {entry['code']}"
    found = entry.get("found", "(hidden)")
    told = [f"found {found!r}"] if found is not None else []
    told += [f"expected {entry['expected']}"] if entry["expected"] else []
    where = entry["file"] + (f", line {entry['line']}" if entry["line"] is not None else "")
    return f"{what}{': ' if told else ''}{', '.join(told)} ({where})."


def _table(table: str, row: dict[str, Any]) -> Station:
    return Station(
        "checks", (f"Passed every check and landed in `{table}`, event time {row['event_at']}.",), (row,)
    )


def _person(reader: Reader, row: dict[str, Any]) -> Station:
    key = row.get("subject_key")
    if key is None:
        return Station("person", ("It carries no usable identifier, so it belongs to nobody known.",))
    mapped = reader.rows("person_map", equals("identifier_key", key))
    identifier = reader.rows("identifiers", equals("identifier_key", key))
    value = identifier[0].get("value", "(hidden)") if identifier else "(erased)"
    kind = identifier[0]["kind"] if identifier else "identifier"
    if not mapped:
        return Station(
            "person",
            (f"Its subject is {kind} {value}, which leads to no person yet; `tandem run` resolves it.",),
        )
    return Station(
        "person",
        (f"Its subject is {kind} {value}, which leads to person {mapped[0]['person_id']}.",),
        tuple(mapped),
    )


def _proofs(reader: Reader, event_id: int) -> Station:
    evidence = reader.rows("evidence", equals("event_id", event_id))
    consents = reader.rows("consents", equals("proof_event_id", event_id))
    lines = [
        f"First proof that this {row['left_kind']} and this {row['right_kind']} belong together."
        for row in evidence
    ]
    lines += [f"Proof of consent: {row['state']} for {row['purpose']}, {row['at']}." for row in consents]
    return Station("what it proves", tuple(lines) or ("Nothing beyond itself.",), (*evidence, *consents))
