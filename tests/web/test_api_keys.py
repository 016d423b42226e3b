"""Addresses that other systems call: a key of the right scope, no session, no form token, problems as JSON."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tandem.kernel.values import Actor
from tandem.ledger import Cost, Ledger, Wanted, open_ledger
from tandem.usecases.api_keys import add_key
from tandem.usecases.init_charter import init_charter
from tandem.web import app, create_app
from tandem.web.access import Action
from tandem.web.asking import Ask
from tandem.web.page import Reply
from tandem.web.routes import ROUTES, Route

NOW = datetime(2026, 6, 1, 8)
ADA = Actor("ada", "admin")


def said(ask: Ask) -> Reply:
    return Reply({"actor": ask.actor.name, "sent": ask.json()}, 202, {"x-more": "yes"})


def fails(ask: Ask) -> Reply:
    raise RuntimeError("tdm_00000000_secret")


CALLS = (
    Route("/v1/try", "try", None, post=said, needs_work=False, scope="consent:write"),
    Route("/v1/try/{id}", "try one", None, get=fails, delete=said, needs_work=False, scope="opendsr"),
)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    init_charter(tmp_path / "shop")
    opened = open_ledger(tmp_path / "shop" / "ledger.db", Cost(rounds=1, memory=8, lanes=1))
    yield opened
    opened.close()


@pytest.fixture
def client(tmp_path: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    monkeypatch.setattr(app, "ROUTES", (*ROUTES, *CALLS))
    return TestClient(create_app(tmp_path / "shop", ledger, lambda: NOW))


@pytest.fixture
def key(tmp_path: Path, ledger: Ledger) -> str:
    return add_key(tmp_path / "shop", ledger, "shop backend", ["consent:write"], ADA, NOW)[0]


def test_a_key_opens_its_scope(client: TestClient, key: str) -> None:
    answer = client.post("/v1/try", json={"a": 1}, headers={"authorization": f"Bearer {key}"})
    assert (answer.status_code, answer.headers["x-more"]) == (202, "yes")
    assert answer.json() == {"actor": "shop backend", "sent": {"a": 1}}
    assert answer.headers["content-type"] == "application/json"


def test_without_a_key_nothing_opens_and_it_is_noted(client: TestClient, ledger: Ledger, key: str) -> None:
    for header in ({}, {"authorization": "Bearer tdm_00000000_x"}, {"authorization": f"Basic {key}"}):
        answer = client.post("/v1/try", json={}, headers=header)
        assert (answer.status_code, answer.json()["problems"][0]["code"]) == (401, "LDG-090")
        assert answer.headers["www-authenticate"].startswith("Bearer")
    noted = ledger.audit_entries(Wanted(kind="key"))
    assert [(one.what, one.outcome) for one in noted] == [("use", "refused")] * 3 + [("add", "done")]
    assert key.split("_", 2)[2] not in str(noted)


def test_a_right_key_of_another_scope_fills_no_log(client: TestClient, ledger: Ledger, key: str) -> None:
    for _ in range(5):
        assert client.delete("/v1/try/1", headers={"authorization": f"Bearer {key}"}).status_code == 403
    noted = ledger.audit_entries(Wanted(kind="key"))
    assert [(one.what, one.outcome) for one in noted] == [("use", "refused"), ("add", "done")]
    assert ledger.first_of_scope(key, NOW + timedelta(minutes=1))


def test_a_key_of_another_scope_and_a_body_that_is_no_json(client: TestClient, key: str) -> None:
    bearer = {"authorization": f"Bearer {key}"}
    assert client.delete("/v1/try/1", headers=bearer).status_code == 403
    answer = client.post("/v1/try", content=b"{", headers=bearer)
    assert (answer.status_code, answer.json()["problems"][0]["code"]) == (422, "WEB-012")
    assert client.post("/v1/try", content=b"1" * 2_000_001, headers=bearer).status_code == 422
    assert client.get("/v1/try", headers=bearer).status_code in (404, 405)


def test_our_fault_is_told_without_what_it_was(client: TestClient, ledger: Ledger, tmp_path: Path) -> None:
    key, _ = add_key(tmp_path / "shop", ledger, "portal", ["opendsr"], ADA, NOW)
    answer = client.get("/v1/try/1", headers={"authorization": f"Bearer {key}"})
    assert (answer.status_code, answer.json()["problems"][0]["code"]) == (500, "WEB-004")
    assert "secret" not in answer.text


def test_from_too_many_wrong_keys_on_the_answer_says_so(client: TestClient, ledger: Ledger) -> None:
    wrong = {"authorization": "Bearer tdm_00000000_x"}
    assert [client.post("/v1/try", headers=wrong).status_code for _ in range(21)] == [401] * 20 + [429]
    assert ledger.audit_count(Wanted(kind="key")) == 20


def test_a_route_has_an_action_or_a_scope() -> None:
    with pytest.raises(ValueError, match="scope"):
        Route("/x", "x", Action.LOOK, scope="opendsr")
    with pytest.raises(ValueError, match="scope"):
        Route("/x", "x", None, scope="everything")
