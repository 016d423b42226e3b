"""Signing in through a real OpenID Connect provider that runs beside the test."""

import re
import urllib.parse
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx2
import oidc_provider_mock
import pytest
from starlette.testclient import TestClient
from web.served import Served

EVE = oidc_provider_mock.User(
    sub="eve-1", claims={"email": "eve@shop.example", "email_verified": True, "name": "Eve"}
)
SLY = oidc_provider_mock.User(sub="sly-1", claims={"email": "eve@shop.example", "email_verified": False})


@pytest.fixture
def provider() -> Iterator[str]:
    with oidc_provider_mock.run_server_in_thread(user_claims=[EVE, SLY]) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def shop(own_shop: Served, provider: str, monkeypatch: pytest.MonkeyPatch) -> Served:
    """The shop with that provider as its sign-in service. Tokens are dated by the real clock."""
    monkeypatch.setenv("TANDEM_OIDC_SECRET", "known to the service")
    own_shop.wall = datetime.now(UTC).replace(tzinfo=None)
    toml = own_shop.folder / "tandem.toml"
    toml.write_text(toml.read_text() + f'\n[sign_in]\nissuer = "{provider}"\nclient_id = "tandem"\n')
    return own_shop


def visit(client: TestClient, subject: str) -> str:
    """Go to the provider as a browser would, say who one is, and give the address that it sends one back to."""
    away = client.get("/sign-in/elsewhere?next=/plan", follow_redirects=False)
    assert away.status_code == 303, away.text
    form = {"sub": subject, "action": "authorize"}
    back = httpx2.post(away.headers["location"], data=form, follow_redirects=False)
    found = urllib.parse.urlsplit(back.headers["location"])
    return f"{found.path}?{found.query}"


def test_an_account_with_the_verified_address_is_signed_in(shop: Served) -> None:
    shop.ledger.add_user("eve@shop.example", "marketer", shop.wall)
    client = shop.browser()
    assert "Sign in with the company account" in client.get("/sign-in").text
    done = client.get(visit(client, "eve-1"), follow_redirects=False)
    assert done.headers["location"] == "/plan", done.text
    assert "eve@shop.example" in client.get("/plan").text


def test_nobody_gets_an_account_by_an_unverified_address(shop: Served) -> None:
    shop.ledger.add_user("eve@shop.example", "marketer", shop.wall)
    client = shop.browser()
    done = client.get(visit(client, "sly-1"), follow_redirects=False)
    assert done.status_code == 422
    assert "LDG-048" in done.text


def test_without_an_account_the_page_says_who_adds_one(shop: Served) -> None:
    client = shop.browser()
    done = client.get(visit(client, "eve-1"), follow_redirects=False)
    assert "LDG-048" in done.text
    assert "tandem user add" in done.text


def test_a_new_account_where_the_charter_says_so(shop: Served) -> None:
    toml = shop.folder / "tandem.toml"
    toml.write_text(toml.read_text() + 'add_as = "analyst"\n')
    client = shop.browser()
    assert client.get(visit(client, "eve-1"), follow_redirects=False).status_code == 303
    made = shop.ledger.user_named("eve@shop.example")
    assert made is not None
    assert made.role == "analyst"


def test_a_state_that_was_not_given_here_is_refused(shop: Served) -> None:
    shop.ledger.add_user("eve@shop.example", "marketer", shop.wall)
    theirs, mine = shop.browser(), shop.browser()
    stolen = visit(theirs, "eve-1")
    assert "WEB-008" in mine.get(stolen, follow_redirects=False).text
    visit(mine, "eve-1")
    assert "WEB-008" in mine.get(stolen, follow_redirects=False).text


def test_a_code_serves_once(shop: Served) -> None:
    shop.ledger.add_user("eve@shop.example", "marketer", shop.wall)
    client = shop.browser()
    back = visit(client, "eve-1")
    kept = client.cookies["tandem_visit"]
    assert client.get(back, follow_redirects=False).status_code == 303
    again = shop.browser()
    again.cookies.set("tandem_visit", kept)
    assert "WEB-008" in again.get(back, follow_redirects=False).text


def test_a_token_of_long_ago_is_refused(shop: Served) -> None:
    shop.ledger.add_user("eve@shop.example", "marketer", shop.wall)
    client = shop.browser()
    back = visit(client, "eve-1")
    shop.wall = shop.wall.replace(year=shop.wall.year + 1)
    assert "WEB-008" in client.get(back, follow_redirects=False).text


def test_a_service_that_is_down_is_told(shop: Served) -> None:
    toml = shop.folder / "tandem.toml"
    toml.write_text(re.sub(r"http://localhost:\d+", "http://localhost:9", toml.read_text()))
    assert "WEB-008" in shop.browser().get("/sign-in/elsewhere", follow_redirects=False).text


def test_without_a_service_there_is_a_gap(own_shop: Served) -> None:
    assert own_shop.browser().get("/sign-in/elsewhere", follow_redirects=False).status_code == 409
