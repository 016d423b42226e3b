"""Rights of people: the page of the privacy office, and OpenDSR for other systems."""

import base64
import hashlib
import json
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from starlette.testclient import TestClient
from web.served import Served

from tandem.kernel.values import Actor
from tandem.ledger import PersonRequest
from tandem.usecases.api_keys import add_key
from tandem.usecases.erase_person import carry_out
from tandem.usecases.opendsr import DOMAIN_HEADER, SIGNATURE_HEADER, signed
from tandem.usecases.workspace import open_workspace

ADMIN = Actor("ada", "admin")


class Caller:
    """Another system with a key."""

    def __init__(self, shop: Served, name: str = "broker", scopes: tuple[str, ...] = ("opendsr",)) -> None:
        text, _ = add_key(shop.folder, shop.ledger, name, scopes, ADMIN, shop.wall)
        self.client: TestClient = shop.browser()
        self.headers = {"Authorization": f"Bearer {text}"}

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """One call."""
        content = None if body is None else json.dumps(body).encode()
        return self.client.request(method, f"/opendsr/{path}", content=content, headers=self.headers)


def request(kind: str = "erasure", **more: Any) -> dict[str, Any]:
    """A request about Ada, as a controller sends it."""
    return {
        "subject_request_id": str(uuid.uuid4()),
        "subject_request_type": kind,
        "regulation": "gdpr",
        "submitted_time": "2026-03-09T09:00:00Z",
        "subject_identities": [identity("Ada@People.example ")],
        **more,
    }


def identity(value: str, kind: str = "email", format_: str = "raw") -> dict[str, str]:
    return {"identity_type": kind, "identity_value": value, "identity_format": format_}


@pytest.fixture(scope="module")
def shop(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One copy of the shop for all tests here: each erases or asks about somebody else."""
    with served.copied(tmp_path_factory.mktemp("rights") / "shop") as copy:
        yield copy


@pytest.fixture(scope="module")
def caller(shop: Served) -> Caller:
    return Caller(shop)


def test_the_discovery_says_what_is_taken_and_signs_it(caller: Caller) -> None:
    found = caller.ask("GET", "discovery")
    assert found.status_code == 200
    body = found.json()
    assert body["supported_subject_request_types"] == ["access", "portability", "erasure"]
    assert {"identity_type": "email", "identity_format": "sha256"} in body["supported_identities"]
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(body["processor_public_key"]["key"]))
    key.verify(base64.b64decode(found.headers[SIGNATURE_HEADER]), found.content)
    assert DOMAIN_HEADER not in found.headers, "no charter names it; the host is what the caller sent"


def test_the_processor_is_named_as_the_charter_says(tmp_path: Path) -> None:
    assert signed(tmp_path, "my.shop.example", {}).headers[DOMAIN_HEADER] == "my.shop.example"
    assert DOMAIN_HEADER not in signed(tmp_path, "", {}).headers


def test_without_the_scope_nothing_is_answered(shop: Served) -> None:
    other = Caller(shop, "tracker", ("consent:write",))
    assert other.ask("GET", "discovery").status_code == 403
    assert shop.browser().get("/opendsr/discovery").status_code == 401


def test_a_request_waits_with_its_clock_and_keeps_no_identifier(shop: Served, caller: Caller) -> None:
    body = request()
    made = caller.ask("POST", "requests", body)
    assert made.status_code == 201, made.text
    assert made.json()["request_status"] == "pending"
    assert made.json()["expected_completion_time"] == "2026-04-08T09:00:00Z"
    assert "ada@" not in str(shop.ledger.person_request(body["subject_request_id"])).lower()
    assert caller.ask("POST", "requests", body).status_code == 409, "an id twice"
    path = f"requests/{body['subject_request_id']}"
    assert caller.ask("GET", path).json()["request_status"] == "pending"
    loud = body | {"subject_request_id": body["subject_request_id"].upper()}
    assert caller.ask("POST", "requests", loud).status_code == 409, "the same id in capitals"
    assert caller.ask("GET", path.upper().replace("REQUESTS", "requests")).status_code == 200
    assert Caller(shop, "stranger").ask("GET", path).status_code == 404
    assert caller.ask("DELETE", path).json()["request_status"] == "cancelled"
    assert caller.ask("DELETE", path).status_code == 409
    assert caller.ask("GET", "status").json()["requests"]["cancelled"] >= 1


def test_a_key_of_the_name_of_an_account_is_not_that_account(shop: Served) -> None:
    office, id_ = Actor("pia", "privacy"), str(uuid.uuid4())
    asked = PersonRequest(id_, "erasure", "gdpr", (), office.name, shop.wall, shop.wall)
    shop.ledger.add_person_request(asked)
    namesake = Caller(shop, office.name)
    assert namesake.ask("GET", f"requests/{id_}").status_code == 404
    assert namesake.ask("DELETE", f"requests/{id_}").status_code == 404
    assert shop.ledger.person_request(id_).open


@pytest.mark.parametrize(
    "wrong",
    [
        {"subject_request_id": "1"},
        {"subject_request_type": "forget"},
        {"regulation": "none"},
        {"subject_identities": []},
        {"subject_identities": [identity("x", kind="shoe_size")]},
        {"subject_identities": [identity("x", format_="rot13")]},
        {"subject_identities": [identity("no address")]},
        {"subject_identities": [identity("abc", format_="sha256")]},
        {"submitted_time": "soon"},
    ],
)
def test_what_is_wrong_is_told_and_nothing_kept(caller: Caller, wrong: dict[str, Any]) -> None:
    found = caller.ask("POST", "requests", request(**wrong))
    assert found.status_code in (400, 422)
    assert [one["code"] for one in found.json()["problems"]] == ["RUN-085"]
    assert "no address" not in found.text


@pytest.mark.parametrize(("format_", "who"), [("sha256", "cy@people.example"), ("sha1", "bo@people.example")])
def test_hashed_identities_are_erased_too(shop: Served, caller: Caller, format_: str, who: str) -> None:
    digest = hashlib.new(format_, who.encode()).hexdigest()
    body = request(subject_identities=[identity(digest, format_=format_)])
    assert caller.ask("POST", "requests", body).status_code == 201
    with open_workspace(shop.folder, Actor("pia", "privacy")) as work:
        done = carry_out(work, body["subject_request_id"], shop.wall, lambda: shop.wall)
    assert (done.receipt or {})["people"] == 1
    told = caller.ask("GET", f"requests/{body['subject_request_id']}").json()
    assert told["request_status"] == "completed"


def test_the_page_is_for_the_privacy_office(shop: Served) -> None:
    assert shop.signed_in("marketer").get("/trust/people").status_code == 403
    assert shop.signed_in("privacy").get("/trust/people").status_code == 200


def test_held_exported_erased_with_confirmation(own_shop: Served) -> None:
    privacy = own_shop.signed_in("privacy")
    page = privacy.send("/trust/people", {"who": "ada@people.example"}, page="/trust/people")
    assert page.status_code == 200
    assert "1 person" in page.text
    file = privacy.send("/trust/people/export", {"who": "ada@people.example"}, page="/trust/people")
    assert file.headers["content-type"] == "application/zip"
    unsure = privacy.send(
        "/trust/people/erase",
        {"who": "ada@people.example", "reason": "asked", "sure": "yes"},
        page="/trust/people",
    )
    assert unsure.status_code == 422
    assert own_shop.ledger.person_requests() == []
    words = {"who": "ada@people.example", "reason": "asked", "sure": "erase"}
    begun = privacy.send("/trust/people/erase", words, page="/trust/people")
    assert begun.headers["location"].startswith("/work/")
    end = time.monotonic() + 120
    while own_shop.ledger.person_requests()[0].open and time.monotonic() < end:
        time.sleep(0.5)
    (done,) = privacy.json("/trust/people")["table"]["rows"]
    assert done[2] == "done"
    receipt = json.loads(privacy.get(f"/trust/people/{done[0]}/receipt").content)
    assert receipt["good"]
    assert "ada@" not in str(receipt).lower()
    (job,) = own_shop.ledger.jobs(own_shop.wall)
    assert "ada" not in str(job.arguments)


@pytest.mark.parametrize(("role", "status"), [("marketer", 403), ("engineer", 403), ("admin", 303)])
def test_who_answers_for_an_erasure_stops_it(own_shop: Served, role: str, status: int) -> None:
    number = own_shop.ledger.add_job("erase", {"request": "r"}, ADMIN, own_shop.wall, alone=True)
    done = own_shop.signed_in(role).send(f"/work/{number}/stop", page="/work")
    assert done.status_code == status
    assert own_shop.ledger.job(number, own_shop.wall).open == (status == 403)


def test_a_request_of_access_is_handed_over(shop: Served, caller: Caller) -> None:
    body = request("access", subject_identities=[identity("C1", kind="crm_id")])
    assert caller.ask("POST", "requests", body).status_code == 201
    privacy = shop.signed_in("privacy")
    path = f"/trust/people/{body['subject_request_id']}/carry-out"
    found = privacy.send(path, page="/trust/people")
    assert found.headers["content-type"] == "application/zip"
    assert caller.ask("GET", f"requests/{body['subject_request_id']}").json()["request_status"] == "completed"
