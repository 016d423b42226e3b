"""Who gets the message, who does not and why, and that nothing is sent or written twice."""

from dataclasses import replace

import company
from company import ADA, BO, CAST, CY, DAY, DI, ED, FAY, GUS, HAL, IDA, NOW
from sqlglot import exp

from tandem.deliver import deliver

EXPECTED = {
    ADA: "sent",
    BO: "consent_denied",
    CY: "consent_missing",
    DI: "consent_unreadable",
    ED: "suppressed",
    FAY: "no_address",
    GUS: "sent",
    HAL: "sent",
    IDA: "consent_contradictory",
}


def test_the_cast_gets_what_it_agreed_to_and_everybody_a_receipt(house) -> None:
    company.cast_joins(house.engine)
    company.assigned(house.engine, CAST)
    done = house.beat()
    assert house.reasons() == EXPECTED
    assert sorted(house.recipients()) == ["1@cast.example", "8@cast.example", "gus.new@cast.example"]
    assert (done.sent, done.failed, done.uncertain, done.deferred, done.problems) == (3, 0, 0, 0, ())
    contacts = company.table(house.engine, "contacts")
    assert {row["person_id"]: row["state"] for row in contacts} == {ADA: "sent", GUS: "sent", HAL: "sent"}
    told = {message["message_id"] for message in house.sink.taken()}
    assert {row["message_id"] for row in contacts} == told


def test_the_same_beat_again_sends_nothing_and_changes_no_table(house) -> None:
    company.cast_joins(house.engine)
    company.assigned(house.engine, CAST)
    house.beat()
    before = house.versions()
    again = house.beat()
    assert again.sent == 0
    assert house.versions() == before
    house.beat(NOW + DAY)
    assert house.versions() == before
    assert len(house.recipients()) == 3


def test_the_held_out_are_not_contacted_and_are_told_so(house) -> None:
    company.people_join(house.engine, range(100, 110))
    company.assigned(house.engine, range(100, 105))
    company.assigned(house.engine, range(105, 110), "control")
    house.beat()
    assert house.reasons() == {
        **dict.fromkeys(range(100, 105), "sent"),
        **dict.fromkeys(range(105, 110), "held_out"),
    }
    assert sorted(house.recipients()) == [f"person{p}@people.example" for p in range(100, 105)]


def test_a_yes_that_comes_back_brings_a_contact_and_a_new_receipt(house) -> None:
    company.cast_joins(house.engine)
    company.assigned(house.engine, [BO])
    house.beat()
    house.engine.upsert("person_consents", _consent(house, BO, "granted"))
    done = house.beat(NOW + DAY)
    assert done.sent == 1
    assert house.reasons()[BO] == "sent"
    assert len(company.table(house.engine, "receipts")) == 2


def test_a_yes_withdrawn_while_the_mail_server_was_down_is_kept(house) -> None:
    company.cast_joins(house.engine)
    company.assigned(house.engine, [ADA, GUS])
    down = house.beat(port=1)
    assert [problem.code for problem in down.problems] == ["DLV-002"]
    assert down.deferred == 2
    assert house.reasons() == {ADA: "deferred", GUS: "deferred"}
    house.engine.upsert("person_consents", _consent(house, ADA, "denied"))
    house.beat(NOW + DAY)
    assert house.reasons() == {ADA: "consent_denied", GUS: "sent"}
    assert house.recipients() == ["gus.new@cast.example"]
    house.engine.upsert("person_consents", _consent(house, ADA, "granted"))
    house.beat(NOW + 2 * DAY)
    assert house.reasons() == {ADA: "sent", GUS: "sent"}
    assert house.recipients() == ["gus.new@cast.example", "1@cast.example"]


def test_a_message_that_would_print_an_unknown_trait_is_not_sent_until_it_says_what_then(house) -> None:
    company.cast_joins(house.engine)
    company.assigned(house.engine, [ADA, HAL])
    house.write("For {{ first_name }}", "Hello")
    house.beat()
    assert house.reasons() == {ADA: "sent", HAL: "message_gap"}
    before = house.versions()
    house.beat()
    assert house.versions() == before
    house.write("For {{ first_name or 'you' }}", "Hello")
    house.beat(NOW + DAY)
    assert house.reasons() == {ADA: "sent", HAL: "sent"}


def test_policy_refuses_the_whole_campaign_by_name(house) -> None:
    company.cast_joins(house.engine)
    company.assigned(house.engine, [ADA])
    house.campaign = replace(house.campaign, purpose="analytics")
    done = house.beat()
    assert [problem.code for problem in done.problems] == ["POL-103"]
    assert house.reasons() == {ADA: "policy_refused"}
    assert house.recipients() == []


def test_people_outside_get_their_reason_and_no_assignment(house) -> None:
    company.cast_joins(house.engine)
    company.assigned(house.engine, [ADA])
    members = exp.select("person_id").distinct().from_(house.engine.ref("profile"))
    who = replace(house.people(NOW), outside=members)
    deliver(house.desk(), house.campaign, who, NOW)
    assert house.reasons() == {
        ADA: "sent",
        BO: "consent_denied",
        CY: "consent_missing",
        DI: "consent_unreadable",
        ED: "suppressed",
        IDA: "consent_contradictory",
    }


def test_after_the_window_nothing_is_sent_and_the_receipt_says_why(house) -> None:
    company.people_join(house.engine, [100])
    company.assigned(house.engine, [100])
    house.beat(NOW + 15 * DAY)
    assert house.reasons() == {100: "window_over"}
    assert house.recipients() == []


def _consent(house, person: int, state: str) -> exp.Query:
    stage = house.engine.stage_rows(
        "changed",
        [(c.name, c.type) for c in house.engine.catalogue["person_consents"].columns],
        [company.consent(person, state)],
    )
    return exp.select("*").from_(stage)


def test_two_ids_that_turn_out_to_be_one_person_get_one_message(house) -> None:
    company.people_join(house.engine, [100, 200])
    company.assigned(house.engine, [100])
    house.beat()
    _merge(house, 100, into=200)
    company.assigned(house.engine, [200], at=NOW + DAY)
    house.beat(NOW + DAY)
    assert house.reasons() == {100: "sent", 200: "contacted_before"}
    assert house.recipients() == ["person100@people.example"]


def test_who_was_merged_away_before_sending_is_told_so(house) -> None:
    company.people_join(house.engine, [100, 200])
    company.assigned(house.engine, [100, 200])
    _merge(house, 100, into=200)
    house.beat()
    assert house.reasons()[200] == "sent"
    assert house.reasons()[100] in ("consent_missing", "gone")
    assert len(house.recipients()) == 1


def _merge(house, person: int, into: int) -> None:
    """The person map as after a merge."""
    moved = company.mapped(person, f"person{person}@people.example") | {"person_id": into, "since_version": 2}
    columns = [(c.name, c.type) for c in house.engine.catalogue["person_map"].columns]
    stage = house.engine.stage_rows("moved", columns, [moved])
    house.engine.upsert("person_map", exp.select("*").from_(stage))
    change = {
        "version": 2,
        "identifier_key": moved["identifier_key"],
        "from_person_id": person,
        "to_person_id": into,
        "changed_at": NOW,
    }
    company.fill(house.engine, "person_changes", [change])
    keys = exp.select("person_id", "purpose").from_(house.engine.ref("person_consents"))
    house.engine.delete("person_consents", keys.where(exp.column("person_id").eq(person)))
