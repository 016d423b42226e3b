"""What broke its contract waits, lands after the repair, and lands once."""

from typing import Any

from cli.shop import LATER, NOW, Shop

ROW = "R9,1,L1,,09/03/2026 10:00,75.00,boots,Perth"


def _ran_with_a_new_store(shop: Shop) -> None:
    head = shop.path("data/till/2025-10.csv").read_text().splitlines()[0]
    shop.write(
        "data/till/2026-03.csv", f"{head}\n{ROW}\n{ROW.replace('R9', 'R10').replace('Perth', 'Oban')}\n"
    )
    ended = shop.tandem("run", "--now", NOW)
    assert ended.code == 0, ended.err
    assert "1 row broke a contract" in ended.out


def _waiting(shop: Shop) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shop.tandem("--as", "privacy", "quarantine", "list", "--json").json[
        "waiting"
    ]
    return found


def _open_perth(shop: Shop) -> None:
    shop.edit("sources/till.yml", "[Leith, Oban, York]", "[Leith, Oban, York, Perth]")
    assert shop.tandem("apply", "--yes", "--now", NOW).code == 0


def test_a_broken_row_waits_with_everything_needed_to_repair_it(shop: Shop) -> None:
    _ran_with_a_new_store(shop)
    (entry,) = _waiting(shop)
    assert (entry["source"], entry["code"], entry["path"], entry["found"]) == (
        "till",
        "COL-108",
        "store",
        "Perth",
    )
    assert (entry["file"], entry["line"]) == ("data/till/2026-03.csv", 2)
    assert "York" in entry["expected"]


def test_replay_before_the_repair_lets_nothing_in(shop: Shop) -> None:
    _ran_with_a_new_store(shop)
    ended = shop.tandem("quarantine", "replay", "--now", NOW)
    assert ended.code == 1
    assert "0 landed" in ended.out
    assert len(_waiting(shop)) == 1


def test_after_the_repair_it_lands_and_only_once(shop: Shop) -> None:
    _ran_with_a_new_store(shop)
    _open_perth(shop)
    (entry,) = _waiting(shop)
    first = shop.tandem("quarantine", "replay", "--now", NOW)
    assert first.code == 0, first.err
    assert "1 landed" in first.out
    (landed,) = [row for row in shop.rows("event_purchase") if row["store"] == "Perth"]
    assert (landed["order_no"], str(landed["amount"])) == ("R9", "75.0000")
    assert _waiting(shop) == []
    before = shop.versions()
    assert shop.tandem("quarantine", "replay", "--now", NOW).code == 0
    again = shop.tandem("quarantine", "replay", str(entry["quarantine_id"]), "--now", NOW)
    assert again.codes == ["COL-030"]
    assert shop.versions() == before


def test_the_next_run_knows_what_was_replayed(shop: Shop) -> None:
    _ran_with_a_new_store(shop)
    _open_perth(shop)
    assert shop.tandem("quarantine", "replay", "--now", NOW).code == 0
    assert shop.tandem("run", "--now", LATER).code == 0
    ada = shop.person("ada@people.example")
    (profile,) = [row for row in shop.rows("profile") if row["person_id"] == ada]
    assert str(profile["lifetime_value"]) == "559.5000", (
        "320.00 + 89.50 + 75.00 replayed + 75.00 of the row beside it"
    )


def test_a_repair_leads_where_a_right_row_would_have_led(shop: Shop) -> None:
    other = shop.copy(shop.folder.parent / "other")
    _ran_with_a_new_store(shop)
    _open_perth(shop)
    assert shop.tandem("quarantine", "replay", "--now", NOW).code == 0
    assert shop.tandem("run", "--now", LATER).code == 0
    _open_perth(other)
    head = other.path("data/till/2025-10.csv").read_text().splitlines()[0]
    other.write(
        "data/till/2026-03.csv", f"{head}\n{ROW}\n{ROW.replace('R9', 'R10').replace('Perth', 'Oban')}\n"
    )
    assert other.tandem("run", "--now", NOW).code == 0
    assert other.tandem("run", "--now", LATER).code == 0
    mine, theirs = shop.contents(), other.contents()
    for table in ("event_purchase", "profile", "person_consents"):
        assert mine[table] == theirs[table], table
