"""The demo's truth held against its own files, read again by a slow, plain reader with no code in common."""

import csv
import gzip
import json
from collections import Counter, defaultdict
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import networkx as nx
import numpy as np
import phonenumbers
import pyarrow.parquet as pq
import pytest

from tandem.demo import Truth, expected_lift, load_truth, persons_of, recipients, respond, simulate

UNTIL = datetime(2026, 6, 1)
PEOPLE = 2_500
JUNK = {
    "none", "n/a", "test@test.example", "unknown@harbourpine.example", "noreply@harbourpine.example",
    "000000", "0000000000", "not given", "null", "undefined", "guest", "anonymous",
    "00000000-0000-0000-0000-000000000000",
}  # fmt: skip
KEY = {
    "web": "messageId", "till": "receipt_no", "crm": "crm_id", "email": "event_id",
    "support": "contact_id", "social": "mention_id", "ads": ("day", "channel"),
}  # fmt: skip
KIND = {
    ("web", "page"): "page_viewed", ("web", "identify"): "identified",
    ("web", "Product Viewed"): "product_viewed", ("web", "Product Added"): "product_added",
    ("web", "Products Searched"): "product_searched", ("web", "Order Completed"): "purchase",
    ("web", "Newsletter Subscribed"): "newsletter_subscribed", ("web", "Video Played"): "video_played",
    ("till", "sale"): "purchase", ("till", "return"): "product_returned", ("till", "training"): "training",
    ("email", "sent"): "email_sent", ("email", "open"): "email_opened", ("email", "click"): "email_clicked",
    ("email", "bounce"): "email_bounced", ("email", "complaint"): "email_complained",
    ("email", "unsubscribe"): "email_unsubscribed", ("email", "export"): "list_exported",
    ("crm", ""): "customer", ("support", ""): "support_contact", ("social", ""): "social_mention",
    ("ads", ""): "ad_spend",
}  # fmt: skip
STATE = {
    "yes": "granted", "Y": "granted", "1": "granted", "no": "denied", "N": "denied", "0": "denied",
    "maybe": "unreadable", "?": "unreadable", "n/k": "unreadable",
}  # fmt: skip


class Row(NamedTuple):
    """One good row: where from, what kind, its content, and who it names as (kind, value)."""

    source: str
    kind: str
    content: dict[str, object]
    names: list[tuple[str, str]]


class World(NamedTuple):
    """What the plain reader found: good rows once each, and counts of the rest."""

    rows: list[Row]
    written: Counter[str]
    duplicates: Counter[str]
    broken: Counter[tuple[str, str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("world")
    simulate(11, PEOPLE, UNTIL, out)
    return out


@pytest.fixture(scope="module")
def truth(folder: Path) -> Truth:
    return load_truth(folder)


@pytest.fixture(scope="module")
def world(folder: Path) -> World:
    return read_world(folder / "data")


def read_world(data: Path) -> World:
    found = World([], Counter(), Counter(), Counter())
    seen: set[object] = set()
    for path in sorted(path for path in data.rglob("*") if path.is_file()):
        source = path.parent.name
        for content in read_rows(path):
            found.written[source] += 1
            fault = "torn_row" if content is None else fault_of(source, content)
            key = None if content is None else (source, key_of(source, content))
            if fault:
                found.broken[source, fault] += 1
            elif key in seen:
                found.duplicates[source] += 1
            else:
                seen.add(key)
                kind = kind_of(source, content)
                found.rows.append(Row(source, kind, content, names_of(source, content)))
    return found


def read_rows(path: Path):
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode()
    if ".csv" in path.name:
        lines = text.split("\n")
        header = lines[0].split(",")
        for cells in csv.reader(line for line in lines[1:] if line):
            yield dict(zip(header, cells, strict=True)) if len(cells) == len(header) else None
    else:
        for line in text.split("\n"):
            if line:
                try:
                    yield json.loads(line)
                except json.JSONDecodeError:
                    yield None


def key_of(source: str, content: dict) -> object:
    key = KEY[source]
    return content[key] if isinstance(key, str) else tuple(content[part] for part in key)


def kind_of(source: str, content: dict) -> str:
    word = {"web": lambda: content.get("event") or content["type"], "till": lambda: content["type"],
            "email": lambda: content["event"]}.get(source, str)()  # fmt: skip
    return KIND[source, word]


def fault_of(source: str, content: dict) -> str | None:
    match source:
        case "web":
            return web_fault(content)
        case "till":
            if content["type"] == "sale" and not content["store"] <= "store-40":
                return "unknown_value"
            return amount_fault(content["total"]) or time_fault(content["sold_at"])
        case "crm":
            return time_fault(content["updated_at"]) or (None if content["crm_id"] else "missing_required")
        case "email":
            stamp = content["occurred_at"]
            return (
                None
                if stamp.isdigit() and content["mailing"]
                else ("missing_required" if stamp.isdigit() else "impossible_date")
            )
        case "support":
            if not isinstance(content["satisfaction"], int):
                return "bad_number"
            return None if content["topic"] else "missing_required"
        case "social":
            return None if isinstance(content["followers"], int) else "bad_number"
    return amount_fault(content["spend"]) or (None if content["clicks"].isdigit() else "bad_number")


def web_fault(content: dict) -> str | None:
    inner = content.get("properties", {})
    if time_fault(content["timestamp"].removesuffix("Z")):
        return "impossible_date"
    if content.get("event") == "Product Viewed" and "product_id" not in inner:
        return "missing_required"
    if content.get("event") == "Order Completed":
        return amount_fault(str(inner["total"]))
    return None


def amount_fault(text: str) -> str | None:
    if not text:
        return "missing_required"
    try:
        return "negative_amount" if float(text) < 0 else None
    except ValueError:
        return "bad_number"


def time_fault(text: str) -> str | None:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return "impossible_date"
    return None


def names_of(source: str, content: dict) -> list[tuple[str, str]]:
    inner = content.get("properties") or content.get("traits") or {}
    given = {
        "web": lambda: [("crm_id", content["userId"]), ("email", inner.get("email")),
                        ("phone", inner.get("phone")), ("anonymous_id", content["anonymousId"])],
        "till": lambda: [("loyalty_id", content["card_no"]), ("email", content["email"])],
        "crm": lambda: [("crm_id", content["crm_id"]), ("loyalty_id", content["loyalty_card"]),
                        ("email", content["email"]), ("phone", content["phone"])],
        "email": lambda: [("crm_id", content["subscriber_id"]), ("email", content["address"])],
        "support": lambda: [(kind, content[kind]) for kind in ("crm_id", "email", "phone")],
        "social": lambda: [("email", content["email"]), ("social_handle", content["handle"])],
        "ads": list,
    }[source]()  # fmt: skip
    return [(kind, alike(kind, value)) for kind, value in given if value and value.strip() not in JUNK]


def alike(kind: str, value: str) -> str:
    match kind:
        case "email":
            return value.strip().lower()
        case "phone":
            number = phonenumbers.parse(value, "GB")
            assert phonenumbers.is_valid_number(number), value
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return value


def test_planted_broken_rows_are_all_there_and_no_others(truth: Truth, world: World) -> None:
    planted = {(row["source"], row["break"]): row["rows"] for row in truth.broken.to_pylist()}
    assert dict(world.broken) == planted
    assert len(planted) == 21


def test_rows_and_duplicates_are_as_counted(truth: Truth, world: World) -> None:
    good = Counter(row.source for row in world.rows)
    for row in truth.sources.to_pylist():
        source = row["source"]
        assert world.written[source] == row["rows_written"], source
        assert world.duplicates[source] == row["rows_duplicate"], source
        assert good[source] == row["rows_valid"], source
        assert row["rows_written"] == row["rows_valid"] + row["rows_duplicate"] + row["rows_broken"]
    assert world.duplicates["web"] > 100
    assert world.duplicates["till"] > 50


def test_events_per_kind_are_as_counted(truth: Truth, world: World) -> None:
    counted = Counter((row.source, row.kind) for row in world.rows)
    told = {(row["source"], row["kind"]): row["rows"] for row in truth.events.to_pylist()}
    assert {key: count for key, count in told.items() if count} == dict(counted)


def planned(world: World) -> list[Row]:
    return [row for row in world.rows if row.kind not in ("video_played", "training", "list_exported")]


def test_groups_are_the_components_of_the_evidence(truth: Truth, world: World) -> None:
    shared = {(r["kind"], r["value"]) for r in truth.identifiers.to_pylist() if r["shared"]}
    graph = nx.Graph()
    for row in planned(world):
        names = [name for name in row.names if name not in shared]
        graph.add_nodes_from(names)
        graph.add_edges_from(pairwise(names))
    told = defaultdict(set)
    for row in truth.identifiers.to_pylist():
        if not row["shared"]:
            told[row["group"]].add((row["kind"], row["value"]))
    assert {frozenset(part) for part in nx.connected_components(graph)} == {
        frozenset(p) for p in told.values()
    }


def test_a_group_is_one_person_with_at_most_one_customer_number(truth: Truth) -> None:
    people, numbers = defaultdict(set), Counter()
    for row in truth.identifiers.to_pylist():
        if not row["shared"]:
            people[row["group"]].add(row["person"])
            numbers[row["group"], row["kind"]] += 1
    assert {len(who) for who in people.values()} == {1}
    limits = {"crm_id": 1, "loyalty_id": 2, "email": 5, "phone": 1, "anonymous_id": 50, "social_handle": 1}
    assert all(count <= limits[kind] for (_, kind), count in numbers.items())


def test_shared_devices_and_phones_show_it_in_the_files(truth: Truth, world: World) -> None:
    users = defaultdict(set)
    for row in planned(world):
        numbers = [value for kind, value in row.names if kind == "crm_id"]
        for name in row.names:
            users[name].update(numbers)
    shared = {(r["kind"], r["value"]) for r in truth.identifiers.to_pylist() if r["shared"]}
    assert {kind for kind, _ in shared} == {"anonymous_id", "phone"}
    several = {name for name, who in users.items() if len(who) > 1}
    assert several <= shared
    assert len(several) >= 0.95 * len(shared) > 30


def test_consent_is_the_most_restrictive_answer_on_any_row(truth: Truth, world: World) -> None:
    group = {(r["kind"], r["value"]): r["group"] for r in truth.identifiers.to_pylist()}
    said = defaultdict(set)
    for row in world.rows:
        groups = {group[name] for name in row.names if group.get(name) is not None}
        for purpose, state in answers(row):
            for one in groups:
                said[one, purpose].add(state)
    told = {(r["group"], r["purpose"]): (r["state"], r["allowed"]) for r in truth.consents.to_pylist()}
    worst = {
        key: next(s for s in ("denied", "unreadable", "granted") if s in states)
        for key, states in said.items()
    }
    assert told == {key: (state, state == "granted") for key, state in worst.items()}
    assert {"denied", "unreadable", "granted"} == set(worst.values())


def answers(row: Row) -> list[tuple[str, str]]:
    match row.source, row.kind:
        case "crm", _:
            fields = (("marketing_email", "newsletter"), ("marketing_sms", "sms"))
            return [(purpose, STATE[row.content[field]]) for purpose, field in fields if row.content[field]]
        case "web", "newsletter_subscribed":
            return [("marketing_email", "granted")]
        case "email", "email_unsubscribed" | "email_complained":
            return [("marketing_email", "denied")]
        case "support", _ if row.content["topic"] == "stop marketing":
            return [("marketing_email", "denied"), ("marketing_sms", "denied")]
    return []


def test_no_one_withdraws_before_saying_yes(truth: Truth, world: World) -> None:
    group = {(r["kind"], r["value"]): r["group"] for r in truth.identifiers.to_pylist()}
    yes, no = defaultdict(list), defaultdict(list)
    for row in world.rows:
        states = [state for purpose, state in answers(row) if purpose == "marketing_email"]
        if states and row.names and (one := group.get(row.names[0])) is not None:
            (yes if states == ["granted"] else no)[one].append((row.source, moment(row)))
    left = {one for one, rows in no.items() if any(source != "crm" for source, _ in rows)}
    assert left
    for one in left & set(yes):
        assert max(at for _, at in yes[one]) < min(at for source, at in no[one] if source != "crm")


def moment(row: Row) -> datetime:
    match row.source:
        case "crm":
            return datetime.fromisoformat(row.content["updated_at"])
        case "web":
            return datetime.fromisoformat(row.content["timestamp"].removesuffix("Z"))
        case "email":
            return datetime.fromtimestamp(int(row.content["occurred_at"]), UTC).replace(tzinfo=None)
        case "till":
            local = datetime.fromisoformat(row.content["sold_at"]).replace(tzinfo=ZoneInfo("Europe/London"))
            return local.astimezone(UTC).replace(tzinfo=None)
    return datetime.fromisoformat(row.content["opened_at"]).astimezone(UTC).replace(tzinfo=None)


def test_the_target_audience_is_what_the_joined_purchases_say(truth: Truth, world: World) -> None:
    group = {(r["kind"], r["value"]): r["group"] for r in truth.identifiers.to_pylist()}
    spent, last = Counter(), {}
    for row in world.rows:
        if row.kind == "purchase":
            one = next((group[name] for name in row.names if group.get(name) is not None), None)
            total = row.content["total"] if row.source == "till" else row.content["properties"]["total"]
            spent[one] += round(float(total) * 100)
            last[one] = max(last.get(one, moment(row)), moment(row))
    for person in truth.people.to_pylist():
        one = person["group"]
        assert round(person["spend_seen"] * 100) == (0 if one is None else spent[one])
        old = one in last and (UNTIL - last[one]).total_seconds() > 90 * 86_400
        assert person["lapsed_big_spender"] == (one is not None and spent[one] >= 30_000 and old)
    assert 200 < sum(truth.people["lapsed_big_spender"].to_pylist()) < 500


def test_nothing_happens_after_the_end(world: World) -> None:
    assert max(moment(row) for row in world.rows if row.source not in ("social", "ads")) < UNTIL


@pytest.mark.parametrize("everybody", [True, False], ids=["all contacted", "none contacted"])
def test_the_answer_has_the_planted_rates(truth: Truth, tmp_path: Path, everybody: bool) -> None:
    people = np.arange(PEOPLE)
    reached = people if everybody else people[:0]
    respond(truth, tmp_path, reached, start=UNTIL, seed=5)
    made = pq.read_table(tmp_path / "truth" / "answer-2026-06-01.parquet").to_pydict()
    joinable = np.array(made["bought"]) & np.array(made["recognised"])
    chance = expected_lift(truth, people, people, reached).conversion_treated
    assert abs(joinable.mean() - chance) < 4 * np.sqrt(chance / PEOPLE)
    value = np.array(made["value"])[joinable]
    assert abs(value.mean() - (88 if everybody else 80)) < 4 * value.std() / np.sqrt(len(value))


def test_joined_purchases_after_launch_are_those_of_the_answer(truth: Truth, tmp_path: Path) -> None:
    who = np.array(truth.people["lapsed_big_spender"].to_pylist()).nonzero()[0]
    respond(truth, tmp_path, who, start=UNTIL, seed=6)
    made = pq.read_table(tmp_path / "truth" / "answer-2026-06-01.parquet").to_pylist()
    group = {(r["kind"], r["value"]): r["person"] for r in truth.identifiers.to_pylist() if not r["shared"]}
    after = World([], Counter(), Counter(), Counter())
    for path in (tmp_path / "data").glob("*/2026-06-01-after*"):
        after.rows.extend(
            Row(path.parent.name, kind_of(path.parent.name, c), c, names_of(path.parent.name, c))
            for c in read_rows(path)
        )
    bought = [row for row in after.rows if row.kind == "purchase"]
    known = Counter(
        group[name] for row in bought for name in row.names if name in group and name[0] != "anonymous_id"
    )
    assert set(known) == {row["person"] for row in made if row["bought"] and row["recognised"]}
    assert len(bought) == sum(row["bought"] for row in made)
    assert all(UNTIL < moment(row) < datetime(2026, 6, 15) for row in bought)
    assert sum(row.kind == "email_sent" for row in after.rows) > 0.9 * len(who)


def test_luck_is_the_same_whoever_is_contacted(truth: Truth, tmp_path: Path) -> None:
    bought = []
    for who in (np.arange(0), np.arange(PEOPLE)):
        respond(truth, tmp_path, who, start=UNTIL, seed=8)
        bought.append(pq.read_table(tmp_path / "truth" / "answer-2026-06-01.parquet")["bought"].to_numpy())
    assert (bought[1] >= bought[0]).all()
    assert bought[1].sum() > bought[0].sum()


def test_expected_lift_by_hand(truth: Truth) -> None:
    target = [r["person"] for r in truth.people.to_pylist() if r["lapsed_big_spender"]][:8]
    lift = expected_lift(truth, target[:4], target[4:], contacted=target[:1])
    assert lift.conversion_control == pytest.approx(0.95 * 0.08)
    assert lift.conversion_treated == pytest.approx(0.95 * (0.20 + 3 * 0.08) / 4)
    assert lift.conversion == pytest.approx(0.95 * 0.03)
    assert lift.value == pytest.approx(0.95 * (0.20 * 88 - 0.08 * 80) / 4)
    assert expected_lift(truth, target[:4], target[4:]).conversion == pytest.approx(0.95 * 0.12)
    with pytest.raises(ValueError, match="both arms"):
        expected_lift(truth, [], target)


def test_recipients_by_address(truth: Truth) -> None:
    rows = [r for r in truth.identifiers.to_pylist() if r["kind"] == "email"]
    real = next(r for r in rows if r["mailbox"])
    typo = next(r for r in rows if not r["mailbox"])
    given = [f"  {real['value'].upper()} ", typo["value"], "stranger@nowhere.example"]
    assert recipients(truth, given).tolist() == [real["person"]]
    assert recipients(truth, np.array([7, 3, 7])).tolist() == [3, 7]
    assert recipients(truth, []).tolist() == []
    assert persons_of(truth, "email", [typo["value"], "x@y.example"]).tolist() == [typo["person"], -1]
