"""The customer's own page, the API for statements, and what the world may know of Global Privacy Control."""

import json
import re
import uuid
from datetime import timedelta

import pytest
from cli.shop import LATER, NOW, Shop
from httpx2 import Response
from starlette.testclient import TestClient
from web.served import Served

from tandem.deliver.tokens import Token, sign
from tandem.kernel import digest60, parse_instant
from tandem.kernel.values import Actor
from tandem.usecases.api_keys import add_key
from tandem.usecases.preferences import token_key
from tandem.web.pool import Pool

START = parse_instant(NOW)
ADA, BO = "ada@people.example", "bo@people.example"


def link(shop: Served, email: str, *, purpose: str = "", days: int = 30) -> str:
    token = Token(digest60("email", email), START + timedelta(days=days), purpose)
    return f"/preferences/{sign(token, token_key(shop.folder))}"


def states(shop: Served, email: str) -> dict[str, str]:
    """What a run makes of it."""
    at = Shop(shop.folder)
    assert at.tandem("run", "--now", LATER).code == 0
    person = at.person(email)
    return {row["purpose"]: row["state"] for row in at.rows("person_consents") if row["person_id"] == person}


def answers(page: Response) -> dict[str, str]:
    """Purpose → the answer that is marked on the page."""
    found = re.findall(r'name="for_(\w+)" value="(yes|no)"( checked)?', page.text)
    return {purpose: value for purpose, value, marked in found if marked}


def call(shop: Served, body: object, **headers: str) -> Response:
    name = f"forms {uuid.uuid4()}"
    key, _ = add_key(shop.folder, shop.ledger, name, ["consent:write"], Actor("root", "admin"), START)
    sent = {"authorization": f"Bearer {key}", **headers}
    return shop.browser().post("/v1/consents", content=json.dumps(body), headers=sent)


def statement(**changed: object) -> dict[str, object]:
    given = {
        "identifier": {"kind": "email", "value": " ADA@people.example "},
        "purpose": "marketing_email",
        "state": "denied",
        "proof": "form 7",
    }
    return {**given, **changed}


# ── the page ─────────────────────────────────────────────────────────────────────────────────────


def test_the_page_shows_the_purposes_and_nothing_else(served: Served) -> None:
    page = served.browser().get(link(served, ADA))
    assert page.status_code == 200
    assert answers(page) == {"marketing_email": "yes", "analytics": "yes"}
    assert "Service about an order" not in page.text
    for personal in (ADA, "Ada", "C1", "L1", "900101", "people.example"):
        assert personal not in page.text
    assert 'content="noindex' in page.text
    assert "noindex" in page.headers["x-robots-tag"]
    assert page.headers["referrer-policy"] == "same-origin"
    twin = served.browser().get(link(served, ADA) + ".json").json()
    assert {one["purpose"] for one in twin["choices"]} == {"marketing_email", "analytics"}


def test_who_said_no_sees_no(served: Served) -> None:
    assert answers(served.browser().get(link(served, BO)))["marketing_email"] == "no"


def test_a_no_on_the_page_counts_from_the_next_run(own_shop: Served) -> None:
    client, path = own_shop.browser(), link(own_shop, ADA)
    done = client.post(
        path, data={"for_marketing_email": "no", "for_analytics": "yes"}, follow_redirects=False
    )
    assert (done.status_code, done.headers["location"]) == (303, path)
    after = client.get(path)
    assert answers(after)["marketing_email"] == "no"
    assert "Saved" in after.text
    assert states(own_shop, ADA)["marketing_email"] == "denied"
    shop = Shop(own_shop.folder)
    kept = [row for row in shop.rows("consents") if row["source"] == "tandem_statements"]
    assert {(row["purpose"], row["state"]) for row in kept} == {("marketing_email", "denied")}
    events = {row["event_id"]: json.loads(row["proof"]) for row in shop.rows("event_consent_stated")}
    assert {row["proof_event_id"] for row in kept} == set(events)
    assert {proof["shown"] for proof in events.values()} == {"preference page"}


def test_a_yes_of_the_person_counts_whatever_name_had_said_no(own_shop: Served) -> None:
    done = own_shop.browser().post(link(own_shop, BO), data={"for_marketing_email": "yes"})
    assert done.status_code == 200
    assert states(own_shop, BO)["marketing_email"] == "granted"


def test_nothing_chosen_says_nothing(own_shop: Served) -> None:
    path = link(own_shop, ADA)
    for form in (
        {},
        {"for_marketing_email": "yes"},
        {"for_marketing_email": "perhaps"},
        {"for_service": "no"},
    ):
        assert own_shop.browser().post(path, data=form).status_code == 200
    assert not list((own_shop.folder / ".tandem" / "statements").glob("*"))


@pytest.mark.parametrize("days", [-1, 0])
def test_an_ended_link_is_refused_kindly(served: Served, days: int) -> None:
    refused(served.browser(), link(served, ADA, days=days))


def refused(client: TestClient, path: str) -> None:
    for answer in (client.get(path), client.post(path, data={"for_marketing_email": "yes"})):
        assert answer.status_code == 403
        assert "does not hold" in answer.text
        assert 'name="for_' not in answer.text


def test_a_forged_link_is_refused_kindly(served: Served) -> None:
    good = link(served, ADA)
    token = good.rpartition("/")[2]
    another = sign(Token(digest60("email", ADA), START + timedelta(days=30)), b"x" * 32)
    changed = token[:8] + ("A" if token[8] != "A" else "B") + token[9:]
    last = token[:-1] + ("A" if token[-1] != "A" else "B")
    for bad in (another, changed, last, token[:-4], token + "AAAA", token + "=", "x", "%00", "ä"):
        refused(served.browser(), f"/preferences/{bad}")
    refused(served.browser(), link(served, "nobody@people.example"))


def test_a_link_is_not_logged(
    served: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("tandem.web.views.preferences.see_preferences", broken)
    path = link(served, ADA)
    assert served.browser().get(path).status_code == 500
    assert "/preferences/{token}" in caplog.text
    assert path.rpartition("/")[2] not in caplog.text


def test_a_link_that_does_not_hold_takes_no_workspace(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lent(*_: object) -> None:
        raise AssertionError("whoever knocks from outside must not keep the staff waiting")

    monkeypatch.setattr(Pool, "lent", lent)
    refused(served.browser(), link(served, ADA, days=-1))
    refused(served.browser(), "/preferences/x")
    assert served.browser().get("/.well-known/gpc.json").json()["gpc"] is False


def test_a_form_of_another_site_is_refused(own_shop: Served) -> None:
    headers = {"origin": "https://elsewhere.example"}
    done = own_shop.browser().post(link(own_shop, ADA), data={"for_marketing_email": "no"}, headers=headers)
    assert done.status_code == 403
    assert not list((own_shop.folder / ".tandem" / "statements").glob("*"))


def test_one_click_denies_the_purpose_of_the_message(own_shop: Served) -> None:
    path = link(own_shop, ADA, purpose="marketing_email")
    done = own_shop.browser().post(path, data={"List-Unsubscribe": "One-Click"}, follow_redirects=False)
    assert (done.status_code, done.json()) == (200, {"unsubscribed": True})
    assert states(own_shop, ADA)["marketing_email"] == "denied"


def test_one_click_without_a_purpose_is_refused(own_shop: Served) -> None:
    done = own_shop.browser().post(link(own_shop, ADA), data={"List-Unsubscribe": "One-Click"})
    assert done.status_code == 403


# ── the API ──────────────────────────────────────────────────────────────────────────────────────


def test_statements_are_kept_before_the_answer_and_count_from_the_next_run(own_shop: Served) -> None:
    given = [statement(id="s1"), statement(id="s2", purpose="analytics", at="2026-03-01T00:00:00Z")]
    answer = call(own_shop, given)
    assert (answer.status_code, answer.json()) == (202, {"kept": 2, "ids": ["s1", "s2"]})
    assert call(own_shop, given).status_code == 202
    found = states(own_shop, ADA)
    assert (found["marketing_email"], found["analytics"]) == ("denied", "denied")
    assert len(Shop(own_shop.folder).rows("event_consent_stated")) == 2


def test_another_statement_under_a_used_id_is_not_lost(own_shop: Served) -> None:
    first = statement(id="s1", state="granted", at="2026-03-09T00:00:00Z")
    assert call(own_shop, [first]).status_code == 202
    assert call(own_shop, [statement(id="s1")]).status_code == 202
    assert states(own_shop, ADA)["marketing_email"] == "denied"


def test_no_yes_and_no_again_under_one_id_is_no(own_shop: Served) -> None:
    for day, state in (("07", "denied"), ("08", "granted"), ("09", "denied")):
        given = statement(id="crm-4711", state=state, at=f"2026-03-{day}T00:00:00Z")
        assert call(own_shop, [given]).status_code == 202
    assert states(own_shop, ADA)["marketing_email"] == "denied"
    assert len(Shop(own_shop.folder).rows("event_consent_stated")) == 3


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param({}, "list", id="no list"),
        pytest.param([], "list", id="empty"),
        pytest.param(["denied"], "object", id="no object"),
        pytest.param([statement(purpose="marketing_emial")], "purpose", id="unknown purpose"),
        pytest.param([statement(state="maybe")], "state", id="unknown state"),
        pytest.param([statement(state=None)], "state", id="no state"),
        pytest.param([statement(at="2126-01-01")], "at", id="in the future"),
        pytest.param([statement(at="yesterday")], "at", id="no time"),
        pytest.param([statement(identifier="ada@people.example")], "identifier", id="identifier as text"),
        pytest.param(
            [statement(identifier={"kind": "e-mail", "value": "a"})], "identifier", id="unknown kind"
        ),
        pytest.param(
            [statement(identifier={"kind": "email", "value": "not one"})], "unreadable", id="no address"
        ),
        pytest.param([statement(identifier={"kind": "email", "value": ""})], "identifier", id="empty value"),
        pytest.param([statement(proof={"a": 1})], "proof", id="proof as object"),
        pytest.param([statement(consent="yes")], "consent", id="unknown key"),
        pytest.param([statement()] * 1001, "list", id="too many"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_kept(own_shop: Served, body: object, said: str) -> None:
    answer = call(own_shop, body)
    assert answer.status_code == 422
    (problem,) = answer.json()["problems"]
    assert problem["code"] == "RUN-060"
    assert said in problem["sentence"]
    assert "not one" not in answer.text
    assert not list((own_shop.folder / ".tandem" / "statements").glob("*"))


def test_every_wrong_statement_is_told_with_its_place(own_shop: Served) -> None:
    answer = call(own_shop, [statement(state="x"), statement(), statement(purpose="y", state="x")])
    assert [one["place"] for one in answer.json()["problems"]] == [
        "statement 1",
        "statement 3",
        "statement 3",
    ]


def test_a_half_written_line_swallows_nothing(own_shop: Served) -> None:
    folder = own_shop.folder / ".tandem" / "statements"
    folder.mkdir()
    (folder / f"{START:%Y-%m-%d}.ndjson").write_text('{"id": "torn", "who')
    assert call(own_shop, [statement()]).status_code == 202
    assert states(own_shop, ADA)["marketing_email"] == "denied"


# ── what the world may know ──────────────────────────────────────────────────────────────────────


def test_global_privacy_control_is_told(served: Served, own_shop: Served) -> None:
    told = served.browser().get("/.well-known/gpc.json").json()
    assert told == {"gpc": False, "lastUpdate": "2026-03-10"}
    shop = Shop(own_shop.folder)
    shop.edit("purposes.yml", "channels: [email, file]}", "channels: [email, file], gpc: denies}")
    assert shop.tandem("apply", "--yes").code == 0
    assert own_shop.browser().get("/.well-known/gpc.json").json()["gpc"] is True


def test_pages_know_what_people_said_to_tandem_itself(own_shop: Served) -> None:
    assert call(own_shop, [statement()]).status_code == 202
    assert states(own_shop, ADA)["marketing_email"] == "denied"
    person = Shop(own_shop.folder).person(ADA)
    office = own_shop.signed_in("privacy")
    for path in ("/", "/data", "/data/lineage", "/data/quarantine", "/work", f"/customers/{person}"):
        page = office.get(path)
        assert page.status_code == 200, (path, page.text[:2000])
    timeline = office.get(f"/customers/{person}/timeline")
    assert timeline.status_code == 200
    assert "Preferences and statements" in timeline.text
    assert "Preferences and statements" in office.get(f"/customers/{person}").text
    (event,) = Shop(own_shop.folder).rows("event_consent_stated")
    shown = office.get(f"/customers/{person}/events/{event['event_id']}")
    assert shown.status_code == 200
