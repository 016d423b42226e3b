"""What an engine promises, on both: same rows, one commit per write, no base table without a stamp."""

import errno
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable
from sqlglot import exp

from tandem.engine import Column, Engine, Mark, open_engine
from tandem.engine import functions as f
from tandem.engine.catalogue import event_table
from tandem.kernel import Problems, digest60
from tandem.kernel.values import Type

AT = datetime(2026, 3, 1, 12, 30, 0, 123456)
COLUMNS = [
    Column("amount", Type.MONEY),
    Column("note", Type.TEXT),
    Column("day", Type.DATE),
    Column("ok", Type.BOOLEAN),
]
NAME = "event_purchase"


def row(key: str, **values: object) -> exp.Select:
    columns = [f.value(value).as_(name) for name, value in values.items()]
    return exp.select(f.digest60(exp.Literal.string(key)).as_("event_id"), *columns)


def rows(*queries: exp.Select) -> exp.Query:
    return exp.union(*queries, distinct=False) if len(queries) > 1 else queries[0]


def content(engine: Engine, *names: str) -> list[tuple[object, ...]]:
    picked = exp.select(*names).from_(engine.ref(NAME))
    return sorted(engine.rows(picked), key=repr)


@pytest.fixture
def shop(engine: Engine) -> Engine:
    engine.ensure([event_table("purchase", COLUMNS)])
    return engine


def test_every_type_comes_back_as_it_went_in(shop: Engine) -> None:
    shop.append(
        NAME, row("a", event_at=AT, amount=Decimal("12.3456"), note="ü\x1f'", day=date(2026, 1, 31), ok=True)
    )
    assert content(shop, "event_id", "event_at", "amount", "note", "day", "ok") == [
        (digest60("a"), AT, Decimal("12.3456"), "ü\x1f'", date(2026, 1, 31), True)
    ]


def test_digest_is_the_same_in_python_and_sql(shop: Engine) -> None:
    parts = [("email", "ada@shop.example"), ("phone", "+441632960001"), ("x", ""), ("naïve", "日本")]
    query = rows(*(exp.select(f.digest60(*map(exp.Literal.string, p)).as_("k")) for p in parts))
    assert sorted(k for (k,) in shop.rows(query)) == sorted(digest60(*p) for p in parts)


def test_a_marked_load_lands_once(shop: Engine) -> None:
    mark = Mark("collect:till", 7)
    assert shop.append(NAME, row("a"), mark) == 1
    assert shop.append(NAME, row("b"), mark) == 0
    assert shop.mark(NAME, "collect:till") == 7
    assert shop.append(NAME, row("b"), Mark("collect:till", 8)) == 1
    assert len(content(shop, "event_id")) == 2


def test_no_rows_is_no_commit(shop: Engine) -> None:
    assert shop.append(NAME, row("a").where(exp.false())) == 0
    assert shop.version(NAME) == -1
    assert content(shop, "event_id") == []


def test_upsert_writes_only_what_differs(shop: Engine) -> None:
    assert shop.upsert(NAME, rows(row("a", amount=1), row("b", amount=2))).inserted == 2
    version = shop.version(NAME)
    assert not shop.upsert(NAME, rows(row("a", amount=1), row("b", amount=2)))
    assert shop.version(NAME) == version
    change = shop.upsert(NAME, rows(row("a", amount=None), row("b", amount=2), row("c", amount=3)))
    assert (change.inserted, change.updated) == (1, 1)
    assert sorted(content(shop, "amount"), key=repr) == [(Decimal("2.0000"),), (Decimal("3.0000"),), (None,)]


def test_replace_commits_only_a_difference(shop: Engine) -> None:
    shop.append(NAME, rows(row("a", amount=1), row("a", amount=1)))
    version = shop.version(NAME)
    shop.replace(NAME, rows(row("a", amount=1), row("a", amount=1)))
    assert shop.version(NAME) == version
    shop.replace(NAME, row("a", amount=1))
    assert content(shop, "amount") == [(Decimal("1.0000"),)]
    shop.replace(NAME, row("a").where(exp.false()))
    assert content(shop, "amount") == []


def test_delete_takes_rows_by_key(shop: Engine) -> None:
    shop.append(NAME, rows(row("a"), row("b"), row("c")))
    assert shop.delete(NAME, rows(row("a"), row("c"), row("zz"))) == 2
    assert content(shop, "event_id") == [(digest60("b"),)]


def test_a_contract_that_grows_adds_a_column(shop: Engine) -> None:
    shop.append(NAME, row("a", amount=1))
    shop.ensure([event_table("purchase", [*COLUMNS, Column("size", Type.TEXT)])])
    assert content(shop, "amount", "size") == [(Decimal("1.0000"), None)]
    shop.append(NAME, row("b", amount=2, size="xl"))
    assert content(shop, "amount", "size") == [(Decimal("1.0000"), None), (Decimal("2.0000"), "xl")]


def test_a_column_never_changes_its_type(shop: Engine) -> None:
    with pytest.raises(Problems, match="ENG-041"):
        shop.ensure([event_table("purchase", [Column("amount", Type.TEXT)])])


def test_a_base_table_without_stamp_is_refused(shop: Engine) -> None:
    for query in (
        exp.select("amount").from_(NAME),
        exp.select("x").from_(exp.select("amount").from_(NAME).subquery("s")),
        exp.select(exp.select(exp.Count(this=exp.Star())).from_(NAME).subquery().as_("n")),
    ):
        with pytest.raises(Problems, match="ENG-010"):
            shop.rows(query)


def test_a_base_table_cannot_be_shadowed(shop: Engine) -> None:
    query = exp.select("event_id").from_(NAME).with_(NAME, as_=exp.select("event_id").from_(shop.ref(NAME)))
    with pytest.raises(Problems, match="ENG-011"):
        shop.rows(query)
    with pytest.raises(Problems, match="ENG-011"):
        shop.stage(NAME, row("a"))


def test_an_unknown_column_is_refused_by_name(shop: Engine) -> None:
    with pytest.raises(Problems, match="amuont"):
        shop.rows(exp.select("amuont").from_(shop.ref(NAME)))


def test_stages_hold_results(shop: Engine) -> None:
    stage = shop.stage("engine_test", rows(row("a", amount=1), row("b", amount=2)))
    shop.append(NAME, exp.select("*").from_(stage))
    assert shop.count(exp.select("event_id").from_(stage)) == 2
    shop.drop_stage("engine_test")
    outside = shop.stage_arrow("engine_test", pa.table({"n": [1, 2, 3]}))
    assert shop.one(exp.select(exp.Sum(this=exp.column("n"))).from_(outside))[0] == 6
    shop.drop_stages()


def test_batches_give_all_rows(shop: Engine) -> None:
    shop.append(NAME, rows(*(row(str(i)) for i in range(25))))
    batches = list(shop.batches(exp.select("event_id").from_(shop.ref(NAME)), size=10))
    assert max(len(batch) for batch in batches) <= 10
    assert {r["event_id"] for batch in batches for r in batch} == {digest60(str(i)) for i in range(25)}


def test_another_engine_sees_the_commit(make_engine, engine_name: str) -> None:  # type: ignore[no-untyped-def]
    one, two = make_engine(), make_engine()
    for opened in (one, two):
        opened.ensure([event_table("purchase", COLUMNS)])
    one.append(NAME, row("a"))
    assert len(content(two, "event_id")) == 1
    two.append(NAME, row("b"))
    assert len(content(one, "event_id")) == 2


def test_personal_values_never_stand_in_the_delta_log(shop: Engine) -> None:
    shop.append(NAME, row("a", event_at=AT, note="ada@shop.example"))
    log = Path(shop.lake.path(NAME)) / "_delta_log"
    assert all("ada@shop.example" not in file.read_text() for file in log.glob("*.json"))


def test_any_delta_reader_opens_the_table(shop: Engine) -> None:
    shop.append(NAME, row("a", amount=5))
    shop.upsert(NAME, row("b", amount=7))
    assert DeltaTable(shop.lake.path(NAME)).count() == 2


def test_values_table_is_typed_even_when_empty(shop: Engine) -> None:
    shape = [("k", Type.KEY), ("t", Type.TEXT)]
    assert (
        shop.rows(exp.select("k", "t").from_(f.values_table("v", shape, [(1, "a"), (None, None)])))
        is not None
    )
    assert shop.rows(exp.select("k", "t").from_(f.values_table("v", shape, []))) == []


def test_a_newer_lake_is_refused(make_engine, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "lake").mkdir()
    (tmp_path / "lake" / "tandem-lake.json").write_text('{"format": 99}')
    with pytest.raises(Problems, match="ENG-022"):
        make_engine()


def test_a_full_disk_is_told_and_the_same_load_succeeds_later(
    shop: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(shop.lake, "add_files", full)
        with pytest.raises(Problems, match="ENG-020"):
            shop.append(NAME, row("a"), Mark("collect:till", 1))
    assert content(shop, "event_id") == []
    assert shop.append(NAME, row("a"), Mark("collect:till", 1)) == 1


def test_a_lake_by_url_is_written_as_a_lake_in_a_folder(tmp_path: Path) -> None:
    found = []
    for root in (str(tmp_path / "folder"), f"file://{tmp_path}/url"):
        with open_engine("duckdb", root, threads=2) as engine:
            engine.ensure([event_table("purchase", COLUMNS)])
            assert engine.append(NAME, row("a", amount=1, event_at=AT), Mark("till", 1)) == 1
            assert engine.append(NAME, row("a", amount=1, event_at=AT), Mark("till", 1)) == 0
            assert engine.append(NAME, row("b").where(exp.false())) == 0
            engine.upsert(NAME, rows(row("a", amount=2, event_at=AT), row("c", amount=3, event_at=AT)))
            found.append((content(engine, "event_id", "event_at", "amount", "note"), engine.version(NAME)))
    assert found[0] == found[1]
    assert len(found[0][0]) == 2


def test_other_readers_can_skip_files_by_time(tmp_path: Path) -> None:
    with open_engine("duckdb", str(tmp_path / "lake"), threads=2) as engine:
        engine.ensure([event_table("purchase", COLUMNS)])
        engine.append(
            NAME,
            rows(
                row("a", event_at=AT),
                row("b", event_at=datetime(2026, 3, 9)),
                row("c", event_at=None),
            ),
            Mark("till", 1),
        )
        table = DeltaTable(engine.lake.path(NAME))
    (added,) = table.get_add_actions(flatten=True).to_struct_array().to_pylist()
    assert (added["num_records"], added["null_count.event_at"]) == (3, 1)
    assert (added["min.event_at"], added["max.event_at"]) == (AT, datetime(2026, 3, 9))


def test_a_query_that_fails_leaves_no_file(shop: Engine) -> None:
    shop.append(NAME, row("a"))
    before = sorted(Path(shop.lake.path(NAME)).rglob("*"))
    with pytest.raises(Problems):
        shop.append(NAME, row("b", amount=Decimal("1e30")))
    assert sorted(Path(shop.lake.path(NAME)).rglob("*")) == before


def test_what_was_committed_stays_whatever_comes_after(shop: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    commit = shop.lake.add_files

    def late(*args: object, **named: object) -> None:
        commit(*args, **named)  # type: ignore[arg-type]
        raise OSError(errno.EIO, "the disk does not answer")

    with monkeypatch.context() as patched:
        patched.setattr(shop.lake, "add_files", late)
        with pytest.raises(Problems):
            shop.append(NAME, row("a"), Mark("till", 1))
    assert shop.append(NAME, row("a"), Mark("till", 1)) == 0
    assert content(shop, "event_id") == [(digest60("a"),)]
