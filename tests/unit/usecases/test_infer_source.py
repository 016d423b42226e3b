"""What a look at the first rows proposes, and that it never takes a value for more than it is."""

import gzip
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tandem.kernel import Problems
from tandem.usecases.infer_source import Files, Proposal, infer_source

SHOP = Path(__file__).resolve().parents[2] / "projects" / "shop"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHOP, tmp_path / "shop"))


def look(root: Path, text: str, name: str = "new.csv", format: str = "csv") -> Proposal:
    path = root / "data" / "new" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return infer_source(root, Files("new", "data/new", format))


@pytest.mark.parametrize(
    ("name", "values", "type_", "written"),
    [
        ("score", ["1", "20", "-3"], "integer", ""),
        ("zip", ["01234", "12345"], "text", ""),
        ("called", ["+447700900100", "+447700900101"], "text", ""),
        ("total", ["1.50", "20"], "money", ""),
        ("weight", ["1.5", "2e3"], "number", ""),
        ("flag", ["0", "1"], "integer", ""),
        ("is_vip", ["0", "1"], "boolean", ""),
        ("wants", ["yes", "No"], "boolean", ""),
        ("on", ["2026-03-01", "2026-03-02"], "date", ""),
        ("at", ["2026-03-01T10:00:00Z", "2026-03-01 10:00"], "timestamp", ""),
        ("at", ["31/12/2025 10:00", "01/02/2026 11:30"], "timestamp", "%d/%m/%Y %H:%M"),
        ("at", ["12/31/2025", "01/02/2026"], "date", "%m/%d/%Y"),
        ("sent_at", ["1767225600", "1767225601"], "timestamp", "epoch_s"),
        ("order", ["1767225600", "1767225601"], "integer", ""),
        ("mixed", ["1", "x"], "text", ""),
        ("nothing", ["", ""], "text", ""),
    ],
)
def test_types_are_those_that_every_value_has(
    root: Path, name: str, values: list[str], type_: str, written: str
) -> None:
    found = look(root, "\n".join([f"{name},other", *(f"{value},x" for value in values)]) + "\n")
    assert (str(found.fields[0].type), found.fields[0].format) == (type_, written)


def test_names_are_such_that_the_charter_takes_them(root: Path) -> None:
    found = look(root, "Event ID,source,event_id,1st,E-Mail,Größe\nx,y,z,a,b,c\n")
    assert [one.name for one in found.fields] == [
        "row_event_id", "row_source", "row_event_id_2", "field_1st", "e_mail", "gr_e",
    ]  # fmt: skip


def test_identifiers_are_found_by_values_or_as_other_sources_name_them(root: Path) -> None:
    found = look(root, "who,customer_no,card no\na@b.example,C1,L1\nc@d.example,C2,L2\n")
    assert found.identifiers == {"crm_id": "customer_no", "loyalty_id": "card no", "email": "who"}
    assert not any(one.take for one in found.fields)
    assert found.record


def test_one_row_per_person_is_a_record_and_many_are_events(root: Path) -> None:
    assert look(root, "customer_no,at\nC1,2026-01-01\nC2,2026-01-02\n").record
    assert not look(root, "id,customer_no,at\n1,C1,2026-01-01\n2,C1,2026-01-02\n").record


def test_compressed_nested_and_columnar_files_are_read(root: Path) -> None:
    zipped = look(root, "a;b\n1;2\n", "new.csv.gz")
    assert (zipped.delimiter, [one.path for one in zipped.fields]) == (";", ["a", "b"])
    lines = look(root, '{"a": {"b": 1, "c": null}}\nnonsense\n{"a": {"c": "x"}}\n', "new.ndjson", "ndjson")
    assert [one.path for one in lines.fields] == ["a.b", "a.c"]
    assert (lines.rows, lines.torn) == (2, 1)
    pq.write_table(pa.table({"n": [1, None], "s": [{"t": "x"}, {"t": "y"}]}), root / "data/new/new.parquet")
    columns = infer_source(root, Files("new", "data/new", "parquet"))
    assert [(one.path, str(one.type)) for one in columns.fields] == [("n", "integer"), ("s.t", "text")]


def test_only_the_first_rows_are_read(root: Path) -> None:
    found = look(root, "n\n" + "1\n" * 2_000 + "x\n" * 10)
    assert (found.rows, str(found.fields[0].type), len(found.examples)) == (2_000, "integer", 5)


def test_a_header_alone_is_enough(root: Path) -> None:
    found = look(root, "a,b\n")
    assert (found.rows, [one.take for one in found.fields]) == (0, [False, False])


@pytest.mark.parametrize(
    ("path", "code"),
    [("data/new/../../..", "CHR-118"), ("ledger.db", "RUN-040"), ("lake/x", "RUN-040"), ("none", "COL-001")],
)
def test_what_is_no_source_is_told(root: Path, path: str, code: str) -> None:
    (root / "ledger.db").write_text("a,b\n")
    (root / "lake" / "x").mkdir(parents=True)
    (root / "lake" / "x" / "1.csv").write_text("a,b\n")
    with pytest.raises(Problems) as told:
        infer_source(root, Files("new", path, "csv"))
    assert [one.code for one in told.value.problems] == [code]
