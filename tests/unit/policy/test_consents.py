"""What holds for a person and purpose: ages, wordings, signals in their order, merges, and any earlier time."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlglot import exp
from unit.audience.world import fill

from tandem import policy
from tandem.charter.definitions import Purpose, Wording
from tandem.engine import Engine, open_engine
from tandem.kernel.values import Basis

DAY = timedelta(days=1)
START = datetime(2026, 1, 1)
ADA, BO = 10, 20
LETTERS = Purpose(
    purpose="letters",
    basis=Basis.CONSENT,
    expires_after=30 * DAY,
    wording=Wording(version="v3", accepts=("v2",)),
)
Said = tuple[int, str, int, str | None]


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Engine]:
    with open_engine("duckdb", str(tmp_path), threads=1) as engine:
        fill(engine, "person_map", [_mapped(1, ADA), _mapped(2, ADA), _mapped(3, BO)])
        yield engine


@pytest.fixture
def say(lake: Engine) -> Callable[..., None]:
    """Lands statements (identifier, state, day, wording), each call as a batch of its own."""
    batches = iter(range(1, 100))

    def land(*statements: Said) -> None:
        batch = next(batches)
        rows = [
            {
                "consent_id": batch * 100 + number,
                "subject_key": key,
                "purpose": "letters",
                "state": state,
                "at": START + day * DAY,
                "source": "crm",
                "proof_event_id": batch * 100 + number,
                "wording": wording,
                "batch_id": batch,
            }
            for number, (key, state, day, wording) in enumerate(statements)
        ]
        fill(lake, "consents", rows)

    return land


def _mapped(key: int, person: int) -> dict[str, int]:
    return {"identifier_key": key, "person_id": person, "since_version": 1}


def states(engine: Engine, day: float, *rules: Purpose, everything: bool = False) -> dict[int, str]:
    """Person → state on that day, kept as a run keeps it; a second run on the day changes nothing."""
    now = START + day * DAY
    policy.refresh_consents(engine, now, rules or (LETTERS,), everything=everything)
    assert not policy.refresh_consents(engine, now, rules or (LETTERS,))
    assert not policy.refresh_consents(engine, now, rules or (LETTERS,), everything=True)
    query = exp.select("person_id", "state").from_(engine.ref("person_consents"))
    return {int(person): str(state) for person, state in engine.rows(query)}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param([(1, "granted", 0, "v3")], "granted", id="yes"),
        pytest.param([(1, "granted", 0, "v2")], "granted", id="an older wording that counts"),
        pytest.param([(1, "granted", 0, "v1")], "outdated", id="an older wording"),
        pytest.param([(1, "granted", 0, None)], "outdated", id="no wording at all"),
        pytest.param([(1, "granted", -40, "v3")], "expired", id="too old"),
        pytest.param([(1, "granted", -29, "v3")], "granted", id="a second before its end"),
        pytest.param([(1, "granted", -30, "v3")], "expired", id="at its end"),
        pytest.param([(1, "denied", -90, None)], "denied", id="a no does not end"),
        pytest.param(
            [(1, "denied", -90, None), (1, "granted", -40, "v3")], "denied", id="no, then an ended yes"
        ),
        pytest.param(
            [(1, "denied", -1, None), (1, "granted", 0, "v1")], "denied", id="no, then an old wording"
        ),
        pytest.param(
            [(1, "granted", -1, "v3"), (1, "granted", 0, "v1")], "granted", id="yes, then an old wording"
        ),
        pytest.param([(1, "granted", 0, "v3"), (1, "denied", 0, None)], "contradictory", id="both at once"),
        pytest.param(
            [(1, "granted", 0, "v1"), (1, "denied", 0, None)], "denied", id="an old wording and a no"
        ),
        pytest.param([(1, "perhaps", 0, "v3")], "unreadable", id="a word nobody knows"),
        pytest.param(
            [(1, "granted", -40, "v3"), (2, "granted", 0, "v3")], "granted", id="renewed by another name"
        ),
        pytest.param([(1, "denied", -90, None), (2, "granted", 0, "v3")], "denied", id="merged: the no wins"),
        pytest.param(
            [(1, "unreadable", 0, None), (2, "granted", 0, "v3")], "unreadable", id="merged: unreadable"
        ),
        pytest.param([(1, "granted", -40, "v3"), (1, "granted", -35, "v1")], "outdated", id="neither counts"),
    ],
)
def test_state(lake: Engine, say: Callable[..., None], said: Sequence[Said], expected: str) -> None:
    say(*said)
    assert states(lake, 0)[ADA] == expected


def test_a_yes_ends_between_two_runs_that_bring_nothing(lake: Engine, say: Callable[..., None]) -> None:
    say((1, "granted", 0, "v3"), (3, "granted", 5, "v3"))
    assert states(lake, 6) == {ADA: "granted", BO: "granted"}
    assert states(lake, 29.99) == {ADA: "granted", BO: "granted"}
    assert states(lake, 30) == {ADA: "expired", BO: "granted"}
    say((2, "granted", 31, "v3"))
    assert states(lake, 34) == {ADA: "granted", BO: "granted"}
    assert states(lake, 90) == {ADA: "expired", BO: "expired"}


def test_a_yes_of_a_later_date_counts_however_late_the_next_run_is(
    lake: Engine, say: Callable[..., None]
) -> None:
    say((1, "granted", 2, "v3"))
    assert states(lake, 0) == {}
    policy.refresh_consents(lake, START + 12 * DAY, (LETTERS,), since=START)
    assert states(lake, 12) == {ADA: "granted"}


def test_whoever_said_much_is_still_answered_for_by_every_name(
    lake: Engine, say: Callable[..., None]
) -> None:
    say((1, "denied", 0, None), *((2, "granted", 1 + number, "v3") for number in range(250)))
    assert policy.spoken(lake, ADA) == {("letters", 1), ("letters", 2)}
    assert len(policy.statements_of(lake, ADA)) == 200


def test_a_longer_or_no_end_counts_from_the_next_run(lake: Engine, say: Callable[..., None]) -> None:
    say((1, "granted", 0, "v3"))
    assert states(lake, 40) == {ADA: "expired"}
    longer = Purpose(purpose="letters", basis=Basis.CONSENT, expires_after=60 * DAY)
    assert states(lake, 41, longer) == {ADA: "granted"}
    assert states(lake, 61, longer) == {ADA: "expired"}
    assert states(lake, 62, Purpose(purpose="letters", basis=Basis.CONSENT)) == {ADA: "granted"}


def test_state_as_of_any_time(lake: Engine, say: Callable[..., None]) -> None:
    say((1, "granted", 0, "v3"))
    say((2, "denied", 10, None))
    say((2, "granted", 50, "v3"))
    told = {
        day: [one.state for one in policy.consent_as_of(lake, ADA, START + day * DAY, (LETTERS,))]
        for day in (-1, 0, 9, 10, 30, 50, 80)
    }
    assert told == {
        -1: [], 0: ["granted"], 9: ["granted"], 10: ["denied"], 30: ["denied"], 50: ["granted"], 80: ["denied"],
    }  # fmt: skip


def test_history_stays_after_a_merge_and_the_most_restrictive_holds(
    lake: Engine, say: Callable[..., None]
) -> None:
    say((1, "granted", 0, "v3"), (3, "denied", 1, None))
    assert states(lake, 2) == {ADA: "granted", BO: "denied"}
    lake.upsert(
        "person_map",
        exp.select("*").from_(
            lake.stage_rows("moved", _columns(lake), [_mapped(3, ADA) | {"since_version": 2}])
        ),
    )
    fill(
        lake,
        "person_changes",
        [{"version": 2, "identifier_key": 3, "from_person_id": BO, "to_person_id": ADA, "changed_at": START}],
    )
    assert states(lake, 3) == {ADA: "denied"}
    history = policy.statements_of(lake, ADA)
    assert [(one.state, one.at, one.source) for one in history] == [
        ("denied", START + DAY, "crm"),
        ("granted", START, "crm"),
    ]


def _columns(engine: Engine) -> list[tuple[str, object]]:
    return [(column.name, column.type) for column in engine.catalogue["person_map"].columns]
