"""What lands, as what, and only once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

from unit.collect.arrivals import NOW, House, balanced, till

from tandem.kernel import digest60

GOOD = (
    "1,2026-01-05T10:00:00Z,sale,C1,ada@x.example,10.50,north,2,yes",
    "2,2026-01-05 12:00:00+02:00,sale,C1,ada@work.example,3,south,,no",
    "3,2026-01-06,refund,,bo@x.example,4.00,north,,maybe",
)
MAIL_KEYS = [digest60("email", f"{name}.example") for name in ("ada@x", "ada@work", "bo@x")]
CARD = digest60("loyalty_id", "C1")


def test_rows_land_typed_with_their_subject(house: House) -> None:
    house.till(*GOOD)
    taken = house.take()
    assert taken.landed == (("purchase", 2), ("refund", 1))
    assert balanced(taken)
    columns = ("event_id", "event_at", "received_at", "source", "subject_key", "amount", "store", "items")
    first = (digest60("till", "purchase", "1"), datetime(2026, 1, 5, 10), NOW, "till", CARD)
    second = (digest60("till", "purchase", "2"), datetime(2026, 1, 5, 10), NOW, "till", CARD)
    expected = [(*first, Decimal("10.5"), "north", 2), (*second, Decimal("3"), "south", None)]
    assert house.rows("event_purchase", *columns) == sorted(expected, key=str)
    assert house.rows("event_refund", "subject_key", "amount") == [(MAIL_KEYS[2], Decimal("4"))]


def test_what_rows_say_of_people(house: House) -> None:
    house.till(*GOOD)
    house.take()
    found = house.rows("identifiers", "identifier_key", "kind", "value", "blocked", "source")
    assert found == sorted(
        [
            (CARD, "loyalty_id", "C1", None, "till"),
            (MAIL_KEYS[0], "email", "ada@x.example", None, "till"),
            (MAIL_KEYS[1], "email", "ada@work.example", None, "till"),
            (MAIL_KEYS[2], "email", "bo@x.example", None, "till"),
        ],
        key=str,
    )
    pairs = {tuple(sorted((CARD, key))) for key in MAIL_KEYS[:2]}
    assert set(house.rows("evidence", "left_key", "right_key")) == pairs
    assert house.rows("evidence", "rule", "source") == [("same_row", "till")] * 2
    said = house.rows("consents", "subject_key", "purpose", "state", "wording")
    assert said == sorted(
        [
            (CARD, "letters", "granted", "Do you want letters?"),
            (CARD, "letters", "denied", "Do you want letters?"),
            (MAIL_KEYS[2], "letters", "unreadable", "Do you want letters?"),
        ],
        key=str,
    )
    assert house.rows("suppressions", "identifier_key", "reason") == [(MAIL_KEYS[2], "complaint")]


def test_blocked_identifiers_are_kept_but_lead_to_nobody(house: House) -> None:
    house.till("1,2026-01-05,sale,,unknown,1,,,", "2,2026-01-05,sale,n/a,ada@x.example,1,,,")
    house.take()
    blocked = {kind for kind, reason in house.rows("identifiers", "kind", "blocked") if reason}
    assert "email" in blocked
    subjects = dict(house.rows("event_purchase", "event_id", "subject_key"))
    assert subjects[digest60("till", "purchase", "1")] is None
    assert house.rows("evidence") == []


def test_a_second_run_changes_no_table(house: House) -> None:
    house.till(*GOOD, "4,not a time,sale,,,1,,,", "5,2026-01-05,gift,,,1,,,")
    house.take()
    before = house.versions()
    assert house.take().batch_id is None
    assert house.versions() == before


def test_rows_are_not_taken_twice(house: House) -> None:
    house.till(*GOOD, GOOD[0], "4,not a time,sale,,,1,,,")
    first = house.take()
    assert (first.rows_landed, first.rows_duplicate, first.rows_quarantined) == (3, 1, 1)
    house.till(*GOOD, GOOD[0], "4,not a time,sale,,,1,,,", "6,2026-01-07,sale,,,1,,,")
    grown = house.take()
    assert (grown.rows_landed, grown.rows_duplicate, grown.rows_quarantined) == (1, 4, 1)
    assert balanced(grown)
    assert len(house.waiting()) == 1
    assert len(house.rows("consents")) == 3


def test_the_same_content_under_another_name_is_told(house: House) -> None:
    house.till(*GOOD)
    house.take()
    house.till(*GOOD, name="till_copy.csv")
    again = house.take()
    assert [problem.code for problem in again.problems] == ["COL-008"]
    assert (again.rows_landed, again.rows_duplicate) == (0, 3)


def test_of_no_kind_is_unplanned_and_kept_whole(house: House) -> None:
    house.till("5,2026-01-05,gift,C1,,1,,,")
    taken = house.take()
    assert taken.rows_unplanned == 1
    ((kind, payload, subject),) = house.rows("events_unplanned", "kind", "payload", "subject_key")
    assert kind == "gift"
    assert '"no":"5"' in payload
    assert subject == CARD


def test_what_is_of_no_kind_still_speaks_of_consent_and_suppression(build: Callable[..., House]) -> None:
    rules = """
consents:
  - {purpose: letters, field: letters, granted: ["yes"], denied: ["no"]}
suppress:
  - {when: {type: complaint}, reason: complaint}
"""
    contract, _, _ = till().partition("consents:")
    house = build(till=contract + rules)
    house.till("1,2026-01-05,complaint,C1,,,,,no", "2,2026-01-05,gift,,bo@x.example,,,,yes")
    assert house.take().rows_unplanned == 2
    proofs = {event for (event,) in house.rows("events_unplanned", "event_id")}
    said = house.rows("consents", "subject_key", "state", "proof_event_id")
    assert {row[:2] for row in said} == {(CARD, "denied"), (MAIL_KEYS[2], "granted")}
    assert {proof for _, _, proof in said} == proofs
    assert house.rows("suppressions", "identifier_key", "reason") == [(CARD, "complaint")]
    house.till("1,2026-01-05,complaint,C1,,,,,no", "2,2026-01-05,gift,,bo@x.example,,,,yes", name="till2.csv")
    house.take()
    assert len(house.rows("suppressions")) == 1
    assert len(house.rows("consents")) == 2


def test_without_a_key_the_content_and_its_occurrence_are_the_key(build: Callable[..., House]) -> None:
    house = build(till=till().replace("key: [no]\n", ""))
    house.till(GOOD[0], GOOD[0], GOOD[1])
    assert house.take().rows_landed == 3
    house.till(GOOD[0], GOOD[0], GOOD[1], GOOD[0])
    grown = house.take()
    assert (grown.rows_landed, grown.rows_duplicate) == (1, 3)


def test_local_times_are_read_in_the_zone_of_the_project(build: Callable[..., House]) -> None:
    house = build(till=till().replace("{field: at}", "{field: at, format: '%d/%m/%Y %H:%M', zone: local}"))
    house.till("1,05/07/2025 10:00,sale,,,1,,,", "2,05/01/2026 10:00,sale,,,1,,,")
    house.take()
    found = [at for (at,) in house.rows("event_purchase", "event_at")]
    assert found == [datetime(2025, 7, 5, 9), datetime(2026, 1, 5, 10)]


CRM = """
source: crm
files: {path: crm, format: csv}
key: [id]
identifiers: [{kind: loyalty_id, field: id}, {kind: email, field: email}]
record:
  fields:
    name: {type: text}
consents: [{purpose: letters, field: letters, granted: [y], denied: [n]}]
"""


def test_a_snapshot_adds_a_version_only_where_a_record_changed(build: Callable[..., House]) -> None:
    house = build(crm=CRM)
    house.write("crm/1.csv", "id,name,email,letters\n1,Ada,ada@x.example,y\n2,Bo,bo@x.example,n\n")
    assert house.take("crm").rows_landed == 2
    house.write("crm/2.csv", "id,name,email,letters\n1,Ada,ada@x.example,n\n2,Bo,bo@x.example,n\n")
    second = house.take("crm", NOW + timedelta(days=1))
    assert (second.rows_landed, second.rows_duplicate) == (1, 1)
    house.write("crm/3.csv", "id,name,email,letters\n1,Ada,ada@x.example,y\n")
    assert house.take("crm", NOW + timedelta(days=2)).rows_landed == 1
    ada = digest60("crm", "record", "1")
    versions = [row for row in house.rows("record_crm", "record_id", "event_at") if row[0] == ada]
    assert [at for _, at in versions] == [NOW + timedelta(days=n) for n in range(3)]
    assert len(house.rows("consents")) == 4


def test_snapshots_of_one_batch_keep_the_order_of_their_names(build: Callable[..., House]) -> None:
    house = build(crm=CRM)
    house.write("crm/1.csv", "id,name,email,letters\n1,Ada,,\n")
    house.write("crm/2.csv", "id,name,email,letters\n1,Ada B,,\n")
    house.write("crm/3.csv", "id,name,email,letters\n1,Ada B,,\n")
    taken = house.take("crm")
    assert (taken.rows_landed, taken.rows_duplicate) == (2, 1)
    by_time = sorted(house.rows("record_crm", "event_at", "name"))
    assert [name for _, name in by_time] == ["Ada", "Ada B"]


def test_two_differing_rows_of_a_record_in_one_snapshot(build: Callable[..., House]) -> None:
    house = build(crm=CRM)
    house.write("crm/1.csv", "id,name,email,letters\n1,Ada,,\n1,Ada B,,\n1,Ada B,,\n")
    taken = house.take("crm")
    assert (taken.rows_landed, taken.rows_quarantined, taken.rows_duplicate) == (1, 1, 1)
    assert house.rows("record_crm", "name") == [("Ada B",)]
    assert [row[1] for row in house.waiting()] == ["COL-109"]


WEB = """
source: web
files: {path: web, format: ndjson}
time: {field: sent.at, format: epoch_ms}
key: [id]
identifiers: [{kind: email, field: user.email}, {kind: device, field: device}]
events:
  - kind: visit
    fields:
      page: {type: text, from: properties.page}
      seconds: {type: number, from: properties.seconds}
      first: {type: boolean, from: properties.first}
"""


def test_ndjson_paths_numbers_and_gzip(build: Callable[..., House]) -> None:
    house = build(web=WEB)
    lines = [
        '{"id":"a","sent":{"at":1767607200000},"user":{"email":"Ada@X.example"},"properties":{"page":"/é","seconds":1.5,"first":true}}',
        '{"id":"b","sent":{"at":"1767607200500"},"user":null,"properties":{"page":null,"seconds":2}}',
        "",
        "   ",
        '{"id":"c","sent":{"at":17676',
        '["id"]',
    ]
    house.write("web/day.ndjson.gz", "\n".join(lines))
    taken = house.take("web")
    assert (taken.rows_read, taken.rows_landed, taken.rows_quarantined) == (4, 2, 2)
    assert house.rows("event_visit", "event_at", "page", "seconds", "first") == [
        (datetime(2026, 1, 5, 10), "/é", 1.5, True),
        (datetime(2026, 1, 5, 10, 0, 0, 500_000), None, 2.0, None),
    ]
    payloads = {payload for (payload,) in house.rows("quarantine", "payload")}
    assert payloads == {'"{\\"id\\":\\"c\\",\\"sent\\":{\\"at\\":17676"', '"[\\"id\\"]"'}
