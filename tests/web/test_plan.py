"""The plan page: what differs, who has to approve, and edits that are discarded and put back."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from httpx2 import Response
from web.served import Browser, Served

from tandem.usecases import undo_discard

VIPS = "audiences/vips.yml"


def _edit(shop: Served, file: str = VIPS, more: str = "\n# one more line\n") -> str:
    path = shop.folder / file
    before = path.read_text()
    path.write_text(before + more)
    return before


def _discard(browser: Browser, file: str) -> Response:
    """Discard the edit that the page shows."""
    stamps = {one["file"]: one["stamp"] for one in browser.json("/plan")["changes"]}
    return browser.send("/plan/discard", {"file": file, "stamp": stamps.get(file, "")}, page="/time")


def _put_back(browser: Browser) -> str:
    found = re.search(r'name="id" value="([^"]+)"', browser.get("/plan").text)
    return found.group(1) if found else ""


def test_nothing_waits_in_a_charter_that_was_applied(marketer: Browser) -> None:
    page = marketer.json("/plan")
    assert (page["changes"], page["edits"], page["undone"], page["problems"]) == ([], [], [], [])
    assert "Nothing waits" in marketer.get("/plan").text


def test_an_edit_is_shown_line_by_line_with_who_approves(own_shop: Served) -> None:
    browser = own_shop.signed_in("marketer")
    path = own_shop.folder / VIPS
    path.write_text(path.read_text().replace("title: ", "title: Dear "))
    page = browser.json("/plan")
    (change,) = page["changes"]
    assert (change["file"], change["change"]) == (VIPS, "changed")
    assert any(line.startswith("+title: Dear ") for line in change["lines"])
    assert page["approvals"] == {"marketing": ["audiences/vips"]}
    assert page["waits_for"] is None
    assert "it" in str(own_shop.signed_in("engineer").json("/plan")["waits_for"])


def test_an_edit_is_discarded_and_put_back(own_shop: Served) -> None:
    browser = own_shop.signed_in("marketer")
    before = _edit(own_shop)
    edited = (own_shop.folder / VIPS).read_text()
    assert browser.json("/plan")["discardable"] == [VIPS]

    done = _discard(browser, VIPS)
    assert done.headers["location"] == "/plan"
    assert (own_shop.folder / VIPS).read_text() == before
    page = browser.get("/plan").text
    assert "Nothing waits" in page
    assert "Put it back" in page
    assert "text" not in browser.json("/plan")["undone"][0]

    assert browser.send("/plan/undo", {"id": _put_back(browser)}, page="/time").status_code == 303
    assert (own_shop.folder / VIPS).read_text() == edited
    assert browser.json("/plan")["undone"] == []


def test_a_new_file_goes_and_a_deleted_one_comes_back(own_shop: Served) -> None:
    browser = own_shop.signed_in("analyst")
    new = own_shop.folder / "audiences/new.yml"
    new.write_text("audience: new\nwho: {audience: vips}\n")
    assert _discard(browser, "audiences/new.yml").status_code == 303
    assert not new.exists()
    browser.send("/plan/undo", {"id": _put_back(browser)}, page="/time")
    assert new.read_text().startswith("audience: new")

    campaign = own_shop.folder / "campaigns/vip_letter.yml"
    text = campaign.read_text()
    campaign.unlink()
    _discard(browser, "campaigns/vip_letter.yml")
    assert campaign.read_text() == text


def test_what_was_edited_since_is_not_written_over(own_shop: Served) -> None:
    browser = own_shop.signed_in("marketer")
    _edit(own_shop)
    _discard(browser, VIPS)
    number = _put_back(browser)
    _edit(own_shop, more="# another edit\n")
    after = (own_shop.folder / VIPS).read_text()
    answer = browser.send("/plan/undo", {"id": number}, page="/time")
    assert answer.status_code == 404
    stale = browser.send("/plan/discard", {"file": VIPS, "stamp": "as it was before"}, page="/time")
    assert stale.status_code == 422
    assert "CHR-301" in stale.text
    assert (own_shop.folder / VIPS).read_text() == after
    assert browser.json("/plan")["undone"] == []


def test_one_function_does_not_discard_the_edits_of_the_other(own_shop: Served) -> None:
    _edit(own_shop)
    _edit(own_shop, "sources/till.yml")
    engineer, marketer = own_shop.signed_in("engineer"), own_shop.signed_in("marketer")
    assert engineer.json("/plan")["discardable"] == ["sources/till.yml"]
    assert marketer.json("/plan")["discardable"] == [VIPS]
    assert own_shop.signed_in("executive").json("/plan")["discardable"] == []
    assert _discard(engineer, VIPS).status_code == 403
    assert _discard(own_shop.signed_in("executive"), VIPS).status_code == 403
    _discard(marketer, VIPS)
    assert engineer.json("/plan")["undone"] == []
    number = marketer.json("/plan")["undone"][0]["id"]
    assert engineer.send("/plan/undo", {"id": number}, page="/time").status_code == 403


@pytest.mark.parametrize(
    "file", ["tandem.toml", "../shop/audiences/vips.yml", "ledger.db", "", "/etc/passwd"]
)
def test_only_definition_files_are_discarded(own_shop: Served, file: str) -> None:
    browser = own_shop.signed_in("admin")
    before = (own_shop.folder / "tandem.toml").read_text()
    assert _discard(browser, file).status_code in (403, 404, 422)
    assert (own_shop.folder / "tandem.toml").read_text() == before
    assert not list((own_shop.folder / ".tandem").rglob("*.json"))


@pytest.mark.parametrize("number", ["", "nothing", "../../tandem", "20260310T090000000000-000000000000000"])
def test_an_unknown_number_puts_nothing_back(own_shop: Served, number: str) -> None:
    answer = own_shop.signed_in("admin").send("/plan/undo", {"id": number}, page="/time")
    assert answer.status_code == 404
    assert "RUN-002" in answer.text


def test_the_last_few_are_kept_and_git_leaves_them_alone(
    own_shop: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(undo_discard, "KEPT", 2)
    browser = own_shop.signed_in("marketer")
    folder = own_shop.folder / ".tandem" / "undone"
    for number in range(3):
        own_shop.wall += timedelta(seconds=1)
        _edit(own_shop, more=f"# edit {number}\n")
        _discard(browser, VIPS)
    assert len(list(folder.glob("*.json"))) == 2
    assert (own_shop.folder / ".tandem/.gitignore").read_text() == "*\n"
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.glob("*.json"))
    assert len(browser.json("/plan")["undone"]) == 1
    browser.send("/plan/undo", {"id": _put_back(browser)}, page="/time")
    assert (own_shop.folder / VIPS).read_text().endswith("# edit 2\n")


def test_nobody_applies_what_they_do_not_approve(own_shop: Served) -> None:
    _edit(own_shop, "sources/till.yml", "")
    path = own_shop.folder / "sources/till.yml"
    path.write_text(path.read_text().replace("Till receipts", "Receipts"))
    marketer = own_shop.signed_in("marketer")
    assert "sources/till" in marketer.json("/plan")["waits_for"]
    assert marketer.send("/plan/apply", {"fingerprint": "x"}, page="/time").status_code == 422
    shown = {"fingerprint": marketer.json("/plan")["fingerprint"]}
    assert marketer.send("/plan/apply", shown, page="/time").status_code == 403


def test_a_charter_with_problems_says_them_and_can_still_be_discarded(own_shop: Served) -> None:
    _edit(own_shop, more="nonsense: true\n")
    browser = own_shop.signed_in("marketer")
    page = browser.get("/plan")
    assert page.status_code == 422
    assert "nonsense" in page.text
    assert _discard(browser, VIPS).status_code == 303
    assert browser.get("/plan").status_code == 200


def test_the_shop_is_as_it_was(served: Served) -> None:
    assert not (served.folder / ".tandem").exists() or not list(
        Path(served.folder / ".tandem").rglob("*.json")
    )
