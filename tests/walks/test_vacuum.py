"""Old files of the lake go with a run of the next day, by the rule of the policies; and nothing that anybody needs."""

import json
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import deltalake
import pyarrow as pa
import pytest
from cli.shop import APPLIED, LATER, NOW, Shop, copied
from walks.test_erase import ledger_of

from tandem.engine.forgetting import vacuum
from tandem.engine.lake import Lake

EIGHT = 8 * 24 * 3600


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The shop after two runs, so that tables have been replaced; for reading only."""
    shop = copied(tmp_path_factory.mktemp("whole") / "shop")
    shop.path("campaigns/winback_spring.yml").unlink()
    for words in (("apply", "--yes", "--now", APPLIED), ("run", "--now", NOW), ("run", "--now", LATER)):
        assert shop.tandem(*words).code == 0
    return shop


@pytest.fixture
def shop(whole: Shop, tmp_path: Path) -> Shop:
    """As if the two runs had been eight days ago."""
    shop = whole.copy(tmp_path / "shop")
    then = time.time() - EIGHT
    for file in shop.path("lake").rglob("*.parquet"):
        os.utime(file, (then, then))
    for log in shop.path("lake").glob("*/_delta_log/*.json"):
        actions = [json.loads(line) for line in log.read_text().splitlines()]
        for action in actions:
            if "remove" in action:
                action["remove"]["deletionTimestamp"] -= EIGHT * 1000
        log.write_text("".join(json.dumps(action) + "\n" for action in actions))
    with ledger_of(shop) as ledger:
        ledger.set_watermark("vacuum", 0)
    return shop


def files(shop: Shop) -> set[str]:
    """Every data file that lies in the lake."""
    every = shop.path("lake").rglob("*.parquet")
    return {str(file.relative_to(shop.path("lake"))) for file in every if "_delta_log" not in str(file)}


def needed(shop: Shop) -> set[str]:
    """Every data file that the newest version of a table names."""
    return {
        f"{name}/{file}"
        for name in shop.tables()
        for file in deltalake.DeltaTable(shop.path("lake") / name)
        .get_add_actions()
        .column("path")
        .to_pylist()
    }


def left_over(shop: Shop, name: str, days: int) -> Path:
    """What a write that was killed so many days ago left of a table, beside what Spark writes along."""
    folder = shop.path("lake") / "identifiers" / f"part-{name}"
    folder.mkdir()
    then = time.time() - days * 24 * 3600
    for file in ("data_0.parquet", ".data_0.parquet.crc"):
        (folder / file).write_bytes(b"half")
        os.utime(folder / file, (then, then))
    return folder


def test_a_run_removes_what_no_table_needs_once_a_day_and_says_so(shop: Shop) -> None:
    rows = {name: shop.rows(name) for name in shop.tables()}
    before, old, young = files(shop), left_over(shop, "old", 8), left_over(shop, "young", 6)
    unneeded = before - needed(shop)
    assert unneeded
    with ledger_of(shop) as ledger:
        ledger.set_watermark("vacuum", 0)
    ended = shop.tandem("run", "--now", LATER, "--json")
    assert ended.code == 0, ended.err
    told = ended.json["vacuumed"]
    assert told["older_than_days"] == 7
    assert sum(told["files"].values()) == len(unneeded) + 2
    assert any("that nothing has needed for 7 days removed" in one for one in ended.json["sentences"])
    assert not unneeded & files(shop)
    assert needed(shop) <= files(shop)
    assert not old.exists()
    assert (young / "data_0.parquet").exists()
    kept = {name: shop.rows(name) for name in rows}
    assert {name for name in rows if sorted(map(str, kept[name])) != sorted(map(str, rows[name]))} == set()
    versions = shop.versions()
    again = shop.tandem("run", "--now", LATER)
    assert again.code == 0
    assert "old files" not in again.out
    with ledger_of(shop) as ledger:
        ledger.set_watermark("vacuum", 0)
    assert shop.tandem("run", "--now", LATER, "--json").json["vacuumed"]["files"] == {}
    assert shop.versions() == versions


def test_nothing_goes_while_somebody_else_writes(shop: Shop) -> None:
    before = files(shop)
    with ledger_of(shop) as ledger:
        now = datetime.now(UTC).replace(tzinfo=None)
        with ledger.lease("run", "process:1@elsewhere", now, timedelta(hours=1)):
            ended = shop.tandem("run", "--now", LATER)
    assert (ended.code, ended.codes) == (1, ["LDG-010"])
    assert files(shop) == before


def test_a_plan_shows_another_time_and_a_longer_one_has_to_be_approved(shop: Shop) -> None:
    rules = "policies/standard.yml"
    shop.edit(rules, "smallest_group: 2\n", "smallest_group: 2\nold_files_days: 3\n")
    plan = shop.tandem("plan", "--now", LATER)
    assert "remove files of the lake that no table needs after 3 days, not 7" in plan.out
    assert shop.tandem("plan", "--now", LATER, "--json").json["must_approve"] == {}
    assert shop.tandem("apply", "--yes", "--now", LATER).code == 0
    assert shop.tandem("run", "--now", LATER, "--json").json["vacuumed"]["older_than_days"] == 3
    assert "removed after 3 days" in shop.tandem("policy", "rules").out
    shop.edit(rules, "old_files_days: 3\n", "old_files_days: 30\n")
    asked = shop.tandem("plan", "--now", LATER, "--json").json
    assert any("old_files_days" in one for one in asked["must_approve"]["it"])
    shop.write("policies/more.yml", "policy: more\nold_files_days: 2\nroles:\n  - role: marketer\n")
    assert "after 2 days, not 3" in shop.tandem("plan", "--now", LATER).out


def test_less_than_a_day_is_refused(shop: Shop) -> None:
    shop.edit("policies/standard.yml", "smallest_group: 2\n", "smallest_group: 2\nold_files_days: 0\n")
    assert shop.tandem("check").code == 1


def test_files_in_folders_and_beside_them_go_alike(tmp_path: Path) -> None:
    """As deltalake writes them, and as DuckDB and Spark do; what the newest version names stays."""
    path = tmp_path / "things"
    for number in range(3):
        deltalake.write_deltalake(path, pa.table({"a": [number]}), mode="overwrite")
    lake = Lake(str(tmp_path))
    assert vacuum(lake, "things", timedelta(days=1)) == 0
    assert deltalake.DeltaTable(path).version() == 2, "nothing that old is no commit"
    folder = path / "part-killed"
    folder.mkdir()
    (folder / "data_0.parquet").write_bytes(b"half")
    assert vacuum(lake, "things", timedelta(0)) == 3
    assert not folder.exists()
    assert deltalake.DeltaTable(path).to_pyarrow_table().to_pydict() == {"a": [2]}
    assert vacuum(lake, "nothing", timedelta(0)) == 0
