"""What holds for every address: sign-in, role, form token, headers, JSON twin, and the pages of trouble."""

import re
import time

import pytest
from web.served import PASSWORD, ROLES, Browser, Served

from tandem.kernel.values import WorkspaceRole
from tandem.web.access import ALLOWED, Action, may
from tandem.web.page import PageContext, helps
from tandem.web.routes import ROUTES, Route

GUARDED = [route for route in ROUTES if route.action is not None]


def filled(route: Route) -> str:
    """An address of the route with something in its holes."""
    return re.sub(r"\{[^}]*\}", "1", route.path)


@pytest.mark.parametrize("route", GUARDED, ids=lambda r: f"{r.name} {r.path}")
def test_nobody_gets_in_without_signing_in(served: Served, route: Route) -> None:
    client = served.browser()
    path = filled(route)
    method = "GET" if route.get else "POST"
    assert client.request(method, path, follow_redirects=False).headers["location"].startswith("/sign-in")
    twin = client.request(method, path, headers={"accept": "application/json"}, follow_redirects=False)
    assert twin.status_code == 403
    assert twin.json()["problems"][0]["code"] == "WEB-005"


@pytest.mark.parametrize("role", ROLES)
def test_a_role_does_only_what_its_actions_allow(served: Served, role: str) -> None:
    """Every guarded address that the table closes to the role is refused by name, page and twin alike."""
    browser = served.signed_in(role)
    for route in GUARDED:
        assert route.action is not None
        if may(WorkspaceRole(role), route.action):
            continue
        path = filled(route)
        answer = browser.get(path) if route.get else browser.send(path)
        assert (route.path, answer.status_code) == (route.path, 403)
        assert "WEB-002" in answer.text
        twin = browser.get(path, headers={"accept": "application/json"}) if route.get else answer
        assert twin.status_code == 403


@pytest.mark.parametrize("route", [r for r in GUARDED if r.post], ids=lambda r: r.path)
def test_a_form_without_the_token_changes_nothing(served: Served, route: Route) -> None:
    browser = served.signed_in(next(role for role in ROLES if may(WorkspaceRole(role), route.action)))
    for token in ("", "x" * 43):
        answer = browser.client.post(filled(route), data={"csrf": token}, follow_redirects=False)
        assert answer.status_code == 403
        assert "WEB-003" in answer.text


def test_a_form_from_another_site_is_refused(marketer: Browser) -> None:
    page = marketer.get("/").text
    token = re.search(r'name="csrf" value="([^"]*)"', page)
    assert token
    answer = marketer.client.post(
        "/sign-out", data={"csrf": token.group(1)}, headers={"origin": "https://elsewhere.example"}
    )
    assert answer.status_code == 403


def test_sign_in_from_another_site_is_refused(served: Served) -> None:
    answer = served.browser().post(
        "/sign-in", headers={"origin": "https://elsewhere.example"}, data={"name": "a"}
    )
    assert answer.status_code == 403


def test_every_answer_carries_the_headers(marketer: Browser) -> None:
    for path in ("/", "/nowhere", "/static/tandem.css", "/plan.json"):
        headers = marketer.get(path).headers
        policy = headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
    assert marketer.get("/").headers["cache-control"] == "no-store"


def test_the_cookie_is_for_the_server_only(served: Served) -> None:
    served.signed_in("marketer")
    client = served.browser()
    form = {"name": "some-marketer", "password": PASSWORD}
    plain = client.post("/sign-in", data=form, follow_redirects=False).headers["set-cookie"].lower()
    assert "httponly" in plain
    assert "samesite=lax" in plain
    client.base_url = "https://testserver"
    secure = client.post("/sign-in", data=form, follow_redirects=False).headers["set-cookie"]
    assert secure.startswith("__Host-")
    assert "secure" in secure.lower()


def test_a_wrong_password_says_no_more_than_that(served: Served) -> None:
    client = served.browser()
    answer = client.post("/sign-in", data={"name": "nobody-at-all", "password": "wrong password 1"})
    assert answer.status_code == 422
    assert "LDG-046" in answer.text
    assert 'value="nobody-at-all"' in answer.text


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_sign_in_leads_nowhere_else(served: Served, target: str) -> None:
    served.signed_in("marketer")
    form = {"name": "some-marketer", "password": PASSWORD, "next": target}
    answer = served.browser().post("/sign-in", data=form, follow_redirects=False)
    assert answer.headers["location"] == "/"


def test_signing_out_ends_the_session_for_good(served: Served) -> None:
    browser = served.signed_in("engineer")
    token = browser.client.cookies["tandem_session"]
    browser.send("/sign-out")
    browser.client.cookies.set("tandem_session", token)
    assert browser.get("/").headers["location"] == "/sign-in"


@pytest.mark.parametrize("route", [r for r in GUARDED if r.get and "{" not in r.path], ids=lambda r: r.path)
def test_a_page_and_its_twin_are_one(served: Served, route: Route) -> None:
    """The twin has the page's fields, whichever way it is asked for."""
    browser = served.signed_in(next(r for r in ROLES if route.action and may(WorkspaceRole(r), route.action)))
    page = browser.get(route.path)
    assert page.status_code == 200, page.text
    assert page.headers["content-type"].startswith("text/html")
    address = "/home.json" if route.path == "/" else f"{route.path}.json"
    for _ in range(200):
        twin, named = browser.json(route.path), browser.get(address).json()
        # What takes seconds is worked out beside the page, so two looks can differ until it is there.
        # To read the audit log is an entry of it, so no two looks are the same.
        if twin == named or route.path == "/trust/audit":
            break
        time.sleep(0.2)
    assert twin == named or (route.path == "/trust/audit" and twin.keys() == named.keys())
    assert twin["page"] == route.name
    assert "title" in twin


def test_every_action_is_used_and_every_role_may_look() -> None:
    # What is said of people in the audit log is left out within the page.
    assert {route.action for route in GUARDED} | {Action.SEE_AUDIT_OF_PEOPLE} == set(ALLOWED)
    assert ALLOWED[next(iter(ALLOWED))] == frozenset(WorkspaceRole)


def test_unknown_addresses_are_pages_too(marketer: Browser) -> None:
    answer = marketer.get("/there/is/nothing")
    assert answer.status_code == 404
    assert "WEB-001" in answer.text


def test_too_large_a_form_is_told(marketer: Browser) -> None:
    answer = marketer.client.post("/sign-out", data={"csrf": "x" * 3_000_000})
    assert "WEB-007" in answer.text


def test_our_fault_has_a_reference_and_no_traceback(
    marketer: Browser, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("tandem.web.views.plan.see_plan", broken)
    answer = marketer.get("/plan")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    reference = re.search(r"reference ([0-9a-f]{8})", answer.text)
    assert reference
    assert reference.group(1) in caplog.text


def test_every_field_of_every_page_has_help() -> None:
    pages = list(PageContext.__subclasses__())
    silent = [f"{page.__name__}.{name}" for page in pages for name, text in helps(page).items() if not text]
    assert pages
    assert silent == []


def test_what_every_page_reads_may_break_too(
    marketer: Browser, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("tandem.web.framing.Project.now", broken)
    for accepted in ("text/html", "application/json"):
        answer = marketer.get("/plan", headers={"accept": accepted})
        assert answer.status_code == 500
        assert "WEB-004" in answer.text
        assert "secret detail" not in answer.text
    assert "secret detail" in caplog.text
