"""What holds is what a plain, slow reading of all statements says: after any runs, merges, and at any time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from tempfile import TemporaryDirectory
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp
from unit.audience.world import fill

from tandem import policy
from tandem.charter.definitions import Purpose, Wording
from tandem.engine import open_engine
from tandem.kernel.values import Basis

START, DAY = datetime(2026, 1, 1), timedelta(days=1)
ORDER = ("denied", "contradictory", "unreadable", "granted", "expired", "outdated")


class Told(NamedTuple):
    """One statement: by which identifier, what, on which day, to which wording, in which load."""

    key: int
    state: str
    day: int
    wording: str | None
    load: int


tolds = st.builds(
    Told,
    key=st.integers(1, 4),
    state=st.sampled_from(["granted", "granted", "denied", "unreadable"]),
    day=st.integers(0, 12),
    wording=st.sampled_from(["v1", "v2", "v3", None]),
    load=st.integers(1, 3),
)
rules = st.builds(
    Purpose,
    purpose=st.just("letters"),
    basis=st.just(Basis.CONSENT),
    expires_after=st.none() | st.integers(1, 8).map(lambda days: days * DAY),
    wording=st.none()
    | st.just(Wording(version="v3"))
    | st.lists(st.sampled_from(["v1", "v2"]), max_size=2).map(
        lambda accepts: Wording(version="v3", accepts=tuple(accepts))
    ),
)
maps = st.fixed_dictionaries({key: st.integers(10, 11) for key in range(1, 5)})
# As collect has it, nothing is dated more than a day after it came; and runs are less than a week apart.
gaps = st.lists(st.integers(0, 6), min_size=1, max_size=5).map(lambda days: list(accumulate(days)))


def worth(told: Told, rule: Purpose, day: int) -> str:
    """What one statement is worth on a day."""
    if told.state != "granted":
        return told.state
    accepts = rule.wording.accepts if rule.wording else None
    if accepts is not None and told.wording not in ("v3", *accepts):
        return "outdated"
    if rule.expires_after is not None and told.day + rule.expires_after.days <= day:
        return "expired"
    return "granted"


def of_identifier(said: Sequence[Told], rule: Purpose, day: int) -> str | None:
    """What the latest of the statements that count says; if none counts, the latest of the others."""
    heard = [one for one in said if one.day <= day or one.state != "granted"]
    counts = [one for one in heard if worth(one, rule, day) not in ("expired", "outdated")] or heard
    if not counts:
        return None
    last = max(one.day for one in counts)
    words = {worth(one, rule, day) for one in counts if one.day == last}
    if words >= {"granted", "denied"}:
        return "contradictory"
    for word in ("denied", "unreadable", "outdated", "expired"):
        if word in words:
            return word
    return "granted"


def expected(told: Sequence[Told], people: dict[int, int], rule: Purpose, day: int) -> dict[int, str]:
    """Person → state, most restrictive first."""
    found: dict[int, list[str]] = {}
    for key, person in people.items():
        state = of_identifier([one for one in told if one.key == key], rule, day)
        if state is not None:
            found.setdefault(person, []).append(state)
    return {person: min(states, key=ORDER.index) for person, states in found.items()}


@settings(max_examples=30, deadline=None)
@given(st.lists(tolds, max_size=10), maps, rules, gaps)
def test_states_are_those_of_a_plain_reading(
    told: list[Told], people: dict[int, int], rule: Purpose, days: list[int]
) -> None:
    told = [one for one in told if one.day <= days[min(one.load, len(days)) - 1] + 1]
    with TemporaryDirectory() as folder, open_engine("duckdb", folder, threads=1) as engine:
        fill(
            engine,
            "person_map",
            [{"identifier_key": k, "person_id": p, "since_version": 1} for k, p in people.items()],
        )
        for load, day in enumerate(days, start=1):
            fill(engine, "consents", [row(n, one) for n, one in enumerate(told) if one.load == load])
            landed = [one for one in told if one.load <= load]
            now = START + day * DAY
            policy.refresh_consents(engine, now, [rule])
            query = exp.select("person_id", "state").from_(engine.ref("person_consents"))
            assert dict(engine.rows(query)) == expected(landed, people, rule, day)
            assert not policy.refresh_consents(engine, now, [rule], everything=True)
            for person in set(people.values()):
                held = [one.state for one in policy.consent_as_of(engine, person, now, [rule])]
                then = expected([one for one in landed if one.day <= day], people, rule, day)
                assert held == ([then[person]] if person in then else [])


def row(number: int, one: Told) -> dict[str, object]:
    return {
        "consent_id": number,
        "subject_key": one.key,
        "purpose": "letters",
        "state": one.state,
        "at": START + one.day * DAY,
        "source": "crm",
        "proof_event_id": number,
        "wording": one.wording,
        "batch_id": one.load,
    }
