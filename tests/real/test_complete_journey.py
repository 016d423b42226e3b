"""The Complete Journey through the whole loop: the publishers' totals come back, on DuckDB and on Spark the same."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from tandem.engine import open_engine
from tandem.kernel.values import Actor
from tandem.measure.report import LiftReport
from tandem.usecases.run_complete_journey import (
    BASKETS,
    HOUSEHOLDS,
    REACHED,
    SALES,
    CompleteJourney,
    describe_study,
    run_complete_journey,
    totals,
)
from tandem.usecases.workspace import open_workspace, tables_of

pytestmark = [pytest.mark.real, pytest.mark.long]
MARKETER = Actor("test", "marketer")


@pytest.fixture(scope="module")
def journey(tmp_path_factory: pytest.TempPathFactory) -> CompleteJourney:
    """The whole demo, once."""
    folder = tmp_path_factory.mktemp("journey") / "complete-journey"
    return run_complete_journey(folder, MARKETER, lambda: datetime(2026, 1, 1))


def test_the_totals_of_the_publishers_come_back(journey: CompleteJourney) -> None:
    assert str(SALES) == "4596039.58"
    assert (BASKETS, HOUSEHOLDS) == (155_848, 2_469)
    assert REACHED == {"18": 1_133, "13": 1_077, "8": 1_076}
    assert [check for check in journey.checks if not check.good] == []


def test_the_study_is_described_and_never_called_lift(journey: CompleteJourney) -> None:
    assert len(journey.described.campaigns) == 27
    assert journey.described.refused.code == "MSR-008"
    assert "chosen, not drawn" in journey.sentences[0]


def test_our_own_campaign_is_measured_and_finds_nothing_where_nothing_was_sent(
    journey: CompleteJourney,
) -> None:
    assert isinstance(journey.lift, LiftReport)
    assert journey.lift.ratio.ok
    for estimate in (journey.lift.conversion, journey.lift.value):
        assert estimate.low <= 0 <= estimate.high  # type: ignore[union-attr]


@pytest.mark.spark
def test_spark_reads_the_same_out_of_the_same_lake(journey: CompleteJourney, tmp_path: Path) -> None:
    with (
        open_workspace(journey.folder, MARKETER) as work,
        open_engine("spark", str(journey.folder / "lake"), threads=2) as spark,
    ):
        spark.ensure(tables_of(work.charter))
        on_spark = replace(work, engine=spark)
        described = describe_study(on_spark)
        assert described == journey.described
        assert totals(on_spark, described) == journey.checks
