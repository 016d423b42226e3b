"""The way of one audience: definition, sentence, policy, plan, people, and the SQL anybody can run again."""

import deltalake
import duckdb
from cli.shop import NOW, Shop
from walks.crowd import CONTACTABLE, CROWD

LAPSED = "audiences/lapsed_big_spenders.yml"


def stage(document: dict[str, list[dict[str, object]]], audience: str) -> dict[str, object]:
    """What a plan says of an audience."""
    (found,) = [one for one in document["stages"] if one.get("audience") == audience and "gained" in one]
    return found


def members(shop: Shop, audience: str) -> set[int]:
    """People in an audience as the lake has it."""
    return {row["person_id"] for row in shop.rows("memberships") if row["audience"] == audience}


def test_a_preview_says_who_may_be_contacted_and_why_not_the_others(launched: Shop) -> None:
    ended = launched.tandem("audience", "preview", "lapsed_big_spenders", "--now", NOW, "--json")
    found = ended.json
    # Two reasons hold one person each: with the size and the exact number one could tell them by subtraction.
    assert found["size"] == {"people": CONTACTABLE + 2}
    (reach,) = found["reach"]
    assert reach["purpose"] == "marketing_email"
    assert reach["may"] == {"at_least": 2}
    assert {reason["code"]: reason["people"] for reason in reach["reasons"]} == {
        "consent_denied": {"fewer_than": 2},
        "consent_missing": {"fewer_than": 2},
    }


def test_an_edited_audience_is_planned_applied_and_stands(shop: Shop) -> None:
    """From 100 GBP to 201: the crowd and Bo stay behind, who spent 200 and 180."""
    before = members(shop, "lapsed_big_spenders")
    shop.edit(LAPSED, "at_least: 100", "at_least: 201")
    planned = shop.tandem("plan", "--now", NOW, "--json").json
    assert [edit["name"] for edit in planned["edits"]] == ["lapsed_big_spenders"]
    assert planned["approvals"] == {"marketing": ["audiences/lapsed_big_spenders"]}
    told = stage(planned, "lapsed_big_spenders")
    assert (told["size"], told["gained"], told["lost"]) == (
        {"people": 2},
        {"fewer_than": 2},
        {"people": CROWD + 1},
    )
    assert members(shop, "lapsed_big_spenders") == before
    assert shop.tandem("apply", "--yes", "--now", NOW).code == 0
    stay = {shop.person("ada@people.example"), shop.person("cy@people.example")}
    assert members(shop, "lapsed_big_spenders") == stay
    assert "nothing to do" in shop.tandem("plan", "--now", NOW).out


def test_the_sql_that_is_shown_gives_the_same_people_in_plain_duckdb(launched: Shop) -> None:
    """Base tables stand in it by their names; a view per table is all that a reader has to add."""
    shown = launched.tandem("audience", "preview", "lapsed_big_spenders", "--now", NOW, "--json").json["sql"]
    plain = duckdb.connect()
    for name in launched.tables():
        files = deltalake.DeltaTable(launched.path("lake") / name).file_uris()
        if files:
            plain.read_parquet([uri.removeprefix("file://") for uri in files]).create_view(name)
    found = {person for (person,) in plain.execute(shown).fetchall()}
    assert found == members(launched, "lapsed_big_spenders")
    assert "SELECT" in launched.tandem("audience", "preview", "vips", "--now", NOW, "--sql").out


def test_a_forbidden_field_is_refused_by_name_and_line(shop: Shop) -> None:
    """The birth date is sensitive, and no grant of the loop's role has that label."""
    text = shop.path("traits/profile.yml").read_text()
    shop.write("traits/profile.yml", text + "  - {trait: born, title: Born, latest: crm.birth_date}\n")
    for command in (("check",), ("plan",), ("apply", "--yes")):
        ended = shop.tandem(*command)
        assert ended.code == 1
        assert ended.codes == ["POL-101"]
        assert "record_crm.birth_date" in ended.err
        assert "sensitive" in ended.err
        assert "traits/profile.yml:5:" in ended.err
    assert shop.tandem("run", "--now", NOW).code == 0, "what is in force goes on"


def test_a_role_without_a_grant_sees_no_number(launched: Shop) -> None:
    ended = launched.tandem("--as", "system", "audience", "preview", "vips", "--now", NOW)
    assert (ended.code, ended.out) == (2, "")
    assert "the run itself" in ended.err
    refused = launched.tandem("--as", "nobody", "audience", "preview", "vips", "--now", NOW)
    assert (refused.code, refused.out) == (1, "")
    assert refused.codes == ["POL-202"]


def test_a_list_of_campaigns_hides_small_groups(launched: Shop) -> None:
    found = {
        one["campaign"]: one
        for one in launched.tandem("campaign", "list", "--now", NOW, "--json").json["campaigns"]
    }
    assert found["vip_letter"]["treated"] == {"fewer_than": 2}
    assigned = [row for row in launched.rows("assignments") if row["campaign"] == "winback_spring"]
    treated = sum(row["arm"] == "treated" for row in assigned)
    assert found["winback_spring"]["treated"] == found["winback_spring"]["contacted"] == {"people": treated}
    assert found["winback_spring"]["state"] == "running"
