"""The campaign pages: what one earned or why nobody can say, and a form that looks before it saves."""

import pytest
from web.forms import fields
from web.served import Browser, Served

NEW = "/campaigns/new"
FORM = {
    "name": "tents_in_may",
    "title": "Tents in May",
    "audience": "vips",
    "purpose": "marketing_email",
    "channel": "email",
    "holdout": "30%",
    "window": "21 days",
    "goal": "purchase",
    "value": "amount",
    "subject": "A tent for you",
    "text": "Hello {{ first_name or 'there' }}",
}


def test_the_list_has_each_campaign_with_its_lift_or_why_not(marketer: Browser) -> None:
    page = marketer.json("/campaigns")
    assert {one["campaign"] for one in page["campaigns"]} == {"winback_spring", "vip_letter"}
    assert "No campaign can be measured yet" in str(page["lifts"])
    assert page["waiting"] == []
    csv = marketer.get("/campaigns?export=campaigns.csv").text.splitlines()
    assert csv[0] == '"campaign","audience","state","treated","held out","contacted"'
    assert len(csv) == 3


def test_one_campaign_says_why_there_is_no_lift(marketer: Browser) -> None:
    page = marketer.json("/campaigns/winback_spring")
    assert page["measured"] is False
    assert page["sentences"]
    assert (page["conversion"], page["value"]) == (None, None)
    assert page["edited"] is False
    text = marketer.get("/campaigns/winback_spring").text
    assert page["sentences"][0].split()[0] in text
    assert "Change</a>" in text


def test_a_role_that_may_not_measure_is_told_why(served: Served) -> None:
    page = served.signed_in("admin").json("/campaigns/winback_spring")
    assert page["refused"]
    assert (page["conversion"], page["sentences"], page["arms"]) == (None, [], None)


def test_an_unknown_campaign_is_told_with_the_nearest(marketer: Browser) -> None:
    for path in ("/campaigns/winback_sprin", "/campaigns/winback_sprin/edit"):
        answer = marketer.get(path)
        assert answer.status_code in (404, 422)
        assert "winback_sprin" in answer.text


@pytest.mark.parametrize("path", [NEW, "/campaigns/vip_letter/edit"])
def test_only_marketers_and_admins_set_campaigns_up(served: Served, path: str) -> None:
    for role in ("analyst", "engineer", "privacy", "executive"):
        browser = served.signed_in(role)
        assert browser.get(path).status_code == 403
        assert browser.get(f"{path}.json").status_code == 403
        assert browser.send(path, {**FORM, "do": "save"}, page="/time").status_code == 403
        assert "Change</a>" not in browser.get("/campaigns/vip_letter").text
    assert served.signed_in("admin").get(path).status_code == 200


def test_the_twin_of_the_form_is_the_form(marketer: Browser) -> None:
    twin = marketer.json("/campaigns/vip_letter/edit")
    assert twin["page"] == "campaign edit"
    assert twin["form"]["audience"] == "vips"
    assert twin["fingerprint"]
    assert fields(marketer.get("/campaigns/vip_letter/edit").text)["audience"] == "vips"
    assert fields(marketer.get("/campaigns/new?audience=vips").text)["audience"] == "vips"


def test_a_look_says_whom_it_reaches_and_writes_nothing(marketer: Browser, served: Served) -> None:
    answer = marketer.send(NEW, {**FORM, "do": "look"}, page="/time")
    assert answer.status_code == 200, answer.text
    assert "people may be contacted now" in answer.text
    assert fields(answer.text)["title"] == "Tents in May"
    assert not (served.folder / "campaigns/tents_in_may.yml").exists()


def test_what_is_wrong_is_told_and_what_was_typed_is_kept(marketer: Browser, served: Served) -> None:
    wrong = {**FORM, "holdout": "95%", "text": "Hello {{ first_nam }}"}
    for do in ("look", "save"):
        answer = marketer.send(NEW, {**wrong, "do": do}, page="/time")
        assert answer.status_code == 422
        assert "CMP-105" in answer.text
        assert (fields(answer.text)["holdout"], fields(answer.text)["text"]) == ("95%", wrong["text"])
    template = marketer.send(NEW, {**wrong, "holdout": "30%", "do": "save"}, page="/time")
    assert "CMP-107" in template.text
    assert "first_name" in template.text
    assert not (served.folder / "campaigns/tents_in_may.yml").exists()


@pytest.mark.parametrize("name", ["", "Big", "../tents", "a/b", "vip_letter"])
def test_a_bad_or_taken_name_writes_nothing(marketer: Browser, served: Served, name: str) -> None:
    before = {path: path.read_text() for path in served.folder.rglob("*.yml")}
    assert marketer.send(NEW, {**FORM, "name": name, "do": "save"}, page="/time").status_code == 422
    assert {path: path.read_text() for path in served.folder.rglob("*.yml")} == before


def test_saving_writes_what_a_person_would_write(own_shop: Served) -> None:
    browser = own_shop.signed_in("marketer")
    done = browser.send(NEW, {**FORM, "do": "save"}, page="/time")
    assert done.headers["location"] == "/plan", done.text
    text = (own_shop.folder / "campaigns/tents_in_may.yml").read_text()
    assert text.startswith("campaign: tents_in_may\n")
    assert "holdout: 30%" in text
    assert "window: 21 days" in text
    assert browser.json("/campaigns")["waiting"] == ["tents_in_may"]
    assert "tents_in_may" in browser.get("/plan").text


def test_a_change_keeps_comments_and_a_stale_form_is_refused(own_shop: Served) -> None:
    browser, path = own_shop.signed_in("marketer"), own_shop.folder / "campaigns/vip_letter.yml"
    path.write_text("# by hand\n" + path.read_text())
    address = "/campaigns/vip_letter/edit"
    form = fields(browser.get(address).text)
    same = browser.send(address, {**form, "do": "save"}, page="/time")
    assert same.headers["location"] == "/campaigns/vip_letter"
    done = browser.send(address, {**form, "title": "A better letter", "do": "save"}, page="/time")
    assert done.headers["location"] == "/plan"
    after = path.read_text()
    assert after.startswith("# by hand\n")
    assert "title: A better letter" in after
    assert browser.json("/campaigns/vip_letter")["edited"] is True

    late = browser.send(address, {**form, "title": "Too late", "do": "save"}, page="/time")
    assert late.status_code == 422
    assert "CHR-301" in late.text
    assert fields(late.text)["title"] == "Too late"
    assert path.read_text() == after


def test_an_audience_that_waits_to_be_applied_can_be_chosen(own_shop: Served) -> None:
    there = own_shop.folder / "audiences/vips.yml"
    (own_shop.folder / "audiences/new.yml").write_text(
        there.read_text().replace("audience: vips", "audience: fresh")
    )
    page = own_shop.signed_in("marketer").get("/campaigns/new").text
    assert '<option value="fresh"' in page
    assert "fresh (not applied yet)" in page
