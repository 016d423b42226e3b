"""The price of a rule in a crowd with a known truth: who is kept out by what, and what reaching them is worth."""

import json
from typing import Any

import pytest
from cli.shop import APPLIED, NOW, Shop, copied
from walks.crowd import bought

SAID = {"yes": (600, "yes"), "no": (40, "no"), "unreadable": (45, "perhaps"), "missing": (50, "")}
"""Who is planted, by what they said: how many, and the word in the CRM."""
SUPPRESSED = {"yes": 30, "no": 12}
"""How many of them complained, so that nobody writes to them again."""
SPENT = 50.0
LATER = "2026-05-10T09:00:00Z"


def named(group: str) -> list[str]:
    return [f"{group}{n}" for n in range(SAID[group][0])]


@pytest.fixture(scope="module")
def priced(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A crowd that spent enough to be VIPs, after the run that assigned those whom the rules let be reached."""
    shop = copied(tmp_path_factory.mktemp("priced") / "shop")
    shop.path("campaigns/winback_spring.yml").unlink()
    shop.edit("campaigns/vip_letter.yml", "holdout: 10%", "holdout: 50%")
    shop.edit("campaigns/vip_letter.yml", "{event: purchase}", "{event: purchase, value: amount}")
    shop.edit("audiences/vips.yml", "    - {trait: vip, is: true}\n", "")
    crm, till = (
        shop.path("data/crm/customers.csv").read_text(),
        shop.path("data/till/2025-10.csv").read_text(),
    )
    web = shop.path("data/web/2025-11.ndjson").read_text()
    for group, (_, said) in SAID.items():
        for name in named(group):
            crm += f"C{name},L{name},{name}@planted.example,,Ann,GB,1980-01-01,false,{said},2025-06-01T09:00:00Z\n"
            till += f"R{name},1,L{name},,05/10/2025 10:00,700.00,tents,Leith\n"
    for group, many in SUPPRESSED.items():
        for name in named(group)[:many]:
            complaint = {"messageId": f"c{name}", "event": "Complained", "timestamp": "2025-11-10T08:00:00Z"}
            web += json.dumps({**complaint, "traits": {"email": f"{name}@planted.example"}}) + "\n"
    shop.write("data/crm/customers.csv", crm)
    shop.write("data/till/2025-10.csv", till)
    shop.write("data/web/2025-11.ndjson", web)
    assert shop.tandem("apply", "--yes", "--now", APPLIED).code == 0
    ended = shop.tandem("run", "--now", NOW)
    assert ended.code == 0, ended.err
    return shop


def price(shop: Shop, now: str) -> dict[str, Any]:
    ended = shop.tandem(
        *("--as", "privacy", "policy", "cost", "--audience", "vips", "--purpose", "marketing_email"),
        *("--now", now, "--json"),
    )
    assert ended.code == 0, ended.err
    (use,) = ended.json["uses"]
    return {**use, "told": {one["code"]: one for one in use["clauses"]}}


def test_who_is_kept_out_by_which_clause_and_by_it_alone(priced: Shop) -> None:
    use = price(priced, NOW)
    first = {code: one["people"]["people"] for code, one in use["told"].items()}
    alone = {code: one["alone"]["people"] for code, one in use["told"].items()}
    both = SUPPRESSED["no"]
    assert first["suppressed"] == sum(SUPPRESSED.values())
    assert alone["suppressed"] == SUPPRESSED["yes"]
    assert (first["consent_denied"], alone["consent_denied"]) == (SAID["no"][0] - both,) * 2
    for code in ("unreadable", "missing"):
        assert first[f"consent_{code}"] == alone[f"consent_{code}"] == SAID[code][0]
    assert use["reached"]["people"] + sum(first.values()) == use["size"]["people"]
    assert use["told"]["consent_denied"]["place"]["file"] == "purposes.yml"
    assert use["told"]["suppressed"]["place"] is None


def test_before_a_campaign_measured_it_the_value_is_not_known_yet(priced: Shop) -> None:
    use = price(priced, NOW)
    assert use["worth"] is None
    assert {one["cost"] for one in use["clauses"]} == {None}
    assert all(one["why_not"].startswith("not known yet") for one in use["clauses"])


def test_a_planted_value_comes_back_times_the_people(priced: Shop, tmp_path: Any) -> None:
    """Of the treated three in four spend 50, of those held out one in four: reaching one is worth 25."""
    shop = priced.copy(tmp_path / "shop")
    cards = {shop.person(f"{name}@planted.example"): f"L{name}" for name in named("yes")[SUPPRESSED["yes"] :]}
    arms: dict[str, list[str]] = {"treated": [], "control": []}
    for row in shop.rows("assignments"):
        if row["person_id"] in cards:
            arms[row["arm"]].append(cards[row["person_id"]])
    buyers = [
        card
        for arm, part in (("treated", 3), ("control", 1))
        for n, card in enumerate(sorted(arms[arm]))
        if n % 4 < part
    ]
    bought(shop, "planted", buyers, amount=f"{SPENT:.2f}")
    assert shop.tandem("run", "--now", LATER).code == 0
    use = price(shop, LATER)
    worth = use["worth"]
    assert worth["campaigns"] == ["vip_letter"]
    assert worth["value"] == pytest.approx(SPENT / 2, abs=0.5)
    assert worth["low"] < SPENT / 2 < worth["high"]
    for code in ("consent_missing", "suppressed"):
        one = use["told"][code]
        people = one["alone"]["people"]
        for part in ("value", "low", "high"):
            assert one["cost"][part] == pytest.approx(people * worth[part])
    text = shop.tandem(
        "policy", "cost", "--audience", "vips", "--purpose", "marketing_email", "--now", LATER
    ).out
    assert "by vip_letter" in text
    assert "taken to respond like those who were reached" in text


def test_small_groups_are_not_told_nor_what_they_cost(priced: Shop, tmp_path: Any) -> None:
    shop = priced.copy(tmp_path / "shop")
    shop.edit("policies/standard.yml", "smallest_group: 2", "smallest_group: 45")
    assert shop.tandem("apply", "--yes", "--now", NOW).code == 0
    use = price(shop, NOW)
    told = [one["people"] for one in use["clauses"]]
    assert {"fewer_than": 45} in told
    assert use["hidden"] >= 2
    exact = [one["people"] for one in [use["reached"], *told, use["size"]] if "people" in one]
    assert SAID["no"][0] - SUPPRESSED["no"] not in exact


def test_a_purpose_or_audience_there_is_not_is_said(priced: Shop) -> None:
    assert priced.tandem("policy", "cost", "--purpose", "nothing").code == 1
    assert priced.tandem("policy", "cost", "--audience", "nobody").code == 1


def test_a_role_that_may_not_count_is_told_nothing(priced: Shop) -> None:
    ended = priced.tandem("--as", "stranger", "policy", "cost", "--json")
    assert ended.code == 1
    assert ended.json["problems"][0]["code"].startswith("POL-2")
