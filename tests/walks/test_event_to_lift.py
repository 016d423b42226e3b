"""The way of one event: file, checks, person, consent, audience, assignment, message, purchase, lift."""

from typing import Any

import pytest
from cli.shop import NOW, Shop
from walks.crowd import CONTACTABLE, bought

from tandem.deliver.sink import MailSink

READ = "2026-03-30T09:00:00Z"


def explained(shop: Shop, what: str, thing: object) -> dict[str, str]:
    """Station → everything that is said there."""
    ended = shop.tandem("--as", "privacy", "explain", what, str(thing), "--json")
    assert ended.code == 0, ended.out + ended.err
    (one,) = ended.json["explanations"]
    return {station["station"]: " ".join(station["sentences"]) for station in one["stations"]}


def only(rows: list[dict[str, Any]], **facts: object) -> dict[str, Any]:
    """The one row with these values."""
    (row,) = [row for row in rows if all(row[name] == value for name, value in facts.items())]
    return row


def test_a_purchase_is_followed_to_its_person(launched: Shop) -> None:
    event = only(launched.rows("event_purchase"), order_no="R1")
    stations = explained(launched, "event", event["event_id"])
    assert "data/till/2025-10.csv" in stations["arrival"]
    assert "Passed every check and landed in `event_purchase`" in stations["checks"]
    assert "2025-10-04T10:05:00Z" in stations["checks"], "11:05 in London on 4 October is 10:05 UTC"
    assert f"leads to person {launched.person('ada@people.example')}" in stations["person"]


def test_an_event_that_broke_its_contract_stopped_at_the_checks(shop: Shop) -> None:
    bought(shop, "wrong", ["L1"], amount="-5.00", day="09/03/2026")
    assert shop.tandem("run", "--now", NOW).code == 0
    (entry,) = shop.rows("quarantine")
    stations = explained(shop, "event", entry["quarantine_id"])
    assert list(stations) == ["arrival", "checks"]
    assert "COL-107" in stations["checks"]
    assert "data/till/wrong.csv" in stations["checks"]
    assert "It waits." in stations["checks"]


def test_a_proof_of_consent_says_so(launched: Shop) -> None:
    said = only(launched.rows("consents"), state="denied", source="web")
    stations = explained(launched, "event", said["proof_event_id"])
    assert "denied for marketing_email" in stations["what it proves"]


def test_a_person_is_explained_by_everything_known(launched: Shop) -> None:
    stations = explained(launched, "person", "ada@people.example")
    assert {"identity", "consent", "traits", "audiences", "campaigns", "last events"} == set(stations)
    assert "crm_id C1 and loyalty_id L1 stood on one row of crm" in stations["identity"]
    assert "marketing_email: granted." in stations["consent"]
    assert "first_name: Ada." in stations["traits"]
    assert "lifetime_value: 409.5" in stations["traits"]
    assert "In lapsed_big_spenders" in stations["audiences"]
    assert "winback_spring: treated" in stations["campaigns"]


def test_the_same_person_by_any_identifier(launched: Shop) -> None:
    by = [explained(launched, "person", text) for text in ("ADA@people.example", "C1", "07700 900101")]
    assert by[0] == by[1] == by[2] == explained(launched, "person", launched.person("ada@people.example"))


def test_a_contact_is_explained(launched: Shop, sink: MailSink) -> None:
    ada = launched.person("ada@people.example")
    contact = only(launched.rows("contacts"), person_id=ada, campaign="winback_spring")
    stations = explained(launched, "contact", contact["contact_id"])
    assert "Assigned to treated in winback_spring" in stations["assignment"]
    assert "contacted" in stations["decision"]
    assert contact["message_id"] in stations["channel"]
    assert "sent by email" in stations["channel"]
    assert contact["message_id"] in {mail["message_id"] for mail in sink.taken()}


def test_a_held_out_person_is_explained(launched: Shop) -> None:
    held = next(row for row in launched.rows("assignments") if row["arm"] == "control")
    receipt = only(launched.rows("receipts"), person_id=held["person_id"], campaign=held["campaign"])
    stations = explained(launched, "contact", receipt["receipt_id"])
    assert "Assigned to control" in stations["assignment"]
    assert "Held out" in stations["decision"]
    assert stations["channel"] == "Nothing was handed to a channel."


def test_people_without_consent_are_explained(launched: Shop) -> None:
    for email, reason in (("bo@people.example", "said no"), ("cy@people.example", "never said yes")):
        person = launched.person(email)
        receipt = only(launched.rows("receipts"), person_id=person, campaign="winback_spring")
        stations = explained(launched, "contact", receipt["receipt_id"])
        assert reason in stations["decision"]
        assert "policy left this person out" in stations["assignment"]
        assert reason in explained(launched, "person", email)["campaigns"]


def test_everybody_of_the_audience_has_exactly_one_receipt(launched: Shop, sink: MailSink) -> None:
    members = [r["person_id"] for r in launched.rows("memberships") if r["audience"] == "lapsed_big_spenders"]
    told = [r["person_id"] for r in launched.rows("receipts") if r["campaign"] == "winback_spring"]
    assert sorted(members) == sorted(told)
    assert len(members) == CONTACTABLE + 2
    treated = [
        r for r in launched.rows("assignments") if (r["campaign"], r["arm"]) == ("winback_spring", "treated")
    ]
    assert len({mail["recipients"][0] for mail in sink.taken()}) == len(sink.taken()) == len(treated)


def test_purchases_come_back_as_lift(shop: Shop) -> None:
    """A third of the treated and a tenth of the held out buy for 50: rates and values are known to the cent."""
    cards = {
        shop.person(row["value"]): row["value"].split("@")[0]
        for row in shop.rows("identifiers")
        if str(row["value"]).endswith("@crowd.example")
    }
    rows = [
        r for r in shop.rows("assignments") if r["campaign"] == "winback_spring" and r["person_id"] in cards
    ]
    arms = {arm: sorted(r["person_id"] for r in rows if r["arm"] == arm) for arm in ("treated", "control")}
    buyers = {"treated": arms["treated"][::3], "control": arms["control"][::10]}
    bought(shop, "2026-03", [f"NL{cards[p][1:]}" for p in buyers["treated"] + buyers["control"]])
    assert shop.tandem("run", "--now", READ).code == 0
    ended = shop.tandem("campaign", "report", "winback_spring", "--now", READ, "--json")
    assert ended.code == 0, ended.out
    lift = ended.json["lift"]
    assigned = {arm: len(people) + (arm == "treated") for arm, people in arms.items()}
    rates = {arm: len(buyers[arm]) / assigned[arm] for arm in arms}
    apart = rates["treated"] - rates["control"]
    assert lift["conversion"]["difference"] == pytest.approx(apart, abs=1e-9)
    assert lift["value"]["difference"] == pytest.approx(50 * apart, abs=1e-9)
    assert lift["conversion"]["low"] < lift["conversion"]["difference"] < lift["conversion"]["high"]


def test_the_same_run_again_changes_nothing(shop: Shop, sink: MailSink) -> None:
    before, mails = shop.versions(), len(sink.taken())
    assert shop.tandem("run", "--now", NOW).code == 0
    assert shop.versions() == before
    assert len(sink.taken()) == mails
