"""What widens is applied with a yes of the function that is asked: by sign-in, for these files, once."""

import sqlite3
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from web.forms import fields
from web.served import Browser, Served

from tandem.usecases.editors import editors_of, note_editor

POLICY = "policies/standard.yml"
REASON = {"reason": "agreed with the data protection officer", "lasts": "7d"}


@pytest.fixture
def widened(own_shop: Served) -> Served:
    """Smaller groups are to be counted than before. Work has a process of its own, whose wall is the real one."""
    own_shop.wall = _wall()
    _edit(own_shop, "smallest_group: 2", "smallest_group: 1")
    return own_shop


def _wall() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def _edit(shop: Served, old: str, new: str, file: str = POLICY) -> None:
    path = shop.folder / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))


def approved(browser: Browser, **more: str) -> int:
    """The status of approving the plan as the page shows it."""
    plan = browser.json("/plan")["plan"]
    return browser.send("/plan/approve", {"plan": plan, "owner": "it", **REASON, **more}).status_code


def applied(shop: Served, browser: Browser, plan: str = "") -> Any:
    """How applying what the page shows ends: the job's state, or the status of a refusal."""
    shop.wall = shop.wall + timedelta(seconds=1)
    answer = browser.send("/plan/apply", {"fingerprint": plan or browser.json("/plan")["fingerprint"]})
    if answer.status_code != 303:
        return answer.status_code
    address = answer.headers["location"].partition("?")[0]
    for _ in range(600):
        job = browser.json(address)["job"]
        if not job["open"]:
            return job["state"]
        time.sleep(0.1)
    raise AssertionError("it did not end")


def test_the_plan_says_what_widens_at_its_clause_and_who_is_asked(widened: Served) -> None:
    page = widened.signed_in("marketer").json("/plan")
    (one,) = page["widenings"]
    assert (one["kind"], one["owner"]) == ("smallest_group", "it")
    assert one["place"].startswith(f"{POLICY}:3")
    (asked,) = page["needed"]
    assert (asked["owner"], asked["given"]) == ("it", None)
    assert page["yours"] == ["marketing"] or page["yours"] == []
    privacy = widened.signed_in("privacy")
    assert "it" in privacy.json("/plan")["yours"]
    assert "What widens" in privacy.get("/plan").text


@pytest.mark.parametrize("role", ["marketer", "analyst", "executive"])
def test_nobody_approves_for_a_function_they_do_not_speak_for(widened: Served, role: str) -> None:
    assert approved(widened.signed_in(role)) == 403
    assert widened.ledger.approvals() == []


@pytest.mark.parametrize("role", ["privacy", "engineer"])
def test_without_an_approval_not_even_its_owner_applies_it(widened: Served, role: str) -> None:
    browser = widened.signed_in(role)
    assert "has to approve" in browser.json("/plan")["waits_for"]
    assert applied(widened, browser) == 403


def test_approved_it_is_applied_by_whoever_may_and_the_yes_is_used(widened: Served) -> None:
    privacy, marketer = widened.signed_in("privacy"), widened.signed_in("marketer")
    assert approved(privacy) == 303
    page = marketer.json("/plan")
    assert page["waits_for"] is None
    assert page["needed"][0]["given"]["actor"]["name"] == "some-privacy"
    assert applied(widened, marketer) == "done"
    (one,) = widened.ledger.approvals()
    assert one.state(widened.wall) == "used"
    assert "agreed with" in marketer.get("/trust/approvals").text


def test_a_used_approval_does_not_let_the_same_edit_through_again(widened: Served) -> None:
    """Back and forth: the same files as were approved, and again over the same charter in force."""
    privacy = widened.signed_in("privacy")
    shown = privacy.json("/plan")["plan"]
    assert approved(privacy) == 303
    assert applied(widened, privacy) == "done"
    _edit(widened, "smallest_group: 1", "smallest_group: 2")
    assert applied(widened, privacy) == "done", "what narrows needs nobody"
    _edit(widened, "smallest_group: 2", "smallest_group: 1")
    assert privacy.json("/plan")["plan"] == shown
    assert applied(widened, privacy) == 403


def test_a_changed_plan_makes_it_void(widened: Served) -> None:
    privacy = widened.signed_in("privacy")
    seen = privacy.json("/plan")["plan"]
    assert approved(privacy) == 303
    _edit(widened, "labels: [public, internal, personal]", "labels: [public, internal, personal, sensitive]")
    assert applied(widened, privacy) == 403
    again = privacy.send("/plan/approve", {"plan": seen, "owner": "it", **REASON})
    assert again.status_code == 422
    assert "RUN-032" in again.text


def test_it_expires(widened: Served) -> None:
    privacy = widened.signed_in("privacy")
    assert approved(privacy, lasts="1d") == 303
    widened.wall += timedelta(days=1)
    later = widened.signed_in("privacy")
    assert later.json("/plan")["needed"][0]["given"] is None
    assert applied(widened, later) == 403


def test_it_can_be_withdrawn_by_whoever_speaks_for_the_function(widened: Served) -> None:
    privacy, marketer = widened.signed_in("privacy"), widened.signed_in("marketer")
    assert approved(privacy) == 303
    assert marketer.send("/trust/approvals/withdraw", {"id": "1"}).status_code == 403
    assert widened.signed_in("engineer").send("/trust/approvals/withdraw", {"id": "1"}).status_code == 303
    assert applied(widened, privacy) == 403
    assert privacy.send("/trust/approvals/withdraw", {"id": "1"}).status_code == 422


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"reason": " "}, "RUN-093"),
        ({"lasts": "0d"}, "RUN-094"),
        ({"lasts": "400d"}, "RUN-094"),
        ({"owner": "us"}, "RUN-090"),
    ],
)
def test_it_says_why_and_ends(widened: Served, more: dict[str, str], problem: str) -> None:
    privacy = widened.signed_in("privacy")
    plan = privacy.json("/plan")["plan"]
    answer = privacy.send("/plan/approve", {"plan": plan, "owner": "it", **REASON, **more})
    assert problem in answer.text
    assert widened.ledger.approvals() == []


def test_nobody_lets_their_own_edit_through_for_the_other_function(own_shop: Served) -> None:
    """An admin speaks for both; what it wrote for marketing and IT is asked about, somebody else of IT approves."""
    own_shop.wall = _wall()
    admin, engineer = own_shop.signed_in("admin"), own_shop.signed_in("engineer")
    who = "audience: vips\nwho: {trait: orders, at_least: 1}\n"
    (own_shop.folder / "audiences/vips.yml").write_text(who)
    assert applied(own_shop, admin) == "done"
    page = admin.get("/audiences/vips/edit").text
    form = fields(page) | {
        "w.kind": "trait",
        "w.name": "first_name",
        "w.op": "is",
        "w.value": "Ada",
        "do": "save",
    }
    saved = admin.send("/audiences/vips/edit", form)
    assert saved.status_code == 303, saved.text
    assert [one["kind"] for one in admin.json("/plan")["widenings"]]
    refused = admin.send("/plan/approve", {"plan": admin.json("/plan")["plan"], "owner": "it", **REASON})
    assert "RUN-092" in refused.text
    # A word added by a friend does not make it the friend's alone.
    note_editor(own_shop.folder, "audiences/vips.yml", "mara")
    again = admin.send("/plan/approve", {"plan": admin.json("/plan")["plan"], "owner": "it", **REASON})
    assert "RUN-092" in again.text
    assert approved(engineer) == 303
    assert applied(own_shop, admin) == "done"
    assert editors_of(own_shop.folder, "audiences/vips.yml") == ()


def test_what_was_let_through_is_in_the_audit_log(widened: Served) -> None:
    privacy = widened.signed_in("privacy")
    approved(privacy)
    applied(widened, privacy)
    noted = [one for one in _entries(widened) if one[0] == "approval"]
    assert [what for _, what in noted] == ["approve", "use approval"]


def _entries(shop: Served) -> list[tuple[str, str]]:
    with sqlite3.connect(shop.folder / "ledger.db") as ledger:
        return list(ledger.execute("SELECT kind, what FROM audit ORDER BY number"))
