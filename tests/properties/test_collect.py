"""Nothing that arrives is lost, and nothing is taken twice, however rows are broken, repeated and cut into files."""

import csv
import io
import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from unit.collect.arrivals import HEADER, House, balanced, charter, till

from tandem.engine import open_engine

COLUMNS = HEADER.split(",")
CELLS = {
    "no": ["1", "2", "3", "4", ""],
    "at": ["2026-01-05", "2026-01-05T10:00:00Z", "2026-02-30", "", "2030-01-01"],
    "type": ["sale", "refund", "gift", ""],
    "card": ["C1", "C2", "", "unknown"],
    "email": ["ada@x.example", "ADA@x.example", "n/a", "", 'o"dd', "é, ü"],
    "total": ["1", "1.50", "-1", "x", "", "2000"],
    "store": ["north", "west", ""],
    "items": ["1", "1.5", ""],
    "letters": ["yes", "no", "?", ""],
}
ROW = st.tuples(*(st.sampled_from(CELLS[name]) for name in COLUMNS))
TORN = st.sampled_from(["1,2026", "x" * 30, "1,2,3,4,5,6,7,8,9,10"])
ROWS = st.lists(st.one_of(ROW, ROW, ROW, TORN), min_size=1, max_size=25)
MODES = ["quarantine", "drop_value", "evolve", "freeze"]
Row = tuple[str, ...] | str


def written(rows: Sequence[Row], form: str) -> str:
    """The rows as a file; a torn row is written as it stands."""
    out = io.StringIO()
    if form == "csv":
        out.write(HEADER + "\n")
    for row in rows:
        if isinstance(row, str):
            out.write(row + "\n")
        elif form == "csv":
            csv.writer(out, lineterminator="\n").writerow(row)
        else:
            out.write(json.dumps(dict(zip(COLUMNS, row, strict=True))) + "\n")
    return out.getvalue()


@contextmanager
def house(mode: str, form: str, keyed: bool) -> Iterator[House]:
    """A house of its own for one example."""
    contract = till(mode).replace("format: csv", f"format: {form}").replace("till*.csv*", f"till*.{form}")
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine("duckdb", f"{folder}/lake", threads=1)
        built = House(
            Path(folder), engine, charter(till=contract if keyed else contract.replace("key: [no]\n", ""))
        )
        try:
            yield built
        finally:
            engine.close()
            built.ledger.close()


def events(one: House) -> set[int]:
    """Ids of all events in the lake, of whatever kind; each must stand there once."""
    found = [
        row[0]
        for table in ("event_purchase", "event_refund", "events_unplanned")
        for row in one.rows(table, "event_id")
    ]
    assert len(found) == len(set(found))
    return set(found)


@settings(max_examples=12)
@given(ROWS, st.sampled_from(MODES), st.sampled_from(["csv", "ndjson"]), st.booleans(), st.integers(0, 25))
def test_every_row_is_accounted_for(rows: list[Row], mode: str, form: str, keyed: bool, cut: int) -> None:
    with house(mode, form, keyed) as one:
        one.write(f"till_1.{form}", written(rows, form))
        first = one.take()
        assert balanced(first)
        read = sum(file.rows_read or 0 for file in first.files)
        refused = [waits for waits in first.waiting if waits.level == "file"]
        assert read == (0 if refused else len(rows))
        if mode != "freeze":
            assert len(events(one)) == first.rows_landed + first.rows_unplanned
        entries = [row for row in one.waiting() if row[0] == "row"]
        assert len(entries) <= first.rows_quarantined
        before = one.versions()
        assert one.take().batch_id is None
        assert one.versions() == before
        one.write(f"till_2.{form}", written(rows[cut:], form))
        again = one.take()
        assert balanced(again)
        if keyed or cut >= len(rows):
            assert again.rows_landed == 0


@settings(max_examples=8)
@given(ROWS, st.sampled_from(MODES[:3]), st.sampled_from(["csv", "ndjson"]), st.integers(0, 25))
def test_how_rows_are_cut_into_files_and_batches_does_not_matter(
    rows: list[Row], mode: str, form: str, cut: int
) -> None:
    with house(mode, form, True) as whole, house(mode, form, True) as parts:
        whole.write(f"till_1.{form}", written(rows, form))
        whole.take()
        for number, some in enumerate((rows[:cut], rows[cut:])):
            if some:
                parts.write(f"till_{number}.{form}", written(some, form))
                parts.take()
        assert typed(whole) == typed(parts)
        assert pairs(whole) == pairs(parts)


def typed(one: House) -> list[list[tuple[object, ...]]]:
    """What landed, typed, without what tells one batch from another."""
    purchase = ("event_id", "event_at", "subject_key", "amount", "store", "items")
    return [one.rows("event_purchase", *purchase), one.rows("event_refund", *purchase[:4])]


def pairs(one: House) -> list[list[tuple[object, ...]]]:
    """Who was seen, with whom, and what they said."""
    return [
        one.rows("identifiers", "identifier_key", "kind", "value", "blocked"),
        one.rows("evidence", "left_key", "right_key", "left_kind", "right_kind"),
        one.rows("consents", "subject_key", "purpose", "state", "at"),
        one.rows("suppressions", "identifier_key", "reason"),
    ]
