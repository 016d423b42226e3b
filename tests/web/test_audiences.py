"""The audience pages: what a role sees, and a builder that works with forms alone and writes over nobody's work."""

from web.served import Browser, Served

FORM = {
    "name": "gold_friends",
    "title": "Gold friends",
    "w.kind": "all",
    "w.0.kind": "trait",
    "w.0.name": "lifetime_value",
    "w.0.op": "at_least",
    "w.0.value": "100",
}


def test_the_list_says_what_each_means(marketer: Browser) -> None:
    page = marketer.json("/audiences")
    names = [one["listed"]["audience"] for one in page["audiences"]]
    assert "lapsed_big_spenders" in names
    assert all(one["listed"]["sentence"].endswith(".") for one in page["audiences"])


def test_one_audience_counts_whom_one_may_write_to(marketer: Browser) -> None:
    page = marketer.json("/audiences/vips")
    assert page["preview"]["sentence"].startswith("People ")
    assert page["preview"]["size"]
    assert "SELECT" in page["preview"]["sql"]


def test_an_unknown_audience_is_told_with_the_nearest(marketer: Browser) -> None:
    answer = marketer.get("/audiences/vipss")
    assert answer.status_code in (404, 422)
    assert "vips" in answer.text


def test_an_export_is_the_table_of_the_page(marketer: Browser) -> None:
    answer = marketer.get("/audiences?export=audiences.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.text.splitlines()[0] == '"audience","who","people","campaigns"'
    assert "WEB-006" in marketer.get("/audiences?export=nothing.csv").text


def test_buttons_change_the_form_and_lose_nothing(marketer: Browser) -> None:
    more = marketer.send("/audiences/new", {**FORM, "do": "add:w"}).text
    assert 'name="w.1.kind"' in more
    assert 'value="100"' in more
    grouped = marketer.send("/audiences/new", {**FORM, "do": "group:w"}).text
    assert 'name="w.1.0.kind"' in grouped
    assert 'name="w.0.kind"' not in marketer.send("/audiences/new", {**FORM, "do": "remove:w.0"}).text
    assert 'value="not"' in marketer.send("/audiences/new", {**FORM, "do": "negate:w.0"}).text


def test_a_look_says_the_sentence_and_counts(marketer: Browser) -> None:
    page = marketer.send("/audiences/new", {**FORM, "do": "look"}).text
    assert "is at least 100" in page
    assert "people now" in page


def test_what_is_wrong_is_told_at_once(marketer: Browser) -> None:
    answer = marketer.send("/audiences/new", {**FORM, "w.0.name": "lifetime_vlaue", "do": "look"})
    assert answer.status_code == 422
    assert "lifetime_value" in answer.text


def test_saving_writes_what_a_person_would_write(own_shop: Served) -> None:
    browser = own_shop.signed_in("marketer")
    done = browser.send("/audiences/new", {**FORM, "do": "save"})
    assert done.headers["location"] == "/audiences/gold_friends"
    text = (own_shop.folder / "audiences/gold_friends.yml").read_text()
    assert "lifetime_value" in text
    assert "at_least: 100" in text
    assert "not in force yet" in browser.get("/audiences").text
    assert "gold_friends" in browser.get("/plan").text


def test_saving_keeps_comments_and_refuses_a_stale_form(own_shop: Served) -> None:
    browser = own_shop.signed_in("marketer")
    path = own_shop.folder / "audiences/vips.yml"
    path.write_text("# made with care\n" + path.read_text())
    page = browser.get("/audiences/vips/edit").text
    fields = _fields(page)
    assert (
        browser.send("/audiences/vips/edit", {**fields, "title": "Very important", "do": "save"}).status_code
        == 303
    )
    assert path.read_text().startswith("# made with care\n")
    assert "Very important" in path.read_text()
    before = path.read_text()
    late = browser.send("/audiences/vips/edit", {**fields, "title": "Too late", "do": "save"})
    assert late.status_code == 422
    assert "CHR-301" in late.text
    assert "Too late" in late.text
    assert path.read_text() == before


def test_a_taken_name_is_told_and_nothing_overwritten(own_shop: Served) -> None:
    browser = own_shop.signed_in("marketer")
    before = (own_shop.folder / "audiences/vips.yml").read_text()
    answer = browser.send("/audiences/new", {**FORM, "name": "vips", "do": "save"})
    assert answer.status_code == 422
    assert "CHR-302" in answer.text
    assert (own_shop.folder / "audiences/vips.yml").read_text() == before


def test_removing_asks_first_and_names_who_needs_it(own_shop: Served) -> None:
    browser = own_shop.signed_in("marketer")
    used = own_shop.ledger.applied()
    assert used is not None
    page = browser.get("/audiences/lapsed_big_spenders/remove").text
    fields = _fields(page)
    answer = browser.send("/audiences/lapsed_big_spenders/remove", fields)
    assert answer.status_code in (303, 422)
    if answer.status_code == 422:
        assert "campaign" in answer.text


def test_overlap_counts_each_person_once(marketer: Browser) -> None:
    page = marketer.json("/audiences/overlap?a=vips&b=lapsed_big_spenders")
    assert [part[0] for part in page["overlap"]["parts"]] == [
        ["vips"], ["lapsed_big_spenders"], ["vips", "lapsed_big_spenders"],
    ]  # fmt: skip


def test_a_name_cannot_leave_the_folder(own_shop: Served) -> None:
    browser = own_shop.signed_in("marketer")
    for name in ("../evil", "a/b", "..", "Big", ""):
        assert browser.send("/audiences/new", {**FORM, "name": name, "do": "save"}).status_code == 422
    assert not (own_shop.folder.parent / "evil.yml").exists()


def _fields(page: str) -> dict[str, str]:
    """The fields of the page's form, as a browser without scripts would send them."""
    import html
    import re

    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name = re.search(r'name="([^"]*)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name and name.group(1) not in ("csrf", "do"):
            found[name.group(1)] = html.unescape(value.group(1)) if value else ""
    for name, inside in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', inside) or re.search(
            r'<option value="([^"]*)"', inside
        )
        found[name] = html.unescape(chosen.group(1)) if chosen else ""
    for name, inside in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', page, re.S):
        found[name] = html.unescape(inside)
    return found
