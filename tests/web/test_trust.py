"""Trust: who sees the log, what stands in it after pages were looked at, and that a broken one is said."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text
from web.served import PASSWORD, ROLES, Served

from tandem.ledger import Wanted


@pytest.fixture(scope="module")
def served(untouched: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A shop for these tests alone: what others looked at before is kept, and stands in the log."""
    with untouched.copied(tmp_path_factory.mktemp("trusted") / "shop") as shop:
        yield shop


def newest(shop: Served, **wanted: object) -> list[tuple[str, str, str, str, str | None]]:
    """(kind, actor, what, outcome, person) of the last entries."""
    found = shop.ledger.audit_entries(Wanted(**wanted), limit=500)  # type: ignore[arg-type]
    return [
        (one.kind, one.actor, one.what, one.outcome, None if one.person_id is None else str(one.person_id))
        for one in found
    ]


def somebody(shop: Served) -> str:
    """The id of a person."""
    page = shop.signed_in("marketer").send("/customers", {"q": "ada"}, page="/customers")
    if page.status_code == 303:
        return page.headers["location"].split("/")[2]
    raise AssertionError(page.text)


def test_the_index_links_what_the_role_may_open(served: Served) -> None:
    for role in ROLES:
        page = served.signed_in(role).get("/trust")
        assert page.status_code == 200
        assert ("/trust/audit" in page.text) == (role in ("engineer", "privacy", "admin"))


def test_who_saw_a_person_is_for_the_privacy_office_and_admins(own_shop: Served) -> None:
    person = somebody(own_shop)
    own_shop.signed_in("marketer").get(f"/customers/{person}")
    own_shop.signed_in("analyst").get(f"/customers/{person}/timeline")
    for role in ("privacy", "admin"):
        page = own_shop.signed_in(role).json(f"/trust/audit?person={person}")
        seen = [(one["actor"], one["what"]) for one in page["entries"] if one["kind"] == "person"]
        assert seen == [("some-analyst", "timeline"), ("some-marketer", "profile")]
        assert page["people"] is True
    page = own_shop.signed_in("engineer").json(f"/trust/audit?person={person}")
    assert page["people"] is False
    assert {one["person_id"] for one in page["entries"]} == {None}
    assert page["entries"]
    assert own_shop.signed_in("marketer").get("/trust/audit").status_code == 403


def test_pages_leave_decisions_and_refusals_behind(own_shop: Served) -> None:
    person = somebody(own_shop)
    own_shop.signed_in("executive").get(f"/customers/{person}")
    own_shop.signed_in("analyst").get("/audiences")
    kinds = newest(own_shop, kind="decision")
    assert ("decision", "some-analyst", "preview", "permit", None) in kinds
    own_shop.signed_in("privacy").get(f"/customers/{person}")
    profile = newest(own_shop, kind="person", actor="some-privacy")
    assert profile == [("person", "some-privacy", "profile", "seen", person)]
    before = own_shop.ledger.audit_head()
    own_shop.signed_in("privacy").get("/trust")
    after = own_shop.ledger.audit_head()
    assert before is not None
    assert after is not None
    assert after.number <= before.number + 1


def test_an_export_is_noted_before_it_is_handed_over(own_shop: Served) -> None:
    person = somebody(own_shop)
    browser = own_shop.signed_in("marketer")
    assert browser.get(f"/customers/{person}/identifiers?export=identifiers.csv").status_code == 200
    assert newest(own_shop, kind="export", actor="some-marketer") == [
        ("export", "some-marketer", "identifiers: identifiers.csv", "done", person)
    ]
    assert browser.get(f"/customers/{person}/identifiers?export=nothing.csv").status_code == 404
    assert len(newest(own_shop, kind="export", actor="some-marketer")) == 1


def test_a_kept_answer_is_noted_for_whoever_is_given_it(own_shop: Served) -> None:
    browser, page = own_shop.signed_in("marketer"), "/audiences/lapsed_big_spenders"
    assert browser.get(page).status_code == 200
    own_shop.ledger.add_user("second-marketer", "marketer", own_shop.wall, password=PASSWORD)
    browser.client.cookies.clear()
    sign_in = {"name": "second-marketer", "password": PASSWORD}
    assert browser.client.post("/sign-in", data=sign_in, follow_redirects=False).status_code == 303
    assert browser.get(page).status_code == 200
    first, second = (
        {
            (one.what, one.outcome, one.purpose, str(one.detail))
            for one in own_shop.ledger.audit_entries(Wanted(kind="decision", actor=f"{who}-marketer"))
        }
        for who in ("some", "second")
    )
    assert first
    assert second == first


def test_the_whole_log_is_proved_from_the_page(own_shop: Served) -> None:
    browser = own_shop.signed_in("privacy")
    page = browser.json("/trust/audit?verify=1")
    while page["verifying"]:
        page = browser.json("/trust/audit?verify=1")
    assert page["broken"] is None
    assert "sound on" in browser.json("/trust/audit")["verified"]
    assert "sealed" in browser.get("/trust/audit").text


def test_a_log_that_was_cut_is_said_on_the_page(own_shop: Served) -> None:
    browser = own_shop.signed_in("privacy")
    browser.get("/trust/audit")
    with own_shop.ledger._write() as db:
        db.execute(text("DELETE FROM audit WHERE number = (SELECT number FROM audit_head)"))
    page = browser.json("/trust")
    assert page["broken"]["code"] == "LDG-072"
    assert "cut short" in page["broken"]["found"]
    assert "LDG-072" in browser.get("/trust").text


@pytest.mark.parametrize(
    "query", ["kind=decision", "actor=some-privacy", "since=2026-01-01", "before=3", "person=x"]
)
def test_filters_make_pages(served: Served, query: str) -> None:
    assert served.signed_in("privacy").get(f"/trust/audit?{query}").status_code == 200
