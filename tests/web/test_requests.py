"""Access is asked for where it is refused, answered by whoever owns the rule, for a time; how long it took is kept."""

import html
import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from web.served import Browser, Served

POLICY = "policies/standard.yml"
WANTS = {"purpose": "analytics", "destination": "preview", "label": "personal", "why": "names for the letter"}


@pytest.fixture
def shop(own_shop: Served) -> Served:
    """Work has a process of its own, whose wall is the real one."""
    own_shop.wall = datetime.now(UTC).replace(tzinfo=None)
    return own_shop


def asks(browser: Browser, **more: str) -> int:
    return browser.send("/trust/requests/new", {**WANTS, **more}).status_code


def answers(browser: Browser, do: str, number: int = 1, **more: str) -> Any:
    form = {"do": do, "reason": "agreed", "lasts": "30d", **more}
    return browser.send(f"/trust/requests/{number}/answer", form)


def applied(shop: Served, browser: Browser) -> Any:
    answer = browser.send("/plan/apply", {"fingerprint": browser.json("/plan")["fingerprint"]})
    if answer.status_code != 303:
        return answer.status_code
    address = answer.headers["location"].partition("?")[0]
    for _ in range(900):
        job = browser.json(address)["job"]
        if not job["open"]:
            return job["state"]
        time.sleep(0.1)
    raise AssertionError("it did not end")


def test_a_refusal_leads_to_a_request_that_is_filled_in(shop: Served) -> None:
    """An analyst may not see personal fields; vips reads internal ones, so one that reads names is put in force."""
    (shop.folder / "audiences/vips.yml").write_text("audience: vips\nwho: {trait: first_name, is: Ada}\n")
    marketer = shop.signed_in("marketer")
    assert marketer.json("/plan")["needed"][0]["owner"] == "it"
    privacy = shop.signed_in("privacy")
    plan = privacy.json("/plan")["plan"]
    form = {"plan": plan, "owner": "it", "reason": "agreed", "lasts": "7d"}
    assert privacy.send("/plan/approve", form).status_code == 303
    assert applied(shop, marketer) == "done"

    shop.wall -= timedelta(hours=3)
    analyst = shop.signed_in("analyst")
    assert analyst.json("/audiences/vips").get("preview") is None
    page = analyst.get("/audiences/vips").text
    link = re.search(r'href="(/trust/requests/new\?[^"]+)"', page)
    assert link, page
    asked = analyst.json(html.unescape(link[1]).replace("/new?", "/new.json?"))
    assert (asked["purpose"], asked["destination"], asked["labels"]) == ("analytics", "preview", ["personal"])
    assert "profile.first_name" in asked["fields"]

    assert asks(analyst) == 303
    assert "waits for an answer" in str(shop.signed_in("privacy").json("/")["waits"])
    shop.wall += timedelta(hours=3)
    privacy = shop.signed_in("privacy")
    assert answers(privacy, "grant").status_code == 303
    assert "until" in (shop.folder / POLICY).read_text()
    page = privacy.json("/plan")
    assert {one["owner"] for one in page["widenings"]} == {"it"}
    assert page["needed"][0]["given"]["reason"] == "request 1: agreed"
    assert applied(shop, privacy) == "done"
    assert shop.signed_in("analyst").json("/audiences/vips").get("preview"), "the audience is counted now"
    (told,) = shop.ledger.requests()
    assert told.waited(shop.wall) == timedelta(hours=3)
    assert "3 h" in shop.signed_in("analyst").get("/trust/requests").text

    shop.wall += timedelta(days=31)
    assert shop.signed_in("analyst").json("/audiences/vips").get("preview") is None
    refused = shop.signed_in("analyst").get("/audiences/vips").text
    assert "ended at" in refused
    assert "/trust/requests/new?" in refused


@pytest.mark.parametrize("role", ["marketer", "analyst", "executive"])
def test_only_who_speaks_for_the_owner_answers(own_shop: Served, role: str) -> None:
    assert asks(own_shop.signed_in("analyst")) == 303
    before = (own_shop.folder / POLICY).read_text()
    for do in ("grant", "refuse"):
        assert answers(own_shop.signed_in(role), do).status_code == 403
    assert own_shop.ledger.requests()[0].state == "open"
    assert (own_shop.folder / POLICY).read_text() == before


def test_it_is_refused_with_a_reason_and_answered_once(own_shop: Served) -> None:
    analyst, privacy = own_shop.signed_in("analyst"), own_shop.signed_in("privacy")
    asks(analyst)
    assert "RUN-093" in answers(privacy, "refuse", reason="").text
    assert answers(privacy, "refuse", reason="names are not for counting").status_code == 303
    assert "names are not for counting" in analyst.get("/trust/requests").text
    assert answers(privacy, "grant").status_code == 422
    assert own_shop.ledger.requests()[0].state == "refused"


def test_it_is_withdrawn_by_whoever_asked(own_shop: Served) -> None:
    analyst = own_shop.signed_in("analyst")
    asks(analyst)
    assert own_shop.signed_in("marketer").send("/trust/requests/1/withdraw", {}).status_code == 403
    assert analyst.send("/trust/requests/1/withdraw", {}).status_code == 303
    assert own_shop.ledger.open_requests() == []


def test_nobody_answers_their_own_request(own_shop: Served) -> None:
    engineer = own_shop.signed_in("engineer")
    own_shop.signed_in("privacy")
    asks(engineer)
    assert "RUN-092" in answers(engineer, "grant").text


@pytest.mark.parametrize(
    "more", [{"purpose": "nothing"}, {"destination": "moon"}, {"label": "secret"}, {"why": ""}], ids=str
)
def test_what_the_charter_does_not_know_cannot_be_asked_for(own_shop: Served, more: dict[str, str]) -> None:
    assert asks(own_shop.signed_in("analyst"), **more) == 422
    assert own_shop.ledger.requests() == []


def test_a_grant_beside_other_edits_is_not_approved_with_them(own_shop: Served) -> None:
    """Whoever answers a request has not looked at what else waits."""
    asks(own_shop.signed_in("analyst"))
    path = own_shop.folder / POLICY
    path.write_text(path.read_text().replace("smallest_group: 2", "smallest_group: 1"))
    privacy = own_shop.signed_in("privacy")
    assert answers(privacy, "grant").status_code == 303
    assert own_shop.ledger.approvals() == []
    assert privacy.json("/plan")["needed"][0]["given"] is None


def test_both_pages_have_their_states(served: Served) -> None:
    browser = served.signed_in("marketer")
    assert "Nobody has asked yet" in browser.get("/trust/requests").text
    assert "Nothing was approved yet" in browser.get("/trust/approvals").text
    assert browser.json("/trust/requests")["clock"]["median"] is None
