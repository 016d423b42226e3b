"""The way of one event: where it arrived, what the checks said, whose it is, what it proves."""

from typing import Any

from tandem.kernel import Problems
from tandem.usecases.explaining import Explanation, Reader, Station, equals
from tandem.usecases.problems import UNKNOWN_THING
from tandem.usecases.workspace import Workspace


def explain_event(work: Workspace, event_id: int) -> Explanation:
    """The stations of an event, record or quarantine entry of that id. Raises RUN-002 if there is none."""
    reader = Reader(work)
    landed = _landed(reader, event_id)
    waiting = reader.rows("quarantine", equals("quarantine_id", event_id))
    if not landed and not waiting:
        raise Problems(
            UNKNOWN_THING(f"no event, record or quarantine entry has the id {event_id}", found=str(event_id))
        )
    table, row = landed[0] if landed else ("quarantine", waiting[0])
    stations = [_arrival(reader, row)]
    stations += [_quarantine(reader, entry) for entry in waiting]
    if landed:
        stations += [_table(table, row), _person(reader, row), _proofs(reader, event_id)]
    return Explanation(f"event {event_id}", tuple(stations), tuple(sorted(reader.hidden)))


def _landed(reader: Reader, event_id: int) -> list[tuple[str, dict[str, Any]]]:
    found: list[tuple[str, dict[str, Any]]] = []
    for table in reader.work.engine.catalogue:
        key = (
            "event_id"
            if table.name.startswith("event")
            else "record_id"
            if table.name.startswith("record_")
            else None
        )
        if key and key in table.names and reader.work.engine.version(table.name) >= 0:
            found += [
                (table.name, row)
                for row in reader.rows(table.name, equals(key, event_id), newest="received_at")
            ]
    return found


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
    found = entry.get("found", "(hidden)")
    lines = [
        f"Stopped by {entry['code']} at `{entry['path']}`: found {found!r}, expected {entry['expected']}"
        f" ({entry['file']}, line {entry['line']})."
    ]
    lines += [f"{one['at']}: {one['outcome']}. {one['detail'] or ''}".strip() for one in outcomes]
    if not outcomes:
        lines.append("It waits. Repair the contract or the source, then `tandem quarantine replay`.")
    return Station("checks", tuple(lines), (entry,))


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
