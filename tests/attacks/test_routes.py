"""Every address, by every role, with somebody else's ids: what the table of access says, and no data in a no."""

import re

import pytest
from attacks.conftest import ADA, PERSONAL
from cli.shop import Shop
from web.served import ROLES, Served

from tandem.kernel.values import WorkspaceRole
from tandem.web.access import ALLOWED, may
from tandem.web.routes import ROUTES, Route

SIGNED = [route for route in ROUTES if route.action is not None]
OPEN = {
    "/sign-in",
    "/sign-in/elsewhere",
    "/sign-in/back",
    "/preferences/{token}",
    "/pulse/{token}",
    "/.well-known/gpc.json",
}
"""What anybody may ask for; whoever adds to it says in ACCESS.md why."""


def filled(route: Route, ada: str) -> str:
    """The address with what stands there of others: a person, an event, an audience, a request."""
    known = {"id": ada, "event": "1", "name": "vips", "source": "crm", "token": "x"}
    known |= {"question": "NEED", "format": "html"}
    return re.sub(r"\{([^}:]*)[^}]*\}", lambda hole: known[hole[1]], route.path)


def test_nothing_is_open_that_is_not_listed() -> None:
    assert {one.path for one in ROUTES if one.action is None and not one.scope} == OPEN


def test_every_role_stands_in_the_table() -> None:
    assert set().union(*ALLOWED.values()) == set(WorkspaceRole)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_what_the_table_says_and_a_refusal_shows_nobody(
    served: Served, ada: str, role: str
) -> None:
    browser = served.signed_in(role)
    for route in SIGNED:
        assert route.action is not None
        path = filled(route, ada)
        allowed = may(WorkspaceRole(role), route.action)
        for accept in ("text/html", "application/json"):
            headers = {"accept": accept}
            if route.get:
                answer = browser.get(path, headers=headers)
            else:
                answer = browser.client.post(
                    path, data={"csrf": "no"}, headers=headers, follow_redirects=False
                )
            found = (route.path, answer.status_code)
            if not allowed:
                assert found == (route.path, 403)
                assert "WEB-002" in answer.text
            elif not route.get:
                assert found == (route.path, 403), "a form without its token"
                assert "WEB-003" in answer.text
            else:
                assert answer.status_code < 500, found
                # Only the role may be what closes it: not for lack of a token, not as for nobody.
                assert "WEB-002" not in answer.text
                assert "WEB-005" not in answer.text
            if answer.status_code >= 400:
                assert not [word for word in PERSONAL if word in answer.text], found


@pytest.mark.parametrize("path", ["", "/timeline", "/identifiers", "/contacts", "/events/1"])
@pytest.mark.parametrize("role", ["executive", "admin"])
def test_who_may_not_see_customers_sees_none_by_id(served: Served, ada: str, role: str, path: str) -> None:
    for ending in ("", ".json", "?export=identifiers.csv", "?role=privacy"):
        address = f"/customers/{ada}{path}{ending}"
        answer = served.signed_in(role).get(address)
        assert answer.status_code == 403, address
        assert not [word for word in PERSONAL if word in answer.text]


IDS = (
    "0",
    "-1",
    "999999999999999999999999",
    "1e3",
    "1 OR 1=1",
    "' OR '1'='1",
    "1;DROP TABLE profile",
    "١٢",
    "%00",
    "..%2f..",
)


@pytest.mark.parametrize("wanted", IDS)
@pytest.mark.parametrize("path", ["", "/timeline", "/identifiers", "/contacts"])
def test_an_id_that_is_none_finds_nobody(served: Served, wanted: str, path: str) -> None:
    answer = served.signed_in("marketer").get(f"/customers/{wanted}{path}")
    assert answer.status_code in (400, 404, 422)
    assert not [word for word in PERSONAL if word in answer.text]


def test_an_event_of_one_is_not_shown_on_the_page_of_another(served: Served, ada: str) -> None:
    browser = served.signed_in("marketer")
    events = re.findall(rf"/customers/{ada}/events/(\d+)", browser.get(f"/customers/{ada}/timeline").text)
    assert events
    other = Shop(served.folder).person("bo@people.example")
    assert browser.get(f"/customers/{ada}/events/{events[0]}").status_code == 200
    assert browser.get(f"/customers/{other}/events/{events[0]}").status_code == 404


CLAIMS = {
    "a field": {"data": {"role": "admin", "user": "admin", "is_admin": "1"}},
    "a header": {"headers": {"x-role": "admin", "x-forwarded-user": "admin", "x-user": "admin"}},
    "a method": {"headers": {"x-http-method-override": "GET", "x-method-override": "GET"}},
    "another address": {"headers": {"x-original-url": "/", "x-rewrite-url": "/"}},
    "from here": {"headers": {"x-forwarded-for": "127.0.0.1", "x-real-ip": "127.0.0.1"}},
    "a cookie": {"headers": {"cookie": "role=admin"}},
}


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS.keys())
def test_nobody_becomes_another_by_saying_so(served: Served, claim: dict[str, dict[str, str]]) -> None:
    browser = served.signed_in("executive")
    token = re.search(r'name="csrf" value="([^"]*)"', browser.get("/help").text)
    assert token
    extra = dict(claim.get("headers", {}))
    if "cookie" in extra:
        extra["cookie"] += f"; tandem_session={browser.client.cookies['tandem_session']}"
    data = {"csrf": token[1], "fingerprint": "x"} | claim.get("data", {})
    for path in ("/plan/apply", "/work/run", "/audiences/new"):
        answer = browser.client.post(path, data=data, headers=extra, follow_redirects=False)
        assert answer.status_code == 403, path
        assert "WEB-002" in answer.text


def test_the_twin_asks_for_the_same_role(served: Served, ada: str) -> None:
    for path in (f"/customers/{ada}", "/customers", "/trust/people"):
        for answer in (
            served.signed_in("executive").get(f"{path}.json"),
            served.signed_in("executive").get(path, headers={"accept": "application/json"}),
        ):
            assert answer.status_code == 403
            assert answer.headers["content-type"].startswith("application/json")
            assert ADA not in answer.text
