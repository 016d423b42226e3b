"""Retention: what was kept as long as agreed goes with a run, from every version of the lake, and stays away."""

from pathlib import Path

import pytest
from cli.shop import APPLIED, LATER, NOW, Shop, copied
from walks.test_erase import holding

KEPT = "keep: 150 days\n"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The shop that keeps receipts of the till for 150 days, and sensitive fields for 90; after one run.

    It is 10 March 2026: what was bought in the stores in October 2025 is older, what was bought on 20 October is not.
    """
    shop = copied(tmp_path_factory.mktemp("kept") / "shop")
    till = shop.path("sources/till.yml").read_text()
    shop.write("sources/till.yml", till.replace("key: [receipt_no", f"{KEPT}key: [receipt_no"))
    rules = shop.path("policies/standard.yml").read_text()
    shop.write(
        "policies/standard.yml",
        rules.replace("roles:\n", "keep:\n  - {label: sensitive, for: 90 days}\nroles:\n", 1),
    )
    receipts = shop.path("data/till/2025-10.csv").read_text()
    late = "R9,1,L1,,20/10/2025 11:05,10.00,tents,Leith\nR8,1,L1,,02/10/2025 11:05,-1.00,only-then,Leith\n"
    shop.write("data/till/2025-10.csv", receipts + late)
    text = shop.path("campaigns/winback_spring.yml").read_text().split("message:")[0]
    text = text.replace("channel: email", "channel: file")
    shop.write(
        "campaigns/winback_spring.yml", text + "export: {path: exports/winback.csv, fields: [email]}\n"
    )
    assert shop.tandem("apply", "--yes", "--now", APPLIED).code == 0
    return shop


@pytest.fixture(scope="module")
def told(shop: Shop) -> dict[str, object]:
    """What the run said it removed."""
    ended = shop.tandem("run", "--now", NOW, "--json")
    assert ended.code == 0, ended.err
    found: dict[str, object] = ended.json["retained"]
    assert any("Kept as long as agreed" in one for one in ended.json["sentences"])
    return found


def test_rows_of_the_source_go_after_its_time(shop: Shop, told: dict[str, dict[str, int]]) -> None:
    stores = {row["order_no"] for row in shop.rows("event_purchase") if row["source"] == "till"}
    assert stores == {"R9"}
    assert told["rows"] == {"event_purchase": 3}
    assert any(row["source"] == "web" for row in shop.rows("event_purchase")), (
        "another source keeps its own time"
    )


def test_values_of_a_label_go_after_its_time(shop: Shop, told: dict[str, dict[str, int]]) -> None:
    assert told["values"] == {"record_crm.birth_date": 3}
    assert {row["birth_date"] for row in shop.rows("record_crm")} == {None}
    assert {row["first_name"] for row in shop.rows("record_crm")} == {"Ada", "Bo", "Cy"}


def test_no_old_version_has_them(shop: Shop, told: dict[str, object]) -> None:
    assert told["files"]
    assert [line for line in holding(shop, ("1985, 12, 10", "R1'")) if line.startswith("lake/")] == []


def test_files_that_are_read_again_bring_nothing_back(
    shop: Shop, told: dict[str, object], tmp_path: Path
) -> None:
    again = shop.copy(tmp_path / "shop")
    for name in ("data/till/2025-10.csv", "data/crm/customers.csv"):
        again.write(name, again.path(name).read_text() + "\n")
    assert again.tandem("run", "--now", LATER).code == 0
    assert {row["order_no"] for row in again.rows("event_purchase") if row["source"] == "till"} == {"R9"}
    assert {row["birth_date"] for row in again.rows("record_crm")} == {None}
    before = again.versions()
    assert again.tandem("run", "--now", LATER).code == 0
    assert again.versions() == before, "a run with nothing that old writes nothing"
