"""The Complete Journey files against the published facts of the data set."""

from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pytest

from tandem.demo import export_files

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("journey")
    assert export_files(out) == {
        "transactions": 1_469_307, "campaigns": 6_589, "campaign_descriptions": 27, "coupons": 116_204,
        "coupon_redemptions": 2_102, "demographics": 801, "products": 92_331,
    }  # fmt: skip
    return out / "data"


def test_transactions(data: Path) -> None:
    rows = ds.dataset(data / "transactions").to_table()
    assert rows.num_rows == 1_469_307
    cents = pc.cast(pc.round(pc.multiply(rows["sales_value"], 100)), pa.int64())
    assert Decimal(pc.sum(cents).as_py()) / 100 == Decimal("4596039.58")
    assert pc.count_distinct(rows["basket_id"]).as_py() == 155_848
    assert pc.count_distinct(rows["household_id"]).as_py() == 2_469
    assert rows.schema.field("transaction_timestamp").type == pa.timestamp("us")
    assert rows.group_by(["basket_id", "product_id"]).aggregate([]).num_rows == rows.num_rows


def test_reach_of_the_retailers_campaigns(data: Path) -> None:
    rows = ds.dataset(data / "campaigns").to_table()
    reach = rows.group_by("campaign_id").aggregate([("household_id", "count_distinct")])
    found = dict(
        zip(reach["campaign_id"].to_pylist(), reach["household_id_count_distinct"].to_pylist(), strict=True)
    )
    assert (len(found), found[18], found[13], found[8]) == (27, 1_133, 1_077, 1_076)
    assert rows["start_date"].null_count == 0
