"""Replay is the same function again, and twice is once."""

from collections.abc import Callable

from unit.collect.arrivals import House, till

from tandem.collect import list_quarantine

BAD = ("1,05.01.2026,sale,C1,ada@x.example,10.50,north,2,yes", "2,05.01.2026,sale,C1,,x,north,2,yes")
TIME = "{field: at, format: '%d.%m.%Y'}"


def test_after_the_contract_was_corrected_rows_land(house: House) -> None:
    house.till(*BAD)
    house.take()
    assert [entry.code for entry in list_quarantine(house.engine)] == ["COL-103", "COL-103"]
    before = house.versions()
    assert house.replay().still == 2
    assert house.versions() == before
    house.agree(till=till().replace("{field: at}", TIME))
    done = house.replay()
    assert (done.entries, done.landed, done.still) == (2, 1, 1)
    assert len(house.rows("event_purchase")) == 1
    assert len(house.rows("consents")) == 1
    assert house.rows("quarantine_outcomes", "outcome", "detail") == [("replayed", "it landed")]
    assert len(list_quarantine(house.engine, ["till"])) == 1
    before = house.versions()
    assert house.replay().landed == 0
    assert house.versions() == before


def test_a_row_that_came_again_meanwhile_is_a_duplicate(house: House) -> None:
    house.till(BAD[0])
    house.take()
    house.till(BAD[0].replace("05.01.2026", "2026-01-05"), name="till_2.csv")
    house.take()
    house.agree(till=till().replace("{field: at}", TIME))
    assert house.replay().duplicate == 1
    assert len(house.rows("event_purchase")) == 1
    assert house.rows("quarantine_outcomes", "detail") == [("it is in the lake already",)]


def test_without_a_key_the_entry_has_the_id_of_the_event(build: Callable[..., House]) -> None:
    keyless = till().replace("key: [no]\n", "")
    house = build(till=keyless)
    house.till(BAD[0], BAD[0])
    house.take()
    ids = {entry.quarantine_id for entry in list_quarantine(house.engine)}
    house.agree(till=keyless.replace("{field: at}", TIME))
    assert house.replay().landed == 2
    assert {row[0] for row in house.rows("event_purchase", "event_id")} == ids
    house.till(BAD[0], BAD[0], BAD[0])
    again = house.take()
    assert (again.rows_landed, again.rows_duplicate) == (1, 2)


def test_only_those_asked_for_and_unknown_ones_told(house: House) -> None:
    house.till(BAD[0], BAD[0].replace("1,", "3,", 1))
    house.take()
    first = list_quarantine(house.engine)[0].quarantine_id
    house.agree(till=till().replace("{field: at}", TIME))
    done = house.replay(first, 7)
    assert (done.landed, [problem.code for problem in done.problems]) == (1, ["COL-030"])
    assert len(list_quarantine(house.engine)) == 1


def test_a_value_cannot_be_replayed(build: Callable[..., House]) -> None:
    house = build(till=till("drop_value"))
    house.till("1,2026-01-05,sale,,,1,west,1,")
    house.take()
    (entry,) = list_quarantine(house.engine, code="COL-108")
    assert [problem.code for problem in house.replay(entry.quarantine_id).problems] == ["COL-031"]


def test_a_refused_file_is_read_again(house: House) -> None:
    house.till(BAD[0].replace("05.01.2026", "2026-01-05"), name="till_1.csv")
    text = (house.root / "till_1.csv").read_text().replace("north", "nörth")
    house.write("till_1.csv", text.encode("latin-1"))
    house.take()
    assert [entry.level for entry in list_quarantine(house.engine)] == ["file"]
    house.agree(
        till=till().replace("format: csv", "format: csv, encoding: latin-1").replace("[north", "[nörth")
    )
    assert house.replay().landed == 1
    assert list_quarantine(house.engine) == []


def test_a_torn_row_waits_on(house: House) -> None:
    house.till("1,2026")
    house.take()
    assert house.replay().still == 1
