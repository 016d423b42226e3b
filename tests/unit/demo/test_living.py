"""Days that pass: the same in one step as in several, planted chances for as long as planted, nothing twice."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from tandem.demo import Truth, everyday, has_heard, hear, heard, live, planted_lift, simulate
from tandem.demo.effects import Contacts, chances, draw_day
from tandem.kernel import digest60

UNTIL = datetime(2026, 6, 1)
START = datetime(2026, 6, 15, 1)
WEEK = timedelta(days=7)
SECOND = int((START - datetime(1970, 1, 1)).total_seconds())
PEOPLE = 1_500


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Truth, Path]:
    out = tmp_path_factory.mktemp("world")
    return simulate(3, PEOPLE, UNTIL, out), out


@pytest.fixture
def truth(made: tuple[Truth, Path]) -> Truth:
    return made[0]


def own(truth: Truth) -> list[dict[str, object]]:
    """One identifier of every person who has one that is theirs alone."""
    rows = {r["person"]: r for r in truth.identifiers.to_pylist() if not r["shared"]}
    return [rows[person] for person in sorted(rows)]


def person_map(truth: Truth) -> pa.Table:
    """A person map without mistakes: person ids are the numbers of true persons and 1000 more."""
    rows = own(truth)
    keys = [digest60(str(row["kind"]), str(row["value"])) for row in rows]
    return pa.table({"identifier_key": keys, "person_id": [int(str(row["person"])) + 1000 for row in rows]})


def sent(people: list[int], at: datetime = START, channel: str = "email", first: int = 0) -> pa.Table:
    """Contacts with true persons of these numbers."""
    return pa.table({
        "contact_id": pa.array(range(first, first + len(people)), pa.int64()),
        "campaign": pa.array([f"by_{channel}"] * len(people), pa.string()),
        "channel": pa.array([channel] * len(people), pa.string()),
        "person_id": pa.array([person + 1000 for person in people], pa.int64()),
        "sent_at": pa.array([at] * len(people), pa.timestamp("us")),
    })  # fmt: skip


def everybody(truth: Truth) -> list[int]:
    return [int(str(row["person"])) for row in own(truth)]


def pass_weeks(truth: Truth, out: Path, weeks: int, step: timedelta = WEEK) -> pa.Table:
    """Let weeks pass in steps; all purchases of them."""
    start, end = START, START + weeks * WEEK
    while start < end:
        live(truth, out, start=start, end=min(start + step, end))
        start += step
    return pa.concat_tables(pq.read_table(f) for f in sorted((out / "truth" / "lived").glob("*.parquet")))


def test_two_weeks_are_the_same_in_one_step_in_two_and_in_pieces(truth: Truth, tmp_path: Path) -> None:
    bought = []
    for step in (2 * WEEK, WEEK, timedelta(hours=31)):
        out = tmp_path / str(step)
        hear(truth, out, sent(everybody(truth)[::2]), person_map(truth), start=START)
        bought.append(pass_weeks(truth, out, 2, step))
    assert bought[0].num_rows > 50
    assert bought[0].equals(bought[1])
    assert bought[0].equals(bought[2])


def test_no_file_and_no_number_comes_twice(truth: Truth, tmp_path: Path) -> None:
    hear(truth, tmp_path, sent(everybody(truth)), person_map(truth), start=START)
    pass_weeks(truth, tmp_path, 3)
    for source, column in (("till", "receipt_no"), ("email", "event_id"), ("ads", "day")):
        keys: list[object] = []
        for file in sorted((tmp_path / "data" / source).iterdir()):
            read = pa.csv.read_csv(pa.input_stream(file))
            keys += set(read[column].to_pylist()) if source == "ads" else read[column].to_pylist()
        assert keys
        assert len(set(keys)) == len(keys), source
    assert not list((tmp_path / "truth" / "arriving").iterdir())


def test_every_day_brings_support_social_and_advertising(truth: Truth, tmp_path: Path) -> None:
    lines: dict[str, list[dict[str, object]]] = {"support": [], "social": []}
    for start, end in ((START, START + WEEK), (START + WEEK, START + 8 * WEEK)):
        everyday(truth, tmp_path, start=start, end=end)
    for source, found in lines.items():
        for file in sorted((tmp_path / "data" / source).iterdir()):
            found += [json.loads(line) for line in file.read_text().splitlines()]
    calls, mentions = lines["support"], lines["social"]
    assert len({call["contact_id"] for call in calls}) == len(calls) > 10
    assert len({mention["mention_id"] for mention in mentions}) == len(mentions) > 10
    assert all(call["email"] and call["topic"] != "stop marketing" for call in calls)
    posted = [int(str(mention["posted_at"])) // 1000 for mention in mentions]
    assert SECOND <= min(posted) < max(posted) < SECOND + 8 * 7 * 86_400
    days = {
        day
        for file in (tmp_path / "data" / "ads").iterdir()
        for day in pa.csv.read_csv(file)["day"].to_pylist()
    }
    assert len(days) == 56


def test_the_same_step_again_writes_the_same_bytes(truth: Truth, tmp_path: Path) -> None:
    def digests() -> dict[Path, str]:
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    hear(truth, tmp_path, sent(everybody(truth)), person_map(truth), start=START)
    live(truth, tmp_path, start=START, end=START + WEEK)
    before = digests()
    live(truth, tmp_path, start=START, end=START + WEEK)
    assert digests() == before


def test_contacts_are_noted_once(truth: Truth, tmp_path: Path) -> None:
    some = everybody(truth)[:10]
    assert not has_heard(tmp_path, START)
    hear(truth, tmp_path, sent(some), person_map(truth), start=START)
    assert has_heard(tmp_path, START)
    both = pa.concat_tables([sent(some), sent(some[:3], START + WEEK, "file", first=10)])
    hear(truth, tmp_path, both, person_map(truth), start=START + WEEK)
    noted = heard(tmp_path).to_pylist()
    assert [row["contact_id"] for row in noted] == list(range(13))
    assert [row["person"] for row in noted] == [*some, *some[:3]]
    assert {row["strength"] for row in noted[10:]} == {truth.plant.file_effect}


def test_a_stranger_is_not_noted(truth: Truth, tmp_path: Path) -> None:
    hear(truth, tmp_path, sent([10**9]), person_map(truth), start=START)
    assert heard(tmp_path).num_rows == 0
    assert live(truth, tmp_path, start=START, end=START + WEEK).purchases > 0


def reached(truth: Truth, days_ago: float, *strengths: float) -> Contacts:
    """Everybody was contacted so long before noon of the day after START, once per strength."""
    noon = (SECOND // 86_400 + 1) * 86_400 + 12 * 3_600
    people = np.tile(np.arange(PEOPLE), len(strengths))
    at = np.full(len(people), noon - round(days_ago * 86_400))
    return Contacts(people, at, np.repeat(np.array(strengths, float), PEOPLE))


def chance_of(truth: Truth, contacts: Contacts, share: float) -> bool:
    """Whether everybody's chance is the planted one at this share of the effect, as a chance of one day."""
    day = draw_day(truth, SECOND // 86_400 + 1)
    base, told = (truth.people[f"{word}_conversion"].to_numpy() for word in ("base", "contacted"))
    expected = 1 - (1 - (base + share * (told - base))) ** (1 / 14)
    found, pounds = chances(truth, contacts, day)
    assert pounds == pytest.approx(80 + share * 8)
    return bool(np.allclose(found, expected))


def test_a_contact_works_for_the_planted_days_and_two_do_not_double(truth: Truth) -> None:
    assert chance_of(truth, reached(truth, 3, 1.0), 1.0)
    assert chance_of(truth, reached(truth, 3, 0.5), 0.5)
    assert chance_of(truth, reached(truth, 3, 0.5, 1.0), 1.0)
    assert chance_of(truth, reached(truth, 3, 0.5, 0.5), 0.5)
    assert chance_of(truth, reached(truth, 15, 1.0), 0.0), "the effect is over"
    assert chance_of(truth, reached(truth, -1, 1.0), 0.0), "not contacted yet"


@pytest.mark.parametrize(("channel", "share"), [("email", 1.0), ("file", 0.5)], ids=["email", "file"])
def test_the_planted_lift_is_what_the_chances_say(
    truth: Truth, tmp_path: Path, channel: str, share: float
) -> None:
    people = everybody(truth)
    hear(truth, tmp_path, sent(people[::2], channel=channel), person_map(truth), start=START)
    arms = ["treated", "control"] * len(people)
    assigned = pa.table({
        "person_id": [person + 1000 for person in people], "arm": arms[: len(people)],
        "assigned_at": pa.array([START] * len(people), pa.timestamp("us")),
    })  # fmt: skip
    found = planted_lift(truth, tmp_path, assigned, person_map(truth), 2 * WEEK)
    rows = {row["person"]: row for row in truth.people.to_pylist()}

    def expected(who: list[int], share: float) -> float:
        both = [(rows[p]["base_conversion"], rows[p]["contacted_conversion"]) for p in who]
        joined = [rows[p]["recognised"] for p in who]
        daily = [1 - (1 - b - share * (c - b)) ** (1 / 14) for b, c in both]
        return float(np.mean([1 - (1 - d * j) ** 14 for d, j in zip(daily, joined, strict=True)]))

    assert found.conversion_treated == pytest.approx(expected(people[::2], share))
    assert found.conversion_control == pytest.approx(expected(people[1::2], 0))
    assert found.value > 0
    with pytest.raises(ValueError, match="both arms"):
        planted_lift(truth, tmp_path, assigned.slice(0, 1), person_map(truth), WEEK)


def test_purchases_have_the_planted_rate(truth: Truth, tmp_path: Path) -> None:
    """Twelve weeks of people whom nobody wrote to, and of people who get a letter every week."""
    rates: dict[str, float] = {}
    plan: dict[str, Callable[[int], pa.Table]] = {
        "base": lambda number: sent([]),
        "contacted": lambda number: sent(everybody(truth), START + number * WEEK, first=number * PEOPLE),
    }
    for name, letters in plan.items():
        out = tmp_path / name
        for number in range(12):
            start = START + number * WEEK
            hear(truth, out, letters(number), person_map(truth), start=start)
            live(truth, out, start=start, end=start + WEEK)
        lived = pa.concat_tables(pq.read_table(f) for f in sorted((out / "truth" / "lived").iterdir()))
        who = np.isin(lived["person"].to_numpy(), everybody(truth))
        rates[name] = who.sum() / len(everybody(truth)) / 84
        chance = truth.people[f"{name}_conversion"].to_numpy()[everybody(truth)]
        planted = float((1 - (1 - chance) ** (1 / 14)).mean())
        error = np.sqrt(planted / len(everybody(truth)) / 84)
        assert abs(rates[name] - planted) < 4 * error, name
    assert rates["contacted"] > 1.5 * rates["base"]
