"""Customers: found by any identifier and without a trace in the address; shown as far as the role may see, with why."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from cli.shop import Shop
from web.served import Browser, Served

from tandem.kernel import digest60

ADA, BO, CY = "ada@people.example", "bo@people.example", "cy@people.example"
PAGES = ("", "/timeline", "/identifiers", "/contacts")
NEW = "new@people.example"
PERSONAL = {ADA, BO, CY, "Ada", "L1", "C1", "+447700900101", "a1"}


@dataclass(frozen=True)
class Later:
    """A shop in which more happened, a marketer's browser there, and a person who became another."""

    shop: Shop
    browser: Browser
    gone: str
    kept: str


@pytest.fixture(scope="module")
def people(served: Served) -> dict[str, str]:
    shop = Shop(served.folder)
    return {name: str(shop.person(name)) for name in (ADA, BO, CY)}


@pytest.fixture(scope="module")
def later(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Later]:
    """The shop after more came in: a junk card, a long timeline, a record that changed, a tablet that three people
    log in on, and a newcomer who turns out to be Ada."""
    with served.copied(tmp_path_factory.mktemp("later") / "shop") as grown:
        shop = Shop(grown.folder)
        customers = shop.path("data/crm/customers.csv").read_text()
        moved = customers.replace("Ada,GB", "Ada,IE").replace("true,yes,2025-11-01", "true,yes,2025-12-24")
        shop.write("data/crm/customers.csv", moved + "C9,guest,,,Di,GB,,false,,2025-11-02T09:00:00Z\n")
        views = [view(f"x{n}", f"2025-12-0{1 + n // 40}T10:00:00Z", "a1", ADA) for n in range(120)]
        views += [
            view(f"k{n}", f"2025-12-05T10:0{n}:00Z", "kiosk", who) for n, who in enumerate((ADA, BO, CY))
        ]
        views.append(view("j1", "2025-12-06T10:00:00Z", "j1", NEW))
        shop.write("data/web/2025-12.ndjson", "".join(views))
        assert shop.tandem("run", "--now", "2026-03-10T09:30:00Z").code == 0
        before = {who: shop.person(who) for who in (ADA, NEW)}
        till = "receipt_no,line_no,card_no,email,sold_at,total,category,store\n"
        shop.write("data/till/2025-12.csv", f"{till}R9,1,L1,{NEW},07/12/2025 12:00,20.00,boots,York\n")
        assert shop.tandem("run", "--now", "2026-03-10T10:30:00Z").code == 0
        kept = shop.person(ADA)
        assert kept == shop.person(NEW)
        (gone,) = set(before.values()) - {kept}
        yield Later(shop, grown.signed_in("marketer"), str(gone), str(kept))


def view(key: str, at: str, cookie: str, email: str) -> str:
    """One line of the web shop's tracker."""
    return (
        f'{{"messageId": "{key}", "event": "Product Viewed", "timestamp": "{at}", "anonymousId": "{cookie}", '
        f'"traits": {{"email": "{email}"}}, "properties": {{"category": "boots"}}}}\n'
    )


@pytest.fixture(scope="module")
def marketer(served: Served) -> Browser:
    return served.signed_in("marketer")


@pytest.fixture(scope="module")
def analyst(served: Served) -> Browser:
    return served.signed_in("analyst")


def found(browser: Browser, text: str) -> Any:
    """What a search answers as its JSON twin, or the address it leads to."""
    token = re.search(r'name="csrf" value="([^"]*)"', browser.get("/customers").text)
    assert token
    answer = browser.client.post(
        "/customers",
        data={"csrf": token.group(1), "q": text},
        headers={"accept": "application/json"},
        follow_redirects=False,
    )
    return answer.headers["location"] if answer.status_code == 303 else answer.json()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(ADA, id="e-mail"),
        pytest.param("  ADA@People.example", id="e-mail as typed"),
        pytest.param("07700 900101", id="phone as people write it"),
        pytest.param("C1", id="customer number"),
        pytest.param("L1", id="card"),
        pytest.param("a1", id="cookie"),
        pytest.param("ada", id="how it begins"),
        pytest.param("07700 9001 01", id="phone with other blanks"),
    ],
)
def test_any_identifier_leads_straight_to_the_person(
    marketer: Browser, people: dict[str, str], text: str
) -> None:
    assert found(marketer, text) == f"/customers/{people[ADA]}"


def test_the_id_of_a_person_leads_there_too(marketer: Browser, people: dict[str, str]) -> None:
    assert found(marketer, people[BO]) == f"/customers/{people[BO]}"


def test_what_several_begin_with_is_a_list(marketer: Browser, people: dict[str, str]) -> None:
    page = found(marketer, "+447700900")
    assert {(hit["kind"], hit["person"]) for hit in page["found"]} == {
        ("phone", people[ADA]),
        ("phone", people[BO]),
    }
    assert [hit["value"] for hit in page["found"]] == ["+447700900101", "+447700900102"]
    assert page["found"][0]["name"] == "Ada"


def test_no_identifier_gets_into_an_address(marketer: Browser) -> None:
    """Neither by the form's method nor by where it leads, and a search by address is none."""
    page = marketer.get("/customers")
    assert '<form method="post" action="/customers"' in page.text
    assert ADA not in found(marketer, ADA)
    assert "Nobody is known" not in marketer.get(f"/customers?q={ADA}").text
    listed = marketer.send("/customers", {"q": "+447700900"}, page="/customers").text
    assert not any("7700900" in target for target in re.findall(r'(?:href|action)="([^"]*)"', listed))


def test_nobody_and_nothing_are_told_apart(marketer: Browser) -> None:
    assert found(marketer, "nobody@people.example")["says"] == "Nobody is known by that."
    assert "Type an identifier" in found(marketer, "   ")["says"]


def test_a_blocked_value_is_known_and_leads_to_nobody(later: Later) -> None:
    (hit,) = found(later.browser, "guest")["found"]
    assert (hit["kind"], hit["person"]) == ("loyalty_id", None)
    assert "identify nobody" in hit["why"]


def test_an_analyst_finds_a_whole_value_and_sees_none(analyst: Browser, people: dict[str, str]) -> None:
    """Whoever has the value may ask whose it is; looking for beginnings would tell values letter by letter."""
    assert found(analyst, ADA) == f"/customers/{people[ADA]}"
    page = found(analyst, "ada")
    assert page["found"] == []
    assert "may not look for how values begin" in page["says"]
    assert any("identifiers.value" in sentence and "IT can grant" in sentence for sentence in page["hidden"])


@pytest.mark.parametrize("path", PAGES)
def test_no_personal_value_reaches_an_analyst(analyst: Browser, people: dict[str, str], path: str) -> None:
    address = f"/customers/{people[ADA]}{path}"
    for text in (analyst.get(address).text, analyst.get(f"{address}.json").text):
        words = set(re.findall(r"[^\s\"'<>,;()]+", text))
        assert words & PERSONAL == set()


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("", ["profile.first_name"]),
        ("/timeline", ["record_crm.birth_date", "record_crm.first_name"]),
        ("/identifiers", ["identifiers.value"]),
    ],
)
def test_what_an_analyst_does_not_see_is_named(
    analyst: Browser, people: dict[str, str], path: str, fields: list[str]
) -> None:
    hidden = analyst.json(f"/customers/{people[ADA]}{path}")["hidden"]
    for field in fields:
        assert any(f"({field})" in sentence and "IT can grant it" in sentence for sentence in hidden)
    page = analyst.get(f"/customers/{people[ADA]}{path}").text
    assert "Not shown to your role" in page


def test_sensitive_fields_are_for_the_privacy_office(served: Served, people: dict[str, str]) -> None:
    address = f"/customers/{people[ADA]}/timeline?kind=crm-record"
    assert "10 December 1985" in served.signed_in("privacy").get(address).text
    text = served.signed_in("marketer").get(address).text
    assert "1985" not in text
    assert "(record_crm.birth_date) is sensitive: privacy may see it" in text


def test_the_profile_tells_what_is_known_and_why(marketer: Browser, people: dict[str, str]) -> None:
    page = marketer.json(f"/customers/{people[ADA]}")
    one = page["customer"]
    traits = {trait["name"]: trait for trait in one["traits"]}
    assert traits["lifetime_value"]["text"] == "GBP 409.50"
    assert traits["lifetime_value"]["how"] == "The sum of amount over all purchase events."
    assert traits["first_name"]["text"] == "Ada"
    assert page["heading"] == "Ada"
    assert page["title"] == f"Person {people[ADA][:4]}…", "a browser keeps titles"
    assert {audience["audience"] for audience in one["audiences"]} == {"lapsed_big_spenders", "vips"}
    assert all(audience["how"].startswith("People ") for audience in one["audiences"])
    assert {source["source"]: source["entries"] for source in one["sources"]} == {
        "web": 2,
        "till": 1,
        "crm": 1,
    }


@pytest.mark.parametrize(
    ("who", "state", "allowed", "why"),
    [
        (ADA, "granted", True, "Said yes to this purpose."),
        (BO, "denied", False, "Said no to this purpose."),
        (CY, "", False, "Has never said yes to this purpose."),
    ],
    ids=["ada", "bo", "cy"],
)
def test_consents_are_told_with_their_proof(
    marketer: Browser, people: dict[str, str], who: str, state: str, allowed: bool, why: str
) -> None:
    one = marketer.json(f"/customers/{people[who]}")["customer"]
    email = next(consent for consent in one["consents"] if consent["purpose"] == "marketing_email")
    assert (email["state"], email["allowed"], email["why"]) == (state, allowed, why)
    if not state:
        assert email["proof"] is None
        return
    proof = marketer.get(f"/customers/{people[who]}/events/{email['proof']['event']}")
    assert proof.status_code == 200
    assert f"Proof of consent: {state} for marketing_email" in proof.text
    basis = next(consent for consent in one["consents"] if consent["purpose"] == "analytics")
    assert basis["allowed"]
    assert "legitimate interest" in basis["why"]


def test_contacts_say_why_and_why_not(marketer: Browser, served: Served, people: dict[str, str]) -> None:
    shop = Shop(served.folder)
    receipts = {(row["campaign"], row["person_id"]): row for row in shop.rows("receipts")}
    arms = {(row["campaign"], row["person_id"]): row["arm"] for row in shop.rows("assignments")}
    for person in people.values():
        (campaign,) = [
            one
            for one in marketer.json(f"/customers/{person}/contacts")["campaigns"]
            if one["campaign"] == "winback_spring"
        ]
        kept = receipts["winback_spring", int(person)]
        assert campaign["arm"] == arms.get(("winback_spring", int(person)))
        (receipt,) = campaign["receipts"]
        assert receipt["sentence"].lower().rstrip(".") == kept["sentence"].lower().rstrip(".")
        assert receipt["permit"] == kept["permit"]
        assert receipt["receipt"] == str(kept["receipt_id"])
    page = marketer.get(f"/customers/{people[BO]}/contacts").text
    assert '<a href="/campaigns/winback_spring">' in page


def test_the_timeline_is_one_over_all_channels_newest_first(
    marketer: Browser, served: Served, people: dict[str, str]
) -> None:
    page = marketer.json(f"/customers/{people[ADA]}/timeline")
    entries = page["timeline"]["entries"]
    assert [entry["at"] for entry in entries] == sorted((entry["at"] for entry in entries), reverse=True)
    assert {entry["source"] for entry in entries} >= {"web", "till", "crm", "Tandem"}
    purchase = next(entry for entry in entries if entry["source"] == "till")
    assert {field["title"]: field["text"] for field in purchase["fields"]} == {
        "Order no": "R1",
        "Amount": "GBP 320.00",
        "Category": "tents",
        "Store": "Leith",
    }
    assert purchase["title"] == "Bought in a store"
    assert all(isinstance(entry["id"], str) for entry in entries)
    counts = {one["name"]: one["entries"] for one in page["sources"]}
    assert counts[""] == len(entries) == page["total"]
    assert counts["web"] == 2


def test_filters_narrow_the_timeline_and_count_each_other(marketer: Browser, people: dict[str, str]) -> None:
    page = marketer.json(f"/customers/{people[ADA]}/timeline?source=web&kind=purchase")
    assert [(e["source"], e["kind"]) for e in page["timeline"]["entries"]] == [("web", "purchase")]
    assert {one["name"]: one["entries"] for one in page["sources"]} == {"": 2, "web": 1, "till": 1}
    assert {one["name"]: one["entries"] for one in page["kinds"]} == {
        "": 2,
        "product_viewed": 1,
        "purchase": 1,
    }
    html = marketer.get(f"/customers/{people[ADA]}/timeline?source=web").text
    assert f"/customers/{people[ADA]}/timeline?source=web&amp;kind=purchase" in html


def test_pages_of_a_long_timeline_meet_without_gap_or_overlap(later: Later) -> None:
    """Forty events at one instant, three times: every one on exactly one page, in one order."""
    address = f"/customers/{later.kept}/timeline"
    seen: list[tuple[str, str]] = []
    sizes = []
    older = ""
    while older is not None:
        page = later.browser.json(f"{address}?before={older}" if older else address)
        entries = page["timeline"]["entries"]
        sizes.append(len(entries))
        seen += [(entry["at"], entry["id"]) for entry in entries]
        older = page["timeline"]["older"]
    assert sizes == [50, 50, page["total"] - 100]
    assert page["total"] > 120
    assert len(set(seen)) == len(seen) == page["total"]
    assert [at for at, _ in seen] == sorted((at for at, _ in seen), reverse=True)
    assert "Older" in later.browser.get(address).text


def test_a_record_says_what_changed(later: Later) -> None:
    newer, first = later.browser.json(f"/customers/{later.kept}/timeline?kind=crm-record")["timeline"][
        "entries"
    ]
    assert newer["changed"] == "Changed: country."
    assert first["changed"] == ""


def test_identifiers_are_joined_by_evidence(marketer: Browser, people: dict[str, str]) -> None:
    page = marketer.json(f"/customers/{people[ADA]}/identifiers")
    assert page["lead"].startswith("5 identifiers lead here, joined by ")
    assert [row[0] for row in page["identifiers"]["rows"]][:2] == ["crm id C1", "loyalty id L1"]
    assert any(f"email {ADA}" in row[1] for row in page["facts"]["rows"])
    proof = page["facts"]["links"][0]
    assert marketer.get(proof).status_code == 200
    picture = marketer.get(f"/customers/{people[ADA]}/identifiers?export=identity.svg")
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert ADA in picture.text


def test_an_analyst_sees_the_identity_without_values(analyst: Browser, people: dict[str, str]) -> None:
    page = analyst.json(f"/customers/{people[ADA]}/identifiers")
    assert "email no. 1" in [row[0] for row in page["identifiers"]["rows"]]


def test_evidence_that_is_held_back_is_dashed_with_its_reason(later: Later) -> None:
    """A tablet in a store: three customers log in on it, so it joins nobody."""
    address = f"/customers/{later.shop.person('kiosk')}/identifiers"
    page = later.browser.json(address)
    told = [row[3] for row in page["held"]["rows"]]
    assert len(told) == 3
    assert all("is shared: it would join 3 people" in why for why in told)
    assert later.browser.get(address).text.count("stroke-dasharray") >= 3
    others = [link for link in page["identifiers"]["links"] if link]
    assert len(others) == 3
    assert later.browser.get(others[0]).status_code == 200


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("person", ["1", "999999999999999999999999", "ada", "%F0%9F%8C%8A", "-5"])
def test_an_id_that_is_nobodys_is_not_found(marketer: Browser, path: str, person: str) -> None:
    answer = marketer.get(f"/customers/{person}{path}")
    assert answer.status_code == 404
    assert "RUN-002" in answer.text


def test_a_person_who_became_another_is_not_found_and_says_who(later: Later) -> None:
    for path in PAGES:
        answer = later.browser.get(f"/customers/{later.gone}{path}")
        assert answer.status_code == 404
        assert f"Open person {later.kept} instead" in answer.text
    assert found(later.browser, later.gone) == f"/customers/{later.kept}"


@pytest.mark.parametrize(
    "query",
    [
        "source=nowhere",
        "kind=nothing",
        "before=yesterday",
        "before=1-2",
        "before=9e9-1-1",
        f"before={10**30}-1-1",
    ],
)
def test_a_filter_or_place_that_is_none_is_not_found(
    marketer: Browser, people: dict[str, str], query: str
) -> None:
    assert marketer.get(f"/customers/{people[ADA]}/timeline?{query}").status_code == 404


@pytest.mark.parametrize("event", ["1", "x", "9" * 30])
def test_an_event_that_is_none_is_not_found(marketer: Browser, people: dict[str, str], event: str) -> None:
    assert marketer.get(f"/customers/{people[ADA]}/events/{event}").status_code == 404


def test_an_executive_is_told_who_may(served: Served, people: dict[str, str]) -> None:
    for path in ("/customers", f"/customers/{people[ADA]}", f"/customers/{people[ADA]}/timeline"):
        answer = served.signed_in("executive").get(path)
        assert answer.status_code == 403
        assert "marketers, analysts, engineers and the privacy office may" in answer.text


def test_a_role_that_policy_does_not_let_explain_is_refused_by_policy(own_shop: Served) -> None:
    """The workspace lets an analyst in; the charter in force decides what of people it sees."""
    shop = Shop(own_shop.folder)
    before = "labels: [public, internal], destinations: [preview, measure, explain]"
    shop.edit("policies/standard.yml", before, before.replace(", explain", ""))
    assert shop.tandem("apply", "--yes", "--now", "2026-03-10T09:30:00Z").code == 0
    browser = own_shop.signed_in("analyst")
    for path in ("/customers", f"/customers/{shop.person(ADA)}"):
        answer = browser.get(path)
        assert answer.status_code == 403
        assert "POL-102" in answer.text


def test_before_anybody_is_known_the_page_says_what_to_do(own_shop: Served) -> None:
    for table in ("person_map", "person_changes"):
        folder = own_shop.folder / "lake" / table
        folder.rename(own_shop.folder / table)
    page = own_shop.signed_in("marketer").get("/customers")
    assert page.status_code == 200
    assert "Nobody is known yet" in page.text
    assert 'href="/data"' in page.text


def test_ids_are_text_and_keep_every_digit(marketer: Browser, people: dict[str, str]) -> None:
    """A browser's numbers end at 2**53; a receipt and an event have 60 bits."""

    def numbers_of(value: object) -> list[int]:
        match value:
            case bool():
                return []
            case int():
                return [value]
            case dict():
                return [n for one in value.values() for n in numbers_of(one)]
            case list():
                return [n for one in value for n in numbers_of(one)]
        return []

    for path in PAGES:
        page = marketer.json(f"/customers/{people[ADA]}{path}")
        assert page["person"] == people[ADA]
        assert [n for n in numbers_of(page) if n > 2**53] == []


def test_the_second_look_is_kept_and_a_new_minute_is_new(own_shop: Served) -> None:
    browser = own_shop.signed_in("marketer")
    address = f"/customers/{Shop(own_shop.folder).person(ADA)}"
    first = browser.json(address)
    assert browser.json(address) == first
    own_shop.wall += timedelta(minutes=1)
    assert browser.json(address)["customer"] == first["customer"]


def test_keys_of_the_shop_are_those_of_the_lake(served: Served) -> None:
    """What the search computes is what landing computed."""
    keys = {row["identifier_key"] for row in Shop(served.folder).rows("identifiers")}
    assert {digest60("email", ADA), digest60("phone", "+447700900101"), digest60("crm_id", "C1")} <= keys


def test_being_in_an_audience_tells_nothing_that_a_field_hides(own_shop: Served) -> None:
    """Both audiences read whether somebody is a VIP: as soon as that is sensitive, their names are too."""
    shop = Shop(own_shop.folder)
    shop.edit(
        "sources/crm.yml", "vip: {type: boolean, label: internal}", "vip: {type: boolean, label: sensitive}"
    )
    system = "labels: [public, internal, personal], destinations: [preview, email, file, measure]}"
    shop.edit("policies/standard.yml", system, system.replace("personal]", "personal, sensitive]"))
    assert shop.tandem("apply", "--yes", "--now", "2026-03-10T09:30:00Z").code == 0
    address = f"/customers/{shop.person(ADA)}"
    marketer, privacy = own_shop.signed_in("marketer"), own_shop.signed_in("privacy")
    for path in ("", "/contacts", "/timeline"):
        told = marketer.get(f"{address}{path}").text, marketer.get(f"{address}{path}.json").text
        for text in told:
            assert not re.search("lapsed_big|big spenders|winback|Win back|vip_letter|Letter to", text)
        assert re.search(r"2 campaigns|1 campaign", told[0])
    page = marketer.json(address)
    assert page["customer"]["audiences"] == []
    assert page["customer"]["audiences_hidden"] == 2
    assert (
        "2 audiences are hidden from your role: they read sensitive fields; privacy may see them; "
        "IT can grant it in policies." in page["hidden"]
    )
    assert {part["campaign"] for part in page["customer"]["campaigns"]} == {""}
    campaigns = marketer.json(f"{address}/contacts")["campaigns"]
    assert campaigns
    assert all(one["receipts"] and not one["permit"] for one in campaigns)
    assert {one["audience"] for one in privacy.json(address)["customer"]["audiences"]} == {
        "lapsed_big_spenders",
        "vips",
    }


def test_an_event_is_shown_only_on_the_pages_of_whom_it_is_about(
    marketer: Browser, people: dict[str, str]
) -> None:
    entries = marketer.json(f"/customers/{people[ADA]}/timeline?source=till")["timeline"]["entries"]
    event = entries[0]["id"]
    assert marketer.get(f"/customers/{people[ADA]}/events/{event}").status_code == 200
    for person in (people[BO], "1", "abc", "²"):
        answer = marketer.get(f"/customers/{person}/events/{event}")
        assert answer.status_code == 404
        assert "RUN-002" in answer.text


def test_what_no_contract_names_may_hold_what_a_field_hides(own_shop: Served) -> None:
    """A payload is as sensitive as anything that its source is known to send."""
    shop = Shop(own_shop.folder)
    shop.write(
        "data/web/2025-12.ndjson",
        '{"messageId": "u1", "event": "Size Quiz", "timestamp": "2025-12-01T10:00:00Z", "anonymousId": "a1", '
        '"traits": {"email": "ada@people.example"}, "properties": {"size": "size-xl"}}\n',
    )
    text = shop.path("sources/web.yml").read_text()
    left = "    title: Left the newsletter\n    when: {event: Unsubscribed}\n"
    field = "    fields: {size: {type: text, from: properties.size, label: sensitive}}\n"
    shop.write("sources/web.yml", text.replace(left, left + field))
    for words in (("apply", "--yes"), ("run",)):
        assert shop.tandem(*words, "--now", "2026-03-10T09:30:00Z").code == 0
    address = f"/customers/{shop.person(ADA)}/timeline?kind=not-planned"
    marketer = own_shop.signed_in("marketer")
    assert "size-xl" not in marketer.get(address).text
    page = marketer.json(address)
    (entry,) = page["timeline"]["entries"]
    assert {one["name"]: one["text"] for one in entry["fields"]}["payload"] == "hidden from your role"
    assert any("(event_newsletter_left.size) is sensitive" in sentence for sentence in page["hidden"])
    assert marketer.get(f"/customers/{shop.person(ADA)}/events/{entry['id']}").status_code == 200
    assert "size-xl" in own_shop.signed_in("privacy").get(address).text
