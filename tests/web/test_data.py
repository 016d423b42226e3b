"""The data area: sources, what waits and why, lineage, a contract repaired as text."""

import pytest
from cli.shop import LATER, Shop
from web.forms import fields
from web.served import Browser, Served

from tandem.web.views import data

NEW = "/data/new"


BEFORE = "store: {type: text"


def _broken(shop: Served) -> None:
    head = (shop.folder / "data/till/2025-10.csv").read_text().splitlines()[0]
    rows = [f"R{n},1,L1,,09/03/2026 10:00,75.00,boots,Perth" for n in range(20, 24)]
    (shop.folder / "data/till/2026-03.csv").write_text("\n".join([head, *rows]) + "\n")
    assert Shop(shop.folder).tandem("run", "--now", LATER).code == 0


def test_sources_say_how_fresh_they_are(marketer: Browser) -> None:
    page = marketer.json("/data")
    assert [one["source"] for one in page["standing"]["sources"]] == ["crm", "till", "web"]
    assert page["reasons"] is None
    text = marketer.get("/data").text
    assert "Nothing waits in quarantine." in text
    assert "Add a source" not in text


def test_one_source_has_its_contract_and_its_days(served: Served) -> None:
    engineer = served.signed_in("engineer")
    page = engineer.json("/data/sources/till")
    assert page["contract"] == "sources/till.yml"
    assert "store" in str(page["fields"])
    assert "Edit the contract" in engineer.get("/data/sources/till").text
    assert "Edit the contract" not in served.signed_in("analyst").get("/data/sources/till").text
    answer = engineer.get("/data/sources/tiill")
    assert answer.status_code == 404
    assert "till" in answer.text


def test_lineage_leads_to_one_part(marketer: Browser) -> None:
    page = marketer.json("/data/lineage?of=audience:vips")
    assert page["lineage"]["focus"] == "audience:vips"
    pairs = [tuple(pair) for pair in page["lineage"]["edges"]]
    assert any(pair[1] == "audience:vips" for pair in pairs)
    assert len(pairs) < len(marketer.json("/data/lineage")["lineage"]["edges"])


@pytest.mark.parametrize("path", [NEW, "/data/sources/till/edit"])
def test_only_engineers_and_admins_change_contracts(served: Served, path: str) -> None:
    for role in ("marketer", "analyst", "privacy", "executive"):
        assert served.signed_in(role).get(path).status_code == 403
    assert served.signed_in("admin").get(path).status_code == 200


def test_what_waits_is_counted_by_the_engine_and_shown_in_part(
    own_shop: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data, "SHOWN", 3)
    _broken(own_shop)
    engineer = own_shop.signed_in("engineer")
    page = engineer.json("/data/quarantine")
    assert (page["total"], page["replayable"], len(page["entries"])) == (4, 4, 3)
    assert page["entries"][0]["fix"].startswith("Have the sender correct it")
    text = engineer.get("/data/quarantine").text
    assert "Replay the ticked ones" in text
    assert "Replay all 4 entries" in text
    assert "The first 3 of 4 are shown." in text
    assert len(engineer.get("/data/quarantine?export=quarantine.csv").text.splitlines()) == 5
    assert engineer.json("/data/quarantine?source=web")["total"] == 0
    assert "4 entries wait" in engineer.get("/data").text
    nothing = engineer.send("/data/quarantine/replay", {"which": "ticked"}, page=NEW)
    assert nothing.headers["location"] == "/data/quarantine"
    assert "Nothing was ticked" in engineer.get("/data/quarantine").text
    assert own_shop.ledger.open_jobs(own_shop.wall) == []
    for role in ("marketer", "executive"):
        sent = own_shop.signed_in(role).send("/data/quarantine/replay", {"which": "all"}, page="/time")
        assert sent.status_code == 403


def test_a_contract_is_repaired_as_text(own_shop: Served) -> None:
    browser = own_shop.signed_in("engineer")
    page = fields(browser.get("/data/sources/till/edit").text)
    assert page["text"] == (own_shop.folder / "sources/till.yml").read_text()
    better = {**page, "text": page["text"].replace("York]", "York, Perth]").replace("\n", "\r\n")}
    done = browser.send("/data/sources/till/edit", better, page="/time")
    assert done.headers["location"] == "/plan"
    now = (own_shop.folder / "sources/till.yml").read_text()
    assert now == page["text"].replace("York]", "York, Perth]")

    late = browser.send("/data/sources/till/edit", {**page, "text": "source: till\n"}, page="/time")
    assert late.status_code == 422
    assert "CHR-301" in late.text
    assert fields(late.text)["text"] == "source: till\n"
    assert (own_shop.folder / "sources/till.yml").read_text() == now


def test_a_contract_that_breaks_others_or_changes_its_name_is_not_written(own_shop: Served) -> None:
    browser, path = own_shop.signed_in("engineer"), own_shop.folder / "sources/till.yml"
    before = path.read_text()
    page = fields(browser.get("/data/sources/till/edit").text)
    for old, new, code in (
        ("mode: quarantine", "mode: nonsense", "CHR-113"),
        ("amount: {type: money", "amount: {type: text", "CHR-2"),
        ("source: till", "source: other", "CHR-304"),
        ("source: till", "\tsource: till", "CHR-106"),
    ):
        wrong = {**page, "text": before.replace(old, new, 1)}
        answer = browser.send("/data/sources/till/edit", wrong, page="/time")
        assert answer.status_code == 422, new
        assert code in answer.text
        assert path.read_text() == before


def test_a_contract_that_cannot_be_read_can_be_repaired(own_shop: Served) -> None:
    browser, path = own_shop.signed_in("engineer"), own_shop.folder / "sources/till.yml"
    good = path.read_text()
    path.write_text(good.replace("mode: quarantine", "mode: [broken"))
    page = fields(browser.get("/data/sources/till/edit").text)
    assert "mode: [broken" in page["text"]
    done = browser.send("/data/sources/till/edit", {**page, "text": good}, page="/time")
    assert done.status_code == 303, done.text
    assert path.read_text() == good
    for name in ("nobody", "..", "a.b"):
        assert browser.get(f"/data/sources/{name}/edit").status_code == 404


def test_rows_of_a_source_with_a_field_one_may_not_see_are_not_shown_whatever_broke(own_shop: Served) -> None:
    _broken(own_shop)
    contract = own_shop.folder / "sources/till.yml"
    text = contract.read_text()
    assert BEFORE in text
    contract.write_text(text.replace(BEFORE, "gift_note: {type: text, label: sensitive}\n      " + BEFORE))
    assert Shop(own_shop.folder).tandem("apply", "--yes", "--now", LATER).code == 0
    answer = own_shop.signed_in("engineer").get("/data/quarantine")
    assert answer.status_code == 403
    assert "boots" not in answer.text
    assert "event_purchase.gift_note" in answer.text
    assert "boots" in own_shop.signed_in("privacy").get("/data/quarantine").text
