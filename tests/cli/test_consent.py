"""tandem consent: taking what was said elsewhere, showing what held at any time, and the link to the page."""

from pathlib import Path

import pytest
from cli.shop import APPLIED, LATER, NOW, Shop, copied

from tandem.kernel import iso, parse_instant

ADDRESS = '\n[workspace]\naddress = "https://my.harbourpine.example"\n'
ADA, BO = "ada@people.example", "bo@people.example"


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """The shop after one run; its privacy office may explain."""
    shop = copied(tmp_path / "shop")
    campaign = shop.path("campaigns/winback_spring.yml").read_text().split("message:")[0]
    shop.write(
        "campaigns/winback_spring.yml",
        campaign.replace("channel: email", "channel: file")
        + "export: {path: exports/w.csv, fields: [email]}\n",
    )
    for words in (("apply", "--yes", "--now", APPLIED), ("run", "--now", NOW)):
        ended = shop.tandem(*words)
        assert ended.code == 0, ended.err
    return shop


def shown(shop: Shop, who: str, *words: str) -> dict[str, str | None]:
    ended = shop.tandem("--as", "privacy", "consent", "show", who, "--json", *words)
    assert ended.code == 0, ended.err
    (person,) = ended.json["people"]
    return {one["purpose"]: one["state"] for one in person["purposes"]}


def test_set_counts_from_the_next_run_and_keeps_its_proof(shop: Shop) -> None:
    said = ("consent", "set", "email", ADA, "marketing_email", "denied")
    ended = shop.tandem(*said, "--proof", "letter of 9 March", "--now", NOW, "--json")
    assert ended.code == 0, ended.err
    assert len(ended.json["ids"]) == 1
    assert shown(shop, ADA, "--at", LATER)["marketing_email"] == "granted"
    assert shop.tandem("run", "--now", LATER).code == 0
    assert shown(shop, ADA, "--at", LATER)["marketing_email"] == "denied"
    (event,) = shop.rows("event_consent_stated")
    assert (event["proof"], event["channel"], event["stated_by"]) == ("letter of 9 March", "cli", "marketer")
    explained = shop.tandem("--as", "privacy", "explain", "event", str(event["event_id"]))
    assert explained.code == 0, explained.err
    assert "denied for marketing_email" in explained.out


def test_show_tells_what_held_then_and_all_that_was_said(shop: Shop) -> None:
    assert shown(shop, BO, "--at", "2025-10-01") == {
        "marketing_email": None,
        "service": None,
        "analytics": None,
    }
    assert shown(shop, BO, "--at", "2025-11-05")["marketing_email"] == "granted"
    assert shown(shop, BO, "--at", "2025-12-01")["marketing_email"] == "denied"
    text = shop.tandem("--as", "privacy", "consent", "show", BO)
    assert "version 2" in text.out
    assert text.out.count("for marketing_email, from ") >= 2


def test_show_asks_policy(shop: Shop) -> None:
    ended = shop.tandem("--as", "nobody", "consent", "show", BO)
    assert (ended.code, ended.out) == (1, "")
    assert shop.tandem("--as", "privacy", "consent", "show", "nobody@people.example").codes == ["RUN-002"]


def test_set_tells_what_is_wrong(shop: Shop) -> None:
    for said, word in (
        (("e-mail", ADA, "marketing_email", "denied"), "email"),
        (("email", ADA, "marketing_emial", "denied"), "marketing_email"),
        (("email", ADA, "marketing_email", "maybe"), "granted"),
        (("email", "no address", "marketing_email", "denied"), "unreadable"),
    ):
        ended = shop.tandem("consent", "set", *said, "--proof", "letter")
        assert (ended.code, ended.codes) == (1, ["RUN-060"])
        assert word in ended.err
    assert not shop.path(".tandem/statements").exists()


def test_link_needs_an_address_and_holds_a_while(shop: Shop) -> None:
    assert shop.tandem("--as", "privacy", "consent", "link", ADA).codes == ["RUN-063"]
    shop.write("tandem.toml", shop.path("tandem.toml").read_text() + ADDRESS)
    ended = shop.tandem("apply", "--yes", "--now", LATER)
    assert ended.code == 0, ended.err
    made = shop.tandem("--as", "privacy", "consent", "link", ADA, "--now", LATER, "--json")
    assert made.code == 0, made.err
    assert made.json["link"].startswith("https://my.harbourpine.example/preferences/")
    assert made.json["until"] > iso(parse_instant("2027-03-10"))
    assert "ada" not in made.json["link"].lower().replace("preferences", "")
    plain = shop.tandem("--as", "privacy", "consent", "link", ADA, "--now", LATER)
    assert made.json["link"] in plain.out


def test_the_spool_is_tidied_when_all_is_taken(shop: Shop) -> None:
    for day in ("2026-03-11", "2026-03-12", "2026-03-13", "2026-03-14"):
        words = ("consent", "set", "email", BO, "marketing_email", "denied", "--proof", "p", "--now", day)
        assert shop.tandem(*words).code == 0
    files = lambda: sorted(path.name for path in shop.path(".tandem/statements").glob("*"))  # noqa: E731
    assert len(files()) == 4
    assert shop.tandem("run", "--now", "2026-03-15").code == 0
    assert files() == ["2026-03-13.ndjson", "2026-03-14.ndjson"]
    assert len(shop.rows("event_consent_stated")) == 4


def test_whoever_sees_some_people_finds_nobody_else(shop: Shop) -> None:
    """Neither what is known of the person nor what they said, nor a link that would let it be changed."""
    toml = shop.path("tandem.toml").read_text()
    shop.write("tandem.toml", toml + ADDRESS)
    shop.edit(
        "policies/standard.yml",
        "    title: The privacy office\n",
        "    title: The privacy office\n    rows: [{field: crm.vip, is: false}]\n",
    )
    assert shop.tandem("apply", "--yes", "--now", LATER).code == 0
    asked = (("explain", "person"), ("consent", "show"), ("consent", "link"))
    for words in asked:
        inside, outside = (shop.tandem("--as", "privacy", *words, who) for who in (BO, ADA))
        assert inside.code == 0, inside.err
        assert outside.codes == ["RUN-002"]
        assert outside.out == ""
    person = shop.tandem("--as", "privacy", "consent", "show", BO, "--json").json["people"][0]["person"]
    assert shop.tandem("--as", "privacy", "explain", "person", person).code == 0
    assert shop.tandem("--as", "privacy", "explain", "person", "4711").codes == ["RUN-002"]
