"""A plan says what apply then does, to the person; and itself it does nothing."""

import hashlib
import sqlite3
from pathlib import Path

import pytest
from cli.shop import APPLIED, NOW, Shop, copied

PEOPLE = range(1, 41)
STORES = ("Leith", "Oban", "York")
EDITS: dict[str, tuple[str, str, str]] = {
    "a higher threshold": ("audiences/lapsed_big_spenders.yml", "at_least: 100", "at_least: 250"),
    "a lower threshold": ("audiences/vips.yml", "at_least: 500", "at_least: 300"),
    "a shorter window": ("audiences/lapsed_big_spenders.yml", "within: 365 days", "within: 120 days"),
    "a negation turned": ("audiences/lapsed_big_spenders.yml", "not: {did", "any: [{did"),
    "a trait over a window": (
        "traits/shopping.yml",
        "sum: purchase.amount",
        "sum: purchase.amount, within: 120 days",
    ),
    "another operator": ("traits/shopping.yml", "sum: purchase.amount", "max: purchase.amount"),
    "a trait of some rows": (
        "traits/shopping.yml",
        "sum: purchase.amount",
        "sum: purchase.amount, where: [{field: category, is: tents}]",
    ),
    "a text that moves nobody": ("audiences/vips.yml", "title: VIPs", "title: Very important"),
    "a campaign alone": ("campaigns/vip_letter.yml", "holdout: 10%", "holdout: 30%"),
}


WEEKS_LATER = "2026-04-21T09:00:00Z"
SAME_MEANING: dict[str, tuple[str, str, str]] = {
    "an audience in other words": (
        "audiences/lapsed_big_spenders.yml",
        "{trait: lifetime_value, at_least: 100}",
        "any: [{trait: lifetime_value, at_least: 100}, {trait: lifetime_value, at_least: 400}]",
    ),
    "a trait under a better title": ("traits/shopping.yml", "title: Spent in all", "title: All they spent"),
    "a policy under a better title": (
        "policies/standard.yml",
        "title: Who may use what",
        "title: Who may use which data",
    ),
}
NOBODY = {"fewer_than": 1}


def _customer(n: int) -> str:
    country, vip = ("GB", "FR")[n % 2], str(n % 11 == 0).lower()
    return f"N{n},NL{n},n{n}@varied.example,,Name{n},{country},1980-01-01,{vip},yes,2025-06-01T09:00:00Z\n"


def _receipts(n: int) -> str:
    """One to three purchases, four months apart, the last of them before March 2026."""
    lines = []
    for k in range(n % 3 + 1):
        month = (n + 4 * k) % 12 + 1
        day = f"{n % 28 + 1:02d}/{month:02d}/{2026 if month < 3 else 2025} 10:00"
        kind, store = ("tents", "boots", "stoves")[(n + k) % 3], STORES[n % 3]
        lines.append(f"RN{n}-{k},1,NL{n},,{day},{n * 10}.00,{kind},{store}\n")
    return "".join(lines)


@pytest.fixture(scope="module")
def varied(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Forty more customers who differ in spending, country, day and kind of purchase; every count is shown."""
    shop = copied(tmp_path_factory.mktemp("varied") / "shop")
    shop.edit("policies/standard.yml", "smallest_group: 2", "smallest_group: 1")
    shop.path("campaigns/winback_spring.yml").unlink()
    crm, till = (
        shop.path("data/crm/customers.csv").read_text(),
        shop.path("data/till/2025-10.csv").read_text(),
    )
    shop.write("data/crm/customers.csv", crm + "".join(map(_customer, PEOPLE)))
    shop.write("data/till/2025-10.csv", till + "".join(map(_receipts, PEOPLE)))
    assert shop.tandem("apply", "--yes", "--now", APPLIED).code == 0
    ended = shop.tandem("run", "--now", NOW)
    assert ended.code == 0, ended.err
    return shop


def everything(shop: Shop) -> dict[str, str]:
    """A digest of every file of the lake, and the ledger's rows; but for the audit log and the counts that were
    told, where looking is noted too."""
    files = {
        str(p): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in shop.path("lake").rglob("*")
        if p.is_file()
    }
    with sqlite3.connect(shop.path("ledger.db")) as ledger:
        noted = ('INSERT INTO "audit', 'INSERT INTO "told_counts')
        rows = (one for one in ledger.iterdump() if not one.startswith(noted))
        return files | {"ledger": "\n".join(rows)}


def members(shop: Shop) -> dict[str, set[int]]:
    """Audience → people, as the lake has it."""
    found: dict[str, set[int]] = {}
    for row in shop.rows("memberships"):
        found.setdefault(row["audience"], set()).add(row["person_id"])
    return found


@pytest.mark.parametrize("edit", EDITS)
def test_what_a_plan_counts_is_what_apply_does(varied: Shop, tmp_path: Path, edit: str) -> None:
    shop = varied.copy(tmp_path / "shop")
    file, old, new = EDITS[edit]
    shop.edit(file, old, new)
    if edit == "a negation turned":
        shop.edit(file, "within: 90 days}", "within: 90 days}]")
    before, untouched = members(shop), everything(shop)
    planned = shop.tandem("plan", "--now", NOW, "--json")
    assert planned.code == 0, planned.out
    assert everything(shop) == untouched
    done = shop.tandem("apply", "--yes", "--now", NOW, "--json")
    assert done.code == 0, done.out
    assert [stage["sentence"] for stage in planned.json["stages"]] == done.json["done"]
    after = members(shop)
    said = {one["audience"]: one for one in planned.json["stages"] if one["stage"] == "EvaluateAudience"}
    for name in {*before, *after}:
        was, is_ = before.get(name, set()), after.get(name, set())
        if name not in said:
            assert was == is_, name
            continue
        told = tuple(said[name][word].get("people", 0) for word in ("size", "gained", "lost"))
        assert told == (len(is_), len(is_ - was), len(was - is_)), name
    if edit not in ("a text that moves nobody", "a campaign alone"):
        assert before != after, "an edit that moves nobody proves nothing"


@pytest.mark.parametrize("edit", ["a higher threshold", "another operator"])
def test_after_apply_a_run_at_the_same_time_finds_nothing_to_do(
    varied: Shop, tmp_path: Path, edit: str
) -> None:
    shop = varied.copy(tmp_path / "shop")
    shop.edit(*EDITS[edit])
    assert shop.tandem("apply", "--yes", "--now", NOW).code == 0
    assert "nothing to do" in shop.tandem("plan", "--now", NOW).out
    assert shop.tandem("plan", "--now", NOW, "--json").json["stages"] == []
    after = members(shop)
    assert shop.tandem("run", "--now", NOW).code == 0
    assert members(shop) == after


@pytest.mark.parametrize("edit", SAME_MEANING)
def test_weeks_that_went_by_are_no_part_of_an_edit(varied: Shop, tmp_path: Path, edit: str) -> None:
    """By now purchases have left their windows; the plan says so, but not as what the edit does."""
    shop = varied.copy(tmp_path / "shop")
    shop.edit(*SAME_MEANING[edit])
    planned = shop.tandem("plan", "--now", WEEKS_LATER, "--json")
    assert planned.code == 0, planned.out
    told = [one for one in planned.json["stages"] if one["stage"] == "EvaluateAudience"]
    assert "lapsed_big_spenders" in {one["audience"] for one in told}
    assert [(one["gained"], one["lost"]) for one in told] == [(NOBODY, NOBODY)] * len(told)
    before = members(shop)
    assert shop.tandem("apply", "--yes", "--now", WEEKS_LATER).code == 0
    after = members(shop)
    for one in told:
        was, is_ = before[one["audience"]], after[one["audience"]]
        moved = {"people": len(was ^ is_)} if was != is_ else None
        assert (one["size"], one["moved"]) == ({"people": len(is_)}, moved), one["audience"]
        assert ("apart from the edit" in one["sentence"]) == (moved is not None)
    assert before["lapsed_big_spenders"] != after["lapsed_big_spenders"], (
        "time that moves nobody proves nothing"
    )


@pytest.mark.parametrize("edit", ["a higher threshold", "another operator", "a trait of some rows"])
def test_an_edit_does_the_same_whenever_its_charter_was_last_run(
    varied: Shop, tmp_path: Path, edit: str
) -> None:
    """Planned weeks after the last run it gains and loses whom it does right after one."""
    late, fresh = (varied.copy(tmp_path / name) for name in ("late", "fresh"))
    assert fresh.tandem("run", "--now", WEEKS_LATER).code == 0
    for shop in (late, fresh):
        shop.edit(*EDITS[edit])
    plans = [shop.tandem("plan", "--now", WEEKS_LATER, "--json").json for shop in (late, fresh)]
    effects = [
        {
            one["audience"]: (one["size"], one["gained"], one["lost"])
            for one in plan["stages"]
            if one["stage"] == "EvaluateAudience"
        }
        for plan in plans
    ]
    assert effects[0] == effects[1]
    assert any((gained, lost) != (NOBODY, NOBODY) for _, gained, lost in effects[0].values())


def test_an_audience_that_is_gone_has_nobody(varied: Shop, tmp_path: Path) -> None:
    shop = varied.copy(tmp_path / "shop")
    shop.path("audiences/lapsed_big_spenders.yml").unlink()
    left = members(shop)["lapsed_big_spenders"]
    planned = shop.tandem("plan", "--now", NOW, "--json").json
    (told,) = [one for one in planned["stages"] if one.get("audience") == "lapsed_big_spenders"]
    assert told["lost"] == {"people": len(left)}
    assert shop.tandem("apply", "--yes", "--now", NOW).code == 0
    assert "lapsed_big_spenders" not in members(shop)
    changes = [row for row in shop.rows("membership_changes") if row["audience"] == "lapsed_big_spenders"]
    assert {row["person_id"] for row in changes if row["change"] != "entered"} == left


def test_undoing_an_edit_leads_back(varied: Shop, tmp_path: Path) -> None:
    shop = varied.copy(tmp_path / "shop")
    before, (file, old, new) = members(shop), EDITS["a trait of some rows"]
    shop.edit(file, old, new)
    assert shop.tandem("apply", "--yes", "--now", NOW).code == 0
    shop.edit(file, new, old)
    assert shop.tandem("apply", "--yes", "--now", NOW).code == 0
    assert members(shop) == before
