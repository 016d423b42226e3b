"""The slow answer: consent, audiences and traits in plain Python over plain rows, without the engine."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from tandem.charter.definitions import (
    Ago,
    All,
    AudienceCondition,
    Charter,
    Condition,
    DidCondition,
    DidMeasure,
    Not,
    Operator,
    Test,
    Trait,
    TraitCondition,
    TraitOperator,
)
from tandem.charter.definitions import (
    Any as AnyOf,
)

Rows = Mapping[str, list[dict[str, Any]]]
ORDER = ["granted", "unreadable", "contradictory", "denied"]


def persons(rows: Rows) -> dict[int, int]:
    return {row["identifier_key"]: row["person_id"] for row in rows["person_map"]}


def consents(rows: Rows, now: datetime) -> dict[tuple[int, str], str]:
    """State by person and purpose."""
    spoken: dict[tuple[int, str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows["consents"]:
        if row["subject_key"] in persons(rows) and (row["state"] != "granted" or row["at"] <= now):
            spoken[row["subject_key"], row["purpose"]].append(row)
    found: dict[tuple[int, str], str] = {}
    for (key, purpose), statements in spoken.items():
        last = max(row["at"] for row in statements)
        states = {row["state"] for row in statements if row["at"] == last}
        state = _one_state(states)
        person = persons(rows)[key], purpose
        found[person] = max(found.get(person, "granted"), state, key=ORDER.index)
    return found


def _one_state(states: set[str]) -> str:
    if {"granted", "denied"} <= states:
        return "contradictory"
    return "denied" if "denied" in states else "unreadable" if "unreadable" in states else "granted"


def reached(rows: Rows, purpose: str, consent: bool, contact: bool, now: datetime) -> set[int]:
    """People whom a permit for the purpose reaches."""
    states = consents(rows, now)
    everybody = set(persons(rows).values())
    if consent:
        allowed = {one for one in everybody if states.get((one, purpose)) == "granted"}
    else:
        allowed = {one for one in everybody if states.get((one, purpose)) not in ORDER[1:]}
    stopped = {persons(rows).get(row["identifier_key"]) for row in rows["suppressions"]}
    return allowed - stopped if contact else allowed


def members(
    who: Condition,
    of: Charter,
    rows: Rows,
    universe: Iterable[int],
    profile: Mapping[int, dict[str, Any]],
    now: datetime,
) -> set[int]:
    """People of the universe who fulfil the condition."""
    match who:
        case All(conditions=parts):
            found = [members(part, of, rows, universe, profile, now) for part in parts]
            return set.intersection(*found)
        case AnyOf(conditions=parts):
            return set().union(*(members(part, of, rows, universe, profile, now) for part in parts))
        case Not(condition=part):
            return set(universe) - members(part, of, rows, universe, profile, now)
        case AudienceCondition(audience=name):
            return members(of.audience(name).who, of, rows, universe, profile, now)
        case TraitCondition(trait=name):
            return {one for one in universe if holds(profile.get(one, {}).get(name), who, now)}
        case DidCondition():
            return {one for one in universe if did(who, rows, one, now)}
    raise AssertionError(who)


def did(it: DidCondition, rows: Rows, person: int, now: datetime) -> bool:
    found = events(f"event_{it.event}", rows, person, now, it.within, it.where)
    values = [row.get(it.of) for row in found if it.of and row.get(it.of) is not None]
    times = [row["event_at"] for row in found]
    measured = {
        DidMeasure.COUNT: len(found),
        DidMeasure.SUM: sum(values, Decimal(0)) if values else None,
        DidMeasure.FIRST: min(times, default=None),
        DidMeasure.LAST: max(times, default=None),
    }
    return holds(measured[it.measure], it.test, now)


def events(
    table: str, rows: Rows, person: int, now: datetime, within: timedelta | None, where: Iterable[Any]
) -> list[dict[str, Any]]:
    return [
        row
        for row in rows[table]
        if persons(rows).get(row["subject_key"]) == person
        and row["event_at"] < now
        and (within is None or row["event_at"] >= now - within)
        and all(holds(row.get(one.field), one, now) for one in where)
    ]


def holds(found: Any, test: Test, now: datetime) -> bool:
    """Does a value fulfil the test? Unknown fulfils only `known: false`."""
    if test.operator is Operator.KNOWN:
        return (found is not None) is test.value
    if found is None:
        return False
    values: list[Any] = [_plain(value, found, now) for value in test.values]
    one, last = values[0], values[-1]
    answers = {
        Operator.IS: lambda: found == one,
        Operator.IS_NOT: lambda: found != one,
        Operator.IN: lambda: found in values,
        Operator.NOT_IN: lambda: found not in values,
        Operator.AT_LEAST: lambda: found >= one,
        Operator.AT_MOST: lambda: found <= one,
        Operator.MORE_THAN: lambda: found > one,
        Operator.LESS_THAN: lambda: found < one,
        Operator.BETWEEN: lambda: one <= found <= last,
        Operator.CONTAINS: lambda: one in found,
        Operator.STARTS_WITH: lambda: found.startswith(one),
        Operator.AFTER: lambda: found > one,
        Operator.BEFORE: lambda: found < one,
    }
    if isinstance(found, datetime) and isinstance(last, date) and not isinstance(last, datetime):
        answers |= {
            Operator.BETWEEN: lambda: one <= found.date() <= last,
            Operator.AFTER: lambda: found.date() > one,
            Operator.BEFORE: lambda: found.date() < one,
        }
    return bool(answers[test.operator]())


def _plain(value: Any, found: Any, now: datetime) -> Any:
    if not isinstance(value, Ago):
        return value
    moment = now - value.span
    return moment if isinstance(found, datetime) else moment.date()


def sources(rows: Rows, now: datetime) -> dict[tuple[int, str], tuple[int, datetime, datetime]]:
    """Number, first and last time of the rows of each person and source, for the permit of the counting purpose."""
    times: dict[tuple[int, str], list[datetime]] = defaultdict(list)
    for person in reached(rows, "analytics", consent=False, contact=False, now=now):
        found = _latest(rows["record_crm"], rows, person)
        for table in ("event_purchase", "event_visit"):
            found += events(table, rows, person, now, None, ())
        for row in found:
            times[person, row["source"]].append(row["event_at"])
    return {key: (len(found), min(found), max(found)) for key, found in times.items()}


def trait(it: Trait, rows: Rows, person: int, now: datetime) -> Any:
    """The value of a trait for a person whom the permit reaches."""
    if f"event_{it.of}" in rows:
        found = events(f"event_{it.of}", rows, person, now, it.within, it.where)
        key = "event_id"
    else:
        found, key = _latest(rows[f"record_{it.of}"], rows, person), "record_id"
    found = sorted(found, key=lambda row: (row["event_at"], row[key]))
    values = [row[it.field] for row in found if it.field and row.get(it.field) is not None]
    match it.operator:
        case TraitOperator.COUNT:
            return len(found)
        case TraitOperator.DAYS_SINCE:
            return (now - found[-1]["event_at"]) // timedelta(days=1) if found else None
        case TraitOperator.MOST_FREQUENT:
            counts = Counter(values)
            return min((v for v in counts if counts[v] == max(counts.values())), default=None)
    if not values:
        return None
    return {
        TraitOperator.SUM: lambda: sum(values[1:], values[0]),
        TraitOperator.AVERAGE: lambda: float(sum(values[1:], values[0])) / len(values),
        TraitOperator.MIN: lambda: min(values),
        TraitOperator.MAX: lambda: max(values),
        TraitOperator.LATEST: lambda: values[-1],
        TraitOperator.FIRST: lambda: values[0],
    }[it.operator]()


def _latest(versions: list[dict[str, Any]], rows: Rows, person: int) -> list[dict[str, Any]]:
    newest: dict[int, dict[str, Any]] = {}
    for row in sorted(versions, key=lambda row: (row["event_at"], row["received_at"], row["content"])):
        newest[row["record_id"]] = row
    return [row for row in newest.values() if persons(rows).get(row["subject_key"]) == person]
