"""Everything that is known of one person, and why: identity, consent, traits, audiences, campaigns, events."""

from decimal import Decimal
from typing import Any

from sqlglot import exp

from tandem.identity import explain_person as identity_of
from tandem.kernel import numbers
from tandem.kernel.values import FieldRef
from tandem.usecases.auditing import by
from tandem.usecases.explaining import Explanation, Reader, Station, among, equals
from tandem.usecases.find_people import find_people
from tandem.usecases.workspace import Workspace

LAST_EVENTS = 20


def explain_person(work: Workspace, text: str) -> tuple[Explanation, ...]:
    """The people that a person id or an identifier's value leads to; mostly one. Raises RUN-002 if nobody."""
    permit = Reader(work).permit(
        frozenset({FieldRef("identifiers", "value"), FieldRef("person_map", "person_id")})
    )
    return tuple(_explained(work, person) for person in find_people(work, permit, text))


def _explained(work: Workspace, person: int) -> Explanation:
    reader = Reader(work)
    purpose = work.charter.purposes.counting
    work.trail.add(by(work.actor, "person", "explain", "seen", purpose=purpose, person_id=person))
    who = identity_of(work.engine, person)
    keys = [fact.identifier_key for fact in who.identifiers]
    stations = (
        Station("identity", tuple(who.sentences()), (who.to_dict(),)),
        _consent(reader, person, keys),
        _traits(reader, person),
        _audiences(reader, person),
        _campaigns(reader, person),
        _events(reader, keys),
    )
    return Explanation(f"person {person}", stations, tuple(sorted(reader.hidden)))


def _consent(reader: Reader, person: int, keys: list[int]) -> Station:
    now = {row["purpose"]: row for row in reader.rows("person_consents", equals("person_id", person))}
    said = reader.rows("consents", among("subject_key", keys), newest="at")
    lines = [
        _consent_line(purpose.purpose, str(purpose.basis), now)
        for purpose in reader.work.charter.purposes.purposes
    ]
    lines += [
        f"{row['at']}: {row['state']} for {row['purpose']}, from {row['source']} (event {row['proof_event_id']})."
        for row in said
    ]
    for row in reader.rows("suppressions", among("identifier_key", keys), newest="at"):
        lines.append(f"{row['at']}: must not be contacted, {row['reason']} (from {row['source']}).")
    return Station("consent", tuple(lines), (*now.values(), *said))


def _consent_line(purpose: str, basis: str, now: dict[str, dict[str, Any]]) -> str:
    state = now.get(purpose, {}).get("state")
    if basis != "consent":
        return f"{purpose}: {basis.replace('_', ' ')}" + (
            f", and the person said: {state}." if state else "; no objection is recorded."
        )
    return f"{purpose}: {state}." if state else f"{purpose}: nothing was ever said, which means no."


def _traits(reader: Reader, person: int) -> Station:
    rows = reader.rows("profile", equals("person_id", person))
    known = [(name, value) for row in rows for name, value in row.items() if name != "person_id"]
    lines = [f"{name}: {_written(value)}." for name, value in known]
    return Station("traits", tuple(lines) or ("No traits were computed for this person yet.",), tuple(rows))


def _audiences(reader: Reader, person: int) -> Station:
    rows = reader.rows("memberships", equals("person_id", person))
    lines = [f"In {row['audience']} since {row['since']}." for row in rows]
    return Station("audiences", tuple(lines) or ("In no audience now.",), tuple(rows))


def _campaigns(reader: Reader, person: int) -> Station:
    assigned = reader.rows("assignments", equals("person_id", person), newest="assigned_at")
    receipts = reader.rows("receipts", equals("person_id", person), newest="at")
    lines = [
        f"{row['campaign']}: {row['arm']} (bucket {row['bucket']} of 10,000), assigned {row['assigned_at']} "
        f"under permit {row['permit']}."
        for row in assigned
    ]
    lines += [
        f"{row['campaign']}, {row['at']}: {str(row['outcome']).replace('_', ' ')}: {row['sentence']}"
        + (f" (contact {row['contact_id']})" if row["contact_id"] else f" (receipt {row['receipt_id']})")
        for row in receipts
    ]
    return Station("campaigns", tuple(lines) or ("In no campaign yet.",), (*assigned, *receipts))


def _events(reader: Reader, keys: list[int]) -> Station:
    found: list[dict[str, Any]] = []
    for table in reader.work.engine.catalogue:
        if (
            table.name.startswith("event_")
            and table.person == "subject_key"
            and reader.work.engine.version(table.name) >= 0
        ):
            rows = reader.rows(table.name, _mine(keys), limit=LAST_EVENTS, newest="event_at")
            found += [{"kind": table.name.removeprefix("event_"), **row} for row in rows]
    found.sort(key=lambda row: str(row["event_at"]), reverse=True)
    latest = found[:LAST_EVENTS]
    lines = [
        f"{row['event_at']}: {row['kind']} from {row['source']} (event {row['event_id']})." for row in latest
    ]
    return Station("last events", tuple(lines) or ("No events.",), tuple(latest))


def _mine(keys: list[int]) -> exp.Expr:
    return among("subject_key", keys)


def _written(value: object) -> str:
    match value:
        case None:
            return numbers.UNKNOWN
        case Decimal() | float():
            return numbers.decimal(value)
        case _:
            return str(value)
